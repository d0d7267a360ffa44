"""The stage: what a room sees on its wall, from the welcome to the goodbye.

What stands in a scene is read from the page as the server sends it; how the stage follows the room, fits a wall and is read by
everybody is seen in a real browser.
"""

import json
import re
import time
from collections.abc import Iterator
from html import unescape
from itertools import chain, product
from pathlib import Path
from typing import Any, Final, Literal
from xml.etree import ElementTree

import pytest
import segno
from playwright.sync_api import Page, expect

from tests.browsers import SMALLEST, Visitors, barriers, rows_in, wait_on
from tests.every_kind import KINDS, PLAN
from tests.phones import GROUP, OVERFLOW, drawn, long_answers, others_answer, polls_of, published
from tests.world import MANY, PEOPLE, SAY, RunningRoom, wait_for
from workshop_kit import charts
from workshop_kit.disclosure import Published
from workshop_kit.polls import PASS
from workshop_kit.server import house

pytestmark = pytest.mark.room(kinds=True)

WALL: Final = {"width": 1920, "height": 1080}
SMALLER_WALLS: Final = ({"width": 1280, "height": 720}, {"width": 1024, "height": 768})
LEAST_TEXT_PX: Final = 32.0  # 24 points
LOST: Final = "The connection is lost for the moment. This screen goes on by itself."
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
LINES_IN_SIGHT: Final = """
() => {
  const { left, right } = document.querySelector(".lines").getBoundingClientRect();
  const boxes = [...document.querySelectorAll(".lines li")].map((line) => [line.textContent, line.getBoundingClientRect()]);
  return boxes.filter(([, box]) => box.left >= left - 1 && box.right <= right + 1).map(([words]) => words);
}
"""
# A page hears of its new size before it is drawn the next time.
TWO_FRAMES: Final = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
FITS: Final = "() => document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def walls(visitors: Visitors) -> Iterator[Visitors]:
    """Yield people with a wall each; in the end, see that their stages only looked, and only at what everyone may see."""
    yield visitors
    assert {method for method, _, _ in visitors.replies} <= {"GET"}
    asked = [url.partition("://")[2] for url in visitors.urls if url.startswith("http:")]
    assert [url for url in asked if not WHAT_THE_STAGE_ASKS.fullmatch("/" + url.partition("/")[2])] == []


def stage(room: RunningRoom, walls: Visitors, **different: Any) -> Page:
    """Return the stage of a room on one more wall."""
    page = walls.page(**{"viewport": WALL, **different})
    page.goto(stage_of(room))
    return page


def stage_of(room: RunningRoom) -> str:
    """Return where the stage of a room is."""
    return room.connection.public_url + room.path("/stage")


def place_of(room: RunningRoom) -> str:
    """Return the address of a room's computer as one would type it."""
    return room.connection.public_url.removeprefix("http://")


def words_on(room: RunningRoom) -> str:
    """Return the words of the scene that stands on the stage now."""
    [scene] = re.findall(r"<main.*</main>", room.public.get(room.path("/stage")).text, re.DOTALL)
    return " ".join(unescape(re.sub(r"<title>.*?</title>|<[^>]+>", " ", scene)).split())


def revealed(room: RunningRoom, kind: str) -> int:
    """Ask the poll of a kind, have it answered, close it and reveal its result."""
    run = room.poll(kind, GROUP[kind])
    published(room, run, polls_of(room)[kind])
    return run


def drawing_of(room: RunningRoom, run: int) -> str:
    """Return where the stage finds the chart of a run."""
    return room.path(f"/runs/{run}/result.svg?size=projector")


def shows(page: Page, scene: str) -> None:
    """Wait until the stage shows a scene."""
    expect(page.locator(f"main[data-scene={scene}]")).to_be_visible()


