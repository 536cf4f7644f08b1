"""Clients of other makers work with the mock; only where somebody has installed them."""

from __future__ import annotations

import pytest

from tests.clients.__main__ import ready, table, tried


@pytest.mark.skipif(not ready(), reason="npm install --prefix tests/clients")
def test_every_check_of_every_client_passes() -> None:
    results = tried()
    assert len(results) == 4
    assert {len(checks) for checks in results.values()} == {10}
    failed = {
        (client, check): told
        for client, checks in results.items()
        for check, told in checks.items()
        if told
    }
    assert failed == {}


def test_a_failure_stands_in_the_table() -> None:
    told = table({"a 1": {"chat": None, "usage": "1, not 2"}, "b": {"chat": None, "usage": None}})
    assert told.splitlines() == [
        "|  | a 1 | b |",
        "| --- | --- | --- |",
        "| chat | ok | ok |",
        "| usage | 1, not 2 | ok |",
    ]
