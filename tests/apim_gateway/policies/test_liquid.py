"""Liquid templates: what they see, and what is told of those that cannot be rendered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apim_gateway.loopback import CHAT, WITH_KEY, Call, answering, ask, echo, policy

BODY = {
    "name": "ada",
    "nested": {"deep": 1.50},
    "list": [{"id": 1}, {"id": 2}, {"id": 3}],
    "when": "2026-01-02T03:04:05Z",
    "flag": True,
    "nothing": None,
}


def rendered(template: str, body: Any = BODY, attributes: str = "", more: str = "") -> str:
    """Return the body that the backend got from a template in inbound."""
    inbound = f'{more}<set-body template="liquid" {attributes}>{template}</set-body>'
    found = ask(policy(inbound=inbound), echo, body=body)
    assert found.status == 200, found.body
    sent: str = found.json["body"]
    return sent


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{body.name}}", "ada"),
        ("{{ body.nested.deep }}", "1.5"),
        ("{{body.flag}}-{{body.nothing}}-{{body.missing.more}}", "true--"),
        ("{{body.list[1].id}}/{{body.list.size}}", "2/3"),
        ("{{ body.name | upcase }}{{ body.name | Upcase }}", "ADAADA"),
        ("{{ body.name | Prepend: 'x' | Append: 'y' }}", "xaday"),
        ("{% for each in body.list %}{{each.id}};{% endfor %}", "1;2;3;"),
        ("[{% JSONArrayFor each in body.list %}{{each.id}}{% endJSONArrayFor %}]", "[1,2,3]"),
        ("[{%- JSONArrayFor e in body.list limit:2 -%} {{e.id}} {%- endJSONArrayFor -%}]", "[1,2]"),
        ("{% if body.flag %}yes{% else %}no{% endif %}", "yes"),
        ("{{context.Request.Method}} {{context.Request.Headers['x-one']}}", "POST "),
        ("{{context.Request.Headers.content-type}}", "application/json"),
        ("{{context.Request.OriginalUrl.Path}}", CHAT),
        ("{{context.Variables['held']}}{{context.Variables.held}}", "vv"),
        ("{{context.Api.Id}}", "inference"),
        ("{{context.Subscription.PrimaryKey}}", ""),
        ("&lt;a&gt;{{body.name}}&lt;/a&gt;", "<a>ada</a>"),
        ("{{body.when}}", "01/02/2026 03:04:05"),
    ],
)
def test_a_template_sees_the_body_and_the_context(template: str, text: str) -> None:
    held = '<set-variable name="held" value="v" />'
    assert rendered(template, more=held) == text


def test_dates_are_left_alone_when_the_attribute_says_so() -> None:
    assert rendered("{{body.when}}", attributes='parse-date="false"') == BODY["when"]


def test_a_response_is_rendered_in_outbound() -> None:
    template = "{{body.id}} {{context.Response.StatusCode}} {{context.Response.Headers.x-some}}"
    outbound = f'<set-body template="liquid">{template}</set-body>'
    found = ask(policy(outbound=outbound), answering(201, '{"id": 7}', x_some="s"))
    assert (found.status, found.body) == (201, b"7 201 s")


def test_no_body_is_nothing_and_text_is_text() -> None:
    inbound = '<set-body template="liquid">[{{body}}]</set-body>'
    assert ask(policy(inbound=inbound), echo).json["body"] == "[]"
    headers = {**WITH_KEY, "Content-Type": "text/plain"}
    assert ask(policy(inbound=inbound), echo, headers=headers, raw=b"hi").json["body"] == "[hi]"


def test_in_return_response_a_template_sees_the_context_and_no_body() -> None:
    inner = '<set-body template="liquid">{{context.Request.Method}}:{{body.name}}</set-body>'
    found = ask(policy(inbound=f"<return-response>{inner}</return-response>"), body=BODY)
    assert (found.status, found.body) == (200, b"POST:")


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"{", "application/json"), (b"<a>", "text/xml"), (b"a", "application/soap+xml")],
)
def test_a_body_that_cannot_be_read_is_an_error(body: bytes, kind: str) -> None:
    reason = '<set-header name="x-reason"><value>@(context.LastError.Reason)</value></set-header>'
    inbound = '<set-body template="liquid">{{body.a}}</set-body>'
    headers = {**WITH_KEY, "Content-Type": kind}
    found: Call = ask(policy(inbound=inbound, on_error=reason), headers=headers, raw=body)
    assert (found.status, found.headers["x-reason"]) == (500, "LiquidError")


def test_a_template_without_end_is_stopped() -> None:
    loop = "{% for a in (1..2000) %}{% for b in (1..2000) %}x{% endfor %}{% endfor %}"
    inbound = f'<set-body template="liquid">{loop}</set-body>'
    assert ask(policy(inbound=inbound)).status == 500


ENVELOPE = (
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    b'<GetProductsResponse xmlns="urn:x">%s<Count unit="pieces">2</Count></GetProductsResponse>'
    b"</soap:Body></soap:Envelope>"
)
PRODUCT = b"<Product><ID>%d</ID><Name>a</Name></Product>"
# As API Management writes it for a SOAP operation.
FROM_SOAP = """{ "products": [
 {% JSONArrayFor item in RESPONSE.Product -%}
 { "id": {{item.ID}}, "name": "{{item.Name | Replace: 'a', 'b'}}" }
 {% endJSONArrayFor -%} ],
 "count": {% if RESPONSE.Count %}{{RESPONSE.Count}}{% else %} null {% endif %},
 "none": {% if RESPONSE.None %}1{% else %} null {% endif %} }""".replace(
    "RESPONSE", "body.envelope.body.GetProductsResponse"
)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_elements_of_xml_are_seen_without_prefix_in_any_case(number: int) -> None:
    products = b"".join(PRODUCT % each for each in range(number))
    outbound = f'<set-body template="liquid">{FROM_SOAP}</set-body>'
    backend = answering(text=(ENVELOPE % products).decode(), Content_Type="text/xml")
    found = ask(policy(outbound=outbound), backend)
    assert found.status == 200
    assert found.json == {
        "products": [{"id": each, "name": "b"} for each in range(number)],
        "count": 2,
        "none": None,
    }
