"""`python -m lab_utils probe`: its exit codes, formats and where it takes the key from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from lab_utils import Lab
from lab_utils.settings import PROJECT
from stream_probe import verdict as v
from tests.stream_probe.loopback import KEY, MODEL, Loopback


def command(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lab_utils", "probe", *arguments],
        cwd=PROJECT,
        env={**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_command_probes_any_address_with_the_key_of_the_environment(
    loopback: Loopback,
) -> None:
    url = loopback.gateways["own"]
    done = command("--url", url, "--format", "json", LAB_GATEWAY_KEY=KEY, LAB_MODEL=MODEL)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (0, v.EVEN)
    assert "some 300 output tokens" in done.stderr
    assert KEY not in done.stdout + done.stderr
    v1 = command("--url", f"{url}/openai/v1", LAB_GATEWAY_KEY=KEY, LAB_MODEL=MODEL)
    assert v1.stdout.startswith(f"{v.EVEN}: "), v1.stderr


def test_the_command_exits_with_1_for_a_held_stream_and_2_for_none(loopback: Loopback) -> None:
    url = loopback.gateways["reads"]
    held = command("--url", url, LAB_GATEWAY_KEY=KEY, LAB_MODEL=MODEL)
    assert (held.returncode, held.stdout.split(":")[0]) == (1, v.LATE)
    refused = command("--url", url, LAB_GATEWAY_KEY="wrong", LAB_MODEL=MODEL)
    assert (refused.returncode, refused.stdout.split(":")[0]) == (2, v.REFUSED)
    nobody = command("--url", "http://127.0.0.1:1", LAB_GATEWAY_KEY=KEY)
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "nobody answers" in nobody.stderr
    no_key = command("--url", url, LAB_GATEWAY_KEY="")
    assert no_key.returncode == 2
    assert "LAB_GATEWAY_KEY: LAB_TARGET=existing needs it, too" in no_key.stderr


def test_the_command_takes_another_header_for_the_key(loopback: Loopback) -> None:
    def sent(header: str) -> str:
        arguments = ("--url", f"{loopback.mock}/openai/v1", "--key-header", header)
        done = command(*arguments, "--question", "Count to 20.", LAB_API_KEY=KEY, LAB_MODEL=MODEL)
        return done.stdout.partition(":")[0]

    # The mock, as Azure, takes a Bearer on its v1 API, and knows nothing of API Management's own.
    assert sent("Authorization") == v.EVEN
    assert sent("Ocp-Apim-Subscription-Key") == v.REFUSED


def test_the_command_starts_the_local_lab_where_it_does_not_run(tmp_path: Path) -> None:
    started = time.monotonic()
    try:
        done = command(
            "--question", "Count to 20.", LAB_STATE_DIR=str(tmp_path), LAB_TARGET="local"
        )
        assert done.stdout.startswith(f"{v.EVEN}: "), done.stderr
        assert time.monotonic() - started < 60
    finally:
        Lab.from_env({"LAB_STATE_DIR": str(tmp_path)}).remove()
