from __future__ import annotations

import json
import subprocess
import sys
import time

import requests

from tests.apim_gateway.test_main import ROOT, environment, first_line, serving, started


def test_a_reader_that_does_not_read_the_log_does_not_stop_the_gateway() -> None:
    with started(serving("--stop-with-stdin")) as process:
        url = first_line(process)["url"]
        with requests.Session() as session:
            for _ in range(600):  # more lines than a pipe holds
                assert session.get(f"{url}/openai/{'x' * 200}", timeout=10).status_code == 404
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_it_is_ready_within_a_second_or_two_and_imports_neither_openai_nor_azure() -> None:
    code = (
        "import sys; from apim_gateway import serving; import json; "
        "print(json.dumps([m for m in sys.modules if m.split('.')[0] in "
        "('openai', 'azure', 'requests', 'matplotlib')]))"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        cwd=ROOT,
        env=environment(),
        check=True,
    )
    assert json.loads(done.stdout) == []
    assert time.perf_counter() - start < 10
