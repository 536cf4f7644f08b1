"""What expressions give where the language leaves it to the gateway."""

from __future__ import annotations

from .question import BODY, ERROR, STATUS, Question, returns


def _value(name: str, asks: str, expression: str, switch: str = "") -> Question:
    return Question(name, asks, (STATUS, BODY, ERROR), inbound=returns(expression), switch=switch)


_CODES = 'string.Join(",", {text}.Select(c => ((int)c).ToString()))'

QUESTIONS = (
    _value(
        "missing-variable",
        'what context.Variables["missing"] gives',
        '@(context.Variables["missing"] == null ? "null" : "a value")',
        "--missing-variable",
    ),
    _value(
        "json-newline",
        "which characters end a line of indented JSON",
        "@(" + _CODES.format(text='new JObject(new JProperty("a", 1)).ToString()') + ")",
        "--newline",
    ),
    _value("number-text", "how a double of many digits is written", "@((0.1 + 0.2).ToString())"),
    _value("large-number", "how a large double is written", "@((1e20).ToString())"),
    _value(
        "date-text",
        "in which culture a date is written",
        "@(new DateTime(2026, 3, 4, 15, 6, 7).ToString())",
    ),
    _value("time-zone", "which time zone the gateway keeps", "@(TimeZoneInfo.Local.Id)"),
    _value(
        "true-text",
        "how a boolean is written as a body",
        '@(new JObject(new JProperty("a", true)))',
    ),
)
