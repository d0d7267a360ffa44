"""All that is ever written: results and journals come back as they were, what is thrown away is gone, and nothing points at a person."""

import base64
import json
import os
import re
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kept import FAR, FEARS, GUARDING, KINDS, LOUDEST, TUESDAY, WEIGHT, WISH, asked, disk_that_refuses_run, published
from tests.world import disk_that_refuses, environment
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, publish
from workshop_kit.errors import SetupError
from workshop_kit.journal import FILE as JOURNAL_FILE
from workshop_kit.journal import Entry, Journal, UnreadableJournal, WrongPassphrase, markdown, packed, unpacked
from workshop_kit.polls import Poll, Tally
from workshop_kit.results import FILE, SCHEMA, Phase, Results, RoomRecord, Run


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """Return the results of a folder in which one room was opened."""
    kept = Results(tmp_path)
    kept.save_room(TUESDAY)
    return kept


@pytest.fixture
def looked_into(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Yield the file as somebody sees it who opens it with another program."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        yield connection


# ---- results come back ----------------------------------------------------------------------------------------------------

words = st.text()
some_words, yes_or_no = st.one_of(st.none(), words), st.booleans()
rooms = st.builds(
    RoomRecord,
    code=st.just("K7PMQ4"),
    policy=st.sampled_from([ROOM, TOGETHER, WEBINAR, Policy(8, 3)]),
    capacity=st.integers(1, 500),
    agenda=st.one_of(st.none(), st.just({"plan": "evening", "began_s": 7.5})),
    notes=st.dictionaries(words, words, max_size=3),
    ends_at=st.one_of(st.none(), st.integers(0, 2**33)),
    seats=st.integers(0, 500),
    **dict.fromkeys(("country", "local_contact", "plan", "section"), some_words),
    **dict.fromkeys(("simulated", "locked", "phone_tried", "stage_opened", "ended"), yes_or_no),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rooms)
def test_a_room_comes_back_as_it_was(results: Results, room: RoomRecord) -> None:
    """Whatever is kept of a room is there again, unchanged, and a room is kept once however often it is saved."""
    results.save_room(room)

    assert results.room("K7PMQ4") == room
    assert results.unfinished_room() == (None if room.ended else room)


@settings(max_examples=90, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from(KINDS), st.sampled_from([ROOM, TOGETHER]), st.integers(0, 30))
def test_a_result_comes_back_as_it_was(results: Results, seed: int, poll: Poll, policy: Policy, people: int) -> None:
    """Shown, too few or too alike: every result is read back equal to the one that was stored."""
    run = asked(1, poll, policy, "closed", published(Random(seed), poll, policy, people))

    results.save_runs("K7PMQ4", run)

    assert results.runs("K7PMQ4") == [run]


def test_everything_comes_back_after_a_restart(tmp_path: Path, results: Results) -> None:
    """A second program on the same folder finds the room and its runs, in the order in which they were asked, and no other room's."""
    random = Random(2)
    runs = [
        Run(1, FEARS, ROOM, 1, "revealed", None, published(random, FEARS)),
        Run(2, LOUDEST, ROOM, 2, "discarded"),
        Run(3, GUARDING, TOGETHER, 3, "closed", None, published(random, GUARDING, TOGETHER)),
        Run(4, WEIGHT, TOGETHER, 3, "revealed", None, published(random, WEIGHT, TOGETHER)),
        Run(9, FEARS, ROOM, 9, "closed", 1, published(random, FEARS)),
        Run(10, FEARS, Policy(9, 4), 10, before=9),
    ]
    other, its_first = replace(TUESDAY, code="WXYZ23", ended=True), asked(1, LOUDEST)
    results.save_room(other, its_first)
    for run in reversed(runs):
        results.save_runs("K7PMQ4", run)

    again = Results(tmp_path)

    assert (again.room("K7PMQ4"), again.runs("K7PMQ4")) == (TUESDAY, runs)
    assert (again.room("WXYZ23"), again.runs("WXYZ23")) == (other, [its_first])
    assert (again.room("NOBODY"), again.runs("NOBODY")) == (None, [])


def test_a_run_that_is_being_read_is_kept_as_open(tmp_path: Path, results: Results) -> None:
    """Comments are nowhere on the disk, so a run whose comments are being read comes back open, for the pages to hand theirs in anew."""
    reading = asked(1, WISH, ROOM, "reading")
    results.save_runs("K7PMQ4", reading)

    assert Results(tmp_path).runs("K7PMQ4") == [replace(reading, phase="open")]
    assert b"reading" not in (tmp_path / FILE).read_bytes()


def test_some_runs_and_their_room_are_kept_at_one_stroke(results: Results) -> None:
    """A room and several runs of it, new ones and known ones, are kept by one act."""
    results.save_runs("K7PMQ4", asked(1, FEARS))
    moved, closed, new = replace(TUESDAY, stage="break"), asked(1, FEARS, ROOM, "closed"), Run(2, WEIGHT, ROOM, 2)

    results.save_room(moved, closed, new)

    assert results.room("K7PMQ4") == moved
    assert results.runs("K7PMQ4") == [closed, new]


@pytest.mark.parametrize("refused", [1, 2, 3])
@pytest.mark.parametrize("room", [None, replace(TUESDAY, stage="break")], ids=["alone", "with their room"])
def test_of_several_runs_all_are_kept_or_none(tmp_path: Path, results: Results, refused: int, room: RoomRecord | None) -> None:
    """Whichever of three runs the file does not take, none of the three is there, and the room is where it was."""
    runs = [Run(number, poll, ROOM, 1) for number, poll in enumerate((FEARS, LOUDEST, FAR), start=1)]

    with disk_that_refuses_run(tmp_path, refused), pytest.raises(SetupError):
        results.save_room(room, *runs) if room else results.save_runs("K7PMQ4", *runs)

    assert results.runs("K7PMQ4") == []
    assert results.room("K7PMQ4") == TUESDAY


def test_a_room_that_was_cut_short_is_found_again(results: Results) -> None:
    """A room that was never ended is the unfinished one, until all rooms are ended, which leaves them and their results in place."""
    results.save_room(replace(TUESDAY, code="WXYZ23"))
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(1), FEARS)))
    assert results.unfinished_room() == TUESDAY

    results.end_rooms()

    assert results.unfinished_room() is None
    assert results.room("K7PMQ4") == replace(TUESDAY, ended=True)
    assert len(results.runs("K7PMQ4")) == 1


