"""The phones' pages for everyone: by keyboard, for a screen reader, on the narrowest phone, with large letters, in light and dark.

Each kind of poll is led through all its states in a room of its own, with the longest question of that kind that comes with
the kit. What a program can check of WCAG 2.2 AA is checked in each state.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import SMALLEST, Visitors, barriers
from tests.every_kind import arguments
from tests.phones import (
    CLIPPED,
    CLOSED,
    LEAST_TARGET_PX,
    LOST,
    OVERFLOW,
    SEND,
    SMALL_TARGETS,
    choose_by_keys,
    enter,
    entered,
    go_to,
    is_answered,
    is_asked,
    letters_twice_as_large,
    option,
    others_answer,
    press,
)
from tests.world import RunningRoom
from workshop_kit import material
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.polls import KINDS, Poll, Tally
from workshop_kit.workshop import Workshop

Tour: TypeAlias = Iterator[str]

# A plan that comes with the kit and allows questions in people's own words.
PLAN: Final = "half_day"
BLOCK: Final = ("brought", "one_thing", "wished_for")


# ---- every state of every page --------------------------------------------------------------------------------------------


def tour_of_the_pages(room: RunningRoom, page: Page, workshop: Workshop) -> Tour:
    """Bring a page into every state that has to do with no poll, and yield what each is called."""
    start = room.connection.public_url
    page.goto(start)
    yield "join"
    page.goto(f"{start}/?code=222222")
    yield "error"
    enter(room, page)
    yield "waiting"
    room.control.post("/timer", json={"minutes": 5}).raise_for_status()
    expect(page.get_by_text("About 5 minutes left")).to_be_visible()
    yield "timer"
    press(page, "I need a moment")
    expect(page.get_by_text("Within half a minute the facilitator hears")).to_be_visible()
    yield "a moment"
    page.goto(start + room.path("/privacy"))
    yield "privacy"
    page.goto(start + room.path("/contacts"))
    yield "contacts"
    page.goto(start + room.path("/cards?seats=2"))
    yield "cards"
    room.control.post("/door", json={"state": "locked"}).raise_for_status()
    page.evaluate("() => sessionStorage.clear()")
    enter(room, page)
    expect(page.get_by_text("The door of this room is locked.")).to_be_visible()
    yield "locked out"
    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    yield "connection lost"


def tour_of_a_kind(kind: str, room: RunningRoom, page: Page, workshop: Workshop) -> Tour:
    """Bring a page into every state of a poll of some kind, and yield what each is called."""
    poll = max((poll for poll in workshop.polls.values() if poll.kind == kind), key=lambda poll: len(str(poll)))
    send = page.locator("button.main")
    enter(room, page)
    run = room.ask(poll.id)
    is_asked(page, poll.question)
    yield "open"
    if kind not in ("multi", "rank"):
        send.click()
        expect(page.get_by_role("alert")).not_to_be_empty()
        yield "nothing chosen"
    choose(page, poll)
    yield "chosen"
    send.click()
    is_answered(page)
    yield "answered"
    press(page, "Change my answer")
    yield "changing"
    press(page, "Leave it as it was")
    press(page, "Take my answer back")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    yield "taken back"
    others_answer(room, run, many_answers(poll))
    room.lead(run, "close")
    expect(page.get_by_role("heading", name=CLOSED)).to_be_visible()
    if kind == "text":
        yield "reading"
        page.goto(room.connection.public_url + room.path("/privacy"))
        yield "reading: privacy"
        enter(room, page)
        publish_all_lines(room, run)
        expect(page.get_by_text("The single lines no longer exist")).to_be_visible()
    yield "closed"
    room.lead(run, "reveal")
    expect(page.get_by_role("table")).to_be_visible()
    yield "revealed"
    run = room.ask(poll.id)
    is_asked(page, poll.question)
    room.lead(run, "close", "reveal")
    expect(page.get_by_role("table")).to_have_count(0)
    expect(page.get_by_role("img")).to_be_visible()
    yield "too few"


def tour_of_a_block(room: RunningRoom, page: Page, workshop: Workshop) -> Tour:
    """Bring a page with several questions into mixed states, and yield what each is called."""
    enter(room, page)
    runs = room.control.post("/runs", json={"polls": BLOCK}).raise_for_status().json()["runs"]
    polls = [workshop.poll(poll) for poll in BLOCK]
    for poll in polls:
        is_asked(page, poll.question)
    yield "open"
    sections = [page.locator(f".run[data-run='{run}']") for run in runs]
    press_main = [section.locator("button.main") for section in sections]
    press_main[0].click()
    is_answered(sections[0])
    press_main[1].click()
    expect(sections[1].get_by_role("alert")).not_to_be_empty()
    yield "answered, wrong, open"
    for run, poll in zip(runs, polls, strict=True):
        others_answer(room, run, many_answers(poll))
    room.lead(runs[1], "close")
    room.lead(runs[0], "close", "reveal")
    expect(page.get_by_role("table")).to_be_visible()
    yield "revealed, reading, open"
    room.lead(runs[2], "close")
    expect(sections[2].get_by_text("The poll has closed.")).to_be_visible()
    yield "revealed, reading, closed"


def choose(page: Page, poll: Poll) -> None:
    """Choose something in a form."""
    if poll.kind == "text":
        page.get_by_role("textbox").fill("W" * 140)
    elif poll.kind == "rank":
        page.locator(".down:enabled").first.click()
    else:
        page.locator("label.option input").first.check()


def many_answers(poll: Poll) -> list[object]:
    """Return so many answers to a poll that something is shown of them, whatever one more person says."""
    if poll.kind == "text":
        return [f"A line of {word} and of as many letters as a line may have, {'m' * 80}" for word in "abcdefghijkl"]
    first, second, third, *_ = ids = [option.id for option in poll.options] * 2
    if poll.kind == "rank":
        half = ids[: len(ids) // 2]
        return [half, half[::-1]] * 6
    if poll.kind == "multi":
        return [[first, second], [second, third], [third]] * 5
    return [first, second, third] * 5


def publish_all_lines(room: RunningRoom, run: int) -> None:
    """Let every line of a closed run through."""
    for line in room.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]:
        room.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": "approve"}).raise_for_status()
    room.lead(run, "publish")


TOURS: Final[dict[str, Any]] = {
    "pages": tour_of_the_pages,
    **{kind: partial(tour_of_a_kind, kind) for kind in KINDS},
    "block": tour_of_a_block,
}


@pytest.mark.parametrize("name", TOURS)
def test_no_state_of_any_page_shuts_anybody_out(tmp_path: Path, visitors: Visitors, workshop: Workshop, name: str) -> None:
    """Axe finds no barrier in light or dark, targets have 44 pixels, and nothing is cut off at 320, nor with letters twice as large."""
    page = visitors.page(viewport=SMALLEST)
    found: dict[str, Any] = {}

    with RunningRoom(tmp_path / "room", "--plan", PLAN) as room:
        for state in TOURS[name](room, page, workshop):
            for scheme in ("dark", "light"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                found[f"{state}, {scheme}"] = barriers(page)
            found[f"{state}, sideways"] = page.evaluate(OVERFLOW)
            found[f"{state}, cut off"] = page.evaluate(CLIPPED)
            found[f"{state}, small"] = page.evaluate(SMALL_TARGETS, LEAST_TARGET_PX)
            with letters_twice_as_large(page):
                found[f"{state}, sideways in large letters"] = page.evaluate(OVERFLOW)
                found[f"{state}, cut off in large letters"] = page.evaluate(CLIPPED)
            if room_is_gone(state):
                room.start()

    assert len(found) >= 4 * 7
    assert {state: faults for state, faults in found.items() if faults} == {}


def room_is_gone(state: str) -> bool:
    """Return whether a tour has killed its room to come to a state."""
    return state == "connection lost"


def test_a_page_that_cuts_words_off_would_be_noticed(browser: Browser) -> None:
    """The search for words that are cut off finds those in a button too small for them, and those beside the page."""
    with Visitors(browser) as visitors:
        page = visitors.page(viewport=SMALLEST)
        page.set_content(
            '<button style="width:50px;white-space:nowrap">too long for it</button><p>fits</p><p style="margin-left:310px">beside</p>'
        )

        assert page.evaluate(CLIPPED) == ["too long for it", "beside"]
        assert page.evaluate(OVERFLOW) > 0
        assert len(page.evaluate(SMALL_TARGETS, LEAST_TARGET_PX)) == 1


# ---- by keyboard alone ----------------------------------------------------------------------------------------------------

PLACES: Final = ["tea", "wind", "talk", "birds"]


def test_every_kind_is_answered_by_keyboard_alone(tmp_path: Path, visitors: Visitors) -> None:
    """Choosing, ordering, writing and sending need no pointer in any kind of poll; the focus is always seen, and the answer counts."""
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material")) as room:
        page = entered(room, visitors)
        walk = material.read(tmp_path / "material")
        for kind, (act, mine) in BY_KEYS.items():
            poll = walk.poll(kind)
            run = room.ask(kind)
            is_asked(page, poll.question)
            act(page)
            is_answered(page)
            others = many_answers(poll)
            others_answer(room, run, others)
            room.lead(run, "close")
            if kind == "text":
                assert mine in [line["text"] for line in room.control.get(f"/runs/{run}/lines").json()["lines"]]
                publish_all_lines(room, run)
            room.lead(run, "reveal")
            told = room.result(run)
            assert told == publish(Tally.of(poll, [*others, mine]), ROOM.suited_to(poll)).to_dict(), kind


def send_by_keys(page: Page, words: str = SEND) -> None:
    """Send what was chosen."""
    go_to(page, page.get_by_role("button", name=words, exact=True))
    page.keyboard.press("Enter")


def one_by_keys(page: Page, label: str) -> None:
    """Choose one option and send it."""
    choose_by_keys(page, label)
    send_by_keys(page)


def several_by_keys(page: Page) -> None:
    """Choose two options and send them."""
    for label in ("A coat", "A book"):
        page.evaluate("() => document.activeElement.blur()")
        go_to(page, option(page, label))
        page.keyboard.press("Space")
    send_by_keys(page)


def order_by_keys(page: Page) -> None:
    """Bring the options of a ranking into an order, and send it."""
    go_to(page, page.locator("[data-option] .down").first)
    page.keyboard.press("Enter")  # for the day on which chance has drawn the very order that is wanted
    for place, name in enumerate(PLACES):
        item = page.locator(f"[data-option={name}]")
        while page.locator("[data-option]").nth(place).get_attribute("data-option") != name:
            up = item.locator(".up")
            if not up.evaluate("it => it === document.activeElement"):
                page.evaluate("() => document.activeElement.blur()")
                go_to(page, up)
            page.keyboard.press("Enter")
    send_by_keys(page, "Send my order")


def line_by_keys(page: Page) -> None:
    """Write a line and send it."""
    go_to(page, page.get_by_role("textbox"))
    page.keyboard.type("Salt on the lips")
    send_by_keys(page)


BY_KEYS: Final[dict[str, tuple[Any, Any]]] = {
    "single": (lambda page: one_by_keys(page, "The inn"), "inn"),
    "multi": (several_by_keys, ["coat", "book"]),
    "scale": (lambda page: one_by_keys(page, "Some way"), 3),
    "slider": (lambda page: one_by_keys(page, "7"), 7),
    "rank": (order_by_keys, PLACES),
    "text": (line_by_keys, "Salt on the lips"),
}
