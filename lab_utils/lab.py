"""The one object a notebook holds: deploys the lab on its target and says how to reach it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

import requests

from local_processes import waiting
from stream_probe import proxies
from stream_probe.probing import probe
from stream_probe.report import Report
from stream_probe.sending import Where, completions

from . import refused
from .boundary import lab_errors
from .errors import LabError
from .existing import ExistingTarget
from .secret import Secret
from .settings import PROJECT, Settings
from .target import Deployment, Facts, Target

if TYPE_CHECKING:
    from .check import Checked
    from .stream import Recording
    from .trace import Trace

LOG_SECONDS = 5.0


class Lab:
    """Deploy, reach, change and remove one lab: on loopback, in Azure, or a gateway there is."""

    def __init__(
        self, settings: Settings, target: Target, say: Callable[[str], None] = print
    ) -> None:
        self.settings = settings
        self._target = target
        self._say = say
        self._deployment: Optional[Deployment] = None

    @classmethod
    def from_env(cls, env: Optional[Mapping[str, str]] = None) -> Lab:
        """Choose the target from `.env` and the environment. Raises ConfigError."""
        settings = Settings.from_env(env)
        return cls(settings, _target(settings))

    @classmethod
    def on_this_machine(cls) -> Lab:
        """Return a lab on loopback, whatever LAB_TARGET says. Raises ConfigError."""
        settings = replace(Settings.from_env(), target="local")
        return cls(settings, _target(settings))

    def __repr__(self) -> str:
        deployed = self._deployment
        where = deployed.gateway_url if deployed else "not deployed yet"
        if deployed and not deployed.answers():
            where += " does not answer: run lab.deploy() again"
        return f"<Lab on target {self.settings.target}: {where}>"

    def create_resource_group(self) -> None:
        """Create what holds the lab's resources, where the target needs that."""
        self._target.create_resource_group()

    def preview(self) -> list[str]:
        """Tell what `deploy` would change, one line each, without changing it."""
        return self._target.preview()

    def deploy(self) -> None:
        """Bring the lab to the declared state, with progress. Raises DeployError."""
        self._deployment = self._target.deploy()

    @property
    def gateway_url(self) -> str:
        """Return the gateway's address, without a slash at the end."""
        return self._deployed.gateway_url

    @property
    def api_key(self) -> Secret:
        """Return the subscription key, masked; `.reveal()` gives it to a client."""
        return Secret(self._deployed.api_key)

    @property
    def model(self) -> str:
        """Return the name of the model deployment."""
        return self._deployed.deployment

    @property
    def api_version(self) -> str:
        """Return the version of Azure OpenAI's API that the lab asks for."""
        return self.settings.api_version

    def scenarios(self, *wanted: str) -> list[str]:
        """Return the scenarios that the model behind the gateway can play.

        All of `wanted` where it is the lab's mock, which `GET /` of the mock explains; none where
        it is a real one, and a line says so. Send each in the header x-mock-scenario.
        """
        if self._deployed.plays_scenarios:
            return list(wanted)
        self._say(f"A real model plays no scenarios; only the mock shows: {', '.join(wanted)}")
        return []

    def service_log(self) -> list[dict[str, Any]]:
        """Return what the mocks tell of each stream they sent; `id` is its apim-request-id.

        A stream that is still under way is waited for, five seconds at most: who has just left it
        wants to read how it ended. Empty where the model does not tell.
        """
        deadline = time.monotonic() + LOG_SECONDS
        while True:
            answers = [waiting.answer(partial(_got, url)) for url in self._deployed.logs]
            streams = [stream for answer in answers for stream in answer.json()["streams"]]
            running = any(stream["ended"] == "running" for stream in streams)
            if not running or time.monotonic() > deadline:
                return streams
            time.sleep(0.02)

    def apply_policy(self, file: str) -> None:
        """Let the gateway run the policy document `file`, a path from the project's folder.

        Raises PolicyError, with file, line and name, when the gateway refuses the document.
        """
        self._deployed  # noqa: B018 - ask for a deployment before reading the file
        self._target.put_policy(_document(file), file)

    def check_streaming(self, file: str = "") -> Checked:
        """Tell what the deployed policy, or the document `file`, does to a stream, and why.

        A file needs no deployment; without one, tier and diagnostics are not known. Raises
        LabError where the file cannot be read.
        """
        if not file:
            self._deployed  # noqa: B018 - it is the deployed policy that is wanted
            return _deployed_policies(self._target)
        from . import check  # with the engine, which the other cells can do without

        known = self._deployment is not None and self.settings.target == "azure"
        facts = self._target.facts() if known else Facts(sku="", body_bytes={})
        return check.of_document(_document(file), file, facts)

    @lab_errors()
    def probe(
        self,
        *,
        url: str = "",
        question: str = "",
        stream: bool = True,
        seen: Optional[Recording] = None,
        headers: Optional[Mapping[str, str]] = None,
        key_header: str = "api-key",
    ) -> Report:
        """Send one streamed request, two at most, and tell from its arrival what happened to it.

        It costs a few hundred tokens and says so first. `url` replaces the gateway's address;
        `question` the built-in one; `seen`, a Recording of your own client, is compared with the
        wire; `stream=False` shows what an answer is like that was not asked to stream. Raises
        GatewayError where nobody answers.
        """
        where = Where(
            completions(url or self.gateway_url, self.model, self.api_version),
            self._deployed.api_key,
            key_header,
            headers or {},
        )
        return waiting.answer(
            lambda: probe(
                where,
                self.model,
                self._say,
                question=question,
                stream=stream,
                seen=seen,
                refused=refused.told,
            )
        )

    def trace(self, question: str = "Count to 30.") -> Optional[Trace]:
        """Send one streamed request and tell what each policy did, and when each piece went out.

        Where the target hands out traces; None elsewhere, and a line says so. Raises GatewayError.
        """
        reached = self._deployed
        if not reached.management:
            self._say(
                "Only the lab's own gateway shows its traces here; in Azure, the portal does: "
                "API Management, APIs, Test, Trace."
            )
            return None
        from .trace import take  # with the engine, which the other cells can do without

        url = completions(self.gateway_url, self.model, self.api_version)
        key = reached.api_key
        return waiting.answer(lambda: take(reached.management, url, key, question))

    def resources(self) -> list[str]:
        """List what exists now, one line each; empty when nothing is left."""
        return self._target.resources()

    def remove(self, confirm: str = "") -> None:
        """Remove everything `resources` lists; what is gone already counts as done.

        In Azure `confirm` must be the name of the resource group. Raises ConfigError where it is
        not and DeployError where something is left.
        """
        self._target.remove(confirm)
        self._deployment = None

    @property
    def _deployed(self) -> Deployment:
        if self._deployment is None:  # a new kernel: the lab may stand all the same
            self._deployment = self._target.reach()
        return self._deployment


def _got(url: str) -> requests.Response:
    with proxies.direct() as session:
        return session.get(url, timeout=30)


def _document(file: str) -> str:
    path = PROJECT / file
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LabError(f"{path}: {error.strerror}; name a policy document in infra/") from error


def _deployed_policies(target: Target) -> Checked:
    """Check the policies in force, of every scope where they can be read."""
    from . import check

    try:
        facts = target.facts()
        if facts.policies:
            return check.of_scopes(facts)
        return check.of_document(target.policy(), "deployed policy", facts)
    except LabError as error:
        if not isinstance(target, ExistingTarget):
            raise
        return check.unread(str(error).splitlines()[0])


def _target(settings: Settings) -> Target:
    if settings.target == "existing":
        return ExistingTarget(settings, say=print)
    if settings.target == "azure":
        from .cloud.target import AzureTarget

        return AzureTarget(settings, say=print)
    from .local.target import LocalTarget

    return LocalTarget(settings, say=print)
