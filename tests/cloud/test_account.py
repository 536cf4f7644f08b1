"""Who is signed in, and where to."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from azure_resources import errors as azure
from azure_resources.account import sign_in
from azure_resources.az import Az, Completed
from azure_resources.errors import AzureError
from lab_utils.errors import AzError
from tests.arm.cloud import SUBSCRIPTION
from tests.cloud.bench import Bench


def test_the_cloud_that_az_is_set_to_is_the_labs(bench: Bench) -> None:
    account = sign_in(bench.az, "the lab")
    assert (account.subscription, account.name) == (SUBSCRIPTION, "Lab subscription")
    assert account.arm == bench.loopback.url


def test_not_signed_in_is_told_with_the_way_to(bench: Bench) -> None:
    bench.loopback.sign_out()
    with pytest.raises(azure.AzError, match="Next: sign in with `az login`"):
        sign_in(bench.az, "the lab")


def test_an_unknown_subscription_is_told(bench: Bench) -> None:
    with pytest.raises(azure.AzError, match="99999999"):
        sign_in(bench.az, "the lab", "99999999-0000-0000-0000-000000000000")


def test_a_sign_in_that_is_over_is_told(bench: Bench) -> None:
    bench.loopback.sign_in(secret="expired")
    with pytest.raises(AzError) as caught:
        bench.target().create_resource_group()
    assert caught.value.code.startswith("AADSTS")
    assert "az login" in caught.value.next_step


def test_an_old_azure_cli_is_refused() -> None:
    def run(arguments: Sequence[str], seconds: float) -> Completed:
        return Completed(0, json.dumps({"azure-cli": "2.9.1"}), "")

    with pytest.raises(AzureError, match=r"2\.9\.1 is too old, the lab needs 2\.60\.0.*upgrade"):
        sign_in(Az(run), "the lab")
