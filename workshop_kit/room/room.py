"""One live run of a workshop with one group, and everything that can be done in it."""

from random import Random
from typing import Any

from workshop_kit.disk.rooms import AT_REST, Results, RoomRecord
from workshop_kit.memory import Pauses, Seats
from workshop_kit.room.address import Address
from workshop_kit.room.door import Door
from workshop_kit.room.evening import Evening
from workshop_kit.room.kept import Kept
from workshop_kit.room.runs import Runs
from workshop_kit.room.state import State
from workshop_kit.words.catalog import language
from workshop_kit.words.results import so_many
from workshop_kit.workshop import Workshop


class Room:
    """One live run of a workshop with one group.

    Parameters
    ----------
    workshop
        The material.
    results
        Where the room's state and its Published results are kept.
    record
        Where the room stands; its earlier runs are taken up from `results`.
    random
        A source of randomness; in a real room the operating system's.
    """

    def __init__(self, workshop: Workshop, results: Results, record: RoomRecord, random: Random) -> None:
        self.workshop = workshop
        self.say = language(workshop.language)
        self._boot = random.randbytes(16).hex()
        self._kept = Kept(results, record)
        self._seats = Seats(
            record.capacity,
            record.key,
            former_keys=record.former_keys,
            by_card=record.by_card,
            locked=record.locked,
            returning=record.seats,
            heads=record.heads,
            cards=record.cards,
            left=record.left,
        )
        self._pauses = Pauses(random)
        self.address = Address()
        self.runs = Runs(workshop, self._kept, self._seats, random)
        self.door = Door(self._kept, self._seats, self.runs, random)
        self.evening = Evening(workshop, self._kept, self.runs, self._seats)

    @property
    def record(self) -> RoomRecord:
        """Where the room stands: all that is on the disk of it."""
        return self._kept.record

    @property
    def locked(self) -> bool:
        """Whether the door is locked to new seats."""
        return self._seats.locked

    @property
    def seats(self) -> str:
        """How many seats are taken, in coarse steps."""
        return so_many(self._seats.number, self.say)

    @property
    def pauses(self) -> int:
        """How many signals "I need a moment" have been heard and not yet acknowledged."""
        return self._pauses.heard

    @property
    def state(self) -> State:
        """What every page may know now."""
        record = self.record
        seats = self._seats
        return State(
            self._boot,
            record.section,
            self.runs.states,
            stage=record.stage,
            ends_at=record.ends_at,
            locked=seats.locked,
            # Once the door is locked, an exact number says nothing of who sat down when.
            seats=len(seats) if seats.locked else None,
            heads=seats.heads,
            counts_heads=record.counts_heads,
            round=seats.round,
        )

    def note_phone(self) -> None:
        """Remember that a phone has found the room."""
        self._kept.note(phone_tried=True)

    def take_seat(self, seat: object, ticket: object = None) -> str:
        """Admit a page to the room, and return its ticket; see `Seats.take` for when that is refused."""
        return self._seats.take(seat, ticket)

    def take_card(self, card: object) -> tuple[str, str]:
        """Admit a card to the room, and return its seat and its ticket; see `Seats.take_card` for when that is refused."""
        return self._seats.take_card(card)

    def leave_seat(self, seat: object) -> None:
        """Give a seat up, and with it what was answered from it to a poll that is open."""
        known = self._seats.check(seat)
        self._seats.leave(known)
        self.runs.forget_seat(known)

    def knows(self, seat: object) -> bool:
        """Return whether a seat is taken."""
        return seat in self._seats

    def knows_ticket(self, seat: object, ticket: object) -> bool:
        """Return whether a ticket is that of a seat, taken or still to return."""
        return isinstance(seat, str) and self._seats.is_valid(seat, ticket)

    def cast(self, number: int, seat: object, answer: object) -> None:
        """Keep a seat's answer to the open run, in place of any earlier one.

        Raises
        ------
        NotAdmitted, Unknown, NotNow, InvalidAnswer
            If the seat is not known, there is no such run, it is not open, or the answer does not fit its poll.
        """
        self.runs.cast(number, self._seats.check(seat), answer)

    def withdraw(self, number: int, seat: object) -> None:
        """Forget a seat's answer to the open run; refused as `cast` is."""
        self.runs.withdraw(number, self._seats.check(seat))

    def pause(self, seat: object) -> None:
        """Take a seat's "I need a moment", to be heard after a while. A second one before that changes nothing."""
        self._pauses.take(self._seats.check(seat))

    def acknowledge_pauses(self) -> None:
        """Mark every signal heard so far as seen by the facilitator."""
        self._pauses.acknowledge()

    def tick(self) -> None:
        """Let a second pass: move the counters, and hear pauses that are due."""
        self.runs.tick()
        self._pauses.tick()

    @property
    def is_kept(self) -> bool:
        """Whether the disk knows how many seats there are, and what else has changed by itself."""
        return self.record.ended or (self.door.is_kept and not self._kept.has_noted)

    def keep(self) -> None:
        """Write down how many seats there are, and what else has changed by itself."""
        self.door.keep()

    def end(self, now_s: float) -> None:
        """End the room: its results stay, and starting the kit again opens a new one. `now_s` are seconds since 1970."""
        agenda = self.evening.agenda
        self._kept.save(**AT_REST, ended=True, agenda=agenda.ended(now_s).to_dict() if agenda else None)

    def holds(self) -> dict[str, Any]:
        """Return what the server holds at this moment, for the page that tells people so.

        Keys: `seats` and `ballots`, both in coarse steps; `open`, whether a poll is open; `reading`, whether lines are
        being read by the facilitator; `results`, how many Published results are stored.
        """
        return {"seats": self.seats, **self.runs.holds()}
