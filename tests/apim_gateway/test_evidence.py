"""The table of what each behaviour rests on names tests that are there."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

from apim_gateway import evidence, reference

TESTS = Path(__file__).parents[1]
ROWS = list(evidence.behaviours())


@pytest.mark.parametrize("row", ROWS, ids=[row.test.rpartition("::")[2] for row in ROWS])
def test_a_behaviour_has_a_status_and_a_test_that_is_there(row: evidence.Behaviour) -> None:
    file, _, name = row.test.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(found) == 1
    assert name.startswith("test_")
    assert row.status in evidence.STATUSES
    assert row.area
    assert row.what


def test_no_behaviour_stands_twice() -> None:
    counted = Counter(row.what for row in ROWS)
    assert [what for what, number in counted.items() if number > 1] == []


def test_every_status_and_every_area_is_told_on_the_page() -> None:
    assert {row.status for row in ROWS} == set(evidence.STATUSES)
    page = reference.markdown()
    for row in ROWS:
        assert f"\n| {row.area} | {row.what} | {row.status} | `{row.test}` |" in page
