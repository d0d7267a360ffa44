"""What a room knows of the evening besides its polls: the agenda as it is led, notes, and what is settled before people come.

Most of it is tried with a room inside this process. What must outlast a power cut, reach the room over HTTP or leave the disk
is tried with a server.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest

from tests import every_kind
from tests.test_control import post, refused, state
from tests.world import RunningRoom, disk_that_refuses, new_seats
from workshop_kit.agenda import Agenda
from workshop_kit.client import LedRoom
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy
from workshop_kit.errors import NotAdmitted, NotNow, SetupError, Unknown
from workshop_kit.results import Results, RoomRecord
from workshop_kit.room import REMEMBERED, Room
from workshop_kit.workshop import Workshop

CODE: Final = "K7PMQ4"
SEATS: Final = new_seats(Random(11), 12)
SEVEN: Final = 1_762_279_200.0
ARRIVAL, FIRST, FEARS, SEEN, BREAK, PRACTICES, SLACK, CLOSING = range(8)
EVENING: Final = {"plan": "evening", "meeting": 0, "policy": "room"}


def opened(folder: Path, workshop: Workshop, **different: Any) -> Room:
    """Return a room in a folder, with the shipped workshop: the one that is there, or else a new one."""
    results = Results(folder)
    new = replace(RoomRecord(CODE, workshop.id, date(2025, 11, 4), ROOM, 60), **different)
    return Room(workshop, results, results.room(CODE) or new, Random(1))


def settled(room: Room, plan: str = "evening", meeting: int = 0, policy: Policy = ROOM) -> Room:
    """Return a room after its plan was chosen."""
    room.set_up(plan=plan, meeting=meeting, policy=policy, country="DE", local_contact="Room 3")
    return room


@pytest.fixture
def room(tmp_path: Path, workshop: Workshop) -> Room:
    """Return a room in which the plan of one evening was chosen, and nothing has begun."""
    return settled(opened(tmp_path, workshop))


def agenda_of(room: Room) -> Agenda:
    """Return the agenda of a room that has one."""
    assert room.agenda is not None
    return room.agenda


def go_on(room: Room, place: int, minute: int = 0) -> None:
    """Begin a part of the plan."""
    room.follow_agenda(agenda_of(room).go_to(place, SEVEN + 60 * minute))


def stands(room: Room) -> tuple[str | None, str]:
    """Return in which section a room is, and what its stage shows."""
    return room.state.section, room.scene


# ---- going on -----------------------------------------------------------------------------------------------------------


def test_going_on_takes_the_section_and_the_stage_along(room: Room) -> None:
    """Every part of the evening shows what belongs to it; a break and time to spare leave the section where it was."""
    seen = []
    for place in range(8):
        go_on(room, place)
        seen.append(stands(room))

    assert seen == [
        ("00", "welcome"),
        ("01", "section"),
        ("06", "section"),
        ("05", "section"),
        ("05", "break"),
        ("10", "section"),
        ("10", "section"),
        ("11", "closing"),
    ]


def test_bending_what_is_to_come_moves_nothing_in_the_room(room: Room) -> None:
    """Whoever shortens, leaves out or moves a part meanwhile changes neither the section nor what the stage shows."""
    go_on(room, FIRST)
    room.show_on_stage("break")

    for bent in (agenda_of(room).shorten(FIRST), agenda_of(room).leave_out(SLACK), agenda_of(room).move(FEARS, 1)):
        room.follow_agenda(bent)

    assert stands(room) == ("01", "break")


def test_a_poll_that_is_being_asked_stays_on_the_stage(room: Room) -> None:
    """Going on while a poll is open moves the section, but nobody loses sight of the question; once it is closed the stage goes along."""
    go_on(room, FIRST)
    room.ask("close_lately")
    go_on(room, FEARS)
    assert stands(room) == ("06", "question")

    room.close(1)
    go_on(room, BREAK)
    assert stands(room) == ("06", "break")


def test_lines_that_are_being_read_stay_on_the_stage(tmp_path: Path, workshop: Workshop) -> None:
    """While lines are read the stage says that the poll has closed, also when the evening goes on."""
    room = settled(opened(tmp_path, workshop), "half_day")
    go_on(room, 13)
    for seat in SEATS:
        room.take_seat(seat)
    room.ask("one_thing")
    for number, seat in enumerate(SEATS):
        room.cast(1, seat, f"Line {number}")
    room.close(1)
    assert room.state.phase == "reading"

    go_on(room, 14)

    assert stands(room) == ("11", "closed")


# ---- taking back --------------------------------------------------------------------------------------------------------


def test_every_change_of_the_plan_can_be_taken_back_one_after_the_other(room: Room) -> None:
    """Each undo brings back the agenda as it was before, down to the one that was chosen, and then there is nothing left to undo."""
    told = [agenda_of(room)]
    changes: list[Callable[[Agenda], Agenda]] = [
        lambda agenda: agenda.go_to(ARRIVAL, SEVEN),
        lambda agenda: agenda.shorten(FIRST),
        lambda agenda: agenda.leave_out(SLACK),
        lambda agenda: agenda.move(FEARS, 1),
        lambda agenda: agenda.go_to(FIRST, SEVEN + 700),
    ]
    for change in changes:
        room.follow_agenda(change(agenda_of(room)))
        told.append(agenda_of(room))
    assert len(set(told)) == 6

    for earlier in reversed(told[:-1]):
        assert room.can_undo
        room.undo_agenda()
        assert room.agenda == earlier
    assert not room.can_undo
    with pytest.raises(NotNow, match="no change of the plan to undo"):
        room.undo_agenda()


def test_going_on_by_mistake_is_taken_back_with_section_and_stage(room: Room) -> None:
    """After an undo the room is in the section it was in, the stage shows it, and the part's clock runs on as if nothing had been."""
    go_on(room, FIRST, 10)
    before = agenda_of(room)
    go_on(room, FEARS, 12)
    assert stands(room) == ("06", "section")

    room.undo_agenda()

    assert stands(room) == ("01", "section")
    assert room.agenda == before


