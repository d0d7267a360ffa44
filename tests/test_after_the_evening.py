"""After the evening: report, export and trend made from one room say what its phones saw, and nothing that goes against it."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.world import ROOT, RoomProcess, environment
from workshop_kit import charts
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import EXPORT, Bucket, Published, coarsened
from workshop_kit.export import trend
from workshop_kit.results import Results, frame
from workshop_kit.workshop import Workshop

# Enough that a file may say something of every kind that it tells of.
PEOPLE: Final = 60
ASKED: Final = ("fears", "loudest", "guarding", "pulse")
COMMAND: Final = "from workshop_kit.cli import main; main()"


class Evening:
    """A room that has ended, and what its phones were sent of each poll."""

    def __init__(self, folder: Path, code: str, sent: dict[str, Published], pages: dict[str, list[list[str]]]) -> None:
        self.folder, self.code, self.sent, self.pages = folder, code, sent, pages

    def type(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Type `workshop-kit` and some words, as whoever led this room would."""
        variables = {**environment(), FOLDER_VARIABLE: str(self.folder), "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *words], env=variables, cwd=self.folder.parent, capture_output=True, text=True
        )


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Evening:
    """Return an evening with sixty people, four kinds of poll, and one more that was never revealed."""
    folder = tmp_path_factory.mktemp("evening") / "kit"
    random = Random(5)
    seats = [random.randbytes(16).hex() for _ in range(PEOPLE)]
    sent: dict[str, Published] = {}
    pages: dict[str, list[list[str]]] = {}
    with RoomProcess(folder, "--seats", str(PEOPLE)) as room:
        room.sit(*seats)
        for name in (*ASKED, "held_back"):
            poll = workshop.poll(name)
            run = room.ask(name)
            options = [option.id for option in poll.options]
            for seat in seats:
                one = random.choices(options, [len(options) - place / 2 for place in range(len(options))])[0]
                answer = [one] if poll.kind == "multi" else one if poll.kind == "single" else int(one)
                room.cast(run, seat, answer).raise_for_status()
            room.lead(run, "close")
            if name in ASKED:
                room.lead(run, "reveal")
                sent[name] = Published.from_dict(room.public.get(room.path(f"/runs/{run}/result.json")).raise_for_status().json())
                pages[name] = tables_in(room.public.get(room.path(f"/runs/{run}/result.html")).raise_for_status().text)[0]
        code = room.code
        room.stop()
    return Evening(folder, code, sent, pages)


class _Tables(HTMLParser):
    """The cells of every table's body on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._is_in_a_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of where a cell begins."""
        if tag == "tbody":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._is_in_a_cell = True

    def handle_endtag(self, tag: str) -> None:
        """Take note of where a cell ends."""
        if tag in ("td", "th"):
            self._is_in_a_cell = False

    def handle_data(self, data: str) -> None:
        """Keep what stands in a cell."""
        if self._is_in_a_cell:
            self.tables[-1][-1][-1] += data


def tables_in(page: str) -> list[list[list[str]]]:
    """Return the rows of every table of a page that has any."""
    parser = _Tables()
    parser.feed(page.replace("<thead", "<!--").replace("</thead>", "-->"))
    return [[row for row in table if row] for table in parser.tables]


def rows_of(published: Published) -> list[list[str]]:
    """Return the rows of a result's table."""
    return [list(row) for row in charts.table(published).rows]


def test_the_report_says_what_phones_saw(evening: Evening) -> None:
    """Each revealed poll's table stands in the report cell by cell as on the phones; what was not revealed does not."""
    done = evening.type("report", "--room", evening.code, "--out", str(evening.folder.parent / "report"))
    assert done.returncode == 0, done.stderr

    tables = tables_in((evening.folder.parent / "report" / "report.html").read_text(encoding="utf-8"))

    assert {name: evening.pages[name] for name in ASKED} == {name: rows_of(evening.sent[name]) for name in ASKED}
    assert [table for table in tables if table in evening.pages.values()] == [evening.pages[name] for name in ASKED]
    [unseen] = [run.published for run in Results(evening.folder).runs(evening.code) if run.phase == "closed"]
    assert unseen is not None
    assert rows_of(unseen) not in tables


def test_the_export_says_nothing_that_goes_against_what_phones_saw(evening: Evening) -> None:
    """Every row of the file follows from what phones were sent, in numbers of eleven or more, and holds what they were sent."""
    file = evening.folder.parent / "results.csv"
    done = evening.type("export", "--to", str(file), "--room", evening.code)
    assert done.returncode == 0, done.stderr
    table = frame(evening.folder, room=evening.code)

    assert len(file.read_text(encoding="utf-8").splitlines()) == len(table) + 1
    for name, published in evening.sent.items():
        rows = table[table["poll"] == name]
        expected = coarsened(published, EXPORT).buckets
        assert expected, f"The file should say something of {name}"
        assert [(row.answer, row.fewest, row.most) for row in rows.itertuples()] == [
            (each.label, each.fewest, each.most) for each in expected
        ]
        for coarse in expected:
            assert coarse.fewest == 0 or coarse.fewest >= EXPORT.cell
            within = [each for each in published.buckets if set(each.options) <= set(coarse.options)]
            assert {option for each in within for option in each.options} == set(coarse.options)
            assert coarse.fewest <= most(within)
            assert fewest(within) <= coarse.most


def test_the_trend_of_one_evening_is_what_phones_saw_of_it(evening: Evening) -> None:
    """For a single evening each option's interval is that of the line in which phones saw it, from none where it shares it; the sum is the same."""
    for name, published in evening.sent.items():
        table = trend(name, evening.folder)
        evenings, sums = table[table["room"].notna()], table[table["room"].isna()]
        said = [(row.answer, row.fewest, row.most) for row in evenings.itertuples()]

        assert said == [(option.label, *seen(published, option.id)) for option in published.poll.options]
        assert [(row.answer, row.fewest, row.most) for row in sums.itertuples()] == said
        assert set(table["answered"]) == {published.answered}


def seen(published: Published, option: object) -> tuple[int, int]:
    """Return between how many and how many people chose an option, as far as a result tells."""
    [line] = [each for each in published.buckets if option in each.options]
    return (line.fewest, line.most) if len(line.options) == 1 else (0, line.most)


def fewest(lines: list[Bucket]) -> int:
    """Return how many people some lines stand for, at the least."""
    return sum(line.fewest for line in lines)


def most(lines: list[Bucket]) -> int:
    """Return how many people some lines stand for, at the most."""
    return sum(line.most for line in lines)
