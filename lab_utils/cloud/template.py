"""The template to deploy: Bicep's source, or what the compiler made of it, kept beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..settings import PROJECT

INFRA = PROJECT / "infra"
SOURCE = INFRA / "main.bicep"
COMPILED = INFRA / "main.json"
DIGESTS = INFRA / "main.sha256"  # of the files that main.json was made of


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


def changed(infra: Path = INFRA) -> list[str]:
    """Return the sources that main.json was not made of as they are now, by their paths."""
    kept = (infra / DIGESTS.name).read_text(encoding="utf-8").splitlines()
    now = digests(infra).splitlines()
    return sorted({line.split("  ")[1] for line in set(kept) ^ set(now)})
