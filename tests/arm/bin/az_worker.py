"""Run by az's own interpreter: arguments in, [exit code, stdout, stderr] out, a JSON line each.

tests/arm/worker.py starts it; see there why.
"""

import gc
import io
import json
import logging
import sys
import time

from azure.cli.core import get_default_cli
from azure.cli.core.commands import LongRunningOperation
from azure.core.pipeline.policies import RetryPolicy

LOOK = 0.02  # seconds


def hurry() -> None:
    """Shorten az's own waits: in the loopback Azure it is questions that let time pass."""
    # Between two looks whether it is done, and before a request is sent again.
    LongRunningOperation._delay = lambda _: time.sleep(LOOK)
    RetryPolicy.get_backoff_time = lambda *_: 0  # type: ignore[method-assign]
    gc.set_threshold(100_000)  # a command leaves thousands of cycles, and its modules stay


def serve() -> None:
    """Answer each line of arguments with a line [exit code, stdout, stderr]."""
    answers = sys.stdout
    sys.stdout = sys.stderr = stderr = io.StringIO()  # az's log handlers keep the first they find
    for line in sys.stdin:
        stdout = io.StringIO()
        stderr.seek(0)
        stderr.truncate()
        for name in ("", "cli"):  # else --verbose of a later command has no effect
            logging.getLogger(name).handlers.clear()
        try:
            code = get_default_cli().invoke(json.loads(line), out_file=stdout)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        answers.write(json.dumps([code or 0, stdout.getvalue(), stderr.getvalue()]) + "\n")
        answers.flush()


if __name__ == "__main__":
    hurry()
    serve()
