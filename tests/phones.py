"""Room pages in a real browser: how a test opens one, answers on it, and looks whether everybody can use it."""

import re
from collections.abc import Sequence
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from tests.browsers import Visitors, wait_on
from tests.world import PEOPLE, RunningRoom
from workshop_kit import material
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.polls import PASS, Poll, Tally

ANSWERED: Final = "Answered. You can change it until the poll closes."
CLOSED: Final = "The poll has closed"
LOST: Final = re.compile("^The connection is lost for the moment")
SEND: Final = "Send my answer"

LEAST_TARGET_PX: Final = 44
SMALL_TARGETS: Final = """
(least) => [...document.querySelectorAll("button, a.button, label.option, textarea, input:not([type=radio]):not([type=checkbox])")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.innerText || each.getAttribute("aria-label") || each.id, each.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)
"""
OVERFLOW: Final = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Words that stick out of the button, card or page in which they stand.
CLIPPED: Final = """
() => {
  const found = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    if (!text.data.trim() || text.parentElement.closest(".unseen, noscript") || !text.parentElement.checkVisibility()) continue;
    const place = text.parentElement.closest("button, .button, .option, .item, td, th, body").getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(text);
    const sticksOut = (box) =>
      box.left < place.left - 1 || box.right > place.right + 1 || box.top < place.top - 1 || box.bottom > place.bottom + 1;
    if ([...range.getClientRects()].some(sticksOut)) found.push(text.data.trim());
  }
  return found;
}
"""
ORDER: Final = "form => [...form.querySelectorAll('[name=option], [data-option]')].map((each) => each.value || each.dataset.option)"

# What a group answers to the polls of `every_kind`. From a result it can be told whether one person more has answered, and what;
# in that of the scale, whether one more has passed.
GROUP: Final[dict[str, list[Any]]] = {
    "single": [*["inn"] * 4, *["dunes"] * 4, *["wood"] * 3],
    "multi": [*[["coat", "bread"]] * 4, *[["book", "bread"]] * 4, *[["friend"]] * 3],
    "scale": [1, 1, 1, 2, 2, 2, 3, 3, 3, 5, 5, 5, PASS, PASS],
    "slider": [0, 0, 1, 1, 5, 5, 5, 8, 8, 8, 10],
    "rank": [*[["wind", "birds", "talk", "tea"]] * 5, *[["talk", "tea", "wind", "birds"]] * 5],
    "text": [f"Line {word}" for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]],
}


def entered(room: RunningRoom, visitors: Visitors, **different: Any) -> Page:
    """Return the room page on one more phone, with a seat taken."""
    page = visitors.page(**different)
    enter(room, page)
    return page


def enter(room: RunningRoom, page: Page) -> None:
    """Open the room page and wait until it has its seat."""
    with room.letting_in(), page.expect_response(lambda reply: reply.url.endswith("/seats")):
        page.goto(room.connection.public_url + room.path())


def polls_of(room: RunningRoom) -> dict[str, Poll]:
    """Return the polls of a room's workshop by their ids."""
    return dict(material.read(room.material).polls)


def others_answer(room: RunningRoom, run: int, answers: Sequence[object]) -> None:
    """Let other people answer, each from a seat of their own."""
    for seat, answer in zip(PEOPLE, answers, strict=False):
        room.sit(seat)
        room.cast(run, seat, answer).raise_for_status()


def long_answers(poll: Poll) -> Sequence[object]:
    """Return twenty answers to a poll, so many of each that they can be shown, and as long as they may be."""
    ids = [option.id for option in poll.options]
    if poll.kind == "text":
        return [f"{number} Something that takes quite a few words to say {'m' * 80}" for number in range(20)]
    if poll.kind == "rank":
        return [ids, [*ids[1:], ids[0]]] * 10
    return [[ids[0]], ids[:2], ids[1:], []] * 5 if poll.kind == "multi" else ids[:4] * 5


def published(room: RunningRoom, run: int, poll: Poll) -> Published:
    """Close and reveal a run, with every comment that was written; return its result."""
    room.lead(run, "close")
    if poll.kind == "text":
        room.let_through(run)
    room.lead(run, "reveal")
    return Published.from_dict(room.result(run))


def is_counted(room: RunningRoom, run: int, poll: Poll, *mine: object) -> None:
    """Let the group answer as well, and see that the result holds their answers and these, and no others."""
    others_answer(room, run, GROUP[poll.kind])

    result = published(room, run, poll)

    assert result == publish(Tally.of(poll, [*GROUP[poll.kind], *mine]), ROOM.suited_to(poll)), poll.kind


def sections(page: Page, runs: Sequence[int]) -> list[Locator]:
    """Return the parts of the page that belong to some runs, once their forms are there."""
    places = [page.locator(f".run[data-run='{run}']") for run in runs]
    for place in places:
        expect(place.locator("form")).to_be_visible()
    return places


def option(place: Page | Locator, label: str) -> Locator:
    """Return the button of an option by its words."""
    return place.get_by_label(label, exact=True)


def press(place: Page | Locator, words: str) -> None:
    """Press the button whose name begins with some words; among several questions it goes on with the question's."""
    place.get_by_role("button", name=re.compile(f"^{re.escape(words)}")).click()


def choose(place: Page | Locator, poll: Poll, answer: Any) -> None:
    """Choose, order or write an answer by what stands on the page, without sending it."""
    words = {option.id: option.label for option in poll.options}
    if poll.kind == "text":
        place.get_by_label("Your line").fill(answer)
    elif poll.kind == "rank":
        put_in_order(place, [words[each] for each in answer])
    else:
        for each in answer if poll.kind == "multi" else [answer]:
            option(place, str(each) if poll.kind == "slider" else words[each]).check()


def put_in_order(place: Page | Locator, labels: Sequence[str]) -> None:
    """Bring the options of a ranking into an order by their upper arrows."""
    items = place.locator("[data-option]")
    items.first.locator(".down").click()  # for the day on which chance has drawn the very order that is wanted
    for at, label in enumerate(labels):
        while not items.nth(at).inner_text().startswith(label):
            press(place, f"Move “{label}” up")


def order(place: Page | Locator) -> list[str]:
    """Return the values of the options of a form in the order in which they stand."""
    values: list[str] = place.locator("form.ballot").evaluate(ORDER)
    return values


def is_answered(place: Page | Locator) -> None:
    """Wait until the page, or one question on it, says that it has answered."""
    expect(place.get_by_role("heading", name=ANSWERED)).to_be_visible()


def answer_with(place: Page | Locator, words: str) -> None:
    """Press the button that sends an answer, and see that it is taken or held."""
    press(place, words)
    is_answered(place)


def is_asked(page: Page, question: str) -> None:
    """Wait until the page shows a question to answer."""
    expect(page.get_by_role("group", name=question)).to_be_visible()


def drawn(page: Page, place: Page | Locator) -> Locator:
    """Return the chart in a place, as soon as it is loaded."""
    chart = place.get_by_role("img")
    expect(chart).to_be_visible()
    wait_on(page, lambda: bool(chart.evaluate("it => it.complete && it.naturalWidth > 0")), "the chart to be loaded")
    return chart
