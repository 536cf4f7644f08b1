from __future__ import annotations

import asyncio

from mock_openai.ticker import Ticker


def test_nobody_is_woken_early() -> None:
    async def run() -> None:
        ticker, clock = Ticker(), asyncio.get_running_loop().time

        async def wait(due: float) -> bool:
            await ticker.until(due)
            return clock() >= due

        start = clock()
        assert all(await asyncio.gather(*(wait(start + n / 7000) for n in range(-50, 100))))

    asyncio.run(run())


def test_those_due_in_the_same_millisecond_share_a_timer() -> None:
    async def run() -> None:
        ticker = Ticker()
        due = round(asyncio.get_running_loop().time(), 3) + 0.5
        waiting = [asyncio.ensure_future(ticker.until(due - n / 10_000)) for n in range(10)]
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
