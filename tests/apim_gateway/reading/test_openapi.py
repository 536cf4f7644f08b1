from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.errors import ConfigError
from apim_gateway.reading import api, openapi
from apim_gateway.reading.fields import Fields

LAB = Path(__file__).parents[3] / "infra" / "gateway" / "api.json"


def operations(paths: Any, **other: Any) -> list[Any]:
    document = {"openapi": "3.0.1", **other, "paths": paths}
    return openapi.operations(Fields(document, "spec.json"))


def test_an_operation_has_its_identity_its_summary_and_its_path() -> None:
    (found,) = operations(
        {"/v1/{id}/chat": {"post": {"operationId": "chat", "summary": "Chat"}, "parameters": []}}
    )
    assert (found.name, found.display_name, found.method) == ("chat", "Chat", "POST")
    assert found.match("POST", "/v1/a%20b/chat") == {"id": "a b"}


def test_one_without_identity_is_named_by_method_and_path() -> None:
    (found,) = operations({"/v1/{id}/chat": {"get": {}}})
    assert (found.name, found.display_name) == ("get-v1-id-chat", "GET /v1/{id}/chat")


def test_what_cannot_stand_in_a_name_is_a_hyphen() -> None:
    (found,) = operations({"/x": {"get": {"operationId": "Chat.Completions (create)"}}})
    assert found.name == "Chat-Completions-create"


@pytest.mark.parametrize("version", [{"swagger": "2.0"}, {"openapi": "3.1.0"}])
def test_both_forms_are_read(version: dict[str, str]) -> None:
    document = {**version, "paths": {"/x": {"get": {}}}}
    assert len(openapi.operations(Fields(document, "spec.json"))) == 1


def test_a_star_takes_all_that_follows() -> None:
    (found,) = operations({"/files/{*path}": {"get": {}}})
    assert found.match("GET", "/files/a/b%20c") == {"path": "a/b c"}
    assert found.match("GET", "/other") is None


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"paths": {}}, "an OpenAPI document of version 2 or 3 is wanted, not ''"),
        ({"openapi": "4.0", "paths": {}}, "not '4.0'"),
        ({"openapi": "3.0.0", "paths": []}, "paths: an object is wanted"),
        ({"openapi": "3.0.0", "paths": {"x": {"get": {}}}}, "'x' is not a template"),
        ({"openapi": "3.0.0", "paths": {"/x": {"get": 1}}}, "paths./x.get: an object is wanted"),
        (
            {"openapi": "3.0.0", "paths": {"/x": {"get": {"operationId": 1}}}},
            "operationId: a text is wanted, not 1",
        ),
        (
            {
                "openapi": "3.0.0",
                "paths": {
                    "/x": {"get": {"operationId": "a"}, "put": {"operationId": "A"}},
                },
            },
            "two operations are called 'a'",
        ),
    ],
)
def test_another_document_is_told(document: Any, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        openapi.operations(Fields(document, "spec.json"))
    assert str(caught.value).startswith("spec.json: ")
    assert told in str(caught.value)


def test_yaml_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "specification.yaml"
    with pytest.raises(ConfigError, match=r"only JSON is read here.*API_SPECIFICATION_FORMAT=JSON"):
        openapi.load(file)


def test_a_declaration_may_take_its_operations_from_a_document(tmp_path: Path) -> None:
    document = tmp_path / "spec.json"
    paths = {"/anthropic/v1/messages": {"post": {"operationId": "messages"}}}
    document.write_text(json.dumps({"openapi": "3.0.0", "paths": paths}), encoding="utf-8")
    declaration = json.loads(LAB.read_text(encoding="utf-8"))
    del declaration["operations"]
    short = tmp_path / "api.json"
    short.write_text(json.dumps(declaration), encoding="utf-8")
    assert [each.name for each in api.load(short, document).operations] == ["messages"]
    assert [each.name for each in api.load(LAB, document).operations] == ["messages"]
    with pytest.raises(ConfigError, match="operations: a list is wanted, or --openapi FILE"):
        api.load(short)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["openapi", "paths", "/x", "/{a}", "get", "operationId"]), inner
        )
    ),
    max_leaves=8,
)


@given(_json)
def test_any_document_is_read_or_told(document: object) -> None:
    with contextlib.suppress(ConfigError):
        openapi.operations(Fields(document, "spec.json"))
