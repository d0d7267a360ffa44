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

Answers in people's own words take one step more: closing hands them to the facilitator (the phase is ``reading``), and
only `publish_lines` ends it. Until then they are in memory alone, so a server that is killed meanwhile comes back with the
run open, and the pages that wrote them hand them in again.

Several polls can be asked together, to be answered on one page: they are runs like any others, opened by one act. And a
poll can be asked again to compare: the result of the later run is then shown beside that of the earlier.

What must not happen at once happens at the next `tick`, which the server calls every second: the participation counter
moves in coarse steps and never in step with someone's thumb; a pause reaches the facilitator after a while that nobody
can predict; the number of seats is written down.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final, Literal

from workshop_kit.disclosure import Comparison, Policy, Published, compare, publish, step
from workshop_kit.disk.rooms import AT_REST, Phase, Results, RoomRecord, Run
from workshop_kit.errors import InvalidAnswer, NotNow, SetupError, Unknown
from workshop_kit.memory import Ballots, Seats
from workshop_kit.polls import Poll, Tally
from workshop_kit.words.flags import Line, Queue
from workshop_kit.workshop import BlockKind, Workshop
from workshop_kit.workshop.agenda import Agenda

CODE_LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 6
PAUSE_TICKS: Final = range(5, 31)

Visible: Final = ("open", "reading", "closed", "revealed")
# What the stage can be told to show; following, it shows whatever the room is doing.
SCENES: Final = ("follow", "welcome", "section", "break", "closing")
# What it shows when a part of the plan begins that is not a section.
SCENE_OF: Final[Mapping[BlockKind, str]] = {"arrival": "welcome", "break": "break", "closing": "closing"}
# How many changes of the plan can be undone, one after the other.
REMEMBERED: Final = 30


@dataclass(frozen=True, slots=True)
class RunState:
    """Where one run stands; `step` says in coarse words how many have answered while it is open."""

    run: int
    phase: Phase
    step: str | None


