"""Export and trend: every number in them was shown in a room, or follows from what was, and nothing else leaves the house."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Final

import pandas as pd
import pytest

from tests.test_results import FAR, FEARS, GUARDING, KINDS, LOUDEST, TUESDAY, WEIGHT, WISH, asked, published
from tests.world import ROOT, environment
from workshop_kit.client import Result
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import EXPORT, ROOM, TOGETHER, Policy, Published, coarsened, publish
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.export import FEWEST, TREND_COLUMNS, export, trend
from workshop_kit.polls import Poll, Tally
from workshop_kit.results import COLUMNS, FILE, Phase, Results, frame

COMMAND: Final = "from workshop_kit.cli import main; main()"
MANY: Final = 40


def keep(
    folder: Path, code: str, *results: Published, day: date = TUESDAY.opened_on, simulated: bool = False, phase: Phase = "closed"
) -> None:
    """Keep a room of which these results were published, one after the other."""
    kept = Results(folder)
    room = replace(TUESDAY, code=code, opened_on=day, simulated=simulated, ended=True)
    kept.save_room(room, *(asked(number, each.poll, each.policy, phase, each) for number, each in enumerate(results, start=1)))


def counted(poll: Poll, *counts: int, answered: int | None = None, policy: Policy = ROOM) -> Published:
    """Return what is published of some counts."""
    return publish(Tally(poll, sum(counts) if answered is None else answered, 0, counts), policy)


def rows(table: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in table[list(columns)].itertuples(index=False)]


@pytest.fixture
def every_kind(tmp_path: Path) -> list[Published]:
    """Return the results of a large room in which every kind of poll was asked."""
    random = Random(11)
    results = [published(random, poll, people=MANY) for poll in KINDS]
    keep(tmp_path, "K7PMQ4", *results)
    return results


def run(folder: Path, *arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Type `workshop-kit` with some arguments."""
    variables = {**environment(), FOLDER_VARIABLE: str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", COMMAND, *arguments], env=variables, cwd=cwd, capture_output=True, text=True, check=False)


# What is in the table


def test_a_row_is_a_shown_bucket(tmp_path: Path) -> None:
    """Each bucket of a result has its row, with the poll, the interval, and what it counts."""
    keep(tmp_path, "K7PMQ4", counted(FEARS, 3, 15, 29, answered=30), counted(LOUDEST, 15, 14, 1))

    table = frame(tmp_path)

    assert list(table.columns) == list(COLUMNS)
    assert rows(table, "poll", "kind", "answer", "counts", "fewest", "most", "answered", "cell") == [
        ("fears", "multi", "Getting hurt", "people", 0, 10, 30, 11),
        ("fears", "multi", "Losing myself", "people", 15, 15, 30, 11),
        ("fears", "multi", "Some other", "people", 20, 30, 30, 11),
        ("loudest", "single", "Getting hurt", "people", 15, 15, 30, 11),
        ("loudest", "single", "Other answers: Losing myself; Some other", "people", 15, 15, 30, 11),
    ]
    assert set(rows(table, "room", "workshop", "date", "simulated", "section", "asking")) == {(1, "intimacy", "2025", False, "06", 1)}
    assert set(table["question"]) == {FEARS.question}


def test_the_rows_of_a_ranking_are_places(tmp_path: Path) -> None:
    """An option of a ranking has its place in the group's order; options that are level share theirs."""
    ids = [option.id for option in WEIGHT.options]
    level = Tally.of(WEIGHT, [[ids[0], ids[1], ids[2]], [ids[0], ids[2], ids[1]]] * 15)
    keep(tmp_path, "K7PMQ4", publish(level, ROOM))

    assert rows(frame(tmp_path), "answer", "counts", "fewest", "most") == [
        ("Getting hurt", "place", 1, 1),
        ("Losing myself", "place", 2, 3),
        ("Some other", "place", 2, 3),
    ]


def test_every_interval_contains_what_the_room_was_shown(every_kind: list[Published], tmp_path: Path) -> None:
    """Cell by cell, a row of the export holds the people of the room's own buckets that it is made of."""
    table = frame(tmp_path)

    told = [coarsened(each, EXPORT) for each in every_kind]
    assert rows(table[table["counts"] == "people"], "poll", "answer", "fewest", "most") == [
        (each.poll.id, bucket.label, bucket.fewest, bucket.most) for each in told for bucket in each.buckets
    ]
    for result, coarse in zip(every_kind, told, strict=True):
        for bucket in coarse.buckets:
            inside = [each for each in result.buckets if set(each.options) <= set(bucket.options)]
            assert bucket.fewest <= sum(each.fewest for each in inside) <= sum(each.most for each in inside) <= bucket.most
    assert {"fears", "loudest", "guarding", "far", "weight"} == set(table["poll"])


def test_export_and_trend_agree_with_what_the_room_saw(tmp_path: Path) -> None:
    """Told as carefully as in the room, the table is the room's result line by line, and the trend says of each line the same."""
    results = [counted(FEARS, 2, 6, 11, answered=12), counted(LOUDEST, 4, 5, 3), counted(GUARDING, 4, 5, 3), counted(FAR, 3, 3, 0, 3, 3)]
    keep(tmp_path, "K7PMQ4", *results)

    table = frame(tmp_path, policy=ROOM)

    for result in results:
        seen = Result.from_dict(result.to_dict()).frame()
        exported = table[table["poll"] == result.poll.id]
        assert rows(exported, "answer", "fewest", "most") == rows(seen, "answer", "fewest", "most")
        followed = trend(result.poll.id, tmp_path)
        shown = followed[followed["shown_as"] != ""]
        for answer, fewest, most in rows(exported, "answer", "fewest", "most"):
            alone = shown[shown["shown_as"] == answer]
            assert set(alone["most"]) == {most}
            assert len(alone) > 1 or list(alone["fewest"]) == [fewest]


def test_only_what_was_closed_and_not_discarded_is_in_it(tmp_path: Path) -> None:
    """Revealed or not, a closed result is told; an open run and a discarded one are not."""
    shown = counted(LOUDEST, 15, 14, 12)
    kept = Results(tmp_path)
    kept.save_room(
        TUESDAY,
        asked(1, LOUDEST, ROOM, "revealed", shown),
        asked(2, FEARS),
        asked(3, LOUDEST, ROOM, "discarded"),
        asked(4, LOUDEST, ROOM, "closed", shown),
    )

    assert sorted(set(rows(frame(tmp_path), "poll", "asking"))) == [("loudest", 1), ("loudest", 2)]


def test_nobodys_words_are_in_it(tmp_path: Path, every_kind: list[Published]) -> None:
    """Lines in people's own words are in no file of any form, nor is the code of the room or its day."""
    lines = next(each for each in every_kind if each.poll == WISH).texts
    assert lines

    for ending in (".csv", ".json", ".parquet"):
        export(tmp_path / f"out{ending}", tmp_path)
        content = (tmp_path / f"out{ending}").read_bytes()
        assert not any(line.encode() in content or json.dumps(line).encode() in content for line in lines)
        assert not any(trace in content for trace in (b"K7PMQ4", b"2025-11", b"wish"))


def test_simulated_people_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    """A rehearsal is in the table only where it is asked for, and says so; its room's number does not change the others'."""
    keep(tmp_path, "AAAAAA", counted(LOUDEST, 15, 14, 12), simulated=True)
    keep(tmp_path, "BBBBBB", counted(LOUDEST, 15, 14, 12))

    assert set(rows(frame(tmp_path), "room", "simulated")) == {(2, False)}
    assert set(rows(frame(tmp_path, simulated=True), "room", "simulated")) == {(1, True), (2, False)}


@pytest.mark.parametrize(("date_to", "said"), [("year", "2025"), ("month", "2025-11"), ("day", "2025-11-04")])
def test_a_day_is_told_as_finely_as_asked(tmp_path: Path, date_to: Any, said: str) -> None:
    """The year, or the month or the day where somebody asks for it."""
    keep(tmp_path, "K7PMQ4", counted(LOUDEST, 15, 14, 12))

    assert set(frame(tmp_path, date_to=date_to)["date"]) == {said}


def test_the_order_of_rooms_says_nothing_about_the_time(tmp_path: Path) -> None:
    """Rooms are numbered by their codes, which are drawn by chance, and one room alone keeps its number."""
    keep(tmp_path, "ZZZZZZ", counted(LOUDEST, 15, 14, 12), day=date(2025, 1, 7))
    keep(tmp_path, "AAAAAA", counted(LOUDEST, 15, 14, 13), day=date(2025, 6, 3))

    assert list(frame(tmp_path, date_to="month")["date"]) == ["2025-06", "2025-06", "2025-06", "2025-01", "2025-01", "2025-01"]
    assert set(frame(tmp_path, room="ZZZZZZ")["room"]) == {2}


def test_an_unknown_room_is_refused(tmp_path: Path) -> None:
    """A code that no room has is said plainly, without repeating it."""
    keep(tmp_path, "K7PMQ4")

    with pytest.raises(Unknown, match="no room with this code") as fault:
        frame(tmp_path, room="WXYZ23")
    assert "WXYZ23" not in str(fault.value)


def test_the_dictionary_names_every_column() -> None:
    """The page on the export lists the columns of the table in their order."""
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", page.split("## The columns")[1].split("##")[0], re.MULTILINE)

    assert listed == list(COLUMNS)
    assert all(f"`{column}`" in page for column in TREND_COLUMNS)


@pytest.mark.parametrize(
    ("poll", "policy", "answers"), [(FEARS, ROOM, 21), (LOUDEST, ROOM, 22), (GUARDING, ROOM, 26), (GUARDING, TOGETHER, 28)]
)
def test_the_dictionary_says_from_how_many_answers_on(tmp_path: Path, poll: Poll, policy: Policy, answers: int) -> None:
    """Half and half, a result is in the table from just so many answers on, as the page says."""
    page = (ROOT / "docs" / "export.md").read_text(encoding="utf-8")

    def told(people: int) -> bool:
        half = people // 2
        return bool(coarsened(counted(poll, half, 0, people - half, answered=people, policy=policy), EXPORT).buckets)

    assert not told(answers - 1)
    assert told(answers)
    assert re.search(rf"\b{answers}\b", page)
    assert answers >= FEWEST


# Files


@pytest.mark.parametrize(
    ("ending", "read"),
    [
        (".csv", lambda file: pd.read_csv(file, dtype=dict(COLUMNS), keep_default_na=False)),
        (".CSV", lambda file: pd.read_csv(file, dtype=dict(COLUMNS), keep_default_na=False)),
        (".json", lambda file: pd.DataFrame(json.loads(file.read_text(encoding="utf-8")))),
        (".parquet", pd.read_parquet),
    ],
)
def test_a_file_holds_the_table(tmp_path: Path, every_kind: list[Published], ending: str, read: Callable[[Path], pd.DataFrame]) -> None:
    """Whichever form was chosen, what is read back is the table, curly quotes and all, and only its owner may read it."""
    to = tmp_path / f"out{ending}"

    table = export(to, tmp_path)

    assert rows(read(to), *COLUMNS) == rows(table, *COLUMNS) == rows(frame(tmp_path), *COLUMNS)
    assert to.stat().st_mode & 0o777 == 0o600
    assert len(every_kind) == len(KINDS)


def test_a_file_is_only_replaced_when_asked(tmp_path: Path, every_kind: list[Published]) -> None:
    """A file that is there stays as it is, until somebody says that it may go."""
    to = tmp_path / "out.csv"
    to.write_text("mine")

    with pytest.raises(SetupError, match="left alone"):
        export(to, tmp_path)
    assert to.read_text() == "mine"

    export(to, tmp_path, replace=True)
    assert "room,workshop" in to.read_text(encoding="utf-8-sig")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out.csv", FILE]
    assert every_kind


@pytest.mark.parametrize(
    ("to", "complaint"),
    [
        ("out.xlsx", r"must end in \.csv, \.parquet or \.json"),
        ("out", r"must end in"),
        ("nowhere/out.csv", "There is no folder"),
        ("folder.csv", "is a folder"),
        ("file.txt/out.csv", "There is no folder"),
        (f"{'x' * 300}.csv", "could not be looked for"),
    ],
)
def test_a_place_that_cannot_be_written_is_said_plainly(tmp_path: Path, every_kind: list[Published], to: str, complaint: str) -> None:
    """A wrong ending, a folder that is not there, a folder in the file's place: one sentence, and nothing is made."""
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file.txt").write_text("")
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(SetupError, match=complaint) as fault:
        export(tmp_path / to, tmp_path, replace=True)

    assert "\n" not in str(fault.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert every_kind


def test_where_there_is_nothing_yet_that_is_said(tmp_path: Path) -> None:
    """Without any room, and with groups that are too small, one sentence says so, and no file is made, not even an empty one."""
    with pytest.raises(Unknown, match="no results on this computer yet"):
        export(tmp_path / "out.csv", tmp_path)
    assert list(tmp_path.iterdir()) == []

    keep(tmp_path, "K7PMQ4", counted(LOUDEST, 4, 5, 3))
    with pytest.raises(Unknown, match="21 answers or more"):
        export(tmp_path / "out.csv", tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_a_damaged_file_of_results_is_said_plainly(tmp_path: Path) -> None:
    """Results that cannot be read make no file."""
    (tmp_path / FILE).write_text("Dear diary. " * 500)

    with pytest.raises(SetupError, match="cannot be read"):
        export(tmp_path / "out.csv", tmp_path)
    assert not (tmp_path / "out.csv").exists()


def test_without_pyarrow_the_way_out_is_named(tmp_path: Path, every_kind: list[Published]) -> None:
    """Where the library for Parquet is not installed, one sentence says how to get it, and which forms need none."""
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\nfrom workshop_kit.export import export\n"
        f"export(Path({str(tmp_path / 'out.parquet')!r}), Path({str(tmp_path)!r}))"
    )

    ended = subprocess.run([sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False)

    assert "SetupError: Files of this form need pyarrow. Install it with" in ended.stderr
    assert not (tmp_path / "out.parquet").exists()
    assert every_kind


def test_the_command_says_what_is_in_the_file_and_what_is_not(tmp_path: Path, every_kind: list[Published]) -> None:
    """`workshop-kit export` writes the file and says how much is in it; what goes wrong is one sentence and exit code 2."""
    done = run(tmp_path, "export", "--to", "out.csv", "--room", "k7pmq4", "--with-date", "month", cwd=tmp_path)
    again = run(tmp_path, "export", "--to", "out.csv", cwd=tmp_path)

    lines = len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) - 1
    assert done.returncode == 0, done.stderr
    assert f"Wrote {lines} lines from 1 room to out.csv." in done.stdout
    assert "2025-11" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1)
    assert every_kind


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

    labels = [option.label for option in GUARDING.options]
    both = f"{labels[0]} to {labels[1]}"
    assert rows(trend("guarding", tmp_path).iloc[:3], "answer", "shown_as", "fewest", "most") == [
        (labels[0], both, 0, 5),
        (labels[1], both, 0, 5),
        (labels[2], labels[2], 6, 6),
    ]


@pytest.mark.parametrize("poll", [FEARS, LOUDEST, GUARDING, FAR], ids=lambda poll: poll.kind)
def test_a_sum_is_true_of_every_group_that_was_shown_the_same(tmp_path: Path, poll: Poll) -> None:
    """Whatever the groups really said, the true sum of an option lies in its interval."""
    random = Random(5)
    truth = [0] * len(poll.options)
    for number in range(6):
        answers = [random_answer(random, poll) for _ in range(random.randint(7, 16))]
        tally = Tally.of(poll, answers)
        result = publish(tally, ROOM)
        keep(tmp_path, f"ROOM{number}Z", result)
        if result.outcome == "shown":
            truth = [sum(pair) for pair in zip(truth, tally.counts, strict=True)]

    sums = trend(poll.id, tmp_path).tail(len(poll.options))

    for true, (fewest, most) in zip(truth, rows(sums, "fewest", "most"), strict=True):
        assert fewest <= true <= most


def random_answer(random: Random, poll: Poll) -> object:
    ids = [option.id for option in poll.options]
    return [each for each in ids if random.random() < 0.4] if poll.kind == "multi" else random.choice(ids)


def test_only_rooms_that_were_asked_in_the_same_words_are_added_up(tmp_path: Path) -> None:
    """A poll whose question or options were changed since is another poll."""
    earlier = replace(LOUDEST, question="Which is the loudest?")
    keep(tmp_path, "AAAAAA", counted(earlier, 4, 5, 3), day=date(2025, 1, 7))
    keep(tmp_path, "BBBBBB", counted(LOUDEST, 5, 5, 5), day=date(2025, 2, 4))

    table = trend("loudest", tmp_path)

    assert rows(table, "fewest", "answered") == [(5, 15)] * 6


def test_of_each_room_the_first_result_that_was_shown_counts(tmp_path: Path) -> None:
    """A poll that was asked again in one room is counted once, and a result that could not be shown is passed over."""
    keep(tmp_path, "K7PMQ4", counted(LOUDEST, 1, 1, 1), counted(LOUDEST, 4, 5, 3), counted(LOUDEST, 8, 4, 4))

    assert rows(trend("loudest", tmp_path).iloc[:3], "fewest", "answered") == [(4, 12), (5, 12), (3, 12)]


@pytest.mark.parametrize(("poll", "simulated"), [("weight", False), ("wish", False), ("nothing", False), ("loudest", True)])
def test_what_cannot_be_added_up_is_refused(tmp_path: Path, every_kind: list[Published], poll: str, simulated: bool) -> None:
    """Rankings, lines, unknown polls, and rooms of simulated people alone have no trend."""
    if simulated:
        Results(tmp_path).forget("K7PMQ4")
        keep(tmp_path, "SSSSSS", *every_kind, simulated=True)
        assert len(trend(poll, tmp_path, simulated=True)) == 6

    with pytest.raises(Unknown, match="can be added up"):
        trend(poll, tmp_path)
