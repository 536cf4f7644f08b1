"""One streamed chat completion to try an expression on: what does it do to the body?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from apim_gateway.reading.schema import Node
from policy_expressions import Expression, ExpressionFailure
from policy_expressions.context import Body, Context, Headers, Request, Response, Url

ASKED = (
    b'{"model":"gpt","messages":[{"role":"user","content":"Hello"}],"stream":true,'
    b'"stream_options":{"include_usage":true}}'
)
ANSWERED = (
    b'data: {"choices":[{"delta":{"content":"Hi"},"index":0}],"object":"chat.completion.chunk"}'
    b"\n\ndata: [DONE]\n\n"
)
WORDS = ("[DONE]", "choices", "Hi")  # of which a body made of the response still has some
RESPONSE_BODY, KEPT_BODY = "Response.Body", "IResponse.Body"
NO_JSON = "MessageBodyException"  # the evaluator's name for a body that is not what As<T> wants
PATH = "/openai/deployments/gpt/chat/completions"


@dataclass(frozen=True)
class Touch:
    """Hold what an evaluation did: `value` is None where it threw."""

    read: bool  # the body of the response was looked at
    no_json: bool  # it was read as JSON, which an event stream is not
    consumed: bool  # it was read without preserveContent, so nothing is left to send
    failed: bool  # .NET threw something else, so that the sample tells nothing more
    value: Any = None


class _Watched(Body):
    """A body that remembers whether anybody looked at it."""

    def __getattribute__(self, name: str) -> Any:
        if name == "data":
            self.__dict__["seen"] = True
        return super().__getattribute__(name)


def _is_answer(kept: object) -> bool:
    return isinstance(kept, Response) and isinstance(kept.body, _Watched)


class Sample:
    """Hold a request that asks for a stream, and variables as policies set them."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}

    def try_on(self, value: Expression, answered: bool) -> Touch:
        """Evaluate before (`answered` is false) or after the response has come."""
        context, body = self._context(answered)
        result, failure = None, None
        try:
            result = value.evaluate(context)
        except ExpressionFailure as error:
            failure = error
        no_json = failure is not None and failure.exception == NO_JSON
        return Touch(
            read=bool(body.__dict__.get("seen")),
            no_json=no_json,
            consumed=body.consumed,
            failed=failure is not None and not no_json,
            value=result,
        )

    def reads_the_answer(self, value: Expression) -> bool:
        """Tell whether an expression reads the response's body, maybe from where it was kept."""
        if KEPT_BODY in value.reads and any(map(_is_answer, self.variables.values())):
            return True
        return RESPONSE_BODY in value.reads

    def holds(self, condition: Expression, answered: bool) -> Optional[bool]:
        """Tell whether a condition is true for the sample, None where that cannot be told."""
        context, _ = self._context(answered)
        try:
            return condition.boolean(context)
        except ExpressionFailure:
            return None

    def gives_the_answer(self, text: Expression) -> bool:
        """Tell whether a new body is made of the response's: the sample's words are in it."""
        context, _ = self._context(answered=True)
        try:
            told = text.text(context)
        except ExpressionFailure:
            return RESPONSE_BODY in text.reads
        return any(word in told for word in WORDS)

    def remember(self, node: Node, answered: bool) -> None:
        """Set the variables that this policy sets; what cannot be told is not set."""
        if node.name == "set-variable":
            touch = self.try_on(node["value"], answered)
            self.variables.pop(node.literal("name"), None)
            if not (touch.failed or touch.no_json):
                self.variables[node.literal("name")] = touch.value
        for attribute, value in (
            ("response-variable-name", lambda: Response(200, "OK", Headers(), Body(b"{}"))),
            ("output-token-variable-name", lambda: "token"),
        ):
            name = node.get(attribute)
            if name is not None and name.constant and node.name != "return-response":
                self.variables[name.source.strip()] = value()

    def _context(self, answered: bool) -> tuple[Context, Body]:
        url = Url.parse(f"https://gateway.example{PATH}?api-version=2024-10-21")
        headers = Headers([("Content-Type", "application/json"), ("Host", "gateway.example")])
        request = Request("POST", url, url, headers=headers, body=Body(ASKED))
        body = _Watched(ANSWERED)
        body.__dict__.pop("seen", None)
        response = Response(200, "OK", Headers([("Content-Type", "text/event-stream")]), body)
        context = Context(request, response if answered else None, dict(self.variables))
        return context, body
