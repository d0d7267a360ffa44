"""Results: what is on the disk comes back as it was, what is thrown away is gone, and nothing there points at a person."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rooms import disk_that_refuses, environment
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, Published, publish
from workshop_kit.errors import SetupError
from workshop_kit.polls import Poll, Tally
from workshop_kit.results import FILE, SCHEMA, Results, RoomRecord, Run

FEARS: Final = Poll.from_dict(
    {
        "id": "fears",
        "kind": "multi",
        "question": "Which of these feel familiar?",
        "options": [
            {"id": "hurt", "label": "Getting hurt"},
            {"id": "self", "label": "Losing myself"},
            {"id": "other", "label": "Some other"},
        ],
        "intensity": 2,
        "section": "06",
        "hint": "As many as you like.",
    }
)
LOUDEST: Final = replace(FEARS, id="loudest", kind="single", hint=None)
GUARDING: Final = Poll.from_dict(
    {"id": "guarding", "kind": "scale", "question": "How much?", "options": ["None", "Some", "“Quite” a lot – é"]}
)
FAR: Final = Poll.from_dict({"id": "far", "kind": "slider", "question": "How far?", "low": "Here", "high": "There"})
TUESDAY: Final = RoomRecord("K7PMQ4", "intimacy", date(2025, 11, 4), ROOM, 60)


def published(random: Random, poll: Poll, policy: Policy = ROOM, people: int = 12) -> Published:
    """Return what a group that answers by chance gets to see."""
    ids = [option.id for option in poll.options]
    answers: list[object] = [
        [each for each in ids if random.random() < 0.5] if poll.kind == "multi" else random.choice(ids) for _ in range(people)
    ]
    return publish(Tally.of(poll, answers), policy)


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


# ---- round trips --------------------------------------------------------------------------------------------------------

rooms = st.builds(
    RoomRecord,
    code=st.just("K7PMQ4"),
    workshop=st.sampled_from(["intimacy", "breakfast"]),
    opened_on=st.dates(),
    policy=st.sampled_from([ROOM, TOGETHER, WEBINAR, Policy(8, 3)]),
    capacity=st.integers(1, 500),
    simulated=st.booleans(),
    section=st.sampled_from([None, "01", "06"]),
    locked=st.booleans(),
    seats=st.integers(0, 500),
    ended=st.booleans(),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rooms)
def test_a_room_comes_back_as_it_was(results: Results, room: RoomRecord) -> None:
    """Whatever is kept of a room is there again, unchanged, and a room is kept once however often it is saved."""
    results.save_room(room)

    assert results.room("K7PMQ4") == room
    assert results.unfinished_room() == (None if room.ended else room)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([FEARS, LOUDEST, GUARDING, FAR]), st.sampled_from([ROOM, TOGETHER]), st.integers(0, 30))
def test_a_result_comes_back_as_it_was(results: Results, seed: int, poll: Poll, policy: Policy, people: int) -> None:
    """Shown, too few or too alike: every result is read back equal to the one that was stored."""
    run = Run(1, poll, policy, "closed", published(Random(seed), poll, policy, people))

    results.save_run("K7PMQ4", run)

    assert results.runs("K7PMQ4") == [run]


def test_everything_comes_back_after_a_restart(tmp_path: Path, results: Results) -> None:
    """A second program on the same folder finds the room and its runs, in the order in which they were asked."""
    random = Random(2)
    runs = [
        Run(1, FEARS, ROOM, "revealed", published(random, FEARS)),
        Run(2, LOUDEST, ROOM, "discarded"),
        Run(3, GUARDING, TOGETHER, "closed", published(random, GUARDING, TOGETHER)),
        Run(10, FEARS, Policy(9, 4)),
    ]
    for run in reversed(runs):
        results.save_run("K7PMQ4", run)

    again = Results(tmp_path)

    assert again.runs("K7PMQ4") == runs
    assert again.room("K7PMQ4") == TUESDAY


def test_rooms_keep_their_runs_apart(results: Results) -> None:
    """A run belongs to its room: another room's first run is another run."""
    other = replace(TUESDAY, code="WXYZ23", ended=True)
    results.save_room(other)

    results.save_run("K7PMQ4", Run(1, FEARS, ROOM))
    results.save_run("WXYZ23", Run(1, LOUDEST, ROOM))

    assert [run.poll.id for run in results.runs("K7PMQ4")] == ["fears"]
    assert [run.poll.id for run in results.runs("WXYZ23")] == ["loudest"]
    assert results.runs("NOBODY") == []
    assert results.room("NOBODY") is None


