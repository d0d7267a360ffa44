"""The evening around the polls: the plan as it is led, the stage with its timer, and what is left of it in the end."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.meals import SEATS, after_ticks, answer, known, opened, seated
from tests.world import RunningRoom, disk_that_refuses
from workshop_kit.disclosure import POLICIES, ROOM
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.errors import NotNow, SetupError
from workshop_kit.room.evening import REMEMBERED, SCENES
from workshop_kit.room.opening import CODE_LENGTH, CODE_LETTERS, new_code
from workshop_kit.room.room import Room
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Agenda

SOON: Final = 1_762_283_977
SEVEN: Final = 1_762_279_200.0
ARRIVAL, FIRST, FEARS, SEEN, BREAK, PRACTICES, SLACK, CLOSING = range(8)


def settled(room: Room, plan: str = "evening", meeting: int = 0, policy: str = "room") -> Room:
    """Return a room after its plan was chosen."""
    room.evening.set_up(plan, meeting, policy, "DE", "Room 3")
    return room


@pytest.fixture
def evening(tmp_path: Path, workshop: Workshop) -> Room:
    """Return a room of the shipped workshop in which the plan of one evening was chosen, and nothing has begun."""
    return settled(
        Room(workshop, Results(tmp_path), RoomRecord("K7PMQ4", workshop.id, date(2025, 11, 4), ROOM, 60, key="5e" * 16), Random(1))
    )


def agenda_of(room: Room) -> Agenda:
    """Return the agenda of a room that has one."""
    assert room.evening.agenda is not None
    return room.evening.agenda


def go_on(room: Room, *places: int, minute: int = 0) -> None:
    """Begin some parts of the plan, one after the other."""
    for place in places:
        room.evening.follow_agenda(agenda_of(room).go_to(place, SEVEN + 60 * minute))


def stands(room: Room) -> tuple[str | None, str]:
    """Return in which section a room is, and what its stage shows."""
    return room.state.section, room.evening.scene


def test_going_on_takes_the_section_and_the_stage_along(evening: Room) -> None:
    """Every part of the evening shows what belongs to it; a break and time to spare leave the section, and bending leaves all where it was."""
    for place, part in enumerate(("00 welcome", "01 section", "06 section", "05 section", "05 break", *["10 section"] * 2, "11 closing")):
        go_on(evening, place)
        assert stands(evening) == tuple(part.split())
    go_on(evening, FIRST)
    evening.evening.show_on_stage("break")
    for bent in (agenda_of(evening).shorten(FIRST), agenda_of(evening).leave_out(SLACK), agenda_of(evening).move(FEARS, 1)):
        evening.evening.follow_agenda(bent)
    assert stands(evening) == ("01", "break")


def test_what_is_asked_or_read_stays_on_the_stage(evening: Room) -> None:
    """By the plan or by hand the section moves, but nobody loses sight of a question or of comments that are read; a result makes way."""
    settled(seated(evening), "half_day")
    go_on(evening, 13)
    evening.runs.ask("one_thing")
    answer(evening, *(f"Comment {number}" for number in range(12)))
    for scene in ("question", "closed"):
        go_on(evening, 14)
        assert stands(evening) == ("11", scene)
        go_on(evening, 13)
        assert evening.evening.scene == scene
        evening.evening.go_to("02")
        assert stands(evening) == ("02", scene)
        evening.runs.close(1)
    assert evening.state.current[0].phase == "reading"

    evening.runs.discard(1)
    evening.runs.close(evening.runs.ask("pulse").number)
    evening.runs.reveal(2)
    for section, scene in (("02", "result"), ("01", "section")):
        evening.evening.go_to(section)
        assert (*stands(evening), evening.state.current[0].phase) == (section, scene, "revealed")


def test_every_change_of_the_plan_can_be_taken_back_one_after_the_other(evening: Room) -> None:
    """Each undo brings back the agenda as it was before, down to the one that was chosen, or as far back as is remembered."""
    told = [agenda_of(evening)]
    told.append(told[-1].go_to(ARRIVAL, SEVEN))
    told.append(told[-1].shorten(FIRST))
    told.append(told[-1].leave_out(SLACK))
    told.append(told[-1].move(FEARS, 1))
    told.append(told[-1].go_to(FIRST, SEVEN + 700))
    assert len(set(told)) == 6
    for change in told[1:]:
        evening.evening.follow_agenda(change)
    for earlier in reversed(told[:-1]):
        assert evening.evening.can_undo
        evening.evening.undo_agenda()
        assert evening.evening.agenda == earlier
    assert not evening.evening.can_undo
    with pytest.raises(NotNow, match=r"^room\.nothing_to_undo$"):
        evening.evening.undo_agenda()

    for _ in range(REMEMBERED + 5):
        evening.evening.follow_agenda(agenda_of(evening).shorten(FIRST))
    for _ in range(REMEMBERED):
        assert evening.evening.can_undo
        evening.evening.undo_agenda()
    assert not evening.evening.can_undo


def test_going_on_is_taken_back_with_section_and_stage(evening: Room) -> None:
    """After an undo the room is where it was, in a break as well, and the part's clock runs on; a press that changes nothing is none."""
    go_on(evening, FIRST, minute=10)
    before = agenda_of(evening)
    go_on(evening, FEARS, FEARS, minute=12)
    evening.evening.undo_agenda()
    assert (stands(evening), evening.evening.agenda) == (("01", "section"), before)
    go_on(evening, SEEN, BREAK, PRACTICES)
    evening.evening.undo_agenda()
    assert stands(evening) == ("05", "break")


