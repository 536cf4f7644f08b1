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
NO_BICEP = "NoBicep"
# Where az gives no code: a pattern of its text, and the code the lab gives it.
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
_SIGN_IN = "sign in with `az login`, in the tenant of the subscription, and run the cell again"
_QUOTA = "set LAB_MODEL_CAPACITY lower, or LAB_OPENAI_LOCATIONS to a region with quota left"
_MODEL = "set LAB_MODEL, LAB_MODEL_VERSION and LAB_MODEL_SKU to a model your region offers"
_REGION = "set LAB_LOCATION to another region, for instance swedencentral"
_NAMES = (
    "run `lab.remove(confirm=...)`, as clean-up-resources.ipynb does: it purges what is "
    "soft-deleted, or, where you may not, lets the next deployment take new names"
)
_LATER = "wait some minutes and run the cell again"
NEXT_STEPS: dict[str, str] = {
    r"AuthorizationFailed|LinkedAuthorizationFailed": "ask for the roles docs/azure.md names: "
    "Contributor, and Role Based Access Control Administrator on the resource group",
    r"ResourceGroupNotFound": "run lab.create_resource_group() first",
    r"RequestDisallowedByPolicy": "a policy of your organisation forbids it: ask who runs Azure",
    r"ExpiredAuthenticationToken|InvalidAuthenticationToken\w*|AuthenticationFailed": _SIGN_IN,
    r"AADSTS\d+|NotSignedIn": _SIGN_IN,
    r"SubscriptionNotFound|InvalidSubscriptionId": "`az account list --output table` shows your "
    "subscriptions: set AZURE_SUBSCRIPTION_ID to one of them, or sign in to its tenant with "
    "`az login --tenant ...`",
    r"InsufficientQuota|QuotaExceeded|DeploymentQuotaExceeded": _QUOTA,
    r"SpecialFeatureOrQuotaIdRequired": "this subscription may not use Azure OpenAI: "
    "set LAB_BACKEND=mock",
    r"DeploymentModelNotSupported|ServiceModelDeprecat\w+|InvalidResourceProperties": _MODEL,
    r"SkuNotAvailable|LocationNotAvailable\w*|SubscriptionIsOverQuotaForSku": _REGION,
    r"InvalidParameters|SkuNotSupported\w*": "where the message names a tier or a region: set "
    "LAB_APIM_SKU to another tier, or LAB_LOCATION to a region that offers this one",
    r"InvalidResourceGroupLocation": "set LAB_LOCATION to the group's region, or "
    "LAB_RESOURCE_GROUP to a new name",
    r"InvalidResourceLocation": "the resource stands in another region than LAB_LOCATION or "
    "LAB_OPENAI_LOCATIONS say, and none can move: set them back, or remove the lab first",
    r"FlagMustBeSetForRestore|ServiceAlreadyExistsInSoftDeletedState": _NAMES,
    r"CustomDomainInUse|ServiceAlreadyExists": "another service has that name, maybe in another "
    "subscription: leave LAB_ID empty, so that the lab gets names of its own; where it is a former "
    "lab of yours, " + _NAMES,
    r"ScopeLocked": "a lock forbids it: `az lock list --output table` shows whose; ask them to "
    "take it off, or `az lock delete --ids ...`",
    r"PessimisticConcurrencyConflict|RequestConflict|Conflict|AnotherOperationInProgress": "there "
    "is another change of the same service under way, or something still uses it: " + _LATER,
    r"MissingSubscriptionRegistration": "run `az provider register --namespace ...` with the "
    "namespace the message names, and try again when it is registered",
    r"TooManyRequests|SubscriptionRequestsThrottled": _LATER,
    r"DeploymentActive": "a deployment of this lab is running: run the cell again to follow it",
    r"BCP\d+": "the Bicep files do not compile: undo the last change in infra/",
    r"InvalidTemplate": "a parameter does not fit the template: see .env.example for the values",
    NO_BICEP: "install Bicep, as docs/azure.md tells for machines behind a proxy",
    r"NoProxy": "the proxy does not answer: check HTTPS_PROXY and NO_PROXY, see docs/azure.md",
    r"NotTrusted": "a proxy shows a certificate of its own: set REQUESTS_CA_BUNDLE to your "
    "company's certificates, docs/azure.md tells how",
    r"NoConnection": "check the connection, and HTTPS_PROXY where there is a proxy",
}


@dataclass(frozen=True)
class Refusal:
    """Hold the code Azure gave, its message, and what the user can do."""

    code: str
    message: str

    @property
    def told(self) -> str:
        """Return code and message; the message alone where there is no code."""
        return f"{self.code}: {self.message}" if self.code else self.message

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
