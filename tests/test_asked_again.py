"""A poll that is asked again to compare: two results side by side, never two answers, and only when the later one is shown."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.meals import POLLS, TUESDAY, WORKSHOP, answer, closed, opened, seated
from workshop_kit.disclosure import TOGETHER, Comparison, Policy, compare
from workshop_kit.errors import NotNow, PolicyTooLow, Unknown, WorkshopError
from workshop_kit.polls import Poll
from workshop_kit.results import Results
from workshop_kit.room import Room
from workshop_kit.workshop import Section

CHOSEN = tuple(kind for kind in POLLS if kind != "text")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a room in which twelve people were asked a poll, and its result is closed."""
    room = seated(opened(tmp_path))
    room.ask("one")
    answer(room, *"aaaaaaaabbbb")
    room.close(1)
    return room


def some_answers(poll: str) -> list[object]:
    """Return twelve answers to a poll, of which the first four are unlike the rest."""
    first: dict[str, tuple[object, object]] = {
        "many": (["a"], ["b", "c"]),
        "scale": (1, 3),
        "slider": (0, 9),
        "rank": (["a", "b", "c"], ["c", "a", "b"]),
    }
    one, other = first.get(poll, ("a", "b"))
    return [one] * 4 + [other] * 8


@pytest.mark.parametrize("poll", CHOSEN)
def test_two_results_stand_side_by_side(tmp_path: Path, poll: str) -> None:
    """Of every kind but people's own words, the later result is compared with the earlier; each stays what it is by itself."""
    room = seated(opened(tmp_path))
    room.ask(poll)
    answer(room, *some_answers(poll))
    before = closed(room, 1)

    assert room.ask(poll, before=1).before == 1
    answer(room, *reversed(some_answers(poll)), run=2)
    after = closed(room, 2)

    compared = room.compared(2)
    assert compared == compare(before, after)
    assert compared is not None
    assert (compared.before, compared.after) == (room.published(1), room.published(2)) == (before, after)
    assert room.compared(1) is None


def test_the_earlier_result_stays_as_it_was(room: Room) -> None:
    """Asking again changes nothing about the earlier run: not its phase, not its result."""
    before = room.runs[0]

    room.ask("one", before=1)
    answer(room, *"bbbbbbbbbbbb", run=2)
    room.close(2)

    assert room.runs[0] == before


def test_without_being_told_nothing_is_compared(room: Room) -> None:
    """Asking a poll again by itself gives a result that stands alone."""
    room.ask("one")
    answer(room, *"aaaabbbbbbbb", run=2)
    room.close(2)

    assert room.runs[1].before is None
    assert room.compared(2) is None


def test_a_comparison_may_go_on(room: Room) -> None:
    """A third asking can be compared with the first or with the second."""
    for number, before in ((2, 1), (3, 2), (4, 1)):
        room.ask("one", before=before)
        answer(room, *"aaaabbbbbbbb", run=number)
        room.close(number)

    compared = [room.compared(number) for number in (2, 3, 4)]
    assert [each and each.before for each in compared] == [room.published(1), room.published(2), room.published(1)]


# ---- what is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("poll", "before", "expected"),
    [
        ("many", 1, NotNow),  # another poll
        ("heavy", 1, NotNow),  # another poll with the same options
        ("nothing", 1, Unknown),
        ("one", 9, Unknown),  # no such run
        ("one", 0, Unknown),
        ("one", -1, Unknown),
        ("one", 10**30, Unknown),
        ("one", 2, Unknown),  # discarded
        ("text", 3, NotNow),  # people's own words
    ],
)
def test_what_cannot_be_compared_is_refused(room: Room, poll: str, before: int, expected: type[WorkshopError]) -> None:
    """Another poll, a run that is not there or not any more, and lines in people's own words are no ground to compare on."""
    room.discard(room.ask("one").number)
    room.ask("text")
    answer(room, *(f"Line {number}" for number in range(5)), run=3)
    room.close(3)
    state, runs = room.state, list(room.runs)

    with pytest.raises(expected):
        room.ask(poll, before=before)

    assert (room.state, list(room.runs)) == (state, runs)
    assert room.ask("one", before=1).number == 4


def test_a_run_that_is_still_open_is_no_ground_to_compare_on(room: Room) -> None:
    """Only what was published can be compared; while a poll is open or its lines are read, asking again is refused."""
    room.ask("one", before=1)
    with pytest.raises(NotNow):
        room.ask("one", before=2)
    room.discard(2)

    room.ask("text")
    answer(room, *(f"Line {number}" for number in range(12)), run=3)
    room.close(3)
    for before in (1, 3):
        with pytest.raises(NotNow):
            room.ask("one", before=before)


