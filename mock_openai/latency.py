"""The times that Azure's newest usage chunks tell; the service does not document them."""

from __future__ import annotations

from .context import Context
from .wire import Json, hexadecimal

_BEFORE_MODEL = 0.25  # of the time to the first token: the front door and the prompt's filter
_IN_MODEL = 0.15  # of it: the engine reads the prompt


def told(context: Context, completion_tokens: int) -> Json:
    """Return what Azure adds: times in milliseconds, taken from the pace, and a replica.

    As in all recordings, `user_visible_ttft_ms` is `service_ttft_ms` less `pre_inference_ms`.
    """
    first = _milliseconds(context.pace.ttft)
    last = _milliseconds(context.pace.total(completion_tokens))
    between = _milliseconds(context.pace.tpot)
    before = round(first * _BEFORE_MODEL)
    engine = round(first * _IN_MODEL)
    checkpoint = {
        "engine_tbt_ms": between,
        "engine_ttft_ms": engine,
        "engine_ttlt_ms": engine + last - first,
        "pre_inference_ms": before,
        "service_tbt_ms": between,
        "service_ttft_ms": first,
        "service_ttlt_ms": last,
        "user_visible_ttft_ms": first - before,
    }
    replica = hexadecimal("d20260317000000-", 8, context.rng) + "-prefill-r0-dp0-prefill"
    return {"latency_checkpoint": checkpoint, "routing": {"serving_pipereplica": replica}}


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
