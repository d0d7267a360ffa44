"""Seats and ballots: what a room holds in memory while a poll is open, and nowhere else.

A seat is a random token that one open page drew for itself. Seats say who may answer, never who someone is. A ballot is
kept under a key made from the seat and a secret that is drawn for one run and forgotten with it, so the ballots of two
runs have nothing in common by which they could be matched, not even for someone who reads this process's memory later.

Nothing here writes, logs or keeps a time. Both classes are small on purpose: another engine with the same few methods
may hold seats and ballots for several servers one day.
"""

import hmac
import re
from collections.abc import Callable
from typing import Final

from workshop_kit.errors import InvalidAnswer, NotAdmitted

_SEAT: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")


class Seats:
    """The seats of a room: open to new ones or locked, and never more than there is room for.

    Parameters
    ----------
    capacity
        The most seats the room takes.
    returning
        How many seats the room had before its server was restarted. Behind a locked door that many may come back.
    """

    def __init__(self, capacity: int, *, returning: int = 0) -> None:
        self.capacity = capacity
        self.locked = False
        self._returning = returning
        self._taken: set[str] = set()

    @property
    def number(self) -> int:
        """How many seats the room has, those still to return after a restart included."""
        return max(self._returning, len(self._taken))

    def take(self, seat: object) -> None:
        """Admit a seat; a seat that is known already is simply welcome back.

        Raises
        ------
        InvalidAnswer
            If the seat is no token of 16 to 64 letters, digits, hyphens and underscores.
        NotAdmitted
            If the seat is new and the door is locked or the room full.
        """
        if not isinstance(seat, str) or not _SEAT.fullmatch(seat):
            raise InvalidAnswer("This page's seat could not be read. Please reload the page.")
        if seat in self._taken:
            return
        if self.locked and len(self._taken) >= self._returning:
            raise NotAdmitted("The door of this room is locked. Please ask the facilitator to open it for a moment.")
        if len(self._taken) >= self.capacity:
            raise NotAdmitted("This room is full. Please ask the facilitator to make room for more people.")
        self._taken.add(seat)

    def lock(self) -> None:
        """Let no further seat in, except those that had one when the server was restarted."""
        self._returning = self.number
        self.locked = True

    def open(self) -> None:
        """Let new seats in."""
        self.locked = False

    def check(self, seat: object) -> str:
        """Return a seat that the room knows.

        Raises
        ------
        NotAdmitted
            If the room does not know it.
        """
        if not isinstance(seat, str) or seat not in self._taken:
            raise NotAdmitted("This page has no seat in the room. Please reload the page.")
        return seat


class Ballots:
    """The ballots of one open run: for each seat its current answer.

    Parameters
    ----------
    secret
        Random bytes that no other run uses.
    """

    def __init__(self, secret: bytes) -> None:
        self._keyed = hmac.new(secret, digestmod="sha256")
        self._answers: dict[bytes, object] = {}

    def __len__(self) -> int:
        """Return how many seats have answered, passes included."""
        return len(self._answers)

    def cast(self, seat: str, answer: object) -> None:
        """Keep a seat's answer in place of any earlier one."""
        self._answers[self._key(seat)] = answer

    def withdraw(self, seat: str) -> None:
        """Forget a seat's answer, if there is one."""
        self._answers.pop(self._key(seat), None)

    def answers(self, shuffle: Callable[[list[object]], None]) -> list[object]:
        """Return all answers in shuffled order."""
        # A dictionary keeps the order of arrival, and that order is nobody's business.
        answers = list(self._answers.values())
        shuffle(answers)
        return answers

    def forget(self) -> None:
        """Drop every answer and the secret under which they were kept. No other can be cast afterwards."""
        self._answers.clear()
        del self._keyed

    def _key(self, seat: str) -> bytes:
        # A copy of one that has its secret already: a whole room answers at once, and to begin anew takes twice as long.
        key = self._keyed.copy()
        key.update(seat.encode())
        return key.digest()
