from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mock_openai.harness import running


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Serve a mock that answers at once."""
    with running() as url:
        yield url
