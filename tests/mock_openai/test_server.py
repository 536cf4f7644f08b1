from __future__ import annotations

import gzip
import json
import socket

import pytest
import requests

from mock_openai import behaviour, scenarios, service
from mock_openai.deployments import Deployments
from mock_openai.mock import Mock
from mock_openai.pace import Pace
from tests.mock_openai.harness import AT_ONCE, DATED, V1, chat, events, post, running, text
from tests.mock_openai.shapes import fixture

ERRORS = fixture("errors.json")
STREAM_HEADERS = {
    "Content-Type",
    "Date",
    "Strict-Transport-Security",
    "Transfer-Encoding",
    "apim-request-id",
    "azureml-model-session",
    "skip-error-remapping",
    "x-accel-buffering",
    "x-content-type-options",
    "x-ms-deployment-name",
    "x-ms-is-spilled-over",
    "x-ms-rai-invoked",
    "x-ms-region",
    "x-ratelimit-abusepenalty-active",
    "x-ratelimit-limit-requests",
    "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-remaining-tokens",
    "x-ratelimit-renewalperiod-requests",
    "x-ratelimit-renewalperiod-tokens",
    "x-ratelimit-reset-requests",
    "x-ratelimit-reset-tokens",
    "x-request-id",
}


def raw(url: str, body: object, scenario: str = "") -> bytes:
    """Send a chat completion over a plain socket and read all that comes back."""
    sent = json.dumps(body).encode()
    head = f"POST {DATED} HTTP/1.1\r\nHost: x\r\nConnection: close\r\napi-key: k\r\n"
    head += f"x-mock-scenario: {scenario}\r\nContent-Length: {len(sent)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 10) as connection:
        connection.sendall(head.encode() + sent)
        received = b""
        while True:
            piece = connection.recv(65536)
            if not piece:
                return received
            received += piece


def http_chunks(received: bytes) -> list[bytes]:
    """Take the chunked body of an answer apart; the last chunk is empty."""
    rest = received.partition(b"\r\n\r\n")[2]
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        chunks.append(rest[:length])
        assert rest[length : length + 2] == b"\r\n"
        rest = rest[length + 2 :]
    return chunks


def test_health_needs_no_key(url: str) -> None:
    assert requests.get(f"{url}/health", timeout=5).status_code == 200


def test_index_lists_routes_scenarios_and_parameters(url: str) -> None:
    index = requests.get(url, timeout=5).json()
    assert {f"POST {path}" for path in service.ROUTES} < set(index["routes"])
    assert index["scenarios"]["names"] == scenarios.described()
    assert len(index["scenarios"]["parameters"]) == len(behaviour.PARAMETERS)


def test_a_stream_has_azures_headers_and_no_others(url: str) -> None:
    answer = post(url + DATED, chat(stream=True))
    assert set(answer.headers) == STREAM_HEADERS
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-ms-deployment-name"] == "gpt-4o-mini"


def test_each_event_is_one_write_and_the_end_comes_with_the_last(url: str) -> None:
    *written, end = http_chunks(raw(url, chat(stream=True)))
    assert all(chunk.startswith(b"data: ") and chunk.endswith(b"\n\n") for chunk in written)
    assert (written[-1], end) == (b"data: [DONE]\n\n", b"")


def test_split_writes_a_few_bytes_at_a_time(url: str) -> None:
    *written, _ = http_chunks(raw(url, chat(stream=True), "split; bytes=5"))
    assert {len(chunk) for chunk in written} <= {1, 2, 3, 4, 5}


def test_a_dropped_stream_lacks_the_mark_of_its_end(url: str) -> None:
    received = raw(url, chat("Explain", stream=True), "drop; after=3")
    assert http_chunks(received)[-1] != b""


def test_the_stream_is_read_to_the_end_by_http_1_0(url: str) -> None:
    sent = json.dumps(chat(stream=True)).encode()
    head = f"POST {DATED} HTTP/1.0\r\napi-key: k\r\nContent-Length: {len(sent)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 10) as connection:
        connection.sendall(head.encode() + sent)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"Transfer-Encoding" not in received
    assert received.endswith(b"\n\ndata: [DONE]\n\n")


