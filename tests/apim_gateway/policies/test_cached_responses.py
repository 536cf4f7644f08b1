from __future__ import annotations

from aiohttp import web

from tests.apim_gateway.loopback import (
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


def test_system_messages_may_be_ignored_and_long_conversations_are_not_looked_up() -> None:
    async def main() -> None:
        calls, answer = counting(streaming(1))
        lookup = SEMANTIC.replace(
            "score-threshold", 'ignore-system-messages="true" max-message-count="1" score-threshold'
        )
        async with served(answer, policy(inbound=lookup, outbound=KEEP)) as running:

            async def ask(*messages: tuple[str, str]) -> None:
                given = [{"role": role, "content": text} for role, text in messages]
                assert (await call(running, body={"messages": given})).status == 200

            await ask(("system", "a"), ("user", "x"))
            await ask(("system", "b"), ("user", "x"))
            assert len(calls) == 1
            await ask(("user", "x"), ("user", "y"))
            await ask(("user", "x"), ("user", "y"))
            assert len(calls) == 3

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
