"""What tests.as_if changes inside of each Python process; Python imports this by its name."""

from __future__ import annotations

import contextlib
import math
import os
import sys
from typing import Any, Optional

TICK = 1 / 64  # seconds: the clock and the timers of Windows


def coarse_timers() -> None:
    """Let time.monotonic and every timer go in ticks, and hide uvloop, which Windows lacks."""
    import selectors
    import time
    from types import SimpleNamespace

    monotonic, sleep, clock_info = time.monotonic, time.sleep, time.get_clock_info

    def rounded_up(seconds: float) -> float:
        return math.ceil(seconds / TICK) * TICK

    def info(name: str) -> Any:
        told = clock_info(name)  # type: ignore[arg-type]
        if name != "monotonic":
            return told
        return SimpleNamespace(**{**vars(told), "resolution": TICK})

    time.monotonic = lambda: math.floor(monotonic() / TICK) * TICK
    anything: Any = time
    anything.sleep = lambda seconds: sleep(rounded_up(seconds))
    time.get_clock_info = info
    for name in ("EpollSelector", "KqueueSelector", "PollSelector", "SelectSelector"):
        kind: Any = getattr(selectors, name, None)
        if kind is not None:
            kind.select = _with_rounded_timeout(kind.select, rounded_up)
    sys.modules["uvloop"] = None  # type: ignore[assignment]


def _with_rounded_timeout(select: Any, rounded_up: Any) -> Any:
    def rounded(self: Any, timeout: Optional[float] = None) -> Any:
        return select(self, rounded_up(timeout) if timeout and timeout > 0 else timeout)

    return rounded


def libressl() -> None:
    """Say of the ssl module what Apple's python3 does."""
    import ssl

    anything: Any = ssl
    anything.OPENSSL_VERSION = "LibreSSL 2.8.3"


def proactor() -> None:
    """Make the usual event loop one of which zmq warns, as it does of Windows'."""
    import asyncio
    from types import SimpleNamespace

    class ProactorEventLoop(asyncio.SelectorEventLoop):
        pass

    anything: Any = asyncio
    selector_loop = anything.new_event_loop
    policy = SimpleNamespace(new_event_loop=selector_loop)
    anything.ProactorEventLoop = ProactorEventLoop
    anything.WindowsSelectorEventLoopPolicy = lambda: policy
    anything.new_event_loop = ProactorEventLoop
    with contextlib.suppress(ImportError):  # not every process has Jupyter
        import jupyter_core.utils
        import zmq.asyncio

        zmq_asyncio: Any = zmq.asyncio
        zmq_asyncio._get_selector = zmq_asyncio._get_selector_windows
        utils: Any = jupyter_core.utils
        utils.sys = SimpleNamespace(platform="win32", version_info=sys.version_info)


SETTINGS = {"coarse-timers": coarse_timers, "libressl": libressl, "proactor": proactor}

for setting in os.environ.get("LAB_TESTS_AS_IF", "").split(","):
    if setting in SETTINGS:
        SETTINGS[setting]()
