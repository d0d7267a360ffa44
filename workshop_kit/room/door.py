"""The door: who comes in, how many they are, and what they come in by.

Two presses before a first poll, in front of everyone: the door is locked, which shows how many seats there are, and that number is
confirmed. See `memory.seats` for why nothing is asked otherwise. How many seats there are, and what has become of the cards, is written
down within a second (`Door.keep`); a disk that refuses keeps nobody out.
"""

from contextlib import suppress
from random import Random
from typing import Final

from workshop_kit.disk.rooms import MOST_SEATS
from workshop_kit.errors import InvalidAnswer, NotNow, SetupError, WorkshopError
from workshop_kit.memory import CARD_LENGTH, Seats, card_hash, drawn_signs
from workshop_kit.room.kept import Kept
from workshop_kit.room.runs import Runs

# Two sheets of eight. Far more than a room has seats is a slip of the hand, and nobody wants that much paper.
MOST_CARDS: Final = 200


class Door:
    """The door of a room, and the count of the heads behind it."""

    def __init__(self, kept: Kept, seats: Seats, runs: Runs, random: Random) -> None:
        self._kept, self._seats, self._runs, self._random = kept, seats, runs, random
        self._sheets: dict[str, tuple[str, ...]] = {}

    def set(self, state: str) -> None:
        """Open the door to new seats (``open``), or lock it (``locked``).

        A group that is simulated is counted with that: where it was said how many there are, and so many sit behind the locked door.

        Raises
        ------
        InvalidAnswer
            If it is to be anything else.
        """
        if state == "open":
            self._kept.save(locked=False, heads=None)
            self._seats.open()
        elif state == "locked":
            # Whoever comes back behind it is let in by what the disk knows from now on.
            self._kept.save(**self._stand(), locked=True)
            self._seats.lock()
            if self._kept.record.simulated and self._kept.record.people == len(self._seats) > 0:
                self.count(len(self._seats))
        else:
            raise InvalidAnswer("acts.door")

    def count(self, heads: int) -> None:
        """Settle how many people there are: exactly as many as there are seats, behind a locked door.

        Raises
        ------
        NotNow
            If the door is open, or there are not as many seats.
        InvalidAnswer
            If that is nobody.
        """
        if heads < 1:
            raise InvalidAnswer("acts.count")
        self._seats.count(heads)
        self._keep_at_once()

    def count_again(self) -> None:
        """Free every seat. Pages that are open take theirs again by themselves, until the count; nobody's answer is lost by it."""
        key = self._random.randbytes(16).hex()
        # The disk comes first: nobody must hold a ticket that the room does not know after a restart.
        self._kept.save(**{**self._stand(), "key": key, "former_keys": self._seats.keys, "heads": None})
        self._seats.free(key)

    def one_more(self) -> str:
        """Return a card for one more person, between two polls; the door stays locked.

        Raises
        ------
        NotNow
            If a poll is open, those who are here were not counted, or the room is full.
        """
        if self._runs.is_asking:
            raise NotNow("runs.another_open")
        card = drawn_signs(self._random, CARD_LENGTH)
        self._seats.expect(card)
        self._keep_at_once()
        return card

    def nobody_more(self) -> None:
        """Give up the places that are kept for people who have not come."""
        self._seats.expect_nobody()

    def enter_by(self, entry: str) -> None:
        """Settle what opens a seat: the room's ``code``, or a ``card`` for each.

        Raises
        ------
        InvalidAnswer, NotNow
            If it is to be anything else, or somebody has a seat already.
        """
        if entry not in ("code", "card"):
            raise InvalidAnswer("acts.enter_by")
        before, self._seats.by_card = self._seats.by_card, entry == "card"
        try:
            if before != self._seats.by_card and self._seats.number:
                raise NotNow("room.seats_are_taken")
            self._kept.save(by_card=self._seats.by_card)
        except WorkshopError:
            self._seats.by_card = before
            raise

    def make_larger(self, seats: int) -> None:
        """Make room for more seats.

        Raises
        ------
        InvalidAnswer
            If that would make it smaller, or larger than any room is.
        """
        if not self._seats.capacity <= seats <= MOST_SEATS:
            raise InvalidAnswer("room.not_larger", seats=self._seats.capacity, most=MOST_SEATS)
        self._kept.save(capacity=seats)
        self._seats.capacity = seats

    def print_cards(self, number: int) -> str:
        """Draw seat cards, and return the key by which their sheets can be fetched, once.

        Raises
        ------
        InvalidAnswer
            If there are to be none, or more than anyone prints.
        """
        if not 1 <= number <= MOST_CARDS:
            raise InvalidAnswer("pages.cards.too_many", most=MOST_CARDS)
        cards = tuple(drawn_signs(self._random, CARD_LENGTH) for _ in range(number))
        self._seats.cards |= {card_hash(card): "new" for card in cards}
        key = self._random.randbytes(16).hex()
        self._sheets[key] = cards
        self._keep_at_once()
        return key

    def sheets(self, key: object) -> tuple[str, ...]:
        """Return the cards that were drawn under a key, and forget them.

        Raises
        ------
        NotNow
            If there are none, or they were fetched already.
        """
        if not isinstance(key, str) or key not in self._sheets:
            raise NotNow("pages.cards.fetched")
        return self._sheets.pop(key)

    def void_cards(self) -> None:
        """Make every card void that has opened no seat: nobody can tell which one was lost."""
        void = self._seats.void()
        try:
            # A card that was lost must not be good again after a power cut.
            self.keep()
        except SetupError:
            self._seats.cards |= void
            raise
        self._sheets.clear()

    @property
    def cards(self) -> dict[str, int | None]:
        """How many cards are good, how many of them opened no seat, and how many wait for one more person; told where the number of seats is."""
        states = list(self._seats.cards.values())
        told = {"printed": len(states), "unused": states.count("new"), "expected": states.count("expected")}
        return {name: number if self._seats.locked else None for name, number in told.items()}

    @property
    def is_kept(self) -> bool:
        """Whether the disk knows how many seats there are, and what has become of the cards."""
        record = self._kept.record
        return all(getattr(record, name) == value for name, value in self._stand().items())

    def keep(self) -> None:
        """Write down how many seats there are, and what has become of the cards."""
        self._kept.save(**self._stand())

    def _keep_at_once(self) -> None:
        # Or a crash within this second would ask for a count anew that everyone has seen, and know no card of those on paper.
        with suppress(SetupError):
            self.keep()

    def _stand(self) -> dict[str, object]:
        seats = self._seats
        return {
            "seats": seats.number,
            "heads": seats.heads,
            "former_keys": seats.keys[1:],
            "left": tuple(sorted(seats.left)),
            # In the order of their hashes, which says nothing.
            "cards": dict(sorted(seats.cards.items())),
        }
