"""Which bodies an expression reads follows from what it binds to, not from how it is written."""

from __future__ import annotations

import pytest

import policy_expressions

TOKEN = '(IResponse)context.Variables["token"]'
REQUEST, RESPONSE = {"Request.Body"}, {"Response.Body"}


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("@(context.Response.Body.As<string>())", RESPONSE),
        ("@(context\n  .Request\n  .Body.As<JObject>(true))", REQUEST),
        ("@(context/* */.Response // x\n ?. Body?.As<string>())", RESPONSE),
        ("@(context.Request.Body != null)", REQUEST),
        ("@((string)context.Request.Foundry.Deployment)", REQUEST),
        ('@("context.Response.Body")', set()),
        ("@{ /* context.Response.Body */ return 1; }", set()),
        ("@(nameof(context.Response.Body))", set()),
        ("@(context.Response.StatusCode)", set()),
        ('@(context.Response.Headers.GetValueOrDefault("a"))', set()),
        ("@(context.Request.Body.As<string>() + context.Response.Body.As<string>())", None),
    ],
)
def test_a_body_counts_however_it_is_written(text: str, reads: set[str]) -> None:
    expected = REQUEST | RESPONSE if reads is None else reads
    assert policy_expressions.compile(text).reads == expected


@pytest.mark.parametrize(
    "body",
    [
        "var c = context; return c.Response.Body.As<string>();",
        "var r = context.Response; return r.Body.As<string>();",
        "var r = context.Response; var s = r; return s.Body.As<string>();",
        "IResponse r; r = context.Response; return r.Body.As<string>();",
        "object o = context.Response; return ((IResponse)o).Body.As<string>();",
        "object o = context.Response; return (o as IResponse)?.Body.As<string>();",
        "object o = context.Response; if (o is IResponse r) return r.Body.As<string>(); return 1;",
        "object o = context.Response; switch (o) { case IResponse r: return r.Body; } return 1;",
        "object o = context; return ((IExpressionContext)o).Response.Body.As<string>();",
        f"var r = context.Response ?? {TOKEN}; return r.Body.As<string>();",
        f'return (context.Variables.ContainsKey("a") ? context.Response : {TOKEN}).Body;',
        f"var r = {TOKEN}; if (r == null) r = context.Response; return r.Body.As<string>();",
        f"var r = {TOKEN}; for (int i = 0; i < 2; i++) {{ r.Body.As<string>(true); "
        "r = context.Response; } return 1;",
        "return new[] { context.Response }.Select(r => r.Body.As<string>()).First();",
        "return new[] { context.Response }.Select(r => { return r; }).First().Body;",
        "foreach (var r in new[] { context.Response }) return r.Body.As<string>(); return 1;",
        "var l = new List<IResponse>(); l.Add(context.Response); return l[0].Body.As<string>();",
        'var d = new Dictionary<string, IResponse>(); d["a"] = context.Response; '
        'return d["a"].Body.As<string>();',
        'var d = new Dictionary<string, IResponse> { { "a", context.Response } }; IResponse r; '
        'return d.TryGetValue("a", out r) ? r.Body : null;',
        "var a = new { r = context.Response }; return a.r.Body.As<string>();",
        "var t = (1, context.Response); return t.Item2.Body.As<string>();",
        "Func<IResponse, string> f = r => r.Body.As<string>(); return f(context.Response);",
        "Func<IResponse> f = () => context.Response; return f().Body.As<string>();",
        "IResponse F() { return context.Response; } return F().Body.As<string>();",
        "IResponse F() => context.Response; return F().Body.As<string>();",
        "string F(IResponse r) { return r.Body.As<string>(); } return F(context.Response);",
        "IResponse F(IResponse r) { return r; } return F(context.Response).Body.As<string>();",
        "Func<string> f = () => context.Response.Body.As<string>(); return f();",
    ],
)
def test_the_response_is_followed_wherever_it_goes(body: str) -> None:
    assert policy_expressions.compile(f"@{{ {body} }}").reads == RESPONSE


@pytest.mark.parametrize(
    "body",
    [
        f"return ({TOKEN}).Body.As<string>() + context.Response.StatusCode;",
        f"var t = {TOKEN}; if (context.Response.StatusCode == 200) return t.Body; return 1;",
        f"var t = {TOKEN}; var r = context.Response; return t.Body.As<string>() + r.StatusReason;",
        f"object o = {TOKEN}; var r = context.Response; return ((IResponse)o).Body;",
        'var t = context.Variables.GetValueOrDefault<IResponse>("t"); var c = context; '
        "return c.Response.StatusCode == 200 ? t.Body.As<string>() : null;",
        f"string F(IResponse r) => r.Body.As<string>(); return F({TOKEN});",
    ],
)
def test_an_answer_kept_in_a_variable_is_not_the_response(body: str) -> None:
    assert policy_expressions.compile(f"@{{ {body} }}").reads == {"IResponse.Body"}
