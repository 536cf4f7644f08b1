"""The gateway as a process: how it starts, what it prints, how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
GATEWAY = ROOT / "infra" / "gateway"
POLICY, API = str(GATEWAY / "policy.xml"), str(GATEWAY / "api.json")
KEY = "a-key-for-tests"
BACKEND = "east=http://127.0.0.1:9/openai"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "apim_gateway", *arguments]


def serving(*more: str, policy: str = POLICY, backend: str = BACKEND) -> list[str]:
    return command("serve", "--policy", policy, "--api", API, "--backend", backend, *more)


def environment(key: str = KEY) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "LAB_API_KEY"}
    return {**kept, "LAB_API_KEY": key} if key else kept


def finish(
    arguments: list[str], key: str = KEY, given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        cwd=ROOT,
        env=environment(key),
        check=False,
    )


@contextmanager
def started(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def test_it_prints_its_url_then_one_line_for_each_request_and_stops_with_stdin() -> None:
    with started(serving("--stop-with-stdin")) as process:
        url = first_line(process)["url"]
        assert url.startswith("http://127.0.0.1:")
        path = "/openai/v1/responses"
        answer = requests.post(f"{url}{path}?api-key={KEY}", json={}, timeout=10)
        assert answer.status_code == 500
        record = first_line(process)
        assert record["path"] == path
        assert record["status"] == 500
        output, errors = process.communicate(timeout=10)
        assert process.returncode == 0
        assert output == ""
        assert errors.startswith(f"POST {path} 500 request-forwarder: No connection to ")
        assert KEY not in json.dumps(record) + errors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_silently(number: signal.Signals) -> None:
    with started(serving()) as process:
        first_line(process)
        process.send_signal(number)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0


def test_it_stops_when_nobody_reads_its_lines_any_more() -> None:
    with started(serving()) as process:
        url = first_line(process)["url"]
        assert process.stdout is not None
        process.stdout.close()
        assert requests.get(f"{url}/openai/none", timeout=10).status_code == 404
        assert process.wait(timeout=10) == 0


def test_it_ends_silently_when_nobody_reads_its_report() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(command("policies"), stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (run.returncode, run.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (command(), "the following arguments are required: serve|check|trace|policies"),
        (command("serve"), "the following arguments are required: --policy, --api, --backend"),
        (command("check"), "the following arguments are required: PATH"),
        (serving("--port", "65536"), "'65536' is not a port"),
        (serving("--backend", "west"), "'west' should be NAME=URL[;priority=P;weight=W]"),
        (serving("--backend", "west=http://x:y"), "'west=http://x:y' should be NAME=URL"),
        (serving("--backend", "west=http://x;priority=a"), "'priority=a' in 'west="),
        (serving("--backend", "east=http://x"), "--backend east is given twice"),
        (serving(backend="inference=http://x"), "that is the pool's name"),
        (serving(policy="none.xml"), "none.xml cannot be read"),
        (serving("--global-policy", "none.xml"), "none.xml cannot be read"),
        (serving("--operation-policy", f"x={POLICY}"), "the API has "),
        (serving("--named-values", POLICY), "is not JSON"),
        (serving("--bogus"), "unrecognized arguments: --bogus"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line_with_status_2(
    arguments: list[str], told: str
) -> None:
    done = finish(arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<policies />", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ('{"traceEntries": ' * 100_000, "it is not JSON"),
        ("[]", "it should be a JSON object"),
        ("{}", "it should be JSON with traceEntries, as listTrace has"),
    ],
    ids=["xml", "deep list", "deep object", "list", "empty"],
)
def test_a_file_that_is_no_trace_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "trace.json"
    file.write_text(text, encoding="utf-8")
    done = finish(command("trace", str(file)))
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_key_is_wanted() -> None:
    done = finish(serving(), key="")
    assert (done.returncode, done.stderr) == (2, "set LAB_API_KEY to the subscription key wanted\n")


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = finish(serving("--port", str(port)))
    assert done.returncode == 2
    assert done.stderr.startswith(f"127.0.0.1:{port} cannot be listened on: ")


def test_a_backend_that_nobody_named_is_told_with_its_place(tmp_path: Path) -> None:
    policy = tmp_path / "p.xml"
    policy.write_text(
        "<policies>\n<inbound>\n<set-backend-service backend-id='west' />\n</inbound></policies>",
        encoding="utf-8",
    )
    done = finish(serving(policy=str(policy)))
    assert done.returncode == 2
    assert f"{policy}:3: set-backend-service: no backend 'west' is known" in done.stderr
    assert "--backend west=URL" in done.stderr
    assert "refused" not in finish(command("check", str(policy))).stdout


def test_check_tells_every_fault_of_every_file(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text(
        "<policies>\n<inbound>\n<set-heder name='a' />\n"
        "<set-variable nme='a' value='1' />\n"
        "<set-variable name='b' value='@(context.Nothing)' />\n"
        "<forward-request />\n</inbound>\n</policies>",
        encoding="utf-8",
    )
    done = finish(command("check", POLICY, str(wrong), "none.xml"))
    assert done.returncode == 2
    assert done.stderr.startswith("none.xml cannot be read: ")
    lines = [line for line in done.stdout.splitlines() if line[:4] not in ("    ",)]
    assert [line.partition(": ")[0].strip() for line in lines] == [
        POLICY,
        str(wrong),
        *(f"{wrong}:{place}" for place in ("3:1", "4:1", "4:20", "5:41", "6:1")),
    ]
    for line, told in zip(
        lines[2:],
        (
            "set-heder: no such policy; did you mean 'set-header'?",
            "name: set-variable needs this attribute",
            "nme: set-variable has no such attribute; did you mean 'name'?",
            "CS1061: ",
            "forward-request: may not stand in inbound, only in backend",
        ),
    ):
        assert f": error: {told}" in line
    assert len(lines) == 7


def test_check_takes_named_values_and_fragments_it_does_not_know_as_given(tmp_path: Path) -> None:
    policy = tmp_path / "p.xml"
    policy.write_text(
        "<policies><inbound><rate-limit calls='{{calls}}' renewal-period='{{period}}' />"
        "<include-fragment fragment-id='shared' /></inbound>"
        "<backend><forward-request buffer-response='false' /></backend></policies>",
        encoding="utf-8",
    )
    done = finish(command("check", str(policy)))
    assert (done.returncode, done.stdout.startswith(f"{policy}: unknown: ")) == (0, True)
    fragment = tmp_path / "f.xml"
    fragment.write_text("<fragment><forward-request timeout='x' /></fragment>", encoding="utf-8")
    done = finish(command("check", str(fragment)))
    assert done.returncode == 1
    assert ": error: timeout: 'x' should be a whole number" in done.stdout


def test_a_failing_request_is_told_on_standard_error_and_every_trace_is_kept(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "traces"
    with started(serving("--stop-with-stdin", "--trace-all", str(folder))) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        path = "/openai/deployments/gpt/chat/completions"
        for key in (KEY, "wrong"):
            requests.post(url + path, json={}, headers={"api-key": key}, timeout=20)
        process.stdout.readline()
        process.stdout.readline()
        _, told = process.communicate(timeout=20)
    dead, refused = told.splitlines()
    assert dead.startswith(f"POST {path} 500 request-forwarder: No connection to 127.0.0.1:9")
    assert dead.endswith("(BackendConnectionFailure, backend forward-request[1])")
    assert f"POST {path} 401 authorization: Access denied due to invalid" in refused
    names = sorted(file.name for file in folder.iterdir())
    assert names == [f"000{n}.{kind}" for n in (1, 2) for kind in ("json", "svg", "txt")]
    drawn = finish(command("trace", str(folder / "0001.json")))
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert drawn.stdout == (folder / "0001.txt").read_text(encoding="utf-8")
    assert drawn.stdout.startswith(f"POST {path} 500\ninbound\n")
    assert KEY not in "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    picture = finish(command("trace", "--svg", str(folder / "0001.json"))).stdout
    assert picture == (folder / "0001.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"traceEntries": 1}'])
def test_a_file_that_is_no_trace_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "no-trace.json"
    file.write_text(text, encoding="utf-8")
    found = finish(command("trace", str(file)))
    assert (found.returncode, found.stdout) == (2, "")
    assert "no trace" in found.stderr


def test_a_folder_for_traces_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    found = finish(serving("--trace-all", str(file / "traces")))
    assert found.returncode == 2
    assert found.stderr.startswith(f"--trace-all {file / 'traces'} cannot be written: ")
