"""What a response consists of: reasoning, a message, calls of functions.

Every item is announced, makes events of its own and is then told whole. Keys come in the order in
which Azure writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from . import logprobs, texts, wire
from .answers import Answer, ToolCall
from .context import Context
from .requests import Request
from .steps import Step, deltas
from .wire import Json

IN_PROGRESS = "in_progress"
COMPLETED = "completed"
INCOMPLETE = "incomplete"
FAILED = "failed"

ENCRYPTED = "reasoning.encrypted_content"  # what a call has to `include` to get it
_SUMMARY = (
    "**Thinking about the question**\n\nI look at what is asked first, and at what the answer has"
    " to hold. A short answer in plain words will do.",
    "**Writing the answer**\n\nI put the points in order, and leave out what nobody asked for.",
)


class Item:
    """Be one thing in a response's output."""

    prefix = "item_"
    tokens = 0  # generated for it that no delta shows
    opens: str = wire.OTHER  # the kind of the event that announces it
    cut = False  # the answer breaks off in it

    def __init__(self, request: Request, context: Context) -> None:
        self.request = request
        self.context = context
        self.id = wire.hexadecimal(self.prefix, 50, context.rng)

    def started(self) -> Json:
        """Return the item as it is announced."""
        raise NotImplementedError

    def ended(self) -> Json:
        """Return the whole item."""
        raise NotImplementedError

    def steps(self, output: int) -> Iterator[Step]:
        """Yield its own events; it is the `output`th item."""
        raise NotImplementedError

    def played(self, output: int) -> Iterator[Step]:
        """Yield all events of the item."""
        place = {"output_index": output}
        yield Step("response.output_item.added", {**place, "item": self.started()}, self.opens)
        yield from self.steps(output)
        if not self.cut:
            yield self.done({**place, "item": self.ended()})

    def done(self, fields: Json) -> Step:
        """Return the event that ends the item."""
        return Step("response.output_item.done", fields)

    def citation(self, text: str) -> Optional[Json]:
        """Return how the answer's text refers to what the item has found."""
        return None

    def deltas(self, name: str, place: Json, tokens: tuple[str, ...]) -> Iterator[Step]:
        """Yield an event for each token."""
        return deltas(name, place, tokens, self.request, self.context)


