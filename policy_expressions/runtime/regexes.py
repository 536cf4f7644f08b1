"""System.Text.RegularExpressions on the `regex` package, whose matching can be given a time limit.

Patterns are translated; what differs too much (balancing groups, conditionals, right to left) is
refused with NotSupportedHere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Optional, Union

from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.meter import Meter
from policy_expressions.runtime.regex_patterns import (
    IGNORE_CASE,
    MULTILINE,
    SINGLE_LINE,
    VERBOSE,
    Translator,
    invalid_pattern,
    unsupported,
)
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import Enumeration

_REFUSED = 64 | 256  # RightToLeft, ECMAScript


MAX_PATTERN = 10_000


class Regex:
    """A compiled pattern, and how .NET numbers its groups: named ones come last."""

    type = "Regex"

    def __init__(self, pattern: str, options: Union[Enumeration, int, None] = None) -> None:
        self.source = pattern
        self.options = options.number if isinstance(options, Enumeration) else options or 0
        if self.options & _REFUSED or len(pattern) > MAX_PATTERN:
            raise unsupported("RightToLeft, ECMAScript and very long patterns")
        # Imported where a pattern is: most expressions have none.
        import regex  # type: ignore[import-untyped]  # its stubs are a package of their own

        translated = Translator(pattern, self.options)
        flags = regex.VERSION1
        for option, flag in (
            (IGNORE_CASE, regex.IGNORECASE),
            (MULTILINE, regex.MULTILINE),
            (SINGLE_LINE, regex.DOTALL),
            (VERBOSE, regex.VERBOSE),
        ):
            flags |= flag if self.options & option else 0
        try:
            self.compiled = regex.compile(f"(?-f){translated.text()}", flags)
        except (regex.error, RecursionError):
            raise invalid_pattern(
                pattern, len(pattern), "Unrecognized grouping construct."
            ) from None
        names = self.compiled.groupindex
        named = set(names.values())
        plain = [i for i in range(1, self.compiled.groups + 1) if i not in named]
        self.order = [0, *plain, *sorted(named)]
        self.names = {number: name for name, number in names.items()}

    def search(self, meter: Meter, text: str, start: int = 0) -> Optional[Any]:
        """Return the next match from a position, None when there is none."""
        try:
            # Concurrent: a search that takes its time does not stop what else the process does.
            return self.compiled.search(text, start, timeout=meter.time_left(), concurrent=True)
        except TimeoutError:
            raise meter.timeout() from None

    def matches(self, run: Run, text: str) -> Iterator[Match]:
        """Yield all matches in order."""
        start = 0
        while start <= len(text):
            run.step()
            found = self.search(run, text, start)
            if found is None:
                return
            yield Match(self, text, found)
            start = found.end() + (found.end() == found.start())

    def match(self, run: Run, text: str, start: int = 0) -> Match:
        """Return the first match, or one that says it failed."""
        return Match(self, text, self.search(run, text, start))

    def replace(self, run: Run, text: str, by: Callable[[Match], str], count: int = -1) -> str:
        """Replace matches by what the function gives for them."""
        parts: list[str] = []
        position = 0
        for match in self.matches(run, text):
            if count == 0:
                break
            count -= 1
            parts += [text[position : match.start], by(match)]
            run.charge(len(parts[-1]))
            position = match.start + len(match.value)
        return "".join([*parts, text[position:]])

    def split(self, run: Run, text: str, count: int = 0) -> Iterator[str]:
        """Yield the pieces between matches, and what their groups have captured."""
        position = 0
        for match in self.matches(run, text):
            if count == 1:
                break
            count -= 1
            yield text[position : match.start]
            yield from (g.value for g in match.groups()[1:] if g.success)
            position = match.start + len(match.value)
        yield text[position:]


class Group(HasText):
    """A group of a match, empty when it took no part."""

    type = "Group"

    def __init__(self, value: Optional[str], start: int, captures: list[Group], name: str) -> None:
        self.success = value is not None
        self.value = value or ""
        self.start = start if self.success else 0
        self.captures = captures
        self.name = name

    def to_text(self, run: Run) -> str:
        """Return what was matched."""
        return self.value


class Match(Group):
    """A match, or the failure to find one."""

    type = "Match"

    def __init__(self, pattern: Regex, text: str, found: Optional[Any]) -> None:
        super().__init__(found and found.group(), found.start() if found else 0, [], "0")
        self.pattern = pattern
        self.text = text
        self.found = found

    def groups(self) -> list[Group]:
        """Return all groups as .NET numbers them; the match itself is the first."""
        if self.found is None:
            return [self]
        return [self._group(number) for number in self.pattern.order]

    def _group(self, number: int) -> Group:
        found = self.found
        name = self.pattern.names.get(number, str(self.pattern.order.index(number)))
        if found is None:
            return Group(None, 0, [], name)
        spans = found.spans(number)
        captures = [Group(self.text[a:b], a, [], name) for a, b in spans]
        return Group(found.group(number), found.start(number), captures, name)

    def numbered(self, number: int) -> Group:
        """Return a group by its number; a missing one is a failed one."""
        groups = self.groups()
        return groups[number] if 0 <= number < len(groups) else Group(None, 0, [], str(number))

    def named(self, name: str) -> Group:
        """Return a group by its name or number."""
        number = self.pattern.compiled.groupindex.get(name)
        if number is not None and self.found is not None:
            return self._group(number)
        return self.numbered(int(name)) if name.isdigit() else Group(None, 0, [], name)

    def next(self, run: Run) -> Match:
        """Return the match after this one."""
        if self.found is None:
            return self
        end = self.start + len(self.value) + (not self.value)
        return (
            self.pattern.match(run, self.text, end)
            if end <= len(self.text)
            else Match(self.pattern, self.text, None)
        )

    def expand(self, template: str) -> str:
        """Return a replacement with its `$1`, `${name}`, `$&` and so on filled in."""
        return _REFERENCE.sub(self._reference, template)

    def _reference(self, reference: re.Match[str]) -> str:
        number, name, sign = reference.groups()
        if sign:
            return self._special(sign)
        if name is not None:
            known = name in self.pattern.compiled.groupindex
            if known or (name.isdigit() and int(name) < len(self.pattern.order)):
                return self.named(name).value
            return reference.group()
        digits = number
        while digits and int(digits) >= len(self.pattern.order):
            digits = digits[:-1]
        if not digits:
            return reference.group()
        return self.numbered(int(digits)).value + number[len(digits) :]

    def _special(self, sign: str) -> str:
        end = self.start + len(self.value)
        last = [g.value for g in self.groups()[1:]]
        return {
            "$": "$",
            "&": self.value,
            "`": self.text[: self.start],
            "'": self.text[end:],
            "_": self.text,
            "+": last[-1] if last else "",
        }[sign]


_REFERENCE = re.compile(r"\$(?:(\d+)|\{(\w+)\}|([$&`'_+]))")
