from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from apim_gateway.errors import ConfigError
from apim_gateway.reading import entities
from apim_gateway.reading.fields import Fields
from apim_gateway.running.backends import Backend, Pool

RULE = {
    "tripDuration": "PT10S",
    "failureCondition": {"percentage": 50, "interval": "PT1M", "errorReasons": ["timeout"]},
}


def targets(addresses: Mapping[str, str] = {}, **properties: Any) -> dict[str, Any]:
    given = {name: Fields(item, f"{name}.json", "properties") for name, item in properties.items()}
    return entities.targets(given, addresses)


def pool(*services: Any) -> dict[str, Any]:
    return {"type": "Pool", "pool": {"services": list(services)}}


def test_a_server_has_its_address_its_breaker_and_its_credentials() -> None:
    found = targets(
        east={
            "url": "https://east.example/openai/",
            "circuitBreaker": {"rules": [RULE]},
            "credentials": {
                "header": {"x-a": ["1", "2"]},
                "query": {"code": ["3"]},
                "authorization": {"scheme": "Basic", "parameter": "dTpw"},
            },
        }
    )["east"]
    assert isinstance(found, Backend)
    assert found.url == "https://east.example/openai"
    assert found.headers == {"x-a": ("1", "2"), "Authorization": ("Basic dTpw",)}
    assert found.query == {"code": ("3",)}
    assert "dTpw" not in repr(found)
    found.breaker.record(200, "timeout")
    assert found.breaker.remaining() > 0


def test_another_server_may_stand_for_one() -> None:
    found = targets({"east": "http://127.0.0.1:1"}, east={"url": "https://east.example"})
    assert found["east"].url == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("services", "turns"),
    [
        (({"id": "a"}, {"id": "b"}), "abab"),
        (({"id": "a", "weight": 3}, {"id": "b", "weight": 1}), "aaba"),
        (({"id": "b", "weight": 0}, {"id": "a", "weight": 100}), "aaaa"),
        (({"id": "/x/backends/b", "priority": 2}, {"id": "/x/backends/a", "priority": 1}), "aaaa"),
    ],
)
def test_members_of_a_pool_take_turns_as_it_says(services: Any, turns: str) -> None:
    one = {"url": "http://h"}
    found = targets(a=one, b=one, p=pool(*services))["p"]
    assert isinstance(found, Pool)
    assert "".join(found.pick().name for _ in turns) == turns


def test_a_session_is_known_by_its_cookie() -> None:
    affine = pool({"id": "a"})
    affine["pool"]["sessionAffinity"] = {"sessionId": {"source": "Cookie", "name": "SessionId"}}
    assert targets(a={"url": "http://h"}, p=affine)["p"].cookie == "SessionId"
    affine["pool"]["sessionAffinity"]["sessionId"]["source"] = "Header"
    with pytest.raises(ConfigError, match=r"sessionId.source: sessions are known by a cookie"):
        targets(a={"url": "http://h"}, p=affine)


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"url": "east"}, "properties.url: 'east' should be an http or https address"),
        ({}, "properties.url: a text is wanted"),
        (pool(), "properties.pool.services: a pool needs a member"),
        (pool({"id": "x"}), r"services\[0\].id: no server 'x' is among the backends \(none\)"),
        ({"url": "http://h", "circuitBreaker": {"rules": [RULE, RULE]}}, "a backend has one rule"),
        (
            {"url": "http://h", "credentials": {"header": {"a": 1}}},
            "credentials.header.a: a list of texts is wanted",
        ),
        (
            {"url": "http://h", "credentials": {"header": {"a": ["{{k}}"]}}},
            "credentials.header.a: k has no value: --named-value k=VALUE",
        ),
    ],
)
def test_a_fault_is_told_with_file_and_key(properties: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=f"east.json: {told}|east.json: .*{told}"):
        targets(east=properties)
