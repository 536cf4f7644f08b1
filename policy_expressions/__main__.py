"""python -m policy_expressions: tell what C# policy expressions give."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Optional

from policy_expressions.evaluate import ask, lines, options, repl, sources, streams
from policy_expressions.evaluate.checks import ContextError


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Do what the command line says; return the exit status."""
    streams.use_utf_8()
    settings = options.parse(arguments)
    try:
        over = options.context_of(settings)
        named = dict(options.pair("--named-value", text, "=") for text in settings.named_value)
        if settings.command == "repl":
            repl.run(over, named, input, sys.stdout.write)
            return 0
        if settings.jsonl:
            lines.run(streams.lines_of(sys.stdin.buffer), sys.stdout, defaults=over)
            return 0
        found = sources.find(settings.expression, named)
        status, told = ask.answer(found, over, settings.strict)
    except ContextError as fault:
        print(f"{options.PROGRAM}: {fault}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    sys.stdout.write(told)
    return status


if __name__ == "__main__":
    sys.exit(main())
