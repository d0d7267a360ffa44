"""Erasing: what goes is in no byte of the folder any more, what stays is whole, and the words say what nobody can promise."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.test_results import FEARS, LOUDEST, TUESDAY, WISH, asked
from tests.world import ROOT, RunningRoom, environment
from workshop_kit import connection, material
from workshop_kit.agenda import Agenda
from workshop_kit.cli.erase import erase_past_keeping
from workshop_kit.connection import FOLDER_VARIABLE, Connection
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.erasing import PROGRESS, UNREACHED, Chosen, erase, erase_older, kept
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.journal import FILE as JOURNAL
from workshop_kit.journal import Entry, Journal
from workshop_kit.notebook import progress
from workshop_kit.polls import Tally
from workshop_kit.results import AT_REST, FILE, Results, RoomRecord

COMMAND: Final = "from workshop_kit.cli import main; main()"
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
    lines = [f"{LINE}{marked}-{number}" for number in range(12)]
    choices = [random_choice(Random(number)) for number in range(12)]
    agenda = {"plan": "evening", "meeting": 0, "current": 1, "began_s": 1_762_283_977.5, "block_began_s": 1_762_283_978.5, "entries": []}
    room = replace(
        TUESDAY,
        code=code,
        opened_on=day,
        local_contact=CONTACT + marked,
        plan="evening",
        agenda={**agenda, "marked": marked, "minutes": BLOCK},
        notes={"06": NOTE + marked},
        section="06",
        seats=11,
        ended=ended,
    )
    runs = [
        asked(1, WISH, ROOM, "revealed", publish(Tally.of(WISH, lines), ROOM)),
        asked(2, FEARS, ROOM, "closed", publish(Tally.of(FEARS, choices), ROOM)),
        asked(3, LOUDEST),
    ]
    Results(folder).save_room(room, *runs)
    return room


def random_choice(random: Random) -> list[object]:
    return [option.id for option in FEARS.options if random.random() < 0.5]


def study(folder: Path, passphrase: str = "") -> None:
    """Leave what somebody leaves who studies alone."""
    Journal(folder).add(Entry("06", date(2025, 11, 5), "What guards you?", ENTRY), passphrase)
    progress.Progress(folder).finish("06", date(2025, 11, 5))


def holding(folder: Path, *traces: str) -> list[str]:
    """Return which traces can be found in any byte of any file below a folder."""
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    return [trace for trace in traces if any(trace.encode() in content for content in contents)]


def run(folder: Path, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    """Type `workshop-kit erase` with some arguments, and then something to be asked for."""
    command = [sys.executable, "-c", COMMAND, "erase", *arguments]
    variables = {**environment(), FOLDER_VARIABLE: str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=variables, input=typed, capture_output=True, text=True, check=False)


# Everything


def test_after_erasing_all_no_byte_is_left(tmp_path: Path) -> None:
    """Of two rooms with all they hold, a journal and a progress, no trace is in any file, and no file of the kit is left."""
    first, second = a_room(tmp_path), a_room(tmp_path, OTHER, "-b", ended=False)
    study(tmp_path)
    traces = [first.code, second.code, *ABOUT_A_ROOM, *PUBLISHED, ENTRY, "06"]
    assert holding(tmp_path, *traces) == traces

    erased = erase(tmp_path, EVERYTHING)

    assert holding(tmp_path, *traces) == []
    assert list(tmp_path.iterdir()) == []
    assert (erased.found, erased.unread) == ((), ())
    assert len(erased.before.rooms) == 2
    assert kept(tmp_path).is_nothing


def test_what_a_crash_left_behind_goes_as_well(tmp_path: Path) -> None:
    """Half-written files, SQLite's own journal and the way to a room that was killed are gone with the rest."""
    room = a_room(tmp_path)
    Connection("http://127.0.0.1:9", "secret", "http://127.0.0.1:9", room.code).write(tmp_path)
    for name in (".connection-abc", f"{FILE}-journal", f".{JOURNAL}-abc", f".{PROGRESS}-abc", f".{FILE}-abc"):
        (tmp_path / name).write_text(f"{room.code} {NOTE}" if name != f"{FILE}-journal" else "")

    erase(tmp_path, EVERYTHING)

    assert list(tmp_path.iterdir()) == []


def test_what_is_not_the_kits_is_left_alone(tmp_path: Path) -> None:
    """Somebody who keeps rooms in a folder with other things in it finds the other things there."""
    a_room(tmp_path)
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "summer.raw").write_bytes(Random(1).randbytes(5000))
    (tmp_path / "letter.txt").write_text("Dear all")

    erased = erase(tmp_path, EVERYTHING)

    assert sorted(each.name for each in tmp_path.rglob("*")) == ["letter.txt", "photographs", "summer.raw"]
    assert erased.found == ()


