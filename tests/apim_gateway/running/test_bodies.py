"""Which bodies a running policy waits for: those its expressions read, however they say it."""

from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import answering, ask, backend, policy, run, served, streaming
from tests.apim_gateway.raw import unchunked, wire

TOKEN = '(IResponse)context.Variables["token"]'


def header(value: str) -> str:
    return f'<set-header name="x-found"><value>{value}</value></set-header>'


@pytest.mark.parametrize(
    "value",
    [
        '@((string)context.Request.Body.As<JObject>(true)["model"])',
        '@((string)context\n  .Request\n  .Body.As<JObject>(true)["model"])',
        '@{ var c = context; return (string)c.Request.Body.As<JObject>(true)["model"]; }',
        '@{ var body = context.Request.Body; return (string)body.As<JObject>(true)["model"]; }',
    ],
)
def test_the_body_of_the_request_is_there_however_it_is_read(value: str) -> None:
    xml = f'<set-variable name="model" value="{value}" />'
    document = policy(inbound=xml, outbound=header('@((string)context.Variables["model"])'))
    found = ask(document, answering(), body={"model": "gpt"})
    assert (found.status, found.headers["x-found"]) == (200, "gpt")


@pytest.mark.parametrize(
    "value",
    [
        "@(context.Response\n.Body.As<string>(true))",
        "@{ var c = context; return c.Response.Body.As<string>(true); }",
        "@{ var r = context.Response; return r.Body.As<string>(true); }",
        "@(new[] { context }.Select(c => c.Response.Body.As<string>(true)).First())",
    ],
)
def test_the_body_of_the_response_is_there_however_it_is_read(value: str) -> None:
    found = ask(policy(outbound=header(value)), answering(text="told"), body={})
    assert (found.status, found.headers["x-found"]) == (200, "told")


@pytest.mark.parametrize(
    "value",
    [
        f"@{{ var t = {TOKEN}; return context.Response.StatusCode + t.Body.As<string>(true); }}",
        f"@(context.Response.StatusCode + ({TOKEN}).Body.As<string>(true))",
    ],
)
def test_the_answer_of_a_call_of_ones_own_holds_no_stream(value: str) -> None:
    async def main() -> None:
        async with backend(answering(text="secret")) as other:
            sending = (
                f'<send-request mode="new" response-variable-name="token">'
                f"<set-url>{other}/token</set-url></send-request>"
            )
            document = policy(inbound=sending, outbound=header(value))
            async with served(streaming(60, 0.02), document) as running, wire(running) as client:
                assert b"x-found: 200secret" in await client.headers()
                assert unchunked(await client.rest()).endswith(b"data: [DONE]\n\n")
                assert len(client.reads) >= 20

    run(main())
