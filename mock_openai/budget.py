"""How much work a schema may make: a number of steps."""

from __future__ import annotations

from dataclasses import dataclass


class TooMuchError(Exception):
    """Tell that a schema asks for more work than it is worth."""


@dataclass
class Budget:
    """Hold the steps that are left."""

    left: int

    def spend(self) -> None:
        """Take one step. Raises TooMuchError when none is left."""
        self.left -= 1
        if self.left < 0:
            raise TooMuchError
