"""README's commands, word by word, in a fresh copy of the folder: what they print is what it says.

Each shell block has a test here that runs it; a new block needs one. `make test` is this run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import openai
import pytest

from lab_utils import Recording
from lab_utils.settings import PROJECT
from local_processes.family import kill_family
from tests.test_docs import FENCE

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("make"),
    reason="the blocks for sh; those for PowerShell are compared with them in test_docs.py",
)
SHELL = shutil.which("sh") or ""
README = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCKS = [(kind, body) for kind, body in FENCE.findall(README)]
LEFT_OUT = (".venv*", ".az", ".git", ".lab", "build", ".*_cache", "__pycache__", ".hypothesis")
EXPERIMENTS = PROJECT / "infra" / "gateway" / "experiments"
RAN = {"make run", "make test", "check my-policy.xml", "probe --url", "--fragments", "eval --jsonl"}
RAN |= {"mock_openai --port", "apim_gateway serve"}


def block(word: str) -> str:
    """Return the shell block that has a word."""
    (found,) = [body for kind, body in BLOCKS if kind == "sh" and word in body]
    return str(found)


def shown_after(word: str) -> str:
    """Return what README shows as the output of the block that has a word."""
    number = next(n for n, (kind, body) in enumerate(BLOCKS) if kind == "sh" and word in body)
    return next(str(body) for kind, body in BLOCKS[number:] if kind in ("", "json"))


def line(word: str) -> str:
    """Return the one line of a block that has a word."""
    (found,) = [each for each in block(word).splitlines() if word in each]
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh copy in which .venv is the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("fresh") / "lab"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    for stamp in ("lab", "tests"):
        (folder / ".venv" / stamp).touch()
    return folder


def environment(**more: str) -> dict[str, str]:
    """Return that of a user who has set nothing, and nothing of the make that runs the tests."""
    kept = {n: text for n, text in os.environ.items() if not n.startswith(("LAB_", "MAKE", "PY"))}
    return {**kept, **more}


def sh(copy: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SHELL, "-c", command],
        cwd=copy,
        env=environment(**more),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def test_every_command_of_a_shell_block_is_run_here() -> None:
    for kind, body in BLOCKS:
        if kind == "sh":
            for command in re.sub(r"\\\n\s*|(?<=\|)\n\s*", " ", body).splitlines():
                assert any(word in command for word in RAN), command


def test_make_run_runs_the_lesson(copy: Path) -> None:
    done = sh(copy, line("make run"))
    assert done.returncode == 0, done.stderr
    assert "1, 2, 3" in done.stdout
    assert done.stdout.endswith(f"{copy / 'build' / 'response-streaming.ipynb'}\n")


def test_the_check_says_what_readme_shows(copy: Path) -> None:
    shutil.copy(EXPERIMENTS / "reads-body.xml", copy / "my-policy.xml")
    done = sh(copy, block("check my-policy.xml\n"))
    for told, shown in zip(done.stdout.splitlines(), shown_after("check my-policy").splitlines()):
        assert told.startswith(shown.rstrip(".")), told
    assert (done.returncode, done.stderr) == (1, "")


def test_the_check_takes_what_is_around_a_policy(copy: Path) -> None:
    shutil.copy(PROJECT / "infra" / "gateway" / "policy.xml", copy / "my-policy.xml")
    outermost = (EXPERIMENTS / "reads-body.xml").read_text(encoding="utf-8")
    (copy / "global.xml").write_text(outermost.replace("<base />", ""), encoding="utf-8")
    (copy / "fragments").mkdir(exist_ok=True)
    done = sh(copy, block("--fragments"))
    assert done.returncode == 1
    assert "global.xml" in done.stdout
    assert "body-read" in done.stdout


def test_a_probe_of_a_gateway_that_is_not_there_says_so(copy: Path) -> None:
    # A proxy that is none: nothing leaves the machine.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "LAB_GATEWAY_KEY": "any"}
    done = sh(copy, block("probe --url"), **nowhere)
    assert done.returncode == 2
    assert "my-apim.azure-api.net" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_expression_gives_what_readme_shows(copy: Path) -> None:
    done = sh(copy, block("eval --jsonl"))
    assert json.loads(done.stdout) == json.loads(shown_after("eval --jsonl"))
    assert done.stderr == ""


@contextmanager
def terminal(copy: Path, command: str, port: int) -> Iterator[None]:
    """Run a command that serves, as in a terminal that is closed in the end."""
    process = subprocess.Popen(
        [SHELL, "-c", command],
        cwd=copy,
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not listening(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield
    finally:
        kill_family(process.pid)
        process.wait(timeout=30)


def listening(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_any_client_streams_through_the_gateway_of_readme(copy: Path) -> None:
    for port in (8000, 8001):
        if listening(port):
            pytest.skip(f"port {port}, which README names, is taken on this machine")
    mock, gateway = block("mock_openai --port").split("\n", 1)
    question: list[openai.types.chat.ChatCompletionMessageParam] = [
        {"role": "user", "content": "Count to 20."}
    ]
    constructors = [
        re.sub(r"^(\w+)", r"openai.\1", found)
        for found in re.findall(r"`(AzureOpenAI\([^`]+\))`", README)
    ]
    assert constructors
    plain = re.findall(
        r"`((?:base_url|default_headers)=[^`]+)`|(default_headers=\{[^`]+\})", README
    )
    words = [first or second for first, second in plain]
    constructors.append(f"openai.OpenAI(api_key='unused', {', '.join(dict.fromkeys(words))})")
    drop = re.search(r"extra_headers=(\{[^}]+\})", README)
    assert drop
    with terminal(copy, mock, 8001), terminal(copy, gateway, 8000):
        for constructor in constructors:
            with eval(constructor) as client:  # noqa: S307 - README's own words
                stream = client.chat.completions.create(
                    model="gpt-4o-mini", messages=question, stream=True
                )
                texts = [c.delta.content for chunk in stream for c in chunk.choices if c.delta]
                assert "".join(filter(None, texts)).endswith("19, 20")
                cut = Recording("cut")
                broken = client.chat.completions.create(
                    model="gpt-4o-mini",
                    messages=question,
                    stream=True,
                    extra_headers=json.loads(drop[1]),
                )
                assert len(list(cut.read(broken))) <= 10
                assert cut.outcome == "failed"
