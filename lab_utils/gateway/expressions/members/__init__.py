"""The tables: every type an expression may name, with its members, by family.

A new member is one line: its C# declaration and the Python function behind it.
"""

from __future__ import annotations

from lab_utils.gateway.expressions.members import basics, context, json

DEFINITIONS = (*basics.DEFINITIONS, *json.DEFINITIONS, *context.DEFINITIONS)
