"""A gateway in a folder as APIOps lays it out: routes, scopes, pools, keys and products."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from apim_gateway.errors import ConfigError, PolicyError
from apim_gateway.serving import process
from apim_gateway.serving.settings import Address, Settings
from tests.apim_gateway.loopback import (
    KEY,
    WITH_KEY,
    Call,
    Running,
    backend,
    call,
    echo,
    listening,
    run,
    streaming,
)
from tests.apim_gateway.raw import unchunked, wire

FOLDER = Path(__file__).parents[1] / "folder_gateway"
CHAT = "/openai/deployments/gpt/chat/completions"
SECRETS = {"key-of-east": "secret-of-east"}


@asynccontextmanager
async def from_folder(*backends: Address, **more: Any) -> AsyncIterator[Running]:
    settings = Settings(backends, FOLDER, named_values=SECRETS, **more)
    runtime = await process.build(settings, KEY)
    async with listening(runtime) as running:
        yield running


@asynccontextmanager
async def two_servers(**more: Any) -> AsyncIterator[Running]:
    async def throttled(request: web.Request) -> web.StreamResponse:
        if "throttle" in request.query:
            return web.Response(status=429, headers={"Retry-After": "30"})
        return await echo(request)

    async with backend(throttled) as east, backend(echo) as west:
        east, west = east.replace("/openai", "/east"), west.replace("/openai", "/west")
        async with from_folder(Address("east", east), Address("west", west), **more) as running:
            yield running


def asked(
    path: str, method: str = "POST", headers: Mapping[str, str] = WITH_KEY, **more: Any
) -> Call:
    async def main() -> Call:
        async with two_servers(**more) as running:
            return await call(running, path, method, headers, {} if method == "POST" else None)

    found: Call = run(main())
    return found


def test_a_request_passes_the_scopes_of_its_operation_to_the_pool_of_its_api() -> None:
    found = asked(f"{CHAT}?api-version=1")
    assert found.status == 200
    assert found.json["path"] == "/east/deployments/gpt/chat/completions?api-version=1&code=a%20b"
    assert found.json["headers"]["x-way"] == "global,api,operation"
    assert found.json["headers"]["api-key"] == "secret-of-east"


def test_another_operation_has_the_apis_policy_alone() -> None:
    found = asked("/OpenAI/models", "GET")
    assert found.json["headers"]["x-way"] == "global,api"


def test_the_pool_and_the_breaker_are_those_of_the_backends() -> None:
    async def main() -> list[str]:
        async with two_servers() as running:
            tripped = await call(running, f"{CHAT}?throttle=1", body={})
            assert tripped.status == 429
            next_one = await call(running, CHAT, body={})
            assert "api-key" in next_one.json["headers"]
            assert next_one.json["headers"]["api-key"] == KEY  # west wants none of its own
            return [tripped.headers["Retry-After"], next_one.json["path"]]

    assert run(main()) == ["30", "/west/deployments/gpt/chat/completions"]


def test_the_api_with_the_longest_path_answers_and_its_version_is_a_part_of_it() -> None:
    async def main() -> tuple[Call, Call, Call, Call]:
        async with backend(echo) as url:
            redirects = {"http://127.0.0.1:9": url.rpartition("/")[0]}
            async with from_folder(redirects=redirects) as running:
                return (
                    await call(running, "/openai/anthropic/v1/messages", headers={}, body={}),
                    await call(running, "/openai/anthropic/v1/a/b", "GET", headers={}),
                    await call(running, "/openai/anthropic/messages", headers={}, body={}),
                    await call(running, "/openai;rev=2/models", "GET", SUBSCRIPTION),
                )

    longest, rest, unversioned, revision = run(main())
    assert (longest.status, longest.json["path"]) == (200, "/anthropic/messages")
    assert (rest.status, rest.json["path"]) == (200, "/anthropic/a/b")
    assert unversioned.status == 404
    assert (revision.status, revision.json["path"]) == (200, "/second/models")


SUBSCRIPTION = {"Ocp-Apim-Subscription-Key": KEY}


def test_each_api_has_its_own_names_for_the_key() -> None:
    assert asked(CHAT, headers=SUBSCRIPTION).status == 401
    assert (
        asked(CHAT, headers={})
        .headers["WWW-Authenticate"]
        .endswith('/openai",name="api-key",type="header"')
    )


def keys(folder: Path) -> Path:
    file = folder / "keys.json"
    listed = {"a": {"key": "1", "product": "gold"}, "b": {"key": "2", "product": "silver"}}
    file.write_text(json.dumps(listed), encoding="utf-8")
    return file


def test_a_key_is_good_for_the_apis_of_its_product(tmp_path: Path) -> None:
    file = keys(tmp_path)
    gold = asked(CHAT, headers={"api-key": "1"}, subscriptions=file)
    assert (gold.status, gold.headers["x-product"]) == (200, "Gold")
    assert gold.json["headers"]["x-way"] == "global,gold,api,operation"
    silver = asked(CHAT, headers={"api-key": "2"}, subscriptions=file)
    assert silver.status == 401
    own = asked(CHAT, subscriptions=file)
    assert (own.status, "x-product" in own.headers) == (200, False)
    bought = asked(CHAT, products={"gold": None})
    assert bought.headers["x-product"] == "Gold"


def test_a_stream_passes_and_what_has_no_backend_is_500() -> None:
    async def main() -> tuple[bytes, Call]:
        async with backend(streaming(20)) as url:
            addresses = (Address("east", url), Address("west", url))
            async with from_folder(*addresses) as running:
                async with wire(running, CHAT) as got:
                    await got.headers()
                    streamed = unchunked(await got.rest())
                none = {"properties": {"format": "rawxml", "value": "<policies><backend>"}}
                none["properties"]["value"] += "<forward-request /></backend></policies>"
                path, bearer = "/apis/chat/policies/policy", {"Authorization": f"Bearer {KEY}"}
                assert (await call(running, path, "PUT", bearer, none)).status == 200
                return streamed, await call(running, "/openai/models", "GET")

    streamed, nowhere = run(main())
    assert streamed.count(b"word") == 20
    assert nowhere.status == 500


def test_policies_are_put_and_read_by_api_and_operation() -> None:
    bearer = {"Authorization": f"Bearer {KEY}"}

    async def main() -> list[Any]:
        async with two_servers() as running:
            operation = "/apis/chat/operations/ChatCompletions_Create/policies/policy"
            found = []
            for path in (operation, "/apis/claude/policies/policy", "/apis/none/policies/policy"):
                found.append((await call(running, path, "GET", bearer)).status)
            text = await call(running, "/products/gold/policies/policy", "GET", bearer)
            return [*found, "x-product" in text.json["properties"]["value"]]

    assert run(main()) == [200, 200, 404, True]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"products": {"tin": None}}, "--product tin: the folder has gold, silver"),
        ({"backends": (Address("north", "http://h"),)}, "--backend north: the folder has no such"),
        ({"backends": (Address("chat-pool", "http://h"),)}, r"no such server \(east, west\)"),
        ({"folder": FOLDER / "apis"}, "has no API in it"),
    ],
)
def test_what_does_not_fit_the_folder_is_told(options: dict[str, Any], told: str) -> None:
    settings = {"folder": FOLDER, "named_values": SECRETS, **options}
    with pytest.raises(ConfigError, match=told):
        run(process.build(Settings(**settings), KEY))


def test_a_secret_that_is_not_given_is_wanted() -> None:
    with pytest.raises((ConfigError, PolicyError), match=r"key-of-east.*--named-value"):
        run(process.build(Settings(folder=FOLDER), KEY))


def test_a_session_of_a_pool_stays_with_its_member(tmp_path: Path) -> None:
    home = Path(shutil.copytree(FOLDER, tmp_path / "gateway"))
    file = home / "backends" / "chat-pool" / "backendInformation.json"
    members = [{"id": "/backends/east"}, {"id": "/backends/west"}]
    affinity = {"sessionId": {"source": "Cookie", "name": "SessionId"}}
    document = {"type": "Pool", "pool": {"services": members, "sessionAffinity": affinity}}
    file.write_text(json.dumps({"properties": document}), encoding="utf-8")

    async def main() -> tuple[Call, list[str], list[Call]]:
        async with backend(echo) as east, backend(echo) as west:
            servers = (Address("east", f"{east}/east"), Address("west", f"{west}/west"))
            settings = Settings(servers, home, named_values=SECRETS)
            async with listening(await process.build(settings, KEY)) as running:
                first = await call(running, CHAT, body={})
                cookie = first.headers["Set-Cookie"].partition(";")[0]
                mine = {**WITH_KEY, "Cookie": f"other=1; {cookie}"}
                kept = [await call(running, CHAT, headers=mine, body={}) for _ in range(3)]
                others = [await call(running, CHAT, body={}) for _ in range(4)]
                return first, [each.json["path"] for each in others], kept

    first, others, kept = run(main())
    assert first.headers["Set-Cookie"].startswith("SessionId=")
    assert {each.json["path"] for each in kept} == {first.json["path"]}
    assert not any("Set-Cookie" in each.headers for each in kept)
    assert len(set(others)) == 2


def test_a_backend_that_nobody_named_here_is_not_called() -> None:
    async def main() -> tuple[Call, str]:
        async with from_folder() as running:  # whose backends are at east.example and west.example
            return await call(running, CHAT, body={}), str(running.log)

    found, log = run(main())
    assert found.status == 500
    assert "policies may not call east.example from here" in log
    assert "secret-of-east" not in log


SHOWN = (
    "<policies><inbound><base /></inbound><backend><forward-request /></backend><outbound><base />"
    '<set-header name="x-who"><value>@(context.Subscription?.Id ?? "nobody")</value></set-header>'
    "</outbound><on-error><base /></on-error></policies>"
)


def test_where_no_key_is_needed_a_valid_one_still_tells_who_calls() -> None:
    async def main() -> list[tuple[int, str]]:
        async with backend(echo) as url:
            redirects = {"http://127.0.0.1:9": url.rpartition("/")[0]}
            async with from_folder(redirects=redirects) as running:
                path, bearer = "/apis/claude/policies/policy", {"Authorization": f"Bearer {KEY}"}
                put = {"properties": {"format": "rawxml", "value": SHOWN}}
                assert (await call(running, path, "PUT", bearer, put)).status == 200
                found = []
                for headers in (SUBSCRIPTION, {}, {"Ocp-Apim-Subscription-Key": "wrong"}):
                    messages = "/openai/anthropic/v1/messages"
                    answer = await call(running, messages, headers=headers, body={})
                    found.append((answer.status, answer.headers["x-who"]))
                return found

    assert run(main()) == [(200, "response-streaming"), (200, "nobody"), (200, "nobody")]
