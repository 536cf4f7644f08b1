"""What Azure refused, read from what az writes to stderr, and what to do about it.

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
_SIGN_IN = "sign in with `az login`, in the tenant of the subscription, and run the cell again"
_QUOTA = "set LAB_MODEL_CAPACITY lower, or LAB_OPENAI_LOCATIONS to a region with quota left"
_MODEL = "set LAB_MODEL, LAB_MODEL_VERSION and LAB_MODEL_SKU to a model your region offers"
_REGION = "set LAB_LOCATION to another region, for instance swedencentral"
_RESTORE = "purge what is soft-deleted: `lab.remove(confirm=...)` in clean-up-resources.ipynb does"
NEXT_STEPS: dict[str, str] = {
    r"AuthorizationFailed|LinkedAuthorizationFailed": "ask for the roles docs/azure.md names: "
    "Contributor, and Role Based Access Control Administrator on the resource group",
    r"ResourceGroupNotFound": "run lab.create_resource_group() first",
    r"RequestDisallowedByPolicy": "a policy of your organisation forbids it: ask who runs Azure",
    r"ExpiredAuthenticationToken|InvalidAuthenticationToken\w*|AuthenticationFailed": _SIGN_IN,
    r"AADSTS\d+|SubscriptionNotFound|NotSignedIn": _SIGN_IN,
    r"InsufficientQuota|QuotaExceeded|DeploymentQuotaExceeded": _QUOTA,
    r"SpecialFeatureOrQuotaIdRequired": "this subscription may not use Azure OpenAI: "
    "set LAB_BACKEND=mock",
    r"DeploymentModelNotSupported|ServiceModelDeprecat\w+|InvalidResourceProperties": _MODEL,
    r"SkuNotAvailable|LocationNotAvailable\w*|SubscriptionIsOverQuotaForSku": _REGION,
    r"InvalidResourceGroupLocation": "set LAB_LOCATION to the group's region, or "
    "LAB_RESOURCE_GROUP to a new name",
    r"FlagMustBeSetForRestore|ServiceAlreadyExistsInSoftDeletedState": _RESTORE,
    r"CustomDomainInUse|ServiceAlreadyExists": _RESTORE,
    r"MissingSubscriptionRegistration": "run `az provider register --namespace ...` with the "
    "namespace the message names, and try again when it is registered",
    r"TooManyRequests|SubscriptionRequestsThrottled": "wait some minutes and run the cell again",
    r"DeploymentActive": "a deployment of this lab is running: run the cell again to follow it",
    r"BCP\d+": "the Bicep files do not compile: undo the last change in infra/",
    r"InvalidTemplate": "a parameter does not fit the template: see .env.example for the values",
}


@dataclass(frozen=True)
class Refusal:
    """Hold the code Azure gave, its message, and what the user can do."""

    code: str
    message: str

    @property
    def next_step(self) -> str:
        """Return what to do about it; empty where nothing better than the message is known."""
        for pattern, step in NEXT_STEPS.items():
            if re.fullmatch(pattern, self.code):
                return step
        return ""


def read(stderr: str) -> Refusal:
    """Return the cause that az's error output tells: the innermost, where causes are nested."""
    _, found, text = stderr.partition("ERROR: ")
    text = text if found else stderr
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
