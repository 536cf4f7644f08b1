"""Requests, answers and the table that brings them together; no socket in here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Union

from .errors import ArmError


@dataclass(frozen=True)
class Request:
    """Hold what a client asks."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    base: str = ""  # scheme, host and port the client used

    @property
    def json(self) -> Any:
        """Return the body's data, or an empty object."""
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True)
class Answer:
    """Hold what the client gets; `dropped` closes the connection instead."""

    status: int = 200
    body: Union[bytes, dict[str, Any], list[Any], None] = None
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False


Handler = Callable[..., Answer]  # the request, then what the pattern's braces matched


def refused(error: ArmError) -> Answer:
    """Return an error as Azure Resource Manager writes it."""
    return Answer(error.status, {"error": error.body})


class Routes:
    """Map methods and paths to handlers; paths are compared without regard to case.

    `{name}` in a pattern matches one segment, `{name*}` one or more.
    """

    def __init__(self) -> None:
        self._table: list[tuple[str, re.Pattern[str], Handler]] = []

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        """Let `handler` answer what matches; earlier routes win."""
        regex = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", pattern)
        regex = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", regex)
        self._table.append((method, re.compile(regex, re.IGNORECASE), handler))

    def find(self, request: Request) -> Optional[Callable[[], Answer]]:
        """Return what answers the request."""
        for method, pattern, handler in self._table:
            match = pattern.fullmatch(request.path.rstrip("/"))
            if match and method == request.method:
                groups = match.groupdict()
                return lambda handler=handler: handler(request, **groups)  # type: ignore[misc]
        return None
