from __future__ import annotations

import asyncio
import builtins
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_openai import loop

ROOT = Path(loop.__file__).parent.parent


@pytest.fixture
def without_uvloop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    imported = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name == "uvloop":
            raise ImportError(name)
        return imported(name, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(builtins, "__import__", refuse)
        yield


@pytest.mark.usefixtures("without_uvloop")
def test_without_uvloop_it_runs_on_selectors_which_can_reset_a_connection() -> None:
    found = loop.new_loop()
    found.close()
    assert isinstance(found, asyncio.SelectorEventLoop)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts no descriptors")
def test_the_soft_limit_of_descriptors_is_raised_to_the_hard_one() -> None:
    program = (
        "import resource; from mock_openai import loop;"
        "hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1];"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, hard), hard));"
        "print(loop.raise_limit() == hard or loop.raise_limit() == 10240)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30
    )
    assert done.stdout.split() == ["True"], done.stderr


@pytest.mark.usefixtures("without_uvloop")
def test_the_loop_of_windows_is_woken_by_signals_while_it_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = signal.set_wakeup_fd(-1)
    monkeypatch.setattr(sys, "platform", "win32")
    seen: list[int] = []

    async def work() -> None:
        seen.append(signal.set_wakeup_fd(-1))
        signal.set_wakeup_fd(seen[0])

    loop.run(work())
    assert seen[0] != -1
    assert signal.set_wakeup_fd(before) == -1
