"""The management SDK's part: the key, the policy, the tier and the diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError
from azure.identity import AzureCliCredential
from azure.mgmt.apimanagement import ApiManagementClient
from azure.mgmt.apimanagement.models import PolicyContract

from azure_resources.account import Account
from azure_resources.redaction import redact
from local_processes import waiting

from ..errors import GatewayError, PolicyError
from ..target import Facts

API = "inference"  # infra/gateway/api.json
SIGN_IN_SECONDS = 60  # az, started for a token, may be slow the first time


class Management:
    """Read and change one API Management service."""

    def __init__(self, client: Any, group: str, service: str) -> None:
        self.client = client
        self.at = (group, service)

    @classmethod
    def connect(cls, account: Account, group: str, service: str) -> Management:
        """Use the sign-in of az, in the cloud az is set to."""
        credential = AzureCliCredential(
            subscription=account.subscription, process_timeout=SIGN_IN_SECONDS
        )
        client = ApiManagementClient(
            credential,
            account.subscription,
            base_url=account.arm,
            credential_scopes=[f"{account.arm}/.default"],
        )
        return cls(client, group, service)

    def key(self, subscription: str) -> str:
        """Return the primary key of an API Management subscription. Raises GatewayError."""
        with told("the subscription key cannot be read"):
            secrets = self.client.subscription.list_secrets
            return str(waiting.answer(lambda: secrets(*self.at, subscription)).primary_key)

    def policy(self) -> str:
        """Return the API's policy document, as it was put there. Raises GatewayError."""
        with told("the policy cannot be read"):
            policies = self.client.api_policy
            found = waiting.answer(lambda: policies.get(*self.at, API, "policy", format="rawxml"))
            return str(found.value)

    def put_policy(self, text: str, name: str) -> None:
        """Replace the API's policy by `text`, called `name` in errors.

        Raises PolicyError where API Management does not take the document, else GatewayError.
        """
        try:
            with told("the policy cannot be changed"):
                put, document = (
                    self.client.api_policy.create_or_update,
                    PolicyContract(value=text, format="rawxml"),
                )
                waiting.answer(lambda: put(*self.at, API, "policy", document))
        except GatewayError as error:
            cause = error.__cause__
            if isinstance(cause, HttpResponseError) and cause.status_code == 400:
                raise refused_policy(name, str(cause)) from cause
            raise

    def facts(self) -> Facts:
        """Return the tier and how many bytes of bodies the diagnostics in force log."""
        with told("the service cannot be read"):
            service, everywhere, here = waiting.answer(self._looked_at)
        # An API's diagnostic takes the place of the one with the same name for all APIs.
        names = {item.name for item in here}
        logged = {f"{item.name} (this API)": body_bytes(item) for item in here}
        logged.update(
            {f"{d.name} (all APIs)": body_bytes(d) for d in everywhere if d.name not in names}
        )
        return Facts(sku=str(service.sku.name), body_bytes=logged)

    def _looked_at(self) -> tuple[Any, list[Any], list[Any]]:
        """Return the service, its diagnostics for all APIs, and those for the lab's."""
        client = self.client
        return (
            client.api_management_service.get(*self.at),
            list(client.diagnostic.list_by_service(*self.at)),
            list(client.api_diagnostic.list_by_service(*self.at, API)),
        )


def body_bytes(diagnostic: Any) -> int:
    """Return the most bytes that a diagnostic logs of any body."""
    sides = (diagnostic.frontend, diagnostic.backend)
    messages = [part for side in sides if side for part in (side.request, side.response)]
    return max([m.body.bytes or 0 for m in messages if m and m.body], default=0)


def refused_policy(name: str, told: str) -> PolicyError:
    """Return what API Management says of a document: `Error in element 'x' on line 2, column 3`."""
    match = re.search(r"Error in element '([^']*)' on line (\d+), column \d+: ([^\n]*)", told)
    if match:
        return PolicyError(name, int(match[2]), match[1], match[3].strip())
    match = re.search(r"\bline (\d+)", told, re.IGNORECASE)
    return PolicyError(name, int(match[1]) if match else 1, "policies", redact(told.strip()))


@contextmanager
def told(what: str) -> Iterator[None]:
    """Raise what goes wrong in the block as a GatewayError that begins with `what`."""
    try:
        yield
    except ClientAuthenticationError as error:
        raise GatewayError(
            f"{what}: {redact(str(error.message))}\nNext: sign in with `az login`."
        ) from error
    except (HttpResponseError, ServiceRequestError) as error:
        raise GatewayError(f"{what}: {redact(str(error.message))}") from error
