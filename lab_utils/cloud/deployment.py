"""Deploys infra/main.bicep through az, and follows the deployment to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Callable, TypeVar

from azure_resources import refusal
from azure_resources.az import Az
from azure_resources.clock import Clock
from azure_resources.errors import AzError
from azure_resources.inventory import short
from azure_resources.patience import Patience
from azure_resources.progress import ENDED, Progress, failed_modules, failures
from azure_resources.redaction import redact

from ..errors import DeployError
from ..settings import Settings
from . import template
from .parameters import parameter_file
from .state import Record

NAME = "response-streaming"  # of the deployment, with the lab's id: a second updates the first
PENDING = ("Running", "Accepted")

Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Outputs:
    """Hold the outputs of infra/main.bicep; apim_name is apimName there."""

    apim_name: str
    gateway_url: str
    api_path: str
    subscription_name: str
    deployment_name: str
    mock_app_name: str  # empty where Azure OpenAI answers
    mock_url: str

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the output's name for each field."""
        words = {item.name: item.name.split("_") for item in fields(cls)}
        return {
            field: first + "".join(word.title() for word in rest)
            for field, (first, *rest) in words.items()
        }


class Deployer:
    """Deploy the template of one lab, again and again."""

    def __init__(self, az: Az, settings: Settings, lab: Record, say: Say, clock: Clock) -> None:
        self._az = az
        self._settings = settings
        self._lab = lab
        self._say = say
        self._clock = clock
        self._name = f"{NAME}-{lab.id}"  # labs may share a group
        self._where = ("--resource-group", lab.group, "--name", self._name)

    def preview(self) -> list[str]:
        """Return what a deployment would change, one line each (what-if)."""
        told = self._with_template(self._what_if)
        return [
            f"{change['changeType']:<8}  {_described(change['resourceId'])}"
            for change in told["changes"] or []
        ]

    def _what_if(self, file: Path) -> Any:
        with parameter_file(self._settings, self._lab) as values:
            what = (*self._where, "--template-file", str(file), "--parameters", str(values))
            try:
                return self._az.json("deployment", "group", "what-if", *what, "--no-pretty-print")
            except AzError as error:
                if not error.code:  # az 2.91 breaks down over a refused what-if and loses why
                    self._az.run("deployment", "group", "validate", *what)
                raise

    def deploy(self) -> Outputs:
        """Deploy and wait. Raises AzError where Azure refuses, DeployError where it fails.

        az lets the resource providers validate what they can see of the template before anything
        is created: not the parts that depend on what others become.
        """
        if self._state() in PENDING:
            self._say("a deployment that was begun before is still running; following it first")
            self._follow()
        self._with_template(self._begin)
        self._say(
            "deployment started; API Management takes minutes, a classic tier most of an hour"
        )
        shown = self._follow()
        if shown["properties"]["provisioningState"] != "Succeeded":
            raise DeployError(self._failure(shown))
        return read_outputs(shown)

    def _begin(self, file: Path) -> None:
        going_on = self._told_that_it_goes_on(KeyboardInterrupt)
        with parameter_file(self._settings, self._lab) as values, going_on:
            self._az.run(
                *("deployment", "group", "create", *self._where, "--no-wait"),
                *("--template-file", str(file), "--parameters", str(values)),
            )

    def _with_template(self, use: Callable[[Path], T]) -> T:
        """Use the Bicep source, or, where there is no compiler, what was compiled of it."""
        try:
            return use(template.SOURCE)
        except AzError as error:
            if error.code != refusal.NO_BICEP:
                raise
            stale = template.changed()
            if stale:
                raise DeployError(
                    f"{error.reason}\ninfra/main.json, kept for machines without Bicep, does not "
                    f"hold your changes of {', '.join(stale)}.\nNext: install Bicep, as "
                    "docs/azure.md tells, or undo these changes."
                ) from error
            self._say(
                f"no Bicep here ({error.message.splitlines()[0]}): deploying infra/main.json, "
                "which was compiled of the same files"
            )
            return use(template.COMPILED)

    def outputs(self) -> Outputs:
        """Return the outputs of the last deployment. Raises DeployError where there is none."""
        try:
            return read_outputs(self._show())
        except AzError as error:
            if error.not_found:
                raise DeployError("nothing is deployed in this group: run lab.deploy()") from error
            raise

    def cancel(self) -> None:
        """Cancel the deployment, if it is running."""
        if self._state() in PENDING:
            self._say("a deployment is running: cancelling it")
            self._az.run("deployment", "group", "cancel", *self._where)

    def _show(self) -> Any:
        return self._az.json("deployment", "group", "show", *self._where)

    def _state(self) -> str:
        try:
            return str(self._show()["properties"]["provisioningState"])
        except AzError as error:
            if error.not_found:
                return ""
            raise

    def _operations(self, name: str) -> list[dict[str, Any]]:
        group = self._lab.group
        listed: list[dict[str, Any]] = self._az.json(
            "deployment", "operation", "group", "list", "--resource-group", group, "--name", name
        )
        return listed

    def _follow(self) -> Any:
        """Print what happens until the deployment has ended; return it as Azure shows it then."""
        progress, patience = Progress(), Patience(self._say, self._clock, "deployment")

        def look() -> Any:
            shown = self._show()
            return shown, progress.lines(self._all_operations(progress), patience.seconds)

        with self._told_that_it_goes_on(KeyboardInterrupt, AzError):
            while True:
                answer = patience.ask(look)
                if answer:
                    shown, lines = answer
                    for line in lines:
                        patience.tell(line)
                    state = shown["properties"]["provisioningState"]
                    if state in ENDED:
                        self._say(f"{state:<9}  deployment  {self._name}  {patience.seconds:.2f} s")
                        return shown
                patience.pause()

    def _all_operations(self, progress: Progress) -> list[dict[str, Any]]:
        listed = self._operations(self._name)
        for name in progress.nested(listed):
            try:
                listed = listed + self._operations(name)
            except AzError as error:
                if not error.not_found:  # announced, but not begun
                    raise
        return listed

    def _failure(self, shown: Any) -> str:
        """Return which resource failed and why, with the next step for each."""
        operations = self._operations(self._name)
        for name in failed_modules(operations):
            operations = operations + self._operations(name)
        state = shown["properties"]["provisioningState"]
        told = [f"the deployment ended as {state}; a new run continues where it stopped"]
        whole = shown["properties"].get("error")
        for resource, error in failures(operations) or ([(self._name, whole)] if whole else []):
            cause = refusal.error(error)
            told.append(f"{resource}: {redact(cause.told)}")
            step = self._az.next_step(cause.code)
            if step:
                told.append(f"Next: {step}.")
        return "\n".join(told)

    @contextmanager
    def _told_that_it_goes_on(self, *ends: type[BaseException]) -> Iterator[None]:
        try:
            yield
        except ends:
            stop = self._az.text("deployment", "group", "cancel", *self._where)
            self._say(
                "no longer watching; a deployment that has begun goes on in Azure: run the cell "
                f"again to follow it, or stop it with: {stop}"
            )
            raise


def read_outputs(shown: Any) -> Outputs:
    """Return a deployment's outputs. Raises DeployError where one is missing."""
    given = shown["properties"].get("outputs") or {}
    names = Outputs.names()
    missing = [name for name in names.values() if name not in given]
    if missing:
        raise DeployError(
            f"the last deployment gave no {', '.join(missing)}: run lab.deploy() until it succeeds"
        )
    return Outputs(**{field: given[name]["value"] for field, name in names.items()})


def _described(resource_id: str) -> str:
    provider, *steps = resource_id.rpartition("/providers/")[2].split("/")
    return f"{short('/'.join([provider, *steps[::2]]))}  {steps[-1]}"
