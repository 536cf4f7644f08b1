"""Waiting for a new gateway, against a server that answers as a new one does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lab_utils.cloud.ready import wait
from lab_utils.errors import DeployError
from tests.azure_resources.clocks import FakeClock

SECRET = "key-that-must-not-be-seen"


@contextmanager
def gateway(*statuses: int) -> Iterator[tuple[str, list[str]]]:
    """Answer with these statuses, the last one again and again; tell the bodies that came."""
    left, bodies = list(statuses), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            assert self.headers["api-key"] == SECRET
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"told")

        def log_message(self, *arguments: object) -> None:
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/openai", bodies
        server.shutdown()


def waited(*statuses: int) -> tuple[list[str], list[str]]:
    said: list[str] = []
    with gateway(*statuses) as (url, bodies):
        wait(url, SECRET, said.append, FakeClock())
    return said, bodies


def test_a_gateway_that_answers_is_not_waited_for() -> None:
    said, bodies = waited(400)
    assert said == []
    assert bodies == ['{"messages": []}']  # refused by every model: it costs nothing


def test_refusals_are_waited_out_and_told_once_each() -> None:
    said, bodies = waited(401, 401, 403, 404, 503, 400)
    assert len(bodies) == 6
    assert [line[: len("waiting for the gateway: 401 for now")] for line in said] == [
        "waiting for the gateway: 401 for now",
        "waiting for the gateway: 403 for now",
        "waiting for the gateway: 404 for now",
        "waiting for the gateway: 503 for now",
    ]


def test_a_throttled_model_is_there() -> None:
    assert waited(429)[0] == []


def test_a_gateway_without_an_address_yet_is_waited_for() -> None:
    said: list[str] = []
    with gateway(400) as (url, _):
        pass
    with pytest.raises(DeployError, match="last: no connection") as caught:
        wait(url, SECRET, said.append, FakeClock(), seconds=0)
    assert said[0].startswith("waiting for the gateway: no connection yet")
    assert SECRET not in str(caught.value)


def test_a_gateway_that_never_lets_through_is_told() -> None:
    with gateway(403) as (url, _), pytest.raises(DeployError, match="last: 403 told"):
        wait(url, SECRET, print, FakeClock(), seconds=0)
