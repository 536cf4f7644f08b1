"""Expressions with a few words changed are answered as .NET answers, or refused; nothing else."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from policy_expressions import ExpressionError, ExpressionFailure, compile  # noqa: A004
from policy_expressions.context import Limits
from policy_expressions.evaluate.context import build_context
from tests.made_up import examples

WORD = re.compile(r'\w+|"[^"]*"|\s+|.', re.DOTALL)
SOURCES = [
    f"@{{{case['body']}}}" if "body" in case else f"@({case['expr']})"
    for name in ("cases.jsonl", "refused.jsonl")
    for case in map(
        json.loads, Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    )
]
WORDS = sorted({word for source in SOURCES for word in WORD.findall(source) if word.strip()})
EDGES = [
    *("", "null", '""', "-1", "2147483647", "1e308", "double.NaN", "decimal.MaxValue", "default"),
    *("context", "new int[0]", "(int?)null", "(string)null", "long.MinValue", "new JObject()"),
]


@given(
    st.sampled_from(SOURCES),
    st.lists(
        st.tuples(st.integers(0, 200), st.sampled_from(EDGES) | st.sampled_from(WORDS)),
        min_size=1,
        max_size=3,
    ),
)
@examples(400)
def test_a_changed_expression_is_answered_or_refused(
    source: str, changes: list[tuple[int, str]]
) -> None:
    words = WORD.findall(source)
    for at, word in changes:
        words[at % len(words)] = word
    with suppress(ExpressionError):
        expression = compile("".join(words))
        with suppress(ExpressionFailure):
            try:
                expression.text(build_context({}, Limits(seconds=0.3)))
            except ExpressionError as late:
                raise AssertionError(f"{source!r} was refused when it ran: {late}") from late
