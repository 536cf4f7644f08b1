from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai.errors import RefusedError
from mock_openai.limits import NOMINAL, Limits, throttled


class Clock:
    """Stand still until told to move on; in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(limits: Limits, tokens: int) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        limits.take(tokens)
    return caught.value


def test_headers_count_as_azures_do() -> None:
    limits = Limits(120, 120_000, Clock())
    limits.take(14)
    headers = limits.headers()
    assert headers["x-ratelimit-limit-requests"] == "120"
    assert headers["x-ratelimit-remaining-requests"] == "119"
    assert headers["x-ratelimit-reset-requests"] == "500"
    assert headers["x-ratelimit-limit-tokens"] == "120000"
    assert headers["x-ratelimit-remaining-tokens"] == "119986"
    assert headers["x-ratelimit-reset-tokens"] == "7"


def test_a_spent_limit_says_when_to_come_back_and_is_right() -> None:
    clock = Clock()
    limits = Limits(2, None, clock)
    limits.take(1)
    limits.take(1)
    refused = refusal(limits, 1)
    assert refused.values == {"limit": "call", "seconds": "30"}
    assert refused.headers == {"policy-id": "DeploymentRatelimit-Call", "Retry-After": "30"}
    clock.now += 29
    refusal(limits, 1)
    clock.now += 1
    limits.take(1)


def test_tokens_are_a_limit_of_their_own() -> None:
    limits = Limits(None, 100, Clock())
    limits.take(90)
    assert refusal(limits, 20).values == {"limit": "token", "seconds": "6"}


def test_a_refused_request_is_not_charged() -> None:
    limits = Limits(10, 100, Clock())
    limits.take(90)
    before = limits.headers()
    refusal(limits, 20)
    assert limits.headers() == before


def test_more_than_the_whole_limit_passes_when_all_is_free() -> None:
    limits = Limits(None, 100, Clock())
    limits.take(1000)
    assert limits.headers()["x-ratelimit-remaining-tokens"] == "0"


def test_limits_that_nobody_set_count_but_do_not_refuse() -> None:
    limits = Limits(clock=Clock())
    for _ in range(NOMINAL["requests"] + 1):
        limits.take(1)
    assert limits.headers()["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize(("seconds", "milliseconds"), [(3, None), (None, 250), (None, None)])
def test_throttled_leaves_out_what_is_none(
    seconds: Optional[int], milliseconds: Optional[int]
) -> None:
    headers = throttled("token", seconds, milliseconds).headers
    assert headers.get("Retry-After") == (None if seconds is None else str(seconds))
    assert headers.get("retry-after-ms") == (None if milliseconds is None else str(milliseconds))


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 40)), max_size=40))
def test_whoever_waits_as_told_is_let_in(calls: list[tuple[float, int]]) -> None:
    clock = Clock()
    limits = Limits(5, 100, clock)
    for pause, tokens in calls:
        clock.now += pause
        try:
            limits.take(tokens)
        except RefusedError as refused:
            clock.now += int(refused.headers["Retry-After"])
            try:
                limits.take(tokens)
            except RefusedError as other:  # the other limit was spent as well
                clock.now += int(other.headers["Retry-After"])
                limits.take(tokens)
