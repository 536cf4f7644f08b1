"""Deployments: checked, previewed, carried out some steps each time somebody asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Callable

from .errors import ArmError
from .expressions import TemplateError
from .groups import Groups
from .messages import Answer, Request, Routes
from .operations import SOON, Operations
from .resources import Resources
from .rights import Rights
from .template import NESTED, Place, Run

BEGIN = datetime(2026, 1, 1)


class Deployments:
    """Carry deployments out; `pace` is how many steps one question moves them on."""

    def __init__(
        self,
        subscription: str,
        groups: Groups,
        resources: Resources,
        operations: Operations,
        rights: Rights,
        done: Callable[[], None],
    ) -> None:
        self.pace = 40  # a few questions: each is a command of az
        self.preflight: dict[str, ArmError] = {}  # by type: what validation of one would tell
        self.bodies: list[bytes] = []
        self._runs: dict[tuple[str, str], Run] = {}
        self._steps: dict[tuple[str, str], Iterator[None]] = {}
        self._subscription = subscription
        self._groups = groups
        self._resources = resources
        self._operations = operations
        self._rights = rights
        self._done = done  # called when a deployment has succeeded
        groups.on_delete.append(self._forget)

    def routes(self, routes: Routes) -> None:
        """Add the routes of deployments; the az command for operations uses a shorter path."""
        group = f"/subscriptions/{self._subscription}/resourcegroups/{{group}}"
        path = f"{group}/providers/Microsoft.Resources/deployments/{{name}}"
        routes.add("POST", path + "/validate", self._validate)
        routes.add("POST", path + "/whatIf", self._preview)
        routes.add("GET", path + "/operations", self._list)
        routes.add("GET", group + "/deployments/{name}/operations", self._list)
        routes.add("GET", path + "/operationStatuses/{key}", self._status)
        routes.add("GET", path, self._show)
        routes.add("PUT", path, self._put)
        routes.add("POST", path + "/cancel", self._cancel)

    def _forget(self, group: str) -> None:
        for key in [key for key in self._runs if key[0] == group.lower()]:
            del self._runs[key], self._steps[key]

    def _run(self, request: Request, group: str, name: str, partial: bool = False) -> Run:
        properties = read_body(request.body)["properties"]
        self.bodies.append(request.body)
        found = self._groups.get(group)
        place = Place(self._subscription, found["name"], found["location"])
        given = {key: item["value"] for key, item in properties.get("parameters", {}).items()}
        try:
            run = Run(name, properties["template"], given, place, self._resources, partial=partial)
        except TemplateError as error:
            raise ArmError(
                400, "InvalidTemplate", f"Deployment template validation failed: '{error}'"
            ) from error
        return run

    def _validated(self, request: Request, group: str, name: str) -> tuple[Run, _Planned]:
        """Return what a deployment would do, as far as it can be seen before it is begun."""
        run = self._run(request, group, name, partial=True)
        run.provider = planned = _Planned(self._resources, self._rights)
        for _ in run.steps():
            pass
        found = [
            self.preflight[item["type"]]
            for item in planned.resources
            if item["type"] in self.preflight
        ]
        causes = [error.body for error in [*planned.errors, *found]]
        if causes:
            raise ArmError(
                400,
                "InvalidTemplateDeployment",
                f"The template deployment '{name}' is not valid according to the validation "
                "procedure. See inner errors for details.",
                causes,
            )
        return run, planned

    def _validate(self, request: Request, group: str, name: str) -> Answer:
        run, _ = self._validated(request, group, name)
        return Answer(200, _shown(run, "Succeeded"))

    def _preview(self, request: Request, group: str, name: str) -> Answer:
        _, planned = self._validated(request, group, name)
        changes = [
            {
                "resourceId": item["id"],
                "changeType": "NoChange" if self._resources.find(item["id"]) else "Create",
                "after": item,
            }
            for item in planned.resources
        ]
        result = {"status": "Succeeded", "properties": {"changes": changes}}
        return self._operations.begin(request, lambda: result)

    def _put(self, request: Request, group: str, name: str) -> Answer:
        key = (group.lower(), name.lower())
        active = self._runs.get(key)
        if active and active.state == "Running":
            raise ArmError(
                409,
                "DeploymentActive",
                f"The deployment with resource id '{active.id}' cannot be saved, because this "
                "would overwrite an existing deployment which is still active.",
            )
        run = self._run(request, group, name)
        self._runs[key], self._steps[key] = run, run.steps()
        status = f"{request.base}{run.id}/operationStatuses/1?api-version=2025-04-01"
        return Answer(201, _shown(run), {"Azure-AsyncOperation": status, **SOON})

    def _find(self, group: str, name: str) -> tuple[Run, tuple[str, str]]:
        for key, run in self._runs.items():
            found = run.find(name) if key[0] == group.lower() else None
            if found:
                return found, key
        raise ArmError(404, "DeploymentNotFound", f"Deployment '{name}' could not be found.")

    def _show(self, request: Request, group: str, name: str) -> Answer:
        self._groups.get(group)
        run, key = self._find(group, name)
        if run.name.lower() == key[1]:  # nested ones move on with the one they are part of
            active = run.state == "Running"
            for _ in range(self.pace):
                next(self._steps[key], None)
            if active and run.state == "Succeeded":
                self._done()
        return Answer(200, _shown(run))

    def _status(self, request: Request, group: str, name: str, key: str) -> Answer:
        self._show(request, group, name)
        run, _ = self._find(group, name)
        more = {"error": run.error} if run.error else {}
        return Answer(200, {"status": run.state, **more}, SOON)

    def _cancel(self, request: Request, group: str, name: str) -> Answer:
        run, key = self._find(group, name)
        run.state, self._steps[key] = "Canceled", iter(())
        return Answer(204)

    def _list(self, request: Request, group: str, name: str) -> Answer:
        run, _ = self._find(group, name)
        value = [
            {
                "id": f"{run.id}/operations/{number}",
                "operationId": str(number),
                "properties": {
                    "provisioningOperation": "Create",
                    "provisioningState": operation.state,
                    "timestamp": _at(operation.moment),
                    "duration": "PT1S",
                    "statusCode": "OK",
                    "statusMessage": {"error": operation.error} if operation.error else None,
                    "targetResource": {
                        "id": operation.id,
                        "resourceType": operation.kind,
                        "resourceName": operation.name,
                    },
                },
            }
            for number, operation in enumerate(run.operations)
        ]
        return Answer(200, {"value": value[::-1]})  # the newest first


def _at(moment: int) -> str:
    """Return when a step was done: each takes a minute."""
    return f"{(BEGIN + timedelta(minutes=moment)).isoformat()}Z"


class _Planned:
    """Say what would be created, without creating it, and who may not do so."""

    def __init__(self, resources: Resources, rights: Rights) -> None:
        self._real = resources
        self._rights = rights
        self.resources: list[dict[str, Any]] = []
        self.errors: list[ArmError] = []

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        self.resources.append(resource)
        try:
            self._rights.check(f"{resource['type']}/write", resource["id"])
        except ArmError as error:
            self.errors.append(error)
        return resource

    def get(self, resource_id: str) -> dict[str, Any]:
        return self._real.find(resource_id) or {"id": resource_id, "properties": {}}


def _shown(run: Run, state: str = "") -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "type": NESTED,
        "properties": {
            "provisioningState": state or run.state,
            "mode": "Incremental",
            "timestamp": "2026-01-01T00:00:00.0Z",
            "duration": "PT1S",
            "correlationId": "44444444-4444-4444-4444-444444444444",
            "providers": [],
            "dependencies": [],
            "outputs": run.outputs,
            "error": run.error,
            "validatedResources": [],
        },
    }


def read_body(body: bytes) -> dict[str, Any]:
    """Return the data of a deployment's body, which az writes as JSON with one key unquoted:
    `{"properties": {"parameters": {}, "mode": "Incremental", template:{}}}`.
    """
    text = body.decode("utf-8")
    strings_out = re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: "x" * len(match[0]), text)
    at = strings_out.find(", template:")
    if at >= 0:
        text = f'{text[:at]}, "template":{text[at + len(", template:") :]}'
    data: dict[str, Any] = json.loads(text)
    return data
