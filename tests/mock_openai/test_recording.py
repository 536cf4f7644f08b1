"""An exchange is recorded without its keys, and comes back byte for byte."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from openai import AzureOpenAI

from mock_openai import recorder, replayer
from mock_openai.errors import OptionError
from mock_openai.recording import META, Recording, load, without_secrets
from tests.mock_openai.harness import DATED, V1, chat, events, post, running

KEY = "a-key-that-no-file-may-hold"


@contextmanager
def beside(opened: Callable[[], AbstractAsyncContextManager[str]]) -> Iterator[str]:
    """Run a server from a thread of its own; gives its URL."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    url: list[str] = []

    async def work() -> None:
        async with opened() as found:
            url.append(found)
            stop.append(asyncio.Event())
            ready.set()
            await stop[0].wait()

    stop: list[asyncio.Event] = []
    thread = threading.Thread(target=loop.run_until_complete, args=(work(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield url[0]
    finally:
        loop.call_soon_threadsafe(stop[0].set)
        thread.join(20)
        loop.close()


@contextmanager
def recording(upstream: str, folder: Path, said: list[Any]) -> Iterator[str]:
    def say(line: str) -> None:
        said.append(json.loads(line))

    with beside(lambda: recorder.recording(upstream, folder, "127.0.0.1", 0, say)) as url:
        yield url


@contextmanager
def replaying(folder: Path, speed: float = 0) -> Iterator[str]:
    with beside(lambda: replayer.replaying(load(folder), speed, "127.0.0.1", 0)) as url:
        yield url


def test_what_is_recorded_comes_back_byte_for_byte_without_a_service(tmp_path: Path) -> None:
    said: list[Any] = []
    asked = [
        (DATED, chat(stream=True, stream_options={"include_usage": True})),
        (DATED, chat()),
        (V1, chat(stream=True, tools=[])),
        (DATED.replace("gpt-4o-mini", "none-such"), chat()),
    ]
    with running() as upstream, recording(upstream, tmp_path, said) as url:
        first = [post(url + path, body, key=KEY) for path, body in asked]
    with replaying(tmp_path) as url:
        again = [post(url + path, body, key="another") for path, body in asked]
    for one, two in zip(first, again):
        assert (one.status_code, one.content) == (two.status_code, two.content)
        assert one.headers["content-type"] == two.headers["content-type"]
        assert one.headers.get("x-ms-region") == two.headers.get("x-ms-region")
    assert len(events(again[0])) > 3
    assert [line["recorded"] for line in said] == ["0001", "0002", "0003", "0004"]
    assert all("api-key" in line["removed"] for line in said)


def test_neither_folder_nor_output_holds_a_key(tmp_path: Path) -> None:
    said: list[Any] = []
    body = chat(f"my key is {KEY}", stream=True, tools=[], metadata={"api_key": "another-secret"})
    with running() as upstream, recording(upstream, tmp_path, said) as url:
        post(url + DATED, body, key=KEY, Authorization=f"Bearer {KEY}", Cookie=f"s={KEY}")
        post(f"{url}{DATED}&subscription-key={KEY}", body, key=KEY)
    written = "".join(file.read_text(encoding="utf-8") for file in tmp_path.iterdir())
    assert KEY not in written + json.dumps(said)
    assert "another-secret" not in written + json.dumps(said)
    assert {"api-key", "authorization", "cookie", "body.metadata.api_key"} <= set(
        said[0]["removed"]
    )
    assert "?subscription-key" in said[1]["removed"]


def test_the_real_sdk_streams_from_a_recording(tmp_path: Path) -> None:
    def text(url: str) -> str:
        client = AzureOpenAI(azure_endpoint=url, api_key=KEY, api_version="2024-10-21")
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": "hello"}], stream=True
        )
        with client, stream:
            chunks = [chunk.choices[0].delta.content for chunk in stream if chunk.choices]
        return "".join(filter(None, chunks))

    with running() as upstream, recording(upstream, tmp_path, []) as url:
        told = text(url)
    with replaying(tmp_path) as url:
        assert text(url) == told != ""


def test_one_request_recorded_twice_comes_back_in_turn(tmp_path: Path) -> None:
    for number in (1, 2):
        pieces = ((0.0, b'{"n": %d}' % number),)
        kept = Recording("POST", "/p", {"a": 1}, 200, {"content-type": "application/json"}, pieces)
        kept.save(tmp_path, f"{number:04}")
    with replaying(tmp_path) as url:
        found = [requests.post(f"{url}/p", json={"a": 1}, timeout=20).json() for _ in range(3)]
    assert found == [{"n": 1}, {"n": 2}, {"n": 1}]


def test_pieces_come_as_they_were_cut_and_not_before_their_time(tmp_path: Path) -> None:
    pieces = ((10.0, b"data: 1\n\n"), (200.0, b"data: 2\n"), (210.0, b"\n"))
    kept = Recording("POST", "/p", {}, 200, {"content-type": "text/event-stream"}, pieces)
    kept.save(tmp_path, "0001")
    assert load(tmp_path)[0].pieces == pieces
    with replaying(tmp_path, speed=0.5) as url:
        answer = requests.post(f"{url}/p", json={}, stream=True, timeout=20)
        read = list(answer.iter_content(None))
        assert b"".join(read) == b"data: 1\n\ndata: 2\n\n"
        assert answer.elapsed.total_seconds() >= 0.02  # to the headers: twice 10 ms


def test_a_recording_that_was_cut_is_cut_again(tmp_path: Path) -> None:
    said: list[Any] = []
    cut = pytest.raises(requests.exceptions.ChunkedEncodingError)
    with running() as upstream, recording(upstream, tmp_path, said) as url, cut:
        post(url + DATED, chat(stream=True), scenario="drop; after=2")
    assert said[0]["ended"] == "cut"
    with replaying(tmp_path) as url, pytest.raises(requests.exceptions.ChunkedEncodingError):
        post(url + DATED, chat(stream=True))


def test_a_request_that_was_not_recorded_is_404_and_says_what_is_near(tmp_path: Path) -> None:
    kept = Recording("POST", "/p", {"a": 1}, 200, {}, ((0.0, b"x"),))
    kept.save(tmp_path, "0007")
    with replaying(tmp_path) as url:
        other = requests.post(f"{url}/p", json={"a": 2}, timeout=20)
        assert (other.status_code, other.json()["error"]["code"]) == (404, "NoRecording")
        assert "0007 have that path and another body" in other.json()["error"]["message"]
        assert "none has the path" in requests.get(f"{url}/q", timeout=20).text


def test_a_service_that_does_not_answer_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        said: list[Any] = []
        with recording(f"http://127.0.0.1:{taken.getsockname()[1]}", tmp_path, said) as url:
            assert post(url + DATED, chat()).status_code == 502
    assert "no answer from" in said[0]["failed"]
    assert not list(tmp_path.iterdir())


def test_numbers_go_on_where_the_folder_ends(tmp_path: Path) -> None:
    Recording("POST", "/p", {}, 200, {}, ()).save(tmp_path, "0041")
    said: list[Any] = []
    with running() as upstream, recording(upstream, tmp_path, said) as url:
        post(url + DATED, chat())
    assert said[0]["recorded"] == "0042"


@pytest.mark.parametrize("upstream", ["example.com", "ftp://a", "https://", "http://a?key=1"])
def test_an_address_of_another_form_is_told(tmp_path: Path, upstream: str) -> None:
    async def opened() -> None:
        async with recorder.recording(upstream, tmp_path, "127.0.0.1", 0, print):
            pass

    with pytest.raises(OptionError, match="should be such as https://"):
        asyncio.run(opened())


@pytest.mark.parametrize(
    "meta",
    [
        "{",
        "[]",
        "{}",
        '{"request": 1, "response": 2}',
        '{"request": {"method": "GET", "path": "/"}, "response": {"status": "x", "headers": {}, '
        '"file": "a.txt"}}',
        '{"request": {"method": "GET", "path": "/"}, "response": {"status": 200, "headers": {}, '
        '"file": "../secret"}}',
        '{"request": {"method": "GET", "path": "/"}, "response": {"status": 200, "headers": {}, '
        '"file": "none.txt"}}',
    ],
)
def test_a_file_that_is_no_recording_is_told_by_name(tmp_path: Path, meta: str) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / f"0001{META}").write_text(meta, encoding="utf-8")
    with pytest.raises(OptionError, match=r"0001\.meta\.json is no recording|cannot be read"):
        load(tmp_path)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no recordings there"):
        load(tmp_path)


def test_a_body_that_was_changed_by_hand_is_served_whole(tmp_path: Path) -> None:
    kept = Recording("POST", "/p", {}, 200, {}, ((0.0, b"one"), (1.0, b"two")))
    kept.save(tmp_path, "0001")
    for text, wanted in (("on", [b"on"]), ("onetwothree", [b"one", b"two", b"three"])):
        (tmp_path / "0001.txt").write_text(text, encoding="utf-8")
        assert [data for _, data in load(tmp_path)[0].pieces] == wanted


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Authorization", "a", "api_key", "token"]), inner)
    ),
    max_leaves=10,
)


@given(JSON)
def test_secrets_are_taken_out_wherever_they_stand_and_nothing_else_is(body: Any) -> None:
    clean, removed = without_secrets(body)
    again, nothing_new = without_secrets(clean)
    assert again == clean
    assert len(nothing_new) == len(removed)
    if not removed:
        assert clean == body
