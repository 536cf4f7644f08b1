"""`python -m lab_utils.local`: the process that LocalTarget starts; nobody else needs it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from local_processes import launcher
from local_processes.errors import LocalError
from local_processes.supervisor import Supervisor

from .. import boundary
from ..settings import PROJECT
from .servers import KEY, Wanted


def main() -> int:
    """Run the supervisor; its exit code is 1 when a server did not start."""
    parser = argparse.ArgumentParser(prog="python -m lab_utils.local", description=__doc__)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--idle-seconds", type=float, required=True)
    parser.add_argument("--model", default="", help="the only model deployment; all without")
    parser.add_argument("--bearer-key", action="store_true", help="take the key as Bearer, too")
    parser.add_argument("--port", type=int, default=0, help="of the gateway, if it is free")
    parser.add_argument("--log", type=Path, help="say when it is ready, then write here")
    parser.add_argument(
        "--detach", action="store_true", help="start it as nobody's child, return when it is ready"
    )
    parser.add_argument(
        "--mock-option",
        action="append",
        default=[],
        metavar="--NAME=VALUE",
        help="hand this option to both mocks, see python -m mock_openai --help; may be repeated",
    )
    options = parser.parse_args()
    if options.detach:
        words = [word for word in sys.argv[1:] if word != "--detach"]
        return launcher.launch("lab_utils.local", words, PROJECT)
    wanted = Wanted(
        options.model,
        options.bearer_key,
        options.port,
        os.environ.pop(KEY, ""),
        tuple(options.mock_option),
    )
    supervisor = Supervisor(options.state_dir, options.idle_seconds, wanted.start, PROJECT)
    try:
        supervisor.run(lambda: launcher.ready(options.log) if options.log else None)
    except LocalError as error:
        print(boundary.local(error), file=sys.stderr)
        return 1
    except FileExistsError:
        return 0  # another supervisor was quicker; whoever waits finds that one
    return 0


if __name__ == "__main__":
    sys.exit(main())
