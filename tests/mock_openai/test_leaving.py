"""Clients that go away before the end: generation stops at once, and nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import time
from collections.abc import Awaitable
from typing import Any, Callable

import openai
import psutil
import pytest

from mock_openai.mock import Mock
from mock_openai.pace import Pace
from mock_openai.server import serving
from tests.mock_openai.harness import DATED, VERSION, chat

CLIENTS = 200
WAVE = 50  # at a time: both ends are in this process, and macOS gives it 256 descriptors
LONG = "ok; tokens=20000"  # no machine is so slow that such a stream ends before its client leaves
SLOWLY = Pace(0.02, 0.02)
LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

Test = Callable[[str], Awaitable[None]]


def with_mock(mock: Mock, test: Test) -> None:
    """Run a test in the loop that the mock runs in, so that both can be looked at."""

    async def run() -> None:
        async with serving(mock, "127.0.0.1", 0) as url:
            await test(url)

    asyncio.run(run())


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; the test fails after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def handles() -> int:
    process: Any = psutil.Process()
    count: int
    if sys.platform == "win32":  # where handles are also threads, ports and libraries
        count = len(process.net_connections())
    else:
        count = process.num_fds()
    return count


async def opened(url: str, scenario: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for a long stream and read its first event."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    body = json.dumps(chat("Explain", stream=True)).encode()
    head = f"POST {DATED} HTTP/1.1\r\nHost: x\r\napi-key: k\r\nx-mock-scenario: {scenario}\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await reader.readuntil(b"\n\n")
    return reader, writer


async def leave(writer: asyncio.StreamWriter, reset: bool = False) -> None:
    if reset:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER)
    writer.close()
    await writer.wait_closed()


def test_many_clients_that_leave_in_mid_stream_leave_nothing_behind() -> None:
    mock = Mock(pace=SLOWLY)

    async def test(url: str) -> None:
        tasks, before = len(asyncio.all_tasks()), handles()
        for _ in range(CLIENTS // WAVE):
            clients = await asyncio.gather(*(opened(url, LONG) for _ in range(WAVE)))
            for number, (_, writer) in enumerate(clients):
                await leave(writer, reset=number % 2 == 0)
            await until(lambda: len(asyncio.all_tasks()) <= tasks and handles() <= before)
        ended = [entry["ended"] for entry in mock.log.entries()]
        assert len(ended) == CLIENTS
        assert all(end.startswith("client left after ") for end in ended)

    with_mock(mock, test)


def test_generation_stops_when_the_client_leaves() -> None:
    mock = Mock(pace=SLOWLY)

    async def test(url: str) -> None:
        reader, writer = await opened(url, LONG)
        for _ in range(5):
            await reader.readuntil(b"\n\n")
        await leave(writer)
        await until(lambda: mock.log.entries()[0]["ended"] != "running")
        (entry,) = mock.log.entries()
        assert entry["ended"] == f"client left after {entry['tokens']} tokens"
        assert 1 <= entry["tokens"] < 20_000
        await asyncio.sleep(0.1)
        assert mock.log.entries() == [entry]

    with_mock(mock, test)


def test_a_client_that_leaves_during_a_stall_is_noticed_at_once() -> None:
    mock = Mock(pace=Pace(0, 0))

    async def test(url: str) -> None:
        _, writer = await opened(url, "stall; seconds=3600")
        await until(lambda: mock.log.entries()[0]["tokens"] == 20)
        await leave(writer)
        await until(lambda: mock.log.entries()[0]["ended"] == "client left after 20 tokens")

    with_mock(mock, test)


def test_a_client_that_does_not_read_is_waited_for_until_it_leaves() -> None:
    mock = Mock(pace=Pace(0, 0))

    async def test(url: str) -> None:
        _, writer = await opened(url, LONG)
        await asyncio.sleep(0.1)
        assert mock.log.entries()[0]["ended"] == "running"
        await leave(writer, reset=True)
        await until(lambda: mock.log.entries()[0]["ended"].startswith("client left after "))

    with_mock(mock, test)


def test_a_reset_after_the_last_event_is_no_leaving(caplog: pytest.LogCaptureFixture) -> None:
    mock = Mock(pace=Pace(0, 0))

    async def test(url: str) -> None:
        reader, writer = await opened(url)
        await reader.readuntil(b"data: [DONE]\n\n")
        await leave(writer, reset=True)
        await asyncio.sleep(0.05)
        assert [entry["ended"] for entry in mock.log.entries()] == ["completed"]

    with_mock(mock, test)
    assert caplog.records == []


def test_the_sdk_that_closes_its_stream_has_left() -> None:
    mock = Mock(pace=SLOWLY)

    async def test(url: str) -> None:
        client = openai.AsyncAzureOpenAI(azure_endpoint=url, api_key="k", api_version=VERSION)
        async with client:
            stream = await client.chat.completions.create(
                model="gpt-4o-mini",
                messages=[{"role": "user", "content": "Explain"}],
                stream=True,
                extra_headers={"x-mock-scenario": LONG},
            )
            async with stream:
                async for chunk in stream:
                    if chunk.choices and chunk.choices[0].delta.content:
                        break
        await until(lambda: mock.log.entries()[0]["ended"].startswith("client left after "))

    with_mock(mock, test)
