"""What a comparison raises on purpose.

ConformanceError     the questions cannot be asked
├── ScratchError     the scratch API cannot be made
└── CallError        a gateway refused a call or does not answer
"""

from __future__ import annotations


class ConformanceError(Exception):
    """Tell why the questions cannot be asked, and what to do."""


class ScratchError(ConformanceError):
    """Tell why the scratch API cannot be made, and what to do."""


class CallError(ConformanceError):
    """Tell that a gateway refused a call or does not answer."""
