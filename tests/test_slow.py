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


def collected(*arguments: str) -> list[str]:
    """Return the files whose tests pytest would run, in their order."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "--collect-only", "-q", *arguments],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    files = (line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line)
    return list(dict.fromkeys(files))


def test_only_what_is_not_on_the_list_is_run() -> None:
    places = ("response-streaming.ipynb", "tests/gateway_conformance", "tests/test_packaging.py")
    assert collected("-m", "not slow", *places) == [
        "tests/gateway_conformance/test_look.py",
        "tests/gateway_conformance/test_questions.py",
    ]


def test_the_longest_begin() -> None:
    places = (
        "tests/test_secret.py",
        "tests/test_packaging.py",
        "tests/notebook_runner/test_running.py",
    )
    assert collected("response-streaming.ipynb", *places) == [
        "tests/notebook_runner/test_running.py",
        "response-streaming.ipynb",
        "tests/test_packaging.py",
        "tests/test_secret.py",
    ]
