"""What is written, chunk by chunk, as HTTP frames it."""

from __future__ import annotations

import json
import re
import socket

import pytest

from tests.mock_openai.harness import DATED, chat


def raw(url: str, scenario: str, version: str = "1.1", prompt: str = "Count to 40") -> bytes:
    """Return all that a connection gets for a stream."""
    body = json.dumps(chat(prompt, stream=True)).encode()
    head = (
        f"POST {DATED} HTTP/{version}\r\nHost: x\r\nConnection: close\r\napi-key: k\r\n"
        f"x-mock-scenario: {scenario}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    port = int(url.rpartition(":")[2])
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode() + body)
        while data := connection.recv(65536):
            received += data
    return received


def chunks(body: bytes) -> list[bytes]:
    """Take HTTP's chunks apart; fails unless they are whole."""
    found = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        found.append(rest[:length])
        assert rest[length : length + 2] == b"\r\n"
        body = rest[length + 2 :]
    return found


@pytest.mark.parametrize("scenario", ["ok", "burst", "ok; tpot=0.001", "ok; tokens=2000"])
def test_each_event_is_a_chunk_of_its_own(url: str, scenario: str) -> None:
    _, _, body = raw(url, scenario).partition(b"\r\n\r\n")
    *events, end = chunks(body)
    assert end == b""
    assert len(events) > 40
    assert all(re.fullmatch(rb"data: [^\n]+\n\n", event) for event in events)
    assert events[-1] == b"data: [DONE]\n\n"


def test_a_split_event_is_in_pieces(url: str) -> None:
    _, _, body = raw(url, "split; bytes=50").partition(b"\r\n\r\n")
    assert {len(chunk) for chunk in chunks(body)[:5]} == {50}


def test_http_1_0_gets_no_chunks(url: str) -> None:
    head, _, body = raw(url, "ok", "1.0").partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body.startswith(b'data: {"choices":[]')
    assert body.endswith(b"data: [DONE]\n\n")


def test_what_came_before_a_cut_is_there(url: str) -> None:
    _, _, body = raw(url, "drop; after=30").partition(b"\r\n\r\n")
    assert len(chunks(body)) == 32
