from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import WITH_KEY, ask, policy


def sent(xml: str, **headers: str) -> dict[str, str]:
    """Return the headers that reach the backend through this inbound policy."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found: dict[str, str] = ask(policy(inbound=xml), headers={**WITH_KEY, **named}).json["headers"]
    return found


def header(action: str, *values: str, name: str = "x-a") -> str:
    inside = "".join(f"<value>{value}</value>" for value in values)
    return f'<set-header name="{name}" exists-action="{action}">{inside}</set-header>'


def test_override_replaces_and_is_the_default() -> None:
    assert sent(header("override", "new"), x_a="old")["x-a"] == "new"
    assert sent('<set-header name="x-a"><value>v</value></set-header>', x_a="old")["x-a"] == "v"


def test_append_adds_to_what_is_there() -> None:
    assert sent(header("append", "b"), x_a="a")["x-a"] == "a,b"
    assert sent(header("append", "b"))["x-a"] == "b"


def test_skip_keeps_what_is_there() -> None:
    assert sent(header("skip", "new"), x_a="old")["x-a"] == "old"
    assert sent(header("skip", "new"))["x-a"] == "new"


def test_delete_removes_whatever_the_case_of_the_name() -> None:
    assert "x-a" not in sent(header("delete", name="X-A"), x_a="old")


def test_several_values_become_one_list_but_for_cookies() -> None:
    assert sent(header("override", "a", "b", "c"))["x-a"] == "a,b,c"
    found = ask(policy(outbound=header("override", "a=1", "b=2", name="Set-Cookie")))
    assert found.headers.getall("Set-Cookie") == ["a=1", "b=2"]  # type: ignore[attr-defined]


def test_outbound_changes_the_response() -> None:
    found = ask(policy(outbound=header("override", "new", name="x-from")))
    assert found.headers["x-from"] == "new"


@pytest.mark.parametrize("name", ["Connection", "Content-Length", "Transfer-Encoding"])
def test_headers_of_the_connection_cannot_be_changed(name: str) -> None:
    found = ask(policy(inbound=header("override", "7", name=name)), body={"a": 1})
    assert found.status == 200
    assert found.json["body"] == '{"a": 1}'


def test_a_line_end_in_a_value_is_an_error_and_never_a_second_header() -> None:
    value = '@("a" + "\\r\\nx-evil: 1")'
    found = ask(policy(outbound=header("override", value)))
    assert found.status == 500
    assert "x-evil" not in found.headers


def test_blanks_around_a_value_are_left_out() -> None:
    assert sent(header("override", "\n  a b\n  "))["x-a"] == "a b"


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(Exception, match="'x y' is no name of a header"):
        sent(header("override", "1", name="x y"))
    found = ask(policy(outbound=header("override", "1", name='@("x" + " y")')))
    assert found.status == 500


CHECK = (
    '<check-header name="x-a" failed-check-httpcode="418" ignore-case="{}" '
    'failed-check-error-message="no tea"><value>One</value><value>Two</value></check-header>'
)


@pytest.mark.parametrize(
    ("ignore_case", "value", "status"),
    [
        ("false", "One", 200),
        ("false", "Two", 200),
        ("false", "two", 418),
        ("true", "two", 200),
        ("true", "three", 418),
        ("true", None, 418),
    ],
)
def test_check_header_wants_one_of_its_values(
    ignore_case: str, value: str | None, status: int
) -> None:
    headers = {**WITH_KEY, **({"x-a": value} if value else {})}
    found = ask(policy(inbound=CHECK.format(ignore_case)), headers=headers)
    assert found.status == status
    if status == 418:
        assert found.json == {"statusCode": 418, "message": "no tea"}


def test_an_expression_sees_several_values_joined_by_commas() -> None:
    two = '<set-header name="x-two"><value>1</value><value>2</value></set-header>'
    shown = '@(context.Request.Headers.GetValueOrDefault("X-Two", "none"))'
    seen = f'<set-header name="x-seen"><value>{shown}</value></set-header>'
    assert ask(policy(inbound=two + seen)).json["headers"]["x-seen"] == "1,2"
