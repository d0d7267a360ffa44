"""The stage in a real browser: what a room sees on its wall, from the welcome to the goodbye.

Each test has a room of its own, in a process of its own. Whatever else a test says, in the end the stage has asked only for
what any phone may ask for, sent nothing, run into no fault of its own, and broken no rule of its own content policy.
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, Final
from xml.etree import ElementTree

import pytest
import segno
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsers import SMALLEST, Visitors, barriers, rows_in, wait_on
from tests.every_kind import PLAN, arguments
from tests.world import RunningRoom, new_seats, wait_for
from workshop_kit import charts
from workshop_kit.disclosure import Published
from workshop_kit.polls import Kind, Poll

WALL: Final = {"width": 1920, "height": 1080}
SMALLER_WALLS: Final = ({"width": 1280, "height": 720}, {"width": 1024, "height": 768})
LEAST_TEXT_PX: Final = 32.0  # 24 points
MOST_REQUESTS: Final = 4
MOST_BYTES: Final = 30_000
LOST: Final = "The connection is lost for the moment. This screen goes on by itself."
SEATS: Final = new_seats(Random(53), 20)
ANSWERS: Final[dict[str, list[Any]]] = {
    "single": ["shore", "shore", "dunes", "wood"],
    "multi": [["coat", "bread"], ["coat"], ["friend"], []],
    "scale": [1, 2, 2, 4],
    "slider": [1, 4, 5, 8],
    "rank": [["wind", "birds", "talk", "tea"], ["birds", "wind", "talk", "tea"], ["wind", "talk", "birds", "tea"]],
    "text": ["The birds", "That it was quiet", "Come along next time", "I laughed more than I have for a long while"],
}
WHAT_THE_STAGE_ASKS: Final = re.compile(
    r"/[2-9A-Z]{6}/(stage(\?\w+)?|events|runs/\d+/result\.svg\?size=projector(&before=\d+)?(&dark)?)|/static/stage\.js\?\w+"
)

# The text of the longest material that `workshop-kit check` lets through, in words of an ordinary length.
LINE: Final = "Something that takes quite a few words to say because it is so very hard to say "

SIZES: Final = """
() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const within = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || within.closest(".unseen, title") || !within.checkVisibility()) continue;
    found.push([walk.currentNode.data.trim(), parseFloat(getComputedStyle(within).fontSize)]);
  }
  return found;
}
"""
BEYOND: Final = """
() => [...document.querySelectorAll("body *:not(.unseen, .unseen *, [data-leaves=pages] .lines *)")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.className || each.tagName, each.getBoundingClientRect(), each])
  .filter(([, box, each]) => box.left < 0 || box.top < 0 || box.right > innerWidth + 0.5 || box.bottom > innerHeight + 0.5
    || each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0 && !each.closest("svg, .lines"))
  .map(([name, box]) => `${name}: ${box.left}, ${box.top} to ${box.right}, ${box.bottom}`)
"""
CELLS: Final = "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))"
LINES_IN_SIGHT: Final = """
() => {
  const { left, right } = document.querySelector(".lines").getBoundingClientRect();
  const boxes = [...document.querySelectorAll(".lines li")].map((line) => [line.textContent, line.getBoundingClientRect()]);
  return boxes.filter(([, box]) => box.left >= left - 1 && box.right <= right + 1).map(([words]) => words);
}
"""
# A page hears of its new size before it is drawn the next time.
TWO_FRAMES: Final = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
OVERFLOW: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FITS: Final = "() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Visitors]:
    """Yield people with a screen each; in the end, see that their stages only looked, and only at what everyone may see."""
    with Visitors(browser) as visitors:
        yield visitors
        assert visitors.elsewhere == []
        assert visitors.faults == []
        assert {method for method, _, _ in visitors.replies} <= {"GET"}
        assert [url for url in visitors.urls if not is_asked_by_the_stage(url)] == []


def is_asked_by_the_stage(url: str) -> bool:
    """Return whether an address is one that the stage has reason to ask for; all of those are public."""
    scheme, _, rest = url.partition("://")
    return scheme != "http" or WHAT_THE_STAGE_ASKS.fullmatch("/" + rest.partition("/")[2]) is not None


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room with a poll of every kind."""
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material")) as room:
        yield room


def stage(room: RunningRoom, visitors: Visitors, asking: str = "", **different: Any) -> Page:
    """Return the stage of a room on one more wall."""
    page = visitors.page(**{"viewport": WALL, **different})
    page.goto(room.connection.public_url + room.path("/stage") + asking)
    return page


