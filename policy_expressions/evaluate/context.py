"""The context of a question, made from JSON: what differs from the request in `default.json`.

For each top-level key an object replaces the second-level keys it names, anything else replaces the
whole key: {"request": {"headers": {}}} leaves no header but keeps the body. Strings, true, false
and null are the variables they look like, a whole number is an int (a long if too large), any other
a double, an array or object a JArray or JObject; {"$type": ...} makes the rest. `missingVariable:
"throw"` selects the other reading of a variable that is not there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any, Optional
from uuid import UUID

from policy_expressions import context as model
from policy_expressions.evaluate import schema
from policy_expressions.json.reader import parse
from policy_expressions.members.jwt import parse_jwt
from policy_expressions.runtime.containers import Array, Dictionary, List
from policy_expressions.runtime.dates import DateTime
from policy_expressions.runtime.values import Long, units

_DEFAULT: Mapping[str, Any] = json.loads(
    Path(__file__).with_name("default.json").read_text(encoding="utf-8")
)

# A request that says nothing: what the command line starts from.
PLAIN: Mapping[str, Any] = {
    **_DEFAULT,
    "request": {
        "method": "GET",
        "url": "https://contoso.azure-api.net/",
        "originalUrl": "https://contoso.azure-api.net/",
        "ip": "203.0.113.7",
    },
    "response": None,
    "variables": {},
    "lastError": None,
}


def laid(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return the base with what `over` says: an object replaces the second-level keys it names."""
    data = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(data.get(key), dict)
        data[key] = {**data[key], **value} if both else value
    return data


def build_context(
    over: Mapping[str, Any],
    limits: Optional[model.Limits] = None,
    base: Mapping[str, Any] = _DEFAULT,
) -> model.Context:
    """Return the context that `over`, laid over the base, describes. Raises ContextError.

    A url moves the original url too, unless that is given.
    """
    schema.check(over)
    data = laid(base, over)
    given = over.get("request") or {}
    if "url" in given and "originalUrl" not in given:
        data["request"]["originalUrl"] = given["url"]
    variables = data["variables"] or {}
    context = model.Context(
        request=_request(data["request"] or {}),
        response=_response(data["response"]),
        variables={name: _variable(value) for name, value in variables.items()},
        request_id=UUID(data["requestId"]),
        timestamp=_moment(data["timestamp"]),
        elapsed=data["elapsedMs"] / 1000,
        tracing=bool(data["tracing"]),
        switches=model.Switches(
            missing_variable=data.get("missingVariable") or "null",
            newline="\r\n" if data.get("newline") == "crlf" else "\n",
        ),
        limits=limits or model.Limits(),
    )
    for name, build in _PARTS.items():
        part = data.get(name)
        setattr(context, _snake(name), None if part is None else build(part))
    return context


def _request(data: Mapping[str, Any]) -> model.Request:
    connection, foundry = data.get("privateEndpointConnection"), data.get("foundry")
    return model.Request(
        method=data.get("method") or "GET",
        url=model.Url.parse(data["url"]),
        original_url=model.Url.parse(data["originalUrl"]),
        ip_address=data.get("ip") or "",
        headers=_headers(data.get("headers")),
        body=_body(data.get("body")),
        matched_parameters=data.get("matched") or {},
        certificate=_certificate(data.get("certificate")),
        foundry=None if foundry is None else model.Foundry(foundry["deployment"]),
        private_endpoint_connection=None
        if connection is None
        else model.PrivateEndpointConnection(**_snaked(connection)),
    )


def _certificate(data: Optional[Mapping[str, Any]]) -> Optional[model.Certificate]:
    if data is None:
        return None
    pem, packed = data.get("pem"), data.get("base64") or ""
    held = pem.encode() if pem else base64.b64decode(packed)
    return model.Certificate(held, data.get("password") or "")


def _snaked(data: Mapping[str, Any]) -> dict[str, Any]:
    return {_snake(name): value for name, value in data.items()}


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def _headers(data: Optional[Mapping[str, Any]]) -> model.Headers:
    return model.Headers((name, value) for name, values in (data or {}).items() for value in values)


def _body(data: Optional[str]) -> Optional[model.Body]:
    return None if data is None else model.Body(data.encode("utf-8", "surrogatepass"))


