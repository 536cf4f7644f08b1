"""Who may do what, where."""

from __future__ import annotations

import pytest

from tests.arm.errors import ArmError
from tests.arm.messages import Request
from tests.arm.rights import CONTRIBUTOR, READER, Rights, action_of

GROUP = "/resourceGroups/g"


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("PUT", f"{GROUP}/providers/Microsoft.Web/sites/s", "Microsoft.Web/sites/write"),
        ("GET", f"{GROUP}/providers/Microsoft.Web/sites", "Microsoft.Web/sites/read"),
        (
            "POST",
            f"{GROUP}/providers/A.B/service/s/subscriptions/x/listSecrets",
            "A.B/service/subscriptions/listSecrets/action",
        ),
        (
            "DELETE",
            "/providers/A.B/locations/l/deletedservices/x",
            "A.B/locations/deletedservices/delete",
        ),
        ("GET", "/providers/A.B/deletedservices", "A.B/deletedservices/read"),
        ("DELETE", GROUP, "Microsoft.Resources/subscriptions/resourcegroups/delete"),
        ("GET", "/providers/A.B", ""),
        ("GET", f"{GROUP}/providers/Microsoft.Authorization/permissions", ""),
        ("GET", "/operationresults/1", ""),
    ],
)
def test_a_request_needs_an_action(method: str, path: str, action: str) -> None:
    assert action_of(method, path) == action


def test_a_role_holds_on_its_group_and_below() -> None:
    rights = Rights("s")
    rights.only(("mine", CONTRIBUTOR), ("seen", READER))
    rights.check("A.B/c/write", "/subscriptions/s/resourcegroups/MINE/providers/A.B/c/d")
    for scope in ("/subscriptions/s", "/subscriptions/s/resourceGroups/mine2"):
        with pytest.raises(ArmError, match="403 AuthorizationFailed"):
            rights.check("A.B/c/read", scope)
    assert rights.sees("/subscriptions/s/resourceGroups/seen/providers/x")
    with pytest.raises(ArmError):
        rights.check("A.B/c/write", "/subscriptions/s/resourceGroups/seen")


def test_a_contributor_gives_no_roles() -> None:
    rights = Rights("s")
    rights.only(("", CONTRIBUTOR))
    with pytest.raises(ArmError, match="roleAssignments/write"):
        rights.check("Microsoft.Authorization/roleAssignments/write", "/subscriptions/s")
    assert rights.permissions("/subscriptions/s/resourceGroups/g")[0]["actions"] == ["*"]


def test_listings_need_no_right_of_their_own() -> None:
    rights = Rights("s")
    rights.only(("mine", CONTRIBUTOR))
    rights.check_request(Request("GET", "/subscriptions/s/resources"))
    with pytest.raises(ArmError):
        rights.check_request(Request("GET", "/subscriptions/s/resourcegroups/other"))
