"""What a context in JSON may hold: every key with the form of its value, checked before use.

A wrong form is told with the place, what stands there and what is wanted: `request.headers.X-Tier:
"gold" should be a list of texts, such as ["gold"]`. Nothing is taken that is not understood.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Optional, Union
from urllib.parse import urlsplit
from uuid import UUID


class ContextError(ValueError):
    """A context has a wrong form: path tells where, reason what is wanted."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


Check = Callable[[str, Any], None]
Shape = Mapping[str, Union[Check, "Object"]]


def _refuse(path: str, value: Any, wanted: str) -> ContextError:
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
    return ContextError(path, f"{shown} should be {wanted}")


class Object:
    """A JSON object: its keys and their forms.

    needed: the keys that must be there. always: null may not stand in its place.
    """

    def __init__(self, keys: Shape, needed: str = "", always: bool = False) -> None:
        self.keys = keys
        self.needed = needed.split()
        self.always = always

    def __call__(self, path: str, value: Any) -> None:
        """Check a value. Raises ContextError."""
        if value is None and not self.always:
            return
        if not isinstance(value, dict):
            raise _refuse(path, value, f"an object with {', '.join(self.keys)}")
        for key, part in value.items():
            self.check(path, key, part)
        for key in self.needed:
            if key not in value:
                raise ContextError(path, f"needs {key}")

    def check(self, path: str, key: str, part: Any) -> None:
        """Check one entry. Raises ContextError."""
        at = f"{path}.{key}" if path else key
        if key not in self.keys:
            close = get_close_matches(key, self.keys, 1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(self.keys)}"
            raise ContextError(at, f"there is no such key: {hint}")
        self.keys[key](at, part)