@pytest.mark.parametrize("cell", [None, 3, 5, 11])
def test_another_cell_than_before_is_refused(tmp_path: Path, cell: int | None) -> None:
    """A difference between two ways of merging is somebody's answer, so a comparison keeps to the cell of the earlier run."""
    room = seated(opened(tmp_path))
    room.ask("one", cell=4)
    answer(room, *"aaaaaaaabbbb")
    room.close(1)

    with pytest.raises(NotNow, match="at least 4 people"):
        room.ask("one", cell=cell, before=1)

    assert len(room.runs) == 1
    assert room.ask("one", cell=4, floor=9, before=1).policy == Policy(9, 4)


@pytest.mark.parametrize("lowered", [{"cell": 3}, {"cell": 2}, {"floor": 4}], ids=str)
def test_comparing_lowers_no_policy(tmp_path: Path, lowered: dict[str, int]) -> None:
    """That a poll was asked before is no reason for less care than the room promised."""
    room = seated(opened(tmp_path, policy=TOGETHER))
    room.ask("one")
    room.close(1)

    with pytest.raises((PolicyTooLow, NotNow)):
        room.ask("one", before=1, **lowered)

    assert len(room.runs) == 1


@pytest.mark.parametrize(
    "changed",
    [
        replace(POLLS["one"], options=POLLS["one"].options[:2]),
        replace(POLLS["one"], options=POLLS["one"].options[::-1]),
        replace(POLLS["one"], kind="multi"),
        replace(POLLS["scale"], id="one"),
    ],
    ids=["fewer options", "another order", "another kind", "another poll of that name"],
)
def test_a_poll_that_was_rewritten_meanwhile_is_refused(tmp_path: Path, room: Room, changed: Poll) -> None:
    """If its file was changed between two evenings, what cannot be put side by side is refused before anybody answers."""
    sections = (Section("01", "01", "01.ipynb", ("A",), (changed,)),)
    again = seated(Room(replace(WORKSHOP, sections=sections), Results(tmp_path), replace(TUESDAY), Random(2)))

    with pytest.raises(NotNow, match="side by side"):
        again.ask("one", before=1)

    assert again.ask("one").number == 2


# ---- when it is shown ---------------------------------------------------------------------------------------------------


def test_nothing_is_compared_before_the_later_run_is_closed(room: Room) -> None:
    """While the later run is open there is nothing to compare, for the facilitator as for the room."""
    room.ask("one", before=1)
    answer(room, *"aaaabbbbbbbb", run=2)

    with pytest.raises(NotNow):
        room.compared(2)
    with pytest.raises(Unknown):
        room.revealed(2)


def test_revealing_the_later_run_shows_the_earlier_result_too(room: Room) -> None:
    """Revealing is one act: the earlier result is then seen beside the later, even if it was never revealed by itself."""
    room.ask("one", before=1)
    answer(room, *"aaaabbbbbbbb", run=2)
    room.close(2)
    with pytest.raises(Unknown):
        room.revealed(2)

    room.reveal(2)

    assert room.revealed(2) == room.published(2)
    compared = room.compared(2)
    assert compared is not None
    assert compared.before == room.published(1)
    assert room.runs[0].phase == "closed"
    with pytest.raises(Unknown):
        room.revealed(1)


def test_hiding_the_later_run_hides_the_comparison(room: Room) -> None:
    """Once it is hidden, neither of the two results can be seen in the room; the facilitator still has both."""
    room.ask("one", before=1)
    room.close(2)
    room.reveal(2)

    room.hide(2)

    for number in (1, 2):
        with pytest.raises(Unknown):
            room.revealed(number)
    assert isinstance(room.compared(2), Comparison)


def test_without_the_earlier_run_the_later_stands_alone(room: Room) -> None:
    """If the earlier run is discarded, its result is gone from the comparison as from everywhere, and the later one stays."""
    room.ask("one", before=1)
    answer(room, *"aaaabbbbbbbb", run=2)
    after = room.close(2)
    room.reveal(2)

    room.discard(1)

    assert room.compared(2) is None
    assert room.revealed(2) == after


def test_too_few_answers_compare_to_nothing(room: Room) -> None:
    """A later result that shows nothing has no line beside the earlier one's, and does not say whether anything moved."""
    room.ask("one", before=1)
    answer(room, *"aab", run=2)
    room.close(2)

    compared = room.compared(2)

    assert compared is not None
    assert (compared.pairs, compared.moved, compared.after.outcome) == ((), None, "too_few")


def test_a_comparison_is_the_same_after_a_restart(tmp_path: Path, room: Room) -> None:
    """Which run is compared with which is kept, while it is open and when it is closed."""
    room.ask("one", before=1)
    again = seated(opened(tmp_path, seed=2))
    answer(again, *"aaaabbbbbbbb", run=2)
    again.close(2)

    once_more = opened(tmp_path, seed=3)

    assert again.runs[1].before == once_more.runs[1].before == 1
    assert again.compared(2) == once_more.compared(2) == compare(room.published(1), again.published(2))
