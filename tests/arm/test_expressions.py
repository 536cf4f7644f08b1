"""The reader of template expressions."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.arm.expressions import Access, Call, Literal, Node, TemplateError, parse, resolve
from tests.arm.functions import PURE, unique_string


def written(node: Node) -> str:
    if isinstance(node, Literal):
        if isinstance(node.value, int):
            return str(node.value)
        quoted = node.value.replace("'", "''")
        return f"'{quoted}'"
    if isinstance(node, Access):
        return f"{written(node.target)}[{written(node.key)}]"
    return f"{node.name}({', '.join(written(argument) for argument in node.arguments)})"


literals = st.builds(Literal, st.one_of(st.text(), st.integers(-(10**9), 10**9)))
names = st.from_regex(r"[a-zA-Z]\w{0,8}", fullmatch=True)
trees = st.recursive(
    literals,
    lambda inner: st.one_of(
        st.builds(Access, inner, inner),
        st.builds(Call, names, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)


@given(trees)
def test_what_is_written_is_read_again(tree: Node) -> None:
    assert parse(written(tree)) == tree


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(TemplateError):
        parse(text)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("plain", "plain"),
        ("[[not an expression]", "[not an expression]"),
        ("[format('{0}-{1}', 'a', 1)]", "a-1"),
        ("['it''s']", "it's"),
        ("[createArray(1, 2)[1]]", 2),
        ("[createObject('a', createObject('b', 3)).a.b]", 3),
        ("[if(equals(1, 1), 'yes', missing())]", "yes"),
        ("[tryGet(createObject('a', null()), 'a', 'b')]", None),
        ("[coalesce(null(), 'given')]", "given"),
        (
            "[map(createArray(1, 2), lambda('x', format('n{0}', lambdaVariables('x'))))]",
            ["n1", "n2"],
        ),
        ("[length(skip(split('a{b}c{d}', '{'), 1))]", 2),
        ("[shallowMerge(createArray(createObject('a', 1), createObject('a', 2)))]", {"a": 2}),
    ],
)
def test_values(expression: str, value: object) -> None:
    assert resolve({"deep": [expression]}, PURE) == {"deep": [value]}


@pytest.mark.parametrize(
    "expression",
    [
        "[f(]",
        "[f('a' 'b')]",
        "[f()) ]",
        "[createObject('a', 1).b]",
        "[unknown()]",
        "[()]",
        "[f().]",
    ],
)
def test_faults_are_told(expression: str) -> None:
    with pytest.raises(TemplateError):
        resolve(expression, PURE)


def test_unique_string_is_azures() -> None:
    subscription = "/subscriptions/00000000-0000-0000-0000-000000000001"
    group = f"{subscription}/resourceGroups/rg-lab"
    assert unique_string(subscription, group) == "virooorudxaqw"


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_unique_string_is_13_letters_and_digits(values: list[str]) -> None:
    assert len(unique_string(*values)) == 13
    assert set(unique_string(*values)) <= set("abcdefghijklmnopqrstuvwxyz234567")