def tell(room: RunningRoom, path: str, **what: Any) -> None:
    """Tell the room something, as a facilitator's notebook does."""
    room.control.post(path, json=what).raise_for_status()


def together(room: RunningRoom, *polls: str) -> list[int]:
    """Ask several polls by one act and return the numbers of their runs."""
    runs: list[int] = room.control.post("/runs", json={"polls": polls}).raise_for_status().json()["runs"]
    return runs


def answer(room: RunningRoom, run: int, answers: Sequence[object], people: int = 14) -> None:
    """Let some people answer a run, taking the answers in turn."""
    room.sit(*SEATS[:people])
    for place, seat in enumerate(SEATS[:people]):
        room.cast(run, seat, answers[place % len(answers)]).raise_for_status()


def close(room: RunningRoom, run: int) -> None:
    """Close a run; where people wrote lines, let all of them through."""
    room.lead(run, "close")
    waiting = room.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]
    for line in waiting:
        tell(room, f"/runs/{run}/lines/{line['number']}", decision="approve")
    if waiting:
        room.lead(run, "publish")


def asked(room: RunningRoom, kind: str, people: int = 14) -> int:
    """Ask the poll of a kind, and have it answered."""
    run = room.ask(kind)
    answer(room, run, ANSWERS[kind], people)
    return run


def revealed(room: RunningRoom, kind: str) -> int:
    """Ask the poll of a kind, have it answered, close it and reveal its result."""
    run = asked(room, kind)
    close(room, run)
    room.lead(run, "reveal")
    return run


def shows(page: Page, scene: str) -> None:
    """Wait until the stage shows a scene."""
    expect(page.locator(f"main[data-scene={scene}]")).to_be_visible()


def picture(page: Page) -> Locator:
    """Return the chart on a stage, as soon as it is loaded."""
    chart = page.locator("figure img")
    expect(chart).to_be_visible()
    wait_on(page, lambda: bool(chart.evaluate("it => it.complete && it.naturalWidth > 0")), "the chart to be loaded")
    return chart


# ---- welcome ------------------------------------------------------------------------------------------------------------


def test_who_arrives_sees_how_to_come_in(room: RunningRoom, visitors: Visitors) -> None:
    """The welcome has the title, the address as one would type it, the code by itself and very large, and a true word on anonymity."""
    page = stage(room, visitors)

    expect(page.get_by_role("heading", level=1)).to_have_text("A walk by the sea")
    expect(page.locator(".place")).to_have_text(room.connection.public_url.removeprefix("http://"))
    expect(page.locator(".code")).to_have_text(room.code)
    assert page.locator(".code").evaluate("it => parseFloat(getComputedStyle(it).fontSize)") >= 4 * LEAST_TEXT_PX
    expect(page.get_by_text("Answers are anonymous: nobody is shown who answered what, the facilitator included.")).to_be_visible()
    expect(page.get_by_text("its limits")).to_be_visible()
    assert "100" not in page.locator("main").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_on_the_wall_is_the_rooms_address(room: RunningRoom, visitors: Visitors, theme: str) -> None:
    """In both themes the picture is, module by module, the QR code of the room's page: black on white, in four modules of white."""
    page = stage(room, visitors, f"?{theme}")
    address = room.connection.public_url + room.path()
    drawing = page.get_by_role("img", name=address)
    expect(drawing).to_be_visible()

    ground, dark = drawing.locator("path").all()

    code = segno.make(address, error="m", micro=False)
    assert modules(dark.get_attribute("d") or "") == {
        (x + 4, y + 4) for y, row in enumerate(code.matrix) for x, is_dark in enumerate(row) if is_dark
    }
    side = len(code.matrix) + 8
    assert drawing.get_attribute("viewBox") == f"0 0 {side} {side}"
    assert (ground.get_attribute("d"), ground.get_attribute("fill")) == (f"M0 0h{side}v{side}h-{side}z", "#fff")
    assert dark.get_attribute("stroke") == "#000"
    box = drawing.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > WALL["height"] / 2


def modules(path: str) -> set[tuple[int, int]]:
    """Return the dark modules of a QR code that is drawn in strokes, line by line."""
    dark, x, y = set(), 0.0, 0.0
    for step, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        first, *second = map(float, numbers.split())
        if step == "h":
            dark |= {(int(x) + each, int(y)) for each in range(int(first))}
            x += first
        else:
            x, y = (first, second[0]) if step == "M" else (x + first, y + second[0])
    return dark


