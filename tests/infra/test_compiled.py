"""Is the kept template the one Bicep makes of the sources as they stand?"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra import compiled

BICEP = shutil.which("bicep")
needs_bicep = pytest.mark.skipif(BICEP is None, reason="there is no Bicep compiler on PATH")


def test_the_template_was_made_of_the_sources_as_they_are() -> None:
    assert compiled.DIGESTS.read_text(encoding="utf-8") == compiled.digests(), (
        "infra/ changed: make the template again, see tests/infra/compiled.py"
    )


def test_a_changed_source_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(compiled.INFRA, tmp_path / "infra")
    before = compiled.digests(tmp_path / "infra")
    assert before == compiled.digests()
    for changed in ("main.bicep", "modules/api.bicep", "gateway/policy.xml", "gateway/api.json"):
        path = tmp_path / "infra" / changed
        path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
        after = compiled.digests(tmp_path / "infra")
        assert after != before, changed
        before = after


def test_the_generator_is_taken_out_at_every_level() -> None:
    template = {"metadata": {"_generator": 1, "name": 2}, "list": [{"_generator": 3}]}
    assert compiled.without_generator(template) == {"metadata": {"name": 2}, "list": [{}]}


@needs_bicep
def test_bicep_builds_the_same_template_without_a_warning() -> None:
    built = bicep("build", "--stdout", str(compiled.INFRA / "main.bicep"))
    assert built.stderr == ""
    assert compiled.without_generator(json.loads(built.stdout)) == compiled.load()


@needs_bicep
@pytest.mark.parametrize("file", ["main.bicep", "main.bicepparam"])
def test_bicep_lint_finds_nothing(file: str) -> None:
    linted = bicep("lint", str(compiled.INFRA / file))
    assert (linted.stdout, linted.stderr, linted.returncode) == ("", "", 0)


def bicep(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert BICEP is not None
    return subprocess.run(
        [BICEP, *arguments], capture_output=True, encoding="utf-8", check=False, timeout=120
    )
