"""The reference of policies, written from the registry: docs/policies.md."""

from __future__ import annotations

from collections.abc import Mapping

from apim_gateway import evidence, fidelity
from apim_gateway.markdown import table
from apim_gateway.policies import REGISTRY
from apim_gateway.reading.registry import NEVER_HERE
from apim_gateway.reading.schema import Attribute, Policy, Shape
from apim_gateway.running.sections import SECTIONS

TITLE = "# Policies of the local gateway"
INTRODUCTION = """\
This page is written by `python -m apim_gateway policies` from the table that documents are
checked against. Every other element, attribute and section is refused when a document is loaded,
with file, line and name. An attribute takes an expression unless it is marked *literal*; required
ones are **bold**, defaults stand after `=`."""

RESTS = """\
*documented*: a page or release note of Microsoft's says it. *on the wire*: somebody captured it
from API Management. *inferred*: neither. Each behaviour has a test, below `tests/`."""


def markdown() -> str:
    """Return the whole page."""
    policies = sorted(REGISTRY.policies.values(), key=lambda policy: policy.name)
    parts = [
        TITLE,
        INTRODUCTION,
        "## What may stand where",
        table(("Policy", "Sections", "Attributes, text and elements"), map(_row, policies)),
        "## What streams",
        "[streaming.md](streaming.md) tells what each policy does to a streamed response.",
        "## What is not run here",
        NEVER_HERE.replace(" this policy,", " these policies,").replace("run it: ", "run them:"),
        table(
            ("Policy", "Why"),
            ((f"`{name}`", row.reason) for name, row in sorted(REGISTRY.elsewhere.items())),
        ),
        "## What rests on what",
        RESTS,
        table(("About", "Behaviour", "Status", "Test"), map(_behaviour, evidence.behaviours())),
        "## How true it is",
        fidelity.text(),
    ]
    return "\n\n".join(parts) + "\n"


def _behaviour(row: evidence.Behaviour) -> tuple[str, str, str, str]:
    return row.area, row.what, row.status, f"`{row.test}`"


def _row(policy: Policy) -> tuple[str, str, str]:
    everywhere = policy.sections == SECTIONS
    sections = "all" if everywhere else ", ".join(policy.sections)
    return f"`{policy.name}`", sections, _shape(policy.shape)


def _shape(shape: Shape) -> str:
    parts = [_attributes(shape.attributes)] if shape.attributes else []
    if shape.text:
        parts.append(f"text{': ' + shape.text.kind.name if shape.text.kind.name != 'text' else ''}")
    for name, child in shape.children.items():
        inside = _shape(child.shape)
        count = "" if child.most == 1 else "*"
        bold = "**" if child.least else ""
        parts.append(f"{bold}`<{name}>`{bold}{count}{f' ({inside})' if inside else ''}")
    if shape.policies:
        parts.append("policies")
    return "; ".join(parts)


def _attributes(attributes: Mapping[str, Attribute]) -> str:
    return ", ".join(_attribute(name, attribute) for name, attribute in attributes.items())


def _attribute(name: str, attribute: Attribute) -> str:
    bold = "**" if attribute.required else ""
    default = f"=`{attribute.default}`" if attribute.default is not None else ""
    kind = "" if attribute.kind.name.startswith("text") else f": {attribute.kind.name}"
    literal = " *literal*" if attribute.literal else ""
    return f"{bold}`{name}`{bold}{default}{kind}{literal}"
