"""How the lab marks in Azure what is its own."""

from __future__ import annotations

from azure_resources.ownership import Owner
from gateway_conformance.question import API as SCRATCH

from .management import API

LAB = Owner(
    name="the lab",
    tag=("lab", "response-streaming"),
    id_tag="lab-id",
    owner_tag="lab-owner",
    # Every name that infra/main.bicep gives within API Management, and that the conformance
    # command gives its scratch API and what belongs to it.
    inside=rf"{API}(?:;rev=\d+)?|openai\d+|mock|response-streaming|{SCRATCH}.*",
)
