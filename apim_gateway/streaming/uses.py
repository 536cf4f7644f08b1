"""The compiled document as the check sees it: every policy with its row and its values.

The same compiler that makes steps for requests makes these, from the same table of policies: only
what is built differs. So what the check walks is what the gateway would run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from apim_gateway.policies import REGISTRY
from apim_gateway.reading.registry import Registry
from apim_gateway.reading.schema import TEXT, Attribute, Node, Policy, Shape
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.steps import Steps
from policy_expressions import Expression

NO_STEPS = Steps(())
ANYTHING = Shape(anything=True, text=Attribute(TEXT), attributes={"apply": Attribute(literal=True)})


@dataclass(frozen=True)
class Use:
    """Hold one use of a policy in a document; `missing` names a fragment that is not at hand."""

    policy: Policy
    node: Node
    steps: Steps = NO_STEPS  # of the parent scope, or of the fragment
    missing: str = ""

    async def run(self, exchange: Exchange) -> None:
        """Do nothing: a use is there to be looked at."""


def registry(fragments: Collection[str]) -> Registry:
    """Return the table of policies, run here or not, whose steps are uses.

    A fragment that is not among `fragments` is missing, which is no fault of the document.
    """

    def build(policy: Policy) -> Policy:
        def use(node: Node) -> Use:
            if policy.name == "base":
                return Use(policy, node, node.around.base())
            if policy.name == "include-fragment":
                name = node.literal("fragment-id")
                if name not in fragments:
                    return Use(policy, node, missing=name)
                return Use(policy, node, node.around.fragment(name))
            return Use(policy, node)

        return replace(policy, build=use)

    rows = list(REGISTRY.policies.values())
    for name, row in REGISTRY.elsewhere.items():
        rows.append(Policy(name, _Never, row.sections, ANYTHING, row.stream))
    return Registry({row.name: build(row) for row in rows})


class _Never:
    """Stand where a step is built that no request ever runs."""

    def __init__(self, node: Node) -> None:
        raise AssertionError(f"{node.name} does not run here")

    async def run(self, exchange: Exchange) -> None:
        """Never run."""


def uses(steps: Steps) -> Iterator[Use]:
    """Yield every use in these steps and in what they hold."""
    for placed in steps.steps:
        if isinstance(placed.step, Use):
            yield placed.step
            yield from uses(placed.step.steps)
            yield from _inside(placed.step.node)


def _inside(node: Node) -> Iterator[Use]:
    yield from uses(node.steps)
    for child in node.children:
        yield from _inside(child)


def values(node: Node) -> Iterator[tuple[str, Expression]]:
    """Yield the values of one element by attribute; its text has no name."""
    yield from node.values.items()
    if node.text:
        yield "", node.text


def all_values(node: Node) -> Iterator[tuple[Node, str, Expression]]:
    """Yield the values of an element and of its children."""
    for name, value in values(node):
        yield node, name, value
    for child in node.children:
        yield from all_values(child)
