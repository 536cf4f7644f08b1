"""Which connection a request goes over, and what becomes of one that breaks."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Callable, Optional

import pytest
import trustme
from yarl import URL

from apim_gateway.wire.pool import Origin, Pool
from apim_gateway.wire.reply import BrokenError, UnreachableError
from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answer = Callable[[asyncio.StreamWriter, int, int], None]


class Backend:
    """Count connections and the requests over each; `answer` gets both numbers, from 1."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[tuple[int, bytes]] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection, count = self.connections, 0
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                count += 1
                self.requests.append((connection, head))
                self.answer(writer, connection, count)
                if b"length: 5" in head.lower():
                    await reader.readexactly(5)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def backend(
    answer: Answer, tls: Optional[ssl.SSLContext] = None
) -> AsyncIterator[tuple[Backend, str, HttpClient]]:
    serving = Backend(answer)
    client = HttpClient()
    server = await asyncio.start_server(serving.serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield serving, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", client
    finally:
        await client.close()
        server.close()


def ok(writer: asyncio.StreamWriter, connection: int, count: int) -> None:
    writer.write(OK)


def test_a_connection_serves_one_request_after_another() -> None:
    async def main() -> None:
        async with backend(ok) as (serving, url, client):
            for _ in range(3):
                reply = await client.send("POST", url, (), b"hello")
                assert await reply.read() == b"ok"
            both = await asyncio.gather(client.send("GET", url, ()), client.send("GET", url, ()))
            assert [await reply.read() for reply in both] == [b"ok", b"ok"]
            assert [connection for connection, _ in serving.requests] == [1, 1, 1, 1, 2]

    run(main())


def test_a_body_that_is_not_wanted_does_not_reach_the_next_reader() -> None:
    def long(writer: asyncio.StreamWriter, connection: int, count: int) -> None:
        writer.write(OK if connection > 1 else OK.replace(b": 2", b": 20"))

    async def main() -> None:
        async with backend(long) as (serving, url, client):
            reply = await client.send("GET", url, ())
            reply.close()
            assert await (await client.send("GET", url, ())).read() == b"ok"
            assert serving.connections == 2

    run(main())


def test_more_than_was_asked_for_ends_the_connection() -> None:
    def two(writer: asyncio.StreamWriter, connection: int, count: int) -> None:
        writer.write(OK + OK.replace(b"ok", b"no"))

    async def main() -> None:
        async with backend(two) as (serving, url, client):
            for _ in range(3):
                assert await (await client.send("GET", url, ())).read() == b"ok"
            assert serving.connections == 3

    run(main())


@pytest.mark.parametrize(("method", "again"), [("GET", True), ("PUT", True), ("POST", False)])
def test_what_may_be_sent_twice_is_sent_again_over_a_stale_connection(
    method: str, again: bool
) -> None:
    def once(writer: asyncio.StreamWriter, connection: int, count: int) -> None:
        if count == 1:
            writer.write(OK)
        else:
            writer.close()  # at the moment of the second request

    async def main() -> None:
        async with backend(once) as (serving, url, client):
            await (await client.send("GET", url, ())).read()
            sending = client.send(method, url, (), None if method == "GET" else b"hello")
            if again:
                assert await (await sending).read() == b"ok"
            else:
                with pytest.raises(UnreachableError, match="closed the connection before"):
                    await sending
            assert serving.connections == 1 + again

    run(main())


def test_a_new_connection_that_closes_is_told_and_not_tried_again() -> None:
    async def main() -> None:
        async with backend(lambda writer, *_: writer.close()) as (serving, url, client):
            with pytest.raises(UnreachableError, match="closed the connection before"):
                await client.send("GET", url, ())
            assert serving.connections == 1

    run(main())


def test_a_request_whose_body_fails_is_told_and_its_connection_ended() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"he"
        raise OSError("the caller has left")

    async def short() -> AsyncIterator[bytes]:
        yield b"he"

    async def main() -> None:
        async with backend(lambda *_: None) as (serving, url, client):
            with pytest.raises(UnreachableError, match="the caller has left"):
                await client.send("POST", url, (), body())
            with pytest.raises(UnreachableError, match="has not the length"):
                await client.send("POST", url, [("Content-Length", "5")], short())
            assert serving.connections == 2

    run(main())


def test_an_answer_before_the_end_of_the_body_is_read_and_its_connection_ended() -> None:
    never = asyncio.Event

    async def endless() -> AsyncIterator[bytes]:
        yield b"hello"
        await never().wait()

    async def main() -> None:
        async with backend(ok) as (serving, url, client):
            for _ in range(2):
                assert await (await client.send("POST", url, (), endless())).read() == b"ok"
            assert serving.connections == 2

    run(main())


def test_closing_the_client_breaks_what_is_under_way() -> None:
    def begun(writer: asyncio.StreamWriter, connection: int, count: int) -> None:
        writer.write(OK[:-1])

    async def main() -> None:
        async with backend(begun) as (_, url, client):
            reply = await client.send("GET", url, ())
            assert await reply.readany() == b"o"
            await client.close()
            with pytest.raises(BrokenError):
                await reply.readany()

    run(main())


def redirecting(status: int, location: str) -> Answer:
    def answer(writer: asyncio.StreamWriter, connection: int, count: int) -> None:
        head = f"HTTP/1.1 {status} Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        first = count == 1 and connection == 1
        writer.write(head.encode() if first or "round" in location else OK)

    return answer


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET /b"),
        (302, "PUT", "PUT /b"),
        (303, "PUT", "GET /b"),
        (303, "HEAD", "HEAD /b"),
        (307, "POST", "POST /b"),
        (308, "POST", "POST /b"),
    ],
)
def test_a_redirect_is_followed_as_browsers_do(status: int, method: str, then: str) -> None:
    async def main() -> None:
        body = None if method == "HEAD" else b"hello"
        headers = [("Authorization", "own")]
        async with backend(redirecting(status, "/b")) as (serving, url, client):
            assert (await client.send(method, url, headers, body)).status == status
            assert len(serving.requests) == 1
        async with backend(redirecting(status, "/b")) as (serving, url, client):
            await client.send(method, url, headers, body, follow_redirects=True)
            second = serving.requests[1][1].decode()
            assert second.startswith(f"{then} HTTP/1.1\r\n")
            assert "Authorization: own" in second
            assert ("Content-Length: 5" in second) == then.startswith(("POST", "PUT"))

    run(main())


