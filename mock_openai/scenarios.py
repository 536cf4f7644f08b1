"""The scenarios a call can ask for with the header `x-mock-scenario: NAME; parameter=value; ...`.

A scenario is a Behaviour with a name; its parameters are fields of the Behaviour that the header
may set. `GET /`, `--help` and the tests read the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .behaviour import COMMON, PARAMETERS, Behaviour
from .errors import RefusedError

HEADER = "x-mock-scenario"
AS_ASKED = Behaviour()


@dataclass(frozen=True)
class Scenario:
    """Describe a scenario: one line, what it does, which parameters it takes beside the common."""

    doc: str
    behaviour: Behaviour = AS_ASKED
    takes: tuple[str, ...] = ()


SCENARIOS: Mapping[str, Scenario] = {
    "ok": Scenario("the whole answer"),
    # Pace
    "slow-first": Scenario("the first token takes long", Behaviour(ttft=5.0)),
    "burst": Scenario(
        "tokens come in bursts, as Azure's default content filter lets them go",
        Behaviour(fault="burst", size=40),
        ("size",),
    ),
    "buffered": Scenario(
        "all comes at the end, as behind a gateway that buffers", Behaviour(fault="buffered")
    ),
    "split": Scenario(
        "each event is cut into writes of a few bytes",
        Behaviour(fault="split", bytes=7),
        ("bytes",),
    ),
    # What the model writes
    "tools": Scenario("the answer is a function call", Behaviour(calls=1), ("calls",)),
    "n2": Scenario("there are two choices, interleaved", Behaviour(n=2), ("n",)),
    "length": Scenario("a token limit cuts the answer", Behaviour(limit=16), ("limit",)),
    "length-empty": Scenario(
        "reasoning uses up the token limit, no text comes",
        Behaviour(limit=64, reasoning=64),
        ("limit", "reasoning"),
    ),
    "reasoning": Scenario(
        "the model thinks in silence before it writes", Behaviour(reasoning=64), ("reasoning",)
    ),
    "refusal": Scenario("the model refuses", Behaviour(refuse=True)),
    "mcp-failed": Scenario(
        "a server of tools (MCP) does not answer, in a response", Behaviour(servers=False)
    ),
    "latency": Scenario("the usage chunk tells the service's own times", Behaviour(latency=True)),
    # What the content filter does
    "filter-prompt": Scenario("the prompt is refused: 400", Behaviour(error="filtered prompt")),
    "filter-mid": Scenario(
        "the filter stops the answer", Behaviour(moderation="blocked", after=20), ("after",)
    ),
    "filter-error": Scenario("the filter itself fails", Behaviour(moderation="failed")),
    "async-ok": Scenario(
        "the asynchronous filter finds nothing", Behaviour(moderation="asynchronous")
    ),
    "async-block": Scenario(
        "the asynchronous filter stops the answer",
        Behaviour(moderation="asynchronous blocked", after=60),
        ("after",),
    ),
    "async-late-flag": Scenario(
        "the asynchronous filter objects once all text is out",
        Behaviour(moderation="asynchronous late"),
    ),
    "async-blocklist": Scenario(
        "the asynchronous filter finds a word of a blocklist once all text is out",
        Behaviour(moderation="asynchronous blocklist"),
    ),
    # What goes wrong in mid-stream
    "error-event": Scenario(
        "an error comes in the stream", Behaviour(ending="error", after=20), ("after",)
    ),
    "failed": Scenario(
        "a response ends as failed (other APIs: error-event)",
        Behaviour(ending="failed", after=20),
        ("after",),
    ),
    "drop": Scenario("the connection is closed", Behaviour(fault="drop", after=20), ("after",)),
    "reset": Scenario("the connection is reset", Behaviour(fault="reset", after=20), ("after",)),
    "stall": Scenario(
        "the stream pauses for long",
        Behaviour(fault="stall", after=20, seconds=10.0),
        ("after", "seconds"),
    ),
    "no-done": Scenario("the last event is missing", Behaviour(fault="no-done")),
    "no-finish": Scenario(
        "the stream ends in mid-answer as if it were whole",
        Behaviour(fault="no-finish", after=20),
        ("after",),
    ),
    "broken-utf8": Scenario(
        "a character of several bytes is cut",
        Behaviour(fault="broken-utf8", tokens=100),
    ),
    "json-200": Scenario("one JSON body comes instead of a stream", Behaviour(streams=False)),
    # Errors instead of an answer
    "401": Scenario("the key is refused", Behaviour(error="no access")),
    "404": Scenario("the deployment does not exist", Behaviour(error="no deployment")),
    "408": Scenario("the service gives up", Behaviour(error="timeout")),
    "429": Scenario(
        "the rate limit is spent",
        Behaviour(error="throttled", retry_after=2),
        ("retry_after", "retry_after_ms"),
    ),
    "500": Scenario("the service fails", Behaviour(error="failed")),
    "503-html": Scenario("a front end has no service behind it", Behaviour(error="unavailable")),
}


def parameters() -> dict[str, str]:
    """Tell what each parameter means."""
    return {name.replace("_", "-"): each.doc for name, each in PARAMETERS.items()}


def described() -> dict[str, str]:
    """Tell each scenario in one line, with its own parameters and their defaults."""
    return {name: scenario.doc + _defaults(scenario) for name, scenario in SCENARIOS.items()}


def _defaults(scenario: Scenario) -> str:
    told = [
        f"{name.replace('_', '-')}={_shown(getattr(scenario.behaviour, name))}"
        for name in scenario.takes
    ]
    return f" ({'; '.join(told)})" if told else ""


def _shown(value: object) -> str:
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def parse(text: str, region: str) -> tuple[str, Behaviour]:
    """Read the header's value as a server in `region` has to. Raises RefusedError."""
    name, *settings = [part.strip() for part in text.split(";")]
    scenario = SCENARIOS.get(name or "ok")
    if scenario is None:
        raise _bad(f"Unknown scenario '{name}'; GET / lists those there are.")
    given = dict(_setting(name, each, scenario) for each in settings if each)
    if given.get("region", region) != region:
        return "ok", AS_ASKED
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
        raise _bad(f"Scenario '{name}': '{key}' takes {error}, not '{value}'.") from None


def _bad(message: str) -> RefusedError:
    return RefusedError("bad scenario", message=message)