def test_a_room_that_was_cut_short_is_found_again(results: Results) -> None:
    """A room that was never ended is the unfinished one, until it ends."""
    assert results.unfinished_room() == TUESDAY

    results.save_room(replace(TUESDAY, ended=True))

    assert results.unfinished_room() is None


def test_all_rooms_can_be_ended_at_once(results: Results) -> None:
    """Ending rooms leaves them and their results in place; none is unfinished any more."""
    results.save_room(replace(TUESDAY, code="WXYZ23"))
    results.save_run("K7PMQ4", Run(1, FEARS, ROOM, "closed", published(Random(1), FEARS)))

    results.end_rooms()

    assert results.unfinished_room() is None
    assert results.room("K7PMQ4") == replace(TUESDAY, ended=True)
    assert len(results.runs("K7PMQ4")) == 1


def test_a_run_without_its_room_is_not_kept(results: Results) -> None:
    """A run of a room that is not there is refused, so no result is ever left without the room it belongs to."""
    with pytest.raises(SetupError):
        results.save_run("NOBODY", Run(1, FEARS, ROOM))

    assert results.runs("NOBODY") == []


# ---- what is on the disk, and what is not -------------------------------------------------------------------------------


def test_no_column_is_about_a_person(results: Results, looked_into: sqlite3.Connection) -> None:
    """The tables have the columns listed here and no other: no seat, no time of day, no address, no answer."""
    tables = [
        name
        for (name,) in looked_into.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    ]
    columns = {table: {column[1]: column[2] for column in looked_into.execute(f"PRAGMA table_info({table})")} for table in tables}

    assert columns == {
        "schema": {"version": "INTEGER"},
        "rooms": {
            "code": "VARCHAR(6)",
            "workshop": "VARCHAR",
            "opened_on": "DATE",
            "floor": "INTEGER",
            "cell": "INTEGER",
            "capacity": "INTEGER",
            "simulated": "BOOLEAN",
            "country": "VARCHAR",
            "local_contact": "VARCHAR",  # whom to turn to, in the facilitator's words
            "section": "VARCHAR",
            "locked": "BOOLEAN",
            "seats": "INTEGER",  # how many there are, not which
            "ended": "BOOLEAN",
        },
        "runs": {
            "room": "VARCHAR(6)",
            "number": "INTEGER",
            "poll": "TEXT",
            "floor": "INTEGER",
            "cell": "INTEGER",
            "phase": "VARCHAR",
            "published": "TEXT",
        },
    }


