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
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kept import FAR, FEARS, GUARDING, KINDS, LOUDEST, TUESDAY, WEIGHT, WISH, asked, disk_that_refuses_run, published
from tests.world import environment
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, publish
from workshop_kit.disk.journal import FILE as JOURNAL_FILE
from workshop_kit.disk.journal import Entry, Journal, UnreadableJournal, WrongPassphrase, packed, unpacked
from workshop_kit.disk.rooms import AT_REST, FILE, SCHEMA, Phase, Results, RoomRecord, Run
from workshop_kit.errors import SetupError
from workshop_kit.polls import Poll, Tally
from workshop_kit.study.journal_card import markdown
from workshop_kit.words.catalog import language


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
    key=words,
    **dict.fromkeys(("former_keys", "left"), st.lists(words, max_size=3).map(tuple)),
    cards=st.dictionaries(words, st.sampled_from(["new", "expected", "seated"]), max_size=3),
    **dict.fromkeys(("country", "local_contact", "plan", "section"), some_words),
    **dict.fromkeys(("people", "heads"), st.one_of(st.none(), st.integers(0, 500))),
    **dict.fromkeys(("simulated", "locked", "by_card", "phone_tried", "stage_opened", "ended"), yes_or_no),
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
    """A second program finds the room and its runs in the order of asking, and no other room's; comments being read are to be handed in anew."""
    random = Random(2)
    runs = [
        Run(1, FEARS, ROOM, 1, "revealed", None, published(random, FEARS)),
        Run(2, LOUDEST, ROOM, 2, "discarded"),
        Run(3, GUARDING, TOGETHER, 3, "closed", None, published(random, GUARDING, TOGETHER)),
        Run(4, WEIGHT, TOGETHER, 3, "revealed", None, published(random, WEIGHT, TOGETHER)),
        Run(9, FEARS, ROOM, 9, "closed", 1, published(random, FEARS)),
        Run(10, FEARS, Policy(9, 4), 10, before=9),
        Run(11, WISH, ROOM, 11, "reading"),
    ]
    other, its_first = replace(TUESDAY, code="WXYZ23", ended=True), asked(1, LOUDEST)
    results.save_room(other, its_first)
    for run in reversed(runs):
        results.save_runs("K7PMQ4", run)
    with pytest.raises(SetupError):
        results.save_runs("NOBODY", its_first)

    again = Results(tmp_path)

    assert (again.room("K7PMQ4"), again.runs("K7PMQ4")) == (TUESDAY, [*runs[:-1], replace(runs[-1], phase="open")])
    assert (again.room("WXYZ23"), again.runs("WXYZ23")) == (other, [its_first])
    assert (again.room("NOBODY"), again.runs("NOBODY")) == (None, [])
    assert b"reading" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("refused", [1, 2, 3])
@pytest.mark.parametrize("room", [None, replace(TUESDAY, stage="break")], ids=["alone", "with their room"])
def test_of_several_runs_all_are_kept_or_none(tmp_path: Path, results: Results, refused: int, room: RoomRecord | None) -> None:
    """Whichever of three the file does not take, all is as before, and no word of it is said; then all of it is kept at one stroke."""
    known = asked(2, LOUDEST, ROOM, "revealed", published(Random(1), LOUDEST))
    results.save_runs("K7PMQ4", known)
    runs = [Run(number, poll, ROOM, 1) for number, poll in enumerate((FEARS, LOUDEST, FAR), start=1)]

    def save() -> None:
        results.save_room(room, *runs) if room else results.save_runs("K7PMQ4", *runs)

    with disk_that_refuses_run(tmp_path, refused), pytest.raises(SetupError) as fault:
        save()
    assert (FEARS.question in str(fault.value), fault.value.__suppress_context__) == (False, True)
    assert (results.runs("K7PMQ4"), results.room("K7PMQ4")) == ([known], TUESDAY)
    save()
    assert (results.runs("K7PMQ4"), results.room("K7PMQ4")) == (runs, room or TUESDAY)


def test_a_room_that_was_cut_short_is_found_again(results: Results) -> None:
    """A room that was never ended is the unfinished one, until all rooms are ended, which leaves them and their results in place."""
    results.save_room(replace(TUESDAY, code="WXYZ23"))
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(1), FEARS)))
    assert results.unfinished_room() == TUESDAY

    results.end_rooms()

    assert (results.unfinished_room(), results.room("K7PMQ4"), len(results.runs("K7PMQ4"))) == (None, replace(TUESDAY, ended=True), 1)


