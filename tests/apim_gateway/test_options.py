from __future__ import annotations

import contextlib
from argparse import ArgumentTypeError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway import forms, options
from apim_gateway.errors import ConfigError
from apim_gateway.serving.settings import Address

NEEDED = [
    "serve",
    "--policy",
    "p.xml",
    "--api",
    "a.json",
    "--backend",
    "east=http://127.0.0.1:1/openai",
]


def test_a_backend_has_a_name_an_address_and_a_place_in_the_pool() -> None:
    assert forms.address("east=http://h:1/openai/") == Address("east", "http://h:1/openai")
    full = forms.address("{backend-id}=https://h/openai;priority=2;weight=30")
    assert full == Address("{backend-id}", "https://h/openai", 2, 30)


@given(st.text() | st.text(alphabet="a=http:/;priortywegh1[]").map("a=http://".__add__))
def test_any_text_is_a_backend_or_told(text: str) -> None:
    with contextlib.suppress(ArgumentTypeError):
        assert forms.address(text).name


def test_loopback_and_any_free_port_unless_told() -> None:
    found = options.parse(NEEDED)
    assert (found.host, found.port, found.stop_with_stdin) == ("127.0.0.1", 0, False)
    assert (found.missing_variable, found.newline) == ("null", "lf")


def test_named_values_come_from_a_file_and_the_command_line_wins(tmp_path: Path) -> None:
    file = tmp_path / "values.json"
    file.write_text('{"a": "1", "b": "2"}', encoding="utf-8")
    more = ["--named-values", str(file), "--named-value", "b=3=4"]
    assert forms.named_values(options.parse([*NEEDED, *more])) == {"a": "1", "b": "3=4"}


@pytest.mark.parametrize("text", ["[]", '{"a": 1}', "{"])
def test_a_file_of_another_form_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "values.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"values\.json"):
        forms.named_values(options.parse([*NEEDED, "--named-values", str(file)]))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["serve"], "required: --policy, --api, --backend, or a FOLDER"),
        (["serve", "--policy", "p.xml"], "required: --api, --backend, or a FOLDER"),
        ([*NEEDED, "--only", "a"], "--only goes with a FOLDER"),
        (["serve", "gateway", "--policy", "p.xml"], "--policy does not go with FOLDER"),
        (["serve", "gateway", "--openapi", "o.json"], "--openapi does not go with FOLDER"),
        (["serve", "gateway", "--product", "a=b.xml"], "--product NAME=FILE does not go with"),
        (
            ["serve", "gateway", "--backend", "a=http://h;priority=2"],
            "the pools of FOLDER say priority and weight",
        ),
    ],
)
def test_what_does_not_go_together_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        options.parse(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_folder_is_a_gateway_by_itself() -> None:
    found = options.parse(["serve", "gateway", "--backend", "a=http://h", "--product", "gold"])
    assert found.folder == Path("gateway")
