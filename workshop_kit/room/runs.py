"""The life of an answer: it is cast, counted, published and forgotten.

The life of an answer, from here::

    ask ──▶ open ──close──▶ closed ──reveal──▶ revealed
              │               ▲                   │
              │               └───────hide────────┘
              └──discard──▶ discarded

While a run is open its answers are in `Ballots`, in memory. A close is three steps. It *seals* the run: from that moment on no
answer is taken, they are counted and published under the policy that was fixed by `ask`, and answers and count are dropped. It
*keeps* the Published result on the disk, which may take its time. Then it is *settled*, and pages drop what they hold. If the disk
refuses, or nobody knows whether it took the result, the run stays sealed, and the same result is tried again. If the server dies
before, the run comes back open, and the pages hand in again what they hold.

Answers in people's own words take one step more: closing hands them to the facilitator (the phase is ``reading``), and
only `publish_lines` ends it. Until then they are in memory alone.

Except in a webinar, a run is opened and closed only while there are exactly as many seats as heads; see `memory.seats`.

Several polls can be asked together, to be answered on one page: they are runs like any others, opened by one act. And a
poll can be asked again to compare: the result of the later run is then shown beside that of the earlier.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any, Final, Literal

from workshop_kit.disclosure import Comparison, Policy, Published, compare, publish
from workshop_kit.disk.rooms import Phase, Run
from workshop_kit.errors import InvalidAnswer, NotNow, SetupError, Unknown
from workshop_kit.memory import Ballots, Line, Queue, Seats
from workshop_kit.polls import Poll, Tally
from workshop_kit.room.kept import Kept
from workshop_kit.room.state import RunState
from workshop_kit.words.catalog import language
from workshop_kit.words.flags import flags
from workshop_kit.words.results import so_many
from workshop_kit.workshop import Workshop

VISIBLE: Final[tuple[Phase, ...]] = ("open", "reading", "sealed", "closed", "revealed")


class Runs:
    """The runs of a room: each asking of a poll, from its first answer to its result.

    Parameters
    ----------
    workshop
        The material.
    kept
        Where the room stands; its earlier runs are taken up from there.
    seats
        Who may answer.
    random
        A source of randomness; in a real room the operating system's.
    """

    def __init__(self, workshop: Workshop, kept: Kept, seats: Seats, random: Random) -> None:
        self._workshop, self._kept, self._seats, self._random = workshop, kept, seats, random
        self._ballots = {run.number: Ballots(random.randbytes(16)) for run in kept.runs.values() if run.phase == "open"}
        self._queues: dict[int, Queue] = {}
        self._sealed: dict[int, Published] = {}
        self._say = language(workshop.language)
        self._steps = {number: so_many(0, self._say) for number in self._ballots}

    @property
    def asked(self) -> Sequence[Run]:
        """Every run that was not discarded, in the order in which they were asked."""
        return [run for run in self._kept.runs.values() if run.phase in VISIBLE]

    @property
    def current(self) -> Sequence[Run]:
        """The runs that were asked last, by one act, without those that were discarded."""
        runs = self.asked
        return [run for run in runs if run.together == runs[-1].together]

    @property
    def is_asking(self) -> bool:
        """Whether a poll is open, its comments are being read, or its result is yet to be kept."""
        return any(run.phase in ("open", "reading", "sealed") for run in self.current)

    @property
    def states(self) -> tuple[RunState, ...]:
        """Where each run of `current` stands."""
        return tuple(RunState(run.number, run.phase, self._steps.get(run.number)) for run in self.current)

    def cast(self, number: int, seat: str, answer: object) -> None:
        """Keep a seat's answer to the open run, in place of any earlier one.

        Raises
        ------
        Unknown, NotNow, InvalidAnswer
            If there is no such run, it is not open, or the answer does not fit its poll.
        """
        self._open(number).poll.chosen(answer)
        self._ballots[number].cast(seat, answer)

    def withdraw(self, number: int, seat: str) -> None:
        """Forget a seat's answer to the open run; refused as `cast` is."""
        self._open(number)
        self._ballots[number].withdraw(seat)

    def forget_seat(self, seat: str) -> None:
        """Forget what a seat answered to every run that is open."""
        for ballots in self._ballots.values():
            ballots.withdraw(seat)

    def ask(self, poll: str, floor: int | None = None, cell: int | None = None, before: int | None = None) -> Run:
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
            If there is no such poll, another run is open, the heads were not counted or are not as many as the seats, the policy
            would be less strict than the room's, the poll was asked before with another cell, the plan asks for no answers in
            people's own words, or the two runs cannot be compared.
        """
        if before is not None:
            earlier = self.published(before)
            # Whatever cannot be put side by side is refused now, and not when the room waits to see it.
            compare(earlier, Published(self._workshop.poll(poll), earlier.policy, "too_few"))
        [run] = self._ask([poll], floor, cell, before)
        return run

    def ask_together(self, polls: Sequence[str], floor: int | None = None, cell: int | None = None) -> Sequence[Run]:
        """Open a run of each of several polls, to be answered on one page; refused as `ask` is."""
        if not 2 <= len(set(polls)) == len(polls):
            raise InvalidAnswer("runs.not_several")
        return self._ask(polls, floor, cell, None)

    def seal(self, number: int) -> None:
        """Take no more answers to an open run; count them, publish the count, and drop both. One that is not open is left as it is.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, it was discarded, or there are not as many seats as heads.
        """
        run = self._visible(number)
        if run.phase != "open":
            return
        self._refuse_unless_counted("close")
        tally = Tally.of(run.poll, self._ballots[number].answers(self._seats, self._random.shuffle))
        if run.poll.kind == "text" and tally.answered >= run.policy.fewest_for(run.poll):
            self._queues[number] = Queue(tally, self._random.shuffle, partial(flags, language=self._workshop.language))
            self._kept.put(replace(run, phase="reading"))
        else:
            self._seal(run, tally)
        self._drop_ballots(number)

    def close(self, number: int) -> Published | None:
        """Close the open run: seal it, keep its result, and settle it. Closing twice gives the same result.

        Returns
        -------
        Published or None
            None where the answers are in people's own words and there are enough of them: they are now to be read.

        Raises
        ------
        Unknown, NotNow
            If it cannot be sealed.
        SetupError
            If the result cannot be kept; the run stays sealed, and the same result is tried again.
        """
        self.seal(number)
        self._keep(number)
        return self._visible(number).published

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

    def seal_lines(self, number: int) -> None:
        """Publish the lines that were let through, and drop the others.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, it has no lines to be read, or one of them still waits.
        """
        run = self._visible(number)
        if run.phase != "sealed":
            self._seal(run, self._queue(number).decided())
            self._drop_lines(number)

    def publish_lines(self, number: int) -> Published:
        """Seal a run whose lines were read, and keep its result.

        Raises
        ------
        Unknown, NotNow
            If it cannot be sealed.
        SetupError
            If the result cannot be kept; the run stays sealed, and the same result is tried again.
        """
        self.seal_lines(number)
        self._keep(number)
        return self.published(number)

    def reveal(self, number: int) -> None:
        """Show a closed run's result to the whole room, where it is compared beside that of the earlier run.

        The earlier result is then seen as well, whether or not it was ever revealed by itself.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        self.published(number)
        self._kept.save(replace(self._kept.runs[number], phase="revealed"), stage="follow")

    def hide(self, number: int) -> None:
        """Take a revealed result off the pages again; refused as `reveal` is."""
        self.published(number)
        self._kept.keep(replace(self._kept.runs[number], phase="closed"))

    def discard(self, number: int) -> None:
        """Throw a run away with all its answers, or with its result.

        Raises
        ------
        Unknown
            If there is no such run, or it was discarded before.
        """
        run = self._visible(number)
        self._kept.keep(replace(run, phase="discarded", published=None))
        self._sealed.pop(number, None)
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
            raise NotNow(f"runs.still_{run.phase}")
        return run.published

    def compared(self, number: int) -> Comparison | None:
        """Return a closed run's result beside that of the earlier run it is to be compared with; None where there is none.

        Raises
        ------
        Unknown, NotNow
            If there is no such run, or it is still open.
        """
        after, run = self.published(number), self._kept.runs[number]
        before = self._kept.runs.get(run.before) if run.before is not None else None
        return compare(before.published, after) if before is not None and before.published is not None else None

    def revealed(self, number: int) -> Published:
        """Return the result of a run that the room may see.

        Raises
        ------
        Unknown
            If there is no such run or its result is not revealed; the two look alike from outside.
        """
        run = self._kept.runs.get(number)
        if run is None or run.phase != "revealed" or run.published is None:
            raise Unknown("runs.no_result")
        return run.published

    def tick(self) -> None:
        """Move the counters: in coarse steps, and never in step with anybody's thumb."""
        self._steps = {number: so_many(len(ballots), self._say) for number, ballots in self._ballots.items()}

    def holds(self) -> dict[str, Any]:
        """Return what is held of answers at this moment; see `Room.holds`."""
        return {
            "open": bool(self._ballots),
            "reading": bool(self._queues),
            "ballots": next((self._steps[run.number] for run in self.current if run.phase == "open"), so_many(0, self._say)),
            "results": sum(run.published is not None for run in self.asked),
        }

    def _ask(self, polls: Sequence[str], floor: int | None, cell: int | None, before: int | None) -> Sequence[Run]:
        if self.is_asking:
            raise NotNow("runs.another_open")
        self._refuse_unless_counted("ask")
        asked = [self._workshop.poll(poll) for poll in polls]
        policies = [self._kept.record.policy.suited_to(poll).raised(floor=floor, cell=cell) for poll in asked]
        for poll, policy in zip(asked, policies, strict=True):
            self._refuse_text_without_a_plan(poll)
            self._refuse_another_cell(poll, policy)
        # Numbers of discarded runs are not used again: a phone may still hold an answer to one.
        first = max(self._kept.runs, default=0) + 1
        opened = [Run(number, *both, first, before=before) for number, both in enumerate(zip(asked, policies, strict=True), start=first)]
        # What answers are put into is there before anybody is told of it.
        ballots = {run.number: Ballots(self._random.randbytes(16)) for run in opened}
        self._ballots = {**self._ballots, **ballots}
        self._steps = {**self._steps, **dict.fromkeys(ballots, so_many(0, self._say))}
        try:
            self._kept.save(*opened, stage="follow", ends_at=None)
        except SetupError:
            self._ballots = {number: each for number, each in self._ballots.items() if number not in ballots}
            raise
        return opened

    def _refuse_unless_counted(self, act: Literal["ask", "close"]) -> None:
        seats = self._seats
        if not self._kept.record.counts_heads or seats.are_counted:
            return
        if seats.heads is None:
            raise NotNow(f"runs.{act}_uncounted")
        raise NotNow(f"runs.{act}_not_as_many", seats=len(seats), heads=seats.heads)

    def _refuse_text_without_a_plan(self, poll: Poll) -> None:
        if not self._workshop.allows(poll, self._kept.record.plan):
            with_texts = [plan.id for plan in self._workshop.plans if plan.texts]
            raise NotNow("runs.no_own_words_here", plans=with_texts) if with_texts else NotNow("runs.no_own_words")

    def _refuse_another_cell(self, poll: Poll, policy: Policy) -> None:
        """Refuse to publish a poll in two ways: the difference between two ways of merging is somebody's answer."""
        for run in self._kept.runs.values():
            if run.poll.id == poll.id and run.policy.cell != policy.cell:
                raise NotNow("runs.another_cell", cell=run.policy.cell)

    def _open(self, number: int) -> Run:
        run = self._kept.runs.get(number)
        if run is None:
            raise Unknown("runs.no_such")
        if run.phase != "open":
            raise NotNow("runs.closed")
        return run

    def _visible(self, number: int) -> Run:
        run = self._kept.runs.get(number)
        if run is None or run.phase == "discarded":
            raise Unknown("runs.none_or_discarded")
        return run

    def _queue(self, number: int) -> Queue:
        self._visible(number)
        if number not in self._queues:
            raise NotNow("comments.none")
        return self._queues[number]

    def _seal(self, run: Run, tally: Tally) -> None:
        self._sealed[run.number] = publish(tally, run.policy)
        self._kept.put(replace(run, phase="sealed"))

    def _keep(self, number: int) -> None:
        if number in self._sealed:
            self._kept.keep(replace(self._kept.runs[number], phase="closed", published=self._sealed[number]))
            del self._sealed[number]

    def _drop_ballots(self, number: int) -> None:
        # Others may be going through them meanwhile, so they are replaced whole.
        dropped = self._ballots.get(number)
        self._ballots = {each: ballots for each, ballots in self._ballots.items() if each != number}
        self._steps = {each: step for each, step in self._steps.items() if each != number}
        if dropped is not None:
            dropped.forget()

    def _drop_lines(self, number: int) -> None:
        if number in self._queues:
            self._queues.pop(number).forget()