def _text(path: str, value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise _refuse(path, value, "a text")


def _whole(path: str, value: Any) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise _refuse(path, value, "a whole number")


def _number(path: str, value: Any) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _refuse(path, value, "a number")


def _bool(path: str, value: Any) -> None:
    if value is not None and not isinstance(value, bool):
        raise _refuse(path, value, "true or false")


def _status(path: str, value: Any) -> None:
    _whole(path, value)
    if value is None or not 100 <= value <= 999:
        raise _refuse(path, value, "a status such as 429")


def _url(path: str, value: Any) -> None:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        whole = parts and parts.scheme in ("http", "https") and parts.hostname
        number = parts.port if parts else None
    except ValueError:
        whole = number = None
    if not whole or number == 0:
        raise _refuse(path, value, "an address such as https://contoso.azure-api.net/a?b=c")


def _optional_url(path: str, value: Any) -> None:
    if value:
        _url(path, value)


def _optional_moment(path: str, value: Any) -> None:
    if value is not None:
        _moment(path, value)


def _moment(path: str, value: Any) -> None:
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (ValueError, AttributeError):
        raise _refuse(path, value, "a moment such as 2024-01-02T03:04:05Z") from None


def _guid(path: str, value: Any) -> None:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise _refuse(path, value, "a GUID such as 11111111-2222-3333-4444-555555555555") from None


def _texts(path: str, value: Any) -> None:
    if value is not None and not (isinstance(value, list) and _all_texts(value)):
        example = json.dumps([value if isinstance(value, str) else "a"], ensure_ascii=False)
        raise _refuse(path, value, f"a list of texts, such as {example}")


def _all_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _map(of: Check, example: str) -> Check:
    def check(path: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            raise _refuse(path, value, f"an object such as {example}")
        for key, part in value.items():
            of(f"{path}.{key}", part)

    return check


def _list(of: Check) -> Check:
    def check(path: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, list):
            raise _refuse(path, value, "a list")
        for index, part in enumerate(value):
            of(f"{path}[{index}]", part)

    return check


def _bytes(path: str, value: Any) -> None:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise _refuse(path, value, "bytes in base64") from None


def _decimal(path: str, value: Any) -> None:
    try:
        float(value)
    except (TypeError, ValueError):
        raise _refuse(path, value, "a number, perhaps as a text") from None


def _anything(path: str, value: Any) -> None:
    pass


def _variable(path: str, value: Any) -> None:
    """Check a variable: any JSON, or an object whose $type says what to make of its value."""
    if not isinstance(value, dict) or "$type" not in value:
        return
    kind = value["$type"]
    if not isinstance(kind, str) or kind not in TYPED:
        raise _refuse(f"{path}.$type", kind, f"one of {', '.join(TYPED)}")
    TYPED[kind](path, {key: part for key, part in value.items() if key != "$type"})


_HEADERS = _map(_texts, '{"X-Tier": ["gold"]}')
_CERTIFICATE = Object({"pem": _text, "base64": _bytes, "password": _text})
_RESPONSE_KEYS: Shape = {
    "status": _status,
    "reason": _text,
    "headers": _HEADERS,
    "body": _text,
}
_API_KEYS: Shape = {
    "id": _text,
    "name": _text,
    "path": _text,
    "revision": _text,
    "version": _text,
    "serviceUrl": _optional_url,
    "isCurrentRevision": _bool,
    "protocols": _texts,
}
TYPED: Mapping[str, Check] = {
    "response": Object(_RESPONSE_KEYS, "status"),
    "jwt": Object({"value": _text}, "value"),
    "authorization": Object({"accessToken": _text}, "accessToken"),
    "dict": Object({"value": _map(_text, '{"a": "b"}')}),
    "long": Object({"value": _whole}, "value"),
    "double": Object({"value": _decimal}, "value"),
    "decimal": Object({"value": _decimal}, "value"),
    "date": Object({"value": _moment}, "value"),
    "guid": Object({"value": _guid}, "value"),
    "strings": Object({"value": _texts}, "value"),
    "list": Object({"value": _texts}, "value"),
    "bytes": Object({"value": _bytes}, "value"),
    "jtoken": Object({"value": _anything}, "value"),
}
CONTEXT = Object(
    {
        "request": Object(
            {
                "method": _text,
                "url": _url,
                "originalUrl": _url,
                "ip": _text,
                "headers": _HEADERS,
                "body": _text,
                "matched": _map(_text, '{"id": "7"}'),
                "certificate": _CERTIFICATE,
                "foundry": Object({"deployment": _text}, "deployment"),
                "privateEndpointConnection": Object(
                    {"name": _text, "groupId": _text, "memberName": _text}
                ),
            },
            always=True,
        ),
        "response": Object(_RESPONSE_KEYS),
        "variables": _map(_variable, '{"n": 1}'),
        "api": Object(_API_KEYS),
        "operation": Object({"id": _text, "name": _text, "method": _text, "urlTemplate": _text}),
        "product": Object(
            {
                "id": _text,
                "name": _text,
                "subscriptionLimit": _whole,
                "groups": _texts,
                "apis": _list(Object(_API_KEYS, "id name")),
            }
        ),
        "subscription": Object(
            {
                "id": _text,
                "name": _text,
                "key": _text,
                "secondaryKey": _text,
                "created": _optional_moment,
            }
        ),
        "user": Object(
            {
                "id": _text,
                "email": _text,
                "firstName": _text,
                "lastName": _text,
                "note": _text,
                "registrationDate": _optional_moment,
                "groups": _texts,
                "identities": _list(Object({"id": _text, "provider": _text}, "id provider")),
            }
        ),
        "backend": Object({"id": _text, "type": _text, "azureRegion": _text}),
        "workspace": Object({"id": _text, "name": _text}),
        "deployment": Object(
            {
                "region": _text,
                "serviceId": _text,
                "serviceName": _text,
                "instanceId": _text,
                "certificates": _map(_CERTIFICATE, '{"THUMBPRINT": {"pem": "..."}}'),
            },
            always=True,
        ),
        "lastError": Object(
            {
                "source": _text,
                "reason": _text,
                "message": _text,
                "scope": _text,
                "section": _text,
                "path": _text,
                "policyId": _text,
            }
        ),
        "requestId": _guid,
        "timestamp": _moment,
        "elapsedMs": _number,
        "tracing": _bool,
        "missingVariable": lambda path, value: _choice(path, value, ("null", "throw")),
        "newline": lambda path, value: _choice(path, value, ("lf", "crlf")),
    }
)


def _choice(path: str, value: Any, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise _refuse(path, value, f"one of {', '.join(choices)}")


def check(data: Any) -> Optional[dict[str, Any]]:
    """Return the context when all of it has the forms told here. Raises ContextError."""
    if data is not None and not isinstance(data, dict):
        raise _refuse("context", data, f"an object with {', '.join(CONTEXT.keys)}")
    CONTEXT("", data)
    return data
