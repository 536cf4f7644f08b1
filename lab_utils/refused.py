"""Who refused a call, and what to do: API Management and Azure OpenAI answer in different forms.

An error of the service has an `error` object, one of API Management a `statusCode` at its top.
"""

from __future__ import annotations

import json
from typing import Any

_KEY = "LAB_GATEWAY_KEY holds the key wanted: a subscription key in API Management's case"


def told(status: int, body: str) -> str:
    """Return one line: the status, who answered, in which words, and the next step."""
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        data = {}
    error = data.get("error")
    if isinstance(error, dict):
        return _line(status, "Azure OpenAI", error, _of_the_service(status, error))
    if "statusCode" in data:
        return _line(status, "API Management", data, _of_the_gateway(status))
    text = " ".join(body.split())[:200] or "no text"
    return f"{status}, neither in API Management's nor in Azure OpenAI's form: {text}"


def _line(status: int, who: str, data: dict[str, Any], next_step: str) -> str:
    code = data.get("code")
    named = f" {code}" if code and str(code) != str(status) else ""
    message = " ".join(str(data.get("message") or "no message").split())[:300]
    return f"{status}{named} by {who}: {message}" + (f" Next: {next_step}." if next_step else "")


def _of_the_gateway(status: int) -> str:
    if status == 401:
        return (
            f"see that {_KEY}, and that the API takes it in the header api-key "
            "(subscriptionKeyParameterNames)"
        )
    if status == 404:
        return (
            "see that LAB_GATEWAY_URL ends with the API's path, to which "
            "/openai/deployments/NAME/chat/completions is added"
        )
    return ""


def _of_the_service(status: int, error: dict[str, Any]) -> str:
    if status == 401:
        return f"see that {_KEY}; behind a gateway, that the gateway's identity has a role there"
    if error.get("code") == "DeploymentNotFound":
        return "set LAB_MODEL to the name of a model deployment"
    if status == 404:
        return "see to LAB_GATEWAY_URL and LAB_API_VERSION"
    return ""
