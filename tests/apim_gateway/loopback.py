"""A gateway, backends and clients on real sockets of 127.0.0.1, all in one event loop."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Awaitable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Callable, Optional

from aiohttp import ClientSession, web
from yarl import URL

from apim_gateway.policies import REGISTRY
from apim_gateway.reading import api
from apim_gateway.reading.definition import Product
from apim_gateway.reading.scopes import Scopes, Source, scope_of
from apim_gateway.running.services import Services
from apim_gateway.running.trace import Traces
from apim_gateway.serving import defined
from apim_gateway.serving.callers import Caller
from apim_gateway.serving.listener import Listener
from apim_gateway.serving.management import Management
from apim_gateway.serving.runtime import Runtime
from apim_gateway.serving.server import Server
from apim_gateway.serving.settings import Address
from apim_gateway.wire.upstream import HttpClient
from policy_expressions.context import Limits

GATEWAY = Path(__file__).parents[2] / "infra" / "gateway"
KEY = "a-key-for-tests"
WITH_KEY = MappingProxyType({"api-key": KEY})
CHAT = "/openai/deployments/gpt/chat/completions"
EVENT = b'data: {"choices":[{"delta":{"content":"word"}}]}' + b" " * 200 + b"\n\n"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run one test's coroutine, at most 20 seconds, and let what it closed be closed."""

    async def bounded() -> Any:
        try:
            return await asyncio.wait_for(main, 20)
        finally:
            await asyncio.sleep(0.02)

    return asyncio.run(bounded())


def policy(inbound: str = "", backend: str = "", outbound: str = "", on_error: str = "") -> str:
    """Return a document with these sections, each after <base /> but for the backend's."""
    forward = backend or '<forward-request buffer-response="false" />'
    return (
        f"<policies><inbound><base />{inbound}</inbound><backend>{forward}</backend>"
        f"<outbound><base />{outbound}</outbound><on-error><base />{on_error}</on-error></policies>"
    )


@asynccontextmanager
async def serving_at(application: web.Application) -> AsyncIterator[str]:
    """Serve on a free port and give the URL."""
    runner = web.AppRunner(
        application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def backend(handler: Handler) -> AsyncIterator[str]:
    """Serve every path with `handler` and give the URL up to and including /openai."""
    application = web.Application(client_max_size=2**24)
    application.router.add_route("*", "/{path:.*}", handler)
    async with serving_at(application) as url:
        yield f"{url}/openai"


class Running:
    """Hold a gateway that listens, its log and its state."""

    def __init__(self, url: str, runtime: Runtime, log: list[Mapping[str, Any]]) -> None:
        self.url, self.runtime, self.log = url, runtime, log

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@asynccontextmanager
async def gateway(
    document: str,
    *addresses: Address,
    rule: bool = True,
    fragments: Optional[Mapping[str, str]] = None,
    scopes: Optional[Mapping[str, str]] = None,
    get: str = "",
    client: Optional[HttpClient] = None,
    header_seconds: float = 30.0,
    body_seconds: float = 15.0,
    product: str = "",
    others: Collection[Caller] = (),
    caller: str = "",
    as_bearer: bool = False,
    limits: Optional[Limits] = None,
    **services: Any,
) -> AsyncIterator[Running]:
    """Serve the lab's API, with one operation more for GET, by this policy over these backends."""
    declaration = copy.deepcopy(json.loads((GATEWAY / "api.json").read_text(encoding="utf-8")))
    if get:
        more = {"name": "get", "displayName": "Get", "method": "GET", "urlTemplate": get}
        declaration["operations"].append(more)
    if not rule:
        del declaration["backend"]["circuitBreakerRule"]
    if as_bearer:
        declaration["subscriptionKeyParameterNames"]["bearer"] = "enabled"
    declared = api.parse(declaration, "api.json")
    targets = defined.backends(declared, list(addresses))
    sources = {scope_of(declared.name): document, **(scopes or {})}
    names = {each.product for each in others} | {product, *map(_product, sources)}
    products = tuple(Product(name, name) for name in sorted(names - {""}))
    runtime = Runtime(
        (declared,),
        KEY,
        Scopes(
            REGISTRY,
            targets,
            {scope: Source(text, f"{scope}.xml") for scope, text in sources.items()},
            {declared.name: [each.name for each in products]},
            {name: Source(text, f"{name}.xml") for name, text in (fragments or {}).items()},
        ),
        Services(client or HttpClient(), targets, **services),
        Traces(),
        products=products,
        product=product,
        others=others,
        caller=caller,
        limits=limits or Limits(),
    )
    async with listening(runtime, header_seconds, body_seconds) as running:
        yield running


@asynccontextmanager
async def listening(
    runtime: Runtime, header_seconds: float = 30.0, body_seconds: float = 15.0
) -> AsyncIterator[Running]:
    """Let a gateway listen on a free port."""
    log: list[Mapping[str, Any]] = []
    server = Server(runtime, Management(runtime).answer, log.append, body_seconds)
    listener = Listener(server.handle, header_seconds)
    try:
        port = await listener.start("127.0.0.1", 0)
        yield Running(f"http://127.0.0.1:{port}", runtime, log)
    finally:
        await listener.close()
        await runtime.services.close()


def _product(scope: str) -> str:
    return scope.partition("product:")[2]


@asynccontextmanager
async def served(handler: Handler, document: str, **options: Any) -> AsyncIterator[Running]:
    """Serve a policy over one backend, named east, that answers with `handler`."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(backend(handler))
        yield await stack.enter_async_context(gateway(document, Address("east", url), **options))


def streaming(
    events: int, pause: float = 0.0, headers: Mapping[str, str] = {}, event: bytes = EVENT
) -> Handler:
    """Return a backend's handler that streams this many events and [DONE]."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", **headers})
        await stream.prepare(request)
        for _ in range(events):
            await stream.write(event)
            await asyncio.sleep(pause)
        await stream.write_eof(b"data: [DONE]\n\n")
        return stream

    return handle


def answering(status: int = 200, text: str = "{}", **headers: str) -> Handler:
    """Return a backend's handler that gives this answer."""
    pairs = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response(
            status=status, text=text, headers={"Content-Type": "application/json", **pairs}
        )

    return handle


async def echo(request: web.Request) -> web.StreamResponse:
    """Answer with the request as it arrived."""
    seen = {
        "method": request.method,
        "path": request.raw_path,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": (await request.read()).decode(),
    }
    return web.json_response(seen, headers={"x-from": "backend"})


class Call:
    """Hold what one plain request brought."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    running: Running,
    path: str = CHAT,
    method: str = "POST",
    headers: Mapping[str, str] = WITH_KEY,
    body: Any = None,
    raw: Optional[bytes] = None,
) -> Call:
    """Send one request to the gateway, a JSON `body` or a `raw` one, and read the whole answer."""
    async with ClientSession() as session:
        data: dict[str, Any] = {"json": body} if body is not None else {"data": raw}
        async with session.request(
            method,
            URL(running.url + path, encoded=True),
            headers=headers,
            allow_redirects=False,
            **data,
        ) as answer:
            content = await answer.read()
            return Call(answer.status, answer.reason or "", answer.headers, content)


def ask(
    document: str,
    handler: Handler = echo,
    path: str = CHAT,
    method: str = "POST",
    headers: Mapping[str, str] = WITH_KEY,
    body: Any = None,
    raw: Optional[bytes] = None,
    **options: Any,
) -> Call:
    """Send one request through a policy over one backend."""

    async def main() -> Call:
        async with served(handler, document, **options) as running:
            return await call(running, path, method, headers, body, raw)

    found: Call = run(main())
    return found
