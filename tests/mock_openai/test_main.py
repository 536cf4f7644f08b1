from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import requests

from lab_utils.mock_openai import scenarios

MODULE = (sys.executable, "-m", "lab_utils.mock_openai")


@contextmanager
def started(*options: str, command: Sequence[str] = MODULE) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*command, "--stop-with-stdin", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.communicate(timeout=10)


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    ready: dict[str, str] = json.loads(process.stdout.readline())
    return ready


def test_it_says_where_it_listens_and_stops_when_standard_input_closes() -> None:
    with started("--region", "West Europe") as process:
        ready = first_line(process)
        assert ready["region"] == "West Europe"
        assert requests.get(ready["url"] + "/health", timeout=5).status_code == 200
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_silently(number: int) -> None:
    with started() as process:
        first_line(process)
        process.send_signal(number)
        process.wait(10)
        assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_a_taken_port_is_told_in_one_line() -> None:
    with started() as process:
        port = first_line(process)["url"].rpartition(":")[2]
        second = subprocess.run(
            [*MODULE, "--port", port], capture_output=True, encoding="utf-8", timeout=20
        )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}: ")
    assert second.stderr.count("\n") == 1


def test_help_lists_the_scenarios() -> None:
    shown = subprocess.run([*MODULE, "--help"], capture_output=True, encoding="utf-8", timeout=20)
    for name, doc in scenarios.described().items():
        assert re.search(rf"^  {name} +{re.escape(doc)}$", shown.stdout, re.M)
