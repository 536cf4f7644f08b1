"""The operator =~ of a path: a regular expression, as Newtonsoft gives it to .NET's."""

from __future__ import annotations

from collections.abc import Callable

from policy_expressions.json.tokens import JToken, JValue
from policy_expressions.runtime.meter import current
from policy_expressions.runtime.regex_patterns import (
    IGNORE_CASE,
    MULTILINE,
    SINGLE_LINE,
    VERBOSE,
)
from policy_expressions.runtime.regexes import Regex

_OPTIONS = {"i": IGNORE_CASE, "m": MULTILINE, "s": SINGLE_LINE, "x": VERBOSE}


def text_pattern(pattern: str, options: str) -> Callable[[JToken], bool]:
    """Return what tells whether a token is a text that matches; letters unknown to .NET are none.

    Example: `$[?(@.n =~ /^a/i)]` finds the elements whose n begins with a or A.
    """
    number = 0
    for letter in options:
        number |= _OPTIONS.get(letter, 0)
    regex = Regex(pattern, number)

    def matches(token: JToken) -> bool:
        if not isinstance(token, JValue) or not isinstance(token.value, str):
            return False
        return regex.search(current(), token.value) is not None

    return matches
