"""The log: one JSON line for each request on standard output, one in words for each that failed
on standard error."""

from __future__ import annotations

import errno
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any, Optional, TextIO

CLOSING_SECONDS = 0.5
REST = 0.02  # seconds until lines are looked for again: to wake for each costs requests too much
_ENCODER = json.JSONEncoder(separators=(",", ":"))
# Windows says EINVAL where a pipe has no reader any more.
NOBODY_READS = (errno.EPIPE, errno.EBADF, errno.EINVAL)


def as_json(entry: Mapping[str, object]) -> str:
    """Return an entry as one line of JSON."""
    return _ENCODER.encode(entry)


def in_words(entry: Mapping[str, Any]) -> str:
    """Return in one line why a request failed, as `context.LastError` has it."""
    error = entry["error"]
    where = " ".join(filter(None, (error.get("section"), error.get("path"))))
    told = f"{error.get('message', '')} ({', '.join(filter(None, (error.get('reason'), where)))})"
    line = f"{entry['method']} {entry['path']} {entry['status']} {error.get('source', '')}: {told}"
    return " ".join(line.split())


class Lines:
    """Write one line for each entry, from a thread of its own.

    A reader that is slow does not stop the event loop; one that is gone stops the gateway. A line
    that cannot be written, say because a disk is full, is dropped.
    """

    def __init__(
        self,
        out: TextIO,
        gone: Callable[[], object] = lambda: None,
        form: Callable[[Mapping[str, Any]], str] = as_json,
    ) -> None:
        self._file, self._gone, self._form = out.fileno(), gone, form
        self._waiting: SimpleQueue[Optional[str]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, entry: Mapping[str, Any]) -> None:
        """Write an entry as soon as may be."""
        self._waiting.put(f"{self._form(entry)}\n")

    def close(self) -> None:
        """Write what waits, for a moment at most."""
        self._waiting.put(None)
        self._thread.join(CLOSING_SECONDS)

    def _run(self) -> None:
        for line in iter(self._waiting.get, None):
            data = line.encode("utf-8", "surrogateescape")
            try:
                while data:  # past Python's buffer, whose lock a stuck write would keep for ever
                    data = data[os.write(self._file, data) :]
            except OSError as error:
                if error.errno in NOBODY_READS:
                    self._gone()
                    return
            if self._waiting.empty():
                time.sleep(REST)
