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

from tests.world import disk_that_refuses, environment
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, Published, publish
from workshop_kit.errors import SetupError
from workshop_kit.polls import Poll, Tally
from workshop_kit.results import FILE, SCHEMA, Phase, Results, RoomRecord, Run

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
WEIGHT: Final = replace(FEARS, id="weight", kind="rank", hint=None)
WISH: Final = Poll.from_dict({"id": "wish", "kind": "text", "question": "What would help?"})
KINDS: Final = (FEARS, LOUDEST, GUARDING, FAR, WEIGHT, WISH)
LINES: Final = ("A walk", "“Quiet”, mostly – é", "Time; or 1\u202f000 kisses", "Nothing'); DROP TABLE runs; --")
TUESDAY: Final = RoomRecord("K7PMQ4", "intimacy", date(2025, 11, 4), ROOM, 60)


def published(random: Random, poll: Poll, policy: Policy = ROOM, people: int = 12) -> Published:
    """Return what a group that answers by chance gets to see."""
    return publish(Tally.of(poll, [an_answer(random, poll) for _ in range(people)]), policy)


def an_answer(random: Random, poll: Poll) -> object:
    ids = [option.id for option in poll.options]
    if poll.kind == "multi":
        return [each for each in ids if random.random() < 0.5]
    if poll.kind == "rank":
        return random.sample(ids, len(ids))
    return random.choice(LINES if poll.kind == "text" else ids)


def asked(number: int, poll: Poll, policy: Policy = ROOM, phase: Phase = "open", published: Published | None = None) -> Run:
    """Return a run that was asked by itself."""
    return Run(number, poll, policy, number, phase, published=published)


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
    country=st.sampled_from([None, "DE"]),
    local_contact=st.sampled_from([None, "The front desk – ring twice"]),
    plan=st.sampled_from([None, "evening"]),
    section=st.sampled_from([None, "01", "06"]),
    stage=st.sampled_from(["follow", "welcome", "break"]),
    ends_at=st.one_of(st.none(), st.integers(0, 2**33)),
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


@settings(max_examples=90, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from(KINDS), st.sampled_from([ROOM, TOGETHER]), st.integers(0, 30))
def test_a_result_comes_back_as_it_was(results: Results, seed: int, poll: Poll, policy: Policy, people: int) -> None:
    """Shown, too few or too alike: every result is read back equal to the one that was stored."""
    run = asked(1, poll, policy, "closed", published(Random(seed), poll, policy, people))

    results.save_runs("K7PMQ4", run)

    assert results.runs("K7PMQ4") == [run]


def test_everything_comes_back_after_a_restart(tmp_path: Path, results: Results) -> None:
    """A second program on the same folder finds the room and its runs, in the order in which they were asked."""
    random = Random(2)
    runs = [
        Run(1, FEARS, ROOM, 1, "revealed", None, published(random, FEARS)),
        Run(2, LOUDEST, ROOM, 2, "discarded"),
        Run(3, GUARDING, TOGETHER, 3, "closed", None, published(random, GUARDING, TOGETHER)),
        Run(4, WEIGHT, TOGETHER, 3, "revealed", None, published(random, WEIGHT, TOGETHER)),
        Run(9, FEARS, ROOM, 9, "closed", 1, published(random, FEARS)),
        Run(10, FEARS, Policy(9, 4), 10, before=9),
    ]
    for run in reversed(runs):
        results.save_runs("K7PMQ4", run)

    again = Results(tmp_path)

    assert again.runs("K7PMQ4") == runs
    assert again.room("K7PMQ4") == TUESDAY


def test_rooms_keep_their_runs_apart(results: Results) -> None:
    """A run belongs to its room: another room's first run is another run."""
    other = replace(TUESDAY, code="WXYZ23", ended=True)
    results.save_room(other)

    results.save_runs("K7PMQ4", asked(1, FEARS))
    results.save_runs("WXYZ23", asked(1, LOUDEST))

    assert [run.poll.id for run in results.runs("K7PMQ4")] == ["fears"]
    assert [run.poll.id for run in results.runs("WXYZ23")] == ["loudest"]
    assert results.runs("NOBODY") == []
    assert results.room("NOBODY") is None


def test_a_run_that_is_being_read_is_kept_as_open(tmp_path: Path, results: Results) -> None:
    """Lines are nowhere on the disk, so a run whose lines are being read comes back open, for the pages to hand theirs in anew."""
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
def test_of_several_runs_all_are_kept_or_none(
    results: Results, looked_into: sqlite3.Connection, refused: int, room: RoomRecord | None
) -> None:
    """Whichever of three runs the file does not take, none of the three is there, and the room is where it was."""
    spoil(looked_into, refused)
    runs = [Run(number, poll, ROOM, 1) for number, poll in enumerate((FEARS, LOUDEST, FAR), start=1)]

    with pytest.raises(SetupError):
        results.save_room(room, *runs) if room else results.save_runs("K7PMQ4", *runs)

    assert results.runs("K7PMQ4") == []
    assert results.room("K7PMQ4") == TUESDAY


