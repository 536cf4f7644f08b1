"""What to do about a code of Azure's, whoever asked."""

from __future__ import annotations

import pytest

from azure_resources.az import Az, Completed
from azure_resources.errors import AzError
from azure_resources.next_steps import NEXT_STEPS, next_step


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("AADSTS7000215", "az login"),
        ("NotSignedIn", "az login"),
        ("PessimisticConcurrencyConflict", "wait some minutes"),
        ("ScopeLocked", "az lock list"),
        ("MissingSubscriptionRegistration", "az provider register"),
        ("RequestDisallowedByPolicy", "ask who runs Azure"),
    ],
)
def test_a_known_code_has_a_next_step(code: str, told: str) -> None:
    assert told in next_step(code)


def test_an_unknown_code_promises_nothing() -> None:
    assert next_step("Whatever") == ""


def test_a_program_brings_steps_of_its_own_also_for_another_subscription() -> None:
    def run(arguments: object, seconds: float) -> Completed:
        return Completed(1, "", "ERROR: (InsufficientQuota) none left")

    az = Az(run, steps={**NEXT_STEPS, r"Insufficient\w+": "ask for more"})
    with pytest.raises(AzError, match=r"\nNext: ask for more\.$"):
        az.of("another").run("group", "list")