def test_a_run_without_its_room_is_not_kept(results: Results) -> None:
    """A run of a room that is not there is refused, so no result is ever left without the room it belongs to."""
    with pytest.raises(SetupError):
        results.save_runs("NOBODY", asked(1, FEARS))

    assert results.runs("NOBODY") == []


# ---- what is on the disk, and what is not -------------------------------------------------------------------------------


def test_no_column_is_about_a_person(results: Results, looked_into: sqlite3.Connection) -> None:
    """The tables have the columns listed here and no other: no seat, no time of day, no address, no answer."""
    rows = looked_into.execute(
        "SELECT m.name, c.name || ' ' || c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type IN ('table', 'view')"
    )
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)

    assert {table: ", ".join(each) for table, each in columns.items()} == {
        "schema": "version INTEGER",
        # Only the facilitator's own words and times are in it: whom to turn to, notes, when a part or the timer was begun.
        "rooms": "code VARCHAR(6), workshop VARCHAR, opened_on DATE, floor INTEGER, cell INTEGER, capacity INTEGER, simulated BOOLEAN, "
        "country VARCHAR, local_contact VARCHAR, plan VARCHAR, agenda TEXT, notes TEXT, section VARCHAR, stage VARCHAR, ends_at INTEGER, "
        # Seats are how many there are, not which; a phone was tried if any page ever asked for one.
        "locked BOOLEAN, seats INTEGER, phone_tried BOOLEAN, stage_opened BOOLEAN, ended BOOLEAN",
        "runs": "room VARCHAR(6), number INTEGER, poll TEXT, floor INTEGER, cell INTEGER, phase VARCHAR, together INTEGER, before INTEGER, "
        "published TEXT",
    }


