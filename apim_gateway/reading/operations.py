"""The operations of an API: which request is which, by method and URL template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{(\*?)([^{}]+)\}")  # {name} takes one segment, {*name} all that follow


@dataclass(frozen=True)
class Operation:
    """Match one method and URL template, such as `/deployments/{deployment-id}/completions`."""

    name: str
    display_name: str
    method: str
    template: str
    pattern: re.Pattern[str]
    parameters: tuple[str, ...]

    def match(self, method: str, path: str) -> Optional[dict[str, str]]:
        """Return the template's parameters, or None; `path` is the part after the API's path."""
        found = self.pattern.fullmatch(path) if method.upper() == self.method else None
        if not found:
            return None
        return {name: unquote(part) for name, part in zip(self.parameters, found.groups())}


def operation(name: str, display_name: str, method: str, template: str) -> Operation:
    """Return the operation of a template. Raises ValueError that tells the form wanted."""
    path = template.split("?")[0]
    pieces = _PARAMETER.split(path)  # text, star, name, text, star, name, ... text
    literals = pieces[::3]
    if not path.startswith("/") or any("{" in piece or "}" in piece for piece in literals):
        raise ValueError(f"{template!r} is not a template such as /things/{{id}}")
    literals = [re.escape(piece) for piece in literals]
    if literals[-1].endswith(r"/\*"):
        literals[-1] = literals[-1][:-3] + "(?:/.*)?"
    groups = ["(.*)" if star else "([^/]+)" for star in pieces[1::3]]
    joined = "".join(text for pair in zip(literals, [*groups, ""]) for text in pair)
    return Operation(
        name=name,
        display_name=display_name,
        method=method.upper(),
        template=template,
        pattern=re.compile(joined, re.IGNORECASE),
        parameters=tuple(pieces[2::3]),
    )


def most_specific_first(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Return the operations in the order in which a request is compared with them."""
    return tuple(sorted(operations, key=_generality))


def _generality(operation: Operation) -> tuple[bool, int]:
    template = operation.template
    return template.endswith("/*") or "{*" in template, len(operation.parameters)
