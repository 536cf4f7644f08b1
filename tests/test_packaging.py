"""What pyproject.toml says is what the packages need and what a wheel holds."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab_utils.settings import PROJECT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENGINES = ("apim_gateway", "mock_openai", "policy_expressions")
LABS = (
    "azure_resources",
    "gateway_conformance",
    "lab_utils",
    "local_processes",
    "notebook_runner",
    "stream_probe",
)  # what only the lab runs
SAID: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
ENTRY = SAID["project"]
EXTRAS = ENTRY["optional-dependencies"]
LAB = [line for extra in ("lab", "azure") for line in EXTRAS[extra]]

# Modules whose distribution has another name, or which are part of another one's interface.
DISTRIBUTION = {
    "azure.core": "azure-identity",
    "azure.identity": "azure-identity",
    "azure.mgmt": "azure-mgmt-apimanagement",
    "dotenv": "python-dotenv",
    "httpx": "openai",
    "IPython": "ipykernel",
    "jupyter_core": "nbclient",
    "jwt": "pyjwt",
    "liquid": "python-liquid",
    "multidict": "aiohttp",
    "nbformat": "nbclient",
    "urllib3": "requests",
    "yaml": "pyyaml",
    "yarl": "aiohttp",
}
NEEDS_THE_LIST = pytest.mark.skipif(
    not hasattr(sys, "stdlib_module_names"), reason="needs Python 3.10's list of its own modules"
)
STANDARD = set(getattr(sys, "stdlib_module_names", ())) | {"__future__"}


def requirements(file: Path) -> set[str]:
    """Return the lines of a requirements file without comments."""
    lines = (line.split("  #")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def names(lines: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", line)[0].lower() for line in lines}


def imported(package: str) -> Iterator[str]:
    """Yield the distribution behind each import of a package that is not its own or Python's."""
    own = {*ENGINES, *LABS}
    plugin = PROJECT / "mock_openai" / "fixture.py"  # pytest itself imports it
    for file in {*(PROJECT / package).rglob("*.py")} - {plugin}:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found = [node.module]
            else:
                continue
            for module in found:
                parts = module.split(".")
                if parts[0] in STANDARD or parts[0] in own:
                    continue
                for known in (".".join(parts[:2]), parts[0]):
                    if known in DISTRIBUTION:
                        yield DISTRIBUTION[known]
                        break
                else:
                    yield parts[0].replace("_", "-").lower()


def test_requirements_txt_lists_what_the_project_and_its_extras_do() -> None:
    assert requirements(PROJECT / "requirements.txt") == {*ENTRY["dependencies"], *LAB}


@NEEDS_THE_LIST
def test_the_mock_in_azure_installs_what_the_mock_needs() -> None:
    listed = requirements(PROJECT / "mock_openai" / "requirements.txt")
    assert listed <= set(ENTRY["dependencies"])
    optional = {"uvloop", "trustme", "pyyaml"}  # the mock takes them where they are
    assert names(list(listed)) | optional >= set(imported("mock_openai"))


@NEEDS_THE_LIST
@pytest.mark.parametrize("package", [*ENGINES, *LABS])
def test_every_import_is_declared(package: str) -> None:
    mock = EXTRAS["tls"] + EXTRAS["yaml"]
    more = LAB if package in LABS else mock if package == "mock_openai" else []
    declared = names(ENTRY["dependencies"] + more)
    assert set(imported(package)) <= declared


def test_nothing_is_declared_that_nothing_imports() -> None:
    # on other systems; by pytest; by Jupyter; by zoneinfo
    run_by_name = {"uvloop", "nbval", "ipykernel", "tzdata"}
    used = {name for package in (*ENGINES, *LABS) for name in imported(package)}
    assert names([*ENTRY["dependencies"], *LAB]) - run_by_name <= used


@pytest.mark.parametrize("script", sorted(ENTRY["scripts"]))
def test_each_script_starts(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, _, function = ENTRY["scripts"][script].partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    done = subprocess.run(
        [sys.executable, "-m", module.partition(".")[0], "--help"],
        capture_output=True,
        encoding="utf-8",
        cwd=PROJECT,
        check=True,
        timeout=60,
    )
    assert "usage:" in done.stdout


def test_a_wheel_holds_the_engines_with_their_data_and_nothing_else(tmp_path: Path) -> None:
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        cwd=PROJECT,
        check=True,
        timeout=120,
    )
    with zipfile.ZipFile(tmp_path / done.stdout.split()[-1]) as wheel:
        held = set(wheel.namelist())
    assert "policy_expressions/evaluate/default.json" in held
    assert {f"{name}/py.typed" for name in ENGINES} <= held
    folders = {name.partition("/")[0] for name in held}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(ENGINES)
    for package in ENGINES:
        for file in (PROJECT / package).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert file.relative_to(PROJECT).as_posix() in held


def test_the_version_is_the_newest_of_the_changelog() -> None:
    changes = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\d+\.\d+\.\d+)", changes, re.MULTILINE)
    assert not released or released[0] == ENTRY["version"]
