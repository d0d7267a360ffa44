"""Each kind of poll from asking to the wall: twelve phones answer over HTTP, and chart, table, alt text and data say the same.

What is expected of each kind is written out by hand, so that no part of the kit is asked whether it is right about itself.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from html.parser import HTMLParser
from random import Random
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

import pytest

from tests import every_kind
from tests.world import PATIENCE_SECONDS, RunningRoom, new_seats
from workshop_kit.client import LedRoom, LedRun, Phone, line_for

SEATS: Final = new_seats(Random(61), 12)
PASS: Final = {"pass": True}
BIRDS: Final = "The birds on the sandbank, and how they all rose at once"
OTHERS: Final = "Other answers: The wood behind them, where it is quiet and the path is soft under one's feet; The inn; Something else"


class Asked(NamedTuple):
    """What twelve people answer to a poll, and what is to be seen of it.

    `rows` are those of the table, those of people's own words in any order; `data` is what the result holds as data, a bucket
    as its label and the fewest and most people for whom it stands.
    """

    kind: str
    answers: Sequence[object]
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    data: dict[str, object]


def bucket(label: str, fewest: int, most: int | None = None) -> tuple[str, int, int]:
    return label, fewest, fewest if most is None else most


ASKED: Final = (
    Asked(
        "single",
        ["shore"] * 4 + ["dunes"] * 4 + ["wood", "inn", "other", PASS],
        ("Answer", "People"),
        [("The shore", "4"), ("The dunes", "4"), (OTHERS, "3")],
        {"buckets": [bucket("The shore", 4), bucket("The dunes", 4), bucket(OTHERS, 3)]},
    ),
    Asked(
        "multi",
        [["coat", "bread"]] * 4 + [["coat", "book"]] * 2 + [["book", "friend"], [], [], [], [], PASS],
        ("Answer", "People"),
        [
            *[("A coat", "6"), ("Bread and cheese", "4"), ("A book", "3")],
            *[("A friend", "few or none (0 to 2)"), ("Something else", "few or none (0 to 2)")],
        ],
        {
            "buckets": [
                *[bucket("A coat", 6), bucket("Bread and cheese", 4), bucket("A book", 3)],
                *[bucket("A friend", 0, 2), bucket("Something else", 0, 2)],
            ]
        },
    ),
    Asked(
        "scale",
        [1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, PASS],
        ("Answer", "People"),
        [("Not far", "3"), ("A little way", "3"), ("Some way to As far as it goes", "5")],
        {"buckets": [bucket("Not far", 3), bucket("A little way", 3), bucket("Some way to As far as it goes", 5)]},
    ),
    Asked(
        "slider",
        [0, 1, 1, 4, 5, 6, 6, 7, 9, 10, 10, PASS],
        ("Answer", "People"),
        [("0 to 1 (Not at all warm)", "3"), ("2 to 6", "4"), ("7 to 10 (Very warm)", "4")],
        {"buckets": [bucket("0 to 1 (Not at all warm)", 3), bucket("2 to 6", 4), bucket("7 to 10 (Very warm)", 4)]},
    ),
    Asked(
        "rank",
        [
            *[["talk", "tea", "birds", "wind"]] * 4,
            *[["birds", "wind", "talk", "tea"]] * 3,
            *[["wind", "birds", "tea", "talk"]] * 2,
            *[["tea", "birds", "talk", "wind"], ["talk", "birds", "wind", "tea"], PASS],
        ],
        ("Option", "Place in the group's order", "Mean place", "First choice of"),
        [
            (BIRDS, "1st", "2.1", "3"),
            ("The talk on the way", "2nd", "2.3", "5"),
            ("The wind", "level: 3rd to 4th", "2.8", "3 (with 1 other)"),
            ("The tea afterwards", "level: 3rd to 4th", "2.8", "3 (with 1 other)"),
        ],
        {
            "order": [["birds"], ["talk"], ["wind", "tea"]],
            "means": [2.8, 2.1, 2.3, 2.8],
            "buckets": [bucket(BIRDS, 3), bucket("The talk on the way", 5), bucket("Other answers: The wind; The tea afterwards", 3)],
        },
    ),
    Asked(
        "text",
        [*(f"We saw {number} swans" for number in range(2, 11)), "The <b>sea</b> & us", "  The <b>sea</b>  & us\n", PASS],
        ("In people's own words",),
        [*((f"We saw {number} swans",) for number in range(2, 11)), ("The <b>sea</b> & us",)],
        {"buckets": []},
    ),
)


class Piece(HTMLParser):
    """What a result says as a piece of HTML: the words of its table, the description of its picture, and its note."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.head: list[str] = []
        self.rows: list[list[str]] = []
        self.alt = ""
        self.words = ""
        self._into: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alt = dict(attrs)["alt"] or ""
        elif tag == "tr":
            self.rows.append([])
        elif tag == "th" and dict(attrs).get("scope") == "col":
            self._into = self.head
        elif tag in ("th", "td"):
            self._into = self.rows[-1]
        if self._into is not None and tag in ("th", "td"):
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._into = None

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._into is not None:
            self._into[-1] += data

    @property
    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """The words above the columns, and those of each row."""
        return tuple(self.head), [tuple(row) for row in self.rows if row]


