"""Show recordings side by side: a table, a strip of text and a picture of the same."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from typing import Optional

from .stream import Recording

_WAITING, _ARRIVAL, _SILENCE = "·", "█", " "


def table(*runs: Recording) -> str:
    """Return one line a run: when the first text came, the last, and what lay between.

    Times are seconds with two decimals. Gap is the longest silence between two deltas.
    """
    rows = [("", "first text", "end to end", "longest gap", "deltas", "tokens", "outcome")]
    for run in runs:
        tokens = str(run.usage.completion_tokens) if run.usage else "not told"
        gap = max(run.gaps) if run.gaps else None
        times = (_seconds(run.ttft), _seconds(run.ended_at), _seconds(gap))
        rows.append((run.label, *times, str(len(run.deltas)), tokens, run.outcome))
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    lines = []
    for label, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths[1:]))
        lines.append("  ".join((label.ljust(widths[0]), *padded)).rstrip())
    return "\n".join(lines)


def strip(*runs: Recording, width: int = 72) -> str:
    """Return one line a run, `width` columns for the longest: dots wait, blocks are text."""
    scale = _end(runs) / width
    label_width = max((len(run.label) for run in runs), default=0)
    lines = []
    for run in runs:
        columns = {min(int(delta.at / scale), width - 1) for delta in run.deltas}
        first = min(columns, default=width)
        marks = (
            _ARRIVAL if column in columns else _WAITING if column < first else _SILENCE
            for column in range(width)
        )
        lines.append(f"{run.label.ljust(label_width)} |{''.join(marks)}|")
    return "\n".join(lines)


class Picture:
    """Hold a PNG that a notebook shows; its repr is the same on every run."""

    def __init__(self, png: bytes, description: str) -> None:
        self.png = png
        self.description = description

    def __repr__(self) -> str:
        return f"<picture: {self.description}>"

    def _repr_png_(self) -> bytes:
        return self.png


def picture(*runs: Recording) -> Picture:
    """Draw one row a run over a common axis in seconds: hatched while waiting, a tick a delta."""
    # A first import may say on stderr that it builds its font cache; a notebook would show that.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.7 + 0.65 * len(runs)), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    for row, run in enumerate(reversed(runs)):
        instants = [delta.at for delta in run.deltas]
        waited = instants[0] if instants else run.ended_at or 0.0
        axes.barh(row, waited, height=0.5, color="0.92", hatch="///", edgecolor="0.6", linewidth=0)
        axes.eventplot(instants, lineoffsets=row, linelengths=0.6, colors="black", linewidths=1)
        side = "right" if waited > _end(runs) / 2 else "left"
        axes.text(waited, row + 0.36, f"first text {_seconds(run.ttft)}", fontsize=9, ha=side)
    axes.set_yticks(range(len(runs)), [run.label for run in reversed(runs)], fontsize=10)
    axes.set_xlim(0, _end(runs))
    axes.set_ylim(-0.5, len(runs) - 0.2)
    axes.set_xlabel("seconds since the request", fontsize=9)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    png = io.BytesIO()
    figure.savefig(png, format="png")
    return Picture(png.getvalue(), "arrival of text over time, " + ", ".join(r.label for r in runs))


def _end(runs: Sequence[Recording]) -> float:
    return max((run.ended_at or 0.0 for run in runs), default=0.0) or 1.0


def _seconds(value: Optional[float]) -> str:
    return "n/a" if value is None else f"{value:.2f} s"