def test_both_paths_serve_the_same_text_streamed_or_not(url: str) -> None:
    for path in (DATED, V1):
        streamed = events(post(url + path, chat("Explain", stream=True)))
        whole = post(url + path, chat("Explain")).json()
        assert text(streamed) == whole["choices"][0]["message"]["content"]


def test_a_stream_is_longer_than_three_blocks_of_8_kb(url: str) -> None:
    assert len(post(url + DATED, chat("Explain", stream=True)).content) > 3 * 8192


def test_a_region_says_its_name() -> None:
    with running(Mock(region="Sweden Central", pace=AT_ONCE)) as url:
        assert post(url + V1, chat()).headers["x-ms-region"] == "Sweden Central"


def test_a_scenario_may_be_meant_for_another_region() -> None:
    with running(Mock(region="Sweden Central", pace=AT_ONCE)) as url:
        assert post(url + V1, chat(), "500; region=Sweden Central").status_code == 500
        assert post(url + V1, chat(), "500; region=East US 2").status_code == 200


def test_calls_of_two_mocks_with_the_same_seed_have_the_same_ids() -> None:
    ids = []
    for seed in (1, 1, 2):
        with running(Mock(pace=AT_ONCE, seed=seed)) as url:
            ids.append([post(url + V1, chat()).json()["id"] for _ in range(2)])
    assert ids[0] == ids[1] != ids[2]
    assert ids[0][0] != ids[0][1]


def test_the_first_token_takes_its_time_and_later_ones_theirs() -> None:
    with running(Mock(pace=Pace(0.2, 0.01))) as url:
        streamed = post(url + V1, chat("Count to 10", stream=True))
        whole = post(url + V1, chat("Count to 10"))
    assert streamed.elapsed.total_seconds() >= 0.05  # the verdict on the prompt comes early
    assert whole.elapsed.total_seconds() >= 0.2 + 28 * 0.01


@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("stream", [False, True])
def test_errors_are_azures_to_the_byte_streamed_or_not(url: str, name: str, stream: bool) -> None:
    answer = post(url + DATED, chat(stream=stream), name)
    expected = ERRORS[name]
    assert (answer.status_code, answer.reason) == (expected["status"], expected["reason"])
    assert answer.text.startswith(expected["body"])
    if expected["headers"] is not None:
        assert sorted(answer.headers, key=str.lower) == sorted(expected["headers"], key=str.lower)


@pytest.mark.parametrize(
    ("scenario", "seconds", "milliseconds"),
    [
        ("429", "2", None),
        ("429; retry-after=86400", "86400", None),
        ("429; retry-after=none", None, None),
        ("429; retry-after-ms=300", "2", "300"),
    ],
)
def test_throttling_says_when_to_come_back(
    url: str, scenario: str, seconds: str, milliseconds: str
) -> None:
    headers = post(url + DATED, chat(), scenario).headers
    assert headers.get("Retry-After") == seconds
    assert headers.get("retry-after-ms") == milliseconds
    assert headers["policy-id"] == "DeploymentRatelimit-Token"


@pytest.mark.parametrize("key", [None, "", "invalid"])
def test_a_call_without_a_good_key_is_refused(url: str, key: str) -> None:
    assert post(url + DATED, chat(), key=key).reason == "PermissionDenied"


