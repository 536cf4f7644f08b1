"""Small notebooks to run, and a terminal that remembers what it was given."""

from __future__ import annotations

import io
from pathlib import Path

import nbformat


class Terminal(io.StringIO):
    """Remember each write by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


def notebook_of(folder: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Title")]
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    path = folder / "small.ipynb"
    nbformat.write(notebook, path)
    return path