def test_no_name_in_the_schema_smells_of_a_person(results: Results, looked_into: sqlite3.Connection) -> None:
    """No table, column, index, trigger or default is called after an answer, a seat, a time, an address or a device."""
    written = " ".join(sql for (sql,) in looked_into.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    # The one column about a time is listed above, and is about the stage.
    words = set(re.findall(r"[a-z]+", written.lower().replace("ends_at", "", 1)))

    forbidden = {"answer", "answers", "ballot", "vote", "seat", "token", "participant", "person", "user", "email"}
    forbidden |= {"time", "timestamp", "datetime", "created", "updated", "at", "address", "ip", "agent", "device", "cookie", "rowversion"}
    assert words & forbidden == set()


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    """The file's permissions are 0600, whatever the process's own are, before and after something is written."""
    generous = os.umask(0)
    try:
        kept = Results(tmp_path)
        modes = [stat.S_IMODE((tmp_path / FILE).stat().st_mode)]
        kept.save_room(TUESDAY)
        modes.append(stat.S_IMODE((tmp_path / FILE).stat().st_mode))
    finally:
        os.umask(generous)

    assert modes == [0o600, 0o600]


def test_a_timer_leaves_no_time_behind(tmp_path: Path, results: Results) -> None:
    """When the timer is taken away, the time at which it would have ended is in no byte of the file."""
    ends_at = 1_762_283_977
    results.save_room(replace(TUESDAY, ends_at=ends_at))
    before = (tmp_path / FILE).read_bytes()

    results.save_room(TUESDAY)

    assert ends_at.to_bytes(4, "big") in before
    assert ends_at.to_bytes(4, "big") not in (tmp_path / FILE).read_bytes()


def test_there_is_one_file_and_no_log_beside_it(tmp_path: Path, results: Results) -> None:
    """No journal and no write-ahead log stays behind, in which earlier versions of a row would live on."""
    phases: tuple[Phase, ...] = ("open", "reading", "closed", "discarded")
    for phase in phases:
        results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, phase), asked(2, WISH, ROOM, phase))

    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_what_is_discarded_is_gone_from_the_bytes_of_the_file(tmp_path: Path, results: Results) -> None:
    """After a run is discarded, nothing of its result or of its comments can be found in the file, by whatever program."""
    canary = replace(FEARS, options=(replace(FEARS.options[0], label="Canary-of-the-label"), *FEARS.options[1:]))
    chosen = asked(2, canary, ROOM, "closed", published(Random(4), canary))
    written = asked(3, WISH, ROOM, "revealed", publish(Tally.of(WISH, [f"Canary-comment-{number}" for number in range(12)]), ROOM))
    results.save_runs("K7PMQ4", asked(1, LOUDEST), chosen, written)
    before = (tmp_path / FILE).read_bytes()

    for run in (chosen, written):
        results.save_runs("K7PMQ4", replace(run, phase="discarded", published=None))

    after = (tmp_path / FILE).read_bytes()
    traces = (b'"buckets"', b'"outcome"', b'"answered"', b'"fewest"', b"Canary-comment-")
    assert [trace for trace in traces if trace not in before] == []
    assert [trace for trace in traces if trace in after] == []
    assert before.count(b"Canary-of-the-label") > after.count(b"Canary-of-the-label") == 1  # the poll itself is still known


def test_a_large_discarded_result_is_gone_too(tmp_path: Path, results: Results) -> None:
    """A result that spilled over onto pages of its own is overwritten there as well."""
    long = replace(FEARS, options=tuple(replace(option, label=f"Canary {option.id} " * 400) for option in FEARS.options))
    run = asked(1, long, ROOM, "closed", published(Random(4), long))
    results.save_runs("K7PMQ4", run)
    before = (tmp_path / FILE).read_bytes()

    results.save_runs("K7PMQ4", replace(run, phase="discarded", published=None))

    after = (tmp_path / FILE).read_bytes()
    assert b'"fewest"' in before
    assert b'"fewest"' not in after
    # The poll says it 400 times and the result twice as often; a few are torn by the edges of pages.
    assert after.count(b"Canary hurt") <= 400 < 1100 < before.count(b"Canary hurt")


