"""Reads the body of a legacy completion."""

from __future__ import annotations

from . import frontdoor, parameters, texts
from .models import Model
from .requests import Request, content_text, stream_options, strings
from .validation import check
from .wire import Json


def read(body: Json, version: str, _: Model) -> Request:
    """Read a body as a version of the API takes it. Raises RefusedError."""
    table = dict(parameters.COMPLETION)
    if not frontdoor.knows_stream_options(version):
        del table["stream_options"]
    check(body, table)
    options = stream_options(body, parameters.STREAM_OPTIONS)
    prompt = content_text(body.get("prompt"))
    return Request(
        prompt=prompt,
        prompt_tokens=len(texts.tokens(prompt)) or 1,
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        include_usage=bool(options.get("include_usage")),
        obfuscate=False,
        n=body.get("n") or 1,
        max_tokens=16 if body.get("max_tokens") is None else body["max_tokens"],
        top_logprobs=body.get("logprobs"),
        stop=strings(body.get("stop")),
        echo=bool(body.get("echo")),
        body=body,
    )
