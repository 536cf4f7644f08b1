"""The forms of single options: each reads a text, or says what form is wanted."""

from __future__ import annotations

import argparse
from pathlib import Path

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


def file(text: str) -> tuple[str, Path]:
    """Read NAME=FILE. Raises ArgumentTypeError."""
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text!r} should be NAME=FILE")
    return name, Path(path)
