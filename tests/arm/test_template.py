"""Deployments of templates: order, loops, conditions, failures."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from tests.arm.errors import ArmError
from tests.arm.expressions import TemplateError
from tests.arm.template import NESTED, Place, Run

PLACE = Place("sub", "group", "north")


class Memory:
    """Accept everything but what is called `refused`."""

    def __init__(self) -> None:
        self.order: list[str] = []

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        if resource["name"] == "refused":
            raise ArmError(409, "NoQuota", "there is none left")
        self.order.append(resource["name"])
        return {**resource, "properties": {**resource.get("properties", {}), "seen": True}}

    def get(self, resource_id: str) -> dict[str, Any]:
        return {"id": resource_id, "properties": {"there": "before"}}


def run(
    resources: dict[str, Any],
    outputs: Optional[dict[str, Any]] = None,
    memory: Optional[Memory] = None,
    **parts: Any,
) -> Run:
    template = {"resources": resources, "outputs": outputs or {}, **parts.pop("template", {})}
    made = Run("main", template, parts, PLACE, memory or Memory())
    for _ in made.steps():
        pass
    return made


def thing(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "Some.Thing/things", "name": name, **more}


def test_dependencies_come_first() -> None:
    memory = Memory()
    run({"b": thing("b", dependsOn=["a"]), "a": thing("a")}, memory=memory)
    assert memory.order == ["a", "b"]


def test_a_condition_leaves_a_resource_out() -> None:
    memory = Memory()
    run({"a": thing("a", condition="[equals(1, 2)]")}, memory=memory)
    assert memory.order == []


def test_loops_make_resources_properties_and_outputs() -> None:
    loop = {"name": "x", "count": 2}
    inner = {
        "name": "list",
        "count": 3,
        "input": "[format('{0}{1}', copyIndex(), copyIndex('list'))]",
    }
    made = run(
        {"x": thing("[format('n{0}', copyIndex())]", copy=loop, properties={"copy": [inner]})},
        {
            "all": {"type": "array", "copy": {"count": 2, "input": "[copyIndex()]"}},
            "last": {"type": "array", "value": "[reference('x[1]').list]"},
        },
    )
    assert [operation.name for operation in made.operations] == ["n0", "n1"]
    assert made.outputs["all"] == {"type": "Array", "value": [0, 1]}
    assert made.outputs["last"]["value"] == ["10", "11", "12"]


def test_an_existing_resource_is_looked_up() -> None:
    made = run(
        {"old": thing("old", existing=True)},
        {"there": {"type": "string", "value": "[reference('old').there]"}},
    )
    assert made.operations == []
    assert made.outputs["there"]["value"] == "before"


def nested(name: str, inner: str) -> dict[str, Any]:
    template = {
        "parameters": {"name": {"type": "string"}},
        "resources": {"inner": thing("[parameters('name')]")},
        "outputs": {"seen": {"type": "bool", "value": "[reference('inner').seen]"}},
    }
    properties = {"parameters": {"name": {"value": inner}}, "template": template}
    return {"type": NESTED, "name": name, "properties": properties}


def test_a_nested_deployment_gives_its_outputs() -> None:
    made = run(
        {"module": nested("module", "inner")},
        {"seen": {"type": "bool", "value": "[reference('module').outputs.seen.value]"}},
    )
    assert made.outputs["seen"]["value"] is True
    found = made.find("MODULE")
    assert found is not None
    assert [operation.id for operation in found.operations] == [
        "/subscriptions/sub/resourceGroups/group/providers/Some.Thing/things/inner"
    ]


def test_a_failure_is_told_at_every_level() -> None:
    made = run({"module": nested("module", "refused"), "z": thing("z", dependsOn=["module"])})
    assert made.state == "Failed"
    assert made.error is not None
    (outer,) = made.error["details"]
    assert (made.error["code"], outer["code"]) == ("DeploymentFailed", "ResourceDeploymentFailure")
    assert outer["details"][0]["details"] == [{"code": "NoQuota", "message": "there is none left"}]
    assert [operation.state for operation in made.operations] == ["Failed"]  # z was not begun


DECLARED = {
    "count": {"type": "int", "minValue": 1, "defaultValue": 1},
    "kind": {"type": "string", "allowedValues": ["a", "b"], "defaultValue": "a"},
    "items": {"type": "array", "items": {"$ref": "#/definitions/item"}, "defaultValue": []},
    "maybe": {"type": "string", "nullable": True},
}
ITEM = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}}


@pytest.mark.parametrize(
    "given",
    [
        {"count": 0},
        {"count": True},
        {"count": "1"},
        {"kind": "c"},
        {"unknown": 1},
        {"items": [{}]},
        {"items": [{"name": "abcd"}]},
        {"items": [{"name": "abc", "other": 1}]},
    ],
)
def test_unfit_parameters_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        run({}, template={"parameters": DECLARED, "definitions": {"item": ITEM}}, **given)


def test_fit_parameters_are_taken() -> None:
    declared = {"parameters": DECLARED, "definitions": {"item": ITEM}}
    outputs = {name: {"type": "string", "value": f"[parameters('{name}')]"} for name in DECLARED}
    made = run({}, outputs, template=declared, count=2, items=[{"name": "abc"}])
    values = {name: output["value"] for name, output in made.outputs.items()}
    assert values == {"count": 2, "kind": "a", "items": [{"name": "abc"}], "maybe": None}


def test_a_missing_parameter_is_told() -> None:
    with pytest.raises(TemplateError, match="'need' is not provided"):
        run({}, template={"parameters": {"need": {"type": "string"}}})
