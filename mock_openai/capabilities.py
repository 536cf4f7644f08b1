"""What a model refuses of a request that another one takes.

Sources: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/reasoning, and the messages
that users of Azure report.
"""

from __future__ import annotations

from typing import Any, NoReturn, Optional

from .errors import RefusedError
from .models import Model
from .validation import listed
from .wire import Json

_SAMPLING = {"temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0}
_UNSUPPORTED = ("logprobs", "top_logprobs", "logit_bias", "stop", "parallel_tool_calls")
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
_VERBOSITIES = ("low", "medium", "high")


def check_chat(body: Json, model: Model) -> str:
    """Check a chat completion; returns the effort of reasoning, `none` without any.

    Raises RefusedError.
    """
    _check_lengths(body, model)
    verbosity, effort = body.get("verbosity"), body.get("reasoning_effort")
    _check_known("verbosity", verbosity, _VERBOSITIES)
    reasoning = model.reasoning
    if reasoning is None or not reasoning.verbosity:
        _check_value("verbosity", verbosity, ("medium",))
    if reasoning is None:
        if effort is not None:
            raise RefusedError("unknown parameter", param="reasoning_effort")
        if model.foundry and body.get("logprobs"):
            raise RefusedError("unsupported parameter", param="logprobs")
        return "low" if model.foundry else "none"  # the former think, and aloud
    _check_known("reasoning_effort", effort, _EFFORTS)
    _check_value("reasoning_effort", effort, reasoning.efforts)
    if effort not in (None, "none") and body.get("tools") and not reasoning.tools:
        raise RefusedError("tools with effort", model=model.name)
    effort = effort or reasoning.default
    if effort != "none":
        _check_sampling(body)
    return str(effort)


def check_response(body: Json, model: Model) -> str:
    """Check a call of the Responses API; returns the effort of reasoning.

    Raises RefusedError.
    """
    asked = body.get("reasoning") or {}
    effort = asked.get("effort")
    reasoning = model.reasoning
    limit = body.get("max_output_tokens")
    if limit is not None and limit > model.most_tokens:
        _refuse_range("max_output_tokens", model.most_tokens, limit)
    if reasoning is None:
        for name in ("effort", "summary", "generate_summary"):
            if asked.get(name) is not None:
                raise RefusedError("unsupported parameter", param=f"reasoning.{name}")
        return "none"
    _check_known("reasoning.effort", effort, _EFFORTS)
    if effort is not None and effort not in reasoning.efforts:
        wanted = listed(reasoning.efforts)
        raise RefusedError(
            "unsupported in response",
            param="reasoning.effort",
            got=effort,
            model=model.name,
            wanted=wanted,
        )
    effort = effort or reasoning.default
    for name in ("temperature", "top_p"):
        if effort != "none" and body.get(name) not in (None, 1):
            raise RefusedError("unsupported parameter", param=name)
    return str(effort)


def _check_lengths(body: Json, model: Model) -> None:
    older, newer = body.get("max_tokens"), body.get("max_completion_tokens")
    if older is not None and newer is not None:
        raise RefusedError("both limits")
    if older is not None and model.reasoning:
        raise RefusedError("use instead", param="max_tokens", instead="max_completion_tokens")
    for name, value in (("max_tokens", older), ("max_completion_tokens", newer)):
        if value is not None and value > model.most_tokens:
            most, got = str(model.most_tokens), str(value)
            raise RefusedError("too many tokens", param=name, most=most, got=got)


def _check_sampling(body: Json) -> None:
    for name, default in _SAMPLING.items():
        value = body.get(name)
        if value is not None and value != default:
            shown, only = f"{value:g}", str(default)
            raise RefusedError("only the default", param=name, got=shown, default=only)
    for name in _UNSUPPORTED:
        if body.get(name):
            raise RefusedError("unsupported parameter", param=name)


def _check_known(name: str, value: Any, values: tuple[str, ...]) -> None:
    if value is not None and value not in values:
        raise RefusedError("wrong value", param=name, wanted=listed(values), got=str(value))


def _check_value(name: str, value: Optional[str], values: tuple[str, ...]) -> None:
    if value is not None and value not in values:
        raise RefusedError("unsupported value", param=name, got=value, wanted=listed(values))


def _refuse_range(name: str, most: int, got: int) -> NoReturn:
    raise RefusedError(
        "out of range",
        param=name,
        noun="integer",
        side="above maximum",
        code="above_max_value",
        wanted=f"<= {most}",
        got=str(got),
    )
