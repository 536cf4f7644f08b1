"""The command line reads UTF-8 and UTF-16, with and without a mark, whatever the locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from lab_utils.settings import PROJECT

QUESTION = json.dumps({"id": 1, "expr": '"é€".Length'}, ensure_ascii=False) + "\n"


def answer_to(question: bytes) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "policy_expressions", "eval", "--jsonl"],
        input=question,
        capture_output=True,
        cwd=PROJECT,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
        timeout=60,
        check=True,
    )
    assert done.stderr == b""
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_question_is_read_as_it_was_written(encoding: str) -> None:
    expected = {"id": 1, "ok": True, "type": "System.Int32", "text": "2"}
    assert answer_to(QUESTION.encode(encoding)) == expected


def test_bytes_that_are_no_text_are_told() -> None:
    answer = answer_to(b'{"id": 1, "expr": "\xff"}\n')
    assert answer["stage"] == "input"
    assert answer["message"] == "the line is no UTF-8"
