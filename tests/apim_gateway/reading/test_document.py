from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.errors import PolicyError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading import document, reader
from apim_gateway.reading.compiled import Document, Fragment, Reference
from apim_gateway.running.sections import SECTIONS


def faults(text: str) -> list[str]:
    root = reader.read(text, "p.xml")
    return [str(fault) for fault in document.faults(root, "p.xml", REGISTRY)]


def in_section(xml: str, section: str = "inbound") -> list[str]:
    return faults(f"<policies>\n<{section}>\n{xml}\n</{section}>\n</policies>")


@pytest.mark.parametrize(
    ("xml", "told"),
    [
        ("<choos />", "p.xml:3: choos: no such policy; did you mean 'choose'?"),
        ("<qqqqqqqqq />", "p.xml:3: qqqqqqqqq: no such policy"),
        (
            "<xsl-transform />",
            "p.xml:3: xsl-transform: API Management has this policy, but this gateway does not "
            "run it: it has no XSLT",
        ),
        (
            "<forward-request />",
            "p.xml:3: forward-request: may not stand in inbound, only in backend",
        ),
        ("<set-method />", "p.xml:3: set-method: needs a text"),
        ("<base>text</base>", "p.xml:3: base: takes no text"),
        ("<choose />", "p.xml:3: choose: needs a <when> in it"),
        (
            '<choose><when condition="yes" /></choose>',
            "p.xml:3: condition: 'yes' should be true or false",
        ),
        (
            "<choose><when condition='true' /><otherwise /><otherwise /></choose>",
            "p.xml:3: otherwise: stands too often in choose",
        ),
        (
            "<choose><when condition='true' /><wen condition='true' /></choose>",
            "p.xml:3: wen: may not stand in choose; did you mean 'when'?",
        ),
        (
            "<set-variable name='@(1)' value='1' />",
            "p.xml:3: name: takes no expression",
        ),
        ("<set-header name='a' />", "p.xml:3: set-header: needs a <value> in it"),
        (
            "<set-header name='a' exists-action='add'><value>1</value></set-header>",
            "p.xml:3: exists-action: 'add' should be override, skip, append or delete",
        ),
        (
            "<set-backend-service />",
            "p.xml:3: set-backend-service: needs either backend-id or base-url",
        ),
        (
            "<set-body template='liquid'>{% for x %}</set-body>",
            "p.xml:3: set-body: is no Liquid template: expected in, found end of expression",
        ),
        (
            "<set-body template='liquid'>@(context.Request.Method)</set-body>",
            "p.xml:3: set-body: is a Liquid template, which takes no expression",
        ),
        (
            "<send-request response-variable-name='a'><set-url>http://a</set-url>"
            "<set-body template='liquid'>{{</set-body></send-request>",
            "p.xml:3: send-request: is no Liquid template: expected '}}', found end of file",
        ),
        (
            "<retry condition='true' count='51' interval='1' />",
            "p.xml:3: count: 51 should be 1 to 50",
        ),
        ("<wait />", "p.xml:3: wait: needs a policy in it"),
        (
            "<wait><base /></wait>",
            "p.xml:3: wait: takes cache-lookup-value, choose, send-request, not base",
        ),
        ("<set-variable name=' ' value='' />", "p.xml:3: name: should not be empty"),
        (
            "<quota calls='1' renewal-period='0' first-period-start='now' />",
            "p.xml:3: first-period-start: quota has no such attribute",
        ),
    ],
)
def test_a_fault_is_told_with_file_line_and_name(xml: str, told: str) -> None:
    found = in_section(xml)
    assert len(found) == 1
    assert found[0].startswith(told)


def test_timeouts_are_one_or_the_other() -> None:
    found = in_section('<forward-request timeout="1" timeout-ms="1" />', "backend")
    assert found == ["p.xml:3: forward-request: takes timeout or timeout-ms"]


def test_backend_takes_one_policy() -> None:
    assert in_section("<base />\n<forward-request />", "backend") == [
        "p.xml:4: forward-request: backend takes one policy only"
    ]


def test_sections_are_known_and_stand_once() -> None:
    assert faults("<policies>\n<inbond />\n<inbound />\n<inbound />\n</policies>") == [
        "p.xml:2: inbond: not a section; did you mean 'inbound'?",
        "p.xml:4: inbound: stands twice; join the two sections",
    ]
    assert faults("<policy />") == ["p.xml:1: policy: the document should begin with <policies>"]


def test_every_fault_is_told_in_the_order_of_lines_also_deep_inside() -> None:
    found = in_section(
        "<choose>\n<when condition='true'>\n<set-header />\n</when>\n<otherwise>\n"
        "<set-variable name='a' value='@(1 +)' />\n</otherwise>\n</choose>\n<nothing />"
    )
    assert [line.split(":")[1] for line in found] == ["5", "8", "11"]


