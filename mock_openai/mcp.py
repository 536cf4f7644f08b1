"""Tools of a server that speaks MCP (Model Context Protocol); the mock asks none and makes them up.

The order of events and keys is that of recorded streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from . import schemas, wire
from .context import Context
from .errors import RefusedError
from .hosted_items import Hosted
from .items import Item
from .requests import Request, check_item
from .steps import Step
from .validation import Parameter
from .wire import Json

_SCHEMA: Json = {
    "type": "object",
    "properties": {"query": {"type": "string"}},
    "required": ["query"],
    "additionalProperties": False,
}
_ERROR: Json = {"type": "http_error", "code": 424, "message": "424: "}
_OUTPUT = "The mock asks no server; this is what one could have said."


_NAMED = {"tool_names": Parameter((list,))}
_TEXT = Parameter((str,), required=True)
_WHEN = Parameter((str,), values=("always", "never"))
_RULES = {"always": Parameter((dict,)), "never": Parameter((dict,))}


def check_server(name: str, tool: Json) -> None:
    """Check what a call says of a server, which it calls `name`. Raises RefusedError."""
    if not (tool.get("server_url") or tool.get("connector_id")):
        raise RefusedError("missing", param=f"{name}.server_url")
    allowed = tool.get("allowed_tools")
    _check_names(f"{name}.allowed_tools", allowed if isinstance(allowed, dict) else {})
    for position, each in enumerate(allowed if isinstance(allowed, list) else ()):
        _TEXT.check(f"{name}.allowed_tools[{position}]", each)
    rule = tool.get("require_approval")
    if isinstance(rule, dict):
        check_item(f"{name}.require_approval", rule, _RULES)
        for when in _RULES:
            _check_names(f"{name}.require_approval.{when}", rule.get(when) or {})
    else:
        _WHEN.check(f"{name}.require_approval", rule)


def _check_names(name: str, named: Json) -> None:
    check_item(name, named, _NAMED)
    for position, each in enumerate(named.get("tool_names") or ()):
        _TEXT.check(f"{name}.tool_names[{position}]", each)


def tools_of(tool: Json) -> list[str]:
    """Return the names of the server's tools: those that are allowed, else one made up."""
    allowed = tool.get("allowed_tools")
    named = allowed.get("tool_names") if isinstance(allowed, dict) else allowed
    return list(named or ()) or ["search"]


def items(request: Request, context: Context, tool: Json) -> list[Item]:
    """Return what using a server leaves in a response.

    Its tools are listed unless the conversation has that; the first one is called, or asked to be
    called where that needs approval, and nothing more happens where approval was refused.
    """
    label = tool["server_label"]
    asked = request.body["input"]
    before = [each for each in asked if isinstance(each, dict)] if isinstance(asked, list) else []
    known = any(
        each.get("type") == "mcp_list_tools" and each.get("server_label") == label
        for each in before
    )
    found: list[Item] = [] if known else [ListTools(request, context, tool)]
    answers = [each for each in before if each.get("type") == "mcp_approval_response"]
    if answers:
        if answers[-1].get("approve"):
            approval = answers[-1].get("approval_request_id")
            found.append(McpCall(request, context, tool, approval))
    elif _needs_approval(tool, tools_of(tool)[0]):
        found.append(ApprovalRequest(request, context, tool))
    else:
        found.append(McpCall(request, context, tool))
    return found


def _needs_approval(tool: Json, name: str) -> bool:
    rule: Any = tool.get("require_approval") or "always"
    if isinstance(rule, dict):
        never = (rule.get("never") or {}).get("tool_names") or ()
        return name not in never
    return bool(rule != "never")


class Mcp(Hosted):
    """Be what has to do with the first tool of a server."""

    def __init__(self, request: Request, context: Context, tool: Json) -> None:
        super().__init__(request, context, tool)
        self.label = tool["server_label"]
        self.called = tools_of(tool)[0]
        self.arguments = wire.compact(schemas.sample(_SCHEMA))


class ListTools(Mcp):
    """Be the list of a server's tools."""

    prefix = "mcpl_"
    name = "mcp_list_tools"
    tokens = 0

    def started(self) -> Json:
        """Return the list without tools."""
        return self._item([])

    def ended(self) -> Json:
        """Return the list."""
        about = {"annotations": {"read_only": False}, "description": "", "input_schema": _SCHEMA}
        return self._item([{**about, "name": name} for name in tools_of(self.tool)])

    def _item(self, tools: list[Json]) -> Json:
        return {"id": self.id, "type": self.name, "server_label": self.label, "tools": tools}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield how the listing goes."""
        yield self.step(output, "in_progress")
        yield self.step(output, "completed", silent=1)


class McpCall(Mcp):
    """Be a call of a tool."""

    prefix = "mcp_"
    name = "mcp_call"

    def __init__(
        self, request: Request, context: Context, tool: Json, approval: Optional[str] = None
    ) -> None:
        super().__init__(request, context, tool)
        self.approval = approval

    def started(self) -> Json:
        """Return the call without arguments and output."""
        return self._item("", None)

    def ended(self) -> Json:
        """Return the call with its output."""
        if self.context.behaviour.servers:
            return self._item(self.arguments, _OUTPUT)
        return self._item(self.arguments, None, _ERROR)

    def _item(self, arguments: str, output: Optional[str], error: Optional[Json] = None) -> Json:
        item = {"id": self.id, "type": self.name, "approval_request_id": self.approval}
        told = {"arguments": arguments, "error": error, "name": self.called, "output": output}
        return {**item, **told, "server_label": self.label}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield the arguments, all at once, then how the call goes."""
        place = {"output_index": output, "item_id": self.id}
        yield self.step(output, "in_progress")
        yield from self.deltas("response.mcp_call_arguments.delta", place, (self.arguments,))
        yield Step("response.mcp_call_arguments.done", {**place, "arguments": self.arguments})
        ended = "completed" if self.context.behaviour.servers else "failed"
        yield self.step(output, ended, silent=1)


class ApprovalRequest(Mcp):
    """Be the question whether a tool may be called; the response ends with it."""

    prefix = "mcpr_"
    name = "mcp_approval_request"

    def started(self) -> Json:
        """Return the question."""
        item = {"id": self.id, "type": self.name, "arguments": self.arguments}
        return {**item, "name": self.called, "server_label": self.label}

    def ended(self) -> Json:
        """Return the question; nothing is added to it."""
        return self.started()

    def steps(self, output: int) -> Iterator[Step]:
        """Yield no events of its own."""
        yield from ()