# ---- when something goes wrong ------------------------------------------------------------------------------------------

WRITES_UNTIL_KILLED: Final = """
import sys
from pathlib import Path
from random import Random
from tests.kept import FEARS, ROOM, asked, published
from workshop_kit.results import Results
kept, random, number = Results(Path(sys.argv[1])), Random(9), 0
while True:
    number += 1
    kept.save_runs("K7PMQ4", asked(number, FEARS, ROOM, "closed", published(random, FEARS)))
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL.")
@pytest.mark.parametrize("after", [1, 8])
def test_a_kill_while_writing_loses_nothing_that_was_kept(tmp_path: Path, results: Results, after: int) -> None:
    """Whatever was stored before the kill is there afterwards, whole; a run that was half written is not there at all."""
    command = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(tmp_path)]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(after)]
        writer.kill()
        told += [int(line) for line in writer.stdout.read().splitlines()]

    runs = Results(tmp_path).runs("K7PMQ4")

    random = Random(9)
    assert [run.number for run in runs] in (told, [*told, told[-1] + 1])
    assert [run.published for run in runs] == [published(random, FEARS) for _ in runs]


def of_version(file: Path, version: int) -> None:
    """Let a file say that another version of the kit has written it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE schema SET version = ?", [version])


def newer_and_different(file: Path) -> None:
    of_version(file, SCHEMA + 1)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("ALTER TABLE runs RENAME TO askings")


def overwritten(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[4096:] = Random(8).randbytes(len(whole) - 4096)
    file.write_bytes(whole)


HARMS: Final[dict[str, tuple[Callable[[Path], object], str]]] = {
    "newer": (lambda file: of_version(file, SCHEMA + 1), "newer workshop_kit. Update this one, or use another folder"),
    "newer and different": (newer_and_different, "newer workshop_kit"),
    "of a trial version": (lambda file: of_version(file, SCHEMA - 1), "trial version of workshop_kit, before its first release. "),
    "cut short": (lambda file: file.write_bytes(file.read_bytes()[:-5000]), "cannot be read"),
    "overwritten": (overwritten, "cannot be read"),
    "another kind of file": (lambda file: file.write_text("Dear diary, today I was a text file. " * 50), "cannot be read"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, results: Results, harm: str) -> None:
    """A damaged file, or one of another version, is refused in one sentence that names it and says what to do; no byte is changed."""
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(4), FEARS)))
    done, said = HARMS[harm]
    done(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(SetupError, match=said) as fault:
        all_of_it(Results(tmp_path))

    assert (tmp_path / FILE).read_bytes() == before
    assert str(tmp_path / FILE) in str(fault.value)
    assert "\n" not in str(fault.value)


def all_of_it(results: Results) -> list[Any]:
    """Read all that is kept."""
    return [results.room("K7PMQ4"), results.unfinished_room(), *results.runs("K7PMQ4")]


@pytest.mark.parametrize("column", ["published", "poll"])
def test_a_row_that_makes_no_sense_is_said_plainly(tmp_path: Path, results: Results, looked_into: sqlite3.Connection, column: str) -> None:
    """A row that some other program has spoilt is reported as a damaged file, in one sentence, not as a traceback."""
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(4), FEARS)))
    looked_into.execute(f"UPDATE runs SET {column} = ?", ['{"poll": '])
    looked_into.commit()

    with pytest.raises(SetupError, match="cannot be read"):
        Results(tmp_path).runs("K7PMQ4")


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_folder_that_cannot_be_used_is_said_plainly(tmp_path: Path, folder: str) -> None:
    """Where there is no folder to keep results in, one sentence says which file could not be opened."""
    (tmp_path / "file").write_text("")

    with pytest.raises(SetupError, match=re.escape(str(tmp_path / folder / FILE))):
        Results(tmp_path / folder)


