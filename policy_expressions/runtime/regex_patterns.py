"""Rewrites .NET patterns for the regex package."""

from __future__ import annotations

import re
from typing import NoReturn, Optional

from policy_expressions.errors import ExpressionFailure, NotSupportedHere

IGNORE_CASE, MULTILINE, EXPLICIT, SINGLE_LINE, VERBOSE = 1, 2, 4, 16, 32
_QUANTIFIER = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")
MOST_STATES = 100_000  # of a pattern when it is compiled: each takes some 300 bytes


_SPECIAL_GROUP = re.compile(r"\(\?(?:[:=!>]|<[=!]|[imsx]*(?:-[imsx]+)?[:)])")


_GROUP = re.compile(r"\(\?(?:<([A-Za-z_]\w*|\d+)>|'([A-Za-z_]\w*|\d+)')")


def unsupported(what: str) -> ExpressionFailure:
    """Return the failure of a pattern that .NET takes and this package does not."""
    return NotSupportedHere("Regex", f"{what} are not supported in regular expressions here")


def invalid_pattern(pattern: str, offset: int, reason: str) -> ExpressionFailure:
    text = f"Invalid pattern '{pattern}' at offset {offset}. {reason}"
    return ExpressionFailure("System.Text.RegularExpressions.RegexParseException", text)