def spoil(file: sqlite3.Connection, number: int) -> None:
    """Let a file refuse a run of that number, as if the disk were full just there."""
    file.execute(f"CREATE TRIGGER full BEFORE INSERT ON runs WHEN NEW.number = {number} BEGIN SELECT RAISE(ABORT, 'full'); END")
    file.commit()


def test_a_room_that_was_cut_short_is_found_again(results: Results) -> None:
    """A room that was never ended is the unfinished one, until it ends."""
    assert results.unfinished_room() == TUESDAY

    results.save_room(replace(TUESDAY, ended=True))

    assert results.unfinished_room() is None


def test_all_rooms_can_be_ended_at_once(results: Results) -> None:
    """Ending rooms leaves them and their results in place; none is unfinished any more."""
    results.save_room(replace(TUESDAY, code="WXYZ23"))
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(1), FEARS)))

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
            "plan": "VARCHAR",
            "agenda": "TEXT",  # the plan as it is being led, with when the facilitator began the part that is being led
            "notes": "TEXT",  # what the facilitator wrote for themselves
            "section": "VARCHAR",
            "stage": "VARCHAR",
            "ends_at": "INTEGER",  # when the timer on the stage ends, which the facilitator has set
            "locked": "BOOLEAN",
            "seats": "INTEGER",  # how many there are, not which
            "phone_tried": "BOOLEAN",  # whether any page ever asked for a seat
            "stage_opened": "BOOLEAN",
            "ended": "BOOLEAN",
        },
        "runs": {
            "room": "VARCHAR(6)",
            "number": "INTEGER",
            "poll": "TEXT",
            "floor": "INTEGER",
            "cell": "INTEGER",
            "phase": "VARCHAR",
            "together": "INTEGER",  # the first run of those that were asked by one act
            "before": "INTEGER",  # the run with whose result this one's is compared
            "published": "TEXT",
        },
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


def test_a_discarded_result_is_gone_from_the_bytes_of_the_file(tmp_path: Path, results: Results) -> None:
    """After a run is discarded, nothing of its result can be found in the file, by whatever program."""
    canary = replace(
        FEARS, question="Canary-of-the-poll", options=(replace(FEARS.options[0], label="Canary-of-the-label"), *FEARS.options[1:])
    )
    run = asked(2, canary, ROOM, "closed", published(Random(4), canary))
    results.save_runs("K7PMQ4", asked(1, LOUDEST))
    results.save_runs("K7PMQ4", run)
    before = (tmp_path / FILE).read_bytes()

    results.save_runs("K7PMQ4", replace(run, phase="discarded", published=None))

    after = (tmp_path / FILE).read_bytes()
    traces = (b'"buckets"', b'"outcome"', b'"answered"', b'"fewest"')
    assert all(trace in before for trace in traces)
    assert [trace for trace in traces if trace in after] == []
    assert before.count(b"Canary-of-the-label") > after.count(b"Canary-of-the-label") == 1  # the poll itself is still known


def test_a_discarded_line_is_gone_from_the_bytes_of_the_file(tmp_path: Path, results: Results) -> None:
    """A line that was published and then thrown away with its run can be found in the file by no program."""
    lines = [f"Canary-line-{number}" for number in range(12)]
    run = asked(1, WISH, ROOM, "revealed", publish(Tally.of(WISH, lines), ROOM))
    results.save_runs("K7PMQ4", run)
    before = (tmp_path / FILE).read_bytes()

    results.save_runs("K7PMQ4", replace(run, phase="discarded", published=None))

    assert before.count(b"Canary-line-") == 12
    assert b"Canary-line-" not in (tmp_path / FILE).read_bytes()


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
from tests.test_results import FEARS, ROOM, Results, asked, published
kept, random, number = Results(Path(sys.argv[1])), Random(9), 0
while True:
    number += 1
    kept.save_runs("K7PMQ4", asked(number, FEARS, ROOM, "closed", published(random, FEARS)))
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
    results.save_runs("K7PMQ4", asked(1, FEARS, ROOM, "closed", published(Random(4), FEARS)))
    harm(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(SetupError) as fault:
        all_of_it(Results(tmp_path))

    assert (tmp_path / FILE).read_bytes() == before
    assert str(tmp_path / FILE) in str(fault.value)
    assert "\n" not in str(fault.value)


def all_of_it(results: Results) -> list[Any]:
    return [results.room("K7PMQ4"), results.unfinished_room(), *results.runs("K7PMQ4")]


def test_a_file_of_a_trial_version_says_what_to_do(tmp_path: Path, results: Results) -> None:
    """A file from before the first release is not taken for a damaged one: the sentence says what it is, and where it can go."""
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE schema SET version = ?", [SCHEMA - 1])
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(SetupError, match=r"trial version of workshop_kit.*move it elsewhere"):
        Results(tmp_path)

    assert (tmp_path / FILE).read_bytes() == before


def test_a_newer_file_says_what_to_do(tmp_path: Path, results: Results) -> None:
    """Whoever went back to an older version is told to update it or to use another folder."""
    newer(tmp_path / FILE)

    with pytest.raises(SetupError, match="newer workshop_kit"):
        Results(tmp_path)


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
