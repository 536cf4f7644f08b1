"""What API Management may refuse when the policy is saved is told when the expression is compiled.

The list is Microsoft's (api-management-policy-expressions#CLRTypes); its first words about what it
refuses are those of the service.
"""

from __future__ import annotations

import pytest

import policy_expressions
from policy_expressions import ExpressionError, NotAllowedError, UnsupportedError
from policy_expressions.members import DEFINITIONS
from policy_expressions.standing import DOCUMENTED, IN_SAMPLES, IS_REFUSED, LISTED, standing


def told(text: str) -> list[str]:
    """Return rule and subject of each warning."""
    warnings = policy_expressions.compile(text).warnings
    return [f"{w.code} {w.message.partition(' is not on')[0]}" for w in warnings]


@pytest.mark.parametrize(
    "text",
    [
        "@(context.Request.Method)",
        "@(context.Variables.GetValueOrDefault<string>(\"x\").Split(',')[0].Trim().Length)",
        '@((string)context.Request.Body.As<JObject>(true)["a"]["b"])',
        '@(Regex.Match("a", "(?<x>a)").Groups["x"].Value)',
        '@(DateTime.UtcNow.AddDays(1).ToString("r"))',
        "@(new DateTime(2024, 1, 2, 3, 4, 5, DateTimeKind.Utc).Year)",
        '@(string.Join(",", context.Request.Headers.Select(h => h.Key).OrderBy(k => k)))',
        '@(((object)"a").ToString())',
        '@(((Jwt)context.Variables["jwt"]).Claims["aud"].Contains("x"))',
        "@(new { a = 1 }.a)",
        "@{ int? n = 1; return n.HasValue ? n.Value : 0; }",
        '@{ try { return int.Parse("x"); } catch (Exception e) { return e.Message; } }',
        "@(Tuple.Create(1, 2).Item1)",
    ],
)
def test_what_is_listed_has_no_warning(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '@(DateTime.TryParse("x", out var d))',
            "APIM0002 member 'TryParse' of type 'System.DateTime'",
        ),
        ("@(DateTime.UtcNow.Kind)", "APIM0002 member 'Kind' of type 'System.DateTime'"),
        ("@(DateTimeKind.Local)", "APIM0002 member 'Local' of type 'System.DateTimeKind'"),
        ("@(DateTime.Now.DayOfWeek == DayOfWeek.Monday)", "APIM0001 type 'System.DayOfWeek'"),
        (
            '@(Regex.Match("a", "a").NextMatch().Success)',
            "APIM0002 member 'NextMatch' of type 'System.Text.RegularExpressions.Match'",
        ),
        (
            '@(Regex.Matches("a", "a").Count)',
            "APIM0001 type 'System.Text.RegularExpressions.MatchCollection'",
        ),
        ("@{ Func<int> f = () => 1; return 1; }", "APIM0001 type 'System.Func'"),
        (
            "@{ try { return 1; } catch (FormatException) { return 2; } }",
            "APIM0001 type 'System.FormatException'",
        ),
        ('@("a".GetType().Name)', "APIM0001 type 'System.Type'"),
        ("@(new List<Uri>().Count + new List<UriKind>().Count)", "APIM0001 type 'System.UriKind'"),
    ],
)
def test_what_is_on_no_list_is_a_warning_and_an_error_when_strict(text: str, expected: str) -> None:
    assert told(text) == [expected]
    with pytest.raises(NotAllowedError) as caught:
        policy_expressions.compile(text, strict=True)
    assert caught.value.name == expected.split()[0]


def test_a_warning_has_its_line_and_is_told_once() -> None:
    text = "@{\n  var d = DateTime.UtcNow;\n  return d.Kind == d.Kind;\n}"
    (warning,) = policy_expressions.compile(text).warnings
    assert warning.line == 3


