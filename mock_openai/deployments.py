"""Which deployments exist, and which model each serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Optional

from . import models
from .errors import OptionError, RefusedError
from .models import Model


@dataclass(frozen=True)
class Deployments:
    """Hold deployments by name; without any named, each model is deployed under its own name."""

    named: Mapping[str, Model]
    anything: bool = False  # any other name exists, too

    @classmethod
    def of(cls, texts: Iterable[str], anything: bool = False) -> Deployments:
        """Read `NAME` or `NAME=MODEL`. Raises OptionError for a model that is not known."""
        return cls(dict(map(_read, texts)), anything)

    def find(self, name: str) -> Model:
        """Return what a deployment serves. Raises RefusedError if there is no such deployment."""
        found = self.named.get(name)
        if found is None and not self.named:
            found = models.known(name)
        if found is None and self.anything:
            found = models.served_by(name)
        if found is None:
            raise RefusedError("no deployment")
        return found

    def __iter__(self) -> Iterator[tuple[str, Model]]:
        """Yield the deployments with what they serve; names that are merely allowed are not."""
        listed = self.named or {model.name: model for model in models.MODELS}
        return iter(listed.items())


def _read(text: str) -> tuple[str, Model]:
    name, equals, wanted = (part.strip() for part in text.partition("="))
    model: Optional[Model] = models.known(wanted) if equals else models.served_by(name)
    if not name or model is None:
        listed = ", ".join(each.name for each in models.MODELS)
        raise OptionError(f"--deployment takes NAME or NAME=MODEL of {listed}, not '{text}'")
    return name, model
