"""Strings that match a regular expression, for schemas that ask for one.

What a pattern consists of is taken from Python's own parser of regular expressions, the one
behind `re.compile`. Look-arounds are passed over: whoever needs to be sure checks the result.
"""

from __future__ import annotations

import importlib
import random
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]  # its stubs are a package of their own

_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

LONGEST = 2_000  # characters; a pattern may ask for billions
_SECONDS = 0.05  # to search for a pattern, as it may come from anybody
_FREE = 3  # repeats beyond the least where a pattern sets no limit
_PRINTABLE = [chr(code) for code in range(0x21, 0x7F)]
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_CATEGORIES = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_NOT_DIGIT": "abcxyz",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "abcxyz0123456789",
    "CATEGORY_WORD": "abcxyz0123456789_",
    "CATEGORY_NOT_WORD": "-.",
}


class PatternError(ValueError):
    """Tell that a pattern cannot be read or asks for too much."""


def matching(pattern: str, rng: random.Random) -> str:
    """Return a string that a pattern matches, mostly. Raises PatternError.

    >>> matching("^[A-Z]{2}-\\\\d{3}$", random.Random(1))[2]
    '-'
    """
    parsed = _parsed(pattern)
    groups: dict[int, str] = {}
    written: list[str] = []
    size = 0
    try:
        for piece in _pieces(parsed, rng, groups):
            size += len(piece)
            if size > LONGEST:
                raise PatternError(f"more than {LONGEST} characters")
            written.append(piece)
    except RecursionError:
        raise PatternError("nested too deeply") from None
    return "".join(written)


def _parsed(pattern: str) -> Any:
    if len(pattern) > LONGEST:
        raise PatternError(f"a pattern of more than {LONGEST} characters")
    try:
        return _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(str(error)) from None


@lru_cache(maxsize=256)
def _reasonable(pattern: str) -> bool:
    """Tell whether a pattern can be compiled soon: its repeats, written out, are not too many."""
    try:
        return _size(_parsed(pattern)) <= LONGEST
    except (PatternError, RecursionError):
        return False


def _size(parsed: Any) -> int:
    total = 0
    for operation, argument in parsed:
        name = str(operation)
        if name in _REPEATS:
            least, most, inner = argument
            times = least + 1 if most is _parser.MAXREPEAT else most
            total += max(times, 1) * _size(inner)
        elif name == "BRANCH":
            total += sum(map(_size, argument[1]))
        elif name == "SUBPATTERN":
            total += _size(argument[3])
        elif name in ("ASSERT", "ASSERT_NOT"):
            total += _size(argument[1])
        elif name == "ATOMIC_GROUP":
            total += _size(argument)
        else:
            total += 1
    return total


def matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found in a text; one that is none, or takes too long, is."""
    if not _reasonable(pattern):
        return True
    try:
        return regex.search(pattern, text, timeout=_SECONDS) is not None
    except (regex.error, TimeoutError):
        return True


def _pieces(parsed: Any, rng: random.Random, groups: dict[int, str]) -> Iterator[str]:
    for operation, argument in parsed:
        name = str(operation)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "NOT_LITERAL":
            yield _other_than({chr(argument)}, rng)
        elif name == "ANY":
            yield rng.choice("abcxyz")
        elif name == "IN":
            yield _one_of(argument, rng)
        elif name == "BRANCH":
            yield from _pieces(rng.choice(argument[1]), rng, groups)
        elif name in _REPEATS:
            least, most, inner = argument
            for _ in range(rng.randint(least, min(most, least + _FREE))):
                yield from _pieces(inner, rng, groups)
        elif name == "SUBPATTERN":
            group, _, _, inner = argument
            text = "".join(_limited(_pieces(inner, rng, groups)))
            if group is not None:
                groups[group] = text
            yield text
        elif name == "ATOMIC_GROUP":
            yield from _pieces(argument, rng, groups)
        elif name == "GROUPREF":
            yield groups.get(argument, "")


def _limited(pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LONGEST:
            raise PatternError(f"more than {LONGEST} characters")
        yield piece


def _one_of(members: Any, rng: random.Random) -> str:
    """Return a character of a class such as `[a-z_]` or `[^,]`."""
    found: set[str] = set()
    negated = False
    for operation, argument in members:
        name = str(operation)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found.add(chr(argument))
        elif name == "RANGE":
            low, high = argument
            found.update(map(chr, range(low, min(high, low + 100) + 1)))
        elif name == "CATEGORY":
            found.update(_CATEGORIES.get(str(argument), ""))
    return _other_than(found, rng) if negated else rng.choice(sorted(found) or [""])


def _other_than(characters: set[str], rng: random.Random) -> str:
    others = [each for each in _PRINTABLE if each not in characters and each.isalnum()]
    return rng.choice(others or [each for each in _PRINTABLE if each not in characters] or ["é"])