@dataclass(frozen=True, slots=True)
class State:
    """What every page of a room may know at any moment.

    `boot` changes when the server was restarted. `current` are the runs that were asked last, by one act; `run`, `phase` and
    `step` are those of the first of them that is still open, or of the last one. `phase` is ``waiting`` before the first
    poll. `stage` is one of `SCENES`; `ends_at` is when the timer ends, in seconds since 1970; `locked` says whether the door is.
    """

    boot: str
    section: str | None
    run: int | None
    phase: Phase | Literal["waiting"]
    step: str | None
    current: tuple[RunState, ...] = ()
    stage: str = "follow"
    ends_at: int | None = None
    locked: bool = False


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
        self._ballots = {run.number: Ballots(self._secret()) for run in self._runs.values() if run.phase == "open"}
        self._queues: dict[int, Queue] = {}
        self._steps = {number: step(0) for number in self._ballots}
        self._pauses: dict[str, int] = {}
        self._pauses_heard = 0
        self._earlier: deque[RoomRecord] = deque(maxlen=REMEMBERED)
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
        """The run that pages look at first: of those asked last, the first that is open, or the last one."""
        current = self.current
        return next((run for run in current if run.phase == "open"), current[-1] if current else None)

    @property
    def runs(self) -> Sequence[Run]:
        """Every run that was not discarded, in the order in which they were asked."""
        return [run for run in self._runs.values() if run.phase in Visible]

    @property
    def current(self) -> Sequence[Run]:
        """The runs that were asked last, by one act, without those that were discarded."""
        runs = self.runs
        return [run for run in runs if run.together == runs[-1].together]

    @property
    def plan(self) -> str | None:
        """The plan by which the room is led."""
        return self._record.plan

    @property
    def scene(self) -> str:
        """What the stage shows now: ``welcome``, ``section``, ``question``, ``closed``, ``result``, ``break`` or ``closing``."""
        told, phases = self._record.stage, {run.phase for run in self.current}
        if told == "section" or (told == "follow" and not phases):
            return "section" if self._record.section else "welcome"
        if told != "follow":
            return told
        if phases & {"open", "reading"}:
            return "question" if "open" in phases else "closed"
        return "result" if "revealed" in phases else "closed"

    @property
    def state(self) -> State:
        """What every page may know now."""
        record, run = self._record, self.run
        return State(
            self._boot,
            record.section,
            run=run.number if run else None,
            phase=run.phase if run else "waiting",
            step=self._steps.get(run.number) if run else None,
            current=tuple(RunState(each.number, each.phase, self._steps.get(each.number)) for each in self.current),
            stage=record.stage,
            ends_at=record.ends_at,
            locked=self.locked,
        )

    @property
    def agenda(self) -> Agenda | None:
        """One meeting of the plan, as it is being led; None before one was chosen."""
        return Agenda.from_dict(self._record.agenda) if self._record.agenda else None

    @property
    def notes(self) -> Mapping[str, str]:
        """What the facilitator wrote for themselves, by section."""
        return self._record.notes

    @property
    def can_undo(self) -> bool:
        """Whether a change of the plan can be undone; after a restart no earlier one can."""
        return bool(self._earlier)

    @property
    def phone_tried(self) -> bool:
        """Whether a page has ever asked for a seat, let in or not."""
        return self._record.phone_tried

    @property
    def stage_opened(self) -> bool:
        """Whether the stage has ever been opened."""
        return self._record.stage_opened

    def set_up(self, *, plan: str, meeting: int, policy: Policy, country: str | None, local_contact: str | None) -> None:
        """Settle what must be settled before people come.

        Parameters
        ----------
        plan, meeting
            By which plan the room is led, and which of its meetings this is; the first is 0.
        policy
            The least strict policy by which a result is published.
        country, local_contact
            Whom people can turn to.

        Raises
        ------
        Unknown, NotNow
            If there is no such plan or meeting, or a poll was asked under a stricter policy before.
        """
        agenda = Agenda.of(self.workshop.plan(plan), meeting)
        if self._runs and (policy.floor < self.policy.floor or policy.cell < self.policy.cell):
            raise NotNow("A poll was asked in this room already, so its results can only be kept more general than before, not less.")
        now = self.agenda
        same = now is not None and (now.plan, now.meeting) == (plan, meeting)
        told = (now if now and same else agenda).to_dict()
        self._save(plan=plan, policy=policy, country=country, local_contact=local_contact, agenda=told)
        if not same:
            self._earlier.clear()

    def follow_agenda(self, agenda: Agenda) -> None:
        """Keep the agenda as it was bent. Where another part of it begins, the section and the stage go along."""
        before = self._record
        if agenda != self.agenda:
            self._keep_agenda(agenda)
            self._earlier.append(before)

    def keep_note(self, section: str, words: str) -> None:
        """Keep what the facilitator wrote about a section, in place of what stood there.

        Raises
        ------
        Unknown
            If the workshop has no such section.
        """
        self._save(notes={**self.notes, self.workshop.section(section).id: words})

    def undo_agenda(self) -> None:
        """Take the last change of the agenda back.

        Raises
        ------
        NotNow
            If there is none, or the server was started again since.
        """
        if not self._earlier:
            raise NotNow("There is no change of the plan to undo.")
        before = self._earlier[-1]
        self._keep_agenda(Agenda.from_dict(before.agenda) if before.agenda else None, before.section)
        self._earlier.pop()

    def note_stage_opened(self) -> None:
        """Remember that the stage was opened."""
        self._note(stage_opened=True)

    def take_seat(self, seat: object) -> None:
        """Admit a page to the room; see `Seats.take` for when that is refused."""
        self._note(phone_tried=True)
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
        self._ballots[number].cast(known, answer)

    def withdraw(self, number: int, seat: object) -> None:
        """Forget a seat's answer to the open run; refused as `cast` is."""
        known = self._seats.check(seat)
        self._open(number)
        self._ballots[number].withdraw(known)

    def pause(self, seat: object) -> None:
        """Take a seat's "I need a moment", to be heard after a while. A second one before that changes nothing."""
        self._pauses.setdefault(self._seats.check(seat), self._random.choice(PAUSE_TICKS))

    def ask(self, poll: str, *, floor: int | None = None, cell: int | None = None, before: int | None = None) -> Run:
        """Open a new run of a poll, under the room's policy or a stricter one.

        Parameters
        ----------
        poll
            Which poll.
        floor, cell
            Thresholds higher than the room's own.
        before
            An earlier run of the same poll, with whose result this one's is to be compared.

        Raises
        ------
        Unknown, NotNow, PolicyTooLow
            If there is no such poll, another run is open, the policy would be less strict than the room's, the poll was
            asked before with another cell, the plan asks for no answers in people's own words, or the two runs cannot be
            compared.
        """
        if before is not None:
            earlier = self.published(before)
            # Whatever cannot be put side by side is refused now, and not when the room waits to see it.
            compare(earlier, Published(self.workshop.poll(poll), earlier.policy, "too_few"))
        [run] = self._ask([poll], floor, cell, before)
        return run

    def ask_together(self, polls: Sequence[str], *, floor: int | None = None, cell: int | None = None) -> Sequence[Run]:
        """Open a run of each of several polls, to be answered on one page; refused as `ask` is."""
        if not 2 <= len(set(polls)) == len(polls):
            raise InvalidAnswer("Two different polls or more can be asked together. Name each one once.")
        return self._ask(polls, floor, cell, None)

    def close(self, number: int) -> Published | None:
        """Close the open run: count, publish, store, and drop the answers. Closing twice gives the same result.

        Returns
        -------
        Published or None
            None where the answers are in people's own words and there are enough of them: they are now to be read.

        Raises
        ------
        Unknown
            If there is no such run, or it was discarded.
        SetupError
            If the result cannot be stored; the run stays open and no answer is lost.
        """
        run = self._visible(number)
        if run.published is not None or run.phase == "reading":
            return run.published
        tally = Tally.of(run.poll, self._ballots[number].answers(self._random.shuffle))
        if run.poll.kind == "text" and tally.answered >= run.policy.fewest_for(run.poll):
            self._queues[number] = Queue(tally, self._random.shuffle)
            self._runs[number] = replace(run, phase="reading")
        else:
            run = self._publish(run, tally)
        self._drop_ballots(number)
        return run.published

    def lines(self, number: int) -> Sequence[Line]:
        """Return the lines that wait for the facilitator; none where there are none to be read.

        Raises
        ------
        Unknown
            If there is no such run, or it was discarded.
        """
        self._visible(number)
        return self._queues[number].lines if number in self._queues else ()

    def decide(self, number: int, line: int, decision: object, words: object = None) -> None:
        """Let a line through, replace its words, or leave it out; see `Queue.decide` for when that is refused."""
        self._queue(number).decide(line, decision, words)

    def publish_lines(self, number: int) -> Published:
        """Publish the lines that were let through, and drop the others.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, it has no lines to be read, or one of them still waits.
        SetupError
            If the result cannot be stored; no line is lost.
        """
        queue = self._queue(number)
        published = self._publish(self._runs[number], queue.decided()).published
        self._drop_lines(number)
        assert published is not None
        return published

    def reveal(self, number: int) -> None:
        """Show a closed run's result to the whole room, where it is compared beside that of the earlier run.

        The earlier result is then seen as well, whether or not it was ever revealed by itself.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        self.published(number)
        self._save(replace(self._runs[number], phase="revealed"), stage="follow")

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
        self._drop_ballots(number)
        self._drop_lines(number)

    def published(self, number: int) -> Published:
        """Return the result of a run that is closed, revealed or not.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        run = self._visible(number)
        if run.published is None:
            raise NotNow("This poll is still open. Close it first." if run.phase == "open" else "Its lines are still to be read.")
        return run.published

    def compared(self, number: int) -> Comparison | None:
        """Return a closed run's result beside that of the earlier run it is to be compared with; None where there is none.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        after, run = self.published(number), self._runs[number]
        before = self._runs.get(run.before) if run.before is not None else None
        return compare(before.published, after) if before is not None and before.published is not None else None

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
        chosen = self.workshop.section(section).id
        # What is being asked stays on the stage; the result of an earlier section makes way.
        moves_on = chosen != self._record.section and not self._is_asking
        self._save(section=chosen, stage="section" if moves_on else self._record.stage)

    def show_on_stage(self, scene: object) -> None:
        """Tell the stage what to show, until the next poll or result.

        Raises
        ------
        InvalidAnswer
            If it is none of `SCENES`.
        """
        if scene not in SCENES:
            raise InvalidAnswer(f"The stage can show one of these: {', '.join(SCENES)}.")
        self._save(stage=scene)

    def set_timer(self, ends_at: int | None) -> None:
        """Let the timer end at a time, in seconds since 1970, or take it away. It is a hint: nothing closes by itself."""
        self._save(ends_at=ends_at)

    def acknowledge_pauses(self) -> None:
        """Mark every signal heard so far as seen by the facilitator."""
        self._pauses_heard = 0

    def tick(self) -> None:
        """Let a second pass: move the counter, hear pauses that are due, write down the number of seats."""
        self._steps = {number: step(len(ballots)) for number, ballots in self._ballots.items()}
        self._pauses = {seat: left - 1 for seat, left in self._pauses.items()}
        due = [seat for seat, left in self._pauses.items() if left <= 0]
        for seat in due:
            del self._pauses[seat]
        self._pauses_heard += len(due)
        if self._record.seats != self._seats.number:
            self._save(seats=self._seats.number)

    def end(self, now_s: float) -> None:
        """End the room: its results stay, and starting the kit again opens a new one. `now_s` are seconds since 1970."""
        self._save(**AT_REST, ended=True, agenda=self.agenda.ended(now_s).to_dict() if self.agenda else None)

    def holds(self) -> dict[str, Any]:
        """Return what the server holds at this moment, for the page that tells people so.

        Keys: `seats` and `ballots`, both in coarse steps; `open`, whether a poll is open; `reading`, whether lines are
        being read by the facilitator; `results`, how many Published results are stored.
        """
        run = self.run
        return {
            "seats": self.seats,
            "open": bool(self._ballots),
            "reading": bool(self._queues),
            "ballots": self._steps.get(run.number, step(0)) if run else step(0),
            "results": sum(run.published is not None for run in self.runs),
        }

    @property
    def _is_asking(self) -> bool:
        return any(run.phase in ("open", "reading") for run in self.current)

    def _ask(self, polls: Sequence[str], floor: int | None, cell: int | None, before: int | None) -> Sequence[Run]:
        if self._is_asking:
            raise NotNow("Another poll is still open. Close or discard it first.")
        asked = [self.workshop.poll(poll) for poll in polls]
        policies = [self._record.policy.suited_to(poll).raised(floor=floor, cell=cell) for poll in asked]
        for poll, policy in zip(asked, policies, strict=True):
            self._refuse_text_without_a_plan(poll)
            self._refuse_another_cell(poll, policy)
        # Numbers of discarded runs are not used again: a phone may still hold an answer to one.
        first = max(self._runs, default=0) + 1
        opened = [Run(number, *both, first, before=before) for number, both in enumerate(zip(asked, policies, strict=True), start=first)]
        self._save(*opened, stage="follow", ends_at=None)
        for run in opened:
            self._ballots[run.number] = Ballots(self._secret())
            self._steps[run.number] = step(0)
        return opened

    def _refuse_text_without_a_plan(self, poll: Poll) -> None:
        if not self.workshop.allows(poll, self.plan):
            with_texts = ", ".join(plan.id for plan in self.workshop.plans if plan.texts) or "none of this workshop's"
            raise NotNow(f"Answers in people's own words are off in this plan. Plans in which they are on: {with_texts}.")

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

    def _queue(self, number: int) -> Queue:
        self._visible(number)
        if number not in self._queues:
            raise NotNow("There are no lines to be read just now.")
        return self._queues[number]

    def _publish(self, run: Run, tally: Tally) -> Run:
        published = replace(run, phase="closed", published=publish(tally, run.policy))
        self._keep(published)
        return published

    def _drop_ballots(self, number: int) -> None:
        if number in self._ballots:
            self._ballots.pop(number).forget()
            del self._steps[number]

    def _drop_lines(self, number: int) -> None:
        if number in self._queues:
            self._queues.pop(number).forget()

    def _keep_agenda(self, agenda: Agenda | None, section: str | None = None) -> None:
        before, told = self.agenda, agenda.to_dict() if agenda else None
        begun = agenda.entry.block if agenda and agenda.entry else None
        if begun is None or agenda is None or (before and before.current == agenda.current):
            self._save(agenda=told)
            return
        # What is being asked stays on the stage until it is closed.
        stage = self._record.stage if self._is_asking else SCENE_OF.get(begun.kind, "section")
        self._save(agenda=told, section=begun.section or section or self._record.section, stage=stage)

    def _note(self, **seen: bool) -> None:
        if any(getattr(self._record, name) != value for name, value in seen.items()):
            # A full disk is no reason to keep anybody out.
            with suppress(SetupError):
                self._save(**seen)

    def _keep(self, *runs: Run) -> None:
        self._results.save_runs(self.code, *runs)
        self._runs |= {run.number: run for run in runs}

    def _save(self, *runs: Run, **changes: Any) -> None:
        """Change where the room stands, and some runs with it: on the disk first, so that a refusal there changes nothing here."""
        changed = replace(self._record, **changes)
        self._results.save_room(changed, *runs)
        self._record = changed
        self._runs |= {run.number: run for run in runs}

    def _secret(self) -> bytes:
        return self._random.randbytes(16)
