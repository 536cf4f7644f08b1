from __future__ import annotations

import base64
import itertools
import time
from typing import Any

import pytest
from aiohttp import web

from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import (
    WITH_KEY,
    Call,
    ask,
    backend,
    call,
    echo,
    policy,
    run,
    served,
)
from tests.apim_gateway.policies.test_signature import SECRET, part, published, rsa, shared

KEYS = f"<issuer-signing-keys><key>{base64.b64encode(SECRET).decode()}</key></issuer-signing-keys>"
SOON = int(time.time()) + 86_400  # tokens are made when the tests are collected


def validate(inside: str = KEYS, attributes: str = 'header-name="Authorization"') -> str:
    return f"<validate-jwt {attributes}>{inside}</validate-jwt>"


def asked(token: str, xml: str, scheme: str = "Bearer ") -> Call:
    document = policy(
        inbound=xml,
        on_error='<set-header name="x"><value>@(context.LastError.Reason)</value></set-header>',
    )
    return ask(document, headers={**WITH_KEY, "Authorization": f"{scheme}{token}"})


def test_a_valid_token_passes() -> None:
    assert asked(shared({"exp": SOON}), validate()).status == 200


@pytest.mark.parametrize(
    ("token", "xml", "reason"),
    [
        ("", validate(), "TokenNotPresent"),
        ("no-token", validate(), "JwtInvalid"),
        (shared({"exp": SOON})[:-4] + "AAAA", validate(), "TokenSignatureInvalid"),
        (f"{part({'alg': 'none'})}.{part({'exp': SOON})}.", validate(), "TokenSignatureInvalid"),
        (shared({"exp": 1}), validate(), "TokenExpired"),
        (shared({}), validate(), "JwtInvalid"),
        (shared({"exp": SOON, "nbf": SOON}), validate(), "JwtInvalid"),
        (
            shared({"exp": SOON, "aud": "b"}),
            validate(f"{KEYS}<audiences><audience>a</audience></audiences>"),
            "TokenAudienceNotAllowed",
        ),
        (
            shared({"exp": SOON, "iss": "b"}),
            validate(f"{KEYS}<issuers><issuer>a</issuer></issuers>"),
            "TokenIssuerNotAllowed",
        ),
        (
            shared({"exp": SOON}),
            validate(f'{KEYS}<required-claims><claim name="r" /></required-claims>'),
            "TokenClaimNotFound",
        ),
        (
            shared({"exp": SOON, "r": "b"}),
            validate(
                f'{KEYS}<required-claims><claim name="r"><value>a</value></claim></required-claims>'
            ),
            "TokenClaimValueNotAllowed",
        ),
    ],
    ids=map(str, itertools.count()),  # no token stands in a name, which would change with the time
)
def test_a_token_that_is_not_valid_is_401_with_its_reason(
    token: str, xml: str, reason: str
) -> None:
    found = asked(token, xml)
    assert (found.status, found.headers["x"]) == (401, reason)
    assert found.json["statusCode"] == 401


def test_a_missing_token_is_told_as_documented() -> None:
    assert ask(policy(inbound=validate())).json == {
        "statusCode": 401,
        "message": "JWT not present.",
    }


def test_status_and_message_may_be_ones_own() -> None:
    own = 'header-name="Authorization" failed-validation-httpcode="403" '
    found = asked("", validate(KEYS, f'{own}failed-validation-error-message="no"'))
    assert (found.status, found.json["message"]) == (403, "no")


def test_the_token_may_stand_in_the_query_or_in_an_expression() -> None:
    token = shared({"exp": SOON})
    query = policy(inbound=validate(KEYS, 'query-parameter-name="t"'))
    assert ask(query, path=f"/openai/v1/responses?t={token}").status == 200
    value = policy(inbound=validate(KEYS, f'token-value="@(&quot;{token}&quot;)"'))
    assert ask(value).status == 200


def test_the_scheme_may_be_required() -> None:
    scheme = validate(KEYS, 'header-name="Authorization" require-scheme="Bearer"')
    assert asked(shared({"exp": SOON}), scheme).status == 200
    assert asked(shared({"exp": SOON}), scheme, "Basic ").status == 401


