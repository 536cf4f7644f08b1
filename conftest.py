"""Give the notebooks that pytest runs a local lab of their own, with every setting at default.

nbval's items use no fixtures, hence the session hooks.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import settings

from lab_utils import Lab
from lab_utils.notebook import local_defaults, temporary_folder

# No test depends on the machine's speed, nor on luck: the same examples each time. `make fuzz` asks
# for others.
settings.register_profile("lab", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("lab")

_stack = pytest.StashKey[ExitStack]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Point every LAB_ setting to its default and the state to a folder of this run."""
    stack = session.config.stash[_stack] = ExitStack()
    stack.enter_context(local_defaults(stack.enter_context(temporary_folder())))
    stack.callback(lambda: Lab.from_env().remove())


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process and in their order, and those of all notebooks."""
    for item in items:
        group = "notebooks" if item.path.suffix == ".ipynb" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the servers that the notebooks started."""
    session.config.stash[_stack].close()
