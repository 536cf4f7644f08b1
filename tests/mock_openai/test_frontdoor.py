from __future__ import annotations

import pytest

from mock_openai import frontdoor
from mock_openai.errors import RefusedError


@pytest.mark.parametrize(
    "headers", [{"api-key": "k"}, {"Authorization": "Bearer t"}, {"Authorization": "bearer t"}]
)
def test_any_key_or_token_opens(headers: dict[str, str]) -> None:
    frontdoor.check_key(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"api-key": ""},
        {"api-key": "invalid"},
        {"Authorization": "Bearer invalid"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic t"},
    ],
)
def test_no_key_and_the_invalid_one_do_not(headers: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as caught:
        frontdoor.check_key(headers)
    assert caught.value.kind.status == 401


@pytest.mark.parametrize("version", frontdoor.VERSIONS)
def test_dated_paths_take_every_version_that_was_there(version: str) -> None:
    assert frontdoor.check_version({"api-version": version}, v1=False) == version


@pytest.mark.parametrize("query", [{}, {"api-version": ""}, {"api-version": "2024-10-22"}])
def test_dated_paths_take_no_other(query: dict[str, str]) -> None:
    with pytest.raises(RefusedError) as caught:
        frontdoor.check_version(query, v1=False)
    assert caught.value.kind.status == 404


@pytest.mark.parametrize("query", [{}, {"api-version": "v1"}, {"api-version": "preview"}])
def test_v1_takes_no_version_or_one_without_a_date(query: dict[str, str]) -> None:
    assert frontdoor.check_version(query, v1=True) == frontdoor.V1


@pytest.mark.parametrize("version", ["", "2024-10-21", "2025-04-01-preview", "v2"])
def test_v1_takes_no_date(version: str) -> None:
    with pytest.raises(RefusedError) as caught:
        frontdoor.check_version({"api-version": version}, v1=True)
    assert caught.value.kind.status == 400


def test_an_operation_may_be_newer_than_a_version() -> None:
    with pytest.raises(RefusedError) as caught:
        frontdoor.check_version({"api-version": "2024-10-21"}, False, frontdoor.RESPONSES_SINCE)
    assert caught.value.body() == (
        '{"error":{"code":"BadRequest","message":"Azure OpenAI Responses API is enabled only for'
        ' api-version 2025-03-01-preview and later"}}'
    )


@pytest.mark.parametrize(
    ("version", "knows"),
    [("2024-06-01", False), ("2024-09-01-preview", True), ("2024-10-21", True), ("v1", True)],
)
def test_stream_options_came_in_2024(version: str, knows: bool) -> None:
    assert frontdoor.knows_stream_options(version) is knows
