"""StringBuilder, Encoding, StringReader."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from policy_expressions.errors import argument, out_of_range
from policy_expressions.runtime import strings
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.formats import format_items
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import characters, units
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer, with_run


class Builder(HasText):
    """System.Text.StringBuilder."""

    type = "StringBuilder"

    def __init__(self, text: Optional[str] = "") -> None:
        self._parts = [text or ""]

    def text(self) -> str:
        """Return the text so far."""
        self._parts = ["".join(self._parts)]
        return self._parts[0]

    def to_text(self, run: Run) -> str:
        """Return the text so far."""
        return self.text()

    def add(self, run: Run, text: str) -> Builder:
        """Append."""
        run.charge(len(text))
        self._parts.append(text)
        return self

    def put(self, run: Run, text: str) -> Builder:
        """Replace the text."""
        self._parts = []
        return self.add(run, text)

    def resize(self, length: int) -> None:
        """Cut the text, or fill it up with null characters."""
        text = self.text()
        if not 0 <= length <= len(text) + 2**16:
            raise out_of_range("capacity was less than the current size.", "value")
        self._parts = [text[:length].ljust(length, "\0")]


_BUILDER = {
    "new(); new(string value)": Builder,
    "new(int capacity)": lambda _: Builder(),
    "int Length": lambda b: len(b.text()),
    "set int Length": Builder.resize,
    "char this[int index]": lambda b, index: strings.at(b.text(), index),
    "StringBuilder Append(object value); StringBuilder Append(string value)": (
        with_run(lambda run, b, value: b.add(run, text_of(run, value)))
    ),
    "StringBuilder Append(char value, int count)": (
        with_run(lambda run, b, char, count: b.add(run, strings.repeat(run, char, count)))
    ),
    "StringBuilder AppendLine(); StringBuilder AppendLine(string value)": (
        with_run(lambda run, b, text="": b.add(run, (text or "") + run.newline))
    ),
    "StringBuilder AppendFormat(string! format, params object[]! args)": (
        with_run(lambda run, b, form, items: b.add(run, format_items(run, form, items)))
    ),
    "StringBuilder Insert(int index, string value)": (
        with_run(lambda run, b, i, text: b.put(run, strings.insert(b.text(), i, text or "")))
    ),
    "StringBuilder Remove(int startIndex, int length)": (
        with_run(lambda run, b, i, n: b.put(run, strings.remove(b.text(), i, n)))
    ),
    "StringBuilder Replace(string! oldValue, string newValue); "
    "StringBuilder Replace(char oldChar, char newChar)": (
        with_run(lambda run, b, old, new: b.put(run, strings.replace(run, b.text(), old, new)))
    ),
    "StringBuilder Clear()": with_run(lambda run, b: b.put(run, "")),
    "string ToString()": Builder.text,
}


class Codec:
    """System.Text.Encoding: a Python codec."""

    type = "Encoding"

    def __init__(self, name: str) -> None:
        self.name = name

    def encode(self, text: str) -> bytearray:
        """Return the bytes; what the encoding lacks becomes a question mark."""
        return bytearray(characters("".join(text)).encode(self.name, "replace"))

    def decode(self, data: bytearray, start: int = 0, count: Optional[int] = None) -> str:
        """Return the text; bad bytes become U+FFFD, or a question mark in ASCII."""
        part = bytes(data[start:] if count is None else data[start : start + count])
        text = part.decode(self.name, "replace")
        return units(text.replace("\ufffd", "?") if self.name == "ascii" else text)


_CODECS = {
    "UTF8": "utf-8",
    "ASCII": "ascii",
    "Unicode": "utf-16-le",
    "BigEndianUnicode": "utf-16-be",
    "UTF32": "utf-32-le",
    "Default": "utf-8",
}
_BY_NAME = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "utf-16": "utf-16-le",
}


def _named(name: str) -> Codec:
    if name.lower() not in _BY_NAME:
        raise argument(f"'{name}' is not a supported encoding name.", "name")
    return Codec(_BY_NAME[name.lower()])


_ENCODING = {
    **{f"static Encoding {name}": partial(Codec, codec) for name, codec in _CODECS.items()},
    "static Encoding Latin1": Newer(".NET 5"),
    "static Encoding GetEncoding(string! name)": _named,
    "byte[] GetBytes(string! s); byte[] GetBytes(char[]! chars)": Codec.encode,
    "string GetString(byte[]! bytes); string GetString(byte[]! bytes, int index, int count)": (
        Codec.decode
    ),
    "int GetByteCount(string! s)": lambda codec, text: len(codec.encode(text)),
}


class Reader:
    """System.IO.StringReader."""

    type = "StringReader"

    def __init__(self, text: str) -> None:
        self._rest = text

    def line(self) -> Optional[str]:
        """Return the next line, None at the end."""
        if not self._rest:
            return None
        end = next((i for i, c in enumerate(self._rest) if c in "\r\n"), len(self._rest))
        line, after = self._rest[:end], self._rest[end:]
        self._rest = after[2:] if after.startswith("\r\n") else after[1:]
        return line

    def next(self, take: bool) -> int:
        """Return the next character as a number, -1 at the end."""
        found = ord(self._rest[0]) if self._rest else -1
        self._rest = self._rest[1:] if take else self._rest
        return found

    def rest(self) -> str:
        """Return all that is left."""
        rest, self._rest = self._rest, ""
        return rest


_READER = {
    "new(string! s)": Reader,
    "string ReadLine()": Reader.line,
    "string ReadToEnd()": Reader.rest,
    "int Read()": lambda reader: reader.next(take=True),
    "int Peek()": lambda reader: reader.next(take=False),
    "void Close(); void Dispose()": lambda reader: None,
}


def _put(run: Run, writer: Builder, value: Any = None) -> None:
    writer.add(run, text_of(run, value))


def _put_line(run: Run, writer: Builder, value: Any = None) -> None:
    writer.add(run, text_of(run, value) + run.newline)


def _put_formatted(run: Run, writer: Builder, form: str, items: Any) -> None:
    writer.add(run, format_items(run, form, items))


class Writer(Builder):
    """System.IO.StringWriter."""

    type = "StringWriter"


_WRITER = {
    "new()": Writer,
    "void Write(object value); void Write(string value); void Write(char value)": with_run(_put),
    "void WriteLine(); void WriteLine(object value); void WriteLine(string value)": with_run(
        _put_line
    ),
    "void Write(string! format, params object[]! arg)": with_run(_put_formatted),
    "void Flush(); void Close(); void Dispose()": lambda writer: None,
    "StringBuilder GetStringBuilder()": lambda writer: writer,
    "string ToString()": Writer.text,
}

DEFINITIONS = (
    Definition("class System.Text.StringBuilder", _BUILDER),
    Definition("class System.Text.Encoding", _ENCODING),
    Definition("class System.IO.StringReader : IDisposable", _READER),
    Definition("class System.IO.StringWriter : IDisposable", _WRITER),
)
