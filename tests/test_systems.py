"""Windows and macOS, as far as one can simulate them: each setting of tests.as_if, with a control.

Each test has a twin that shows that the setting does what it stands for.
"""

from __future__ import annotations

import configparser
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lab_utils.settings import PROJECT
from tests.as_if import environment, has_localedef

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="simulates another system on POSIX")
with_locales = pytest.mark.skipif(not has_localedef(), reason="localedef makes the locale")

# What pip, make, nbval, git and pre-commit may read in the encoding of the locale.
READ_BY_TOOLS = sorted(
    path
    for pattern in ("Makefile", "*.toml", "**/requirements.txt", "tests/*.cfg", ".*.yaml", ".git*s")
    for path in PROJECT.glob(pattern)
    if ".venv" not in path.parts and ".az" not in path.parts
)


def python(
    setting: str, folder: Path, *arguments: str, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run Python as if on another system."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**environment([setting], folder), "LAB_STATE_DIR": str(folder / "lab")},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=seconds,
    )


@pytest.mark.parametrize(
    "path", READ_BY_TOOLS, ids=lambda path: path.relative_to(PROJECT).as_posix()
)
def test_what_tools_read_in_the_locale_is_ascii(path: Path) -> None:
    assert path.read_bytes().isascii()


MATCHES = (
    "import configparser, re, sys; rules = configparser.RawConfigParser(); "
    "rules.read_file(open('tests/nbval_sanitize.cfg')); "  # as nbval opens it
    "print(re.sub(rules['strip']['regex'], 'same', '|\\u00b7\\u2588 |'), "
    "__import__('locale').getpreferredencoding(False))"
)


@with_locales
def test_the_strips_are_compared_under_cp1252(tmp_path: Path) -> None:
    done = python("cp1252", tmp_path, "-c", MATCHES)
    assert done.stdout.split() == ["same", "CP1252"], done.stderr


def test_the_sanitizer_knows_a_strip() -> None:
    rules = configparser.RawConfigParser()
    rules.read(PROJECT / "tests" / "nbval_sanitize.cfg", encoding="ascii")
    assert {"seconds", "port", "strip"} <= set(rules.sections())


SHOWN = re.findall(
    r"^\| [^|]* \| `(tests/[^`]*)` \|$",
    (PROJECT / "docs" / "systems.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_the_page_names_what_shows_it() -> None:
    assert len(SHOWN) == 10


@pytest.mark.parametrize("shown", SHOWN)
def test_what_the_page_says_is_shown_by_tests_that_exist(shown: str) -> None:
    files, _, wanted = shown.partition(" -k ")
    for file in files.split():
        names = re.findall(r"^def (test_\w*)", (PROJECT / file).read_text(encoding="utf-8"), re.M)
        assert [name for name in names if wanted in name], file


def small_notebook(folder: Path) -> str:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell("print('d\u00e9j\u00e0 \u2588')")]
    path = folder / "small.ipynb"
    nbformat.write(notebook, path)
    return str(path)


PLAIN = (
    "import nbformat, nbclient, sys; notebook = nbformat.read(sys.argv[1], 4); "
    "nbclient.NotebookClient(notebook, kernel_name='python3').execute()"
)


@on_posix
def test_a_run_shows_nothing_before_the_notebook_on_windows_loop(tmp_path: Path) -> None:
    path = small_notebook(tmp_path)
    # The last jupyter_client for Python 3.9 tells of a migration to come, on every system.
    shown = ("-W", "default", "-W", "ignore:Jupyter is migrating:DeprecationWarning")
    done = python("proactor", tmp_path, *shown, "-m", "notebook_runner", "run", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "d\u00e9j\u00e0" in done.stdout


@on_posix
def test_another_client_would_warn_of_windows_loop(tmp_path: Path) -> None:
    done = python("proactor", tmp_path, "-c", PLAIN, small_notebook(tmp_path))
    assert "Proactor event loop does not implement add_reader" in done.stderr


@with_locales
def test_a_run_goes_through_in_a_cp1252_console(tmp_path: Path) -> None:
    path = small_notebook(tmp_path)
    done = python("cp1252", tmp_path, "-m", "notebook_runner", "run", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "?" in done.stdout  # what CP1252 lacks


@with_locales
def test_what_a_tool_says_into_a_pipe_is_utf_8_in_a_cp1252_console(tmp_path: Path) -> None:
    document = tmp_path / "policy.xml"
    text = '<policies><inbound><set-status code="\u4e2d\u2192" /></inbound></policies>'
    document.write_text(text, encoding="utf-8")
    done = python("cp1252", tmp_path, "-m", "apim_gateway", "check", str(document))
    assert "Traceback" not in done.stderr
    assert (done.returncode, "\u4e2d" in done.stdout) == (1, True)


@with_locales
def test_questions_are_read_as_utf_8_in_a_cp1252_console(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "policy_expressions", "eval", "--jsonl"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=environment(["cp1252"], tmp_path),
        input='\ufeff{"id": 1, "expr": "\\"\u00e9\u20ac\\".Length"}\n'.encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert json.loads(done.stdout)["text"] == "2"


@on_posix
def test_apples_python_imports_the_lab_without_a_warning(tmp_path: Path) -> None:
    first = "from lab_utils import Lab; import requests; Lab"
    done = python("libressl", tmp_path, "-W", "error", "-c", first)
    assert (done.returncode, done.stderr) == (0, "")
    alone = python("libressl", tmp_path, "-W", "default", "-c", "import requests")
    assert "NotOpenSSLWarning" in alone.stderr


@on_posix
def test_apples_python_runs_tests(tmp_path: Path) -> None:
    done = python(
        *("libressl", tmp_path, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"),
        "tests/test_secret.py",
    )
    assert done.returncode == 0, done.stdout


@on_posix
def test_coarse_timers_go_in_ticks_of_a_64th(tmp_path: Path) -> None:
    ticks = (
        "import asyncio, time; loop = asyncio.new_event_loop(); "
        "began = loop.time(); loop.run_until_complete(asyncio.sleep(0.001)); "
        "print((loop.time() - began) * 64)"
    )
    done = python("coarse-timers", tmp_path, "-c", ticks)
    assert float(done.stdout).is_integer(), done.stderr
    assert float(done.stdout) >= 1


@on_posix
@pytest.mark.parametrize("server", ["apim_gateway.serving.descriptors", "mock_openai.loop"])
def test_servers_lift_the_limit_of_256_descriptors(server: str, tmp_path: Path) -> None:
    resource: Any = importlib.import_module("resource")  # Windows has none
    soft = "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    lift = f"from {server} import raise_limit; raise_limit(); {soft}"
    command = ["-m", "tests.as_if", "descriptors", "-c"]
    limits = [
        int(
            subprocess.run(
                [sys.executable, *command, text],
                cwd=PROJECT,
                capture_output=True,
                encoding="utf-8",
                check=True,
                timeout=60,
            ).stdout
        )
        for text in (soft, lift)
    ]
    assert limits[0] == 256
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert limits[1] == hard or limits[1] >= 1024
