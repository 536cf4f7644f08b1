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


def test_a_lab_is_deployed_and_removed_without_the_sdk() -> None:
    program = "import sys, lab_utils.lab, lab_utils.local.target; print('openai' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
