"""The pytest fixture `azure_openai_mock`: a mock on loopback for the tests of any project.

pip install makes pytest find it; tests/mock_openai/test_fixture.py runs the example of README.md.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Union

import pytest

from . import loop, script
from .mock import Mock
from .pace import Pace
from .server import serving

KEY = "any-key"  # the mock takes every key, and none is 401
PACE = Pace(0, 0)  # tests should not wait


class Served:
    """Hold a mock that listens on `url`."""

    def __init__(self, url: str, mock: Mock) -> None:
        self.url = url
        self.key = KEY
        self._mock = mock

    def script(self, *rules: Union[str, dict[str, Any]]) -> None:
        """Answer by these rules from now on; a text is the answer to everything.

        Raises OptionError for what is no rule; script.py says what one is.
        """
        made = [{"text": rule} if isinstance(rule, str) else rule for rule in rules]
        self._mock.script.rules = [script.rule(rule) for rule in made]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Return what was asked so far: method, path, deployment and body of each call."""
        return list(self._mock.asked)


@contextmanager
def served(mock: Mock) -> Iterator[Served]:
    """Serve a mock from a thread of its own while the block runs."""
    started: queue.Queue[tuple[str, Callable[[], object]]] = queue.Queue()
    running = loop.new_loop()

    async def work() -> None:
        stop = asyncio.Event()
        async with serving(mock, "127.0.0.1", 0) as url:
            started.put((url, lambda: running.call_soon_threadsafe(stop.set)))
            await stop.wait()

    def run() -> None:
        running.run_until_complete(work())
        running.run_until_complete(running.shutdown_asyncgens())
        running.close()

    thread = threading.Thread(target=run, name="azure_openai_mock", daemon=True)
    thread.start()
    url, stop = started.get(timeout=30)
    try:
        yield Served(url, mock)
    finally:
        stop()
        thread.join(30)


@pytest.fixture
def azure_openai_mock() -> Iterator[Served]:
    """Serve Azure OpenAI on loopback: `.url`, `.key`, `.script(...)` and `.calls`."""
    with served(Mock(pace=PACE)) as found:
        yield found
