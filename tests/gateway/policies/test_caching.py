from __future__ import annotations

import pytest
from aiohttp import web

from tests.gateway.loopback import (
    CHAT,
    EVENT,
    WITH_KEY,
    Handler,
    call,
    policy,
    run,
    served,
    streaming,
)

STORE = '<cache-store-value key="k" value="@(1 + 1)" duration="60" />'
LOOKUP = '<cache-lookup-value key="k" variable-name="v" {} />'
SHOW = '<set-header name="x"><value>@(context.Variables["v"])</value></set-header>'
SEMANTIC = (
    '<azure-openai-semantic-cache-lookup score-threshold="0.8" embeddings-backend-id="e" '
    'embeddings-backend-auth="system-assigned"><vary-by>@(context.Request.Method)</vary-by>'
    "</azure-openai-semantic-cache-lookup>"
)
KEEP = '<azure-openai-semantic-cache-store duration="60" />'
RESPONSES = (
    '<cache-lookup vary-by-developer="false" vary-by-developer-groups="false">'
    "<vary-by-header>Accept</vary-by-header>"
    "<vary-by-query-parameter>a</vary-by-query-parameter></cache-lookup>"
)


def counting(answer: Handler) -> tuple[list[str], Handler]:
    calls: list[str] = []

    async def counted(request: web.Request) -> web.StreamResponse:
        calls.append(request.path)
        return await answer(request)

    return calls, counted


def values(*inbounds: str) -> list[str]:
    """Return the header that each policy, put in turn on one gateway, shows."""

    async def main() -> list[str]:
        found = []
        async with served(streaming(0), policy()) as running:
            for inbound in inbounds:
                document = policy(inbound=inbound, outbound=SHOW)
                await call(
                    running,
                    "/apis/inference/policies/policy",
                    "PUT",
                    {"Authorization": "Bearer a-key-for-tests"},
                    {"properties": {"value": document}},
                )
                found.append((await call(running)).headers["x"])
        return found

    shown: list[str] = run(main())
    return shown


def test_a_value_outlives_its_request() -> None:
    assert values(STORE + LOOKUP.format(""), LOOKUP.format("")) == ["2", "2"]


def test_a_value_that_is_missing_is_the_default_or_nothing() -> None:
    assert values(LOOKUP.format(""), LOOKUP.format('default-value="d"')) == ["", "d"]


def test_a_removed_value_is_gone() -> None:
    assert values(STORE, '<cache-remove-value key="k" />' + LOOKUP.format(""))[1] == ""


def test_the_same_prompt_is_answered_from_the_cache_and_goes_on_with_outbound() -> None:
    async def main() -> None:
        calls, answer = counting(streaming(2))
        document = policy(
            inbound=SEMANTIC,
            outbound=KEEP + '<set-header name="x"><value>outbound</value></set-header>',
        )
        async with served(answer, document) as running:
            found = [await call(running, body={"messages": [text]}) for text in ("a", "a", "b")]
            assert len(calls) == 2
            assert found[1].body == found[0].body == EVENT * 2 + b"data: [DONE]\n\n"
            assert found[1].headers["Content-Type"] == "text/event-stream"
            assert found[1].headers["x"] == "outbound"
            assert [record["backend"] for record in running.log] == ["east", None, "east"]

    run(main())


def test_responses_to_get_are_cached_by_query_and_header() -> None:
    async def main() -> None:
        calls, answer = counting(streaming(1))
        document = policy(inbound=RESPONSES, outbound='<cache-store duration="60" />')
        async with served(answer, document, get="/models") as running:
            for query, accept in (("a=1", "x"), ("a=1&b=2", "x"), ("a=2", "x"), ("a=1", "y")):
                headers = {**WITH_KEY, "Accept": accept}
                found = await call(running, f"/openai/models?{query}", "GET", headers)
                assert found.status == 200
            assert len(calls) == 3
            await call(running, CHAT)
            await call(running, CHAT)
            assert len(calls) == 5

    run(main())


def test_a_cached_value_is_a_copy() -> None:
    store = (
        '<set-variable name="o" value="@(new JObject())" />'
        '<cache-store-value key="k" value="@((JObject)context.Variables["o"])" duration="60" />'
        '<set-variable name="_" value="@{ ((JObject)context.Variables["o"])["a"] = 1; '
        'return 0; }" />'
    )
    pytest.importorskip("lab_utils.gateway.evaluate")
    shown = LOOKUP.format("") + (
        '<set-variable name="v" value="@(((JObject)context.Variables["v"])["a"] == null)" />'
    )
    assert values(store + shown) == ["True"]
