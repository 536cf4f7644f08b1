"""A copy of a notebook in another folder, whose links and imports lead where the notebook's do."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from lab_utils.settings import PROJECT

PACKAGE = "lab_utils"
_LINK = re.compile(r"(\]\()(?![a-z][a-z0-9+.-]*:|[#/])([^)\s]+\))")  # a relative one
# Jupyter imports from the notebook's folder: there, this stands in for the package.
_SHIM = """\
\"\"\"Let a notebook in this folder import lab_utils from where it is.\"\"\"

import sys

sys.path.insert(0, {project!r})
del sys.modules[__name__]
import lab_utils  # noqa: E402, F401
"""


def put(notebook: Any, path: Path) -> None:
    """Write `notebook` to `path`, with links and imports that work from there."""
    import nbformat

    folder = path.resolve().parent
    if folder != PROJECT:
        _relink(notebook, folder)
        shim = folder / f"{PACKAGE}.py"
        shim.write_text(_SHIM.format(project=str(PROJECT)), encoding="utf-8")
    nbformat.write(notebook, path)


def _relink(notebook: Any, folder: Path) -> None:
    try:
        back = Path(os.path.relpath(PROJECT, folder)).as_posix()
    except ValueError:  # another drive
        back = PROJECT.as_uri()
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(rf"\g<1>{back}/\g<2>", cell.source)
