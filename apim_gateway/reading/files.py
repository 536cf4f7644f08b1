"""Files that the command line names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from apim_gateway.errors import ConfigError


def read(file: Path) -> str:
    """Return the text of a file. Raises ConfigError that names it."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(f"{file} cannot be read: {reason}") from error


def json_object(file: Path, text: str, kind: str) -> dict[str, Any]:
    """Return the JSON object in a file's text. Raises ConfigError that names file and kind."""
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(f"{file} is no {kind}: it is not JSON") from None
    if not isinstance(loaded, dict):
        raise ConfigError(f"{file} is no {kind}: it should be a JSON object")
    return loaded


def named_values(file: Path) -> dict[str, str]:
    """Return the named values in a JSON file: {"name": "value"}. Raises ConfigError."""
    try:
        loaded = json.loads(read(file))
    except (ValueError, RecursionError) as error:
        reason = error if isinstance(error, json.JSONDecodeError) else "it is nested too deeply"
        raise ConfigError(f"{file} is not JSON: {reason}") from error
    if not isinstance(loaded, dict) or not all(isinstance(v, str) for v in loaded.values()):
        raise ConfigError(f'{file} should be JSON such as {{"name": "value"}}')
    return loaded
