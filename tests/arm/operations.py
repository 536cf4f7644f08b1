"""Operations that take a while: 202 and an address to ask, until they are done."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .errors import ArmError
from .messages import Answer, Request, Routes, refused

SOON = {"retry-after-ms": "20"}  # without it az waits 30 seconds between two questions


@dataclass
class _Pending:
    left: int
    finish: Callable[[], Optional[dict[str, Any]]]
    answer: Optional[Answer] = None  # when it is done


class Operations:
    """Carry out what was accepted, `slowness` requests later, whoever asks for whatever."""

    def __init__(self, subscription: str) -> None:
        self.slowness = 2
        self._path = f"/subscriptions/{subscription}/operationresults"
        self._pending: dict[str, _Pending] = {}

    def routes(self, routes: Routes) -> None:
        """Add the route that clients poll."""
        routes.add("GET", self._path + "/{key}", self._poll)

    def begin(self, request: Request, finish: Callable[[], Optional[dict[str, Any]]]) -> Answer:
        """Accept the request; `finish` carries it out later and returns what there is to tell."""
        key = uuid.uuid4().hex
        self._pending[key] = _Pending(self.slowness, finish)
        return self._accepted(request, key)

    def tick(self) -> None:
        """Let one request's time pass."""
        for pending in self._pending.values():
            pending.left -= 1
            if pending.left < 0 and pending.answer is None:
                try:
                    pending.answer = Answer(200, pending.finish())
                except ArmError as error:
                    pending.answer = refused(error)

    def _accepted(self, request: Request, key: str) -> Answer:
        where = f"{request.base}{self._path}/{key}?api-version=2020-01-01"
        return Answer(202, None, {"Location": where, **SOON})

    def _poll(self, request: Request, key: str) -> Answer:
        if key not in self._pending:
            raise ArmError(404, "NotFound", f"There is no operation {key}.")
        return self._pending[key].answer or self._accepted(request, key)
