"""What a comparison raises on purpose."""

from __future__ import annotations


class ConformanceError(Exception):
    """Tell why the questions cannot be asked, and what to do."""
