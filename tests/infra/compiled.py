"""The template that Bicep makes of infra/, kept there for machines without a compiler.

After a change in infra/ make it again with
    python -m tests.infra.compiled bicep build --stdout infra/main.bicep
or any other command that prints the template.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from lab_utils.cloud.template import COMPILED, DIGESTS, INFRA, digests

__all__ = ["COMPILED", "DIGESTS", "INFRA", "digests", "load", "without_generator"]


def load() -> dict[str, Any]:
    """Return the kept template."""
    template: dict[str, Any] = json.loads(COMPILED.read_text(encoding="utf-8"))
    return template


def without_generator(template: Any) -> Any:
    """Return the template without the compiler's version and hash, at every level."""
    if isinstance(template, dict):
        return {k: without_generator(v) for k, v in template.items() if k != "_generator"}
    if isinstance(template, list):
        return [without_generator(item) for item in template]
    return template


def main(command: list[str]) -> None:
    """Keep what `command` prints, and the digests of what it was made of."""
    made = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    text = json.dumps(without_generator(json.loads(made.stdout)), indent=2, ensure_ascii=False)
    COMPILED.write_text(text + "\n", encoding="utf-8")
    DIGESTS.write_text(digests(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