@pytest.mark.parametrize("harm", [b"Dear diary, today I was a text file. " * 50, b""])
def test_a_damaged_file_goes_too(tmp_path: Path, harm: bytes) -> None:
    """A file that nobody can read any more is overwritten and removed as a whole."""
    a_room(tmp_path)
    (tmp_path / FILE).write_bytes(harm)

    erase(tmp_path, EVERYTHING)

    assert list(tmp_path.iterdir()) == []


def test_erasing_where_nothing_is_makes_nothing(tmp_path: Path) -> None:
    """An empty folder is as empty afterwards."""
    assert kept(tmp_path).is_nothing

    erase(tmp_path, EVERYTHING)

    assert list(tmp_path.iterdir()) == []


def test_the_name_of_the_progress_file_is_the_notebooks() -> None:
    """The erasing of progress goes to the file that the notebooks write."""
    assert PROGRESS == progress.FILE


# One thing and not the other


def test_one_room_goes_and_the_other_stays_whole(tmp_path: Path) -> None:
    """Of the erased room no byte is left, and the other room, its results and the journal are what they were."""
    gone, stays = a_room(tmp_path), a_room(tmp_path, OTHER, "-b")
    study(tmp_path)
    journal, runs = (tmp_path / JOURNAL).read_bytes(), Results(tmp_path).runs(OTHER)
    size = (tmp_path / FILE).stat().st_size

    erased = erase(tmp_path, Chosen({gone.code}, rooms=True, results=True))

    assert holding(tmp_path, gone.code, f'{NOTE}"', f"{LINE}-1", f'"marked": "", "minutes": {BLOCK}') == []
    assert Results(tmp_path).rooms() == [stays]
    assert Results(tmp_path).runs(OTHER) == runs
    assert (tmp_path / JOURNAL).read_bytes() == journal
    assert erased.found == ()
    assert (tmp_path / FILE).stat().st_size <= size


def test_results_can_stay_when_their_room_goes(tmp_path: Path) -> None:
    """What was published is still there, with a code and a day to read it by; nothing that anyone wrote is."""
    room = a_room(tmp_path)
    runs = Results(tmp_path).runs(room.code)

    erased = erase(tmp_path, Chosen(None, rooms=True))

    assert holding(tmp_path, *ABOUT_A_ROOM) == []
    assert Results(tmp_path).runs(room.code) == runs
    assert Results(tmp_path).rooms() == [RoomRecord(room.code, room.workshop, room.opened_on, room.policy, room.capacity, ended=True)]
    assert erased.found == ()


def test_a_room_can_stay_when_its_results_go(tmp_path: Path) -> None:
    """What was asked and published is in no byte any more, and the room can be gone on with."""
    room = a_room(tmp_path)

    erased = erase(tmp_path, Chosen({room.code}, results=True))

    assert holding(tmp_path, *PUBLISHED) == []
    assert Results(tmp_path).rooms() == [room]
    assert Results(tmp_path).runs(room.code) == []
    assert erased.found == ()


@pytest.mark.parametrize("passphrase", ["", "a long walk"])
def test_the_journal_goes_by_itself(tmp_path: Path, passphrase: str) -> None:
    """Locked or not, the journal goes with the progress, and rooms stay."""
    room = a_room(tmp_path)
    study(tmp_path, passphrase)

    erased = erase(tmp_path, Chosen(journal=True))

    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert Results(tmp_path).rooms() == [room]
    assert erased.found == ()


def test_a_locked_journal_that_was_copied_is_found(tmp_path: Path) -> None:
    """A copy in the folder is no file of the kit, so it stays; it is named, though nobody could read it."""
    study(tmp_path, "a long walk")
    copy = tmp_path / "backup" / "journal (copy).json"
    copy.parent.mkdir()
    copy.write_bytes((tmp_path / JOURNAL).read_bytes())

    assert erase(tmp_path, EVERYTHING).found == (copy,)


def test_a_copy_of_a_result_is_found(tmp_path: Path) -> None:
    """The search afterwards bites: a file that holds a room's code, its note or what was published is named."""
    room = a_room(tmp_path)
    [wish, fears, _] = Results(tmp_path).runs(room.code)
    assert wish.published is not None
    assert fears.published is not None
    held = {
        "code.txt": f"The room was {room.code}.",
        "contact.txt": f"Call {room.local_contact}",
        "notes.json": json.dumps(room.notes),
        "fears.json": json.dumps(fears.published.to_dict()),
        "wish.json": json.dumps(wish.published.to_dict()),
        "all.sqlite": "",
        "letter.txt": "Dear all, the evening was good. Which of these feel familiar?",
    }
    for name, content in held.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "all.sqlite").write_bytes((tmp_path / FILE).read_bytes())

    erased = erase(tmp_path, EVERYTHING)

    assert [each.name for each in erased.found] == sorted(set(held) - {"letter.txt"})


