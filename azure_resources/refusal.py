"""What Azure refused, read from what az writes to stderr.

The same error comes in several forms: `(Code) message`, one JSON object, a JSON object followed by
others that hold the causes, with objects inside objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

# Only wrappers: where they name no cause, az prints it as a document of its own.
_WRAPPERS = frozenset(
    (
        "DeploymentFailed",
        "InvalidTemplateDeployment",
        "MultipleErrorsOccurred",
        "ResourceDeploymentFailure",
    )
)
NO_BICEP = "NoBicep"
# Where az gives no code: a pattern of its text, and a code of our own.
_TEXTS = (
    (
        r"Error while attempting to (?:retrieve .* Bicep|download Bicep)|Bicep CLI not found"
        r"|\"bicep\" executable on PATH|not a valid Win32 application|Exec format error"
        r"|valid ICU package",
        NO_BICEP,
    ),
    (
        r"Subscription '[^']*' not found|subscription of '[^']*' doesn't exist",
        "SubscriptionNotFound",
    ),
    (r"ProxyError|Cannot connect to proxy|Tunnel connection failed", "NoProxy"),
    (r"CERTIFICATE_VERIFY_FAILED|SSLError", "NotTrusted"),
    (
        r"Failed to establish a new connection|Max retries exceeded|getaddrinfo failed"
        r"|Name or service not known|Connection aborted",
        "NoConnection",
    ),
)


@dataclass(frozen=True)
class Refusal:
    """Hold the code Azure gave, and its message."""

    code: str
    message: str

    @property
    def told(self) -> str:
        """Return code and message; the message alone where there is no code."""
        return f"{self.code}: {self.message}" if self.code else self.message


def read(stderr: str) -> Refusal:
    """Return the cause that az's error output tells: the innermost, where causes are nested."""
    _, found, text = stderr.partition("ERROR: ")
    text = text if found else stderr
    hidden = re.search(r"^INFO: \((\w+)\) (.*)", stderr, re.MULTILINE)
    if hidden and "run with `--verbose`" in text:  # az resource delete tells why only so
        return Refusal(hidden[1], hidden[2].strip())
    for pattern, code in _TEXTS:
        if re.search(pattern, text, re.IGNORECASE):
            return Refusal(code, _last_line(text))
    causes = [cause for document in _documents(text) for cause in _causes(document)]
    if causes:
        inner = [cause for cause in causes if cause.code not in _WRAPPERS] or causes
        unique = list(dict.fromkeys(inner))
        return Refusal(unique[0].code, "\n".join(cause.message for cause in unique))
    match = re.match(r"\((\w+)\) (.*)", text)
    if match:
        return Refusal(match[1], match[2].strip())
    match = re.search(r"\b(AADSTS\d+|BCP\d+): ", text)
    if match:
        return Refusal(match[1], text.strip())
    if "az login" in text:
        return Refusal("NotSignedIn", text.strip())
    return Refusal("", text.strip() or "az told no reason")


def _last_line(text: str) -> str:
    """Return what to tell of a text that may be a traceback: its last line says what happened."""
    lines = text.strip().splitlines()
    return lines[-1].strip() if "Traceback" in text else lines[0]


def error(document: Any) -> Refusal:
    """Return the innermost cause of an error object of Azure Resource Manager."""
    return read(json.dumps({"error": document}))


def _documents(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    at = text.find("{")
    while at >= 0:
        try:
            document, at = decoder.raw_decode(text, at)
            yield document
        except ValueError:
            at += 1
        at = text.find("{", at)


def _causes(document: Any) -> Iterator[Refusal]:
    """Yield the innermost errors of a document: those that name no other as their cause."""
    if isinstance(document, list):
        for item in document:
            yield from _causes(item)
    if not isinstance(document, dict):
        return
    message = document.get("message")
    inside = [
        *_causes(document.get("error")),
        *_causes(document.get("details")),
        *(_in_text(message) if isinstance(message, str) else ()),
    ]
    if not inside and isinstance(document.get("code"), str):
        inside = [Refusal(document["code"], str(message or "").strip())]
    yield from inside


def _in_text(message: str) -> Iterator[Refusal]:
    """Yield the errors that a resource provider wrote, as JSON, into another error's message."""
    if message.lstrip().startswith("{"):
        for document in _documents(message):
            yield from _causes(document)
