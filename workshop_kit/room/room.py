"""One live run of a workshop with one group, and everything that can be done in it."""

from random import Random
from typing import Any

from workshop_kit.disk.rooms import AT_REST, Results, RoomRecord
from workshop_kit.errors import InvalidAnswer
from workshop_kit.memory import Pauses, Seats
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
        self._seats = Seats(record.capacity, returning=record.seats)
        if record.locked:
            self._seats.lock()
        self._pauses = Pauses(random)
        self.runs = Runs(workshop, self._kept, random)
        self.evening = Evening(workshop, self._kept, self.runs)

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
        return State(self._boot, record.section, self.runs.states, stage=record.stage, ends_at=record.ends_at, locked=self.locked)

    def take_seat(self, seat: object) -> None:
        """Admit a page to the room; see `Seats.take` for when that is refused."""
        self._kept.note(phone_tried=True)
        self._seats.take(seat)

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

    def set_door(self, state: str) -> None:
        """Open the door to new seats (``open``), or lock it (``locked``).

        Raises
        ------
        InvalidAnswer
            If it is to be anything else.
        """
        if state not in ("open", "locked"):
            raise InvalidAnswer("acts.door")
        (self.lock_door if state == "locked" else self.open_door)()

    def lock_door(self) -> None:
        """Let no new seat in."""
        self._kept.save(locked=True, seats=self._seats.number)
        self._seats.lock()

    def open_door(self) -> None:
        """Let new seats in."""
        self._kept.save(locked=False)
        self._seats.open()

    def tick(self) -> None:
        """Let a second pass: move the counters, hear pauses that are due, write down the number of seats."""
        self.runs.tick()
        self._pauses.tick()
        if self.record.seats != self._seats.number:
            self._kept.save(seats=self._seats.number)

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
