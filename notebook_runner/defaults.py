"""A lab of its own for a run: every setting at its default, and a folder that goes away again."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path

from lab_utils.settings import Settings
from stream_probe import proxies

REMOVAL_TRIES = 50  # of a tenth of a second


@contextmanager
def local_defaults(state_dir: Path) -> Iterator[None]:
    """Give every setting its default, whatever `.env` says, and keep the state in `state_dir`."""
    before = dict(os.environ)
    os.environ.update({item.metadata["variable"]: "" for item in fields(Settings)})
    os.environ["LAB_STATE_DIR"] = str(state_dir)
    proxies.bypass(os.environ)  # here, or the outputs of a notebook would tell of it
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder of its own to the state of a lab, and remove it afterwards.

    On Windows a log in it may be held for a moment longer than its process lives, by a virus
    scanner for example; a folder that cannot be removed is left to the system.
    """
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    try:
        yield folder
    finally:
        for _ in range(REMOVAL_TRIES):
            with suppress(PermissionError):
                shutil.rmtree(folder)
                break
            time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)
