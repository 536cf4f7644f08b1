"""The command line: an expression, a request, and what comes out."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from policy_expressions import CompileError, ExpressionFailure, compile, evaluate  # noqa: A004
from policy_expressions.__main__ import main
from policy_expressions.context import Context
from policy_expressions.evaluate import repl

POLICY = """\
<policies>
  <inbound>
    <set-variable name="a" value="@(context.Request.Method + "!")" />
    <choose><when condition="@(1 &lt; 2)" /><when condition="@(int.Parse("x") == 1)" /></choose>
    <set-body>@{
      var n = 1;
      return n.Foo;
    }</set-body>
    <set-header name="{{name}}"><value>@("{{name}}".Length)</value></set-header>
  </inbound>
</policies>
"""


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the exit status and all that was printed."""
    status = main(["eval", *arguments])
    printed = capsys.readouterr()
    return status, printed.out + printed.err


def test_a_value_has_status_0_with_its_type(capsys: pytest.CaptureFixture[str]) -> None:
    told = ask(capsys, '@(context.Request.Headers.GetValueOrDefault("X-Tier", "-"))', "-H",
               "x-tier: gold")  # fmt: skip
    assert told == (0, "value     gold\ntype      System.String\n")


def test_an_exception_has_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = ask(capsys, '@(int.Parse("x"))')
    assert status == 1
    assert told == (
        "throws    System.FormatException\n"
        "message   The input string 'x' was not in a correct format.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["@(foo)"], "at        1:3"),
        (["1+1"], "'1+1' should be @(...)"),
        (["@(DateTime.UtcNow.Kind)", "--strict"], "APIM0002"),
        (["@(1)", "-H", "X-Tier"], "--header: 'X-Tier' should be NAME:VALUE"),
        (["@(1)", "--url", "example"], '"example" should be an address such as'),
        (["@(1)", "--response", "429x"], "'429x' should be a status"),
        (["@(1)", "--body", "nowhere.json"], "nowhere.json cannot be read: No such file"),
        (["nowhere.xml:3"], "nowhere.xml: cannot be read: No such file"),
    ],
)
def test_what_is_refused_has_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    status, told = ask(capsys, *arguments)
    assert status == 2
    assert message in told


def test_all_that_an_expression_did_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(b'\xef\xbb\xbf{"a":[1]}')
    source = (
        '@{ context.Trace("hi"); ((JObject)context.Variables["o"])["n"] = 2;'
        ' return context.Request.Body.As<JObject>()["a"]; }'
    )
    status, told = ask(capsys, source, "--body", str(body), "--var", 'o={"n":1}', "--var", "s=x")
    assert status == 0
    assert told.splitlines()[-4:] == [
        "type      Newtonsoft.Json.Linq.JArray",
        'variable  o = {"n":2} (Newtonsoft.Json.Linq.JObject)',
        "trace     hi",
        "consumed  context.Request.Body: read it with preserveContent: true",
    ]


@pytest.mark.parametrize(
    ("options", "source", "value"),
    [
        (["--body", "B"], "@(context.Request.Method)", "POST"),
        ([], "@(context.Request.Method)", "GET"),
        (["--url", "https://my.example/a?b=c"], "@(context.Request.OriginalUrl.Host)",
         "my.example"),
        (["--response", "429", "--response-body", "B"],
         "@(context.Response.StatusReason + context.Response.Body.As<string>())",
         "Too Many Requests{}"),
        (["--var", "n=42"], '@((int)context.Variables["n"] + 1)', "43"),
        (["--var", 'n="42"'], '@((string)context.Variables["n"])', "42"),
        (["--var", "n=a=b"], '@((string)context.Variables["n"])', "a=b"),
        (["--newline", "crlf"], "@(new JArray(1).ToString().Length)", "9"),
        (["--context", "C"], "@(context.Backend.Id + context.Request.Foundry.Deployment)", "bf"),
        (["--context", "C", "-H", "b: 2"], "@(string.Join(\"\", context.Request.Headers.Keys))",
         "ab"),
        ([], '@(context.Variables["missing"] == null)', "True"),
    ],
)  # fmt: skip
def test_options_make_the_request(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    options: list[str],
    source: str,
    value: str,
) -> None:
    body, context = tmp_path / "b.json", tmp_path / "c.json"
    body.write_text("{}", encoding="utf-8")
    context.write_text(
        '{"backend":{"id":"b"},"request":{"headers":{"a":["1"]},"foundry":{"deployment":"f"}}}',
        encoding="utf-16",
    )
    files = {"B": str(body), "C": str(context)}
    status, told = ask(capsys, source, *(files.get(option, option) for option in options))
    assert (status, told.splitlines()[0]) == (0, f"value     {value}")


