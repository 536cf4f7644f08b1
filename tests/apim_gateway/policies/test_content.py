from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import EVENT, Call, answering, ask, policy, streaming


def validate(action: str = "prevent", size: int = 1000, content: str = "") -> str:
    return (
        f'<validate-content unspecified-content-type-action="{action}" max-size="{size}" '
        f'size-exceeded-action="{action}" errors-variable-name="e">{content}</validate-content>'
    )


JSON = '<content type="application/json" validate-as="json" action="prevent" />'


def test_a_body_that_is_too_large_is_400_on_the_way_in_and_502_on_the_way_out() -> None:
    assert ask(policy(inbound=validate(size=5)), body="x" * 10).status == 400
    found = ask(policy(outbound=validate(size=5)), answering(text='"xxxxxxxxxx"'))
    assert (found.status, found.reason) == (502, "Bad Gateway")
    assert found.json["message"] == "Content exceeds the maximum size."


def test_json_that_is_none_is_refused() -> None:
    document = policy(outbound=validate(content=JSON))
    assert ask(document, answering(text='{"a":1}')).status == 200
    assert ask(document, answering(text="{")).status == 502


def test_a_type_that_is_not_listed_is_refused() -> None:
    found = ask(policy(outbound=validate(content=JSON)), streaming(1))
    assert found.status == 502
    assert "text/event-stream" in found.json["message"]


@pytest.mark.parametrize(("action", "shown"), [("detect", "Content exceeds"), ("ignore", "")])
def test_what_is_only_detected_stands_in_a_variable(action: str, shown: str) -> None:
    show = '<set-header name="x"><value>@(context.Variables["e"])</value></set-header>'
    found = ask(policy(outbound=validate(action, 5) + show), streaming(2))
    assert found.status == 200
    assert found.headers["x"].startswith(shown)


def test_it_holds_the_stream() -> None:
    found: Call = ask(policy(outbound=validate("ignore")), streaming(2))
    assert found.body == EVENT * 2 + b"data: [DONE]\n\n"
    assert "Content-Length" in found.headers


@pytest.mark.parametrize(
    ("mapped", "status"),
    [
        ('<type from="text/event-stream" to="application/json" />', 502),
        ('<type from="text/other" to="application/json" />', 200),
        ('<type to="application/json" when="@(context.Response.StatusCode == 200)" />', 502),
    ],
)
def test_another_type_may_be_meant(mapped: str, status: int) -> None:
    wanted = f"<content-type-map>{mapped}</content-type-map>{JSON}"
    document = policy(outbound=validate("ignore", content=wanted))
    assert ask(document, streaming(1)).status == status
