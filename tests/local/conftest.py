"""A lab that the tests of a module share, and folders for labs of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab_utils.local.target import LocalTarget
from tests.local.labs import target


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[LocalTarget]:
    lab = target(folder)
    lab.deploy()
    yield lab
    lab.remove()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """Return a folder whose lab, if any, is gone afterwards."""
    yield tmp_path
    target(tmp_path).remove()