def test_who_arrives_sees_how_to_come_in(room: RunningRoom) -> None:
    """The welcome has the title, the address as one would type it, the code, and a true word on anonymity; a locked door hides the way in."""
    said = words_on(room)
    assert f"A walk by the sea Scan the picture with your phone, or type this address into its browser {place_of(room)} " in said
    assert f"and then this code {room.code} " in said
    assert "Answers are anonymous: nobody is shown who answered what, the facilitator included." in said
    assert "what its limits are" in said
    assert not re.search(r"100 ?%", said)
    run = room.ask("single")
    room.tell("/door", state="open")
    assert f"Join: {place_of(room)} , code {room.code}" in words_on(room)

    room.count()

    assert room.code not in words_on(room)
    room.lead(run, "discard")
    assert "The door of this room is locked for now." in words_on(room)
    assert room.code not in words_on(room)


def test_the_picture_on_the_wall_is_the_rooms_address(room: RunningRoom) -> None:
    """The picture is the QR code of the room's page: black on white, in four modules of white, in any theme."""
    address = room.connection.public_url + room.path()
    [svg] = re.findall(r"<svg.*?</svg>", room.public.get(room.path("/stage")).text, re.DOTALL)
    code = segno.make(address, error="m", micro=False)
    expected = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True)

    picture = ElementTree.fromstring(svg)

    ground, dark = (each.attrib for each in picture.iter("path"))
    assert [ground, dark] == [each.attrib for each in ElementTree.fromstring(expected).iter("path")]
    assert (ground["fill"], dark["stroke"]) == ("#fff", "#000")
    assert picture.attrib["viewBox"] == "0 0 {0} {0}".format(len(code.matrix) + 8)
    assert "".join(next(picture.iter("title")).itertext()) == f"QR code: {address}"


def test_a_question_can_be_followed_without_a_phone(room: RunningRoom) -> None:
    """Whatever its kind, a question stands on the wall with all that may be answered to it, alone and among several."""
    ways = {"single": "Choose one", "multi": "Choose any number", "scale": "Choose one", "slider": "A number from 0 to 10"}
    ways |= {"rank": "Put in order", "text": "In your own words"}
    hints = {"text": "The facilitator reads every line before the group sees any, and is not shown whose it is. Please leave out names."}
    answers = {
        kind: [option.label for option in poll.options] if kind != "slider" else [f"0: {poll.low}", f"10: {poll.high}"]
        for kind, poll in polls_of(room).items()
    }

    for kind, poll in polls_of(room).items():
        run = room.ask(kind)
        said = words_on(room)
        expected = [ways[kind], "Under 5 have answered", poll.question, poll.hint or "", hints.get(kind, ""), *answers[kind]]
        assert [words for words in expected if words not in said] == []
        room.lead(run, "discard")
    runs = dict(zip(KINDS, room.ask_together(*KINDS), strict=True))
    others_answer(room, runs["scale"], GROUP["scale"])
    wait_for(lambda: "10+" in words_on(room), "the counter of one question to move")
    said = words_on(room)
    assert said.startswith("6 questions are on your phone")
    for kind, poll in polls_of(room).items():
        counter = "10+" if kind == "scale" else "Under 5"
        assert f"{poll.question} {counter} have answered {' '.join(answers[kind]) or ways[kind]}" in said
    for kind in KINDS[1:]:
        room.lead(runs[kind], "close")
    assert words_on(room).startswith(f"Choose one Under 5 have answered {polls_of(room)['single'].question}")


def test_before_a_result_is_revealed_the_wall_knows_nothing_of_it(room: RunningRoom) -> None:
    """Whatever people answered, the page of a closed poll is the same to the last letter, and says what happens to what they wrote."""
    pages = set()
    for answers in (["shore"] * 14, ["dunes", "wood"] * 7, ["inn", PASS] * 7):
        run = room.poll("single", answers, "close")
        html = room.public.get(room.path("/stage")).text
        assert f"{run}:closed" in html
        pages.add(html.replace(f"{run}:closed", "closed"))
        assert "What the group said appears here when the facilitator shows it." in words_on(room)
        room.lead(run, "discard")
    run = room.poll("text", GROUP["text"], "close")

    assert len(pages) == 1
    assert "The facilitator reads what was written before the group sees it" in words_on(room)
    assert not any(line in words_on(room) for line in GROUP["text"])
    room.let_through(run)
    assert "Of the lines, only those that were let through are kept." in words_on(room)


