"""All questions, and the operations of the scratch API that they lean on."""

from __future__ import annotations

from collections.abc import Mapping

from . import failures, messages, streams, values
from .question import Question, returns

# The pool's question comes last: it takes the model's second address out for a minute.
QUESTIONS: tuple[Question, ...] = (
    *values.QUESTIONS,
    *messages.QUESTIONS,
    *streams.QUESTIONS,
    *failures.QUESTIONS,
)

_ECHO = (
    "@(new JObject("
    'new JProperty("method", context.Request.Method), '
    'new JProperty("headers", new JArray(context.Request.Headers.Keys'
    ".Select(name => name.ToLowerInvariant()).OrderBy(name => name))), "
    'new JProperty("own", context.Request.Headers.ContainsKey("x-own") '
    '? string.Join("|", context.Request.Headers["x-own"]) : null), '
    'new JProperty("query", new JArray(context.Request.OriginalUrl.Query.Keys'
    '.Where(name => name != "api-key").Select(name => name + "=" + '
    'string.Join("|", context.Request.OriginalUrl.Query[name])).OrderBy(pair => pair))), '
    'new JProperty("body", context.Request.Body == null ? null : '
    "context.Request.Body.As<string>())).ToString(Newtonsoft.Json.Formatting.None))"
)
_STATUS = '@(int.Parse(context.Request.OriginalUrl.Query.GetValueOrDefault("status", "200")))'
# A retry that always goes on is a pause of three seconds.
_PAUSE = (
    '<retry condition="@(true)" count="1" interval="3">'
    '<set-variable name="waited" value="@(true)" /></retry>'
)

# By name; each has its own path, /NAME, and takes GET and POST.
HELPERS: Mapping[str, str] = {
    "echo": f"<return-response><set-status code='{_STATUS}' /><set-header name=\"Content-Type\">"
    f"<value>application/json</value></set-header><set-body>{_ECHO}</set-body></return-response>",
    "slow": _PAUSE + returns("late"),
    "ready": returns("{run}"),
}


def document(inbound: str) -> str:
    """Return a policy document that adds to inbound alone."""
    return (
        f"<policies><inbound><base />{inbound}</inbound><backend><base /></backend>"
        "<outbound><base /></outbound><on-error><base /></on-error></policies>"
    )


def markdown() -> str:
    """Return the questions as a table in Markdown."""
    rows = [
        "| Question | What is asked | What is compared | Switch of `apim_gateway serve` |",
        "| --- | --- | --- | --- |",
    ]
    for question in QUESTIONS:
        looks = ", ".join(question.looks)
        switch = f"`{question.switch}`" if question.switch else ""
        rows.append(f"| `{question.id}` | {question.asks} | {looks} | {switch} |")
    return "\n".join(rows)
