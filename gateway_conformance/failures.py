"""What becomes of a request that fails, and what on-error is told."""

from __future__ import annotations

from .question import (
    ATTEMPTS,
    BODY,
    ERROR,
    FORWARD,
    ON_ERROR,
    POOL,
    REASON,
    STATUS,
    TO_ITSELF,
    Question,
    calls,
    model,
    returns,
)

_DEAD = "http://127.0.0.1:9"  # the port of discard, which nobody serves
UNKNOWN_HOST = "lab-conformance.invalid"  # RFC 6761: no such name, ever
_WHOLE = (STATUS, REASON, BODY, ERROR)
_COUNT = '<set-variable name="n" value=\'@(context.Variables.GetValueOrDefault<int>("n") + 1)\' />'
_TOLD = (
    '<set-header name="x-attempts" exists-action="override">'
    '<value>@(context.Variables.GetValueOrDefault<int>("n").ToString())</value></set-header>'
)


def _fails(name: str, asks: str, expression: str) -> Question:
    return Question(name, asks, _WHOLE, inbound=f"<set-variable name=\"v\" value='{expression}' />")


def _retry(name: str, asks: str, condition: str, first: str, **more: str) -> Question:
    """Return a question where the first attempt goes to `first`, the next to one that answers."""
    first_then = (
        f"<choose><when condition='@(context.Variables.GetValueOrDefault<int>(\"n\") == 1)'>"
        f'<set-backend-service base-url="{first}" /></when>'
        f"<otherwise>{TO_ITSELF}</otherwise></choose>"
    )
    return Question(
        name,
        asks,
        (STATUS, ATTEMPTS, ERROR),
        inbound=calls("/echo"),
        backend=f'<retry condition=\'{condition}\' count="2" interval="0">{_COUNT}{first_then}'
        '<forward-request timeout="10" buffer-request-body="true" /></retry>',
        outbound=_TOLD,
        on_error=_TOLD + ON_ERROR,
        switch="--backend-failure",
    )


_NOBODY_OR_500 = "@(context.Response == null || context.Response.StatusCode >= 500)"

QUESTIONS = (
    Question(
        "error-without-on-error",
        "what the caller gets where an expression fails",
        (STATUS, REASON, BODY),
        inbound='<set-variable name="v" value=\'@(int.Parse("x"))\' />',
        on_error="",
    ),
    _fails(
        "error-format", "what on-error is told of a text that is no number", '@(int.Parse("x"))'
    ),
    _fails("error-null", "what on-error is told of a null", "@(((string)null).Length.ToString())"),
    _fails(
        "error-cast",
        "what on-error is told of a wrong cast",
        '@{ object o = "text"; return ((int)o).ToString(); }',
    ),
    _fails(
        "error-key",
        "what on-error is told of a key that is not there",
        '@(new Dictionary<string, string>()["missing"])',
    ),
    _fails(
        "error-json", "what on-error is told of broken JSON", '@(JObject.Parse("{").ToString())'
    ),
    _fails(
        "error-division",
        "what on-error is told of a division by zero",
        "@{ int none = 0; return (1 / none).ToString(); }",
    ),
    Question(
        "error-path",
        "how LastError names the place of a policy inside choose",
        (STATUS, ERROR),
        inbound='<choose><when condition="@(false)"><trace source="never">no</trace></when>'
        '<when condition="@(true)"><set-header name="x-a"><value>a</value></set-header>'
        '<set-variable name="v" value=\'@(int.Parse("x"))\' /></when></choose>',
    ),
    Question(
        "error-in-outbound",
        "what the caller gets where outbound fails",
        _WHOLE,
        inbound=calls("/echo"),
        outbound='<set-variable name="v" value=\'@(int.Parse("x"))\' />',
    ),
    Question(
        "error-in-on-error",
        "what the caller gets where on-error itself fails",
        (STATUS, BODY, ERROR),
        inbound='<set-variable name="v" value=\'@(int.Parse("x"))\' />',
        on_error=ON_ERROR + '<set-variable name="w" value=\'@(int.Parse("y"))\' />',
    ),
    Question(
        "error-status-kept",
        "whether a status that on-error sets is sent",
        (STATUS, REASON, BODY),
        inbound='<set-variable name="v" value=\'@(int.Parse("x"))\' />',
        on_error='<set-status code="418" reason="Teapot" />',
    ),
    Question(
        "backend-dead",
        "what a backend that nobody runs ends in",
        _WHOLE,
        inbound=f'<set-backend-service base-url="{_DEAD}" />',
    ),
    Question(
        "backend-unknown",
        "what a backend without an address ends in",
        _WHOLE,
        inbound=f'<set-backend-service base-url="http://{UNKNOWN_HOST}" />',
    ),
    Question(
        "backend-slow",
        "what a backend that answers too late ends in",
        _WHOLE,
        inbound=calls("/slow"),
        backend='<forward-request timeout="1" />',
    ),
    Question(
        "backend-error-passed",
        "whether a backend's 500 is handed on",
        (STATUS, BODY, ERROR),
        inbound=calls("/echo"),
        query="status=500",
    ),
    Question(
        "backend-error-as-error",
        "what fail-on-error-status-code makes of a backend's 500",
        _WHOLE,
        inbound=calls("/echo"),
        backend='<forward-request timeout="30" fail-on-error-status-code="true" />',
        query="status=500",
    ),
    _retry(
        "retry-dead",
        "whether retry goes on after a backend that nobody runs",
        _NOBODY_OR_500,
        _DEAD,
    ),
    _retry(
        "retry-unknown",
        "whether retry goes on after a backend without an address",
        _NOBODY_OR_500,
        f"http://{UNKNOWN_HOST}",
    ),
    Question(
        "retry-exhausted",
        "how often retry with count 2 sends a request that always fails",
        (STATUS, ATTEMPTS),
        inbound=calls("/echo"),
        backend='<retry condition="@(context.Response.StatusCode == 429)" count="2" interval="0">'
        f'{_COUNT}<forward-request timeout="10" buffer-request-body="true" /></retry>',
        outbound=_TOLD,
        query="status=429",
    ),
    Question(
        "retry-body-not-kept",
        "what a second attempt sends where the request body was not buffered",
        (STATUS, BODY, ERROR),
        inbound=calls("/echo"),
        backend="<retry condition='@(context.Variables.GetValueOrDefault<int>(\"n\") == 1)' "
        f'count="1" interval="0">{_COUNT}<forward-request timeout="10" /></retry>',
        method="POST",
        body="body",
    ),
    Question(
        "response-before-backend",
        "what context.Response is before a backend has answered",
        (STATUS, BODY),
        backend=returns(
            '@(context.Response == null ? "null" : context.Response.StatusCode.ToString())'
        ),
    ),
    Question(
        "response-in-inbound",
        "what context.Response is in inbound",
        (STATUS, BODY),
        inbound=returns(
            '@(context.Response == null ? "null" : context.Response.StatusCode.ToString())'
        ),
    ),
    Question(
        "pool-open",
        "what a pool answers whose only member is out",
        (STATUS, REASON, BODY, ERROR),
        inbound=model(POOL, "no-such-path"),
        backend=FORWARD,
        method="POST",
        body='{"messages": [{"role": "user", "content": "hello"}], "max_tokens": 1}',
        requests=2,
    ),
)