def test_a_disk_that_refuses_changes_nothing_and_quotes_nothing(tmp_path: Path, results: Results) -> None:
    """A write that fails is one plain sentence without a word of what was to be written, and the next one succeeds."""
    run = asked(1, replace(FEARS, question="Canary?"), ROOM, "closed", published(Random(4), FEARS))
    with disk_that_refuses(tmp_path), pytest.raises(SetupError) as fault:
        results.save_runs("K7PMQ4", run)

    assert "Canary" not in str(fault.value)
    assert fault.value.__suppress_context__
    assert results.runs("K7PMQ4") == []
    results.save_runs("K7PMQ4", run)
    assert results.runs("K7PMQ4") == [run]


# ---- journals: the content of the file ------------------------------------------------------------------------------------

FIRST: Final = Entry("06 · Fears", date(2026, 3, 1), "Which one?", "canary-one\nand a second line", "canary-two")
SECOND: Final = Entry("07 · Roots", date(2026, 3, 2), "Where from?", "canary-three")
PASSPHRASE: Final = "heron copper stairs rain"
SALT, NONCE = bytes(range(16)), bytes(range(12))
LOCKED: Final = packed([FIRST, SECOND], PASSPHRASE, salt=SALT, nonce=NONCE)

some_entries = st.lists(st.builds(Entry, st.text(), st.dates(), st.text(), st.text(), st.text()), max_size=5)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Return a journal, not locked, in which something was written on one day."""
    journal = Journal(tmp_path)
    journal.add(FIRST)
    return journal


def files_in(folder: Path) -> dict[str, bytes]:
    """Return every file in a folder by its name."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@given(some_entries)
def test_what_is_packed_can_be_unpacked(entries: list[Entry]) -> None:
    """Whatever somebody wrote, in whatever letters, is read back as it was, in the order in which it was written."""
    assert list(unpacked(packed(entries, "", salt=SALT, nonce=NONCE))) == entries


@settings(max_examples=3)
@given(some_entries, st.text(min_size=1))
def test_what_is_locked_can_be_unlocked(entries: list[Entry], passphrase: str) -> None:
    """A locked journal is read back with its passphrase, whatever its letters."""
    assert list(unpacked(packed(entries, passphrase, salt=SALT, nonce=NONCE), passphrase)) == entries


def test_a_locked_journal_shows_no_words() -> None:
    """Neither a word that was written nor one of the material stands in a locked file, nor the passphrase."""
    inside = LOCKED + base64.b64decode(json.loads(LOCKED)["sealed"])

    assert not any(word in inside for word in (b"canary", b"Fears", b"2026", b"Which", b"heron"))


def test_two_keyboards_may_write_one_passphrase() -> None:
    """An accented letter opens the journal whether the keyboard sends it as one sign or as two."""
    locked = packed([FIRST], "caf\u00e9", salt=SALT, nonce=NONCE)

    assert unpacked(locked, "cafe\u0301") == (FIRST,)


@given(st.integers(min_value=0), st.integers(min_value=0, max_value=7))
def test_a_flipped_bit_never_changes_what_is_read(place: int, bit: int) -> None:
    """A damaged locked journal is refused, or reads exactly as before; it never reads as something else."""
    damaged = bytearray(LOCKED)
    damaged[place % len(LOCKED)] ^= 1 << bit

    with suppress(UnreadableJournal):
        assert unpacked(bytes(damaged), PASSPHRASE) == (FIRST, SECOND)


