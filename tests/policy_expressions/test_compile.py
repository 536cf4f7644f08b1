from __future__ import annotations

from typing import Any, Optional

import pytest

import policy_expressions
from policy_expressions import Expression, ExpressionError, ExpressionFailure
from policy_expressions.context import Body, Context, Request, Response, Url
from policy_expressions.errors import NotSupportedHere

STREAMING = '@(context.Request.Body?.As<JObject>(true)["stream"]?.ToString() == "True")'


def value(text: str, **options: Any) -> Expression:
    return policy_expressions.compile(text, **options)


def request(body: Optional[str] = None) -> Context:
    url = Url.parse("https://gateway.example/openai/x?y=1")
    held = None if body is None else Body(body.encode())
    return Context(Request("POST", url, url, body=held))


def refusal(text: str, **options: Any) -> str:
    with pytest.raises(ExpressionError) as caught:
        value(text, **options)
    return f"{caught.value.line}: {caught.value}"


def test_a_text_without_expression_is_a_constant_as_it_stands() -> None:
    constant = value(" a & b\n")
    assert constant.constant
    assert constant.text(request()) == " a & b\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [(None, False), ("{}", False), ('{"stream":true}', True), ('{"stream":false}', False)],
)
def test_the_labs_condition_tells_a_stream(body: Optional[str], expected: bool) -> None:
    condition = value(STREAMING, returns="bool")
    assert not condition.constant
    assert condition.reads == {"Request.Body"}
    assert condition.boolean(request(body)) is expected


def test_the_labs_variable_becomes_a_header() -> None:
    context = request()
    context.variables["isStream"] = value("true").evaluate(context)
    assert value('@((string)context.Variables["isStream"])').text(context) == "true"


def test_a_body_that_is_no_json_fails_as_in_apim() -> None:
    with pytest.raises(ExpressionFailure) as caught:
        value(STREAMING).boolean(request('data: {"a":1}'))
    assert caught.value.message == (
        "The message body is not a valid JSON. Unexpected character encountered while parsing "
        "value: d. Path '', line 0, position 0."
    )


def test_only_the_bodies_of_the_context_itself_count_as_read() -> None:
    assert value("@(context.Response.Body.As<string>())").reads == {"Response.Body"}
    other = '@(((IResponse)context.Variables["r"]).Body.As<string>() + context.Response.StatusCode)'
    assert value(other).reads == {"IResponse.Body"}
    assert value("@{ var r = context.Response; return r.Body.As<string>(); }").reads == {
        "Response.Body"
    }


def test_a_body_is_consumed_unless_preserved() -> None:
    context = request("x")
    context.response = Response(200, body=Body(b"y"))
    assert value("@(context.Request.Body.As<string>(true))").text(context) == "x"
    assert value("@(context.Request.Body.As<string>())").text(context) == "x"
    assert value("@(context.Request.Body == null)").boolean(context) is True
    assert value("@(context.Response.Body == null)").boolean(context) is False


def test_conditions_and_counts_may_be_text() -> None:
    assert value("true").boolean(request()) is True
    assert value('@("False")').boolean(request()) is False
    assert value('@("12")').integer(request()) == 12
    with pytest.raises(ExpressionFailure):
        value('@("x")').boolean(request())
    with pytest.raises(ExpressionFailure):
        value('@("x")').integer(request())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@(1)", "1: a@(1): mixes text with an expression"),
        ("@(1) b", "1: @(1) b: mixes text with an expression"),
        ("\n\n@(foo)", "3: CS0103: The name 'foo' does not exist"),
        ("@{\n\nreturn foo;\n}", "3: CS0103: The name 'foo' does not exist"),
        ("@(Environment.MachineName)", "1: Environment: APIM0001: it is not on Microsoft's list"),
        ("@(1 +)", "1: CS1525: Invalid expression term ')'"),
    ],
)
def test_what_cannot_be_compiled_is_refused_with_its_line(text: str, expected: str) -> None:
    assert refusal(text).startswith(expected)


def test_a_constant_must_be_what_the_policy_wants() -> None:
    assert "must be true, false" in refusal("maybe", returns="bool")
    assert "must be a whole number" in refusal("many", returns="int")
    assert value(" TRUE ", returns="bool").boolean(request()) is True
    assert value("-3", returns="int").integer(request()) == -3


