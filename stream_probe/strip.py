"""A picture of arrival in plain text: one line an answer, all over the same time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

_WAITING, _ARRIVAL, _SILENCE = "·", "█", " "


@dataclass(frozen=True)
class Row:
    """Hold when one answer's text came and when it ended, in seconds since it was asked for."""

    label: str
    instants: Sequence[float]
    ended_at: Optional[float]

    @property
    def ttft(self) -> Optional[float]:
        """Return when the first text came."""
        return self.instants[0] if self.instants else None


def strip(rows: Sequence[Row], width: int = 72) -> str:
    """Return one line a row, `width` columns for the longest: dots wait, blocks are text."""
    scale = (max((row.ended_at or 0.0 for row in rows), default=0.0) or 1.0) / width
    label_width = max((len(row.label) for row in rows), default=0)
    lines = []
    for row in rows:
        columns = {min(int(instant / scale), width - 1) for instant in row.instants}
        first = min(columns, default=width)
        marks = (
            _ARRIVAL if column in columns else _WAITING if column < first else _SILENCE
            for column in range(width)
        )
        lines.append(f"{row.label.ljust(label_width)} |{''.join(marks)}|")
    return "\n".join(lines)
