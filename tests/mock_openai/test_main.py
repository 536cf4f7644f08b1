from __future__ import annotations

import ast
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Optional

import pytest
import requests

from mock_openai import scenarios
from mock_openai.__main__ import arguments

FOLDER = Path(scenarios.__file__).parent
COME_WITH_THEM = {"referencing", "yarl"}  # jsonschema's and aiohttp's
OPTIONAL = {"uvloop", "trustme", "yaml"}
MODULE = (sys.executable, "-m", "mock_openai")


@contextmanager
def started(
    *options: str, command: Sequence[str] = MODULE, folder: Optional[Path] = None
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*command, *options, "--stop-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=10)


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    ready: dict[str, str] = json.loads(process.stdout.readline())
    return ready


def test_it_says_where_it_listens_and_stops_when_standard_input_closes() -> None:
    with started("--region", "West Europe") as process:
        ready = first_line(process)
        assert ready["region"] == "West Europe"
        assert requests.get(ready["url"] + "/health", timeout=5).status_code == 200
        assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def test_it_runs_as_a_package_of_its_own(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "mock_openai")
    with started(command=(sys.executable, "-m", "mock_openai"), folder=tmp_path) as process:
        url = first_line(process)["url"]
        assert requests.get(url + "/health", timeout=5).status_code == 200


def test_it_needs_what_its_requirements_list_and_takes_what_is_there() -> None:
    installed = {name for name in imported() if "site-packages" in str(find_spec(name))}
    lines = (FOLDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    listed = {re.split(r"[<>=]", line)[0] for line in lines}
    assert installed == listed | COME_WITH_THEM | OPTIONAL


def imported() -> set[str]:
    """Return the top names of what the package imports from outside its folder."""
    nodes = [
        node
        for module in FOLDER.rglob("*.py")
        if module.name != "fixture.py"  # which pytest itself imports
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
    ]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
    return {name.partition(".")[0] for name in names}


def test_what_is_no_http_is_not_worth_a_traceback() -> None:
    with started() as process:
        port = int(first_line(process)["url"].rpartition(":")[2])
        for sent in (b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), 10) as connection:
                connection.sendall(sent)
                assert connection.recv(100).startswith(b"HTTP/1.0 400 ")
        assert process.communicate(timeout=10) == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_silently(number: int) -> None:
    with started() as process:
        first_line(process)
        process.send_signal(number)
        process.wait(10)
        assert process.communicate() == ("", "")
    assert process.returncode == 0


def test_a_taken_port_is_told_in_one_line() -> None:
    with started() as process:
        port = first_line(process)["url"].rpartition(":")[2]
        second = subprocess.run(
            [*MODULE, "--port", port], capture_output=True, encoding="utf-8", timeout=20
        )
    assert second.returncode == 1
    assert second.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}: ")
    assert second.stderr.count("\n") == 1


def test_help_lists_the_scenarios() -> None:
    shown = subprocess.run([*MODULE, "--help"], capture_output=True, encoding="utf-8", timeout=20)
    for name, doc in scenarios.described().items():
        assert re.search(rf"^  {name} +{re.escape(doc)}$", shown.stdout, re.M)


def test_with_tls_it_serves_https_to_who_trusts_its_authority(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with started("--tls", str(authority)) as process:
        url = first_line(process)["url"]
        assert url.startswith("https://127.0.0.1:")
        answer = requests.get(f"{url}/health", verify=str(authority), timeout=5)
        assert answer.json() == {"status": "ok"}
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{url}/health", timeout=5)
    assert "PRIVATE" not in authority.read_text(encoding="ascii")


def test_record_and_replay_from_the_command_line(tmp_path: Path) -> None:
    folder = str(tmp_path / "kept")
    body = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]}

    def ask(url: str) -> bytes:
        url = f"{url}/openai/v1/chat/completions"
        return requests.post(url, json=body, headers={"api-key": "k"}, timeout=20).content

    with started() as upstream:
        upstream_url = first_line(upstream)["url"]
        with started("record", "--upstream", upstream_url, "--out", folder) as process:
            told = ask(first_line(process)["url"])
            assert first_line(process)["recorded"] == "0001"
    with started("--replay", folder, "--speed", "0") as process:
        ready = json.loads(process.stdout.readline() if process.stdout else "")
        assert ready["recordings"] == 1
        assert ask(ready["url"]) == told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--replay", "none-such"], "--replay none-such: no recordings there"),
        (["record", "--upstream", "example", "--out", "kept"], "--upstream example: should be"),
        (["--tls", "no/such/folder/ca.pem"], "--tls no/such/folder/ca.pem cannot be written"),
    ],
)
def test_an_option_that_cannot_be_used_is_told_in_one_line(options: list[str], told: str) -> None:
    with started(*options) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert errors.startswith(told)
    assert errors.count("\n") == 1


def test_the_image_starts_what_there_is() -> None:
    lines = (FOLDER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "COPY mock_openai /app/mock_openai" in lines
    command = json.loads(lines[-1].removeprefix("CMD "))
    assert command[:3] == ["python", "-m", "mock_openai"]
    options = arguments().parse_args(command[3:])
    assert (options.host, options.port) == ("0.0.0.0", 8080)  # noqa: S104 - of a container
