"""The log: one JSON line for each request, on standard output."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Optional, TextIO

CLOSING_SECONDS = 0.5
# Windows says EINVAL where a pipe has no reader any more.
NOBODY_READS = (errno.EPIPE, errno.EBADF, errno.EINVAL)


class Lines:
    """Write one JSON line for each entry, from a thread of its own.

    A reader that is slow does not stop the event loop; one that is gone stops the gateway. A line
    that cannot be written, say because a disk is full, is dropped.
    """

    def __init__(self, out: TextIO, gone: Callable[[], object]) -> None:
        self._file, self._gone = out.fileno(), gone
        self._waiting: SimpleQueue[Optional[str]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, entry: Mapping[str, object]) -> None:
        """Write an entry as soon as may be."""
        self._waiting.put(json.dumps(entry, separators=(",", ":")) + "\n")

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
