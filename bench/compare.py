"""Compare what this tree's gateway costs with another revision's: python -m bench.compare REV.

Both run side by side and take turns, so that what else the machine does falls on both. It is the
CPU of the gateway's process that is compared, which depends less on that than time does.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.loads import Burst, Load, Paced
from bench.servers import PROJECT, Server

FOLDER = PROJECT / "build" / "bench-base"
DEARER = 1.2  # of the base; between two runs of one tree the median stays below
BASE, HERE = "base", "here"


@dataclass(frozen=True)
class Price:
    """Name what is paid for: a load, and the figure of it in CPU microseconds."""

    label: str
    load: Load
    figure: str


PRICES = (
    Price("an event at a model's pace", Paced(100, 50, 4), "us/event"),
    Price("an event at full speed", Burst(2000, 16, 4, cpu=0.6, seconds=5), "us/event"),
    Price("a request with one event", Burst(1, 16, 20, cpu=0.6, seconds=5), "us/request"),
)


@dataclass(frozen=True)
class Paid:
    """Hold what a price came to in each round, in both trees."""

    label: str
    rounds: Sequence[Mapping[str, float]]

    @property
    def ratios(self) -> list[float]:
        """Return this tree's price by the base's, round by round, from the least to the most."""
        return sorted(found[HERE] / found[BASE] for found in self.rounds)

    @property
    def is_dearer(self) -> bool:
        """Tell whether this tree takes a fifth more, or more than that."""
        return statistics.median(self.ratios) >= DEARER

    def line(self) -> str:
        """Return it as a line of the table."""
        base, here = (
            statistics.median(found[name] for found in self.rounds) for name in (BASE, HERE)
        )
        ratios = self.ratios
        told = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        return f"{self.label:30}{base:12.1f}{here:12.1f}   {told}{'  DEARER' * self.is_dearer}"


async def pay(price: Price, ways: Mapping[str, Server], rounds: int) -> Paid:
    """Measure a price, the trees in turn, each first in every second round."""
    found = []
    for number in range(rounds):
        order = (BASE, HERE) if number % 2 else (HERE, BASE)
        found.append({name: (await price.load.measure(ways[name]))[price.figure] for name in order})
    return Paid(price.label, found)


@contextmanager
def checked_out(revision: str, folder: Path = FOLDER) -> Iterator[Path]:
    """Give a worktree of a revision. Raises subprocess.CalledProcessError."""
    _remove(folder)
    _git("worktree", "add", "--quiet", "--force", "--detach", str(folder), revision)
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    if folder.exists():
        _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> None:
    command = ["git", "-C", str(PROJECT), *arguments]
    subprocess.run(command, check=True, capture_output=True, encoding="utf-8")


def main() -> int:
    """Compare, and return 1 where something is a fifth dearer here."""
    parser = argparse.ArgumentParser(prog="python -m bench.compare", description=__doc__)
    parser.add_argument("revision", help="what to compare with: a branch, tag or commit")
    parser.add_argument("--rounds", type=int, default=7, help="for each figure (%(default)s)")
    given = parser.parse_args()
    try:
        with checked_out(given.revision) as base:
            paid = _compared(base, given.rounds)
    except subprocess.CalledProcessError as error:
        print(f"{given.revision!r} cannot be checked out: {error.stderr.strip()}", file=sys.stderr)
        return 2
    return int(any(price.is_dearer for price in paid))


def _compared(base: Path, rounds: int) -> list[Paid]:
    print(f"{'CPU of the gateway, us':30}{BASE:>12}{HERE:>12}   ratio: median (least to most)")
    paid = []
    with ExitStack() as stack:
        backend = stack.enter_context(servers.serving(PROJECT, "bench.backend"))
        trees = {BASE: base, HERE: PROJECT}
        ways = {
            name: stack.enter_context(servers.gateway(backend, folder))
            for name, folder in trees.items()
        }
        for price in PRICES:
            found = servers.run(pay(price, ways, rounds))
            print(found.line(), flush=True)
            if found.is_dearer:  # or something else came between: what decides is a longer look
                found = servers.run(pay(price, ways, 2 * rounds))
                print(found.line(), flush=True)
            paid.append(found)
    return paid


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