def test_a_missing_variable_can_throw(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = ask(capsys, '@(context.Variables["x"])', "--missing-variable", "throw")
    assert status == 1
    assert "KeyNotFoundException" in told


@pytest.mark.parametrize(
    ("place", "status", "expected"),
    [
        ("3", 0, "value     GET!"),
        ("4:30", 0, "value     True"),
        ("4:70", 1, "throws    System.FormatException"),
        ("4", 2, "several expressions stand there: say "),
        ("6", 2, ":7:16"),
        ("2", 2, "no expression stands there: the nearest begin on line 3, 4, 5"),
        ("9", 0, "value     3"),
    ],
)
def test_an_expression_is_found_by_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str, status: int, expected: str
) -> None:
    file = tmp_path / "policy.xml"
    file.write_text(POLICY, encoding="utf-8")
    found, told = ask(capsys, f"{file}:{place}", "--named-value", "name=abc")
    assert (found, expected in told) == (status, True), told


def test_a_named_value_that_is_not_given_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, told = ask(capsys, '@("{{key}}")')
    assert status == 2
    assert "--named-value key=VALUE" in told


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"request": {"headers": {"X-Tier": "gold"}}},
         'request.headers.X-Tier: "gold" should be a list of texts, such as ["gold"]'),
        ({"requst": {}}, "requst: there is no such key: did you mean request?"),
        ({"response": {"statusCode": 404}},
         "response.statusCode: there is no such key: did you mean status?"),
        ({"response": {"status": "404"}}, 'response.status: "404" should be a whole number'),
        ({"request": {"body": {"a": 1}}}, 'request.body: {"a": 1} should be a text'),
        ({"lastError": {"foo": 1}}, "lastError.foo: there is no such key: known are"),
        ({"request": {"matched": {"id": 7}}}, "request.matched.id: 7 should be a text"),
        ({"request": None}, "request: null should be an object"),
        ({"request": {"url": "/a"}}, 'request.url: "/a" should be an address'),
        ({"variables": {"x": {"$type": "nope"}}}, 'variables.x.$type: "nope" should be one of'),
        ({"variables": {"x": {"$type": "long", "value": "1"}}},
         'variables.x.value: "1" should be a whole number'),
        ({"variables": {"x": {"$type": "bytes", "value": "?"}}}, "should be bytes in base64"),
        ({"timestamp": "yesterday"}, 'timestamp: "yesterday" should be a moment'),
        ({"missingVariable": "maybe"}, 'missingVariable: "maybe" should be one of null, throw'),
        ([], "context: should be an object"),
    ],
)  # fmt: skip
def test_a_wrong_context_is_told_not_taken(context: Any, told: str) -> None:
    context = context or [1]
    question = json.dumps({"id": 1, "expr": "1", "context": context})
    answer = json.loads(next(iter(evaluate.answers([question]))))
    assert answer["stage"] == "input"
    assert told in f"{answer['error']}: {answer['message']}"


def test_questions_line_by_line_take_options_for_all(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = b'{"id":1,"expr":"context.Variables[\\"n\\"]"}\nnope\n{"id":2,"expr":"@(1)"}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert main(["eval", "--jsonl", "--var", "n=7"]) == 0
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"id": 1, "ok": True, "type": "System.Int32", "text": "7"}
    assert second["message"] == "the line is no JSON at column 1"
    assert "without them" in third["message"]


def test_one_asks_again_and_again() -> None:
    asked = iter(["1+1", "@{", "return 2;", "}", ":var n=5", 'context.Variables["n"]', ":what"])
    told: list[str] = []

    def line(prompt: str) -> str:
        try:
            return next(asked)
        except StopIteration:
            raise EOFError from None

    repl.run({}, {}, line, told.append)
    assert [text.splitlines()[0] for text in told if text] == [
        "value     2",
        "value     2",
        "value     5",
        "An expression, with or without @( ); a block @{ ... } may take several lines. Or:",
    ]


def test_python_asks_with_a_context_of_its_own() -> None:
    source = '@(context.Request.Headers.GetValueOrDefault("a") + context.Variables["n"])'
    expression = compile(source)
    make: Any = Context.request  # type: ignore[misc]
    context = make(
        "POST", "https://contoso.azure-api.net/a?b=c", {"A": ["1", "2"]}, "{}", variables={"n": 3}
    )
    assert context.request.original_url.query == "b=c"
    assert expression.evaluate(context) == "1,23"
    with pytest.raises(ExpressionFailure):
        compile("@(context.Response.StatusCode)").evaluate(context)
    with pytest.raises(CompileError):
        compile("@(context.Nothing)")
    with pytest.raises(ValueError, match="should be an address"):
        Context.for_request("GET", "/a")


# What few expressions need, and what takes longer to import than most take to compile.
SELDOM_NEEDED = (
    "cryptography",
    "email",
    "hashlib",
    "http.client",
    "jwt",
    "regex",
    "secrets",
    "ssl",
    "urllib.request",
    "zoneinfo",
)


def test_a_plain_expression_imports_nothing_that_few_need() -> None:
    program = (
        "import sys; import policy_expressions as p; p.compile('@(1 + 1)'); "
        f"print(*sys.modules.keys() & {set(SELDOM_NEEDED)!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.split() == []
