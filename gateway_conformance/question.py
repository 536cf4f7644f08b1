"""One question: a policy document, the request that runs it, and what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

API = "lab-conformance"  # name and path of the scratch API
MODEL_BACKEND = f"{API}-model"  # where streams come from; a single 404 takes it out
POOL = f"{API}-pool"  # of that one member
KEY = "api-key"

# What can be looked at in an answer; look.py tells how.
STATUS, REASON, BODY, ERROR = "status", "reason", "body", "error"
HEADERS, RELEASES, ENDING, ATTEMPTS = "headers", "releases", "ending", "attempts"
TRACE = "trace"

# The scratch API on the gateway that runs the document: a backend that is always there.
ITSELF = (
    '@(context.Request.OriginalUrl.Scheme + "://" + context.Request.OriginalUrl.Host + ":" + '
    f'context.Request.OriginalUrl.Port + "/{API}")'
)
# The key in the query, where the gateway looks if it does not hand the header on.
SEEN = '@("{path}?api-key=" + context.Request.Headers.GetValueOrDefault("api-key", ""))'
_ERROR = (
    "@(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(new JObject("
    'new JProperty("source", context.LastError.Source), '
    'new JProperty("reason", context.LastError.Reason), '
    'new JProperty("message", context.LastError.Message), '
    'new JProperty("scope", context.LastError.Scope), '
    'new JProperty("section", context.LastError.Section), '
    'new JProperty("path", context.LastError.Path)).ToString(Newtonsoft.Json.Formatting.None))))'
)
ON_ERROR = (
    f'<set-header name="x-last-error" exists-action="override"><value>{_ERROR}</value></set-header>'
)
FORWARD = '<forward-request timeout="30" />'


@dataclass(frozen=True)
class Question:
    """Hold one question.

    `looks` names what is compared, `switch` the option of `apim_gateway serve` that has the other
    answer. `requests` is how often it is sent; the last answer counts. `stream` asks the model.
    """

    id: str
    asks: str
    looks: tuple[str, ...]
    inbound: str = ""
    backend: str = FORWARD
    outbound: str = ""
    on_error: str = ON_ERROR
    stream: bool = False
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: str = ""
    with_key: bool = True
    path: str = ""  # instead of the question's own operation
    requests: int = 1
    switch: str = ""

    def document(self, deployment: str, version: str) -> str:
        """Return the policy document of the question's operation, for one model deployment."""
        document = (
            f"<policies>\n  <inbound>\n    <base />\n    {self.inbound}\n  </inbound>\n"
            f"  <backend>\n    {self.backend}\n  </backend>\n"
            f"  <outbound>\n    <base />\n    {self.outbound}\n  </outbound>\n"
            f"  <on-error>\n    <base />\n    {self.on_error}\n  </on-error>\n</policies>\n"
        )
        return document.replace("{deployment}", deployment).replace("{version}", version)


def returns(expression: str) -> str:
    """Return a policy that ends the request with the value of an expression as the body."""
    return (
        '<return-response><set-status code="200" reason="OK" />'
        f"<set-body>{expression}</set-body></return-response>"
    )


TO_ITSELF = f"<set-backend-service base-url='{ITSELF}' />"


def calls(path: str) -> str:
    """Return policies that send the request to another operation of the scratch API."""
    template = SEEN.replace("{path}", path)
    return f"{TO_ITSELF}<rewrite-uri template='{template}' copy-unmatched-params=\"true\" />"


def model(backend: str = MODEL_BACKEND, operation: str = "chat/completions") -> str:
    """Return policies that send the request to an operation of the lab's model."""
    path = f"/deployments/{{deployment}}/{operation}"
    return (
        '<authentication-managed-identity resource="https://cognitiveservices.azure.com" />'
        f'<set-backend-service backend-id="{backend}" />'
        f'<rewrite-uri template="{path}?api-version={{version}}" copy-unmatched-params="false" />'
    )
