"""The public names of the package are what the notebooks may lean on."""

from __future__ import annotations

import subprocess
import sys

import pytest

import lab_utils


def test_the_public_names_are_few_sorted_and_there() -> None:
    assert lab_utils.__all__ == sorted(lab_utils.__all__)
    assert len(lab_utils.__all__) <= 10
    assert all(
        getattr(lab_utils, name).__module__.startswith("lab_utils") for name in lab_utils.__all__
    )
    assert set(lab_utils.__all__) <= set(dir(lab_utils))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Labs'"):
        lab_utils.Labs  # noqa: B018


@pytest.mark.parametrize("server", ["apim_gateway", "mock_openai"])
def test_the_servers_start_without_what_takes_long_to_load(server: str) -> None:
    heavy = {"openai", "matplotlib", "azure", "requests", "IPython", "jsonschema"}
    program = f"import sys, {server}.__main__; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("used", ["lab_utils.local.target, lab_utils.trace", "lab_utils.__main__"])
def test_a_lab_on_this_machine_is_deployed_and_asked_without_the_sdks(used: str) -> None:
    program = f"import sys, {used}; print(*sorted({{'openai', 'azure'}} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
