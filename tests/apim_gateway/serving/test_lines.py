from __future__ import annotations

import errno
import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from apim_gateway.serving.lines import Lines, in_words


def test_a_line_that_cannot_be_written_is_dropped_and_the_next_one_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "log"
    real, full = os.write, [True]

    def write(descriptor: int, data: bytes) -> int:
        if full[0] and b"lost" in data:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data)

    monkeypatch.setattr(os, "write", write)
    gone = threading.Event()
    with file.open("w", encoding="utf-8") as out:
        lines = Lines(out, gone.set)
        lines.write({"line": "lost"})
        lines.write({"line": "kept \ud800"})
        lines.close()
    assert not gone.is_set()
    assert file.read_text(encoding="utf-8") == '{"line":"kept \\ud800"}\n'


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_full_disk_does_not_stop_the_gateway(tmp_path: Path) -> None:
    resource: Any = importlib.import_module("resource")  # Windows has none

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    gone = threading.Event()
    with (tmp_path / "log").open("w", encoding="utf-8") as out:
        lines = Lines(out, gone.set)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        try:
            for _ in range(50):
                lines.write({"path": "x" * 40})
            lines.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not gone.is_set()


def test_a_reader_that_is_gone_is_told() -> None:
    read, write = os.pipe()
    os.close(read)
    gone = threading.Event()
    with os.fdopen(write, "w", encoding="utf-8") as out:
        lines = Lines(out, gone.set)
        lines.write({})
        assert gone.wait(5)
        lines.close()


def test_lines_that_come_while_it_rests_are_written_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with file.open("w", encoding="utf-8") as out:
        lines = Lines(out)
        for number in range(500):
            lines.write({"line": number})
        lines.close()
    expected = [f'{{"line":{number}}}' for number in range(500)]
    assert file.read_text(encoding="utf-8").splitlines() == expected


def test_why_a_request_failed_stands_in_one_line() -> None:
    error = {
        "source": "set-variable",
        "reason": "ExpressionValueEvaluationFailure",
        "message": "Expression evaluation\nfailed.",
        "section": "inbound",
        "path": "choose[1]/when[1]/set-variable[1]",
    }
    entry = {"method": "POST", "path": "/chat", "status": 500, "error": error}
    assert in_words(entry) == (
        "POST /chat 500 set-variable: Expression evaluation failed. "
        "(ExpressionValueEvaluationFailure, inbound choose[1]/when[1]/set-variable[1])"
    )