def test_no_name_in_the_schema_smells_of_a_person(results: Results, looked_into: sqlite3.Connection) -> None:
    """No table, column, index, trigger or default is called after an answer, a seat, a time, an address or a device."""
    written = " ".join(sql for (sql,) in looked_into.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    words = set(re.findall(r"[a-z]+", written.lower()))

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


def test_there_is_one_file_and_no_log_beside_it(tmp_path: Path, results: Results) -> None:
    """No journal and no write-ahead log stays behind, in which earlier versions of a row would live on."""
    for phase in ("open", "closed", "discarded"):
        results.save_run("K7PMQ4", Run(1, FEARS, ROOM, phase))

    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_a_discarded_result_is_gone_from_the_bytes_of_the_file(tmp_path: Path, results: Results) -> None:
    """After a run is discarded, nothing of its result can be found in the file, by whatever program."""
    canary = replace(
        FEARS, question="Canary-of-the-poll", options=(replace(FEARS.options[0], label="Canary-of-the-label"), *FEARS.options[1:])
    )
    run = Run(2, canary, ROOM, "closed", published(Random(4), canary))
    results.save_run("K7PMQ4", Run(1, LOUDEST, ROOM, "open"))
    results.save_run("K7PMQ4", run)
    before = (tmp_path / FILE).read_bytes()

    results.save_run("K7PMQ4", replace(run, phase="discarded", published=None))

    after = (tmp_path / FILE).read_bytes()
    traces = (b'"buckets"', b'"outcome"', b'"answered"', b'"fewest"')
    assert all(trace in before for trace in traces)
    assert [trace for trace in traces if trace in after] == []
    assert before.count(b"Canary-of-the-label") > after.count(b"Canary-of-the-label") == 1  # the poll itself is still known


def test_a_large_discarded_result_is_gone_too(tmp_path: Path, results: Results) -> None:
    """A result that spilled over onto pages of its own is overwritten there as well."""
    long = replace(FEARS, options=tuple(replace(option, label=f"Canary {option.id} " * 400) for option in FEARS.options))
    run = Run(1, long, ROOM, "closed", published(Random(4), long))
    results.save_run("K7PMQ4", run)
    before = (tmp_path / FILE).read_bytes()

    results.save_run("K7PMQ4", replace(run, phase="discarded", published=None))

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
from tests.test_results import FEARS, ROOM, Results, Run, published
kept, random, number = Results(Path(sys.argv[1])), Random(9), 0
while True:
    number += 1
    kept.save_run("K7PMQ4", Run(number, FEARS, ROOM, "closed", published(random, FEARS)))
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="This system has no SIGKILL.")
@pytest.mark.parametrize("after", [1, 3, 8])
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


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE schema SET version = ?", [SCHEMA + 1])
        connection.commit()


def newer_and_different(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE schema SET version = ?", [SCHEMA + 1])
        connection.execute("ALTER TABLE runs RENAME TO askings")
        connection.commit()


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5000])


def overwritten(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[4096:] = Random(8).randbytes(len(whole) - 4096)
    file.write_bytes(whole)


def another_kind_of_file(file: Path) -> None:
    file.write_text("Dear diary, today I was a text file. " * 50)


@pytest.mark.parametrize("harm", [newer, newer_and_different, cut_short, overwritten, another_kind_of_file], ids=lambda harm: harm.__name__)
def test_a_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path, results: Results, harm: Callable[[Path], None]) -> None:
    """A damaged file, or one of a newer version, is refused in one sentence that names it, and not one byte of it is changed."""
    results.save_run("K7PMQ4", Run(1, FEARS, ROOM, "closed", published(Random(4), FEARS)))
    harm(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(SetupError) as fault:
        all_of_it(Results(tmp_path))

    assert (tmp_path / FILE).read_bytes() == before
    assert str(tmp_path / FILE) in str(fault.value)
    assert "\n" not in str(fault.value)


def all_of_it(results: Results) -> list[Any]:
    return [results.room("K7PMQ4"), results.unfinished_room(), *results.runs("K7PMQ4")]


def test_a_newer_file_says_what_to_do(tmp_path: Path, results: Results) -> None:
    """Whoever went back to an older version is told to update it or to use another folder."""
    newer(tmp_path / FILE)

    with pytest.raises(SetupError, match="newer workshop_kit"):
        Results(tmp_path)


@pytest.mark.parametrize("column", ["published", "poll"])
def test_a_row_that_makes_no_sense_is_said_plainly(tmp_path: Path, results: Results, looked_into: sqlite3.Connection, column: str) -> None:
    """A row that some other program has spoilt is reported as a damaged file, in one sentence, not as a traceback."""
    results.save_run("K7PMQ4", Run(1, FEARS, ROOM, "closed", published(Random(4), FEARS)))
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
    run = Run(1, replace(FEARS, question="Canary?"), ROOM, "closed", published(Random(4), FEARS))
    with disk_that_refuses(tmp_path), pytest.raises(SetupError) as fault:
        results.save_run("K7PMQ4", run)

    assert "Canary" not in str(fault.value)
    assert fault.value.__suppress_context__
    assert results.runs("K7PMQ4") == []
    results.save_run("K7PMQ4", run)
    assert results.runs("K7PMQ4") == [run]
