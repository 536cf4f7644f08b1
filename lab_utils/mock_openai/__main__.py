"""Serves the mock from the command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Callable, Optional

from .pace import Pace
from .scenarios import HEADER, SCENARIOS
from .server import Mock, serving


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    scenarios = "\n".join(f"  {name:<16}{each.doc}" for name, each in SCENARIOS.items())
    parser = argparse.ArgumentParser(
        description="Stream chat completions exactly as Azure OpenAI does.",
        epilog=f"Scenarios, chosen per call by the header {HEADER}:\n{scenarios}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any free one")
    parser.add_argument("--region", default="local", help="what x-ms-region says")
    parser.add_argument("--ttft", type=_seconds, default=0.3, help="seconds to the first token")
    parser.add_argument("--tpot", type=_seconds, default=0.02, help="seconds between tokens")
    parser.add_argument("--seed", type=int, default=0, help="fixes ids and gaps between tokens")
    parser.add_argument(
        "--stop-with-stdin",
        action="store_true",
        help="stop when standard input closes, as it does when the parent process ends",
    )
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not from 0 to 3600 seconds")
    return value


async def run(options: argparse.Namespace) -> None:
    """Serve until a signal or the end of standard input. Raises OSError if the port is taken."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def request_stop(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, request_stop)
    if options.stop_with_stdin:
        threading.Thread(target=_wait_for_eof, args=(request_stop,), daemon=True).start()

    mock = Mock(options.region, Pace(options.ttft, options.tpot), options.seed)
    async with serving(mock, options.host, options.port) as url:
        print(json.dumps({"url": url, "region": options.region}), flush=True)
        await stop.wait()


def _wait_for_eof(then: Callable[[], None]) -> None:
    # Not through sys.stdin: its lock, held by this thread, would abort the interpreter's end.
    with contextlib.suppress(OSError):  # a handle that is no longer valid is closed, too
        while os.read(0, 1024):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has ended already
        then()


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command line; returns the exit code."""
    options = arguments().parse_args(argv)
    try:
        asyncio.run(run(options))
    except OSError as error:
        print(f"Cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
