"""One gateway process: built from its options, listening until it is told to stop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Optional, TextIO

from aiohttp import web

from apim_gateway.errors import ConfigError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading import api, files
from apim_gateway.reading.scopes import API, GLOBAL, OPERATION, Scopes, Source
from apim_gateway.running.backends import Backend, Breaker, Member, Pool, Target
from apim_gateway.running.services import Services
from apim_gateway.running.telemetry import Telemetry
from apim_gateway.running.trace import Traces
from apim_gateway.serving.management import Management
from apim_gateway.serving.runtime import Runtime
from apim_gateway.serving.server import Server
from apim_gateway.serving.settings import Address, Settings
from apim_gateway.wire.upstream import LARGEST_HEADER, HttpClient
from policy_expressions.context import Switches

LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}
GRACE = 0.5  # seconds for requests under way when the gateway stops


async def serve(settings: Settings, key: str, out: TextIO) -> None:
    """Listen, print the URL as one JSON line, and one line for each request, until told to stop.

    Raises ConfigError or PolicyError before it listens, ConfigError where it cannot.
    """
    runtime = await build(settings, key)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    log = _Lines(out, lambda: loop.call_soon_threadsafe(stop.set))
    server = Server(runtime, Management(runtime).answer, log.write)
    runner = web.AppRunner(
        server.application(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=GRACE,
        max_field_size=LARGEST_HEADER,
        max_line_size=LARGEST_HEADER,
    )
    await runner.setup()
    try:
        port = await _listen(runner, settings.host, settings.port)
        _stop_on_signals(stop)
        if settings.stop_with_stdin:
            _stop_with_stdin(stop)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        log.write({"url": f"http://{host}:{port}"})
        await stop.wait()
    finally:
        await runner.cleanup()
        await runtime.services.close()
        log.close()


async def build(settings: Settings, key: str) -> Runtime:
    """Build the gateway the options describe. Raises ConfigError or PolicyError."""
    declared = api.load(settings.api)
    targets = backends(declared, settings.backends)
    scopes = _scopes(settings, declared, targets)
    services = Services(
        HttpClient(dict(settings.redirects)),
        targets,
        declared.pool,
        telemetry=_telemetry(settings.telemetry),
        flush_every_chunk=settings.flush_every_chunk,
    )
    switches = Switches(settings.missing_variable, LINE_ENDS[settings.newline])
    return Runtime(declared, key, scopes, services, Traces(declared.name), switches)


def backends(declared: api.Api, servers: Sequence[Address]) -> dict[str, Target]:
    """Return the pool of the API and each of its members, by name. Raises ConfigError."""
    members = [
        Member(
            Backend(server.name, server.url, Breaker(declared.rule)),
            server.priority,
            server.weight,
        )
        for server in servers
    ]
    targets: dict[str, Target] = {member.backend.name: member.backend for member in members}
    if declared.pool in targets:
        raise ConfigError(f"--backend {declared.pool}: that is the pool's name; give another")
    targets[declared.pool] = Pool(declared.pool, members)
    return targets


def _scopes(settings: Settings, declared: api.Api, targets: Mapping[str, Target]) -> Scopes:
    sources = {API: _source(settings.policy)}
    if settings.global_policy:
        sources[GLOBAL] = _source(settings.global_policy)
    known = [operation.name for operation in declared.operations]
    for name, file in settings.operation_policies.items():
        if name not in known:
            raise ConfigError(f"--operation-policy {name}: the API has {', '.join(known)}")
        sources[f"{OPERATION}{name}"] = _source(file)
    fragments = {name: _source(file) for name, file in settings.fragments.items()}
    return Scopes(REGISTRY, targets, sources, fragments, settings.named_values)


def _telemetry(file: Optional[Path]) -> Telemetry:
    if file is None:
        return Telemetry()
    try:
        return Telemetry(file.open("a", encoding="utf-8", buffering=1).write)
    except OSError as error:
        raise ConfigError(f"--telemetry {file} cannot be written: {error}") from error


def _source(file: Path) -> Source:
    return Source(files.read(file), str(file))


class _Lines:
    """Write one JSON line for each entry, from a thread of its own.

    A reader that is slow does not stop the event loop; one that is gone stops the gateway.
    """

    def __init__(self, out: TextIO, gone: Callable[[], object]) -> None:
        self._file, self._gone = out.fileno(), gone
        self._waiting: SimpleQueue[Optional[str]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, entry: Mapping[str, object]) -> None:
        self._waiting.put(json.dumps(entry, separators=(",", ":")) + "\n")

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join(GRACE)

    def _run(self) -> None:
        try:
            for line in iter(self._waiting.get, None):
                data = line.encode("utf-8")
                while data:  # past Python's buffer, whose lock a stuck write would keep for ever
                    data = data[os.write(self._file, data) :]
        except OSError:
            self._gone()


async def _listen(runner: web.AppRunner, host: str, port: int) -> int:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"{host}:{port} cannot be listened on: {reason}") from error
    return int(runner.addresses[0][1])


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))


def _stop_with_stdin(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def wait() -> None:
        try:
            while os.read(sys.stdin.fileno(), 4096):
                pass
        except OSError:
            pass  # closed already
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, name="stdin", daemon=True).start()
