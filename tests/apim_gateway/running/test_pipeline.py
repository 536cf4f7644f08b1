"""What a policy sees of an error, and where it happened."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from tests.apim_gateway.loopback import Call, answering, ask, policy, streaming

MEMBERS = ("Source", "Reason", "Message", "Scope", "Section", "Path", "PolicyId")
SHOW = "".join(
    f'<set-header name="x-{name}"><value>@(context.LastError.{name})</value></set-header>'
    for name in MEMBERS
)
BROKEN = '<set-variable id="first" name="v" value="@((int)context.Variables["none"])" />'


def error(found: Call) -> dict[str, str]:
    return {name: found.headers[f"x-{name}"] for name in MEMBERS}


def test_last_error_tells_what_happened_and_where() -> None:
    choose = f'<choose><when condition="true">{BROKEN}</when></choose>'
    found = ask(policy(inbound=choose + choose, on_error=SHOW))
    assert found.status == 500
    assert error(found) == {
        "Source": "set-variable",
        "Reason": "ExpressionValueEvaluationFailure",
        "Message": "Expression evaluation failed. "
        "Object reference not set to an instance of an object.",
        "Scope": "api",
        "Section": "inbound",
        "Path": "choose[1]/when[1]/set-variable[1]",
        "PolicyId": "first",
    }


@pytest.mark.parametrize(
    ("inbound", "outbound", "section"),
    [(BROKEN, "", "inbound"), ("", BROKEN, "outbound")],
)
def test_the_rest_of_the_way_is_skipped(inbound: str, outbound: str, section: str) -> None:
    after = '<set-header name="x-after"><value>1</value></set-header>'
    found = ask(policy(inbound=inbound, outbound=outbound + after, on_error=SHOW))
    assert error(found)["Section"] == section
    assert "x-after" not in found.headers
    assert "x-from" not in found.headers


def test_a_missing_key_is_an_error_of_authorization() -> None:
    found = ask(policy(on_error=SHOW), headers={})
    assert error(found)["Source"] == "authorization"
    assert error(found)["Reason"] == "SubscriptionKeyNotFound"
    assert error(found)["Message"].startswith("Access denied due to missing subscription key. ")


def test_an_unknown_operation_is_an_error_of_configuration() -> None:
    found = ask(policy(on_error=SHOW), path="/openai/none")
    assert error(found)["Source"] == "configuration"
    assert error(found)["Reason"] == "OperationNotFound"
    assert error(found)["Message"] == "Unable to match incoming request to an operation."
    assert (found.status, found.json["message"]) == (404, "Resource not found")


def test_a_timeout_and_a_dead_backend_have_their_reasons() -> None:
    async def stall(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(20)
        return web.Response()

    document = policy(backend='<forward-request timeout-ms="50" />', on_error=SHOW)
    found = ask(document, stall, body={})
    assert error(found)["Source"] == "request-forwarder"
    assert error(found)["Reason"] == "Timeout"
    document = policy(
        inbound='<set-backend-service base-url="http://127.0.0.1:9/" />', on_error=SHOW
    )
    assert error(ask(document))["Reason"] == "BackendConnectionFailure"


def test_a_json_read_of_an_event_stream_has_the_text_seen_in_the_field() -> None:
    read = '<set-variable name="v" value="@(context.Response.Body.As<JObject>())" />'
    found = ask(policy(outbound=read, on_error=SHOW), streaming(2))
    assert found.status == 500
    assert error(found)["Message"].startswith(
        "Expression evaluation failed. The message body is not a valid JSON. "
        "Unexpected character encountered while parsing value: d. Path ''"
    )


def test_on_error_may_answer_instead() -> None:
    answer = (
        "<return-response><set-status code='299' reason='Own' />"
        "<set-body>@(context.LastError.Reason)</set-body></return-response>"
    )
    found = ask(policy(inbound=BROKEN, on_error=answer), answering())
    assert (found.status, found.reason) == (299, "Own")
    assert found.body == b"ExpressionValueEvaluationFailure"


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ('Regex.IsMatch("a", "(?:(?:a{1000}){1000}){1000}")', "Regex"),
        ('DateTime.Parse(context.Request.Method.Substring(4) + "1 1 1 1")', "DateTime.Parse"),
    ],
)
def test_what_is_not_evaluated_here_is_named_and_no_exception_of_net(
    value: str, named: str
) -> None:
    inbound = f"<set-variable name='v' value='@({value})' />"
    found = ask(policy(inbound=inbound, on_error=SHOW))
    assert found.status == 500
    assert found.json["message"].startswith("Not supported on this machine")
    assert named in found.json["message"]
    assert "set-variable" in found.json["message"]
