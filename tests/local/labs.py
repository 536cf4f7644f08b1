"""Local labs as other kernels have them, and the processes they consist of."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

import psutil
import requests

from lab_utils.local.target import LocalTarget
from lab_utils.settings import PROJECT, Settings
from lab_utils.target import Deployment
from local_processes.state import State

MODEL = Settings().model


def target(folder: Path, said: Optional[list[str]] = None, **changes: Any) -> LocalTarget:
    """Return a target as another kernel would have it."""
    settings = replace(Settings(), state_dir=folder, **changes)
    lines = [] if said is None else said
    return LocalTarget(settings, say=lines.append)


def ask(deployment: Deployment, **headers: str) -> requests.Response:
    return requests.post(
        f"{deployment.gateway_url}/openai/deployments/{MODEL}/chat/completions",
        params={"api-version": "2024-10-21"},
        headers=headers,
        json={"messages": [{"role": "user", "content": "Say hi."}]},
        timeout=30,
    )


def read(folder: Path) -> State:
    state = State.read(folder)
    assert state is not None
    return state


def processes_of(folder: Path) -> list[psutil.Process]:
    state = read(folder)
    found = [process.find() for process in (state.supervisor, *state.servers)]
    return [process for process in found if process is not None]


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_end(processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 30
    while any(map(runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(runs, processes))


def labs_of(folder: Path) -> list[psutil.Process]:
    """Return the processes that this machine runs for the lab in a folder, whoever started them."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"--state-dir={folder}" in (process.info["cmdline"] or []) and runs(process)
    ]


def start_alone(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lab_utils.local", f"--state-dir={folder}", *options]
    started = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while State.read(folder) is None and started.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return started


def deploy_elsewhere(folder: Path, then: str = "") -> subprocess.CompletedProcess[str]:
    """Deploy in a process of its own, as a kernel does, and let it end."""
    program = (
        "from lab_utils import Lab\n"
        f"lab = Lab.from_env({{'LAB_STATE_DIR': {str(folder)!r}}})\n"
        f"lab.deploy()\n{then}"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
