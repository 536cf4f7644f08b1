"""Backends as `Microsoft.ApiManagement/service/backends` has them: servers, breakers, pools.

Source: https://learn.microsoft.com/azure/templates/microsoft.apimanagement/service/backends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from apim_gateway.errors import ConfigError
from apim_gateway.reading.fields import Fields
from apim_gateway.reading.named_values import UNKNOWN
from apim_gateway.running.backends import (
    Backend,
    Breaker,
    BreakerRule,
    Member,
    Pool,
    Target,
    is_address,
)


def rule(item: Fields) -> BreakerRule:
    """Return a circuit breaker's rule. Raises ConfigError that names the key at fault."""
    condition = item.at("failureCondition")
    count, percentage = condition.number("count"), condition.number("percentage")
    if (count is None) == (percentage is None):
        condition.refuse("count", "give either count or percentage")
    return BreakerRule(
        count=None if count is None else int(count),
        percentage=percentage,
        interval=condition.duration("interval"),
        trip_duration=item.duration("tripDuration"),
        ranges=tuple(
            (int(part.number("min") or 0), int(part.number("max") or 0))
            for part in condition.items("statusCodeRanges")
        ),
        errors=tuple(str(reason) for reason in condition.get("errorReasons") or ()),
        accept_retry_after=item.flag("acceptRetryAfter", False),
    )


def targets(entities: Mapping[str, Fields], addresses: Mapping[str, str]) -> dict[str, Target]:
    """Return backends and pools by name, from their `properties`.

    addresses: the servers that stand in for backends here, by the backend's name.
    Raises ConfigError.
    """
    pools = {name for name, item in entities.items() if item.text("type", "Single") == "Pool"}
    for name in addresses:
        if name not in entities or name in pools:
            known = ", ".join(sorted(set(entities) - pools)) or "none"
            raise ConfigError(f"--backend {name}: the folder has no such server ({known})")
    servers = {
        name: _backend(name, item, addresses.get(name))
        for name, item in entities.items()
        if name not in pools
    }
    return {**servers, **{name: _pool(name, entities[name], servers) for name in pools}}


def _backend(name: str, item: Fields, address: Optional[str]) -> Backend:
    url = address or item.text("url")
    if not is_address(url):
        item.refuse("url", f"{url!r} should be an http or https address")
    rules = item.maybe("circuitBreaker").items("rules")
    if len(rules) > 1:
        rules[1].refuse("", "a backend has one rule")
    sent = item.maybe("credentials")
    headers = {key: _texts(sent, "header", key) for key in sent.maybe("header").value}
    query = {key: _texts(sent, "query", key) for key in sent.maybe("query").value}
    authorization = sent.maybe("authorization")
    if authorization.value:
        scheme, parameter = authorization.text("scheme"), authorization.text("parameter")
        headers["Authorization"] = (f"{scheme} {parameter}",)
    breaker = Breaker(rule(rules[0]) if rules else None)
    return Backend(name, url.rstrip("/"), breaker, headers, query)


def _texts(credentials: Fields, kind: str, key: str) -> tuple[str, ...]:
    found = credentials.at(kind).get(key)
    texts = [found] if isinstance(found, str) else found
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        credentials.at(kind).refuse(key, "a list of texts is wanted")
    for text in texts:
        unknown = UNKNOWN.search(text)
        if unknown:
            name = unknown.group(1)
            credentials.at(kind).refuse(key, f"{name} has no value: --named-value {name}=VALUE")
    return tuple(texts)


def _pool(name: str, item: Fields, servers: Mapping[str, Backend]) -> Pool:
    services = item.maybe("pool").items("services")
    if not services:
        item.refuse("pool.services", "a pool needs a member")
    weights = [int(service.number("weight") or 0) for service in services]
    if not any(weights):  # equal shares
        weights = [1] * len(services)
    members = []
    for service, weight in zip(services, weights):
        member = service.text("id").rpartition("/")[2]
        if member not in servers:
            known = ", ".join(sorted(servers)) or "none"
            service.refuse("id", f"no server {member!r} is among the backends ({known})")
        members.append(Member(servers[member], int(service.number("priority") or 0), weight))
    return Pool(name, members, _cookie(item.maybe("pool").maybe("sessionAffinity")))


def _cookie(affinity: Fields) -> str:
    """Return the name of the cookie that keeps a session with its member, empty without one."""
    session = affinity.maybe("sessionId")
    if not session.value:
        return ""
    if session.text("source", "Cookie").lower() != "cookie":
        session.refuse("source", "sessions are known by a cookie alone")
    return session.text("name")
