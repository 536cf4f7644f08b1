"""JSONPath as Newtonsoft has it: `a.b[0]`, `['x y']`, `..name`, slices, wildcards, filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, Optional

from policy_expressions.json.path_patterns import text_pattern
from policy_expressions.json.path_steps import (
    Step,
    Test,
    at_index,
    compare,
    field,
    filtered,
    follow,
    many,
    part_of,
    path_error,
    scan,
    wildcard,
)
from policy_expressions.json.tokens import JToken, JValue

_INTEGER = re.compile(r"-?\d+")
_SLICE = re.compile(r"\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_COMPARISON = re.compile(r"===|!==|==|!=|<>|<=|>=|<|>|=~")
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)*)/([a-z]*)", re.DOTALL)


def select(token: JToken, path: str, error: bool) -> list[JToken]:
    """Return the tokens a path leads to. error: a step that leads nowhere throws JsonException."""
    found: Iterable[JToken] = [token]
    for step in _Parser(path).steps():
        found = [after for before in found for after in step(before, error)]
    return list(found)


def select_one(token: JToken, path: str, error: bool = False) -> Optional[JToken]:
    """Return the one token a path leads to, None when there is none."""
    found = select(token, path, error)
    if len(found) > 1:
        raise path_error("Path returned multiple tokens.")
    return found[0] if found else None


class _Parser:
    def __init__(self, path: str) -> None:
        self._path = path
        self._at = 1 if path[:1] == "$" else 0

    def steps(self) -> list[Step]:
        """Return the path's steps."""
        found: list[Step] = []
        dotted = self._at == 0
        while self._at < len(self._path):
            char = self._path[self._at]
            if char == "[":
                self._at += 1
                found.append(self._bracket())
                dotted = False
            elif char == ".":
                self._at += 1
                if self._path[self._at : self._at + 1] == ".":
                    self._at += 1
                    found.append(self._scanned())
                    dotted = False
                    continue
                dotted = True
                if self._at == len(self._path):
                    self._fail("Unexpected end while parsing path.")
            elif char in ")]":
                self._fail(f"Unexpected character while parsing path: {char}")
            elif not dotted and found:
                self._fail(f"Unexpected character following indexer: {char}")
            else:
                found.append(self._member())
                dotted = False
        return found

    def _fail(self, text: str) -> NoReturn:
        raise path_error(text)

    def _name(self) -> str:
        start = self._at
        while self._at < len(self._path) and self._path[self._at] not in ".[]()":
            if self._path[self._at] == " " and not self._path[self._at :].strip():
                break
            self._at += 1
        return self._path[start : self._at].strip()

    def _member(self) -> Step:
        name = self._name()
        return wildcard if name == "*" else field(name)

    def _scanned(self) -> Step:
        if self._path[self._at : self._at + 1] == "[":
            self._at += 1
            return self._chain(scan(None), self._bracket())
        name = self._name()
        return self._chain(scan(None), wildcard) if name == "*" else scan(name)

    def _chain(self, first: Step, second: Step) -> Step:
        return lambda token, error: (
            after for before in first(token, error) for after in second(before, False)
        )

    def _bracket(self) -> Step:
        self._space()
        rest = self._path[self._at :]
        if not rest:
            self._fail("Path ended with open indexer.")
        if rest[0] == "?":
            self._at += 1
            return self._query()
        if rest[0] == "*":
            self._at += 1
            self._close()
            return wildcard
        parts = _SLICE.match(self._path, self._at)
        if parts:
            self._at = parts.end()
            self._close()
            start, stop, stride = (int(p) if p else None for p in parts.groups())
            if stride == 0:
                self._fail("Step cannot be zero.")
            return part_of(start, stop, stride)
        steps = [self._indexed()]
        while self._take(","):
            steps.append(self._indexed())
        self._close()
        return steps[0] if len(steps) == 1 else many(steps)

    def _indexed(self) -> Step:
        self._space()
        quoted = _QUOTED.match(self._path, self._at)
        number = _INTEGER.match(self._path, self._at)
        if quoted:
            self._at = quoted.end()
            return field(re.sub(r"\\(.)", r"\1", quoted.group(1) or quoted.group(2) or ""))
        if number is None:
            char = self._path[self._at : self._at + 1]
            self._fail(f"Unexpected character while parsing path indexer: {char}")
        self._at = number.end()
        return at_index(int(number.group()))

    def _space(self) -> None:
        while self._path[self._at : self._at + 1] == " ":
            self._at += 1

    def _take(self, word: str) -> bool:
        self._space()
        if not self._path.startswith(word, self._at):
            return False
        self._at += len(word)
        return True

    def _close(self) -> None:
        if not self._take("]"):
            self._fail("Path ended with open indexer.")

    def _query(self) -> Step:
        if not self._take("("):
            self._fail("Unexpected character while parsing path query.")
        test = self._either()
        if not self._take(")"):
            self._fail("Path ended with open query.")
        self._close()
        return filtered(test)

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("||"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda token: any(t(token) for t in tests)

    def _both(self) -> Test:
        tests = [self._comparison()]
        while self._take("&&"):
            tests.append(self._comparison())
        return tests[0] if len(tests) == 1 else lambda token: all(t(token) for t in tests)

    def _comparison(self) -> Test:
        if self._take("("):
            test = self._either()
            if not self._take(")"):
                self._fail("Path ended with open query.")
            return test
        left = self._operand()
        self._space()
        found = _COMPARISON.match(self._path, self._at)
        if found is None:
            return lambda token: bool(left(token))
        self._at = found.end()
        word = found.group()
        if word == "=~":
            matches = self._pattern()
            return lambda token: any(matches(found) for found in left(token))
        right = self._operand()
        return lambda token: (
            any(compare(a, b, word) for a in left(token) for b in right(token))
            or (word in ("!=", "<>", "!==") and not (left(token) and right(token)))
        )

    def _pattern(self) -> Test:
        """Read `/text/options` and return what tells whether a value matches it."""
        self._space()
        found = _PATTERN.match(self._path, self._at)
        if found is None:
            self._fail("Unexpected character while parsing path query.")
        self._at = found.end()
        return text_pattern(*found.groups())

    def _operand(self) -> Callable[[JToken], list[JToken]]:
        self._space()
        rest = self._path[self._at :]
        if rest[:1] in ("@", "$"):
            start = self._at
            self._at += 1
            depth = 0
            while self._at < len(self._path):
                char = self._path[self._at]
                depth += (char in "[(") - (char in "])")
                if depth < 0 or (depth == 0 and char in " =!<>&|"):
                    break
                self._at += 1
            steps = _Parser("$" + self._path[start + 1 : self._at]).steps()
            return lambda token: follow(token.root() if rest[0] == "$" else token, steps)
        quoted = _QUOTED.match(self._path, self._at)
        if quoted:
            self._at = quoted.end()
            text = re.sub(r"\\(.)", r"\1", quoted.group(1) or quoted.group(2) or "")
            return lambda token: [JValue(text)]
        literal = re.compile(r"true|false|null|-?\d+(\.\d+)?([eE][+-]?\d+)?").match(
            self._path, self._at
        )
        if literal is None:
            self._fail("Unexpected character while parsing path query.")
        self._at = literal.end()
        word = literal.group()
        value: Any = {"true": True, "false": False, "null": None}.get(word, word)
        if isinstance(value, str):
            value = float(word) if literal.group(1) or literal.group(2) else int(word)
        return lambda token: [JValue(value)]
