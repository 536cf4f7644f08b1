"""Try the mock with clients of other makers, and print the table of mock_openai/README.md.

npm install --prefix tests/clients && python -m tests.clients
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Optional

from mock_openai.fixture import PACE, served
from mock_openai.mock import Mock

HERE = Path(__file__).parent
Results = dict[str, dict[str, Optional[str]]]  # by client and check: what failed


def ready() -> bool:
    """Tell whether node and the clients are installed."""
    return shutil.which("node") is not None and (HERE / "node_modules").is_dir()


def tried() -> Results:
    """Run all checks against a mock; returns what failed in each, None where all is well."""
    node = shutil.which("node")
    if node is None or not ready():
        raise FileNotFoundError("node or its modules: npm install --prefix tests/clients")
    with served(Mock(pace=PACE)) as mock:
        done = subprocess.run(
            [node, str(HERE / "check.mjs"), mock.url],
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=True,
        )
    found: Results = {}
    for line in done.stdout.splitlines():
        told = json.loads(line)
        found.setdefault(told["client"], {})[told["check"]] = told["failed"]
    return found


def table(results: Results) -> str:
    """Return the results as Markdown, a row for each check."""
    clients = list(results)
    lines = ["| " + " | ".join(["", *clients]) + " |", "| --- " * (len(clients) + 1) + "|"]
    for check in results[clients[0]]:
        cells = [results[client][check] or "ok" for client in clients]
        lines.append("| " + " | ".join([check, *cells]) + " |")
    return "\n".join(lines)


def main() -> int:
    """Print the table; returns the exit code, 1 where a check failed, 2 where none was tried."""
    argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__).parse_args()
    try:
        results = tried()
    except FileNotFoundError as error:
        print(f"Missing: {error}", file=sys.stderr)
        return 2
    print(table(results))
    return int(any(failed for each in results.values() for failed in each.values()))


if __name__ == "__main__":
    sys.exit(main())
