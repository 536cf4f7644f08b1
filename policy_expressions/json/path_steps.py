"""The steps of a JSON path, each from a token to the tokens it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Optional

from policy_expressions.errors import ExpressionFailure
from policy_expressions.json.containers import JArray, JObject
from policy_expressions.json.tokens import JContainer, JToken, JValue
from policy_expressions.runtime.meter import gathered

Step = Callable[[JToken, bool], Iterator[JToken]]


Test = Callable[[JToken], bool]


def path_error(text: str) -> ExpressionFailure:
    return ExpressionFailure("Newtonsoft.Json.JsonException", text)


def field(name: str) -> Step:
    def step(token: JToken, error: bool) -> Iterator[JToken]:
        if isinstance(token, JObject):
            value = token.item(name)
            if value is not None:
                yield value
            elif error:
                raise path_error(f"Property '{name}' does not exist on JObject.")
        elif error:
            raise path_error(f"Property '{name}' not valid on {type(token).__name__}.")

    return step


def at_index(index: int) -> Step:
    def step(token: JToken, error: bool) -> Iterator[JToken]:
        if isinstance(token, JArray):
            if 0 <= index < len(token.items):
                yield token.items[index]
            elif error:
                raise path_error(f"Index {index} outside the bounds of JArray.")
        elif error:
            raise path_error(f"Index {index} not valid on {type(token).__name__}.")

    return step


def part_of(start: Optional[int], stop: Optional[int], stride: Optional[int]) -> Step:
    def step(token: JToken, error: bool) -> Iterator[JToken]:
        if isinstance(token, JArray):
            yield from token.items[start:stop:stride]
        elif error:
            raise path_error(f"Array slice is not valid on {type(token).__name__}.")

    return step


def _values(token: JToken) -> Iterator[JToken]:
    if isinstance(token, JObject):
        yield from (prop.value for prop in token.properties.values())
    elif isinstance(token, JArray):
        yield from list(token.items)


def wildcard(token: JToken, error: bool) -> Iterator[JToken]:
    return _values(token)


def many(steps: list[Step]) -> Step:
    return lambda token, error: (found for step in steps for found in step(token, error))


def scan(name: Optional[str]) -> Step:
    def step(token: JToken, error: bool) -> Iterator[JToken]:
        if name is None:
            yield token
        elif isinstance(token, JObject) and name in token.properties:
            yield token.properties[name].value
        for value in _values(token):
            yield from step(value, error)

    return step


def filtered(test: Test) -> Step:
    return lambda token, error: (value for value in _values(token) if test(value))


def follow(token: JToken, steps: list[Step]) -> list[JToken]:
    found: list[JToken] = [token]
    for step in steps:
        found = gathered(after for before in found for after in step(before, False))
    return found


def compare(a: JToken, b: JToken, word: str) -> bool:
    """Compare two values; what cannot be compared is only unequal."""
    if isinstance(a, JContainer) or isinstance(b, JContainer):
        return word in ("!=", "<>", "!==")
    if not isinstance(a, JValue) or not isinstance(b, JValue):
        return False
    x, y = a.value, b.value
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (x, y))
    alike = numbers or x.__class__ is y.__class__
    if word in ("==", "==="):
        return alike and bool(x == y)
    if word in ("!=", "<>", "!=="):
        return not (alike and x == y)
    if not alike or x is None:
        return False
    return bool({"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[word])
