"""What `context` holds while a request passes through the policies: plain data, cheap to build.

The names follow the C# members (https://learn.microsoft.com/azure/api-management/
api-management-policy-expressions#ContextVariables); expressions see them through the member tables
in `expressions/members/context.py`, policies use them as they are.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Optional, Union
from uuid import UUID

from policy_expressions.runtime.values import units
from policy_expressions.surroundings import (
    Api,
    Authorization,
    Backend,
    Certificate,
    Deployment,
    Foundry,
    Identity,
    LastError,
    Operation,
    PrivateEndpointConnection,
    Product,
    Subscription,
    User,
    Workspace,
)
from policy_expressions.urls import Url

__all__ = [
    "Api",
    "Authorization",
    "Backend",
    "Body",
    "Certificate",
    "Context",
    "Deployment",
    "Foundry",
    "Headers",
    "Identity",
    "LastError",
    "Limits",
    "Operation",
    "PrivateEndpointConnection",
    "Product",
    "Request",
    "Response",
    "Subscription",
    "Switches",
    "Url",
    "User",
    "Workspace",
]


class Headers:
    """Header names and their values in order; names ignore case and keep the first spelling."""

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._entries: dict[str, tuple[str, list[str]]] = {}
        for name, value in items:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """Append one value."""
        self._entries.setdefault(name.lower(), (name, []))[1].append(value)

    def set(self, name: str, values: Iterable[str]) -> None:
        """Replace every value of the name."""
        self._entries[name.lower()] = (name, list(values))

    def delete(self, name: str) -> None:
        """Forget the name, if it is there."""
        self._entries.pop(name.lower(), None)

    def get(self, name: str) -> Optional[list[str]]:
        """Return the values, None when the header is missing."""
        entry = self._entries.get(name.lower())
        return entry[1] if entry else None

    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """Yield every name once, with all its values."""
        yield from self._entries.values()

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield every name and value, as they go over the wire."""
        for name, values in self._entries.values():
            for value in values:
                yield name, value

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def __len__(self) -> int:
        return len(self._entries)


@dataclass
class Body:
    """A message body that was read whole; `As` consumes it unless told to preserve it."""

    data: bytes
    consumed: bool = False


@dataclass
class Request:
    """`context.Request`: url is where the request goes, original_url what the client asked for."""

    method: str
    url: Url
    original_url: Url
    ip_address: str = "127.0.0.1"
    headers: Headers = field(default_factory=Headers)
    body: Optional[Body] = None
    matched_parameters: Mapping[str, str] = field(default_factory=dict)
    certificate: Optional[Certificate] = None
    foundry: Optional[Foundry] = None
    private_endpoint_connection: Optional[PrivateEndpointConnection] = None


@dataclass
class Response:
    """`context.Response`, and what `send-request` leaves in a variable."""

    status_code: int
    status_reason: str = ""
    headers: Headers = field(default_factory=Headers)
    body: Optional[Body] = None


@dataclass(frozen=True)
class Switches:
    """Readings of APIM that nobody outside has settled; the defaults are the likelier ones.

    missing_variable: `null` or `throw`, what `context.Variables["missing"]` does.
    newline: how the lines of indented JSON end, `\\n` or `\\r\\n`.
    """

    missing_variable: str = "null"
    newline: str = "\n"


@dataclass(frozen=True)
class Limits:
    """What one evaluation may use: seconds (APIM stops after 5), and characters or items made."""

    seconds: float = 5.0
    characters: int = 64_000_000


def _request_id() -> UUID:
    """Return an id as uuid4 makes it, but one that might be guessed: that costs a request less."""
    return UUID(int=random.getrandbits(128), version=4)


@dataclass
class Context:
    """Everything an expression can see.

    Variables hold what `Expression.evaluate` returned, or a Python str, bool, int (32 bits), float
    or None. `elapsed` is in seconds; None means measured from the making of this object. `traces`
    is what `context.Trace` wrote.
    """

    request: Request
    response: Optional[Response] = None
    variables: dict[str, Any] = field(default_factory=dict)
    api: Optional[Api] = None
    operation: Optional[Operation] = None
    product: Optional[Product] = None
    subscription: Optional[Subscription] = None
    user: Optional[User] = None
    backend: Optional[Backend] = None
    workspace: Optional[Workspace] = None
    deployment: Deployment = field(default_factory=Deployment)
    last_error: Optional[LastError] = None
    request_id: UUID = field(default_factory=_request_id)
    timestamp: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    elapsed: Optional[float] = None
    tracing: bool = False
    traces: list[str] = field(default_factory=list)
    switches: Switches = field(default_factory=Switches)
    limits: Limits = field(default_factory=Limits)
    created: float = field(default_factory=time.monotonic)

    @classmethod
    def for_request(
        cls,
        method: str,
        url: str,
        headers: Optional[Mapping[str, Union[str, Iterable[str]]]] = None,
        body: Union[str, bytes, None] = None,
        *,
        variables: Optional[Mapping[str, Union[str, bool, int, float, None]]] = None,
        response: Optional[Response] = None,
    ) -> Context:
        """Return the context of a request; also called `Context.request`.

        headers: a text or several for each name. body: a text is sent as UTF-8. Raises ValueError
        when the url is no absolute http or https address.
        """
        address = Url.parse(url)
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError(
                f"'{url}' should be an address such as https://contoso.azure-api.net/a"
            )
        pairs = [
            (name, value)
            for name, values in (headers or {}).items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        data = body.encode("utf-8") if isinstance(body, str) else body
        held = None if data is None else Body(data)
        made = {n: units(v) if isinstance(v, str) else v for n, v in (variables or {}).items()}
        request = Request(method, address, Url.parse(url), headers=Headers(pairs), body=held)
        return cls(request, response=response, variables=made)

    def elapsed_seconds(self) -> float:
        """Return how long the request has been under way, in seconds."""
        return time.monotonic() - self.created if self.elapsed is None else self.elapsed


# The class makes one, each object has its own: `Context.request("GET", url).request.method`.
Context.request = Context.for_request  # type: ignore[assignment]