def test_a_locked_door_invites_nobody_in(room: RunningRoom, visitors: Visitors) -> None:
    """Once the door is locked the way in disappears from the wall by itself, from the welcome and from every later scene."""
    page = stage(room, visitors)
    expect(page.locator(".code")).to_be_visible()

    tell(room, "/door", state="locked")

    expect(page.get_by_text("The door of this room is locked for now.")).to_be_visible()
    run = room.ask("single")
    shows(page, "question")
    assert room.code not in page.locator("main").inner_text()
    tell(room, "/door", state="open")
    room.lead(run, "close")
    expect(page.locator("footer .code")).to_have_text(room.code)
    expect(page.locator("footer")).to_contain_text(room.connection.public_url.removeprefix("http://"))


# ---- questions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("single", ["Choose one", "The shore", "The inn", "Something else", "A rough guess is enough."]),
        ("multi", ["Choose any number", "A coat", "Bread and cheese", "Something else"]),
        ("scale", ["Choose one", "Not far", "As far as it goes"]),
        ("slider", ["A number from 0 to 10", "0: Not at all warm", "10: Very warm"]),
        ("rank", ["Put in order", "The wind", "The tea afterwards"]),
        ("text", ["In your own words", "The facilitator reads every line before the group sees any", "Please leave out names."]),
    ],
)
def test_a_question_can_be_followed_without_a_phone(room: RunningRoom, visitors: Visitors, kind: Kind, words: Sequence[str]) -> None:
    """Whatever its kind, a question stands on the wall with all that may be answered to it."""
    page = stage(room, visitors)

    room.ask(kind)

    expect(page.get_by_role("heading", level=1)).to_have_text(question(room, kind))
    for each in words:
        expect(page.get_by_text(each, exact=not each.endswith((".", "any"))).first).to_be_visible()


def question(room: RunningRoom, poll: str) -> str:
    """Return the words of a poll's question."""
    sections = room.control.get("/state").json()["workshop"]["sections"]
    return next(str(each["question"]) for section in sections for each in section["polls"] if each["id"] == poll)


def test_the_counter_moves_in_place_and_in_coarse_words(room: RunningRoom, visitors: Visitors) -> None:
    """While people answer, only the counter's words change, and they are those that phones may see."""
    page = stage(room, visitors)
    run = room.ask("single")
    expect(page.get_by_text("Under 5 have answered")).to_be_visible()
    page.locator("main").evaluate("it => { it.isTheSame = true; }")

    answer(room, run, ANSWERS["single"], people=11)

    expect(page.get_by_text("10+ have answered")).to_be_visible()
    assert page.locator("main").evaluate("it => it.isTheSame") is True


def test_several_questions_stand_on_one_wall(room: RunningRoom, visitors: Visitors) -> None:
    """Of several polls that are asked together, each question is there with its options and a counter of its own, until it closes."""
    page = stage(room, visitors)

    first, second, third = together(room, "single", "scale", "slider")

    expect(page.get_by_role("heading", level=1)).to_have_text("3 questions are on your phone")
    expect(page.get_by_role("heading", level=2)).to_have_text([question(room, each) for each in ("single", "scale", "slider")])
    for words in ("The shore", "As far as it goes", "0: Not at all warm"):
        expect(page.get_by_text(words)).to_be_visible()
    answer(room, second, ANSWERS["scale"])
    expect(page.locator(f"[data-step='{second}']")).to_have_text("10+ have answered")
    expect(page.locator(f"[data-step='{third}']")).to_have_text("Under 5 have answered")
    room.lead(first, "close")
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    room.lead(third, "close")
    expect(page.get_by_role("heading", level=1)).to_have_text(question(room, "scale"))


# ---- the timer ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(8, "About 8 minutes"), (1.5, "About 2 minutes"), (0.7, "Less than a minute"), (0.001, "Take the moment you need")],
)
def test_the_timer_is_a_hint_in_words(room: RunningRoom, visitors: Visitors, minutes: float, words: str) -> None:
    """The timer says about how long there is, has no number of seconds, and when it is over nothing closes."""
    page = stage(room, visitors)
    room.ask("single")
    shows(page, "question")
    expect(page.locator("#timer")).to_be_hidden()

    tell(room, "/timer", minutes=minutes)

    expect(page.locator("#timer")).to_have_text(words)
    shows(page, "question")
    tell(room, "/timer", minutes=None)
    expect(page.locator("#timer")).to_be_hidden()


