"""Every kind of question from the asking to the showing: twelve people answer, and all faces of the result tell one story.

What is expected of each kind is written out by hand, so that no part of the kit is asked whether it is right about itself.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree

import ipywidgets as widgets
import pytest
from playwright.sync_api import Browser, Page, expect

from tests import every_kind
from tests.browsers import SMALLEST, Visitors, barriers
from tests.shown import BANDED, EVERY_SORT, MOVED, TEXTS, TOGETHER_FIRST
from tests.world import SAY, RunningRoom
from workshop_kit import charts, material
from workshop_kit.cards.follow import Follower
from workshop_kit.cockpit.poll_card import PollCard
from workshop_kit.disclosure import Published
from workshop_kit.polls import KINDS, Poll
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.server import pages
from workshop_kit.words.catalog import language
from workshop_kit.words.tables import label_of

WALL: Final = {"width": 1920, "height": 1080}
LINKED: Final = ("/abc/runs/3/result.svg", "/abc/runs/3/result.svg?dark")
WHOLE: Final = '<!doctype html><html lang="en"><title>A result</title><style>{style}</style><main><h1>A result</h1>{piece}</main></html>'
CELLS: Final = ("th", "td", "li")
PASS: Final = {"pass": True}
FEW: Final = "few or none (0 to 2)"
BIRDS: Final = "The birds on the sandbank, and how they all rose at once"
OTHERS: Final = "Other answers: The wood behind them, where it is quiet and the path is soft under one's feet; The inn; Something else"


class Asked(NamedTuple):
    """What twelve people answer to a poll, and what is to be seen of it.

    `rows` are those of the table, people's own words in any order; `buckets` are what the result holds as data: label, fewest, most.
    """

    kind: str
    answers: Sequence[object]
    rows: Sequence[tuple[str, ...]]
    buckets: Sequence[tuple[str, int, int]] = ()
    head: tuple[str, ...] = ("Answer", "People")
    order: Sequence[Sequence[str]] = ()
    means: Sequence[float] = ()


ASKED: Final = (
    Asked(
        "single",
        ["shore"] * 4 + ["dunes"] * 4 + ["wood", "inn", "other", PASS],
        [("The shore", "4"), ("The dunes", "4"), (OTHERS, "3")],
        [("The shore", 4, 4), ("The dunes", 4, 4), (OTHERS, 3, 3)],
    ),
    Asked(
        "multi",
        [["coat", "bread"]] * 4 + [["coat", "book"]] * 2 + [["book", "friend"], [], [], [], [], PASS],
        [("A coat", "6"), ("Bread and cheese", "4"), ("A book", "3"), ("A friend", FEW), ("Something else", FEW)],
        [("A coat", 6, 6), ("Bread and cheese", 4, 4), ("A book", 3, 3), ("A friend", 0, 2), ("Something else", 0, 2)],
    ),
    Asked(
        "scale",
        [1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 5, PASS],
        [("Not far", "3"), ("A little way", "3"), ("Some way to As far as it goes", "5")],
        [("Not far", 3, 3), ("A little way", 3, 3), ("Some way to As far as it goes", 5, 5)],
    ),
    Asked(
        "slider",
        [0, 1, 1, 4, 5, 6, 6, 7, 9, 10, 10, PASS],
        [("0 to 1 (Not at all warm)", "3"), ("2 to 6", "4"), ("7 to 10 (Very warm)", "4")],
        [("0 to 1 (Not at all warm)", 3, 3), ("2 to 6", 4, 4), ("7 to 10 (Very warm)", 4, 4)],
    ),
    Asked(
        "rank",
        [
            *[["talk", "tea", "birds", "wind"]] * 4,
            *[["birds", "wind", "talk", "tea"]] * 3,
            *[["wind", "birds", "tea", "talk"]] * 2,
            *[["tea", "birds", "talk", "wind"], ["talk", "birds", "wind", "tea"], PASS],
        ],
        [
            (BIRDS, "1st", "2.1", "3"),
            ("The talk on the way", "2nd", "2.3", "5"),
            ("The wind", "level: 3rd to 4th", "2.8", "3 (with 1 other)"),
            ("The tea afterwards", "level: 3rd to 4th", "2.8", "3 (with 1 other)"),
        ],
        [(BIRDS, 3, 3), ("The talk on the way", 5, 5), ("Other answers: The wind; The tea afterwards", 3, 3)],
        ("Option", "Place in the group's order", "Mean place", "First choice of"),
        order=[["birds"], ["talk"], ["wind", "tea"]],
        means=[2.8, 2.1, 2.3, 2.8],
    ),
    Asked(
        "text",
        [*(f"We saw {number} swans" for number in range(2, 11)), "The <b>sea</b> & us", "  The <b>sea</b>  & us\n", PASS],
        [*((f"We saw {number} swans",) for number in range(2, 11)), ("The <b>sea</b> & us",)],
        head=("In people's own words",),
    ),
)


class Piece(HTMLParser):
    """What a result says as a piece of HTML: the words of its table, the description of its picture, and its note."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.head: list[str] = []
        self.rows: list[list[str]] = []
        self.lines: list[str] = []
        self.alt = ""
        self.words = ""
        self._into: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alt = dict(attrs)["alt"] or ""
        elif tag == "tr":
            self.rows.append([])
        elif tag == "li":
            self._into = self.lines
        elif tag == "th" and dict(attrs).get("scope") == "col":
            self._into = self.head
        elif tag in ("th", "td"):
            self._into = self.rows[-1]
        if self._into is not None and tag in CELLS:
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in CELLS:
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


