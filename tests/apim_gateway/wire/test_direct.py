from __future__ import annotations

import pytest

from apim_gateway.wire.direct import SLOW, Direct


class Client:
    """A transport of which is told what was written, how much waits and whether it closes."""

    def __init__(self, waiting: int = 0, closing: bool = False) -> None:
        self.waiting, self.closing = waiting, closing
        self.written: list[bytes] = []
        self.noted: list[bytes] = []

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def flushed(self, data: bytes) -> None:
        self.noted.append(data)


@pytest.mark.parametrize(
    ("chunked", "sent"), [(True, b"b\r\ndata: {}\n\n:\r\n"), (False, b"data: {}\n\n:")]
)
def test_a_piece_is_one_write_in_the_frame_its_head_has_told(chunked: bool, sent: bytes) -> None:
    client = Client(waiting=SLOW)
    assert Direct(client, chunked, client).take(b"data: {}\n\n:")
    assert client.written == [sent]
    assert client.noted == [b"data: {}\n\n:"]


@pytest.mark.parametrize("client", [Client(waiting=SLOW + 1), Client(closing=True)])
def test_a_client_that_is_slow_or_gone_is_left_to_the_relay(client: Client) -> None:
    assert not Direct(client, True, client).take(b"data: {}\n\n")
    assert client.written == client.noted == []


def test_without_a_transport_nothing_is_taken() -> None:
    assert not Direct(None, True, Client()).take(b"x")