def test_the_timer_counts_down_by_itself(room: RunningRoom, visitors: Visitors) -> None:
    """As minutes go by the words change once in each of them, and the screen is not loaded anew."""
    page = visitors.page(viewport=WALL)
    page.clock.install(time=time.time())
    page.goto(room.connection.public_url + room.path("/stage"))
    tell(room, "/timer", minutes=3)
    expect(page.locator("#timer")).to_have_text("About 3 minutes")
    page.clock.pause_at(time.time() + 10)

    said = []
    for _ in range(8):
        said.append(page.locator("#timer").inner_text())
        page.clock.run_for(30_000)

    assert said == ["About 3 minutes"] * 2 + ["About 2 minutes"] * 2 + ["Less than a minute"] * 2 + ["Take the moment you need"] * 2


@pytest.mark.parametrize("wrong_by", [-7200, 7200])
def test_a_computer_whose_clock_is_wrong_shows_the_same_time_left(room: RunningRoom, visitors: Visitors, wrong_by: int) -> None:
    """What counts is the room's clock: a screen whose own is two hours off says the same words as any other."""
    page = visitors.page(viewport=WALL)
    page.clock.install(time=time.time() + wrong_by)
    page.goto(room.connection.public_url + room.path("/stage"))

    tell(room, "/timer", minutes=3)

    expect(page.locator("#timer")).to_have_text("About 3 minutes")


# ---- closing and showing ------------------------------------------------------------------------------------------------


def test_the_stage_follows_the_room_by_itself(room: RunningRoom, visitors: Visitors) -> None:
    """From the welcome through section, question, closing and result to break and goodbye, nobody touches the screen."""
    page = stage(room, visitors)
    shows(page, "welcome")
    tell(room, "/section", id="01")
    expect(page.get_by_role("heading", name="Setting out")).to_be_visible()
    expect(page.get_by_text("A walk by the sea")).to_be_visible()
    run = asked(room, "single")
    expect(page.get_by_role("heading", name=question(room, "single"))).to_be_visible()
    room.lead(run, "close")
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    expect(page.get_by_text("What the group said appears here when the facilitator shows it.")).to_be_visible()
    room.lead(run, "reveal")
    picture(page)
    room.lead(run, "hide")
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    room.lead(run, "reveal")
    picture(page)
    tell(room, "/stage", show="break")
    tell(room, "/timer", minutes=10)
    expect(page.get_by_role("heading", name="Time for a break")).to_be_visible()
    expect(page.get_by_text("About 10 minutes")).to_be_visible()
    tell(room, "/stage", show="follow")
    picture(page)
    tell(room, "/section", id="02")
    expect(page.get_by_role("heading", name="Coming home")).to_be_visible()
    tell(room, "/stage", show="closing")
    expect(page.get_by_role("heading", name="Thank you for being here.")).to_be_visible()

    assert sum("/static/stage.js" in url for url in visitors.urls) == 1


def test_lines_that_are_being_read_are_said_to_be_read(room: RunningRoom, visitors: Visitors) -> None:
    """Between the closing of a poll in people's own words and its result, the wall says what happens, and shows no line."""
    page = stage(room, visitors)
    run = asked(room, "text")

    room.lead(run, "close")

    expect(page.get_by_text("The facilitator reads what was written before the group sees it")).to_be_visible()
    assert not any(line in page.content() for line in ANSWERS["text"])


@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if kind != "text"])
def test_a_revealed_result_is_one_large_chart_with_words_for_who_does_not_see_it(room: RunningRoom, visitors: Visitors, kind: str) -> None:
    """The chart made for a wall fills it; its description, its table and its small print say the same as on a phone."""
    page = stage(room, visitors)

    run = revealed(room, kind)

    result = Published.from_dict(room.result(run))
    chart = picture(page)
    expect(chart).to_have_accessible_name(charts.alt_text(result))
    expect(chart).to_have_js_property("currentSrc", f"{room.connection.public_url}{room.path()}/runs/{run}/result.svg?size=projector")
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] > 0.85 * WALL["height"]
    assert box["width"] > 0.9 * WALL["width"]
    head, rows = (page.locator(f"table {part} tr").evaluate_all(CELLS) for part in ("thead", "tbody"))
    assert ([tuple(row) for row in head], [tuple(row) for row in rows]) == ([charts.table(result).head], list(charts.table(result).rows))
    expect(page.locator("caption")).to_have_text(result.poll.question)
    expect(page.locator(".unseen p")).to_have_text(charts.note(result))


def test_too_few_answers_are_said_to_be_too_few(room: RunningRoom, visitors: Visitors) -> None:
    """Where there is no chart to be drawn, the wall says so, and why, in words of its own size."""
    page = stage(room, visitors)

    run = asked(room, "scale", people=4)
    room.lead(run, "close", "reveal")

    result = Published.from_dict(room.result(run))
    expect(page.get_by_role("heading", level=1)).to_have_text(charts.finding(result))
    expect(page.get_by_text(charts.note(result))).to_be_visible()
    expect(page.get_by_text(result.poll.question)).to_be_visible()