class World(NamedTuple):
    """A room, a phone that is watching, and the stage."""

    room: RunningRoom
    phone: Page
    stage: Page


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[World]:
    """Yield one room, in which a poll of each kind is asked, one after the other."""
    folder = tmp_path_factory.mktemp("kinds")
    with RunningRoom(folder / "room", *every_kind.arguments(folder / "material")) as room, Visitors(browser) as visitors:
        world = World(room, visitors.page(), visitors.page(viewport=WALL))
        world.phone.goto(room.connection.public_url + room.path())
        world.stage.goto(room.connection.public_url + room.path("/stage"))
        yield world
        assert visitors.elsewhere == []
        assert visitors.faults == []


def on_a_card(poll: Poll) -> str:
    """Return what a facilitator's card of a poll shows, as HTML."""

    def parts(widget: widgets.Widget) -> Iterator[widgets.Widget]:
        yield widget
        for child in getattr(widget, "children", ()):
            yield from parts(child)

    card = PollCard(poll, Follower(language()))
    return "".join(part.value for part in parts(card) if isinstance(part, widgets.HTML))


def test_the_small_workshop_has_a_poll_of_every_kind() -> None:
    """The tests below would say nothing of a kind that is missing from their world."""
    assert [asked.kind for asked in ASKED] == list(every_kind.KINDS) == list(KINDS)
    assert {shown.poll.kind for shown in EVERY_SORT.values() if isinstance(shown, Published)} == set(KINDS)


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.kind)
def test_chart_table_description_and_data_say_the_same(world: World, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked, answered, closed and revealed: phone, stage, notebook, chart, table, description and data show the expected numbers."""
    room = world.room
    monkeypatch.setenv(FOLDER_VARIABLE, str(room.folder))
    poll = material.read(room.folder.with_name("material")).poll(asked.kind)
    run = room.poll(asked.kind, asked.answers)
    expect(world.stage.get_by_role("heading", name=poll.question)).to_be_visible()
    expect(world.phone.locator(f'form.ballot[data-kind="{asked.kind}"]')).to_be_visible()
    room.lead(run, "close")
    if asked.kind == "text":
        for line in room.control.get(f"/runs/{run}/lines").json()["lines"]:
            room.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": "approve"}).raise_for_status()
        room.lead(run, "publish")
    room.lead(run, "reveal")

    at = room.path(f"/runs/{run}/result")
    data, piece, small, wall = (
        room.public.get(at + rest).raise_for_status() for rest in (".json", ".html", ".svg", ".svg?size=projector&dark")
    )
    facilitators = room.control.get(f"/runs/{run}/result.html").text
    pictures = [small.text, wall.text, facilitators[facilitators.index("<svg") : facilitators.index("</svg>") + 6]]
    expect(world.phone.locator("section.run tbody tr")).to_have_count(len(asked.rows))
    expect(world.stage.locator(".lines li" if asked.kind == "text" else "tbody tr")).to_have_count(len(asked.rows))
    phone, stage = (Piece(page.content()) for page in (world.phone, world.stage))

    assert data.content == room.control.get(f"/runs/{run}/result.json").content
    assert_data(data.json(), asked)
    for shown in (Piece(piece.text), Piece(facilitators), phone, Piece(on_a_card(poll))):
        assert_table(shown, asked)
    if asked.kind == "text":
        assert sorted(stage.lines) == sorted(f"“{line}”" for (line,) in asked.rows)
    else:
        assert_table(stage, asked)
    for picture in pictures:
        assert_drawing(picture, asked)
    told = {Piece(piece.text).alt, phone.alt, *(drawn(picture, "desc")[0] for picture in pictures)}
    assert_description(told if asked.kind == "text" else told | {stage.alt}, asked)


def assert_data(shown: dict[str, Any], asked: Asked) -> None:
    """See that a result as data holds the expected numbers, and nothing where there is nothing to hold."""
    poll = Poll.from_dict(shown["poll"])
    buckets = [(label_of(each["options"], poll, language()), each["fewest"], each["most"]) for each in shown["buckets"]]

    assert (poll.kind, shown["outcome"]) == (asked.kind, "shown")
    assert (shown["answered"], shown["passed"]) == (11, "few")
    assert (buckets, shown["order"], shown["means"]) == (list(asked.buckets), list(asked.order), list(asked.means))
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


def test_a_piece_says_the_table_the_note_and_the_description() -> None:
    """Every sort of result and comparison, with its chart linked in light and dark; one that is simulated says so beside its chart."""
    for name, shown in EVERY_SORT.items():
        html, table = pages.result(shown, SAY, simulated=False, pictures=LINKED), charts.table(shown, SAY)
        piece = Piece(html)

        assert piece.table == ((table.head, list(table.rows)) if table.rows else ((), [])), name
        assert charts.note(shown, SAY) in unescape(html), name
        assert piece.alt == charts.alt_text(shown, SAY), name
        assert re.findall(r'(?:src|srcset)="([^"]*)"', html) == ["/abc/runs/3/result.svg?dark", "/abc/runs/3/result.svg"], name
        assert "Simulated answers" not in html, name
        assert "Simulated answers" in pages.result(shown, SAY, simulated=True, pictures=LINKED), name


def test_a_piece_fits_the_smallest_phone_and_axe_finds_no_barrier(visitors: Visitors) -> None:
    """At 320 pixels nothing is to be scrolled sideways; a table that is set line by line is still one, and names each of its cells."""
    page = visitors.page(viewport=SMALLEST)
    for shown in (TOGETHER_FIRST, TEXTS, BANDED, MOVED):
        page.set_content(WHOLE.format(style=pages._STYLE, piece=pages.result(shown, SAY, simulated=False, svg=charts.svg(shown, SAY))))

        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]
        assert barriers(page) == []
        for place, (heading, *cells) in enumerate(charts.table(shown, SAY).rows):
            row = page.get_by_role("row").nth(place + 1)
            assert row.get_by_role("rowheader").inner_text() == heading
            assert row.get_by_role("cell").all_inner_texts() == cells
    before = page.locator("td").evaluate_all("cells => cells.map((cell) => getComputedStyle(cell, '::before').content)")
    assert before[:2] == ['"Before: "', '"After: "']
