"""Who is signed in with az, to which subscription of which cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from .az import Az
from .errors import AzureError

OLDEST = (2, 60, 0)  # az webapp deploy --track-status, az apim deletedservice


@dataclass(frozen=True)
class Account:
    """Hold the subscription that commands go to and where its cloud is managed."""

    subscription: str  # id
    name: str
    user: str  # who is signed in: a mail address, or the id of an application
    arm: str  # address of Azure Resource Manager, without a slash at the end


def sign_in(az: Az, who: str, wanted: Optional[str] = None) -> Account:
    """Return the account that az is signed in with.

    `who` names in a message what needs it. `wanted` is the subscription's id; without it, az's
    default is taken. The address of Azure Resource Manager comes from az's active cloud, so that
    every cloud az knows will do. Raises AzError, with the way to sign in, and AzureError where az
    is too old.
    """
    version = str(az.json("version")["azure-cli"])
    if tuple(int(part) for part in version.split(".")[:3] if part.isdigit()) < OLDEST:
        oldest = ".".join(str(part) for part in OLDEST)
        raise AzureError(
            f"Azure CLI {version} is too old, {who} needs {oldest} or later: run `az upgrade`"
        )
    which = ["--subscription", wanted] if wanted else []
    shown = az.json("account", "show", *which)
    cloud = az.json("cloud", "show")
    return Account(
        subscription=shown["id"],
        name=shown["name"],
        user=str((shown.get("user") or {}).get("name") or ""),
        arm=cloud["endpoints"]["resourceManager"].rstrip("/"),
    )
