"""Cuts C# 7.3 into tokens, without blanks and comments.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/lexical-structure
"""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from policy_expressions.errors import CompileError, ExpressionError, UnsupportedError
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.source import Source


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


MAX_STRINGS = 20  # interpolated strings inside each other

KEYWORDS = words(
    "abstract as base bool break byte case catch char checked class const continue decimal default "
    "delegate do double else enum event explicit extern false finally fixed float for foreach goto "
    "if implicit in int interface internal is lock long namespace new null object operator out "
    "override params private protected public readonly ref return sbyte sealed short sizeof "
    "stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe "
    "ushort using virtual void volatile while"
)


class Token(NamedTuple):
    """One token: the kind of a keyword or operator is its text.

    Other kinds: name, the kinds of literals, interpolated (with its parts) and, at last, end.
    """

    kind: str
    text: str
    start: int
    end: int
    parts: tuple[Part, ...] = ()


class Part(NamedTuple):
    """A piece of an interpolated string: its text, or a hole with the tokens in it.

    form: where the format after the colon begins, None without one.
    """

    start: int
    end: int
    tokens: tuple[Token, ...] = ()
    form: Optional[int] = None


_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/|\#(?:region|endregion|pragma)\b[^\n]*)+", re.DOTALL)
_TOKEN = re.compile(
    r"""
    (?P<name>@?[^\W\d]\w*)
  | (?P<number_literal>0[xX][\da-fA-F_]+[uUlL]{0,2} | 0[bB][01_]+[uUlL]{0,2}
      | (?:\d[\d_]*)?\.\d[\d_]*(?:[eE][+-]?\d+)?[fFdDmM]?
      | \d[\d_]*(?:[eE][+-]?\d+[fFdDmM]?|[fFdDmM]|[uUlL]{1,2})?)
  | (?P<raw>\$*"{3,}(?!"))
  | (?P<verbatim_string_literal>@"(?:[^"]|"")*")
  | (?P<string_literal>"(?:[^"\\\n]|\\[^\n])*")
  | (?P<interpolated>\$@?"|@\$")
  | (?P<character_literal>'(?:[^'\\\n]|\\[^\n])*')
  | (?P<operator>\?\?=?|<<=|=>|==|!=|<=|>=|&&|\|\||\+\+|--|->|::|\.\.|[-+*/%&|^]=|<<
      |[-+*/%&|^!~=<>?:;,.(){}\[\]])
    """,
    re.VERBOSE,
)
_BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


class Lexer:
    """Reads tokens from a source; nested holes of interpolated strings are read along."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.end = source.end
        self._strings = 0

    def tokens(self, closing: str) -> list[Token]:
        """Return all tokens; the end counts as the closing bracket. Raises ExpressionError."""
        found, at = self._run(self.source.start, hole=False)
        found.append(Token("end", closing, at, at))
        return found

    def refuse(self, offset: int, refusal: ExpressionError) -> ExpressionError:
        """Return a refusal with its place."""
        return self.source.at(offset, refusal)

    def _run(self, at: int, hole: bool) -> tuple[list[Token], int]:
        """Read up to the end, or to the end or the format of a hole."""
        found: list[Token] = []
        depth, text, end = 0, self.text, self.end
        blank, token = _BLANK.match, _TOKEN.match
        while True:
            skipped = blank(text, at, end)
            at = skipped.end() if skipped else at
            if at >= end:
                return found, at
            match = token(text, at, end)
            if match is None or match.lastgroup is None:
                raise self._unknown(at)
            kind, word = match.lastgroup, match.group()
            if kind == "operator":
                if word == "/" and text.startswith("/*", at):
                    raise self._unknown(at)
                if hole and not depth and word in ("}", ":", "::"):
                    return found, at
                depth += _BRACKETS.get(word, 0)
                found.append(Token(word, word, at, match.end()))
            elif kind == "name":
                if word in ("u8", "U8") and text[at - 1] == '"' and found:
                    raise self.refuse(found[-1].start, newer("UTF-8 string literals"))
                found.append(Token(word if word in KEYWORDS else kind, word, at, match.end()))
            elif kind == "interpolated":
                found.append(self._interpolated(at, word))
            elif kind == "raw":
                raise self.refuse(at, newer("raw string literals"))
            else:
                found.append(Token(kind, word, at, match.end()))
            at = found[-1].end

    def _unknown(self, at: int) -> ExpressionError:
        text = self.text
        if text.startswith("/*", at):
            refusal = CompileError("CS1035", "End-of-file found, '*/' expected")
        elif text.startswith('@"', at):
            refusal = CompileError("CS1039", "Unterminated string literal")
        elif text[at] in "\"'":
            refusal = CompileError("CS1010", "Newline in constant")
        elif text[at] == "#":
            refusal = CompileError(
                "CS1040",
                "Preprocessor directives must appear as the first non-whitespace character on a "
                "line",
            )
        else:
            refusal = CompileError("CS1056", f"Unexpected character '{text[at]}'")
        return self.refuse(at, refusal)

    def _interpolated(self, start: int, opening: str) -> Token:
        if opening == '@$"':
            raise self.refuse(start, newer("alternative interpolated verbatim strings"))
        self._strings += 1
        if self._strings > MAX_STRINGS:
            reason = f"has more than {MAX_STRINGS} interpolated strings inside each other"
            raise self.refuse(start, UnsupportedError("expression", reason))
        verbatim, text, parts = "@" in opening, self.text, []
        at = begin = start + len(opening)
        while at < self.end:
            char = text[at]
            if char == '"' and not (verbatim and text.startswith('""', at)):
                self._strings -= 1
                parts.append(Part(begin, at))
                return Token("interpolated", text[start : at + 1], start, at + 1, tuple(parts))
            if char == "\n" and not verbatim:
                raise self.refuse(start, CompileError("CS1010", "Newline in constant"))
            doubled = text.startswith(char * 2, at) and char in '{}"'
            if char == "{" and not doubled:
                parts.append(Part(begin, at))
                parts.append(self._hole(at, verbatim))
                at = begin = parts[-1].end
            elif char == "}" and not doubled:
                told = "A '}' character must be escaped (by doubling) in an interpolated string."
                raise self.refuse(at, CompileError("CS8086", told))
            else:
                at += 2 if doubled or (char == "\\" and not verbatim) else 1
        code, told = ("CS1039", "Unterminated string literal") if verbatim else ("CS1010", "")
        raise self.refuse(start, CompileError(code, told or "Newline in constant"))

    def _hole(self, start: int, verbatim: bool) -> Part:
        """Read `{value,alignment:format}` of an interpolated string."""
        tokens, at = self._run(start + 1, hole=True)
        form = None
        if self.text.startswith(":", at):
            form = at + 1
            at = self.text.find("}", form, self.end)
            if at == form:
                raise self.refuse(form, CompileError("CS8089", "Empty format specifier."))
        if at < 0 or at >= self.end:
            told = "Missing close delimiter '}' for interpolated expression started with '{'."
            raise self.refuse(start, CompileError("CS8076", told))
        if not verbatim and "\n" in self.text[start:at]:
            raise self.refuse(start, newer("newlines in interpolations"))
        if not tokens:
            raise self.refuse(at, CompileError("CS1733", "Expected expression"))
        tokens.append(Token("end", "}", at, at))
        return Part(start, at + 1, tuple(tokens), form)