def test_going_back_into_a_break_brings_its_section_back(room: Room) -> None:
    """A break belongs to the section before it: whoever takes back going on from it stands where they stood."""
    go_on(room, SEEN)
    go_on(room, BREAK)
    go_on(room, PRACTICES)

    room.undo_agenda()

    assert stands(room) == ("05", "break")


def test_a_press_that_changes_nothing_is_nothing_to_undo(room: Room) -> None:
    """Beginning the part that is being led already leaves the last real change to be undone."""
    go_on(room, FIRST)
    go_on(room, FEARS)
    go_on(room, FEARS)

    room.undo_agenda()

    assert stands(room) == ("01", "section")


def test_only_so_many_changes_are_remembered(room: Room) -> None:
    """After a long evening the latest changes can be taken back, not all of them."""
    for _ in range(REMEMBERED + 5):
        room.follow_agenda(agenda_of(room).shorten(FIRST))

    undone = 0
    while room.can_undo:
        room.undo_agenda()
        undone += 1

    assert undone == REMEMBERED


def test_a_disk_that_refuses_changes_nothing(room: Room, tmp_path: Path) -> None:
    """If the agenda cannot be kept it is as it was, and so is what can be undone; afterwards both go on."""
    go_on(room, ARRIVAL)
    before = agenda_of(room)
    with disk_that_refuses(tmp_path):
        with pytest.raises(SetupError):
            go_on(room, FIRST)
        with pytest.raises(SetupError):
            room.undo_agenda()
        with pytest.raises(SetupError):
            room.keep_note("01", "words")
        assert (room.agenda, stands(room), dict(room.notes)) == (before, ("00", "welcome"), {})

    room.undo_agenda()
    assert agenda_of(room).current is None
    assert not room.can_undo


# ---- settling -----------------------------------------------------------------------------------------------------------


def test_what_is_settled_is_what_the_room_goes_by(tmp_path: Path, workshop: Workshop) -> None:
    """Plan, meeting, who comes and whom to turn to are the room's from then on, through a restart."""
    settled(opened(tmp_path, workshop), "series", 3, TOGETHER)
    room = opened(tmp_path, workshop)

    assert (room.plan, agenda_of(room).meeting, room.policy, room.country, room.local_contact) == ("series", 3, TOGETHER, "DE", "Room 3")
    assert agenda_of(room) == Agenda.of(workshop.plan("series"), 3)
    assert room.ask("pulse").policy.cell == TOGETHER.cell


