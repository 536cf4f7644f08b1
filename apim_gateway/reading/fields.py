"""The fields of a JSON object, read one by one, so that a message names file and key at fault."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, Optional

from apim_gateway.errors import ConfigError
from apim_gateway.reading import durations, files


def load(file: Path) -> Fields:
    """Return the JSON object in a file. Raises ConfigError that names the line at fault."""
    return Fields(_parsed(file), str(file))


def load_list(file: Path) -> list[Fields]:
    """Return the JSON objects in a file's list. Raises ConfigError."""
    return Fields({"list": _parsed(file)}, str(file)).items("list")


def _parsed(file: Path) -> object:
    try:
        return json.loads(files.read(file))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{file}:{error.lineno}: not valid JSON: {error.msg}") from error
    except RecursionError:
        raise ConfigError(f"{file}: not valid JSON: it is nested too deeply") from None


class Fields:
    """Read the fields of one object; every reader raises ConfigError."""

    def __init__(self, value: object, file: str, place: str = "") -> None:
        self.file, self.place = file, place
        if not isinstance(value, dict):
            self.refuse("", "an object is wanted")
        self.value: Mapping[str, Any] = value

    def refuse(self, key: str, reason: str) -> NoReturn:
        """Raise a ConfigError about a key, or about the object itself."""
        raise ConfigError(f"{self.file}: {self._name(key) or 'the document'}: {reason}")

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key as it stands."""
        return self.value.get(key, default)

    def at(self, key: str) -> Fields:
        """Return the object under a key."""
        return Fields(self.get(key), self.file, self._name(key))

    def maybe(self, key: str) -> Fields:
        """Return the object under a key, an empty one where there is none."""
        found = self.get(key)
        return Fields({} if found is None else found, self.file, self._name(key))

    def items(self, key: str) -> list[Fields]:
        """Return the objects in the list under a key, none where there is no list."""
        found = self.get(key)
        if found is None:
            return []
        if not isinstance(found, list):
            self.refuse(key, "a list is wanted")
        name = self._name(key)
        return [Fields(item, self.file, f"{name}[{index}]") for index, item in enumerate(found)]

    def text(self, key: str, default: Optional[str] = None) -> str:
        """Return the text under a key, which is needed unless there is a default."""
        found = self.get(key)
        if found is None and default is not None:
            return default
        if not isinstance(found, str) or not (found or default is not None):
            self.refuse(key, f"a text is wanted, not {found!r}")
        return found

    def number(self, key: str) -> Optional[float]:
        """Return the number under a key, None where there is none."""
        found = self.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, (int, float)) or found < 0:
            self.refuse(key, f"a number is wanted, not {found!r}")
        return found

    def flag(self, key: str, default: bool) -> bool:
        """Return the true or false under a key."""
        found = self.get(key)
        if found is None:
            return default
        if not isinstance(found, bool):
            self.refuse(key, f"true or false is wanted, not {found!r}")
        return found

    def duration(self, key: str) -> float:
        """Return the seconds that the ISO 8601 duration under a key says."""
        try:
            return durations.seconds(self.text(key))
        except ValueError as error:
            self.refuse(key, str(error))

    def _name(self, key: str) -> str:
        return ".".join(part for part in (self.place, key) if part)
