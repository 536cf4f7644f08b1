from __future__ import annotations

import asyncio

from mock_openai.ticker import Ticker

TICK = 1 / 64  # seconds; a loop on Windows wakes whoever is due within the clock's tick


def test_nobody_is_woken_early() -> None:
    async def run() -> None:
        ticker, clock = Ticker(), asyncio.get_running_loop().time

        async def wait(due: float) -> float:
            await ticker.until(due)
            return clock() - due

        start = clock()
        late = await asyncio.gather(*(wait(start + n / 700) for n in range(-50, 100)))
        assert min(late) > -TICK

    asyncio.run(run())


def test_those_due_in_the_same_millisecond_share_a_timer() -> None:
    async def run() -> None:
        ticker = Ticker()
        now = int(asyncio.get_running_loop().time() * 1000) + 500  # milliseconds
        waiting = [asyncio.ensure_future(ticker.until((now + n / 11) / 1000)) for n in range(1, 11)]
        await asyncio.sleep(0)
        assert len(ticker.waiting) == 1
        waiting[0].cancel()  # whose client left
        await asyncio.gather(*waiting[1:])
        assert not ticker.waiting

    asyncio.run(run())


def test_a_long_wait_that_is_given_up_leaves_no_timer() -> None:
    async def run() -> None:
        ticker = Ticker()
        waiting = asyncio.ensure_future(ticker.until(asyncio.get_running_loop().time() + 3600))
        await asyncio.sleep(0)
        waiting.cancel()
        assert not ticker.waiting

    asyncio.run(run())
