"""What policies see of the model deployment and of the backend that a request goes to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apim_gateway.loopback import Call, ask, call, echo, policy, run, served

V1 = "/openai/v1/chat/completions"


def shown(expression: str, **options: Any) -> str:
    inbound = f'<set-header name="x-shown"><value>@({expression})</value></set-header>'
    found = ask(policy(inbound=options.pop("before", "") + inbound), **options)
    assert found.status == 200
    header: str = found.json["headers"]["x-shown"]
    return header


DEPLOYMENT = '(string)context.Request.Foundry?.Deployment ?? "none"'


def test_the_deployment_stands_in_the_path_or_is_the_model_in_the_body() -> None:
    assert shown(DEPLOYMENT) == "gpt"
    assert shown(DEPLOYMENT, body={"model": "other"}) == "gpt"
    assert shown(DEPLOYMENT, path=V1, body={"model": "gpt-5"}) == "gpt-5"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"model": 1}'])
def test_a_body_without_a_model_names_none(raw: bytes) -> None:
    assert shown(DEPLOYMENT, path=V1, raw=raw) == "none"


def test_the_body_still_goes_on() -> None:
    inbound = f'<set-variable name="d" value="@({DEPLOYMENT})" />'
    found = ask(policy(inbound=inbound), path=V1, body=[1])
    assert found.json["body"] == "[1]"


BACKEND = 'context.Backend == null ? "null" : context.Backend.Type + " " + context.Backend.Id'
CHOOSE = "<set-backend-service {} />"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("", "Pool inference"),
        (CHOOSE.format('backend-id="east"'), "Single east"),
        (CHOOSE.format('backend-id="inference"'), "Pool inference"),
    ],
)
def test_the_backend_is_the_entity_that_was_chosen(before: str, told: str) -> None:
    assert shown(BACKEND, before=before) == told


def test_an_address_is_no_entity() -> None:
    outbound = f'<set-header name="x-shown"><value>@({BACKEND})</value></set-header>'
    url = 'context.Request.Url.Scheme + "://127.0.0.1:" + context.Request.Url.Port + "/x"'
    before = CHOOSE.format(f'base-url="@({url})"')
    found = ask(policy(inbound=before, outbound=outbound))
    assert (found.headers["x-shown"], found.json["path"].startswith("/x/")) == ("null", True)


LIMIT = (
    '<llm-token-limit counter-key="@((string)context.Variables["key"])" '
    'tokens-per-minute="@(int.Parse((context.Variables["limit"] as string) ?? "0"))" '
    'token-quota="@(long.Parse("1000000"))" token-quota-period="Monthly" '
    'estimate-prompt-tokens="true" />'
)
# As API Management's own policy for a Foundry API does it: the product's policy sets the limit of
# a deployment as a variable, the API's finds it by the deployment's name.
GENERATED = policy(
    inbound='<set-backend-service id="apim-generated-policy" backend-id="inference" /><choose>'
    '<when condition="@(context.Variables.ContainsKey(&quot;limit-&quot; + '
    '(string)context.Request.Foundry.Deployment))">'
    '<set-variable name="name" value="@((string)context.Request.Foundry.Deployment)" />'
    '<set-variable name="key" value="@("product/" + context.Product?.Id + "/" + '
    '(string)context.Variables["name"])" />'
    '<set-variable name="limit" value="@((string)context.Variables["limit-" + '
    '(string)context.Variables["name"]])" />'
    f"{LIMIT}</when><otherwise /></choose>"
)
PRODUCT = (
    '<policies><inbound><base /><set-variable name="limit-gpt-5" value="60" /></inbound>'
    "<backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error>"
    "</policies>"
)


def test_the_policy_that_the_portal_writes_limits_one_deployment_of_a_product() -> None:
    body = {"messages": [{"role": "user", "content": "word " * 40}]}

    async def main() -> list[Call]:
        scopes = {"product:gold": PRODUCT}
        async with served(echo, GENERATED, scopes=scopes, product="gold") as running:
            models = ("gpt-5", "gpt-5", "other", "other")
            return [await call(running, V1, body={"model": model, **body}) for model in models]

    found = run(main())
    assert [each.status for each in found] == [200, 429, 200, 200]
    assert found[1].json["message"].startswith("Token limit is exceeded. Try again in ")
