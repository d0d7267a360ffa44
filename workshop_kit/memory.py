"""Memory: what a room holds while it runs, and nowhere else: seats, ballots, comments that wait, pauses.

A seat is a random token that one open page drew for itself. Seats say who may answer, never who someone is. A ballot is
kept under a key made from the seat and a secret that is drawn for one run and forgotten with it, so the ballots of two
runs have nothing in common by which they could be matched, not even for someone who reads this process's memory later.

When a ``text`` poll closes with enough answers, its lines wait here, each once and in no order that means anything. The
facilitator lets a line through, puts it into neutral words, or leaves it out. Only what was let through is published; how
many were left out is told to nobody.

Nothing here writes, logs or keeps a time. The classes are small on purpose: another engine with the same few methods may
hold seats and ballots for several servers one day.
"""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Final, Literal, TypeAlias

from workshop_kit.disclosure import distinct_lines
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, Unknown
from workshop_kit.polls import Tally

Decision: TypeAlias = Literal["approve", "rewrite", "decline"]
# After how many seconds a pause is heard.
PAUSE_TICKS: Final = range(5, 31)

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
            raise InvalidAnswer("seats.unreadable")
        if seat in self._taken:
            return
        if self.locked and len(self._taken) >= self._returning:
            raise NotAdmitted("seats.door_locked")
        if len(self._taken) >= self.capacity:
            raise NotAdmitted("seats.room_full")
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
            raise NotAdmitted("seats.none")
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


@dataclass(frozen=True, slots=True)
class Line:
    """A line that waits for the facilitator, or has been decided on: `words` are what the group will see, None for nothing."""

    number: int
    text: str = field(repr=False)
    flags: tuple[str, ...]
    decision: Decision | None = None
    words: str | None = field(default=None, repr=False)


class Queue:
    """The lines of one closed run, until they are published.

    Parameters
    ----------
    tally
        What was counted when the run closed.
    shuffle
        Puts a list in random order, in place.
    flags
        Returns why a line should be read twice.
    """

    def __init__(self, tally: Tally, shuffle: Callable[[list[str]], None], flags: Callable[[str], tuple[str, ...]]) -> None:
        self._tally = tally
        once = distinct_lines(tally.texts)
        shuffle(once)
        self._lines = {number: Line(number, text, flags(text)) for number, text in enumerate(once, start=1)}

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line, decided on or not."""
        return tuple(self._lines.values())

    def decide(self, number: int, decision: object, words: object = None) -> None:
        """Let a line through, replace its words, or leave it out; what was decided can be decided anew.

        Raises
        ------
        Unknown, InvalidAnswer
            If there is no such line, no such decision, or the new words are no line of at most 140 characters.
        """
        if number not in self._lines:
            raise Unknown("comments.no_such")
        line = self._lines[number]
        if decision == "approve":
            self._lines[number] = replace(line, decision="approve", words=line.text)
        elif decision == "rewrite":
            chosen = self._tally.poll.chosen(words)
            if chosen is None:
                raise InvalidAnswer("comments.no_words")
            self._lines[number] = replace(line, decision="rewrite", words=str(chosen[0]))
        elif decision == "decline":
            self._lines[number] = replace(line, decision="decline", words=None)
        else:
            raise InvalidAnswer("acts.decide")

    def decided(self) -> Tally:
        """Return what was counted, with the lines that may be shown.

        Raises
        ------
        NotNow
            If a line still waits.
        """
        waiting = sum(line.decision is None for line in self.lines)
        if waiting:
            raise NotNow("comments.still_waiting", n=waiting)
        return replace(self._tally, texts=tuple(sorted(line.words for line in self.lines if line.words)))

    def forget(self) -> None:
        """Drop every line."""
        self._lines.clear()
        self._tally = replace(self._tally, texts=())


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