def drawn(svg: str, tag: str) -> list[str]:
    """Return the words of each element of a kind in a drawing, in the order in which they were drawn."""
    found = (element for element in ElementTree.fromstring(svg).iter() if element.tag.rpartition("}")[2] == tag)
    return [" ".join("".join(element.itertext()).split()) for element in found]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room in which a poll of each kind is asked, one after the other."""
    folder = tmp_path_factory.mktemp("each")
    with RunningRoom(folder / "room", *every_kind.arguments(folder / "material")) as running:
        yield running


async def answer_it(room: RunningRoom, asked: Asked, run: int) -> None:
    """Let twelve phones read the page, see what kind of question it asks, and answer it, all at once."""
    async with line_for(12) as line, asyncio.timeout(PATIENCE_SECONDS):
        phones = [Phone(room.connection.public_url, room.code, seat, line) for seat in SEATS]
        await asyncio.gather(*(phone.take_seat() for phone in phones))
        questions = await asyncio.gather(*(phone.questions() for phone in phones))
        assert {(number, each.kind) for question in questions for number, each in question.items()} == {(run, asked.kind)}
        await asyncio.gather(*(phone.cast(run, answer) for phone, answer in zip(phones, asked.answers, strict=True)))


def read_every_line(run: LedRun) -> None:
    for line in run.lines():
        run.decide(line.number, "approve")
    run.publish_lines()


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.kind)
def test_chart_table_description_and_data_say_the_same(room: RunningRoom, asked: Asked) -> None:
    """Asked, answered by twelve phones, closed and revealed: every face of the result shows the numbers that are expected."""
    with closing(LedRoom(lambda: room.connection)) as leading:
        run = leading.ask(asked.kind)
        asyncio.run(answer_it(room, asked, run.number))
        run.close()
        if asked.kind == "text":
            read_every_line(run)
        run.reveal()
        facilitators = run.result_html()

    at = room.path(f"/runs/{run.number}/result")
    data, piece, phone, wall = (
        room.public.get(at + rest).raise_for_status() for rest in (".json", ".html", ".svg", ".svg?size=projector&dark")
    )
    pictures = [phone.text, wall.text, facilitators[facilitators.index("<svg") : facilitators.index("</svg>") + 6]]
    assert data.content == room.control.get(f"/runs/{run.number}/result.json").content
    assert_data(data.json(), asked)
    for each in (Piece(piece.text), Piece(facilitators)):
        assert_table(each, asked)
    for picture in pictures:
        assert_drawing(picture, asked)
    assert_description({Piece(piece.text).alt, *(drawn(picture, "desc")[0] for picture in pictures)}, asked)


def assert_data(shown: dict[str, Any], asked: Asked) -> None:
    """See that a result as data holds the expected numbers, and nothing where there is nothing to hold."""
    buckets = [(each["label"], each["fewest"], each["most"]) for each in shown["buckets"]]
    found = {"buckets": buckets, **{name: shown[name] for name in ("order", "means")}}

    assert (shown["poll"]["kind"], shown["outcome"]) == (asked.kind, "shown")
    assert (shown["answered"], shown["passed"]) == (11, "few or none")
    assert found == {"order": [], "means": [], **asked.data}
    assert sorted(shown["texts"]) == sorted(line for (line,) in asked.rows) if asked.kind == "text" else shown["texts"] == []


def assert_table(piece: Piece, asked: Asked) -> None:
    """See that a table has the expected words in the expected order."""
    head, rows = piece.table

    assert head == asked.head
    assert (sorted(rows) == sorted(asked.rows)) if asked.kind == "text" else (rows == asked.rows)
    assert "11 people answered. Passed: few or none." in piece.words


def assert_drawing(picture: str, asked: Asked) -> None:
    """See that each row of the table is drawn: below the title its label, and after it all that is told of it."""
    [title], words = drawn(picture, "title"), " ".join(drawn(picture, "text"))
    chart = words[words.index(title) + len(title) :]

    assert chart.endswith("11 people answered. Passed: few or none.")
    if asked.kind == "text":
        assert sorted(chart.count(f"“{line}”") for (line,) in asked.rows) == [1] * 10
        return
    starts: list[int] = []
    for label, *_ in asked.rows:
        starts.append(chart.index(label, starts[-1] + 1 if starts else 0))
    for (label, *told), start, end in zip(asked.rows, starts, [*starts[1:], len(chart)], strict=True):
        beside = chart[start + len(label) : end].replace(",", " ").split()
        assert [word for cell in told for word in cell.split() if word not in beside] == []


def assert_description(descriptions: set[str], asked: Asked) -> None:
    """See that all pictures have one description, which names the first and the last row as the table has them."""
    [description] = descriptions

    if asked.kind == "text":
        assert "10 lines" in description
        return
    (first, first_told, *_), *_, (last, last_told, *_) = asked.rows
    assert "11 people" in description
    assert f"“{first}”, {first_told}, " in description
    assert f"“{last}”, {last_told}, " in description
