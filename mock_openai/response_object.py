"""The response object of the Responses API, as it is at each point of its life.

Its keys come in the order in which Azure writes them, which here is not alphabetical.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import moderation, refusals, wire
from .answers import Answer
from .context import Context
from .models import HARMS, PROTECTED
from .requests import Request
from .wire import Json

QUEUED = "queued"
IN_PROGRESS = "in_progress"
COMPLETED = "completed"
INCOMPLETE = "incomplete"
FAILED = "failed"


@dataclass
class Response:
    """Hold one response: what was asked, what is answered and, once and for all, its ids."""

    request: Request
    answer: Answer
    context: Context

    def __post_init__(self) -> None:
        rng, behaviour = self.context.rng, self.context.behaviour
        self.blocked = behaviour.moderation in ("blocked", "asynchronous blocked")
        if self.blocked or behaviour.ending:
            # What a reader gets of an answer that is cut off.
            tokens = self.answer.tokens[: behaviour.after]
            self.answer = replace(self.answer, tokens=tokens)
        self.id = wire.hexadecimal("resp_", 50, rng)
        self.reasoning_id = wire.hexadecimal("rs_", 50, rng)
        self.message_id = wire.hexadecimal("msg_", 50, rng)
        self.call_ids = [wire.hexadecimal("fc_", 50, rng) for _ in self.answer.calls]

    @property
    def status(self) -> str:
        """Return the status at the end."""
        if self.context.behaviour.ending:
            return FAILED
        cut = self.blocked or self.answer.finish == "length"
        return INCOMPLETE if cut else COMPLETED

    @property
    def background(self) -> bool:
        """Tell whether the caller does not wait for the answer."""
        return bool(self.request.body.get("background"))

    def queued(self) -> Json:
        """Return the object of a response that nobody waits for."""
        return self._object(QUEUED, [])

    def started(self) -> Json:
        """Return the object before anything is written."""
        return self._object(IN_PROGRESS, [])

    def ended(self) -> Json:
        """Return the object at the end, with usage and the filters' verdicts."""
        status = self.status
        ended = self._object(status, self.output())
        if status == COMPLETED:
            ended["completed_at"] = self._completed_at()
        if status == INCOMPLETE:
            reason = "content_filter" if self.blocked else "max_output_tokens"
            ended["incomplete_details"] = {"reason": reason}
        if self.context.behaviour.ending == "failed":
            message = refusals.IN_STREAM["message"]
            ended["error"] = {"code": "server_error", "message": message}
        if status != FAILED:
            ended["content_filters"] = self._content_filters()
            ended["usage"] = self._usage()
        return ended

    def output(self) -> list[Json]:
        """Return the items written, as they are at the end."""
        reasoning = [self.reasoning_item()] if self.answer.reasoning else []
        if self.answer.calls:
            written = [
                self.call_item(position, COMPLETED) for position in range(len(self.answer.calls))
            ]
        else:
            written = [self.message_item(self.status)] if self.writes_message else []
        return [*reasoning, *written]

    @property
    def writes_message(self) -> bool:
        """Tell whether there is text at all: reasoning may have used up the limit."""
        return bool(self.answer.tokens) or not self.answer.reasoning

    def reasoning_item(self) -> Json:
        """Return the item that stands for the reasoning nobody sees."""
        return {"id": self.reasoning_id, "type": "reasoning", "summary": []}

    def message_item(self, status: str) -> Json:
        """Return the message, empty while it is in progress."""
        content = [] if status == IN_PROGRESS else [self.part(self.answer.text)]
        status = INCOMPLETE if status == FAILED else status
        item = {"id": self.message_id, "type": "message", "status": status}
        return {**item, "content": content, "role": "assistant"}

    def part(self, text: str) -> Json:
        """Return the part of the message that holds its text."""
        if self.answer.refusal:
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "annotations": [], "logprobs": [], "text": text}

    def call_item(self, position: int, status: str) -> Json:
        """Return a function call, without arguments while it is in progress."""
        call = self.answer.calls[position]
        return {
            "id": self.call_ids[position],
            "type": "function_call",
            "status": status,
            "arguments": "" if status == IN_PROGRESS else call.arguments,
            "call_id": call.id,
            "name": call.name,
        }

    def _completed_at(self) -> int:
        context = self.context
        return context.created + round(context.pace.total(self.answer.completion_tokens))

    def _usage(self) -> Json:
        asked, written = self.request.prompt_tokens, self.answer.completion_tokens
        return {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": self.answer.reasoning},
            "total_tokens": asked + written,
        }

    def _content_filters(self) -> list[Json]:
        flagged = self.blocked or self.context.behaviour.moderation == "asynchronous late"
        on_prompt = moderation.verdicts((*HARMS, "jailbreak"))
        on_text = moderation.verdicts((*HARMS, *PROTECTED), "violence" if flagged else "")
        return [
            _content_filter("prompt", False, on_prompt, len(self.request.prompt)),
            _content_filter("completion", self.blocked, on_text, len(self.answer.text)),
        ]

    def _object(self, status: str, output: list[Json]) -> Json:
        asked = self.request.body
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.context.created,
            "status": status,
            "background": asked.get("background") or False,
            "completed_at": None,
            "content_filters": None,
            "error": None,
            "incomplete_details": None,
            "instructions": asked.get("instructions"),
            "max_output_tokens": asked.get("max_output_tokens"),
            "max_tool_calls": asked.get("max_tool_calls"),
            "model": self.request.model,
            "output": output,
            "parallel_tool_calls": _given(asked.get("parallel_tool_calls"), True),
            "previous_response_id": asked.get("previous_response_id"),
            "prompt_cache_key": asked.get("prompt_cache_key"),
            "prompt_cache_retention": asked.get("prompt_cache_retention"),
            "reasoning": {"effort": None, "summary": None, **(asked.get("reasoning") or {})},
            "safety_identifier": asked.get("safety_identifier"),
            "service_tier": "auto" if status in (QUEUED, IN_PROGRESS) else "default",
            "store": _given(asked.get("store"), True),
            "temperature": _given(asked.get("temperature"), 1),
            "text": {
                "format": {"type": "text"},
                "verbosity": "medium",
                **(asked.get("text") or {}),
            },
            "tool_choice": _given(asked.get("tool_choice"), "auto"),
            "tools": asked.get("tools") or [],
            "top_logprobs": asked.get("top_logprobs") or 0,
            "top_p": _given(asked.get("top_p"), 1),
            "truncation": asked.get("truncation") or "disabled",
            "usage": None,
            "user": asked.get("user"),
            "metadata": asked.get("metadata") or {},
        }


def _given(value: object, default: object) -> object:
    return default if value is None else value


def _content_filter(source: str, blocked: bool, found: Json, length: int) -> Json:
    ordered = {name: {"filtered": each["filtered"], **each} for name, each in found.items()}
    return {
        "blocked": blocked,
        "source_type": source,
        "content_filter_raw": None,
        "content_filter_results": ordered,
        "content_filter_offsets": {"start_offset": 0, "end_offset": length, "check_offset": 0},
    }
