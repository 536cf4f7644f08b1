"""What a value of ours can do beyond the members that its table gives it: it says so by a base."""

from __future__ import annotations

from typing import Any


class HasText:
    """A value whose ToString is its own: `to_text(run)`; run knows how lines end."""

    __slots__ = ()

    def to_text(self, run: Any) -> str:
        """Return the text."""
        raise NotImplementedError


class HasFields:
    """A value that JSON shows as an object: `fields()` gives names and values in order."""

    __slots__ = ()

    def fields(self) -> list[tuple[str, Any]]:
        """Return the names and the values."""
        raise NotImplementedError


class HasJson:
    """A value that writes its own JSON."""

    __slots__ = ()

    def to_json(self, writer: Any, depth: int) -> None:
        """Write it at a depth."""
        raise NotImplementedError


class Boxed:
    """A value around a plain one, which it converts and formats as."""

    __slots__ = ()
    value: Any


class Folds:
    """A comparer that tells equality by a key."""

    __slots__ = ()

    def fold(self, value: Any) -> Any:
        """Return a key that is equal for what it calls equal."""
        raise NotImplementedError
