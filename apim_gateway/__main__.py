"""python -m apim_gateway: run policy documents on loopback, check them, or evaluate."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any, Callable

from apim_gateway import check, options, reference
from apim_gateway.errors import ApimGatewayError, ConfigError
from policy_expressions import evaluate


def main() -> int:
    """Do what the command line says; return the exit status."""
    settings = options.parse()
    if settings.eval:
        evaluate.run(sys.stdin, sys.stdout)
        return 0
    if settings.policies:
        print(reference.markdown(), end="")
        return 0
    key = os.environ.get(options.KEY, "")
    try:
        if settings.check:
            results = list(check.check(settings.check, options.named_values(settings)))
            print("\n".join(text for _, text in results))
            return 0 if all(right for right, _ in results) else 1
        if not key:
            raise ConfigError(f"set {options.KEY} to the subscription key wanted")
        from apim_gateway.serving import process

        _runner()(process.serve(settings, key, sys.stdout))
    except ApimGatewayError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass  # Ctrl-C before the gateway listened
    return 0


def _runner() -> Callable[[Coroutine[Any, Any, None]], None]:
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    return uvloop.run


if __name__ == "__main__":
    sys.exit(main())