def test_a_result_without_a_chart_is_said_in_words(room: RunningRoom) -> None:
    """From too few answers the wall says so, and why; comments in people's own words stand there as text, with their question."""
    polls = polls_of(room)
    run = room.poll("scale", GROUP["scale"][:4])
    few = published(room, run, polls["scale"])
    few_said = words_on(room)
    room.lead(run, "discard")
    told = Published.from_dict(room.result(revealed(room, "text")))

    assert few_said.startswith(f"{polls['scale'].question} {charts.finding(few, SAY)} {charts.note(few, SAY)}")
    assert set(told.texts) == set(GROUP["text"])
    lines = " ".join(f"“{line}”" for line in told.texts)
    assert words_on(room).endswith(f"{polls['text'].question} {lines} {SAY('phone.script.counted', n=MANY)}")


def test_of_several_results_the_last_that_is_revealed_is_shown(room: RunningRoom) -> None:
    """Of polls that were asked together, the latest of those that are revealed stands on the wall, by itself."""
    runs = room.ask_together("single", "scale", "slider")
    for run, kind in zip(runs, ("single", "scale", "slider"), strict=True):
        others_answer(room, run, GROUP[kind])
        room.lead(run, "close")

    for act, run, shown in (("reveal", runs[0], 0), ("reveal", runs[1], 1), ("reveal", runs[2], 2), ("hide", runs[2], 1)):
        room.lead(run, act)
        assert re.findall(r'<img src="([^"]*)"', room.public.get(room.path("/stage")).text) == [drawing_of(room, runs[shown])]


def test_who_leaves_knows_where_support_is_found(tmp_path: Path) -> None:
    """The goodbye names the page of contacts as phones call it, its address to type, and the person near by; a rehearsal is called one."""
    near, rehearsal = "Dr Weber, front desk, until nine", "Rehearsal: simulated people"
    with RunningRoom(tmp_path / "room", "--contact", near, "--simulated") as room:
        room.tell("/stage", show="closing")
        said = words_on(room)
        assert f"touch “Someone to talk to”, or type {place_of(room)}{room.path('/contacts')}" in said
        assert f"Near here: {near}" in said
        assert rehearsal in said
        assert room.public.get(room.path("/contacts")).status_code == 200
        assert "Someone to talk to" in room.public.get(room.path()).text
    with RunningRoom(tmp_path / "real") as room:
        assert rehearsal not in words_on(room)


