"""The command line of the gateway, checked before anything starts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Optional

from apim_gateway import forms
from apim_gateway.reading import files
from apim_gateway.serving.settings import LARGEST_REQUEST, SILENCE, Settings

KEY = "LAB_API_KEY"


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
        f"The subscription key is read from the environment variable {KEY}.",
    )
    _api(serve)
    _documents(serve)
    _listening(serve)
    _behaviour(serve)
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
    _documents(check)
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
    return options


def _api(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the API")
    group.add_argument("--policy", type=Path, required=True, metavar="FILE", help="its policy")
    group.add_argument(
        "--api", type=Path, required=True, metavar="FILE", help="its declaration (JSON)"
    )
    group.add_argument(
        "--backend",
        type=forms.address,
        action="append",
        required=True,
        metavar=forms.BACKEND_FORM,
        help="a server of the API's pool, which policies may also name; may be repeated",
    )
    group.add_argument("--global-policy", type=Path, metavar="FILE", help="policy of all APIs")
    group.add_argument(
        "--operation-policy",
        type=forms.file,
        action="append",
        default=[],
        metavar="OPERATION=FILE",
        help="policy of one operation of the API; may be repeated",
    )


def _documents(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what documents name")
    group.add_argument(
        "--fragment",
        type=forms.file,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a policy fragment for include-fragment; may be repeated",
    )
    group.add_argument(
        "--named-value",
        type=forms.pair,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value for {{NAME}}; may be repeated (secrets: use --named-values)",
    )
    group.add_argument("--named-values", type=Path, metavar="FILE", help="named values (JSON)")


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


def _listening(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the process")
    group.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    group.add_argument(
        "--port", type=forms.port, default=0, help="port to listen on; 0: any free one"
    )
    group.add_argument(
        "--redirect",
        type=forms.pair,
        action="append",
        default=[],
        metavar="PREFIX=URL",
        help="send what a policy addresses to PREFIX... to URL...; may be repeated",
    )
    group.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="let policies call this host too; else they reach loopback, and what --backend and "
        "--redirect name; may be repeated",
    )
    group.add_argument(
        "--telemetry",
        type=Path,
        metavar="FILE",
        help="append metrics, traces and events (JSON lines)",
    )
    group.add_argument(
        "--trace-all",
        type=Path,
        metavar="FOLDER",
        help="keep the trace of every request there: NNNN.json, .txt and .svg",
    )
    group.add_argument(
        "--largest-request",
        type=forms.count,
        default=LARGEST_REQUEST,
        metavar="BYTES",
        help="answer 413 to a larger request body (%(default)s)",
    )
    group.add_argument(
        "--backend-silence",
        type=forms.count,
        default=int(SILENCE),
        metavar="SECONDS",
        help="cut a stream whose backend says nothing for so long (%(default)s, as Azure's load "
        "balancer does)",
    )
    group.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input closes"
    )


def _behaviour(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what nobody outside has settled about API Management")
    group.add_argument(
        "--flush-every-chunk",
        action="store_true",
        help="release each chunk at once even where buffer-response is true",
    )
    group.add_argument(
        "--backend-failure",
        choices=("retry", "on-error"),
        default="retry",
        help="what sees first that a backend is dead or late (%(default)s)",
    )
    group.add_argument(
        "--missing-variable",
        choices=("null", "throw"),
        default="null",
        help='what context.Variables["missing"] does in an expression (%(default)s)',
    )
    group.add_argument(
        "--newline",
        choices=("lf", "crlf"),
        default="lf",
        help="how the lines of indented JSON end in an expression (%(default)s)",
    )


def settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the options of `serve` make. Raises ConfigError."""
    return Settings(
        policy=options.policy,
        api=options.api,
        backends=tuple(options.backend),
        host=options.host,
        port=options.port,
        global_policy=options.global_policy,
        operation_policies=dict(options.operation_policy),
        fragments=dict(options.fragment),
        named_values=named_values(options),
        redirects=dict(options.redirect),
        allowed_hosts=tuple(options.allow_host),
        telemetry=options.telemetry,
        trace_all=options.trace_all,
        largest_request=options.largest_request,
        backend_silence=options.backend_silence,
        flush_every_chunk=options.flush_every_chunk,
        backend_failure=options.backend_failure,
        missing_variable=options.missing_variable,
        newline=options.newline,
        stop_with_stdin=options.stop_with_stdin,
    )


def named_values(options: argparse.Namespace) -> dict[str, str]:
    """Return the named values of the command line and of its file. Raises ConfigError."""
    given = files.named_values(options.named_values) if options.named_values else {}
    return {**given, **dict(options.named_value)}
