"""A text that works as a key but does not show itself."""

from __future__ import annotations


class Secret(str):
    """Behave as the str it is in requests and headers; show a mask when printed or displayed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"'{self}'"

    def __str__(self) -> str:
        return f"{self[:2]}{'*' * 8}" if len(self) >= 16 else "*" * 8
