"""The one library of types, built from the member tables, and the types C# itself knows by name."""

from __future__ import annotations

from policy_expressions.members import DEFINITIONS
from policy_expressions.types.library import Library

LIBRARY = Library(DEFINITIONS)

OBJECT = LIBRARY.type("object")
VOID = LIBRARY.type("void")
BOOL = LIBRARY.type("bool")
CHAR = LIBRARY.type("char")
STRING = LIBRARY.type("string")
INT = LIBRARY.type("int")
UINT = LIBRARY.type("uint")
LONG = LIBRARY.type("long")
ULONG = LIBRARY.type("ulong")
SINGLE = LIBRARY.type("float")
DOUBLE = LIBRARY.type("double")
DECIMAL = LIBRARY.type("decimal")
EXCEPTION = LIBRARY.type("Exception")
TYPE = LIBRARY.type("Type")
CONTEXT = LIBRARY.type("IExpressionContext")
ENUMERABLE = LIBRARY.type("IEnumerable<object>")
