"""One gateway process: built from its options, listening until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Optional, TextIO

from apim_gateway.errors import ConfigError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading.scopes import Scopes
from apim_gateway.running.services import Services
from apim_gateway.running.telemetry import Telemetry
from apim_gateway.running.trace import Traces
from apim_gateway.serving import callers
from apim_gateway.serving.defined import defined
from apim_gateway.serving.descriptors import raise_limit
from apim_gateway.serving.lines import Lines, in_words
from apim_gateway.serving.listener import Listener
from apim_gateway.serving.management import Management
from apim_gateway.serving.runtime import Runtime
from apim_gateway.serving.secret import same
from apim_gateway.serving.server import Server
from apim_gateway.serving.settings import Settings
from apim_gateway.serving.traces import keeper
from apim_gateway.wire.reach import Reach
from apim_gateway.wire.upstream import HttpClient
from policy_expressions.context import Switches

LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}


async def serve(settings: Settings, key: str, out: TextIO, err: TextIO) -> None:
    """Listen, print the URL as one JSON line, and one line for each request, until told to stop.

    Why a request failed is told on `err` as well, in words.

    Raises ConfigError or PolicyError before it listens, ConfigError where it cannot.
    """
    raise_limit()
    runtime = await build(settings, key)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    log = Lines(out, lambda: loop.call_soon_threadsafe(stop.set))
    errors = Lines(err, form=in_words)

    def note(entry: Mapping[str, object]) -> None:
        log.write(entry)
        if "error" in entry:
            errors.write(entry)

    server = Server(runtime, Management(runtime).answer, note)
    listener = Listener(server.handle)
    # What is loaded by now stays: a collection need not look through it while streams wait.
    gc.freeze()
    try:
        port = await listener.start(settings.host, settings.port)
        _stop_on_signals(stop)
        if settings.stop_with_stdin:
            _stop_with_stdin(stop)
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        log.write({"url": f"http://{host}:{port}"})
        await stop.wait()
    finally:
        await listener.close()
        await runtime.services.close()
        log.close()
        errors.close()


async def build(settings: Settings, key: str) -> Runtime:
    """Build the gateway the options describe. Raises ConfigError or PolicyError."""
    definition = defined(settings)
    scopes = Scopes(
        REGISTRY,
        definition.targets,
        definition.sources,
        definition.products_by_api(),
        definition.fragments,
        definition.named_values,
    )
    services = Services(
        _client(settings),
        definition.targets,
        telemetry=_telemetry(settings.telemetry),
        flush_every_chunk=settings.flush_every_chunk,
        retry_sees_failures=settings.backend_failure == "retry",
        largest_request=settings.largest_request,
    )
    traces = Traces(keep=keeper(settings.trace_all) if settings.trace_all else None)
    switches = Switches(settings.missing_variable, LINE_ENDS[settings.newline])
    names = [product.name for product in definition.products]
    others = callers.load(settings.subscriptions, names) if settings.subscriptions else ()
    own = next(iter(settings.products), "")
    if any(same(key, other.subscription.primary_key) for other in others):
        raise ConfigError(f"{settings.subscriptions}: a subscription has the gateway's own key")
    return Runtime(
        definition.apis,
        key,
        scopes,
        services,
        traces,
        switches,
        definition.products,
        own,
        others,
        settings.caller,
    )


def _client(settings: Settings) -> HttpClient:
    named = [address.url for address in settings.backends]
    reach = Reach([*named, *settings.redirects.values(), *settings.allowed_hosts])
    return HttpClient(dict(settings.redirects), reach, settings.backend_silence)


def _telemetry(file: Optional[Path]) -> Telemetry:
    if file is None:
        return Telemetry()
    try:
        lines = file.open("a", encoding="utf-8", buffering=1)
    except OSError as error:
        raise ConfigError(f"--telemetry {file} cannot be written: {error}") from error
    return Telemetry(lines.write, lines.close)


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
