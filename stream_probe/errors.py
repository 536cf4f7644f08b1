"""What a probe raises on purpose."""

from __future__ import annotations


class ProbeError(Exception):
    """Tell that nobody answers, and whether a proxy may be the reason."""
