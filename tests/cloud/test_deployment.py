"""Deployments that do not go as they should, and what the reader is told."""

from __future__ import annotations

import json
import re

import pytest

from azure_resources import errors as azure
from lab_utils.cloud.deployment import NAME, Deployer, Outputs
from lab_utils.cloud.template import INFRA
from lab_utils.errors import AzError, DeployError
from tests.arm.errors import ArmError
from tests.arm.messages import Answer
from tests.cloud.bench import Bench
from tests.infra import compiled

MODELS = "Microsoft.CognitiveServices/accounts/deployments"
QUOTA = ArmError(
    400,
    "InsufficientQuota",
    "This operation require 10 new capacity in quota Tokens Per Minute (thousands), which is "
    "bigger than the current available capacity 0.",
)


def deployer(bench: Bench, pace: int = 5) -> Deployer:
    """Return what deploys a lab that stays, step by step; nothing of it comes to life."""
    bench.cloud.alive = False
    bench.cloud.deployments.pace = pace
    bench.target().create_resource_group()
    return bench.deployer()


def test_every_output_read_is_an_output_of_the_template() -> None:
    assert set(Outputs.names().values()) <= set(compiled.load()["outputs"])


def test_what_validation_finds_is_told_before_anything_is_created(bench: Bench) -> None:
    bench.cloud.deployments.preflight[MODELS] = QUOTA
    with pytest.raises(AzError) as caught:
        bench.deploy()
    assert caught.value.code == "InsufficientQuota"
    assert "LAB_MODEL_CAPACITY" in str(caught.value)
    assert not bench.cloud.resources.by_id


def test_a_failed_deployment_tells_which_resource_and_why(bench: Bench) -> None:
    bench.cloud.resources.rejections[MODELS] = QUOTA
    with pytest.raises(DeployError) as caught:
        bench.deploy()
    told = str(caught.value).splitlines()
    assert told[0].startswith("the deployment ended as Failed")
    assert re.match(
        rf"{MODELS} openai1-\w+/gpt-5.4-mini: InsufficientQuota: This operation", told[1]
    )
    assert told[2].startswith("Next: set LAB_MODEL_CAPACITY lower")
    assert "Failed     CognitiveServices/accounts/deployments" in bench.text


def test_the_next_run_continues_where_it_stopped(bench: Bench) -> None:
    bench.cloud.resources.rejections[MODELS] = QUOTA
    with pytest.raises(DeployError):
        bench.deploy()
    bench.cloud.resources.rejections.clear()
    assert bench.deploy().resources()


def test_a_role_that_may_not_be_given_is_told(bench: Bench) -> None:
    bench.cloud.resources.rejections["Microsoft.Authorization/roleAssignments"] = ArmError(
        403,
        "AuthorizationFailed",
        "The client does not have authorization to perform action "
        "'Microsoft.Authorization/roleAssignments/write'.",
    )
    with pytest.raises(DeployError, match="Role Based Access Control Administrator"):
        bench.deploy()


def test_a_name_soft_deleted_meanwhile_is_told(bench: Bench) -> None:
    bench.cloud.resources.rejections["Microsoft.CognitiveServices/accounts"] = ArmError(
        409, "FlagMustBeSetForRestore", "An existing resource has been soft-deleted."
    )
    with pytest.raises(DeployError, match=r"Next: run `lab\.remove.*purges what is "):
        bench.deploy()


def test_a_slow_deployment_is_followed_step_by_step(bench: Bench) -> None:
    deployer(bench, pace=1).deploy()
    states = [line.split("  ")[0] for line in bench.said if line.endswith(" s")]
    declared = json.loads((INFRA / "gateway" / "api.json").read_text(encoding="utf-8"))
    resources = 9 + len(declared["operations"])
    assert states.count("Running") == states.count("Succeeded") - 1 == resources


def test_throttling_is_waited_out(bench: Bench) -> None:
    made = deployer(bench)

    def throttle_once() -> None:
        bench.cloud.throttle("GET", f"/deployments/{NAME}", times=4)  # az itself tries three times
        bench.clock.on_pause = lambda: None

    bench.clock.on_pause = throttle_once
    made.deploy()
    assert "no answer from Azure (TooManyRequests); asking again" in bench.said


def test_a_lost_connection_does_not_end_the_watch(bench: Bench) -> None:
    made = deployer(bench)
    path = f"deployments/{NAME}-{bench.lab.id}/operations"
    bench.cloud.fail("GET", path, Answer(dropped=True), times=4)
    made.deploy()
    assert any(line.startswith("no answer from Azure") for line in bench.said)


def test_tokens_that_end_meanwhile_are_renewed(bench: Bench) -> None:
    made = deployer(bench)
    bench.loopback.identity.seconds = 1
    bench.loopback.expire_tokens()
    made.deploy()
    assert len(bench.loopback.identity.issued) > 5


def test_a_sign_in_that_ends_meanwhile_is_told(bench: Bench) -> None:
    made = deployer(bench)

    def sign_in_ends() -> None:
        bench.loopback.identity.seconds = 0
        bench.loopback.expire_tokens()

    bench.clock.on_pause = sign_in_ends
    with pytest.raises(azure.AzError) as caught:
        made.deploy()
    assert "az login" in caught.value.next_step
    assert "goes on in Azure" in bench.said[-1]


def test_an_interrupt_tells_what_goes_on_and_the_next_run_follows_it(bench: Bench) -> None:
    made = deployer(bench)

    def interrupt() -> None:
        raise KeyboardInterrupt

    bench.clock.on_pause = interrupt
    with pytest.raises(KeyboardInterrupt):
        made.deploy()
    assert "goes on in Azure" in bench.said[-1]
    assert (
        f"az deployment group cancel --resource-group {bench.group} --name {NAME}-{bench.lab.id}"
        in bench.said[-1]
    )
    bench.clock.on_pause = lambda: None
    made.deploy()
    assert "a deployment that was begun before is still running; following it first" in bench.said


def test_a_deployment_cancelled_elsewhere_is_told(bench: Bench) -> None:
    made = deployer(bench)
    bench.clock.on_pause = made.cancel
    with pytest.raises(DeployError, match="the deployment ended as Canceled"):
        made.deploy()


def test_without_a_deployment_there_are_no_outputs(bench: Bench) -> None:
    with pytest.raises(DeployError, match=r"nothing is deployed.*lab\.deploy"):
        deployer(bench).outputs()


def test_half_a_deployment_has_no_outputs(bench: Bench) -> None:
    bench.cloud.resources.rejections[MODELS] = QUOTA
    made = deployer(bench)
    with pytest.raises(DeployError):
        made.deploy()
    with pytest.raises(DeployError, match=r"gave no apimName, gatewayUrl"):
        made.outputs()


def test_an_update_previews_no_change(bench: Bench) -> None:
    made = deployer(bench)
    made.deploy()
    assert all(line.startswith("NoChange") for line in made.preview())


def test_a_refused_preview_tells_why(bench: Bench) -> None:
    made = deployer(bench)
    bench.cloud.deployments.preflight[MODELS] = QUOTA
    with pytest.raises(azure.AzError) as caught:
        made.preview()
    assert caught.value.code == "InsufficientQuota"
