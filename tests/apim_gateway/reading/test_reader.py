from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.errors import PolicyError
from apim_gateway.reading.named_values import MAX_BYTES
from apim_gateway.reading.reader import MAX_DEPTH, MAX_GUESSES, Element, read

POLICY = Path(__file__).parents[3] / "infra" / "gateway" / "policy.xml"


def only(document: str, **named_values: str) -> Element:
    return read(document, "p.xml", named_values)


def refusal(document: str, **named_values: str) -> str:
    with pytest.raises(PolicyError) as caught:
        read(document, "p.xml", named_values)
    return str(caught.value)


def test_the_labs_policy_is_read_with_its_lines() -> None:
    root = read(POLICY.read_text(encoding="utf-8"), str(POLICY))
    assert root.name == "policies"
    assert [child.name for child in root.children] == ["inbound", "backend", "outbound", "on-error"]
    when = root.children[0].children[3].children[0]
    line = when.attributes["condition"].line
    source = POLICY.read_text(encoding="utf-8").splitlines()[line - 1]
    assert when.attributes["condition"].value in source


def test_an_expression_keeps_quotes_brackets_and_generics() -> None:
    code = '@(a < b && c.As<JObject>()["x"]?.ToString() == "}" + \')\' + $"{d["e"]}" + @"\\")'
    when = only(f'<when condition="{code}">\n  <value>{code}</value>\n</when>')
    assert when.attributes["condition"].value == code
    assert when.children[0].text.value == code


def test_a_block_keeps_comments_and_line_ends() -> None:
    code = '@{\r\n  // it\'s "open )\r\n  /* } */ return "<a>";\n}'
    assert only(f"<value>{code}</value>").text.value == code
    assert only(f'<a b="{code}" />').attributes["b"].value == code


def test_entities_are_decoded_in_literals() -> None:
    element = only("<a b='1 &lt; 2 &amp;&#65;&#x42;'>&quot;x&apos; &unknown; a & b</a>")
    assert element.attributes["b"].value == "1 < 2 &AB"
    assert element.text.value == "\"x' &unknown; a & b"


def test_entities_in_an_expression_are_decoded_only_where_csharp_could_not_mean_them() -> None:
    assert only('<a b="@(x == &quot;a&quot; &amp;&amp; y)" />').attributes["b"].value == (
        '@(x == "a" && y)'
    )
    assert only('<a>@(x.Replace("&lt;", "<"))</a>').text.value == '@(x.Replace("&lt;", "<"))'


def test_text_and_attributes_tell_the_line_where_they_start() -> None:
    element = only('<a\n b="1"\n c="@(x)">\n\n  text\n</a>')
    assert (element.line, element.attributes["b"].line, element.attributes["c"].line) == (1, 2, 3)
    assert element.text.line == 5
    assert only('<a b="\n\n @{\n}"/>').attributes["b"].line == 3
    assert only("<a><![CDATA[\nx]]></a>").text.line == 2


def test_comments_declarations_and_cdata_are_understood() -> None:
    element = only("<?xml version='1.0'?><!-- {{x}} --><a><!-- <b> --><![CDATA[<c>&amp;]]></a>")
    assert element.children == ()
    assert element.text.value == "<c>&amp;"


def test_named_values_are_replaced_except_in_comments_and_liquid() -> None:
    liquid = '<set-body template="liquid">{{body.x}}</set-body>'
    element = only(f'<a b="{{{{ key }}}}">{liquid}<!-- {{{{nope}}}} --></a>', key="k")
    assert element.attributes["b"].value == "k"
    assert element.children[0].text.value == "{{body.x}}"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", r"p.xml:1: document: is empty"),
        ("text", r"p.xml:1: document: has text outside"),
        ("<a/>\n<b/>", r"p.xml:2: document: goes on after"),
        ("<a>\n<b>\n</a>", r"p.xml:3: a: closes here, but <b> of line 2 is open"),
        ("<a>\n<b>", r"p.xml:2: b: has no end tag: add </b>"),
        ("</a>", r"p.xml:1: a: is closed but was never opened"),
        ("<a b=c/>", r"p.xml:1: b: has a value without quotes"),
        ("<a b/>", r"p.xml:1: b: has no value"),
        ('<a b="1" b="2"/>', r"p.xml:1: b: stands twice in <a>"),
        ('<a b="1/>', r"p.xml:1: b: has no closing quote"),
        ('<a b="1/>\n<c d="2"/>', r"p.xml:1: b: has a < in its value"),
        ('<a\nb="@(x"', r"p.xml:2: b: has an expression without end"),
        ("<a>@{ return 1; ", r"p.xml:1: a: has an expression without end"),
        ("<a><!-- </a>", r"p.xml:1: comment: has no end"),
        ("<a>{{key}}</a>", r"p.xml:1: key: is no named value"),
        ("<a", r"p.xml:1: a: has no >"),
        ("<a>< b/></a>", r"p.xml:1: element: needs a name here"),
    ],
)
def test_a_fault_is_told_with_line_name_and_remedy(document: str, reason: str) -> None:
    assert re.match(reason, refusal(document))


