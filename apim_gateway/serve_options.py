"""The options of `serve`, and the settings they make."""

from __future__ import annotations

import argparse
from pathlib import Path

from apim_gateway import forms
from apim_gateway.serving.settings import LARGEST_REQUEST, SILENCE, Settings

KEY = "LAB_API_KEY"


def add(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options of `serve`."""
    _api(parser)
    forms.documents(parser)
    _listening(parser)
    _behaviour(parser)


def _api(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="FOLDER",
        help="a gateway as APIOps lays it out: APIs, backends, fragments, named values, products; "
        "or give --policy, --api and --backend",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="API",
        help="serve this API of FOLDER and no other that is not named; may be repeated",
    )
    group = parser.add_argument_group("the API")
    group.add_argument("--policy", type=Path, metavar="FILE", help="its policy")
    group.add_argument("--api", type=Path, metavar="FILE", help="its declaration (JSON)")
    group.add_argument(
        "--openapi",
        type=Path,
        metavar="FILE",
        help="an OpenAPI document (JSON) of its operations, in place of the declaration's",
    )
    group.add_argument(
        "--backend",
        type=forms.address,
        action="append",
        default=[],
        metavar=forms.BACKEND_FORM,
        help="a server of the API's pool, which policies may also name; with FOLDER the server "
        "that stands for a backend of it; may be repeated",
    )
    group.add_argument("--global-policy", type=Path, metavar="FILE", help="policy of all APIs")
    group.add_argument(
        "--product",
        type=forms.named_file,
        action="append",
        default=[],
        metavar="NAME[=FILE]",
        help=f"a product, with its policy; the key of {KEY} is a subscription to the first one; "
        "may be repeated",
    )
    group.add_argument(
        "--bearer-key",
        action="store_true",
        help="take the key as Authorization: Bearer as well, as the API does where its "
        'subscriptionKeyParameterNames have bearer: "enabled"',
    )
    group.add_argument(
        "--caller",
        type=forms.ip,
        metavar="ADDRESS",
        help="the address that policies see every request come from, for ip-filter and "
        "context.Request.IpAddress; else the real one, which is on loopback",
    )
    group.add_argument(
        "--subscriptions",
        type=Path,
        metavar="FILE",
        help="more keys, each with the name of its subscription, its product and user (JSON)",
    )
    group.add_argument(
        "--operation-policy",
        type=forms.file,
        action="append",
        default=[],
        metavar="OPERATION=FILE",
        help="policy of one operation of the API; may be repeated",
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


def fault(options: argparse.Namespace) -> str:
    """Return what is wrong with options that do not go together, or nothing."""
    needed = {"--policy": options.policy, "--api": options.api, "--backend": options.backend}
    missing = [name for name, value in needed.items() if not value]
    if not options.folder:
        told = f"the following arguments are required: {', '.join(missing)}, or a FOLDER"
        return told if missing else "--only goes with a FOLDER" if options.only else ""
    alone = {
        "--policy": options.policy,
        "--api": options.api,
        "--openapi": options.openapi,
        "--global-policy": options.global_policy,
        "--operation-policy": options.operation_policy,
    }
    given = [name for name, value in alone.items() if value]
    given += ["--product NAME=FILE" for _, file in options.product if file]
    if given:
        return f"{given[0]} does not go with FOLDER, which has that itself"
    placed = [each for each in options.backend if (each.priority, each.weight) != (1, 100)]
    return "--backend: the pools of FOLDER say priority and weight" if placed else ""


def settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the options of `serve` make. Raises ConfigError."""
    return Settings(
        folder=options.folder,
        only=tuple(options.only),
        openapi=options.openapi,
        policy=options.policy,
        api=options.api,
        backends=tuple(options.backend),
        host=options.host,
        port=options.port,
        global_policy=options.global_policy,
        operation_policies=dict(options.operation_policy),
        products=dict(options.product),
        bearer_key=options.bearer_key,
        caller=options.caller or "",
        subscriptions=options.subscriptions,
        fragments=dict(options.fragment),
        named_values=forms.named_values(options),
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