def _response(data: Optional[Mapping[str, Any]]) -> Optional[model.Response]:
    if data is None:
        return None
    status = data.get("status") or 200
    reason = data.get("reason")
    if reason is None:
        reason = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    headers, body = _headers(data.get("headers")), _body(data.get("body"))
    return model.Response(status, reason, headers, body)


def _product(data: Mapping[str, Any]) -> model.Product:
    limit, groups = data.get("subscriptionLimit"), tuple(data.get("groups") or ())
    apis = tuple(_api(api) for api in data.get("apis") or ())
    return model.Product(data["id"], data["name"], limit, groups, apis)


def _api(data: Mapping[str, Any]) -> model.Api:
    url = data.get("serviceUrl")
    return model.Api(
        id=data["id"],
        name=data["name"],
        path=data.get("path", ""),
        revision=data.get("revision", "1"),
        version=data.get("version"),
        service_url=model.Url.parse(url) if url else None,
        is_current_revision=data.get("isCurrentRevision", True),
        protocols=tuple(data.get("protocols") or ("https",)),
    )


def _operation(data: Mapping[str, Any]) -> model.Operation:
    return model.Operation(data["id"], data["name"], data["method"], data["urlTemplate"])


def _subscription(data: Mapping[str, Any]) -> model.Subscription:
    key, second = data.get("key", ""), data.get("secondaryKey", "")
    created = data.get("created")
    when = _moment(created) if created else None
    return model.Subscription(data["id"], data["name"], key, key, second, when)


def _user(data: Mapping[str, Any]) -> model.User:
    registered = data.get("registrationDate")
    return model.User(
        id=data["id"],
        email=data.get("email", ""),
        first_name=data.get("firstName", ""),
        last_name=data.get("lastName", ""),
        note=data.get("note", ""),
        registration_date=_moment(registered) if registered else None,
        groups=tuple(data.get("groups") or ()),
        identities=tuple(model.Identity(**held) for held in data.get("identities") or ()),
    )


def _deployment(data: Mapping[str, Any]) -> model.Deployment:
    held = {name: _certificate(c) for name, c in (data.get("certificates") or {}).items()}
    return model.Deployment(
        region=data["region"],
        service_id=data["serviceId"],
        service_name=data["serviceName"],
        instance_id=data.get("instanceId", "0"),
        certificates={name: found for name, found in held.items() if found},
    )


def _last_error(data: Mapping[str, Any]) -> model.LastError:
    return model.LastError(**_snaked(data))


def _backend(data: Mapping[str, Any]) -> model.Backend:
    return model.Backend(**_snaked(data))


def _workspace(data: Mapping[str, Any]) -> model.Workspace:
    return model.Workspace(**data)


_PARTS = {
    "api": _api,
    "operation": _operation,
    "product": _product,
    "subscription": _subscription,
    "user": _user,
    "deployment": _deployment,
    "lastError": _last_error,
    "backend": _backend,
    "workspace": _workspace,
}


def _variable(value: Any) -> Any:
    """Return the .NET value of a variable as the protocol writes it."""
    if isinstance(value, dict) and "$type" in value:
        return _typed(value)
    if isinstance(value, (dict, list)):
        return parse(json.dumps(value), dates=False)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**31) <= value < 2**31 else Long(value)
    return units(value) if isinstance(value, str) else value


def _typed(data: Mapping[str, Any]) -> Any:
    kind: str = data["$type"]
    value: Any = data.get("value")
    if kind == "response":
        return _response(data)
    if kind == "jwt":
        return parse_jwt(value)
    if kind == "authorization":
        return model.Authorization(data["accessToken"])
    if kind == "dict":
        made = Dictionary("Dictionary<string, string>", "KeyValuePair<string, string>")
        for key, text in (value or {}).items():
            made.set(key, text)
        return made
    simple: dict[str, Callable[[], Any]] = {
        "long": lambda: Long(value),
        "double": lambda: float(value),
        "decimal": lambda: Decimal(str(value)),
        "date": lambda: DateTime.from_python(_moment(value)),
        "guid": lambda: UUID(value),
        "strings": lambda: Array("string[]", value),
        "list": lambda: List("List<string>", value),
        "bytes": lambda: bytearray(base64.b64decode(value)),
        "jtoken": lambda: parse(json.dumps(value), dates=False),
    }
    return simple[kind]()
