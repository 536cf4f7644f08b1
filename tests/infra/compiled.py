"""The template that Bicep makes of infra/, kept beside the tests for machines without a compiler.

After a change in infra/ make it again with
    python -m tests.infra.compiled bicep build --stdout infra/main.bicep
or any other command that prints the template.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
INFRA = HERE.parents[1] / "infra"
TEMPLATE = HERE / "main.json"
DIGESTS = HERE / "sources.sha256"


def digests(infra: Path = INFRA) -> str:
    """Return a SHA-256 for every file the template is made of, as sha256sum writes them."""
    files = [infra / "main.bicep", *infra.glob("modules/*.bicep")]
    files += [infra / "gateway" / "api.json", infra / "gateway" / "policy.xml"]
    lines = []
    for path in sorted(files):
        text = path.read_text(encoding="utf-8")  # line ends as in the repository
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        lines.append(f"{digest}  infra/{path.relative_to(infra).as_posix()}\n")
    return "".join(lines)


def load() -> dict[str, Any]:
    """Return the kept template."""
    template: dict[str, Any] = json.loads(TEMPLATE.read_text(encoding="utf-8"))
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
    TEMPLATE.write_text(text + "\n", encoding="utf-8")
    DIGESTS.write_text(digests(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
