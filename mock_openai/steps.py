"""The events of a streamed response, before they get their sequence numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional

from . import wire
from .context import Context
from .requests import Request
from .template import HOLE, Template
from .wire import Json


class Step(NamedTuple):
    """Hold one event before it gets its sequence number; of a delta, what its template lacks."""

    name: str
    fields: Json
    kind: str = wire.OTHER
    tokens: int = 0
    template: Optional[Template] = None

    def written(self, number: int) -> bytes:
        """Return the event as it is sent as the `number`th one."""
        if self.template:
            values = (wire.compact(value) for value in self.fields.values())
            return self.template.filled(str(number), *values)
        payload = {"type": self.name, "sequence_number": number, **self.fields}
        return wire.encode(wire.framed(payload, self.name))


def deltas(
    name: str, place: Json, tokens: Iterable[str], request: Request, context: Context
) -> Iterator[Step]:
    """Yield an event for each token of a text; `place` says what it is a part of."""
    fields: Json = {"type": name, "sequence_number": HOLE, **place, "delta": HOLE}
    if name == "response.output_text.delta":
        fields["logprobs"] = []
    if request.obfuscate:
        fields["obfuscation"] = HOLE
    template = Template(fields, name)
    for token in tokens:
        values = {"delta": token}
        if request.obfuscate:
            values["obfuscation"] = wire.padding(len(token), 0, context.rng)
        yield Step(name, values, wire.CONTENT, 1, template)