@given(st.integers(min_value=0))
def test_half_a_file_is_no_journal(length: int) -> None:
    """A file that was cut short is called damaged, locked or not, and never read as an empty journal."""
    for whole in (LOCKED, packed([FIRST], "", salt=SALT, nonce=NONCE)):
        with pytest.raises(UnreadableJournal):
            unpacked(whole[: length % len(whole)], PASSPHRASE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a journal",
        b"[]",
        b"{}",
        b'"journal"',
        b"\xff\xfe\x00",
        b'{"journal": 2, "entries": []}',
        b'{"journal": 1}',
        b'{"journal": 1, "entries": 7}',
        b'{"journal": 1, "entries": ["canary"]}',
        b'{"journal": 1, "entries": [{"section": "06", "prompt": "", "text": 7, "reflection": "", "day": "2026-03-01"}]}',
        b'{"journal": 1, "entries": [{"section": "06", "prompt": "", "text": "", "reflection": "", "day": "today"}]}',
        b'{"journal": 1, "sealed": "AAAA"}',
        b'{"journal": 1, "sealed": 7, "salt": "00", "nonce": "00", "digest": ""}',
    ],
)
def test_what_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """A damaged file, or one of another program or version, is refused in a sentence that repeats no word; nothing writes over it."""
    (tmp_path / JOURNAL_FILE).write_bytes(content)
    journal = Journal(tmp_path)
    acts: list[Callable[[], object]] = [
        journal.entries,
        lambda: journal.add(SECOND),
        lambda: journal.add(SECOND, PASSPHRASE),
        lambda: journal.reflect("canary"),
        lambda: journal.export(tmp_path / "journal.md"),
    ]

    for act in acts:
        with pytest.raises(UnreadableJournal, match="left as it is") as refused:
            act()
        assert "canary" not in str(refused.value)
        assert refused.value.__cause__ is None
    assert files_in(tmp_path) == {JOURNAL_FILE: content}


# ---- journals: the file ---------------------------------------------------------------------------------------------------


