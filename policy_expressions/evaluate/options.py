"""The command line: which expression, for which request."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, Optional

from policy_expressions.evaluate.checks import ContextError
from policy_expressions.evaluate.streams import decoded

PROGRAM = "policy-expressions"
_EPILOG = """\
exit status: 0 a value, 1 a .NET exception, 2 refused or asked in a wrong way

  policy-expressions eval '@(context.Request.Headers.GetValueOrDefault("x", "none"))' -H 'x: 1'
  policy-expressions eval policy.xml:12 --body request.json --var n=42 --response 429

PowerShell 7 takes both lines as they stand; Windows PowerShell 5 wants \\" for each " in '...'.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: {message} (--help tells the options)\n")


def parse(arguments: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Read the command line; a wrong one ends the process with status 2 and one line."""
    parser = _Parser(prog=PROGRAM, description="Tell what C# policy expressions give.")
    commands = parser.add_subparsers(
        prog=PROGRAM, dest="command", required=True, parser_class=_Parser
    )
    form = argparse.RawDescriptionHelpFormatter
    evaluating = commands.add_parser(
        "eval", help="tell what an expression gives", epilog=_EPILOG, formatter_class=form
    )
    evaluating.add_argument(
        "expression", nargs="?", help="@(...), @{...}, or FILE.xml:LINE[:COLUMN] where it stands"
    )
    evaluating.add_argument(
        "--jsonl", action="store_true", help="read questions from standard input, one JSON a line"
    )
    asking = commands.add_parser("repl", help="ask one expression after the other")
    for command in (evaluating, asking):
        _request(command)
    settings = parser.parse_args(arguments)
    if settings.command == "eval" and bool(settings.expression) == settings.jsonl:
        evaluating.error("give an expression, FILE.xml:LINE or --jsonl")
    return settings


def _request(parser: argparse.ArgumentParser) -> None:
    def option(*names: str, **more: Any) -> None:
        parser.add_argument(*names, **more)

    option("--method", metavar="M", help="the request's method (GET, with a body POST)")
    option("--url", metavar="U", help="its address, OriginalUrl too")
    option("-H", "--header", metavar="'NAME: VALUE'", action="append", default=[], help="a header")
    option("--body", metavar="FILE", help="its body; - is standard input")
    option(
        "--var",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a variable: JSON (42, true, null, {...}), else a text",
    )
    option("--response", metavar="STATUS", help="there is a response, with that status")
    option("--response-body", metavar="FILE", help="the response's body")
    option(
        "--named-value",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="what {{NAME}} stands for",
    )
    option("--context", metavar="FILE.json", help="a context as lines of --jsonl have it")
    option(
        "--missing-variable",
        choices=("null", "throw"),
        help='what context.Variables["missing"] does (null)',
    )
    option("--newline", choices=("lf", "crlf"), help="how lines of indented JSON end (lf)")
    option("--strict", action="store_true", help="refuse what is not on Microsoft's list")


def pair(option: str, text: str, sign: str) -> tuple[str, str]:
    """Return name and value of an option. Raises ContextError."""
    name, found, value = text.partition(sign)
    if not found or not name.strip():
        raise ContextError(option, f"'{text}' should be NAME{sign}VALUE")
    return name.strip(), value.strip() if sign == ":" else value


def variable(text: str) -> Any:
    """Return a variable as a context has it: JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def read(option: str, file: str) -> str:
    """Return the text of a file, or of standard input. Raises ContextError."""
    try:
        return decoded(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as fault:
        raise ContextError(option, f"{file} cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise ContextError(option, f"{file} is neither UTF-8 nor UTF-16") from None


def context_of(settings: argparse.Namespace) -> dict[str, Any]:
    """Return the context that the options describe, as JSON has it. Raises ContextError."""
    over = _file(settings.context) if settings.context else {}
    request: dict[str, Any] = dict(over.get("request") or {})
    if settings.header:
        headers: dict[str, list[str]] = {}
        for header in settings.header:
            name, value = pair("--header", header, ":")
            headers.setdefault(name, []).append(value)
        request["headers"] = {**(request.get("headers") or {}), **headers}
    if settings.body:
        request["body"] = read("--body", settings.body)
    given_method = settings.method or request.get("method")
    if given_method or request.get("body") is not None:
        request["method"] = given_method or "POST"
    if settings.url:
        request["url"] = settings.url
    if request:
        over["request"] = request
    if settings.var:
        made = dict(pair("--var", text, "=") for text in settings.var)
        held = {name: variable(value) for name, value in made.items()}
        over["variables"] = {**(over.get("variables") or {}), **held}
    _response(settings, over)
    for key, value in (
        ("missingVariable", settings.missing_variable),
        ("newline", settings.newline),
    ):
        if value:
            over[key] = value
    return over


def _response(settings: argparse.Namespace, over: dict[str, Any]) -> None:
    if not settings.response and not settings.response_body:
        return
    response = dict(over.get("response") or {})
    if settings.response:
        if not settings.response.isdecimal():
            raise ContextError("--response", f"'{settings.response}' should be a status: 429")
        response["status"] = int(settings.response)
    if settings.response_body:
        response["body"] = read("--response-body", settings.response_body)
    over["response"] = response


def _file(file: str) -> dict[str, Any]:
    try:
        found = json.loads(read("--context", file))
    except json.JSONDecodeError as fault:
        place = f"line {fault.lineno}, column {fault.colno}"
        raise ContextError("--context", f"{file} is no JSON: {place}") from None
    except RecursionError:
        raise ContextError("--context", f"{file} is nested too deeply") from None
    if not isinstance(found, dict):
        raise ContextError("--context", f"{file} should hold an object")
    return found
