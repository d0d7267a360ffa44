"""Export and trend: every number in them was shown in a room, or follows from what was, and nothing else leaves the house."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Final

import pandas as pd
import pytest

from tests.after.kept import counted, keep, rows
from tests.kept import FEARS, GUARDING, KINDS, LOUDEST, TUESDAY, WEIGHT, asked, published
from tests.world import ROOT
from workshop_kit.after.export import COLUMNS, FEWEST, TREND_COLUMNS, DateTo, export, frame, trend
from workshop_kit.disclosure import EXPORT, ROOM, TOGETHER, Policy, Published, coarsened, publish
from workshop_kit.disk.rooms import FILE, Results
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.polls import Poll, Tally
from workshop_kit.words.catalog import language

LARGE: Final = counted(LOUDEST, 15, 14, 12)


@pytest.fixture
def every_kind(tmp_path: Path) -> list[Published]:
    """Return the results of a large room in which every kind of poll was asked."""
    random = Random(11)
    results = [published(random, poll, people=40) for poll in KINDS]
    keep(tmp_path, "K7PMQ4", *results)
    return results


# What is in the table


def test_a_row_is_a_shown_bucket(tmp_path: Path) -> None:
    """Each bucket of a result has its row, with the poll, the interval, and what it counts; of a ranking each option has, with its place."""
    ids = [option.id for option in WEIGHT.options]
    level = publish(Tally.of(WEIGHT, [[ids[0], ids[1], ids[2]], [ids[0], ids[2], ids[1]]] * 15), ROOM)
    keep(tmp_path, "K7PMQ4", counted(FEARS, 3, 15, 29, answered=30), counted(LOUDEST, 15, 14, 1), level)

    table = frame(tmp_path)

    assert list(table.columns) == list(COLUMNS)
    assert rows(table, "poll", "kind", "answer", "counts", "fewest", "most", "answered", "cell") == [
        ("fears", "multi", "Getting hurt", "people", 0, 10, 30, 11),
        ("fears", "multi", "Losing myself", "people", 15, 15, 30, 11),
        ("fears", "multi", "Some other", "people", 20, 30, 30, 11),
        ("loudest", "single", "Getting hurt", "people", 15, 15, 30, 11),
        ("loudest", "single", "Other answers: Losing myself; Some other", "people", 15, 15, 30, 11),
        ("weight", "rank", "Getting hurt", "place", 1, 1, 30, 11),
        ("weight", "rank", "Losing myself", "place", 2, 3, 30, 11),
        ("weight", "rank", "Some other", "place", 2, 3, 30, 11),
    ]
    assert set(rows(table, "room", "workshop", "date", "simulated", "section", "asking")) == {(1, "intimacy", "2025", False, "06", 1)}
    assert set(table["question"]) == {FEARS.question}


def test_only_what_was_closed_and_not_discarded_is_in_it(tmp_path: Path) -> None:
    """Revealed or not, a closed result is told; an open run, a discarded one, and a rehearsal that nobody asks for are not."""
    told = (asked(1, LOUDEST, ROOM, "revealed", LARGE), asked(4, LOUDEST, ROOM, "closed", LARGE))
    Results(tmp_path).save_room(TUESDAY, *told, asked(2, FEARS), asked(3, LOUDEST, ROOM, "discarded"))
    keep(tmp_path, "AAAAAA", LARGE, simulated=True)

    # The number of a rehearsal's room does not change the others'.
    real = {("loudest", 2, 1, False), ("loudest", 2, 2, False)}
    assert set(rows(frame(tmp_path), "poll", "room", "asking", "simulated")) == real
    assert set(rows(frame(tmp_path, simulated=True), "poll", "room", "asking", "simulated")) == {("loudest", 1, 1, True), *real}


def test_the_order_of_rooms_says_nothing_about_the_time(tmp_path: Path) -> None:
    """Rooms are numbered by their codes, drawn by chance, whatever of the day is told; one alone keeps its number, an unknown one is refused."""
    keep(tmp_path, "ZZZZZZ", LARGE, day=date(2025, 1, 7))
    keep(tmp_path, "AAAAAA", LARGE, day=date(2025, 6, 3))

    told: dict[DateTo, list[str]] = {"year": ["2025", "2025"], "month": ["2025-06", "2025-01"], "day": ["2025-06-03", "2025-01-07"]}
    for date_to, (first, second) in told.items():
        assert list(frame(tmp_path, date_to=date_to)["date"]) == 3 * [first] + 3 * [second]
    assert set(frame(tmp_path, room="ZZZZZZ")["room"]) == {2}
    with pytest.raises(Unknown, match=r"^export\.no_such_room$") as fault:
        frame(tmp_path, room="WXYZ23")
    assert "WXYZ23" not in language().error(fault.value)


def test_the_page_on_the_export_names_every_column_and_says_from_how_many_answers_on() -> None:
    """It lists the columns of a table in order and names those of a trend; half and half, a result is told from just so many answers on."""
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page.split("## The columns")[1].split("##")[0], re.MULTILINE)

    def told(poll: Poll, policy: Policy, people: int) -> bool:
        half = people // 2
        return bool(coarsened(counted(poll, half, 0, people - half, answered=people, policy=policy), EXPORT).buckets)

    assert listed == list(COLUMNS)
    assert [column for column in TREND_COLUMNS if f"`{column}`" not in page] == []
    for poll, policy, answers in ((FEARS, ROOM, 21), (LOUDEST, ROOM, 22), (GUARDING, ROOM, 26), (GUARDING, TOGETHER, 28)):
        assert (told(poll, policy, answers - 1), told(poll, policy, answers)) == (False, True)
        assert re.search(rf"\b{answers}\b", page)
        assert answers >= FEWEST


# Files


def test_a_file_holds_the_table_and_nobodys_words(tmp_path: Path, every_kind: list[Published]) -> None:
    """Whichever form was chosen, what is read back is the table, for its owner alone, without anyone's own words, the room's code and its day."""
    reads: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": lambda file: pd.read_csv(file, dtype=dict(COLUMNS), keep_default_na=False),
        ".json": lambda file: pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))),
        ".parquet": pd.read_parquet,
    }
    lines = every_kind[-1].texts
    assert lines
    traces = [*lines, *(json.dumps(line) for line in lines), "K7PMQ4", "2025-11", "wish"]

    for ending, read in {**reads, ".CSV": reads[".csv"]}.items():
        to = tmp_path / f"out-as{ending}"
        table = export(to, tmp_path)

        assert set(table["poll"]) == {each.poll.id for each in every_kind[:-1]}
        assert rows(read(to), *COLUMNS) == rows(table, *COLUMNS) == rows(frame(tmp_path), *COLUMNS)
        assert to.stat().st_mode & 0o777 == 0o600
        assert [trace for trace in traces if trace.encode() in to.read_bytes()] == []
        to.unlink()


@pytest.mark.parametrize(
    ("to", "complaint"),
    [
        ("out.xlsx", "must end in .csv, .parquet or .json"),
        ("out", "must end in"),
        ("nowhere/out.csv", "There is no folder"),
        ("folder.csv", "is a folder"),
        ("file.txt/out.csv", "There is no folder"),
        (f"{'x' * 300}.csv", "could not be looked for"),
        ("mine.csv", "left alone"),
        ("out.parquet", "Files of this form need pyarrow. Install it with: pip install pyarrow, or export to"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, complaint: str) -> None:
    """A wrong ending, no such folder, something in the file's place, no library for Parquet: one sentence, and nothing is made or changed."""
    keep(tmp_path, "K7PMQ4", LARGE)
    (tmp_path / "folder.csv").mkdir()
    for name in ("file.txt", "mine.csv"):
        (tmp_path / name).write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(SetupError) as fault:
        export(tmp_path / to, tmp_path, replace=to != "mine.csv")

    assert complaint in (said := language().error(fault.value))
    assert "\n" not in said
    assert (sorted(tmp_path.rglob("*")), (tmp_path / "mine.csv").read_text()) == (before, "mine")
    export(tmp_path / "mine.csv", tmp_path, replace=True)
    assert "room,workshop" in (tmp_path / "mine.csv").read_text(encoding="utf-8-sig")
    assert sorted(tmp_path.rglob("*")) == before


