"""What this package raises on purpose.

LocalError          a server did not start, or its state cannot be kept
├── FolderError     a file or folder cannot be used
└── DamagedError    a state was written by nobody here
"""

from __future__ import annotations

from pathlib import Path


class LocalError(Exception):
    """Tell what could not be started, kept or ended on this machine, and why."""


class FolderError(LocalError):
    """Tell what is wrong with a path, in the system's words; what to do is the caller's to say."""

    def __init__(self, path: Path, what: str, error: OSError, before: str = "") -> None:
        super().__init__(f"{before}{path} {what} ({error.strerror})")


class InTheWayError(FolderError):
    """Tell that a folder stands where a file should."""


class DamagedError(LocalError):
    """Tell that a file is there and cannot be what was written."""
