"""Serves the mock from the command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, Optional

from aiohttp.http_exceptions import HttpProcessingError

from . import loop, recorder, replayer, scenarios, script
from .behaviour import COMMON
from .deployments import Deployments
from .errors import OptionError
from .listening import own_certificate
from .mock import Mock
from .pace import DEFAULT, Pace
from .recording import load
from .server import serving

TLS = "serve https, and write the authority that a client has to trust to FILE (PEM)"


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__}",
        description="Stream answers exactly as Azure OpenAI does.",
        epilog=_epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_listening(parser)
    add = parser.add_argument
    add("--region", default="local", help="what x-ms-region says")
    add("--ttft", type=_seconds, default=DEFAULT.ttft, help="seconds to the first token")
    add("--tpot", type=_seconds, default=DEFAULT.tpot, help="seconds between tokens, on average")
    add("--seed", type=int, default=0, help="fixes ids and gaps between tokens")
    add(
        "--deployment",
        action="append",
        default=[],
        metavar="NAME[=MODEL]",
        help="a deployment that exists, others then do not; may be repeated;"
        " without it, each model is deployed under its own name (GET /openai/models lists them)",
    )
    add("--any-deployment", action="store_true", help="deployments of any name exist")
    add("--replay", type=Path, metavar="FOLDER", help="serve what `record` has kept, and only that")
    add("--speed", type=_speed, default=1.0, help="of a replay: 2 is twice as fast, 0 at once")
    add(
        "--script",
        type=Path,
        metavar="FILE",
        help="rules for answers (JSON or YAML; see README.md)",
    )
    add("--requests-per-minute", type=_limit, help="of each deployment; no limit without")
    add("--tokens-per-minute", type=_limit, help="of each deployment; no limit without")
    return parser


def record_arguments() -> argparse.ArgumentParser:
    """Return the parser of `record`."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {__package__} record",
        description="Stand between a client and a real service, and keep each exchange with its "
        "timing, without keys: python -m mock_openai --replay FOLDER serves them.",
    )
    add = parser.add_argument
    add("--upstream", required=True, metavar="URL", help="such as https://NAME.openai.azure.com")
    add("--out", type=Path, required=True, metavar="FOLDER", help="where the exchanges are kept")
    _add_listening(parser)
    return parser


def _add_listening(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, help="0, the default, takes any free one")
    add("--tls", type=Path, metavar="FILE", help=TLS)
    add(
        "--stop-with-stdin",
        action="store_true",
        help="stop when standard input closes, as it does when the parent process ends",
    )


def _epilog() -> str:
    told = scenarios.parameters()
    lines = [
        "`record` keeps exchanges with a real service: see record --help.",
        "",
        f"Each call can choose a scenario: '{scenarios.HEADER}: NAME; parameter=value; ...'",
        *(f"  {name:<16} {doc}" for name, doc in scenarios.described().items()),
        "",
        "Parameters of every scenario:",
        *(f"  {name:<16} {told[name]}" for name in COMMON),
        "Parameters of some:",
        *(f"  {name:<16} {doc}" for name, doc in told.items() if name not in COMMON),
    ]
    return "\n".join(lines)


def _limit(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more per minute")
    return value


def _speed(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 1000")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 3600 seconds")
    return value


async def run(options: argparse.Namespace, recording: bool = False) -> None:
    """Serve until a signal or the end of standard input.

    Raises OptionError, and OSError if the port is taken.
    """
    running = asyncio.get_running_loop()
    stop = asyncio.Event()

    def request_stop(*_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            running.call_soon_threadsafe(stop.set)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, request_stop)
    if options.stop_with_stdin:
        threading.Thread(target=_wait_for_eof, args=(request_stop,), daemon=True).start()

    tls = own_certificate(options.tls, options.host) if options.tls else None
    if recording:
        server = recorder.recording(
            options.upstream, options.out, options.host, options.port, _say, tls
        )
        told: dict[str, object] = {"upstream": options.upstream, "out": str(options.out)}
    elif options.replay:
        kept = load(options.replay)
        server = replayer.replaying(kept, options.speed, options.host, options.port, tls)
        told = {"replays": str(options.replay), "recordings": len(kept)}
    else:
        server, told = (
            serving(_mock(options), options.host, options.port, tls),
            {"region": options.region},
        )
    async with server as url:
        _say(json.dumps({"url": url, **told}))
        await stop.wait()


def _say(line: str) -> None:
    print(line, flush=True)


def _mock(options: argparse.Namespace) -> Mock:
    return Mock(
        region=options.region,
        pace=Pace(options.ttft, options.tpot),
        seed=options.seed,
        deployments=Deployments.of(options.deployment, options.any_deployment),
        requests_per_minute=options.requests_per_minute,
        tokens_per_minute=options.tokens_per_minute,
        script=script.load(options.script) if options.script else script.Script(),
    )


def _wait_for_eof(then: Callable[[], None]) -> None:
    # Not through sys.stdin: its lock, held by this thread, would abort the interpreter's end.
    with contextlib.suppress(OSError):  # a handle that is no longer valid is closed, too
        while os.read(0, 1024):
            pass
    then()


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Let aiohttp log what goes wrong here, but not that somebody sent what is no HTTP."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command line; returns the exit code."""
    given = sys.argv[1:] if argv is None else list(argv)
    recording = given[:1] == ["record"]
    options = (
        record_arguments().parse_args(given[1:]) if recording else arguments().parse_args(given)
    )
    logging.getLogger("aiohttp.server").addFilter(_is_our_fault)
    try:
        loop.run(run(options, recording))
    except OptionError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"Cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
