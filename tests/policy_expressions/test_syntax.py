"""Faults of syntax: what the compiler says, and where, in the text that was compiled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policy_expressions
from policy_expressions import CompileError, ExpressionError
from policy_expressions.syntax.lexer import Lexer
from policy_expressions.syntax.source import Source
from tests.made_up import examples
from tests.policy_expressions.asking import text as told


def fault(text: str) -> tuple[int, int, str]:
    """Return line, column and message of the refusal of a text."""
    with pytest.raises(ExpressionError) as caught:
        policy_expressions.compile(text)
    return caught.value.line, caught.value.column, str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("@{ return 1 }", 1, 13, "CS1002: ; expected"),
        ("@{\n  var a = 1\n  return a;\n}", 2, 12, "CS1002: ; expected"),
        ("@{\n  return (1 + 2;\n}", 2, 16, "CS1026: ) expected"),
        ("@(1 +)", 1, 6, "CS1525: Invalid expression term ')'"),
        ("@(1 + * 2)", 1, 7, "CS0214: Pointers and fixed size buffers"),
        ("@(1 + / 2)", 1, 7, "CS1525: Invalid expression term '/'"),
        ("@(1 2)", 1, 5, "CS1026: ) expected"),
        ("@(f(1 2))", 1, 7, "CS1003: Syntax error, ',' expected"),
        ("@{ if true return 1; return 2; }", 1, 7, "CS1003: Syntax error, '(' expected"),
        ("@{ else return 1; }", 1, 4, "CS8641: 'else' cannot start a statement."),
        ("@{ int = 5; return 1; }", 1, 8, "CS1001: Identifier expected"),
        ("@{ var class = 5; return 1; }", 1, 8, "CS1002: ; expected"),
        ("@{ 5; return 1; }", 1, 4, "CS0201: Only assignment, call"),
        ("@{ a + b; return 1; }", 1, 4, "CS0201: Only assignment, call"),
        ("@{ if (true) int x = 1; return 2; }", 1, 14, "CS1023: Embedded statement"),
        ("@{ try { return 1; } return 2; }", 1, 22, "CS1524: Expected catch or finally"),
        ("@{ switch (1) { return 1; } }", 1, 17, "CS1513: } expected"),
        ("@{ foreach (var in x) { } return 1; }", 1, 17, "CS0230: Type and identifier"),
        ("@(context.)", 1, 11, "CS1001: Identifier expected"),
        ("@(context.if)", 1, 11, "CS1041: Identifier expected; 'if' is a keyword"),
        ("@(new int[])", 1, 10, "CS1586: Array creation must have array size"),
        ("@(new Uri)", 1, 10, "CS1526: A new expression requires"),
        ('@("a\\q")', 1, 3, "CS1009: Unrecognized escape sequence"),
        ("@('')", 1, 3, "CS1011: Empty character literal"),
        ("@('ab')", 1, 3, "CS1012: Too many characters in character literal"),
        ('@($"{1:}")', 1, 8, "CS8089: Empty format specifier."),
        ('@($"{}")', 1, 6, "CS1733: Expected expression"),
        ('@($"a}")', 1, 6, "CS8086: A '}' character must be escaped"),
        ("@(a # b)", 1, 5, "CS1040: Preprocessor directives"),
        ("@(a ` b)", 1, 5, "CS1056: Unexpected character '`'"),
        ("\n  @(\n  foo\n  )", 3, 3, "CS0103: The name 'foo' does not exist"),
        ('@{\n  var s = "a";\n  return s.Foo();\n}', 3, 12, "CS1061: 'string' does not contain"),
        ('@{\n  var s = "a";\n  return s\n    .Trim()\n    .Foo;\n}', 5, 6, "CS1061: 'string'"),
        ("@{\n  int x = 1;\n  string s = x;\n  return s;\n}", 3, 14, "CS0029: Cannot implicitly"),
        ("@(1 + (true - 1))", 1, 8, "CS0019: Operator '-' cannot be applied"),
        ("@{ if (1 > +2) return 1; }", 1, 26, "CS0161: 'PolicyExpression.Run"),
    ],
)
def test_a_fault_says_what_and_where(text: str, line: int, column: int, message: str) -> None:
    found = fault(text)
    assert found[:2] == (line, column)
    assert found[2].startswith(message)


@pytest.mark.parametrize(
    ("text", "feature", "version"),
    [
        ("@(1 switch { 1 => 2, _ => 3 })", "recursive patterns", "8.0"),
        ('@{ string s = null; s ??= "a"; return s; }', "coalescing assignment", "8.0"),
        ('@(context.Variables["a"] is not null)', "not pattern", "9.0"),
        ("@(1 is > 0)", "relational pattern", "9.0"),
        ('@(context.Method is null or "")', "or pattern", "9.0"),
        ('@(context.Variables["a"] is int and 5)', "and pattern", "9.0"),
        ('@(context.Request is { Method: "A" })', "recursive patterns", "8.0"),
        ('@(context.Request is IRequest { Method: "A" })', "recursive patterns", "8.0"),
        ('@{ using var r = new StringReader(""); return 1; }', "using declarations", "8.0"),
        ("@{ static int F() { return 1; } return F(); }", "static local functions", "8.0"),
        ("@(context.Request.Body!.As<string>())", "nullable reference types", "8.0"),
        ("@{ string? s = null; return s; }", "nullable reference types", "8.0"),
        ("@(new List<string?>())", "nullable reference types", "8.0"),
        ("@{ List<int> l = new(); return l; }", "target-typed object creation", "9.0"),
        ('@("abc"[^1])', "index operator", "8.0"),
        ('@("abc"[1..2])', "range operator", "8.0"),
        ('@("abc"[..])', "range operator", "8.0"),
        ('@("""a""")', "raw string literals", "11.0"),
        ("@{ int[] a = [1, 2]; return a; }", "collection expressions", "12.0"),
        ("@(new[] { 1 }.Select(static x => x))", "static anonymous function", "9.0"),
        ('@(@$"a{1}")', "alternative interpolated verbatim strings", "8.0"),
        (
            "@{ switch (context.Request) { case IRequest: return 1; } return 2; }",
            "type pattern",
            "9.0",
        ),
        ("@{ object o = 1; switch (o) { case int: return 1; } return 2; }", "type pattern", "9.0"),
        (
            "@{ object o = 1; switch (o) { case > 1: return 1; } return 2; }",
            "relational pattern",
            "9.0",
        ),
        ("@(() => 1)", "inferred delegate type", "10.0"),
    ],
)
def test_what_csharp_7_has_not_is_refused_with_the_version_that_has_it(
    text: str, feature: str, version: str
) -> None:
    _, column, message = fault(text)
    assert column > 0
    assert message == (
        f"CS8370: Feature '{feature}' is not available in C# 7.3. "
        f"Please use language version {version} or greater."
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true ? 1 : 2", "1"),
        ("false ? 1 : true ? 2 : 3", "2"),
        ("(int?)5 ?? 6", "5"),
        ("5 is int ? 1 : 2", "1"),
        ("(object)5 is int ? (1) : (2)", "1"),
        ("(object)null is int? && true", "False"),
        ("1 < 2 == true", "True"),
        ("-5 % 3", "-2"),
        ("1 << 2 >> 1", "2"),
        ("(1) - 2", "-1"),
        ("(int)-2", "-2"),
        ("(int)(1) - 2", "-1"),
        ('("a") + "b"', "ab"),
        ("((Func<int, int>)(x => x + 1))(2)", "3"),
        ("new List<List<int>> { new List<int> { 1 } }[0][0]", "1"),
        ("new[] { 1, 2, }.Length", "2"),
        ('@"a""b" + $"{{{1}}}" + $@"\\{2,3}"', 'a"b{1}\\  2'),
        ('$"{(true ? "a" : "b")}:{1:000}"', "a:001"),
        ("0x1F + 0b11 + 1_000", "1034"),
        ("1.5.ToString() + 1.ToString()", "1.51"),
        ("var @if = 1; return @if;", "1"),
        ("int a, b = 2; a = b = 3; return a + b;", "6"),
        ('var (a, b) = (1, "x"); return a + b;', "1x"),
        ("int a = 1, b = 2; (a, b) = (b, a); return a * 10 + b;", "21"),
        ('(int a, string b) = (1, "x"); return a + b;', "1x"),
        ("var x = new int[2][]; x[1] = new[] { 7 }; return x[1][0];", "7"),
        ("#region a\nreturn 1;\n#endregion", "1"),
        ("do { break; } while (true); return 1;", "1"),
        ("for (int i = 0, j = 9; ; i++, j--) { if (i > j) return i; } return 0;", "5"),
        ('if (!int.TryParse("5", out var n)) return 0; return n;', "5"),
        ('object o = 5; switch (o) { case int n when n > 4: return "big"; } return 1;', "big"),
        ('switch (1) { case 1: case 2: return "few"; default: return 1; }', "few"),
        (
            'try { throw new Exception("a"); } catch (Exception e) when (e.Message == "a") '
            "{ return 1; } finally { }",
            "1",
        ),
        ("int F(int n, int m = 2) => n * m; return F(3) + F(m: 1, n: 1);", "7"),
        ("Func<int> f = delegate { return 4; }; return f();", "4"),
    ],
)
def test_what_csharp_7_has_is_read(source: str, expected: str) -> None:
    assert told(source) == expected


@given(st.text(alphabet="ab01 .,;:?!<>=+-*/%&|^~()[]{}\"'@$\\\n#if(new)", max_size=40))
@examples(300)
def test_any_text_has_a_tree_or_a_fault_in_it(text: str) -> None:
    for whole in (f"@({text})", f"@{{{text}}}"):
        try:
            policy_expressions.compile(whole)
        except ExpressionError as refusal:
            assert 1 <= refusal.line <= whole.count("\n") + 1  # noqa: PT017
            assert 1 <= refusal.column <= len(whole) + 1  # noqa: PT017


@given(st.text(alphabet="ab01 .\"'@$\\\n{}:", max_size=30))
@examples(200)
def test_tokens_follow_each_other(text: str) -> None:
    try:
        tokens = Lexer(Source(text)).tokens(")")
    except CompileError:
        return
    assert tokens[-1].kind == "end"
    for before, after in zip(tokens, tokens[1:]):
        assert before.start < before.end <= after.start
