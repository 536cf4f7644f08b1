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
KINDS = ("OpenAI", "AIServices")  # of accounts; the second may have models of other makers too
OTHERS = (("gpt-oss-120b", "1"),)  # for AIServices only
PLENTY = 1000  # thousands of tokens per minute


class CognitiveServices:
    """Provide accounts and their model deployments."""

    def __init__(self, subscription: str, resources: Resources, operations: Operations) -> None:
        self.offered = list(OFFERED)
        self.quota: dict[str, int] = {}  # by usage name; what is not named has plenty
        self.without_models = {"antarctica"}  # regions
        self.deleted: dict[str, Resource] = {}
        self.models = Models()
        self._provider = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices"
        self._operations = operations
        self._resources = resources
        resources.on_put(ACCOUNTS, self._put)
        resources.on_put(f"{ACCOUNTS}/deployments", self._put_model)
        resources.on_delete(ACCOUNTS, self._gone)

    def routes(self, routes: Routes) -> None:
        """Add the routes of models and of deleted accounts."""
        place = self._provider + "/locations/{location}"
        routes.add("GET", place + "/models", self._models)
        routes.add("GET", place + "/usages", self._usages)
        routes.add("GET", self._provider + "/deletedAccounts", self._list_deleted)
        path = place + "/resourceGroups/{group}/deletedAccounts/{name}"
        routes.add("DELETE", path, self._purge)
        routes.add("GET", path, self._show_deleted)

    def soft_delete(self, account: Resource) -> None:
        """Keep an account that somebody has deleted."""
        group, location = account["id"].split("/")[4], account["location"]
        path = f"/locations/{location}/resourceGroups/{group}/deletedAccounts/{account['name']}"
        when = {"deletionDate": "2026-01-02T03:04:05Z"}
        self.deleted[account["name"].lower()] = {
            **account,
            "id": self._provider + path,
            "properties": {**account.get("properties", {}), **when},
        }

    def _models(self, request: Request, location: str) -> Answer:
        offered = {kind: list(self.offered) for kind in KINDS}
        offered["AIServices"] += OTHERS
        if location in self.without_models:
            offered = {}
        value: list[dict[str, Any]] = [
            {
                "kind": kind,
                "skuName": "S0",
                "model": {
                    "format": "OpenAI",
                    "name": name,
                    "version": version,
                    "skus": [
                        {"name": sku, "usageName": _usage(sku, name)}
                        for sku in ("GlobalStandard", "Standard")
                    ],
                    "lifecycleStatus": "GenerallyAvailable",
                },
            }
            for kind, models in offered.items()
            for name, version in models
        ]
        return Answer(200, {"value": value})

    def _usages(self, request: Request, location: str) -> Answer:
        names = [_usage(sku, name) for sku in ("GlobalStandard", "Standard") for name, _ in OFFERED]
        value = [
            {
                "name": {"value": name, "localizedValue": name},
                "currentValue": self._used(name, location),
                "limit": self.quota.get(name, PLENTY),
                "unit": "Count",
            }
            for name in names
        ]
        return Answer(200, {"value": value})

    def _used(self, usage: str, location: str, but: str = "") -> int:
        """Return the capacity of all deployments in a region that count for `usage`."""
        return sum(
            item["sku"]["capacity"]
            for item in self._resources.by_id.values()
            if item["type"] == f"{ACCOUNTS}/deployments"
            and _usage(item["sku"]["name"], item["properties"]["model"]["name"]) == usage
            and self._resources.get(item["id"].partition("/deployments/")[0])["location"]
            == location
            and item["id"] != but
        )

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
        usage = _usage(deployment["sku"]["name"], model["name"])
        account = self._resources.get(deployment["id"].partition("/deployments/")[0])
        left = self.quota.get(usage, PLENTY)
        left -= self._used(usage, account["location"], but=deployment["id"])
        if deployment["sku"]["capacity"] > left:
            raise ArmError(
                400,
                "InsufficientQuota",
                f"This operation require {deployment['sku']['capacity']} new capacity in quota "
                f"Tokens Per Minute (thousands) - {model['name']}, which is bigger than the "
                f"current available capacity {left}.",
            )

    def _gone(self, account: Resource) -> None:
        self.models.remove(account["name"])
        self.soft_delete(account)

    def _list_deleted(self, request: Request) -> Answer:
        return Answer(200, {"value": list(self.deleted.values())})

    def _show_deleted(self, request: Request, location: str, group: str, name: str) -> Answer:
        if name.lower() not in self.deleted:
            raise ArmError(404, "ResourceNotFound", f"There is no deleted account {name}.")
        return Answer(200, self.deleted[name.lower()])

    def _purge(self, request: Request, location: str, group: str, name: str) -> Answer:
        if name.lower() not in self.deleted:
            raise ArmError(404, "ResourceNotFound", f"There is no deleted account {name}.")

        def finish() -> None:
            self.deleted.pop(name.lower(), None)

        return self._operations.begin(request, finish)


def _usage(sku: str, model: str) -> str:
    return f"OpenAI.{sku}.{model}"
