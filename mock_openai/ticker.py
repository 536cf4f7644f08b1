"""Waits for instants, with one timer for all who wait for the same millisecond."""

from __future__ import annotations

import asyncio
import math

_LONG = 1.0  # seconds; who waits longer may give up, and has a timer of its own


class Ticker:
    """Wake whoever waits in one event loop."""

    def __init__(self) -> None:
        self.waiting: dict[int, list[asyncio.Future[None]]] = {}  # by millisecond

    async def until(self, due: float) -> None:
        """Wait until the loop's clock is at `due`, in seconds, or up to a millisecond later."""
        running = asyncio.get_running_loop()
        seconds = due - running.time()
        if not 0 < seconds < _LONG:
            await asyncio.sleep(max(seconds, 0))
            return
        tick = math.ceil(due * 1000)
        if tick not in self.waiting:
            self.waiting[tick] = []
            running.call_at(tick / 1000, self._wake, tick)
        woken = running.create_future()
        self.waiting[tick].append(woken)
        await woken

    def _wake(self, tick: int) -> None:
        for each in self.waiting.pop(tick):
            if not each.done():  # cancelled: its client left
                each.set_result(None)
