"""python -m apim_gateway: run policy documents on loopback, check them, or list the policies.

Each command imports what it alone needs.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Coroutine
from typing import Any, Callable

from apim_gateway import forms, options, serve_options
from apim_gateway.errors import ApimGatewayError, ConfigError
from policy_expressions.evaluate import streams


def main() -> int:
    """Do what the command line says; return the exit status."""
    streams.use_utf_8()
    given = options.parse()
    run = {"serve": _serve, "check": _check, "trace": _trace, "policies": _policies}[given.command]
    try:
        status = run(given)
        sys.stdout.flush()
        return status
    except ApimGatewayError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        return _left()
    except KeyboardInterrupt:
        return 0  # Ctrl-C before the gateway listened


def _left() -> int:
    """Return the status where nobody reads on, as before `| head`: not all has been told."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes at its end
    return 1


def _serve(given: Namespace) -> int:
    key = os.environ.get(serve_options.KEY, "")
    if not key:
        raise ConfigError(f"set {serve_options.KEY} to the subscription key wanted")
    from apim_gateway.serving import process

    _runner()(process.serve(serve_options.settings(given), key, sys.stdout, sys.stderr))
    return 0


def _check(given: Namespace) -> int:
    from apim_gateway import check

    done = check.run(given, forms.named_values(given))
    if done.text:
        print(done.text)
    for problem in done.problems:
        print(problem, file=sys.stderr)
    return done.status


def _trace(given: Namespace) -> int:
    from apim_gateway.reading import files
    from apim_gateway.running import drawing

    document = files.json_object(given.file, files.read(given.file), "trace")
    print((drawing.picture if given.svg else drawing.text)(document), end="")
    return 0


def _policies(given: Namespace) -> int:
    from apim_gateway import reference
    from apim_gateway.streaming import page

    print((page if given.streaming else reference).markdown(), end="")
    return 0


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    try:
        import uvloop
    except ImportError:
        import asyncio

        return asyncio.run
    return uvloop.run


if __name__ == "__main__":
    sys.exit(main())
