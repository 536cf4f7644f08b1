"""Recordings of streams that never were."""

from __future__ import annotations

from lab_utils.stream import Delta, Recording


def recorded(label: str, *instants: float, end: float) -> Recording:
    """Return a recording with a delta at each instant, in seconds."""
    recording = Recording(label)
    recording.deltas = [Delta(at, "x") for at in instants]
    recording.ended_at = end
    recording.finish_reasons = {0: "stop"}
    return recording


STREAMED = recorded("streamed", 0.25, 0.5, 0.75, end=1.0)
WAITED = recorded("not streamed", 1.0, end=1.0)
