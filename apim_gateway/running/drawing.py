"""A request's trace as people read it: a text, and the same as a picture (SVG).

Each line is a policy, what it decided, or a release of the response, at the time since the request
began. Both come from the trace's document alone, as listTrace gives it and `--trace-all` keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

from apim_gateway.errors import ConfigError
from apim_gateway.running.trace import COMPLETE, FLUSH, STARTED

QUIET = ("policy", "scope", "milliseconds")  # told by place and time
LONGEST = 1e9  # a longer time is none
SHORT = {STARTED: "the headers are out", COMPLETE: "the body is out"}
BAR = 30  # characters of the text's time line
ROW, LEFT, WIDE, RIGHT = 22, 260, 420, 460  # of the picture, in pixels


@dataclass(frozen=True)
class Line:
    """Hold one line: when it began and how long it took, in milliseconds."""

    section: str
    name: str
    told: str
    begin: float
    length: float
    depth: int = 0


def lines(document: Mapping[str, Any]) -> list[Line]:
    """Return a trace's lines in the order of time; releases that follow each other are one.

    Raises ConfigError for what is no trace.
    """
    entries = document.get("traceEntries")
    if not isinstance(entries, dict):
        raise ConfigError("that is no trace: it should be JSON with traceEntries, as listTrace has")
    sections = [
        [_line(name, entry) for entry in of if isinstance(entry, dict)]
        for name, of in entries.items()
        if isinstance(of, list)
    ]
    began = sorted((of for of in sections if of), key=lambda of: of[0].begin)
    return list(_joined([line for of in began for line in of]))


def _line(section: str, entry: Mapping[str, Any]) -> Line:
    given = entry.get("data")
    data: dict[str, Any] = given if isinstance(given, dict) else {}
    begin, length = _seconds(str(entry.get("elapsed", ""))) * 1000, 0.0
    name = str(entry.get("source", ""))
    depth = 0
    if "policy" in data:
        took = data.get("milliseconds")
        length = took if isinstance(took, (int, float)) and 0 <= took < LONGEST else 0.0
        depth = str(data["policy"]).count("/")
    told = ", ".join(_told(key, value) for key, value in data.items() if key not in QUIET)
    return Line(section, name, told, begin, length, depth)


def _told(key: str, value: object) -> str:
    if key == "message":
        return SHORT.get(str(value), str(value))
    return f"{key}: {value if isinstance(value, str) else json.dumps(value)}"


def _joined(found: list[Line]) -> Iterator[Line]:
    for released, group in groupby(found, key=lambda line: line.name == FLUSH):
        if released:
            yield _released(list(group))
        else:
            yield from group


def _released(flushes: list[Line]) -> Line:
    first, last = flushes[0], flushes[-1]
    gaps = sorted(b.begin - a.begin for a, b in zip(flushes, flushes[1:]))
    many = f"{len(flushes)} releases" if len(flushes) > 1 else "1 release"
    told = (
        f"{many}, the middle one {gaps[len(gaps) // 2]:,.1f} ms after the one before"
        if gaps
        else many
    )
    return Line(first.section, FLUSH, told, first.begin, last.begin - first.begin)


def text(document: Mapping[str, Any]) -> str:
    """Return a trace as a table with a time line. Raises ConfigError for what is no trace."""
    found = lines(document)
    end = max((line.begin + line.length for line in found), default=0.0)
    out = [str(document["request"])] if document.get("request") else []
    section = ""
    for line in found:
        if line.section != section:
            section = line.section
            out.append(section)
        before = round(BAR * line.begin / end) if end else 0
        width = max(1, round(BAR * line.length / end)) if end else 1
        bar = (" " * min(before, BAR - 1) + "#" * width)[:BAR].ljust(BAR)
        name = "  " * (line.depth + 1) + line.name
        out.append(f"{line.begin:9,.1f} ms |{bar}| {name}  {line.told}".rstrip())
    return "\n".join(out) + "\n"


def picture(document: Mapping[str, Any]) -> str:
    """Return a trace as an SVG, readable on light and dark ground; its title holds the text.

    Raises ConfigError for what is no trace.
    """
    found = lines(document)
    end = max((line.begin + line.length for line in found), default=0.0) or 1.0
    height = ROW * (len(found) + 2)
    head = escape(str(document.get("request", "")))
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + RIGHT} {height}" '
        'font-family="ui-monospace, monospace" font-size="12" fill="#7a7a7a" role="img">',
        f"<title>{escape(text(document))}</title>",
        f'<text x="0" y="{ROW - 7}" font-weight="bold">{head}</text>',
    ]
    for number, line in enumerate(found, 1):
        y = ROW * number
        x = LEFT + WIDE * line.begin / end
        width = max(2.0, WIDE * line.length / end)
        colour = "#2f81f7" if line.name == FLUSH else "#8957e5"
        name = f"{line.section}: {line.name}" if not line.depth else line.name
        out += [
            f'<text x="{12 * line.depth}" y="{y + 15}">{escape(name)}</text>',
            f'<rect x="{x:.1f}" y="{y + 5}" width="{width:.1f}" height="{ROW - 10}" '
            f'fill="{colour}"/>',
            f'<text x="{LEFT + WIDE + 8}" y="{y + 15}">{escape(line.told[:60])}</text>',
        ]
    y = ROW * (len(found) + 1) + 15
    out.append(f'<text x="{LEFT}" y="{y}">0</text>')
    out.append(f'<text x="{LEFT + WIDE}" y="{y}" text-anchor="end">{end:,.0f} ms</text></svg>')
    return "\n".join(out) + "\n"


def _seconds(elapsed: str) -> float:
    """Read `00:00:01.0230000`; what is otherwise counts as nothing."""
    try:
        hours, minutes, seconds = elapsed.split(":")
        found = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except (ValueError, OverflowError):
        return 0.0
    return found if 0 <= found < LONGEST else 0.0
