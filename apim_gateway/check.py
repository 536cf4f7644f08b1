"""Tell what is wrong with policy documents and fragments, without serving anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from apim_gateway import options
from apim_gateway.errors import ConfigError, PolicyError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading import document, reader


class _Assumed(dict[str, str]):
    """Give any named value that is not known as `1`, which most places take; it is never empty."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "1"


def check(files: Iterable[str], named_values: Mapping[str, str]) -> Iterator[tuple[bool, str]]:
    """Yield for each file whether it is right, and the lines to print.

    Backends, fragments and named values that a document names but that are not known here are
    taken as given.
    """
    values = _Assumed(named_values)
    for file in files:
        try:
            root = reader.read(options.read(Path(file)), file, values)
            faults: list[PolicyError] = document.faults(root, file, REGISTRY)
        except PolicyError as error:
            faults = [error]
        except ConfigError as error:
            yield False, str(error)
            continue
        yield not faults, "\n".join(str(fault) for fault in faults) or f"{file}: ok"
