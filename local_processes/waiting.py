"""Waits that Stop and Ctrl-C end within a second, on Windows too.

Windows breaks no wait: neither on a socket nor on a lock nor on a process. An interrupt is taken
when the wait is over, so no wait of the main thread may be long.
"""

from __future__ import annotations

import subprocess
import threading
import time
from concurrent.futures import Future
from typing import Callable, TypeVar

MOMENT = 0.5  # seconds until an interrupt is taken

T = TypeVar("T")


def answer(question: Callable[[], T]) -> T:
    """Return what `question` returns, or raise what it raises, having waited in short pieces.

    It runs in a thread of its own. Who interrupts leaves it there: it ends by its own time limit,
    or with the program.
    """
    future: Future[T] = Future()

    def ask() -> None:
        try:
            future.set_result(question())
        except BaseException as error:  # raised again in the thread that waits
            future.set_exception(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(MOMENT)
    return future.result()


def output(process: subprocess.Popen[str], seconds: float) -> tuple[str, str]:
    """Return what a process wrote, when it has ended. Raises subprocess.TimeoutExpired."""
    deadline = time.monotonic() + seconds
    while True:
        left = deadline - time.monotonic()
        try:
            return process.communicate(timeout=max(0.0, min(MOMENT, left)))
        except subprocess.TimeoutExpired:
            if left <= MOMENT:
                raise


def sleep(seconds: float) -> None:
    """Return after so many seconds."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, MOMENT))
