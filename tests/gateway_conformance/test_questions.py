"""Every question is whole: its document loads, its looks are known, its id is its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gateway_conformance.answer import Answer
from gateway_conformance.look import look
from gateway_conformance.operations import declaration, operations
from gateway_conformance.question import RELEASES, TRACE
from gateway_conformance.table import QUESTIONS, markdown
from lab_utils.settings import PROJECT

MADE = operations(QUESTIONS, "a-run", "gpt-4o-mini", "2024-10-21")


def test_each_question_and_each_operation_has_a_name_of_its_own() -> None:
    for names in ([q.id for q in QUESTIONS], [operation.name for operation in MADE]):
        assert len(set(names)) == len(names)
    routes = [(operation.method, operation.template) for operation in MADE]
    assert len(set(routes)) == len(routes)
    assert len(declaration(MADE)["operations"]) == len(MADE)


def test_each_look_is_known_and_a_stream_is_looked_at_as_one() -> None:
    for question in QUESTIONS:
        assert question.looks
        assert set(look(Answer(200), question.looks)) == set(question.looks)
        assert question.stream or RELEASES not in question.looks
        assert question.requests == 1 or TRACE not in question.looks


def test_api_management_would_take_every_document(tmp_path: Path) -> None:
    """No error, and no expression that stands on no list of what API Management takes."""
    for operation in MADE:
        assert "{deployment}" not in operation.document
        (tmp_path / f"{operation.name}.xml").write_text(operation.document, encoding="utf-8")
    checked = subprocess.run(
        [sys.executable, "-m", "apim_gateway", "check", "--format", "json", str(tmp_path)],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert '"verdict": "refused"' not in checked.stdout
    assert "doubtful-expression" not in checked.stdout
    assert checked.stdout.count('"verdict"') == len(MADE)


def test_the_docs_have_the_table() -> None:
    page = (PROJECT / "docs" / "conformance" / "README.md").read_text(encoding="utf-8")
    assert markdown() in page
