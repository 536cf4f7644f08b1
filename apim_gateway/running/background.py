"""Work that goes on beside the requests."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio  # a twentieth of a second, which the check needs not wait


class Background:
    """Hold what is under way; its failures are its own."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[object]] = set()

    def start(self, work: Coroutine[object, object, object]) -> None:
        """Let `work` go on."""
        import asyncio

        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Future[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is warned of it

    async def close(self) -> None:
        """End what is under way."""
        import asyncio

        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
