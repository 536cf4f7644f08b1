"""Scripts in YAML are what they are in JSON, and a fault says where it is."""

from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import notation, script
from mock_openai.errors import OptionError
from mock_openai.requests import Request

RULES = """\
- when: {prompt: weather, tool: get_weather}
  calls: [{name: get_weather, arguments: {city: Oslo, on: 2026-11-29}}]
  times: 1
- &cut
  when: {prompt: cut}
  scenario: drop; after=5
- {<<: *cut, when: {prompt: two}}
- text: |
    Hello.
    And goodbye.
"""


def loaded(tmp_path: Path, text: str, name: str = "rules.yaml") -> script.Script:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return script.load(path)


def test_a_script_may_be_yaml(tmp_path: Path) -> None:
    rules = loaded(tmp_path, RULES)
    assert [rule.times for rule in rules.rules] == [1, None, None, None]
    calls, cut, two, last = (rule.answer for rule in rules.rules)
    assert calls.calls == (("get_weather", '{"city":"Oslo","true":"2026-11-29"}'),)
    assert cut.scenario == two.scenario == "drop; after=5"
    found = rules.find(Request("hi", 1), "gpt-4o")
    assert found == last
    assert last.text == "Hello.\nAnd goodbye.\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- text: 'a", r"rules\.yml:1:11: is no YAML; a script is a list of rules"),
        ("- text: *b", r"rules\.yml:1:9: is no YAML"),
        ("- text: a\x01", r"rules\.yml is no YAML"),
        ("a: 1\n---\nb: 2", r"rules\.yml:2:1: is no YAML"),
        ("- text: !!python/object:os.system ls", r"rules\.yml:1:9: is no YAML"),
        ("text: a", r"rules\.yml holds no list"),
        ("- json: .nan", r"rules\.yml holds what JSON cannot"),
        ("- &a [*a]", r"rules\.yml holds what JSON cannot"),
        ("- json: !!set {a}", r"rules\.yml holds what JSON cannot"),
        ("- refusal: no", r"rules\.yml, rule 1: refusal is false; it takes a text"),
        ("", r"rules\.yml holds no list"),
    ],
)
def test_a_fault_in_yaml_names_file_place_and_form(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        loaded(tmp_path, text, "rules.yml")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe- text: a")
    with pytest.raises(OptionError, match="no YAML in UTF-8"):
        script.load(tmp_path / "b.yaml")


def test_a_header_may_be_yaml_in_braces_without_aliases() -> None:
    assert script.of_header("{text: Hello, scenario: drop}").text == "Hello"
    with pytest.raises(OptionError, match="x-mock-answer has an alias"):
        script.of_header("{a: &a [1], json: [*a, *a]}")
    with pytest.raises(OptionError, match="x-mock-answer:1:12: is no YAML; a rule is JSON or"):
        script.of_header('{"text": "a')


def test_without_pyyaml_a_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "yaml":
            raise ImportError(name)
        return there(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(OptionError, match=r"rules\.yaml: YAML needs PyYAML: pip install pyyaml"):
        loaded(tmp_path, RULES)
    with pytest.raises(OptionError, match="x-mock-answer: YAML needs PyYAML"):
        script.of_header("{text: Hello}")
    assert script.of_header('{"text": "Hello"}').text == "Hello"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(VALUES)
def test_yaml_of_json_is_the_same(value: Any) -> None:
    assert notation.of_yaml(yaml.safe_dump(value), "x", "y") == json.loads(json.dumps(value))


@given(st.text(max_size=40))
def test_any_text_is_yaml_or_refused(text: str) -> None:
    for aliases in (False, True):
        try:
            notation.of_yaml(text, "x", "y", aliases)
        except OptionError:
            continue
