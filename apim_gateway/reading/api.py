"""The API as api.json declares it: path, key names, operations, pool and breaker rule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Optional
from urllib.parse import unquote

from apim_gateway.errors import ConfigError
from apim_gateway.reading import durations, files
from apim_gateway.running.backends import BreakerRule

# First segments of paths that belong to the management surface, not to an API.
RESERVED = ("apis", "gateways", "policies", "status-0123456789abcdef", "subscriptions")


@dataclass(frozen=True)
class Operation:
    """Match one method and URL template, such as `/deployments/{deployment-id}/completions`."""

    name: str
    display_name: str
    method: str
    template: str
    pattern: re.Pattern[str]
    parameters: tuple[str, ...]

    def match(self, method: str, path: str) -> Optional[dict[str, str]]:
        """Return the template's parameters, or None; `path` is the part after the API's path."""
        found = self.pattern.fullmatch(path) if method.upper() == self.method else None
        if not found:
            return None
        return {name: unquote(part) for name, part in zip(self.parameters, found.groups())}


@dataclass(frozen=True)
class Api:
    """Hold what the gateway must know of its API."""

    name: str
    display_name: str
    path: str  # without slashes at either end
    key_header: str
    key_query: str
    key_as_bearer: bool  # the key may come as Authorization: Bearer, too
    operations: tuple[Operation, ...]  # the most specific template first
    pool: str
    rule: Optional[BreakerRule]

    def suffix(self, path: str) -> Optional[str]:
        """Return what follows the API's path in `path`, or None where another API begins."""
        prefix = f"/{self.path}"
        head, rest = path[: len(prefix)], path[len(prefix) :]
        if head.lower() != prefix.lower() or (rest and not rest.startswith("/")):
            return None
        return rest or "/"

    def match(self, method: str, path: str) -> Optional[tuple[Operation, dict[str, str]]]:
        """Find the operation of a request; `path` is the part after the API's path."""
        for operation in self.operations:
            parameters = operation.match(method, path)
            if parameters is not None:
                return operation, parameters
        return None


def load(file: Path) -> Api:
    """Read `file`, the API's declaration. Raises ConfigError that names the key at fault."""
    try:
        document = json.loads(files.read(file))
    except json.JSONDecodeError as error:
        raise ConfigError(f"{file}:{error.lineno}: not valid JSON: {error.msg}") from error
    except RecursionError:
        raise ConfigError(f"{file}: not valid JSON: it is nested too deeply") from None
    return parse(document, str(file))


def parse(document: object, file: str) -> Api:
    """Build the API from the parsed `document`; `file` is for messages. Raises ConfigError."""
    root = _Reader(document, file)
    path = root.text("path").strip("/")
    if not path or path.split("/")[0].lower() in RESERVED:
        root.refuse("path", f"{path!r} cannot be an API's path; {', '.join(RESERVED)} are taken")
    keys = root.at("subscriptionKeyParameterNames")
    backend = root.at("backend")
    operations = [_operation(item) for item in root.items("operations")]
    return Api(
        name=root.text("name"),
        display_name=root.text("displayName"),
        path=path,
        key_header=keys.text("header"),
        key_query=keys.text("query"),
        key_as_bearer=keys.get("bearer") == "enabled",
        operations=tuple(sorted(operations, key=_generality)),
        pool=backend.text("name"),
        rule=_rule(backend.at("circuitBreakerRule")) if backend.has("circuitBreakerRule") else None,
    )


def _generality(operation: Operation) -> tuple[bool, int]:
    return operation.template.endswith("/*"), len(operation.parameters)


def _operation(item: _Reader) -> Operation:
    template = item.text("urlTemplate")
    path = template.split("?")[0]
    pieces = re.split(r"\{\*?([^{}]+)\}", path)
    if not path.startswith("/") or any("{" in piece or "}" in piece for piece in pieces):
        item.refuse("urlTemplate", f"{template!r} is not a template such as /things/{{id}}")
    literals = [re.escape(piece) for piece in pieces[::2]]
    if literals[-1].endswith(r"/\*"):
        literals[-1] = literals[-1][:-3] + "(?:/.*)?"
    return Operation(
        name=item.text("name"),
        display_name=item.text("displayName"),
        method=item.text("method").upper(),
        template=template,
        pattern=re.compile("([^/]+)".join(literals), re.IGNORECASE),
        parameters=tuple(pieces[1::2]),
    )


def _rule(item: _Reader) -> BreakerRule:
    condition = item.at("failureCondition")
    count, percentage = condition.number("count"), condition.number("percentage")
    if (count is None) == (percentage is None):
        condition.refuse("count", "give either count or percentage")
    return BreakerRule(
        count=None if count is None else int(count),
        percentage=percentage,
        interval=condition.duration("interval"),
        trip_duration=item.duration("tripDuration"),
        ranges=tuple(
            (int(part.number("min") or 0), int(part.number("max") or 0))
            for part in condition.items("statusCodeRanges")
        ),
        errors=tuple(str(reason) for reason in condition.get("errorReasons", [])),
        accept_retry_after=bool(item.get("acceptRetryAfter", False)),
    )


class _Reader:
    """Read a JSON object key by key, so that a message names the key at fault."""

    def __init__(self, value: object, file: str, place: str = "") -> None:
        self.file, self.place = file, place
        if not isinstance(value, dict):
            self.refuse("", "an object is wanted")
        self.value: Mapping[str, Any] = value

    def refuse(self, key: str, reason: str) -> NoReturn:
        raise ConfigError(f"{self.file}: {self._name(key) or 'the document'}: {reason}")

    def get(self, key: str, default: Any = None) -> Any:
        return self.value.get(key, default)

    def has(self, key: str) -> bool:
        return key in self.value

    def at(self, key: str) -> _Reader:
        return _Reader(self.get(key), self.file, self._name(key))

    def items(self, key: str) -> list[_Reader]:
        found = self.get(key, [])
        if not isinstance(found, list):
            self.refuse(key, "a list is wanted")
        name = self._name(key)
        return [_Reader(item, self.file, f"{name}[{index}]") for index, item in enumerate(found)]

    def text(self, key: str) -> str:
        found = self.get(key)
        if not isinstance(found, str) or not found:
            self.refuse(key, f"a text is wanted, not {found!r}")
        return found

    def number(self, key: str) -> Optional[float]:
        found = self.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, (int, float)) or found < 0:
            self.refuse(key, f"a number is wanted, not {found!r}")
        return found

    def duration(self, key: str) -> float:
        try:
            return durations.seconds(self.text(key))
        except ValueError as error:
            self.refuse(key, str(error))

    def _name(self, key: str) -> str:
        return ".".join(part for part in (self.place, key) if part)
