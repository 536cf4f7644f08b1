"""A purge that fails is told, unless what it should have purged is gone."""

from __future__ import annotations

from typing import Any, Callable, cast

import pytest

from azure_resources.az import Az
from azure_resources.clock import Clock
from azure_resources.errors import AzError
from azure_resources.inventory import APIM, Deleted
from azure_resources.purging import NOTICED, Purge
from tests.azure_resources.made_azure import OWNER

ITEM = Deleted(APIM, "apim-1", "group", "north", "")
GONE = AzError("az", "ServiceNotFound", "Api service does not exist", not_found=True)
FORBIDDEN = AzError("az", "AuthorizationFailed", "action 'deletedservices/delete' is not allowed")
UNREADABLE = AzError("az", "AuthorizationFailed", "action 'operationResults/read' is not allowed")
BROKEN = AzError("az", "InternalServerError", "something went wrong")


class Quick(Clock):
    """Pass the time without waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Service:
    """Fail to purge, and show what is soft-deleted until it is not."""

    def __init__(self, failure: AzError, shown: Callable[[], Any]) -> None:
        self._failure, self._shown = failure, shown

    def run(self, *command: str, seconds: float) -> None:
        assert "purge" in command
        raise self._failure

    def json(self, *command: str) -> Any:
        return self._shown() if "show" in command else []

    def text(self, *command: str) -> str:
        return " ".join(("az", *command))


def raising(error: AzError) -> Callable[[], Any]:
    def shown() -> Any:
        raise error

    return shown


@pytest.mark.parametrize(
    ("failure", "shown", "left"),
    [
        (GONE, raising(BROKEN), False),  # somebody else was quicker
        (UNREADABLE, raising(GONE), False),  # done, and the result may not be read
        (BROKEN, raising(GONE), False),
        (BROKEN, dict, True),
        (UNREADABLE, raising(UNREADABLE), True),
        (FORBIDDEN, raising(GONE), True),
    ],
)
def test_what_is_gone_all_the_same_is_not_told_as_left(
    failure: AzError, shown: Callable[[], Any], left: bool
) -> None:
    said: list[str] = []
    clock = Quick()
    purge = Purge(cast("Az", Service(failure, shown)), OWNER, said.append, clock)
    assert purge.purge([ITEM]) == ([ITEM] if left else [])
    assert ("could not be purged" in said[-1]) == left
    assert said[-1].startswith("purged") != left
    assert clock.seconds <= NOTICED + 60
