"""The event loop the mock runs in, and how many connections the system lets it hold."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator
from typing import Any


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a program until it ends, in the fastest loop that can reset a connection."""
    raise_limit()
    # What is loaded by now stays. Each full collection would look through it, a tenth of a second
    # in which no stream goes on.
    gc.freeze()
    loop = new_loop()
    try:
        with _woken_by_signals(loop):
            loop.run_until_complete(main)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def new_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's loop where that is installed, else asyncio's on selectors.

    Not the Proactor loop of Windows: it shuts a connection down before it closes it, so a client
    reads a clean end where `reset` promises a reset.
    """
    try:
        import uvloop
    except ImportError:
        return asyncio.SelectorEventLoop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def raise_limit() -> int:
    """Raise the soft limit of descriptors to the hard one; returns what holds, 0 if unknown.

    A terminal on macOS gives 256, which 120 streams through a gateway use up.
    """
    held = 0
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        # macOS says "no limit" but takes no more than 10240 (OPEN_MAX).
        for wanted in (hard, 10_240):
            if soft != resource.RLIM_INFINITY and wanted != soft:
                with contextlib.suppress(ValueError, OSError):
                    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                    break
        held = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return held


@contextlib.contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let Ctrl-C wake the loop on Windows, whose select waits on (python/cpython#67246)."""
    if sys.platform == "win32":
        reader, writer = socket.socketpair()
        with reader, writer:
            for end in (reader, writer):
                end.setblocking(False)
            loop.add_reader(reader, reader.recv, 4096)
            before = signal.set_wakeup_fd(writer.fileno())
            try:
                yield
            finally:
                signal.set_wakeup_fd(before)
                loop.remove_reader(reader)
    else:
        yield
