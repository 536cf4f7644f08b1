"""Nothing is left behind: no task, no socket, no byte of another's stream."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest
from aiohttp import web

from apim_gateway.serving.settings import Address
from tests.apim_gateway.loopback import CHAT, EVENT, gateway, policy, run, served
from tests.apim_gateway.raw import wire

LEAVING = 1_000
BREAKING = 100
DESCRIPTORS = Path("/proc/self/fd")


def open_files() -> int:
    gc.collect()
    return sum(1 for _ in DESCRIPTORS.iterdir()) if DESCRIPTORS.exists() else 0


async def settled(tasks: int, files: int) -> None:
    """Wait until there are no more tasks and open files than these."""
    for _ in range(300):
        if len(asyncio.all_tasks()) <= tasks and open_files() <= files:
            return
        await asyncio.sleep(0.02)
    assert len(asyncio.all_tasks()) <= tasks
    assert open_files() <= files


async def endless(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse()
    await stream.prepare(request)
    while True:
        await stream.write(EVENT)
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("forward", ['buffer-response="false"', ""])
def test_clients_that_leave_mid_stream_leave_nothing_behind(forward: str) -> None:
    async def main() -> None:
        document = policy(
            inbound='<llm-token-limit counter-key="k" tokens-per-minute="100000000" />',
            backend=f"<forward-request {forward} />",
        )
        async with served(endless, document) as running:
            tasks, files = len(asyncio.all_tasks()), open_files()

            async def leave() -> None:
                async with wire(running) as client:
                    await client.headers()
                    if not forward:
                        return
                    assert EVENT[:20] in await client.reader.readuntil(b"\n\n")

            for _ in range(LEAVING // 50):
                await asyncio.gather(*(leave() for _ in range(25)))
            await settled(tasks, files)
            assert len(running.log) == LEAVING // 2
            assert {record["ended"] for record in running.log} == {"client left"}

    run(main())


def test_backends_that_drop_stall_or_reset_leave_nothing_behind() -> None:
    async def main() -> None:
        ends = 0

        async def breaks(request: web.Request) -> web.StreamResponse:
            nonlocal ends
            ends += 1
            transport = request.transport
            assert transport is not None
            stream = web.StreamResponse()
            await stream.prepare(request)
            await stream.write(EVENT)
            if ends % 3 == 0:
                transport.close()
            elif ends % 3 == 1:
                transport.abort()
            else:
                await asyncio.sleep(20)
            return stream

        async with served(breaks, policy()) as running:
            tasks, files = len(asyncio.all_tasks()), open_files()

            async def read() -> None:
                async with wire(running) as client:
                    await client.headers()
                    try:
                        received = await asyncio.wait_for(client.rest(), 0.5)
                    except asyncio.TimeoutError:
                        received = b"".join(client.reads)
                    assert not received.endswith(b"0\r\n\r\n")
                    assert received.count(b"data:") <= 1

            for _ in range(BREAKING // 20):
                await asyncio.gather(*(read() for _ in range(20)))
            await settled(tasks, files)
            assert len(running.log) == BREAKING

    run(main())


def test_a_request_that_the_backend_refuses_leaves_its_connection_usable() -> None:
    async def main() -> None:
        async with gateway(policy(), Address("dead", "http://127.0.0.1:9")) as running:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            for _ in range(3):
                writer.write(
                    f"POST {CHAT} HTTP/1.1\r\nHost: x\r\napi-key: a-key-for-tests\r\n"
                    "Content-Length: 0\r\n\r\n".encode()
                )
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 500")
                await reader.readuntil(b"}")
            writer.close()
            await writer.wait_closed()

    run(main())