class Reasoning(Item):
    """Be what the model thinks: nobody sees it, but for a summary where that is asked for."""

    prefix = "rs_"

    def __init__(self, request: Request, context: Context, tokens: int) -> None:
        super().__init__(request, context)
        asked = request.body.get("reasoning") or {}
        summary = asked.get("summary") or asked.get("generate_summary")
        parts = 0 if summary is None else 2 if summary == "detailed" else 1
        self.summary = _SUMMARY[:parts]
        self.reasoning = tokens

    def started(self) -> Json:
        """Return the item without what it will say."""
        return self._item([])

    def ended(self) -> Json:
        """Return the item with the summary."""
        return self._item([_summarized(text) for text in self.summary])

    def _item(self, summary: list[Json]) -> Json:
        item: Json = {"id": self.id, "type": "reasoning"}
        if ENCRYPTED in (self.request.body.get("include") or ()):
            # Azure encrypts anew each time it tells the item.
            length = 300 + 4 * self.reasoning
            item["encrypted_content"] = wire.identifier("gAAAAAB", length, self.context.rng)
        return {**item, "summary": summary}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield the summary, token by token."""
        for index, text in enumerate(self.summary):
            place = {"item_id": self.id, "output_index": output, "summary_index": index}
            name = "response.reasoning_summary"
            yield Step(f"{name}_part.added", {**place, "part": _summarized("")})
            yield from self.deltas(f"{name}_text.delta", place, tuple(texts.tokens(text)))
            yield Step(f"{name}_text.done", {**place, "text": text})
            yield Step(f"{name}_part.done", {**place, "part": _summarized(text)})

    def done(self, fields: Json) -> Step:
        """Return the end, which comes after the rest of the thinking has passed in silence."""
        told = sum(len(texts.tokens(text)) for text in self.summary)
        silent = max(self.reasoning - told, 0)
        return Step("response.output_item.done", fields, wire.ROLE, silent)


def _summarized(text: str) -> Json:
    return {"type": "summary_text", "text": text}


class Message(Item):
    """Be the answer's text, or the model's refusal to answer."""

    prefix = "msg_"
    opens = wire.ROLE

    def __init__(self, request: Request, context: Context, answer: Answer, status: str) -> None:
        super().__init__(request, context)
        self.answer = answer
        self.status = INCOMPLETE if status == FAILED else status
        self.cut = status == FAILED
        self.annotations: list[Json] = []
        top = request.top_logprobs
        rated = (
            []
            if top is None or answer.refusal
            else logprobs.entries(answer.tokens, top, context.rng)
        )
        self.logprobs = [_rated(entry) for entry in rated]

    def started(self) -> Json:
        """Return the message without content."""
        return self._item(IN_PROGRESS, [])

    def ended(self) -> Json:
        """Return the message with its text."""
        return self._item(self.status, [self._part(self.answer.text, self.annotations)])

    def _item(self, status: str, content: list[Json]) -> Json:
        item = {"id": self.id, "type": "message", "status": status}
        return {**item, "content": content, "role": "assistant"}

    def _part(self, text: str, annotations: list[Json]) -> Json:
        if self.answer.refusal:
            return {"type": "refusal", "refusal": text}
        rated = self.logprobs if text else []
        return {"type": "output_text", "annotations": annotations, "logprobs": rated, "text": text}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield the text, token by token, then what it cites."""
        place = {"item_id": self.id, "output_index": output, "content_index": 0}
        answer = self.answer
        yield Step("response.content_part.added", {**place, "part": self._part("", [])})
        name = "response.refusal" if answer.refusal else "response.output_text"
        for number, step in enumerate(self.deltas(f"{name}.delta", place, answer.tokens)):
            yield _with_logprobs(step, place, self.logprobs[number]) if self.logprobs else step
        if self.cut:
            return
        for index, annotation in enumerate(self.annotations):
            fields = {**place, "annotation_index": index, "annotation": annotation}
            yield Step("response.output_text.annotation.added", fields)
        written: Json = {"refusal": answer.text}
        if not answer.refusal:
            written = {"text": answer.text, "logprobs": self.logprobs}
        yield Step(f"{name}.done", {**place, **written}, wire.FINISH)
        part = self._part(answer.text, self.annotations)
        yield Step("response.content_part.done", {**place, "part": part})


def _rated(entry: Json) -> Json:
    """Return how sure the model was of a token, in the order of this API."""
    rated = {name: entry[name] for name in ("token", "bytes", "logprob")}
    if "top_logprobs" in entry:
        rated["top_logprobs"] = [_rated(each) for each in entry["top_logprobs"]]
    return rated


def _with_logprobs(step: Step, place: Json, entry: Json) -> Step:
    values = dict(step.fields)
    told = {**place, "delta": values.pop("delta"), "logprobs": [entry], **values}
    return Step(step.name, told, step.kind, step.tokens)


class FunctionCall(Item):
    """Be a call of a function that the caller runs."""

    prefix = "fc_"
    opens = wire.ROLE
    name = "response.function_call_arguments"
    told = "arguments"

    def __init__(self, request: Request, context: Context, call: ToolCall, cut: bool) -> None:
        super().__init__(request, context)
        self.call = call
        self.cut = cut

    def started(self) -> Json:
        """Return the call without arguments."""
        return self._item(IN_PROGRESS, "")

    def ended(self) -> Json:
        """Return the call with its arguments."""
        return self._item(INCOMPLETE if self.cut else COMPLETED, self.call.arguments)

    def _item(self, status: str, arguments: str) -> Json:
        item = {"id": self.id, "type": "function_call", "status": status, "arguments": arguments}
        return {**item, "call_id": self.call.id, "name": self.call.name}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield the arguments, token by token."""
        place = {"item_id": self.id, "output_index": output}
        yield from self.deltas(f"{self.name}.delta", place, self.call.tokens)
        if not self.cut:
            whole = {**place, self.told: self.call.arguments}
            yield Step(f"{self.name}.done", whole, wire.FINISH)


class CustomCall(FunctionCall):
    """Be a call of a tool of the caller's that takes a text."""

    prefix = "ctc_"
    name = "response.custom_tool_call_input"
    told = "input"

    def _item(self, status: str, arguments: str) -> Json:
        item = {"id": self.id, "type": "custom_tool_call", "status": status}
        return {**item, "call_id": self.call.id, "input": arguments, "name": self.call.name}
