"""A recorded exchange on disk: one file as the answer came, and one that tells about it.

    0001.sse        the body of the answer, byte for byte (.json or .txt where it is no stream)
    0001.meta.json  {"request": {"method", "path", "body"},
                     "response": {"status", "headers", "file", "pieces", "ended"},
                     "removed": [what was taken out]}

pieces are pairs: the millisecond since the request at which bytes came, and how many. ended is
`complete` or `cut`. Both files may be written or corrected by hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from .errors import OptionError

META = ".meta.json"
COMPLETE, CUT = "complete", "cut"
REMOVED = "(removed)"
# Names of JSON fields whose text is taken out, wherever they stand in a request.
SECRET_FIELDS = frozenset(
    [
        "authorization",
        "api_key",
        "api-key",
        "apikey",
        "access_token",
        "client_secret",
        "password",
        "secret",
        "token",
    ]
)
# What is kept of an answer's headers: nothing that could be a cookie or name an account.
KEPT_HEADERS = (
    "content-type",
    "content-encoding",
    "retry-after",
    "retry-after-ms",
    "x-request-id",
    "apim-request-id",
)
KEPT_PREFIXES = ("x-ms-", "x-ratelimit-", "openai-", "azureml-")
Pieces = tuple[tuple[float, int], ...]


@dataclass(frozen=True)
class Recording:
    """Hold one exchange; request is the body as JSON, or as text where it is none."""

    method: str
    path: str
    request: Any
    status: int
    headers: Mapping[str, str]
    pieces: tuple[tuple[float, bytes], ...]  # milliseconds since the request began, and bytes
    ended: str = COMPLETE
    removed: tuple[str, ...] = ()
    name: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what a request must be alike in to get this answer."""
        return key(self.method, self.path, self.request)

    def save(self, folder: Path, name: str) -> None:
        """Write both files. Raises OSError."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        ending = {"text/event-stream": "sse", "application/json": "json"}.get(kind, "txt")
        file = f"{name}.{ending}"
        (folder / file).write_bytes(b"".join(data for _, data in self.pieces))
        meta = {
            "request": {"method": self.method, "path": self.path, "body": self.request},
            "response": {
                "status": self.status,
                "headers": dict(self.headers),
                "file": file,
                "pieces": [[round(at, 1), len(data)] for at, data in self.pieces],
                "ended": self.ended,
            },
            "removed": list(self.removed),
        }
        text = json.dumps(meta, indent=1, ensure_ascii=False)
        (folder / f"{name}{META}").write_text(f"{text}\n", encoding="utf-8")


def key(method: str, path: str, body: Any) -> tuple[str, str, str]:
    """Return what two requests must be alike in: neither the query nor the order of fields."""
    return method.upper(), path.lower(), json.dumps(body, sort_keys=True)


def read_body(data: bytes) -> Any:
    """Return a request's body as JSON; as text where it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def without_secrets(body: Any, place: str = "body") -> tuple[Any, tuple[str, ...]]:
    """Return a body without what may be a key, and where that stood."""
    removed: list[str] = []

    def clean(value: Any, place: str) -> Any:
        if isinstance(value, dict):
            return {name: field(name, inner, f"{place}.{name}") for name, inner in value.items()}
        if isinstance(value, list):
            return [clean(inner, f"{place}[{index}]") for index, inner in enumerate(value)]
        return value

    def field(name: str, value: Any, place: str) -> Any:
        if isinstance(value, str) and name.lower() in SECRET_FIELDS:
            removed.append(place)
            return REMOVED
        return clean(value, place)

    return clean(body, place), tuple(removed)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return those of an answer's headers that are recorded, by their names in lower case."""
    lower = ((name.lower(), value) for name, value in headers.items())
    return {n: v for n, v in lower if n in KEPT_HEADERS or n.startswith(KEPT_PREFIXES)}


def load(folder: Path) -> list[Recording]:
    """Return the recordings in a folder in the order of their names. Raises OptionError."""
    files = sorted(folder.glob(f"*{META}")) if folder.is_dir() else []
    if not files:
        raise OptionError(f"--replay {folder}: no recordings there: it should hold NNNN{META}")
    return [_load(file) for file in files]


def _load(file: Path) -> Recording:
    try:
        meta = json.loads(file.read_text(encoding="utf-8"))
        request, response = meta["request"], meta["response"]
        name = str(response["file"])
        if Path(name).name != name:
            raise ValueError(f"{name} should be a file beside it")
        data = (file.parent / name).read_bytes()
        return Recording(
            str(request["method"]),
            str(request["path"]),
            request.get("body"),
            int(response["status"]),
            {str(name).lower(): str(value) for name, value in response["headers"].items()},
            tuple(_cut(data, response.get("pieces"))),
            str(response.get("ended", COMPLETE)),
            name=file.name[: -len(META)],
        )
    except OSError as error:
        raise OptionError(f"{error.filename or file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        told = error if isinstance(error, ValueError) else "something is missing or of another type"
        raise OptionError(f"{file} is no recording: {told}; see README.md for its form") from None


def _cut(data: bytes, pieces: Optional[list[Any]]) -> Iterator[tuple[float, bytes]]:
    """Yield the pieces of a body; what they leave of a body that was changed comes at the end."""
    start, last = 0, 0.0
    for at, size in pieces or ():
        last, end = float(at), start + int(size)
        if start < len(data):
            yield last, data[start:end]
        start = end
    if start < len(data) or not pieces:
        yield last, data[start:]
