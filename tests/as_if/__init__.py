"""Run Python as if on another system, as far as one can simulate it here.

    python -m tests.as_if SETTING[,SETTING...] COMMAND...

runs COMMAND, a program of this environment such as `-m pytest tests/local`, and everything it
starts. docs/systems.md says what each setting stands for and what stays unproven.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

VARIABLE = "LAB_TESTS_AS_IF"
SITE = Path(__file__).with_name("site")


def cp1252(environment: dict[str, str], folder: Path) -> None:
    """Make the locale's encoding that of a Western European Windows. Raises OSError."""
    made = folder / "en_US.CP1252"
    if not made.exists():
        command = ["localedef", "-i", "en_US", "-f", "CP1252", str(made)]
        subprocess.run(command, capture_output=True, check=False)
        if not made.exists():
            raise OSError("localedef knows no en_US or no CP1252: install the package locales")
    environment.update(LOCPATH=str(folder), LC_ALL="en_US.CP1252", PYTHONUTF8="0")
    environment.pop("PYTHONIOENCODING", None)


def descriptors(environment: dict[str, str], folder: Path) -> None:
    """Allow 256 descriptors, as a terminal on macOS does."""
    resource: Any = importlib.import_module("resource")  # Windows has none
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))


def in_python(environment: dict[str, str], folder: Path) -> None:
    """Leave the rest to site/sitecustomize.py, which each Python process runs first."""


SETTINGS: dict[str, Callable[[dict[str, str], Path], None]] = {
    "cp1252": cp1252,
    "descriptors": descriptors,
    "coarse-timers": in_python,
    "libressl": in_python,
    "proactor": in_python,
}


def environment(settings: Sequence[str], folder: Path) -> dict[str, str]:
    """Return the environment of a process that runs as if; `folder` keeps what is made for it."""
    made = dict(os.environ)
    for name in settings:
        SETTINGS[name](made, folder)
    paths = [str(SITE), *filter(None, [made.get("PYTHONPATH")])]
    made.update({VARIABLE: ",".join(settings), "PYTHONPATH": os.pathsep.join(paths)})
    return made


def has_localedef() -> bool:
    """Tell whether a locale of CP1252 can be made here."""
    return shutil.which("localedef") is not None and sys.platform != "win32"