def test_after_a_poll_results_may_only_become_more_careful(room: Room) -> None:
    """Before the first poll who comes can be settled either way; after it a policy that says more is refused and one that says less is not."""
    settled(room, policy=WEBINAR)
    settled(room, policy=ROOM)
    room.ask("pulse")
    room.close(1)

    for policy, refused_ones in (
        (TOGETHER, [ROOM]),
        (WEBINAR, [ROOM, TOGETHER, Policy(WEBINAR.floor - 1, WEBINAR.cell), Policy(WEBINAR.floor, WEBINAR.cell - 1)]),
    ):
        settled(room, policy=policy)
        for less in refused_ones:
            with pytest.raises(NotNow, match="more general"):
                settled(room, "half_day", policy=less)
            assert (room.policy, room.plan) == (policy, "evening")


def test_a_poll_that_was_thrown_away_was_asked_all_the_same(room: Room) -> None:
    """People were told how careful the room is, so discarding the poll does not make less careful ones possible."""
    settled(room, policy=TOGETHER)
    room.ask("pulse")
    room.discard(1)

    with pytest.raises(NotNow):
        settled(room, policy=ROOM)


def test_settling_the_same_plan_again_keeps_the_evening_where_it_is(room: Room) -> None:
    """Whoever mends a contact in the middle of the evening goes on in the same minute; another plan or meeting begins anew."""
    go_on(room, FIRST, 10)
    led = agenda_of(room)

    room.set_up(plan="evening", meeting=0, policy=ROOM, country="AT", local_contact=None)
    assert (room.agenda, room.country, room.local_contact) == (led, "AT", None)

    settled(room, "series", 1)
    assert (agenda_of(room).current, agenda_of(room).meeting) == (None, 1)
    settled(room, "series", 2)
    assert (agenda_of(room).current, agenda_of(room).meeting) == (None, 2)


def test_undoing_does_not_bring_another_plan_back(room: Room) -> None:
    """Once another plan is chosen, what was done to the earlier one is not there to be undone; the room has one plan, not two."""
    go_on(room, ARRIVAL)
    go_on(room, FIRST)
    settled(room, "half_day")

    if room.can_undo:
        room.undo_agenda()

    assert (room.plan, agenda_of(room).plan) == ("half_day", "half_day")


@pytest.mark.parametrize(("plan", "meeting"), [("dinner", 0), ("evening", 1), ("series", 4), ("series", -1)])
def test_a_plan_or_meeting_that_is_not_there_changes_nothing(room: Room, plan: str, meeting: int) -> None:
    """A name that is no plan's, or a meeting beyond the last: refused, and the room is as it was."""
    before = (room.agenda, room.plan, room.policy, room.country)

    with pytest.raises(Unknown, match=r"\.$"):
        settled(room, plan, meeting, WEBINAR)

    assert (room.agenda, room.plan, room.policy, room.country) == before


# ---- notes, and what was tried -------------------------------------------------------------------------------------------


def test_notes_survive_an_undo_and_a_restart(room: Room, tmp_path: Path, workshop: Workshop) -> None:
    """What the facilitator wrote stays, whatever happens to the plan; a later note of a section takes the place of the earlier."""
    go_on(room, FIRST)
    room.keep_note("01", "Half a sent")
    go_on(room, FEARS)
    room.keep_note("06", "<b>Slowly</b> & “well”")
    room.undo_agenda()
    room.keep_note("01", "A whole sentence")
    with pytest.raises(Unknown):
        room.keep_note("12", "nowhere")

    kept = {"01": "A whole sentence", "06": "<b>Slowly</b> & “well”"}
    assert room.notes == kept
    assert opened(tmp_path, workshop).notes == kept


def test_a_phone_at_a_locked_door_was_tried_and_has_no_seat(tmp_path: Path, workshop: Workshop) -> None:
    """It is turned away, takes nobody's place, and yet the room knows that a phone found it, through a restart."""
    room = opened(tmp_path, workshop, locked=True)
    assert (room.phone_tried, room.state.locked) == (False, True)

    with pytest.raises(NotAdmitted):
        room.take_seat(SEATS[0])
    room.tick()

    again = opened(tmp_path, workshop)
    record = Results(tmp_path).room(CODE)
    assert (room.phone_tried, again.phone_tried) == (True, True)
    assert record is not None
    assert record.seats == 0
    with pytest.raises(NotAdmitted):
        again.take_seat(SEATS[0])
    again.open_door()
    again.take_seat(SEATS[0])
    assert not again.state.locked


