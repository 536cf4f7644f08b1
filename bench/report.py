"""What a run found: a table to read, JSON to keep."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Optional

from bench import nginx
from bench.servers import PROJECT

NOTE = """\
Backend, client and each server under test are processes of their own, on uvloop; nginx is one
worker with `proxy_buffering off`. "direct" is the client at the backend itself: the ceiling. c16
is 16 connections, each kept for many requests. CPU and memory are those of the process under test,
under "direct" the backend's. Without a pace many events come in one read; at a pace, as from a
model, each comes by itself.
"""


@dataclass(frozen=True)
class Line:
    """Hold one row: a figure for each way; None where it says nothing."""

    label: str
    decimals: int
    values: Mapping[str, Optional[float]]


@dataclass(frozen=True)
class Report:
    """Hold a run: on what, and what was found."""

    machine: Mapping[str, str]
    lines: tuple[Line, ...]

    def table(self) -> str:
        """Return the rows as text, the ways side by side."""
        ways = list(self.lines[0].values)
        width = max(len(line.label) for line in self.lines)
        head = f"{'':{width}}" + "".join(f"{way:>12}" for way in ways)
        return "\n".join([head, *(f"{line.label:{width}}{_cells(line)}" for line in self.lines)])

    def value(self, label: str, way: str) -> Optional[float]:
        """Return one figure. Raises KeyError."""
        return {line.label: line for line in self.lines}[label].values.get(way)

    def dumped(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


def load(text: str) -> Report:
    """Return a report from its JSON."""
    data = json.loads(text)
    return Report(data["machine"], tuple(Line(**line) for line in data["lines"]))


def machine() -> dict[str, str]:
    """Return on what this run is made."""
    return {
        "date": date.today().isoformat(),
        "revision": _revision(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "nginx": nginx.version() if nginx.program() else "not on PATH",
        "load before": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
    }


def _cells(line: Line) -> str:
    told = ["-" if v is None else f"{v:,.{line.decimals}f}" for v in line.values.values()]
    return "".join(f"{cell:>12}" for cell in told)


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(
            command, cwd=PROJECT, capture_output=True, encoding="utf-8", check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
