"""What C# 7.3, the language of policy expressions, has not: each with the version that has it.

Source: https://learn.microsoft.com/azure/api-management/api-management-policy-expressions ("C# 7");
names, versions and the text are those of the C# compiler.
"""

from __future__ import annotations

from policy_expressions.errors import CompileError

_SINCE = {
    "recursive patterns": "8.0",  # property patterns and switch expressions too
    "coalescing assignment": "8.0",
    "using declarations": "8.0",
    "static local functions": "8.0",
    "nullable reference types": "8.0",
    "index operator": "8.0",
    "range operator": "8.0",
    "alternative interpolated verbatim strings": "8.0",
    "async streams": "8.0",
    "name shadowing in nested functions": "8.0",
    "not pattern": "9.0",
    "and pattern": "9.0",
    "or pattern": "9.0",
    "relational pattern": "9.0",
    "type pattern": "9.0",
    "target-typed object creation": "9.0",
    "static anonymous function": "9.0",
    "records": "9.0",
    "lambda discard parameters": "9.0",
    "constant interpolated strings": "10.0",
    "inferred delegate type": "10.0",
    "raw string literals": "11.0",
    "UTF-8 string literals": "11.0",
    "list pattern": "11.0",
    "newlines in interpolations": "11.0",
    "unsigned right shift": "11.0",
    "collection expressions": "12.0",
}


def newer(feature: str) -> CompileError:
    """Return the refusal of something that C# 7.3 has not."""
    text = f"Feature '{feature}' is not available in C# 7.3."
    return CompileError(
        "CS8370", f"{text} Please use language version {_SINCE[feature]} or greater."
    )
