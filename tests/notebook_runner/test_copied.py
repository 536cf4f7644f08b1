"""The executed copy works from another folder."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat

from notebook_runner.defaults import local_defaults
from notebook_runner.running import run
from tests.notebook_runner.notebooks import Terminal, notebook_of


def test_links_and_imports_of_the_copy_work_from_there(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "from lab_utils import Lab\nprint(Lab.__module__)")
    book = nbformat.read(path, as_version=4)
    book.cells[
        0
    ].source = (
        "# Title\n![flow](images/flow.svg) [docs](docs/azure.md#cost) [a](#top) [b](https://x/y)"
    )
    nbformat.write(book, path)
    build = tmp_path / "build"
    with local_defaults(tmp_path / "lab"):
        run(path, Terminal(), build=build)
    copy = nbformat.read(build / path.name, as_version=4)
    links = re.findall(r"\]\(([^)]+)\)", copy.cells[0].source)
    assert links[2:] == ["#top", "https://x/y"]
    for link in links[:2]:
        assert (build / link.partition("#")[0]).resolve().is_file(), link
    done = subprocess.run(
        [sys.executable, "-c", copy.cells[1].source],
        cwd=build,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.stdout, done.stderr) == ("lab_utils.lab\n", "")
