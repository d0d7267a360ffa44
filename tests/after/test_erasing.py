"""Erasing: what goes is in no byte of the folder any more, what stays is whole, and a search afterwards says what is left."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.kept import FEARS, LOUDEST, TUESDAY, WISH, asked, published
from workshop_kit import material
from workshop_kit.after.erasing import PROGRESS, Chosen, erase, erase_older, kept
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.disk.journal import FILE as JOURNAL
from workshop_kit.disk.journal import Entry, Journal
from workshop_kit.disk.rooms import AT_REST, FILE, Results, RoomRecord
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.polls import Tally
from workshop_kit.processes.connection import Connection
from workshop_kit.study import progress
from workshop_kit.workshop.agenda import Agenda

EVERYTHING: Final = Chosen(None, rooms=True, results=True, journal=True)
OTHER: Final = "WXYZ23"
# A file that is there, and that even an administrator cannot read from its beginning.
MEMORY: Final = Path("/proc/self/mem")
# One canary for each place in which something can be left.
NOTE, CONTACT, LINE, ENTRY, BLOCK = "canary-of-the-note", "canary-of-the-contact", "canary-of-line", "canary-of-the-entry", 7919
ABOUT_A_ROOM: Final = (NOTE, CONTACT, f'"minutes": {BLOCK}')
PUBLISHED: Final = (LINE, '"fewest"')


def a_room(folder: Path, code: str = TUESDAY.code, marked: str = "", day: date = TUESDAY.opened_on, *, ended: bool = True) -> RoomRecord:
    """Keep a room of which there is something to find in each place; `marked` tells its canaries from another room's."""
    agenda: dict[str, Any] = {"plan": "evening", "meeting": 0, "current": 1, "began_s": 1_762_283_977.5, "block_began_s": 1_762_283_978.5}
    begun = replace(TUESDAY, code=code, opened_on=day, plan="evening", section="06", seats=11, ended=ended)
    agenda |= {"entries": [], "marked": marked, "minutes": BLOCK}
    room = replace(begun, local_contact=CONTACT + marked, agenda=agenda, notes={"06": NOTE + marked})
    wishes = publish(Tally.of(WISH, [f"{LINE}{marked}-{number}" for number in range(12)]), ROOM)
    runs = (asked(1, WISH, ROOM, "revealed", wishes), asked(2, FEARS, ROOM, "closed", published(Random(1), FEARS)), asked(3, LOUDEST))
    Results(folder).save_room(room, *runs)
    return room


def study(folder: Path, passphrase: str = "") -> None:
    """Leave what somebody leaves who studies alone."""
    Journal(folder).add(Entry("06", date(2025, 11, 5), "What guards you?", ENTRY), passphrase)
    progress.Progress(folder).finish("06", date(2025, 11, 5))


def holding(folder: Path, *traces: str) -> list[str]:
    """Return which traces can be found in any byte of any file below a folder."""
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [trace for trace in traces if any(trace.encode() in content for content in contents)]


# Everything


def test_after_erasing_all_no_byte_is_left(tmp_path: Path) -> None:
    """Of two rooms, a journal, a progress and what a crash left half-written, no trace is in any file, and no file of the kit is left."""
    first, second = a_room(tmp_path), a_room(tmp_path, OTHER, "-b", ended=False)
    study(tmp_path)
    traces = [first.code, second.code, *ABOUT_A_ROOM, *PUBLISHED, ENTRY, "06"]
    assert holding(tmp_path, *traces) == traces
    # The way to a room that was killed, files that were to be moved into their places, and the folders of SQLite and Jupyter.
    Connection("http://127.0.0.1:9", "secret", "http://127.0.0.1:9", first.code).write(tmp_path)
    (tmp_path / "workshop_kit_abc" / "data").mkdir(parents=True)
    for name in (".connection-abc", f".{JOURNAL}-abc", f".{PROGRESS}-abc", f".{FILE}-abc", "workshop_kit_abc/data/history"):
        (tmp_path / name).write_text(f"{first.code} {NOTE}")
    (tmp_path / f"{FILE}-journal").touch()

    erased = erase(tmp_path, EVERYTHING)

    assert list(tmp_path.iterdir()) == []
    assert (erased.found, erased.unread, len(erased.before.rooms)) == ((), (), 2)
    assert kept(tmp_path).is_nothing


