"""How many connections the gateway may hold: two descriptors for each stream."""

from __future__ import annotations

import contextlib
import sys


def raise_limit() -> None:
    """Raise the soft limit of descriptors to the hard one.

    A terminal on macOS gives 256, which 120 streams use up; Windows knows no such limit.
    """
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        for wanted in (hard, 10_240):  # macOS says "no limit" but takes no more than OPEN_MAX
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                break
