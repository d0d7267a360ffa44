"""A workshop as a thing to lead, and its agenda: sections and plans by name, and an evening's minutes, bent by what happens."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.guides import GUIDE
from workshop_kit.errors import NotNow, Unknown, WorkshopError
from workshop_kit.polls import Poll
from workshop_kit.workshop import Block, Plan, Section, Workshop
from workshop_kit.workshop.agenda import Agenda, Clock


def poll(name: str, section: str | None, kind: str = "single") -> Poll:
    return Poll.from_dict({"id": name, "kind": kind, "question": f"{name}?", "options": ["yes", "no"], "section": section})


LINE = poll("line", "02", "text")
TEA = Section("02", "Tea", "02_tea.ipynb", ("B tea",), (poll("leaf", "02"), poll("steep", "02")))
BREAD = Section("01", "Bread", "01_bread.ipynb", ("A bread",), (poll("crust", "01"),))
EMPTY = Section("03", "Washing up", "03_washing_up.ipynb", ("B end",), ())
QUICK = Plan("quick", "A quick one", 20, ((Block("section", 20, "01", ("crust",)),),))
SLOW = Plan("slow", "A slow one", 40, ((Block("break", 40),), (Block("slack", 40),)), texts=True)
BREAKFAST = Workshop("breakfast", "Breakfast together", (TEA, BREAD, EMPTY), (QUICK, SLOW))


def test_polls_sections_and_plans_are_found_by_their_ids() -> None:
    """Polls stand in the order in which they are asked; every one is found, whichever section it belongs to, and so is the rest.

    Questions at the end are polls of no section, and come last.
    """
    farewell = poll("farewell", None)
    closing = replace(BREAKFAST, closing=(farewell,))

    assert list(closing.polls) == ["leaf", "steep", "crust", "farewell"]
    assert [closing.poll(name) for name in closing.polls] == [*TEA.polls, *BREAD.polls, farewell]
    assert [closing.section(name) for name in ("02", "01", "03")] == [TEA, BREAD, EMPTY]
    assert [closing.plan(name) for name in ("slow", "quick")] == [SLOW, QUICK]


@pytest.mark.parametrize(
    ("look", "name", "sentence"),
    [
        (BREAKFAST.poll, "lead", r"^workshop\.no_poll$"),
        (BREAKFAST.section, "99", r"no_section sections=\['02', '01', '03'\]"),
        (BREAKFAST.plan, "brunch", r"no_plan plans=\['quick', 'slow'\]"),
        (Workshop("nothing", "Nothing", ()).plan, "brunch", "has_no_plans"),
        (Workshop("nothing", "Nothing", ()).section, "99", "no_section"),
        (lambda name: BREAKFAST.allows(LINE, name), "brunch", "no_plan"),
        (lambda name: BREAKFAST.block_of("02", name), "brunch", "no_plan"),
        (lambda name: BREAKFAST.block_of(name, "quick"), "99", "no_section"),
    ],
)
def test_an_unknown_name_is_refused_with_those_there_are(look: Any, name: str, sentence: str) -> None:
    """Whoever mistypes an id is told which there are or where they stand, and what was typed is not repeated."""
    with pytest.raises(Unknown, match=sentence) as fault:
        look(name)

    assert name not in str(fault.value)


def test_a_plan_asks_for_no_words_of_peoples_own_unless_it_says_so() -> None:
    """Polls in people's own words are off by default, and an author can turn them on for one plan.

    So a section that a plan left out can be put into it as a block: of the minutes of its guide, or of a quarter of an hour.
    """
    guided = replace(BREAD, guide=replace(GUIDE, teach_min=4, activity_min=7))
    workshop = replace(BREAKFAST, sections=(replace(TEA, polls=(*TEA.polls, LINE)), guided))

    assert [workshop.allows(LINE, plan) for plan in ("quick", "slow", None)] == [False, True, False]
    assert [workshop.allows(TEA.polls[0], plan) for plan in ("quick", "slow", None)] == [True, True, True]
    assert workshop.block_of("02", "quick") == Block("section", 15, "02", ("leaf", "steep"))
    assert workshop.block_of("02", "slow") == Block("section", 15, "02", ("leaf", "steep", "line"))
    assert workshop.block_of("01", "quick") == Block("section", 11, "01", ("crust",))


def test_a_workshop_cannot_be_changed_while_it_is_led() -> None:
    """What a room was opened with is what it goes on with."""
    with pytest.raises(FrozenInstanceError):
        BREAKFAST.title = "Supper"  # type: ignore[misc]


# The agenda

ARRIVAL, FIRST, BREAK, SECOND, SLACK, CLOSING = range(6)
BLOCKS = (
    Block("arrival", 10, "00", ("pulse",)),
    Block("section", 18, "01", ("close_lately",)),
    Block("break", 10),
    Block("section", 12, "06", ("fears",)),
    Block("slack", 6),
    Block("closing", 4, "11", ("pulse",)),
)
EVENING = Plan("hour", "One hour", 60, (BLOCKS,))


def begun(*steps: tuple[int, int]) -> Agenda:
    """Return the hour's agenda after some blocks were begun, each at a minute after seven."""
    agenda = Agenda.of(EVENING)
    for place, minute in steps:
        agenda = agenda.go_to(place, minute * 60)
    return agenda


