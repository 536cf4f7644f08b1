"""Policies that API Management has and this gateway does not run; the streaming check knows them.

Sections and effects: the policy reference,
https://learn.microsoft.com/azure/api-management/api-management-policies.
"""

from __future__ import annotations

from apim_gateway.reading.effect import HOLDS, Effect
from apim_gateway.reading.registry import Elsewhere
from apim_gateway.running.sections import BACKEND, INBOUND, ON_ERROR, OUTBOUND, SECTIONS

NO_CERTIFICATES = "there are no certificates here"
NO_XML = "it has no XSLT"
NOT_LOCAL = "it needs a service that is not here"
NO_RESOLVERS = "it belongs to a GraphQL resolver"
IN, EXCEPT_BACKEND = (INBOUND,), (INBOUND, OUTBOUND, ON_ERROR)
POLICIES = {
    "cosmosdb-data-source": Elsewhere(NO_RESOLVERS, SECTIONS),
    "cross-domain": Elsewhere("Flash is gone", IN),
    "http-data-source": Elsewhere(NO_RESOLVERS, SECTIONS),
    "invoke-dapr-binding": Elsewhere(NOT_LOCAL, EXCEPT_BACKEND),
    "invoke-request": Elsewhere(NOT_LOCAL, (BACKEND,)),
    "jsonp": Elsewhere(
        "a stream has no callback", (OUTBOUND,), Effect(HOLDS, "wraps the response as a whole")
    ),
    "proxy": Elsewhere("it calls backends directly", IN),
    "publish-event": Elsewhere(NO_RESOLVERS, SECTIONS),
    "publish-to-dapr": Elsewhere(NOT_LOCAL, EXCEPT_BACKEND),
    "redirect-content-urls": Elsewhere(
        "it leaves bodies as they are",
        (INBOUND, OUTBOUND),
        Effect(HOLDS, "replaces addresses in the response as a whole"),
    ),
    "sql-data-source": Elsewhere(NO_RESOLVERS, SECTIONS),
    "validate-client-certificate": Elsewhere(NO_CERTIFICATES, IN),
    "validate-graphql-request": Elsewhere(NOT_LOCAL, IN),
    "validate-headers": Elsewhere("api.json declares no headers", (OUTBOUND, ON_ERROR)),
    "validate-odata-request": Elsewhere(NOT_LOCAL, IN),
    "validate-parameters": Elsewhere("api.json declares no parameters", IN),
    "validate-status-code": Elsewhere("api.json declares no status codes", (OUTBOUND, ON_ERROR)),
    "xsl-transform": Elsewhere(
        NO_XML, (INBOUND, OUTBOUND), Effect(HOLDS, "transforms the response as a whole")
    ),
}
