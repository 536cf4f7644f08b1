"""What is waited for in pieces comes whole; tests/test_waiting.py interrupts the waits."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local_processes import waiting


def test_an_answer_and_an_error_come_through() -> None:
    assert waiting.answer(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        waiting.answer(lambda: 1 // 0)
    with pytest.raises(TimeoutError):  # the question's own
        waiting.answer(_times_out)


def _times_out() -> None:
    raise TimeoutError


def test_output_is_whole_and_ends_at_its_limit() -> None:
    def started(code: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8")

    quick = started("import time; print('x' * 200_000); time.sleep(1.2)")
    assert waiting.output(quick, 60)[0].strip() == "x" * 200_000
    with started("import time; time.sleep(60)") as endless:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.output(endless, 0.7)
        endless.kill()
