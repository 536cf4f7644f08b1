"""Every cause leaves signs that no other leaves, on a quiet machine and on a busy one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_probe import verdict as v
from stream_probe.arrival import Arrival, Read
from stream_probe.verdict import in_client, judge
from tests.made_up import examples
from tests.stream_probe.made import answer, arrival, blocks, busy, instants, late, windows

SEEDS = st.integers(0, 10**6)
PACES = st.sampled_from([0.005, 0.01, 0.02, 0.04])
SIZES = st.integers(250, 700)
JSON = Arrival((Read(2.0, b"{}"),), 2.0, 2.0, content_type="application/json")


@examples(40)
@given(SEEDS, PACES, SIZES)
def test_an_even_stream_is_even(seed: int, pace: float, size: int) -> None:
    reads = answer(pace=pace, size=size, seed=seed)
    assert judge(arrival(reads)).cause == v.EVEN
    if pace >= 0.02:  # faster ones do come in groups where the client sleeps through them
        assert judge(arrival(busy(reads, seed))).cause == v.EVEN


@examples(40)
@given(SEEDS, PACES, SIZES, st.booleans(), st.sampled_from([4096, 8192, 16384]))
def test_blocks_are_a_gateways_whatever_the_pace(
    seed: int, pace: float, size: int, cut: bool, block: int
) -> None:
    def sent(size: int) -> Arrival:
        return arrival(busy(blocks(answer(pace=pace, size=size, seed=seed), block, cut), seed))

    verdict = judge(sent(size), sent(size * 2))
    assert verdict.cause == v.BLOCKS
    assert f"{block:,}" in verdict.because


@examples(50)
@given(SEEDS, PACES, SIZES, st.integers(8, 60))
def test_windows_are_the_filters_even_where_they_have_the_size_of_a_block(
    seed: int, pace: float, size: int, tokens: int
) -> None:
    def sent(size: int, at_once: bool) -> Arrival:
        reads = windows(answer(pace=pace, size=size, seed=seed), tokens)
        if at_once:  # a gateway passes on what has come together, and the first event with it
            reads = gathered(reads)
        return arrival(busy(reads, seed))

    for at_once in (False, True):
        found = judge(sent(size, at_once), sent(size * 2, at_once))
        assert found.cause == v.FILTER, found


def gathered(reads: list[Read]) -> list[Read]:
    out: list[Read] = []
    for read in reads[1:]:
        if out and read.at - out[-1].at < 0.004:
            out[-1] = Read(out[-1].at, out[-1].data + read.data)
        else:
            out.append(read)
    return [Read(out[0].at, reads[0].data + out[0].data), *out[1:]]


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_blocks_that_hold_few_of_the_larger_events_are_still_blocks(factor: int) -> None:
    def sent(size: int) -> Arrival:
        return arrival(blocks(answer(pace=0.005, size=size, seed=0), 4096))

    assert sent(680 * factor).texts_per_release <= 3
    assert judge(sent(680), sent(680 * factor)).cause == v.BLOCKS


def test_single_larger_events_are_no_blocks_however_large() -> None:
    first, second = arrival(blocks(answer(size=680), 4096)), arrival(answer(size=2 * 680))
    assert judge(first, second).cause == v.BURSTS


def test_windows_of_a_blocks_size_ask_for_larger_events() -> None:
    unlucky = gathered(windows(answer(size=380), 22))
    first = judge(arrival(unlucky))
    assert (first.cause, first.doubt) == (v.BLOCKS, v.LARGER_EVENTS)
    again = gathered(windows(answer(size=760), 22))
    assert judge(arrival(unlucky), arrival(again)).cause == v.FILTER


@pytest.mark.parametrize("tokens", [4, 7, 10, 15, 20])
@pytest.mark.parametrize("whole", [False, True])
def test_a_filter_and_a_gateway_that_counts_bytes_are_the_gateways(
    tokens: int, whole: bool
) -> None:
    def sent(size: int) -> Arrival:
        written = windows(answer(size=size), tokens)
        # A gateway may see a window come at once, or event by event.
        return arrival(blocks(gathered(written) if whole else written))

    assert judge(sent(380), sent(760)).cause == v.BLOCKS


def test_events_that_did_not_change_settle_nothing() -> None:
    sent = arrival(blocks(answer()))
    for verdict in (judge(sent, sent), v.unsettled(judge(sent))):
        assert verdict.cause == v.BURSTS
        assert "a gateway's blocks, or windows of a filter" in verdict.because
    exact = judge(arrival(blocks(answer(), cut=True)))
    assert v.unsettled(exact) == exact  # events that are cut in two leave no doubt


@examples(30)
@given(SEEDS, PACES, st.sampled_from([1, 2, 7, 300]))
def test_everything_at_the_end_is_one_late_block(seed: int, pace: float, pieces: int) -> None:
    found = judge(arrival(busy(late(answer(pace=pace, seed=seed), pieces), seed, longest=0.02)))
    assert found.cause == v.LATE
    assert "at once" in found.because


def test_a_reasoning_models_silence_is_no_block() -> None:
    silent = [Read(read.at + 20, read.data) for read in answer(pace=0.005)]
    assert judge(arrival(silent)).cause == v.EVEN


@pytest.mark.parametrize("seconds", [1, 10, 100])
def test_one_long_silence_in_the_middle_is_no_gathering(seconds: float) -> None:
    stalled = [
        Read(read.at + (seconds if number > 150 else 0), read.data)
        for number, read in enumerate(answer(pace=0.01))
    ]
    assert judge(arrival(stalled)).cause == v.EVEN
    assert arrival(stalled).longest_silence > seconds


@pytest.mark.parametrize("tokens", [0, 1, 3, 10, 20])
def test_a_short_answer_in_one_block_is_too_short_to_tell(tokens: int) -> None:
    found = judge(arrival(blocks(answer(tokens=tokens))))
    assert (found.cause, found.doubt) == (v.TOO_SHORT, v.LONGER)


def test_a_longer_answer_settles_what_a_short_one_left_open() -> None:
    short, longer = arrival(blocks(answer(tokens=20))), arrival(blocks(answer(), cut=True))
    assert judge(short, longer).cause == v.BLOCKS
    assert judge(short, Arrival((), 1.0, 1.0, status=429)).cause == v.TOO_SHORT


def test_an_answer_faster_than_any_model_is_too_fast_to_tell() -> None:
    cached = [Read(0.05, read.data) for read in answer()]
    found = judge(arrival(cached))
    assert found.cause == v.TOO_SHORT
    assert "faster than a model" in found.because


def test_a_few_single_events_are_even_and_fewer_are_too_few() -> None:
    assert judge(arrival(answer(tokens=10))).cause == v.EVEN
    assert judge(arrival(answer(tokens=3))).cause == v.TOO_SHORT


def test_small_writes_and_groups_of_three_are_even() -> None:
    cut = [
        Read(read.at, read.data[i : i + 7])
        for read in answer()
        for i in range(0, len(read.data), 7)
    ]
    assert judge(arrival(cut)).cause == v.EVEN
    assert judge(arrival(windows(answer(), 3))).cause == v.EVEN


def test_an_answer_that_is_no_stream_was_not_asked_for_or_not_given() -> None:
    assert judge(JSON).cause == v.NOT_STREAMED
    not_asked = Arrival(JSON.reads, 2.0, 2.0, content_type="application/json", asked=False)
    assert judge(not_asked).cause == v.NOT_ASKED
    assert judge(Arrival(JSON.reads, 2.0, 2.0, content_type="")).cause == v.NOT_STREAMED


def test_a_refusal_is_no_verdict_on_a_stream() -> None:
    assert judge(Arrival((), 0.1, 0.1, status=401)).cause == v.REFUSED


def test_bursts_without_the_marks_of_a_filter_are_nobodys() -> None:
    assert judge(arrival(windows(answer(verdict=None), 30))).cause == v.BURSTS


EVEN = judge(arrival(answer()))


def test_a_client_that_hands_out_all_at_once_gathers() -> None:
    at_once = [6.4 + i * 0.0001 for i in range(300)]
    assert in_client(EVEN, at_once, in_one_piece=False).cause == v.GATHERED
    in_groups = [second + i * 0.0001 for second in range(1, 20) for i in range(15)]
    assert in_client(EVEN, in_groups, in_one_piece=False).cause == v.GATHERED


def test_a_client_that_follows_the_wire_changes_nothing() -> None:
    assert in_client(EVEN, instants(300, 0.02), in_one_piece=False) == EVEN
    assert in_client(EVEN, [0.3, 0.4], in_one_piece=False) == EVEN
    assert in_client(EVEN, [], in_one_piece=False) == EVEN


def test_a_client_with_a_whole_answer_did_not_ask() -> None:
    assert in_client(EVEN, [6.4], in_one_piece=True).cause == v.NOT_ASKED


def test_what_is_gathered_on_the_wire_is_not_the_clients() -> None:
    wire = judge(arrival(late(answer())))
    assert in_client(wire, [6.4] * 300, in_one_piece=False) == wire
