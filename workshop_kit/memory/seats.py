"""Seats: one for each head, as far as a room can see to it.

A page draws its own seat, or a printed card is the seat. While the door is open, seats are taken until the room is full. Behind a
locked door nobody new sits down; then everyone looks at how many seats there are, and the heads are counted. From then on a poll may
be asked, and only while there are exactly as many seats as heads: with fewer, a spare page could take the place of somebody who left.

What comes back behind a locked door shows that it was there. A *ticket* is made of the room's key and the seat, so it needs no
list of seats on any disk: after a restart only a page that holds one returns, and no more of them than were locked in. A card is
its own ticket. The key is turned whenever every seat is freed and whenever the server starts; tickets made with the keys before are good
until the next count. So after a count only those hold a good ticket who were counted, and what did not come back by then is a stranger.
"""

import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from random import Random
from typing import Concatenate, Final, Literal, ParamSpec, TypeAlias, TypeVar

from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow

# What has become of a card: printed only; shown to one more person, whose place is kept; or it opened a seat.
CardState: TypeAlias = Literal["new", "expected", "seated"]

# The signs of codes and cards, without those that are easily confused. Twelve of these 31 are 59 bits.
SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CARD_LENGTH: Final = 12
# How a card is refused that somebody may be guessing, or has mistyped.
WRONG_CARD: Final = ("seats.no_such_card", "seats.unreadable_card")
# So many times the seats of a room may be left before it is locked.
MOST_LEFT: Final = 10

_Told = ParamSpec("_Told")
_Given = TypeVar("_Given")

# A seat that a page draws for itself; a card is shorter.
DRAWN_SEAT: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_CARD: Final = re.compile(f"[{SIGNS}]{{{CARD_LENGTH}}}")
_BETWEEN: Final = re.compile(r"[\s·–-]")


def _in_turn(method: Callable[Concatenate["Seats", _Told], _Given]) -> Callable[Concatenate["Seats", _Told], _Given]:
    """Return a method of `Seats` that is done as a whole, whatever else is being done in another thread."""

    @wraps(method)
    def in_turn(seats: "Seats", /, *told: _Told.args, **named: _Told.kwargs) -> _Given:
        with seats.turn:
            return method(seats, *told, **named)

    return in_turn


