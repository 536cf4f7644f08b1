"""The management surface: the calls of Azure Resource Manager that change and trace a gateway.

It answers on the gateway's own port, which the real one does not, to who brings the subscription
key as `Authorization: Bearer KEY`. A path may begin with the resource id of a service
(`/subscriptions/.../service/NAME`) or right after it; the query's api-version does not matter.
Source: https://learn.microsoft.com/rest/api/apimanagement. Ours: the fields file, line, name and
reason beside the documented ones of a ValidationError, and the query's `file`, which gives the
name of the document in messages.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Mapping
from typing import Any, Callable, Optional

from aiohttp import web

from apim_gateway.errors import PolicyError
from apim_gateway.reading import durations
from apim_gateway.reading.scopes import Source, scope_of
from apim_gateway.serving.runtime import Runtime
from apim_gateway.serving.secret import bearer, same

SERVICE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ApiManagement/service/[^/]+",
    re.IGNORECASE,
)
POLICY = r"policies/policy"
TAILS = ("/policies/policy", "/listdebugcredentials", "/listtrace")
Answer = Awaitable[web.Response]


class RefusedError(Exception):
    """Answer a management call with an error in Azure Resource Manager's shape."""

    def __init__(
        self, status: int, code: str, message: str, details: Optional[list[Any]] = None
    ) -> None:
        super().__init__(message)
        error: dict[str, Any] = {"code": code, "message": message}
        if details:
            error["details"] = details
        self.status, self.body = status, {"error": error}


class Management:
    """Answer management calls about one gateway."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._putting = asyncio.Lock()
        self._routes: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
            ("GET", rf"/{POLICY}", self._get),
            ("PUT", rf"/{POLICY}", self._put),
            ("GET", rf"/products/(?P<product>[^/]+)/{POLICY}", self._get),
            ("PUT", rf"/products/(?P<product>[^/]+)/{POLICY}", self._put),
            ("GET", rf"/apis/(?P<api>[^/]+)/{POLICY}", self._get),
            ("PUT", rf"/apis/(?P<api>[^/]+)/{POLICY}", self._put),
            ("GET", rf"/apis/(?P<api>[^/]+)/operations/(?P<operation>[^/]+)/{POLICY}", self._get),
            ("PUT", rf"/apis/(?P<api>[^/]+)/operations/(?P<operation>[^/]+)/{POLICY}", self._put),
            ("POST", r"/gateways/managed/listDebugCredentials", self._grant),
            ("POST", r"/gateways/managed/listTrace", self._trace),
        )

    async def answer(self, request: web.Request) -> Optional[web.StreamResponse]:
        """Answer a management call; None for any other request."""
        if not request.path.lower().endswith(TAILS):
            return None
        service = SERVICE.match(request.path)
        path = request.path[service.end() :] if service else request.path
        for method, pattern, handler in self._routes:
            match = re.fullmatch(pattern, path, re.IGNORECASE)
            if match and method == request.method:
                return await self._guarded(request, handler, match.groupdict())
        return None

    async def _guarded(
        self, request: web.Request, handler: Callable[..., Answer], names: Mapping[str, str]
    ) -> web.Response:
        key = bearer(request.headers.get("Authorization", ""))
        try:
            if key is None or not same(key, self._runtime.key):
                message = "Authenticate with the subscription key: Authorization: Bearer KEY."
                raise RefusedError(401, "AuthenticationFailed", message)
            return await handler(request, **names)
        except RefusedError as refusal:
            return web.json_response(refusal.body, status=refusal.status)

    async def _get(self, request: web.Request, **names: str) -> web.Response:
        scope = self._scope(**names)
        source = self._runtime.scopes.source(scope)
        if source is None:
            raise RefusedError(404, "ResourceNotFound", "Policy not found.")
        return _policy(request, source.text)

    async def _put(self, request: web.Request, **names: str) -> web.Response:
        scope = self._scope(**names)
        properties = (await _body(request)).get("properties")
        if not isinstance(properties, dict) or not isinstance(properties.get("value"), str):
            message = 'The body should be {"properties": {"format": "rawxml", "value": "..."}}.'
            raise RefusedError(400, "ValidationError", message)
        if properties.get("format", "rawxml") != "rawxml":
            raise RefusedError(400, "ValidationError", "Only the format rawxml is read here.")
        text = properties["value"]
        try:
            source = Source(text, request.query.get("file", "policy.xml"))
            async with self._putting:  # the last one sent is the one that stays
                await self._runtime.services.workers.run(self._runtime.scopes.put, scope, source)
        except PolicyError as error:
            raise _invalid(error) from error
        return _policy(request, text)

    async def _grant(self, request: web.Request) -> web.Response:
        body = await _body(request)
        api = str(body.get("apiId", "")).rpartition("/")[2]
        purposes = body.get("purposes")
        if not isinstance(purposes, list) or "tracing" not in purposes:
            raise RefusedError(400, "ValidationError", 'purposes should hold "tracing".')
        try:
            length = durations.seconds(str(body.get("credentialsExpireAfter", "PT1H")))
        except ValueError as error:
            raise RefusedError(
                400, "ValidationError", f"credentialsExpireAfter: {error}"
            ) from error
        return web.json_response({"token": self._runtime.traces.grant(api, length)})

    async def _trace(self, request: web.Request) -> web.Response:
        trace = self._runtime.traces.find(str((await _body(request)).get("traceId", "")))
        if trace is None:
            raise RefusedError(404, "ResourceNotFound", "Trace not found.")
        return web.json_response(trace.document())

    def _scope(self, api: str = "", operation: str = "", product: str = "") -> str:
        if product:
            if self._runtime.scopes.source(scope_of(product=product)) is None:
                raise RefusedError(404, "ResourceNotFound", "Product not found.")
            return scope_of(product=product)
        if not api:
            return scope_of()
        declared = {each.name.lower(): each for each in self._runtime.apis}.get(api.lower())
        if declared is None:
            known = ", ".join(each.name for each in self._runtime.apis)
            raise RefusedError(404, "ResourceNotFound", f"API not found; {known} is here.")
        if operation and operation not in [each.name for each in declared.operations]:
            raise RefusedError(404, "ResourceNotFound", "Operation not found.")
        return scope_of(declared.name, operation)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        reason = (
            error if isinstance(error, json.JSONDecodeError) else "no text, or nested too deeply"
        )
        message = f"The body is not JSON: {reason}"
        raise RefusedError(400, "InvalidRequestContent", message) from error
    if not isinstance(body, dict):
        raise RefusedError(400, "InvalidRequestContent", "The body should be a JSON object.")
    return body


def _policy(request: web.Request, text: str) -> web.Response:
    kind = "Microsoft.ApiManagement/service/apis/policies"
    return web.json_response(
        {
            "id": request.path,
            "type": kind,
            "name": "policy",
            "properties": {"format": "rawxml", "value": text},
        }
    )


def _invalid(error: PolicyError) -> RefusedError:
    detail = {
        "code": "ValidationError",
        "target": "representation",
        "message": f"Error in element '{error.name}' on line {error.line}: {error.reason}",
        "file": error.file,
        "line": error.line,
        "name": error.name,
        "reason": error.reason,
    }
    message = "One or more fields contain incorrect values:"
    return RefusedError(400, "ValidationError", message, [detail])
