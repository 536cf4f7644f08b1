from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.apim_gateway.loopback import (
    KEY,
    WITH_KEY,
    Call,
    call,
    echo,
    policy,
    run,
    served,
    streaming,
)
from tests.made_up import examples

SERVICE = "/subscriptions/0/resourceGroups/g/providers/Microsoft.ApiManagement/service/local"
BEARER = {"Authorization": f"Bearer {KEY}"}
POLICY = "/apis/inference/policies/policy"
NEW = policy(outbound="<set-status code='299' />")


def put(text: object, **more: object) -> dict[str, object]:
    return {"properties": {"format": "rawxml", "value": text, **more}}


def managed(method: str, path: str, body: Any = None, headers: Any = BEARER) -> Call:
    async def main() -> Call:
        async with served(echo, policy()) as running:
            return await call(running, path, method, headers, body)

    found: Call = run(main())
    return found


@pytest.mark.parametrize("prefix", ["", SERVICE, SERVICE.upper()])
def test_a_policy_is_put_read_and_in_force_at_once(prefix: str) -> None:
    async def main() -> None:
        async with served(echo, policy()) as running:
            path = f"{prefix}{POLICY}?api-version=2024-05-01"
            answer = await call(running, path, "PUT", BEARER, put(NEW))
            assert answer.status == 200
            assert answer.json["properties"] == {"format": "rawxml", "value": NEW}
            assert answer.json["name"] == "policy"
            assert (await call(running)).status == 299
            found = await call(running, path, "GET", BEARER)
            assert found.json["properties"]["value"] == NEW

    run(main())


def test_a_stream_under_way_keeps_the_policy_it_began_with() -> None:
    async def main() -> None:
        async with served(streaming(3, 0.05), policy()) as running:
            import asyncio

            stream = asyncio.ensure_future(call(running))
            await asyncio.sleep(0.02)
            assert (await call(running, POLICY, "PUT", BEARER, put(NEW))).status == 200
            assert (await stream).status == 200

    run(main())


def test_the_policies_of_other_scopes() -> None:
    top = "<policies><backend><forward-request /></backend></policies>"
    assert managed("PUT", "/policies/policy", put(top)).status == 200
    assert "forward-request" in managed("GET", "/policies/policy").json["properties"]["value"]
    operation = "/apis/inference/operations/chat-completions/policies/policy"
    assert managed("GET", operation).status == 404
    assert managed("PUT", operation, put("<policies />")).status == 200
    assert managed("GET", "/apis/inference/operations/none/policies/policy").status == 404
    assert managed("GET", "/apis/other/policies/policy").status == 404


def test_a_refused_document_is_told_with_file_line_and_name() -> None:
    wrong = put("<policies>\n<inbound>\n<nope />\n</inbound>\n</policies>")
    found = managed("PUT", f"{POLICY}?file=experiments/wrong.xml", wrong)
    assert found.status == 400
    error = found.json["error"]
    assert error["code"] == "ValidationError"
    assert error["message"] == "One or more fields contain incorrect values:"
    assert error["details"] == [
        {
            "code": "ValidationError",
            "target": "representation",
            "message": "Error in element 'nope' on line 3: no such policy",
            "file": "experiments/wrong.xml",
            "line": 3,
            "name": "nope",
            "reason": "no such policy",
        }
    ]


@pytest.mark.parametrize(
    "body", [[], {}, {"properties": 1}, put(1), put(NEW, format="xml"), {"properties": {}}]
)
def test_a_body_of_another_form_is_400(body: object) -> None:
    found = managed("PUT", POLICY, body)
    assert found.status == 400
    assert found.json["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": KEY}, dict(WITH_KEY)],
)
def test_only_who_has_the_key_may_manage(headers: dict[str, str]) -> None:
    found = managed("GET", POLICY, headers=headers)
    assert found.status == 401
    assert found.json["error"]["code"] == "AuthenticationFailed"


def test_other_paths_and_methods_are_no_management_calls() -> None:
    assert managed("DELETE", POLICY).json == {"statusCode": 404, "message": "Resource not found"}
    assert managed("GET", "/apis").status == 404


@pytest.mark.parametrize("purposes", [3, "tracing", None, {"tracing": 1}, []])
def test_purposes_of_another_form_are_400(purposes: object) -> None:
    found = managed("POST", "/gateways/managed/listDebugCredentials", {"purposes": purposes})
    assert (found.status, found.json["error"]["code"]) == (400, "ValidationError")


@pytest.mark.parametrize("raw", [b"[" * 200_000, b"\x1f\x8b broken gzip", b"\xff", b""])
def test_a_body_that_is_no_json_is_400(raw: bytes) -> None:
    async def main() -> None:
        async with served(echo, policy()) as running:
            headers = {**BEARER, "Content-Encoding": "gzip"}
            found = await call(running, POLICY, "PUT", headers, raw=raw)
            assert (found.status, found.json["error"]["code"]) == (400, "InvalidRequestContent")

    run(main())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KNOWN = ("properties", "format", "value", "apiId", "purposes", "credentialsExpireAfter", "traceId")
MEANT = st.dictionaries(
    st.sampled_from(KNOWN),
    VALUES | st.fixed_dictionaries({"format": VALUES, "value": VALUES}) | st.just(["tracing"]),
)
CALLS = st.tuples(
    st.sampled_from(
        [
            ("PUT", POLICY),
            ("PUT", "/policies/policy"),
            ("PUT", "/apis/inference/operations/chat-completions/policies/policy"),
            ("POST", "/gateways/managed/listDebugCredentials"),
            ("POST", "/gateways/managed/listTrace"),
        ]
    ),
    MEANT | VALUES,
)


@examples(25)
@given(st.lists(CALLS, min_size=5, max_size=20), st.lists(st.binary(max_size=40), max_size=5))
def test_no_body_brings_a_management_call_down(
    asked: list[tuple[tuple[str, str], Any]], raw: list[bytes]
) -> None:
    async def main() -> None:
        async with served(echo, policy()) as running:
            for (method, path), body in asked:
                found = await call(running, path, method, BEARER, raw=json.dumps(body).encode())
                assert found.status in (200, 400, 404), (method, path, body, found.body)
            for data in raw:
                assert (await call(running, POLICY, "PUT", BEARER, raw=data)).status == 400
            assert (await call(running, body={})).status == 200

    run(main())
