"""What goes wrong in Azure, or on the way there, is told with the step that helps."""

from __future__ import annotations

import contextlib
from typing import Any, Optional

import pytest

from azure_resources import errors as azure
from azure_resources.az import TEMPORARY, Process
from azure_resources.inventory import ACCOUNT, APIM
from azure_resources.next_steps import next_step
from lab_utils.cloud import next_steps, template
from lab_utils.cloud.deployment import Deployer
from lab_utils.cloud.next_steps import NEXT_STEPS
from lab_utils.errors import AzError, DeployError, LabError
from tests.arm import az_environment
from tests.arm.errors import ArmError
from tests.cloud.bench import Bench

POLICIES = f"{APIM}/apis/policies"
NOBODY = "http://127.0.0.1:9"  # the port of `discard`: nobody listens there


def told(bench: Bench, **chosen: Any) -> str:
    with pytest.raises(LabError) as caught:
        bench.target(**chosen).deploy()
    return str(caught.value)


def test_an_unknown_subscription(bench: Bench) -> None:
    text = told(bench, subscription="99999999-0000-0000-0000-000000000000")
    assert text.startswith("SubscriptionNotFound: Subscription '99999999")
    assert "`az account list --output table` shows your subscriptions" in text
    assert "AZURE_SUBSCRIPTION_ID" in text


@pytest.mark.parametrize("seen", [True, False], ids=["beforehand", "when it is refused"])
def test_a_tier_that_the_region_does_not_offer(bench: Bench, seen: bool) -> None:
    bench.cloud.apim.missing.add(("BasicV2", "swedencentral"))
    if not seen:
        bench.cloud.forbid("GET", "ApiManagement/skus$", "Microsoft.ApiManagement/skus/read")
    text = told(bench)
    assert "LAB_APIM_SKU to another tier" in text
    assert "LAB_LOCATION" in text
    assert "BasicV2" in text
    assert bool(bench.cloud.deployments.bodies) != seen


@pytest.mark.parametrize("there", ["quota", "no quota", "quota for one account of two"])
def test_quota_is_looked_at_before_anything_is_created(bench: Bench, there: str) -> None:
    usage = "OpenAI.GlobalStandard.gpt-5.4-mini"
    places = ("swedencentral", "swedencentral") if "two" in there else ("swedencentral",)
    left = {"quota": 50, "no quota": 0}.get(there, 60)
    bench.cloud.cognitive.quota[usage] = left
    if there == "quota":
        bench.cloud.alive = False
        with contextlib.suppress(DeployError):  # no gateway answers here
            bench.target().deploy()
        assert any(line.startswith("Succeeded  deployment") for line in bench.said)
        return
    text = told(bench, openai_locations=places)
    assert f"in swedencentral: {left} thousand tokens a minute are left, " in text
    assert f"{50 * len(places)} are asked for" in text
    assert ("LAB_MODEL_CAPACITY=30, or" in text) == ("two" in there)
    assert "LAB_BACKEND=mock" in text
    assert bench.cloud.deployments.bodies == []


def test_an_update_needs_no_quota_of_its_own(bench: Bench) -> None:
    bench.cloud.cognitive.quota["OpenAI.GlobalStandard.gpt-5.4-mini"] = 50
    bench.deploy()
    bench.cloud.alive = True
    assert bench.target().deploy().gateway_url


@pytest.mark.parametrize(
    ("chosen", "who"),
    [
        ({"location": "francecentral"}, "apim-"),
        ({"openai_locations": ("francecentral",)}, "openai1-"),
    ],
    ids=["gateway", "account"],
)
@pytest.mark.parametrize("seen", [True, False], ids=["beforehand", "when it is refused"])
def test_a_region_that_was_changed_later(
    bench: Bench, chosen: dict[str, Any], who: str, seen: bool
) -> None:
    bench.deploy()
    before = len(bench.cloud.deployments.bodies)
    if seen:
        text = told(bench, **chosen)
        assert f"{who}{bench.lab.id} stands in swedencentral, francecentral is asked for" in text
        assert len(bench.cloud.deployments.bodies) == before
    else:
        with pytest.raises(DeployError) as caught:
            bench.deployer(**chosen).deploy()
        text = str(caught.value)
        assert "InvalidResourceLocation" in text
    assert "set LAB_LOCATION and LAB_OPENAI_LOCATIONS" in text or "set them back" in text
    assert "remove the lab first" in text


@pytest.mark.parametrize(
    ("kind", "code", "step"),
    [
        (POLICIES, "PessimisticConcurrencyConflict", "another change of the same service"),
        (APIM, "ServiceAlreadyExists", "leave LAB_ID empty"),
        (ACCOUNT, "SpecialFeatureOrQuotaIdRequired", "LAB_BACKEND=mock"),
        (ACCOUNT, "CustomDomainInUse", "leave LAB_ID empty"),
        (ACCOUNT, "FlagMustBeSetForRestore", "lab.remove"),
        (APIM, "MissingSubscriptionRegistration", "az provider register"),
        (APIM, "RequestDisallowedByPolicy", "ask who runs Azure"),
    ],
)
def test_a_code_of_a_resource_provider(bench: Bench, kind: str, code: str, step: str) -> None:
    bench.cloud.resources.rejections[kind] = ArmError(409, code, "as Azure words it")
    with pytest.raises(DeployError) as caught:
        bench.deploy()
    assert f"{code}: as Azure words it" in str(caught.value)
    assert step in str(caught.value)