def test_a_full_disk_keeps_nobody_out(room: Room, tmp_path: Path) -> None:
    """That a phone was tried or the stage opened is worth a note, but no reason to turn anybody away."""
    with disk_that_refuses(tmp_path):
        room.take_seat(SEATS[0])
        room.note_stage_opened()
    room.ask("pulse")
    room.cast(1, SEATS[0], 3)

    assert (room.phone_tried, room.stage_opened) == (False, False)
    room.take_seat(SEATS[1])
    assert room.phone_tried


# ---- with a server ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room in the second part of its evening, for requests that change nothing."""
    with RunningRoom(tmp_path_factory.mktemp("shared") / "room") as room:
        post(room, "/setup", **EVENING)
        for place in (ARRIVAL, FIRST):
            post(room, "/agenda", act="go_to", place=place)
        yield room


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/setup", [], 422),
        ("/setup", {}, 422),
        ("/setup", {**EVENING, "policy": "everyone"}, 422),
        ("/setup", {**EVENING, "policy": ["room"]}, 422),
        ("/setup", {**EVENING, "policy": None}, 422),
        ("/setup", {**EVENING, "meeting": "0"}, 422),
        ("/setup", {**EVENING, "meeting": True}, 422),
        ("/setup", {**EVENING, "meeting": 0.0}, 422),
        ("/setup", {**EVENING, "meeting": None}, 422),
        ("/setup", {**EVENING, "meeting": 1}, 404),
        ("/setup", {**EVENING, "meeting": 10**40}, 404),
        ("/setup", {**EVENING, "meeting": -1}, 404),
        ("/setup", {**EVENING, "plan": "dinner"}, 404),
        ("/setup", {**EVENING, "plan": None}, 404),
        ("/setup", {"policy": "room"}, 404),
        ("/setup", {**EVENING, "country": "XX"}, 404),
        ("/setup", {**EVENING, "country": "de"}, 404),
        ("/setup", {**EVENING, "country": ["DE"]}, 404),
        ("/setup", {**EVENING, "country": ""}, 404),
        ("/setup", {**EVENING, "contact": 5}, 422),
        ("/setup", {**EVENING, "contact": ["Room 3"]}, 422),
        ("/setup", {**EVENING, "contact": "x" * 201}, 422),
        ("/setup", {**EVENING, "contact": "x" * 5000}, 413),
        ("/agenda", "go_to", 422),
        ("/agenda", {}, 422),
        ("/agenda", {"act": "go_to"}, 422),
        ("/agenda", {"place": 2}, 422),
        ("/agenda", {"act": "fly", "place": 2}, 422),
        ("/agenda", {"act": ["go_to"], "place": 2}, 422),
        ("/agenda", {"act": "__class__", "place": 2}, 422),
        ("/agenda", {"act": "go_to", "place": "2"}, 422),
        ("/agenda", {"act": "go_to", "place": True}, 422),
        ("/agenda", {"act": "go_to", "place": 2.0}, 422),
        ("/agenda", {"act": "go_to", "place": 8}, 404),
        ("/agenda", {"act": "go_to", "place": -1}, 404),
        ("/agenda", {"act": "shorten", "place": 10**40}, 404),
        ("/agenda", {"act": "leave_out", "place": -8}, 404),
        ("/agenda", {"act": "shorten", "place": ARRIVAL}, 409),
        ("/agenda", {"act": "leave_out", "place": FIRST}, 409),
        ("/agenda", {"act": "leave_out", "place": CLOSING}, 409),
        ("/agenda", {"act": "earlier", "place": FEARS}, 409),
        ("/agenda", {"act": "later", "place": SLACK}, 409),
        ("/agenda", {"act": "later", "place": 8}, 409),
        ("/agenda/add", {}, 422),
        ("/agenda/add", {"section": "02"}, 422),
        ("/agenda/add", {"section": "02", "after": "1"}, 422),
        ("/agenda/add", {"section": "02", "after": True}, 422),
        ("/agenda/add", {"section": "02", "after": 8}, 404),
        ("/agenda/add", {"section": "02", "after": -1}, 404),
        ("/agenda/add", {"after": FIRST}, 404),
        ("/agenda/add", {"section": "12", "after": FIRST}, 404),
        ("/agenda/add", {"section": "02", "after": ARRIVAL}, 409),
        ("/agenda/add", {"section": "02", "after": CLOSING}, 409),
        ("/notes", None, 422),
        ("/notes", {}, 422),
        ("/notes", {"section": "01"}, 422),
        ("/notes", {"section": "01", "words": 5}, 422),
        ("/notes", {"section": "01", "words": None}, 422),
        ("/notes", {"section": "01", "words": ["words"]}, 422),
        ("/notes", {"section": "01", "words": "x" * 1001}, 422),
        ("/notes", {"section": "01", "words": "x" * 5000}, 413),
        ("/notes", {"words": "words"}, 404),
        ("/notes", {"section": "12", "words": "words"}, 404),
        ("/notes", {"section": ["01"], "words": "words"}, 404),
    ],
    ids=lambda each: json.dumps(each)[:60],
)
def test_what_makes_no_sense_is_refused_in_a_sentence_and_changes_nothing(
    shared: RunningRoom, path: str, body: object, status: int
) -> None:
    """A wrong body for settling, bending the plan or keeping a note: one plain sentence, and the room is as it was."""
    before = state(shared)

    refused(shared.control.post(path, json=body), status)

    assert state(shared) == before


