"""Give the notebooks that pytest runs a local lab of their own, with every setting at default.

nbval's items use no fixtures, hence the session hooks.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Optional

import pytest
from hypothesis import settings

from lab_utils import Lab
from notebook_runner.defaults import local_defaults, temporary_folder
from notebook_runner.running import CLEAN_UP

# No test depends on the machine's speed, nor on luck: the same examples each time. `make fuzz` asks
# for others, `make test-fast` for fewer.
settings.register_profile("lab", deadline=None, derandomize=True)
settings.register_profile("fast", deadline=None, derandomize=True, max_examples=20)
settings.register_profile("fuzz", deadline=None, derandomize=False, print_blob=True)
settings.load_profile("lab")

# nbval imports nbformat, and that, where JupyterLab has brought it, a grammar of IRIs, which takes
# a second in each process. No notebook's schema has any.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
pytest_plugins = ["nbval.plugin"]

SLOW = "slow"

_stack = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pyproject.toml name what is slow."""
    parser.addini(SLOW, "files and folders whose tests are slow", type="paths")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> Optional[int]:
    """Give the cores three processes more than there are: many tests wait for what they started."""
    chosen = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return None if chosen else (os.cpu_count() or 1) + 3


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is slow, for `-m "not slow"`."""
    if _rank(item.path, item.config) < len(item.config.getini(SLOW)):
        item.add_marker(SLOW)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> Optional[bool]:
    """Import nothing of what is slow where that is left out; deciding by marks comes later."""
    if config.option.markexpr == f"not {SLOW}" and collection_path in config.getini(SLOW):
        return True
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: _rank(item.path, item.config))


@cache  # asked twice for each of thousands of tests, in each process
def _rank(path: Path, config: pytest.Config) -> int:
    """Return where a file stands in the list of what is slow, its length where it does not."""
    places = config.getini(SLOW)
    found = (number for number, place in enumerate(places) if path.is_relative_to(place))
    return next(found, len(places))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Point every LAB_ setting to its default and the state to a folder of this run."""
    stack = session.config.stash[_stack] = ExitStack()
    stack.enter_context(local_defaults(stack.enter_context(temporary_folder())))
    stack.callback(lambda: Lab.from_env().remove())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give the clean-up notebook a lab: the one of the others may run in another process."""
    if item.path.name == CLEAN_UP and item.name == "Cell 0":
        Lab.from_env().deploy()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the servers that the notebooks started."""
    session.config.stash[_stack].close()
