"""The house's floors: who may import whom, and no circles, also none for types alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Each package, and the project's own packages that it may import.
BELOW = {
    "load": {"lab_utils", "stream_probe"},
    "bench": {"apim_gateway", "mock_openai", "policy_expressions"},
    "notebook_runner": {"lab_utils", "local_processes", "stream_probe"},
    "lab_utils": {
        "apim_gateway",
        "azure_resources",
        "gateway_conformance",
        "local_processes",
        "policy_expressions",
        "stream_probe",
    },
    "azure_resources": {"local_processes"},
    "local_processes": set(),
    "gateway_conformance": {"local_processes", "stream_probe"},
    "stream_probe": set(),
    "apim_gateway": {"policy_expressions"},
    "policy_expressions": set(),
    "mock_openai": set(),
}
MOST_LINES = 300
# The gateway's rooms from below to above: each may import those before it.
ROOMS = ("wire", "running", "reading", "policies", "serving")


def modules(package: str) -> dict[str, ast.Module]:
    """Return what each module of a package says, by its dotted name."""
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(
            file.read_text(encoding="utf-8")
        )
        for file in sorted((ROOT / package).rglob("*.py"))
    }


def imported(name: str, tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Yield every module that an import anywhere in the module `name` names."""
    is_package = any(other.startswith(f"{name}.") for other in known)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = name.split(".")
            above = parts[: len(parts) - node.level + is_package] if node.level else []
            source = ".".join([*above, *filter(None, [node.module])])
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield inner if inner in known else source


@cache
def arrows(package: str) -> Mapping[str, set[str]]:
    """Return for each module of a package what it imports."""
    found = modules(package)
    return {name: set(imported(name, tree, set(found))) for name, tree in found.items()}


@pytest.mark.parametrize("package", BELOW)
def test_packages_import_only_those_below(package: str) -> None:
    above = set(BELOW) - BELOW[package] - {package}
    against = [
        f"{name} imports {target}"
        for name, targets in arrows(package).items()
        for target in sorted(targets)
        if target.split(".")[0] in above
    ]
    assert against == []


@pytest.mark.parametrize("package", BELOW)
def test_no_circle_between_modules(package: str) -> None:
    graph = arrows(package)
    inside = {name: targets & set(graph) - {name} for name, targets in graph.items()}
    tuple(TopologicalSorter(inside).static_order())  # raises CycleError, which names the circle


@pytest.mark.parametrize("package", BELOW)
def test_no_module_is_longer_than_a_reader_likes(package: str) -> None:
    counted = {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8").count("\n")
        for file in (ROOT / package).rglob("*.py")
    }
    assert {name: lines for name, lines in counted.items() if lines > MOST_LINES} == {}


def test_the_rooms_of_the_gateway_stand_on_each_other() -> None:
    against = [
        f"{name} imports {target}"
        for name, targets in arrows("apim_gateway").items()
        for target in sorted(targets)
        if _floor(target) > _floor(name)
    ]
    assert against == []


def _floor(name: str) -> int:
    package, _, rest = name.partition(".")
    if package != "apim_gateway" or rest in ("", "errors"):
        return -1
    room = rest.split(".")[0]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def test_azure_sdks_are_imported_where_azure_is_asked_alone() -> None:
    asking = ("lab_utils.cloud", "gateway_conformance.service")
    outside = [
        f"{name} imports {target}"
        for package in BELOW
        for name, targets in arrows(package).items()
        for target in sorted(targets)
        if target.split(".")[0] in ("azure", "msal") and not name.startswith(asking)
    ]
    assert outside == []


# What only serving and cryptography need: together they take longer than a whole check.
SLOW_TO_IMPORT = (
    "aiohttp",
    "asyncio",
    "concurrent.futures",
    "cryptography",
    "http.client",
    "jsonschema",
    "jwt",
    "liquid",
    "ssl",
    "uvloop",
    "yarl",
)


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "infra/gateway/policy.xml"],
        ["check", "infra/gateway/experiments", "--format", "sarif", "--fail-on", "never"],
        ["policies"],
        ["policies", "--streaming"],
    ],
    ids=" ".join,
)
def test_commands_that_serve_nothing_import_nothing_slow(arguments: list[str]) -> None:
    program = (
        "import sys; from apim_gateway.__main__ import main; assert main() == 0; "
        f"print(*sys.modules.keys() & {set(SLOW_TO_IMPORT)!r}, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        cwd=ROOT,
        check=True,
    )
    assert done.stderr.split() == []
