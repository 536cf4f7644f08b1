"""The servers that every probe of these tests goes to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stream_probe.loopback import Loopback, serving


@pytest.fixture(scope="session")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with serving(tmp_path_factory.mktemp("probe")) as served:
        yield served
