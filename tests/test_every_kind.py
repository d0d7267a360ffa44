"""Every kind of question from the asking to the showing: twelve people over HTTP, three in a browser, and one picture for all.

What is asked about each kind is the same: do phone, stage, notebook, chart, table, description and data tell one story?
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final
from xml.etree import ElementTree

import ipywidgets as widgets
import pytest
from playwright.sync_api import Page, expect

from tests.browsers import Visitors, launched
from tests.every_kind import KINDS, arguments
from tests.world import RunningRoom, new_seats, wait_for
from workshop_kit import charts, material
from workshop_kit.charts import Table
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.polls import PASS, Poll, Tally

WALL: Final = {"width": 1920, "height": 1080}
CELLS: Final = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
# Twelve people over HTTP, and then the three in their browsers.
ANSWERS: Final[Mapping[str, Sequence[object]]] = {
    "single": [*["shore"] * 5, *["dunes"] * 4, *["inn"] * 2, PASS, "shore", "wood", "dunes"],
    "multi": [*[["coat", "bread"]] * 5, *[["bread", "friend"]] * 4, ["book"], [], PASS, ["coat"], ["bread", "friend"], []],
    "scale": [1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, PASS, 2, 4, 5],
    "slider": [0, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, PASS, 3, 8, 10],
    "rank": [
        *[["wind", "birds", "talk", "tea"]] * 3,
        *[["birds", "tea", "wind", "talk"]] * 3,
        *[["talk", "wind", "tea", "birds"]] * 3,
        *[["tea", "talk", "birds", "wind"]] * 2,
        PASS,
        ["wind", "tea", "talk", "birds"],
        ["talk", "birds", "tea", "wind"],
        ["birds", "wind", "talk", "tea"],
    ],
    "text": [
        *[f"A {word} day" for word in ("long", "short", "warm", "cold", "slow", "quiet", "bright", "grey", "good", "kind", "soft")],
        PASS,
        "We should go again",
        "The tea!",
        "we should go AGAIN",
    ],
}


@dataclass(frozen=True, slots=True)
class World:
    """A room, three people with a phone, a stage, and a facilitator's notebook."""

    room: RunningRoom
    phones: Sequence[Page]
    stage: Page
    polls: Mapping[str, Poll]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Yield one room for all kinds."""
    folder: Path = tmp_path_factory.mktemp("kinds")
    with (
        RunningRoom(folder / "room", "--seats", "99", *arguments(folder / "material")) as room,
        launched() as browser,
        Visitors(browser) as visitors,
    ):
        address = f"{room.connection.public_url}/{room.code}"
        phones, stage = [visitors.page() for _ in range(3)], visitors.page(viewport=WALL)
        for phone in phones:
            phone.goto(address)
        stage.goto(f"{address}/stage")
        yield World(room, phones, stage, material.read(folder / "material").polls)
        assert visitors.elsewhere == []
        assert visitors.faults == []


def answer_on(page: Page, poll: Poll, answer: object) -> None:
    """Answer a poll on its page with what the page offers to a hand."""
    form = page.locator("form.ballot")
    expect(form).to_be_visible()
    if poll.kind == "text":
        form.get_by_label("Your line").fill(str(answer))
    elif isinstance(answer, list) and poll.kind == "rank":
        put_in_order(form.locator("li.item").first.page, [str(each) for each in answer])
    else:
        for each in answer if isinstance(answer, list) else [answer]:
            form.locator(f'input[value="{each}"]').check()
    form.locator("button.main").click()
    expect(page.get_by_text("Answered. You can change it until the poll closes.").first).to_be_visible()


def put_in_order(page: Page, wanted: Sequence[str]) -> None:
    """Press the arrows until the options stand in the order that is wanted."""

    def order() -> list[str]:
        return [item.get_attribute("data-option") or "" for item in page.locator("li.item").all()]

    page.locator("li.item button.down").first.click()  # for the day on which chance has drawn the very order that is wanted
    for place, option in enumerate(wanted):
        while order().index(option) > place:
            page.locator(f'li.item[data-option="{option}"] button.up').click()
    assert order() == list(wanted)


def let_every_line_through(room: RunningRoom, run: int) -> None:
    """Approve what was written, where anything waits to be read."""
    for line in room.control.get(f"/runs/{run}/lines").json()["lines"]:
        room.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": "approve"}).raise_for_status()
    room.control.post(f"/runs/{run}/publish").raise_for_status()


def words_in(svg: str) -> str:
    """Return all that is written in a drawing, on one line."""
    written = ("".join(element.itertext()) for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text"))
    return " ".join(" ".join(written).split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_poll_is_told_alike_wherever_it_is_shown(kind: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen people answer; phone, stage, notebook, chart, table, description and data all show what may be published of it."""
    room, poll, answers = world.room, world.polls[kind], ANSWERS[kind]
    expected = publish(Tally.of(poll, answers), ROOM.suited_to(poll))
    run = room.ask(kind)

    seats = new_seats(Random(kind), 12)
    room.sit(*seats)
    for seat, answer in zip(seats, answers, strict=False):
        room.cast(run, seat, answer).raise_for_status()
    expect(world.stage.get_by_role("heading", name=poll.question)).to_be_visible()
    for page, answer in zip(world.phones, answers[12:], strict=True):
        answer_on(page, poll, answer)
    wait_for(lambda: room.state()["step"] == "10+", "the counter to move")
    room.lead(run, "close")
    if kind == "text":
        let_every_line_through(room, run)
    room.lead(run, "reveal")

    assert expected.outcome == "shown"
    assert room.result(run) == expected.to_dict()
    assert room.control.get(f"/runs/{run}/result.json").json() == json.loads(json.dumps(expected.to_dict()))
    table = charts.table(expected)
    assert [shown_on(page, table) for page in world.phones] == [table.rows] * 3
    assert shown_on_stage(world.stage, expected, table) == table.rows
    assert shown_in_a_notebook(world, poll, monkeypatch) == table.rows
    drawn = words_in(room.public.get(room.path(f"/runs/{run}/result.svg")).text)
    for cell in {cell for row in table.rows for cell in row if cell.isdigit()} or {str(expected.answered)}:
        assert re.search(rf"\b{cell}\b", drawn)
    if kind != "text":
        assert world.phones[0].locator("figure img").get_attribute("alt") == charts.alt_text(expected)