def test_a_redirect_takes_no_credentials_elsewhere_and_goes_where_calls_may() -> None:
    async def main() -> None:
        async with backend(ok) as (other, there, _):
            async with backend(redirecting(307, there)) as (_, url, client):
                headers = [("Authorization", "own"), ("X-Kept", "1")]
                await client.send("GET", url, headers, follow_redirects=True)
            seen = other.requests[0][1]
            assert b"own" not in seen
            assert b"X-Kept: 1" in seen
        async with backend(redirecting(307, "http://elsewhere.example/")) as (_, url, client):
            with pytest.raises(UnreachableError, match=r"may not call elsewhere\.example"):
                await client.send("GET", url, (), follow_redirects=True)
        async with backend(redirecting(302, "/round")) as (_, url, client):
            with pytest.raises(UnreachableError, match="redirects more than 10 times"):
                await client.send("GET", url, (), follow_redirects=True)

    run(main())


def test_a_redirect_of_a_body_that_is_gone_is_told() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"hello"

    async def main() -> None:
        async with backend(redirecting(307, "/b")) as (_, url, client):
            with pytest.raises(UnreachableError, match="buffer-request-body"):
                await client.send(
                    "POST", url, [("Content-Length", "5")], body(), follow_redirects=True
                )

    run(main())


@pytest.mark.parametrize("trusted", [True, False])
def test_a_backend_with_a_certificate_is_called_where_that_is_trusted(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    if trusted:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    async def main() -> None:
        async with backend(ok, context) as (_, url, client):
            sending = client.send("GET", url.replace("http://127.0.0.1", "https://localhost"), ())
            if trusted:
                assert await (await sending).read() == b"ok"
            else:
                with pytest.raises(UnreachableError, match="its certificate is not trusted"):
                    await sending

    run(main())


def test_the_ways_that_lead_nowhere_are_told() -> None:
    async def main() -> None:
        pool = Pool(1.0)
        with pytest.raises(UnreachableError, match=r"No connection to 127\.0\.0\.1:9: conn"):
            await pool.open(Origin.of(URL("http://127.0.0.1:9/")))
        for name in ("no-such-host.invalid", "x" * 70 + ".invalid"):
            with pytest.raises(UnreachableError, match="could not be resolved"):
                await pool.open(Origin.of(URL(f"http://{name}/")))
        await pool.close()

    run(main())
