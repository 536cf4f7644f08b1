"""What is around a request: its API, product, subscription, user, backend, deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Optional

from policy_expressions.urls import Url


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