@pytest.mark.parametrize("end", ["close", "discard"])
@pytest.mark.parametrize(
    ("chosen", "refused"),
    [
        ("room", {"webinar": "seats_are_taken"}),
        ("together", {"room": "less_careful", "webinar": "seats_are_taken"}),
        ("webinar", {"room": "less_careful", "together": "less_careful"}),
    ],
)
def test_after_a_poll_results_may_only_become_more_careful(evening: Room, end: str, chosen: str, refused: dict[str, str]) -> None:
    """Before people come it can be settled either way who does; after a poll, even a discarded one, only so as to say less, and still counted."""
    settled(evening, policy="webinar")
    settled(evening, policy="webinar" if chosen == "webinar" else "room")
    seated(evening).runs.ask("pulse")
    getattr(evening.runs, end)(1)
    settled(evening, policy=chosen)
    for policy, why in refused.items():
        with pytest.raises(NotNow, match=rf"^room\.{why}$"):
            settled(evening, "half_day", policy=policy)
        assert (evening.record.policy, evening.record.plan) == (POLICIES[chosen], "evening")
    assert evening.runs.ask("fears").policy.cell == POLICIES[chosen].cell


def test_settling_the_same_plan_again_keeps_the_evening_where_it_is(evening: Room) -> None:
    """Whoever mends a contact in the middle of the evening goes on in the same minute; another plan or meeting begins anew, for good."""
    go_on(evening, ARRIVAL, FIRST, minute=10)
    led = agenda_of(evening)
    evening.evening.set_up("evening", 0, "room", "FR", None)
    assert (evening.evening.agenda, evening.record.country, evening.record.local_contact, evening.evening.can_undo) == (
        led,
        "FR",
        None,
        True,
    )
    for plan, meeting in (("series", 1), ("series", 2)):
        settled(evening, plan, meeting)
        begun = agenda_of(evening)
        assert (begun.plan, begun.meeting, begun.current, evening.evening.can_undo) == (plan, meeting, None, False)


@pytest.mark.parametrize("act", [Room.keep, lambda room: room.end(SEVEN + 3600)], ids=["write down the seats", "end"])
def test_what_the_disk_refuses_did_not_happen(tmp_path: Path, evening: Room, act: Callable[[Room], object]) -> None:
    """Where seats or the end are refused, even twice, the room is where it was; every act of a facilitator is tried with the control app."""
    go_on(evening, FIRST)
    seated(evening).leave_seat(SEATS[0])
    before = known(tmp_path, evening)
    for _ in range(2):
        with disk_that_refuses(tmp_path), pytest.raises(SetupError):
            act(evening)
        assert known(tmp_path, evening) == before
    act(evening)
    assert known(tmp_path, evening) != before


def test_a_full_disk_keeps_nobody_out(tmp_path: Path) -> None:
    """That a phone was tried, the stage opened or seats taken is worth a note, through a restart, but no reason to turn anybody away."""
    room = opened(tmp_path)
    assert room.is_kept
    with disk_that_refuses(tmp_path):
        room.note_phone()
        room.evening.note_stage_opened()
        for seat in SEATS[:12]:
            room.take_seat(seat)
        room.pause(SEATS[0])
        after_ticks(room, 1)
        with pytest.raises(SetupError):
            room.keep()
    assert (room.record.phone_tried, room.record.stage_opened, room.record.seats, room.is_kept) == (False, False, 0, False)
    room.keep()
    for each in (room, opened(tmp_path)):
        assert (each.record.phone_tried, each.record.stage_opened, each.record.seats, each.is_kept) == (True, True, 12, True)


