"""What is in force for an API that exists already, read with az and GET requests alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from azure_resources import errors as azure
from lab_utils import Lab, scopes
from lab_utils.errors import GatewayError
from lab_utils.existing import ExistingTarget
from lab_utils.settings import Settings
from tests.cloud.bench import Bench

API = "inference"
READS = "<policies><inbound/><backend><base/></backend><outbound><base/></outbound></policies>"


def service_of(bench: Bench) -> str:
    return str(
        next(item["id"] for item in bench.cloud.resources.tracked() if "service" in item["type"])
    )


def put(bench: Bench, path: str, **properties: object) -> None:
    bench.cloud.resources.put(
        {
            "id": f"{service_of(bench)}/{path}",
            "name": path.rpartition("/")[2],
            "type": "Microsoft.ApiManagement/service/any",
            "properties": properties,
        }
    )


def deployed(bench: Bench) -> str:
    """Deploy the lab, which then stands for somebody's own service; return the API's id."""
    bench.deploy()
    put(bench, "policies/policy", value="<policies>global</policies>")
    put(bench, f"apis/{API}/products/starter")
    put(bench, "products/starter")
    put(bench, "products/starter/policies/policy", value="<policies>product</policies>")
    put(
        bench,
        f"apis/{API}/operations/embed",
        urlTemplate="/deployments/{deployment-id}/embeddings",
    )
    put(bench, f"apis/{API}/operations/embed/policies/policy", value="no stream")
    put(bench, f"apis/{API}/operations/any", urlTemplate="/*")
    include = '<policies><inbound><include-fragment fragment-id="outer"/></inbound></policies>'
    put(bench, f"apis/{API}/operations/any/policies/policy", value=include)
    put(
        bench,
        "policyFragments/outer",
        value="<fragment><include-fragment fragment-id='inner'/></fragment>",
    )
    put(bench, "policyFragments/inner", value="<fragment/>")
    put(bench, "policyFragments/unused", value="<fragment/>")
    put(bench, "namedValues/1", displayName="plain", value="v", secret=False)
    put(bench, "namedValues/2", displayName="hidden", secret=True)
    put(bench, "namedValues/3", displayName="vault", value="v", keyVault={"secretIdentifier": "x"})
    put(bench, "diagnostics/applicationinsights", backend={"response": {"body": {"bytes": 8192}}})
    put(bench, "diagnostics/azuremonitor", frontend={"request": {"body": None}})
    put(bench, f"apis/{API}/diagnostics/applicationinsights", frontend={"response": None})
    return f"{service_of(bench)}/apis/{API}"


def test_every_scope_that_can_touch_a_stream_is_read_and_nothing_else(bench: Bench) -> None:
    api = deployed(bench)
    bench.cloud.requests.clear()
    facts = scopes.read(bench.az, api)
    assert list(facts.policies) == ["global", "product starter", "API", "operation any"]
    assert "<set-backend-service" in facts.policies["API"]
    assert set(facts.fragments) == {"outer", "inner"}
    assert facts.named_values == {"plain": "v", "hidden": None, "vault": None}
    assert facts.sku == "BasicV2"
    assert facts.body_bytes == {
        "applicationinsights (this API)": 0,
        "azuremonitor (all APIs)": 0,
    }
    management = [
        (method, path) for method, path in bench.cloud.requests if "ApiManagement" in path
    ]
    assert {method for method, _ in management} == {"GET"}
    assert not any("secret" in path.lower() for _, path in management)


def existing(bench: Bench, api: str) -> Lab:
    settings = Settings.from_env(
        {
            "LAB_TARGET": "existing",
            "LAB_GATEWAY_URL": "https://x.azure-api.net",
            "LAB_GATEWAY_KEY": "key",
            "LAB_APIM_ID": api,
        },
        Path("no file"),
    )
    return Lab(settings, ExistingTarget(settings, bench.said.append, bench.run), bench.said.append)


def test_the_check_of_an_existing_gateway_reads_what_is_in_force(bench: Bench) -> None:
    bench.deploy()
    lab = existing(bench, f"{service_of(bench)}/apis/{API}")
    assert lab.check_streaming().verdict == "streams"
    put(bench, "diagnostics/applicationinsights", backend={"response": {"body": {"bytes": 8192}}})
    assert existing(bench, f"{service_of(bench)}/apis/{API}").check_streaming().verdict != "streams"


def test_a_policy_in_force_that_cannot_be_read_is_unknown_and_stops_no_cell(bench: Bench) -> None:
    bench.deploy()
    lab = existing(bench, f"{service_of(bench)}/apis/nope")
    checked = lab.check_streaming()
    assert checked.verdict == "unknown"
    assert "LAB_APIM_ID: there is no" in str(checked)


def test_an_api_that_is_not_there_is_told(bench: Bench) -> None:
    api = deployed(bench)
    with pytest.raises(GatewayError, match=r"LAB_APIM_ID: there is no /subscriptions/.*/apis/nope"):
        scopes.read(bench.az, f"{service_of(bench)}/apis/nope")
    with pytest.raises(GatewayError, match="LAB_APIM_ID: there is no"):
        scopes.read(bench.az, api.replace(service_of(bench), service_of(bench) + "-other"))


def test_a_missing_right_is_told(bench: Bench) -> None:
    api = deployed(bench)
    bench.cloud.forbid("GET", r"/policies/policy$", "Microsoft.ApiManagement/service/policies/read")
    with pytest.raises(GatewayError, match="the service cannot be read: AuthorizationFailed"):
        scopes.read(bench.az, api)


def test_without_a_sign_in_the_next_step_is_told(bench: Bench) -> None:
    api = deployed(bench)
    bench.loopback.sign_out()
    with pytest.raises(azure.AzError, match="az login"):
        scopes.read(bench.az, api)


def test_a_long_list_is_read_page_by_page(bench: Bench) -> None:
    seen: list[str] = []

    class Pages(scopes.Arm):
        def _at(self, url: str, query: object) -> dict[str, object]:
            seen.append(url)
            page = len(seen)
            more = {"nextLink": f"https://arm.example/p{page}"} if page < 3 else {}
            return {"value": [{"page": page}], **more}

    arm = Pages(None, "https://arm.example")  # type: ignore[arg-type]
    assert list(arm.all("/x")) == [{"page": 1}, {"page": 2}, {"page": 3}]
    assert seen == ["https://arm.example/x", "https://arm.example/p1", "https://arm.example/p2"]
