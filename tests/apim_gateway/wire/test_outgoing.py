from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from apim_gateway.wire.outgoing import Request, address
from apim_gateway.wire.reply import RequestBody, UnreachableError


async def pieces() -> AsyncIterator[bytes]:
    yield b"x"


def head(
    method: str = "POST",
    url: str = "http://a.example/x?y=1",
    body: RequestBody = None,
    **given: str,
) -> list[str]:
    headers = CIMultiDict((name.replace("_", "-"), value) for name, value in given.items())
    return Request(method, address(url), headers, body).head().decode("utf-8").split("\r\n")


@pytest.mark.parametrize(
    ("method", "body", "given_length", "line"),
    [
        ("GET", None, "", ""),
        ("POST", None, "", "Content-Length: 0"),
        ("POST", b"abc", "", "Content-Length: 3"),
        ("POST", b"abc", "7", "Content-Length: 3"),
        ("POST", pieces(), "", "Transfer-Encoding: chunked"),
        ("POST", pieces(), "1", "Content-Length: 1"),
        ("POST", pieces(), "one", "Transfer-Encoding: chunked"),
    ],
)
def test_the_body_is_framed_once(
    method: str, body: RequestBody, given_length: str, line: str
) -> None:
    lines = head(method, body=body, **({"Content_Length": given_length} if given_length else {}))
    framing = [each for each in lines if each.lower().startswith(("content-l", "transfer-e"))]
    assert framing == ([line] if line else [])


@pytest.mark.parametrize(
    ("url", "target", "host"),
    [
        ("http://a.example", "/", "a.example"),
        ("http://a.example:80/b%2Fc?d=%20#e", "/b%2Fc?d=%20", "a.example"),
        ("https://a.example:8443/ü", "/ü", "a.example:8443"),
        ("http://[::1]:8080/x", "/x", "[::1]:8080"),
        ("http://user:word@a.example/", "/", "a.example"),
    ],
)
def test_an_address_goes_out_as_it_is_written(url: str, target: str, host: str) -> None:
    assert head("GET", url)[:3] == [f"GET {target} HTTP/1.1", f"Host: {host}", ""]


def test_a_host_that_is_given_is_the_only_one() -> None:
    assert head("GET", Host="b.example")[1:3] == ["Host: b.example", ""]


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_header_is_one_line_or_is_refused(name: str, value: str) -> None:
    headers = CIMultiDict([(name, value)])
    request = Request("GET", address("http://a.example/"), headers, None)
    with suppress(UnreachableError):
        sent = request.head()
        assert len(sent.split(b"\r\n")) in (4, 5)  # without a Host, or a Content-Length, of its own
        rest = sent.replace(b"\r\n", b"")
        assert b"\r" not in rest
        assert b"\n" not in rest


@pytest.mark.parametrize(
    "url", ["no-address", "ftp://a.example/", "http://", "http:///x", "http://a:b/", ""]
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(UnreachableError, match="no http or https address"):
        address(url)


@pytest.mark.parametrize("url", ["http://a.example/x y", "http://a.example/x\r\nHost: b"])
def test_an_address_with_a_blank_is_told(url: str) -> None:
    with pytest.raises(UnreachableError, match=r"cannot be sent|no http"):
        head("GET", url)
