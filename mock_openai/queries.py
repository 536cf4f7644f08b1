"""What can be asked beside answers: the models there are, and the responses that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Callable, Optional

from . import catalog, frontdoor
from .mock import Mock
from .wire import Event, Json

Path = Mapping[str, str]  # what a path's {names} stand for


@dataclass(frozen=True)
class Query:
    """Describe one question: its answer, whole or streamed, and since when it can be asked."""

    answer: Callable[[Mock, Path], Json]
    since: str = frontdoor.VERSIONS[0]  # dated version of the API
    stream: Optional[Callable[[Mock, Path, int], Iterator[Event]]] = None


_MODELS = Query(lambda mock, _: catalog.listed(mock.deployments))
_MODEL = Query(lambda mock, path: catalog.one(mock.deployments, path["model"]))
_SINCE = frontdoor.RESPONSES_SINCE
_GET = Query(
    lambda mock, path: mock.memory.get(path["response"]),
    _SINCE,
    lambda mock, path, after: mock.memory.stream(path["response"], after),
)
_DELETE = Query(lambda mock, path: mock.memory.delete(path["response"]), _SINCE)
_CANCEL = Query(lambda mock, path: mock.memory.cancel(path["response"]), _SINCE)
_ITEMS = Query(lambda mock, path: mock.memory.input_items(path["response"]), _SINCE)

ROUTES: Mapping[tuple[str, str], Query] = {
    (method, root + path): query
    for root in ("/openai", "/openai/v1")
    for method, path, query in (
        ("GET", "/models", _MODELS),
        ("GET", "/models/{model}", _MODEL),
        ("GET", "/responses/{response}", _GET),
        ("DELETE", "/responses/{response}", _DELETE),
        ("POST", "/responses/{response}/cancel", _CANCEL),
        ("GET", "/responses/{response}/input_items", _ITEMS),
    )
}