def minutes(agenda: Agenda) -> list[int]:
    """Return how long each block is to take."""
    return [entry.minutes for entry in agenda.entries]


def test_an_agenda_begins_as_its_plan() -> None:
    """Before the first block is begun the agenda is the plan, and the clock says nothing; there is no meeting beyond the last."""
    agenda = Agenda.of(EVENING)

    assert minutes(agenda) == [10, 18, 10, 12, 6, 4]
    assert (agenda.entry, agenda.following(), agenda.clock(0)) == (None, ARRIVAL, None)
    with pytest.raises(Unknown, match=r"^workshop\.no_meeting n=1$"):
        Agenda.of(EVENING, 1)


@pytest.mark.parametrize(
    ("steps", "minute", "clock"),
    [
        ([(ARRIVAL, 0)], 0, Clock(10, 60, 0)),
        ([(ARRIVAL, 0)], 4, Clock(6, 56, 0)),
        ([(ARRIVAL, 0)], 13, Clock(-3, 47, 3)),
        ([(ARRIVAL, 0), (FIRST, 13)], 13, Clock(18, 47, 3)),
        ([(ARRIVAL, 0), (FIRST, 7)], 7, Clock(18, 53, 0)),
        ([(ARRIVAL, 0), (CLOSING, 58)], 63, Clock(-1, -3, 3)),
        # Whoever comes back to a part goes on in the time that it has left.
        ([(ARRIVAL, 0), (FIRST, 7), (ARRIVAL, 12)], 13, Clock(2, 47, 5)),
    ],
)
def test_the_clock_says_what_is_left_and_what_would_run_over(steps: list[tuple[int, int]], minute: int, clock: Clock) -> None:
    """Minutes left in the block and the meeting, and by how much it would overrun."""
    assert begun(*steps).clock(minute * 60) == clock


def test_parts_can_be_shortened_left_out_and_change_places_and_all_can_be_taken_back() -> None:
    """Three minutes late, a shortened block or one left out brings the meeting back to its end.

    The next block is the next that was not left out; beginning one that was takes it up again.
    """
    began, late = begun((ARRIVAL, 0)), begun((ARRIVAL, 0), (FIRST, 13))
    shortened, without, moved = late.shorten(FIRST), late.leave_out(SLACK), began.move(SECOND, -1)

    assert [each.clock(13 * 60) for each in (shortened, without)] == [Clock(12, 47, 0), Clock(18, 47, 0)]
    assert [shortened.shorten(FIRST), without.leave_out(SLACK)] == [late, late]
    assert minutes(moved) == [10, 18, 12, 10, 6, 4]
    assert moved.move(BREAK, 1) == began
    assert (began.leave_out(FIRST).following(), begun((CLOSING, 0)).following()) == (BREAK, None)
    assert began.leave_out(FIRST).go_to(FIRST, 600).entries[FIRST].minutes == 18


@pytest.mark.parametrize(
    ("fault", "acts"),
    [
        (
            NotNow,
            [
                lambda agenda, place=place, by=by: agenda.move(place, by)
                for place, by in ((SLACK, 1), (BREAK, -1), (CLOSING, 1), (ARRIVAL, 1))
            ],
        ),
        (NotNow, [lambda agenda: agenda.shorten(ARRIVAL)]),
        (NotNow, [lambda agenda, place=place: agenda.leave_out(place) for place in (ARRIVAL, FIRST, CLOSING)]),
        (NotNow, [lambda agenda, after=after: agenda.add(BLOCKS[1], after) for after in (ARRIVAL, CLOSING)]),
        (Unknown, [lambda agenda: agenda.leave_out(6), lambda agenda: agenda.go_to(-1, 0), lambda agenda: agenda.go_to(6, 0)]),
        (Unknown, [lambda agenda, after=after: agenda.add(BLOCKS[1], after) for after in (6, -1)]),
    ],
)
def test_what_is_over_or_must_stay_is_left_alone(fault: type[WorkshopError], acts: list[Callable[[Agenda], object]]) -> None:
    """What is over, being led, or opens and ends the meeting cannot be moved, left out or added to."""
    for act in acts:
        with pytest.raises(fault, match=r"^workshop\.\w+$"):
            act(begun((ARRIVAL, 0), (FIRST, 10)))


