from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.errors import ConfigError
from apim_gateway.reading import api

FILE = Path(__file__).parents[3] / "infra" / "gateway" / "api.json"
DECLARED = json.loads(FILE.read_text(encoding="utf-8"))


def with_operations(*operations: tuple[str, str]) -> api.Api:
    document = copy.deepcopy(DECLARED)
    document["operations"] = [
        {"name": f"o{index}", "displayName": "x", "method": method, "urlTemplate": template}
        for index, (method, template) in enumerate(operations)
    ]
    return api.parse(document, "api.json")


def test_the_labs_own_declaration_loads() -> None:
    lab = api.load(FILE)
    assert (lab.path, lab.keys.header, lab.keys.query) == ("openai", "api-key", "api-key")
    assert lab.backend == "inference"
    assert lab.rule is not None
    assert (lab.rule.count, lab.rule.interval, lab.rule.trip_duration) == (3, 60, 60)
    assert lab.rule.ranges == ((429, 429), (500, 599))
    assert lab.rule.accept_retry_after


def test_an_operation_matches_by_method_and_template() -> None:
    lab = api.load(FILE)
    found = lab.match("POST", "/deployments/gpt%204/chat/completions")
    assert found is not None
    assert found[0].name == "chat-completions"
    assert found[1] == {"deployment-id": "gpt 4"}
    assert lab.match("GET", "/deployments/gpt/chat/completions") is None
    assert lab.match("POST", "/deployments/a/b/chat/completions") is None
    assert lab.match("POST", "/deployments//chat/completions") is None


def test_paths_ignore_case() -> None:
    lab = api.load(FILE)
    assert lab.suffix("/OpenAI/v1/responses") == "/v1/responses"
    found = lab.match("post", "/V1/Responses")
    assert found is not None
    assert found[0].name == "v1-responses"


@pytest.mark.parametrize("path", ["/", "/open", "/openaix/v1", "/other/openai"])
def test_another_path_is_another_api(path: str) -> None:
    assert api.load(FILE).suffix(path) is None


def test_the_most_specific_template_wins() -> None:
    found = with_operations(("GET", "/*"), ("GET", "/{a}"), ("GET", "/models"))
    names = [found.match("GET", path) for path in ("/models", "/other", "/a/b", "/")]
    assert [match[0].name if match else None for match in names] == ["o2", "o1", "o0", "o0"]


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("path",), "", "path: a text is wanted"),
        (("path",), "apis/x", "path: 'apis/x' cannot be an API's path"),
        (("name",), 3, "name: a text is wanted, not 3"),
        (("subscriptionKeyParameterNames",), None, "subscriptionKeyParameterNames: an object"),
        (("operations",), {}, "operations: a list"),
        (("operations", 0, "urlTemplate"), "x", "operations[0].urlTemplate: 'x' is not a template"),
        (("operations", 0, "urlTemplate"), "/{a", "is not a template"),
        (("backend", "circuitBreakerRule", "tripDuration"), "1m", "tripDuration: '1m' is not"),
        (("backend", "circuitBreakerRule", "failureCondition", "count"), None, "either count or"),
        (("backend", "circuitBreakerRule", "failureCondition", "count"), "3", "a number is wanted"),
    ],
)
def test_a_fault_is_told_with_its_key(path: tuple[Any, ...], value: object, place: str) -> None:
    document = copy.deepcopy(DECLARED)
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(ConfigError) as caught:
        api.parse(document, "api.json")
    assert str(caught.value).startswith("api.json: ")
    assert place in str(caught.value)


def test_a_missing_or_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        api.load(tmp_path / "none.json")
    broken = tmp_path / "broken.json"
    broken.write_text('{\n"name": }', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.json:2: not valid JSON"):
        api.load(broken)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(DECLARED)), inner),
    max_leaves=8,
)


@given(_json)
def test_any_document_loads_or_is_a_config_error(document: object) -> None:
    with contextlib.suppress(ConfigError):
        api.parse(document, "api.json")
