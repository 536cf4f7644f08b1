"""The notebooks keep the writing rules that make them run everywhere and read well."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from lab_utils.settings import PROJECT
from notebook_runner.running import LESSON, NOTEBOOKS, PRODUCTION

Notebook = Any
SECRETS = {
    "a key of 32 hex digits": r"\b[0-9a-f]{32}\b",
    "a token": r"\beyJ[\w-]{10,}",
    "a subscription": r"/subscriptions/[0-9a-f]{8}-",
}
ONE_FRONT_END = r"__vsc_ipynb_file__|^\s*[!%]|\binput\(|sys\.path|chdir\(|\bsleep\(|get_ipython"


@pytest.fixture(params=NOTEBOOKS)
def path(request: pytest.FixtureRequest) -> Path:
    return PROJECT / str(request.param)


@pytest.fixture
def notebook(path: Path) -> Notebook:
    return nbformat.read(path, as_version=4)


def pairs(items: list[Any]) -> Any:
    return zip(items, items[1:])


def code_cells(notebook: Notebook) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook: Notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_the_notebook_is_valid_small_and_clean(path: Path, notebook: Notebook) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert path.stat().st_size < 200_000
    assert path.read_text(encoding="utf-8").endswith("}\n")
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert all(cell.metadata == {} for cell in notebook.cells)


def test_every_code_cell_was_run_in_order(notebook: Notebook) -> None:
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_most_cells_show_something_and_none_complains(notebook: Notebook) -> None:
    cells = code_cells(notebook)
    assert sum(bool(cell.outputs) for cell in cells) > len(cells) / 2
    for output in (output for cell in cells for output in cell.outputs):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"


def test_cells_are_short_and_introduced(notebook: Notebook) -> None:
    for before, cell in pairs(notebook.cells):
        if cell.cell_type == "code":
            assert before.cell_type == "markdown", cell.id
            assert len(cell.source.splitlines()) <= 12, cell.id
            prose = re.sub(r"^[#<].*$", "", before.source, flags=re.MULTILINE)
            assert 20 <= len(prose.split()) <= 50, (before.id, len(prose.split()))


def test_headings_start_with_one_title_and_skip_no_level(notebook: Notebook) -> None:
    levels = [len(hashes) for hashes in re.findall(r"^(#+) ", markdown(notebook), re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairs(levels))


def test_nothing_runs_in_one_front_end_only(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        assert not re.search(ONE_FRONT_END, cell.source, re.MULTILINE), cell.id
        ast.parse(cell.source)


def test_no_name_of_a_run_is_used_twice(notebook: Notebook) -> None:
    names = [
        name
        for cell in code_cells(notebook)
        for name in re.findall(r"^(\w+) = Recording", cell.source, re.MULTILINE)
    ]
    assert len(names) == len(set(names))


def test_no_secret_is_kept(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name, pattern in SECRETS.items():
        assert not re.search(pattern, text), name


def test_links_have_a_text_and_lead_somewhere(notebook: Notebook) -> None:
    text = markdown(notebook)
    anchors = re.findall(r'^<a id="([a-z-]+)"></a>\n## ', text, re.MULTILINE)
    for label, target in re.findall(r"\[([^\]]*)\]\(([^)]+)\)", text):
        assert len(label) > 4, target
        assert label.lower() not in ("here", "this", "link")
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not target.startswith("https://"):
            assert (PROJECT / target).is_file(), target


def test_a_picture_has_a_text_twin() -> None:
    sources = [cell.source for cell in code_cells(nbformat.read(PROJECT / LESSON, as_version=4))]
    drawn = re.findall(r"^picture(\(.*\))$", "\n".join(sources), re.MULTILINE)
    printed = re.findall(r"^print\(strip(\(.*\))\)$", "\n".join(sources), re.MULTILINE)
    assert drawn
    assert set(drawn) <= set(printed)


def test_every_assertion_tells_the_reader_what_was_expected(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert):
                assert isinstance(node.msg, ast.Constant), cell.id
                assert len(str(node.msg.value).split()) >= 6, cell.id


def test_text_that_comes_live_is_flushed(notebook: Notebook) -> None:
    for cell in code_cells(notebook):
        for call in re.findall(r"print\(.*end=.*", cell.source):
            assert call.endswith('end="", flush=True)'), cell.id


def sections(notebook: Notebook) -> dict[str, list[Any]]:
    """Return the cells of each section by the name of its anchor."""
    found: dict[str, list[Any]] = {}
    name = ""
    for cell in notebook.cells:
        anchor = re.match(r'<a id="([a-z-]+)">', cell.source)
        name = anchor[1] if anchor else name
        found.setdefault(name, []).append(cell)
    return found


@pytest.mark.parametrize(("name", "first"), [(LESSON, "deploy"), (PRODUCTION, "set-up")])
def test_each_section_needs_only_the_one_that_deploys(
    name: str, first: str, tmp_path: Path
) -> None:
    parts = sections(nbformat.read(PROJECT / name, as_version=4))
    alone = [key for key in parts if key and key != first]
    assert len(alone) >= 4
    for section in alone:
        book = nbformat.v4.new_notebook(cells=[*parts[first], *parts[section]])
        nbformat.write(book, tmp_path / f"{section}.ipynb")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select=F821", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def test_the_sanitize_file_has_a_visible_replacement_for_every_rule() -> None:
    text = (PROJECT / "tests" / "nbval_sanitize.cfg").read_text(encoding="utf-8")
    rules = re.findall(r"^regex: (.+)$", text, re.MULTILINE)
    replacements = re.findall(r"^replace: (\S.*)$", text, re.MULTILINE)
    assert len(rules) == len(replacements) == 11
    for rule in rules:
        re.compile(rule)
