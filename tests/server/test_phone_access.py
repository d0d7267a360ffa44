"""The phones' pages for everyone: by keyboard, for a screen reader, on the narrowest phone, with large letters, in light and dark."""

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests import phones
from tests.browsers import SMALLEST, Visitors, barriers
from tests.world import RunningRoom
from workshop_kit.polls import KINDS, Poll
from workshop_kit.workshop import Workshop

# What browsers are set to, unless somebody has asked for larger letters.
LETTERS_PX: Final = 16
HAS_FOCUS: Final = "it => it === document.activeElement"
ORDER: Final = ["tea", "wind", "talk", "birds"]
BY_KEYS: Final = {"single": "inn", "multi": ["coat", "book"], "scale": 3, "slider": 7, "rank": ORDER, "text": "Salt"}


def tour_of_the_pages(room: RunningRoom, page: Page, longest: dict[str, Poll]) -> Iterator[str]:
    """Bring a page into every state that has to do with no poll, and yield what each is called."""
    start = room.connection.public_url
    page.goto(start)
    yield "join"
    page.goto(f"{start}/?code=222222")
    yield "error"
    page.goto(start + room.path("/contacts"))
    yield "contacts"
    phones.enter(room, page)
    room.tell("/timer", minutes=5)
    expect(page.get_by_text("About 5 minutes left")).to_be_visible()
    phones.press(page, "I need a moment")
    expect(page.get_by_text("Within half a minute the facilitator hears")).to_be_visible()
    yield "waiting, timer, a moment"
    room.tell("/door", state="locked")
    expect(page.get_by_role("heading", name="1 seat is taken. Is there just one of us?")).to_be_visible()
    yield "how many we are"
    for words in ("Leave this seat", "Take a seat"):
        phones.press(page, words)
    page.get_by_label("Type the 12 characters on your seat card").fill("2345 6789 wxyz")
    phones.press(page, "Sit down")
    expect(page.get_by_role("alert")).to_have_text(re.compile("This card isn't good in this room."))
    yield "a card that is not good"
    page.evaluate("() => sessionStorage.clear()")
    phones.enter(room, page)
    expect(page.get_by_text("The door of this room is locked.")).to_be_visible()
    room.kill()
    expect(page.get_by_text(phones.LOST)).to_be_visible()
    yield "locked out, connection lost"


def tour_of_several_questions(room: RunningRoom, page: Page, longest: dict[str, Poll]) -> Iterator[str]:
    """Bring a question of each kind, all on one page, into every state, and yield what each is called."""
    phones.enter(room, page)
    runs = dict(zip(longest, room.ask_together(*(poll.id for poll in longest.values())), strict=True))
    places = dict(zip(longest, phones.sections(page, list(runs.values())), strict=True))
    yield "open"
    for kind in ("single", "scale", "slider", "rank", "text"):
        phones.press(places[kind], "Send my")
        expect(places[kind].get_by_role("alert")).not_to_be_empty()
    yield "nothing chosen"
    for kind, place in places.items():
        if kind == "text":
            place.get_by_role("textbox").fill("W" * 140)
        else:
            place.locator(".down:enabled" if kind == "rank" else "label.option input").first.click()
    yield "chosen"
    for place in places.values():
        phones.answer_with(place, "Send my")
    phones.press(places["multi"], "Change my answer")
    phones.press(places["scale"], "Take my answer back")
    expect(places["scale"].get_by_text("Taken back.")).to_be_visible()
    yield "answered, changing, taken back"
    for kind, poll in longest.items():
        phones.others_answer(room, runs[kind], phones.long_answers(poll))
    room.lead(runs["text"], "close")
    room.lead(runs["single"], "close")
    room.lead(runs["multi"], "close", "reveal")
    expect(places["multi"].get_by_role("table")).to_be_visible()
    yield "open, reading, closed, revealed"
    page.goto(room.connection.public_url + room.path("/privacy"))
    yield "open, reading: privacy"
    phones.enter(room, page)
    room.let_through(runs["text"])
    room.lead(runs["text"], "reveal")
    room.lead(runs["single"], "reveal")
    for kind in ("scale", "slider", "rank"):
        room.lead(runs[kind], "close", "reveal")
    expect(page.get_by_role("table")).to_have_count(len(KINDS))
    yield "revealed"