@pytest.mark.parametrize(("match", "status"), [("all", 401), ("any", 200)])
def test_all_or_any_of_the_values_of_a_claim(match: str, status: int) -> None:
    claims = (
        f'<required-claims><claim name="scp" match="{match}" separator=" "><value>read</value>'
        "<value>write</value></claim></required-claims>"
    )
    token = shared({"exp": SOON, "scp": "read list"})
    assert asked(token, validate(KEYS + claims)).status == status


def test_expiry_may_be_optional_and_clocks_may_differ() -> None:
    relaxed = 'header-name="Authorization" require-expiration-time="false"'
    assert asked(shared({}), validate(KEYS, relaxed)).status == 200
    skewed = 'header-name="Authorization" clock-skew="600"'
    assert asked(shared({"exp": int(time.time()) - 60}), validate(KEYS, skewed)).status == 200


def test_the_token_is_kept_in_a_variable() -> None:
    kept = validate(KEYS, 'header-name="Authorization" output-token-variable-name="jwt"')
    show = '<set-header name="x-sub"><value>@(((Jwt)context.Variables["jwt"]).Subject)</value>'
    found = asked(shared({"exp": SOON, "sub": "me"}), f"{kept}{show}</set-header>")
    assert found.json["headers"]["x-sub"] == "me"


CLIENTS = "<client-application-ids><application-id>app</application-id></client-application-ids>"
BACKENDS = (
    "<backend-application-ids><application-id>mine</application-id>"
    "<application-id>ours</application-id></backend-application-ids>"
)


def entra(claims: dict[str, Any], inside: str = CLIENTS) -> list[int]:
    """Return the status of two requests with a token of a stand-in for Microsoft Entra."""

    async def main() -> list[int]:
        calls: list[str] = []

        async def issuer(request: web.Request) -> web.StreamResponse:
            calls.append(request.path)
            base = f"http://{request.host}"
            if request.path.endswith("/keys"):
                return web.json_response({"keys": [published(kid="k")]})
            return web.json_response({"issuer": "entra", "jwks_uri": f"{base}/keys"})

        xml = f'<validate-azure-ad-token tenant-id="t">{inside}</validate-azure-ad-token>'
        headers = {**WITH_KEY, "Authorization": f"Bearer {rsa(claims, kid='k')}"}
        async with backend(issuer) as url, served(echo, policy(inbound=xml)) as running:
            await running.runtime.services.client.close()
            running.runtime.services.client = HttpClient(
                {"https://login.microsoftonline.com/": f"{url}/"}
            )
            found = [(await call(running, headers=headers)).status for _ in range(2)]
            assert len(calls) == 2  # the keys are kept
            return found

    statuses: list[int] = run(main())
    return statuses


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"exp": SOON, "iss": "entra", "appid": "app"}, 200),
        ({"exp": SOON, "iss": "entra", "azp": "app"}, 200),
        ({"exp": SOON, "iss": "entra", "appid": "other"}, 401),
        ({"exp": SOON, "iss": "other", "appid": "app"}, 401),
        ({"exp": 1, "iss": "entra", "appid": "app"}, 401),
    ],
)
def test_a_token_of_entra_is_checked_against_its_published_keys(
    claims: dict[str, Any], status: int
) -> None:
    assert entra(claims) == [status, status]


@pytest.mark.parametrize(
    ("audience", "status"),
    [("ours", 200), ("api://mine", 200), (["x", "mine"], 200), ("other", 401), (None, 401)],
)
def test_a_token_is_for_one_of_the_backend_applications(audience: Any, status: int) -> None:
    claims = {"exp": SOON, "iss": "entra", "appid": "app"}
    claims.update({"aud": audience} if audience else {})
    assert entra(claims, CLIENTS + BACKENDS) == [status, status]


def test_keys_that_cannot_be_had_are_401() -> None:
    config = '<openid-config url="http://127.0.0.1:9/.well-known/openid-configuration" />'
    found = asked(shared({"exp": SOON}), validate(config))
    assert (found.status, found.headers["x"]) == (401, "TokenSignatureKeyNotFound")


def test_one_place_for_the_token_must_be_named() -> None:
    with pytest.raises(Exception, match="needs one of header-name"):
        ask(policy(inbound=validate(KEYS, "")))
