"""What a context in JSON may hold: every key with the form of its value, checked before use.

A wrong form is told with the place, what stands there and what is wanted: `request.headers.X-Tier:
"gold" should be a list of texts, such as ["gold"]`. Nothing is taken that is not understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Optional, Union

from policy_expressions.evaluate.checks import (
    Check,
    ContextError,
    is_anything,
    is_bool,
    is_bytes,
    is_decimal,
    is_guid,
    is_list,
    is_map,
    is_moment,
    is_number,
    is_optional_moment,
    is_optional_url,
    is_status,
    is_text,
    is_texts,
    is_url,
    is_whole,
    refuse,
)

Shape = Mapping[str, Union[Check, "Object"]]


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
            raise refuse(path, value, f"an object with {', '.join(self.keys)}")
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


_HEADERS = is_map(is_texts, '{"X-Tier": ["gold"]}')
_CERTIFICATE = Object({"pem": is_text, "base64": is_bytes, "password": is_text})
_RESPONSE_KEYS: Shape = {
    "status": is_status,
    "reason": is_text,
    "headers": _HEADERS,
    "body": is_text,
}
_API_KEYS: Shape = {
    "id": is_text,
    "name": is_text,
    "path": is_text,
    "revision": is_text,
    "version": is_text,
    "serviceUrl": is_optional_url,
    "isCurrentRevision": is_bool,
    "protocols": is_texts,
}
TYPED: Mapping[str, Check] = {
    "response": Object(_RESPONSE_KEYS, "status"),
    "jwt": Object({"value": is_text}, "value"),
    "authorization": Object({"accessToken": is_text}, "accessToken"),
    "dict": Object({"value": is_map(is_text, '{"a": "b"}')}),
    "long": Object({"value": is_whole}, "value"),
    "double": Object({"value": is_decimal}, "value"),
    "decimal": Object({"value": is_decimal}, "value"),
    "date": Object({"value": is_moment}, "value"),
    "guid": Object({"value": is_guid}, "value"),
    "strings": Object({"value": is_texts}, "value"),
    "list": Object({"value": is_texts}, "value"),
    "bytes": Object({"value": is_bytes}, "value"),
    "jtoken": Object({"value": is_anything}, "value"),
}


def is_variable(path: str, value: Any) -> None:
    """Check a variable: any JSON, or an object whose $type says what to make of its value."""
    if not isinstance(value, dict) or "$type" not in value:
        return
    kind = value["$type"]
    if not isinstance(kind, str) or kind not in TYPED:
        raise refuse(f"{path}.$type", kind, f"one of {', '.join(TYPED)}")
    TYPED[kind](path, {key: part for key, part in value.items() if key != "$type"})


CONTEXT = Object(
    {
        "request": Object(
            {
                "method": is_text,
                "url": is_url,
                "originalUrl": is_url,
                "ip": is_text,
                "headers": _HEADERS,
                "body": is_text,
                "matched": is_map(is_text, '{"id": "7"}'),
                "certificate": _CERTIFICATE,
                "foundry": Object({"deployment": is_text}, "deployment"),
                "privateEndpointConnection": Object(
                    {"name": is_text, "groupId": is_text, "memberName": is_text}
                ),
            },
            always=True,
        ),
        "response": Object(_RESPONSE_KEYS),
        "variables": is_map(is_variable, '{"n": 1}'),
        "api": Object(_API_KEYS),
        "operation": Object(
            {"id": is_text, "name": is_text, "method": is_text, "urlTemplate": is_text}
        ),
        "product": Object(
            {
                "id": is_text,
                "name": is_text,
                "subscriptionLimit": is_whole,
                "groups": is_texts,
                "apis": is_list(Object(_API_KEYS, "id name")),
            }
        ),
        "subscription": Object(
            {
                "id": is_text,
                "name": is_text,
                "key": is_text,
                "secondaryKey": is_text,
                "created": is_optional_moment,
            }
        ),
        "user": Object(
            {
                "id": is_text,
                "email": is_text,
                "firstName": is_text,
                "lastName": is_text,
                "note": is_text,
                "registrationDate": is_optional_moment,
                "groups": is_texts,
                "identities": is_list(Object({"id": is_text, "provider": is_text}, "id provider")),
            }
        ),
        "backend": Object({"id": is_text, "type": is_text, "azureRegion": is_text}),
        "workspace": Object({"id": is_text, "name": is_text}),
        "deployment": Object(
            {
                "region": is_text,
                "serviceId": is_text,
                "serviceName": is_text,
                "instanceId": is_text,
                "certificates": is_map(_CERTIFICATE, '{"THUMBPRINT": {"pem": "..."}}'),
            },
            always=True,
        ),
        "lastError": Object(
            {
                "source": is_text,
                "reason": is_text,
                "message": is_text,
                "scope": is_text,
                "section": is_text,
                "path": is_text,
                "policyId": is_text,
            }
        ),
        "requestId": is_guid,
        "timestamp": is_moment,
        "elapsedMs": is_number,
        "tracing": is_bool,
        "missingVariable": lambda path, value: _choice(path, value, ("null", "throw")),
        "newline": lambda path, value: _choice(path, value, ("lf", "crlf")),
    }
)


def _choice(path: str, value: Any, choices: tuple[str, ...]) -> None:
    if value is not None and value not in choices:
        raise refuse(path, value, f"one of {', '.join(choices)}")


def check(data: Any) -> Optional[dict[str, Any]]:
    """Return the context when all of it has the forms told here. Raises ContextError."""
    if data is not None and not isinstance(data, dict):
        raise refuse("context", data, f"an object with {', '.join(CONTEXT.keys)}")
    CONTEXT("", data)
    return data
