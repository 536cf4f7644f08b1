from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import WITH_KEY, ask, policy

IDENTITY = '<authentication-managed-identity resource="https://cognitiveservices.azure.com" {} />'

SET = '<set-variable name="v" value="{}" />'


def test_the_managed_identity_signs_with_a_token_that_is_none() -> None:
    found = ask(
        policy(inbound=IDENTITY.format("")), headers={**WITH_KEY, "Authorization": "Bearer own"}
    )
    assert found.json["headers"]["authorization"] == (
        "Bearer not-a-token.managed-identity-of-the-local-gateway"
    )


def test_the_token_goes_into_a_variable_when_one_is_named() -> None:
    inbound = IDENTITY.format('output-token-variable-name="t" ignore-error="false"') + (
        '<set-header name="x-t"><value>@("Bearer " + (string)context.Variables["t"])</value>'
        "</set-header>"
    )
    headers = ask(policy(inbound=inbound)).json["headers"]
    assert headers["x-t"].startswith("Bearer not-a-token.")
    assert "authorization" not in headers


@pytest.mark.parametrize("section", ["inbound", "outbound", "on_error"])
def test_the_managed_identity_stands_in_every_section(section: str) -> None:
    shown = IDENTITY.format('output-token-variable-name="t"') + (
        '<set-header name="x-t"><value>@((string)context.Variables["t"])</value></set-header>'
    )
    broken = "@(context.Request.Body.As<string>())"  # there is no body: an error
    sections = {
        section: shown,
        **({"outbound": SET.format(broken)} if section == "on_error" else {}),
    }
    found = ask(policy(**sections))
    seen = found.json["headers"] if section == "inbound" else found.headers
    assert seen["x-t"].startswith("not-a-token.")


def test_basic_credentials() -> None:
    basic = '<authentication-basic username="user" password="pass" />'
    assert ask(policy(inbound=basic)).json["headers"]["authorization"] == "Basic dXNlcjpwYXNz"


def test_a_connection_hands_out_the_local_token() -> None:
    context = (
        '<get-authorization-context provider-id="p" authorization-id="a" '
        'context-variable-name="auth" identity-type="managed" />'
        '<set-header name="x-t"><value>@("Bearer " + ((Authorization)context.Variables'
        '["auth"]).AccessToken)</value></set-header>'
    )
    assert ask(policy(inbound=context)).json["headers"]["x-t"].startswith("Bearer not-a-token")


def test_a_client_certificate_loads_and_the_trace_says_that_none_is_sent() -> None:
    certificate = '<authentication-certificate certificate-id="mine" />'
    assert ask(policy(inbound=certificate)).status == 200
