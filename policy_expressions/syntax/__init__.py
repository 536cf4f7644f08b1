"""C# source to a syntax tree."""
