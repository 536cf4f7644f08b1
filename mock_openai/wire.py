"""Events as Azure OpenAI writes them: compact JSON in one data line, then an empty line."""

from __future__ import annotations

import json
import random
import string
import uuid
from typing import Any, NamedTuple

Json = dict[str, Any]

# Kinds of events; only `pace`, `faults` and the log look at them.
PROMPT_FILTER = "prompt filter"
ROLE = "role"
CONTENT = "content"
ANNOTATION = "annotation"
FINISH = "finish"
USAGE = "usage"
ERROR = "error"
OTHER = "other"
LAST = "last"  # what ends a whole stream: [DONE], or the terminal event of a response
PIECE = "piece"  # of an event that is written in several
DROP = "drop"  # not an event: the server closes the connection in mid-body
RESET = "reset"  # not an event: the server resets the connection

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ALPHANUMERIC = string.ascii_letters + string.digits
_BLOCK = 16  # characters; obfuscation pads to multiples of it


class Event(NamedTuple):
    """Hold what is written at once, the tokens generated for it, the seconds of silence before."""

    kind: str
    data: bytes
    tokens: int = 0
    wait: float = 0.0


def seeded(*seed: object) -> random.Random:
    """Return a generator of random numbers that gives the same ones for the same seed."""
    return random.Random("/".join(str(part) for part in seed))  # noqa: S311 (nothing secret)


def compact(value: Any) -> str:
    """Write JSON in one line, without spaces, keys in the order given, non-ASCII as it is."""
    return _ENCODER.encode(value)


def encode(text: str) -> bytes:
    """Encode as UTF-8; a lone surrogate, which JSON can smuggle in, becomes a question mark."""
    return text.encode("utf-8", "replace")


def event(kind: str, payload: Json, tokens: int = 0, name: str = "") -> Event:
    """Frame one payload as a server-sent event; `name` is for APIs that name their events."""
    return Event(kind, encode(framed(payload, name)), tokens)


def framed(payload: Json, name: str = "") -> str:
    """Return the text of one event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {compact(payload)}\n\n"


DONE = Event(LAST, b"data: [DONE]\n\n")


def padding(length: int, remainder: int, rng: random.Random) -> str:
    """Pad `length` characters so that the sum leaves `remainder` when divided by 16.

    Azure hides the length of a token behind such an `obfuscation` of 0 to 15 random characters:
    a chat chunk's JSON leaves 1, the text of a response's delta leaves 0.
    """
    return "".join(rng.choices(_ALPHANUMERIC, k=(remainder - length) % _BLOCK))


def identifier(prefix: str, length: int, rng: random.Random) -> str:
    """Make an id such as `chatcmpl-...`, `length` random characters after the prefix."""
    return prefix + "".join(rng.choices(_ALPHANUMERIC, k=length))


def hexadecimal(prefix: str, length: int, rng: random.Random) -> str:
    """Make an id such as `resp_...`, `length` random hexadecimal digits after the prefix."""
    return prefix + f"{rng.getrandbits(4 * length):0{length}x}"


def guid(rng: random.Random) -> str:
    """Make a GUID as in `apim-request-id`."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
