"""The check-in: two numbers that nobody else sees, and a pause where they ask for one."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from tests.test_ballot import states
from workshop_kit.notebook.cards import SETTLE_SECONDS
from workshop_kit.notebook.check_in import FULL, HIGH, LOW, NOTED, SKIPPED, Before, CheckIn, check_in_before, pause_html, pause_is_due
from workshop_kit.notebook.progress import CALM, PAUSE, Finish, Progress
from workshop_kit.workshop import Section, Workshop

SECTION: Final = Section("01", "Bread", "01_bread.ipynb", ("A bread",), ())
WORKSHOP: Final = Workshop("breakfast", "Breakfast", (SECTION,))
CONTACTS: Final = "<p>A line to ring</p>"


def finish(folder: Path, before: int | None) -> Finish:
    """Return the end of a section that began with some number."""
    return Finish(WORKSHOP, SECTION, Before(before), Progress(folder), contacts_html=CONTACTS, today=lambda: date(2026, 3, 1))


def note(card: CheckIn, number: int) -> None:
    """Choose a number and press the button."""
    card.numbers.value = number
    card.note.click()


def test_a_pause_is_due_after_a_high_end_or_a_steep_rise() -> None:
    """For every pair of numbers: a pause from 8 on, or after a rise of 3 or more, and otherwise none."""
    due = {(before, after) for before in range(11) for after in range(11) if pause_is_due(before, after)}

    assert due == {(before, after) for before in range(11) for after in range(11) if after >= 8 or after >= before + 3}
    assert [after for after in range(11) if pause_is_due(None, after)] == [8, 9, 10]


def test_the_numbers_go_from_calm_to_very_much() -> None:
    """Eleven numbers, none of them chosen, with plain words for both ends."""
    numbers = check_in_before(Before()).numbers

    assert [value for _, value in numbers.options] == list(range(11))
    assert numbers.description == f"From 0 ({LOW}) to 10 ({HIGH})"
    assert numbers.value is None


@pytest.mark.parametrize(("number", "said"), [(0, NOTED), (7, NOTED), (8, FULL), (10, FULL)])
def test_a_number_is_noted_and_cleared(number: int, said: str) -> None:
    """What is noted is kept in memory only: the card clears it, and no part of its state holds it."""
    before = Before()
    card = check_in_before(before)

    note(card, number)

    assert before.number == number
    assert card.numbers.value is None
    assert said in card.status.value
    assert repr(before) == "Before()"


def test_a_choice_that_arrives_late_still_counts() -> None:
    """A browser may tell of the pressed button before it tells of the last choice; the last choice is noted and cleared, once."""
    before = Before()
    card = check_in_before(before)

    async def hurry() -> None:
        card.numbers.value = 2
        card.note.click()
        card.note.click()
        card.numbers.value = 9
        await asyncio.sleep(2 * SETTLE_SECONDS)

    asyncio.run(hurry())

    assert before.number == 9
    assert card.numbers.value is None
    assert card.problem.value == ""


def test_a_check_in_may_be_skipped_or_done_again() -> None:
    """Skipping forgets what was noted before; noting again replaces it."""
    before = Before()
    card = check_in_before(before)
    note(card, 4)
    note(card, 6)
    assert before.number == 6

    card.skip.click()

    assert before.number is None
    assert SKIPPED in card.status.value


def test_noting_nothing_asks_for_a_number() -> None:
    """Without a number the button says what is missing, and nothing is noted."""
    before = Before()
    card = check_in_before(before)

    card.note.click()

    assert "choose a number" in card.problem.value
    assert before.number is None
    assert card.status.value == ""


@pytest.mark.parametrize(("before", "after"), [(None, 8), (9, 9), (0, 3), (4, 7)])
def test_a_pause_appears_with_someone_to_reach(tmp_path: Path, before: int | None, after: int) -> None:
    """Where a pause is due, it is there, with the contacts, and stopping is the button that stands out."""
    end = finish(tmp_path, before)

    note(end.check_in, after)

    assert PAUSE in end.check_in.status.value
    assert CONTACTS in end.pause.value
    assert end.reach.value == ""
    assert (end.done.button_style, end.stop.button_style) == ("", "primary")


@pytest.mark.parametrize(("before", "after"), [(None, 7), (7, 7), (0, 2), (9, 3)])
def test_no_pause_is_pressed_on_anyone(tmp_path: Path, before: int | None, after: int) -> None:
    """Where none is due, and where the question is skipped, no pause appears, and an earlier one goes away."""
    end = finish(tmp_path, before)
    note(end.check_in, 10)

    note(end.check_in, after)
    assert CALM in end.check_in.status.value
    assert end.pause.value == ""
    assert (end.done.button_style, end.stop.button_style) == ("primary", "")

    note(end.check_in, 10)
    end.check_in.skip.click()
    assert end.pause.value == ""
    assert CONTACTS in end.reach.value


def test_the_pause_offers_a_way_that_is_not_the_body() -> None:
    """Feeling one's body is not restful for everyone: sounds and sights come first, and stopping and company are offered."""
    pause = pause_html("")

    assert pause.index("Sounds") < pause.index("Sight") < pause.index("Feet")
    assert "stop for today" in pause
    assert "someone you trust" in pause
    assert "emergency number" in pause


def test_neither_number_is_written_or_left_behind(tmp_path: Path) -> None:
    """Two check-ins and a mark leave one small file without either number, and no number chosen in any widget."""
    end = finish(tmp_path, 1)

    note(end.check_in, 9)
    end.done.click()

    [file] = tmp_path.iterdir()
    assert file.read_text(encoding="utf-8") == '{"progress": 1, "finished": {"01": "2026-03-01"}}'
    assert [state["index"] for state in states(end) if "_options_labels" in state] == [None]