def test_what_two_rooms_share_is_not_searched_for(tmp_path: Path) -> None:
    """A contact and a plan that both rooms have stay with the room that stays, and are no sign that the other is still there."""
    gone = a_room(tmp_path)
    Results(tmp_path).save_room(replace(gone, code=OTHER))

    erased = erase(tmp_path, Chosen({gone.code}, rooms=True, results=True))

    assert erased.found == ()
    assert holding(tmp_path, NOTE) == [NOTE]


@pytest.mark.skipif(not MEMORY.exists(), reason="This system has no file that nobody can read from its beginning.")
def test_a_file_that_cannot_be_searched_is_named(tmp_path: Path) -> None:
    """What cannot be read is not said to be clean."""
    a_room(tmp_path)
    unreadable = tmp_path / "unreadable"
    unreadable.symlink_to(MEMORY)

    assert erase(tmp_path, EVERYTHING).unread == (unreadable,)


def test_an_unknown_room_is_refused_and_nothing_goes(tmp_path: Path) -> None:
    """A code that no room has is said plainly, and the journal that was to go with it is still there."""
    room = a_room(tmp_path)
    study(tmp_path)

    with pytest.raises(Unknown, match="no room with this code"):
        erase(tmp_path, Chosen({OTHER}, rooms=True, results=True, journal=True))

    assert Results(tmp_path).rooms() == [room]
    assert Journal(tmp_path).exists


