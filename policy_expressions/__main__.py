"""python -m policy_expressions: answer what C# policy expressions give."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Optional

from policy_expressions.evaluate import lines, streams


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(prog="policy-expressions", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    evaluating = commands.add_parser("eval", help="tell what an expression gives")
    evaluating.add_argument(
        "--jsonl", action="store_true", required=True, help="read questions as lines of JSON"
    )
    parser.parse_args(arguments)
    streams.use_utf_8()
    lines.run(streams.lines_of(sys.stdin.buffer), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
