"""Compiles a syntax tree into Python functions, checking static types as C# does."""