@pytest.mark.parametrize("scene", SCENES)
def test_the_stage_shows_what_it_is_told(tmp_path: Path, room: Room, scene: str) -> None:
    """Each scene can be shown while a result is on the wall, and is there after a restart; following, it is the result again."""
    room.runs.ask("one")
    room.runs.close(1)
    room.runs.reveal(1)
    room.evening.show_on_stage(scene)
    again = opened(tmp_path, seed=2)

    expected = {"follow": "result", "section": "welcome"}  # there is no section to show yet
    assert (room.state.stage, room.evening.scene) == (again.state.stage, again.evening.scene) == (scene, expected.get(scene, scene))
    room.evening.go_to("01")
    room.evening.show_on_stage("section")
    assert room.evening.scene == "section"
    room.evening.show_on_stage("follow")
    assert room.evening.scene == "result"


@pytest.mark.parametrize("told", ["welcome", "section", "break", "closing"])
def test_a_question_and_a_result_take_the_stage(room: Room, told: str) -> None:
    """Whatever the stage was told, the next poll and the next result are seen; closing alone and hiding change nothing on it."""
    seen = []
    acts: list[tuple[Callable[[Any], object], object]] = [
        (room.runs.ask, "one"),
        (room.runs.close, 1),
        (room.runs.reveal, 1),
        (room.runs.hide, 1),
    ]
    for act, what in (*acts, (room.runs.ask_together, ["many", "scale"])):
        room.evening.show_on_stage(told)
        act(what)
        seen.append(room.evening.scene if room.state.stage == "follow" else room.state.stage)
    assert seen == ["question", told, "result", told, "question"]


def test_of_several_polls_one_that_is_open_comes_first(room: Room) -> None:
    """Asked together, they are a question as long as one is open, and a result as soon as then one is shown."""
    room.runs.ask_together(["one", "many"])
    seen = []
    for act, number in (
        (room.runs.close, 1),
        (room.runs.reveal, 1),
        (room.runs.close, 2),
        (room.runs.hide, 1),
        (room.runs.reveal, 2),
        (room.runs.discard, 2),
    ):
        act(number)
        seen.append(room.evening.scene)
    assert seen == ["question", "question", "result", "closed", "result", "closed"]


def test_a_timer_is_set_and_taken_away(room: Room) -> None:
    """Every page is told when it ends; closing and showing leave it running, a new question takes it away, and it closes nothing."""
    for minutes in (1, 2, None, None, 0.5):
        room.evening.set_timer(minutes, SOON)
        assert room.state.ends_at == (minutes and SOON + 60 * minutes)
    room.runs.ask("one")
    assert room.state.ends_at is None
    room.evening.set_timer(1, 0)
    assert after_ticks(room, 5).state.current[0].phase == "open"
    room.runs.close(1)
    room.runs.reveal(1)
    assert room.state.ends_at == 60


@pytest.mark.parametrize("ending", ["asked to end", "cut short"])
def test_when_the_evening_was_is_not_kept(tmp_path: Path, ending: str) -> None:
    """Once a room has ended, also if it was cut short before, no time of day stands in its file, only for how long each part was led."""

    def files() -> list[bytes]:
        return [file.read_bytes() for file in (tmp_path / "room").rglob("*") if file.is_file()]

    with RunningRoom(tmp_path / "room") as room:
        room.tell("/setup", plan="evening", policy="room")
        room.tell("/timer", minutes=5)
        for place in (ARRIVAL, FIRST, FEARS):
            room.tell("/agenda", act="go_to", place=place)
        room.tell("/stage", show="break")
        led = room.as_led()
        # They are written in digits, and looked for to some hundred seconds.
        traces = {str(int(each))[:8].encode() for each in (led["ends_at"], led["agenda"]["began_s"], led["agenda"]["block_began_s"])}
        assert all(any(trace in file for file in files()) for trace in traces)
        if ending == "asked to end":
            room.stop()
        else:
            room.kill()
            with RunningRoom(tmp_path / "room", "--new") as another:
                another.stop()

    assert not any(trace in file for trace in traces for file in files())
    record = Results(tmp_path / "room").room(led["code"])
    assert record is not None
    assert (record.ended, record.ends_at, record.stage) == (True, None, "follow")
    assert record.agenda
    used = [entry.used_s for entry in Agenda.from_dict(record.agenda).entries[:2]]
    assert used == [entry["used_s"] for entry in led["agenda"]["entries"][:2]]
    assert all(each > 0 for each in used)


def test_codes_are_six_signs_that_nobody_confuses() -> None:
    """A code has no 0, 1, I, L or O, and all signs occur in every place."""
    random = Random(5)
    codes = [new_code(random) for _ in range(2000)]
    assert {len(code) for code in codes} == {CODE_LENGTH} == {6}
    assert all(set(place) == set(CODE_LETTERS) for place in zip(*codes, strict=True))
    assert not set("01ILO") & set(CODE_LETTERS)
    assert len(set(codes)) > 1990
