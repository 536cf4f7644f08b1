"""XmlDocument is read as Microsoft's samples read it: paths, names, texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_expressions.context import Context, Request, Url
from policy_expressions.errors import ExpressionFailure
from policy_expressions.library import LIBRARY
from policy_expressions.runtime.run import Run
from policy_expressions.xml.paths import select
from policy_expressions.xml.reader import parse_document
from tests.policy_expressions.asking import text

ADDRESS = Url.parse("https://gateway.example/")
XML = "<a><b k='1'>x<c>u</c></b><b k='2'>y</b><!--z--></a>"
SOAP = "<s:E xmlns:s='urn:s'><s:B><c>q</c></s:B></s:E>"


def read(xml: str, body: str) -> str:
    return text(f'var d = new XmlDocument(); d.LoadXml("{xml}"); {body}')


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/b", "xu,y"),
        ("b", ""),
        ("a/b", "xu,y"),
        ("//c", "u"),
        ("//b/@k", "1,2"),
        ("/a/b[2]", "y"),
        ("/a/b[last()]", "y"),
        ("/a/b[@k='2']", "y"),
        ("/a/b[@k!='2']", "xu"),
        ("/a/b[c]", "xu"),
        ("/a/b[c='u']/@k", "1"),
        ("//b[@k='1' and c]", "xu"),
        ("//c/..", "xu"),
        ("//c/ancestor::a", "XPath: '//c/ancestor::a' is not read here: use XElement and LINQ"),
        ("//*[local-name()='c']", "u"),
        ("//*[name()='b'][2]", "y"),
        ("/a/b/text()", "x,y"),
        ("/a/*", "xu,y"),
        ("/a/node()", "xu,y,z"),
        ("/", "xuy"),
        (".", "xuy"),
        ("/a[count(b) > 1]", "XPath: '/a[count(b) > 1]' is not read here: use XElement and LINQ"),
    ],
)
def test_a_path_leads_to_nodes_in_document_order(path: str, found: str) -> None:
    nodes = f'd.SelectNodes("{path}").Cast<XmlNode>()'
    assert read(XML, f'return string.Join(",", {nodes}.Select(n => n.InnerText));') == found


@pytest.mark.parametrize(
    ("xml", "body", "answer"),
    [
        (XML, 'return d.SelectSingleNode("/a/z") == null;', "True"),
        (XML, 'return d.DocumentElement["b"].Attributes["k"].Value;', "1"),
        (XML, "return d.DocumentElement.FirstChild.NextSibling.GetType().Name;", "XmlElement"),
        (XML, 'return d.GetElementsByTagName("b")[1].InnerXml;', "y"),
        (XML, 'return ((XmlElement)d.SelectSingleNode("//b")).GetAttribute("z") == "";', "True"),
        (
            XML,
            "return d.DocumentElement.LastChild.Name + d.DocumentElement.LastChild.Value;",
            "#commentz",
        ),
        (
            "<?xml version='1.0'?><a> <b/> </a>",
            "return d.OuterXml;",
            '<?xml version="1.0"?><a><b /></a>',
        ),
        (
            SOAP,
            'var m = new XmlNamespaceManager(d.NameTable); m.AddNamespace("x", "urn:s"); '
            'return d.SelectSingleNode("/x:E/x:B/c", m).InnerText;',
            "q",
        ),
        (
            SOAP,
            "var e = d.DocumentElement; return e.Name + e.LocalName + e.Prefix + e.NamespaceURI;",
            "s:EEsurn:s",
        ),
        (
            SOAP,
            'return d.SelectSingleNode("/s:E");',
            "System.Xml.XPath.XPathException: Namespace "
            "Manager or XsltContext needed. This query has a prefix, variable, or user-defined "
            "function.",
        ),
        (
            "<a><b></a>",
            "return 1;",
            "System.Xml.XmlException: The 'b' start tag on line 1 position "
            "5 does not match the end tag of 'a'. Line 1, position 9.",
        ),
    ],
)
def test_a_document_tells_what_is_in_it(xml: str, body: str, answer: str) -> None:
    assert read(xml, body) == answer


@given(st.text(alphabet="ab/@*.[]()'=! nd:", max_size=20))
def test_any_path_is_followed_or_refused(path: str) -> None:
    run = Run(Context(Request("GET", ADDRESS, ADDRESS)), LIBRARY)
    document = parse_document(run, "<a b='1'><b/>t<b a='2'/></a>")
    try:
        found = select(document, path, {})
    except ExpressionFailure:
        return
    assert len({id(node) for node in found}) == len(found)