def test_the_stage_follows_the_room_by_itself(room: RunningRoom, walls: Visitors) -> None:
    """From the welcome, with code and picture very large, to the goodbye, nobody touches the screen; a question costs and keeps little."""
    page = stage(room, walls)
    shows(page, "welcome")
    assert page.locator(".arrive .code").evaluate("it => parseFloat(getComputedStyle(it).fontSize)") >= 4 * LEAST_TEXT_PX
    box = page.get_by_role("img", name=room.connection.public_url + room.path()).bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) > WALL["height"] / 2
    room.tell("/section", id="01")
    expect(page.get_by_role("heading", name="Setting out")).to_be_visible()
    run = room.ask("single")
    expect(page.get_by_text("Under 5 have answered")).to_be_visible()
    asked_for = [url for url in walls.urls if not url.startswith("data:")]
    # Page, script, stream, section and question; and two more while people were counted.
    assert len(asked_for) <= 5 + 2, asked_for
    replies = [room.public.get(url, headers={"Accept-Encoding": "gzip"}) for url in asked_for if "events" not in url]
    assert sum(int(reply.headers["content-length"]) for reply in replies) < 30_000
    assert page.evaluate("() => [sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]
    page.locator("main").evaluate("it => { it.isTheSame = true; }")
    others_answer(room, run, GROUP["single"])
    expect(page.get_by_text("10+ have answered")).to_be_visible()
    assert page.locator("main").evaluate("it => it.isTheSame") is True
    room.lead(run, "close")
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    room.tell("/door", state="open")
    expect(page.locator("footer .code")).to_have_text(room.code)
    room.count()
    expect(page.locator("footer .code")).to_have_count(0)
    for act in ("reveal", "hide", "reveal"):
        room.lead(run, act)
        shows(page, "closed" if act == "hide" else "result")
    drawn(page, page.locator("figure"))
    room.tell("/stage", show="break")
    room.tell("/timer", minutes=10)
    expect(page.get_by_role("heading", name="Time for a break")).to_be_visible()
    expect(page.locator("#timer")).to_have_text("About 10 minutes")
    room.tell("/stage", show="follow")
    drawn(page, page.locator("figure"))
    room.tell("/section", id="02")
    expect(page.get_by_role("heading", name="Coming home")).to_be_visible()
    room.tell("/stage", show="closing")
    expect(page.get_by_role("heading", name="Thank you for being here.")).to_be_visible()
    expect(page.locator("#announced")).to_have_text("Thank you for being here.")

    assert sum("/static/stage.js" in url for url in walls.urls) == 1


def test_everyone_sees_how_many_seats_are_taken(room: RunningRoom, walls: Visitors) -> None:
    """Behind a door that was locked the wall shows the number of seats, very large, until the people are counted; later it says where one is missing."""
    page = stage(room, walls)
    room.sit(*PEOPLE[:11])
    room.tell("/stage", show="break")
    shows(page, "break")
    assert "11 seats" not in words_on(room)

    room.tell("/door", state="locked")
    expect(page.get_by_role("heading", name="11 seats are taken. Are there 11 of us?")).to_be_visible()
    expect(page.locator("#announced")).to_have_text("11 seats are taken. Are there 11 of us?")
    assert page.locator(".heads").evaluate("it => parseFloat(getComputedStyle(it).fontSize)") >= 6 * LEAST_TEXT_PX
    room.public.request("DELETE", room.path("/seats"), json={"seat": PEOPLE[0]})
    expect(page.get_by_role("heading", name="10 seats are taken. Are there 10 of us?")).to_be_visible()
    room.tell("/heads", heads=10)
    shows(page, "break")
    expect(page.get_by_text(SAY("phone.script.counted", n=10))).to_be_visible()
    room.tell("/heads/one-more")
    expect(page.get_by_text("10 of 11 seats")).to_be_visible()
    room.tell("/heads/nobody-more")
    expect(page.get_by_text("of 11 seats")).to_have_count(0)


def test_a_comparison_is_shown_for_as_long_as_there_is_one(room: RunningRoom, walls: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poll that was asked again is shown beside its earlier result until that is thrown away; without its picture it is a table."""
    monkeypatch.setattr(house, "BEAT_SECONDS", 1)
    page, first = stage(room, walls), revealed(room, "scale")
    second = room.poll("scale", [4, 4, 5, 5] * 3, "close", "reveal", before=first)

    expect(page.get_by_role("columnheader")).to_have_text(["Answer", "Before", "After"])
    source = room.connection.public_url + drawing_of(room, second)
    expect(drawn(page, page.locator("figure"))).to_have_js_property("currentSrc", f"{source}&before={first}")
    room.lead(first, "discard")
    expect(page.get_by_role("columnheader")).to_have_text(["Answer", "People"])
    expect(drawn(page, page.locator("figure"))).to_have_js_property("currentSrc", source)
    expect(page.locator("table")).not_to_be_in_viewport()
    page.route("**/result.svg*", lambda route: route.abort())
    page.reload()
    expect(page.locator("figure")).to_be_hidden()
    expect(page.locator("table")).to_be_in_viewport()
    assert rows_in(page) == list(charts.table(Published.from_dict(room.result(second)), SAY).rows)


@pytest.mark.parametrize("wrong_by", [-7200, 7200])
def test_the_timer_is_a_hint_in_words(room: RunningRoom, walls: Visitors, wrong_by: int) -> None:
    """A clock two hours off says about how long there is, once a minute, and closes nothing; a line silent for so long is opened anew."""
    page = walls.page(viewport=WALL)
    page.clock.install(time=time.time() + wrong_by)
    page.goto(stage_of(room))
    room.ask("single")
    shows(page, "question")
    timer = page.locator("#timer")
    expect(timer).to_be_hidden()

    for minutes, words in {8: "About 8 minutes", 1.99: "About 2 minutes", 0.99: "Less than a minute", 30: "About 30 minutes"}.items():
        room.tell("/timer", minutes=minutes)
        expect(timer).to_have_text(words)
    # Nothing tells the screen the time while its own clock is turned on.
    page.route("**/stage", lambda route: route.abort())
    page.clock.pause_at(room.state()["ends_at"] - 170 + wrong_by)
    said = []
    for _ in range(8):
        said.append(timer.inner_text())
        page.clock.run_for(30_000)

    assert said == ["About 3 minutes"] * 2 + ["About 2 minutes"] * 2 + ["Less than a minute"] * 2 + ["Take the moment you need"] * 2
    shows(page, "question")
    wait_on(page, lambda: sum(url.endswith("/events") for url in walls.urls) > 1, "the line to be opened anew")
    room.tell("/timer", minutes=None)
    expect(timer).to_be_hidden()


def test_a_killed_server_takes_nothing_from_the_wall(room: RunningRoom, walls: Visitors) -> None:
    """While the server is away the wall keeps what it shows and says so in a line; when it is back the wall goes on by itself."""
    page = stage(room, walls)
    run = room.poll("single", GROUP["single"])
    expect(page.get_by_text("10+ have answered")).to_be_visible()

    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    shows(page, "question")
    assert page.evaluate(FITS)
    room.start()

    expect(page.get_by_text(LOST)).to_be_hidden()
    expect(page.get_by_text("Under 5 have answered")).to_be_visible()
    room.sit(*PEOPLE[:MANY])
    room.lead(run, "close")
    shows(page, "closed")


def test_without_javascript_the_wall_shows_the_room_and_says_what_to_do(room: RunningRoom, walls: Visitors) -> None:
    """A browser whose JavaScript is off shows the room as it is, and asks to be reloaded."""
    room.ask("single")
    page = stage(room, walls, java_script_enabled=False)

    for words in ("please reload the page", "The dunes"):
        expect(page.get_by_text(words)).to_be_visible()


def test_the_keys_turn_the_light_and_fill_the_screen(room: RunningRoom, walls: Visitors) -> None:
    """Ground and chart together follow the computer's setting, or the address, or the key D; the key F fills the screen and leaves it."""
    page, run = stage(room, walls), revealed(room, "multi")
    grounds: dict[Literal["light", "dark"], str] = {"light": "rgb(251, 248, 243)", "dark": "rgb(20, 25, 29)"}

    for scheme, asking in product(grounds, ("", "?light", "?dark")):
        page.emulate_media(color_scheme=scheme)
        page.goto(stage_of(room) + asking)
        for theme in sorted(grounds, key=lambda each: each != (asking.removeprefix("?") or scheme)):
            source = room.connection.public_url + drawing_of(room, run) + ("&dark" if theme == "dark" else "")
            expect(drawn(page, page.locator("figure"))).to_have_js_property("currentSrc", source)
            expect(page.locator("body")).to_have_css("background-color", grounds[theme])
            page.keyboard.press("d")
    for is_full in (True, False):
        page.keyboard.press("f")
        page.wait_for_function("isFull => (document.fullscreenElement !== null) === isFull", arg=is_full)


@pytest.fixture(scope="module")
def longest_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room whose every word is as long as it may be, and which says that it is a rehearsal."""
    folder = tmp_path_factory.mktemp("material")
    for name, content in longest_material().items():
        # What is JSON is YAML as well.
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    near = "Somebody near by whose name is long, at a place whose name is long as well, every day from early to late"
    with RunningRoom(folder / "room", "--material", str(folder), "--plan", PLAN, "--simulated", "--contact", near) as room:
        yield room


def longest_material() -> dict[str, Any]:
    """Return a workshop with a poll of every kind, in which nothing may be longer."""
    options = [{"id": f"option{number}", "label": f"{number} {LINE}"[:79] + "."} for number in range(6)]
    of_its_kind: dict[str, dict[str, Any]] = {
        **{kind: {"options": options} for kind in ("single", "multi", "rank")},
        "scale": {"options": [each["label"] for each in options]},
        "slider": {"low": LINE[:39] + ".", "high": LINE[:39] + "."},
        "text": {},
    }
    question = (LINE * 2)[:159] + "?"
    section = {"id": "01", "title": LINE.strip(), "notebook": "01_long.ipynb", "sources": ["All of it"]}
    plan = {"id": PLAN, "title": "An hour", "meeting_min": 60, "texts": True, "meetings": [[{"block": "slack", "minutes": 60}]]}
    polls = [
        {"id": kind, "section": "01", "kind": kind, "question": question, "hint": question, **more} for kind, more in of_its_kind.items()
    ]
    return {"workshop.yaml": {"id": "long", "title": LINE.strip(), "sections": [section], "plans": [plan]}, "polls.yaml": {"polls": polls}}


def test_lines_that_do_not_fit_on_one_wall_are_turned_like_pages(longest_room: RunningRoom, walls: Visitors) -> None:
    """Where there are more lines than a wall holds, the keys of a clicker turn from page to page, and no line is left out."""
    room, poll = longest_room, polls_of(longest_room)["text"]
    page, run = stage(room, walls), room.poll("text", long_answers(poll))
    result, told = published(room, run, poll), page.locator("#page")
    expect(told).to_have_text(re.compile(r"1 of \d\. All lines are on your phone, too\."))
    number = int(told.inner_text()[5])

    seen = [page.evaluate(LINES_IN_SIGHT)]
    for turned in range(2, number + 1):
        page.keyboard.press("PageDown")
        expect(told).to_contain_text(f"{turned} of {number}.")
        seen.append(page.evaluate(LINES_IN_SIGHT))
    page.keyboard.press("PageDown")
    expect(told).to_contain_text(f"{number} of {number}.")
    page.keyboard.press("PageUp")
    expect(told).to_contain_text(f"{number - 1} of {number}.")

    assert number > 3
    assert set(chain(*seen)) == {f"“{line}”" for line in result.texts}
    room.lead(run, "discard")


def tour(room: RunningRoom, page: Page) -> Iterator[str]:
    """Bring a stage to every scene, one after the other, and yield what each is called."""
    polls = polls_of(room)
    shows(page, "welcome")
    yield "welcome"
    room.tell("/door", state="open")
    room.sit(*PEOPLE[:MANY])
    room.tell("/door", state="locked")
    shows(page, "heads")
    yield "heads"
    room.count()
    room.tell("/section", id="01")
    shows(page, "section")
    yield "section"
    for kind, poll in polls.items():
        run = room.ask(kind)
        room.tell("/timer", minutes=5)
        expect(page.get_by_role("heading", level=1, name=poll.question)).to_be_visible()
        expect(page.locator("#timer")).to_be_visible()
        yield f"question: {kind}"
        others_answer(room, run, long_answers(poll))
        room.lead(run, "close")
        shows(page, "closed")
        if kind in ("single", "text"):
            yield f"closed: {kind}"
        if kind == "text":
            room.let_through(run)
        room.lead(run, "reveal")
        shows(page, "result")
        if kind != "text":
            is_one_large_chart(page, room, run, poll.question)
        yield f"result: {kind}"
    runs = room.ask_together(*polls)
    expect(page.get_by_role("heading", level=1)).to_contain_text("6 questions")
    yield "several questions"
    for run in runs:
        room.lead(run, "discard")
    room.lead(room.ask("single"), "close", "reveal")
    expect(page.get_by_role("heading", name="Not enough answers to show")).to_be_visible()
    yield "too few"
    room.tell("/timer", minutes=5)
    room.tell("/heads/one-more")
    expect(page.get_by_text(f"{MANY} of {MANY + 1} seats")).to_be_visible()
    for scene in ("break", "closing"):
        room.tell("/stage", show=scene)
        shows(page, scene)
        yield scene
    room.tell("/stage", show="welcome")
    expect(page.get_by_text("The door of this room is locked")).to_be_visible()
    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    yield "locked, connection lost"


def is_one_large_chart(page: Page, room: RunningRoom, run: int, question: str) -> None:
    """See that a result fills the wall as a chart, above its question for who does not see it."""
    chart = drawn(page, page.locator("figure"))
    expect(chart).to_have_js_property("currentSrc", room.connection.public_url + drawing_of(room, run))
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] > 0.85 * WALL["height"]
    assert box["width"] > 0.9 * WALL["width"]
    expect(page.locator("caption")).to_have_text(question)


def test_axe_finds_no_barrier_in_any_scene_in_light_or_dark(longest_room: RunningRoom, walls: Visitors) -> None:
    """With the longest words there may be, each scene fits every wall and a phone, needs no one to come nearer, moves nothing, and passes axe."""
    page, found = stage(longest_room, walls), dict[str, list[str]]()

    for scene in tour(longest_room, page):
        found[f"{scene}, small"] = smaller(longest_room, page)
        # Charts differ by what is drawn in them, which axe does not see.
        for theme in ("dark", "light") if scene not in ("result: multi", "result: scale", "result: slider", "result: rank") else ():
            page.keyboard.press("d")
            expect(page.locator(f"html[data-theme={theme}]")).to_be_attached()
            found[f"{scene}, {theme}"] = barriers(page, recoloured=theme == "dark")
        for wall in (*SMALLER_WALLS, SMALLEST, WALL):
            page.set_viewport_size({"width": wall["width"], "height": wall["height"]})
            page.evaluate(TWO_FRAMES)
            is_held = page.evaluate(OVERFLOW) <= 0 if wall == SMALLEST else page.evaluate(FITS) and not page.evaluate(BEYOND)
            found[f"{scene}, {wall['width']} wide"] = [] if is_held else ["sticks out", *page.evaluate(BEYOND)]
        found[f"{scene}, moves"] = ["something"] * page.evaluate("() => document.getAnimations().length")
        expect(page.get_by_text("Rehearsal: simulated people")).to_be_visible()

    assert len(found) > 22 * 6
    assert {state: faults for state, faults in found.items() if faults} == {}


def smaller(room: RunningRoom, page: Page) -> list[str]:
    """Return what can be read on a stage and is smaller than 24 points, in the page or in its chart."""
    read: list[tuple[str, float]] = page.evaluate(SIZES)
    chart = page.locator("figure img")
    if chart.count():
        drawing, box = ElementTree.fromstring(room.public.get(chart.get_attribute("src") or "").text), chart.bounding_box()
        assert box is not None
        _, _, width, height = map(float, drawing.attrib["viewBox"].split())
        scale = min(box["width"] / width, box["height"] / height)
        texts = [each for each in drawing.iter() if each.tag.endswith("text") and "".join(each.itertext()).strip()]
        assert texts
        read += [("".join(each.itertext()), scale * float(each.attrib["font-size"].removesuffix("px"))) for each in texts]
    assert read
    return [f"{size:.1f} px: {words}" for words, size in read if size < LEAST_TEXT_PX]