@contextmanager
def disk_that_is_full() -> Iterator[None]:
    """Let this process write no file of more than a few bytes for as long as this lasts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_entries_are_added_read_back_and_exported(tmp_path: Path, passphrase: str) -> None:
    """What is saved on two days is there, oldest first, in one file that only its owner may open; an export has all of it."""
    journal, target = Journal(tmp_path / "kit" / "folder"), tmp_path / "mine.md"
    assert (journal.exists, journal.is_locked, journal.entries()) == (False, False, ())

    journal.add(FIRST, passphrase)
    journal.add(SECOND, passphrase)
    journal.export(target, passphrase)

    assert journal.entries(passphrase) == (FIRST, SECOND)
    assert (journal.exists, journal.is_locked) == (True, bool(passphrase))
    assert [file.name for file in journal.file.parent.iterdir()] == [JOURNAL_FILE]
    assert (mode(journal.file), mode(journal.file.parent), mode(target)) == (0o600, 0o700, 0o600)
    assert target.read_text(encoding="utf-8") == (
        "# Journal\n\n## 06 · Fears\n\n*1 March 2026*\n\n> Which one?\n\ncanary-one\nand a second line\n\n*Looking back:*\n\ncanary-two\n\n"
        "## 07 · Roots\n\n*2 March 2026*\n\n> Where from?\n\ncanary-three\n"
    )


def test_a_reflection_goes_beneath_the_latest_entry(journal: Journal) -> None:
    """Looking back adds to what was written last and leaves what was written before."""
    journal.add(SECOND)

    journal.reflect("canary-four")

    assert journal.entries() == (FIRST, replace(SECOND, reflection="canary-four"))


@pytest.mark.parametrize("given_passphrase", ["", "heron copper stairs"])
def test_a_locked_journal_opens_with_its_passphrase_only(tmp_path: Path, given_passphrase: str) -> None:
    """With no passphrase or another one nothing is read, added, reflected on or exported, and the file stays as it is."""
    (tmp_path / JOURNAL_FILE).write_bytes(LOCKED)
    journal = Journal(tmp_path)
    acts: list[Callable[[], object]] = [
        lambda: journal.entries(given_passphrase),
        lambda: journal.add(SECOND, given_passphrase),
        lambda: journal.reflect("canary", given_passphrase),
        lambda: journal.export(tmp_path / "journal.md", given_passphrase),
    ]

    for act in acts:
        with pytest.raises(WrongPassphrase, match="passphrase") as refused:
            act()
        assert "heron" not in str(refused.value)
    assert files_in(tmp_path) == {JOURNAL_FILE: LOCKED}


def test_a_journal_can_be_locked_later(journal: Journal) -> None:
    """The first passphrase locks what was written before it too; no word stays readable in the folder."""
    journal.add(SECOND, PASSPHRASE)

    assert journal.is_locked
    assert b"canary" not in b"".join(files_in(journal.file.parent).values())
    assert journal.entries(PASSPHRASE) == (FIRST, SECOND)


def test_the_bytes_of_an_older_version_are_overwritten(journal: Journal) -> None:
    """When a journal is saved anew, nothing is left of it on the disk where it stood before."""
    size = journal.file.stat().st_size

    with journal.file.open("rb") as before:
        journal.add(SECOND)

        assert before.read() == bytes(size)


def test_a_backup_is_left_alone(tmp_path: Path, journal: Journal) -> None:
    """A second name for the same file, as some backups have it, keeps its words when the journal is saved anew."""
    backup = tmp_path / "backup"
    backup.hardlink_to(journal.file)

    journal.add(SECOND)

    assert unpacked(backup.read_bytes()) == (FIRST,)


def test_a_full_disk_costs_no_word(tmp_path: Path, journal: Journal) -> None:
    """Where a journal cannot be written whole, a sentence says so, what was saved before is there, and no half is left behind."""
    before = files_in(tmp_path)

    with disk_that_is_full(), pytest.raises(SetupError, match="could not be written"):
        journal.add(SECOND)

    assert files_in(tmp_path) == before


def test_a_folder_that_cannot_be_is_said_plainly(tmp_path: Path) -> None:
    """Where the folder cannot be made, saving says so in a sentence."""
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match="could not be written"):
        Journal(tmp_path / "file" / "folder").add(FIRST)


@pytest.mark.parametrize("content", [packed([FIRST], "", salt=SALT, nonce=NONCE), LOCKED], ids=["readable", "locked"])
def test_erasing_leaves_no_byte(tmp_path: Path, content: bytes) -> None:
    """After erasing, the file is gone, also one that a power cut left half written, and its place on the disk holds zeros; twice is fine."""
    journal = Journal(tmp_path)
    journal.file.write_bytes(content)
    (tmp_path / f".{JOURNAL_FILE}-x7").write_bytes(b"canary-five")

    with journal.file.open("rb") as before:
        journal.erase()

        assert before.read() == bytes(len(content))
    assert not journal.exists
    journal.erase()
    assert files_in(tmp_path) == {}


def test_what_cannot_be_erased_is_said(tmp_path: Path) -> None:
    """A journal that will not go, here because a folder stands in its place, is reported; nobody is told that it is gone."""
    (tmp_path / JOURNAL_FILE).mkdir()

    with pytest.raises(SetupError, match="could not be erased"):
        Journal(tmp_path).erase()


def test_an_export_overwrites_nothing(tmp_path: Path, journal: Journal) -> None:
    """A file that is there already stays as it is, and so does a folder of that name."""
    (tmp_path / "theirs.md").write_text("theirs", encoding="utf-8")

    for taken in (tmp_path / "theirs.md", tmp_path):
        with pytest.raises(SetupError, match="already"):
            journal.export(taken)
    assert (tmp_path / "theirs.md").read_text(encoding="utf-8") == "theirs"


def test_an_empty_journal_is_a_heading() -> None:
    """Where nothing was written, there is a heading and nothing below it."""
    assert markdown([]) == "# Journal\n"


def test_a_journal_knows_the_day_and_no_time(journal: Journal) -> None:
    """A journal says on which day something was written, as it was told, and never at what time; printed, an entry shows no words."""
    [written] = json.loads(journal.file.read_bytes())["entries"]

    assert written["day"] == "2026-03-01"
    assert sorted(written) == ["day", "prompt", "reflection", "section", "text"]
    assert "canary" not in f"{FIRST!r} {FIRST}"
