"""What a phone's page does with each kind of poll, with several questions at once, and while lines are being read.

The rooms here are led with a small workshop that has a poll of every kind. As in `test_phone_page`, each room is a process of
its own, and in the end no page has asked anything of another computer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsers import Visitors, wait_on
from tests.every_kind import KINDS, arguments
from tests.phones import (
    CLOSED,
    LOST,
    MOST_REQUESTS,
    SEND,
    Bill,
    enter,
    entered,
    is_answered,
    is_asked,
    option,
    others_answer,
    press,
    published,
)
from tests.world import RunningRoom, wait_for
from workshop_kit import material
from workshop_kit.disclosure import ROOM, publish
from workshop_kit.polls import Tally
from workshop_kit.workshop import Workshop

MOST_BYTES: Final = 30_000
MOST_BYTES_OF_ONE: Final = 20_000
EMPTY: Final = "Please write a few words, or pass."
WORDS: Final = "That we said little"
READING: Final = "The facilitator reads what was written before the group sees it."
LINES: Final = [f"Line {word}" for word in ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")]
BEST_FIRST: Final = ["The tea afterwards", "The wind", "The talk on the way", "The birds on the sandbank, and how they all rose at once"]

ORDER: Final = "form => [...form.querySelectorAll('[name=option], [data-option]')].map((each) => each.value || each.dataset.option)"
# What a page keeps of what was done on it, beside what everybody's page has.
HELD: Final = """
() => ({
  stored: [...Object.entries(sessionStorage), ...Object.entries(localStorage)].filter(([name]) => !name.startsWith("seat")),
  fields: [...document.querySelectorAll("input, textarea")].map((each) => [each.id, each.type, each.checked, each.defaultValue]).sort(),
  typed: [...document.querySelectorAll("textarea")].map((each) => [each.value, JSON.stringify(each.dataset)]),
  said: [...document.querySelectorAll(".moved, .told, .left, .said, .problem")].map((each) => each.textContent),
  words: document.body.innerText,
})
"""


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room with a poll of every kind."""
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material")) as room:
        yield room


@pytest.fixture
def walk(room: RunningRoom, tmp_path: Path) -> Workshop:
    """Return the workshop with which the room is led."""
    return material.read(tmp_path / "material")


def ask_together(room: RunningRoom, *polls: str) -> list[int]:
    """Ask several polls by one act."""
    runs: list[int] = room.control.post("/runs", json={"polls": polls}).raise_for_status().json()["runs"]
    return runs


def section(page: Page, run: int) -> Locator:
    """Return the part of the page that belongs to one run."""
    return page.locator(f".run[data-run='{run}']")


def sections(page: Page, runs: Sequence[int]) -> list[Locator]:
    """Return the parts of the page that belong to some runs, once their forms are there."""
    for run in runs:
        expect(section(page, run).locator("form")).to_be_visible()
    return [section(page, run) for run in runs]


def lines(room: RunningRoom, run: int) -> list[str]:
    """Return the lines that wait for the facilitator."""
    return [line["text"] for line in room.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]]


def put_in_order(place: Page | Locator, labels: Sequence[str]) -> None:
    """Bring the options of a ranking into an order by their upper arrows."""
    items = place.locator("[data-option]")
    items.first.locator(".down").click()  # for the day on which chance has drawn the very order that is wanted
    for at, label in enumerate(labels):
        while not items.nth(at).inner_text().startswith(label):
            press(place, f"Move “{label}” up")


def order(place: Page | Locator) -> list[str]:
    """Return the values of the options of a form in the order in which they stand."""
    values: list[str] = place.locator("form").evaluate(ORDER)
    return values


# ---- an order ---------------------------------------------------------------------------------------------------------------


