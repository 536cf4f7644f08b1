"""The command line of the gateway, checked before anything starts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Optional

from apim_gateway import forms, serve_options


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help tells the options)\n")


def parse(arguments: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Read the command line; a wrong one ends the process with status 2 and one line."""
    name = Path(sys.argv[0]).name
    parser = _Parser(
        prog="python -m apim_gateway" if name == "__main__.py" else name,
        description="Run API Management policy documents on loopback, or check them.",
    )
    commands = parser.add_subparsers(
        dest="command", metavar="serve|check|trace|policies", required=True
    )
    serve = commands.add_parser(
        "serve",
        help="run policy documents on loopback",
        description="Run policy documents on loopback. "
        f"The subscription key is read from the environment variable {serve_options.KEY}.",
    )
    serve_options.add(serve)
    check = commands.add_parser(
        "check",
        help="tell what policy documents do to a stream, and what is wrong with them",
        description="Tell for each policy document or fragment whether a stream passes it, and "
        "why not, and everything that API Management would refuse. The exit status is 1 for "
        "findings as bad as --fail-on, 2 where a file cannot be read.",
    )
    check.add_argument(
        "files", nargs="+", type=Path, metavar="PATH", help="a document, a fragment or a folder"
    )
    forms.documents(check)
    _surroundings(check)
    _reporting(check)
    trace = commands.add_parser(
        "trace",
        help="draw the trace of a request",
        description="Draw the trace of a request: each policy, what it decided and how long it "
        "took, and each release of the response.",
    )
    trace.add_argument(
        "file", type=Path, metavar="FILE", help="a trace, as listTrace or serve --trace-all has it"
    )
    trace.add_argument("--svg", action="store_true", help="as a picture instead of text")
    policies = commands.add_parser(
        "policies",
        help="print the reference of policies (Markdown)",
        description="Print the reference of policies (Markdown).",
    )
    policies.add_argument(
        "--streaming", action="store_true", help="what each does to a stream, and every rule"
    )
    options = parser.parse_args(arguments)
    if options.command == "serve":
        names = [backend.name for backend in options.backend]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            serve.error(f"--backend {twice[0]} is given twice; every name stands for one server")
        wrong = serve_options.fault(options)
        if wrong:
            serve.error(wrong)
    return options


def _surroundings(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is around the document")
    group.add_argument("--fragments", type=Path, metavar="FOLDER", help="all fragments: NAME.xml")
    scopes = {
        "global": "policy of all APIs",
        "product": "policy of the product",
        "api": "policy of the API; each PATH is then the policy of an operation",
        "operation": "policy of an operation, which runs with PATH as its API's",
    }
    for scope, told in scopes.items():
        group.add_argument(f"--{scope}", type=Path, metavar="FILE", help=told)
    service = group.add_mutually_exclusive_group()
    service.add_argument(
        "--bicep", type=Path, metavar="FILE", help="the service: its tier and diagnostics"
    )
    service.add_argument(
        "--template", type=Path, metavar="FILE", help="the same as an ARM template (JSON)"
    )


def _reporting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the report")
    group.add_argument(
        "--streaming-only", action="store_true", help="tell only what concerns streams"
    )
    group.add_argument(
        "--format",
        choices=("text", "json", "sarif", "github"),
        default="text",
        help="for people, programs, code scanning or a GitHub workflow (%(default)s)",
    )
    group.add_argument(
        "--fail-on",
        choices=("error", "warning", "note", "never"),
        default="error",
        help="the least level of a finding that makes the exit status 1 (%(default)s)",
    )
