"""The Azure CLI as a function: arguments in, data out, Azure's own words when it refuses."""

from __future__ import annotations

import contextlib
import json
import locale
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

from local_processes.family import kill_family
from local_processes.waiting import output

from . import refusal
from .errors import AzError, AzureError
from .next_steps import NEXT_STEPS, next_step
from .redaction import redact

TEMPORARY = "az-"  # begins the name of each folder for files that only az reads
SECONDS = 300.0  # for one command; what takes longer is polled
END_SECONDS = 5.0  # for a killed command to be gone
WINDOWS = sys.platform == "win32"
MISSING = (
    "the Azure CLI `az` is not on PATH: install it as "
    "https://learn.microsoft.com/cli/azure/install-azure-cli tells, then start Jupyter again"
)


@dataclass(frozen=True)
class Completed:
    """Hold the exit code of a command and what it wrote."""

    code: int
    stdout: str
    stderr: str


Runner = Callable[[Sequence[str], float], Completed]  # az's arguments, seconds


class Az:
    """Run az commands; `run` is what runs them, `say` shows each new warning once.

    A warning never gets into the data: stdout and stderr are read apart. `steps` tells what to do
    about a code of Azure's, as NEXT_STEPS does.
    """

    def __init__(
        self,
        run: Optional[Runner] = None,
        say: Callable[[str], None] = print,
        subscription: str = "",
        steps: Mapping[str, str] = NEXT_STEPS,
    ) -> None:
        self._run = run
        self._say = say
        self._steps = steps
        self._where = ["--subscription", subscription] if subscription else []
        self._warned: set[str] = set()

    def of(self, subscription: str) -> Az:
        """Return an Az whose commands go to this subscription, whatever az's default is."""
        return Az(self._run, self._say, subscription, self._steps)

    def text(self, *arguments: str) -> str:
        """Return the command as a user would type it, whatever az's default subscription is.

        A file that is gone when the user reads it is named by its base name alone.
        """
        shown = [Path(word).name if _is_temporary(word) else word for word in arguments]
        words = ["az", *shown, *self._where]
        return redact(subprocess.list2cmdline(words) if WINDOWS else shlex.join(words))

    def next_step(self, code: str) -> str:
        """Return what to do about a code of Azure's; empty where nothing is known."""
        return next_step(code, self._steps)

    def run(self, *arguments: str, seconds: float = SECONDS, chatty: bool = False) -> str:
        """Run a command and return its stdout. Raises AzError where it does not exit with 0.

        What a `chatty` command warns of is not shown: it is a log of its steps.
        """
        if self._run is None:
            self._run = Process(find())
        command = self.text(*arguments)
        try:
            done = self._run([*arguments, *self._where, "--output", "json"], seconds)
        except subprocess.TimeoutExpired:
            raise AzError(
                command, "Timeout", f"no answer within {seconds:.0f} seconds", "run the cell again"
            ) from None
        if done.code != 0:
            told = refusal.read(done.stderr)
            raise AzError(
                command,
                told.code,
                redact(told.message),
                self.next_step(told.code),
                not_found=done.code == 3,
            )
        for line in done.stderr.splitlines() if not chatty else ():
            if line.startswith("WARNING: ") and line not in self._warned:
                self._warned.add(line)
                self._say(f"az: {redact(line[len('WARNING: ') :])}")
        return done.stdout

    def json(self, *arguments: str, seconds: float = SECONDS) -> Any:
        """Run a command and return the data it prints; AzError where that is not JSON."""
        printed = self.run(*arguments, seconds=seconds)
        try:
            return json.loads(printed)
        except ValueError:
            raise AzError(
                self.text(*arguments),
                "NoData",
                f"printed no JSON but {redact(printed[:200])!r}",
                "update the Azure CLI with `az upgrade`",
            ) from None


class Process:
    """Run az as a process of its own, without a shell, and end it with everything it started."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._is_script = command[-1].lower().endswith((".cmd", ".bat"))

    def __call__(self, arguments: Sequence[str], seconds: float) -> Completed:
        """Return how the command ended. Raises subprocess.TimeoutExpired."""
        if self._is_script:
            check_for_cmd(arguments)
        process = subprocess.Popen(  # noqa: S603 - a list, no shell; the program is az
            [*self._command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding=locale.getpreferredencoding(False) if self._is_script else "utf-8",
            errors="replace",
            env={**os.environ, "AZURE_CORE_NO_COLOR": "1"},
            **_own_group(),
        )
        try:
            stdout, stderr = output(process, seconds)
        except BaseException:  # an interrupt too: nothing is left running
            _end(process)
            raise
        return Completed(process.returncode, stdout, stderr)


def find(
    which: Callable[[str], Optional[str]] = shutil.which, windows: bool = WINDOWS
) -> list[str]:
    """Return the command that starts az. Raises AzureError where it is not installed.

    On Windows az is a batch file, and cmd.exe would read `&`, `|`, `%`, `^` and quotes in its
    arguments once more (https://github.com/python/cpython/issues/114539). So the interpreter that
    the batch file would start is started instead, where it is found.
    """
    found = which("az")
    if found is None:
        raise AzureError(MISSING)
    script = Path(found)
    kind = script.suffix.lower()
    if not windows or kind not in (".cmd", ".bat"):
        return [found]
    # The installer's az.cmd runs `..\python.exe -IBm azure.cli`; pip's az.bat the one beside it.
    isolated = ["-IB"] if kind == ".cmd" else []
    for folder in (script.parent.parent, script.parent)[:: 1 if kind == ".cmd" else -1]:
        python = folder / "python.exe"
        if python.exists():
            return [str(python), "-X", "utf8", *isolated, "-m", "azure.cli"]
    return [found]


def check_for_cmd(arguments: Sequence[str]) -> None:
    """Raise AzureError for an argument that cmd.exe would not hand on as it is."""
    for argument in arguments:
        bad = re.search(r'[&|<>^%!"\r\n]', argument)
        if bad:
            raise AzureError(
                f"{argument!r}: {bad[0]!r} cannot be handed to az.cmd safely: rename what it "
                "stands in, or install the Azure CLI with its installer"
            )


def _is_temporary(word: str) -> bool:
    """Tell whether a word is a path in a folder for files that only az reads."""
    path = Path(word)
    return path.is_absolute() and path.parent.name.startswith(TEMPORARY)


def _own_group() -> dict[str, Any]:
    """Keep an interrupt of the kernel from reaching az in the middle of a request."""
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        new_group = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        options = {"creationflags": new_group}
    return options


def _end(process: subprocess.Popen[str]) -> None:
    """Kill a command and what it started: that holds its pipes, and would go on deploying."""
    kill_family(process.pid)
    if sys.platform != "win32":  # those whose parent had ended before
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):  # nobody is left who could matter
        process.communicate(timeout=END_SECONDS)
