"""The functions that a call offers to the model."""

from __future__ import annotations

from typing import Any

from . import parameters, strict
from .requests import Tool, check_item
from .wire import Json


def read(body: Json, table: parameters.Table, inside: str = "") -> tuple[Tool, ...]:
    """Return the functions among the tools; `inside` names the member that holds each one's own.

    Raises RefusedError.
    """
    found = []
    for position, tool in enumerate(body.get("tools") or []):
        name = f"tools[{position}]"
        check_item(name, tool, table)
        if tool["type"] == "custom":
            check_item(name, tool, parameters.CUSTOM)
            found.append(Tool(tool["name"], None, custom=True))
        if tool["type"] != "function":
            continue
        function: Any = tool.get(inside) if inside else tool
        name += f".{inside}" if inside else ""
        check_item(name, function, parameters.FUNCTION)
        schema = function.get("parameters")
        if schema is not None:
            where = f"function '{function['name']}'"
            strictly = bool(function.get("strict"))
            strict.check(schema, strictly, where, f"{name}.parameters", "bad function")
        found.append(Tool(function["name"], schema))
    return tuple(found)
