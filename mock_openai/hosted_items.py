"""What tools that the service runs itself leave in a response: searches, code, images.

The order of events and keys is that of recorded streams; what no recording of Azure has (file
search, and `web_search` without preview) is as the SDK's types and OpenAI's recordings have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from . import picture, texts, wire
from .context import Context
from .items import COMPLETED, IN_PROGRESS, Item
from .requests import Request
from .steps import Step
from .wire import Json

SOURCES = "web_search_call.action.sources"
RESULTS = "file_search_call.results"
OUTPUTS = "code_interpreter_call.outputs"

_URL = "https://www.example.com/streaming"
_FILE = {"file_id": "file-MockOfAzureOpenAI0000001", "filename": "streaming.md"}
_CODE = "numbers = [2, 3, 5]\nprint(sum(numbers))"
_LOGS = "10\n"


class Hosted(Item):
    """Be one use of a tool that the service runs."""

    tokens = 24  # about what recordings count beside the text
    name = ""

    def __init__(self, request: Request, context: Context, tool: Json) -> None:
        super().__init__(request, context)
        self.tool = tool

    def includes(self, name: str) -> bool:
        """Tell whether the call wants so much to be told."""
        return name in (self.request.body.get("include") or ())

    def step(self, output: int, name: str, silent: int = 0, **fields: object) -> Step:
        """Return an event of this tool, after the time of so many tokens."""
        place = {"output_index": output, "item_id": self.id}
        kind = wire.ROLE if silent else wire.OTHER
        return Step(f"response.{self.name}.{name}", {**place, **fields}, kind, silent)

    def done(self, fields: Json) -> Step:
        """Return the end, which comes when the tool has worked."""
        return Step("response.output_item.done", fields, wire.ROLE, self.tokens)


class WebSearch(Hosted):
    """Be a search of the web; the preview of the tool never says that it is completed."""

    prefix = "ws_"
    name = "web_search_call"

    @property
    def preview(self) -> bool:
        """Tell whether the tool is the preview."""
        return "preview" in str(self.tool["type"])

    def started(self) -> Json:
        """Return the search without its query."""
        return self._item(IN_PROGRESS, {"type": "search"})

    def ended(self) -> Json:
        """Return the search with its query, and its sources if they are asked for."""
        query = self.request.prompt[:100]
        action: Json = {"type": "search", "query": query}
        if not self.preview:
            action = {"type": "search", "queries": [query], "query": query}
        if self.includes(SOURCES):
            action["sources"] = [{"type": "url", "url": _URL}]
        return self._item("searching" if self.preview else COMPLETED, action)

    def _item(self, status: str, action: Json) -> Json:
        return {"id": self.id, "type": self.name, "status": status, "action": action}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield how the search goes."""
        yield self.step(output, "in_progress")
        yield self.step(output, "searching")
        if not self.preview:
            yield self.step(output, "completed")

    def citation(self, text: str) -> Optional[Json]:
        """Return the page that the text refers to."""
        found = {"end_index": len(text), "start_index": 0, "title": "Streaming", "url": _URL}
        return {"type": "url_citation", **found}


class FileSearch(Hosted):
    """Be a search of files."""

    prefix = "fs_"
    name = "file_search_call"

    def started(self) -> Json:
        """Return the search without queries."""
        return self._item(IN_PROGRESS, [], None)

    def ended(self) -> Json:
        """Return the search with its query, and what it found if that is asked for."""
        found = {"attributes": {}, **_FILE, "score": 0.92, "text": texts.answer("", 1)}
        results = [found] if self.includes(RESULTS) else None
        return self._item(COMPLETED, [self.request.prompt[:100]], results)

    def _item(self, status: str, queries: list[str], results: Optional[list[Json]]) -> Json:
        item = {"id": self.id, "type": self.name, "status": status}
        return {**item, "queries": queries, "results": results}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield how the search goes."""
        yield self.step(output, "in_progress")
        yield self.step(output, "searching")
        yield self.step(output, "completed")

    def citation(self, text: str) -> Optional[Json]:
        """Return the file that the text refers to."""
        return {"type": "file_citation", **_FILE, "index": len(text)}


class CodeInterpreter(Hosted):
    """Be code that the model writes and the service runs."""

    prefix = "ci_"
    name = "code_interpreter_call"

    def __init__(self, request: Request, context: Context, tool: Json) -> None:
        super().__init__(request, context, tool)
        named = tool["container"]
        made = wire.hexadecimal("cntr_", 48, context.rng)
        self.container = named if isinstance(named, str) else made

    def started(self) -> Json:
        """Return the call without code."""
        return self._item(IN_PROGRESS, "", [])

    def ended(self) -> Json:
        """Return the call with its code, and what that printed if it is asked for."""
        return self._item(COMPLETED, _CODE, [{"type": "logs", "logs": _LOGS}])

    def _item(self, status: str, code: str, outputs: list[Json]) -> Json:
        item = {"id": self.id, "type": self.name, "status": status, "code": code}
        told = outputs if self.includes(OUTPUTS) else None
        return {**item, "container_id": self.container, "outputs": told}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield the code, token by token, then how it runs."""
        place = {"output_index": output, "item_id": self.id}
        name = f"response.{self.name}_code"
        yield self.step(output, "in_progress")
        yield from self.deltas(f"{name}.delta", place, tuple(texts.tokens(_CODE)))
        yield Step(f"{name}.done", {**place, "code": _CODE})
        yield self.step(output, "interpreting")
        yield self.step(output, "completed", silent=1)


class ImageGeneration(Hosted):
    """Be a picture; Azure says neither in an event nor in the item that it is completed."""

    prefix = "ig_"
    name = "image_generation_call"

    def __init__(self, request: Request, context: Context, tool: Json) -> None:
        super().__init__(request, context, tool)
        self.size = picture.size_of(tool.get("size"))
        self.shown: Json = {
            "background": "opaque",
            "output_format": "png",
            "quality": picture.quality_of(tool.get("quality")),
        }
        self.image = picture.noise(self.size, context.rng)

    def started(self) -> Json:
        """Return the call without picture."""
        return {"id": self.id, "type": self.name, "status": IN_PROGRESS}

    def ended(self) -> Json:
        """Return the call with its picture as base64, some hundred kilobytes."""
        item = {"id": self.id, "type": self.name, "status": "generating", **self.shown}
        prompt = self.request.prompt
        return {**item, "result": self.image, "revised_prompt": prompt, "size": self.size}

    def steps(self, output: int) -> Iterator[Step]:
        """Yield the pictures that come before the last one; Azure sends at least one."""
        yield self.step(output, "in_progress")
        yield self.step(output, "generating")
        told = {"size": self.size, **{name: self.shown[name] for name in _PARTIAL}}
        for number in range(self.tool.get("partial_images") or 1):
            shown = {"partial_image_index": number, "partial_image_b64": self.image}
            yield self.step(output, "partial_image", self.tokens, **shown, **told)


_PARTIAL = ("quality", "background", "output_format")
