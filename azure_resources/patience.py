"""Asks Azure again and again while something runs there, whatever happens to the connection."""

from __future__ import annotations

import re
from typing import Callable, Optional, TypeVar

from .clock import BREATH, Clock, passed
from .errors import AzError

UNANSWERED = 10  # in a row; what runs in Azure does not mind
LONGEST_PAUSE = 15.0  # seconds between two questions
_FINAL = r"NotSignedIn|AADSTS\d+|AuthorizationFailed|SubscriptionNotFound"  # stays as it is

T = TypeVar("T")


class Patience:
    """Ask until there is an answer; an unanswered question is told and asked again.

    `what` is told with the time passed whenever a minute has gone without a line.
    """

    def __init__(self, say: Callable[[str], None], clock: Clock, what: str) -> None:
        self._say = say
        self._clock = clock
        self._what = what
        self._started = self._told = clock.now()
        self._unanswered = 0

    @property
    def seconds(self) -> float:
        """Return how long this has been going on."""
        return self._clock.now() - self._started

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
            self.tell(f"no answer from Azure ({first_line}); asking again")
            return None
        self._unanswered = 0
        return answer

    def tell(self, line: str) -> None:
        """Say a line; the next minute begins with it."""
        self._say(line)
        self._told = self._clock.now()

    def pause(self) -> None:
        """Wait a moment, a longer one the longer it takes."""
        if self._clock.now() - self._told >= BREATH:
            self.tell(f"{self._what}: still waiting, {passed(self.seconds)} so far")
        self._clock.sleep(min(LONGEST_PAUSE, max(1.0, self.seconds / 20)))
