"""The Azure CLI as a function."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

import psutil
import pytest

from azure_resources.az import Az, Completed, Process, check_for_cmd, find
from azure_resources.errors import AzError, AzureError


class Script:
    """Answer every command alike and remember what it was."""

    def __init__(self, stdout: str = "", stderr: str = "", code: int = 0) -> None:
        self.completed = Completed(code, stdout, stderr)
        self.commands: list[list[str]] = []

    def __call__(self, arguments: Sequence[str], seconds: float) -> Completed:
        self.commands.append(list(arguments))
        return self.completed


def refuse(line: str) -> None:
    raise AssertionError(f"printed {line!r}")


def test_json_is_asked_for_and_read() -> None:
    script = Script('{"id": 1}')
    assert Az(script, refuse).json("group", "show") == {"id": 1}
    assert script.commands == [["group", "show", "--output", "json"]]


def test_commands_go_to_the_chosen_subscription() -> None:
    script = Script("[]")
    Az(script, refuse).of("some-id").json("resource", "list")
    assert script.commands == [
        ["resource", "list", "--subscription", "some-id", "--output", "json"]
    ]


def test_a_warning_is_shown_once_and_never_taken_for_data() -> None:
    said: list[str] = []
    az = Az(Script("[1]", "WARNING: a new release is available\nSyntaxWarning: x"), said.append)
    assert az.json("a") == az.json("b") == [1]
    assert said == ["az: a new release is available"]


def test_no_data_where_data_is_wanted_is_an_error() -> None:
    with pytest.raises(AzError, match="printed no JSON"):
        Az(Script(""), refuse).json("group", "show")
    assert Az(Script(""), refuse).run("group", "delete") == ""


def test_a_refusal_tells_code_message_command_and_next_step() -> None:
    stderr = "ERROR: (AuthorizationFailed) no right to Bearer abcdefghijk\nCode: x"
    steps = {"AuthorizationFailed": "ask for the roles"}
    with pytest.raises(AzError) as caught:
        Az(Script("", stderr, 1), refuse, steps=steps).run("group", "create", "-n", "two words")
    error = caught.value
    assert (error.code, error.not_found) == ("AuthorizationFailed", False)
    lines = str(error).splitlines()
    assert lines[0] == "AuthorizationFailed: no right to Bearer ***"
    assert "two words" in lines[1]
    assert lines[2] == "Next: ask for the roles."


def test_a_refusal_without_a_code_begins_with_its_message() -> None:
    with pytest.raises(AzError) as caught:
        Az(Script("", "ERROR: something else", 1), refuse).run("group", "show")
    assert str(caught.value).splitlines()[0] == "something else"
    assert caught.value.reason == "something else"


def test_exit_code_3_means_not_found() -> None:
    script = Script("", "ERROR: (ResourceGroupNotFound) none", 3)
    with pytest.raises(AzError) as caught:
        Az(script, refuse).run("group", "show")
    assert caught.value.not_found


PYTHON = [sys.executable, "-c"]


def test_a_process_gets_its_arguments_untouched() -> None:
    odd = ["two words", "a&b|c", "%PATH%", '"quoted"', "ünïcode", ""]
    echo = "import sys; sys.stdout.buffer.write('\\n'.join(sys.argv[1:]).encode())"
    done = Process([*PYTHON, echo])(odd, 30)
    assert done == Completed(0, "\n".join(odd), "")


def test_a_process_reads_nothing_and_keeps_its_outputs_apart() -> None:
    script = "import sys; print(sys.stdin.read()); print('warned', file=sys.stderr); sys.exit(3)"
    done = Process([*PYTHON, script])([], 30)
    assert (done.code, done.stdout.strip(), done.stderr.strip()) == (3, "", "warned")


def test_a_slow_command_is_ended_with_its_children(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    child = f"import time, pathlib; time.sleep(2); pathlib.Path({str(mark)!r}).touch()"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(AzError, match="no answer within 1 seconds"):
        Az(Process([*PYTHON, script]), refuse).run("anything", seconds=1)
    time.sleep(2)
    assert not mark.exists()


@pytest.mark.parametrize("group", ["its own", "another"])
@pytest.mark.parametrize("groups_are_killed", [True, False], ids=["posix", "as on Windows"])
def test_an_ended_command_leaves_no_child_that_would_go_on(
    tmp_path: Path, group: str, groups_are_killed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform != "win32" and not groups_are_killed:
        monkeypatch.setattr("os.killpg", lambda *_: None)
    pid = tmp_path / "pid"
    child = "import time; time.sleep(60)"
    script = (
        "import pathlib, subprocess, sys; "
        f"started = subprocess.Popen([sys.executable, '-c', {child!r}], "
        f"start_new_session={group == 'another'}); "
        f"pathlib.Path({str(pid)!r}).write_text(str(started.pid), encoding='utf-8'); started.wait()"
    )

    def interrupted(process: object, seconds: float) -> tuple[str, str]:
        while not (pid.exists() and pid.read_text(encoding="utf-8")):
            time.sleep(0.05)
        raise KeyboardInterrupt

    monkeypatch.setattr("azure_resources.az.output", interrupted)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        Process([*PYTHON, script])([], 60)
    assert time.monotonic() - began < 50  # it did not wait for the child's end
    number = int(pid.read_text(encoding="utf-8"))
    while is_running(number):
        assert time.monotonic() - began < 50
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Tell whether a process is there, and no zombie that waits for somebody to ask for it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_an_interrupt_is_taken_between_short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    # Windows cannot break a wait, so what counts is how long one is asked for.
    waits: list[float] = []
    real = subprocess.Popen.communicate

    def communicate(self: Any, input: Any = None, timeout: Any = None) -> Any:  # noqa: A002
        waits.append(timeout)
        return real(self, input, timeout)

    monkeypatch.setattr("subprocess.Popen.communicate", communicate)
    done = Process([*PYTHON, "import time; time.sleep(1.2); print('x' * 100000)"])([], 300)
    assert done.stdout.strip() == "x" * 100_000
    assert len(waits) >= 2
    assert max(waits) <= 0.5


def finds(path: Optional[Path]) -> list[str]:
    return find(lambda name: str(path) if path and name == "az" else None, windows=True)


def test_az_missing_is_told() -> None:
    with pytest.raises(AzureError, match="not on PATH"):
        finds(None)


def test_az_is_started_as_it_is_outside_windows() -> None:
    assert find(lambda name: "/usr/bin/az", windows=False) == ["/usr/bin/az"]


def test_the_installers_batch_file_is_bypassed(tmp_path: Path) -> None:
    script = tmp_path / "CLI2" / "wbin" / "az.cmd"
    python = tmp_path / "CLI2" / "python.exe"
    for file in (script, python):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    assert finds(script) == [str(python), "-X", "utf8", "-IB", "-m", "azure.cli"]


@pytest.mark.parametrize("place", ["Scripts", "."])
def test_pips_batch_file_is_bypassed(tmp_path: Path, place: str) -> None:
    script = tmp_path / "Scripts" / "az.bat"
    python = tmp_path / place / "python.exe"
    script.parent.mkdir()
    script.touch()
    python.touch()
    assert finds(script) == [str(python), "-X", "utf8", "-m", "azure.cli"]


def test_a_batch_file_without_its_python_is_started_itself(tmp_path: Path) -> None:
    script = tmp_path / "az.cmd"
    script.touch()
    assert finds(script) == [str(script)]


@pytest.mark.parametrize(
    "argument", ["a&b", "a|b", "%PATH%", 'a"b', "a^b", "a\nb", "!x!", "<", ">"]
)
def test_what_cmd_would_read_again_is_refused(argument: str) -> None:
    with pytest.raises(AzureError, match="safely"):
        check_for_cmd(["group", argument])
    with pytest.raises(AzureError, match="safely"):
        Process(["az.cmd"])([argument], 1)


def test_what_cmd_leaves_alone_is_let_through() -> None:
    check_for_cmd(["group", "show", "-n", "lab (one)", "--src-path", r"C:\Users\a b\mock.zip"])


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX process group")
def test_az_is_in_a_group_of_its_own() -> None:
    script = "import os; print(os.getpgid(0))"
    ours = getattr(os, "getpgid", int)(0)  # a name that Windows lacks
    assert int(Process([*PYTHON, script])([], 30).stdout) != ours


def test_the_command_is_shown_as_one_types_it() -> None:
    shown = Az(Script(), refuse).text("group", "delete", "--name", "two words")
    quoted = '"two words"' if sys.platform == "win32" else "'two words'"
    assert shown == f"az group delete --name {quoted}"
