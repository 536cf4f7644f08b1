from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.backends import (
    Backend,
    Breaker,
    BreakerRule,
    Member,
    Pool,
    UnavailableError,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def rule(count: int | None = 2, percentage: float | None = None) -> BreakerRule:
    return BreakerRule(
        count=count,
        percentage=percentage,
        interval=10,
        trip_duration=60,
        ranges=((429, 429), (500, 599)),
        errors=("Timeout",),
        accept_retry_after=True,
    )


def pool(*members: tuple[str, int, int]) -> tuple[Pool, Clock]:
    clock = Clock()
    return Pool(
        "inference",
        [
            Member(Backend(name, f"http://{name}", Breaker(rule(1), clock)), priority, weight)
            for name, priority, weight in members
        ],
    ), clock


def picks(target: Pool, count: int) -> Counter[str]:
    return Counter(target.pick().name for _ in range(count))


def test_members_of_equal_weight_take_turns() -> None:
    target, _ = pool(("a", 1, 100), ("b", 1, 100), ("c", 1, 100))
    assert [target.pick().name for _ in range(6)] == ["a", "b", "c", "a", "b", "c"]


def test_weight_is_the_share_of_the_traffic() -> None:
    target, _ = pool(("a", 1, 3), ("b", 1, 1))
    assert picks(target, 40) == {"a": 30, "b": 10}


def test_a_lower_priority_waits_until_every_higher_one_is_tripped() -> None:
    target, clock = pool(("a", 1, 1), ("b", 1, 1), ("c", 2, 1))
    first, second = target.pick(), target.pick()
    first.breaker.record(429)
    assert picks(target, 4) == {second.name: 4}
    second.breaker.record(500)
    assert picks(target, 4) == {"c": 4}
    clock.now = 60.0
    assert set(picks(target, 4)) == {"a", "b"}


def test_a_pool_without_a_closed_circuit_is_unavailable() -> None:
    target, clock = pool(("a", 1, 1), ("b", 2, 1))
    target.pick().breaker.record(429, retry_after=7)
    target.pick().breaker.record(429, retry_after=20)
    with pytest.raises(UnavailableError) as caught:
        target.pick()
    assert caught.value.reason == "Backend pool inference is temporarily unavailable"
    assert caught.value.retry_after == 7
    clock.now = 7.0
    assert target.pick().name == "a"


def test_a_single_backend_is_unavailable_while_its_circuit_is_open() -> None:
    clock = Clock()
    backend = Backend("a", "http://a", Breaker(rule(1), clock))
    backend.breaker.record(503)
    with pytest.raises(UnavailableError, match="Backend a is temporarily unavailable"):
        backend.pick()


def test_a_breaker_trips_at_the_count_within_the_interval() -> None:
    clock = Clock()
    breaker = Breaker(rule(2), clock)
    breaker.record(500)
    clock.now = 11.0
    breaker.record(500)
    assert not breaker.remaining()
    clock.now = 12.0
    breaker.record(500)
    assert breaker.remaining() == 60


def test_other_statuses_do_not_count() -> None:
    breaker = Breaker(rule(1), Clock())
    for status in (200, 400, 401, 404, 499):
        breaker.record(status)
    assert not breaker.remaining()


def test_a_percentage_of_the_interval_trips_too() -> None:
    breaker = Breaker(rule(None, 50), Clock())
    breaker.record(200)
    breaker.record(200)
    breaker.record(429)
    assert not breaker.remaining()
    breaker.record(429)
    assert breaker.remaining()


def test_an_error_reason_counts_as_the_rule_says() -> None:
    breaker = Breaker(rule(1), Clock())
    breaker.record(0, "BackendConnectionFailure")
    assert not breaker.remaining()
    breaker.record(0, "Timeout")
    assert breaker.remaining()


def test_without_a_rule_nothing_trips() -> None:
    backend = Backend("a", "http://a")
    for _ in range(100):
        backend.breaker.record(500)
    assert backend.pick() is backend


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), min_size=1, max_size=6))
def test_picks_follow_weights_exactly_over_a_whole_round(places: list[tuple[int, int]]) -> None:
    target, _ = pool(*((str(index), *place) for index, place in enumerate(places)))
    best = min(priority for priority, _ in places)
    weights = {str(i): weight for i, (priority, weight) in enumerate(places) if priority == best}
    total = sum(weights.values())
    found = picks(target, total)
    assert found == Counter({name: weight for name, weight in weights.items() if weight})


def test_a_session_stays_with_its_member_while_its_circuit_is_closed() -> None:
    target, _ = pool(("a", 1, 1), ("b", 1, 1))
    assert {target.pick("b").name for _ in range(4)} == {"b"}
    assert set(picks(target, 4)) == {"a", "b"}  # the turns of the others go on
    target.pick("b").breaker.record(429)
    assert {target.pick("b").name for _ in range(4)} == {"a"}
    assert target.pick("gone").name == "a"
