"""Asks for expressions, one after the other, and answers each for the same request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policy_expressions.evaluate.ask import answer
from policy_expressions.evaluate.checks import ContextError
from policy_expressions.evaluate.options import pair, variable
from policy_expressions.evaluate.sources import find
from policy_expressions.span import expression_end

HELP = """\
An expression, with or without @( ); a block @{ ... } may take several lines. Or:
  :header NAME: VALUE    :var NAME=VALUE    :body TEXT    :url U    :method M
  :response STATUS       :help              :quit
"""


def run(
    over: dict[str, Any],
    named_values: dict[str, str],
    ask: Callable[[str], str],
    tell: Callable[[str], object],
) -> None:
    """Answer until the input ends or `:quit`; ask reads a line (EOFError at the end)."""
    while True:
        try:
            text = _whole(ask)
        except (EOFError, KeyboardInterrupt):
            return
        if text in (":quit", ":q"):
            return
        try:
            if text.startswith(":"):
                tell(_command(text[1:], over))
            elif text:
                source = text if text.startswith("@") else f"@({text})"
                tell(answer(find(source, named_values), over)[1])
        except ContextError as fault:
            tell(f"{fault}\n")


def _whole(ask: Callable[[str], str]) -> str:
    text = ask("> ").strip()
    while text.startswith(("@{", "@(")) and expression_end(text, 0) is None:
        text += "\n" + ask(". ")
    return text


def _command(text: str, over: dict[str, Any]) -> str:
    name, _, value = text.partition(" ")
    request = over.setdefault("request", {})
    if name == "header":
        header, content = pair(":header", value, ":")
        request.setdefault("headers", {})[header] = [content]
    elif name == "var":
        held, content = pair(":var", value, "=")
        over.setdefault("variables", {})[held] = variable(content)
    elif name in ("body", "url", "method"):
        request[name] = value
    elif name == "response":
        if not value.isdecimal():
            raise ContextError(":response", f"'{value}' should be a status: 429")
        over["response"] = {"status": int(value)}
    else:
        return HELP
    return ""
