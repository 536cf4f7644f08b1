"""What the gateway itself says: keys, operations, limits, headers that it adds."""

from __future__ import annotations

from .question import (
    BODY,
    ERROR,
    HEADERS,
    REASON,
    STATUS,
    TRACE,
    Question,
    calls,
    returns,
)

_LIMITED = (STATUS, REASON, BODY, ERROR, "header:Retry-After")
_OK = returns("ok")


def _header(name: str, asks: str, header: str, value: str) -> Question:
    return Question(
        name,
        asks,
        (STATUS, BODY, ERROR),
        inbound=calls("/echo")
        + f'<set-header name="{header}" exists-action="override">'
        + f"<value>{value}</value></set-header>",
    )


QUESTIONS = (
    Question(
        "key-missing",
        "what a request without a key gets",
        (STATUS, REASON, BODY, "header:WWW-Authenticate"),
        inbound=_OK,
        with_key=False,
    ),
    Question(
        "key-wrong",
        "what a request with a wrong key gets",
        (STATUS, REASON, BODY, "header:WWW-Authenticate"),
        inbound=_OK,
        with_key=False,
        headers={"api-key": "not-a-key"},
    ),
    Question(
        "operation-unknown",
        "what a path without an operation gets",
        (STATUS, REASON, BODY),
        path="/no-such-operation",
    ),
    Question(
        "operation-unknown-without-key",
        "whether the operation or the key is looked at first",
        (STATUS, BODY),
        path="/no-such-operation",
        with_key=False,
    ),
    Question(
        "request-headers",
        "which headers a backend is sent",
        (STATUS, BODY),
        inbound=calls("/echo"),
        headers={"x-own": "1"},
    ),
    Question(
        "response-headers",
        "which headers an answer carries",
        (STATUS, HEADERS),
        inbound=calls("/echo"),
    ),
    Question(
        "returned-headers",
        "which headers return-response carries",
        (STATUS, REASON, HEADERS),
        inbound=_OK,
    ),
    _header("header-null", "what a header whose value is null becomes", "x-own", "@((string)null)"),
    _header("header-line-end", "what a line end in a header becomes", "x-own", '@("a\\nb")'),
    _header("header-connection", "what set-header does to Connection", "Connection", "close"),
    Question(
        "query-case",
        "whether the names of query parameters ignore case",
        (STATUS, BODY),
        inbound=calls("/echo")
        + '<set-query-parameter name="Own" exists-action="override"><value>2</value>'
        "</set-query-parameter>",
        query="own=1",
    ),
    Question(
        "rate-limit",
        "what a call over a rate limit gets",
        _LIMITED,
        inbound='<rate-limit-by-key calls="1" renewal-period="60" counter-key="conformance" />'
        + _OK,
        requests=2,
    ),
    Question(
        "quota",
        "what a call over a quota gets",
        _LIMITED,
        inbound='<quota-by-key calls="1" renewal-period="3600" '
        'counter-key="@(context.RequestId.ToString().Substring(0, 0) + &quot;conformance&quot;)" />'
        + _OK,
        requests=2,
    ),
    Question(
        "token-limit",
        "what a prompt over a token limit gets",
        _LIMITED,
        inbound='<llm-token-limit counter-key="conformance" tokens-per-minute="1" '
        'estimate-prompt-tokens="true" />' + _OK,
        method="POST",
        headers={"Content-Type": "application/json"},
        body='{"messages": [{"role": "user", "content": "more than one token in this prompt"}]}',
        requests=2,
    ),
    Question(
        "header-required",
        "what check-header says of a header that is not there",
        (STATUS, REASON, BODY, ERROR),
        inbound='<check-header name="x-own" failed-check-httpcode="400" '
        'failed-check-error-message="no header" ignore-case="true"><value>1</value>'
        "</check-header>" + _OK,
    ),
    Question(
        "token-missing",
        "what validate-jwt says where there is no token",
        (STATUS, REASON, BODY, ERROR, "header:WWW-Authenticate"),
        inbound='<validate-jwt header-name="Authorization"><issuer-signing-keys>'
        "<key>bGFiLWNvbmZvcm1hbmNlLWxhYi1jb25mb3JtYW5jZQ==</key></issuer-signing-keys>"
        "</validate-jwt>" + _OK,
    ),
    Question(
        "cors-unlisted",
        "what cors does with an origin that it does not list",
        (STATUS, BODY, "header:Access-Control-Allow-Origin"),
        inbound="<cors><allowed-origins><origin>https://listed.invalid</origin></allowed-origins>"
        "</cors>" + _OK,
        headers={"Origin": "https://other.invalid"},
    ),
    Question(
        "mocked", "what mock-response answers", (STATUS, REASON, BODY), inbound="<mock-response />"
    ),
    Question(
        "content-not-json",
        "what validate-content says of a body that is no JSON",
        (STATUS, REASON, BODY, ERROR),
        inbound='<validate-content unspecified-content-type-action="prevent" max-size="1024" '
        'size-exceeded-action="prevent"><content type="application/json" validate-as="json" '
        'action="prevent" /></validate-content>' + _OK,
        method="POST",
        headers={"Content-Type": "application/json"},
        body="{",
    ),
    Question(
        "trace",
        "which sections and sources a trace has",
        (STATUS, TRACE),
        inbound='<trace source="own" severity="information"><message>told</message></trace>'
        + calls("/echo"),
    ),
)