def test_a_damaged_file_goes_too_and_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    """A file that nobody can read any more is overwritten and removed as a whole; an empty folder is as empty afterwards."""
    assert kept(tmp_path).is_nothing
    for harm in (None, b"Dear diary, today I was a text file. " * 50, b""):
        if harm is not None:
            (tmp_path / FILE).write_bytes(harm)
            study(tmp_path)

        erase(tmp_path, EVERYTHING)

        assert list(tmp_path.iterdir()) == []


# One thing and not the other


def test_one_room_goes_and_the_other_stays_whole(tmp_path: Path) -> None:
    """Of the erased room no byte is left; the other, its results, the journal and what both rooms had stay, and that is no sign of the first."""
    gone, stays = a_room(tmp_path), a_room(tmp_path, OTHER, "-b")
    study(tmp_path)
    journal, runs = (tmp_path / JOURNAL).read_bytes(), Results(tmp_path).runs(OTHER)
    size = (tmp_path / FILE).stat().st_size

    erased = erase(tmp_path, Chosen({gone.code}, rooms=True, results=True))

    assert holding(tmp_path, gone.code, f'{NOTE}"', f"{LINE}-1", f'"marked": "", "minutes": {BLOCK}') == []
    assert (Results(tmp_path).rooms(), Results(tmp_path).runs(OTHER)) == ([stays], runs)
    assert ((tmp_path / JOURNAL).read_bytes(), erased.found) == (journal, ())
    assert (tmp_path / FILE).stat().st_size <= size
    Results(tmp_path).save_room(replace(stays, code=gone.code))
    assert erase(tmp_path, Chosen({gone.code}, rooms=True, results=True)).found == ()
    assert holding(tmp_path, f"{NOTE}-b") == [f"{NOTE}-b"]


def test_a_room_and_its_results_can_go_one_without_the_other(tmp_path: Path) -> None:
    """Of a room's results there stay a code and a day to read them by, and nothing that anyone wrote; a room without its results can be gone on with."""
    room = a_room(tmp_path)
    runs = Results(tmp_path).runs(room.code)
    bare = RoomRecord(room.code, room.workshop, room.opened_on, room.policy, room.capacity, ended=True)

    for chosen, gone, rooms_left, runs_left in (
        (Chosen(None, rooms=True), ABOUT_A_ROOM, [bare], runs),
        (Chosen({room.code}, results=True), PUBLISHED, [room], []),
    ):
        a_room(tmp_path)
        assert erase(tmp_path, chosen).found == ()
        assert holding(tmp_path, *gone) == []
        assert (Results(tmp_path).rooms(), Results(tmp_path).runs(room.code)) == (rooms_left, runs_left)


@pytest.mark.parametrize("passphrase", ["", "a long walk"])
def test_the_journal_goes_by_itself(tmp_path: Path, passphrase: str) -> None:
    """Locked or not, the journal goes with the progress, and rooms stay; a copy of it is named, though nobody could read it."""
    room = a_room(tmp_path)
    study(tmp_path, passphrase)
    copy = tmp_path / "backup" / "journal (copy).json"
    copy.parent.mkdir()
    copy.write_bytes((tmp_path / JOURNAL).read_bytes())

    erased = erase(tmp_path, Chosen(journal=True))

    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup", FILE]
    assert Results(tmp_path).rooms() == [room]
    assert erased.found == (copy,)


# The search afterwards


