"""The Responses API: named events with sequence numbers. A stream ends with a terminal event.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Optional

from . import wire
from .answers import Answer
from .context import Context
from .requests import Request
from .response_object import COMPLETED, IN_PROGRESS, Response
from .template import HOLE, Template
from .wire import Event, Json

_THROTTLED_IN_STREAM = {
    "type": "too_many_requests",
    "code": "rate_limit_exceeded",
    "headers": {"x-ms-fe-error": "true"},
    "message": "Rate limit is exceeded. Try again later.",
    "param": None,
}


def events(request: Request, answers: list[Answer], context: Context) -> Iterator[Event]:
    """Yield the events of a streamed response, in Azure's order, without pace."""
    response = Response(request, answers[0], context)
    remember(response, context)
    for number, step in enumerate(_Writer(response).steps()):
        yield Event(step.kind, step.written(number), step.tokens)


def whole(request: Request, answers: list[Answer], context: Context) -> Json:
    """Return the response object of an answer that is not streamed."""
    response = Response(request, answers[0], context)
    remember(response, context)
    return response.queued() if response.background else response.ended()


def remember(response: Response, context: Context) -> None:
    """Keep a response for later, unless the call does not want that."""
    asked = response.request.body
    if asked.get("store") is not False:
        seconds = context.pace.total(response.answer.completion_tokens)
        started, ended = response.started(), response.ended()
        context.memory.keep(started, ended, asked["input"], seconds * response.background)


class _Step(NamedTuple):
    """Hold one event before it gets its sequence number; of a delta, what its template lacks."""

    name: str
    fields: Json
    kind: str = wire.OTHER
    tokens: int = 0
    template: Optional[Template] = None

    def written(self, number: int) -> bytes:
        """Return the event as it is sent as the `number`th one."""
        if self.template:
            values = (wire.compact(value) for value in self.fields.values())
            return self.template.filled(str(number), *values)
        payload = {"type": self.name, "sequence_number": number, **self.fields}
        return wire.encode(wire.framed(payload, self.name))


@dataclass
class _Writer:
    response: Response

    def steps(self) -> Iterator[_Step]:
        response, answer = self.response, self.response.answer
        yield _Step("response.created", {"response": response.started()}, wire.PROMPT_FILTER)
        if response.background:
            yield _Step("response.queued", {"response": response.queued()})
        yield _Step("response.in_progress", {"response": response.started()})
        output = 0
        if answer.reasoning:
            item = {"output_index": output, "item": response.reasoning_item()}
            yield _Step("response.output_item.added", item)
            yield _Step("response.output_item.done", item, wire.ROLE, answer.reasoning)
            output += 1
        if answer.calls:
            for position in range(len(answer.calls)):
                yield from self._call(position, output + position)
        elif response.writes_message:
            yield from self._message(output)
        yield from self._terminal()

    def _message(self, output: int) -> Iterator[_Step]:
        response, answer = self.response, self.response.answer
        item = response.message_item(IN_PROGRESS)
        yield _Step("response.output_item.added", {"output_index": output, "item": item}, wire.ROLE)
        place = {"item_id": response.message_id, "output_index": output, "content_index": 0}
        yield _Step("response.content_part.added", {**place, "part": response.part("")})
        name = "refusal" if answer.refusal else "output_text"
        yield from self._deltas(f"response.{name}.delta", place, answer.tokens)
        if self.response.context.behaviour.ending:
            return
        written: Json = {"refusal": answer.text}
        if not answer.refusal:
            written = {"text": answer.text, "logprobs": []}
        yield _Step(f"response.{name}.done", {**place, **written}, wire.FINISH)
        yield _Step("response.content_part.done", {**place, "part": response.part(answer.text)})
        item = response.message_item(response.status)
        yield _Step("response.output_item.done", {"output_index": output, "item": item})

    def _call(self, position: int, output: int) -> Iterator[_Step]:
        response, call = self.response, self.response.answer.calls[position]
        item = response.call_item(position, IN_PROGRESS)
        yield _Step("response.output_item.added", {"output_index": output, "item": item}, wire.ROLE)
        place = {"item_id": response.call_ids[position], "output_index": output}
        yield from self._deltas("response.function_call_arguments.delta", place, call.tokens)
        if self.response.context.behaviour.ending:
            return
        done = {**place, "arguments": call.arguments}
        yield _Step("response.function_call_arguments.done", done, wire.FINISH)
        item = response.call_item(position, COMPLETED)
        yield _Step("response.output_item.done", {"output_index": output, "item": item})

    def _deltas(self, name: str, place: Json, tokens: Iterable[str]) -> Iterator[_Step]:
        fields: Json = {"type": name, "sequence_number": HOLE, **place, "delta": HOLE}
        if name == "response.output_text.delta":
            fields["logprobs"] = []
        if self.response.request.obfuscate:
            fields["obfuscation"] = HOLE
        template = Template(fields, name)
        for token in tokens:
            values = {"delta": token}
            if self.response.request.obfuscate:
                values["obfuscation"] = wire.padding(len(token), 0, self.response.context.rng)
            yield _Step(name, values, wire.CONTENT, 1, template)

    def _terminal(self) -> Iterator[_Step]:
        ended = _Step(f"response.{self.response.status}", {"response": self.response.ended()})
        if self.response.context.behaviour.ending == "error":
            yield ended
            yield _Step("error", {"error": _THROTTLED_IN_STREAM}, wire.LAST)
        else:
            yield ended._replace(kind=wire.LAST)
