"""One request on its way through the policies: its context, its bodies, where it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Callable, Optional

from apim_gateway.running.backends import Target
from apim_gateway.running.destination import Destination
from apim_gateway.running.foundry import name_deployment
from apim_gateway.running.incoming import Incoming
from apim_gateway.running.place import FORWARDER, Place, SectionError, located
from apim_gateway.running.sections import BACKEND, INBOUND
from apim_gateway.running.services import Services
from apim_gateway.running.trace import Trace
from apim_gateway.running.workers import Found
from apim_gateway.wire.relay import Tee
from apim_gateway.wire.reply import BrokenError, Reply, RequestBody
from apim_gateway.wire.responses import Answer, internal
from policy_expressions import Expression
from policy_expressions.context import Body, Context, Headers, LastError, Response

Later = Callable[[], Awaitable[None]]
REQUEST_BODY, RESPONSE_BODY = "Request.Body", "Response.Body"
KEPT_BODY = "IResponse.Body"
LARGE = 65_536  # bytes of a body, which take milliseconds to read as JSON


class Exchange:
    """Hold one request and its response while policies work on them.

    The response's body stays with the backend as a stream until a policy needs it whole: `reply`
    is that stream, and None once the body stands in `context.response` or there is none.
    """

    def __init__(
        self,
        services: Services,
        context: Context,
        target: Optional[Target],
        path: str,
        incoming: Incoming,
        trace: Optional[Trace] = None,
    ) -> None:
        self.services = services
        self.context = context
        self.reply: Optional[Reply] = None
        self.host = context.request.headers.get("Host")  # as the client sent it
        self.destination = Destination(context.request, target, path)
        self.buffered = True
        self.at: Optional[Place] = None  # the policy that runs now
        self.section = ""
        self.preflight = False  # a browser asks beforehand; see the cors policy
        self.tees: list[Tee] = []
        self.windows: list[tuple[int, int]] = []  # of text: characters, and how many overlap
        self._counted: set[str] = set()
        self.cache_keys: dict[str, str] = {}  # where a lookup that missed wants its answer kept
        self.incoming = incoming
        self._body_taken = False  # the request's body has been read, handed on or replaced
        self.tracing = trace
        self._large = False  # a body was read whole that takes long to work on
        self.added: dict[str, str] = {}  # headers that policies add to whatever is sent
        self._on_response: list[tuple[Optional[Place], Later]] = []
        self._after_outbound: list[tuple[Optional[Place], Later]] = []

    # Values

    async def evaluate(self, value: Expression) -> Any:
        """Return what `value` gives, after the bodies it reads have come. Raises SectionError."""
        return await self._evaluated(value, value.evaluate)

    async def text(self, value: Optional[Expression], default: str = "") -> str:
        """Return the value as text, `default` when there is none."""
        if value is None:
            return default
        return await self._evaluated(value, value.text)

    async def data(self, value: Expression) -> bytes:
        """Return the value as bytes: a byte[] as it is, anything else as its text in UTF-8."""
        return await self._evaluated(value, value.data)

    async def boolean(self, value: Expression) -> bool:
        """Return the value as a boolean."""
        return await self._evaluated(value, value.boolean)

    async def integer(self, value: Expression) -> int:
        """Return the value as a whole number."""
        return await self._evaluated(value, value.integer)

    async def _evaluated(self, value: Expression, how: Callable[[Context], Found]) -> Found:
        """Evaluate once the bodies are there; what may take long does not stop other requests."""
        if value.constant:
            return how(self.context)
        await self._ready(value)
        if not (value.lengthy or self._large):
            return how(self.context)
        return await self.services.workers.run(how, self.context)

    async def _ready(self, value: Expression) -> None:
        if REQUEST_BODY in value.reads:
            await self.load_request_body()
        if RESPONSE_BODY in value.reads or (KEPT_BODY in value.reads and self._response_kept()):
            await self.hold_response()

    def _response_kept(self) -> bool:
        """Tell whether a variable keeps the response that is on its way."""
        response = self.context.response
        return any(kept is response for kept in self.context.variables.values())

    # Bodies

    async def load_request_body(self) -> None:
        """Read the request's body whole, once; an empty one is null to expressions.

        Raises SectionError for one that is too large.
        """
        if self._body_taken:
            return
        self._body_taken = True
        data = b"".join([piece async for piece in self.incoming.pieces()])
        self.context.request.body = self._held(data) if data else None
        name_deployment(self.context.request)

    def _held(self, data: bytes) -> Body:
        self._large |= len(data) > LARGE
        return Body(data)

    @property
    def on_request(self) -> bool:
        """Tell whether policies work on the request here; later they work on the response."""
        return self.section in (INBOUND, BACKEND)

    def headers(self) -> Headers:
        """Return the headers of the message that policies work on here."""
        return (self.context.request if self.on_request else self.response()).headers

    def response(self) -> Response:
        """Return the response; where no backend was asked, an empty 200."""
        if self.context.response is None:
            self.context.response = Response(200, "OK")
        return self.context.response

    def set_request_body(self, data: bytes) -> None:
        """Replace the request's body."""
        self._body_taken = True
        self.context.request.body = self._held(data)
        self.context.request.headers.delete("Content-Length")

    def request_body(self) -> RequestBody:
        """Return what the backend gets: the body read before, or the client's as it comes.

        A body that is handed on as it comes is gone afterwards; `buffer-request-body` keeps it.
        """
        taken, self._body_taken = self._body_taken, True
        if not taken:
            return self.incoming.pieces()
        body = self.context.request.body
        return body.data if body and not body.consumed else None

    async def hold_response(self) -> None:
        """Read the response's body whole, for the policy that runs. Raises SectionError."""
        reply, self.reply = self.reply, None
        response = self.context.response
        if reply is None or response is None:
            return
        try:
            data = await reply.read()
            response.body = self._held(data)
            self._heard(data)
        except BrokenError as error:
            message = str(error)
            raise SectionError(FORWARDER, "BackendConnectionFailure", message) from error
        finally:
            reply.close()
        message = "The response body was read whole before it went on."
        source = self.at.name if self.at else ""
        self.trace(source, {"message": message, "bytes": len(data)})

    def _heard(self, data: bytes) -> None:
        tees, self.tees = self.tees, []
        for tee in tees:
            tee.feed(data)
            tee.end()

    def set_response_body(self, data: bytes) -> None:
        """Replace the response's body; what the backend still sends is not waited for."""
        self.drop_reply()
        response = self.response()
        response.body = self._held(data)
        response.headers.delete("Content-Length")

    def drop_reply(self) -> None:
        """End the call to the backend, if one is under way."""
        reply, self.reply = self.reply, None
        if reply is not None:
            reply.close()

    # The way through the sections

    def answer(self, answer: Answer) -> None:
        """Make `answer` the response."""
        self.respond(answer.response())

    def respond(self, response: Response) -> None:
        """Make `response` the response, instead of what a backend may have sent."""
        self.drop_reply()
        self.context.response = response

    def failed(self, failure: SectionError) -> None:
        """Put the failure into the context, and its answer unless the response is to stay."""
        place = failure.place
        self.context.last_error = LastError(
            failure.source,
            failure.reason,
            failure.message,
            *((place.scope, place.section, place.path, place.policy_id) if place else ()),
        )
        if not (failure.keep_response and self.context.response):
            self.answer(failure.answer or internal(str(self.context.request_id)))
        self.trace(failure.source, {"message": failure.message, "reason": failure.reason})

    def enter(self, section: str) -> None:
        """Note that a section begins; what expressions traced belongs to the one that ends."""
        for message in self.context.traces:
            self.trace("context.Trace", {"message": message})
        self.context.traces.clear()
        self.section = section
        if self.tracing:
            self.tracing.enter(section)

    def decided(self, **what: object) -> None:
        """Tell in the trace what the policy that runs has decided."""
        if self.tracing:
            self.tracing.decided(what)

    def trace(self, source: str, data: Mapping[str, object]) -> None:
        """Add an entry to the request's trace, if it is traced."""
        if self.tracing:
            self.tracing.add(source, data)

    def on_response(self, action: Later) -> None:
        """Run `action` when the backend section is over, before outbound begins."""
        self._on_response.append((self.at, action))

    def after_outbound(self, action: Later) -> None:
        """Run `action` when outbound or on-error is over, before anything is sent."""
        self._after_outbound.append((self.at, action))

    async def received(self) -> None:
        """Run what waits for the response's headers. Raises SectionError."""
        await self._run(self._on_response)

    async def settle(self) -> None:
        """Run what waits for the response as it will be sent. Raises SectionError."""
        await self._run(self._after_outbound)

    async def _run(self, actions: list[tuple[Optional[Place], Later]]) -> None:
        while actions:
            self.at, action = actions.pop(0)
            place = self.at
            with located(place):
                await action()

    def first_to_count(self, counter: str) -> bool:
        """Tell whether no policy has counted this request under that name yet."""
        if counter in self._counted:
            return False
        self._counted.add(counter)
        return True

    def tell(self, source: str, kind: str, data: Mapping[str, object]) -> None:
        """Put an entry into the trace and the telemetry; its kind is that of Telemetry."""
        self.trace(source, data)
        self.services.telemetry.emit(kind, str(self.context.request_id), {"source": source, **data})

    def close(self) -> None:
        """End what is under way."""
        self.drop_reply()
