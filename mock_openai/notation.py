"""Reads what users write by hand: JSON, and YAML where PyYAML is installed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .errors import OptionError

YAML = (".yaml", ".yml")
WITHOUT_YAML = "YAML needs PyYAML: pip install pyyaml"
_DATE = "tag:yaml.org,2002:timestamp"


def of_file(path: Path, wanted: str) -> Any:
    """Return what a file holds: YAML by its ending, else JSON; `wanted` is told beside a fault.

    Raises OptionError that names file, line and column.
    """
    name = "YAML" if path.suffix.lower() in YAML else "JSON"
    try:
        text = path.read_text(encoding="utf-8")
        return of_yaml(text, f"{path}", wanted) if name == "YAML" else json.loads(text)
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise OptionError(f"{path}:{error.lineno}:{error.colno}: is no JSON; {wanted}") from None
    except (ValueError, RecursionError):  # another encoding, or nested too deeply
        raise OptionError(f"{path} is no {name} in UTF-8; {wanted}") from None


def of_yaml(text: str, where: str, wanted: str, aliases: bool = True) -> Any:
    """Return what YAML says as JSON would have it: a date is a text, and so is every key.

    Without `aliases` a text cannot stand for one that is a thousand times as long. Raises
    OptionError.
    """
    try:
        import yaml
    except ImportError:
        raise OptionError(f"{where}: {WITHOUT_YAML}") from None

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012 - as its base has it
            first: [(tag, pattern) for tag, pattern in each if tag != _DATE]
            for first, each in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    try:
        if not aliases and any(isinstance(each, yaml.AliasToken) for each in yaml.scan(text)):
            raise OptionError(f"{where} has an alias, which it does not take; {wanted}")
        read = yaml.load(text, Loader)  # noqa: S506 - it is a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise OptionError(f"{place}: is no YAML; {wanted}") from None
    except (yaml.YAMLError, ValueError, RecursionError):  # a control character, 2026-99-99
        raise OptionError(f"{where} is no YAML; {wanted}") from None
    try:
        return json.loads(json.dumps(read, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise OptionError(f"{where} holds what JSON cannot, such as a set or .nan") from None
