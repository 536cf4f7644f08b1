"""A text that works as a key but does not show itself."""

from __future__ import annotations


class Secret(str):
    """Behave as the str it is in requests; show a mask when printed or displayed.

    An f-string gets the real text, because SDKs build their headers with one.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********'"

    def __str__(self) -> str:
        return "********"

    def __format__(self, spec: str) -> str:
        return "".join(self).__format__(spec)