def test_what_people_wrote_is_read_as_text(room: RunningRoom, visitors: Visitors) -> None:
    """Lines in people's own words are text on the wall, with their question, as large as they fit."""
    page = stage(room, visitors)

    run = revealed(room, "text")

    expect(page.locator(".lines li")).to_have_text([f"“{line}”" for line in room.result(run)["texts"]])
    assert set(room.result(run)["texts"]) == set(ANSWERS["text"])
    expect(page.get_by_role("heading", level=1)).to_have_text(question(room, "text"))
    expect(page.get_by_text("All lines are on your phone")).to_be_hidden()


def test_lines_that_do_not_fit_on_one_wall_are_turned_like_pages(longest_room: RunningRoom, visitors: Visitors) -> None:
    """Where there are more lines than a wall holds, the keys of a clicker turn from page to page, and no line is left out."""
    page = stage(longest_room, visitors)
    run = longest_room.ask("text")
    answer(longest_room, run, some_answers(polls_of(longest_room)["text"]), people=20)
    close(longest_room, run)
    longest_room.lead(run, "reveal")
    expect(page.locator("#page")).to_have_text(re.compile(r"1 of \d\. All lines are on your phone, too\."))
    number = int(page.locator("#page").inner_text()[5])

    seen = [page.evaluate(LINES_IN_SIGHT)]
    for turned in range(2, number + 1):
        page.keyboard.press("PageDown")
        expect(page.locator("#page")).to_contain_text(f"{turned} of {number}.")
        seen.append(page.evaluate(LINES_IN_SIGHT))
    page.keyboard.press("PageDown")
    expect(page.locator("#page")).to_contain_text(f"{number} of {number}.")
    page.keyboard.press("PageUp")
    expect(page.locator("#page")).to_contain_text(f"{number - 1} of {number}.")

    assert 1 < number < 4
    assert set(chain(*seen)) == {f"“{line}”" for line in longest_room.result(run)["texts"]}


def test_a_comparison_is_shown_where_there_is_one(room: RunningRoom, visitors: Visitors) -> None:
    """A poll that was asked again is shown beside its earlier result, until that is thrown away: then by itself."""
    first = revealed(room, "scale")
    page = stage(room, visitors)
    second = room.ask("scale", before=first)
    answer(room, second, [4, 4, 5, 5])

    room.lead(second, "close", "reveal")

    expect(page.get_by_role("columnheader")).to_have_text(["Answer", "Before", "After"])
    drawing = f"{room.connection.public_url}{room.path()}/runs/{second}/result.svg?size=projector"
    expect(picture(page)).to_have_js_property("currentSrc", f"{drawing}&before={first}")
    room.lead(first, "discard")
    expect(page.get_by_role("columnheader")).to_have_text(["Answer", "People"])
    expect(picture(page)).to_have_js_property("currentSrc", drawing)


def test_of_several_results_the_last_that_is_revealed_is_shown(room: RunningRoom, visitors: Visitors) -> None:
    """Of polls that were asked together, revealing one after the other shows one after the other, each by itself and large."""
    page = stage(room, visitors)
    runs = together(room, "single", "scale", "slider")
    for run, kind in zip(runs, ("single", "scale", "slider"), strict=True):
        answer(room, run, ANSWERS[kind])
        room.lead(run, "close")
    shows(page, "closed")

    for run in runs:
        room.lead(run, "reveal")
        expect(page.locator("figure img")).to_have_attribute("src", f"{room.path()}/runs/{run}/result.svg?size=projector")
    room.lead(runs[2], "hide")

    expect(page.locator("figure img")).to_have_attribute("src", f"{room.path()}/runs/{runs[1]}/result.svg?size=projector")


def test_a_picture_that_does_not_come_leaves_its_table(room: RunningRoom, visitors: Visitors) -> None:
    """Where a chart cannot be loaded, the same numbers stand on the wall as a table."""
    page = stage(room, visitors)
    page.route("**/result.svg*", lambda route: route.abort())

    run = revealed(room, "multi")

    expect(page.locator("table")).to_be_visible()
    expect(page.locator("figure")).to_be_hidden()
    assert rows_in(page) == list(charts.table(Published.from_dict(room.result(run))).rows)


