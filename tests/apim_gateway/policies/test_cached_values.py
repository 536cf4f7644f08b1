from __future__ import annotations

from tests.apim_gateway.loopback import (
    call,
    policy,
    run,
    served,
    streaming,
)

STORE = '<cache-store-value key="k" value="@(1 + 1)" duration="60" />'
LOOKUP = '<cache-lookup-value key="k" variable-name="v" {} />'
SHOW = '<set-header name="x"><value>@(context.Variables["v"])</value></set-header>'


def values(*inbounds: str) -> list[str]:
    """Return the header that each policy, put in turn on one gateway, shows."""

    async def main() -> list[str]:
        found = []
        async with served(streaming(0), policy()) as running:
            for inbound in inbounds:
                document = policy(inbound=inbound, outbound=SHOW)
                await call(
                    running,
                    "/apis/inference/policies/policy",
                    "PUT",
                    {"Authorization": "Bearer a-key-for-tests"},
                    {"properties": {"value": document}},
                )
                found.append((await call(running)).headers["x"])
        return found

    shown: list[str] = run(main())
    return shown


def test_a_value_outlives_its_request() -> None:
    assert values(STORE + LOOKUP.format(""), LOOKUP.format("")) == ["2", "2"]


def test_a_value_that_is_missing_is_the_default_or_nothing() -> None:
    assert values(LOOKUP.format(""), LOOKUP.format('default-value="d"')) == ["", "d"]


def test_a_removed_value_is_gone() -> None:
    assert values(STORE, '<cache-remove-value key="k" />' + LOOKUP.format(""))[1] == ""


def test_a_cached_value_is_a_copy() -> None:
    store = (
        '<set-variable name="o" value="@(new JObject())" />'
        '<cache-store-value key="k" value="@((JObject)context.Variables["o"])" duration="60" />'
        '<set-variable name="_" value="@{ ((JObject)context.Variables["o"])["a"] = 1; '
        'return 0; }" />'
    )
    shown = LOOKUP.format("") + (
        '<set-variable name="v" value="@(((JObject)context.Variables["v"])["a"] == null)" />'
    )
    assert values(store + shown) == ["True"]


MADE = '<set-variable name="v" value="@((context.Variables.ContainsKey("n") ? "new" : "first"))" />'
VALUE = '<cache-value key="k" variable-name="v" {}><value>{}</value></cache-value>'
AGAIN = '<set-variable name="n" value="1" />'


def test_a_value_is_made_once_and_kept() -> None:
    made = VALUE.format('expires-after="60"', MADE)
    assert values(made, AGAIN + made) == ["first", "first"]
    assert values(LOOKUP.format('default-value="none"'), made, LOOKUP.format("")) == [
        "none",
        "first",
        "first",
    ]


def test_a_value_to_be_refreshed_is_made_anew() -> None:
    made = VALUE.format('expires-after="60" refresh-after="@(30)"', MADE)
    removed = '<cache-remove-value key="k" /><set-variable name="v" value="" />'
    assert values(made, AGAIN + made, removed, AGAIN + made) == ["first", "first", "", "new"]


def test_a_value_that_is_not_made_is_the_default() -> None:
    nothing = VALUE.format('default-value="d"', '<trace source="s">x</trace>')
    assert values(nothing) == ["d"]