def test_a_further_block_is_put_after_one_that_is_led_or_to_come() -> None:
    """It stands there with its own minutes, and what was before is as it was."""
    further, agenda = Block("section", 9, "02"), begun((ARRIVAL, 0), (FIRST, 10))

    added = agenda.add(further, FIRST)

    assert [minutes(each) for each in (added, agenda.add(further, SLACK))] == [[10, 18, 9, 10, 12, 6, 4], [10, 18, 10, 12, 6, 9, 4]]
    assert (added.current, added.following(), added.clock(600)) == (FIRST, 2, Clock(18, 50, 9))
    assert added.entries[2].block == further


ACTS: Final[Mapping[str, Callable[[Agenda, int, float], Agenda]]] = {
    "go to": lambda agenda, place, now_s: agenda.go_to(place, now_s),
    "shorten": lambda agenda, place, now_s: agenda.shorten(place),
    "leave out": lambda agenda, place, now_s: agenda.leave_out(place),
    "earlier": lambda agenda, place, now_s: agenda.move(place, -1),
    "later": lambda agenda, place, now_s: agenda.move(place, 1),
}


@given(acts=st.lists(st.tuples(st.sampled_from([*ACTS]), st.integers(-1, 6)), max_size=20))
def test_whatever_is_done_the_parts_are_the_same_and_the_agenda_can_be_written_down(acts: list[tuple[str, int]]) -> None:
    """No act loses or doubles a block, arrival stays first and closing last, and it survives being stored."""
    agenda = Agenda.of(EVENING)
    for number, (act, place) in enumerate(acts):
        with suppress(WorkshopError):
            agenda = ACTS[act](agenda, place, number * 60.0)

    assert sorted(map(repr, (entry.block for entry in agenda.entries))) == sorted(map(repr, BLOCKS))
    assert (agenda.entries[0].block, agenda.entries[-1].block) == (BLOCKS[0], BLOCKS[-1])
    assert Agenda.from_dict(json.loads(json.dumps(agenda.to_dict()))) == agenda


def test_how_long_a_part_was_led_is_counted_each_time_it_is_left() -> None:
    """A part that is gone to again is not begun again; where the computer's clock jumps backwards, it has taken no time, rather than less."""
    agenda = begun((ARRIVAL, 0), (FIRST, 7), (ARRIVAL, 12))

    assert [entry.used_s for entry in agenda.entries] == [7 * 60, 5 * 60, 0, 0, 0, 0]
    assert agenda.go_to(ARRIVAL, 13 * 60) is agenda
    assert begun((ARRIVAL, 10), (FIRST, 4)).entries[ARRIVAL].used_s == 0


def test_a_meeting_that_is_over_remembers_how_long_and_not_when() -> None:
    """What stays is how long each part took; the times of day are gone, whichever day it was."""
    seven = 1_762_279_200
    led = Agenda.of(EVENING).go_to(ARRIVAL, seven).go_to(FIRST, seven + 700)

    over = led.ended(seven + 1900)

    assert [entry.used_s for entry in over.entries] == [700, 1200, 0, 0, 0, 0]
    assert (over.current, over.began_s, over.block_began_s, over.clock(seven + 2000)) == (None, None, None, None)
    assert str(seven)[:5] in json.dumps(led.to_dict())
    assert str(seven)[:5] not in json.dumps(over.to_dict())
    assert Agenda.of(EVENING).ended(seven) == Agenda.of(EVENING)


def test_what_could_give_way_is_named_with_what_it_saves() -> None:
    """Slack comes first and as a whole, then each section that is not shortened yet; breaks, and what is over, are not touched."""
    agenda = begun((ARRIVAL, 0))

    assert list(agenda.reserves()) == [(SLACK, 6), (FIRST, 6), (SECOND, 4)]
    assert list(agenda.leave_out(SLACK).shorten(FIRST).reserves()) == [(SECOND, 4)]
    assert list(agenda.leave_out(SECOND).reserves()) == [(SLACK, 6), (FIRST, 6)]
    assert list(begun((SLACK, 0)).reserves()) == []


def test_every_meeting_of_every_shipped_plan_fills_its_minutes_and_fits_the_workshop(workshop: Workshop) -> None:
    """Its blocks fill it exactly; without one of its sections, one of its polls or its plan an agenda no longer fits."""
    agendas = [Agenda.of(plan, number) for plan in workshop.plans for number in range(len(plan.meetings))]
    evening, sections = Agenda.of(workshop.plan("evening")), workshop.sections

    assert len(agendas) > 4
    assert all(sum(minutes(agenda)) == agenda.meeting_min and agenda.fits(workshop) for agenda in agendas)
    assert not evening.fits(replace(workshop, sections=tuple(each for each in sections if each.id != "05")))
    assert not evening.fits(replace(workshop, sections=tuple(replace(each, polls=()) if each.id == "06" else each for each in sections)))
    assert not evening.fits(replace(workshop, plans=tuple(each for each in workshop.plans if each.id != "evening")))
    assert evening.fits(replace(workshop, sections=tuple(each for each in sections if each.id != "03")))
