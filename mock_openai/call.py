"""Answers one call: reads it, then paces and writes what the service builds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Optional, Union

from aiohttp import HttpVersion11, web

from . import (
    frontdoor,
    headers,
    limits,
    models,
    refusals,
    scenarios,
    script,
    service,
    validation,
    wire,
)
from .behaviour import Behaviour
from .context import Context
from .errors import OptionError, RefusedError
from .log import Entry
from .mock import Mock
from .player import Player
from .queries import Query
from .requests import Request
from .service import Operation
from .ticker import Ticker
from .wire import Event

Asked = Union[Operation, Query]
V1 = "/openai/v1/"
NO_TYPE = "none"  # as a content type: Azure sends none
_ECHOED = "x-ms-client-request-id"


class Call:
    """Hold one call from its request to the end of its answer; to ask for nothing is an error."""

    def __init__(
        self, mock: Mock, ticker: Ticker, http: web.Request, asked: Optional[Asked]
    ) -> None:
        mock.calls += 1
        self.mock = mock
        self.ticker = ticker
        self.http = http
        self.asked = asked
        self.rng = wire.seeded(mock.region, mock.seed, mock.calls)
        self.request_id = wire.guid(self.rng)
        self.deployment = http.match_info.get("deployment", "")
        self.version = ""
        self.scenario = ""
        self.told: dict[str, str] = {}  # headers that only this call has

    async def answer(self) -> web.StreamResponse:
        """Do what the call asks for. Raises RefusedError."""
        try:
            raw = await self.http.read()
        except web.RequestPayloadError:  # as with a wrong Content-Encoding
            raise RefusedError("not json") from None
        frontdoor.check_key(self.http.headers)
        asked = self.asked
        if asked is None:
            raise RefusedError("no resource")
        v1 = self.http.path.startswith(V1)
        self.version = frontdoor.check_version(self.http.query, v1, asked.since)
        if isinstance(asked, Query):
            return await self._told(asked)
        return await self._generate(asked, raw)

    async def _told(self, asked: Query) -> web.StreamResponse:
        path, query = self.http.match_info, self.http.query
        if asked.stream and query.get("stream") == "true":
            after = query.get("starting_after", "-1")
            if not after.lstrip("-").isdecimal():
                raise RefusedError(
                    "wrong type", param="starting_after", wanted="an integer", got="a string"
                )
            return await self._stream(asked.stream(self.mock, path, int(after)))
        return self._whole(wire.compact(asked.answer(self.mock, path)), refusals.REGION)

    async def _generate(self, operation: Operation, raw: bytes) -> web.StreamResponse:
        body = None  # a path that names the deployment has other refusals before the body's
        if not self.deployment:
            body = validation.load(raw)
            self.deployment = frontdoor.model_of(body)
        asked_for = self.http.headers.get(scenarios.HEADER, "")
        self.scenario, behaviour = scenarios.parse(asked_for, self.mock.region)
        if behaviour.error:
            raise _error(behaviour)
        context = self._context(behaviour)
        body = validation.load(raw) if body is None else body
        request = service.read(operation, body, self.version, context)
        asked = {"method": self.http.method, "path": self.http.path}
        self.mock.asked.append({**asked, "deployment": self.deployment, "body": body})
        context = self._scripted(request, context)
        if context.behaviour.error:
            raise _error(context.behaviour)
        behaviour = context.behaviour
        limit = self.mock.limits_of(self.deployment)
        try:
            limit.take(request.prompt_tokens + (request.max_tokens or 0))
        finally:
            self.told.update(limit.headers())
        if request.stream and behaviour.streams and operation.events:
            return await self._stream(service.stream(operation, request, context))
        seconds, body = service.whole(operation, request, context)
        await asyncio.sleep(seconds)
        return self._whole(wire.compact(body), refusals.MODEL)

    def refuse(self, refused: RefusedError) -> web.StreamResponse:
        """Answer with an error instead."""
        body = refused.body(
            deployment=self.deployment,
            model=models.served_by(self.deployment).name,
            operation=self.asked.name if isinstance(self.asked, Operation) else "",
            region=self.mock.region,
            request_id=self.request_id,
            version=self.version,
        )
        kind = refused.kind
        self.told.update(refused.headers)
        response = self._whole(body, kind.headers, kind.content_type)
        response.set_status(kind.status, kind.reason)
        if kind.chunked and self.http.version == HttpVersion11:
            response.enable_chunked_encoding()
        return response

    def _context(self, behaviour: Behaviour) -> Context:
        pace = self.mock.pace
        if behaviour.ttft is not None:
            pace = replace(pace, ttft=behaviour.ttft)
        if behaviour.tpot is not None:
            pace = replace(pace, tpot=behaviour.tpot)
        return Context(
            behaviour=behaviour,
            model=self.mock.deployments.find(self.deployment),
            pace=pace,
            created=int(time.time()),
            rng=self.rng if behaviour.seed is None else wire.seeded(behaviour.seed),
            memory=self.mock.memory,
        )

    def _scripted(self, request: Request, context: Context) -> Context:
        """Put the answer that header or script tell into the context. Raises RefusedError."""
        header = self.http.headers.get(script.HEADER)
        try:
            told = script.of_header(header) if header is not None else None
        except OptionError as error:
            raise RefusedError("bad scenario", message=str(error)) from None
        told = told or self.mock.script.find(request, self.deployment)
        if told is None:
            return context
        if told.scenario and not self.http.headers.get(scenarios.HEADER):
            self.scenario, behaviour = scenarios.parse(told.scenario, self.mock.region)
            context = self._context(behaviour)
        return replace(context, scripted=told)

    def _headers(self, layer: str) -> dict[str, str]:
        origin = headers.Origin(self.mock.region, self.deployment, self.request_id)
        found = {**headers.layer(layer, origin, self.rng), **self.told}
        if layer == refusals.MODEL and _ECHOED in self.http.headers:
            found[_ECHOED] = self.http.headers[_ECHOED]
        if self.asked is service.RESPONSES and layer == refusals.MODEL:
            found.update(headers.responses(self.rng))
        return found

    def _whole(
        self, body: str, layer: str, content_type: Optional[str] = "application/json"
    ) -> web.Response:
        response = web.Response(body=wire.encode(body), headers=self._headers(layer))
        response.headers["Content-Type"] = content_type or NO_TYPE
        return response

    async def _stream(self, events: Iterator[Event]) -> web.StreamResponse:
        sent = self._headers(refusals.MODEL)
        response = web.StreamResponse(headers={**sent, "Content-Type": headers.STREAM_TYPE})
        entry = Entry(self.request_id, self.http.path, self.deployment, self.scenario)
        self.mock.log.add(entry)
        try:
            await Player(self.http, response, entry, self.ticker).play(events)
        except ConnectionError:  # noticed while writing
            entry.left()
        except asyncio.CancelledError:  # noticed while waiting; aiohttp cancels the handler
            # The openai SDK closes its connection on [DONE], which is no leaving early.
            if not entry.completed:
                entry.left()
            raise
        entry.over()
        return response


def _error(behaviour: Behaviour) -> RefusedError:
    name = behaviour.error or ""
    if name == "throttled":
        return limits.throttled("token", behaviour.retry_after, behaviour.retry_after_ms)
    return RefusedError(name)
