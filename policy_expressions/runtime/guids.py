"""System.Guid in its written forms; the value itself is Python's UUID."""

from __future__ import annotations

import re
from uuid import UUID

from policy_expressions.errors import bad_format

_SHAPE = re.compile(r"\s*([{(])?[0-9a-f]{8}(-?)(?:[0-9a-f]{4}\2){3}[0-9a-f]{12}([})])?\s*", re.I)


def parse_guid(text: str) -> UUID:
    """Return a Guid in any of its forms. Raises a FormatException."""
    found = _SHAPE.fullmatch(text)
    pair = (found.group(1) or "") + (found.group(3) or "") if found else "?"
    if found is None or pair not in ("", "{}", "()") or (pair and not found.group(2)):
        raise bad_format("Unrecognized Guid format.")
    return UUID(re.sub(r"[^0-9a-fA-F]", "", text))


def format_guid(value: UUID, form: str) -> str:
    """Return a Guid as N, D, B or P has it. Raises a FormatException."""
    text = str(value)
    shapes = {"": text, "D": text, "N": value.hex, "B": f"{{{text}}}", "P": f"({text})"}
    if form.upper() not in shapes:
        known = '"D", "d", "N", "n", "P", "p", "B", "b", "X" or "x"'
        raise bad_format(f"Format string can be only {known}.")
    return shapes[form.upper()]
