"""A key that is shown masked, and given in clear only when somebody asks for it."""

from __future__ import annotations

MASK = "********"


class Secret:
    """Hold a text that str, f-strings, repr and containers show as a mask.

    It is no str on purpose: `"".join`, `json.dumps` and a header built from it fail instead of
    spelling the key out. `reveal` gives the text.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text in clear, for the client that needs it."""
        return self._text

    def __repr__(self) -> str:
        return f"'{MASK}'"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled; reveal() gives its text")
