"""Azure OpenAI accounts: models a region offers, quota, soft deletion."""

from __future__ import annotations

from typing import Any, Optional

from .errors import ArmError
from .machines import Models
from .messages import Answer, Request, Routes
from .operations import Operations
from .resources import Resource, Resources

ACCOUNTS = "Microsoft.CognitiveServices/accounts"
OFFERED = (("gpt-5.4-mini", "2026-03-17"), ("gpt-5-mini", "2025-08-07"))


class CognitiveServices:
    """Provide accounts and their model deployments."""

    def __init__(self, subscription: str, resources: Resources, operations: Operations) -> None:
        self.offered = list(OFFERED)
        self.without_models = {"antarctica"}  # regions
        self.deleted: dict[str, Resource] = {}
        self.models = Models()
        self._provider = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices"
        self._operations = operations
        resources.on_put(ACCOUNTS, self._put)
        resources.on_put(f"{ACCOUNTS}/deployments", self._put_model)
        resources.on_delete(ACCOUNTS, self._gone)

    def routes(self, routes: Routes) -> None:
        """Add the routes of models and of deleted accounts."""
        place = self._provider + "/locations/{location}"
        routes.add("GET", place + "/models", self._models)
        routes.add("GET", self._provider + "/deletedAccounts", self._list_deleted)
        path = place + "/resourceGroups/{group}/deletedAccounts/{name}"
        routes.add("DELETE", path, self._purge)

    def _models(self, request: Request, location: str) -> Answer:
        offered = [] if location in self.without_models else self.offered
        value: list[dict[str, Any]] = [
            {
                "kind": "OpenAI",
                "skuName": "S0",
                "model": {
                    "format": "OpenAI",
                    "name": name,
                    "version": version,
                    "skus": [{"name": sku} for sku in ("GlobalStandard", "Standard")],
                    "lifecycleStatus": "GenerallyAvailable",
                },
            }
            for name, version in offered
        ]
        return Answer(200, {"value": value})

    def _put(self, account: Resource, before: Optional[Resource]) -> None:
        if account["name"].lower() in self.deleted:
            raise ArmError(
                409,
                "FlagMustBeSetForRestore",
                f"An existing resource with ID '{account['id']}' has been soft-deleted. To restore "
                "the resource, you must specify 'restore' to be 'true' in the property. If you "
                "don't want to restore existing resource, please purge it first.",
            )
        account["properties"]["endpoint"] = f"https://{account['name']}.openai.azure.com/"

    def _put_model(self, deployment: Resource, before: Optional[Resource]) -> None:
        model = deployment["properties"]["model"]
        if (model["name"], model["version"]) not in self.offered:
            raise ArmError(
                400,
                "DeploymentModelNotSupported",
                f"The model '{model['name']}, Version:{model['version']}' is not supported.",
            )

    def _gone(self, account: Resource) -> None:
        self.models.remove(account["name"])
        group, location = account["id"].split("/")[4], account["location"]
        path = f"/locations/{location}/resourceGroups/{group}/deletedAccounts/{account['name']}"
        when = {"deletionDate": "2026-01-02T03:04:05Z"}
        self.deleted[account["name"].lower()] = {
            **account,
            "id": self._provider + path,
            "properties": {**account["properties"], **when},
        }

    def _list_deleted(self, request: Request) -> Answer:
        return Answer(200, {"value": list(self.deleted.values())})

    def _purge(self, request: Request, location: str, group: str, name: str) -> Answer:
        if name.lower() not in self.deleted:
            return Answer(204)

        def finish() -> None:
            self.deleted.pop(name.lower(), None)

        return self._operations.begin(request, finish)
