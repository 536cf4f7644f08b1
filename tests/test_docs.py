"""README and docs lead where they say, and name commands that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest

from lab_utils.settings import PROJECT

PAGES = sorted(
    path
    for folder in (
        ".",
        "docs",
        "docs/conformance",
        "apim_gateway",
        "policy_expressions",
        "mock_openai",
        "gateway_conformance",
        "azure_resources",
        "local_processes",
        "notebook_runner",
        "stream_probe",
        "tests/arm",
    )
    for path in (PROJECT / folder).glob("*.md")
)
NOTEBOOKS = sorted(PROJECT.glob("*.ipynb"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def text_of(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def anchors(text: str) -> set[str]:
    """Return the anchors that GitHub makes of the headings, and those the page sets itself."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    slugs = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
    return {*slugs, *re.findall(r'<a (?:id|name)="([^"]+)"', text)}


@pytest.mark.parametrize("page", [*PAGES, *NOTEBOOKS], ids=named)
def test_every_relative_link_resolves(page: Path) -> None:
    dead = []
    for link in LINK.findall(FENCE.sub("", text_of(page))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        found = target.exists() and PROJECT in (target, *target.parents)
        if found and anchor and target.is_file():
            found = anchor in anchors(text_of(target))
        if not found:
            dead.append(link)
    assert not dead


def test_each_test_that_shows_a_threat_held_exists() -> None:
    page = PROJECT / "docs" / "security.md"
    lines = [line for line in text_of(page).splitlines() if line.startswith("| ")]
    rows = [line for line in lines if not line.startswith(("| threat", "| ---"))]
    assert len(rows) > 20
    for row in rows:
        shown = row.rsplit("|", 2)[1]
        assert LINK.search(shown), row
        for link, names in re.findall(r"\]\(([^)]+)\)((?:,? ?`test_\w+`)*)", shown):
            text = (page.parent / link).read_text(encoding="utf-8")
            for name in re.findall(r"`(test_\w+)`", names):
                assert f"def {name}(" in text, f"{link}: {name}"


def commands(page: Path) -> list[str]:
    """Return the lines of a page's shell blocks, continued lines joined."""
    blocks = [body for kind, body in FENCE.findall(text_of(page)) if kind in ("sh", "powershell")]
    joined = (re.sub(r"[\\`]\n\s*", " ", block) for block in blocks)
    return [line for block in joined for line in block.splitlines() if line.strip()]


def modules(page: Path) -> list[tuple[str, str]]:
    """Return each `python -m MODULE` of a page with the words after it."""
    said = re.findall(r"\bpython3? -m ([\w.]+)([^|&;#`\n]*)", "\n".join(commands(page)))
    inline = re.findall(r"`(?:\S*python|py) -m ([\w.]+)([^`]*)`", text_of(page))
    outside = {"pip", "venv", "pytest", "pip_audit", "build", "jupyterlab", "locust", "pre_commit"}
    return sorted({(module, rest) for module, rest in said + inline if module not in outside})


SAID = sorted({(m, rest, named(page)) for page in PAGES for m, rest in modules(page)})


@cache  # a process each, and the pages name the same ones again and again
def help_of(module: str, *verbs: str) -> subprocess.CompletedProcess[str]:
    """Ask a command for its help."""
    return subprocess.run(
        [sys.executable, "-m", module, *verbs, "--help"],
        capture_output=True,
        encoding="utf-8",
        cwd=PROJECT,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(("module", "rest", "page"), SAID)
def test_each_module_of_a_command_has_the_words_after_it(module: str, rest: str, page: str) -> None:
    words = rest.split()
    verbs = [word for word in words[:1] if re.fullmatch(r"[a-z]+", word)]
    done = help_of(module, *verbs)
    assert done.returncode == 0, f"{page}: {done.stderr}"
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert not {option for option in options if option not in done.stdout}, page


POSIX_ONLY = re.compile(r"\\\n|^\w+=\S+ |&\s*$|^export |\.venv/bin/|^echo ", re.MULTILINE)


def called(block: str) -> list[tuple[str, list[str]]]:
    """Return the modules that a block runs, each with its words, the paths as POSIX has them."""
    joined = re.sub(r"[\\`]\n\s*|(?<=\|)\n\s*", " ", block)
    found = re.findall(r"python -m ([\w.]+)([^|&#\n]*)", joined)
    return [(module, words.replace("\\", "/").split()) for module, words in found]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_what_only_a_posix_shell_takes_is_followed_by_the_same_for_powershell(page: Path) -> None:
    blocks = [(kind, body) for kind, body in FENCE.findall(text_of(page)) if kind]
    for (kind, body), (next_kind, following) in zip(blocks, [*blocks[1:], ("", "")]):
        if kind == "sh" and POSIX_ONLY.search(body):
            assert next_kind == "powershell", body
            assert called(following) == called(body)
        if kind == "powershell":
            assert not POSIX_ONLY.search(body), body


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_powershell_gets_its_special_characters_in_quotes(page: Path) -> None:
    for kind, body in FENCE.findall(text_of(page)):
        if kind == "powershell":
            bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", body)
            assert not re.search(r"[;<>&{}()]", bare), body


def test_the_make_targets_that_readme_names_exist() -> None:
    made = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    said = {
        name
        for page in PAGES
        for name in re.findall(r"(?:^|`)make ([a-z-]+)", text_of(page), re.MULTILINE)
    }
    assert {"run", "test", "lint"} <= said <= made


def test_every_settings_variable_that_a_page_names_exists() -> None:
    known = set(
        re.findall(r"^#? ?([A-Z_]+)=", (PROJECT / ".env.example").read_text("utf-8"), re.MULTILINE)
    )
    known.add("LAB_API_KEY")  # of the gateway's command line
    for page in PAGES:
        for name in re.findall(r"\bLAB_[A-Z_]*[A-Z]\b(?!…)", text_of(page)):
            assert name in known, f"{named(page)}: {name}"
