"""`python -m lab_utils.local`: the process that LocalTarget starts; nobody else needs it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import DeployError
from .supervisor import ORPHAN_SECONDS, Supervisor


def main() -> int:
    """Run the supervisor; its exit code is 1 when a server did not start."""
    parser = argparse.ArgumentParser(prog="python -m lab_utils.local", description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--idle-seconds", type=float, required=True)
    parser.add_argument("--orphan-seconds", type=float, default=ORPHAN_SECONDS)
    options = parser.parse_args()
    try:
        Supervisor(options.state_dir, options.idle_seconds, options.orphan_seconds).run()
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    except FileExistsError:
        return 0  # another supervisor was quicker; whoever waits finds that one
    return 0


if __name__ == "__main__":
    sys.exit(main())
