"""A supervisor of any servers: found by its state, and gone when nobody needs them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from local_processes import owners
from local_processes.errors import LocalError
from local_processes.server import Server
from local_processes.state import State, forget

PROJECT = Path(__file__).parents[2]
# Ready at once, in the form that a server has, and there until its input closes.
SERVER = """
import json, sys
print(json.dumps({"url": "http://127.0.0.1:1"}), flush=True)
sys.stdin.read()
"""
SUPERVISOR = """
import sys
from pathlib import Path
from local_processes.supervisor import Supervisor

def start(supervisor):
    server = supervisor.serve("one", "small_server")
    server.wait_ready()
    return [server], {"made": "here"}

folder = Path(sys.argv[1])
Supervisor(folder, float(sys.argv[2]), start, folder).run()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small_server.py").write_text(SERVER, encoding="utf-8")
    return tmp_path


def supervised(folder: Path, idle_seconds: float) -> tuple[subprocess.Popen[bytes], State]:
    command = [sys.executable, "-c", SUPERVISOR, str(folder), str(idle_seconds)]
    process = subprocess.Popen(command, cwd=PROJECT)
    while (state := State.read(folder)) is None:
        assert process.poll() is None
        time.sleep(0.02)
    return process, state


def test_servers_run_as_long_as_a_process_that_joined_and_stop_by_themselves(folder: Path) -> None:
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE) as user:
        owners.join(folder, user.pid)
        process, state = supervised(folder, idle_seconds=0.5)
        (server,) = state.servers
        assert (server.name, server.url) == ("one", "http://127.0.0.1:1")
        assert state.details == {"made": "here"}
        time.sleep(1.5)
        assert server.find() is not None
    assert process.wait(timeout=60) == 0
    assert server.find() is None
    assert State.read(folder) is None


def test_to_forget_the_state_is_to_stop(folder: Path) -> None:
    process, state = supervised(folder, idle_seconds=600)
    forget(folder, state.id)
    assert process.wait(timeout=60) == 0
    assert state.servers[0].find() is None


def test_a_server_that_ends_at_once_is_told_with_its_log(folder: Path) -> None:
    (folder / "small_server.py").write_text("raise SystemExit('no, thanks')", encoding="utf-8")
    server = Server("one", "small_server", [], folder / "one.log", cwd=folder)
    with pytest.raises(LocalError, match=r"one did not start; the end of .*one\.log:\nno, thanks"):
        server.wait_ready()
