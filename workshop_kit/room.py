"""A room: one live run of a workshop with one group, and everything that can be done in it.

The room is where the rules meet: polls say what an answer is, ballots hold answers while a poll is open, disclosure says
what may be shown, results remember it. Whoever speaks HTTP, draws charts or shows widgets does so around this class.

The life of an answer, from here::

    ask ──▶ open ──close──▶ closed ──reveal──▶ revealed
              │               ▲                   │
              │               └───────hide────────┘
              └──discard──▶ discarded

While a run is open its answers are in `Ballots`, in memory. `close` counts them, publishes the count under the policy
that was fixed by `ask`, stores the Published result, and only then drops the answers: if the disk refuses, nothing is
lost and closing can be tried again. From that moment on no answer exists anywhere.

What must not happen at once happens at the next `tick`, which the server calls every second: the participation counter
moves in coarse steps and never in step with someone's thumb; a pause reaches the facilitator after a while that nobody
can predict; the number of seats is written down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final, Literal

from workshop_kit.ballots import Ballots, Seats
from workshop_kit.disclosure import Policy, Published, publish, step
from workshop_kit.errors import NotNow, Unknown
from workshop_kit.polls import Poll, Tally
from workshop_kit.results import Results, RoomRecord, Run
from workshop_kit.workshop import Workshop

CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 6
PAUSE_TICKS: Final = range(5, 31)

Visible: Final = ("open", "closed", "revealed")


@dataclass(frozen=True, slots=True)
class State:
    """What every page of a room may know at any moment.

    `boot` changes when the server was restarted; `phase` is ``waiting`` before the first poll, or the phase of the
    latest run; `step` says in coarse words how many have answered while it is open.
    """

    boot: str
    section: str | None
    run: int | None
    phase: Literal["waiting", "open", "closed", "revealed"]
    step: str | None


def new_code(random: Random) -> str:
    """Return a room code: six signs without those that are easily confused, from 31 to the 6th (some 887 million)."""
    return "".join(random.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


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
        self._results = results
        self._record = record
        self._random = random
        self._boot = self._secret().hex()
        self._seats = Seats(record.capacity, returning=record.seats)
        if record.locked:
            self._seats.lock()
        self._runs = {run.number: run for run in results.runs(record.code)}
        self._ballots = Ballots(self._secret())
        self._step = step(0)
        self._pauses: dict[str, int] = {}
        self._pauses_heard = 0
        self._results.save_room(record)

    @property
    def code(self) -> str:
        """The six signs by which people find the room."""
        return self._record.code

    @property
    def simulated(self) -> bool:
        """Whether some of the people in the room are simulated."""
        return self._record.simulated

    @property
    def policy(self) -> Policy:
        """The least strict policy by which a result of this room is published."""
        return self._record.policy

    @property
    def country(self) -> str | None:
        """The country whose support contacts are offered, such as ``"DE"``; None offers those of every country."""
        return self._record.country

    @property
    def local_contact(self) -> str | None:
        """Somebody near by to turn to, in the facilitator's own words."""
        return self._record.local_contact

    @property
    def locked(self) -> bool:
        """Whether the door is locked to new seats."""
        return self._seats.locked

    @property
    def seats(self) -> str:
        """How many seats are taken, in coarse steps."""
        return step(self._seats.number)

    @property
    def pauses(self) -> int:
        """How many signals "I need a moment" have been heard and not yet acknowledged."""
        return self._pauses_heard

    @property
    def run(self) -> Run | None:
        """The latest run that was not discarded."""
        return next((run for run in reversed(self._runs.values()) if run.phase in Visible), None)

    @property
    def runs(self) -> Sequence[Run]:
        """Every run that was not discarded, in the order in which they were asked."""
        return [run for run in self._runs.values() if run.phase in Visible]

    @property
    def state(self) -> State:
        """What every page may know now."""
        run = self.run
        if run is None or run.phase == "discarded":
            return State(self._boot, self._record.section, None, "waiting", None)
        return State(self._boot, self._record.section, run.number, run.phase, self._step if run.phase == "open" else None)

    def take_seat(self, seat: object) -> None:
        """Admit a page to the room; see `Seats.take` for when that is refused."""
        self._seats.take(seat)

    def cast(self, number: int, seat: object, answer: object) -> None:
        """Keep a seat's answer to the open run, in place of any earlier one.

        Raises
        ------
        NotAdmitted, Unknown, NotNow, InvalidAnswer
            If the seat is not known, there is no such run, it is not open, or the answer does not fit its poll.
        """
        known = self._seats.check(seat)
        self._open(number).poll.chosen(answer)
        self._ballots.cast(known, answer)

    def withdraw(self, number: int, seat: object) -> None:
        """Forget a seat's answer to the open run; refused as `cast` is."""
        known = self._seats.check(seat)
        self._open(number)
        self._ballots.withdraw(known)

    def pause(self, seat: object) -> None:
        """Take a seat's "I need a moment", to be heard after a while. A second one before that changes nothing."""
        self._pauses.setdefault(self._seats.check(seat), self._random.choice(PAUSE_TICKS))

    def ask(self, poll: str, *, floor: int | None = None, cell: int | None = None) -> Run:
        """Open a new run of a poll, under the room's policy or a stricter one.

        Raises
        ------
        Unknown, NotNow, PolicyTooLow
            If there is no such poll, another run is open, the policy would be less strict than the room's, or the poll was
            asked before with another cell.
        """
        asked = self.workshop.poll(poll)
        if self.run is not None and self.run.phase == "open":
            raise NotNow("Another poll is still open. Close or discard it first.")
        policy = self._record.policy.suited_to(asked).raised(floor=floor, cell=cell)
        self._refuse_another_cell(asked, policy)
        # Numbers of discarded runs are not used again: a phone may still hold an answer to one.
        run = Run(max(self._runs, default=0) + 1, asked, policy)
        self._keep(run)
        self._ballots = Ballots(self._secret())
        self._step = step(0)
        return run

    def close(self, number: int) -> Published:
        """Close the open run: count, publish, store, and drop the answers. Closing twice gives the same result.

        Raises
        ------
        Unknown
            If there is no such run, or it was discarded.
        SetupError
            If the result cannot be stored; the run stays open and no answer is lost.
        """
        run = self._visible(number)
        if run.published is None:
            published = publish(Tally.of(run.poll, self._ballots.answers(self._random.shuffle)), run.policy)
            self._keep(replace(run, phase="closed", published=published))
            self._ballots.forget()
            return published
        return run.published

    def reveal(self, number: int) -> None:
        """Show a closed run's result to the whole room.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        self.published(number)
        self._keep(replace(self._runs[number], phase="revealed"))

    def hide(self, number: int) -> None:
        """Take a revealed result off the pages again; refused as `reveal` is."""
        self.published(number)
        self._keep(replace(self._runs[number], phase="closed"))

    def discard(self, number: int) -> None:
        """Throw a run away with all its answers, or with its result.

        Raises
        ------
        Unknown
            If there is no such run, or it was discarded before.
        """
        run = self._visible(number)
        self._keep(replace(run, phase="discarded", published=None))
        if run.phase == "open":
            self._ballots.forget()

    def published(self, number: int) -> Published:
        """Return the result of a run that is closed, revealed or not.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        run = self._visible(number)
        if run.published is None:
            raise NotNow("This poll is still open. Close it first.")
        return run.published

    def revealed(self, number: int) -> Published:
        """Return the result of a run that the room may see.

        Raises
        ------
        Unknown
            If there is no such run or its result is not revealed; the two look alike from outside.
        """
        run = self._runs.get(number)
        if run is None or run.phase != "revealed" or run.published is None:
            raise Unknown("There is no result to show here. It appears when the facilitator reveals it.")
        return run.published

    def lock_door(self) -> None:
        """Let no new seat in."""
        self._save(locked=True, seats=self._seats.number)
        self._seats.lock()

    def open_door(self) -> None:
        """Let new seats in."""
        self._save(locked=False)
        self._seats.open()

    def go_to(self, section: str) -> None:
        """Move the room to a section of the workshop.

        Raises
        ------
        Unknown
            If the workshop has no such section.
        """
        self._save(section=self.workshop.section(section).id)

    def acknowledge_pauses(self) -> None:
        """Mark every signal heard so far as seen by the facilitator."""
        self._pauses_heard = 0

    def tick(self) -> None:
        """Let a second pass: move the counter, hear pauses that are due, write down the number of seats."""
        self._step = step(len(self._ballots))
        self._pauses = {seat: left - 1 for seat, left in self._pauses.items()}
        due = [seat for seat, left in self._pauses.items() if left <= 0]
        for seat in due:
            del self._pauses[seat]
        self._pauses_heard += len(due)
        if self._record.seats != self._seats.number:
            self._save(seats=self._seats.number)

    def end(self) -> None:
        """End the room: its results stay, and starting the kit again opens a new one."""
        self._save(ended=True)

    def holds(self) -> dict[str, Any]:
        """Return what the server holds at this moment, for the page that tells people so.

        Keys: `seats` and `ballots`, both in coarse steps; `open`, whether a poll is open; `results`, how many Published
        results are stored.
        """
        run = self.run
        return {
            "seats": self.seats,
            "open": run is not None and run.phase == "open",
            "ballots": self._step,
            "results": sum(run.published is not None for run in self.runs),
        }

    def _refuse_another_cell(self, poll: Poll, policy: Policy) -> None:
        """Refuse to publish a poll in two ways: the difference between two ways of merging is somebody's answer."""
        for run in self._runs.values():
            if run.poll.id == poll.id and run.policy.cell != policy.cell:
                raise NotNow(
                    f"This poll was asked before in numbers of at least {run.policy.cell} people. Asking it again must keep to that."
                )

    def _open(self, number: int) -> Run:
        run = self._runs.get(number)
        if run is None:
            raise Unknown("There is no such poll in this room.")
        if run.phase != "open":
            raise NotNow("This poll has closed. Your answer was not changed.")
        return run

    def _visible(self, number: int) -> Run:
        run = self._runs.get(number)
        if run is None or run.phase == "discarded":
            raise Unknown("There is no such poll in this room, or it was discarded.")
        return run

    def _keep(self, run: Run) -> None:
        self._results.save_run(self.code, run)
        self._runs[run.number] = run

    def _save(self, **changes: Any) -> None:
        """Change where the room stands: on the disk first, so that a refusal there changes nothing here."""
        changed = replace(self._record, **changes)
        self._results.save_room(changed)
        self._record = changed

    def _secret(self) -> bytes:
        return self._random.randbytes(16)
