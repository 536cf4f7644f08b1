from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.cache import Cache


def test_a_value_is_kept_until_it_expires() -> None:
    now = [0.0]
    cache = Cache(lambda: now[0])
    cache.put("a", None, 10)
    assert cache.find("a") == (True, None)
    now[0] = 10.0
    assert cache.find("a") == (False, None)


def test_the_oldest_goes_when_there_are_too_many() -> None:
    cache = Cache(most=2)
    for key in ("a", "b", "a", "c"):
        cache.put(key, key, 10)
    assert [cache.find(key)[0] for key in "abc"] == [True, False, True]


def test_what_is_not_there_may_be_removed() -> None:
    cache = Cache()
    cache.put("a", 1, 10)
    cache.remove("a")
    cache.remove("a")
    assert cache.find("a") == (False, None)


@given(st.lists(st.text(max_size=2)), st.integers(1, 5))
def test_there_are_never_more_than_allowed(keys: list[str], most: int) -> None:
    cache = Cache(most=most)
    for key in keys:
        cache.put(key, key, 10)
    assert sum(cache.find(key)[0] for key in set(keys)) <= most
