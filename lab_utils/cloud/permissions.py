"""May the one who is signed in do what a deployment does?

https://learn.microsoft.com/azure/role-based-access-control/role-definitions
"""

from __future__ import annotations

import fnmatch
from typing import Any

from azure_resources.az import Az

from ..errors import DeployError
from ..settings import Settings

CONTRIBUTOR = "Contributor"
GIVES_ROLES = "Role Based Access Control Administrator"


def needed(settings: Settings) -> dict[str, str]:
    """Return each action a deployment needs on the group, and the role that gives it."""
    actions = {
        "Microsoft.Resources/deployments/write": CONTRIBUTOR,
        "Microsoft.ApiManagement/service/write": CONTRIBUTOR,
    }
    if settings.backend == "mock":
        actions["Microsoft.Web/sites/write"] = CONTRIBUTOR
    else:
        actions["Microsoft.CognitiveServices/accounts/write"] = CONTRIBUTOR
        actions["Microsoft.Authorization/roleAssignments/write"] = GIVES_ROLES
    if settings.monitoring:
        actions["Microsoft.Insights/components/write"] = CONTRIBUTOR
    return actions


def check(az: Az, settings: Settings, group: str) -> None:
    """Raise DeployError where a right is missing; AzError where rights cannot be read."""
    where = f"/subscriptions/{{subscriptionId}}/resourceGroups/{group}"
    url = f"{where}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"
    given = az.json("rest", "--method", "get", "--url", url)["value"]
    missing = {
        action: role for action, role in needed(settings).items() if not allows(given, action)
    }
    if missing:
        roles = " and ".join(dict.fromkeys(missing.values()))
        hint = ", or set LAB_BACKEND=mock" if set(missing.values()) == {GIVES_ROLES} else ""
        raise DeployError(
            f"you have no right to {', '.join(missing)} in resource group {group}.\nNext: ask for "
            f"the role {roles} on the group{hint}; a role given a moment ago takes some minutes."
        )


def allows(given: list[dict[str, Any]], action: str) -> bool:
    """Tell whether permissions, as Azure lists them, allow an action."""
    return any(
        _matches(action, entry.get("actions")) and not _matches(action, entry.get("notActions"))
        for entry in given
    )


def _matches(action: str, patterns: Any) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns or ())