class Translator:
    """Rewrites a .NET pattern for the regex package."""

    def __init__(self, pattern: str, options: int) -> None:
        self._pattern = pattern
        self._explicit = bool(options & EXPLICIT)
        self._verbose = bool(options & VERBOSE)
        self._at = 0
        self._depth = 0
        self._states = [0]  # so far, of the whole and of each group that is open
        self._last = 1  # states of the last piece, which a quantifier multiplies

    def _fail(self, reason: str, offset: Optional[int] = None) -> NoReturn:
        raise invalid_pattern(self._pattern, self._at if offset is None else offset, reason)

    def text(self) -> str:
        """Return the pattern rewritten."""
        parts: list[str] = []
        can_repeat = False
        while self._at < len(self._pattern):
            char = self._pattern[self._at]
            quantifier = _QUANTIFIER.match(self._pattern, self._at)
            if quantifier:
                if not can_repeat:
                    self._at += 1
                    self._fail(f"Quantifier '{char}' following nothing.")
                parts.append(self._quantifier(quantifier.group()))
                can_repeat = False
                continue
            can_repeat = char not in "(|"
            before = self._depth
            parts.append(self._piece(char))
            self._count(self._depth - before)
        if self._depth:
            self._fail("Not enough )'s.")
        return "".join(parts)

    def _count(self, opened: int) -> None:
        """Count the states of a piece, which may have opened groups or closed one."""
        self._last = 1
        self._states += [0] * opened
        if opened < 0 and len(self._states) > 1:
            self._last += self._states.pop()
        self._states[-1] += self._last

    def _quantifier(self, text: str) -> str:
        self._at += len(text)
        most = max((int(found[:10]) for found in re.findall(r"[1-9]\d*", text)), default=1)
        self._states[-1] += self._last * (most - 1)
        if self._states[-1] > MOST_STATES:
            raise unsupported(f"Repetitions that multiply to more than {MOST_STATES:,}")
        if self._pattern[self._at : self._at + 1] == "?":
            self._at += 1
            text += "?"
        following = _QUANTIFIER.match(self._pattern, self._at)
        if following:
            self._at += len(following.group())
            self._fail(f"Nested quantifier '{following.group()}'.")
        return text

    def _piece(self, char: str) -> str:
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._set()
        if char == "(":
            return self._group()
        if char == ")":
            self._depth -= 1
            if self._depth < 0:
                self._at += 1
                self._fail("Too many )'s.")
        if char == "#" and self._verbose:
            end = self._pattern.find("\n", self._at)
            self._at = len(self._pattern) if end < 0 else end
            return ""
        self._at += 1
        return "\\" + char if char in "{}" else char

    def _group(self) -> str:
        self._depth += 1
        named = _GROUP.match(self._pattern, self._at)
        if named:
            name = named.group(1) or named.group(2)
            if name.isdigit():
                raise unsupported("Groups with a number as their name")
            self._at = named.end()
            return f"(?P<{name}>"
        rest = self._pattern[self._at : self._at + 4]
        if rest.startswith("(?#"):
            self._depth -= 1
            end = self._pattern.find(")", self._at)
            if end < 0:
                self._fail("Unterminated (?#...) comment.", len(self._pattern))
            self._at = end + 1
            return ""
        if rest.startswith("(?("):
            return self._conditional()
        if not rest.startswith("(?"):
            self._at += 1
            return "(?:" if self._explicit else "("
        known = _SPECIAL_GROUP.match(self._pattern, self._at)
        if known is None:
            if re.match(r"\(\?(?:<\w*-|'\w*-)", self._pattern[self._at :]):
                raise unsupported("Balancing groups")
            self._at += 2
            self._fail("Unrecognized grouping construct.")
        self._at = known.end()
        self._depth -= known.group().endswith(")")
        return known.group()

    def _conditional(self) -> str:
        """Open `(?(name)yes|no)` or `(?(expression)yes|no)`; an expression looks ahead.

        A word is a name only where the pattern has a group of that name.
        """
        rest = self._pattern[self._at :]
        named = re.match(r"\(\?\((\w+)\)", rest)
        if named:
            name = named.group(1)
            group = re.search(rf"\(\?(?:<{name}>|'{name}')", self._pattern)
            if name.isdigit() and _GROUP.search(self._pattern):
                raise unsupported("Conditions on a number beside groups with names")
            if name.isdigit() or group:
                self._at += named.end()
                return named.group()
        looks = re.match(r"\(\?\(\?(?:=|!|<=|<!)", rest)
        if rest.startswith("(?(?") and not looks:
            raise unsupported("Conditions that begin with other groups than a look around")
        self._depth += 1  # the condition's own
        self._at += looks.end() if looks else len("(?(")
        return looks.group() if looks else "(?(?="

    def _escape(self) -> str:
        rest = self._pattern[self._at + 1 : self._at + 3]
        if not rest:
            self._at += 1
            self._fail("Illegal \\ at end of pattern.")
        named = re.compile(r"\\k(?:<(\w+)>|'(\w+)')").match(self._pattern, self._at)
        if named:
            self._at = named.end()
            return f"(?P={named.group(1) or named.group(2)})"
        self._at += 2
        char = rest[0]
        if char == "c" and len(rest) == 2:
            self._at += 1
            return re.escape(chr(ord(rest[1].upper()) ^ 64))
        fixed = {
            "Z": r"(?=\n?\Z)",
            "z": r"\Z",
            "e": r"\x1b",
            "h": "h",
            "R": "R",
            "X": "X",
            "K": "K",
        }
        if char in "pP":
            return self._category(char)
        return fixed.get(char, f"\\{char}")

    def _category(self, letter: str) -> str:
        found = re.compile(r"\{(\w+)\}").match(self._pattern, self._at)
        if found is None:
            self._fail("Incomplete \\p{X} character escape.")
        if len(found.group(1)) > 2:
            raise unsupported("Named blocks of characters")
        self._at = found.end()
        return f"\\{letter}{{{found.group(1)}}}"

    def _set(self) -> str:
        """Rewrite `[...]`, a subtraction `-[...]` at its end too."""
        parts = ["["]
        self._at += 1
        if self._pattern[self._at : self._at + 1] == "^":
            parts.append("^")
            self._at += 1
        first = True
        while self._at < len(self._pattern):
            char = self._pattern[self._at]
            if char == "]" and not first:
                self._at += 1
                return "".join([*parts, "]"])
            first = False
            if char == "-" and self._pattern[self._at + 1 : self._at + 2] == "[":
                self._at += 1
                parts.append("--" + self._set())
            elif char == "\\":
                parts.append(self._set_escape())
            else:
                self._at += 1
                parts.append(f"\\{char}" if char in "[]&|~#{" else char)
        return self._fail("Unterminated [] set.")

    def _set_escape(self) -> str:
        if self._pattern[self._at + 1 : self._at + 2] == "b":
            self._at += 2
            return r"\x08"
        return self._escape()


_META = "\\*+?|{[()^$.# "


_CONTROLS = {"\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def escape(text: str) -> str:
    """Return the text with everything escaped that means something in a pattern."""
    return "".join(_CONTROLS.get(c) or (f"\\{c}" if c in _META else c) for c in text)


def unescape(text: str) -> str:
    """Return the text with escapes of a pattern undone."""
    return re.sub(
        r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))",
        lambda m: (
            chr(int(m.group(1) or m.group(2), 16))
            if m.group(1) or m.group(2)
            else {
                "t": "\t",
                "n": "\n",
                "r": "\r",
                "f": "\f",
                "e": "\x1b",
                "a": "\a",
                "v": "\v",
            }.get(m.group(3), m.group(3))
        ),
        text,
    )