def shown_on(page: Page, table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the table on a phone."""
    rows = page.locator("section.run table tbody tr")
    expect(rows).to_have_count(len(table.rows))
    return tuple(map(tuple, rows.evaluate_all(CELLS)))


def shown_on_stage(stage: Page, expected: Published, table: Table) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the table that goes with the stage's picture, or the lines that it shows in large type."""
    if expected.texts:
        expect(stage.locator(".lines li")).to_have_count(len(expected.texts))
        return tuple((line.strip("“”"),) for line in stage.locator(".lines li").all_text_contents())
    expect(stage.locator("figure img")).to_have_attribute("alt", charts.alt_text(expected))
    rows = stage.locator("table tbody tr")
    return tuple(map(tuple, rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")))


def shown_in_a_notebook(world: World, poll: Poll, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the table on a facilitator's card."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(world.room.folder))
    follower = Follower()
    card = PollCard(poll, follower)
    shown = "".join(part.value for part in every_part(card) if isinstance(part, widgets.HTML))
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)[1:]
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return tuple(tuple(html.unescape(re.sub("<[^>]+>", "", cell)).strip() for cell in row) for row in cells)


def every_part(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Yield a widget and all that it holds."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every_part(child)


def test_no_browser_is_needed_to_say_which_kinds_there_are(world: World) -> None:
    """The small workshop asks one poll of every kind that the kit knows."""
    assert tuple(world.polls) == KINDS
    assert {poll.kind for poll in world.polls.values()} == set(KINDS)