@pytest.mark.parametrize(
    ("source", "lengthy"),
    [
        ('@(context.Request.Headers.GetValueOrDefault("a", "b").ToUpper() + "c")', False),
        ('@((string)context.Request.Body.As<JObject>(true)["model"] == "gpt")', False),
        ("text", False),
        ("@{ while (true) { } return 1; }", True),
        ("@{ int F(int n) { return F(n); } return F(1); }", True),
        ("@(new[] { 1, 2 }.Select(n => n + 1).Sum())", True),
        ('@(Regex.IsMatch(context.Request.Url.Path, "^(a+)+$"))', True),
        ('@(new Regex("a").IsMatch("a"))', True),
        ("@(new string('a', 60000000).Length)", True),
        ("@(new byte[60000000].Length)", True),
        ('@("a".PadLeft(60000000))', True),
        ("@(Enumerable.Repeat(1, 60000000).Last())", True),
    ],
)
def test_what_may_take_long_is_known_from_its_source(source: str, lengthy: bool) -> None:
    assert policy_expressions.compile(source).lengthy is lengthy


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('Func<string> g = () => "abc"; Func<object> f = g; return f();', "abc"),
        (
            'int n = 0; Action<object> a = x => n = 5; Action<string> b = a; b(""); return n;',
            "5",
        ),
        (
            "Func<object, bool> f = x => x == null; Func<string, bool> p = f; return p(null);",
            "True",
        ),
        (
            'Converter<object, string> c = x => "a"; Converter<string, object> d = c; '
            'return d("b");',
            "a",
        ),
    ],
)
def test_delegates_vary_as_their_arguments_and_results_may(body: str, expected: str) -> None:
    assert value(f"@{{{body}}}").text(request()) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("F(out var q); return q; void F(out int z) { z = 5; }", "5"),
        (
            "return F(out var q) + q; int F(out int z) "
            "{ if (context.Request.Method == null) { z = 1; } else { z = 3; } return 2; }",
            "5",
        ),
        (
            "F(out var q); return q; void F(out int z) { H(out z); } void H(out int y) { y = 7; }",
            "7",
        ),
        ("int n = 1; G(ref n); return n; void G(ref int z) { z += 2; }", "3"),
    ],
)
def test_a_local_function_gives_its_out_parameters(body: str, expected: str) -> None:
    assert value(f"@{{{body}}}").text(request()) == expected


def test_the_type_of_a_lambda_is_a_limit_and_no_exception_of_dotnet() -> None:
    body = 'object o = (Func<string>)(() => "a"); return ((Func<string>)o)();'
    with pytest.raises(NotSupportedHere):
        value(f"@{{{body}}}").text(request())


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("@(Math.Round(1.5m, 3))", "1.5"),
        ("@(((int?)null) > 3000000000)", "False"),
        ("@{double Add(double a, double b = 0.5) => a + b; return Add(1);}", "1.5"),
        ("@(Math.Round(2.345m, 29))", "Decimal can only round to between 0 and 28 digits"),
        ("@(DateTime.IsLeapYear(10000))", "Year must be between 1 and 9999"),
        ("@(new Guid(new byte[15]))", "Byte array for Guid must be exactly 16 bytes long"),
        ("@(JObject.FromObject(new { a = context }))", "an object of the context is not written"),
        ('@(new object[] { 1, "b" }.OrderBy(x => x).First())', "Failed to compare two elements"),
        ('@(new object[] { 1, "b" }.Max())', "Object must be of the type"),
        ("@(Math.Ceiling(decimal.MaxValue / 2))", "39614081257132168796771975168"),
        ("@(Math.Ceiling(-1e308) == -1e308)", "True"),
        ("@(Convert.ToInt32(null, 2))", "0"),
        ('@(JArray.Parse("[1]").Select(t => t).Value<string>())', "Source value must be a JToken."),
        ('@(Regex.Match("a", "a").Groups[(string)null].Value)', "Value cannot be null."),
        ("@((List<int>)new[] { 1 }.Select(x => x))", "Unable to cast object of type"),
        ("@(new[] { 1 }.Select(x => x))", "make a list of it with ToList()"),
        ("@(new[] { context }.Distinct().Count())", "1"),
        ("@(context.GetHashCode() == context.GetHashCode())", "True"),
    ],
)
def test_no_python_text_stands_for_an_answer(source: str, told: str) -> None:
    try:
        found = value(source).text(request())
    except ExpressionFailure as failure:
        found = failure.message
    assert told in found
