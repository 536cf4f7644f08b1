"""Keep every request's trace in a folder, as JSON, as text and as a picture."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apim_gateway.errors import ConfigError
from apim_gateway.running import drawing


def keeper(folder: Path) -> Callable[[Mapping[str, Any]], None]:
    """Return what writes a trace to NNNN.json, NNNN.txt and NNNN.svg, going on where it ended.

    Raises ConfigError for a folder that cannot be written. One that cannot be written later, to a
    full disk for example, is left out.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [int(file.stem) for file in folder.glob("*.json") if file.stem.isdigit()]
        (folder / ".writable").touch()
        (folder / ".writable").unlink()
    except OSError as error:
        raise ConfigError(f"--trace-all {folder} cannot be written: {error.strerror}") from None
    numbers = itertools.count(max(there, default=0) + 1)

    def keep(trace: Mapping[str, Any]) -> None:
        name = f"{next(numbers):04}"
        contents = {
            "json": json.dumps(trace, indent=2, ensure_ascii=False) + "\n",
            "txt": drawing.text(trace),
            "svg": drawing.picture(trace),
        }
        for ending, content in contents.items():
            try:
                (folder / f"{name}.{ending}").write_text(content, encoding="utf-8")
            except OSError:
                return

    return keep
