"""Regex, Match, Group, Capture and their collections."""

from __future__ import annotations

from typing import Any

from policy_expressions.runtime.containers import Array, List
from policy_expressions.runtime.regex_patterns import unescape
from policy_expressions.runtime.regexes import Match, Regex
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.strings import strings
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import with_run


def _is_match(run: Run, text: str, pattern: str, options: Any = None) -> bool:
    return Regex(pattern, options).search(run, text) is not None


def _match(run: Run, text: str, pattern: str, options: Any = None) -> Match:
    return Regex(pattern, options).match(run, text)


def _matches(run: Run, text: str, pattern: str, options: Any = None) -> List:
    return List("MatchCollection", Regex(pattern, options).matches(run, text))


def _replace(run: Run, text: str, pattern: str, by: Any, options: Any = None) -> str:
    return _replace_with(run, Regex(pattern, options), text, by)


def _replace_with(run: Run, pattern: Regex, text: str, by: Any, count: int = -1) -> str:
    return pattern.replace(run, text, by if callable(by) else lambda m: m.expand(by), count)


def _split(run: Run, text: str, pattern: str, options: Any = None) -> Array:
    return strings(Regex(pattern, options).split(run, text))


_STATIC = "string! input, string! pattern"
_HOW = "RegexOptions options"
_SPACE = "System.Text.RegularExpressions"


def _collection(name: str, item: str) -> Definition:
    return Definition(
        f"class {_SPACE}.{name} : IReadOnlyList<{item}>",
        {"int Count": len, f"{item} this[int index]": lambda items, i: items[i]},
    )


DEFINITIONS = (
    Definition(
        f"class {_SPACE}.Regex",
        {
            "new(string! pattern)": Regex,
            "new(string! pattern, RegexOptions options)": Regex,
            "new(string! pattern, RegexOptions options, TimeSpan timeout)": lambda p, o, _: Regex(
                p, o
            ),
            f"static bool IsMatch({_STATIC}); static bool IsMatch({_STATIC}, {_HOW})": with_run(
                _is_match
            ),
            f"static Match Match({_STATIC}); static Match Match({_STATIC}, {_HOW})": with_run(
                _match
            ),
            f"static MatchCollection Matches({_STATIC}); "
            f"static MatchCollection Matches({_STATIC}, {_HOW})": with_run(_matches),
            f"static string Replace({_STATIC}, string! replacement); "
            f"static string Replace({_STATIC}, string! replacement, {_HOW}); "
            f"static string Replace({_STATIC}, MatchEvaluator! evaluator); "
            f"static string Replace({_STATIC}, MatchEvaluator! evaluator, {_HOW})": with_run(
                _replace
            ),
            f"static string[] Split({_STATIC}); static string[] Split({_STATIC}, {_HOW})": with_run(
                _split
            ),
            "static string Unescape(string! str)": unescape,
            "bool IsMatch(string! input)": with_run(
                lambda run, p, text: p.search(run, text) is not None
            ),
            "Match Match(string! input)": with_run(
                lambda run, pattern, text: pattern.match(run, text)
            ),
            "MatchCollection Matches(string! input)": with_run(
                lambda run, pattern, text: List("MatchCollection", pattern.matches(run, text))
            ),
            "string Replace(string! input, string! replacement)": with_run(_replace_with),
            "string Replace(string! input, string! replacement, int count)": with_run(
                _replace_with
            ),
            "string Replace(string! input, MatchEvaluator! evaluator)": with_run(_replace_with),
            "string[] Split(string! input)": with_run(
                lambda run, p, text: strings(p.split(run, text))
            ),
            "string[] Split(string! input, int count)": with_run(
                lambda run, p, text, n: strings(p.split(run, text, n))
            ),
            "string ToString()": lambda pattern: pattern.source,
        },
    ),
    Definition(
        f"class {_SPACE}.Capture",
        {
            "string Value": lambda capture: capture.value,
            "int Index": lambda capture: capture.start,
            "int Length": lambda capture: len(capture.value),
        },
    ),
    Definition(
        f"class {_SPACE}.Group : Capture",
        {
            "bool Success": lambda group: group.success,
            "string Name": lambda group: group.name,
            "CaptureCollection Captures": lambda g: List("CaptureCollection", g.captures),
        },
    ),
    Definition(
        f"class {_SPACE}.Match : Group",
        {
            "GroupCollection Groups": lambda match: match,
            "Match NextMatch()": with_run(lambda run, match: match.next(run)),
            "string Result(string! replacement)": Match.expand,
        },
    ),
    Definition(
        f"class {_SPACE}.GroupCollection : IReadOnlyList<Group>",
        {
            "int Count": lambda match: len(match.groups()),
            "Group this[int groupnum]": Match.numbered,
            "Group this[string! groupname]": Match.named,
        },
    ),
    _collection("MatchCollection", "Match"),
    _collection("CaptureCollection", "Capture"),
    Definition(f"delegate {_SPACE}.MatchEvaluator", {"string Invoke(Match match)": None}),
)