@pytest.mark.parametrize(
    ("document", "value", "text"),
    [
        ('<a b="@(x" c="@(1)">t</a>', "@(x", "t"),
        ('<a b="@(x[1)" c="@(1)">t</a>', "@(x[1)", "t"),
        ('<a b=\'@("x)\' c="@(1)">t</a>', '@("x)', "t"),
        ('<a b="@(x == "y")" c="@(1)">@{ return 1; </a>', '@(x == "y")', "@{ return 1; "),
    ],
)
def test_an_expression_without_end_ends_where_the_markup_goes_on(
    document: str, value: str, text: str
) -> None:
    root = read(document, "p.xml")
    assert (root.attributes["b"].value, root.text.value) == (value, text)
    assert root.attributes["c"].value == "@(1)"
    assert root.text.unended or root.attributes["b"].unended


def test_ends_are_guessed_only_so_often() -> None:
    assert "without end" in refusal("<a>" + '<b c="@(x" />' * (MAX_GUESSES + 1) + "</a>")


def test_bombs_are_refused() -> None:
    assert "DOCTYPE" in refusal('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    assert "deeper" in refusal("<a>" * (MAX_DEPTH + 1))
    assert "larger" in refusal("<a>" + "x" * MAX_BYTES + "</a>")
    assert "exceed" in refusal("<a>" + "{{x}}" * 1000 + "</a>", x="y" * 1000)


PIECES = """\
<a> </a> <b/> <b_c=' "_d=" @( @{ ) } " ' &lt; <!-- --> < {{x}} <![CDATA[ ]]> x /> \\ // /* */ $ @"""


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*PIECES.split(), " ", "\n"]), max_size=40).map("".join),
    )
)
def test_any_text_is_read_or_refused(document: str) -> None:
    try:
        root = read(document.replace("_", " "), "p.xml", {"x": "y"})
    except PolicyError as refused:
        told = refused
    else:
        assert root.name
        return
    assert told.line >= 1
    assert told.reason


def test_elements_attributes_and_texts_know_line_and_column() -> None:
    root = read("<policies>\n  <inbound a='1'\n   b=' x'>\n    t</inbound></policies>", "p")
    inbound = root.children[0]
    assert (inbound.line, inbound.column) == (2, 3)
    assert (inbound.attributes["a"].line, inbound.attributes["a"].column) == (2, 15)
    assert (inbound.attributes["b"].line, inbound.attributes["b"].column) == (3, 8)
    assert (inbound.text.line, inbound.text.column) == (4, 5)


@pytest.mark.parametrize(
    ("document", "value"),
    [
        ('<a>\n<b c="{{key}}" /></a>', 'say "hi" to'),
        ('<a>\n<b c="{{key}}" d="1" /></a>', '" d="2'),
        ("<a>\n<b>{{key}}</b></a>", "a<b"),
    ],
)
def test_a_named_value_that_ends_the_text_around_it_is_named(document: str, value: str) -> None:
    told = refusal(document, key=value)
    assert told.startswith("p.xml:2: key: this named value has a quote, < or &")
    escaped = value.replace('"', "&quot;").replace("<", "&lt;")
    assert only(document, key=escaped).children


def test_a_fault_that_no_named_value_makes_is_told_as_it_is() -> None:
    assert "key" not in refusal('<a b="{{key}}"><c></a>', key="'")


def test_a_named_value_that_is_not_given_stays_where_it_may() -> None:
    root = read('<a b="{{x}}-{{y}}" />', "p", {"y": "1"}, keep_unknown=True)
    assert root.attributes["b"].value == "{{x}}-1"
