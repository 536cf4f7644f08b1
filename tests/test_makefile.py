"""make: a Python that is too old is told in one line, an environment of such a one replaced."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab_utils.settings import PROJECT

MAKE = shutil.which("make") or ""
pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not MAKE, reason="needs make, and programs that sh runs"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.txt"):
        shutil.copy(PROJECT / name, tmp_path)
    return tmp_path


def interpreter(path: Path, version: tuple[int, int]) -> Path:
    """Make a program that answers `-c CODE` as Python of that version would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    code = f"import sys; sys.version_info = ({version[0]}, {version[1]}, 1); exec(sys.argv[1])"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$2"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        [MAKE, *arguments],
        cwd=folder,
        env=kept,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def stamped(folder: Path) -> None:
    for name in ("lab", "tests"):
        (folder / ".venv" / name).touch()


@pytest.mark.parametrize("version", [(2, 7), (3, 8)])
def test_a_python_that_is_too_old_is_told_in_one_line(
    folder: Path, version: tuple[int, int]
) -> None:
    old = interpreter(folder / "old", version)
    done = make(folder, "run", f"PYTHON={old}")
    assert done.returncode == 2
    told, end = done.stderr.splitlines()
    assert told.startswith(f"{old} is Python {version[0]}.{version[1]}, the lab needs 3.9 or later")
    assert told.endswith("make run PYTHON=python3.13")
    assert end.startswith("make: ***")
    assert not (folder / ".venv").exists()


def test_an_environment_of_such_a_python_is_made_anew_by_the_next_one(folder: Path) -> None:
    interpreter(folder / ".venv" / "bin" / "python", (3, 8))
    stamped(folder)
    done = make(folder, "-n", "run", f"PYTHON={sys.executable}")
    assert f"{sys.executable} -m venv --clear .venv" in done.stdout.splitlines()


def test_an_environment_whose_python_is_gone_is_made_anew(folder: Path) -> None:
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(folder / "gone")
    stamped(folder)
    done = make(folder, "-n", "run", f"PYTHON={sys.executable}")
    assert f"{sys.executable} -m venv --clear .venv" in done.stdout.splitlines()


def test_a_fit_environment_is_left_alone(folder: Path) -> None:
    interpreter(folder / ".venv" / "bin" / "python", (3, 9))
    stamped(folder)
    done = make(folder, "-n", "run")
    assert done.stdout.splitlines() == [".venv/bin/python -m notebook_runner run"]


def test_new_requirements_are_installed_into_it(folder: Path) -> None:
    interpreter(folder / ".venv" / "bin" / "python", (3, 13))
    stamped(folder)
    old = (folder / "requirements.txt").stat().st_mtime - 100
    os.utime(folder / ".venv" / "lab", (old, old))
    done = make(folder, "-n", "run")
    assert "pip install" in done.stdout
    assert "venv --clear" not in done.stdout


def test_what_is_compiled_is_kept_for_the_next_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = interpreter(folder / ".venv" / "bin" / "python", (3, 13))
    stamped(folder)
    told = python.read_text(encoding="utf-8") + 'echo "[$PYTHONDONTWRITEBYTECODE]"\n'
    python.write_text(told.replace("exec ", '[ "$1" = -m ] || exec ', 1), encoding="utf-8")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "[]" in make(folder, "run").stdout.splitlines()