def test_a_parameter_file_that_is_gone_is_not_named_by_its_path(bench: Bench) -> None:
    bench.cloud.deployments.preflight[ACCOUNT] = ArmError(400, "InsufficientQuota", "none left")
    with pytest.raises(AzError) as caught:
        bench.deploy()
    assert "--parameters parameters.json" in caught.value.command
    assert TEMPORARY not in caught.value.command.partition("--parameters")[2].split()[0]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("InsufficientQuota", "LAB_MODEL_CAPACITY"),
        ("AuthorizationFailed", "Contributor"),
        ("FlagMustBeSetForRestore", "lab.remove"),
        ("ServiceModelDeprecated", "LAB_MODEL"),
        ("SpecialFeatureOrQuotaIdRequired", "LAB_BACKEND=mock"),
        ("AADSTS7000215", "az login"),
        ("NotSignedIn", "az login"),
        ("BCP007", "infra/"),
        ("SubscriptionNotFound", "AZURE_SUBSCRIPTION_ID"),
        ("InvalidResourceLocation", "LAB_LOCATION"),
        ("PessimisticConcurrencyConflict", "wait some minutes"),
        ("ServiceAlreadyExists", "leave LAB_ID empty"),
        ("ScopeLocked", "az lock list"),
        ("InvalidParameters", "LAB_APIM_SKU"),
        ("NoBicep", "docs/azure.md"),
        ("NoProxy", "HTTPS_PROXY"),
        ("NotTrusted", "REQUESTS_CA_BUNDLE"),
    ],
)
def test_a_known_code_has_a_next_step(code: str, told: str) -> None:
    assert told in next_step(code, NEXT_STEPS)


def test_an_unknown_code_promises_nothing() -> None:
    assert next_step("Whatever", NEXT_STEPS) == ""


# From here on az is a process of its own, as users have it: its environment is what is wrong.
PROCESS = Process([str(az_environment.az())])


def deployer(bench: Bench) -> Deployer:
    bench.cloud.alive = False
    bench.cloud.deployments.pace = 400  # over at the first question, which is a process here
    bench.target().create_resource_group()
    az = next_steps.az(PROCESS, bench.said.append)
    return Deployer(az, bench.settings(), bench.lab, bench.said.append, bench.clock)


@pytest.mark.parametrize("where", ["on PATH", "behind a proxy"])
def test_without_a_compiler_the_compiled_template_is_deployed(
    bench: Bench, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = deployer(bench)
    _hide_bicep(bench, where, monkeypatch)
    assert made.deploy().apim_name == f"apim-{bench.lab.id}"
    (line,) = [line for line in bench.said if line.startswith("no Bicep here (")]
    assert line.endswith("deploying infra/main.json, which was compiled of the same files")


def test_a_compiled_template_that_is_not_of_these_files_is_not_deployed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = deployer(bench)
    _hide_bicep(bench, "on PATH", monkeypatch)
    monkeypatch.setattr(template, "changed", lambda: ["infra/gateway/policy.xml"])
    with pytest.raises(DeployError, match=r"does not hold your changes of infra/gateway/policy"):
        made.deploy()


def _hide_bicep(bench: Bench, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = bench.loopback.environment["PATH"]
    if where == "on PATH":
        first = path.split(":")
        monkeypatch.setenv("PATH", ":".join(part for part in first if "tests/arm/bin" not in part))
    else:  # az would download it; what it says then is from the same place
        monkeypatch.setenv("AZURE_BICEP_USE_BINARY_FROM_PATH", "false")
        monkeypatch.setenv("HTTPS_PROXY", NOBODY)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize(
    ("variables", "code", "step"),
    [
        ({"HTTPS_PROXY": NOBODY, "NO_PROXY": None}, "NoProxy", "check HTTPS_PROXY and NO_PROXY"),
        ({"REQUESTS_CA_BUNDLE": None}, "NotTrusted", "set REQUESTS_CA_BUNDLE to your company's"),
    ],
)
def test_a_way_to_azure_that_is_closed(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, Optional[str]],
    code: str,
    step: str,
) -> None:
    for name, value in variables.items():
        for spelled in (name, name.lower()):
            if value is None:
                monkeypatch.delenv(spelled, raising=False)
            else:
                monkeypatch.setenv(spelled, value)
    with pytest.raises(azure.AzError) as caught:
        next_steps.az(PROCESS, bench.said.append).json("group", "show", "--name", "any")
    assert (caught.value.code, caught.value.message.count("\n")) == (code, 0)
    assert step in str(caught.value)
    assert "Traceback" not in str(caught.value)
