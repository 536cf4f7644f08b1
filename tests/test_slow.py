"""What `make test-fast` leaves out: the list in pyproject.toml, as conftest.py reads it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lab_utils.settings import PROJECT


def test_everything_on_the_list_is_there(request: pytest.FixtureRequest) -> None:
    listed = request.config.getini("slow")
    assert listed
    assert [str(place) for place in listed if not place.exists()] == []


def test_only_what_is_not_on_the_list_is_run() -> None:
    places = ("response-streaming.ipynb", "tests/gateway_conformance", "tests/test_packaging.py")
    command = [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "-qq"]
    done = subprocess.run(
        [*command, "-m", "not slow", *places],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert [line.partition(":")[0] for line in done.stdout.split("\n") if line] == [
        "tests/gateway_conformance/test_look.py",
        "tests/gateway_conformance/test_questions.py",
    ]