def test_where_there_is_nothing_to_tell_that_is_said(tmp_path: Path) -> None:
    """Without any room, with groups that are too small, and with results that cannot be read, one sentence says so, and no file is made."""
    with pytest.raises(Unknown, match=r"^export\.nothing_yet$"):
        export(tmp_path / "out.csv", tmp_path)
    assert list(tmp_path.iterdir()) == []

    keep(tmp_path, "K7PMQ4", counted(LOUDEST, 4, 5, 3))
    with pytest.raises(Unknown, match=r"^export\.nothing_allowed fewest=21$"):
        export(tmp_path / "out.csv", tmp_path)

    (tmp_path / FILE).write_text("Dear diary. " * 500)
    with pytest.raises(SetupError, match=r"^disk\.unusable "):
        export(tmp_path / "out.csv", tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


# Trends


def test_a_trend_adds_intervals(tmp_path: Path) -> None:
    """A band that hides nobody to two and a number of four make four to six."""
    keep(tmp_path, "ZZZZZZ", counted(FEARS, 2, 6, 11, answered=12), day=date(2025, 1, 7))
    keep(tmp_path, "AAAAAA", counted(FEARS, 4, 5, 5, answered=10), day=date(2025, 6, 3))

    table = trend("fears", tmp_path)

    assert list(table.columns) == list(TREND_COLUMNS)
    assert rows(table.iloc[:6], "room", "date", "answer", "fewest", "most", "answered") == [
        (2, pd.Timestamp(2025, 1, 7), "Getting hurt", 0, 2, 12),
        (2, pd.Timestamp(2025, 1, 7), "Losing myself", 6, 6, 12),
        (2, pd.Timestamp(2025, 1, 7), "Some other", 10, 12, 12),
        (1, pd.Timestamp(2025, 6, 3), "Getting hurt", 4, 4, 10),
        (1, pd.Timestamp(2025, 6, 3), "Losing myself", 5, 5, 10),
        (1, pd.Timestamp(2025, 6, 3), "Some other", 5, 5, 10),
    ]
    assert rows(table.iloc[6:], "answer", "shown_as", "fewest", "most", "answered") == [
        ("Getting hurt", "", 4, 6, 22),
        ("Losing myself", "", 11, 11, 22),
        ("Some other", "", 15, 17, 22),
    ]
    assert table.iloc[6:][["room", "date"]].isna().all(axis=None)


def test_an_option_that_was_shown_with_others_may_have_been_chosen_by_any(tmp_path: Path) -> None:
    """Of a merged line a trend says of each option: nobody up to all of its people; and under which label it was shown."""
    keep(tmp_path, "K7PMQ4", counted(GUARDING, 1, 4, 6))

    first, second, third = (option.label for option in GUARDING.options)
    said = [(first, f"{first} to {second}", 0, 5), (second, f"{first} to {second}", 0, 5), (third, third, 6, 6)]
    assert rows(trend("guarding", tmp_path).iloc[:3], "answer", "shown_as", "fewest", "most") == said


@pytest.mark.parametrize("poll", KINDS[:4], ids=lambda poll: poll.kind)
def test_a_sum_is_true_of_every_group_that_was_shown_the_same(tmp_path: Path, poll: Poll) -> None:
    """Whatever the groups really said, the true sum of an option lies in its interval."""
    random, truth, ids = Random(5), [0] * len(poll.options), [option.id for option in poll.options]

    def an_answer() -> object:
        return [each for each in ids if random.random() < 0.4] if poll.kind == "multi" else random.choice(ids)

    for number in range(6):
        tally = Tally.of(poll, [an_answer() for _ in range(random.randint(7, 16))])
        result = publish(tally, ROOM)
        keep(tmp_path, f"ROOM{number}Z", result)
        if result.outcome == "shown":
            truth = [sum(pair) for pair in zip(truth, tally.counts, strict=True)]

    sums = rows(trend(poll.id, tmp_path).tail(len(poll.options)), "fewest", "most")

    assert any(truth)
    assert [(true, told) for true, told in zip(truth, sums, strict=True) if not told[0] <= true <= told[1]] == []


def test_only_rooms_that_were_asked_in_the_same_words_are_added_up(tmp_path: Path) -> None:
    """A poll whose question or options were changed since is another poll; of one room the first result that was shown counts."""
    earlier = replace(LOUDEST, question="Which is the loudest?")
    keep(tmp_path, "AAAAAA", counted(earlier, 4, 5, 3), day=date(2025, 1, 7))
    keep(tmp_path, "BBBBBB", counted(LOUDEST, 1, 1, 1), counted(LOUDEST, 5, 4, 6), counted(LOUDEST, 8, 4, 4), day=date(2025, 2, 4))

    assert rows(trend("loudest", tmp_path), "fewest", "answered") == 2 * [(5, 15), (4, 15), (6, 15)]


def test_what_cannot_be_added_up_is_refused(tmp_path: Path) -> None:
    """Rankings, lines, unknown polls, and rooms of simulated people alone have no trend."""
    random = Random(11)
    keep(tmp_path, "K7PMQ4", *(published(random, poll, people=40) for poll in KINDS if poll != LOUDEST))
    keep(tmp_path, "SSSSSS", LARGE, simulated=True)

    for poll in ("weight", "wish", "nothing", "loudest"):
        with pytest.raises(Unknown, match=r"^export\.no_trend$"):
            trend(poll, tmp_path)
    assert len(trend("loudest", tmp_path, simulated=True)) == 6
