"""What to do in the lab about what Azure refuses, by its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, Optional

from azure_resources import next_steps
from azure_resources.az import Az, Runner
from azure_resources.refusal import NO_BICEP

_QUOTA = "set LAB_MODEL_CAPACITY lower, or LAB_OPENAI_LOCATIONS to a region with quota left"
_MODEL = "set LAB_MODEL, LAB_MODEL_VERSION and LAB_MODEL_SKU to a model your region offers"
_REGION = "set LAB_LOCATION to another region, for instance swedencentral"
_NAMES = (
    "run `lab.remove(confirm=...)`, as clean-up-resources.ipynb does: it purges what is "
    "soft-deleted, or, where you may not, lets the next deployment take new names"
)
NEXT_STEPS: Mapping[str, str] = {
    **next_steps.NEXT_STEPS,
    r"AuthorizationFailed|LinkedAuthorizationFailed": "ask for the roles docs/azure.md names: "
    "Contributor, and Role Based Access Control Administrator on the resource group",
    r"ResourceGroupNotFound": "run lab.create_resource_group() first",
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
    r"DeploymentActive": "a deployment of this lab is running: run the cell again to follow it",
    r"BCP\d+": "the Bicep files do not compile: undo the last change in infra/",
    r"InvalidTemplate": "a parameter does not fit the template: see .env.example for the values",
    NO_BICEP: "install Bicep, as docs/azure.md tells for machines behind a proxy",
    r"NoProxy": "the proxy does not answer: check HTTPS_PROXY and NO_PROXY, see docs/azure.md",
    r"NotTrusted": "a proxy shows a certificate of its own: set REQUESTS_CA_BUNDLE to your "
    "company's certificates, docs/azure.md tells how",
}


def az(run: Optional[Runner], say: Callable[[str], None]) -> Az:
    """Return the Azure CLI with the lab's next steps."""
    return Az(run, say, steps=NEXT_STEPS)
