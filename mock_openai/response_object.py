"""The response object of the Responses API, as it is at each point of its life.

Its keys come in the order in which Azure writes them, which here is not alphabetical.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import hosted, moderation, refusals, wire
from .answers import Answer
from .context import Context
from .items import (
    COMPLETED,
    FAILED,
    IN_PROGRESS,
    INCOMPLETE,
    CustomCall,
    FunctionCall,
    Item,
    Message,
    Reasoning,
)
from .mcp import ApprovalRequest, ListTools
from .models import HARMS, PROTECTED
from .requests import Request
from .wire import Json

QUEUED = "queued"


@dataclass
class Response:
    """Hold one response: what was asked, what is answered and, once and for all, its items."""

    request: Request
    answer: Answer
    context: Context

    def __post_init__(self) -> None:
        behaviour = self.context.behaviour
        self.blocked = behaviour.moderation in ("blocked", "asynchronous blocked")
        if self.blocked or behaviour.ending:
            # What a reader gets of an answer that is cut off.
            tokens = self.answer.tokens[: behaviour.after]
            self.answer = replace(self.answer, tokens=tokens)
        self.id = wire.hexadecimal("resp_", 50, self.context.rng)
        self.items = self._items()

    def _items(self) -> list[Item]:
        request, context, answer = self.request, self.context, self.answer
        uses = [] if context.scripted.calls else hosted.items(request, context)
        found: list[Item] = [item for item in uses if isinstance(item, ListTools)]
        if answer.reasoning:
            found.append(Reasoning(request, context, answer.reasoning))
        found += [item for item in uses if not isinstance(item, ListTools)]
        if self._waits_for(uses):
            return found
        failed = bool(context.behaviour.ending)
        if answer.calls:
            kinds = [CustomCall if call.custom else FunctionCall for call in answer.calls]
            calls = zip(kinds, answer.calls)
            return found + [kind(request, context, call, failed) for kind, call in calls]
        if not answer.tokens and answer.reasoning:  # which has used up the limit
            return found
        message = Message(request, context, answer, self.status)
        if answer.tokens and not answer.refusal and request.form.kind == "text":
            cited = (item.citation(answer.text) for item in uses)
            message.annotations = [each for each in cited if each]
        return [*found, message]

    @staticmethod
    def _waits_for(uses: list[Item]) -> bool:
        """Tell whether nothing can be said before the caller has approved something."""
        return any(isinstance(item, ApprovalRequest) for item in uses)

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
        return [item.ended() for item in self.items]

    def _completed_at(self) -> int:
        context = self.context
        return context.created + round(context.pace.total(self.answer.completion_tokens))

    def _usage(self) -> Json:
        asked, written = self.request.prompt_tokens, self.answer.completion_tokens
        if self._waits_for(self.items):
            written = self.answer.reasoning
        written += sum(item.tokens for item in self.items)
        return {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": self.answer.reasoning},
            "total_tokens": asked + written,
        }

    def _content_filters(self) -> list[Json]:
        late = ("asynchronous late", "asynchronous blocklist")
        flagged = self.blocked or self.context.behaviour.moderation in late
        on_prompt = moderation.verdicts((*HARMS, "jailbreak"))
        on_text = moderation.verdicts((*HARMS, *PROTECTED), "violence" if flagged else "")
        return [
            _content_filter("prompt", False, on_prompt, len(self.request.prompt), _BEFORE),
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
            "reasoning": self._reasoning(asked.get("reasoning") or {}),
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
            "tools": [hosted.echoed(tool) for tool in asked.get("tools") or []],
            "top_logprobs": asked.get("top_logprobs") or 0,
            "top_p": _given(asked.get("top_p"), 1),
            "truncation": asked.get("truncation") or "disabled",
            "usage": None,
            "user": asked.get("user"),
            "metadata": asked.get("metadata") or {},
        }

    def _reasoning(self, asked: Json) -> Json:
        """Return the effort that was made, which for most models is told though nobody asked."""
        effort = self.request.effort if self.context.model.reasoning else None
        summary = asked.get("summary") or asked.get("generate_summary")
        return {"effort": asked.get("effort") or effort, "summary": summary}


def _given(value: object, default: object) -> object:
    return default if value is None else value


_BEFORE = 1429  # characters that come before the caller's prompt, as recorded


def _content_filter(source: str, blocked: bool, found: Json, length: int, start: int = 0) -> Json:
    ordered = {name: {"filtered": each["filtered"], **each} for name, each in found.items()}
    return {
        "blocked": blocked,
        "source_type": source,
        "content_filter_raw": None,
        "content_filter_results": ordered,
        "content_filter_offsets": {
            "start_offset": start,
            "end_offset": start + length,
            "check_offset": 0,
        },
    }
