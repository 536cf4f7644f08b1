"""Give the notebooks that pytest runs a local lab of their own, with every setting at default."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab_utils import Lab
from lab_utils.notebook import local_defaults


@pytest.fixture(scope="session", autouse=True)
def _own_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("lab")
    with local_defaults(folder):
        yield
        Lab.from_env().remove()
