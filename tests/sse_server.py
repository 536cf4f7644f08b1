"""A server for tests: answers every POST with the pieces of bytes it was given."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openai import AsyncAzureOpenAI, AzureOpenAI

DONE = b"data: [DONE]\n\n"


def event(**body: Any) -> bytes:
    """Return one server-sent event with a JSON body."""
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def chunk(*choices: dict[str, Any], **extra: Any) -> bytes:
    """Return one chat completion chunk."""
    frame = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return event(**frame, choices=list(choices), **extra)


def delta(content: str, finish_reason: Any = None, **extra: Any) -> bytes:
    """Return a chunk with one piece of text."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return chunk({**choice, **extra})


def finish(reason: str, **extra: Any) -> bytes:
    """Return the chunk that says why the answer ends."""
    return chunk({"index": 0, "delta": {}, "finish_reason": reason, **extra})


@contextmanager
def serving(
    pieces: Sequence[bytes], *, content_type: str = "text/event-stream", drop: bool = False
) -> Iterator[str]:
    """Serve `pieces`, one chunk each, and yield the address; `drop` leaves out the last chunk."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in pieces:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
            self.close_connection = True
            if not drop:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def client_of(url: str) -> Iterator[AzureOpenAI]:
    """Yield a real client of the server at `url`; it does not try again."""
    with AzureOpenAI(
        azure_endpoint=url, api_key="k", api_version="2024-10-21", max_retries=0
    ) as client:
        yield client


def async_client_of(url: str) -> AsyncAzureOpenAI:
    """Return a real asynchronous client of the server at `url`."""
    return AsyncAzureOpenAI(
        azure_endpoint=url, api_key="k", api_version="2024-10-21", max_retries=0
    )
