"""A backend that streams what it is asked for: python -m bench.backend; it is not the ceiling.

The request's body names `events` and the `pause` between them in seconds. Every event is an HTTP
chunk of its own. With a pause each is a write of its own, as from a model; without one a stream
leaves whole, as fast as the reader takes it: a server that made a write of each event would be
slower than what is measured behind it.
"""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from typing import cast

from apim_gateway.serving.descriptors import raise_limit
from bench.clients import MARK
from bench.servers import run

BACKLOG = 4096
EVENT = b'data: {"choices":[{"delta":{"content":"%b"}}]}\n\n' % (b"x" * 189 + MARK)
DONE = b"data: [DONE]\n\n"
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def chunk(data: bytes) -> bytes:
    """Return data as one HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


EVENT_CHUNK = chunk(EVENT)
END = chunk(DONE) + b"0\r\n\r\n"


@lru_cache(maxsize=8)
def whole(events: int) -> bytes:
    """Return a response of so many events, head and end included."""
    return HEAD + EVENT_CHUNK * events + END


class Backend(asyncio.Protocol):
    """Answer each request of a connection with the stream it asks for."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def data_received(self, data: bytes) -> None:
        """Read requests; their bodies come with a Content-Length."""
        self._received += data
        while True:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            if len(rest) < length:
                return
            wanted, self._received = json.loads(rest[:length]), rest[length:]
            if wanted["pause"]:
                self._transport.write(HEAD)
                self._paced(wanted["events"], wanted["pause"], self._loop.time())
            else:
                self._transport.write(whole(wanted["events"]))

    def _paced(self, left: int, pause: float, due: float) -> None:
        if self._transport.is_closing():
            return
        if not left:
            self._transport.write(END)
            return
        self._transport.write(EVENT_CHUNK)
        self._loop.call_at(due + pause, self._paced, left - 1, pause, due + pause)


async def main() -> None:
    """Serve until killed."""
    raise_limit()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Backend, "127.0.0.1", 0, backlog=BACKLOG)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(main())
