"""Carry out an ARM template, resource by resource, in the order its dependencies ask for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Protocol

from .errors import ArmError
from .expressions import TemplateError, resolve
from .functions import PURE, unique_string
from .parameters import bind

NESTED = "Microsoft.Resources/deployments"
ANY_FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for "
    "details. Please see https://aka.ms/arm-deployment-operations for usage details."
)
TERMINAL = (
    "The resource write operation failed to complete successfully, because it reached terminal "
    "provisioning state 'Failed'."
)


class UnknownError(Exception):
    """Tell that a value is known only when another resource is there."""


@dataclass(frozen=True)
class Place:
    """Say where a deployment happens."""

    subscription: str
    group: str
    location: str

    @property
    def id(self) -> str:
        """Return the id of the resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"

    def resource_id(self, kind: str, *names: str) -> str:
        """Return the id of a resource of type `kind` in this group."""
        provider, *types = kind.split("/")
        steps = [f"{one}/{name}" for one, name in zip(types, names)]
        return "/".join([self.id, "providers", provider, *steps])


class Provider(Protocol):
    """Create and look up resources, as resource providers do."""

    def put(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Create or update a resource and return it as it is then. Raises ArmError."""

    def get(self, resource_id: str) -> dict[str, Any]:
        """Return a resource. Raises ArmError."""


@dataclass
class Operation:
    """Tell how far one resource of a deployment is."""

    id: str
    kind: str
    name: str
    state: str = "Running"
    error: Optional[dict[str, Any]] = None
    moment: int = 0  # of its last change


@dataclass
class Run:
    """Carry out one deployment; nested ones are runs of their own.

    A `partial` run is what validation and what-if see: they pass over everything whose values come
    from what another resource or module will have become
    (https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if).
    Raises TemplateError at once where the parameters do not fit the template.
    """

    name: str
    template: dict[str, Any]
    parameters: dict[str, Any]
    place: Place
    provider: Provider
    state: str = "Running"
    error: Optional[dict[str, Any]] = None
    outputs: dict[str, Any] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)  # oldest first
    nested: list[Run] = field(default_factory=list)
    clock: Iterator[int] = field(default_factory=itertools.count)
    partial: bool = False

    def __post_init__(self) -> None:
        self._given = bind(self.template, self.parameters)
        self._resources = _by_symbol(self.template["resources"])
        self._created: dict[str, dict[str, Any]] = {}
        self._known: dict[str, str] = {}  # existing resources, by symbol
        self._writers: dict[str, set[str]] = {}  # API -> symbols that have written to it

    @property
    def id(self) -> str:
        """Return the id of the deployment."""
        return self.place.resource_id(NESTED, self.name)

    def find(self, name: str) -> Optional[Run]:
        """Return the run of this name, this one or one nested in it."""
        if self.name.lower() == name.lower():
            return self
        return next((found for run in self.nested if (found := run.find(name))), None)

    def steps(self) -> Iterator[None]:
        """Carry the deployment out; between two steps every operation's state may be looked at."""
        try:
            for symbol in self._order():
                try:
                    yield from self._one(symbol)
                except UnknownError:
                    continue
            if not self.partial:
                self.outputs = {
                    name: {"type": item["type"].capitalize(), "value": self._output(item)}
                    for name, item in self.template.get("outputs", {}).items()
                }
            self.state = "Succeeded"
        except ArmError as error:
            self._fail(error.body)
        except TemplateError as error:
            self._fail({"code": "InvalidTemplate", "message": str(error)})

    def _fail(self, cause: dict[str, Any]) -> None:
        self.state = "Failed"
        told = {"code": "DeploymentFailed", "target": self.id, "message": ANY_FAILED}
        self.error = {**told, "details": [cause]}

    def _order(self) -> list[str]:
        done: list[str] = []

        def visit(symbol: str) -> None:
            for needed in self._direct(symbol):
                visit(needed)
            if symbol not in done:
                done.append(symbol)

        for symbol in self._resources:
            visit(symbol)
        return done

    def _direct(self, symbol: str) -> list[str]:
        """Return what a resource names in dependsOn; one of a loop stands for the whole loop."""
        named = self._resources[symbol].get("dependsOn", [])
        return [re.sub(r"^\[format\('(\w+)\[.*", r"\1", name) for name in named]

    def _needed(self, symbol: str) -> set[str]:
        """Return all that is there before `symbol` is begun."""
        direct = self._direct(symbol)
        return set(direct).union(*(self._needed(name) for name in direct))

    def _check_writers(self, instance: str, resource_id: str) -> None:
        """Raise ArmError where another part of the same API may be written at the same time."""
        api = re.match(r".*/service/[^/]+/apis/[^/]+", resource_id)
        if api is None:
            return
        symbol = instance.partition("[")[0]
        loop = self._resources[symbol].get("copy", {})
        written = self._writers.setdefault(api[0], set())
        at_once = written - self._needed(symbol) - {symbol}
        if at_once or (symbol in written and loop.get("batchSize") != 1):
            raise ArmError(
                409,
                "PessimisticConcurrencyConflict",
                "Resource was locked: another operation on the same API is in progress: "
                f"{symbol}, {', '.join(at_once) or symbol}.",
            )
        written.add(symbol)

    def _one(self, symbol: str) -> Iterator[None]:
        declared = dict(self._resources[symbol])
        loop = declared.pop("copy", None)
        if not resolve(declared.pop("condition", True), self._functions()):
            return
        declared.pop("dependsOn", None)
        if loop is None:
            yield from self._create(symbol, declared, 0)
            return
        for index in range(resolve(loop["count"], self._functions())):
            yield from self._create(f"{symbol}[{index}]", declared, index)

    def _create(self, symbol: str, declared: dict[str, Any], index: int) -> Iterator[None]:
        functions = self._functions(index)
        kind, name = declared["type"], resolve(declared["name"], functions)
        if "scope" in declared:
            scope = resolve(declared["scope"], functions)
            resource_id = f"{scope}/providers/{kind}/{name}"
        else:
            resource_id = self.place.resource_id(kind, *name.split("/"))
        if declared.get("existing"):
            self._known[symbol] = resource_id  # Azure looks it up when it is asked for
            return
        operation = Operation(resource_id, kind, name, moment=next(self.clock))
        self.operations.append(operation)
        yield
        try:
            if kind == NESTED:
                yield from self._deploy_nested(symbol, declared, name, functions)
            else:
                body = _copies({k: v for k, v in declared.items() if k != "scope"}, functions)
                self._check_writers(symbol, resource_id)
                self._created[symbol] = self.provider.put({**body, "id": resource_id})
            operation.state = "Succeeded"
        except UnknownError:
            self.operations.remove(operation)
            raise
        except ArmError as error:
            operation.state, operation.error = "Failed", error.body
            raise
        finally:
            operation.moment = next(self.clock)

    def _deploy_nested(
        self, symbol: str, declared: dict[str, Any], name: str, functions: dict[str, Any]
    ) -> Iterator[None]:
        given = resolve(declared["properties"]["parameters"], functions)
        run = Run(
            name,
            declared["properties"]["template"],
            {key: item["value"] for key, item in given.items()},
            self.place,
            self.provider,
            clock=self.clock,
            partial=self.partial,
        )
        self.nested.append(run)
        yield from run.steps()
        if run.error is not None:
            raise ArmError(409, "ResourceDeploymentFailure", TERMINAL, [run.error], run.id)
        self._created[symbol] = {"id": run.id, "properties": {"outputs": run.outputs}}

    def _output(self, item: dict[str, Any]) -> Any:
        if "copy" not in item:
            return resolve(item["value"], self._functions())
        count = resolve(item["copy"]["count"], self._functions())
        return [resolve(item["copy"]["input"], self._functions(i)) for i in range(count)]

    def _functions(self, index: int = 0) -> dict[str, Callable[..., Any]]:
        def reference(symbol: str, version: str = "", full: str = "") -> Any:
            if symbol in self._known:
                self._created[symbol] = self.provider.get(self._known[symbol])
            elif self.partial:
                raise UnknownError
            if symbol not in self._created:
                raise TemplateError(f"The resource '{symbol}' is not defined in the template.")
            created = self._created[symbol]
            return created if full else created["properties"]

        def parameter(name: str) -> Any:
            if name in self._given:
                return self._given[name]
            default = self.template["parameters"][name]["defaultValue"]
            return resolve(default, self._functions())

        group = {"id": self.place.id, "name": self.place.group, "location": self.place.location}
        subscription = f"/subscriptions/{self.place.subscription}"
        return {
            **PURE,
            "copyIndex": lambda name="": index,
            "deployment": lambda: {"name": self.name},
            "parameters": parameter,
            "reference": reference,
            "resourceGroup": lambda: group,
            "resourceId": self.place.resource_id,
            "subscription": lambda: {"id": subscription},
            "subscriptionResourceId": lambda kind, *names: "/".join(
                [subscription, "providers", kind, *names]
            ),
            "uniqueString": unique_string,
            "variables": lambda name: resolve(self.template["variables"][name], self._functions()),
        }


def _by_symbol(resources: Any) -> dict[str, Any]:
    """Return resources by name; a list, which older templates have, only without dependencies."""
    if isinstance(resources, dict):
        return resources
    if any("dependsOn" in item for item in resources):
        raise TemplateError("dependsOn without symbolic names is not read here")
    return {str(number): item for number, item in enumerate(resources)}


def _copies(value: Any, functions: dict[str, Callable[..., Any]]) -> Any:
    """Resolve expressions, and write out the loops that make one property of an object."""
    if isinstance(value, list):
        return [_copies(item, functions) for item in value]
    if not isinstance(value, dict):
        return resolve(value, functions)
    made = {key: _copies(item, functions) for key, item in value.items() if key != "copy"}
    for loop in value.get("copy", []):
        count = resolve(loop["count"], functions)
        made[loop["name"]] = [
            _copies(loop["input"], _inside(functions, loop["name"], at)) for at in range(count)
        ]
    return made


def _inside(
    functions: dict[str, Callable[..., Any]], loop: str, at: int
) -> dict[str, Callable[..., Any]]:
    outer = functions["copyIndex"]
    return {**functions, "copyIndex": lambda name="": at if name == loop else outer(name)}
