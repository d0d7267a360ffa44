"""Agreement: report, export and trend of one room say what its phones saw, and nothing that goes against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.after.kept import rows
from tests.after.paper import Page
from tests.world import PEOPLE, SAY, RunningRoom
from workshop_kit import charts, material
from workshop_kit.after.export import export, frame, trend
from workshop_kit.after.report.contents import contents
from workshop_kit.after.report.page import html
from workshop_kit.client import Result
from workshop_kit.disclosure import EXPORT, ROOM, Bucket, Published, coarsened
from workshop_kit.disk.rooms import Results, RoomRecord
from workshop_kit.material.afterwards import Afterwards
from workshop_kit.words.catalog import language
from workshop_kit.words.tables import label_of
from workshop_kit.workshop import Workshop

# One of each kind that a file tells of; and of all of them there is enough that it may.
ASKED: Final = ("fears", "loudest", "guarding", "pulse")
UNSEEN: Final = "held_back"
MANY: Final = 60


@dataclass(frozen=True)
class Evening:
    """A room that is over: where it is kept, and what its phones were sent of each poll, as numbers and as rows of a page."""

    folder: Path
    record: RoomRecord
    sent: dict[str, Published]
    pages: dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory, workshop: Workshop) -> Evening:
    """Return an evening with sixty people, four kinds of poll, and one more that was never revealed."""
    folder, random = tmp_path_factory.mktemp("evening") / "kit", Random(5)
    sent: dict[str, Published] = {}
    pages: dict[str, list[list[str]]] = {}
    with RunningRoom(folder, "--seats", str(MANY)) as room:
        room.sit(*PEOPLE[:MANY])
        for name in (*ASKED, UNSEEN):
            poll, run = workshop.poll(name), room.ask(name)
            options = [option.id for option in poll.options]
            for seat in PEOPLE[:MANY]:
                [one] = random.choices(options, [len(options) - place / 2 for place in range(len(options))])
                room.cast(run, seat, [one] if poll.kind == "multi" else one).raise_for_status()
            room.lead(run, "close")
            if name in ASKED:
                room.lead(run, "reveal")
                sent[name] = Published.from_dict(room.result(run))
                [pages[name]] = Page(room.public.get(room.path(f"/runs/{run}/result.html")).raise_for_status().text).tables[:1]
        room.stop()
    [record] = Results(folder).rooms()
    return Evening(folder, record, sent, pages)


def test_the_report_says_what_phones_saw(evening: Evening, workshop: Workshop) -> None:
    """Each revealed poll's table stands in the report cell by cell as on the phones; what was not revealed does not."""
    runs = Results(evening.folder).runs(evening.record.code)
    [unseen] = [run.published for run in runs if run.poll.id == UNSEEN]
    assert unseen

    told = contents(evening.record, runs, workshop, material.contacts(), Afterwards(), facilitator=False)

    tables = Page(html(told)).tables
    assert evening.pages == {name: rows_of(published) for name, published in evening.sent.items()}
    assert [table for table in tables if table in evening.pages.values()] == list(evening.pages.values())
    assert rows_of(unseen) not in tables


def test_the_export_says_nothing_that_goes_against_what_phones_saw(evening: Evening, tmp_path: Path) -> None:
    """Every row of the file follows from what phones were sent, in numbers of eleven or more, and holds what they were sent."""
    table = export(tmp_path / "results.csv", evening.folder, room=evening.record.code)

    for name, sent in evening.sent.items():
        expected = coarsened(sent, EXPORT).buckets
        assert expected, f"The file should say something of {name}"
        assert rows(table[table["poll"] == name], "answer", "fewest", "most") == [
            (label_of(each.options, sent.poll, SAY), each.fewest, each.most) for each in expected
        ]
        assert [each for each in expected if 0 < each.fewest < EXPORT.cell] == []
        assert [each for each in expected if not is_made_of(each, sent.buckets)] == []


def is_made_of(coarse: Bucket, shown: Sequence[Bucket]) -> bool:
    """Return whether a line of a file holds the people of some lines that a room was shown, all of them and nobody else."""
    within = [each for each in shown if set(each.options) <= set(coarse.options)]
    fewest, most = sum(each.fewest for each in within), sum(each.most for each in within)
    return {option for each in within for option in each.options} == set(coarse.options) and coarse.fewest <= fewest <= most <= coarse.most


def test_export_and_trend_agree_with_what_the_room_saw(evening: Evening) -> None:
    """Told as carefully as in the room, the table is what phones were sent line by line; the trend says of each option as much as its line did."""
    table = frame(evening.folder, policy=ROOM)
    for name, sent in evening.sent.items():
        followed = trend(name, evening.folder)
        is_sum = followed["room"].isna()
        said = rows(followed[~is_sum], "answer", "fewest", "most")

        exported = rows(table[table["poll"] == name], "answer", "fewest", "most")

        assert exported == rows(Result.told(sent, SAY).frame(), "answer", "fewest", "most")
        assert said == [(label_of([option.id], sent.poll, SAY), *seen(sent, option.id)) for option in sent.poll.options]
        # The sum of one evening is that evening.
        assert rows(followed[is_sum], "answer", "fewest", "most") == said
        assert set(followed["answered"]) == {sent.answered}


def rows_of(published: Published) -> list[list[str]]:
    """Return the rows of a result's table."""
    return [list(row) for row in charts.table(published, language()).rows]


def seen(published: Published, option: object) -> tuple[int, int]:
    """Return between how many and how many people chose an option, as far as a result tells."""
    [line] = [each for each in published.buckets if option in each.options]
    return (line.fewest, line.most) if len(line.options) == 1 else (0, line.most)
