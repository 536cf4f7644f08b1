"""Server processes, and what they use up."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.clients import KEY

PROJECT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Server:
    """Hold a process that serves, and how many seconds it took until it did."""

    url: str
    process: psutil.Process
    ready: float

    def cpu(self) -> float:
        """Return the seconds of CPU it has used, in steps of the system's clock (10 ms)."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def memory(self) -> int:
        """Return the bytes of memory it holds."""
        return int(self.process.memory_info().rss)


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Server]:
    """Start `python -m ARGUMENTS` of a checkout; its first line of output tells its URL."""
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "LAB_API_KEY": KEY},
    ) as started:
        try:
            if started.stdout is None:
                raise RuntimeError("no output")
            url = json.loads(started.stdout.readline())["url"]
            # A log that nobody reads would pile up in the gateway.
            threading.Thread(target=deque, args=(started.stdout, 0), daemon=True).start()
            yield Server(url, psutil.Process(started.pid), time.perf_counter() - start)
        finally:
            started.kill()


@contextmanager
def gateway(backend: Server, folder: Path = PROJECT) -> Iterator[Server]:
    """Start the gateway of a checkout with the lab's own policy."""
    files = folder / "infra" / "gateway"
    with serving(
        folder,
        *("apim_gateway", "serve"),
        *("--policy", str(files / "policy.xml"), "--api", str(files / "api.json")),
        *("--backend", f"bench={backend.url}/openai"),
    ) as server:
        yield server


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on uvloop where it installs, as the gateway does."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)
