"""Role-based access control: what the signed-in client may do, and where.

https://learn.microsoft.com/azure/role-based-access-control/role-definitions
"""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from .errors import ArmError
from .identity import OBJECT
from .messages import Request

VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}


@dataclass(frozen=True)
class Role:
    """Hold what a role allows; `*` stands for anything."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        """Tell whether the role allows an action; case does not matter."""
        return _matches(action, self.actions) and not _matches(action, self.not_actions)


OWNER = Role(("*",))
CONTRIBUTOR = Role(("*",), ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"))
READER = Role(("*/read",))
ROLES = Role(  # Role Based Access Control Administrator
    (
        "*/read",
        "Microsoft.Authorization/roleAssignments/write",
        "Microsoft.Authorization/roleAssignments/delete",
    )
)


class Rights:
    """Know the roles that are given, each on a scope and on all below it."""

    def __init__(self, subscription: str) -> None:
        self._root = f"/subscriptions/{subscription}"
        self._given: list[tuple[str, Role]] = [(self._root, OWNER)]

    def only(self, *given: tuple[str, Role]) -> None:
        """Give these roles, each on a resource group; "" is the whole subscription."""
        self._given = [
            (f"{self._root}/resourceGroups/{group}" if group else self._root, role)
            for group, role in given
        ]

    def check(self, action: str, scope: str) -> None:
        """Raise ArmError 403 unless `action` is allowed on `scope`."""
        if not any(role.allows(action) for role in self._roles(scope)):
            raise ArmError(
                403,
                "AuthorizationFailed",
                f"The client '{OBJECT}' with object id '{OBJECT}' does not have authorization to "
                f"perform action '{action}' over scope '{scope}' or the scope is invalid. If "
                "access was recently granted, please refresh your credentials.",
            )

    def check_request(self, request: Request) -> None:
        """Raise ArmError 403 unless the request is allowed; listings show what may be seen."""
        path = request.path.rstrip("/")
        listed = path.lower().rpartition("/")[2] in ("resources", "resourcegroups")
        if path.lower().startswith(self._root) and not listed:
            action = action_of(request.method, path[len(self._root) :])
            if action:
                self.check(action, path)

    def sees(self, resource_id: str) -> bool:
        """Tell whether a listing shows this resource."""
        return any(role.allows("any/thing/read") for role in self._roles(resource_id))

    def permissions(self, scope: str) -> list[dict[str, list[str]]]:
        """Return what may be done on `scope`, as Microsoft.Authorization/permissions tells it."""
        return [
            {"actions": list(role.actions), "notActions": list(role.not_actions)}
            for role in self._roles(scope)
        ]

    def _roles(self, scope: str) -> list[Role]:
        wanted = f"{scope.lower()}/"
        return [role for place, role in self._given if wanted.startswith(f"{place.lower()}/")]


def action_of(method: str, path: str) -> str:
    """Return the action that a request needs; `path` begins below the subscription.

    PUT /resourceGroups/g/providers/Microsoft.Web/sites/s needs Microsoft.Web/sites/write. Empty
    where everybody may ask: for results of operations, providers and one's own permissions.
    """
    provider = re.search(r".*/providers/([^/]+)(/.*)?$", path, re.IGNORECASE)
    if provider is None:
        return (
            f"Microsoft.Resources/subscriptions/resourcegroups/{VERBS[method]}"
            if re.match(r"/resourcegroups/", path, re.IGNORECASE)
            else ""
        )
    namespace, steps = provider[1], (provider[2] or "").split("/")[1:]
    if not steps or steps[0].lower() == "permissions":
        return ""
    if method == "POST":
        return "/".join([namespace, *steps[:-1:2], steps[-1], "action"])
    return "/".join([namespace, *steps[::2], VERBS[method]])


def _matches(action: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