def test_what_only_a_running_room_needs_goes_with_it(tmp_path: Path, results: Results) -> None:
    """When all rooms are ended, key, cards, heads and all else that opens a seat is gone, from the bytes of the file too; the rest stays."""
    live = replace(TUESDAY, locked=True, seats=11, people=11, heads=11, by_card=True, key="5e" * 16, former_keys=("a1" * 16,))
    live = replace(live, left=("1f" * 32,), cards={"c4" * 32: "seated"}, stage="break", phone_tried=True, stage_opened=True)
    traces = [b"5e" * 16, b"a1" * 16, b"1f" * 32, b"c4" * 32]
    results.save_room(live)
    assert [trace for trace in traces if trace not in (tmp_path / FILE).read_bytes()] == []

    results.end_rooms()

    assert results.room("K7PMQ4") == replace(TUESDAY, ended=True) == replace(live, **AT_REST, ended=True)
    assert [trace for trace in traces if trace in (tmp_path / FILE).read_bytes()] == []


def test_a_room_of_before_heads_were_counted_is_read(tmp_path: Path, results: Results) -> None:
    """A record without what came later has it as a new room does: nobody counted, entered by code, and no card."""
    results.save_room(replace(TUESDAY, locked=True, seats=7))
    later = ", ".join(f"'$.{name}'" for name in ("people", "heads", "by_card", "key", "former_keys", "left", "cards"))
    spoiled(tmp_path / FILE, f"UPDATE rooms SET document = json_remove(document, {later})")

    assert Results(tmp_path).room("K7PMQ4") == replace(TUESDAY, locked=True, seats=7)


# ---- what is on the disk, and what is not -------------------------------------------------------------------------------


def test_no_column_is_about_a_person(results: Results, looked_into: sqlite3.Connection) -> None:
    """The tables and their documents have the parts listed here and no other: no seat, no time of day, no address, no answer."""
    columns = looked_into.execute(
        "SELECT m.name, group_concat(c.name || ' ' || c.type, ', ') FROM sqlite_master m, pragma_table_info(m.name) c "
        "WHERE m.type IN ('table', 'view') GROUP BY m.name"
    )
    assert dict(columns.fetchall()) == {
        "schema": "version INTEGER",
        "rooms": "code VARCHAR(8), opened_on DATE, ended BOOLEAN, document JSON",
        "runs": "room VARCHAR(8), number INTEGER, document JSON",
    }
    results.save_runs("K7PMQ4", asked(1, FEARS))
    held = {table: ", ".join(json.loads(*looked_into.execute(f"SELECT document FROM {table}").fetchone())) for table in ("rooms", "runs")}
    assert held == {
        # Only the facilitator's own words and times are in it: whom to turn to, notes, when a part or the timer was begun.
        "rooms": "workshop, policy, capacity, simulated, country, local_contact, plan, agenda, notes, section, stage, ends_at, "
        # Seats, people and heads are how many, not which. Only of cards, and of tickets that are good no more, is there a hash each, and
        # none says when. A phone was tried if any page ever asked for one.
        "locked, seats, people, heads, by_card, key, former_keys, left, cards, phone_tried, stage_opened",
        "runs": "poll, policy, together, phase, before, published",
    }


