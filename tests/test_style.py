"""Ruff and mypy find nothing; they run here so that one command checks everything."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lab_utils.settings import PROJECT


@pytest.mark.skipif(sys.version_info < (3, 11), reason="checked once, on a newer Python")
@pytest.mark.parametrize("command", ["ruff check", "ruff format --check", "mypy"])
def test_the_code_is_clean(command: str) -> None:
    arguments = [sys.executable, "-m", *command.split()]
    done = subprocess.run(arguments, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
