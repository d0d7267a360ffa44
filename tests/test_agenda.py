"""The agenda: an evening's minutes, bent by what happens, without a clock of its own."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.agenda import Agenda, Clock
from workshop_kit.errors import NotNow, Unknown, WorkshopError
from workshop_kit.workshop import Block, Plan, Workshop

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


def acted(agenda: Agenda, act: str, place: int, now_s: float) -> Agenda:
    """Return the agenda after an act by its name."""
    if act == "go_to":
        return agenda.go_to(place, now_s)
    if act in ("earlier", "later"):
        return agenda.move(place, -1 if act == "earlier" else 1)
    return agenda.shorten(place) if act == "shorten" else agenda.leave_out(place)


def test_an_agenda_begins_as_its_plan() -> None:
    """Before the first block is begun the agenda is the plan, and the clock says nothing."""
    agenda = Agenda.of(EVENING)

    assert minutes(agenda) == [10, 18, 10, 12, 6, 4]
    assert (agenda.entry, agenda.following(), agenda.clock(0)) == (None, ARRIVAL, None)


def test_every_meeting_of_every_shipped_plan_fills_its_minutes(workshop: Workshop) -> None:
    """Each meeting of each plan becomes an agenda whose blocks fill it exactly."""
    agendas = [Agenda.of(plan, number) for plan in workshop.plans for number in range(len(plan.meetings))]

    assert len(agendas) > 4
    assert all(sum(minutes(agenda)) == agenda.meeting_min for agenda in agendas)


@pytest.mark.parametrize(
    ("steps", "minute", "clock"),
    [
        ([(ARRIVAL, 0)], 0, Clock(10, 60, 0)),
        ([(ARRIVAL, 0)], 4, Clock(6, 56, 0)),
        ([(ARRIVAL, 0)], 13, Clock(-3, 47, 3)),
        ([(ARRIVAL, 0), (FIRST, 13)], 13, Clock(18, 47, 3)),
        ([(ARRIVAL, 0), (FIRST, 7)], 7, Clock(18, 53, 0)),
        ([(ARRIVAL, 0), (CLOSING, 58)], 63, Clock(-1, -3, 3)),
    ],
)
def test_the_clock_says_what_is_left_and_what_would_run_over(steps: list[tuple[int, int]], minute: int, clock: Clock) -> None:
    """Minutes left in the block and the meeting, and by how much it would overrun."""
    assert begun(*steps).clock(minute * 60) == clock


def test_shortening_and_leaving_out_make_up_for_lost_time() -> None:
    """Three minutes late, a shortened block or one left out brings the meeting back to its end."""
    late = begun((ARRIVAL, 0), (FIRST, 13))

    shortened, without = late.shorten(FIRST), late.leave_out(SLACK)

    assert [each.clock(13 * 60) for each in (shortened, without)] == [Clock(12, 47, 0), Clock(18, 47, 0)]
    assert shortened.shorten(FIRST) == late
    assert without.leave_out(SLACK) == late


def test_what_was_left_out_is_passed_over_and_can_be_taken_up_again() -> None:
    """The next block is the next that was not left out; beginning one that was takes it up again."""
    agenda = begun((ARRIVAL, 0)).leave_out(FIRST)

    assert agenda.following() == BREAK
    assert agenda.go_to(FIRST, 600).entries[FIRST].minutes == 18
    assert begun((CLOSING, 0)).following() is None


def test_parts_still_to_come_can_change_places() -> None:
    """A section can be led before the break instead of after it, and back."""
    agenda = begun((ARRIVAL, 0)).move(SECOND, -1)

    assert minutes(agenda) == [10, 18, 12, 10, 6, 4]
    assert agenda.move(BREAK, 1) == begun((ARRIVAL, 0))


@pytest.mark.parametrize(
    "act",
    [
        lambda agenda: agenda.move(SLACK, 1),
        lambda agenda: agenda.move(BREAK, -1),
        lambda agenda: agenda.move(CLOSING, 1),
        lambda agenda: agenda.move(ARRIVAL, 1),
        lambda agenda: agenda.shorten(ARRIVAL),
        lambda agenda: agenda.leave_out(ARRIVAL),
        lambda agenda: agenda.leave_out(FIRST),
        lambda agenda: agenda.leave_out(CLOSING),
        lambda agenda: agenda.leave_out(6),
        lambda agenda: agenda.go_to(-1, 0),
        lambda agenda: agenda.go_to(6, 0),
    ],
)
def test_what_is_over_or_must_stay_is_left_alone(act: Any) -> None:
    """What is over, being led, or opens and ends the meeting cannot be moved or left out; the refusal is a sentence."""
    agenda = begun((ARRIVAL, 0), (FIRST, 10))

    with pytest.raises((NotNow, Unknown), match=r"\.$"):
        act(agenda)


def test_a_meeting_that_the_plan_does_not_have_is_refused() -> None:
    """An evening of one meeting has no second one."""
    with pytest.raises(Unknown, match="1 meetings"):
        Agenda.of(EVENING, 1)


@given(acts=st.lists(st.tuples(st.sampled_from(["go_to", "shorten", "leave_out", "earlier", "later"]), st.integers(-1, 6)), max_size=20))
def test_whatever_is_done_the_parts_are_the_same_and_the_agenda_can_be_written_down(acts: list[tuple[str, int]]) -> None:
    """No act loses or doubles a block, arrival stays first and closing last, and it survives being stored."""
    agenda = Agenda.of(EVENING)
    for number, (act, place) in enumerate(acts):
        try:
            agenda = acted(agenda, act, place, number * 60.0)
        except WorkshopError:
            continue

    assert sorted(map(repr, (entry.block for entry in agenda.entries))) == sorted(map(repr, BLOCKS))
    assert (agenda.entries[0].block, agenda.entries[-1].block) == (BLOCKS[0], BLOCKS[-1])
    assert Agenda.from_dict(json.loads(json.dumps(agenda.to_dict()))) == agenda


def test_a_further_block_is_put_after_one_that_is_led_or_to_come() -> None:
    """It stands there with its own minutes and what was before is as it was; after what is over, or after the closing, nothing is added."""
    further, agenda = Block("section", 9, "02"), begun((ARRIVAL, 0), (FIRST, 10))

    assert [minutes(agenda.add(further, place)) for place in (FIRST, SLACK)] == [[10, 18, 9, 10, 12, 6, 4], [10, 18, 10, 12, 6, 9, 4]]
    added = agenda.add(further, FIRST)
    assert (added.current, added.following(), added.clock(600)) == (FIRST, 2, Clock(18, 50, 9))
    assert added.entries[2].block == further
    for place, fault in ((ARRIVAL, NotNow), (CLOSING, NotNow), (6, Unknown), (-1, Unknown)):
        with pytest.raises(fault, match=r"\.$"):
            agenda.add(further, place)


# ---- what is left of it -------------------------------------------------------------------------------------------------


def test_a_part_that_is_come_back_to_goes_on_in_the_time_it_has_left() -> None:
    """How long a part was led is counted each time it is left, and the clock takes off what was used before."""
    agenda = begun((ARRIVAL, 0), (FIRST, 7), (ARRIVAL, 12))

    assert [entry.used_s for entry in agenda.entries] == [7 * 60, 5 * 60, 0, 0, 0, 0]
    assert agenda.clock(13 * 60) == Clock(2, 47, 5)
    assert agenda.go_to(ARRIVAL, 13 * 60) is agenda


def test_a_clock_that_was_set_back_takes_no_time_away() -> None:
    """Where the computer's clock jumps backwards a part has taken no time, rather than less than none."""
    agenda = begun((ARRIVAL, 10), (FIRST, 4))

    assert agenda.entries[ARRIVAL].used_s == 0


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


def test_an_agenda_fits_the_workshop_that_has_all_of_it(workshop: Workshop) -> None:
    """Each meeting of each shipped plan fits; without one of its sections, one of its polls or its plan it does not."""
    assert all(Agenda.of(plan, number).fits(workshop) for plan in workshop.plans for number in range(len(plan.meetings)))

    evening = Agenda.of(workshop.plan("evening"))
    without_a_section = replace(workshop, sections=tuple(each for each in workshop.sections if each.id != "05"))
    without_its_polls = replace(
        workshop, sections=tuple(replace(each, polls=()) if each.id == "06" else each for each in workshop.sections)
    )
    without_the_plan = replace(workshop, plans=tuple(each for each in workshop.plans if each.id != "evening"))
    elsewhere = replace(workshop, sections=tuple(each for each in workshop.sections if each.id != "03"))
    assert [evening.fits(each) for each in (without_a_section, without_its_polls, without_the_plan, elsewhere)] == [
        False,
        False,
        False,
        True,
    ]