def test_what_is_not_the_kits_is_left_alone_and_a_copy_is_found(tmp_path: Path) -> None:
    """Other things in the folder stay as they are; those that hold a room's code, its note or what was published are named."""
    room = a_room(tmp_path)
    wish, fears = (run.published for run in Results(tmp_path).runs(room.code)[:2])
    assert wish
    assert fears
    held = {
        "code.txt": f"The room was {room.code}.".encode(),
        "contact.txt": f"Call {room.local_contact}".encode(),
        "notes.json": json.dumps(room.notes).encode(),
        "fears.json": json.dumps(fears.to_dict()).encode(),
        "wish.json": json.dumps(wish.to_dict()).encode(),
        "all.sqlite": (tmp_path / FILE).read_bytes(),
        "letter.txt": b"Dear all, the evening was good. Which of these feel familiar?",
        "photographs/summer.raw": bytes(range(256)) * 20,
    }
    (tmp_path / "photographs").mkdir()
    for name, content in held.items():
        (tmp_path / name).write_bytes(content)

    erased = erase(tmp_path, EVERYTHING)

    assert [each.name for each in erased.found] == sorted(set(held) - {"letter.txt", "photographs/summer.raw"})
    assert {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == held


@pytest.mark.skipif(not MEMORY.exists(), reason="This system has no file that nobody can read from its beginning.")
def test_a_file_that_cannot_be_searched_is_named(tmp_path: Path) -> None:
    """What cannot be read is not said to be clean."""
    a_room(tmp_path)
    unreadable = tmp_path / "unreadable"
    unreadable.symlink_to(MEMORY)

    assert erase(tmp_path, EVERYTHING).unread == (unreadable,)


# What is refused


def test_what_cannot_be_chosen_is_refused_and_nothing_goes(tmp_path: Path) -> None:
    """For a code that no room has, and from a file that cannot be read and of which something is to stay, nothing goes, the journal neither."""
    a_room(tmp_path)
    study(tmp_path)

    def refused(chosen: Chosen, fault: type[Exception], words: str) -> None:
        before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
        with pytest.raises(fault, match=words):
            erase(tmp_path, replace(chosen, journal=True))
        assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before

    refused(Chosen({OTHER}, rooms=True, results=True), Unknown, "no_room_of_code")
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("UPDATE runs SET document = '{}'")
        file.commit()
    for chosen in (Chosen({TUESDAY.code}, rooms=True, results=True), Chosen(None, results=True), Chosen(None, rooms=True)):
        refused(chosen, SetupError, "disk.unusable")


# By themselves


def test_rooms_past_their_time_go(tmp_path: Path) -> None:
    """Rooms that were opened before a day go with all they hold; later ones, one that was cut short and one to go on with stay."""
    day = date(2025, 11, 4)
    assert erase_older(tmp_path, day) == 0
    assert list(tmp_path.iterdir()) == []
    a_room(tmp_path, "PASTPA", "-past", day - timedelta(days=1))
    a_room(tmp_path, "TODAYX", "-today", day)
    a_room(tmp_path, "CUTSHT", "-cut", day - timedelta(days=9), ended=False)
    a_room(tmp_path, "GQESQN", "-on", day - timedelta(days=9))

    assert erase_older(tmp_path, day, but="GQESQN") == 1

    assert [room.code for room in Results(tmp_path).rooms()] == ["CUTSHT", "GQESQN", "TODAYX"]
    assert holding(tmp_path, "PASTPA", f"{NOTE}-past", f"{LINE}-past") == []
    assert erase_older(tmp_path, day, but="GQESQN") == 0


def test_a_room_that_is_ended_from_outside_leaves_nothing_live(tmp_path: Path) -> None:
    """Of a room that was killed and is ended by the next start, no door, no seats, no timer and no time of day stay."""
    plan = material.read().plan("evening")
    live: dict[str, Any] = {"stage": "break", "ends_at": 1_762_283_979, "locked": True, "seats": 11}
    live |= {"phone_tried": True, "stage_opened": True, "people": 11, "heads": 11, "by_card": True, "key": "5e" * 16}
    live |= {"former_keys": ("5f" * 16,), "left": ("a hash",), "cards": {"a hash": "seated"}}
    assert set(live) == set(AT_REST)
    agenda = Agenda.of(plan).go_to(1, 1_762_283_977.5).to_dict()
    results = Results(tmp_path)
    results.save_room(replace(TUESDAY, section="06", notes={"06": NOTE}, agenda=agenda, ended=False, **live))

    results.end_rooms()

    room = results.room(TUESDAY.code)
    assert room
    assert room.agenda
    assert {name: getattr(room, name) for name in live} == AT_REST
    assert (room.ended, room.section, room.notes) == (True, "06", {"06": NOTE})
    assert replace(Agenda.from_dict(room.agenda), entries=()) == replace(Agenda.of(plan), entries=())
    assert holding(tmp_path, "1762283977.5") == []
