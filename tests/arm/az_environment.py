"""Make .az/, the virtual environment of the Azure CLI that the tests run.

azure-cli pins other versions of the SDKs than the lab uses, so it gets an environment of its own:
    python -m tests.arm.az_environment
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".az"
REQUIREMENT = "azure-cli==2.91.0"
NEEDED = (3, 10)  # azure-cli's own requires-python
SKIPPED = ""  # why no test of az runs here
if sys.version_info < NEEDED:
    SKIPPED = f"azure-cli needs Python {NEEDED[0]}.{NEEDED[1]} or later"
elif sys.platform == "win32":
    SKIPPED = "the stand-in for the Bicep compiler is no Windows program"


def python() -> Path:
    """Return the environment's interpreter."""
    return FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def az() -> Path:
    """Return az, which each time is a process of its own."""
    return python().parent / "az"


def is_made() -> bool:
    """Tell whether the environment stands as this file wants it."""
    mark = FOLDER / "made"
    return mark.exists() and mark.read_text(encoding="utf-8") == _wanted()


def make() -> None:
    """Make the environment, unless it stands already; about half a minute."""
    if is_made():
        return
    started = time.perf_counter()
    _say(f"Making .az with {REQUIREMENT}, for tests only; about half a minute, once.")
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    pip = [str(python()), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    # Compiling its 25,000 modules takes longer than installing them; az compiles what it needs.
    subprocess.run([*pip, "--no-compile", REQUIREMENT], check=True)
    (FOLDER / "made").write_text(_wanted(), encoding="utf-8")
    _say(f"Made .az in {time.perf_counter() - started:.0f} s.")


def environment(folders: Sequence[Path] = ()) -> dict[str, str]:
    """Return the process environment with az and `folders` before PATH and with no lab setting.

    Where bytecode is not to be written az compiles thousands of modules at every start.
    """
    left_out = ("LAB_", "AZURE_", "ARM_", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(left_out)}
    first = [str(folder) for folder in (python().parent, *folders)]
    return {**kept, "PATH": os.pathsep.join([*first, kept.get("PATH", "")])}


def main() -> None:
    """Make the environment where the tests that need it run, else say why they do not."""
    if SKIPPED:
        _say(f"{SKIPPED}: the tests that run az will be skipped.")
    else:
        make()


def _wanted() -> str:
    return f"{REQUIREMENT} on Python {sys.version_info[0]}.{sys.version_info[1]}\n"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