def test_an_expression_without_end_hides_no_other_fault() -> None:
    told = in_section(
        '<set-variable name="a" value="@(1 + " />\n'
        '<set-variable name="b" value="@(context.Request.Headers["x" == "y")" />\n'
        '<set-variable name="c" value="@(nothing)" />\n'
        "<set-body>@{ return 1;</set-body>"
    )
    assert [line.split(": ")[:2] for line in told] == [
        ["p.xml:3", "CS1525"],
        ["p.xml:4", "CS1003"],
        ["p.xml:5", "CS0103"],
        ["p.xml:6", "CS1513"],
    ]


def test_an_expression_is_told_with_its_own_line() -> None:
    found = in_section("<set-variable name='a'\n value='@{\n return context.Nope;\n}' />")
    assert len(found) == 1
    assert found[0].startswith("p.xml:5: ")
    assert "Nope" in found[0]


def test_any_attribute_may_hold_an_id() -> None:
    assert in_section("<base id='first' />") == []


def compiled(text: str, **more: str) -> Document:
    fragments = {
        name: Fragment(reader.read(xml, f"{name}.xml"), f"{name}.xml") for name, xml in more.items()
    }
    return document.compile_document(
        reader.read(text, "p.xml"), "p.xml", REGISTRY, fragments=fragments
    )


INCLUDE = "<policies><inbound><include-fragment fragment-id='a' /></inbound></policies>"


@pytest.mark.parametrize(
    ("fragments", "told"),
    [
        ({}, "p.xml:1: include-fragment: no fragment 'a' is known (none)"),
        ({"a": "<fragment><base /></fragment>"}, "a.xml:1: base: may not stand in a fragment"),
        ({"a": "<policies />"}, "a.xml:1: policies: should be <fragment>"),
        ({"a": "<fragment>\n<nope /></fragment>"}, "a.xml:2: nope: no such policy"),
        (
            {"a": "<fragment><include-fragment fragment-id='a' /></fragment>"},
            "a.xml:1: include-fragment: a includes a: a circle",
        ),
        (
            {"a": "<fragment>\n<forward-request /></fragment>"},
            "a.xml:2: forward-request: may not stand in inbound, only in backend",
        ),
    ],
)
def test_a_fault_in_a_fragment_is_told_with_the_fragments_file(
    fragments: dict[str, str], told: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        compiled(INCLUDE, **fragments)
    assert str(caught.value).startswith(told)


def test_a_step_knows_its_place() -> None:
    found = compiled(
        "<policies><inbound><base /><choose><when condition='true'><set-method>GET</set-method>"
        "</when></choose><choose><when condition='true'/></choose></inbound></policies>"
    )
    first, second, third = found.sections["inbound"].steps
    assert [step.place.path for step in (first, second, third)] == [
        "base[1]",
        "choose[1]",
        "choose[2]",
    ]
    assert third.place.section == "inbound"


def test_backends_named_literally_are_remembered_with_their_place() -> None:
    found = compiled(
        "<policies><inbound>\n<set-backend-service backend-id='b' />"
        "<set-backend-service backend-id='@(\"c\")' /></inbound></policies>"
    )
    assert found.references == (Reference("b", 2, "set-backend-service"),)


def test_every_policy_of_the_registry_stands_in_known_sections_and_is_told_what_it_needs() -> None:
    for policy in REGISTRY.policies.values():
        assert policy.sections
        assert set(policy.sections) <= set(SECTIONS)
        for section in policy.sections:
            for fault in in_section(f"<{policy.name} />", section):
                assert fault.startswith("p.xml:3: ")


_names = st.sampled_from([*REGISTRY.policies, "when", "value", "nope"])
_attributes = st.dictionaries(
    st.sampled_from(["name", "value", "condition", "timeout", "x"]), st.sampled_from(["1", "a"])
)


def _written(name: str, attributes: dict[str, str], inside: list[str]) -> str:
    given = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<{name}{given}>{''.join(inside)}</{name}>"


_elements = st.recursive(
    st.builds(_written, _names, _attributes, st.just([])),
    lambda inner: st.builds(_written, _names, _attributes, st.lists(inner, max_size=3)),
    max_leaves=8,
)


@given(st.sampled_from(SECTIONS), st.lists(_elements, max_size=3))
def test_any_document_compiles_or_is_refused(section: str, elements: list[str]) -> None:
    in_section("".join(elements), section)


def test_thousands_of_unknown_names_are_told_and_only_the_first_get_a_hint() -> None:
    found = in_section("".join(f"<choos{number} />" for number in range(13_000)))
    assert len(found) == 13_000
    assert found[0].endswith("did you mean 'choose'?")
    assert found[-1].endswith("no such policy")
