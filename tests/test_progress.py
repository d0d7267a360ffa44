"""Progress: what was finished when, what comes next, and when a day should lie between."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.notebook.check_in import Before
from workshop_kit.notebook.progress import A_DAY, ALL_DONE, FILE, STOP, Finish, Progress, needs_a_day, progress_html, upcoming
from workshop_kit.polls import Poll
from workshop_kit.workshop import Section, Workshop

TODAY: Final = date(2026, 3, 2)
YESTERDAY: Final = date(2026, 3, 1)


def section(name: str, intensity: int) -> Section:
    """Return a section with one poll of some intensity."""
    poll = Poll.from_dict({"id": f"p{name}", "kind": "single", "question": "?", "options": ["A", "B"], "intensity": intensity})
    return Section(name, f"Part {name}", f"{name}_part.ipynb", ("A",), (poll,))


LIGHT, HEAVY, MEDIUM, DEEP = section("00", 1), section("01", 3), section("02", 2), section("03", 3)
WORKSHOP: Final = Workshop("parts", "Parts", (LIGHT, HEAVY, MEDIUM, DEEP))
IDS: Final = [each.id for each in WORKSHOP.sections]


def finish(folder: Path, here: Section = HEAVY) -> Finish:
    """Return the end of a section, today."""
    return Finish(WORKSHOP, here, Before(), Progress(folder), today=lambda: TODAY)


@given(st.dictionaries(st.sampled_from(IDS), st.dates()), st.sampled_from(IDS))
def test_what_comes_next_is_unfinished_and_elsewhere(finished: dict[str, date], here: str) -> None:
    """The next section is never this one nor a finished one, and there is one for as long as anything else is unfinished."""
    following = upcoming(WORKSHOP, finished, here)

    unfinished = [each for each in WORKSHOP.sections if each.id not in finished and each.id != here]
    assert following in unfinished if unfinished else following is None


def test_what_comes_next_is_the_next_in_turn() -> None:
    """From one section one goes on to the next unfinished one, and from the last back to what was left out."""
    assert upcoming(WORKSHOP, {"01": TODAY}, "00") == MEDIUM
    assert upcoming(WORKSHOP, {"01": TODAY, "02": TODAY}, "03") == LIGHT


@pytest.mark.parametrize(
    ("finished", "following", "waits"),
    [
        ({"01": TODAY}, DEEP, True),
        ({"01": YESTERDAY}, DEEP, False),
        ({"00": TODAY, "02": TODAY}, DEEP, False),
        ({"01": TODAY}, MEDIUM, False),
    ],
)
def test_two_heavy_sections_have_a_day_between_them(finished: dict[str, date], following: Section, waits: bool) -> None:
    """Another day is suggested only for a heavy section on a day on which a heavy one was finished."""
    assert needs_a_day(WORKSHOP, finished, following, TODAY) == waits


def test_finished_sections_are_remembered(tmp_path: Path) -> None:
    """What is marked is there the next time, with its last day, in a file for its owner only."""
    Progress(tmp_path).finish("01", YESTERDAY)
    Progress(tmp_path).finish("00", YESTERDAY)
    Progress(tmp_path).finish("01", TODAY)

    assert Progress(tmp_path).finished() == {"00": YESTERDAY, "01": TODAY}
    assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [(FILE, 0o600)]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"finished": 3}', b'{"finished": {"01": "soon"}}', b"\xff"])
def test_progress_that_cannot_be_read_is_no_progress(tmp_path: Path, content: bytes) -> None:
    """A broken file stands in nobody's way; marking a section begins it anew."""
    (tmp_path / FILE).write_bytes(content)
    assert Progress(tmp_path).finished() == {}

    Progress(tmp_path).finish("00", TODAY)

    assert Progress(tmp_path).finished() == {"00": TODAY}


def test_the_overview_says_where_one_is(tmp_path: Path) -> None:
    """Finished sections have their day, this one and the next are named, and each name leads to its notebook."""
    end = finish(tmp_path)
    assert "0 of 4 finished" in end.overview.value
    assert '<b><a href="01_part.ipynb">01 · Part 01</a></b> <small>you are here' in end.overview.value
    assert '<b><a href="02_part.ipynb">02 · Part 02</a></b> <small>next, if you like' in end.overview.value

    end.done.click()

    assert "1 of 4 finished" in end.overview.value
    assert "01 · Part 01</a> <small>finished on 2 March 2026" in end.overview.value
    assert A_DAY not in end.overview.value


def test_a_day_is_suggested_where_one_is_due() -> None:
    """Where a heavy section follows a heavy one of the same day, the overview suggests to wait; at the very end it does not."""
    assert A_DAY in progress_html(WORKSHOP, {"01": TODAY, "02": TODAY}, "02", TODAY)
    assert A_DAY not in progress_html(WORKSHOP, {"01": YESTERDAY, "02": TODAY}, "02", TODAY)
    assert ALL_DONE in progress_html(WORKSHOP, dict.fromkeys(IDS, TODAY), "03", TODAY)


def test_stopping_for_today_writes_nothing(tmp_path: Path) -> None:
    """The button says that stopping is fine, and that is all it does."""
    end = finish(tmp_path)

    end.stop.click()

    assert STOP in end.status.value
    assert list(tmp_path.iterdir()) == []


def test_progress_can_be_forgotten(tmp_path: Path) -> None:
    """Forgetting removes the file, and the overview begins anew; forgetting nothing is no fault."""
    end = finish(tmp_path)
    end.done.click()

    end.forget.click()
    end.forget.click()

    assert list(tmp_path.iterdir()) == []
    assert "0 of 4 finished" in end.overview.value
    assert "forgotten" in end.status.value


def test_progress_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """Where the file cannot be written, the card says so and nothing is marked."""
    (tmp_path / "file").touch()
    end = finish(tmp_path / "file")

    end.done.click()

    assert "could not be written" in end.problem.value
    assert "0 of 4 finished" in end.overview.value