def test_before_a_result_is_revealed_the_wall_knows_nothing_of_it(room: RunningRoom, visitors: Visitors) -> None:
    """Whatever people answered, the page of a closed poll is the same to the last letter."""
    pages = []
    for answers in (["shore"], ["dunes", "wood"], ["inn", {"pass": True}]):
        run = room.ask("single")
        answer(room, run, answers)
        close(room, run)
        html = room.public.get(room.path("/stage")).text
        assert f"{run}:closed" in html
        pages.append(html.replace(f"{run}:closed", "closed"))
        room.lead(run, "discard")

    assert len(set(pages)) == 1


def test_who_leaves_knows_where_support_is_found(tmp_path: Path, visitors: Visitors) -> None:
    """The goodbye names the page of contacts as phones call it, its address to type, and the person near by."""
    near = "Dr Weber, front desk, until nine"
    with RunningRoom(tmp_path / "room", "--contact", near) as room:
        page = stage(room, visitors)
        tell(room, "/stage", show="closing")

        expect(page.get_by_text("“Someone to talk to”")).to_be_visible()
        expect(page.get_by_text(near)).to_be_visible()
        address = page.locator(".middle .place").inner_text()

        assert room.public.get(f"http://{address}").status_code == 200
        assert "Someone to talk to" in room.public.get(room.path()).text


# ---- what holds when the line does not ----------------------------------------------------------------------------------


def test_a_killed_server_takes_nothing_from_the_wall(room: RunningRoom, visitors: Visitors) -> None:
    """While the server is away the wall keeps what it shows and says so in a line; when it is back the wall goes on by itself."""
    page = stage(room, visitors)
    run = asked(room, "single")
    shows(page, "question")

    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    shows(page, "question")
    assert page.evaluate(FITS)
    room.start()

    expect(page.get_by_text(LOST)).to_be_hidden()
    expect(page.get_by_text("Under 5 have answered")).to_be_visible()
    room.lead(run, "close")
    shows(page, "closed")


def test_a_silent_line_is_opened_anew(room: RunningRoom, visitors: Visitors) -> None:
    """Where nothing is heard for longer than two heartbeats, not even an error, the page opens its line again."""
    page = visitors.page(viewport=WALL)
    page.clock.install(time=time.time())
    page.goto(room.connection.public_url + room.path("/stage"))

    def opened() -> int:
        return sum(url.endswith("/events") for url in visitors.urls)

    wait_on(page, lambda: opened() == 1, "the first line")

    page.clock.fast_forward(46_000)

    wait_on(page, lambda: opened() == 2, "the second line")


def test_without_javascript_the_wall_shows_the_room_and_says_what_to_do(room: RunningRoom, visitors: Visitors) -> None:
    """A browser whose JavaScript is off shows the room as it is, and asks to be reloaded."""
    room.ask("single")

    page = stage(room, visitors, java_script_enabled=False)

    expect(page.get_by_text("please reload the page")).to_be_visible()
    expect(page.get_by_text("The dunes")).to_be_visible()


# ---- how it looks -------------------------------------------------------------------------------------------------------


def tour(room: RunningRoom, page: Page) -> Iterator[str]:
    """Bring a stage to every scene, one after the other, and yield what each is called."""
    shows(page, "welcome")
    yield "welcome"
    tell(room, "/section", id="01")
    shows(page, "section")
    yield "section"
    polls = polls_of(room)
    for kind, poll in polls.items():
        run = room.ask(kind)
        tell(room, "/timer", minutes=5)
        expect(page.get_by_role("heading", level=1, name=poll.question)).to_be_visible()
        expect(page.locator("#timer")).to_be_visible()
        yield f"question: {kind}"
        answer(room, run, some_answers(poll), people=20)
        close(room, run)
        shows(page, "closed")
        yield f"closed: {kind}"
        room.lead(run, "reveal")
        shows(page, "result")
        if kind != "text":
            picture(page)
        yield f"result: {kind}"
    run = room.ask("text")
    answer(room, run, some_answers(polls["text"]))
    room.lead(run, "close")
    expect(page.get_by_text("The facilitator reads what was written")).to_be_visible()
    yield "reading"
    room.lead(run, "discard")
    runs = together(room, *polls)
    expect(page.get_by_role("heading", level=1)).to_contain_text("6 questions")
    yield "several questions"
    for run in runs:
        room.lead(run, "discard")
    run = room.ask("single")
    room.lead(run, "close", "reveal")
    expect(page.get_by_role("heading", name="Not enough answers to show")).to_be_visible()
    yield "too few"
    tell(room, "/timer", minutes=5)
    for scene in ("break", "closing"):
        tell(room, "/stage", show=scene)
        shows(page, scene)
        yield scene
    tell(room, "/door", state="locked")
    tell(room, "/stage", show="welcome")
    expect(page.get_by_text("The door of this room is locked")).to_be_visible()
    yield "locked"
    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    yield "connection lost"


