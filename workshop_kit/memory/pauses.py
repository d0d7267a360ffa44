"""Pauses: anonymous signals on their way to the facilitator."""

from random import Random
from typing import Final

# After how many seconds a pause is heard.
PAUSE_TICKS: Final = range(5, 31)


class Pauses:
    """Signals "I need a moment", each heard after a while that nobody can predict.

    Parameters
    ----------
    random
        A source of randomness.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._waiting: dict[str, int] = {}
        self.heard = 0

    def take(self, seat: str) -> None:
        """Take the signal of a seat. A second one before the first was heard changes nothing."""
        self._waiting.setdefault(seat, self._random.choice(PAUSE_TICKS))

    def tick(self) -> None:
        """Hear those whose time has come."""
        left = {seat: ticks - 1 for seat, ticks in self._waiting.items()}
        self._waiting = {seat: ticks for seat, ticks in left.items() if ticks > 0}
        self.heard += len(left) - len(self._waiting)

    def acknowledge(self) -> None:
        """Mark those heard so far as seen."""
        self.heard = 0
