"""The mock as an App Service package."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import requests

from lab_utils.cloud.mock_app import SOURCE, package, wait_for_health
from lab_utils.errors import AzError, DeployError
from lab_utils.settings import PROJECT
from tests.arm.errors import ArmError
from tests.arm.messages import Answer, refused
from tests.cloud.bench import Bench

GROUP = "lab-response-streaming"


def test_the_package_holds_the_mock_at_its_top_and_what_it_requires() -> None:
    with zipfile.ZipFile(io.BytesIO(package())) as archive:
        names = archive.namelist()
        required = archive.read("requirements.txt").decode()
    assert "mock_openai/__main__.py" in names
    sources = {f"mock_openai/{path.name}" for path in SOURCE.glob("*.py")}
    assert sources | {"requirements.txt"} == set(names)
    for line in required.splitlines():
        assert line in (PROJECT / "requirements.txt").read_text(encoding="utf-8")


def test_the_same_sources_make_the_same_package() -> None:
    assert package() == package()


def test_the_packed_mock_runs_without_the_rest_of_the_lab(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(package())) as archive:
        archive.extractall(tmp_path)
    template = (PROJECT / "infra" / "modules" / "mock.bicep").read_text(encoding="utf-8")
    (module, options) = re.findall(r"appCommandLine: 'python -m (\S+) ([^']*)'", template)[0]
    assert options.split() == ["--host", "0.0.0.0", "--port", "8000"]  # noqa: S104
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    for option in ("--host", "--port"):
        assert option in done.stdout


def test_the_mock_answers_through_the_gateway(bench: Bench) -> None:
    bench.cloud.web.unhealthy = 2
    target = bench.target(backend="mock")
    deployment = target.deploy()
    assert deployment.backends == ("mock",)
    assert bench.cloud.web.zips == [package()]
    assert any(line.startswith("mock: answers at https://127.0.0.1:") for line in bench.said)
    assert not any(line.startswith("az: ") for line in bench.said)
    answer = requests.post(
        f"{deployment.gateway_url}/openai/v1/chat/completions",
        headers={"api-key": deployment.api_key},
        json={
            "model": deployment.deployment,
            "messages": [{"role": "user", "content": "Hi"}],
            "stream": True,
        },
        timeout=30,
    )
    assert answer.text.endswith("data: [DONE]\n\n")
    listed = "\n".join(target.resources())
    assert re.search(r"Web/serverfarms .* B1 .* USD an hour", listed)
    target.remove(GROUP)
    assert target.resources() == []


def test_a_refused_package_is_told(bench: Bench) -> None:
    error = ArmError(400, "BadRequest", "the package is broken")
    bench.cloud.fail("POST", "/api/publish", refused(error), times=9)
    with pytest.raises(AzError, match="az webapp deploy"):
        bench.target(backend="mock").deploy()


@pytest.mark.parametrize("status", [502, 504])
def test_a_package_that_arrives_though_its_answer_does_not_is_waited_for(
    bench: Bench, status: int
) -> None:
    """az ends with an error, App Service goes on: Azure/azure-cli#32183."""
    lost = Answer(status, b"<html>Gateway Timeout</html>")
    bench.cloud.fail("POST", "/api/publish", lost, times=9, carried_out=True)
    assert bench.target(backend="mock").deploy().backends == ("mock",)
    assert any("App Service may build it all the same" in line for line in bench.said)


def test_a_mock_that_never_answers_is_told(bench: Bench) -> None:
    with pytest.raises(DeployError, match=r"(?s)does not answer.*503 starting.*az webapp log tail"):
        wait_for_health(bench.loopback.url, bench.said.append, bench.clock, seconds=0)