def polls_of(room: RunningRoom) -> dict[str, Poll]:
    """Return the polls of a room's workshop by their ids."""
    sections = room.control.get("/state").json()["workshop"]["sections"]
    return {each["id"]: Poll.from_dict(each) for section in sections for each in section["polls"]}


def some_answers(poll: Poll) -> list[Any]:
    """Return answers to a poll, so many of each kind that they can be shown, and as long as they may be."""
    ids = [option.id for option in poll.options]
    if poll.kind == "text":
        return [f"{number} {LINE * 2}"[:139] + "." for number in range(20)]
    if poll.kind == "rank":
        return [ids, [*ids[1:], ids[0]], ids]
    return [[ids[0]], ids[:2], ids[1:], []] if poll.kind == "multi" else list(ids[:4])


@pytest.fixture
def longest_room(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room whose every word is as long as it may be, and which says that it is a rehearsal."""
    folder = tmp_path / "material"
    folder.mkdir()
    for name, content in longest_material().items():
        # What is JSON is YAML as well.
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    near = "Somebody near by whose name is long, at a place whose name is long as well, every day from early to late"
    with RunningRoom(tmp_path / "room", "--material", str(folder), "--plan", PLAN, "--simulated", "--contact", near) as room:
        yield room


def longest_material() -> dict[str, Any]:
    """Return a workshop with a poll of every kind, in which nothing may be longer."""
    options = [{"id": f"option{number}", "label": f"{number} {LINE}"[:79] + "."} for number in range(6)]
    points = [each["label"] for each in options]
    of_its_kind: dict[str, dict[str, Any]] = {
        "single": {"options": options},
        "multi": {"options": options},
        "scale": {"options": points},
        "slider": {"low": LINE[:39] + ".", "high": LINE[:39] + "."},
        "rank": {"options": options},
        "text": {},
    }
    question = (LINE * 2)[:159] + "?"
    section = {"id": "01", "title": LINE.strip(), "notebook": "01_long.ipynb", "sources": ["All of it"]}
    block = {"block": "slack", "minutes": 60}
    plan = {"id": PLAN, "title": "An hour", "meeting_min": 60, "texts": True, "meetings": [[block]]}
    polls = [
        {"id": kind, "section": "01", "kind": kind, "question": question, "hint": question, **more} for kind, more in of_its_kind.items()
    ]
    return {"workshop.yaml": {"id": "long", "title": LINE.strip(), "sections": [section], "plans": [plan]}, "polls.yaml": {"polls": polls}}


def test_nobody_has_to_come_nearer_to_read(room: RunningRoom, visitors: Visitors) -> None:
    """On a wall of 1920 by 1080 nothing that is to be read is smaller than 24 points, in any scene, nor in the chart."""
    page = stage(room, visitors)

    too_small = {scene: smaller(room, page) for scene in tour(room, page)}

    assert {scene: found for scene, found in too_small.items() if found} == {}


def test_the_longest_words_there_may_be_fit_and_can_be_read(longest_room: RunningRoom, visitors: Visitors) -> None:
    """With every text as long as it may be, no scene is larger than a wall or goes below 24 points; on a phone it only grows longer."""
    page = stage(longest_room, visitors)
    found: dict[str, list[str]] = {}

    for scene in tour(longest_room, page):
        found[scene] = smaller(longest_room, page)
        for wall in (*SMALLER_WALLS, WALL):
            page.set_viewport_size({"width": wall["width"], "height": wall["height"]})
            page.evaluate(TWO_FRAMES)
            found[f"{scene}, {wall['width']} wide"] = [*page.evaluate(BEYOND), *([] if page.evaluate(FITS) else ["scrolls"])]
        page.set_viewport_size({"width": SMALLEST["width"], "height": SMALLEST["height"]})
        page.evaluate(TWO_FRAMES)
        found[f"{scene}, on a phone"] = [*(["scrolls sideways"] if page.evaluate(OVERFLOW) > 0 else [])]
        page.set_viewport_size({"width": WALL["width"], "height": WALL["height"]})
        page.evaluate(TWO_FRAMES)
        if scene != "connection lost":
            expect(page.get_by_text("Rehearsal: simulated people")).to_be_visible()

    assert {scene: faults for scene, faults in found.items() if faults} == {}


def smaller(room: RunningRoom, page: Page) -> list[str]:
    """Return what can be read on a stage and is smaller than 24 points, in the page or in its chart."""
    read: list[tuple[str, float]] = [(words, size) for words, size in page.evaluate(SIZES)]
    if page.locator("figure img").count():
        read += chart_sizes(room, page)
    assert read
    return [f"{size:.1f} px: {words}" for words, size in read if size < LEAST_TEXT_PX]


def chart_sizes(room: RunningRoom, page: Page) -> list[tuple[str, float]]:
    """Return each text of the chart on a stage with its size, in pixels on the wall."""
    chart = page.locator("figure img")
    box = chart.bounding_box()
    drawing = ElementTree.fromstring(room.public.get(chart.get_attribute("src") or "").text)
    assert box is not None
    _, _, width, height = map(float, drawing.attrib["viewBox"].split())
    scale = min(box["width"] / width, box["height"] / height)
    texts = [each for each in drawing.iter() if each.tag.endswith("text") and "".join(each.itertext()).strip()]
    assert texts
    return [("".join(each.itertext()), scale * float(each.attrib["font-size"].removesuffix("px"))) for each in texts]


def test_axe_finds_no_barrier_in_any_scene_in_light_or_dark(room: RunningRoom, visitors: Visitors) -> None:
    """No scene breaks a rule of WCAG 2.2 AA that a program can check, on a light ground or a dark one; and nothing moves."""
    page = stage(room, visitors)
    found: dict[str, list[str]] = {}

    for scene in tour(room, page):
        for theme in ("dark", "light"):
            page.keyboard.press("d")
            expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
            found[f"{scene}, {theme}"] = barriers(page)
        assert page.evaluate("() => document.getAnimations().length") == 0

    assert {scene: faults for scene, faults in found.items() if faults} == {}


GROUNDS: Final = {"light": "rgb(251, 248, 243)", "dark": "rgb(20, 25, 29)"}


@pytest.mark.parametrize(
    ("scheme", "asking", "theme"),
    [("light", "", "light"), ("dark", "", "dark"), ("light", "?dark", "dark"), ("dark", "?light", "light")],
)
def test_light_and_dark_follow_the_computer_unless_the_address_says_otherwise(
    room: RunningRoom, visitors: Visitors, scheme: str, asking: str, theme: str
) -> None:
    """Ground and chart follow the computer's setting, or the address, or the key D, and always go together."""
    page = stage(room, visitors, asking, color_scheme=scheme)
    run = revealed(room, "multi")

    for now in (theme, "dark" if theme == "light" else "light"):
        chart = picture(page)
        drawing = f"{room.connection.public_url}{room.path()}/runs/{run}/result.svg?size=projector"
        expect(chart).to_have_js_property("currentSrc", drawing + ("&dark" if now == "dark" else ""))
        expect(page.locator("body")).to_have_css("background-color", GROUNDS[now])
        page.keyboard.press("d")


def test_the_key_f_fills_the_screen_and_leaves_it(room: RunningRoom, visitors: Visitors) -> None:
    """One key is enough to fill the screen, the same one to leave it; no pointer is needed."""
    page = stage(room, visitors)

    def is_full() -> bool:
        return bool(page.evaluate("() => document.fullscreenElement !== null"))

    page.keyboard.press("f")
    wait_on(page, is_full, "the stage to fill the screen")
    page.keyboard.press("f")

    wait_on(page, lambda: not is_full(), "the stage to leave the full screen")


def test_a_rehearsal_is_called_one(tmp_path: Path, visitors: Visitors) -> None:
    """In a room with simulated people the wall says so before anything is asked; in a real one it does not."""
    for arguments_, count in (([], 0), (["--simulated"], 1)):
        with RunningRoom(tmp_path / f"room{count}", *arguments_) as room:
            page = stage(room, visitors)
            shows(page, "welcome")
            expect(page.get_by_text("Rehearsal: simulated people")).to_have_count(count)


# ---- what it costs ------------------------------------------------------------------------------------------------------


def test_opening_the_stage_costs_little(room: RunningRoom, visitors: Visitors) -> None:
    """Opening the stage and following it to a question takes at most four requests and fewer than 30 kB, and keeps nothing."""
    page = stage(room, visitors)
    shows(page, "welcome")
    wait_for(lambda: any(url.endswith("/events") for url in visitors.urls), "the line to the room")

    room.ask("single")
    shows(page, "question")

    asked_for = [url for url in visitors.urls if not url.startswith("data:")]
    assert len(asked_for) <= MOST_REQUESTS, asked_for
    sent = [room.public.get(url, headers={"Accept-Encoding": "gzip"}).headers["content-length"] for url in asked_for if "events" not in url]
    assert sum(map(int, sent)) < MOST_BYTES
    assert page.evaluate("() => [sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
