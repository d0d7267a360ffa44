"""Room pages in a real browser: how a test opens one, answers on it, and looks whether everybody can use it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import Any, Final

from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browsers import Visitors
from tests.world import RunningRoom, new_seats
from workshop_kit.disclosure import Published

ANSWERED: Final = "Answered. You can change it until the poll closes."
CLOSED: Final = "The poll has closed"
LOST: Final = re.compile("^The connection is lost for the moment")
SEND: Final = "Send my answer"
OTHERS: Final = new_seats(Random(41), 20)

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
TWICE_AS_LARGE: Final = 32


def entered(room: RunningRoom, visitors: Visitors, **different: Any) -> Page:
    """Return the room page on one more phone, with a seat taken."""
    page = visitors.page(**different)
    enter(room, page)
    return page


def enter(room: RunningRoom, page: Page) -> None:
    """Open the room page and wait until it has its seat."""
    with page.expect_response(lambda reply: reply.url.endswith("/seats")):
        page.goto(room.connection.public_url + room.path())


def others_answer(room: RunningRoom, run: int, answers: Sequence[object]) -> None:
    """Let other people answer, each from a seat of their own."""
    for seat, answer in zip(OTHERS, answers, strict=False):
        room.sit(seat)
        room.cast(run, seat, answer).raise_for_status()


def published(room: RunningRoom, run: int) -> Published:
    """Close and reveal a run; return its result."""
    room.lead(run, "close", "reveal")
    return Published.from_dict(room.result(run))


def option(place: Page | Locator, label: str) -> Locator:
    """Return the button of an option by its words."""
    return place.get_by_label(label, exact=True)


def press(place: Page | Locator, words: str) -> None:
    """Press a button."""
    place.get_by_role("button", name=words, exact=True).click()


def answer(page: Page, label: str) -> None:
    """Choose one option, send it, and wait until the page says that it was taken."""
    option(page, label).check()
    press(page, SEND)
    is_answered(page)


def is_answered(place: Page | Locator) -> None:
    """Wait until the page, or one question on it, says that it has answered."""
    expect(place.get_by_role("heading", name=ANSWERED)).to_be_visible()


def is_asked(page: Page, question: str) -> None:
    """Wait until the page shows a question to answer."""
    expect(page.get_by_role("group", name=question)).to_be_visible()


def go_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus; see that its focus shows."""
    is_there = partial(target.evaluate, "it => it === document.activeElement")
    for _ in range(40):
        page.keyboard.press("Tab")
        if is_there():
            # The ring of a radio button is drawn around its whole option.
            ring = target.evaluate("it => getComputedStyle(it.closest('.option') ?? it).outline")
            assert "solid 3px" in ring, f"the focus on {target} cannot be seen: {ring}"
            return
    raise AssertionError(f"Tab never came to {target}.")


def choose_by_keys(page: Page, label: str) -> None:
    """Choose one of several radio buttons as the keyboard does: Tab to the first, then the arrows."""
    first = page.get_by_role("radio").first
    if not first.evaluate("it => it === document.activeElement"):
        go_to(page, first)
    page.keyboard.press("Space")
    for _ in range(20):
        if option(page, label).is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"The arrows never came to {label}.")


@contextmanager
def letters_twice_as_large(page: Page) -> Iterator[None]:
    """Let the page be read by somebody who has set their browser to twice the usual size of letters."""
    line = page.context.new_cdp_session(page)
    line.send("Page.enable")
    line.send("Page.setFontSizes", {"fontSizes": {"standard": TWICE_AS_LARGE}})
    try:
        assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == f"{TWICE_AS_LARGE}px"
        yield
    finally:
        line.send("Page.setFontSizes", {"fontSizes": {"standard": TWICE_AS_LARGE // 2}})
        line.detach()


class Bill:
    """What a page asked for, and the bytes that came for it, as they came over the line: the heads of replies, and whole replies."""

    def __init__(self, line: CDPSession) -> None:
        self.asked: dict[str, str] = {}
        self.replied: dict[str, int] = {}
        self.finished: dict[str, int] = {}
        line.on("Network.requestWillBeSent", lambda event: self.asked.update({event["requestId"]: event["request"]["url"]}))
        line.on("Network.responseReceived", self._note_head)
        line.on("Network.loadingFinished", lambda event: self.finished.update({event["requestId"]: event["encodedDataLength"]}))
        line.send("Network.enable")

    @property
    def bytes(self) -> int:
        """All that came."""
        return sum((self.replied | self.finished).values())

    @property
    def is_paid(self) -> bool:
        """Whether the page and its script have come, and all else has begun to: the stream of news does not come to an end."""
        return len(self.replied) == len(self.asked) >= MOST_REQUESTS and len(self.finished) >= 2

    def _note_head(self, event: dict[str, Any]) -> None:
        self.replied[event["requestId"]] = event["response"]["encodedDataLength"]


# Page, script, seat, and the stream of news.
MOST_REQUESTS: Final = 4
