"""Waits until a new gateway lets the first request through to its model."""

from __future__ import annotations

import time
from typing import Callable

import requests

from ..errors import DeployError

SECONDS = 900.0
# 401, 403: the identity's role has not spread yet. 404: the API or the model has not.
_NOT_YET = (401, 403, 404)


def wait(
    url: str,
    key: str,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    seconds: float = SECONDS,
) -> None:
    """Return when a chat completion at `url` gets an answer of the model.

    The request is one that every model refuses with 400, so it costs no token. Azure spreads a new
    role within minutes as a rule. Raises DeployError after `seconds`.
    """
    started, told_before = time.monotonic(), ""
    while True:
        try:
            answer = requests.post(url, json={"messages": []}, headers={"api-key": key}, timeout=60)
            status, told = answer.status_code, f"{answer.status_code} {answer.text[:300]}"
        except requests.RequestException as error:
            status, told = 0, f"no connection: {error}"
        if 200 <= status < 500 and status not in _NOT_YET:
            return
        reason = "no connection yet" if not status else f"{status} for now"
        if reason != told_before:
            say(f"waiting for the gateway: {reason}; Azure is still spreading roles and routes")
            told_before = reason
        if time.monotonic() - started > seconds:
            raise DeployError(
                f"the gateway does not reach the model after {seconds:.0f} seconds, last: {told}\n"
                "Next: run the cell again; where it stays so, look at the role assignments of the "
                "Azure OpenAI account."
            )
        sleep(5.0)
