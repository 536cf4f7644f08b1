"""How many tokens a response used, seen as it passes.

Source: https://learn.microsoft.com/azure/api-management/llm-token-limit-policy: the tokens of a
stream are estimated. A prompt is taken as four characters a token with four more tokens a message;
a streamed completion as one token for each text delta. dialects.py has the shapes.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Optional

from apim_gateway.running import dialects
from policy_expressions.context import Body

LONGEST = 4_194_304  # bytes of an event or a JSON body; a longer one is not looked into


@dataclass(frozen=True)
class Usage:
    """Hold the tokens of one request."""

    prompt: int
    completion: int

    @property
    def total(self) -> int:
        """Return the sum."""
        return self.prompt + self.completion


class UsageTee:
    """Read usage and text deltas out of an event stream or a JSON body, without holding it."""

    def __init__(self) -> None:
        self.usage: Optional[Usage] = None
        self.deltas = 0
        self._rest = bytearray()

    def feed(self, data: bytes) -> None:
        """See a piece of the body; events may be cut anywhere."""
        self._rest += data
        if not self._rest.startswith((b"{", b"[")):
            *lines, self._rest = self._rest.split(b"\n")
            for line in lines:
                if line.startswith(b"data:"):
                    self._see(bytes(line[5:]))
        if len(self._rest) > LONGEST:
            self._rest.clear()

    def end(self) -> None:
        """See the end of the body."""
        self._see(bytes(self._rest))
        self._rest.clear()

    def _see(self, text: bytes) -> None:
        for document in dialects.events(_parsed(text)):
            self.usage = usage_of(document, self.usage)
            self.deltas += dialects.texts(document)


def usage_of(document: Any, before: Optional[Usage] = None) -> Optional[Usage]:
    """Return the usage after a response or one of its events; what it does not tell stays."""
    prompt, completion = dialects.tokens(document)
    if prompt is None and completion is None:
        return before
    before = before or Usage(0, 0)
    return Usage(
        before.prompt if prompt is None else prompt,
        before.completion if completion is None else completion,
    )


def prompt_estimate(body: Optional[Body]) -> int:
    """Estimate the tokens of a request's prompt."""
    characters, turns = dialects.length(_parsed(body.data) if body else None)
    return math.ceil(characters / 4) + 4 * turns


def is_streamed(body: Optional[Body], path: str = "") -> bool:
    """Tell whether a request asks for a stream: Gemini's does by its path."""
    document = _parsed(body.data) if body else None
    asked = isinstance(document, dict) and document.get("stream") is True
    return asked or path.endswith(":streamGenerateContent")


def _parsed(data: bytes) -> Any:
    text = data.strip()
    if not text.startswith((b"{", b"[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
