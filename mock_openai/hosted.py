"""The tools that the service runs itself: how a call offers them, and what becomes of them.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from . import mcp, picture
from .context import Context
from .errors import RefusedError
from .hosted_items import CodeInterpreter, FileSearch, ImageGeneration, WebSearch
from .items import Item
from .requests import Request, check_item
from .validation import Parameter
from .wire import Json

_STRING = Parameter((str,))
_OBJECT = Parameter((dict,))
_SIZES = Parameter((str,), values=("low", "medium", "high"))
_CONTAINER = {"type": Parameter((str,), required=True, values=("auto",))}
_APPROXIMATE: Json = {
    "type": "approximate",
    **dict.fromkeys(("city", "country", "region", "timezone")),
}


@dataclass(frozen=True)
class Kind:
    """Describe a tool: what it takes, what it leaves, and what it is echoed with if not given."""

    takes: Mapping[str, Parameter]
    items: Callable[[Request, Context, Json], list[Item]]
    defaults: Json = field(default_factory=dict)
    hidden: tuple[str, ...] = ()  # are not echoed: secrets


_SEARCH = Kind(
    {"search_context_size": _SIZES, "user_location": _OBJECT, "filters": _OBJECT},
    lambda *made: [WebSearch(*made)],
    {"search_context_size": "medium", "user_location": _APPROXIMATE},
)
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("web_search_preview", "web_search_preview_2025_03_11"), _SEARCH),
    **dict.fromkeys(("web_search", "web_search_2025_08_26"), _SEARCH),
    "file_search": Kind(
        {
            "vector_store_ids": Parameter((list,), required=True, low=1),
            "max_num_results": Parameter((int,), low=1, high=50),
            "filters": _OBJECT,
            "ranking_options": _OBJECT,
        },
        lambda *made: [FileSearch(*made)],
        {
            "filters": None,
            "max_num_results": 20,
            "ranking_options": {"ranker": "auto", "score_threshold": 0},
        },
    ),
    "code_interpreter": Kind(
        {"container": Parameter((str, dict), required=True)},
        lambda *made: [CodeInterpreter(*made)],
    ),
    "image_generation": Kind(
        {
            "partial_images": Parameter((int,), low=0, high=3),
            "size": Parameter((str,), values=picture.SIZES),
            "quality": Parameter((str,), values=picture.QUALITIES),
            "background": Parameter((str,), values=("transparent", "opaque", "auto")),
            "output_format": Parameter((str,), values=("png", "webp", "jpeg")),
        },
        lambda *made: [ImageGeneration(*made)],
        {
            "background": "auto",
            "model": "gpt-image-1",
            "moderation": "auto",
            "n": 1,
            "output_compression": 100,
            "output_format": "png",
            "quality": "auto",
            "size": "auto",
        },
    ),
    "mcp": Kind(
        {
            "server_label": Parameter((str,), required=True),
            "server_url": _STRING,
            "server_description": _STRING,
            "require_approval": Parameter((str, dict)),
            "allowed_tools": Parameter((list, dict)),
        },
        mcp.items,
        {
            "allowed_tools": None,
            "headers": None,
            "require_approval": "always",
            "server_description": None,
        },
        hidden=("headers", "authorization"),
    ),
}
# Azure knows them, the mock makes none of what they would leave in a response.
NOT_MADE = (
    *("computer_use_preview", "computer", "local_shell", "shell", "apply_patch"),
    *("tool_search", "namespace", "programmatic_tool_calling"),
)
TYPES = ("function", "custom", *KINDS, *NOT_MADE)
TOOL = {"type": Parameter((str,), required=True, values=TYPES)}


def read(body: Json) -> tuple[Json, ...]:
    """Return the hosted tools that a call offers. Raises RefusedError."""
    found = []
    for position, tool in enumerate(body.get("tools") or []):
        kind = KINDS.get(tool["type"])
        name = f"tools[{position}]"
        if tool["type"] in NOT_MADE:
            raise RefusedError("not made", param=f"{name}.type", what=f"the tool {tool['type']}")
        if kind is None:
            continue
        check_item(name, tool, kind.takes)
        if tool["type"] == "mcp":
            mcp.check_server(name, tool)
        if isinstance(tool.get("container"), dict):
            check_item(f"{name}.container", tool["container"], _CONTAINER)
        wanted = tool.get("output_format")
        if wanted not in (None, "png"):
            raise RefusedError("not made", param=f"{name}.output_format", what=f"{wanted} images")
        found.append(tool)
    return tuple(found)


def used(offered: tuple[Json, ...], choice: Any, answered: bool) -> tuple[Json, ...]:
    """Return the tools that are used: each once, unless the choice is another or all is done."""
    if choice == "none" or (answered and choice != "required"):
        return ()
    if not isinstance(choice, dict):
        return offered
    if choice.get("type") == "allowed_tools":
        allowed = [each for each in choice.get("tools") or [] if isinstance(each, dict)]
        names = [each.get("type") for each in allowed]
        return tuple(tool for tool in offered if tool["type"] in names)
    return tuple(tool for tool in offered if tool["type"] == choice.get("type"))


def items(request: Request, context: Context) -> list[Item]:
    """Return what the tools that are used leave in a response."""
    uses = request.hosted[: request.body.get("max_tool_calls")]
    return [item for tool in uses for item in KINDS[tool["type"]].items(request, context, tool)]


def echoed(tool: Json) -> Json:
    """Return a tool as the response object tells it: with defaults, without secrets."""
    if tool["type"] == "function":
        schema, strict = tool.get("parameters"), tool.get("strict")
        about = {"description": tool.get("description"), "name": tool["name"]}
        strictly = True if strict is None else strict
        return {"type": "function", **about, "parameters": schema, "strict": strictly}
    if tool["type"] == "custom":
        about = {"description": tool.get("description"), "format": tool.get("format")}
        about["format"] = about["format"] or {"type": "text"}
        return {"type": "custom", **about, "name": tool["name"]}
    kind = KINDS[tool["type"]]
    told = {**kind.defaults, **{name: value for name, value in tool.items() if value is not None}}
    told.update(dict.fromkeys(name for name in kind.hidden if name in told))
    told.pop("type", None)
    return {"type": tool["type"], **dict(sorted(told.items()))}
