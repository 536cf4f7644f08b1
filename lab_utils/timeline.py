"""Show recordings side by side: a table, a strip of text and a picture of the same."""

from __future__ import annotations

import base64
import html
import io
import logging
from collections.abc import Sequence
from typing import Optional

from stream_probe import strip as strips

from .stream import Recording

_TEXT, _TICK = "#7d7d7d", "#2f7ed8"  # about 4 : 1 on the white of a light theme and on a dark one
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
                _seconds(run.ttft),
                _seconds(run.ended_at),
                _seconds(max(run.gaps) if run.gaps else None),
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
    rows = [strips.Row(run.label, [delta.at for delta in run.deltas], run.ended_at) for run in runs]
    return strips.strip(rows, width)


class Picture:
    """Hold a PNG with its description, which a notebook shows as the picture's alternative text."""

    def __init__(self, png: bytes, description: str) -> None:
        self.png = png
        self.description = description

    def __repr__(self) -> str:
        return f"<picture: {self.description}>"

    def _repr_html_(self) -> str:
        # No image/png output: JupyterLab and nbconvert give those no alternative text.
        data = base64.b64encode(self.png).decode("ascii")
        return f'<img alt="{html.escape(self.description)}" src="data:image/png;base64,{data}">'


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
        axes.barh(row, waited, height=0.5, color="none", hatch="///", edgecolor=_TEXT, linewidth=0)
        axes.eventplot(instants, lineoffsets=row, linelengths=0.6, colors=_TICK, linewidths=1)
        side = "right" if waited > _end(runs) / 2 else "left"
        text = f"first text {_seconds(run.ttft)}"
        axes.text(waited, row + 0.36, text, fontsize=10, ha=side, color=_TEXT)
    axes.set_yticks(range(len(runs)), [run.label for run in reversed(runs)], fontsize=11)
    axes.set_xlim(0, _end(runs))
    axes.set_ylim(-0.5, len(runs) - 0.2)
    axes.set_xlabel("seconds since the request", fontsize=10, color=_TEXT)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_TEXT)
    axes.tick_params(colors=_TEXT)
    axes.tick_params(axis="y", left=False)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", transparent=True)
    told = [
        f"{run.label}: first text {_seconds(run.ttft)}, end {_seconds(run.ended_at)}"
        for run in runs
    ]
    return Picture(_smaller(drawn), "arrival of text over time; " + "; ".join(told))


def _smaller(png: io.BytesIO) -> bytes:
    """Return the PNG in a third of its bytes: a palette holds the few colours there are."""
    from PIL import Image

    small = io.BytesIO()
    with Image.open(png) as image:
        image.quantize(32, method=Image.Quantize.FASTOCTREE).save(small, "PNG", optimize=True)
    return small.getvalue()


def _end(runs: Sequence[Recording]) -> float:
    return max((run.ended_at or 0.0 for run in runs), default=0.0) or 1.0


def _seconds(value: Optional[float]) -> str:
    return "n/a" if value is None else f"{value:.2f} s"
