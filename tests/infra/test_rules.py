"""What must hold for infra/, whoever changes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.arm.expressions import TemplateError
from tests.infra import compiled
from tests.infra.evaluated import evaluate, planned

LAB = "k3v7q2xd"
ACCOUNTS = [
    {"name": "openai1", "location": "swedencentral", "priority": 1},
    {"name": "openai2", "location": "francecentral", "priority": 2, "weight": 50},
]
VARIANTS: dict[str, dict[str, Any]] = {
    "openai": {"labId": LAB},
    "pool": {"labId": LAB, "openAiInstances": ACCOUNTS},
    "mock": {"labId": LAB, "backend": "mock"},
    "monitoring": {
        "labId": LAB,
        "monitoring": True,
        "tags": {"owner": "somebody", "lab": "another", "lab-id": "another"},
    },
}
# As the Azure Verified Modules have them, some newer ones exist; the management SDK talks
# 2024-05-01 to API Management as well.
VERSIONS = {
    "Microsoft.ApiManagement": "2024-05-01",
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.CognitiveServices": "2025-06-01",
    "Microsoft.Insights": "2020-02-02",
    "Microsoft.OperationalInsights": "2025-07-01",
    "Microsoft.Web": "2025-03-01",
}
APIS = "Microsoft.ApiManagement/service/apis"
HAVE_NO_TAGS = re.compile(r"Microsoft\.ApiManagement/service/|.*/roleAssignments$")
POLICY = (compiled.INFRA / "gateway" / "policy.xml").read_text(encoding="utf-8")
API = json.loads((compiled.INFRA / "gateway" / "api.json").read_text(encoding="utf-8"))
BICEP = sorted([compiled.INFRA / "main.bicep", *compiled.INFRA.glob("modules/*.bicep")])

every_variant = pytest.mark.parametrize("variant", VARIANTS)


def kinds(resources: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [resource for resource in resources if resource["type"] == kind]


@every_variant
def test_every_resource_is_tagged_as_the_labs(variant: str) -> None:
    for resource in evaluate(**VARIANTS[variant])[0]:
        if not HAVE_NO_TAGS.match(resource["type"]):
            assert resource["tags"]["lab"] == "response-streaming", resource["id"]
            assert resource["tags"]["lab-id"] == LAB, resource["id"]
            assert resource["name"].split("/")[0].endswith(f"-{LAB}"), resource["id"]


@every_variant
def test_api_versions_are_the_chosen_ones(variant: str) -> None:
    for resource in evaluate(**VARIANTS[variant])[0]:
        assert resource["apiVersion"] == VERSIONS[resource["type"].split("/")[0]], resource["id"]


@every_variant
def test_the_policy_is_the_file_and_its_backend_the_pool(variant: str) -> None:
    resources, _ = evaluate(**VARIANTS[variant])
    (policy,) = kinds(resources, "Microsoft.ApiManagement/service/apis/policies")
    assert policy["properties"] == {"format": "rawxml", "value": POLICY}
    pools = [
        backend["name"].split("/")[1]
        for backend in kinds(resources, "Microsoft.ApiManagement/service/backends")
        if backend["properties"]["type"] == "Pool"
    ]
    assert re.findall(r'backend-id="([^"]*)"', POLICY) == pools == [API["backend"]["name"]]


@every_variant
def test_the_policy_comes_after_the_pool_it_names(variant: str) -> None:
    order = [resource["id"] for resource in evaluate(**VARIANTS[variant])[0]]
    pool = next(i for i, name in enumerate(order) if name.endswith("/backends/inference"))
    policy = next(i for i, name in enumerate(order) if name.endswith("/policies/policy"))
    assert pool < policy


@every_variant
def test_operations_and_key_names_are_those_of_the_definition(variant: str) -> None:
    resources, outputs = evaluate(**VARIANTS[variant])
    (api,) = kinds(resources, "Microsoft.ApiManagement/service/apis")
    for key in ("path", "subscriptionKeyParameterNames", "displayName"):
        assert api["properties"][key] == API[key]
    assert outputs["apiPath"] == API["path"]
    operations = kinds(resources, "Microsoft.ApiManagement/service/apis/operations")
    for operation, declared in zip(operations, API["operations"]):
        properties = operation["properties"]
        assert (properties["method"], properties["urlTemplate"]) == (
            declared["method"],
            declared["urlTemplate"],
        )
        named = [parameter["name"] for parameter in properties["templateParameters"]]
        assert named == re.findall(r"\{([^}]*)\}", declared["urlTemplate"])
    assert len(operations) == len(API["operations"])


def test_pool_members_carry_priority_weight_and_the_breaker() -> None:
    resources, _ = evaluate(openAiInstances=ACCOUNTS)
    *members, pool = kinds(resources, "Microsoft.ApiManagement/service/backends")
    services = pool["properties"]["pool"]["services"]
    assert [(s["priority"], s["weight"]) for s in services] == [(1, 100), (2, 50)]
    assert [s["id"] for s in services] == [member["id"] for member in members]
    for member in members:
        rules = member["properties"]["circuitBreaker"]["rules"]
        assert rules == [API["backend"]["circuitBreakerRule"]]
        assert member["properties"]["url"].endswith(".openai.azure.com/openai")


def test_only_the_gateways_identity_may_call_the_model() -> None:
    resources, _ = evaluate(openAiInstances=ACCOUNTS)
    accounts = kinds(resources, "Microsoft.CognitiveServices/accounts")
    roles = kinds(resources, "Microsoft.Authorization/roleAssignments")
    assert [account["properties"]["disableLocalAuth"] for account in accounts] == [True, True]
    for account, role in zip(accounts, roles):
        assert role["id"].startswith(account["id"] + "/providers/")
        assert role["properties"]["principalType"] == "ServicePrincipal"
        role_id = role["properties"]["roleDefinitionId"]
        assert role_id.endswith("/5e0bd9bd-7b93-4f28-af87-19fc36ad61bd")
    assert len({role["name"] for role in roles}) == len(accounts) == 2


def test_accounts_and_models_do_not_wait_for_the_gateway() -> None:
    resources = compiled.load()["resources"]
    assert "dependsOn" not in resources["openAi"]
    assert resources["access"]["dependsOn"] == ["gateway", "[format('openAi[{0}]', copyIndex())]"]
    seen = [item["type"] for item in planned(labId=LAB, openAiInstances=ACCOUNTS, monitoring=True)]
    for kind in (
        "Microsoft.CognitiveServices/accounts/deployments",
        "Microsoft.ApiManagement/service/apis/policies",
        "Microsoft.ApiManagement/service/apis/diagnostics",
    ):
        assert kind in seen  # before the deployment is begun


def test_no_two_write_one_api_at_a_time() -> None:
    """API Management answers them with 409 PessimisticConcurrencyConflict."""
    module = compiled.load()["resources"]["api"]["properties"]["template"]["resources"]
    writers = {name: item for name, item in module.items() if item["type"].startswith(f"{APIS}/")}
    assert len(writers) == 3

    def after(name: str) -> set[str]:
        """Return everything that is written before this is begun."""
        named = [other for other in module[name].get("dependsOn", ()) if other in module]
        return set(named).union(*map(after, named))

    for one in writers:
        assert {"api", "apiWithBearer"} <= after(one)
        for other in writers:
            assert one == other or one in after(other) or other in after(one)
    for item in writers.values():
        assert "copy" not in item or (item["copy"]["mode"], item["copy"]["batchSize"]) == (
            "serial",
            1,
        )


@pytest.mark.parametrize("kind", ["OpenAI", "AIServices"])
def test_the_kind_of_the_accounts_can_be_chosen(kind: str) -> None:
    resources, _ = evaluate(accountKind=kind)
    (account,) = kinds(resources, "Microsoft.CognitiveServices/accounts")
    assert account["kind"] == kind


def test_a_key_as_bearer_is_an_api_of_its_own_version() -> None:
    (plain,) = kinds(evaluate()[0], APIS)
    (with_bearer,) = kinds(evaluate(bearerKey=True)[0], APIS)
    assert with_bearer["apiVersion"] == "2025-03-01-preview"
    names = with_bearer["properties"]["subscriptionKeyParameterNames"]
    assert names == {**API["subscriptionKeyParameterNames"], "bearer": "enabled"}
    plain["properties"]["subscriptionKeyParameterNames"] = names
    assert with_bearer == {**plain, "apiVersion": with_bearer["apiVersion"]}


def test_the_mock_brings_its_app_and_no_model() -> None:
    resources, outputs = evaluate(backend="mock")
    assert not kinds(resources, "Microsoft.CognitiveServices/accounts")
    (site,) = kinds(resources, "Microsoft.Web/sites")
    assert outputs["mockAppName"] == site["name"]
    assert outputs["mockUrl"] == "https://mock.example"
    assert outputs["openAiNames"] == []
    backend = kinds(resources, "Microsoft.ApiManagement/service/backends")[0]
    assert backend["properties"]["url"] == "https://mock.example/openai"


def test_monitoring_logs_no_body() -> None:
    resources, _ = evaluate(monitoring=True)
    (diagnostic,) = kinds(resources, "Microsoft.ApiManagement/service/apis/diagnostics")
    for side in ("frontend", "backend"):
        for message in ("request", "response"):
            assert diagnostic["properties"][side][message] == {"body": {"bytes": 0}}
    assert not kinds(evaluate()[0], "Microsoft.ApiManagement/service/apis/diagnostics")


def test_the_policy_does_not_hold_the_stream_back() -> None:
    assert re.search(r'<forward-request [^>]*buffer-response="false"', POLICY)


def test_consumption_cannot_be_chosen() -> None:
    tiers = compiled.load()["definitions"]["tier"]["allowedValues"]
    assert "Consumption" not in tiers
    with pytest.raises(TemplateError, match="Consumption"):
        evaluate(apimSku="Consumption")


def test_names_fit_their_services() -> None:
    resources, outputs = evaluate(openAiInstances=ACCOUNTS)
    assert re.fullmatch(r"apim-[a-z2-7]{13}", outputs["apimName"])
    for account in kinds(resources, "Microsoft.CognitiveServices/accounts"):
        assert re.fullmatch(r"[a-z0-9]+-[a-z2-7]{13}", account["name"])
        assert account["properties"]["customSubDomainName"] == account["name"]


def test_no_output_gives_a_secret_away() -> None:
    for path in BICEP:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\blist\w*\(", text), path.name
        outputs = re.findall(r"^output (\w+)", text, flags=re.MULTILINE)
        assert not [name for name in outputs if re.search(r"key|secret|token", name, re.I)]


def test_only_the_untyped_bearer_is_suppressed_and_every_rule_is_an_error() -> None:
    for path in BICEP:
        text = path.read_text(encoding="utf-8")
        suppressed = re.findall(r"#disable-next-line (\w+)\n\s*(\S+):", text)
        assert suppressed == ([("BCP037", "bearer")] if path.name == "api.bicep" else []), path.name
        assert text.count("#disable") == len(suppressed)
    config = json.loads((compiled.INFRA / "bicepconfig.json").read_text(encoding="utf-8"))
    rules = config["analyzers"]["core"]["rules"]
    assert {rule["level"] for rule in rules.values()} == {"error"}
    # It compares with today: a build that is green now would turn red by itself.
    assert "use-recent-api-versions" not in rules


def test_parameter_file_names_the_template_beside_it() -> None:
    text = (compiled.INFRA / "main.bicepparam").read_text(encoding="utf-8")
    (used,) = re.findall(r"^using '([^']*)'", text, flags=re.MULTILINE)
    assert Path(compiled.INFRA / used) == compiled.INFRA / "main.bicep"
    for name in re.findall(r"^param (\w+)", text, flags=re.MULTILINE):
        assert name in compiled.load()["parameters"]
