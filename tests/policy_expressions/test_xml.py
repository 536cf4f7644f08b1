"""System.Xml.Linq as .NET has it: SOAP is everyday API Management."""

from __future__ import annotations

import pytest

from tests.policy_expressions.asking import answer, text

SOAP = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">\n'
    "  <s:Body>\n"
    '    <GetPrice xmlns="urn:shop"><Item id="7">Tea &amp; milk</Item><Count>3</Count></GetPrice>\n'
    "  </s:Body>\n"
    "</s:Envelope>"
)
BODY = "context.Request.Body.As<XElement>(preserveContent: true)"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (f'{BODY}.Descendants().First(e => e.Name.LocalName == "Count").Value', "3"),
        (f'(int){BODY}.Descendants(XName.Get("Count", "urn:shop")).First() + 1', "4"),
        (f'{{XNamespace ns = "urn:shop"; return {BODY}.Descendants(ns + "Item").First().Value;}}',
         "Tea & milk"),
        (f'{{var d = {BODY}; return d.Element(d.Name.Namespace + "Body").Elements().First()'
         ".Name.ToString();}", "{urn:shop}GetPrice"),
        (f'{BODY}.Descendants().FirstOrDefault(e => e.Name.LocalName == "None")?.Value ?? "-"',
         "-"),
        (f'{BODY}.Descendants().First(e => e.Name.LocalName == "Item").Attribute("id").Value', "7"),
        (f'(string){BODY}.Descendants().First(e => e.Name == "{{urn:shop}}Item").Attribute("x")'
         ' ?? "no x"', "no x"),
        ("context.Request.Body.As<XDocument>().Root.Name.LocalName", "Envelope"),
        ("context.Request.Body.As<XDocument>().Declaration.Encoding", "utf-8"),
        ("((XElement)context.Request.Body.As<XNode>()).Name.NamespaceName",
         "http://schemas.xmlsoap.org/soap/envelope/"),
        (f"{BODY}.Elements().Elements().Elements().Count()", "2"),
        (f'{BODY}.Descendants().Attributes("id").Select(a => (int)a).Sum()', "7"),
        (f'{{var d = {BODY}; d.Descendants().Where(e => e.Name.LocalName == "Count").Remove(); '
         "return d.Descendants().Count();}", "3"),
        (f'{BODY}.GetNamespaceOfPrefix("s").NamespaceName.Length', "41"),
        (f"{BODY}.FirstNode.NodeType", "Element"),
    ],
)  # fmt: skip
def test_a_soap_request_is_read(source: str, expected: str) -> None:
    source = source[1:-1] if source.startswith("{") else source
    assert text(source, {"request": {"body": SOAP}}) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('XElement.Parse("<a><b/><c></c> <d>x</d></a>").ToString()',
         "<a>\n  <b />\n  <c></c>\n  <d>x</d>\n</a>"),
        ('XElement.Parse("<a>x<b>y</b></a>").ToString()', "<a>x<b>y</b></a>"),
        ('XElement.Parse("<a><b/>x</a>").ToString()', "<a>\n  <b />x</a>"),
        ('XElement.Parse("<a><!-- c --><?p d?><![CDATA[<]]></a>")'
         ".ToString(SaveOptions.DisableFormatting)", "<a><!-- c --><?p d?><![CDATA[<]]></a>"),
        ('XElement.Parse("<a x=\'&lt;&#10;&quot;\'>&amp;&gt;</a>").ToString()',
         '<a x="&lt;&#xA;&quot;">&amp;&gt;</a>'),
        ('XElement.Parse("<n:a xmlns:n=\'u\'><n:b/></n:a>").Elements().First().ToString()',
         '<n:b xmlns:n="u" />'),
        ('new XElement((XNamespace)"u" + "a", new XElement("b")).ToString(SaveOptions'
         ".DisableFormatting)", '<a xmlns="u"><b xmlns="" /></a>'),
        ('new XElement("a", new XAttribute((XNamespace)"u" + "x", 1)).ToString()',
         '<a p1:x="1" xmlns:p1="u" />'),
        ('new XElement("a", 1, true, 1.5, null, new[] { "x", "y" }).Value', "1true1.5xy"),
        ('new XElement("a", new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc)).Value',
         "2024-01-02T03:04:05Z"),
        ('new XDocument(new XDeclaration("1.0", "utf-8", null), new XElement("a")).ToString()',
         "<a />"),
        ('XDocument.Parse("<?xml version=\'1.0\'?><a/>").Declaration.ToString()',
         '<?xml version="1.0"?>'),
        ('"" + new XElement("a", "x")', "<a>x</a>"),
        ('XElement.Parse("<a> <b/> </a>", LoadOptions.PreserveWhitespace).ToString()',
         "<a> <b /> </a>"),
        ('new XAttribute("x", "<").ToString()', 'x="&lt;"'),
        ('new XElement("a", new XText("x"), new XCData("y"), new XComment("z")).ToString()',
         "<a>x<![CDATA[y]]><!--z--></a>"),
    ],
)  # fmt: skip
def test_xml_is_written_as_xmlwriter_does(source: str, expected: str) -> None:
    assert text(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('var a = XElement.Parse("<a/>"); a.Add(new XElement("b")); a.SetAttributeValue("x", 1); '
         'a.SetElementValue("c", "d"); return a.ToString(SaveOptions.DisableFormatting);',
         '<a x="1"><b /><c>d</c></a>'),
        ('var a = XElement.Parse("<a><b/></a>"); a.Element("b").ReplaceWith(new XElement("c"), "t"'
         '); return a.ToString(SaveOptions.DisableFormatting);', "<a><c />t</a>"),
        ('var a = XElement.Parse("<a><b/></a>"); a.Element("b").AddBeforeSelf("t"); '
         'a.Element("b").AddAfterSelf(new XElement("c")); return a.Nodes().Count();', "3"),
        ('var a = new XElement("a"); var b = new XElement("b"); a.Add(b); a.Add(b); '
         "return a.Elements().Count();", "2"),
        ('var a = XElement.Parse("<a x=\'1\'>t</a>"); a.RemoveAll(); return a.ToString();',
         "<a />"),
        ('var a = XElement.Parse("<a>t</a>"); a.Value = ""; return a.IsEmpty;', "False"),
        ('var a = XElement.Parse("<a><b/></a>"); a.Name = "c"; return a.Elements().First()'
         ".Parent.Name.LocalName;", "c"),
        ('var a = XElement.Parse("<a><b/><c/></a>"); return a.Elements("c").First().PreviousNode'
         '.ToString() + a.Element("b").ElementsAfterSelf().Count();', "<b />1"),
        ('return XNode.DeepEquals(XElement.Parse("<a x=\'1\'><b/></a>"), '
         'XElement.Parse("<a x=\'1\'>  <b></b></a>"));', "True"),
        ('var a = XElement.Parse("<a/>"); a.Add(new XAttribute("x", 1)); '
         'a.Add(new XAttribute("x", 2)); return 1;',
         "System.InvalidOperationException: Duplicate attribute."),
        ('XAttribute x = null; return (int?)x ?? 5;', "5"),
        ('XElement x = null; return (int)x;',
         "System.ArgumentNullException: Value cannot be null. (Parameter 'element')"),
        ('return (bool)XElement.Parse("<a>1</a>") && !(bool)XElement.Parse("<a>False</a>");',
         "True"),
        ('return (int)XElement.Parse("<a>x</a>");',
         "System.FormatException: The input string 'x' was not in a correct format."),
    ],
)  # fmt: skip
def test_trees_are_changed_and_cast(source: str, expected: str) -> None:
    assert text(source) == expected


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "Root element is missing."),
        ("nope", "Data at the root level is invalid. Line 1, position 1."),
        ("<a><b></a>", "The 'b' start tag on line 1 position 5 does not match the end tag of 'a'. "
         "Line 1, position 9."),
        ("<a/><b/>", "There are multiple root elements. Line 1, position 6."),
        ("<a><b>", "Unexpected end of file has occurred. The following elements are not closed: "
         "b, a. Line 1, position 7."),
        ("<x:a/>", "'x' is an undeclared prefix. Line 1, position 2."),
        ("<a>&nbsp;</a>", "Reference to undeclared entity 'nbsp'. Line 1, position 5."),
    ],
)  # fmt: skip
def test_bad_xml_is_told_as_dotnet_tells_it(document: str, message: str) -> None:
    expected = f"System.Xml.XmlException: {message}"
    assert text(f'XDocument.Parse("{document}")') == expected
    assert text("context.Request.Body.As<XElement>()", {"request": {"body": document}}) == expected


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    ],
)
def test_there_are_no_entities_and_no_doctype(document: str) -> None:
    found = answer("context.Request.Body.As<XElement>().Value", {"request": {"body": document}})
    assert found["ok"] is False
    assert "DTD is prohibited" in found["message"]


def test_depth_and_size_are_bounded() -> None:
    deep = "<a>" * 100_000
    told = text("context.Request.Body.As<XElement>().Value", {"request": {"body": deep}})
    assert "nested deeper" in told
    grows = 'var a = new XElement("a", "x"); while (true) { a.Add(a); } return 1;'
    assert answer(grows, seconds=0.5)["error"] in ("Timeout", "System.OutOfMemoryException")


def test_loading_from_elsewhere_is_refused_as_documented() -> None:
    assert text('XDocument.Load("https://example.com/x.xml")').startswith("APIM0002: ")
    assert answer('XElement.Load("https://example.com/x.xml")')["stage"] == "unsupported"
