"""Show recordings side by side: a table, a strip of text, and a picture."""

from __future__ import annotations

from collections.abc import Sequence

from stream_probe import chart
from stream_probe import strip as strips
from stream_probe.chart import Picture, seconds
from stream_probe.strip import Row

from .stream import Recording

_WIDTH = 8  # of a column at least: the table keeps its shape whatever the times are
_COLUMNS = ("TTFT", "end to end", "longest gap", "TPOT", "tokens/s", "deltas", "tokens", "outcome")


def table(*runs: Recording) -> str:
    """Return one line a run: what was waited for, how fast it came, and how it ended.

    TTFT is the time to the first text, end to end the time to the last byte, longest gap the
    longest inter-token latency, all in seconds; TPOT is the mean time per output token after the
    first, in milliseconds, and tokens/s its inverse. Tokens are those of usage.
    """
    rows = [("", *_COLUMNS)]
    for run in runs:
        per_token, speed = run.time_per_output_token, run.tokens_per_second
        rows.append(
            (
                run.label,
                seconds(run.ttft),
                seconds(run.ended_at),
                seconds(max(run.gaps) if run.gaps else None),
                "n/a" if per_token is None else f"{per_token * 1000:.1f} ms",
                "n/a" if speed is None else f"{speed:.0f}/s",
                str(len(run.deltas)),
                str(run.usage.completion_tokens) if run.usage else "not told",
                run.outcome,
            )
        )
    widths = [max(_WIDTH, *map(len, column)) for column in zip(*rows)]
    lines = []
    for label, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths[1:]))
        lines.append("  ".join((label.ljust(widths[0]), *padded)).rstrip())
    return "\n".join(lines)


def strip(*runs: Recording, width: int = 72) -> str:
    """Return one line a run, `width` columns for the longest: dots wait, blocks are text."""
    return strips.strip(_rows(runs), width)


def picture(*runs: Recording) -> Picture:
    """Return an SVG with one row a run over a common axis in seconds, which a notebook shows."""
    return chart.picture(_rows(runs))


def _rows(runs: Sequence[Recording]) -> list[Row]:
    return [Row(run.label, [delta.at for delta in run.deltas], run.ended_at) for run in runs]
