from __future__ import annotations

import pytest

from tests.apim_gateway.loopback import CHAT, WITH_KEY, Call, ask, policy

ORIGIN = "https://lab.example"


def cors(attributes: str = "", origin: str = ORIGIN, more: str = "") -> str:
    return (
        f"<cors {attributes}><allowed-origins><origin>{origin}</origin></allowed-origins>"
        f"{more}</cors>"
    )


ALL = (
    '<allowed-methods preflight-result-max-age="300"><method>*</method></allowed-methods>'
    "<allowed-headers><header>*</header></allowed-headers>"
    "<expose-headers><header>x-ms-region</header></expose-headers>"
)


def preflight(document: str, origin: str = ORIGIN, method: str = "POST") -> Call:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "api-key",
    }
    return ask(document, method="OPTIONS", path=CHAT, headers=headers)


def granted(found: Call) -> dict[str, str]:
    prefix = "Access-Control-"
    return {name: value for name, value in found.headers.items() if name.startswith(prefix)}


def test_a_preflight_is_answered_without_a_key_and_without_the_backend() -> None:
    found = preflight(policy(inbound=cors(more=ALL)))
    assert (found.status, found.body) == (200, b"")
    assert granted(found) == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "api-key",
        "Access-Control-Max-Age": "300",
    }


def test_a_preflight_runs_no_other_policy() -> None:
    other = "<return-response><set-status code='418' /></return-response>"
    assert preflight(policy(inbound=other + cors(more=ALL))).status == 200


def test_a_preflight_is_answered_by_the_parent_scopes_policy_too() -> None:
    whole = f"<policies><inbound>{cors(more=ALL)}</inbound></policies>"
    assert granted(ask_with_global(whole))["Access-Control-Allow-Origin"] == ORIGIN


def ask_with_global(document: str) -> Call:
    headers = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    return ask(policy(), method="OPTIONS", headers=headers, scopes={"global": document})


def test_an_origin_that_is_not_listed_gets_an_empty_200() -> None:
    found = preflight(policy(inbound=cors(more=ALL)), origin="https://evil.example")
    assert (found.status, found.body, granted(found)) == (200, b"", {})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_get_and_post_are_allowed_unless_methods_are_given(method: str) -> None:
    document = policy(inbound=cors())
    found = preflight(document, method="POST")
    assert granted(found)["Access-Control-Allow-Methods"] == "GET, POST"
    only = cors(more="<allowed-methods><method>PATCH</method></allowed-methods>")
    assert granted(preflight(policy(inbound=only))) == {}


def test_without_a_cors_policy_a_preflight_is_404() -> None:
    assert preflight(policy()).status == 404


def test_a_page_that_is_listed_may_see_the_response() -> None:
    document = policy(inbound=cors('allow-credentials="true"', more=ALL))
    found = ask(document, headers={**WITH_KEY, "Origin": ORIGIN})
    assert granted(found) == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "x-ms-region",
    }
    assert found.json["method"] == "POST"


def test_any_origin_is_answered_with_a_star() -> None:
    found = ask(policy(inbound=cors(origin="*")), headers={**WITH_KEY, "Origin": ORIGIN})
    assert granted(found) == {"Access-Control-Allow-Origin": "*"}


def test_a_port_that_is_none_is_no_listed_origin() -> None:
    found = ask(policy(inbound=cors()), headers={**WITH_KEY, "Origin": "http://a:b"})
    assert (found.status, granted(found)) == (200, {})
