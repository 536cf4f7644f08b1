"""What API Management takes and this gateway has not: no fault of the document, and told so."""

from __future__ import annotations

import pytest

from apim_gateway.errors import PolicyError
from apim_gateway.reading.scopes import Source
from apim_gateway.streaming.report import check
from tests.apim_gateway.loopback import ask, policy

JWT = '<validate-jwt header-name="Authorization">{}</validate-jwt>'
TENANT = '<validate-azure-ad-token tenant-id="t">{}</validate-azure-ad-token>'
DECRYPTION = '<decryption-keys><key certificate-id="c" /></decryption-keys>'
CALL = '<send-request response-variable-name="r"><set-url>http://a</set-url>{}</send-request>'
BUS = '<send-service-bus-message queue-name="q" response-variable-name="r"><payload>a</payload>'


@pytest.mark.parametrize(
    ("inbound", "told"),
    [
        (JWT.format(DECRYPTION), "decryption-keys: tokens that are encrypted"),
        (TENANT.format(DECRYPTION), "decryption-keys: tokens that are encrypted"),
        (
            JWT.format('<issuer-signing-keys><key certificate-id="c" /></issuer-signing-keys>'),
            "certificate-id: there are no certificates here",
        ),
        (CALL.format('<proxy url="http://p" username="u" password="w" />'), "proxy: "),
        (
            '<set-backend-service backend-id="fabric" sf-resolve-condition="@(true)" />',
            "sf-resolve-condition: Service Fabric is not called here",
        ),
        (
            '<set-backend-service backend-id="dapr" dapr-app-id="a" dapr-method="m" />',
            "dapr-app-id: Dapr is not called here",
        ),
        (f"{BUS}</send-service-bus-message>", "response-variable-name: nothing is sent"),
    ],
)
def test_the_gateway_refuses_it_by_name_and_the_check_goes_on(inbound: str, told: str) -> None:
    document = policy(inbound=inbound)
    with pytest.raises(PolicyError, match=told):
        ask(document)
    report = check(Source(document, "p.xml"))
    assert report.verdict == "streams"
    (found,) = report.findings
    assert (found.rule, told in found.message) == ("not-run-here", True)


def test_a_certificate_for_a_call_loads_and_none_is_sent() -> None:
    certificate = '<authentication-certificate thumbprint="AB" />'
    inbound = (
        CALL.replace("http://a", "http://127.0.0.1:9")
        .format(certificate)
        .replace("response-variable-name", 'ignore-error="true" response-variable-name')
    )
    assert ask(policy(inbound=inbound)).status == 200


def test_a_message_on_its_way_has_its_own_identity() -> None:
    inbound = (
        '<send-service-bus-message topic-name="t" namespace="n" message-id="1" session-id="2" '
        'time-to-live="00:10:00" ignore-error="true"><payload>a</payload>'
        "</send-service-bus-message>"
    )
    assert ask(policy(inbound=inbound)).status == 200
