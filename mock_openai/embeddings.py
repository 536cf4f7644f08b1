"""Embeddings: vectors that are near each other where texts share words.

Real ones know meaning; these are enough to index, to search, and to test a semantic cache.
"""

from __future__ import annotations

import base64
import math
import random
import struct
from functools import lru_cache
from typing import Any

from . import parameters, texts
from .answers import Answer
from .context import Context
from .errors import RefusedError
from .models import Model
from .requests import Request
from .validation import check
from .wire import Json

_MOST_INPUTS = 2048
_PER_TOKEN = 24  # dimensions that a word has a part in


def read(body: Json, version: str, model: Model) -> Request:
    """Read the body of a call. Raises RefusedError."""
    check(body, parameters.EMBEDDING)
    given = _inputs(body["input"])
    asked = body.get("dimensions")
    if asked is not None and (not model.version and model.name.endswith("ada-002")):
        raise RefusedError("fixed dimensions")
    if asked is not None and asked > model.dimensions:
        raise RefusedError(
            "out of range",
            param="dimensions",
            noun="integer",
            side="above maximum",
            code="above_max_value",
            wanted=f"<= {model.dimensions}",
            got=str(asked),
        )
    counted = sum(len(each) for each in given)
    return Request("", counted, model=body.get("model") or "", body=body)


def whole(request: Request, _: list[Answer], context: Context) -> Json:
    """Return the body of the answer."""
    body = request.body
    length = body.get("dimensions") or context.model.dimensions
    vectors = [vector(tuple(each), length) for each in _inputs(body["input"])]
    packed = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _packed(each) if packed else each}
        for index, each in enumerate(vectors)
    ]
    counted = {"prompt_tokens": request.prompt_tokens, "total_tokens": request.prompt_tokens}
    return {"object": "list", "data": data, "model": context.model.full, "usage": counted}


def vector(tokens: tuple[str, ...], length: int) -> list[float]:
    """Return a vector of Euclidean length 1, the same for the same tokens."""
    summed = [0.0] * length
    for token in tokens:
        for place, sign in _parts(token.strip().lower(), length):
            summed[place] += sign
    size = math.sqrt(sum(each * each for each in summed)) or 1.0
    return [round(each / size, 8) for each in summed]


@lru_cache(maxsize=4096)
def _parts(token: str, length: int) -> tuple[tuple[int, float], ...]:
    rng = random.Random(f"embedding/{token}")  # noqa: S311 (nothing secret)
    places = range(min(_PER_TOKEN, length))
    return tuple((rng.randrange(length), rng.choice((-1.0, 1.0))) for _ in places)


def _packed(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode("ascii")


def _inputs(given: Any) -> list[list[str]]:
    """Return the tokens of each input: a text, a list of texts, of token numbers, or of both."""
    if isinstance(given, str) or _numbers(given):
        given = [given]
    found = [_tokens(each) for each in given]
    if not all(found) or len(found) > _MOST_INPUTS:
        raise RefusedError("bad embedding input")
    return found


def _tokens(given: Any) -> list[str]:
    if isinstance(given, str):
        return texts.tokens(given)
    return [str(each) for each in given] if _numbers(given) else []


def _numbers(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and all(type(each) is int for each in given)
