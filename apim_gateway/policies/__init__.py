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
    calls,
    content,
    cors,
    flow,
    headers,
    jwt,
    limits,
    message,
    telemetry,
    tokens,
    url,
)
from apim_gateway.reading.document import Registry

FAMILIES = (
    flow,
    headers,
    url,
    message,
    backend,
    authentication,
    jwt,
    cors,
    limits,
    tokens,
    cached_values,
    cached_responses,
    calls,
    content,
    telemetry,
)
NO_CERTIFICATES = "there are no certificates here"
NO_XML = "it runs no XML bodies"
NOT_LOCAL = "it needs a service that is not here"
REFUSED = {
    "authentication-certificate": NO_CERTIFICATES,
    "cosmosdb-data-source": NOT_LOCAL,
    "cross-domain": "Flash is gone",
    "http-data-source": NOT_LOCAL,
    "invoke-dapr-binding": NOT_LOCAL,
    "invoke-request": NOT_LOCAL,
    "ip-filter": "every caller here is on loopback",
    "json-to-xml": NO_XML,
    "jsonp": "a stream has no callback",
    "proxy": "it calls backends directly",
    "publish-event": NOT_LOCAL,
    "publish-to-dapr": NOT_LOCAL,
    "redirect-content-urls": "it leaves bodies as they are",
    "sql-data-source": NOT_LOCAL,
    "validate-client-certificate": NO_CERTIFICATES,
    "validate-graphql-request": NOT_LOCAL,
    "validate-headers": "api.json declares no headers",
    "validate-odata-request": NOT_LOCAL,
    "validate-parameters": "api.json declares no parameters",
    "validate-status-code": "api.json declares no status codes",
    "xml-to-json": NO_XML,
    "xsl-transform": NO_XML,
}
REGISTRY = Registry(
    {policy.name: policy for family in FAMILIES for policy in family.POLICIES}, REFUSED
)
