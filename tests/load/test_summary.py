"""The table and the picture of a run, from Locust's statistics as it serializes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from load import picture
from load.summary import FIRST_TOKEN, GAP, SPEED, WHOLE, Summary, percentile, summary


def entry(kind: str, name: str, times: dict[Any, int], size: int = 0) -> dict[str, Any]:
    return {
        "method": kind,
        "name": name,
        "num_requests": sum(times.values()),
        "total_content_length": size,
        "response_times": times,
    }


ENTRIES = [
    entry("stream", FIRST_TOKEN, {"250": 8, 900: 2}),
    entry("stream", GAP, {20: 900, 45: 90, 1000: 10}),
    entry("stream", WHOLE, {3000: 9}, size=1350),
    entry("stream", SPEED, {48: 9}),
    entry("outcome", "whole", {3000: 9}),
    entry("outcome", "429", {12: 2}),
    entry("outcome", "dropped", {700: 1}),
    entry("reason", "the stream ended without [DONE]", {700: 1}),
    entry("region", "East US 2", {3000: 4}),
    entry("region", "Sweden Central", {3000: 8}),
    entry("goodput", "within the limits", {3000: 6}),
    entry("GET", "/something-else", {1: 1}),
]


def test_the_table_tells_times_ends_and_regions() -> None:
    assert summary(ENTRIES, 30.0).table().splitlines() == [
        "                                   p50       p90       p99",
        "time to first token, ms            250       900       900",
        "inter-token latency, ms             20        20        45",
        "end to end, ms                   3,000     3,000     3,000",
        "tokens/s of a stream                48        48        48",
        "",
        "answers  12 in 30 s, 0.4 a second",
        "tokens   1,350 of whole answers, 45.0 a second",
        "goodput  6 answers kept the limits, 0.2 a second",
        "ended    whole 9, 429 2, dropped 1",
        "regions  Sweden Central 8, East US 2 4",
        "  1 x the stream ended without [DONE]",
    ]


def test_a_run_that_got_nothing_has_a_table_all_the_same() -> None:
    assert summary([], 0.0).table().splitlines()[2:] == [
        "answers  0 in 0 s, no time passed",
        "tokens   0 of whole answers, no time passed",
        "goodput  0 answers kept the limits, no time passed",
        "ended    none",
        "regions  none",
    ]


@pytest.mark.parametrize(("percent", "value"), [(1, 10), (50, 10), (51, 20), (99, 20), (100, 30)])
def test_a_percentile_is_the_least_that_so_many_do_not_exceed(percent: int, value: int) -> None:
    assert percentile({30: 1, 10: 50, 20: 49}, percent) == value


def test_shares_rise_from_none_to_all() -> None:
    assert picture.shares({30: 1, 10: 3}) == ([10, 10, 30], [0, 0.75, 1])
    assert picture.shares({}) == ([], [])


@pytest.mark.parametrize("found", [summary(ENTRIES, 30), Summary(1.0, outcomes={"dropped": 3})])
def test_the_picture_is_drawn(tmp_path: Path, found: Summary) -> None:
    file = tmp_path / "new" / "load.svg"
    picture.draw(found, file)
    text = file.read_text(encoding="utf-8")
    for told in (FIRST_TOKEN, GAP, SPEED, *found.outcomes):
        assert told in text
