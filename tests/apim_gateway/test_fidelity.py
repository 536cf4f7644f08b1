"""What a document may say is looked at by its policy, or named among the differences."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from apim_gateway import fidelity
from apim_gateway.policies import FAMILIES
from apim_gateway.reading.schema import Policy, Shape

POLICIES = [(family, policy) for family in FAMILIES for policy in family.POLICIES]


def said(file: Path) -> Iterator[str]:
    """Yield the texts in the classes and functions of a module, and of those it leans on."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "apim_gateway.policies":
            for alias in node.names:
                yield from said(file.parent / f"{alias.name}.py")
        elif isinstance(node, ast.ImportFrom) and "apim_gateway.policies." in (node.module or ""):
            yield from said(file.parent / f"{(node.module or '').rpartition('.')[2]}.py")
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign)):
            # An Assign holds the table; its lambdas may read a node.
            roots = [node] if not isinstance(node, ast.Assign) else lambdas(node)
            for root in roots:
                for inner in ast.walk(root):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield inner.value


def lambdas(node: ast.AST) -> list[ast.AST]:
    return [inner for inner in ast.walk(node) if isinstance(inner, ast.Lambda)]


def declared(shape: Shape) -> Iterator[str]:
    """Yield the attributes and child elements; the only kind of child is read with its parent."""
    yield from shape.attributes
    for name, child in shape.children.items():
        if len(shape.children) > 1:
            yield name
        yield from declared(child.shape)


@pytest.mark.parametrize(("family", "policy"), POLICIES, ids=[p.name for _, p in POLICIES])
def test_what_a_policy_declares_is_read_or_named(family: ModuleType, policy: Policy) -> None:
    texts = set(said(Path(inspect.getfile(family))))
    composed = {first + second for first in texts for second in texts if second.startswith("-")}
    names = set(declared(policy.shape))
    told = set(fidelity.UNREAD.get(policy.name, "").split())
    assert names - texts - composed <= told
    assert told <= names


def test_every_policy_named_there_is_one() -> None:
    assert set(fidelity.UNREAD) <= {policy.name for _, policy in POLICIES}