@pytest.mark.parametrize(
    "text",
    [
        '@(double.Parse("1.5", CultureInfo.InvariantCulture))',
        '@(double.Parse("1.5", System.Globalization.CultureInfo.InvariantCulture))',
        "@{ CultureInfo c = null; return 1; }",
    ],
)
def test_what_was_seen_refused_is_refused_in_the_services_words(text: str) -> None:
    with pytest.raises(NotAllowedError) as caught:
        policy_expressions.compile(text)
    assert str(caught.value) == (
        "APIM0001: Usage of type 'System.Globalization.CultureInfo' is not supported within "
        "expressions"
    )


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('@("a".Contains("A", StringComparison.OrdinalIgnoreCase))', ".NET Core 2.1"),
        ("@(\"a\".StartsWith('a'))", ".NET Core 2.0"),
        ('@("a::b".Split("::"))', ".NET Core 2.0"),
        ("@(\"a\".Split(',', StringSplitOptions.RemoveEmptyEntries))", ".NET Core 2.0"),
        ("@(\"a\".Split(new[] { ',' }, StringSplitOptions.TrimEntries))", ".NET 5"),
        ('@("a".Replace("A", "b", StringComparison.OrdinalIgnoreCase))', ".NET Core 2.0"),
        ("@(new[] { 1 }.TakeLast(1))", ".NET Core 2.0"),
        ("@(new[] { 1 }.MaxBy(x => x))", ".NET 6"),
        ("@(SHA256.HashData(new byte[0]))", ".NET 5"),
        ("@(Math.Clamp(1, 2, 3))", ".NET Core 2.0"),
        ("@(Math.Round(1.5, MidpointRounding.ToZero))", ".NET Core 3.0"),
        ("@(DateTime.UnixEpoch)", ".NET Core 2.1"),
        ("@(Encoding.Latin1.GetString(new byte[0]))", ".NET 5"),
        ('@(new Dictionary<string, int>().TryAdd("a", 1))', ".NET Core 2.0"),
        (
            "@{ foreach (var (k, v) in new Dictionary<string, int>()) { return k; } return 1; }",
            ".NET Core 2.0",
        ),
    ],
)
def test_what_dotnet_framework_lacks_is_refused_with_the_version_that_has_it(
    text: str, version: str
) -> None:
    with pytest.raises(UnsupportedError) as caught:
        policy_expressions.compile(text)
    assert f"came with {version}:" in caught.value.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\"abc\".Contains('b')", "True"),
        ("\"a,b\".Split(',').Length", "2"),
        ("\"xax\".Trim('x')", "a"),
        ("\"a,,b\".Split(new[] { ',' }, StringSplitOptions.RemoveEmptyEntries).Length", "2"),
    ],
)
def test_what_dotnet_framework_does_by_another_way_still_works(text: str, expected: str) -> None:
    from policy_expressions.evaluate.context import build_context

    found = policy_expressions.compile(f"@({text})")
    assert found.text(build_context({}, policy_expressions.context.Limits())) == expected


def test_refusals_are_one_kind_of_error_with_a_line() -> None:
    with pytest.raises(ExpressionError) as caught:
        policy_expressions.compile("@{\n return\n CultureInfo.InvariantCulture; }")
    assert caught.value.line == 3


def test_every_type_of_the_tables_has_a_standing() -> None:
    names = {definition.full for definition in DEFINITIONS}
    assert LISTED.keys() - names <= MISSING
    assert [n for n in MISSING if n in names] == []
    assert standing("System.String", "Length") == DOCUMENTED
    assert standing("System.Xml.XmlReader") == IN_SAMPLES
    assert standing("System.Xml.Linq.XDocument", "Load") == IS_REFUSED
    assert standing("IExpressionContext", "Request") == DOCUMENTED


# Listed, and refused by name here.
MISSING = {
    "Newtonsoft.Json.Linq.JConstructor",
    "System.TimeZoneInfo.AdjustmentRule",
    "System.TimeZoneInfo.TransitionTime",
}
