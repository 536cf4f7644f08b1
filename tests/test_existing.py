"""A gateway that is there already: used by every cell, never changed, and its key never shown."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from openai import AzureOpenAI

from lab_utils import Lab, Recording, refused
from lab_utils.errors import ConfigError, GatewayError
from lab_utils.existing import ExistingTarget
from lab_utils.settings import PROJECT, Settings
from local_processes.server import Server
from notebook_runner.live import execute
from notebook_runner.running import NOTEBOOKS

KEY = "the-key-of-the-existing-gateway"
MODEL = Settings().model


@dataclass
class Standing:
    """Hold the addresses of a gateway with its policy, and of the bare mock behind it."""

    gateway: str
    mock: str


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    logs = tmp_path_factory.mktemp("logs")
    infra = PROJECT / "infra" / "gateway"
    mock = Server(
        "mock",
        "mock_openai",
        ["--port=0", f"--deployment={MODEL}", "--tpot=0.005"],
        logs / "mock.log",
        cwd=PROJECT,
    )
    url = mock.wait_ready()
    gateway = Server(
        "gateway",
        "apim_gateway",
        [
            *("serve", "--port=0"),
            f"--policy={infra / 'policy.xml'}",
            f"--api={infra / 'api.json'}",
            f"--backend=openai1={url}/openai",
        ],
        logs / "gateway.log",
        cwd=PROJECT,
        env={"LAB_API_KEY": KEY},
    )
    try:
        yield Standing(gateway.wait_ready(), url)
    finally:
        gateway.stop()
        mock.stop()


def settings(url: str, **more: str) -> dict[str, str]:
    return {
        "LAB_TARGET": "existing",
        "LAB_GATEWAY_URL": url,
        "LAB_GATEWAY_KEY": KEY,
        "LAB_MODEL": MODEL,
        **more,
    }


@pytest.fixture(params=["gateway", "mock"])
def lab(request: pytest.FixtureRequest, standing: Standing) -> Lab:
    return Lab.from_env(settings(getattr(standing, request.param)))


def test_a_client_streams_through_it(lab: Lab) -> None:
    lab.deploy()
    recording = Recording("existing")
    with AzureOpenAI(
        azure_endpoint=lab.gateway_url,
        api_key=lab.api_key.reveal(),
        api_version=lab.api_version,
    ) as client:
        stream = client.chat.completions.create(
            model=lab.model, messages=[{"role": "user", "content": "Count to 20."}], stream=True
        )
        list(recording.read(stream))
    assert recording.outcome == "complete"
    assert len(recording.deltas) > 10


def test_a_client_may_use_it_without_deploying_first(lab: Lab) -> None:
    assert lab.gateway_url.startswith("http://127.0.0.1:")
    assert lab.api_key.reveal() == KEY


def test_nothing_is_created_changed_or_removed_and_each_step_says_so(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.preview() == [
        f"existing gateway: nothing would change, {lab.gateway_url} is only used"
    ]
    lab.create_resource_group()
    lab.deploy()
    lab.apply_policy("infra/gateway/experiments/buffered.xml")
    assert lab.resources() == []
    lab.remove("anything")
    assert capsys.readouterr().out.splitlines() == [
        "existing gateway: no resource group is created",
        f"existing gateway: nothing is deployed, {lab.gateway_url} is used as it is",
        "existing gateway: its policy stays as it is, infra/gateway/experiments/buffered.xml is "
        "not applied",
        "existing gateway: nothing is removed",
    ]


def test_the_key_is_never_shown(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.deploy()
    assert KEY not in f"{lab} {lab.settings} {lab.api_key} {vars(lab)}" + capsys.readouterr().out


def test_the_check_says_what_it_cannot_know_and_reads_a_file_all_the_same(lab: Lab) -> None:
    deployed = lab.check_streaming()
    assert deployed.verdict == "unknown"
    assert "LAB_APIM_ID" in str(deployed)
    found = lab.check_streaming("infra/gateway/experiments/buffered.xml")
    assert found.verdict == "blocks"
    assert [each.rule for each in found.findings] == ["buffered-response"]


def test_a_file_is_checked_before_any_deployment(tmp_path: Path) -> None:
    for target in ("local", "azure"):
        lab = Lab.from_env({"LAB_TARGET": target, "LAB_STATE_DIR": str(tmp_path)})
        found = lab.check_streaming("infra/gateway/experiments/buffered.xml")
        assert [each.rule for each in found.findings] == ["buffered-response"]
    assert list(tmp_path.iterdir()) == []


def deploy(url: str, **more: str) -> None:
    ExistingTarget(Settings.from_env(settings(url, **more)), lambda line: None).deploy()


def test_a_refused_key_is_told_with_who_refused_it(standing: Standing) -> None:
    with pytest.raises(GatewayError, match=r"401 by API Management: .* Next: see that") as told:
        deploy(standing.gateway, LAB_GATEWAY_KEY="another")
    assert "another" not in str(told.value)


def test_a_wrong_path_is_told(standing: Standing) -> None:
    with pytest.raises(GatewayError, match=r"404 by API Management.*ends with the API's path"):
        deploy(f"{standing.gateway}/no/such/api")


def test_nobody_there_is_told_with_the_proxy_that_may_be_the_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(GatewayError, match=r"nobody answers at http://127\.0\.0\.1:1: "):
        deploy("http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@127.0.0.1:1")
    with pytest.raises(GatewayError, match=r"a proxy is set \(127\.0\.0\.1:1\)") as told:
        deploy("https://lab.invalid")
    assert "secret" not in str(told.value)


def test_a_gateway_on_this_machine_is_not_asked_for_through_a_proxy(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    said: list[str] = []
    ExistingTarget(Settings.from_env(settings(standing.gateway)), said.append).deploy()
    assert "put into NO_PROXY" in said[0]
    assert os.environ["NO_PROXY"] == "127.0.0.1,localhost"


def test_half_given_settings_are_told_before_anything_is_asked() -> None:
    with pytest.raises(ConfigError, match="LAB_GATEWAY_KEY: LAB_TARGET=existing needs it"):
        Lab.from_env(settings("https://x", LAB_GATEWAY_KEY=""))


def test_the_key_is_in_no_traceback_of_a_failing_cell(standing: Standing) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from lab_utils import Lab; Lab.from_env().deploy()"],
        cwd=PROJECT,
        env={**os.environ, **settings(f"{standing.gateway}/nowhere")},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert "GatewayError" in done.stderr
    assert KEY not in done.stderr + done.stdout


@pytest.mark.parametrize("which", ["gateway", "mock"])
def test_the_notebooks_run_to_their_end_and_change_nothing(
    standing: Standing, which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = getattr(standing, which)
    for name, value in settings(url, LAB_STATE_DIR=str(tmp_path / "lab")).items():
        monkeypatch.setenv(name, value)
    for name in NOTEBOOKS:
        terminal = io.StringIO()
        execute(PROJECT / name, terminal)  # raises where a cell fails
        assert KEY not in terminal.getvalue()
    assert "existing gateway: nothing is removed" in terminal.getvalue()
    Lab.on_this_machine().remove()  # what the first section of the lab starts here


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, '{"statusCode": 401, "message": "Access denied"}', "401 by API Management: Access"),
        (401, '{"error": {"code": "401", "message": "no"}}', "401 by Azure OpenAI: no Next: "),
        (429, '{"error": {"code": "429", "message": "slow"}}', "429 by Azure OpenAI: slow"),
        (
            404,
            '{"error": {"code": "DeploymentNotFound", "message": "no such"}}',
            "404 DeploymentNotFound by Azure OpenAI: no such Next: set LAB_MODEL",
        ),
        (503, "<html>\n gone </html>", "503, neither in API Management's nor in Azure OpenAI's"),
        (500, "", "no text"),
        (500, "[1]", "[1]"),
        (500, json.dumps({"error": "text"}), "neither"),
        (500, json.dumps({"error": {"message": {"a": 1}}}), "{'a': 1}"),
    ],
)
def test_who_refused_is_read_from_the_form_of_the_answer(status: int, body: str, told: str) -> None:
    assert told in refused.told(status, body)
    assert "\n" not in refused.told(status, body)
