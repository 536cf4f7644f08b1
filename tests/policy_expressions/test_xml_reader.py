"""XmlReader goes over a text node by node, as System.Xml's does."""

from __future__ import annotations

import pytest

from tests.policy_expressions.asking import text

ALL = 'var s = ""; while (r.Read()) { s += r.NodeType + " " + r.Name + r.Value + "|"; } return s;'


def read(xml: str, body: str) -> str:
    return text(f'var r = XmlReader.Create(new StringReader("{xml}")); {body}')


@pytest.mark.parametrize(
    ("xml", "steps"),
    [
        ("<a><b>x</b><c/></a>", "Element a|Element b|Text x|EndElement b|Element c|EndElement a|"),
        ("<a> <b/> </a>", "Element a|Whitespace  |Element b|Whitespace  |EndElement a|"),
        ("<a></a>", "Element a|EndElement a|"),
        (
            "<a><!--c--><![CDATA[d]]><?e f?></a>",
            "Element a|Comment c|CDATA d|ProcessingInstruction ef|EndElement a|",
        ),
        ("<?xml version=`1.0`?><s:a xmlns:s=`u`/>", 'XmlDeclaration xmlversion="1.0"|Element s:a|'),
    ],
)
def test_it_comes_to_every_node(xml: str, steps: str) -> None:
    assert read(xml.replace("`", '\\"'), ALL) == steps


@pytest.mark.parametrize(
    ("xml", "body", "answer"),
    [
        ("<a><b>x</b></a>", 'r.ReadToFollowing("b"); return r.ReadElementContentAsString();', "x"),
        ("<a><b>x<c/></b></a>", 'r.ReadToDescendant("b"); return r.ReadInnerXml();', "x<c />"),
        (
            "<a><b k=`1`>x</b></a>",
            'r.ReadToDescendant("b"); return r.ReadOuterXml();',
            '<b k="1">x</b>',
        ),
        (
            "<a><b/><c/><b k=`2`/></a>",
            'r.ReadToDescendant("b"); r.ReadToNextSibling("b"); return r.GetAttribute("k");',
            "2",
        ),
        (
            "<a k=`1` l=`2`/>",
            'r.MoveToContent(); var s = ""; while (r.MoveToNextAttribute()) '
            "{ s += r.Name + r.Value; } return s + r.MoveToElement() + r.Name;",
            "k1l2Truea",
        ),
        (
            "<a k=`1`/>",
            'r.Read(); return r[0] + r["k"] + (r["z"] == null) + r.IsEmptyElement;',
            "11TrueTrue",
        ),
        (
            "<s:E xmlns:s=`u`><s:B/></s:E>",
            'r.ReadToFollowing("B", "u"); return r.LocalName + '
            "r.Prefix + r.NamespaceURI + r.Depth;",
            "Bsu1",
        ),
        (
            "<a><b>x</b></a>",
            'r.ReadStartElement("a"); var s = r.ReadElementString(); '
            "r.ReadEndElement(); return s + r.EOF;",
            "xTrue",
        ),
        ("<a><b><c/></b><d/></a>", "r.MoveToContent(); r.Read(); r.Skip(); return r.Name;", "d"),
        (
            "<a><b/></a>",
            "return ((XElement)XNode.ReadFrom(r)).Name;",
            "System.InvalidOperationException: The XmlReader state should be Interactive.",
        ),
        (
            "<a><b/></a>",
            "r.Read(); return ((XElement)XNode.ReadFrom(r)).ToString();",
            "<a>\n  <b />\n</a>",
        ),
        ("<a><b>1</b></a>", 'return XElement.Load(r).Element("b").Value;', "1"),
        ("<a><b></a>", "r.Read(); r.Read(); return r.Name;", "b"),
        (
            "<a><b></a>",
            "while (r.Read()) { } return 1;",
            "System.Xml.XmlException: The 'b' start "
            "tag on line 1 position 5 does not match the end tag of 'a'. Line 1, position 9.",
        ),
        (
            "<a><b/></a>",
            "r.Read(); return r.ReadElementContentAsString();",
            "System.Xml.XmlException: Unexpected node type Element. ReadElementContentAs method "
            "can only be called on elements with simple content.",
        ),
    ],
)
def test_it_reads_what_is_asked_for(xml: str, body: str, answer: str) -> None:
    assert read(xml.replace("`", '\\"'), body) == answer


def test_settings_pass_over_nodes_and_prohibit_a_dtd() -> None:
    settings = (
        "new XmlReaderSettings { IgnoreWhitespace = true, IgnoreComments = true, "
        "DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null }"
    )
    create = f'var r = XmlReader.Create(new StringReader("<a> <!--c--> <b/> </a>"), {settings}); '
    assert text(create + ALL) == "Element a|Element b|EndElement a|"
    told = read("<!DOCTYPE a [<!ENTITY x `y`>]><a>&x;</a>".replace("`", '\\"'), ALL)
    assert told.startswith("System.Xml.XmlException: For security reasons DTD is prohibited")
    assert text("return new XmlReaderSettings { DtdProcessing = DtdProcessing.Parse };").startswith(
        "DtdProcessing: "
    )
