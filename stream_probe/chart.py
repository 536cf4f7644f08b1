"""A picture of arrival as SVG: one row an answer, all over the same axis in seconds."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Optional

from .strip import Row

_TEXT, _TICK = "#7d7d7d", "#2f7ed8"  # about 4 : 1 on the white of a light theme and on a dark one
_WIDE, _ROW, _BAR = 800, 44, 20  # of the picture, from row to row, height of a bar: in pixels
_LETTER = 8  # pixels for a letter of a label, a broad one
_MOST_STEPS = 8  # of the axis
_HATCHES = (
    '<pattern id="wait" width="6" height="6" patternUnits="userSpaceOnUse" '
    f'patternTransform="rotate(45)"><path d="M1 0v6" stroke="{_TEXT}"/></pattern>'
)


class Picture:
    """Hold an SVG with its description, which a notebook shows as the alternative text."""

    def __init__(self, svg: str, description: str) -> None:
        self.svg = svg
        self.description = description

    def __repr__(self) -> str:
        return f"<picture: {self.description}>"

    def _repr_html_(self) -> str:
        # No image/svg+xml output: JupyterLab shows that in trusted notebooks only.
        data = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        return f'<img alt="{escape(self.description)}" src="data:image/svg+xml;base64,{data}">'


def picture(rows: Sequence[Row]) -> Picture:
    """Draw rows over a common axis in seconds: hatched while waiting, a tick a piece of text."""
    end = max((row.ended_at or 0.0 for row in rows), default=0.0) or 1.0
    letters = max((len(row.label) for row in rows), default=0)
    left = min(16 + _LETTER * letters, _WIDE // 2)
    height = _ROW * (len(rows) + 1)
    scale = (_WIDE - left - 16) / end
    drawn = "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}" height="{height}" '
            f'font-family="system-ui, sans-serif" font-size="13" fill="{_TEXT}">{_HATCHES}',
            *(
                line
                for number, row in enumerate(rows)
                for line in _row(row, left, _ROW * number, scale, end)
            ),
            *_axis(left, _ROW * len(rows) + 4, scale, end),
            "</svg>",
        ]
    )
    told = [
        f"{row.label}: first text {seconds(row.ttft)}, end {seconds(row.ended_at)}" for row in rows
    ]
    return Picture(drawn, "arrival of text over time; " + "; ".join(told))


def seconds(value: Optional[float]) -> str:
    """Return a time as it is shown; n/a where there is none."""
    return "n/a" if value is None else f"{value:.2f} s"


def _row(row: Row, left: int, top: int, scale: float, end: float) -> Iterator[str]:
    waited = row.ttft if row.ttft is not None else row.ended_at or 0.0
    x, bar = left + scale * waited, top + _ROW - _BAR
    anchor = "end" if waited > end / 2 else "start"
    told = f"first text {seconds(row.ttft)}"
    yield f'<text x="{left - 8}" y="{bar + 15}" text-anchor="end">{escape(row.label)}</text>'
    yield f'<text x="{x:.1f}" y="{bar - 5}" font-size="12" text-anchor="{anchor}">{told}</text>'
    yield f'<rect x="{left}" y="{bar}" width="{x - left:.1f}" height="{_BAR}" fill="url(#wait)"/>'
    ticks = "".join(f"M{left + scale * at:.1f} {bar}v{_BAR}" for at in row.instants)
    yield f'<path d="{ticks}" stroke="{_TICK}" stroke-width="1.5"/>'


def _axis(left: int, y: int, scale: float, end: float) -> Iterator[str]:
    yield f'<path d="M{left} {y}H{left + scale * end:.1f}" stroke="{_TEXT}"/>'
    for instant in _steps(end):
        x = left + scale * float(instant)
        yield f'<path d="M{x:.1f} {y}v4" stroke="{_TEXT}"/>'
        yield f'<text x="{x:.1f}" y="{y + 17}" font-size="12" text-anchor="middle">{instant}</text>'
    middle = left + scale * end / 2
    yield (
        f'<text x="{middle:.1f}" y="{y + 34}" font-size="12" text-anchor="middle">'
        "seconds since the request</text>"
    )


def _steps(end: float) -> Sequence[str]:
    """Return the instants that the axis names: multiples of 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(end / _MOST_STEPS))
    step = next(power * times for times in (1, 2, 5, 10) if end / (power * times) <= _MOST_STEPS)
    digits = max(0, -math.floor(math.log10(step)))
    return [f"{step * number:.{digits}f}" for number in range(int(end / step + 1e-9) + 1)]
