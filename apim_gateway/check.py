"""Tell what is wrong with policy documents and fragments, without serving anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from apim_gateway.errors import ConfigError, PolicyError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading import document, files, reader
from apim_gateway.reading.document import Fragment

NOTHING: Mapping[str, Path] = MappingProxyType({})


def check(
    documents: Iterable[Path],
    named_values: Mapping[str, str],
    fragments: Mapping[str, Path] = NOTHING,
) -> Iterator[tuple[bool, str]]:
    """Yield for each file whether it is right, and the lines to print.

    Backends, fragments and named values that a document names but that are not given are taken to
    be there. Raises ConfigError or PolicyError where a fragment that is given cannot be read.
    """
    known = {
        name: Fragment(_read(file, named_values), str(file)) for name, file in fragments.items()
    }
    for file in documents:
        try:
            root = _read(file, named_values)
            faults: list[PolicyError] = document.faults(root, str(file), REGISTRY, known)
        except PolicyError as error:
            faults = [error]
        except ConfigError as error:
            yield False, str(error)
            continue
        yield not faults, "\n".join(str(fault) for fault in faults) or f"{file}: ok"


def _read(file: Path, named_values: Mapping[str, str]) -> reader.Element:
    return reader.read(files.read(file), str(file), named_values, keep_unknown=True)
