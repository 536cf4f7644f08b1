"""The gateway's own answers, byte for byte as API Management writes them.

Bodies and headers are those seen on the wire, blanks included. The documentation's table says
"to this API" where the wire says "to an API"; the wire wins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from policy_expressions.context import Body, Headers, Response

MISSING_KEY = (
    "Access denied due to missing subscription key. "
    "Make sure to include subscription key when making requests to an API."
)
INVALID_KEY = (
    "Access denied due to invalid subscription key. "
    "Make sure to provide a valid key for an active subscription."
)
NOT_FOUND = "Resource not found"
INTERNAL = "Internal server error"


@dataclass(frozen=True)
class Answer:
    """Hold a whole response; `reason` is the phrase of the status line."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes

    def response(self) -> Response:
        """Return it in the form that policies see."""
        headers = Headers(self.headers.items())
        return Response(self.status, self.reason, headers, Body(self.body))


def unauthorized(message: str, host: str, path: str, header: str) -> Answer:
    """Answer 401 and name the header that carries the key."""
    challenge = f'AzureApiManagementKey realm="https://{host}/{path}",name="{header}",type="header"'
    return _answer(401, "Access Denied", message, {"WWW-Authenticate": challenge})


def not_found() -> Answer:
    """Answer 404: no operation matches."""
    return _answer(404, "Resource Not Found", NOT_FOUND)


def internal(request_id: str) -> Answer:
    """Answer 500 with the id under which the trace is found."""
    return _answer(500, "Internal Server Error", INTERNAL, activity=request_id)


def unsupported(what: str) -> Answer:
    """Answer 500 to what this gateway cannot do and API Management may; the message is ours."""
    message = f"Not supported on this machine, though it may be in API Management: {what}"
    return _answer(500, "Internal Server Error", message)


def too_many(message: str, seconds: int, header: bool = True) -> Answer:
    """Answer 429; `seconds` until the caller may try again, also in the `header` Retry-After."""
    text = f"{message} Try again in {seconds} seconds."
    headers = {"Retry-After": str(seconds)} if header else {}
    return _answer(429, "Too Many Requests", text, headers)


def forbidden(message: str, headers: Mapping[str, str] = {}) -> Answer:
    """Answer 403."""
    return _answer(403, "Forbidden", message, headers)


def unavailable(headers: Mapping[str, str] = {}) -> Answer:
    """Answer 503 for an open circuit.

    Policies look into the phrase. The one that named the pool is gone since January 2026
    (https://github.com/Azure-Samples/AI-Gateway/issues/262); that it is now the usual one is
    inferred.
    """
    return _answer(503, "Service Unavailable", "Service unavailable", headers)


def too_large(message: str) -> Answer:
    """Answer 413; the phrase and the message are ours."""
    return _answer(413, "Request Entity Too Large", message)


def incomplete() -> Answer:
    """Answer 400 to a request body that breaks off or stops; the message is ours."""
    return _answer(400, "Bad Request", "The request body is not complete.")


def refusal(status: int, reason: str, message: str, headers: Mapping[str, str] = {}) -> Answer:
    """Answer with the status and message a policy's author chose."""
    return _answer(status, reason, message, headers)


def _answer(
    status: int,
    reason: str,
    message: str,
    headers: Mapping[str, str] = {},
    activity: str = "",
) -> Answer:
    # The body is joined by hand because of its blanks; a message may hold anything.
    fields = [f'"statusCode": {status}', f'"message": "{_escaped(message)}"']
    if activity:
        fields.append(f'"activityId": "{activity}"')
    body = f"{{ {', '.join(fields)} }}".encode()
    return Answer(status, reason, {"Content-Type": "application/json", **headers}, body)


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
