"""What `context` holds while a request passes through the policies: plain data, cheap to build.

The names follow the C# members (https://learn.microsoft.com/azure/api-management/
api-management-policy-expressions#ContextVariables); expressions see them through the member tables
in `expressions/members/context.py`, policies use them as they are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Optional, Union
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from policy_expressions.runtime.values import units


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
class Url:
    """A URL in parts; path and query as sent (escaped), the query without its question mark."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> Url:
        """Split an absolute URL."""
        parts = urlsplit(text)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(parts.scheme, parts.hostname or "", port, parts.path or "/", parts.query)

    def __str__(self) -> str:
        default = {"http": 80, "https": 443}.get(self.scheme)
        port = "" if self.port == default else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{query}"


@dataclass
class Body:
    """A message body that was read whole; `As` consumes it unless told to preserve it."""

    data: bytes
    consumed: bool = False


@dataclass(frozen=True)
class Certificate:
    """A certificate, perhaps with its key: DER, PEM or PKCS #12, which stay out of the repr."""

    data: bytes = field(repr=False)
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class PrivateEndpointConnection:
    """`context.Request.PrivateEndpointConnection`."""

    name: str = ""
    group_id: str = ""
    member_name: str = ""


@dataclass(frozen=True)
class Foundry:
    """`context.Request.Foundry`: the model deployment that a request to Foundry names."""

    deployment: str


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
class Api:
    """`context.Api`."""

    id: str
    name: str
    path: str = ""
    revision: str = "1"
    version: Optional[str] = None
    service_url: Optional[Url] = None
    is_current_revision: bool = True
    protocols: tuple[str, ...] = ("https",)


@dataclass(frozen=True)
class Operation:
    """`context.Operation`."""

    id: str
    name: str
    method: str
    url_template: str


@dataclass(frozen=True)
class Product:
    """`context.Product`."""

    id: str
    name: str
    subscription_limit: Optional[int] = None
    groups: tuple[str, ...] = ()
    apis: tuple[Api, ...] = ()


@dataclass(frozen=True)
class Subscription:
    """`context.Subscription`; the keys stay out of the repr."""

    id: str
    name: str
    key: str = field(default="", repr=False)
    primary_key: str = field(default="", repr=False)
    secondary_key: str = field(default="", repr=False)
    created_date: Optional[datetime] = None


@dataclass(frozen=True)
class Identity:
    """One of `context.User.Identities`: how the user signs in."""

    id: str
    provider: str


@dataclass(frozen=True)
class Backend:
    """`context.Backend`: where the request goes; type is `Single` or `Pool`."""

    id: str = ""
    type: str = "Single"
    azure_region: str = ""


@dataclass(frozen=True)
class Workspace:
    """`context.Workspace`."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class User:
    """`context.User`."""

    id: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    note: str = ""
    registration_date: Optional[datetime] = None
    groups: tuple[str, ...] = ()
    identities: tuple[Identity, ...] = ()


@dataclass(frozen=True)
class Deployment:
    """`context.Deployment`."""

    region: str = "local"
    service_id: str = "local"
    service_name: str = "localhost"
    instance_id: str = "0"
    certificates: Mapping[str, Certificate] = field(default_factory=dict)


@dataclass(frozen=True)
class LastError:
    """`context.LastError`, set when a policy has failed."""

    source: str
    reason: str
    message: str
    scope: str = ""
    section: str = ""
    path: str = ""
    policy_id: str = ""


@dataclass(frozen=True)
class Authorization:
    """What `get-authorization-context` leaves in a variable; the token stays out of the repr."""

    access_token: str = field(repr=False)


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
    request_id: UUID = field(default_factory=uuid4)
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
