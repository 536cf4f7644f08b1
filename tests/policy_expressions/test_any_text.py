"""Any text is answered: with a value, or with one of the declared refusals."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.errors import PolicyError
from apim_gateway.reading.reader import read
from policy_expressions import ExpressionError, evaluate
from policy_expressions import compile as compile_text
from policy_expressions.context import Limits
from tests.made_up import examples

STAGES = ("compile", "run", "unsupported", "input")
ATOMS = st.sampled_from(
    [
        *('"a"', "'c'", "1", "2.5", "3m", "null", "true", "0", "-1", '""', '@"x"', '$"{1}"'),
        *("context.Request.Url.Path", 'context.Variables["s"]', 'context.Variables["n"]'),
        *("context.Request.Body.As<JObject>(true)", "new JArray(1, 2)", "DateTime.MinValue"),
        *("new[] { 1, 2 }", "context.Response.StatusCode", "new List<string>()", "Guid.Empty"),
    ]
)
COMBINED = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(
            inner,
            st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">", "&&", "||", "??"]),
            inner,
        ).map(lambda parts: f"({' '.join(parts)})"),
        st.tuples(
            inner,
            st.sampled_from(
                [
                    ".ToString()",
                    ".Length",
                    '["a"]',
                    "[0]",
                    "?.ToString()",
                    ".Count()",
                    ".Split(',')",
                    ".First()",
                    ".ToUpper().Substring(1)",
                    ".GetType()",
                    ".Value<string>()",
                ]
            ),
        ).map("".join),
        st.tuples(
            st.sampled_from(["(int)", "(string)", "(object)", "!", "-", "(JObject)"]), inner
        ).map("".join),
        st.tuples(inner, inner, inner).map(lambda parts: "({} ? {} : {})".format(*parts)),
    ),
    max_leaves=6,
)


def answer(kind: str, source: str) -> None:
    (line,) = evaluate.answers([json.dumps({"id": 7, kind: source})], Limits(seconds=0.5))
    told = json.loads(line)
    assert told["id"] == 7
    if told["ok"]:
        assert set(told) <= {"id", "ok", "type", "text", "json"}
    else:
        assert told["stage"] in STAGES
        assert told["error"] != "a fault of this evaluator", (source, told)


@given(COMBINED)
@examples(150)
def test_expressions_of_known_parts_never_meet_a_fault_of_the_evaluator(source: str) -> None:
    answer("expr", source)


@given(st.text(max_size=60))
@examples(150)
def test_any_text_is_answered(source: str) -> None:
    answer("expr", source)
    answer("body", source)


@given(st.text(max_size=80))
@examples(100)
def test_any_line_is_answered(line: str) -> None:
    for told in evaluate.answers([line]):
        assert json.loads(told)["ok"] is False


@given(st.text(alphabet="<>/=\"'@(){}&;! abp-\n", max_size=80))
@examples(200)
def test_any_document_is_read_or_refused(text: str) -> None:
    with suppress(PolicyError):  # and nothing else
        read(f"<policies>{text}</policies>", "any.xml")


@given(st.text(max_size=60))
@examples(100)
def test_any_value_is_compiled_or_refused(text: str) -> None:
    with suppress(ExpressionError):  # and nothing else
        compile_text(f"@({text})")
