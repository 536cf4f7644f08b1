"""Who calls: the subscription that a key belongs to, its product and its user."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

from apim_gateway.errors import ConfigError
from apim_gateway.reading import files
from apim_gateway.serving.secret import same
from policy_expressions.context import Subscription, User

FORM = (
    '{"team-a": {"key": "...", "product": "gold", "user": {"id": "ada", "email": "ada@example.com"'
    "}}}, where product and user may be left out"
)
USER = ("id", "email", "firstName", "lastName", "note")


@dataclass(frozen=True)
class Caller:
    """Hold what a subscription key stands for; without a product it is to all APIs."""

    subscription: Subscription
    product: str = ""
    user: Optional[User] = None


class Callers:
    """Find who a key belongs to."""

    def __init__(self, callers: Collection[Caller]) -> None:
        self._callers = tuple(callers)

    def find(self, key: str) -> Optional[Caller]:
        """Return the caller of a key, in a time that does not tell how much of a key is right."""
        found = [each for each in self._callers if same(key, each.subscription.primary_key)]
        return found[0] if found else None


def caller(name: str, key: str, of: str = "", user: Optional[User] = None) -> Caller:
    """Return the caller of one subscription, to a product or to all APIs."""
    return Caller(subscription(name, name, key), of, user)


def subscription(name: str, display_name: str, key: str) -> Subscription:
    """Return a subscription as policies see it; it was created just now."""
    return Subscription(name, display_name, key, key, created_date=datetime.now(timezone.utc))


def load(file: Path, products: Collection[str]) -> list[Caller]:
    """Return the callers that a JSON file lists. Raises ConfigError without telling a key."""
    try:
        listed = json.loads(files.read(file))
    except (ValueError, RecursionError):
        raise ConfigError(f"{file} is not JSON: it should be such as {FORM}") from None
    if not isinstance(listed, dict):
        raise ConfigError(f"{file} should be JSON such as {FORM}")
    found = [_caller(str(file), name, item, products) for name, item in listed.items()]
    keys = [each.subscription.primary_key for each in found]
    for each in found:
        if keys.count(each.subscription.primary_key) > 1:
            raise ConfigError(f"{file}: {each.subscription.id}: another subscription has that key")
    return found


def _caller(file: str, name: str, item: Any, products: Collection[str]) -> Caller:
    if not isinstance(item, dict) or not _is_text(item.get("key")):
        raise ConfigError(f"{file}: {name}: needs a key; the file should be such as {FORM}")
    unknown = sorted(set(item) - {"key", "product", "user"})
    if unknown:
        raise ConfigError(f"{file}: {name}: {unknown[0]}: unknown; it may be key, product, user")
    of = item.get("product", "")
    if of and of not in products:
        known = ", ".join(sorted(products)) or "none"
        raise ConfigError(
            f"{file}: {name}: no product {of!r} is known ({known}); give it with --product {of}"
        )
    return caller(name, item["key"], of, _user(file, name, item.get("user")))


def _user(file: str, name: str, given: Any) -> Optional[User]:
    if given is None:
        return None
    if not isinstance(given, dict) or not _is_text(given.get("id")):
        raise ConfigError(f"{file}: {name}: user: needs an id; the file should be such as {FORM}")
    fields: Mapping[str, Any] = given
    for key, value in fields.items():
        wanted = isinstance(value, list) if key == "groups" else isinstance(value, str)
        if key not in (*USER, "groups") or not wanted:
            may = ", ".join((*USER, "groups (a list)"))
            raise ConfigError(f"{file}: {name}: user: {key}: unknown or no text; it may be {may}")
    return User(
        fields["id"],
        email=fields.get("email", ""),
        first_name=fields.get("firstName", ""),
        last_name=fields.get("lastName", ""),
        note=fields.get("note", ""),
        registration_date=datetime.now(timezone.utc),
        groups=tuple(map(str, fields.get("groups", ()))),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
