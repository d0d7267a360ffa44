"""The stage's scene and its timer: what is shown follows the room until it is told otherwise, and a timer is a hint."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.meals import answer, opened, seated
from workshop_kit.errors import InvalidAnswer
from workshop_kit.results import Results
from workshop_kit.room import SCENES, Room

SOON = 1_762_283_977


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a new room in which twelve people sit."""
    return seated(opened(tmp_path))


def test_the_stage_follows_the_room(room: Room) -> None:
    """Welcome, section, question, closed, result: what is on the wall is what the room does."""
    seen = [room.scene]
    room.go_to("02")
    seen.append(room.scene)
    room.ask("one")
    seen.append(room.scene)
    room.close(1)
    seen.append(room.scene)
    room.reveal(1)
    seen.append(room.scene)
    room.hide(1)
    seen.append(room.scene)
    room.discard(1)
    seen.append(room.scene)

    assert seen == ["welcome", "section", "question", "closed", "result", "closed", "section"]


@pytest.mark.parametrize("scene", SCENES)
def test_the_stage_shows_what_it_is_told(room: Room, scene: str) -> None:
    """Each scene can be shown while a result is on the wall; following, it is the result again."""
    room.ask("one")
    room.close(1)
    room.reveal(1)

    room.show_on_stage(scene)

    expected = {"follow": "result", "section": "welcome"}  # there is no section to show yet
    assert (room.state.stage, room.scene) == (scene, expected.get(scene, scene))
    room.go_to("01")
    room.show_on_stage("section")
    assert room.scene == "section"
    room.show_on_stage("follow")
    assert room.scene == "result"


@pytest.mark.parametrize("wrong", ["question", "result", "closed", "", "Break", "<b>", None, 1, True, ["break"], {"break": 1}], ids=repr)
def test_what_is_no_scene_is_refused(room: Room, wrong: object) -> None:
    """A question or a result gets on the stage by being asked or shown; anything else is refused in one sentence."""
    before = room.state

    with pytest.raises(InvalidAnswer, match=r"^The stage can show one of these: follow, welcome, section, break, closing\.$"):
        room.show_on_stage(wrong)

    assert room.state == before


@pytest.mark.parametrize("told", ["welcome", "section", "break", "closing"])
def test_a_question_and_a_result_take_the_stage(room: Room, told: str) -> None:
    """Whatever the stage was told, the next poll and the next result are seen; closing alone and hiding change nothing on it."""
    room.show_on_stage(told)
    room.ask("one")
    seen = [room.scene]
    room.show_on_stage(told)
    room.close(1)
    seen.append(room.state.stage)
    room.reveal(1)
    seen.append(room.scene)
    room.show_on_stage(told)
    room.hide(1)
    seen.append(room.state.stage)
    room.ask_together(["many", "scale"])
    seen.append(room.scene)

    assert seen == ["question", told, "result", told, "question"]


def test_a_new_section_takes_the_stage_from_an_old_result(room: Room) -> None:
    """Moving on puts the section in the place of what was shown before; staying where one is leaves it."""
    room.go_to("01")
    room.ask("one")
    room.close(1)
    room.reveal(1)
    room.go_to("01")
    stayed = room.scene
    room.go_to("02")

    assert (stayed, room.scene, room.state.phase) == ("result", "section", "revealed")


@pytest.mark.parametrize("phase", ["open", "reading"])
def test_moving_on_takes_no_open_question_off_the_stage(room: Room, phase: str) -> None:
    """While people answer, or their lines are read, the wall keeps what it shows."""
    room.ask("text")
    answer(room, *(f"Line {number}" for number in range(12)))
    if phase == "reading":
        room.close(1)

    room.go_to("02")

    assert room.scene == ("question" if phase == "open" else "closed")


def test_of_several_polls_one_that_is_open_comes_first(room: Room) -> None:
    """Asked together, they are a question as long as one is open, and a result as soon as then one is shown."""
    room.ask_together(["one", "many"])
    seen = []
    for act, number in ((room.close, 1), (room.reveal, 1), (room.close, 2), (room.hide, 1), (room.reveal, 2), (room.discard, 2)):
        act(number)
        seen.append(room.scene)

    assert seen == ["question", "question", "result", "closed", "result", "closed"]


# ---- the timer ----------------------------------------------------------------------------------------------------------


def test_a_timer_is_set_and_taken_away(room: Room) -> None:
    """Every page is told when it ends, and that it is gone; it can be set anew while it runs."""
    told = [room.state.ends_at]
    for ends_at in (SOON, SOON + 60, None, None):
        room.set_timer(ends_at)
        told.append(room.state.ends_at)

    assert told == [None, SOON, SOON + 60, None, None]


def test_a_timer_closes_nothing(room: Room) -> None:
    """When it has long ended, the poll is as open as before; the facilitator closes it."""
    room.ask("one")
    room.set_timer(1)
    for _ in range(5):
        room.tick()
    answer(room, "a")

    assert room.state.phase == "open"


def test_a_new_question_takes_an_old_timer_away(room: Room) -> None:
    """The time that was left for something else says nothing about a new question; closing and showing leave it running."""
    room.set_timer(SOON)
    room.ask("one")
    asked = room.state.ends_at
    room.set_timer(SOON)
    room.close(1)
    room.reveal(1)

    assert (asked, room.state.ends_at) == (None, SOON)


@pytest.mark.parametrize("scene", SCENES)
def test_stage_and_timer_survive_a_restart(tmp_path: Path, room: Room, scene: str) -> None:
    """After a crash the wall shows what it showed, and the timer ends when it would have."""
    room.go_to("02")
    room.ask("one")
    room.close(1)
    room.show_on_stage(scene)
    room.set_timer(SOON)

    again = opened(tmp_path, seed=2)

    assert replace(again.state, boot="") == replace(room.state, boot="")
    assert (again.scene, again.state.stage, again.state.ends_at) == (room.scene, scene, SOON)


def test_a_room_that_is_gone_on_with_has_no_timer_of_last_week(tmp_path: Path, room: Room) -> None:
    """Ending a room takes its timer away, and what the stage was told with it."""
    room.show_on_stage("closing")
    room.set_timer(SOON)
    room.end(0)

    kept = Results(tmp_path).room(room.code)

    assert kept is not None
    assert (kept.stage, kept.ends_at) == ("follow", None)
