"""Waits until a new gateway lets the first request through to its model."""

from __future__ import annotations

from typing import Callable

import requests

from azure_resources.clock import Clock
from azure_resources.patience import Patience
from local_processes import waiting

from ..errors import DeployError

SECONDS = 900.0
# What a new gateway answers for a while, and why.
_NOT_YET = {
    0: "no connection yet: its name is still spreading",
    401: "401 for now: the role of its identity is still spreading",
    403: "403 for now: the role of its identity is still spreading",
    404: "404 for now: its routes, or the model, are still spreading",
}


def wait(
    url: str,
    key: str,
    say: Callable[[str], None],
    clock: Clock,
    seconds: float = SECONDS,
) -> None:
    """Return when a chat completion at `url` gets an answer of the model.

    The request is one that every model refuses with 400, so it costs no token. Azure spreads a new
    role within minutes as a rule. Raises DeployError after `seconds`.
    """
    patience, told_before = Patience(say, clock, "waiting for the gateway"), ""
    while True:
        try:
            answer = waiting.answer(lambda: _asked(url, key))
            status, told = answer.status_code, f"{answer.status_code} {answer.text[:300]}"
        except requests.RequestException as error:
            status, told = 0, f"no connection: {error}"
        if 200 <= status < 500 and status not in _NOT_YET:
            return
        reason = _NOT_YET.get(status, f"{status} for now: gateway or model is not up, or is ill")
        if reason != told_before:
            patience.tell(f"waiting for the gateway: {reason}")
            told_before = reason
        if patience.seconds > seconds:
            raise DeployError(
                f"the gateway does not reach the model after {seconds:.0f} seconds, last: {told}\n"
                f"Next: {_next_step(status)}."
            )
        patience.pause()


def _asked(url: str, key: str) -> requests.Response:
    return requests.post(url, json={"messages": []}, headers={"api-key": key}, timeout=60)


def _next_step(status: int) -> str:
    if status in (401, 403):
        return (
            "run the cell again, a role may take 30 minutes; where it stays so, look at the role "
            "assignments of the account: the gateway's identity needs Cognitive Services OpenAI "
            "User"
        )
    return "run the cell again; where it stays so, look at the gateway in the portal"
