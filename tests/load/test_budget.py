"""What a run may cost: told before it starts, and refused where it is more than was allowed."""

from __future__ import annotations

import pytest

from lab_utils.errors import ConfigError
from load import budget
from load.budget import MOST, Budget

SMALL = Budget(users=5, seconds=20, tokens=200)
LARGE = Budget(users=50, seconds=60, tokens=150)


def test_users_ask_again_as_soon_as_they_have_read() -> None:
    assert SMALL.expected == 25  # 4 seconds for an answer
    assert LARGE.expected == 1000
    assert Budget(300, 1, 1000).expected == 300  # each asks once at least


@pytest.mark.parametrize("target", ["azure", "existing"])
def test_a_run_that_costs_too_much_is_refused_with_the_next_step(target: str) -> None:
    with pytest.raises(ConfigError, match=rf"1,000 requests .*{MOST} are .*--most-requests 1000"):
        budget.limit(LARGE, target)
    with pytest.raises(ConfigError, match="999 are allowed"):
        budget.limit(Budget(50, 60, 150, most=999), target)
    assert budget.limit(Budget(50, 60, 150, most=1000), target) == 1000


def test_a_run_within_the_limit_stops_at_it() -> None:
    assert budget.limit(SMALL, "azure") == MOST
    assert budget.limit(Budget(5, 20, 200, most=30), "existing") == 30


def test_on_this_machine_nothing_is_refused() -> None:
    assert budget.limit(LARGE, "local") is None
    assert budget.limit(Budget(50, 60, 150, most=7), "local") == 7
    assert budget.cost(LARGE, "local") == "target local: costs nothing"


def test_the_cost_is_told_in_tokens() -> None:
    told = budget.cost(SMALL, "azure")
    for part in ("25 requests", "750 input", "5,000 output", "needs 17,250 tokens a minute"):
        assert part in told
