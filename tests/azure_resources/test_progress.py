"""Operations as lines."""

from __future__ import annotations

from typing import Any, Optional

from azure_resources.progress import NESTED, Progress, failures


def operation(
    name: str, state: str, kind: str = "Microsoft.Web/sites", when: int = 0, error: Any = None
) -> dict[str, Any]:
    target: Optional[dict[str, str]] = {"id": name, "resourceType": kind, "resourceName": name}
    return {
        "properties": {
            "provisioningState": state,
            "timestamp": f"2026-01-01T00:00:{when:02}Z",
            "targetResource": target,
            "statusMessage": {"error": error} if error else None,
        }
    }


def test_each_state_of_a_resource_is_told_once() -> None:
    progress = Progress()
    assert progress.lines([operation("a", "Running")], 1) == ["Running    Web/sites  a  1.00 s"]
    assert progress.lines([operation("a", "Running")], 2) == []
    assert progress.lines([operation("a", "Succeeded")], 3) == ["Succeeded  Web/sites  a  3.00 s"]


def test_lines_come_in_the_order_things_happened() -> None:
    newest_first = [operation("b", "Running", when=2), operation("a", "Running", when=1)]
    assert [line.split()[2] for line in Progress().lines(newest_first, 0)] == ["a", "b"]


def test_a_part_is_told_with_what_it_is_part_of() -> None:
    kind = "Microsoft.ApiManagement/service/apis/policies"
    (line,) = Progress().lines([operation("apim/inference/policy", "Running", kind)], 0)
    assert line == "Running    ApiManagement/service/apis/policies  inference/policy  0.00 s"


def test_nested_deployments_are_looked_into_until_they_have_ended() -> None:
    progress = Progress()
    running = [operation("module", "Running", NESTED), operation("a", "Running")]
    ended = [operation("module", "Succeeded", NESTED)]
    assert progress.nested(running) == ["module"]
    assert progress.nested(ended) == ["module"]
    assert progress.nested(ended) == ["module"]  # its last news has not been read yet
    assert progress.lines(ended, 0) == []  # a module is no resource
    assert progress.nested(ended) == []


def test_an_operation_without_a_target_is_passed_over() -> None:
    outputs = operation("", "Succeeded")
    outputs["properties"]["targetResource"] = None
    assert Progress().lines([outputs], 0) == []
    assert Progress().nested([outputs]) == []
    assert failures([outputs]) == []


def test_failures_name_the_resource_and_azures_error() -> None:
    failed = operation("a", "Failed", error={"code": "X", "message": "m"})
    module = operation("m", "Failed", NESTED, error={"code": "Y"})
    assert failures([failed, module]) == [("Microsoft.Web/sites a", {"code": "X", "message": "m"})]
