"""The room in any order: whatever people, a facilitator, the disk and a power cut do, it is where a simple model of it is."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.meals import POLLS, SEATS, opened
from tests.world import disk_that_refuses
from workshop_kit.disclosure import Published, publish
from workshop_kit.disk.rooms import Run
from workshop_kit.errors import InvalidAnswer, NotAdmitted, NotNow, SetupError
from workshop_kit.polls import PASS, Tally
from workshop_kit.words.catalog import language
from workshop_kit.words.results import so_many

people = st.integers(min_value=0, max_value=15)
COMMENTS: Final = ("A walk", "a  WALK", "Quiet", "Time", "Bread and salt")


class ARoomAndItsModel(RuleBasedStateMachine):
    """A room in which people and a facilitator do anything in any order, beside a model that a page is: its own ticket and answers.

    The model knows which pages are in, how many heads were counted, and who has answered what to the runs that are open, being read
    or sealed. The room may be cut off and restarted at any moment; then every page takes its seat again, behind strangers who knock
    first, and sends again what it holds.
    """

    @initialize(seed=st.integers(0, 1000), inside=st.sampled_from([4, 5, 6, 8, 10, 12, 14]))
    def open(self, seed: int, inside: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.random = Random(seed)
        self.room = opened(self.folder, seed)
        self.pages = {seat: self.room.take_seat(seat) for seat in SEATS[:inside]}
        self.locked = False
        self.heads: int | None = None
        self.cards: list[str] = []
        self.held: dict[int, dict[str, object]] = {}
        self.reading: set[int] = set()
        self.sealed: dict[int, Published] = {}
        self.published: dict[int, Published] = {}
        self.numbers: set[int] = set()
        self.count_everyone()

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    @property
    def open_runs(self) -> list[int]:
        return sorted(set(self.held) - self.reading - set(self.sealed))

    def is_open(self) -> bool:
        return bool(self.open_runs)

    def is_counted(self) -> bool:
        return self.locked and self.heads == len(self.pages)

    def run(self, number: int) -> Run:
        return next(run for run in self.room.runs.asked if run.number == number)

    def asked(self, runs: Sequence[Run]) -> None:
        assert not self.numbers & {run.number for run in runs}
        self.numbers |= {run.number for run in runs}
        self.held = {run.number: {} for run in runs}

    @precondition(lambda self: not self.held)
    @rule(poll=st.sampled_from(list(POLLS)))
    def ask(self, poll: str) -> None:
        if self.is_counted():
            self.asked([self.room.runs.ask(poll)])
        else:
            with pytest.raises(NotNow, match=r"^runs\.ask_"):
                self.room.runs.ask(poll)

    @precondition(lambda self: not self.held and self.is_counted())
    @rule(polls=st.lists(st.sampled_from(list(POLLS)), min_size=2, max_size=4, unique=True))
    def ask_together(self, polls: list[str]) -> None:
        self.asked(self.room.runs.ask_together(polls))

    @precondition(lambda self: not self.held and self.published and self.is_counted())
    @rule(draw=st.data())
    def ask_again(self, draw: st.DataObject) -> None:
        before = draw.draw(st.sampled_from(sorted(self.published)))
        poll = self.published[before].poll
        if poll.kind == "text":
            with pytest.raises(NotNow):
                self.room.runs.ask(poll.id, before=before)
        else:
            self.asked([self.room.runs.ask(poll.id, before=before)])

    @precondition(lambda self: not self.held and len(self.pages) >= 10 and self.is_counted())
    @rule(others=st.sampled_from([(), ("one",), ("rank", "many")]), answers=st.lists(st.sampled_from(COMMENTS), min_size=16, max_size=16))
    def come_to_be_read(self, others: tuple[str, ...], answers: list[str]) -> None:
        runs = self.room.runs.ask_together(["text", *others]) if others else [self.room.runs.ask("text")]
        self.asked(runs)
        for seat, line in zip(sorted(self.pages), answers, strict=False):
            self.answer(runs[0].number, seat, line)
        self.close(runs[0].number)
        assert self.reading == {runs[0].number}

    @rule()
    def ask_while_another_is_open(self) -> None:
        if self.held:
            with pytest.raises(NotNow):
                self.room.runs.ask("one")

    @precondition(is_open)
    @rule(person=people, draw=st.data())
    def cast(self, person: int, draw: st.DataObject) -> None:
        number = draw.draw(st.sampled_from(self.open_runs))
        poll = self.run(number).poll
        ids = [option.id for option in poll.options]
        chosen: dict[str, st.SearchStrategy[Any]] = {
            "slider": st.integers(0, 10),
            "multi": st.lists(st.sampled_from(ids or [""]), unique=True),
            "rank": st.permutations(ids),
            "text": st.sampled_from(COMMENTS),
        }
        self.answer(number, SEATS[person], draw.draw(st.one_of(st.just(PASS), chosen.get(poll.kind, st.sampled_from(ids or [""])))))

    @precondition(is_open)
    @rule(answers=st.lists(st.integers(min_value=0, max_value=2), min_size=14, max_size=14))
    def everyone_casts(self, answers: list[int]) -> None:
        for number in self.open_runs:
            poll = self.run(number).poll
            for seat, place in zip(sorted(self.pages), answers, strict=False):
                ids = [option.id for option in poll.options]
                given: dict[str, object] = {"multi": ids[place : place + 1], "rank": ids[place:] + ids[:place], "text": COMMENTS[place]}
                self.answer(number, seat, given[poll.kind] if poll.kind in given else ids[place])

    def answer(self, number: int, seat: str, given: object) -> None:
        if seat in self.pages:
            self.room.cast(number, seat, given)
            self.held[number][seat] = given
        else:
            with pytest.raises(NotAdmitted):
                self.room.cast(number, seat, given)

    @precondition(is_open)
    @rule(person=people, wrong=st.sampled_from([" ", 99, ["z"], None, {"pass": 0}]))
    def cast_wrongly(self, person: int, wrong: object) -> None:
        for number in self.open_runs:
            with pytest.raises((InvalidAnswer, NotAdmitted)):
                self.room.cast(number, SEATS[person], wrong)

    @precondition(is_open)
    @rule(person=people, draw=st.data())
    def withdraw(self, person: int, draw: st.DataObject) -> None:
        if SEATS[person] in self.pages:
            number = draw.draw(st.sampled_from(self.open_runs))
            self.room.withdraw(number, SEATS[person])
            self.held[number].pop(SEATS[person], None)
        else:
            with pytest.raises(NotAdmitted):
                self.room.withdraw(min(self.open_runs), SEATS[person])

    @rule(person=people)
    def cast_to_a_run_that_is_not_open(self, person: int) -> None:
        for number in sorted(self.numbers - set(self.open_runs)):
            with pytest.raises((NotNow, NotAdmitted)):
                self.room.cast(number, SEATS[person], PASS)

    @rule(person=people)
    def knock(self, person: int) -> None:
        if SEATS[person] not in self.pages and self.locked:
            with pytest.raises(NotAdmitted):
                self.room.take_seat(SEATS[person])
        else:
            self.pages[SEATS[person]] = self.room.take_seat(SEATS[person])

    @precondition(lambda self: self.pages)
    @rule(draw=st.data())
    def leave(self, draw: st.DataObject) -> None:
        seat = draw.draw(st.sampled_from(sorted(self.pages)))
        self.room.leave_seat(seat)
        del self.pages[seat]
        for number in self.open_runs:
            self.held[number].pop(seat, None)

    @rule(locked=st.booleans())
    def turn_the_key(self, locked: bool) -> None:
        self.room.door.set("locked" if locked else "open")
        self.locked, self.heads = locked, self.heads if locked else None

    @precondition(lambda self: self.pages)
    @rule()
    def count_everyone(self) -> None:
        self.turn_the_key(True)
        self.count(0)

    @rule(wrong=st.integers(-1, 1))
    def count(self, wrong: int) -> None:
        heads = len(self.pages) + wrong
        if self.locked and heads == len(self.pages) > 0:
            self.room.door.count(heads)
            self.heads = heads
        else:
            with pytest.raises((NotNow, InvalidAnswer)):
                self.room.door.count(heads)

    @rule(asleep=st.sets(people, max_size=3), presses=st.integers(1, 2))
    def count_again(self, asleep: set[int], presses: int) -> None:
        for _ in range(presses):
            self.room.door.count_again()
        self.heads = None
        self.come_back({seat: ticket for seat, ticket in self.pages.items() if seat not in {SEATS[person] for person in asleep}})

    @rule(comes=st.booleans())
    def one_more(self, comes: bool) -> None:
        if self.held or not self.is_counted():
            with pytest.raises(NotNow):
                self.room.door.one_more()
            return
        card = self.room.door.one_more()
        self.heads = len(self.pages) + 1
        self.ask("one")
        if comes:
            self.cards.append(card)
            self.pages[card] = self.room.take_card(card)[1]
        else:
            self.room.door.nobody_more()
            self.heads = len(self.pages)

    def come_back(self, pages: dict[str, str]) -> None:
        """Let pages take their seats again, in any order; each of them gets its own."""
        order = self.random.sample(sorted(pages), len(pages))
        self.pages = {
            seat: self.room.take_card(seat)[1] if seat in self.cards else self.room.take_seat(seat, pages[seat]) for seat in order
        }

    @rule(twice=st.sets(people))
    def restart(self, twice: set[int]) -> None:
        phases = {run.number: "open" if run.phase in ("reading", "sealed") else run.phase for run in self.room.runs.asked}
        stage = self.room.state.stage
        self.room.keep()
        self.room = opened(self.folder, self.random.randrange(10**6))
        self.reading.clear()
        self.sealed.clear()
        assert {run.number: run.phase for run in self.room.runs.asked} == phases
        assert self.room.state.stage == stage
        for seat in SEATS[:16] if self.locked else ():
            with pytest.raises(NotAdmitted):
                self.room.take_seat(seat, self.pages[min(self.pages)] if self.pages and seat != min(self.pages) else None)
        self.come_back(self.pages)
        self.held = {number: {seat: held[seat] for seat in held if seat in self.pages} for number, held in self.held.items()}
        for seat in self.random.sample([*self.pages, *({SEATS[person] for person in twice} & set(self.pages))], len(self.pages)):
            self.hand_in(seat)
        for seat in self.pages:
            self.hand_in(seat)

    def hand_in(self, seat: str) -> None:
        for number, held in self.held.items():
            if seat in held:
                self.room.cast(number, seat, held[seat])

    @precondition(is_open)
    @rule(draw=st.data())
    def the_disk_refuses(self, draw: st.DataObject) -> None:
        number = draw.draw(st.sampled_from(self.open_runs))
        with disk_that_refuses(self.folder):
            with pytest.raises(SetupError):
                self.room.runs.discard(number)
            if not self.is_counted() or self.enough_to_read(number):
                # To begin reading needs no disk.
                self.close(number)
            else:
                self.sealed[number] = self.counted(number)
                for _ in range(2):
                    with pytest.raises(SetupError):
                        self.room.runs.close(number)

    def enough_to_read(self, number: int) -> bool:
        return self.run(number).poll.kind == "text" and sum(answer is not PASS for answer in self.here(number)) >= 10

    def here(self, number: int) -> list[object]:
        """Return what was answered from seats that are taken."""
        return [answer for seat, answer in self.held[number].items() if seat in self.pages]

    def counted(self, number: int) -> Published:
        run = self.run(number)
        return publish(Tally.of(run.poll, self.here(number)), run.policy)

    @precondition(is_open)
    @rule(draw=st.data())
    def close_one(self, draw: st.DataObject) -> None:
        self.close(draw.draw(st.sampled_from(self.open_runs)))

    def close(self, number: int) -> None:
        if not self.is_counted():
            with pytest.raises(NotNow, match=r"^runs\.close_"):
                self.room.runs.close(number)
        elif self.enough_to_read(number):
            assert self.room.runs.close(number) is None
            self.begin_to_read(number)
        else:
            self.published[number] = self.counted(number)
            assert self.room.runs.close(number) == self.published[number]
            del self.held[number]

    def begin_to_read(self, number: int) -> None:
        self.reading.add(number)
        self.held[number] = {seat: answer for seat, answer in self.held[number].items() if seat in self.pages}

    @precondition(lambda self: self.sealed)
    @rule(draw=st.data())
    def try_again(self, draw: st.DataObject) -> None:
        number = draw.draw(st.sampled_from(sorted(self.sealed)))
        self.published[number] = self.sealed.pop(number)
        assert self.room.runs.close(number) == self.published[number]
        del self.held[number]

    @precondition(lambda self: self.reading)
    @rule(declined=st.sets(st.integers(0, 3)), refused=st.booleans())
    def read(self, declined: set[int], refused: bool) -> None:
        [number] = self.reading
        tally = Tally.of(self.run(number).poll, self.held[number].values())
        lines = self.room.runs.lines(number)
        assert {line.text.casefold() for line in lines} == {text.casefold() for text in tally.texts}
        for line in lines:
            self.room.runs.decide(number, line.number, "decline" if line.number in declined else "approve")
        for act in (self.room.runs.discard, self.room.runs.publish_lines) if refused else ():
            with disk_that_refuses(self.folder), pytest.raises(SetupError):
                act(number)
        assert bool(self.room.runs.lines(number)) is not refused
        shown = [line.text for line in lines if line.number not in declined]
        expected = publish(replace(tally, texts=tuple(sorted(shown))), self.run(number).policy)
        assert self.room.runs.publish_lines(number) == expected
        self.published[number] = expected
        del self.held[number]
        self.reading.clear()

    @precondition(lambda self: self.held or self.published)
    @rule(draw=st.data())
    def discard(self, draw: st.DataObject) -> None:
        number = draw.draw(st.sampled_from(sorted({*self.held, *self.published})))
        self.room.runs.discard(number)
        self.held.pop(number, None)
        self.published.pop(number, None)
        self.sealed.pop(number, None)
        self.reading.discard(number)

    @rule()
    def tick(self) -> None:
        self.room.tick()
        steps = {number: so_many(len(self.held[number]), language()) for number in self.open_runs}
        assert {each.run: each.step for each in self.room.state.current if each.step} == steps

    @invariant()
    def the_room_is_where_the_model_is(self) -> None:
        if hasattr(self, "published"):
            assert {run.number: run.published for run in self.room.runs.asked if run.published} == self.published
            assert {run.number for run in self.room.runs.asked if run.phase == "open"} == set(self.open_runs)
            assert {run.number for run in self.room.runs.asked if run.phase == "reading"} == self.reading
            assert {run.number for run in self.room.runs.asked if run.phase == "sealed"} == set(self.sealed)
            assert {number for number in self.numbers if number in self.held} <= {run.number for run in self.room.runs.current}

    @invariant()
    def there_are_never_more_seats_than_heads(self) -> None:
        if hasattr(self, "published"):
            state, seats = self.room.state, len(self.pages) if self.locked else None
            assert (state.locked, state.seats, state.heads) == (self.locked, seats, self.heads)
            assert self.heads is None or len(self.pages) <= self.heads

    @invariant()
    def lines_are_held_only_while_they_are_read(self) -> None:
        if hasattr(self, "published"):
            assert {run.number for run in self.room.runs.asked if self.room.runs.lines(run.number)} == self.reading


class ARoomAndItsModelForLong(ARoomAndItsModel):
    """The same, tried more often and for longer."""


SLOWLY: Final = (HealthCheck.too_slow,)
ARoomAndItsModel.TestCase.settings = settings(max_examples=20, stateful_step_count=40, suppress_health_check=SLOWLY)
ARoomAndItsModelForLong.TestCase.settings = settings(max_examples=200, stateful_step_count=60, suppress_health_check=SLOWLY)
TestARoomAndItsModel = ARoomAndItsModel.TestCase
TestARoomAndItsModelForLong = pytest.mark.prove(ARoomAndItsModelForLong.TestCase)
