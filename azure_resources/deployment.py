"""One deployment to a resource group, by its name: begun, followed to its end, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

from . import refusal
from .az import Az
from .clock import Clock
from .errors import AzError
from .inventory import short
from .patience import Patience
from .progress import ENDED, Progress, failed_modules, failures
from .redaction import redact

PENDING = ("Running", "Accepted")


class Deployment:
    """Deploy templates to `group` under one name: a second updates the first."""

    def __init__(
        self, az: Az, group: str, name: str, say: Callable[[str], None], clock: Clock
    ) -> None:
        self._az = az
        self._group = group
        self._name = name
        self._say = say
        self._clock = clock
        self._where = ("--resource-group", group, "--name", name)

    def preview(self, template: Path, values: Path) -> list[str]:
        """Return what a deployment of `template` would change, one line each (what-if)."""
        what = (*self._where, "--template-file", str(template), "--parameters", str(values))
        try:
            told = self._az.json("deployment", "group", "what-if", *what, "--no-pretty-print")
        except AzError as error:
            if not error.code:  # az 2.91 breaks down over a refused what-if and loses why
                self._az.run("deployment", "group", "validate", *what)
            raise
        return [
            f"{change['changeType']:<8}  {_described(change['resourceId'])}"
            for change in told["changes"] or []
        ]

    def begin(self, template: Path, values: Path) -> None:
        """Begin to deploy `template` with the parameter file `values`. Raises AzError.

        az lets the resource providers validate what they can see of the template before anything
        is created: not the parts that depend on what others become.
        """
        with self._told_that_it_goes_on(KeyboardInterrupt):
            self._az.run(
                *("deployment", "group", "create", *self._where, "--no-wait"),
                *("--template-file", str(template), "--parameters", str(values)),
            )

    def follow(self) -> Any:
        """Print what happens until the deployment has ended; return it as Azure shows it then."""
        progress, patience = Progress(), Patience(self._say, self._clock, "deployment")

        def look() -> Any:
            shown = self.show()
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

    def show(self) -> Any:
        """Return the deployment as Azure shows it. Raises AzError."""
        return self._az.json("deployment", "group", "show", *self._where)

    @property
    def running(self) -> bool:
        """Tell whether it was begun and has not ended."""
        try:
            return str(self.show()["properties"]["provisioningState"]) in PENDING
        except AzError as error:
            if error.not_found:
                return False
            raise

    def cancel(self) -> None:
        """Cancel the deployment, if it is running."""
        if self.running:
            self._say("a deployment is running: cancelling it")
            self._az.run("deployment", "group", "cancel", *self._where)

    def failure(self, shown: Any) -> str:
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

    def _operations(self, name: str) -> list[dict[str, Any]]:
        where = ("--resource-group", self._group, "--name", name)
        listed: list[dict[str, Any]] = self._az.json(
            "deployment", "operation", "group", "list", *where
        )
        return listed

    def _all_operations(self, progress: Progress) -> list[dict[str, Any]]:
        listed = self._operations(self._name)
        for name in progress.nested(listed):
            try:
                listed = listed + self._operations(name)
            except AzError as error:
                if not error.not_found:  # announced, but not begun
                    raise
        return listed

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


def _described(resource_id: str) -> str:
    provider, *steps = resource_id.rpartition("/providers/")[2].split("/")
    return f"{short('/'.join([provider, *steps[::2]]))}  {steps[-1]}"
