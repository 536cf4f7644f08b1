"""The scenarios a call can ask for with the header `x-mock-scenario: NAME; parameter=value; ...`.

A scenario is a Behaviour with a name; its parameters are fields of the Behaviour that the header
may set. `GET /`, `--help` and the tests read the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Callable, Optional

from .errors import RefusedError

HEADER = "x-mock-scenario"


@dataclass(frozen=True)
class Behaviour:
    """Say how one call is answered, beside what its body asks for."""

    # Pace and length; None leaves them to the server's options and to the prompt
    ttft: Optional[float] = None
    tpot: Optional[float] = None
    tokens: Optional[int] = None
    seed: Optional[int] = None
    region: Optional[str] = None
    # What the model writes
    n: Optional[int] = None
    calls: int = 0
    limit: Optional[int] = None
    reasoning: int = 0
    refuse: bool = False
    # What the content filter does to it
    moderation: str = "default"
    # What becomes of the events
    fault: Optional[str] = None
    after: int = 0
    size: int = 0
    bytes: int = 0
    seconds: float = 0.0
    latency: bool = False
    # An error instead of an answer
    error: Optional[str] = None
    retry_after: Optional[int] = None
    retry_after_ms: Optional[int] = None


@dataclass(frozen=True)
class Parameter:
    """Describe a parameter: one line of documentation, and how its text is read."""

    doc: str
    read: Callable[[str], Any]


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise ValueError("seconds, from 0 to 3600")
    return value


def _whole_or_none(text: str) -> Optional[int]:
    return None if text == "none" else _whole(0, 10**7)(text)


COMMON: Mapping[str, Parameter] = {
    "ttft": Parameter("seconds to the first token", _seconds),
    "tpot": Parameter("seconds between tokens, on average", _seconds),
    "tokens": Parameter("length of the answer in tokens", _whole(0, 20_000)),
    "seed": Parameter("fixes ids, padding and gaps, which otherwise differ by call", int),
    "region": Parameter("the scenario happens in this region only, all is well elsewhere", str),
}
PARAMETERS: Mapping[str, Parameter] = {
    **COMMON,
    "n": Parameter("number of choices", _whole(1, 128)),
    "calls": Parameter("number of function calls", _whole(1, 16)),
    "limit": Parameter("tokens the answer may have", _whole(1, 20_000)),
    "reasoning": Parameter("tokens the model thinks before it writes", _whole(1, 20_000)),
    "after": Parameter("tokens before it happens", _whole(0, 20_000)),
    "size": Parameter("tokens that come together", _whole(1, 20_000)),
    "bytes": Parameter("bytes in each write", _whole(1, 1_000_000)),
    "seconds": Parameter("length of the silence", _seconds),
    "retry_after": Parameter("seconds in the header Retry-After, or none", _whole_or_none),
    "retry_after_ms": Parameter("milliseconds in the header retry-after-ms", _whole_or_none),
}


@dataclass(frozen=True)
class Scenario:
    """Describe a scenario: one line, what it does, which parameters it takes beside the common."""

    doc: str
    behaviour: Behaviour = Behaviour()
    takes: tuple[str, ...] = ()


SCENARIOS: Mapping[str, Scenario] = {
    "ok": Scenario("a whole answer to the prompt"),
}


def parse(text: str, region: str) -> tuple[str, Behaviour]:
    """Read the header's value as a server in `region` has to. Raises RefusedError."""
    name, *settings = [part.strip() for part in text.split(";")]
    scenario = SCENARIOS.get(name or "ok")
    if scenario is None:
        raise _bad(f"Unknown scenario '{name}'; GET / lists those there are.")
    given = dict(_setting(name, each, scenario) for each in settings if each)
    if given.get("region", region) != region:
        return "ok", Behaviour()
    return name or "ok", replace(scenario.behaviour, **given)


def _setting(name: str, text: str, scenario: Scenario) -> tuple[str, Any]:
    key, equals, value = (part.strip() for part in text.partition("="))
    field = key.replace("-", "_")
    taken = (*scenario.takes, *COMMON)
    if not equals or field not in taken:
        listed = ", ".join(each.replace("_", "-") for each in taken)
        raise _bad(f"Scenario '{name}' takes 'parameter=value' of {listed}, not '{text}'.")
    try:
        return field, PARAMETERS[field].read(value)
    except ValueError as error:
        raise _bad(f"Scenario '{name}': '{key}' cannot be '{value}': {error}.") from None


def _bad(message: str) -> RefusedError:
    return RefusedError("bad scenario", message=message)
