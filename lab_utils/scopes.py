"""What an API in API Management runs with: its policies at every scope, and what they refer to.

Everything is read with the sign-in of `az`, by GET requests to Azure Resource Manager alone.
Source: https://learn.microsoft.com/azure/api-management/set-edit-policies#scopes
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Optional

import requests

from azure_resources.account import sign_in
from azure_resources.az import Az
from azure_resources.redaction import redact
from local_processes import waiting
from stream_probe import proxies

from .errors import GatewayError
from .target import Facts

VERSION = "2024-05-01"
# An operation that streams ends like this, or may be anything.
_STREAMING = re.compile(r"(completions|responses|messages|\*|\})/?$", re.IGNORECASE)
_FRAGMENT = re.compile(r"<include-fragment\b[^>]*\bfragment-id\s*=\s*[\"']([^\"']+)")


class Arm:
    """Get resources from Azure Resource Manager."""

    def __init__(self, session: requests.Session, address: str) -> None:
        self._session = session
        self._address = address

    def get(self, path: str, **query: str) -> Optional[dict[str, Any]]:
        """Return a resource, None where there is none. Raises GatewayError."""
        return self._at(f"{self._address}{path}", {"api-version": VERSION, **query})

    def all(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield every resource of a collection. Raises GatewayError."""
        page = self.get(path)
        while page:
            yield from page.get("value", ())
            following = str(page.get("nextLink") or "")
            page = self._at(following, {}) if following.startswith(self._address) else None

    def _at(self, url: str, query: Mapping[str, str]) -> Optional[dict[str, Any]]:
        try:
            answer = waiting.answer(lambda: self._session.get(url, params=query, timeout=60))
            body = answer.json()
        except (requests.RequestException, ValueError):
            raise GatewayError(
                f"Azure Resource Manager cannot be read at {self._address}"
                f"{proxies.hint(self._address)}"
            ) from None
        if answer.status_code == 404:
            return None
        if not answer.ok:
            error = body.get("error", {})
            told = redact(f"{error.get('code', answer.status_code)}: {error.get('message', '')}")
            raise GatewayError(f"the service cannot be read: {told}")
        return dict(body)


def read(az: Az, api: str) -> Facts:
    """Return what is in force for the API with the resource id `api`.

    Raises AzError where az is not signed in, and GatewayError where a right is missing or the API
    is not there.
    """
    subscription, service = api.split("/")[2], api.partition("/apis/")[0]
    account = sign_in(az, "the lab", subscription)
    token = az.of(account.subscription).json("account", "get-access-token")["accessToken"]
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        arm = Arm(session, account.arm)
        found = arm.get(service)
        if found is None or arm.get(api) is None:
            raise GatewayError(f"LAB_APIM_ID: there is no {api if found else service}")
        documents = dict(_documents(arm, service, api))
        return Facts(
            sku=str(found["sku"]["name"]),
            body_bytes=_body_bytes(arm, service, api),
            policies=documents,
            fragments=_fragments(arm, service, documents),
            named_values=dict(_named_values(arm, service)),
        )


def _documents(arm: Arm, service: str, api: str) -> Iterator[tuple[str, str]]:
    """Yield scope and document, outermost first; a scope without a document is left out."""
    scopes = {"global": service}
    for product in arm.all(f"{api}/products"):
        scopes[f"product {product['name']}"] = f"{service}/products/{product['name']}"
    scopes["API"] = api
    for operation in arm.all(f"{api}/operations"):
        if _STREAMING.search(str(operation["properties"].get("urlTemplate", "*"))):
            scopes[f"operation {operation['name']}"] = f"{api}/operations/{operation['name']}"
    for scope, path in scopes.items():
        policy = arm.get(f"{path}/policies/policy", format="rawxml")
        if policy is not None:
            yield scope, str(policy["properties"]["value"])


def _fragments(arm: Arm, service: str, documents: Mapping[str, str]) -> dict[str, str]:
    """Return the fragments that the documents include, and those that these include."""
    found: dict[str, str] = {}
    wanted = [name for text in documents.values() for name in _FRAGMENT.findall(text)]
    while wanted:
        name = wanted.pop()
        if name not in found and re.fullmatch(r"[\w.-]+", name):
            fragment = arm.get(f"{service}/policyFragments/{name}", format="rawxml")
            if fragment is not None:
                found[name] = str(fragment["properties"]["value"])
                wanted += _FRAGMENT.findall(found[name])
    return found


def _named_values(arm: Arm, service: str) -> Iterator[tuple[str, Optional[str]]]:
    """Yield name and value; of a secret, or one that lies in a key vault, None."""
    for item in arm.all(f"{service}/namedValues"):
        properties = item["properties"]
        hidden = properties.get("secret") or properties.get("keyVault")
        yield str(properties["displayName"]), None if hidden else properties.get("value")


def _body_bytes(arm: Arm, service: str, api: str) -> dict[str, int]:
    # An API's diagnostic takes the place of the one with the same name for all APIs.
    here = {item["name"]: item["properties"] for item in arm.all(f"{api}/diagnostics")}
    logged = {f"{name} (this API)": _most_bytes(found) for name, found in here.items()}
    for item in arm.all(f"{service}/diagnostics"):
        if item["name"] not in here:
            logged[f"{item['name']} (all APIs)"] = _most_bytes(item["properties"])
    return logged


def _most_bytes(diagnostic: Mapping[str, Any]) -> int:
    sides = (diagnostic.get(side) or {} for side in ("frontend", "backend"))
    messages = (side.get(part) or {} for side in sides for part in ("request", "response"))
    return max(int((message.get("body") or {}).get("bytes") or 0) for message in messages)