def test_a_bearer_token_is_as_good_as_a_key(url: str) -> None:
    assert post(url + V1, chat(), key=None, Authorization="Bearer t").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        (DATED.partition("?")[0], 404, '{"error":{"code":"404","message": "Resource not found"}}'),
        (DATED + "x", 404, '{"error":{"code":"404","message": "Resource not found"}}'),
        ("/openai/nowhere", 404, '{"error":{"code":"404","message": "Resource not found"}}'),
        (V1 + "?api-version=2024-10-21", 400, '{"error":{"code":"BadRequest","message":"api-ver'),
        (DATED.replace("2024-10-21", "2024-06-01"), 400, '{"error":{"message":"Unrecognized req'),
        (DATED.replace("chat/", ""), 400, '{"error":{"code":"OperationNotSupported","message"'),
    ],
)
def test_paths_and_versions_that_do_not_fit(url: str, path: str, status: int, body: str) -> None:
    asked = chat(stream=True, stream_options={})
    if "chat" not in path:
        asked = {"prompt": "Hi"}
    answer = post(url + path, asked)
    assert (answer.status_code, answer.text[: len(body)]) == (status, body)


def test_only_deployments_that_exist_are_served() -> None:
    with running(Mock(pace=AT_ONCE, deployments=Deployments.of(["mine"]))) as url:
        assert post(url + V1, chat(model="mine")).status_code == 200
        missing = post(url + V1, chat(model="other"))
        assert missing.json()["error"]["code"] == "DeploymentNotFound"


def test_a_spent_limit_refuses_and_its_headers_count() -> None:
    with running(Mock(pace=AT_ONCE, requests_per_minute=2)) as url:
        remaining = [
            post(url + V1, chat()).headers["x-ratelimit-remaining-requests"] for _ in range(2)
        ]
        refused = post(url + V1, chat(stream=True))
    assert remaining == ["1", "0"]
    assert refused.status_code == 429
    assert refused.headers["policy-id"] == "DeploymentRatelimit-Call"
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert "exceeded the call rate limit" in refused.json()["error"]["message"]


def test_the_client_request_id_comes_back(url: str) -> None:
    answer = post(url + V1, chat(), **{"x-ms-client-request-id": "mine"})
    assert answer.headers["x-ms-client-request-id"] == "mine"


def test_the_responses_api_adds_headers_of_its_own(url: str) -> None:
    answer = post(f"{url}/openai/v1/responses", {"model": "m", "input": "Hi"})
    assert answer.headers["openai-version"] == "2020-10-01"
    assert "openai-version" not in post(url + V1, chat()).headers


def test_a_body_that_is_not_what_its_header_says_is_refused(url: str) -> None:
    answer = post(url + V1, b"no gzip", **{"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    packed = gzip.compress(json.dumps(chat()).encode())
    assert post(url + V1, packed, **{"Content-Encoding": "gzip"}).status_code == 200


def test_a_deployment_with_a_line_break_adds_no_header(url: str) -> None:
    answer = post(url + V1, chat(model="a\r\nx-added: b"))
    assert answer.headers["x-ms-deployment-name"] == "a%0D%0Ax-added%3A%20b"


def test_the_log_tells_what_was_sent_and_how_it_ended() -> None:
    with running() as url:
        ids = []
        for scenario in ("ok", "drop; after=4", "no-done", "error-event; after=2"):
            try:
                answer = post(url + DATED, chat("Count to 9", stream=True), scenario)
            except requests.exceptions.ChunkedEncodingError:
                continue
            ids.append(answer.headers["apim-request-id"])
        post(url + DATED, chat())  # no stream
        log = requests.get(f"{url}/streams", timeout=5).json()["streams"]
        whole = post(url + DATED, chat("Count to 9", stream=True))
        assert requests.delete(f"{url}/streams", timeout=5).status_code == 204
        assert requests.get(f"{url}/streams", timeout=5).json() == {"streams": []}
    ended = [entry["ended"] for entry in log]
    assert ended == ["completed", "fault drop", "fault no-done", "fault error-event"]
    assert [entry["id"] for entry in log if entry["scenario"] != "drop"] == ids
    assert [entry["tokens"] for entry in log] == [25, 4, 25, 2]
    assert log[0]["path"] == DATED.partition("?")[0]
    assert log[0]["deployment"] == "gpt-4o-mini"
    assert log[0]["events"] == 29
    assert log[0]["bytes"] == len(whole.content)
