"""string, char and StringComparer."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

from policy_expressions.runtime import casing, strings
from policy_expressions.runtime.abilities import Folds
from policy_expressions.runtime.containers import Array, walk
from policy_expressions.runtime.formats import format_items
from policy_expressions.runtime.meter import gathered
from policy_expressions.runtime.records import equal
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import Char, characters, units
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer, with_run

OTHER_LINQ = (
    "AggregateBy AsParallel AsQueryable CountBy ExceptBy Index "
    "IntersectBy Order OrderDescending Shuffle TryGetNonEnumeratedCount UnionBy"
)
_COMPARED = "StringComparison comparisonType"
_CORE_2 = Newer(".NET Core 2.0")
_CORE_2_1 = Newer(".NET Core 2.1")


def _format(run: Any, form: Any, *items: Any) -> str:
    """Format; a provider may stand before the format."""
    form, values = items if len(items) == 2 else (form, items[0])
    return format_items(run, form, values)


def _same(a: Any, b: Any) -> bool:
    return bool(a == b)


def _concat_two(a: Any, b: Any) -> str:
    return (a or "") + (b or "")


_STRING = {
    "new(char c, int count)": with_run(strings.repeat),
    "new(char[] value)": lambda chars: "".join(chars or ()),
    "new(char[] value, int startIndex, int length)": lambda c, i, n: "".join(c[i : i + n]),
    "static string Empty": "",
    "int Length": len,
    "char this[int index]": strings.at,
    "string Substring(int startIndex); string Substring(int startIndex, int length)": (
        strings.substring
    ),
    "int IndexOf(char value); int IndexOf(char value, int startIndex); "
    "int IndexOf(char value, int startIndex, int count); "
    "int IndexOf(string! value); "
    "int IndexOf(string! value, int startIndex); int IndexOf(string! value, int startIndex, "
    f"int count); int IndexOf(string! value, {_COMPARED})": strings.index_of,
    "int LastIndexOf(char value); int LastIndexOf(string! value); "
    f"int LastIndexOf(string! value, {_COMPARED})": strings.last_index_of,
    "int IndexOfAny(char[]! anyOf)": strings.index_of_any,
    "int LastIndexOfAny(char[]! anyOf)": partial(strings.index_of_any, last=True),
    f"bool Contains(string! value, {_COMPARED}); int IndexOf(char value, {_COMPARED})": _CORE_2_1,
    "bool StartsWith(char value); bool EndsWith(char value)": _CORE_2,
    f"string Replace(string! oldValue, string newValue, {_COMPARED})": _CORE_2,
    "string[] Split(char separator, StringSplitOptions options); "
    "string[] Split(char separator, int count); "
    "string[] Split(char separator, int count, StringSplitOptions options); "
    "string[] Split(string separator, StringSplitOptions options = None); "
    "string[] Split(string separator, int count, StringSplitOptions options = None)": _CORE_2,
    "bool Contains(string! value)": strings.contains,
    f"bool StartsWith(string! value); bool StartsWith(string! value, {_COMPARED})": strings.starts,
    f"bool EndsWith(string! value); bool EndsWith(string! value, {_COMPARED})": strings.ends,
    "bool Equals(string value); static bool Equals(string a, string b)": _same,
    "bool Equals(object obj)": equal,
    f"bool Equals(string value, {_COMPARED}); "
    f"static bool Equals(string a, string b, {_COMPARED})": (strings.equals),
    "string Replace(string! oldValue, string newValue); "
    "string Replace(char oldChar, char newChar)": with_run(strings.replace),
    "string ToUpper(); string ToUpperInvariant()": casing.upper,
    "string ToLower(); string ToLowerInvariant()": casing.lower,
    "string Trim(); string Trim(params char[] trimChars)": strings.trim,
    "string TrimStart(params char[] trimChars)": strings.trim_start,
    "string TrimEnd(params char[] trimChars)": strings.trim_end,
    "string[] Split(params char[] separator); string[] Split(char[] separator, int count); "
    "string[] Split(char[] separator, StringSplitOptions options); "
    "string[] Split(char[] separator, int count, StringSplitOptions options); "
    "string[] Split(string[] separator, StringSplitOptions options); "
    "string[] Split(string[] separator, int count, StringSplitOptions options)": strings.split,
    "string PadLeft(int totalWidth); string PadLeft(int totalWidth, char paddingChar)": (
        with_run(strings.pad_left)
    ),
    "string PadRight(int totalWidth); string PadRight(int totalWidth, char paddingChar)": (
        with_run(strings.pad_right)
    ),
    "string Insert(int startIndex, string! value)": strings.insert,
    "string Remove(int startIndex); string Remove(int startIndex, int count)": strings.remove,
    "char[] ToCharArray()": lambda text: Array("char[]", gathered(walk(text))),
    "int CompareTo(string strB); int CompareTo(object value)": strings.compare_to,
    "string Normalize()": lambda text: units(unicodedata.normalize("NFC", characters(text))),
    "object Clone(); string ToString(); static string Copy(string! str)": lambda text: text,
    "string ToString(IFormatProvider provider)": lambda text, _: text,
    "static bool IsNullOrEmpty(string value)": lambda text: not text,
    "static bool IsNullOrWhiteSpace(string value)": lambda text: not strings.trim(text or ""),
    "static string Join(string separator, params string[]! value); "
    "static string Join(string separator, params object[]! values); "
    "static string Join<T>(string separator, IEnumerable<T>! values); "
    "static string Join(string separator, IEnumerable<string>! values); "
    "static string Join(string separator, string[]! value, int startIndex, int count)": (
        with_run(strings.join)
    ),
    "static string Concat(params string[]! values); static string Concat(params object[]! args); "
    "static string Concat(IEnumerable<string>! values); "
    "static string Concat<T>(IEnumerable<T>! values)": with_run(strings.concat),
    "static string Concat(string a, string b)": _concat_two,
    "static string Concat(object arg0)": with_run(lambda run, value: text_of(run, value)),
    "static string Format(string! format, params object[]! args); "
    "static string Format(IFormatProvider provider, string! format, params object[]! args)": (
        with_run(_format)
    ),
    "static int Compare(string a, string b); "
    "static int Compare(string a, string b, bool ignoreCase); "
    f"static int Compare(string a, string b, {_COMPARED})": strings.compare,
    "static int CompareOrdinal(string a, string b)": lambda a, b: casing.compare(a, b, "Ordinal"),
}


def _category(*starts: str) -> Callable[[str], bool]:
    return lambda char: unicodedata.category(char).startswith(starts)


_TESTS: dict[str, Callable[[str], bool]] = {
    "IsDigit": _category("Nd"),
    "IsNumber": _category("N"),
    "IsLetter": _category("L"),
    "IsLetterOrDigit": _category("L", "Nd"),
    "IsUpper": _category("Lu"),
    "IsLower": _category("Ll"),
    "IsWhiteSpace": lambda char: char in strings.SPACES,
    "IsPunctuation": _category("P"),
    "IsSymbol": _category("S"),
    "IsSeparator": _category("Z"),
    "IsControl": _category("Cc"),
    "IsSurrogate": _category("Cs"),
}


def _test_at(test: Callable[[str], bool]) -> Callable[[str, int], bool]:
    return lambda text, index: test(strings.at(text, index))


_CHAR = {
    **{f"static bool {name}(char c)": test for name, test in _TESTS.items()},
    **{f"static bool {name}(string! s, int index)": _test_at(t) for name, t in _TESTS.items()},
    "static double GetNumericValue(char c)": lambda c: float(unicodedata.numeric(c, -1.0)),
    "static char ToUpper(char c); static char ToUpperInvariant(char c)": lambda c: Char(
        casing.upper(c)
    ),
    "static char ToLower(char c); static char ToLowerInvariant(char c)": lambda c: Char(
        casing.lower(c)
    ),
    "static char MinValue": Char("\0"),
    "static char MaxValue": Char("\uffff"),
    "string ToString(); static string ToString(char c)": str,
    "bool Equals(char obj)": _same,
    "int CompareTo(char value)": lambda a, b: ord(a) - ord(b),
    "int GetHashCode()": lambda c: ord(c) | ord(c) << 16,
}


class Comparer(Folds):
    """System.StringComparer."""

    type = "StringComparer"

    def __init__(self, comparison: str) -> None:
        self.comparison = comparison

    def fold(self, text: Any) -> Any:
        """Return a key that is equal for equal strings."""
        return casing.folder(self.comparison)(text) if isinstance(text, str) else text

    def compare(self, a: Any, b: Any) -> int:
        """Compare two strings."""
        return casing.compare(a, b, self.comparison)


_COMPARISONS = [
    f"{n}{i}" for n in ("Ordinal", "InvariantCulture", "CurrentCulture") for i in ("", "IgnoreCase")
]

DEFINITIONS = (
    Definition(
        "class System.String : IEnumerable<char>",
        _STRING,
        alias="string",
        python=str,
        sealed=True,
        others="AsMemory AsSpan CopyTo Create EnumerateRunes GetEnumerator GetPinnableReference "
        "GetTypeCode Intern IsInterned IsNormalized ReplaceLineEndings TryCopyTo " + OTHER_LINQ,
    ),
    Definition(
        "struct System.Char",
        _CHAR,
        alias="char",
        python=Char,
        default=Char("\0"),
        sealed=True,
        others="ConvertFromUtf32 ConvertToUtf32 GetNumericValue GetTypeCode GetUnicodeCategory "
        "IsHighSurrogate IsLowSurrogate IsSurrogate IsSurrogatePair Parse TryParse IsAscii "
        "IsAsciiDigit IsAsciiHexDigit IsAsciiHexDigitLower IsAsciiHexDigitUpper IsAsciiLetter "
        "IsAsciiLetterLower IsAsciiLetterOrDigit IsAsciiLetterUpper IsBetween IsControl IsDigit "
        "IsLetter IsLetterOrDigit IsLower IsNumber IsPunctuation IsSeparator IsSymbol IsUpper "
        "IsWhiteSpace Equals CompareTo GetHashCode ToLower ToUpper ToString TryFormat MinValue "
        "MaxValue ToLowerInvariant ToUpperInvariant",
    ),
    Definition(
        "class System.StringComparer : IEqualityComparer<string>, IComparer<string>",
        {
            **{f"static StringComparer {name}": partial(Comparer, name) for name in _COMPARISONS},
            "int Compare(string x, string y)": Comparer.compare,
            "bool Equals(string x, string y)": lambda c, a, b: c.fold(a) == c.fold(b),
        },
    ),
    Definition("interface System.Collections.Generic.IEqualityComparer<T>"),
    Definition("interface System.Collections.Generic.IComparer<T>"),
)
