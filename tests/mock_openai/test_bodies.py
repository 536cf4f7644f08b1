"""Whatever a client sends, it gets an answer that makes sense."""

from __future__ import annotations

import json
from typing import Any, Union

import requests
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from mock_openai import parameters, scenarios
from mock_openai.validation import Parameter
from tests.made_up import examples
from tests.mock_openai.harness import DATED, V1, chat, post

PATHS = {
    DATED: (parameters.CHAT, chat("Hi")),
    V1: (parameters.CHAT, chat("Count to 3", stream=True, stream_options={"include_usage": True})),
    "/openai/deployments/gpt-35-turbo-instruct/completions?api-version=2024-10-21": (
        parameters.COMPLETION,
        {"prompt": "Hi", "stream": True},
    ),
    "/openai/v1/responses": (parameters.RESPONSE, {"model": "m", "input": "Hi", "stream": True}),
}
ANSWERED = [name for name, each in scenarios.SCENARIOS.items() if not each.behaviour.error]
BREAK_OFF = {"drop", "reset", "stall"}

NUMBERS = st.integers(-3, 300) | st.integers() | st.floats()
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "assistant", "tool", "nobody"]) | VALUES},
        optional={"content": st.text(max_size=30) | VALUES, "tool_calls": VALUES},
    ),
    max_size=3,
)
SCHEMAS = st.fixed_dictionaries({"type": st.just("object"), "properties": VALUES})
FUNCTIONS = st.fixed_dictionaries({"name": st.text(max_size=8)}, optional={"parameters": SCHEMAS})
TOOLS = st.lists(
    st.fixed_dictionaries({"type": st.just("function"), "function": FUNCTIONS}), max_size=3
)
SHAPED: dict[str, st.SearchStrategy[Any]] = {
    "messages": MESSAGES,
    "input": MESSAGES,
    "tools": TOOLS,
    "n": st.integers(0, 4),
    "stop": st.text(max_size=2) | st.lists(st.text(max_size=2), max_size=2),
    "temperature": st.floats(-1, 3),
}
BY_TYPE: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    dict: st.dictionaries(st.text(max_size=8), VALUES, max_size=2),
    float: st.floats(-3, 3),
    int: st.integers(-1, 25),
    list: st.lists(VALUES, max_size=2),
    str: st.text(max_size=10),
}


def values(name: str, parameter: Parameter) -> st.SearchStrategy[Any]:
    """Give a parameter values it may take, and now and then one of another type."""
    typed = [BY_TYPE[each] for each in parameter.types]
    return st.one_of(SHAPED.get(name, typed[0]), *typed, *typed, VALUES)


def bodies(table: parameters.Table, valid: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Take a valid body and change a few parameters."""
    known = {name: values(name, parameter) for name, parameter in table.items()}

    def changes(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({name: known.get(name, VALUES) for name in names})

    names = st.lists(st.sampled_from([*known, "unheard_of"]), max_size=3, unique=True)
    return names.flatmap(changes).map(lambda changed: {**valid, **changed})


CASES = st.sampled_from(list(PATHS)).flatmap(
    lambda path: st.tuples(st.just(path), bodies(*PATHS[path]))
)


def assert_sensible(answer: requests.Response) -> None:
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json()["error"]["message"]
    elif not answer.headers["Content-Type"].startswith("text/event-stream"):
        assert answer.json()["id"]


@examples(300, suppress_health_check=[HealthCheck.too_slow])
@given(CASES, st.sampled_from([name for name in ANSWERED if name not in BREAK_OFF]))
def test_any_json_gets_an_answer_or_a_reason(
    url: str, case: tuple[str, Any], scenario: str
) -> None:
    path, body = case
    raw = json.dumps(body).encode("utf-8", "replace")
    assert_sensible(post(url + path, raw, f"{scenario}; ttft=0"))


@examples(200)
@given(st.sampled_from(list(PATHS)), st.binary(max_size=60) | VALUES.map(json.dumps))
def test_any_bytes_get_a_reason(url: str, path: str, raw: Union[bytes, str]) -> None:
    assert_sensible(post(url + path, raw.encode() if isinstance(raw, str) else raw))


@examples(100)
@given(
    st.sampled_from([*ANSWERED, "", "nope"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
)
def test_any_parameters_of_a_scenario_get_an_answer_or_a_reason(
    url: str, name: str, parameters: str
) -> None:
    assert_sensible(post(url + DATED, chat(), f"{name}; {parameters}; ttft=0; tpot=0"))


def test_json_that_python_takes_but_json_does_not_is_refused(url: str) -> None:
    for raw in (b'{"n": NaN}', b"[" * 100_000, b'{"n": ' + b"9" * 5000 + b"}", b'"\xff"', b"[]"):
        answer = post(url + V1, raw)
        assert answer.status_code == 400
        assert "could not parse the JSON body" in answer.json()["error"]["message"]


def test_a_lone_surrogate_becomes_a_question_mark(url: str) -> None:
    raw = json.dumps(chat("say \ud800")).encode()
    assert post(url + V1, raw).json()["choices"][0]["message"]["content"] == "?!"
