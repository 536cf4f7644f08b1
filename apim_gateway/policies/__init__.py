"""The registry: every policy this gateway runs, and why it does not run the others.

A policy is one row: its name, what builds it, the sections it may stand in and its shape. To add
one, write a class with `run` in the module of its family and a row below it.
"""

from __future__ import annotations

from apim_gateway.policies import (
    authentication,
    backend,
    cached_responses,
    cached_values,
    callers,
    calls,
    content,
    conversions,
    cors,
    elsewhere,
    flow,
    headers,
    jwt,
    limits,
    message,
    quotas,
    safety,
    telemetry,
    tokens,
    url,
)
from apim_gateway.reading.registry import Registry

FAMILIES = (
    flow,
    headers,
    url,
    message,
    backend,
    authentication,
    jwt,
    cors,
    callers,
    limits,
    quotas,
    tokens,
    cached_values,
    cached_responses,
    calls,
    content,
    conversions,
    safety,
    telemetry,
)
REGISTRY = Registry(
    {policy.name: policy for family in FAMILIES for policy in family.POLICIES},
    elsewhere.POLICIES,
)
