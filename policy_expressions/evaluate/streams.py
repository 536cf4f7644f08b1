"""Text from and to other programs: UTF-8, whatever the locale; UTF-16 where a mark says so."""

from __future__ import annotations

import codecs
import io
import sys
from typing import BinaryIO, TextIO

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes) -> str:
    """Return a text that may begin with a byte order mark, as files from PowerShell do.

    Raises UnicodeDecodeError where it is neither UTF-8 nor UTF-16.
    """
    return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")


def lines_of(source: BinaryIO) -> TextIO:
    """Return the lines of a stream as they come.

    A byte that is no UTF-8 becomes a lone surrogate, so that the line can be told.
    """
    buffered = source if isinstance(source, io.BufferedReader) else io.BufferedReader(source)  # type: ignore[type-var]
    is_utf_16 = buffered.peek(2)[:2] in _UTF_16
    return io.TextIOWrapper(
        buffered,
        encoding="utf-16" if is_utf_16 else "utf-8-sig",
        errors="replace" if is_utf_16 else "surrogateescape",
    )


def use_utf_8() -> None:
    """Let standard input, output and errors be UTF-8, except on a console that knows better."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    if isinstance(sys.stdin, io.TextIOWrapper) and not sys.stdin.isatty():
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
