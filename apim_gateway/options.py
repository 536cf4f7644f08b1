"""The command line of the gateway, checked before anything starts."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Optional

from apim_gateway.errors import ConfigError
from apim_gateway.running.backends import is_address

KEY = "LAB_API_KEY"
BACKEND_FORM = "NAME=URL[;priority=P;weight=W]"


@dataclass(frozen=True)
class Address:
    """Hold one --backend: a server, and its place in the API's pool."""

    name: str
    url: str
    priority: int = 1
    weight: int = 100


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help tells the options)\n")


def parse(arguments: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Read the command line; a wrong one ends the process with status 2 and one line."""
    parser = _Parser(
        prog="python -m apim_gateway",
        description="Run API Management policy documents on loopback. "
        f"The subscription key is read from the environment variable {KEY}.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=0, help="port to listen on; 0: any free one")
    parser.add_argument("--policy", type=Path, metavar="FILE", help="the API's policy document")
    parser.add_argument("--api", type=Path, metavar="FILE", help="the API's declaration (JSON)")
    parser.add_argument(
        "--backend",
        type=address,
        action="append",
        default=[],
        metavar=BACKEND_FORM,
        help="a server of the API's pool, which policies may also name; may be repeated",
    )
    parser.add_argument("--global-policy", type=Path, metavar="FILE", help="policy of all APIs")
    parser.add_argument(
        "--operation-policy",
        type=_pair,
        action="append",
        default=[],
        metavar="OPERATION=FILE",
        help="policy of one operation of the API; may be repeated",
    )
    parser.add_argument(
        "--fragment",
        type=_pair,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a policy fragment for include-fragment; may be repeated",
    )
    parser.add_argument(
        "--named-value",
        type=_pair,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value for {{NAME}}; may be repeated (secrets: use --named-values)",
    )
    parser.add_argument("--named-values", type=Path, metavar="FILE", help="named values (JSON)")
    parser.add_argument(
        "--redirect",
        type=_pair,
        action="append",
        default=[],
        metavar="PREFIX=URL",
        help="send what a policy addresses to PREFIX... to URL...; may be repeated",
    )
    parser.add_argument(
        "--telemetry",
        type=Path,
        metavar="FILE",
        help="append metrics, traces and events (JSON lines)",
    )
    parser.add_argument(
        "--flush-every-chunk",
        action="store_true",
        help="release each chunk at once even where buffer-response is true",
    )
    parser.add_argument(
        "--missing-variable",
        choices=("null", "throw"),
        default="null",
        help='what context.Variables["missing"] does in an expression (%(default)s)',
    )
    parser.add_argument(
        "--newline",
        choices=("lf", "crlf"),
        default="lf",
        help="how the lines of indented JSON end in an expression (%(default)s)",
    )
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input closes"
    )
    parser.add_argument(
        "--check",
        nargs="+",
        metavar="FILE",
        help="load these documents and fragments, tell what is wrong with them, and end",
    )
    parser.add_argument(
        "--eval",
        action="store_true",
        help="evaluate expressions: JSON lines from standard input to standard output",
    )
    parser.add_argument(
        "--policies", action="store_true", help="print the reference of policies (Markdown) and end"
    )
    options = parser.parse_args(arguments)
    if not (options.check or options.eval or options.policies):
        missing = [name for name in ("policy", "api", "backend") if not getattr(options, name)]
        if missing:
            parser.error(f"give {' and '.join(f'--{name}' for name in missing)}")
        names = [backend.name for backend in options.backend]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            parser.error(f"--backend {twice[0]} is given twice; every name stands for one server")
    return options


def address(text: str) -> Address:
    """Read the value of --backend. Raises ArgumentTypeError that tells the form wanted."""
    head, *parts = text.split(";")
    name, equals, url = head.partition("=")
    if not (equals and name and is_address(url)):
        raise argparse.ArgumentTypeError(f"{text!r} should be {BACKEND_FORM}")
    places = {}
    for part in parts:
        key, _, number = part.partition("=")
        if key not in ("priority", "weight") or not (number.isascii() and number.isdigit()):
            raise argparse.ArgumentTypeError(f"{part!r} in {text!r} should be {BACKEND_FORM}")
        places[key] = int(number)
    return Address(name, url.rstrip("/"), **places)


def named_values(settings: argparse.Namespace) -> dict[str, str]:
    """Return the named values of the command line and of its file. Raises ConfigError."""
    values: dict[str, str] = {}
    if settings.named_values:
        try:
            loaded = json.loads(read(settings.named_values))
        except ValueError as error:
            raise ConfigError(f"{settings.named_values} is not JSON: {error}") from error
        if not isinstance(loaded, dict) or not all(isinstance(v, str) for v in loaded.values()):
            raise ConfigError(f'{settings.named_values} should be JSON such as {{"name": "value"}}')
        values.update(loaded)
    values.update(settings.named_value)
    return values


def read(file: Path) -> str:
    """Return the text of a file. Raises ConfigError that names it."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give 0 to 65535")
    return int(text)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} should be NAME=VALUE")
    return name, value