def tour_of_one_question(room: RunningRoom, page: Page, longest: dict[str, Poll]) -> Iterator[str]:
    """Bring a page with a question that stands alone into every state in which it has headings of its own, and yield what each is called."""
    phones.enter(room, page)
    poll = longest["text"]
    run = room.ask(poll.id)
    page.get_by_role("textbox").fill("W" * 140)
    yield "open"
    phones.answer_with(page, phones.SEND)
    yield "answered"
    phones.others_answer(room, run, phones.long_answers(poll))
    room.lead(run, "close")
    expect(page.get_by_role("heading", name=phones.CLOSED)).to_be_visible()
    yield "reading"
    room.let_through(run)
    expect(page.get_by_text("The single lines no longer exist")).to_be_visible()
    room.lead(run, "reveal")
    expect(page.get_by_role("table")).to_be_visible()
    yield "revealed"
    run = room.ask(longest["single"].id)
    phones.is_asked(page, longest["single"].question)
    room.lead(run, "close", "reveal")
    expect(page.get_by_role("img")).to_be_visible()
    expect(page.get_by_role("table")).to_have_count(0)
    yield "too few"


@pytest.mark.room("--plan", "half_day")
@pytest.mark.parametrize("tour", [tour_of_the_pages, tour_of_several_questions, tour_of_one_question])
def test_no_state_of_any_page_shuts_anybody_out(room: RunningRoom, visitors: Visitors, workshop: Workshop, tour: Any) -> None:
    """Axe finds no barrier in light or dark, targets have 44 pixels, and nothing is cut off at 320, nor with letters twice as large."""
    page = visitors.page(viewport=SMALLEST)
    longest = {poll.kind: poll for poll in sorted(workshop.polls.values(), key=lambda poll: len(str(poll)))}
    settings = page.context.new_cdp_session(page)
    settings.send("Page.enable")
    found: dict[str, Any] = {}

    for state in tour(room, page, longest):
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found[f"{state}, {scheme}"] = barriers(page, recoloured=scheme == "dark")
        for size in (2 * LETTERS_PX, LETTERS_PX):
            settings.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
            assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == f"{size}px"
            found[f"{state}, sideways at {size}"] = page.evaluate(phones.OVERFLOW)
            found[f"{state}, cut off at {size}"] = page.evaluate(phones.CLIPPED)
        found[f"{state}, small"] = page.evaluate(phones.SMALL_TARGETS, phones.LEAST_TARGET_PX)

    assert len(found) >= 5 * 7
    assert {state: faults for state, faults in found.items() if faults} == {}


@pytest.mark.room(kinds=True)
def test_what_only_some_see_reaches_all(room: RunningRoom, visitors: Visitors) -> None:
    """A slider's ends are heard, the focus is seen where a browser knows no `:has`, and a result that stands alone has a heading."""
    page, poll = phones.entered(room, visitors), phones.polls_of(room)["slider"]
    run = room.ask("slider")
    low, high = f"0: {poll.low}", f"10: {poll.high}"
    expect(page.get_by_role("group")).to_have_accessible_description(re.compile(f"{re.escape(low)} {re.escape(high)}"))
    for end, words in (("0", low), ("10", high)):
        expect(phones.option(page, end)).to_have_accessible_description(words)
    page.evaluate(
        """() => { const { sheet } = document.querySelector("style");
        [...sheet.cssRules].reverse().forEach((rule, i, all) => rule.cssText.includes(":has(") && sheet.deleteRule(all.length - 1 - i)); }"""
    )
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("radio").first).to_have_css("outline-style", "solid")
    phones.others_answer(room, run, phones.GROUP["slider"])
    room.lead(run, "close", "reveal")
    expect(page.get_by_role("heading", name="The group's answer", level=1)).to_be_visible()


def test_a_page_that_cuts_words_off_would_be_noticed(browser: Browser) -> None:
    """The search for words that are cut off finds those in a button too small for them, and those beside the page."""
    with Visitors(browser) as visitors:
        page = visitors.page(viewport=SMALLEST)
        page.set_content(
            '<button style="width:50px;white-space:nowrap">too long for it</button><p>fits</p><p style="margin-left:310px">beside</p>'
        )

        assert page.evaluate(phones.CLIPPED) == ["too long for it", "beside"]
        assert page.evaluate(phones.OVERFLOW) > 0
        assert len(page.evaluate(phones.SMALL_TARGETS, phones.LEAST_TARGET_PX)) == 1


