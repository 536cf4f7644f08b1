"""Read streams as many users at once and tell what they saw: python -m load.

Without options it runs small. The gateway is the one that .env and the environment name; the local
one is started where it does not run.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from lab_utils import Lab
from lab_utils.errors import LabError
from lab_utils.settings import PROJECT
from load import budget
from load.budget import Budget

BUILD = PROJECT / "build"
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PACE = "ok; ttft=0.4; tpot=0.02"  # the mock writes quicker by itself than most models
NEEDED = "Locust is missing: make load installs it, or pip install -r load/requirements.txt"


def _given() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="python -m load",
        description=__doc__,
        epilog="What else is given goes to load/locustfile.py: python -m locust -f "
        "load/locustfile.py --help",
    )
    parser.add_argument("--users", type=int, default=10, help="who read at once (%(default)s)")
    parser.add_argument("--seconds", type=int, default=20, help="for how long (%(default)s)")
    parser.add_argument("--tokens", type=int, default=150, help="most of an answer (%(default)s)")
    parser.add_argument(
        "--most-requests",
        type=int,
        help=f"stop after so many; unless given, {budget.MOST} where a model may cost money",
    )
    parser.add_argument("--svg", type=Path, default=BUILD / "load.svg", metavar="FILE")
    return parser.parse_known_args()


def main() -> int:
    """Run the load test; return the exit status."""
    given, more = _given()
    if importlib.util.find_spec("locust") is None:
        print(NEEDED, file=sys.stderr)
        return 2
    try:
        lab = Lab.from_env()
        target = lab.settings.target
        planned = Budget(given.users, given.seconds, given.tokens, given.most_requests)
        most = budget.limit(planned, target)
        print(budget.cost(planned, target), flush=True)
        if target != "azure":  # that takes minutes and money: it stands, or the notebook deploys it
            lab.deploy()
        print(f"{given.users} users for {given.seconds} s at {lab.gateway_url}", flush=True)
        paced = ["--scenario", PACE] if target == "local" else []
        command = [*_command(given, most), *paced, *more]
        return _run(command)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _run(command: Sequence[str]) -> int:
    """Run Locust; Ctrl-C, which it gets as well, lets it end and tell what it has."""
    with subprocess.Popen(command, cwd=PROJECT) as started:  # noqa: S603
        try:
            return started.wait()
        except KeyboardInterrupt:
            return started.wait()


def _command(given: argparse.Namespace, most: Optional[int]) -> list[str]:
    return [
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"),
        *("--users", str(given.users), "--spawn-rate", str(given.users)),
        *("--run-time", f"{given.seconds}s", "--stop-timeout", "60"),
        *("--only-summary", "--loglevel", "ERROR", "--exit-code-on-error", "0"),
        *("--tokens", str(given.tokens), "--most-requests", str(most or 0)),
        *("--picture", str(given.svg)),
    ]


if __name__ == "__main__":
    sys.exit(main())
