"""What to do about what Azure refuses, by its code; for who reads it in a notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping

SIGN_IN = "sign in with `az login`, in the tenant of the subscription, and run the cell again"
LATER = "wait some minutes and run the cell again"
# Pattern of codes -> step. A program puts its own beside these.
NEXT_STEPS: Mapping[str, str] = {
    r"RequestDisallowedByPolicy": "a policy of your organisation forbids it: ask who runs Azure",
    r"ExpiredAuthenticationToken|InvalidAuthenticationToken\w*|AuthenticationFailed": SIGN_IN,
    r"AADSTS\d+|NotSignedIn": SIGN_IN,
    r"ScopeLocked": "a lock forbids it: `az lock list --output table` shows whose; ask them to "
    "take it off, or `az lock delete --ids ...`",
    r"PessimisticConcurrencyConflict|RequestConflict|Conflict|AnotherOperationInProgress": "there "
    "is another change of the same service under way, or something still uses it: " + LATER,
    r"MissingSubscriptionRegistration": "run `az provider register --namespace ...` with the "
    "namespace the message names, and try again when it is registered",
    r"TooManyRequests|SubscriptionRequestsThrottled": LATER,
    r"NoConnection": "check the connection, and HTTPS_PROXY where there is a proxy",
}


def next_step(code: str, steps: Mapping[str, str] = NEXT_STEPS) -> str:
    """Return what to do about a code; empty where nothing better than the message is known."""
    for pattern, step in steps.items():
        if re.fullmatch(pattern, code):
            return step
    return ""