@pytest.mark.parametrize("chosen", [Chosen({TUESDAY.code}, rooms=True, results=True), Chosen(None, results=True), Chosen(None, rooms=True)])
def test_a_damaged_file_of_which_something_is_to_stay_is_left_as_it_is(tmp_path: Path, chosen: Chosen) -> None:
    """From a file that cannot be read no single room can be taken; it is left as it is, and so is the journal."""
    a_room(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("UPDATE runs SET published = '{'")
        file.commit()
    study(tmp_path)
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(SetupError, match="cannot be read"):
        erase(tmp_path, replace(chosen, journal=True))

    assert (tmp_path / FILE).read_bytes() == before
    assert Journal(tmp_path).exists


# By themselves


def test_rooms_past_their_time_go(tmp_path: Path) -> None:
    """Rooms that were opened before a day go with all they hold; later ones, one that was cut short and one to go on with stay."""
    day = date(2025, 11, 4)
    a_room(tmp_path, "PASTPA", "-past", day - timedelta(days=1))
    a_room(tmp_path, "TODAYX", "-today", day)
    a_room(tmp_path, "CUTSHT", "-cut", day - timedelta(days=9), ended=False)
    a_room(tmp_path, "GQESQN", "-on", day - timedelta(days=9))

    assert erase_older(tmp_path, day, but="GQESQN") == 1

    assert [room.code for room in Results(tmp_path).rooms()] == ["CUTSHT", "GQESQN", "TODAYX"]
    assert holding(tmp_path, "PASTPA", f"{NOTE}-past", f"{LINE}-past") == []
    assert erase_older(tmp_path, day, but="GQESQN") == 0


def test_starting_with_a_keeping_time_says_what_it_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line says how many rooms went; where none had to, nothing is said."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    a_room(tmp_path, day=date.today() - timedelta(days=31))
    a_room(tmp_path, OTHER, "-b", day=date.today() - timedelta(days=29))

    for _ in range(2):
        erase_past_keeping(30, None)

    assert capsys.readouterr().out == "Erased 1 room with all its results, opened more than 30 days ago.\n"
    assert [room.code for room in Results(tmp_path).rooms()] == [OTHER]


def test_where_there_are_no_results_nothing_is_past_its_time(tmp_path: Path) -> None:
    """Looking for old rooms makes no file."""
    assert erase_older(tmp_path, date(2025, 11, 4)) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_room_that_is_ended_from_outside_leaves_nothing_live(tmp_path: Path) -> None:
    """Of a room that was killed and is ended by the next start, no door, no seats, no timer and no time of day stay."""
    plan = material.read().plan("evening")
    led = Agenda.of(plan).go_to(1, 1_762_283_977.5)
    told: dict[str, Any] = {"section": "06", "notes": {"06": NOTE}, "agenda": led.to_dict()}
    live: dict[str, Any] = {
        "stage": "break",
        "ends_at": 1_762_283_979,
        "locked": True,
        "seats": 11,
        "phone_tried": True,
        "stage_opened": True,
    }
    assert set(live) == set(AT_REST)
    results = Results(tmp_path)
    results.save_room(replace(TUESDAY, **told, **live))

    results.end_rooms()

    room = results.room(TUESDAY.code)
    assert room is not None
    assert room.agenda is not None
    assert {name: getattr(room, name) for name in live} == AT_REST
    assert (room.ended, room.section, room.notes) == (True, "06", {"06": NOTE})
    assert replace(Agenda.from_dict(room.agenda), entries=()) == replace(Agenda.of(plan), entries=())
    assert holding(tmp_path, "1762283977.5") == []


# The command


def test_by_itself_the_command_explains_and_changes_nothing(tmp_path: Path) -> None:
    """Without a choice it lists rooms with their days, and what else there is, and says how to erase it."""
    a_room(tmp_path)
    study(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}

    said = run(tmp_path).stdout

    assert "K7PMQ4  opened 4 November 2025, 2 results" in said
    assert "the journal of self-study" in said
    assert "--room CODE" in said
    assert "Nothing has been erased." in said
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_the_command_asks_first(tmp_path: Path) -> None:
    """It says what goes and that it cannot be undone; only a yes lets it."""
    a_room(tmp_path)

    refused = run(tmp_path, "--room", "k7pmq4", typed="\n")
    assert "This erases 1 room and 2 results. It cannot be undone. Go on?" in refused.stdout
    assert refused.returncode == 1
    assert len(Results(tmp_path).rooms()) == 1

    done = run(tmp_path, "--room", "k7pmq4", typed="y\n")
    assert done.returncode == 0, done.stderr
    assert Results(tmp_path).rooms() == []


def test_the_command_says_what_it_removed_and_what_it_cannot_reach(tmp_path: Path) -> None:
    """After erasing: what went, that it was searched for, and that backups, swap and worn parts of an SSD are out of reach."""
    a_room(tmp_path)
    study(tmp_path)

    said = " ".join(run(tmp_path, "--all", "--yes").stdout.split())

    assert "Erased: 1 room, 2 results, the journal and the progress of self-study." in said
    assert "none of it was found" in said
    assert UNREACHED in said
    assert all(word in UNREACHED for word in ("backups", "SSD", "swap", "exports", "browser"))
    assert list(tmp_path.iterdir()) == []


def test_where_results_stay_the_command_says_what_goes_of_the_rooms(tmp_path: Path) -> None:
    """A room whose results stay is still known by its code, so it is not called erased."""
    a_room(tmp_path)

    assert "Erased: what was written about 1 room.\n" in run(tmp_path, "--all", "--no-results", "--yes").stdout


def test_the_command_names_what_is_left(tmp_path: Path) -> None:
    """A copy that somebody made in the folder is named, and left to them."""
    a_room(tmp_path)
    copy = tmp_path / "copy.sqlite"
    copy.write_bytes((tmp_path / FILE).read_bytes())

    said = run(tmp_path, "--all", "--yes").stdout

    assert f"still hold some of it. The kit did not make them, or they are copies; remove them yourself:\n  {copy}" in said
    assert "none of it was found" not in said


@pytest.mark.parametrize(
    ("arguments", "stay"),
    [
        (["--all", "--no-journal"], [JOURNAL, PROGRESS]),
        (["--all", "--no-results"], [FILE]),
        (["--all", "--no-rooms"], [FILE]),
        (["--all", "--no-rooms", "--no-results"], [FILE]),
        (["--journal"], [FILE]),
        (["--room", "K7PMQ4"], [FILE, JOURNAL, PROGRESS]),
        (["--room", "K7PMQ4", "--journal"], [FILE]),
    ],
)
def test_each_part_has_its_own_switch(tmp_path: Path, arguments: list[str], stay: list[str]) -> None:
    """What a switch keeps is there afterwards, and nothing else is."""
    a_room(tmp_path)
    study(tmp_path)

    done = run(tmp_path, *arguments, "--yes")

    assert done.returncode == 0, done.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(stay)
    assert (holding(tmp_path, LINE) == []) == ("--no-results" not in arguments and arguments != ["--journal"])
    assert (holding(tmp_path, NOTE) == []) == ("--no-rooms" not in arguments and arguments != ["--journal"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--room", "K7PMQ4", "--all"], "Choose one room with --room, or all of them with --all."),
        (["--results"], "Say which rooms: one with --room CODE, or all of them with --all."),
        (["--room", OTHER, "--yes"], "There is no room with this code here. The codes of your rooms are listed by: workshop-kit erase"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    """One sentence, exit code 2, and nothing is erased."""
    a_room(tmp_path)

    refused = run(tmp_path, *arguments)

    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", sentence + "\n")
    assert len(Results(tmp_path).rooms()) == 1


def test_nothing_is_erased_while_a_room_is_running(room_server: RunningRoom) -> None:
    """A room that is running would write itself again, so the command says where to end it, and touches nothing."""
    refused = run(room_server.folder, "--all", "--yes")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "so nothing was erased. End it with Ctrl-C" in refused.stderr
    assert (room_server.folder / FILE).exists()
    assert (room_server.folder / connection.FILE).exists()
