"""A gateway that the reader already has: looked at and used, never changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Optional
from urllib.parse import urlsplit

import requests

from azure_resources.az import Runner
from local_processes import waiting
from stream_probe import proxies

from . import refused, scopes
from .boundary import lab_errors
from .cloud.next_steps import az
from .errors import GatewayError
from .secret import Secret
from .settings import Settings
from .target import Deployment, Facts

_WHO = "existing gateway"


class ExistingTarget:
    """Point the lab at LAB_GATEWAY_URL: an API Management, or anything that speaks Azure OpenAI.

    With LAB_APIM_ID and a sign-in of `az`, policies, tier and diagnostics can be read, too.
    """

    def __init__(
        self, settings: Settings, say: Callable[[str], None], run: Optional[Runner] = None
    ) -> None:
        self._settings = settings
        self._say = say
        self._run = run
        self._found: Optional[Facts] = None

    def create_resource_group(self) -> None:
        """Say that none is created."""
        self._say(f"{_WHO}: no resource group is created")

    def preview(self) -> list[str]:
        """Tell that nothing would change."""
        return [f"{_WHO}: nothing would change, {self._url} is only used"]

    def deploy(self) -> Deployment:
        """Deploy nothing; look whether the gateway is there and takes the key.

        The request has no messages, so that no model works and nothing is charged. Raises
        GatewayError where nobody answers or the key, the address or the deployment is refused.
        """
        deployment = self.reach()
        url = (
            f"{self._url}/openai/deployments/{deployment.deployment}/chat/completions"
            f"?api-version={self._settings.api_version}"
        )
        try:
            answer = waiting.answer(lambda: _asked(url, deployment.api_key))
        except requests.RequestException:
            raise GatewayError(
                f"nobody answers at {self._url}: see to LAB_GATEWAY_URL and the network"
                f"{proxies.hint(url)}"
            ) from None
        if answer.status_code in (401, 403, 404) or answer.is_redirect:
            raise GatewayError(f"{self._url}: {refused.told(answer.status_code, answer.text)}")
        if answer.status_code not in (200, 400, 422):  # it may be better when a cell asks again
            self._say(f"{_WHO}: {refused.told(answer.status_code, answer.text)}")
        self._say(f"{_WHO}: nothing is deployed, {self._url} is used as it is")
        return deployment

    def reach(self) -> Deployment:
        """Return how to reach the gateway, without asking it."""
        if urlsplit(self._url).hostname in proxies.LOOPBACK:
            bypassed = proxies.bypass(os.environ)
            if bypassed:
                self._say(bypassed)
        key = self._settings.gateway_key or Secret("")
        return Deployment(
            gateway_url=self._url,
            api_key=key.reveal(),
            deployment=self._settings.model,
            backends=(),
        )

    @lab_errors()
    def policy(self) -> str:
        """Return the API's own policy document. Raises AzError and GatewayError."""
        facts = self.facts()
        if "API" not in facts.policies:
            raise GatewayError(
                "the policy of an existing gateway is read where LAB_APIM_ID names the API in "
                "API Management and `az login` has signed in; or name a file"
                if not self._settings.apim_id
                else f"{self._settings.apim_id} has no policy of its own"
            )
        return facts.policies["API"]

    def put_policy(self, text: str, name: str) -> None:
        """Say that the policy stays as it is."""
        self._say(f"{_WHO}: its policy stays as it is, {name} is not applied")

    @lab_errors()
    def facts(self) -> Facts:
        """Return what is in force, as far as it can be read. Raises AzError and GatewayError."""
        if self._found is None and self._settings.apim_id:
            self._found = scopes.read(az(self._run, self._say), self._settings.apim_id)
        return self._found or Facts(sku="", body_bytes={})

    def resources(self) -> list[str]:
        """Return nothing: the lab has created nothing."""
        return []

    def remove(self, confirm: str = "") -> None:
        """Say that nothing is removed."""
        self._say(f"{_WHO}: nothing is removed")

    @property
    def _url(self) -> str:
        return self._settings.gateway_url or ""


def _asked(url: str, key: str) -> requests.Response:
    with proxies.session(url) as session:
        return session.post(
            url,
            headers={"api-key": key},
            json={"messages": []},
            timeout=60,
            allow_redirects=False,
        )