def test_none_of_it_is_done_without_the_secret(shared: RunningRoom) -> None:
    """Whoever does not have the room's secret settles nothing, bends nothing and writes nothing."""
    before = state(shared)

    with httpx.Client(base_url=shared.connection.control_url, trust_env=False) as stranger:
        for path, body in (
            ("/setup", EVENING),
            ("/agenda", {"act": "go_to", "place": 2}),
            ("/agenda/add", {"section": "02", "after": FIRST}),
            ("/agenda/undo", {}),
            ("/notes", {"section": "01", "words": "x"}),
        ):
            refused(stranger.post(path, json=body), 401)

    assert state(shared) == before


def test_an_evening_goes_on_after_a_power_cut(room_server: RunningRoom) -> None:
    """Agenda, notes and what was settled come back with the server; what cannot is undoing, and the room says so in a sentence."""
    assert refused(room_server.control.post("/agenda", json={"act": "go_to", "place": 0}), 409).startswith("No plan has been chosen yet.")
    with closing(LedRoom(lambda: room_server.connection)) as led:
        led.set_up("evening", 0, "room", "DE", "Room 3")
        led.bend_agenda("go_to", ARRIVAL)
        led.bend_agenda("shorten", FIRST)
        led.bend_agenda("later", FEARS)
        led.bend_agenda("leave_out", SLACK)
        led.undo_agenda()
        led.bend_agenda("go_to", FIRST)
        led.note("01", "A word for tomorrow")
        before = led.state()
        assert before["can_undo"]

        room_server.kill()
        room_server.start()
        after = led.state()
        said = refused(room_server.control.post("/agenda/undo"), 409)

        changed = {key for key in after if after[key] != before[key]}
        assert changed == {"boot", "can_undo"}
        assert said == "There is no change of the plan to undo."
        assert [entry["section"] for entry in after["agenda"]["entries"][2:4]] == ["05", "06"]
        assert (after["agenda"]["current"], after["notes"]) == (FIRST, {"01": "A word for tomorrow"})
        led.bend_agenda("go_to", FEARS)
        led.undo_agenda()
        assert led.state()["agenda"] == before["agenda"]


def test_a_room_that_was_made_more_careful_is_the_same_room_after_a_power_cut(room_server: RunningRoom) -> None:
    """Who comes is often settled in the checklist only; a server that is started again as it was finds that room all the same."""
    post(room_server, "/setup", **{**EVENING, "policy": "together"})
    before = state(room_server)

    room_server.kill()
    room_server.start()

    after = state(room_server)
    assert (after["code"], after["policy"], after["plan"]) == (before["code"], before["policy"], "evening")


