"""The kept template, carried out against providers that accept everything."""

from __future__ import annotations

from typing import Any

from tests.arm.template import Place, Run
from tests.infra import compiled

PLACE = Place("00000000-0000-0000-0000-00000000cafe", "lab-response-streaming", "swedencentral")
KNOWN_LATER = {
    "Microsoft.ApiManagement/service": {"gatewayUrl": "https://gateway.example"},
    "Microsoft.Insights/components": {"ConnectionString": "InstrumentationKey=1"},
    "Microsoft.Web/sites": {"defaultHostName": "mock.example"},
}


class Recorder:
    """Accept every resource and remember it."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Remember a resource and return it with what only Azure could know."""
        self.resources[resource["id"]] = resource
        properties = {**resource.get("properties", {}), **KNOWN_LATER.get(resource["type"], {})}
        identity = {"principalId": "11111111-2222-3333-4444-555555555555"}
        return {**resource, "properties": properties, "identity": identity}

    def get(self, resource_id: str) -> dict[str, Any]:
        """Return a resource that was put before."""
        return self.resources[resource_id]


def evaluate(**parameters: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the resources, in order, and the values of the outputs."""
    recorder = Recorder()
    run = Run("response-streaming", compiled.load(), parameters, PLACE, recorder)
    for _ in run.steps():
        pass
    assert run.state == "Succeeded", run.error
    return list(recorder.resources.values()), {k: v["value"] for k, v in run.outputs.items()}


def planned(**parameters: Any) -> list[dict[str, Any]]:
    """Return the resources that validation sees before anything is there."""
    recorder = Recorder()
    run = Run("response-streaming", compiled.load(), parameters, PLACE, recorder, partial=True)
    for _ in run.steps():
        pass
    return list(recorder.resources.values())
