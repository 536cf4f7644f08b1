from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import Call, ask, policy

REASON = '<set-header name="x-reason"><value>@(context.LastError.Reason)</value></set-header>'


def filtered(action: str, addresses: str) -> Call:
    inbound = f'<ip-filter action="{action}">{addresses}</ip-filter>'
    return ask(policy(inbound=inbound, on_error=REASON))


HERE = "<address>127.0.0.1</address>"
ELSEWHERE = "<address>10.1.2.3</address>"
AROUND = '<address-range from="127.0.0.0" to="127.0.0.255" />'
BESIDE = '<address-range from="10.0.0.0" to="10.0.0.255" />'
SIX = '<address-range from="::" to="ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" />'
WRITTEN_OTHERWISE = "<address>::ffff:127.0.0.1</address>"
EVALUATED = "<address>@(context.Request.IpAddress)</address>"


@pytest.mark.parametrize(
    ("addresses", "named"),
    [
        (HERE, True),
        (ELSEWHERE, False),
        (AROUND, True),
        (BESIDE, False),
        (SIX, False),
        (ELSEWHERE + BESIDE + HERE, True),
        (WRITTEN_OTHERWISE, True),
        (EVALUATED, True),
    ],
)
def test_the_address_of_the_caller_decides(addresses: str, named: bool) -> None:
    allowed, forbidden = filtered("allow", addresses), filtered("forbid", addresses)
    assert (allowed.status == 200, forbidden.status == 200) == (named, not named)


def test_a_refusal_is_403_with_the_documented_reason_and_message() -> None:
    found = filtered("allow", ELSEWHERE)
    assert (found.status, found.headers["x-reason"]) == (403, "CallerIpNotAllowed")
    told = "Caller IP address 127.0.0.1 is not allowed. Access denied."
    assert found.json == {"statusCode": 403, "message": told}
    found = filtered("forbid", HERE)
    assert (found.status, found.headers["x-reason"]) == (403, "CallerIpBlocked")
    assert found.json["message"] == "Caller IP address is blocked. Access denied."


def test_what_turns_out_to_be_no_address_is_an_error() -> None:
    assert filtered("allow", "<address>@(context.Request.Method)</address>").status == 500


def test_the_caller_may_be_said_to_be_elsewhere() -> None:
    inbound = f'<ip-filter action="allow">{ELSEWHERE}</ip-filter>'
    assert ask(policy(inbound=inbound)).status == 403
    found = ask(policy(inbound=inbound), caller="10.1.2.3")
    assert found.status == 200
    assert found.json["headers"]["x-forwarded-for"].endswith("10.1.2.3")
