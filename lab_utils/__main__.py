"""`python -m lab_utils`: ask a gateway, without a notebook, what it does to streams."""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from gateway_conformance import asking, table
from policy_expressions.evaluate import streams
from stream_probe import verdict
from stream_probe.probing import COST

from . import conformance
from .boundary import lab_errors
from .errors import ConfigError, DeployError, LabError
from .lab import Lab
from .settings import Settings


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Do what the command line says; 2 where there was no answer, 130 for an interrupt."""
    options = _options(argv)
    streams.use_utf_8()
    try:
        return _conformance(options) if options.command == "conformance" else _probe(options)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _probe(options: argparse.Namespace) -> int:
    """Return 0 for an even stream, 1 for any other."""
    # What the lab says on the way is no part of the answer.
    with contextlib.redirect_stdout(sys.stderr):
        report = _lab(options.url).probe(
            url=options.url,
            question=options.question,
            headers=dict(options.header),
            key_header=options.key_header,
        )
    print(json.dumps(report.json(), indent=1) if options.format == "json" else report)
    return {verdict.EVEN: 0, verdict.REFUSED: 2}.get(report.verdict, 1)


@lab_errors()
def _conformance(options: argparse.Namespace) -> int:
    """Return 0 where the two gateways agree, 1 where not, 2 where nothing was asked."""
    if options.questions:
        print(table.markdown())
        return 0
    settings = Settings.from_env()
    questions = asking.chosen(options.only)
    if settings.target != "azure":
        raise ConfigError(
            f"conformance asks API Management in Azure, and LAB_TARGET is {settings.target}\n"
            "Next: set LAB_TARGET=azure where the lab is deployed; docs/conformance/README.md "
            "tells what is asked."
        )
    print(asking.cost(questions), flush=True)
    if not options.yes and not _agreed():
        print("Nothing was asked; --yes agrees beforehand.")
        return 2
    from .cloud.target import AzureTarget  # with the Azure SDKs

    say = functools.partial(print, flush=True)
    return conformance.run(AzureTarget(settings, say), settings, questions, options.out, say)


def _agreed() -> bool:
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _options(argv: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab_utils", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    probe = commands.add_parser(
        "probe",
        help="send one streamed request and tell what happened to it on the way",
        description=f"Tell from the arrival of an answer why it does not stream: {COST}. The key "
        "comes from LAB_GATEWAY_KEY, in the environment or .env, or from the LAB_API_KEY of a "
        "gateway started by hand, never from the command line.",
        epilog="Exit code: 0 for an even stream, 1 for any other, 2 where there was no answer. "
        "docs/your-gateway.md explains the verdicts.",
    )
    probe.add_argument(
        "--url",
        default="",
        help="a gateway's address, one that ends with /openai/v1, or that of chat completions; "
        "without it, the target that LAB_TARGET names (local: started if it does not run)",
    )
    probe.add_argument("--format", choices=("text", "json"), default="text")
    probe.add_argument("--question", default="", help="instead of counting to 100")
    probe.add_argument(
        "--key-header",
        default="api-key",
        help="header of the key (default: %(default)s); Authorization sends it as a Bearer",
    )
    probe.add_argument(
        "--header",
        action="append",
        default=[],
        type=_header,
        metavar="NAME:VALUE",
        help="another header, such as x-mock-scenario:burst; may be repeated",
    )
    comparing = commands.add_parser(
        "conformance",
        help="compare API Management in Azure with the loopback gateway, question by question",
        description="Ask the lab's own API Management what nobody outside has settled, compare "
        "it with the loopback gateway, and write a report without keys and names.",
        epilog="Exit code: 0 where nothing differs, 1 where something does, 2 where nothing was "
        "asked. docs/conformance/README.md has the questions and the report's format.",
    )
    comparing.add_argument(
        "--out",
        type=Path,
        default=Path("build") / "conformance.json",
        metavar="FILE",
        help="where the report goes (default: %(default)s)",
    )
    comparing.add_argument(
        "--questions", action="store_true", help="print the table of questions, and ask nothing"
    )
    comparing.add_argument("--yes", action="store_true", help="agree to the cost beforehand")
    comparing.add_argument(
        "--only", action="append", default=[], metavar="ID", help="ask this one; may be repeated"
    )
    return parser.parse_args(argv)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (name.strip() and colon):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME:VALUE")
    return name.strip(), value.strip()


def _lab(url: str) -> Lab:
    if url:
        given = {**os.environ, "LAB_TARGET": "existing", "LAB_GATEWAY_URL": url}
        if not given.get("LAB_GATEWAY_KEY") and given.get("LAB_API_KEY"):
            given["LAB_GATEWAY_KEY"] = given["LAB_API_KEY"]  # of a gateway started by hand
        return Lab.from_env(given)
    lab = Lab.from_env()
    if lab.settings.target == "local":
        try:
            lab.gateway_url  # noqa: B018 - finds a lab that runs
        except DeployError:
            lab.deploy()
    return lab


if __name__ == "__main__":
    sys.exit(main())
