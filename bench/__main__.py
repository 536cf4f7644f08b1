"""Measure the gateway with the lab's own policy beside nginx: python -m bench, two minutes."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Optional

from apim_gateway.serving.descriptors import raise_limit
from bench import expressions, figure, nginx, report, servers
from bench.plan import PLAN, Part
from bench.report import Line, Report
from bench.servers import PROJECT, Server

BUILD = PROJECT / "build"
NEEDED = (
    "the figure needs matplotlib, which is not installed: run `make bench`, or first "
    "`python -m pip install -r bench/requirements.txt`"
)


def _started(stack: ExitStack) -> dict[str, Server]:
    backend = stack.enter_context(servers.serving(PROJECT, "bench.backend"))
    ways = {"direct": backend}
    if nginx.program():
        ways["nginx"] = stack.enter_context(nginx.relay(backend))
    return {**ways, "gateway": stack.enter_context(servers.gateway(backend))}


def standing(ways: Mapping[str, Server]) -> list[Line]:
    """Return what each server takes before a request comes."""
    ready = {way: server.ready * 1e3 for way, server in ways.items()}
    memory = {way: server.memory() / 2**20 for way, server in ways.items()}
    return [Line("start until it listens, ms", 0, ready), Line("memory, idle, MB", 0, memory)]


async def measured(part: Part, ways: Mapping[str, Server]) -> list[Line]:
    """Return the rows of a part: the median of its rounds, in which the ways take turns."""
    found = {way: [await part.load.measure(ways[way])] for way in ways}
    for _ in range(part.rounds - 1):
        for way in ways:
            found[way].append(await part.load.measure(ways[way]))

    def median(way: str, name: str) -> Optional[float]:
        return statistics.median(figures[name] for figures in found[way])

    return [
        Line(row.label, row.decimals, {way: median(way, row.figure) for way in ways})
        for row in part.rows
    ]


async def everything(ways: Mapping[str, Server], plan: Sequence[Part]) -> list[Line]:
    """Return all rows."""
    lines = standing(ways)
    for part in plan:
        lines += await measured(part, ways)
    return lines


def main() -> int:
    """Start the servers, measure, stop them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, default=BUILD / "bench.json", metavar="FILE")
    parser.add_argument("--svg", type=Path, default=BUILD / "bench.svg", metavar="FILE")
    given = parser.parse_args()
    if find_spec("matplotlib") is None:
        parser.error(NEEDED)
    raise_limit()
    start = time.perf_counter()
    machine = report.machine()
    print("".join(f"{name}: {value}\n" for name, value in machine.items()))
    print(report.NOTE)
    with ExitStack() as stack:
        lines = servers.run(everything(_started(stack), PLAN))
    made = Report(machine, tuple(lines))
    print(made.table())
    print(f"\nthe policy's expressions: {expressions.seconds() * 1e6:.0f} us a request")
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(made.dumped(), encoding="utf-8")
    figure.draw(made, given.svg)
    print(f"kept in {given.json} and {given.svg}; took {time.perf_counter() - start:.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