@pytest.mark.room(kinds=True)
def test_a_phone_set_to_dark_gets_a_dark_page_and_a_dark_chart(room: RunningRoom, visitors: Visitors) -> None:
    """Page and chart follow the phone's own setting, and change with it at once, whether the chart came with the news or is fetched."""
    page, poll = phones.entered(room, visitors, color_scheme="dark"), phones.polls_of(room)["scale"]
    run = room.ask("scale")
    phones.others_answer(room, run, phones.GROUP["scale"])
    phones.published(room, run, poll)
    linked = {"light": room.path(f"/runs/{run}/result.svg"), "dark": room.path(f"/runs/{run}/result.svg?dark")}
    carried = {scheme: f"data:image/svg+xml;base64,{b64encode(room.public.get(url).content).decode()}" for scheme, url in linked.items()}
    grounds: dict[Literal["dark", "light"], str] = {"dark": "rgb(20, 25, 29)", "light": "rgb(251, 248, 243)"}

    for sources in (carried, {scheme: room.connection.public_url + url for scheme, url in linked.items()}):
        for scheme, ground in grounds.items():
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_role("img")).to_have_js_property("currentSrc", sources[scheme])
            expect(page.locator("body")).to_have_css("background-color", ground)
        page.reload()


@pytest.mark.room(kinds=True)
def test_every_kind_is_answered_by_keyboard_alone(room: RunningRoom, visitors: Visitors) -> None:
    """Typing the code, choosing, ordering, writing, sending and changing need no pointer; the focus is always seen, and the answers count."""
    page, polls = visitors.page(), phones.polls_of(room)
    page.goto(room.connection.public_url)
    go_to(page, page.get_by_label("Type the six-character code"))
    page.keyboard.type(f"{room.code[:3]} {room.code[3:]}".lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Good that you are here.")).to_be_visible()
    assert page.url == room.connection.public_url + room.path()

    for kind, mine in BY_KEYS.items():
        run = room.ask(kind)
        phones.is_asked(page, polls[kind].question)
        if kind == "scale":
            answer_by_keys(page, polls[kind], 2)
            go_to(page, page.get_by_role("button", name="Change my answer"), "Enter")
            expect(page.get_by_role("radio").first).to_be_focused()
        answer_by_keys(page, polls[kind], mine)
        phones.is_counted(room, run, polls[kind], mine)


def answer_by_keys(page: Page, poll: Poll, answer: Any) -> None:
    """Choose, order or write an answer as the keyboard does, and send it."""
    if poll.kind == "text":
        go_to(page, page.get_by_role("textbox"))
        page.keyboard.type(answer)
    elif poll.kind == "rank":
        # For the day on which chance has drawn the very order that is wanted.
        go_to(page, page.locator("[data-option] .down").first, "Enter")
        for place, name in enumerate(answer):
            while phones.order(page)[place] != name:
                go_to(page, page.locator(f"[data-option={name}] .up"), "Enter")
    elif poll.kind == "multi":
        for value in answer:
            go_to(page, page.locator(f"input[value={value}]"), "Space")
    else:
        # Tab leads to the first of several radio buttons, then the arrows go on.
        go_to(page, page.get_by_role("radio").first, "Space")
        chosen = page.locator(f"input[value='{answer}']:checked")
        for _ in range(20):
            if not chosen.count():
                page.keyboard.press("ArrowDown")
    go_to(page, page.locator(".ballot button.main"), "Enter")
    phones.is_answered(page)


def go_to(page: Page, target: Locator, *keys: str) -> None:
    """Press Tab until something has the focus, unless it has it already; see that its focus shows, and press some keys there."""
    for _ in range(40):
        if target.evaluate(HAS_FOCUS):
            # The ring of a radio button is drawn around its whole option.
            ring = target.evaluate("it => getComputedStyle(it.closest('.option') ?? it).outline")
            assert "solid 3px" in ring, f"the focus on {target} cannot be seen: {ring}"
            for key in keys:
                page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {target}.")