class Seats:
    """The seats of a room.

    Parameters
    ----------
    capacity
        The most seats that the room takes.
    key, former_keys
        What tickets are made with, in hexadecimal; and what those were made with that are still good, until the next count.
    by_card
        Whether only a card opens a seat.
    locked
        Whether the door is.
    returning
        How many seats the room had before its server was restarted, or before they were freed. Behind a locked door that many come back.
    heads
        How many people were counted; None before that.
    cards
        What has become of each card, by its `card_hash`.
    left
        Hashes of the tickets of those who left their seat; they are good no more.
    """

    def __init__(
        self,
        capacity: int,
        key: str,
        *,
        former_keys: Sequence[str] = (),
        by_card: bool = False,
        locked: bool = False,
        returning: int = 0,
        heads: int | None = None,
        cards: Mapping[str, CardState] | None = None,
        left: Iterable[str] = (),
    ) -> None:
        self.capacity, self.locked, self.heads, self.by_card = capacity, locked, heads, by_card
        self.cards: dict[str, CardState] = dict(cards or {})
        self.left = set(left)
        self._keys = [bytes.fromhex(each) for each in (key, *former_keys)]
        self._returning = returning
        # How often every seat was freed; pages come back when it grows.
        self.round = 0
        self._taken: set[str] = set()
        # Pages come in on the server's loop while heads are counted in a thread, and nobody must come in between looking and counting.
        self.turn = threading.RLock()

    def __len__(self) -> int:
        """Return how many seats are taken."""
        return len(self._taken)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the seats that are taken, in no order that means anything."""
        return iter(frozenset(self._taken))

    def __contains__(self, seat: object) -> bool:
        """Return whether a seat is taken."""
        return isinstance(seat, str) and seat in self._taken

    @property
    def number(self) -> int:
        """How many seats the room has, those still to return included."""
        return max(self._returning, len(self._taken))

    @property
    def are_looked_at(self) -> bool:
        """Whether the door is locked and everyone can see how many seats there are, but the heads were not counted yet."""
        return self.locked and self.heads is None and bool(self._taken)

    @property
    def keys(self) -> tuple[str, ...]:
        """What tickets are made with now, and what those were made with that are still good, in hexadecimal."""
        return tuple(key.hex() for key in self._keys)

    @property
    def are_counted(self) -> bool:
        """Whether there are exactly as many seats as heads that were counted, behind a locked door."""
        return self.locked and self.heads == len(self._taken)

    @_in_turn
    def take(self, seat: object, ticket: object = None) -> str:
        """Admit a seat that a page drew, or holds by its card; one that is known already is simply welcome back. Return its ticket.

        Raises
        ------
        InvalidAnswer
            If the seat is no token of 16 to 64 letters, digits, hyphens and underscores.
        NotAdmitted
            If the seat is new, and the door is locked, the room full, or a card is needed here.
        """
        if is_card(seat):
            return self.take_card(seat)[1]
        if not isinstance(seat, str) or not DRAWN_SEAT.fullmatch(seat):
            raise InvalidAnswer("seats.unreadable")
        if seat not in self._taken:
            returns = self.is_valid(seat, ticket)
            if self.by_card and not returns:
                raise NotAdmitted("seats.by_card")
            self._admit(seat, returns=returns)
            # One that left, and came in again by an open door, is as good as any other.
            self.left -= self._tickets_left_by(seat)
        return self._ticket(seat)

    @_in_turn
    def take_card(self, card: object) -> tuple[str, str]:
        """Admit a card, which opens the same seat each time. Return the seat, which is the card as it is written, and its ticket.

        Raises
        ------
        InvalidAnswer
            If it is no card at all.
        NotAdmitted
            If it is none of this room's, it opens no seat while the door is locked, or the room is full.
        """
        seat = _written(card)
        if not _CARD.fullmatch(seat):
            raise InvalidAnswer("seats.unreadable_card")
        known = self.cards.get(card_hash(seat))
        if known is None:
            raise NotAdmitted("seats.no_such_card")
        if seat not in self._taken:
            self._admit(seat, returns=known == "seated", is_expected=known == "expected")
            self.cards[card_hash(seat)] = "seated"
        return seat, self._ticket(seat)

    def is_valid(self, seat: str, ticket: object) -> bool:
        """Return whether a ticket is that of a seat, and its holder did not leave."""
        return any(ticket == _ticket(key, seat) and _left(key, seat) not in self.left for key in self._keys)

    @_in_turn
    def leave(self, seat: object) -> None:
        """Give a seat up, for good: its ticket brings nobody back.

        Raises
        ------
        NotAdmitted, NotNow
            If the room does not know it, or so many were given up already that somebody must be playing with the door.
        """
        known = self.check(seat)
        if not self.locked and len(self.left) >= MOST_LEFT * self.capacity:
            raise NotNow("seats.too_many_left")
        self._taken.discard(known)
        if self.locked:
            # Their place is nobody else's.
            self._returning -= 1
        self.left |= self._tickets_left_by(known)
        if card_hash(known) in self.cards:
            self.cards[card_hash(known)] = "new"

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

    @_in_turn
    def lock(self) -> None:
        """Let no new seat in."""
        self._returning, self.locked = self.number, True

    @_in_turn
    def open(self) -> None:
        """Let new seats in; who they are is then to be counted anew."""
        self.locked, self.heads = False, None
        self.cards = {card: "new" if state == "expected" else state for card, state in self.cards.items()}

    @_in_turn
    def count(self, heads: int) -> None:
        """Settle how many people there are. What was freed and did not come back is a stranger from now on.

        Raises
        ------
        NotNow
            If the door is open, or there are not as many seats.
        """
        if not self.locked:
            raise NotNow("seats.lock_first")
        if heads != len(self._taken):
            raise NotNow("seats.not_as_many", seats=len(self._taken), heads=heads)
        self.heads = self._returning = heads
        # From now on a ticket is good only if it was given to somebody who was counted.
        self.left = {each for each in self.left if each.startswith(_name(self._keys[0]))}
        here = {card_hash(seat) for seat in self}
        self.cards = {card: state for card, state in self.cards.items() if state == "new" or card in here}
        del self._keys[1:]

    @_in_turn
    def free(self, key: str) -> None:
        """Free every seat, to be counted anew; open pages come back by their tickets, and get new ones made with a new key."""
        self._returning = self.number
        self._taken.clear()
        self.heads = None
        self.round += 1
        # Who presses twice must not shut those out who have not come back from the first time, so all keys stay good until the count.
        self._keys.insert(0, bytes.fromhex(key))

    @_in_turn
    def expect(self, card: str) -> None:
        """Keep a place for one more person, who comes in by a card of their own; the door stays locked.

        Raises
        ------
        NotNow
            If those who are here were not counted, or the room is full.
        """
        if self.heads is None or not self.are_counted:
            raise NotNow("seats.count_first")
        if self.heads >= self.capacity:
            raise NotNow("seats.room_full")
        self.cards[card_hash(card)] = "expected"
        self.heads += 1

    @_in_turn
    def expect_nobody(self) -> None:
        """Give up the places that are kept for people who have not come."""
        expected = [card for card, state in self.cards.items() if state == "expected"]
        for card in expected:
            del self.cards[card]
        if self.heads is not None:
            self.heads -= len(expected)

    @_in_turn
    def void(self) -> dict[str, CardState]:
        """Make every card void that has opened no seat, and return these."""
        void: dict[str, CardState] = {card: state for card, state in self.cards.items() if state == "new"}
        self.cards = {card: state for card, state in self.cards.items() if card not in void}
        return void

    def _admit(self, seat: str, *, returns: bool, is_expected: bool = False) -> None:
        if self.locked and not is_expected and not (returns and len(self._taken) < self._returning):
            raise NotAdmitted("seats.door_locked")
        if len(self._taken) >= self.capacity:
            raise NotAdmitted("seats.room_full")
        self._taken.add(seat)
        # Beside those who return, for whom their places stay.
        self._returning += is_expected

    def _tickets_left_by(self, seat: str) -> set[str]:
        return {_left(key, seat) for key in self._keys}

    def _ticket(self, seat: str) -> str:
        return _ticket(self._keys[0], seat)


def drawn_signs(random: Random, number: int) -> str:
    """Return some signs for people to type, drawn by chance."""
    return "".join(random.choice(SIGNS) for _ in range(number))


def spaced(card: str) -> str:
    """Return a card as it is printed, in groups of four."""
    return " ".join(card[at : at + 4] for at in range(0, CARD_LENGTH, 4))


def is_card(shown: object) -> bool:
    """Return whether something reads like a card, good or not."""
    return _CARD.fullmatch(_written(shown)) is not None


def card_hash(card: str) -> str:
    """Return under what a card is remembered."""
    return hashlib.sha256(card.encode()).hexdigest()


def _ticket(key: bytes, seat: str) -> str:
    return hmac.new(key, seat.encode(), "sha256").hexdigest()[:32]


def _name(key: bytes) -> str:
    return card_hash(key.hex())[:8]


def _left(key: bytes, seat: str) -> str:
    """Return under what it is remembered that somebody left their seat: it begins with the name of the key of their ticket."""
    return f"{_name(key)} {card_hash(_ticket(key, seat))}"


def _written(card: object) -> str:
    """Return a card as it is printed, but for the blanks."""
    return _BETWEEN.sub("", card).upper() if isinstance(card, str) else ""
