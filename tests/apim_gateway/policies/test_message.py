from __future__ import annotations

from aiohttp import web

from apim_gateway.serving.settings import Address
from tests.apim_gateway.loopback import (
    EVENT,
    answering,
    ask,
    backend,
    call,
    gateway,
    policy,
    run,
    streaming,
)

READ = "@(context.Response.Body.As<string>(preserveContent: true))"
STREAM = EVENT * 2 + b"data: [DONE]\n\n"


def test_set_body_replaces_what_the_backend_gets() -> None:
    found = ask(policy(inbound="<set-body>new \u00fc</set-body>"), body={"a": 1})
    assert found.json["body"] == "new \u00fc"
    assert found.json["headers"]["content-length"] == "6"


def test_set_body_may_read_the_body_it_replaces() -> None:
    body = '<set-body>@(context.Request.Body.As<string>() + "!")</set-body>'
    assert ask(policy(inbound=body), body=1).json["body"] == "1!"


def test_a_request_body_that_was_read_without_keeping_it_is_gone() -> None:
    read = '<set-variable name="v" value="@(context.Request.Body.As<string>())" />'
    assert ask(policy(inbound=read), body={"a": 1}).json["body"] == ""
    keep = read.replace("()", "(preserveContent: true)", 1)
    assert ask(policy(inbound=keep), body={"a": 1}).json["body"] == '{"a": 1}'


def test_set_body_in_outbound_ends_the_stream() -> None:
    found = ask(policy(outbound="<set-body>short</set-body>"), streaming(1000, 0.01))
    assert found.body == b"short"
    assert found.headers["Content-Length"] == "5"


def test_an_outbound_read_of_the_body_holds_the_stream_and_keeps_its_bytes() -> None:
    read = f'<set-variable name="v" value="{READ}" />'
    found = ask(policy(outbound=read), streaming(2))
    assert found.body == STREAM
    assert found.headers["Content-Length"] == str(len(STREAM))


def test_an_outbound_read_as_json_of_an_event_stream_is_500() -> None:
    read = '<set-variable name="v" value="@(context.Response.Body.As<JObject>(true))" />'
    found = ask(policy(outbound=read), streaming(2))
    assert found.status == 500
    assert found.json["message"] == "Internal server error"


def test_a_response_body_that_was_read_without_keeping_it_is_gone() -> None:
    read = '<set-variable name="v" value="@(context.Response.Body.As<string>())" />'
    assert ask(policy(outbound=read), answering(text="x")).body == b""


def test_find_and_replace_changes_the_body() -> None:
    replace = '<find-and-replace from="word" to="WORD" />'
    found = ask(policy(outbound=replace), streaming(2))
    assert found.body == STREAM.replace(b"word", b"WORD")
    assert ask(policy(inbound=replace), body="word").json["body"] == '"WORD"'


def test_set_status_and_set_method() -> None:
    found = ask(
        policy(
            inbound="<set-method>put</set-method>",
            outbound='<set-status code="202" reason="Taken" />',
        )
    )
    assert (found.status, found.reason, found.json["method"]) == (202, "Taken", "PUT")


def test_return_response_ends_the_pipeline() -> None:
    answer = (
        '<return-response><set-status code="418" reason="Tea" /><set-header name="x">'
        "<value>1</value></set-header><set-body>pot</set-body></return-response>"
    )
    after = '<set-header name="y"><value>1</value></set-header>'
    found = ask(policy(inbound=answer + after, outbound=after))
    assert (found.status, found.reason, found.body) == (418, "Tea", b"pot")
    assert found.headers["x"] == "1"
    assert "y" not in found.headers
    assert "x-from" not in found.headers


def test_return_response_is_200_without_body_unless_told() -> None:
    found = ask(policy(inbound="<return-response />"))
    assert (found.status, found.reason, found.body) == (200, "OK", b"")


def test_return_response_in_outbound_drops_the_stream() -> None:
    found = ask(policy(outbound="<return-response />"), streaming(1000, 0.01))
    assert (found.status, found.body) == (200, b"")


def test_mock_response_answers_with_status_and_type() -> None:
    mock = '<mock-response status-code="201" content-type="application/json" />'
    found = ask(policy(inbound=mock))
    assert (found.status, found.body) == (201, b"")
    assert found.headers["Content-Type"] == "application/json"


def test_return_response_may_start_from_a_response_in_a_variable() -> None:
    async def teapot(request: web.Request) -> web.StreamResponse:
        return web.Response(status=418, reason="Tea", text="pot", headers={"x-pot": "1"})

    async def main() -> None:
        async with backend(teapot) as url:
            document = policy(
                inbound='<send-request response-variable-name="r">'
                f"<set-url>{url}/</set-url></send-request>"
                '<return-response response-variable-name="r"><set-header name="x-own">'
                "<value>1</value></set-header></return-response>"
            )
            async with gateway(document, Address("east", url)) as running:
                found = await call(running)
                assert (found.status, found.reason, found.body) == (418, "Tea", b"pot")
                assert (found.headers["x-pot"], found.headers["x-own"]) == ("1", "1")

    run(main())


def test_return_response_without_a_response_in_its_variable_is_500() -> None:
    assert ask(policy(inbound='<return-response response-variable-name="r" />')).status == 500


def test_an_expression_that_fails_is_500_unless_on_error_answers() -> None:
    broken = '<set-variable name="v" value="@((int)context.Variables["none"])" />'
    assert ask(policy(inbound=broken)).status == 500
    answer = '<return-response><set-status code="299" /></return-response>'
    assert ask(policy(inbound=broken, on_error=answer)).status == 299
    changed = '<set-header name="x"><value>@(context.Response.StatusCode.ToString())</value>'
    found = ask(policy(inbound=broken, on_error=f"{changed}</set-header>"))
    assert (found.status, found.headers["x"]) == (500, "500")


def test_an_error_in_on_error_ends_it_and_the_answer_stands() -> None:
    broken = '<set-variable name="v" value="@((int)context.Variables["none"])" />'
    after = '<set-status code="299" />'
    found = ask(policy(inbound=broken, on_error=broken + after))
    assert found.status == 500
    assert found.json["message"] == "Internal server error"


def test_set_body_takes_bytes_tokens_and_texts_beyond_the_basic_plane() -> None:
    taken = {
        "@(context.Request.Body.As<byte[]>())": '{"a": "\u00fc \U0001f600"}',
        "@(context.Request.Body.As<JObject>())": '{\n  "a": "\u00fc \U0001f600"\n}',
        "@(context.Request.Body.As<string>())": '{"a": "\u00fc \U0001f600"}',
    }
    for expression, wanted in taken.items():
        body = policy(inbound=f"<set-body>{expression}</set-body>")
        found = ask(body, raw='{"a": "\u00fc \U0001f600"}'.encode())
        assert found.json["body"] == wanted
