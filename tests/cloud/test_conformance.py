"""The questions, asked of a service of the loopback Azure and of gateways that are not like it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway_conformance.asking import chosen
from gateway_conformance.operations import ABOUT
from gateway_conformance.question import API
from gateway_conformance.table import QUESTIONS
from lab_utils import conformance
from lab_utils.cloud.target import AzureTarget
from lab_utils.errors import DeployError, GatewayError
from lab_utils.settings import Settings
from tests.cloud.bench import Bench


@pytest.fixture(scope="module")
def lab(shared_bench: Bench) -> AzureTarget:
    """Return a lab in two regions that stands."""
    target = shared_bench.target()
    target.deploy()
    return target


def ask(
    bench: Bench, lab: AzureTarget, out: Path, *options: str, only: tuple[str, ...] = ()
) -> tuple[int, dict[str, Any]]:
    """Compare with the loopback gateway; `options` are the service's gateway's."""
    (second,) = bench.cloud.apim.second.values()
    second.options = list(options)
    code = conformance.run(lab, Settings(target="azure"), chosen(only), out, bench.said.append)
    return code, json.loads(out.read_text(encoding="utf-8"))


def left(bench: Bench) -> list[str]:
    """Return what the service has of the scratch API."""
    return [key for key in bench.cloud.resources.by_id if API in key]


def put_api(bench: Bench, description: str) -> str:
    """Put an API of the scratch API's name into the service; return its id."""
    found = f"{next(iter(bench.cloud.apim.gateways))}/apis/{API}"
    properties = {"displayName": API, "path": API, "description": description}
    kind = "Microsoft.ApiManagement/service/apis"
    bench.cloud.resources.put({"id": found, "name": API, "type": kind, "properties": properties})
    return found


def test_a_gateway_that_is_the_same_agrees_in_everything(
    shared_bench: Bench, lab: AzureTarget, tmp_path: Path
) -> None:
    code, report = ask(shared_bench, lab, tmp_path / "report.json")
    differing = [one for one in report["questions"] if one["agrees"] is not True]
    assert differing == []
    assert code == 0
    assert [one["id"] for one in report["questions"]] == [question.id for question in QUESTIONS]
    assert left(shared_bench) == []
    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    keys = [key for pair in shared_bench.cloud.apim.keys.values() for key in pair.values()]
    names = [resource["name"] for resource in shared_bench.cloud.resources.tracked()]
    assert [word for word in (*keys, *names) if word in text] == []


def test_what_a_switch_changes_is_found_and_nothing_else(
    shared_bench: Bench, lab: AzureTarget, tmp_path: Path
) -> None:
    switches = [*("--missing-variable", "throw"), *("--newline", "crlf"), "--flush-every-chunk"]
    switches += ["--backend-failure", "on-error"]
    code, report = ask(shared_bench, lab, tmp_path / "report.json", *switches)
    found = {one["id"] for one in report["questions"] if one["agrees"] is False}
    assert found == {question.id for question in QUESTIONS if question.switch}
    assert code == 1


def test_an_api_of_somebody_else_is_left(
    shared_bench: Bench, lab: AzureTarget, tmp_path: Path
) -> None:
    foreign = put_api(shared_bench, "ours")
    with pytest.raises(DeployError, match="that this command did not make"):
        ask(shared_bench, lab, tmp_path / "report.json", only=("trace",))
    assert left(shared_bench) == [foreign.lower()]
    shared_bench.cloud.resources.delete(foreign)


def test_what_an_interrupted_run_left_is_taken_over_and_removed(
    shared_bench: Bench, lab: AzureTarget, tmp_path: Path
) -> None:
    put_api(shared_bench, ABOUT)
    code, _ = ask(shared_bench, lab, tmp_path / "report.json", only=("key-missing", "trace"))
    assert (code, left(shared_bench)) == (0, [])


def test_a_refusal_on_the_way_leaves_nothing(
    shared_bench: Bench, lab: AzureTarget, tmp_path: Path
) -> None:
    action = "Microsoft.ApiManagement/service/apis/operations/policies/write"
    shared_bench.cloud.forbid("PUT", "q-trace/policies/policy", action)
    try:
        with pytest.raises(GatewayError, match=f"cannot be made.*{action}"):
            ask(shared_bench, lab, tmp_path / "report.json", only=("trace",))
    finally:
        shared_bench.cloud.faults.clear()
    assert left(shared_bench) == []