def test_a_plan_that_leads_to_what_is_gone_is_dropped_when_the_room_goes_on(tmp_path: Path) -> None:
    """Where a section was taken out of the material the room comes back without the agenda that leads there; where none was, with it."""
    folder = tmp_path / "material"
    with RunningRoom(tmp_path / "room", *every_kind.arguments(folder)) as room:
        post(room, "/setup", plan=every_kind.PLAN, meeting=0, policy="room")
        post(room, "/agenda", act="go_to", place=1)
        room.kill()
        room.start()
        assert state(room)["agenda"]["current"] == 1

        for file in (folder / "workshop.yaml", folder / "polls.yaml"):
            file.write_text(file.read_text(encoding="utf-8").replace('"02"', '"03"'), encoding="utf-8")
        code = room.code
        room.kill()
        room.start()

        told = state(room)
        assert (told["code"], told["agenda"], told["plan"], told["section"]) == (code, None, every_kind.PLAN, "01")
        post(room, "/setup", plan=every_kind.PLAN, meeting=0, policy="room")
        assert [entry["section"] for entry in state(room)["agenda"]["entries"]] == [None, "01", "03", None, None]


def on_the_disk(folder: Path, trace: bytes) -> list[str]:
    """Return the names of files in a folder in which a trace stands."""
    return [file.name for file in sorted(folder.rglob("*")) if file.is_file() and trace in file.read_bytes()]


@pytest.mark.parametrize("ending", ["asked to end", "cut short"])
def test_when_the_evening_was_is_not_kept(tmp_path: Path, ending: str) -> None:
    """Once a room has ended no time of day stands in its file, only for how long each part was led; also if it was cut short before."""
    with RunningRoom(tmp_path / "room") as room:
        post(room, "/setup", **EVENING)
        for place in (ARRIVAL, FIRST, FEARS):
            post(room, "/agenda", act="go_to", place=place)
        post(room, "/timer", minutes=5)
        led = state(room)
        # The agenda's are written in digits, to some hundred seconds here; the timer's is a number of SQLite's own.
        traces = {str(int(led["agenda"][name]))[:8].encode() for name in ("began_s", "block_began_s")}
        traces.add(led["ends_at"].to_bytes(4, "big"))
        assert [trace for trace in traces if not on_the_disk(room.folder, trace)] == []

        if ending == "asked to end":
            room.stop()
        else:
            room.kill()
            with RunningRoom(tmp_path / "room", "--new") as another:
                another.stop()

    assert [file for trace in traces for file in on_the_disk(tmp_path / "room", trace)] == []
    record = Results(tmp_path / "room").room(led["code"])
    assert record is not None
    assert record.ended
    assert record.agenda is not None
    over = Agenda.from_dict(record.agenda)
    assert [entry.used_s for entry in over.entries[:2]] == [entry["used_s"] for entry in led["agenda"]["entries"][:2]]
    assert all(entry.used_s > 0 for entry in over.entries[:2])


def test_what_was_tried_before_people_come_is_seen_and_nothing_else(tmp_path: Path) -> None:
    """A phone at the locked door counts and gets no seat; the stage counts where it is opened, and not as a picture in the cockpit."""
    with RunningRoom(tmp_path / "room", "--door", "locked") as room:
        tried = [(state(room)["phone_tried"], state(room)["stage_opened"])]

        turned_away = room.public.post(room.path("/seats"), json={"seat": SEATS[0]})
        tried.append((state(room)["phone_tried"], state(room)["stage_opened"]))
        preview = room.public.get(room.path("/stage?preview"))
        tried.append((state(room)["phone_tried"], state(room)["stage_opened"]))
        stage = room.public.get(room.path("/stage"))
        tried.append((state(room)["phone_tried"], state(room)["stage_opened"]))

        assert tried == [(False, False), (True, False), (True, False), (True, True)]
        assert "locked" in refused(turned_away, 403)
        assert room.cast(1, SEATS[0], 3).status_code == 403
        assert (state(room)["seats"], state(room)["door"], room.state()["locked"]) == ("under 5", "locked", True)
        assert [framers(each) for each in (preview, stage, room.public.get(room.path("/stage")), room.public.get(room.path()))] == [
            ["http://127.0.0.1:*"],
            ["'none'"],
            ["'none'"],
            ["'none'"],
        ]
        assert preview.text == stage.text


def framers(reply: httpx.Response) -> list[str]:
    """Return who may put a page into a frame of theirs."""
    [rule] = re.findall(r"frame-ancestors ([^;]*)", reply.headers["content-security-policy"])
    return str(rule).split()
