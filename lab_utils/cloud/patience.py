"""Asks Azure again and again while something runs there, whatever happens to the connection."""

from __future__ import annotations

import re
import time
from typing import Callable, Optional, TypeVar

from ..errors import AzError

UNANSWERED = 10  # in a row; what runs in Azure does not mind
LONGEST_PAUSE = 15.0  # seconds between two questions
MOMENT = 0.5  # seconds until an interrupt is taken
_FINAL = r"NotSignedIn|AADSTS\d+|AuthorizationFailed|SubscriptionNotFound"  # stays as it is

T = TypeVar("T")


def sleep(seconds: float) -> None:
    """Sleep in short pieces: the Stop button of a notebook wakes nobody on Windows."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, MOMENT))


class Patience:
    """Ask until there is an answer; an unanswered question is told and asked again."""

    def __init__(self, say: Callable[[str], None], sleep: Callable[[float], None]) -> None:
        self._say = say
        self._sleep = sleep
        self._started = time.monotonic()
        self._unanswered = 0

    @property
    def seconds(self) -> float:
        """Return how long this has been going on."""
        return time.monotonic() - self._started

    def ask(self, question: Callable[[], T]) -> Optional[T]:
        """Return the answer, or None where there was none this time.

        Raises AzError where asking again would not help, or has not helped often enough.
        """
        try:
            answer = question()
        except AzError as error:
            self._unanswered += 1
            final = error.not_found or re.fullmatch(_FINAL, error.code)
            if final or self._unanswered == UNANSWERED:
                raise
            first_line = (error.code or error.message).splitlines()[0]
            self._say(f"no answer from Azure ({first_line}); asking again")
            return None
        self._unanswered = 0
        return answer

    def pause(self) -> None:
        """Wait a moment, a longer one the longer it takes."""
        self._sleep(min(LONGEST_PAUSE, max(1.0, self.seconds / 20)))
