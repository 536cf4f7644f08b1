"""How many tokens a response used, seen as it passes.

Sources: the `usage` of Azure OpenAI's chat completions, completions and responses, streamed and
whole; https://learn.microsoft.com/azure/api-management/llm-token-limit-policy: the tokens of a
stream are estimated. A prompt is taken as four characters a token with four
more tokens a message; a streamed completion as one token for each text delta.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Optional

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
        if not self._rest.startswith(b"{"):
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
        document = _parsed(text)
        self.usage = usage_of(document) or self.usage
        self.deltas += _deltas(document)


def usage_of(document: Any) -> Optional[Usage]:
    """Return the usage that a response or one of its events tells, or None."""
    if not isinstance(document, dict):
        return None
    nested = document.get("response")
    found = document.get("usage") or (nested.get("usage") if isinstance(nested, dict) else None)
    if not isinstance(found, dict):
        return None
    prompt = found.get("prompt_tokens", found.get("input_tokens", 0))
    completion = found.get("completion_tokens", found.get("output_tokens", 0))
    if not isinstance(prompt, int) or not isinstance(completion, int):
        return None
    return Usage(prompt, completion)


def prompt_estimate(body: Optional[Body]) -> int:
    """Estimate the tokens of a request's prompt."""
    document = _parsed(body.data) if body else None
    if not isinstance(document, dict):
        return 0
    messages = document.get("messages")
    count = len(messages) if isinstance(messages, list) else 0
    given = [document.get(name) for name in ("messages", "prompt", "input", "instructions")]
    return math.ceil(sum(_characters(part) for part in given) / 4) + 4 * count


def is_streamed(body: Optional[Body]) -> bool:
    """Tell whether a request asks for a stream."""
    document = _parsed(body.data) if body else None
    return isinstance(document, dict) and document.get("stream") is True


def _characters(part: Any) -> int:
    if isinstance(part, str):
        return len(part)
    if isinstance(part, list):
        return sum(_characters(item) for item in part)
    if isinstance(part, dict):
        return sum(_characters(part.get(name)) for name in ("content", "text", "input_text"))
    return 0


def _deltas(document: Any) -> int:
    if not isinstance(document, dict):
        return 0
    if document.get("type") == "response.output_text.delta":
        return 1
    choices = document.get("choices")
    if not isinstance(choices, list):
        return 0
    return sum(1 for choice in choices if isinstance(choice, dict) and _has_text(choice))


def _has_text(choice: dict[str, Any]) -> bool:
    delta = choice.get("delta")
    return bool(delta.get("content") if isinstance(delta, dict) else choice.get("text"))


def _parsed(data: bytes) -> Any:
    text = data.strip()
    if not text.startswith(b"{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
