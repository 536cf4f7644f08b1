from __future__ import annotations

from typing import Any

import pytest

from tests.apim_gateway.loopback import EVENT, WITH_KEY, answering, ask, policy, streaming

TO_XML = '<json-to-xml apply="{}" consider-accept-header="{}" />'
TO_JSON = '<xml-to-json kind="direct" apply="{}" consider-accept-header="{}" />'
XML = "<a><b>1</b></a>"


def answered(outbound: str, text: str, kind: str, accept: str = "") -> tuple[str, str]:
    """Return the body and the type of an answer that passes outbound."""
    headers = {**WITH_KEY, **({"Accept": accept} if accept else {})}
    backend = answering(text=text, Content_Type=kind)
    found = ask(policy(outbound=outbound), backend, headers=headers)
    assert found.status == 200
    return found.body.decode(), found.headers["Content-Type"].partition(";")[0]


JSON_TYPE, XML_TYPE = "application/json", "application/xml"


@pytest.mark.parametrize(
    ("apply", "considered", "kind", "accept", "converted"),
    [
        ("always", "false", "text/plain", "", True),
        ("always", "true", JSON_TYPE, "text/xml", True),
        ("always", "true", JSON_TYPE, JSON_TYPE, False),
        ("content-type-json", "false", "application/problem+json", "", True),
        ("content-type-json", "false", "text/plain", "", False),
        ("@(&quot;always&quot;)", "@(!false)", JSON_TYPE, XML_TYPE, True),
    ],
)
def test_json_becomes_xml_where_type_and_accept_say_so(
    apply: str, considered: str, kind: str, accept: str, converted: bool
) -> None:
    found = answered(TO_XML.format(apply, considered), '{"a":{"b":1}}', kind, accept)
    assert found == ((XML, XML_TYPE) if converted else ('{"a":{"b":1}}', kind))


@pytest.mark.parametrize(
    ("apply", "considered", "kind", "accept", "converted"),
    [
        ("always", "false", "text/plain", "", True),
        ("always", "true", XML_TYPE, JSON_TYPE, True),
        ("always", "true", XML_TYPE, XML_TYPE, False),
        ("content-type-xml", "false", "application/soap+xml; charset=utf-8", "", True),
        ("content-type-xml", "false", "text/plain", "", False),
    ],
)
def test_xml_becomes_json_where_type_and_accept_say_so(
    apply: str, considered: str, kind: str, accept: str, converted: bool
) -> None:
    body, found = answered(TO_JSON.format(apply, considered), XML, kind, accept)
    assert (body, found) == (('{"a":{"b":"1"}}', JSON_TYPE) if converted else (XML, kind))


def test_a_request_is_converted_in_inbound() -> None:
    inbound = TO_XML.format("always", "false")
    found = ask(policy(inbound=inbound), body={"a": {"b": 1}})
    assert found.json["body"] == XML
    assert found.json["headers"]["content-type"] == XML_TYPE
    assert found.json["headers"]["content-length"] == str(len(XML))


def test_names_and_attributes_follow_the_attributes_of_the_policy() -> None:
    inbound = (
        '<json-to-xml apply="always" consider-accept-header="false" parse-date="false" '
        'namespace-separator=":" namespace-prefix="xmlns" attribute-block-name="#attrs" />'
    )
    body: dict[str, Any] = {"p:a": {"xmlns:p": "urn:x", "#attrs": {"n": "1"}, "p:b": "2020-01-01"}}
    found = ask(policy(inbound=inbound), body=body)
    assert found.json["body"] == '<p:a xmlns:p="urn:x" n="1"><p:b>2020-01-01</p:b></p:a>'


def test_arrays_and_javascript() -> None:
    inbound = (
        '<xml-to-json kind="javascript-friendly" apply="always" consider-accept-header="false" '
        'always-array-child-elements="true" />'
    )
    found = ask(policy(inbound=inbound), raw=b"<a c='2'><b>1</b></a>")
    assert found.json["body"] == '{"a":{"c":"2","b":["1"]}}'


@pytest.mark.parametrize("outbound", [TO_XML, TO_JSON])
def test_an_event_stream_is_held_and_goes_on_as_it_came(outbound: str) -> None:
    found = ask(policy(outbound=outbound.format("always", "false")), streaming(3))
    assert (found.status, found.body) == (200, EVENT * 3 + b"data: [DONE]\n\n")