def test_no_name_in_the_schema_smells_of_a_person(results: Results, looked_into: sqlite3.Connection) -> None:
    """No table, column, index, trigger or default is called after an answer, a seat, a time, an address or a device."""
    written = " ".join(sql for (sql,) in looked_into.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    words = set(re.findall(r"[a-z]+", written.lower()))

    forbidden = {"answer", "answers", "ballot", "vote", "seat", "token", "participant", "person", "user", "email"}
    forbidden |= {"time", "timestamp", "datetime", "created", "updated", "at", "address", "ip", "agent", "device", "cookie", "rowversion"}
    assert words & forbidden == set()


def test_there_is_one_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    """Its permissions are 0600, whatever the process's own are, and no journal or log stays beside it, in which earlier rows would live on."""
    generous = os.umask(0)
    try:
        kept = Results(tmp_path)
        modes = [(tmp_path / FILE).stat().st_mode]
        kept.save_room(TUESDAY)
        modes.append((tmp_path / FILE).stat().st_mode)
    finally:
        os.umask(generous)
    phases: tuple[Phase, ...] = ("open", "reading", "closed", "discarded")
    for phase in phases:
        kept.save_runs("K7PMQ4", asked(1, FEARS, ROOM, phase), asked(2, WISH, ROOM, phase))

    assert [stat.S_IMODE(mode) for mode in modes] == [0o600, 0o600]
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_what_is_discarded_is_gone_from_the_bytes_of_the_file(tmp_path: Path, results: Results) -> None:
    """Nothing of a discarded run's result, even one that spilled over onto pages of its own, of comments, or of a timer can be found in it."""
    long = replace(FEARS, options=tuple(replace(option, label=f"Canary {option.id} " * 400) for option in FEARS.options))
    chosen = asked(2, long, ROOM, "closed", published(Random(4), long))
    written = asked(3, WISH, ROOM, "revealed", publish(Tally.of(WISH, [f"Canary-comment-{number}" for number in range(12)]), ROOM))
    ends_at = 1_762_283_977
    results.save_room(replace(TUESDAY, ends_at=ends_at), asked(1, LOUDEST), chosen, written)
    before = (tmp_path / FILE).read_bytes()

    results.save_room(TUESDAY)
    for run in (chosen, written):
        results.save_runs("K7PMQ4", replace(run, phase="discarded", published=None))

    after = (tmp_path / FILE).read_bytes()
    traces = (b'"buckets"', b'"outcome"', b'"answered"', b'"fewest"', b"Canary-comment-", str(ends_at).encode())
    assert [trace for trace in traces if trace not in before] == []
    assert [trace for trace in traces if trace in after] == []
    # The poll itself is still known, and says it 400 times, the result twice as often; a few are torn by the edges of pages.
    assert 300 < after.count(b"Canary hurt") <= 400 < 700 < before.count(b"Canary hurt")


# ---- when something goes wrong ------------------------------------------------------------------------------------------

WRITES_UNTIL_KILLED: Final = """
import sys
from pathlib import Path
from random import Random
from tests.kept import FEARS, ROOM, asked, published
from workshop_kit.disk.rooms import Results
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

    runs, random = Results(tmp_path).runs("K7PMQ4"), Random(9)
    assert [run.number for run in runs] in (told, [*told, told[-1] + 1])
    assert [run.published for run in runs] == [published(random, FEARS) for _ in runs]


def spoiled(file: Path, *acts: str) -> None:
    """Let another program, or another version of the kit, have written into a file."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for act in acts:
            connection.execute(act)


def documents(table: str, written: str) -> tuple[Callable[[Path], object], str]:
    """Return another program's writing into the documents of a table, and what is to be said of it."""
    acts = "PRAGMA ignore_check_constraints = ON", f"UPDATE {table} SET document = {written}"
    return lambda file: spoiled(file, *acts), r"^disk\.unusable "


NEWER: Final = f"UPDATE schema SET version = {SCHEMA + 1}"
HARMS: Final[dict[str, tuple[Callable[[Path], object], str]]] = {
    "newer": (lambda file: spoiled(file, NEWER, "ALTER TABLE runs RENAME TO askings"), r"^disk\.newer "),
    "of a trial version": (
        lambda file: spoiled(file, f"UPDATE schema SET version = {SCHEMA - 1}"),
        r"^disk\.older ",
    ),
    "cut short": (lambda file: file.write_bytes(file.read_bytes()[:-5000]), r"^disk\.unusable "),
    "overwritten": (lambda file: file.write_bytes(file.read_bytes()[:4096] + Random(8).randbytes(20_480)), r"^disk\.unusable "),
    "another kind of file": (lambda file: file.write_text("Dear diary, today I was a text file. " * 50), r"^disk\.unusable "),
    "half a document": documents("runs", "'{\"poll\": '"),
    "no document": documents("rooms", "7"),
    "an empty document": documents("rooms", "'{}'"),
    "a part that nobody knows": documents("rooms", "json_set(document, '$.shoes', 1)"),
    "too low a policy": documents("rooms", "json_set(document, '$.policy.floor', 1)"),
    "no poll": documents("runs", "json_set(document, '$.poll', 7)"),
    "no result": documents("runs", "json_set(document, '$.published', json('{}'))"),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, results: Results, harm: str) -> None:
    """A damaged file, or one of another version, is refused in one sentence that names it and says what to do; no byte is changed."""
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(4), FEARS)))
    done, said = HARMS[harm]
    done(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(SetupError, match=said) as fault:
        all_of_it(tmp_path)

    assert (tmp_path / FILE).read_bytes() == before
    assert (str(tmp_path / FILE) in str(fault.value), "\n" in str(fault.value)) == (True, False)


def all_of_it(folder: Path) -> list[object]:
    """Read all that is kept."""
    kept = Results(folder)
    return [kept.room("K7PMQ4"), kept.unfinished_room(), *kept.runs("K7PMQ4")]


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_folder_that_cannot_be_used_is_said_plainly(tmp_path: Path, folder: str) -> None:
    """Where there is no folder to keep results in, one sentence says which file could not be opened."""
    (tmp_path / "file").write_text("")

    with pytest.raises(SetupError, match=re.escape(str(tmp_path / folder / FILE))):
        Results(tmp_path / folder)


# ---- journals -------------------------------------------------------------------------------------------------------------

FIRST: Final = Entry("06 · Fears", date(2026, 3, 1), "Which one?", "canary-one\nand a second line", "canary-two")
SECOND: Final = Entry("07 · Roots", date(2026, 3, 2), "Where from?", "canary-three")
PASSPHRASE: Final = "heron copper stairs rain"
SALT, NONCE = bytes(range(16)), bytes(range(12))
LOCKED: Final = packed([FIRST, SECOND], PASSPHRASE, salt=SALT, nonce=NONCE)

MARKDOWN: Final = partial(markdown, say=language())

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


def acts_on(journal: Journal, passphrase: str) -> list[Callable[[], object]]:
    """Return all that can be done with a journal and a passphrase."""
    return [
        lambda: journal.entries(passphrase),
        lambda: journal.add(SECOND, passphrase),
        lambda: journal.reflect("canary", passphrase),
        lambda: journal.export(journal.file.with_name("journal.md"), MARKDOWN, passphrase),
    ]


@given(some_entries)
def test_what_is_packed_can_be_unpacked(entries: list[Entry]) -> None:
    """Whatever somebody wrote, in whatever letters, is read back as it was, in the order in which it was written."""
    assert list(unpacked(packed(entries, "", salt=SALT, nonce=NONCE))) == entries


@settings(max_examples=3)
@given(some_entries, st.text(min_size=1))
def test_what_is_locked_can_be_unlocked(entries: list[Entry], passphrase: str) -> None:
    """A locked journal is read back with its passphrase, whatever its letters, and whether a keyboard sends an é as one sign or as two."""
    assert list(unpacked(packed(entries, f"{passphrase}caf\u00e9", salt=SALT, nonce=NONCE), f"{passphrase}cafe\u0301")) == entries


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
        *(b"", b"not a journal", b"[]", b"{}", b'"journal"', b"\xff\xfe\x00", b'{"journal": 2, "entries": []}', b'{"journal": 1}'),
        *(b'{"journal": 1, "entries": 7}', b'{"journal": 1, "entries": ["canary"]}', b'{"journal": 1, "sealed": "AAAA"}'),
        b'{"journal": 1, "entries": [{"section": "06", "prompt": "", "text": 7, "reflection": "", "day": "2026-03-01"}]}',
        b'{"journal": 1, "entries": [{"section": "06", "prompt": "", "text": "", "reflection": "", "day": "today"}]}',
        b'{"journal": 1, "sealed": 7, "salt": "00", "nonce": "00", "digest": ""}',
    ],
)
def test_what_is_no_journal_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """A damaged file, or one of another program or version, is refused in a sentence that repeats no word; nothing writes over it."""
    (tmp_path / JOURNAL_FILE).write_bytes(content)
    journal = Journal(tmp_path)

    acts: list[Callable[[], object]] = [*acts_on(journal, ""), lambda: journal.add(SECOND, PASSPHRASE)]
    for act in acts:
        with pytest.raises(UnreadableJournal, match=r"^journal\.(damaged|another_version)$") as refused:
            act()
        assert ("canary" in str(refused.value), refused.value.__cause__) == (False, None)
    assert files_in(tmp_path) == {JOURNAL_FILE: content}


