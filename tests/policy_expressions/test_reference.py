"""docs/expressions.md is what the tables say, and its example is true."""

from __future__ import annotations

import json
import re

from lab_utils.settings import PROJECT
from policy_expressions import evaluate, reference

PAGE = PROJECT / "docs" / "expressions.md"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.markdown(), (
        "write it again: python -c 'from policy_expressions.reference import markdown;"
        ' print(markdown(), end="")\' > docs/expressions.md'
    )


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
