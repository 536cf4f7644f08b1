"""docs/expressions.md is what the tables say, and its example is true."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lab_utils.settings import PROJECT
from policy_expressions import evaluate, reference

PAGE = PROJECT / "docs" / "expressions.md"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.markdown(), (
        "write it again: python -c 'from policy_expressions.reference import markdown;"
        ' print(markdown(), end="")\' > docs/expressions.md'
    )


@pytest.mark.skipif(sys.platform == "win32", reason="reads the lines as a POSIX shell does")
def test_the_everyday_questions_are_answered_as_the_page_says(tmp_path: Path) -> None:
    page = reference.markdown()
    for name, language in (("answer.sse", "text"), ("soap.xml", "xml")):
        content = re.search(rf"`{re.escape(name)}`:?\n\n```{language}\n(.+?)\n```", page, re.DOTALL)
        assert content
        (tmp_path / name).write_text(content[1] + "\n\n", encoding="utf-8")
    transcript = re.search(r"```console\n(.+?)```", page, re.DOTALL)
    assert transcript
    asked = re.split(r"^\$ ", transcript[1], flags=re.MULTILINE)[1:]
    assert len(asked) == 5
    for question in asked:
        line, _, answer = question.partition("\n")
        program, *arguments = shlex.split(line)
        assert program == "policy-expressions"
        done = subprocess.run(
            [sys.executable, "-m", "policy_expressions", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, answer, "")


def test_every_family_and_its_members_are_listed() -> None:
    page = reference.markdown()
    for entry in ("**`JObject`**", "`SelectToken`", "**`IExpressionContext`**", "`Variables`"):
        assert entry in page


def test_the_example_on_the_page_gives_the_answer_beside_it() -> None:
    page = reference.markdown()
    question = re.search(r"echo '(.+)' \|", page)
    answer = re.search(r"```json\n(.+)\n```", page)
    assert question
    assert answer
    (line,) = evaluate.answers([question[1]])
    assert json.loads(line) == json.loads(answer[1])


def test_the_example_in_the_readme_gives_the_answer_beside_it() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    question = re.search(r"echo '(.+)' \|", readme)
    answer = re.search(r"```json\n(.+)\n```", readme)
    assert question
    assert answer
    (line,) = evaluate.answers([question[1]])
    assert json.loads(line) == json.loads(answer[1])
