"""System.Random: with a seed Knuth's subtractive generator, as .NET has kept it."""

from __future__ import annotations

from policy_expressions.errors import out_of_range

_BIG = 2**31 - 1


class Random:
    """A sequence of numbers that a seed determines."""

    type = "Random"

    def __init__(self, seed: int) -> None:
        table = [0] * 56
        this = 161803398 - min(abs(seed), _BIG)
        table[55], following = this, 1
        for i in range(1, 55):
            index = 21 * i % 55
            table[index] = following
            following = (this - following) % _BIG if this < following else this - following
            this = table[index]
        for _ in range(4):
            for i in range(1, 56):
                table[i] -= table[1 + (i + 30) % 55]
                table[i] += _BIG if table[i] < 0 else 0
        self._table, self._at = table, 0

    def sample(self) -> int:
        """Return the next number from 0 to 2**31 - 2."""
        self._at = self._at % 55 + 1
        other = (self._at + 20) % 55 + 1
        value = self._table[self._at] - self._table[other]
        value -= value == _BIG
        value += _BIG if value < 0 else 0
        self._table[self._at] = value
        return value

    def fraction(self) -> float:
        """Return the next number from 0 up to 1."""
        return self.sample() * (1.0 / _BIG)

    def between(self, low: int, high: int) -> int:
        """Return the next number from low up to high, or low when they are equal."""
        if low > high:
            raise out_of_range("'minValue' cannot be greater than maxValue.", "minValue")
        return low + int(self.fraction() * (high - low))

    def below(self, high: int) -> int:
        """Return the next number from 0 up to high."""
        if high < 0:
            text = f"maxValue ('{high}') must be a non-negative value."
            raise out_of_range(text, "maxValue", high)
        return int(self.fraction() * high)

    def fill(self, data: bytearray) -> None:
        """Fill bytes."""
        for i in range(len(data)):
            data[i] = self.sample() % 256
