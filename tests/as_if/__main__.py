"""python -m tests.as_if SETTING[,SETTING...] COMMAND..."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import tests.as_if


def main() -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.as_if",
        description=tests.as_if.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("settings", help=", ".join(tests.as_if.SETTINGS))
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    settings = options.settings.split(",")
    unknown = sorted(set(settings) - set(tests.as_if.SETTINGS))
    if unknown:
        parser.error(f"{unknown[0]!r} is none of {', '.join(tests.as_if.SETTINGS)}")
    with tempfile.TemporaryDirectory() as folder:
        made = tests.as_if.environment(settings, Path(folder))
        done = subprocess.run([sys.executable, *options.command], env=made, check=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