@contextmanager
def disk_that_is_full() -> Iterator[None]:
    """Let this process write no file of more than a few bytes for as long as this lasts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_entries_are_added_read_back_and_exported(tmp_path: Path, passphrase: str) -> None:
    """What is saved on two days is there, oldest first, in one file that only its owner may open; an export has all of it and replaces nothing."""
    journal, target = Journal(tmp_path / "kit" / "folder"), tmp_path / "mine.md"
    assert (journal.exists, journal.is_locked, journal.entries(), MARKDOWN([])) == (False, False, (), "# Journal\n")

    journal.add(FIRST, passphrase)
    journal.add(SECOND, passphrase)
    journal.export(target, MARKDOWN, passphrase)

    assert journal.entries(passphrase) == (FIRST, SECOND)
    assert (journal.exists, journal.is_locked) == (True, bool(passphrase))
    assert [file.name for file in journal.file.parent.iterdir()] == [JOURNAL_FILE]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (journal.file, journal.file.parent, target)] == [0o600, 0o700, 0o600]
    assert target.read_text(encoding="utf-8") == (
        "# Journal\n\n## 06 · Fears\n\n*March 1, 2026*\n\n> Which one?\n\ncanary-one\nand a second line\n\n*Looking back:*\n\ncanary-two\n\n"
        "## 07 · Roots\n\n*March 2, 2026*\n\n> Where from?\n\ncanary-three\n"
    )
    before = target.read_bytes()
    for taken in (target, tmp_path):
        with pytest.raises(SetupError, match=r"^journal\.taken "):
            journal.export(taken, MARKDOWN, passphrase)
    assert target.read_bytes() == before


def test_looking_back_and_locking_change_what_was_written_before(journal: Journal) -> None:
    """A reflection goes beneath the latest entry alone; the first passphrase locks what stood before it too. Days are kept, and no time."""
    [written] = json.loads(journal.file.read_bytes())["entries"]
    assert (written["day"], sorted(written)) == ("2026-03-01", ["day", "prompt", "reflection", "section", "text"])
    assert "canary" not in f"{FIRST!r} {FIRST}"

    journal.add(SECOND)
    journal.reflect("canary-four")
    assert journal.entries() == (FIRST, replace(SECOND, reflection="canary-four"))

    journal.add(SECOND, PASSPHRASE)
    assert journal.is_locked
    assert b"canary" not in b"".join(files_in(journal.file.parent).values())
    assert journal.entries(PASSPHRASE) == (FIRST, replace(SECOND, reflection="canary-four"), SECOND)


@pytest.mark.parametrize("given_passphrase", ["", "heron copper stairs"])
def test_a_locked_journal_opens_with_its_passphrase_only(tmp_path: Path, given_passphrase: str) -> None:
    """With no passphrase or another one nothing is read, added, reflected on or exported; the file stays as it is, and shows no word."""
    (tmp_path / JOURNAL_FILE).write_bytes(LOCKED)

    for act in acts_on(Journal(tmp_path), given_passphrase):
        with pytest.raises(WrongPassphrase, match=r"^journal\.(wrong_passphrase|locked)$") as refused:
            act()
        assert "heron" not in str(refused.value)
    assert files_in(tmp_path) == {JOURNAL_FILE: LOCKED}
    inside = LOCKED + base64.b64decode(json.loads(LOCKED)["sealed"])
    assert not any(word in inside for word in (b"canary", b"Fears", b"2026", b"Which", b"heron"))


def test_the_bytes_of_an_older_version_are_overwritten(tmp_path: Path, journal: Journal) -> None:
    """When a journal is saved anew, nothing is left of it where it stood before; a second name for the file, as backups have it, keeps its words."""
    size = journal.file.stat().st_size
    with journal.file.open("rb") as before:
        journal.add(SECOND)
        assert before.read() == bytes(size)

    backup = tmp_path / "backup"
    backup.hardlink_to(journal.file)
    journal.add(SECOND)
    assert unpacked(backup.read_bytes()) == (FIRST, SECOND)


def test_a_full_disk_costs_no_word(tmp_path: Path, journal: Journal) -> None:
    """What cannot be written whole, made or erased is said in a sentence; what was saved before is there, and no half is left behind."""
    before = files_in(tmp_path)

    with disk_that_is_full(), pytest.raises(SetupError, match=r"^disk\.not_written "):
        journal.add(SECOND)
    assert files_in(tmp_path) == before
    with pytest.raises(SetupError, match=r"^disk\.not_written "):
        Journal(journal.file / "folder").add(FIRST)

    (tmp_path / "another" / JOURNAL_FILE).mkdir(parents=True)
    with pytest.raises(SetupError, match=r"^journal\.not_erased "):
        Journal(tmp_path / "another").erase()


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