def test_an_order_that_chance_drew_is_sent_only_if_it_is_meant(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Who sends a ranking without moving anything is asked once whether it is meant; pressed again, it is taken."""
    page = entered(room, visitors)
    room.ask("rank")
    is_asked(page, walk.poll("rank").question)

    press(page, "Send my order")
    expect(page.get_by_role("alert").filter(has_text="as chance has put them")).to_be_visible()
    assert room.state()["step"] == "under 5"
    press(page, "Send my order")

    is_answered(page)


def test_an_order_is_made_with_arrows_and_sent_as_it_stands(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Each option of a ranking has an arrow up and one down; the order counts once it is sent, and not before."""
    page = entered(room, visitors)
    run = room.ask("rank")
    is_asked(page, walk.poll("rank").question)

    put_in_order(page, BEST_FIRST)
    assert not any(url.endswith("/ballot") for url in visitors.urls)
    press(page, "Send my order")
    is_answered(page)

    others: Sequence[object] = [["wind", "birds", "talk", "tea"]] * 5 + [["talk", "tea", "wind", "birds"]] * 5
    others_answer(room, run, others)
    mine = ["tea", "wind", "talk", "birds"]
    assert published(room, run) == publish(Tally.of(walk.poll("rank"), [*others, mine]), ROOM)


def test_the_focus_stays_with_what_is_moved(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """After a move the focus is on the same arrow of the same option; at the end, where that arrow rests, on the other one."""
    page = entered(room, visitors)
    room.ask("rank")
    is_asked(page, walk.poll("rank").question)
    moved = page.locator("[data-option]").nth(2)
    name = moved.get_attribute("data-option")
    up, down = (page.locator(f"[data-option={name}] .{arrow}") for arrow in ("up", "down"))

    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    assert order(page)[0] == name
    expect(up).to_be_disabled()
    expect(down).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Enter")
    assert order(page)[3] == name
    expect(down).to_be_disabled()
    expect(up).to_be_focused()


def test_a_move_is_told_to_those_who_do_not_see_it(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Each move is announced politely with the new place; the arrows have names that say what they move, and where."""
    page = entered(room, visitors)
    room.ask("rank")
    is_asked(page, walk.poll("rank").question)
    put_in_order(page, BEST_FIRST)

    press(page, "Move “The wind” down")
    expect(page.get_by_role("status").filter(has_text="is now")).to_have_text("The wind is now 3 of 4.")
    press(page, "Move “The wind” up")
    expect(page.get_by_role("status").filter(has_text="is now")).to_have_text("The wind is now 2 of 4.")
    assert page.get_by_role("listitem").count() == 4


def test_an_order_that_was_sent_is_not_the_one_that_is_shown_again(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """After sending, the order on the page is drawn anew, so that 'Change my answer' does not tell what was sent."""
    page = entered(room, visitors)
    room.ask("rank")
    is_asked(page, walk.poll("rank").question)
    shown = set()

    for _ in range(6):
        put_in_order(page, BEST_FIRST)
        press(page, "Send my order")
        is_answered(page)
        press(page, "Change my answer")
        shown.add(tuple(order(page)))

    assert len(shown) > 1
    expect(page.locator(".moved")).to_be_empty()


# ---- a line of one's own ----------------------------------------------------------------------------------------------------


def test_a_line_is_sent_when_its_writer_sends_it(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Enter makes a new line and sends nothing; the button sends what was written, and it waits for the facilitator."""
    page = entered(room, visitors)
    run = room.ask("text")
    is_asked(page, walk.poll("text").question)
    line = page.get_by_label("Your line")

    line.click()
    page.keyboard.type("That we said little")
    page.keyboard.press("Enter")
    page.keyboard.type("and it was enough")
    assert not any(url.endswith("/ballot") for url in visitors.urls)
    press(page, SEND)
    is_answered(page)

    others_answer(room, run, LINES)
    room.lead(run, "close")
    assert sorted(lines(room, run)) == sorted([*LINES, "That we said little and it was enough"])


def test_a_line_says_how_much_room_is_left(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """The characters left are seen at each key, and spoken only once the writer rests; more than 140 do not fit."""
    page = entered(room, visitors)
    room.ask("text")
    is_asked(page, walk.poll("text").question)
    line, seen, told = page.get_by_label("Your line"), page.locator(".left"), page.locator(".told")
    expect(seen).to_have_text("140 characters left")
    expect(told).to_have_attribute("role", "status")
    page.evaluate(
        "() => { window.spoken = []; new MutationObserver(() => window.spoken.push(document.querySelector('.told').textContent))"
        ".observe(document.querySelector('.told'), {childList: true}); }"
    )

    line.press_sequentially("Salt and wind")
    expect(seen).to_have_text("127 characters left")
    expect(told).to_have_text("127 characters left")
    line.press_sequentially(" and")
    expect(seen).to_have_text("123 characters left")
    line.press_sequentially("x" * 200)
    expect(seen).to_have_text("0 characters left")
    expect(told).to_have_text("0 characters left")

    assert line.input_value() == "Salt and wind and" + "x" * 123
    assert page.evaluate("() => window.spoken") == ["127 characters left", "0 characters left"]


def test_a_line_without_words_is_a_problem_said_at_the_line(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Nothing but blanks is not sent; the sentence belongs to the field, which has the focus, and goes away with the first word."""
    page = entered(room, visitors)
    room.ask("text")
    is_asked(page, walk.poll("text").question)
    line = page.get_by_label("Your line")
    line.fill(" \n ")

    press(page, SEND)

    expect(page.get_by_role("alert")).to_have_text(EMPTY)
    expect(line).to_have_accessible_description(re.compile(re.escape(EMPTY)))
    expect(line).to_have_attribute("aria-invalid", "true")
    expect(line).to_be_focused()
    assert not any(url.endswith("/ballot") for url in visitors.urls)
    line.press_sequentially("Salt")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(line).not_to_have_attribute("aria-invalid", "true")


def test_whoever_writes_is_told_who_reads(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """The field says that the facilitator reads first, asks for no names, says that nobody can answer, and names somebody who can."""
    page = entered(room, visitors)
    room.ask("text")
    form = page.locator("form")
    is_asked(page, walk.poll("text").question)

    line = page.get_by_label("Your line")
    for words in (
        "The facilitator reads every line before the group sees it",
        "please write no names",
        "Nobody can answer an anonymous line",
    ):
        expect(form).to_contain_text(words)
        expect(line).to_have_accessible_description(re.compile(words))
    with page.expect_popup() as opened:
        form.get_by_role("link", name="Someone to talk to").click()
    expect(opened.value.get_by_role("heading", name="Someone to talk to")).to_be_visible()
    # What is typed is nobody's business, also not that of a service that checks spelling elsewhere.
    assert [line.get_attribute(name) for name in ("autocomplete", "spellcheck", "writingsuggestions", "name")] == [
        "off",
        "false",
        "false",
        None,
    ]


# ---- what is left of an answer, and in which order options stand -----------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_an_answered_form_is_like_one_that_was_passed(room: RunningRoom, visitors: Visitors, walk: Workshop, kind: str) -> None:
    """Whatever was chosen, ordered or written, the page that sent it holds the same as one that passed."""
    answers, passes = (entered(room, visitors) for _ in range(2))
    room.ask(kind)
    for page in (answers, passes):
        is_asked(page, walk.poll(kind).question)

    fill_in(answers.locator("form"), kind)
    answers.locator("button.main").click()
    press(passes, "Pass")
    for page in (answers, passes):
        is_answered(page)

    assert answers.evaluate(HELD) == passes.evaluate(HELD)
    assert WORDS not in answers.content()
    press(answers, "Change my answer")
    assert answers.locator(":checked").count() == 0
    assert [field.input_value() for field in answers.locator("textarea").all()] == [""] * (kind == "text")


def fill_in(form: Locator, kind: str) -> None:
    """Choose, order or write something."""
    if kind == "text":
        form.get_by_role("textbox").fill(WORDS)
    elif kind == "rank":
        put_in_order(form, BEST_FIRST)
    else:
        form.locator("label.option input").nth(1).check()


def test_options_stand_in_another_order_on_each_page(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Where order means nothing it is drawn by chance for each page, "something else" always last; points of a scale stay in order."""
    page = visitors.page()
    runs = dict(zip(KINDS, ask_together(room, *KINDS), strict=True))
    seen: dict[str, set[tuple[str, ...]]] = {kind: set() for kind in KINDS[:5]}

    for _ in range(6):
        enter(room, page)
        for kind in seen:
            seen[kind].add(tuple(order(sections(page, [runs[kind]])[0])))

    written = {kind: tuple(str(option.id) for option in walk.poll(kind).options) for kind in ("single", "multi", "scale", "rank")}
    assert seen["scale"] == {written["scale"]}
    assert seen["slider"] == {tuple(map(str, range(11)))}
    for kind in ("single", "multi", "rank"):
        assert len(seen[kind]) > 1
        assert {tuple(sorted(each)) for each in seen[kind]} == {tuple(sorted(written[kind]))}
    assert {each[-1] for kind in ("single", "multi") for each in seen[kind]} == {"other"}


def test_the_order_of_options_stays_while_the_page_does(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Answering, changing, a crash and a new connection leave the options where they were, and the order is kept nowhere."""
    page = entered(room, visitors)
    runs = ask_together(room, "single", "multi")
    one, several = sections(page, runs)
    before = order(one), order(several)

    one.locator("label.option").first.click()
    press_in(one, SEND)
    is_answered(one)
    press_in(one, "Change my answer")
    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    room.start()
    expect(page.get_by_text(LOST)).to_be_hidden()

    assert (order(one), order(several)) == before
    assert set(page.evaluate("() => Object.keys(sessionStorage)")) == {f"seat {room.code}", f"answered {room.code}"}


# ---- several questions at once ----------------------------------------------------------------------------------------------


def press_in(place: Locator, words: str) -> None:
    """Press a button of one question among several; its name goes on with the question."""
    place.get_by_role("button", name=re.compile(f"^{words}")).click()


def test_several_questions_are_answered_in_any_order(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """A page with three questions says so, takes each answer by itself, in whatever order, and each counts in its own result."""
    page = entered(room, visitors)
    runs = ask_together(room, "single", "scale", "rank")
    one, point, ranked = sections(page, runs)
    expect(page.get_by_role("heading", name="Three questions", level=1)).to_be_visible()
    expect(page.get_by_text("at your own pace and in any order")).to_be_visible()

    put_in_order(ranked, BEST_FIRST)
    press_in(ranked, "Send my order")
    is_answered(ranked)
    option(one, "The inn").check()
    press_in(one, SEND)
    is_answered(one)
    expect(point.locator("form")).to_be_visible()
    press_in(point, "Pass")
    is_answered(point)
    press_in(one, "Change my answer")
    option(one, "The dunes").check()
    press_in(one, SEND)
    is_answered(one)

    mine: Mapping[str, object] = {"single": "dunes", "scale": {"pass": True}, "rank": ["tea", "wind", "talk", "birds"]}
    others: Mapping[str, Sequence[object]] = {
        "single": ["dunes", "inn"] * 5,
        "scale": [1, 2] * 5,
        "rank": [["wind", "birds", "talk", "tea"]] * 10,
    }
    for run, poll in zip(runs, mine, strict=True):
        others_answer(room, run, others[poll])
        assert published(room, run) == publish(Tally.of(walk.poll(poll), [*others[poll], mine[poll]]), ROOM), poll


def test_the_buttons_of_several_questions_are_told_apart(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """For whoever hears the page, each question is a group of its own, and each button says to which question it belongs."""
    page = entered(room, visitors)
    polls = ("single", "scale")
    one, _ = sections(page, ask_together(room, *polls))

    for poll in polls:
        is_asked(page, walk.poll(poll).question)
        for words in (SEND, "Pass"):
            expect(page.get_by_role("button", name=f"{words} {walk.poll(poll).question}", exact=True)).to_have_count(1)
    press_in(one, "Pass")
    for words in ("Change my answer", "Take my answer back"):
        expect(page.get_by_role("button", name=f"{words} {walk.poll('single').question}", exact=True)).to_be_visible()
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))


def test_a_problem_belongs_to_one_question(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Among several questions only the one that was sent empty has a problem, and only its fields say so."""
    page = entered(room, visitors)
    one, point = sections(page, ask_together(room, "single", "scale"))

    press_in(point, SEND)

    expect(page.get_by_role("alert")).to_have_text("Please choose one, or pass.")
    expect(point.get_by_role("radio").first).to_be_focused()
    assert (one.locator("[aria-invalid]").count(), point.locator("[aria-invalid]").count()) == (0, 5)
    assert not any(url.endswith("/ballot") for url in visitors.urls)


def test_a_reload_remembers_which_questions_were_answered(room: RunningRoom, visitors: Visitors) -> None:
    """After a reload the answered questions say so and the others are still asked; what is remembered has no order and no answer."""
    page = entered(room, visitors)
    runs = ask_together(room, "single", "multi", "scale")
    one, several, point = sections(page, runs)
    press_in(point, "Pass")
    is_answered(point)
    press_in(one, "Pass")
    is_answered(one)

    page.reload()

    is_answered(one)
    is_answered(point)
    expect(several.locator("form")).to_be_visible()
    remembered = page.evaluate("code => sessionStorage.getItem(`answered ${code}`)", room.code)
    assert remembered == f"{room.state()['boot']} {runs[0]} {runs[2]}"
    press_in(one, "Take my answer back")
    expect(one.locator("form")).to_be_visible()
    page.reload()
    is_answered(point)
    expect(one.locator("form")).to_be_visible()


def test_whoever_writes_is_not_disturbed_by_the_other_questions(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """While others of several questions close, are shown and are hidden again, and the room moves on, a line half written stays as it is."""
    page = entered(room, visitors)
    runs = ask_together(room, "single", "multi", "rank", "text")
    one, several, ranked, written = sections(page, runs)
    put_in_order(ranked, BEST_FIRST)
    option(several, "A book").check()
    begin_to_write(page, written)

    others_answer(room, runs[0], ["inn", "dunes"] * 5)
    room.lead(runs[0], "close")
    expect(one.get_by_text(CLOSED)).to_be_visible()
    is_undisturbed(page, written)
    room.lead(runs[0], "reveal")
    expect(one.get_by_role("table")).to_be_visible()
    is_undisturbed(page, written)
    room.lead(runs[0], "hide")
    expect(one.get_by_role("table")).to_have_count(0)
    is_undisturbed(page, written)
    room.control.post("/section", json={"id": "02"}).raise_for_status()
    expect(page.get_by_text("Coming home")).to_be_visible()
    is_undisturbed(page, written)
    room.control.post("/stage", json={"show": "break"}).raise_for_status()
    room.control.post("/timer", json={"minutes": 3}).raise_for_status()
    expect(page.get_by_text("About 3 minutes left")).to_be_visible()
    is_undisturbed(page, written)
    others_answer(room, runs[3], LINES[:5])
    expect(written.get_by_text("Answered so far: 5+")).to_be_visible()
    is_undisturbed(page, written)
    with page.expect_response(lambda reply: reply.url.endswith("/events")):
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
    is_undisturbed(page, written)
    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    room.start()
    expect(page.get_by_text(LOST)).to_be_hidden()
    is_undisturbed(page, written)
    room.lead(runs[0], "discard")
    expect(one).to_have_count(0)
    is_undisturbed(page, written)

    assert order(ranked) == ["tea", "wind", "talk", "birds"]
    expect(option(several, "A book")).to_be_checked()


def begin_to_write(page: Page, written: Locator) -> None:
    """Write half a line, go back into the middle of it, and mark the form so that another in its place would be noticed."""
    written.get_by_role("textbox").click()
    page.keyboard.type(WORDS)
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    written.locator("form").evaluate("form => { form.isTheSame = true; }")


def is_undisturbed(page: Page, written: Locator) -> None:
    """See that the half line stands where it stood, in the same form, with the cursor where it was."""
    line = written.get_by_role("textbox")
    expect(line).to_be_focused()
    expect(line).to_have_value(WORDS)
    assert line.evaluate("it => [it.selectionStart, it.form.isTheSame]") == [len(WORDS) - 6, True]


def test_what_is_under_a_thumb_stays_there(room: RunningRoom, visitors: Visitors) -> None:
    """When a chart appears above the question that somebody is at, the question stays where it is on the screen."""
    page = entered(room, visitors)
    runs = ask_together(room, "scale", "single", "multi")
    point, _, several = sections(page, runs)
    box = option(several, "A coat")
    box.check()
    place = y_of(box)

    others_answer(room, runs[0], [1, 2] * 5)
    room.lead(runs[0], "close")
    expect(point.get_by_text(CLOSED)).to_be_visible()
    wait_for(lambda: abs(y_of(box) - place) < 2, "the question to be where it was")
    room.lead(runs[0], "reveal")
    chart = point.get_by_role("img")
    wait_for(lambda: chart.evaluate("it => it.complete && it.naturalWidth > 0"), "the chart to be loaded")
    wait_for(lambda: abs(y_of(box) - place) < 2, "the question to be where it was")


def y_of(place: Locator) -> float:
    """Return how far below the upper edge of the screen something is, in pixels."""
    box = place.bounding_box()
    assert box is not None
    return box["y"]


def test_an_answer_that_arrives_late_takes_no_focus_away(room: RunningRoom, visitors: Visitors) -> None:
    """Where one answer is still on its way while its sender writes the next, its arrival leaves the writer alone."""
    page = entered(room, visitors)
    one, written = sections(page, ask_together(room, "single", "text"))
    option(one, "The inn").check()
    page.context.set_offline(True)

    press_in(one, SEND)
    begin_to_write(page, written)
    page.context.set_offline(False)

    is_answered(one)
    is_undisturbed(page, written)


def test_a_killed_server_gets_every_answer_of_several_back(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """After a crash each answered question is handed in anew, one that was passed and one taken back as well, and none counts twice."""
    page = entered(room, visitors)
    runs = ask_together(room, "single", "scale", "multi")
    one, point, several = sections(page, runs)
    option(one, "The inn").check()
    press_in(one, SEND)
    press_in(point, "Pass")
    press_in(several, "None of these")
    for each in (one, point, several):
        is_answered(each)
    press_in(several, "Take my answer back")
    expect(several.get_by_text("Taken back.")).to_be_visible()

    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    room.start()
    handed_in = [("PUT", runs[0]), ("PUT", runs[1]), ("DELETE", runs[2])]
    wait_on(page, lambda: all(replies(visitors, *each) >= 2 for each in handed_in), "all three to be handed in anew")

    for each in (one, point):
        is_answered(each)
    expect(several.locator("form")).to_be_visible()
    others: Sequence[Sequence[object]] = [["inn", "dunes"] * 5, [1, 2] * 5, [["coat"], ["book"]] * 5]
    mine: Sequence[Sequence[object]] = [["inn"], [{"pass": True}], []]
    for run, poll, theirs, ours in zip(runs, ("single", "scale", "multi"), others, mine, strict=True):
        others_answer(room, run, theirs)
        assert published(room, run) == publish(Tally.of(walk.poll(poll), [*theirs, *ours]), ROOM), poll


def replies(visitors: Visitors, method: str, run: int) -> int:
    """Return how often an answer to a run was taken, or taken back."""
    return sum((made, status) == (method, 204) and url.endswith(f"/runs/{run}/ballot") for made, url, status in visitors.replies)


def test_a_new_question_takes_the_place_of_several(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """When something else is asked, the page shows that alone, from its top."""
    page = entered(room, visitors)
    runs = ask_together(room, "single", "scale", "multi")
    sections(page, runs)[2].locator("label.option").last.scroll_into_view_if_needed()
    for run in runs:
        room.lead(run, "close")

    room.ask("slider")

    is_asked(page, walk.poll("slider").question)
    expect(page.locator(".run")).to_have_count(1)
    expect(page.get_by_role("heading", name=re.compile("questions"))).to_have_count(0)
    assert page.evaluate("() => window.scrollY") == 0


def test_the_acts_on_several_questions_are_said(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Whoever hears the page learns how many questions there are, and which of them has closed or has its result."""
    page = entered(room, visitors)
    announced = page.locator("#announced")

    runs = ask_together(room, "single", "scale")
    expect(announced).to_have_text("There are two questions.")
    room.lead(runs[1], "close")
    expect(announced).to_have_text(f"Closed: {walk.poll('scale').question}")
    room.lead(runs[1], "reveal")
    expect(announced).to_have_text(f"The group's answer is here: {walk.poll('scale').question}")


# ---- while lines are being read ---------------------------------------------------------------------------------------------


def test_while_lines_are_read_the_page_says_so(room: RunningRoom, visitors: Visitors) -> None:
    """After the closing the page says who reads and what is still held, and so does the page about this computer; then both are done."""
    page = entered(room, visitors)
    run = room.ask("text")
    page.get_by_label("Your line").fill(WORDS)
    press(page, SEND)
    is_answered(page)
    others_answer(room, run, LINES)

    room.lead(run, "close")

    expect(page.get_by_role("heading", name=CLOSED)).to_be_visible()
    expect(page.get_by_text(READING)).to_be_visible()
    expect(page.get_by_text("on the page that sent it, out of sight, in case that computer fails")).to_be_visible()
    assert WORDS not in page.content()
    privacy = visitors.page()
    privacy.goto(room.connection.public_url + room.path("/privacy"))
    expect(privacy.get_by_text("the facilitator is reading the lines. They are kept in memory only")).to_be_visible()
    expect(privacy.get_by_text("No poll is open, so it holds no answers at all.")).to_have_count(0)
    let_through(room, run)
    expect(page.get_by_text("The single lines no longer exist")).to_be_visible()
    privacy.reload()
    expect(privacy.get_by_text("No poll is open, so it holds no answers at all.")).to_be_visible()


def let_through(room: RunningRoom, run: int) -> None:
    """Approve every line, and publish them."""
    for line in room.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]:
        room.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": "approve"}).raise_for_status()
    room.lead(run, "publish")


def test_a_server_killed_while_lines_are_read_gets_them_again(room: RunningRoom, visitors: Visitors) -> None:
    """The run comes back open, the page hands its line in by itself and says that it has answered; a page that passed does the same."""
    writes, passes, reloads = (entered(room, visitors) for _ in range(3))
    run = room.ask("text")
    for page, words in ((writes, WORDS), (reloads, "Of the page that forgets")):
        page.get_by_label("Your line").fill(words)
        press(page, SEND)
        is_answered(page)
    press(passes, "Pass")
    is_answered(passes)
    others_answer(room, run, LINES)
    room.lead(run, "close")
    for page in (writes, passes, reloads):
        expect(page.get_by_text(READING)).to_be_visible()
    reloads.reload()
    expect(reloads.get_by_text(READING)).to_be_visible()

    room.kill()
    expect(writes.get_by_text(LOST)).to_be_visible()
    room.start()

    is_answered(writes)
    is_answered(passes)
    expect(reloads.get_by_label("Your line")).to_be_visible()
    wait_on(writes, lambda: replies(visitors, "PUT", run) >= 3 + 2, "both answers to be handed in anew")
    others_answer(room, run, LINES)
    room.lead(run, "close")
    assert sorted(lines(room, run)) == sorted([*LINES, WORDS])
    let_through(room, run)
    room.lead(run, "reveal")
    assert room.result(run)["answered"] == len(LINES) + 1


def test_a_line_is_forgotten_once_it_is_published(room: RunningRoom, visitors: Visitors) -> None:
    """After publishing no page hands anything in again, whatever happens to the server."""
    page = entered(room, visitors)
    run = room.ask("text")
    page.get_by_label("Your line").fill(WORDS)
    press(page, SEND)
    is_answered(page)
    others_answer(room, run, LINES)
    room.lead(run, "close")
    let_through(room, run)
    expect(page.get_by_text("The single lines no longer exist")).to_be_visible()

    with page.expect_response(lambda reply: reply.url.endswith("/seats")):
        room.kill()
        room.start()
    expect(page.get_by_text(LOST)).to_be_hidden()

    assert sum(url.endswith("/ballot") for url in visitors.urls) == 1


# ---- a change that is refused -----------------------------------------------------------------------------------------------


def test_a_refused_change_leaves_the_earlier_answer_where_it_was(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Where the server will not take a change, the page says why in its place, and after a crash hands in what was taken before."""
    page = entered(room, visitors)
    run = room.ask("single")
    option(page, "The inn").check()
    press(page, SEND)
    is_answered(page)
    press(page, "Change my answer")
    option(page, "The dunes").check()
    page.route("**/ballot", lambda route: route.fulfill(status=422, json={"error": "Not this one, please."}), times=1)

    press(page, SEND)

    expect(page.get_by_role("alert")).to_have_text("Not this one, please.")
    press(page, "Leave it as it was")
    is_answered(page)
    room.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    room.start()
    wait_on(page, lambda: replies(visitors, "PUT", run) >= 2, "the earlier answer to be handed in anew")
    others = ["inn", "dunes"] * 5
    others_answer(room, run, others)
    assert published(room, run) == publish(Tally.of(walk.poll("single"), [*others, "inn"]), ROOM)


# ---- a gentle timer ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours_wrong", [0, 5, -5])
def test_a_timer_is_a_quiet_sentence(room: RunningRoom, visitors: Visitors, hours_wrong: int) -> None:
    """A timer says about how long is left, whatever the phone's own clock says; it interrupts nobody, and its end takes nothing away."""
    page = visitors.page()
    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {hours_wrong * 3_600_000};")
    enter(room, page)
    room.ask("single")
    option(page, "The inn").check()
    timer = page.locator("#timer")
    expect(timer).to_be_hidden()

    said = {
        4: "About 4 minutes left; there is no hurry.",
        0.9: "About one minute left; there is no hurry.",
        0.001: "Take the moment you need.",
    }
    for minutes, words in said.items():
        room.control.post("/timer", json={"minutes": minutes}).raise_for_status()
        expect(timer).to_have_text(words)
    assert timer.evaluate("it => it.closest('[aria-live], [role]')") is None
    expect(option(page, "The inn")).to_be_checked()
    room.control.post("/timer", json={"minutes": None}).raise_for_status()
    expect(timer).to_be_hidden()
    press(page, SEND)
    is_answered(page)


# ---- what it costs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*KINDS, "all at once"])
def test_every_kind_of_question_costs_little(room: RunningRoom, visitors: Visitors, kind: str) -> None:
    """The room page takes four requests and less than 20 kB with any one question on it, and less than 30 kB with all."""
    ask_together(room, *KINDS) if kind == "all at once" else room.ask(kind)
    page = visitors.page()
    bill = Bill(page.context.new_cdp_session(page))

    enter(room, page)

    wait_on(page, lambda: bill.is_paid, "the page to be there")
    assert len(bill.asked) == MOST_REQUESTS, bill.asked
    assert 1000 < bill.bytes < (MOST_BYTES if kind == "all at once" else MOST_BYTES_OF_ONE)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_question_lets_an_answer_slip_without_its_script(room: RunningRoom, visitors: Visitors, kind: str) -> None:
    """Where the script never arrived, nothing can be chosen, written or sent, so nothing gets into an address."""
    room.ask(kind)
    page = visitors.page()
    page.route("**/room.js*", lambda route: route.abort())
    page.goto(room.connection.public_url + room.path())

    expect(page.get_by_role("button", name="I need a moment")).to_be_visible()
    assert page.locator("form").locator("input, textarea, button").locator("visible=true").count() == 0


def test_every_kind_of_question_can_be_read_by_a_program(room: RunningRoom, visitors: Visitors, walk: Workshop) -> None:
    """Each form names its run and kind, and each option its value, for whoever sits in the room as a program."""
    page = entered(room, visitors)
    runs = ask_together(room, *KINDS)
    sections(page, runs)

    found = page.evaluate(
        "() => [...document.querySelectorAll('form[data-run][data-kind]')].map((form) => [form.dataset.run, form.dataset.kind])"
    )
    assert found == [[str(run), kind] for run, kind in zip(runs, KINDS, strict=True)]
    for run, kind in zip(runs, KINDS, strict=True):
        expected = range(11) if kind == "slider" else [option.id for option in walk.poll(kind).options]
        assert sorted(order(section(page, run))) == sorted(map(str, expected))
