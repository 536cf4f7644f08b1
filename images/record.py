"""Record the first section of the lesson as an animated picture: `python -m images.record`.

The notebook's own cells run on the local target, before a mock that writes 50 tokens a second, as
many models do. Each piece of output is shown when it came; a pause before each cell stands for who
reads it. The picture is one SVG without a script: a cover slides off each line, in CSS keyframes.
Where the reader wants no motion, there are none, and the end of the recording is what is seen.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from io import StringIO
from typing import Any

import nbformat

from lab_utils import Lab
from lab_utils.settings import PROJECT, Settings
from notebook_runner.defaults import local_defaults, temporary_folder
from notebook_runner.live import LiveClient
from notebook_runner.running import LESSON

TARGET = PROJECT / "images" / "first-minute.svg"
CELLS = ("see-code", "see-client-code", "see-streamed-code", "see-waited-code", "see-strip-code")
PACE = ("--ttft=0.4", "--tpot=0.02")  # seconds to the first token and between two
PAUSE = 1.0  # seconds before each cell
REST = 6.0  # seconds at the end, before it begins anew
COLUMNS, ROWS = 93, 24
WIDE, HIGH = 8.4, 19  # pixels of a character
INDENT = "    "  # of code, where a notebook is shown in a terminal
LEFT, TOP = 18, 46  # pixels around the text
GROUND, CODE, OUTPUT, QUIET = "#161b22", "#9ecbff", "#e6edf3", "#8b949e"
GAP = "\u00a0\u00a0"  # SVG makes one blank of two
TITLE = "The first section of response-streaming.ipynb, as it runs"
DESCRIPTION = """A recording of a terminal. The first cells start the lab's gateway and mocks and
make a client. Then the numbers from 1 to 60 appear one after the other while the model writes them.
The same question without streaming shows nothing for seconds, then all numbers at once. Two strips
compare both on one time axis."""


@dataclass
class Line:
    """Hold one line of the screen, and when it was how long."""

    code: bool
    text: str = ""
    grown: list[tuple[float, int]] = field(default_factory=list)  # seconds, characters


class Tape(StringIO):
    """Lay out what is written on lines of a screen, each with the time of its pieces."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = [Line(code=False)]
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Return the time since the recording began."""
        return time.perf_counter() - self._start

    def write(self, text: str) -> int:
        """Put a piece at the end, wrapped where the screen ends."""
        for number, part in enumerate(text.split("\n")):
            if number:
                self.lines.append(Line(code=part.startswith(INDENT)))
                part = part[len(INDENT) :] if part.startswith(INDENT) else part
            for piece in textwrap.wrap(part, COLUMNS, drop_whitespace=False) or [""]:
                self._put(piece)
        return len(text)

    def _put(self, piece: str) -> None:
        line = self.lines[-1]
        if len(line.text) + len(piece) > COLUMNS:
            line, piece = Line(line.code), piece.lstrip()
            self.lines.append(line)
        line.text += piece
        line.grown.append((self.seconds, len(line.text)))


class Reader(LiveClient):
    """Execute a notebook as somebody does who reads each cell first."""

    async def async_execute_cell(self, *arguments: Any, **options: Any) -> Any:
        """Wait, then run the cell."""
        await asyncio.sleep(PAUSE)
        self._show("\n")
        return await super().async_execute_cell(*arguments, **options)


def record() -> Tape:
    """Run the cells on a lab of their own and return what they showed when."""
    cells = {cell.id: cell for cell in nbformat.read(PROJECT / LESSON, as_version=4).cells}
    notebook = nbformat.v4.new_notebook(cells=[cells[name] for name in CELLS])
    for cell in notebook.cells:
        cell.outputs, cell.execution_count = [], None
    with temporary_folder() as folder, local_defaults(folder):
        started = [
            *(sys.executable, "-m", "lab_utils.local", "--detach", f"--state-dir={folder}"),
            *("--idle-seconds=60", f"--model={Settings().model}", f"--log={folder / 'log'}"),
            *(f"--mock-option={option}" for option in PACE),
        ]
        subprocess.run(started, cwd=PROJECT, check=True)  # noqa: S603 - our own module, no shell
        tape = Tape()
        try:
            Reader(notebook, tape).run()
        finally:
            Lab.from_env().remove()
    return tape


def joined(lines: Iterable[Line]) -> list[Line]:
    """Return the lines without those at both ends that are empty, and one where there are more."""
    kept: list[Line] = []
    for line in lines:
        if line.text.strip() or (kept and kept[-1].text.strip()):
            kept.append(line)
    return kept[:-1] if kept and not kept[-1].text.strip() else kept


def picture(lines: Sequence[Line]) -> str:
    """Return the recording as an SVG."""
    length = max(at for line in lines for at, _ in line.grown) + REST
    width, height = round(2 * LEFT + COLUMNS * WIDE), TOP + ROWS * HIGH + 12
    styles, shown = [], []
    scrolled = [(0.0, 0)]
    for row, line in enumerate(lines):
        if not line.text.strip():
            continue
        y = TOP + row * HIGH
        if row >= ROWS:
            scrolled.append((line.grown[0][0], row - ROWS + 1))
        frames = ["0%{transform:none}"]
        frames += [
            f"{_percent(at, length)}{{transform:translateX({characters * WIDE:.0f}px)}}"
            for at, characters in _last_of_each_instant(line.grown, length)
        ]
        frames[-1] = frames[-1].replace("%{", "%,to{")
        styles.append(f"@keyframes l{row}{{{''.join(frames)}}}")
        styles.append(f".l{row}{{animation-name:l{row}}}")
        first = len(line.text) - len(line.text.lstrip())
        told = line.text.strip()
        glyphs = escape(told).replace("  ", GAP)
        shown.append(
            f'<text x="{LEFT + first * WIDE:.0f}" y="{y + 14}" '
            f'textLength="{len(told) * WIDE:.0f}"{_colour(line)}>{glyphs}</text>'
            f'<rect class="cover l{row}" x="{LEFT}" y="{y}" width="{width}" height="{HIGH}"/>'
        )
    frames = [
        f"{_percent(at, length)}{{transform:translateY({-rows * HIGH}px)}}" for at, rows in scrolled
    ]
    end = -scrolled[-1][1] * HIGH
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
height="{height}" font-family="Consolas, Menlo, 'DejaVu Sans Mono', monospace" font-size="14" \
role="img" aria-labelledby="title description">
<title id="title">{TITLE}</title>
<desc id="description">{DESCRIPTION}</desc>
<style>
.cover{{fill:{GROUND};visibility:hidden}}
.screen{{transform:translateY({end}px)}}
@media (prefers-reduced-motion:no-preference){{
.cover{{visibility:visible}}
.cover,.screen{{animation:{length:.2f}s step-end infinite}}
.screen{{animation-name:screen}}
{_newlines(styles)}
}}
@keyframes screen{{{"".join(frames)}to{{transform:translateY({end}px)}}}}
</style>
<clipPath id="window"><rect x="1" y="{TOP}" width="{width - 2}" height="{ROWS * HIGH}"/></clipPath>
<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="{GROUND}"
 stroke="#7d8590"/>
<text x="{LEFT}" y="25" fill="{QUIET}">{LESSON}</text>
<g clip-path="url(#window)"><g class="screen" fill="{OUTPUT}">
{_newlines(shown)}
</g></g>
</svg>
"""


def _newlines(parts: Iterable[str]) -> str:
    return "\n".join(parts)


def _colour(line: Line) -> str:
    return f' fill="{CODE}"' if line.code else ""


def _percent(at: float, length: float) -> str:
    return f"{100 * at / length:.2f}%"


def _last_of_each_instant(
    grown: Sequence[tuple[float, int]], length: float
) -> list[tuple[float, int]]:
    """Leave out what is followed at the same hundredth of a percent."""
    return list({_percent(at, length): (at, characters) for at, characters in grown}.values())


def main() -> None:
    """Record, and write the picture."""
    tape = record()
    text = picture(joined(tape.lines))
    with TARGET.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    sys.stdout.write(f"{TARGET}: {len(text) // 1024} KB, {tape.seconds:.0f} s\n")


if __name__ == "__main__":
    main()
