"""Two trees beside each other: what counts as dearer, and a comparison with a real commit."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.compare import BASE, HERE, Paid
from bench.servers import PROJECT


def paid(*pairs: tuple[float, float]) -> Paid:
    return Paid("an event", [{BASE: base, HERE: here} for base, here in pairs])


@pytest.mark.parametrize(
    ("pairs", "dearer"),
    [
        ([(10, 11), (10, 11.9), (20, 23)], False),
        ([(10, 12), (10, 12), (20, 23)], True),
        ([(10, 8), (10, 30), (10, 10)], False),  # one round that something else disturbed
        ([(100, 130), (10, 13), (1, 1.3)], True),  # the machine's speed changed, not the ratio
    ],
)
def test_a_fifth_more_in_most_rounds_is_dearer(
    pairs: list[tuple[float, float]], dearer: bool
) -> None:
    assert paid(*pairs).is_dearer == dearer
    assert paid(*pairs).line().endswith("DEARER") == dearer


def test_the_line_tells_both_prices_and_the_range_of_the_ratios() -> None:
    told = paid((10, 9), (20, 24), (30, 30)).line().split()
    assert told == ["an", "event", "20.0", "24.0", "1.00", "(0.90", "to", "1.20)"]


def test_a_revision_that_is_none_is_told_in_one_line() -> None:
    if not (PROJECT / ".git").exists():
        pytest.skip("no repository here")
    done = subprocess.run(
        [sys.executable, "-m", "bench.compare", "no-such-revision"],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "'no-such-revision' cannot be checked out: fatal: invalid reference: no-such-revision"
    ]
