"""The loopback Azure on a TLS socket of 127.0.0.1, and a home for az that knows no other cloud."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme
from aiohttp import web

from . import az_environment
from .cloud import SUBSCRIPTION, Cloud
from .identity import CLIENT, CLIENT_SECRET, SECONDS, TENANT, Identity
from .messages import Answer, Request

BICEP = Path(__file__).parent / "bin"  # holds the stand-in for the compiler
NAME = "LabCloud"


class Loopback:
    """Serve a Cloud; with `environment` az and the SDKs talk to it and to nobody else."""

    def __init__(self, folder: Path, host: str) -> None:
        self.url = f"https://{host}"
        self._host = host
        self.identity = Identity()  # outlives a cloud: az keeps its tokens
        self.cloud = Cloud(self.identity, host)
        self.config = folder / "azure"
        self.environment = {
            **az_environment.environment([BICEP]),
            "AZURE_CONFIG_DIR": str(self.config),
            "REQUESTS_CA_BUNDLE": str(folder / "ca.pem"),
            "AZURE_CORE_COLLECT_TELEMETRY": "0",
            "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
            "AZURE_CORE_ENCRYPT_TOKEN_CACHE": "false",
            "AZURE_BICEP_USE_BINARY_FROM_PATH": "true",
        }

    def reset(self) -> Cloud:
        """Begin with an empty cloud again."""
        self.cloud.stop()
        self.cloud = Cloud(self.identity, self._host)
        self.identity.seconds = SECONDS
        self.expire_tokens()
        return self.cloud

    def expire_tokens(self) -> None:
        """Let every token end that was given out, and let az know, as it would by its clock."""
        self.identity.issued.clear()
        (self.config / "msal_token_cache.json").write_text("{}", encoding="utf-8")

    def sign_in(self, secret: str = CLIENT_SECRET) -> None:
        """Write the files that `az cloud set` and `az login --service-principal` would write."""
        self.config.mkdir(exist_ok=True)
        (self.config / "config").write_text(f"[cloud]\nname = {NAME}\n", encoding="utf-8")
        (self.config / "clouds.config").write_text(
            f"[{NAME}]\n"
            f"endpoint_resource_manager = {self.url}/\n"
            f"endpoint_active_directory = {self.url}/adfs\n"
            f"endpoint_active_directory_resource_id = {self.url}/\n"
            f"endpoint_app_service_resource_id = {self.url}/appservice\n"
            f"subscription = {SUBSCRIPTION}\n",
            encoding="utf-8",
        )
        subscription = {
            "id": SUBSCRIPTION,
            "name": "Lab subscription",
            "state": "Enabled",
            "user": {"name": CLIENT, "type": "servicePrincipal"},
            "isDefault": True,
            "tenantId": TENANT,
            "environmentName": NAME,
            "homeTenantId": TENANT,
            "managedByTenants": [],
        }
        profile = {"installationId": CLIENT, "subscriptions": [subscription]}
        entry = {"client_id": CLIENT, "tenant": TENANT, "client_secret": secret}
        for name, data in (
            ("azureProfile.json", profile),
            ("service_principal_entries.json", [entry]),
        ):
            (self.config / name).write_text(json.dumps(data), encoding="utf-8")

    def sign_out(self) -> None:
        """Forget the sign-in, as `az logout` does."""
        for name in ("azureProfile.json", "service_principal_entries.json"):
            (self.config / name).unlink(missing_ok=True)
        self.expire_tokens()


@contextmanager
def serve(folder: Path) -> Iterator[Loopback]:
    """Run a loopback Azure on a free port until the block ends; its files go to `folder`."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    box: list[Loopback] = []
    connections: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()

    async def handle(received: web.Request) -> web.StreamResponse:
        request = Request(
            received.method,
            received.path,
            dict(received.query),
            {name.lower(): value for name, value in received.headers.items()},
            await received.read(),
            f"https://{received.host}",
        )
        assert isinstance(received.transport, asyncio.Transport)
        connections.add(received.transport)
        answer = await asyncio.to_thread(box[0].cloud.answer, request)
        if answer.dropped:
            received.transport.abort()
        return _response(answer)

    async def start() -> tuple[web.AppRunner, str]:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        return runner, f"127.0.0.1:{runner.addresses[0][1]}"

    async def stop() -> None:
        await runner.cleanup()
        for connection in connections:
            connection.abort()  # az keeps its connections; a TLS farewell would wait for it
        await asyncio.sleep(0.01)

    runner, host = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    loopback = Loopback(folder, host)
    loopback.sign_in()
    box.append(loopback)
    try:
        yield loopback
    finally:
        loopback.cloud.stop()
        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _response(answer: Answer) -> web.Response:
    headers = {"x-ms-request-id": "loopback", **answer.headers}
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    if isinstance(answer.body, bytes):
        return web.Response(status=answer.status, headers=headers, body=answer.body)
    return web.json_response(answer.body, status=answer.status, headers=headers)
