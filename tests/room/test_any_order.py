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
    """A room in which people and a facilitator do anything in any order, beside a model that a page is: its own answers.

    The model knows which seats have answered what to the runs that are open or whose lines are being read. The room may be
    cut off and restarted at any moment; then every page takes its seat again and sends again what it holds.
    """

    @initialize(seed=st.integers(0, 1000), inside=st.sampled_from([4, 5, 6, 8, 10, 12, 14]))
    def open(self, seed: int, inside: int) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.random = Random(seed)
        self.room = opened(self.folder, seed)
        self.pages = set(SEATS[:inside])
        self.held: dict[int, dict[str, object]] = {}
        self.reading: set[int] = set()
        self.published: dict[int, Published] = {}
        self.numbers: set[int] = set()
        for seat in self.pages:
            self.room.take_seat(seat)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    @property
    def open_runs(self) -> list[int]:
        return sorted(set(self.held) - self.reading)

    def is_open(self) -> bool:
        return bool(self.open_runs)

    def run(self, number: int) -> Run:
        return next(run for run in self.room.runs.asked if run.number == number)

    def asked(self, runs: Sequence[Run]) -> None:
        assert not self.numbers & {run.number for run in runs}
        self.numbers |= {run.number for run in runs}
        self.held = {run.number: {} for run in runs}

    @precondition(lambda self: not self.held)
    @rule(poll=st.sampled_from(list(POLLS)))
    def ask(self, poll: str) -> None:
        self.asked([self.room.runs.ask(poll)])

    @precondition(lambda self: not self.held)
    @rule(polls=st.lists(st.sampled_from(list(POLLS)), min_size=2, max_size=4, unique=True))
    def ask_together(self, polls: list[str]) -> None:
        self.asked(self.room.runs.ask_together(polls))

    @precondition(lambda self: not self.held and self.published)
    @rule(draw=st.data())
    def ask_again(self, draw: st.DataObject) -> None:
        before = draw.draw(st.sampled_from(sorted(self.published)))
        poll = self.published[before].poll
        if poll.kind == "text":
            with pytest.raises(NotNow):
                self.room.runs.ask(poll.id, before=before)
        else:
            self.asked([self.room.runs.ask(poll.id, before=before)])

    @precondition(lambda self: not self.held and len(self.pages) >= 10)
    @rule(others=st.sampled_from([(), ("one",), ("rank", "many")]), answers=st.lists(st.sampled_from(COMMENTS), min_size=16, max_size=16))
    def come_to_be_read(self, others: tuple[str, ...], answers: list[str]) -> None:
        runs = self.room.runs.ask_together(["text", *others]) if others else [self.room.runs.ask("text")]
        self.asked(runs)
        for seat, line in zip(sorted(self.pages), answers, strict=False):
            self.answer(runs[0].number, seat, line)
        self.reading.add(runs[0].number)
        assert self.room.runs.close(runs[0].number) is None

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
        if SEATS[person] not in self.pages and self.room.locked:
            with pytest.raises(NotAdmitted):
                self.room.take_seat(SEATS[person])
        else:
            self.room.take_seat(SEATS[person])
            self.pages.add(SEATS[person])

    @rule(locked=st.booleans())
    def turn_the_key(self, locked: bool) -> None:
        if locked:
            self.room.lock_door()
        else:
            self.room.open_door()

    @rule(twice=st.sets(people))
    def restart(self, twice: set[int]) -> None:
        phases = {run.number: "open" if run.phase == "reading" else run.phase for run in self.room.runs.asked}
        locked, stage = self.room.locked, self.room.state.stage
        self.room = opened(self.folder, self.random.randrange(10**6))
        self.reading.clear()
        assert {run.number: run.phase for run in self.room.runs.asked} == phases
        assert (self.room.locked, self.room.state.stage) == (locked, stage)
        returning = sorted(self.pages) + [SEATS[person] for person in sorted(twice) if SEATS[person] in self.pages]
        self.random.shuffle(returning)
        for seat in returning:
            self.room.take_seat(seat)
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
            if self.enough_to_read(number):
                # To begin reading needs no disk.
                assert self.room.runs.close(number) is None
                self.reading.add(number)
            else:
                with pytest.raises(SetupError):
                    self.room.runs.close(number)

    def enough_to_read(self, number: int) -> bool:
        return self.run(number).poll.kind == "text" and sum(answer is not PASS for answer in self.held[number].values()) >= 10

    @precondition(is_open)
    @rule(draw=st.data())
    def close(self, draw: st.DataObject) -> None:
        number = draw.draw(st.sampled_from(self.open_runs))
        run = self.run(number)
        if self.enough_to_read(number):
            assert self.room.runs.close(number) is None
            self.reading.add(number)
        else:
            expected = publish(Tally.of(run.poll, self.held.pop(number).values()), run.policy)
            assert self.room.runs.close(number) == expected
            self.published[number] = expected

    @precondition(lambda self: self.reading)
    @rule(declined=st.sets(st.integers(0, 3)), refused=st.booleans())
    def read(self, declined: set[int], refused: bool) -> None:
        [number] = self.reading
        tally = Tally.of(self.run(number).poll, self.held[number].values())
        lines = self.room.runs.lines(number)
        assert {line.text.casefold() for line in lines} == {text.casefold() for text in tally.texts}
        for line in lines:
            self.room.runs.decide(number, line.number, "decline" if line.number in declined else "approve")
        for act in (self.room.runs.publish_lines, self.room.runs.discard) if refused else ():
            with disk_that_refuses(self.folder), pytest.raises(SetupError):
                act(number)
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
            assert {number for number in self.numbers if number in self.held} <= {run.number for run in self.room.runs.current}

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
