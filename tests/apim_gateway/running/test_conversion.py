from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.conversion import DEEPEST, Form, to_json, to_xml

NIL = 'xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
PLAIN = Form()
SOAP = Form(":", "xmlns", "#attrs", False)


def xml(document: Any, form: Form = PLAIN) -> str:
    return to_xml(json.dumps(document), form)


def test_what_was_captured_of_json_to_xml() -> None:
    person = {
        "firstName": "John",
        "isAlive": True,
        "age": 25,
        "address": {"city": "New York"},
        "phoneNumbers": [{"type": "home"}, {"type": "mobile"}],
        "children": [],
        "spouse": None,
    }
    assert xml(person) == (
        "<Document><firstName>John</firstName><isAlive>True</isAlive><age>25</age>"
        "<address><city>New York</city></address><phoneNumbers><type>home</type></phoneNumbers>"
        f"<phoneNumbers><type>mobile</type></phoneNumbers><children /><spouse {NIL} /></Document>"
    )


def test_the_documented_example_of_json_to_xml() -> None:
    envelope = {
        "soapenv:Envelope": {
            "xmlns:soapenv": "http://schemas.xmlsoap.org/soap/envelope/",
            "xmlns:v1": "http://localdomain.com/core/v1",
            "soapenv:Header": {},
            "soapenv:Body": {
                "v1:QueryList": {"#attrs": {"queryName": "test"}, "v1:QueryItem": {"name": "a"}}
            },
        }
    }
    assert xml(envelope, SOAP) == (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:v1="http://localdomain.com/core/v1"><soapenv:Header /><soapenv:Body>'
        '<v1:QueryList queryName="test"><v1:QueryItem><name>a</name></v1:QueryItem>'
        "</v1:QueryList></soapenv:Body></soapenv:Envelope>"
    )


@pytest.mark.parametrize(
    ("document", "form", "wanted"),
    [
        ({"a": {"b": 1}}, Form(), "<a><b>1</b></a>"),
        ({"a": [1, 2]}, Form(), "<Document><a>1</a><a>2</a></Document>"),
        ({"a": [[1, 2], []]}, Form(), "<Document><a>1</a><a>2</a><a /></Document>"),
        ({}, Form(), "<Document />"),
        ({"a": ""}, Form(), "<a />"),
        ({"a": "<&>"}, Form(), "<a>&lt;&amp;&gt;</a>"),
        ({"a b": {"1c": 1}}, Form(), "<a_x0020_b><_x0031_c>1</_x0031_c></a_x0020_b>"),
        ({"a:b": 1}, Form(":"), "<a_x003A_b>1</a_x003A_b>"),
        ({"first_name": "x"}, Form(), "<first_name>x</first_name>"),
        (
            {"p_a": {"xmlns_p": "urn:x", "p_b": 1}},
            Form("_", "xmlns"),
            '<p:a xmlns:p="urn:x"><p:b>1</p:b></p:a>',
        ),
        ({"a": {"xmlns": "urn:x"}}, Form("_", "xmlns"), '<a xmlns="urn:x" />'),
        ({"a": {"@": {"x": '"'}}}, Form("_", "", "@"), "<a x='\"' />"),
        ({"a": "2020-01-02T03:04:05Z"}, Form(dates=False), "<a>2020-01-02T03:04:05Z</a>"),
    ],
)
def test_json_becomes_xml(document: Any, form: Form, wanted: str) -> None:
    assert xml(document, form) == wanted


def test_a_date_is_written_as_dotnet_writes_it_unless_it_is_a_text() -> None:
    assert xml({"a": "2020-01-02T03:04:05Z"}) == "<a>01/02/2020 03:04:05</a>"


@pytest.mark.parametrize("text", ["[1]", "1", "{", "", 'data: {"a":1}', '{"a":"\\u0001"}'])
def test_what_cannot_be_xml_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_xml(text, Form())


def test_what_was_captured_of_xml_to_json() -> None:
    soap = (
        b'<?xml version="1.0"?>\n<soap:Envelope xmlns="http://fyicenter.com/"\n '
        b'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">\n <soap:Body>\n <GetOrders>'
        b"<Customer>1234567</Customer></GetOrders></soap:Body></soap:Envelope>"
    )
    assert json.loads(to_json(soap)) == {
        "version": "1.0",
        "soap$Envelope": {
            "@xmlns": "http://fyicenter.com/",
            "@xmlns$soap": "http://schemas.xmlsoap.org/soap/envelope/",
            "soap$Body": {"GetOrders": {"Customer": "1234567"}},
        },
    }


@pytest.mark.parametrize(
    ("text", "options", "wanted"),
    [
        ("<a/>", {}, {"a": None}),
        ("<a>x</a>", {}, {"a": "x"}),
        ("<a b='1'>x</a>", {}, {"a": {"@b": "1", "#text": "x"}}),
        ("<a b='1'>x</a>", {"friendly": True}, {"a": {"b": "1", "$t": "x"}}),
        ("<a><b>1</b><c/><b>2</b></a>", {}, {"a": {"b": ["1", "2"], "c": None}}),
        ("<a><b>1</b></a>", {"arrays": True}, {"a": {"b": ["1"]}}),
        ("<a><![CDATA[<x>]]></a>", {}, {"a": "<x>"}),
        ("<a>&lt;\u00fc</a>", {}, {"a": "<\u00fc"}),
        (
            "<?xml version='1.0' encoding='utf-8' standalone='yes'?><a/>",
            {},
            {"version": "1.0", "encoding": "utf-8", "standalone": "yes", "a": None},
        ),
    ],
)
def test_xml_becomes_json(text: str, options: dict[str, bool], wanted: Any) -> None:
    assert json.loads(to_json(text.encode("utf-8"), **options)) == wanted


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no element found"),
        ("data: {}", "line 1"),
        ("<a>", "no element found"),
        ("<a:b/>", "'a' is an undeclared prefix"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "A DOCTYPE is not read"),
        ("<a>" * (DEEPEST + 1), "More than 500 elements"),
    ],
)
def test_what_cannot_be_json_is_told(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        to_json(text.encode("utf-8"))


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _values, max_size=3), st.sampled_from([Form(), SOAP]))
def test_what_becomes_xml_can_be_read(document: Any, form: Form) -> None:
    with suppress(ValueError):
        made = to_xml(json.dumps(document), form)
        if "xmlns" not in json.dumps(document) and "#attrs" not in json.dumps(document):
            to_json(made.encode("utf-8"))


@given(st.binary() | st.text().map(lambda text: f"<a>{text}</a>".encode("utf-8", "replace")))
def test_any_bytes_become_json_or_are_told(data: bytes) -> None:
    with suppress(ValueError):
        json.loads(to_json(data))
