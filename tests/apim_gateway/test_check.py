from __future__ import annotations

from pathlib import Path

from apim_gateway import check

ROOT = Path(__file__).parents[2]


def checked(tmp_path: Path, text: str, **values: str) -> tuple[bool, str]:
    file = tmp_path / "p.xml"
    file.write_text(text, encoding="utf-8")
    ((right, told),) = check.check([file], values)
    return right, told.replace(str(file), "p.xml")


def test_the_labs_own_policies_are_right() -> None:
    files = sorted((ROOT / "infra" / "gateway").rglob("*.xml"))
    assert files
    assert list(check.check(files, {})) == [(True, f"{file}: ok") for file in files]


def test_a_document_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert checked(tmp_path, "<policies>") == (
        False,
        "p.xml:1: policies: has no end tag: add </policies>",
    )


def test_backends_fragments_and_named_values_are_taken_as_given(tmp_path: Path) -> None:
    text = (
        "<policies><inbound><set-backend-service backend-id='any' />"
        "<include-fragment fragment-id='any' /><set-method>{{any}}</set-method></inbound>"
        "</policies>"
    )
    assert checked(tmp_path, text) == (True, "p.xml: ok")


def test_a_named_value_that_is_given_counts(tmp_path: Path) -> None:
    text = "<policies><inbound><rate-limit calls='{{n}}' renewal-period='9' /></inbound></policies>"
    assert checked(tmp_path, text, n="many") == (
        False,
        "p.xml:1: calls: 'many' should be a whole number, 1 or more",
    )


def test_a_fragment_is_checked_for_any_section(tmp_path: Path) -> None:
    assert checked(tmp_path, "<fragment><forward-request /><cors /></fragment>") == (
        False,
        "p.xml:1: cors: needs a <allowed-origins> in it",
    )


def test_an_address_that_carries_no_http_is_told_when_the_document_is_loaded(
    tmp_path: Path,
) -> None:
    text = "<policies><inbound><set-backend-service base-url='wss://x/y' /></inbound></policies>"
    right, told = checked(tmp_path, text)
    assert not right
    assert told.startswith("p.xml:1: base-url: 'wss://x/y' should be an http or https address")


def test_the_four_typos_of_a_newcomer_are_told_with_line_and_name(tmp_path: Path) -> None:
    good = (ROOT / "infra" / "gateway" / "policy.xml").read_text(encoding="utf-8")
    typos = {
        ("<set-backend-service", "<set-backend-servise"): "p.xml:6: set-backend-servise: ",
        ('buffer-response="false"', 'bufer-response="false"'): "p.xml:18: bufer-response: ",
        ('== "True")', '== "True" &&)'): "p.xml:8: CS1525: ",
        ("context.Variables[", "context.Variabels["): "p.xml:23: CS1061: ",
        ('"]?.ToString()', '"]?.CreateReader()'): "p.xml:8: JToken.CreateReader: ",
    }
    for (right_text, wrong_text), message in typos.items():
        right, told = checked(tmp_path, good.replace(right_text, wrong_text))
        assert not right
        assert told.startswith(message), told


def test_a_named_value_that_is_not_known_may_be_anything(tmp_path: Path) -> None:
    text = (
        "<policies><inbound><set-backend-service base-url='{{backend-url}}/v1' />"
        "<rate-limit calls='{{calls}}' renewal-period='@({{period}} + 1)' />"
        "<set-variable name='x' value='@(\"{{text}}\".Length)' /></inbound></policies>"
    )
    assert checked(tmp_path, text) == (True, "p.xml: ok")


def test_a_fragment_that_is_given_is_looked_into(tmp_path: Path) -> None:
    policy, fragment = tmp_path / "p.xml", tmp_path / "f.xml"
    policy.write_text(
        "<policies><outbound><include-fragment fragment-id='f' />"
        "<include-fragment fragment-id='unknown' /></outbound></policies>",
        encoding="utf-8",
    )
    fragment.write_text("<fragment>\n<forward-request /></fragment>", encoding="utf-8")
    ((right, told),) = check.check([policy], {}, {"f": fragment})
    assert not right
    assert told == f"{fragment}:2: forward-request: may not stand in outbound, only in backend"
