"""What `serve` and `check` share: the forms of single options, and what documents name."""

from __future__ import annotations

import argparse
from ipaddress import ip_address
from pathlib import Path
from typing import Optional

from apim_gateway.reading import files
from apim_gateway.running.backends import is_address
from apim_gateway.serving.settings import Address

BACKEND_FORM = "NAME=URL[;priority=P;weight=W]"


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


def port(text: str) -> int:
    """Read a port. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give 0 to 65535")
    return int(text)


def ip(text: str) -> str:
    """Read an IP address. Raises ArgumentTypeError."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no IP address such as 10.0.0.1") from None


def count(text: str) -> int:
    """Read a whole number, 1 or more. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} should be a whole number, 1 or more")
    return int(text)


def pair(text: str) -> tuple[str, str]:
    """Read NAME=VALUE. Raises ArgumentTypeError."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} should be NAME=VALUE")
    return name, value


def named_file(text: str) -> tuple[str, Optional[Path]]:
    """Read NAME or NAME=FILE. Raises ArgumentTypeError."""
    name, equals, path = text.partition("=")
    if not name or bool(equals) != bool(path):
        raise argparse.ArgumentTypeError(f"{text!r} should be NAME or NAME=FILE")
    return name, Path(path) if path else None


def file(text: str) -> tuple[str, Path]:
    """Read NAME=FILE. Raises ArgumentTypeError."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} should be NAME=FILE")
    return name, Path(path)


def documents(parser: argparse.ArgumentParser) -> None:
    """Give a parser the options for what documents name."""
    group = parser.add_argument_group("what documents name")
    group.add_argument(
        "--fragment",
        type=file,
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a policy fragment for include-fragment; may be repeated",
    )
    group.add_argument(
        "--named-value",
        type=pair,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value for {{NAME}}; may be repeated (secrets: use --named-values)",
    )
    group.add_argument("--named-values", type=Path, metavar="FILE", help="named values (JSON)")


def named_values(options: argparse.Namespace) -> dict[str, str]:
    """Return the named values of the command line and of its file. Raises ConfigError."""
    given = files.named_values(options.named_values) if options.named_values else {}
    return {**given, **dict(options.named_value)}
