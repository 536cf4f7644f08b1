"""Whose a key is: subscription, product and user, and the product's policy on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from apim_gateway.errors import ConfigError
from apim_gateway.serving import callers
from tests.apim_gateway.loopback import KEY, Call, ask, call, echo, policy, run, served

SHOW = policy(
    inbound="".join(
        f'<set-header name="x-{name}"><value>@({value})</value></set-header>'
        for name, value in {
            "subscription": "context.Subscription.Id",
            "product": 'context.Product?.Id ?? "none"',
            "user": 'context.User?.Email ?? "nobody"',
            "groups": 'string.Join(",", (context.User?.Groups ?? new IGroup[0]).Select(g => g.Id))',
        }.items()
    )
)
PRODUCT = (
    "<policies><inbound><base />"
    '<set-header name="x-way" exists-action="append"><value>{}</value></set-header></inbound>'
    "<backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error>"
    "</policies>"
)
OTHERS = (
    callers.caller("team-a", "key-of-a", "gold", None),
    callers.caller("team-b", "key-of-b"),
)


def asked(key: str, **options: Any) -> dict[str, str]:
    found = ask(SHOW, echo, headers={"api-key": key}, others=OTHERS, **options)
    assert found.status == 200, found.body
    headers: dict[str, str] = found.json["headers"]
    return headers


def test_policies_see_whose_the_key_is() -> None:
    first = asked("key-of-a")
    assert (first["x-subscription"], first["x-product"]) == ("team-a", "gold")
    second = asked("key-of-b")
    assert (second["x-subscription"], second["x-product"]) == ("team-b", "none")
    own = asked(KEY, product="silver")
    assert (own["x-subscription"], own["x-product"]) == ("response-streaming", "silver")


def test_a_subscription_and_a_user_have_their_dates(tmp_path: Path) -> None:
    years = "context.Subscription.CreatedDate.Year - context.User.RegistrationDate.Year"
    document = policy(
        inbound=f"<return-response><set-body>@(({years}).ToString())</set-body></return-response>"
    )
    (mine,) = load(tmp_path, {"a": {"key": "1", "user": {"id": "ada"}}})
    assert ask(document, headers={"api-key": "1"}, others=[mine]).body == b"0"


def test_a_products_policy_stands_between_the_global_one_and_the_apis() -> None:
    mark = '<set-header name="x-way" exists-action="append"><value>{}</value></set-header>'
    scopes = {
        "global": f"<policies><inbound>{mark.format('global')}</inbound><backend>"
        "<forward-request /></backend><outbound /><on-error /></policies>",
        "product:gold": PRODUCT.format("gold"),
        "operation:inference/chat-completions": policy(
            inbound=mark.format("operation"), backend="<base />"
        ),
    }
    document = policy(inbound=mark.format("api"), backend="<base />")

    def way(key: str) -> str:
        headers = {"api-key": key}
        found = ask(document, echo, headers=headers, others=OTHERS, scopes=scopes)
        sent: str = found.json["headers"]["x-way"]
        return sent

    assert way("key-of-a") == "global,gold,api,operation"
    assert way("key-of-b") == "global,api,operation"


def test_the_policy_of_a_product_is_put_and_read() -> None:
    bearer = {"Authorization": f"Bearer {KEY}"}
    path = "/products/gold/policies/policy"
    new = {"properties": {"format": "rawxml", "value": PRODUCT.format("new")}}

    async def main() -> tuple[Call, Call, Call]:
        scopes = {"product:gold": PRODUCT.format("old")}
        async with served(echo, policy(), scopes=scopes, others=OTHERS) as running:
            assert (await call(running, path, "PUT", bearer, new)).status == 200
            read = await call(running, path, "GET", bearer)
            sent = await call(running, headers={"api-key": "key-of-a"}, body={})
            return read, sent, await call(running, path.replace("gold", "tin"), "GET", bearer)

    read, sent, missing = run(main())
    assert read.json["properties"]["value"] == PRODUCT.format("new")
    assert sent.json["headers"]["x-way"] == "new"
    assert missing.status == 404


def test_a_limit_counts_by_subscription() -> None:
    limit = policy(inbound='<rate-limit calls="1" renewal-period="60" />')

    async def main() -> list[int]:
        async with served(echo, limit, others=OTHERS) as running:
            keys = ("key-of-a", "key-of-b", "key-of-a", KEY)
            return [(await call(running, headers={"api-key": key})).status for key in keys]

    assert run(main()) == [200, 200, 429, 200]


@pytest.mark.parametrize(("as_bearer", "status"), [(False, 401), (True, 200)])
def test_the_key_as_bearer_counts_where_the_api_says_so(as_bearer: bool, status: int) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    assert ask(policy(), headers=headers, as_bearer=as_bearer).status == status
    assert ask(policy(), headers={"Authorization": KEY}, as_bearer=as_bearer).status == 401
    wrong = {**headers, "api-key": "wrong"}
    assert ask(policy(), headers=wrong, as_bearer=as_bearer).status == 401


def load(folder: Path, content: Any) -> list[callers.Caller]:
    file = folder / "keys.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return callers.load(file, ["gold"])


def test_a_file_lists_keys_with_products_and_users(tmp_path: Path) -> None:
    user = {"id": "ada", "email": "ada@example.com", "firstName": "Ada", "groups": ["developers"]}
    one, two = load(
        tmp_path, {"a": {"key": "1", "product": "gold", "user": user}, "b": {"key": "2"}}
    )
    assert one.user is not None
    assert (one.product, one.user.first_name, one.user.groups) == (
        "gold",
        "Ada",
        ("developers",),
    )
    assert (two.product, two.user, two.subscription.id) == ("", None, "b")
    assert "key=" not in repr(one)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not JSON"),
        ([], "should be JSON such as"),
        ({"a": "secret"}, "a: needs a key"),
        ({"a": {"key": ""}}, "a: needs a key"),
        ({"a": {"key": "secret", "produkt": "gold"}}, "a: produkt: unknown"),
        ({"a": {"key": "secret", "product": "tin"}}, "no product 'tin' is known"),
        ({"a": {"key": "secret"}, "b": {"key": "secret"}}, "another subscription has that key"),
        ({"a": {"key": "secret", "user": {}}}, "user: needs an id"),
        ({"a": {"key": "secret", "user": {"id": "x", "mail": "y"}}}, "user: mail: unknown"),
    ],
)
def test_a_file_that_is_otherwise_is_told_without_its_keys(
    tmp_path: Path, content: Any, told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        load(tmp_path, content)
    assert "secret" not in str(caught.value)
