"""The room page in a real browser: what a person on a phone sees, does and is kept from, from taking a seat to the chart.

Most tests are one long afternoon on one `phone`; those in which the room fails, or several phones are compared, have a room of
their own. In the end their pages have asked nothing of another computer, run into no fault and broken no content policy.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from socket import socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests import phones
from tests.browsers import Visitors, wait_on
from tests.every_kind import KINDS, arguments
from tests.server.hostile import address_of, rage, wire_to
from tests.world import MANY, PEOPLE, SAY, RunningRoom
from workshop_kit.polls import PASS
from workshop_kit.server import pages

pytestmark = pytest.mark.room(kinds=True)

WAITING: Final = "Good that you are here."
READING: Final = "The facilitator reads what was written before the group sees it."
READ: Final = "The single lines no longer exist"
WORDS: Final = "That we said little"
# Two answers of each kind: what somebody says first, and what they mean in the end.
MINE: Final[dict[str, tuple[Any, Any]]] = {
    "single": ("dunes", "inn"),
    "multi": (["bread"], ["coat", "book"]),
    "scale": (1, 3),
    "slider": (2, 7),
    "rank": (["birds", "talk", "wind", "tea"], ["tea", "wind", "talk", "birds"]),
    "text": ("Salt on the lips", WORDS),
}
TOP: Final = "it => it.getBoundingClientRect().top"

# All that a page holds. Its options and orders are drawn by chance, and say nothing.
HELD: Final = """
async () => {
  const page = document.documentElement.cloneNode(true);
  for (const arrow of page.querySelectorAll("[data-option] button")) arrow.removeAttribute("disabled");
  for (const list of page.querySelectorAll(".choices")) {
    list.replaceChildren(...[...list.children].sort((one, other) => (one.innerHTML < other.innerHTML ? -1 : 1)));
  }
  return {
    session: Object.fromEntries(Object.entries(sessionStorage)),
    local: Object.entries(localStorage),
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookie: document.cookie,
    address: location.href,
    entry: history.state,
    title: document.title,
    name: window.name,
    controls: [...document.querySelectorAll("input, textarea")].map((each) => `${each.value} ${each.checked}`).sort(),
    words: document.body.innerText,
    page: page.outerHTML,
  };
}
"""


@pytest.fixture(scope="module")
def afternoon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room with a poll of every kind, open for as long as this file takes."""
    folder = tmp_path_factory.mktemp("afternoon")
    with RunningRoom(folder / "room", *arguments(folder / "material")) as room:
        yield room


@pytest.fixture(scope="module")
def guests(browser: Browser) -> Iterator[Visitors]:
    """Yield the people who stay for the whole afternoon; in the end, see that their pages kept to themselves."""
    with Visitors(browser) as guests:
        yield guests
        assert guests.elsewhere == []
        assert guests.faults == []


@pytest.fixture(scope="module")
def seated(afternoon: RunningRoom, guests: Visitors) -> Page:
    """Return the page of somebody who has taken a seat for the afternoon."""
    return phones.entered(afternoon, guests)


@pytest.fixture
def phone(afternoon: RunningRoom, seated: Page) -> Iterator[Page]:
    """Yield a phone that waits for a question; in the end, throw away what was asked."""
    yield seated
    while asked := afternoon.state()["current"]:
        for each in asked:
            afternoon.lead(each["run"], "discard")
    expect(seated.get_by_text(WAITING)).to_be_visible()


def sent(visitors: Visitors) -> int:
    """Return how often an answer was sent or taken back."""
    return sum(url.endswith("/ballot") for url in visitors.urls)


def taken(visitors: Visitors, method: str, run: int) -> int:
    """Return how often an answer to a run was taken, or taken back."""
    return sum((made, status) == (method, 204) and url.endswith(f"/runs/{run}/ballot") for made, url, status in visitors.replies)


def test_who_comes_to_a_locked_door_is_let_in_once_it_opens(room: RunningRoom, visitors: Visitors) -> None:
    """At a locked door a page says so and holds what is answered until it opens; those inside go on, even after a reload."""
    poll = phones.polls_of(room)["single"]
    inside, late = phones.entered(room, visitors), visitors.page()
    run = room.ask("single")
    late.goto(room.connection.public_url + room.path())

    expect(late.get_by_text("The door of this room is locked. Please ask the facilitator to open it for a moment.")).to_be_visible()
    inside.reload()
    for page, answer in ((inside, "dunes"), (late, "inn")):
        phones.is_asked(page, poll.question)
        phones.choose(page, poll, answer)
        phones.press(page, phones.SEND)
    phones.is_answered(inside)
    expect(late.get_by_text("Not sent yet: this page has no seat.")).to_be_visible()
    room.tell("/door", state="open")

    phones.is_answered(late)
    room.count()
    phones.is_counted(room, run, poll, "dunes", "inn")


def test_everyone_sees_how_many_seats_are_taken_and_may_leave_one(room: RunningRoom, visitors: Visitors) -> None:
    """A page that was left only watches, also after a reload, and its answer is gone; behind the locked door it comes back by a card alone."""
    poll = phones.polls_of(room)["single"]
    stays, leaves = phones.entered(room, visitors), phones.entered(room, visitors)
    expect(leaves.locator("#heads")).to_be_hidden()
    room.tell("/door", state="locked")
    for page in (stays, leaves):
        expect(page.get_by_role("heading", name="2 seats are taken. Are there 2 of us?")).to_be_visible()
    expect(stays.locator("#announced")).to_have_text("2 seats are taken. Are there 2 of us?")
    room.count()
    expect(stays.locator("#heads")).to_be_hidden()
    expect(stays.locator("#counted")).to_have_text("2 people are counted here.")
    run = room.ask("single")
    for page in (stays, leaves):
        phones.is_asked(page, poll.question)
        phones.choose(page, poll, "dunes")
        phones.answer_with(page, phones.SEND)

    phones.press(leaves, "Leave this seat")
    expect(leaves.get_by_text("This page only watches. It doesn't count, and it can't answer.")).to_be_visible()
    phones.is_asked(leaves, poll.question)
    leaves.reload()
    expect(leaves.get_by_text("This page only watches.")).to_be_visible()
    expect(leaves.get_by_role("button", name="Leave this seat")).to_be_hidden()
    assert room.control.post(f"/runs/{run}/close").json()["code"] == "runs.close_not_as_many"
    room.tell("/heads", heads=1)
    room.lead(run, "close", "discard")
    card = room.control.post("/heads/one-more").json()["card"]
    phones.press(leaves, "Take a seat")
    expect(leaves.get_by_text("The door of this room is locked.")).to_be_visible()
    typed = leaves.get_by_label("Type the 12 characters on your seat card")
    for words, problem in (("2345 6789 abcd", "This card isn't good in this room."), ("2345", "A seat card has 12 characters")):
        typed.fill(words)
        leaves.keyboard.press("Enter")
        expect(leaves.get_by_role("alert")).to_have_text(re.compile(f"^{problem}"))
        expect(typed).to_be_focused()
        expect(typed).to_have_accessible_description(re.compile(f"^{problem}"))
    typed.fill(f"{card[:4]} {card[4:8]} {card[8:]}".lower())
    phones.press(leaves, "Sit down")
    expect(leaves.get_by_role("button", name="Leave this seat")).to_be_visible()
    expect(typed).to_be_hidden()

    run = room.ask("single")
    for page, answer in ((stays, "dunes"), (leaves, "inn")):
        phones.choose(page, poll, answer)
        phones.answer_with(page, phones.SEND)
    phones.is_counted(room, run, poll, "dunes", "inn")


def test_when_people_are_counted_again_open_pages_are_back_by_themselves(room: RunningRoom, visitors: Visitors) -> None:
    """Whoever is there takes their seat again with what they have answered, and who only watches does not; a page that is gone stays gone."""
    poll = phones.polls_of(room)["single"]
    stays, goes, watches = phones.entered(room, visitors), phones.entered(room, visitors), visitors.page()
    watches.goto(room.connection.public_url + room.path() + "#watch")
    expect(watches.get_by_text("This page only watches.")).to_be_visible()
    run = room.ask("single")
    phones.choose(stays, poll, "dunes")
    phones.answer_with(stays, phones.SEND)
    goes.close()

    room.tell("/heads/again")

    wait_on(stays, lambda: room.as_led()["seats"] == 1, "the one that is open to be back")
    assert room.control.post(f"/runs/{run}/close").status_code == 409
    room.tell("/heads", heads=1)
    phones.is_counted(room, run, poll, "dunes")


@pytest.mark.room("--by-card", kinds=True)
def test_a_scanned_card_is_a_seat_and_reaches_no_address(room: RunningRoom, visitors: Visitors) -> None:
    """The picture on a card opens its seat, in a second browser the same one; the card goes out of address and history before anything is sent."""
    key = room.control.post("/cards", json={"cards": 1}).json()["key"]
    [card] = re.findall(r"#(\w{12})<", room.public.post(room.path("/cards"), json={"key": key}).text)
    with overheard(room) as (address, sent):
        pages = [visitors.page(), visitors.page()]
        for page in pages:
            page.goto(f"{address}{room.path()}#{card}")
            expect(page.get_by_role("button", name="Leave this seat")).to_be_visible()
            assert page.evaluate("() => [location.href, history.length, history.state]") == [address + room.path(), 2, None]
        pages[0].reload()
        expect(pages[0].get_by_role("button", name="Leave this seat")).to_be_visible()
        # A card can be scanned where the page is open already.
        phones.press(pages[0], "Leave this seat")
        expect(pages[0].get_by_text("This page only watches.")).to_be_visible()
        pages[0].evaluate("card => { location.hash = card; }", card)
        expect(pages[0].get_by_role("button", name="Leave this seat")).to_be_visible()
        assert pages[0].url == address + room.path()
    room.tell("/door", state="locked")
    assert room.as_led()["seats"] == 1

    heads = [re.sub(rb"{[^{}]*}", b"", each) for each in sent]
    assert sum(each.count(b'{"card":"%s"}' % card.encode()) for each in sent) == 3
    assert [head for head in heads if card.encode() in head] == []
    assert [url for url in visitors.urls if card in url] == []


@contextmanager
def overheard(room: RunningRoom) -> Iterator[tuple[str, list[bytearray]]]:
    """Put an address in front of a room that passes everything on; yield it, and what pages send there over each wire."""
    sent: list[bytearray] = []

    class Passing(BaseRequestHandler):
        def handle(self) -> None:
            heard = bytearray()
            sent.append(heard)
            with wire_to(address_of(room)) as there, suppress(OSError):
                Thread(target=self.bring, args=(there,), daemon=True).start()
                while piece := self.request.recv(65536):
                    heard.extend(piece)
                    there.sendall(piece)

        def bring(self, there: socket) -> None:
            with suppress(OSError):
                while piece := there.recv(65536):
                    self.request.sendall(piece)

    with ThreadingTCPServer(("127.0.0.1", 0), Passing) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", sent
        server.shutdown()


@pytest.mark.room("--policy", "webinar", kinds=True)
def test_in_a_webinar_nobody_is_asked_to_count(room: RunningRoom, visitors: Visitors) -> None:
    """No page asks how many there are, and each says beside the question, before anyone answers, what is not promised."""
    page = phones.entered(room, visitors)
    room.tell("/door", state="locked")
    room.ask("single")
    phones.is_asked(page, phones.polls_of(room)["single"].question)
    expect(page.get_by_text("someone who opens several pages counts several times")).to_be_visible()
    expect(page.locator("#heads")).to_be_hidden()


def test_who_has_a_seat_goes_on_where_somebody_guesses(room: RunningRoom, visitors: Visitors) -> None:
    """At an address from which codes were guessed, a page with a seat shows it and goes on by itself; one without waits, whatever its code."""
    seated, kept_waiting = phones.entered(room, visitors), set[str]()

    def is_kept_waiting(path: str) -> bool:
        page = visitors.page()
        page.goto(room.connection.public_url + path)
        is_waiting = page.get_by_role("heading", name=SAY("pages.waiting.heading")).is_visible()
        kept_waiting.update([page.content()] if is_waiting else [])
        return is_waiting

    with rage("guesses", room, 2, beside=True):
        wait_on(seated, lambda: room.public.get("/WRANGA").status_code == 429, "the address to be spent")
        for path in (room.path(), "/WRANGA"):
            # Every six seconds one more code is answered.
            wait_on(seated, partial(is_kept_waiting, path), "somebody without a seat to be kept waiting")
        assert len(kept_waiting) == 1

        seated.reload()

        expect(seated.get_by_text(WAITING)).to_be_visible()
        expect(seated.get_by_role("button", name="Leave this seat")).to_be_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_taken_changed_and_counts_once(afternoon: RunningRoom, phone: Page, guests: Visitors, kind: str) -> None:
    """Of whatever kind, an answer goes out when it is sent and no sooner; it may be looked at anew and left, or changed, and the last counts."""
    poll, (first, last), already = phones.polls_of(afternoon)[kind], MINE[kind], sent(guests)
    run = afternoon.ask(kind)
    phones.is_asked(phone, poll.question)

    phones.choose(phone, poll, first)
    assert sent(guests) == already
    phones.answer_with(phone, "Send my")
    for leave in ("Leave it as it was", "Send my"):
        phones.press(phone, "Change my answer")
        is_empty(phone)
        phones.choose(phone, poll, last)
        phones.answer_with(phone, leave)
        assert WORDS not in phone.content()

    assert sent(guests) == already + 2
    phones.is_counted(afternoon, run, poll, last)


def is_empty(page: Page) -> None:
    """See that a form tells nothing of an answer that was sent from it."""
    expect(page.locator("form.ballot")).to_be_visible()
    assert page.locator(":checked").count() == 0
    assert [field.input_value() for field in page.locator("textarea").all()] in ([], [""])


def test_sending_nothing_is_an_answer_or_a_problem_said_where_it_is(afternoon: RunningRoom, phone: Page, guests: Visitors) -> None:
    """Where several may be chosen, the button says that none are; elsewhere nothing is sent, and that question's field gets problem and focus."""
    already, polls = sent(guests), phones.polls_of(afternoon)
    kinds = ("single", "scale", "slider", "text", "multi")
    runs = afternoon.ask_together(*kinds)
    *places, several = phones.sections(phone, runs)

    for place, kind in zip(places, kinds[:-1], strict=True):
        problem = "Please write a few words, or pass." if kind == "text" else "Please choose one, or pass."
        fields = place.locator("input, textarea")
        if kind == "text":
            fields.fill(" \n ")
        phones.press(place, phones.SEND)
        expect(phone.get_by_role("alert")).to_have_text(problem)
        described = fields if kind == "text" else place.get_by_role("group", name=polls[kind].question)
        expect(described).to_have_accessible_description(re.compile(f"{re.escape(problem)}$"))
        expect(fields.first).to_be_focused()
        assert phone.locator("[aria-invalid=true]").count() == fields.count()
        phones.choose(place, polls[kind], MINE[kind][0])
        expect(phone.get_by_role("alert")).to_have_count(0)
        assert phone.locator("[aria-invalid]").count() == 0
    assert sent(guests) == already
    for act, words in (("check", phones.SEND), ("uncheck", "None of these")):
        getattr(phones.option(several, "A book"), act)()
        expect(several.locator("button.main")).to_have_text(words)
    phones.answer_with(several, "None of these")
    phones.is_counted(afternoon, runs[-1], polls["multi"], [])


def test_an_order_is_sent_only_if_it_is_meant_and_a_move_is_told(afternoon: RunningRoom, phone: Page, guests: Visitors) -> None:
    """Who sends a ranking without moving anything is asked once whether it is meant; what was sent is never the order shown again.

    What an arrow moves is announced with its place and keeps the focus; at the end, where the arrow rests, the other one gets it.
    """
    already, shown = sent(guests), set()
    afternoon.ask("rank")
    phones.is_asked(phone, phones.polls_of(afternoon)["rank"].question)

    for answer in range(1, 7):
        phones.press(phone, "Send my order")
        expect(phone.get_by_role("alert").filter(has_text="as chance has put them")).to_be_visible()
        assert sent(guests) == already + answer - 1
        phones.answer_with(phone, "Send my order")
        phones.press(phone, "Change my answer")
        shown.add(tuple(phones.order(phone)))
    assert len(shown) > 1
    assert phone.get_by_role("listitem").count() == 4
    label = phone.locator("[data-option]").nth(2).inner_text().strip()
    up, down = (phone.get_by_role("button", name=f"Move “{label}” {way}", exact=True) for way in ("up", "down"))
    status = phone.get_by_role("status").filter(has_text="is now")
    up.focus()
    for arrow, place, rests in ((up, 2, None), (up, 1, down), (down, 2, None), (down, 3, None), (down, 4, up)):
        expect(arrow).to_be_focused()
        phone.keyboard.press("Enter")
        expect(status).to_have_text(f"{label} is now {place} of 4.")
        expect(rests or arrow).to_be_focused()
        if rests:
            expect(arrow).to_be_disabled()


def test_whoever_writes_is_told_who_reads(afternoon: RunningRoom, phone: Page, guests: Visitors) -> None:
    """The field says that the facilitator reads first, asks for no names, says that nobody can answer, and names somebody who can.

    Enter makes a new line and sends nothing; the characters left are seen at each key and spoken once the writer rests, down to none.
    """
    already = sent(guests)
    afternoon.ask("text")
    line, seen, told = phone.get_by_label("Your line"), phone.locator(".left"), phone.locator(".told")
    for words in ("The facilitator reads every line before the group", "please write no names", "Nobody can answer an anonymous line"):
        expect(line).to_have_accessible_description(re.compile(words))
    for place, name in ((phone.locator("form"), "Someone to talk to"), (phone.locator("footer"), "What does this computer know about me?")):
        with phone.expect_popup() as opened:
            place.get_by_role("link", name=name).click()
        heading = name.replace("does this computer know", "this computer knows").rstrip("?")
        expect(opened.value.get_by_role("heading", name=heading)).to_be_visible()
        opened.value.close()
    # What is typed is nobody's business, also not that of a service that checks spelling elsewhere.
    for attribute, value in {"autocomplete": "off", "spellcheck": "false", "writingsuggestions": "false", "name": None}.items():
        assert line.get_attribute(attribute) == value
    expect(seen).to_have_text("140 characters left")
    expect(told).to_have_attribute("role", "status")
    told.evaluate("it => { window.spoken = []; new MutationObserver(() => spoken.push(it.textContent)).observe(it, {childList: true}); }")

    for words, left in (("Salt and\nwind", "127 characters left"), (" and" + "x" * 200, "0 characters left")):
        line.press_sequentially(words)
        expect(seen).to_have_text(left)
        expect(told).to_have_text(left)

    assert line.input_value() == "Salt and\nwind and" + "x" * 123
    assert phone.evaluate("() => spoken") == ["127 characters left", "0 characters left"]
    assert sent(guests) == already


def test_nothing_on_a_phone_tells_what_it_answered(room: RunningRoom, visitors: Visitors) -> None:
    """Phones that answered every kind of question differently, or passed, hold the same page, the same controls and the same storage."""
    polls = phones.polls_of(room)
    pages = [phones.entered(room, visitors) for _ in range(3)]
    runs = room.ask_together(*KINDS)
    for number, page in enumerate(pages):
        questions = list(zip(KINDS, phones.sections(page, runs), strict=True))
        # What was answered first is nobody's business either.
        for kind, place in questions[:: -1 if number == 1 else 1]:
            if number < 2:
                phones.choose(place, polls[kind], MINE[kind][number])
            phones.answer_with(place, "Send my" if number < 2 else "Pass")

    held = [page.evaluate(HELD) for page in pages]

    answered = f"{room.state()['boot']} {' '.join(map(str, runs))}"
    seats = [each["session"].pop(f"{name} {room.code}") for each in held for name in ("seat", "ticket")]
    assert len(set(seats)) == 3 * 2
    assert held[0] == held[1] == held[2]
    assert held[0]["session"] == {f"answered {room.code}": answered}
    assert [held[0][place] for place in ("local", "databases", "caches", "cookie")] == [[], 0, 0, ""]
    assert held[0]["address"] == room.connection.public_url + room.path()
    assert not any(control.endswith("true") for control in held[0]["controls"])
    assert not any(words in page.content() for page in pages for words in MINE["text"])
    assert all(page.context.cookies() == [] for page in pages)
    assert not any(word in url for url in visitors.urls for word in ("inn", "dunes", "pass", *seats))


def test_options_stand_in_another_order_on_each_page(afternoon: RunningRoom, phone: Page) -> None:
    """Forms name their kind, and options their values beside their words; their order is drawn by chance where it means nothing."""
    polls, runs = phones.polls_of(afternoon), afternoon.ask_together(*KINDS)
    seen: dict[str, set[tuple[str, ...]]] = {kind: set() for kind in KINDS}

    for _ in range(6):
        phones.enter(afternoon, phone)
        for kind, place in zip(KINDS, phones.sections(phone, runs), strict=True):
            seen[kind].add(tuple(phones.order(place)))

    for kind, place in zip(KINDS, phones.sections(phone, runs), strict=True):
        assert place.locator("form").get_attribute("data-kind") == kind
        written = {str(each.id): each.label for each in polls[kind].options}
        if kind == "slider":
            written = {str(number): str(number) for number in range(11)}
        items = place.locator("label.option, [data-option]").all_inner_texts()
        assert dict(zip(phones.order(place), map(str.strip, items), strict=True)) == written
        assert len(seen[kind]) > 1 if kind in ("single", "multi", "rank") else seen[kind] == {tuple(written)}
    assert {each[-1] for kind in ("single", "multi") for each in seen[kind]} == {"other"}
    assert phone.locator(":checked").count() == 0
    for end in (f"0: {polls['slider'].low}", f"10: {polls['slider'].high}"):
        expect(phone.get_by_text(end)).to_be_visible()


def test_a_reload_keeps_the_seat_and_remembers_what_was_answered(afternoon: RunningRoom, phone: Page) -> None:
    """After a reload the page sits where it sat and knows which questions it answered, in no order and without the answers."""
    polls, seat = phones.polls_of(afternoon), f"seat {afternoon.code}"
    runs = afternoon.ask_together("single", "multi", "scale")
    one, several, point = phones.sections(phone, runs)
    held = phone.evaluate("name => sessionStorage[name]", seat)
    phones.answer_with(point, "Pass")
    phones.choose(one, polls["single"], "dunes")
    phones.answer_with(one, phones.SEND)

    phone.reload()

    phones.is_answered(one)
    phones.is_answered(point)
    expect(several.locator("form")).to_be_visible()
    assert phone.locator(":checked").count() == 0
    assert phone.evaluate("name => sessionStorage[name]", seat) == held
    phones.press(point, "Take my answer back")
    expect(point.locator("form")).to_be_visible()
    phones.press(one, "Change my answer")
    phones.choose(one, polls["single"], "inn")
    phones.answer_with(one, phones.SEND)
    assert phone.evaluate("name => sessionStorage[name]", f"answered {afternoon.code}") == f"{afternoon.state()['boot']} {runs[0]}"
    phone.reload()
    phones.is_answered(one)
    expect(point.locator("form")).to_be_visible()
    phones.is_counted(afternoon, runs[0], polls["single"], "inn")


def test_several_questions_are_told_apart_and_closed_one_by_one(afternoon: RunningRoom, phone: Page) -> None:
    """Of several questions each has its own group, buttons, closing and result, which are said; what is asked next stands alone, at the top.

    When a chart appears above the question that somebody is at, the question stays where it is on the screen.
    """
    polls, announced = phones.polls_of(afternoon), phone.locator("#announced")
    kinds = ("single", "scale", "multi")
    runs = afternoon.ask_together(*kinds)
    one, point, several = phones.sections(phone, runs)

    expect(phone.get_by_role("heading", name="Three questions", level=1)).to_be_visible()
    expect(phone.get_by_text("at your own pace and in any order")).to_be_visible()
    expect(announced).to_have_text("There are three questions.")
    for kind in kinds:
        phones.is_asked(phone, polls[kind].question)
        expect(phone.get_by_role("button", name=f"Pass {polls[kind].question}", exact=True)).to_have_count(1)
    expect(point.get_by_role("button", name=f"{phones.SEND} {polls['scale'].question}", exact=True)).to_be_visible()
    phones.press(one, "Pass")
    for words in ("Change my answer", "Take my answer back"):
        expect(phone.get_by_role("button", name=f"{words} {polls['single'].question}", exact=True)).to_be_visible()
    ids = phone.evaluate("() => [...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))

    phones.option(several, "A coat").check()
    top = several.evaluate(TOP)
    phones.others_answer(afternoon, runs[1], phones.GROUP["scale"])
    for act, words in (("close", "Closed"), ("reveal", "The group's answer is here")):
        afternoon.lead(runs[1], act)
        expect(announced).to_have_text(f"{words}: {polls['scale'].question}")
        if act == "reveal":
            phones.drawn(phone, point)
        wait_on(phone, lambda: bool(abs(several.evaluate(TOP) - top) < 2), "the question to be where it was")
    several.locator("label.option").last.scroll_into_view_if_needed()
    for run in (runs[0], runs[2]):
        afternoon.lead(run, "close")
    afternoon.ask("slider")
    phones.is_asked(phone, polls["slider"].question)
    expect(phone.locator(".run")).to_have_count(1)
    expect(phone.get_by_role("heading", name=re.compile("questions"))).to_have_count(0)
    assert phone.evaluate("() => window.scrollY") == 0


def test_whoever_writes_is_not_disturbed_by_what_happens_around(room: RunningRoom, visitors: Visitors) -> None:
    """While other questions close, are shown and hidden, the room moves on, or fails and returns, a line half written stays as it is."""
    page, polls = phones.entered(room, visitors), phones.polls_of(room)
    runs = room.ask_together("single", "multi", "rank", "text")
    one, several, ranked, written = phones.sections(page, runs)
    phones.choose(ranked, polls["rank"], MINE["rank"][1])
    phones.choose(several, polls["multi"], ["book"])
    begin_to_write(page, written)
    phones.others_answer(room, runs[0], phones.GROUP["single"])

    closed = one.get_by_text(phones.CLOSED)
    for act, seen in (("close", closed), ("reveal", one.get_by_role("table")), ("hide", closed)):
        room.lead(runs[0], act)
        expect(seen).to_be_visible()
        is_undisturbed(page, written)
    room.tell("/section", id="02")
    room.tell("/stage", show="break")
    room.tell("/timer", minutes=3)
    expect(page.get_by_text("Coming home")).to_be_visible()
    expect(page.get_by_text("About 3 minutes left")).to_be_visible()
    phones.others_answer(room, runs[3], phones.GROUP["text"][:5])
    expect(written.get_by_text("Answered so far: 5+")).to_be_visible()
    is_undisturbed(page, written)
    with page.expect_response(lambda reply: reply.url.endswith("/events")):
        page.evaluate("() => window.dispatchEvent(new Event('online'))")
    room.kill()
    expect(page.get_by_text(phones.LOST)).to_be_visible()
    room.start()
    expect(page.get_by_text(phones.LOST)).to_be_hidden()
    is_undisturbed(page, written)
    room.lead(runs[0], "discard")
    expect(one).to_have_count(0)

    is_undisturbed(page, written)
    assert phones.order(ranked) == MINE["rank"][1]
    expect(phones.option(several, "A book")).to_be_checked()


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


def test_a_killed_server_costs_no_answer_and_counts_none_twice(room: RunningRoom, visitors: Visitors) -> None:
    """What was answered, passed or taken back before or during a crash is handed in anew, as it was last taken; what was being chosen stays.

    A change that the server will not take is said in its place, and leaves the earlier answer where it was.
    """
    page, polls = phones.entered(room, visitors), phones.polls_of(room)
    runs = dict(zip(KINDS, room.ask_together(*KINDS), strict=True))
    places = dict(zip(KINDS, phones.sections(page, list(runs.values())), strict=True))
    for kind, words in {"single": phones.SEND, "scale": "Pass", "multi": "None of these", "rank": "Send my order"}.items():
        if words.startswith("Send"):
            phones.choose(places[kind], polls[kind], MINE[kind][1])
        phones.answer_with(places[kind], words)
    phones.press(places["single"], "Change my answer")
    phones.choose(places["single"], polls["single"], MINE["single"][0])
    page.route("**/ballot", lambda route: route.fulfill(status=422, json={"error": "Not this one, please."}), times=1)
    phones.press(places["single"], phones.SEND)
    expect(page.get_by_role("alert")).to_have_text("Not this one, please.")
    phones.answer_with(places["single"], "Leave it as it was")
    phones.press(places["multi"], "Take my answer back")
    expect(places["multi"].get_by_text("Taken back. You can answer again until the poll closes.")).to_be_visible()
    phones.press(places["rank"], "Change my answer")
    for kind in ("rank", "slider", "text"):
        phones.choose(places[kind], polls[kind], MINE[kind][0])
    orders = {kind: phones.order(places[kind]) for kind in KINDS}

    room.kill()
    expect(page.get_by_text(phones.LOST)).to_be_visible()
    phones.press(places["text"], phones.SEND)
    room.start()

    times = {("DELETE", "multi"): 2, ("PUT", "single"): 2, ("PUT", "scale"): 2, ("PUT", "rank"): 2, ("PUT", "text"): 1}
    wait_on(page, lambda: {(how, kind): taken(visitors, how, runs[kind]) for how, kind in times} == times, "all to be handed in anew")
    expect(page.get_by_text(phones.LOST)).to_be_hidden()
    for kind in ("single", "scale", "text"):
        phones.is_answered(places[kind])
    for kind in ("multi", "rank", "slider"):
        expect(places[kind].locator("form")).to_be_visible()
    expect(phones.option(places["slider"], str(MINE["slider"][0]))).to_be_checked()
    assert {kind: phones.order(places[kind]) for kind in KINDS} == orders
    assert set(page.evaluate("() => Object.keys(sessionStorage)")) == {f"{name} {room.code}" for name in ("seat", "ticket", "answered")}
    phones.answer_with(places["slider"], phones.SEND)
    room.sit(*PEOPLE[:MANY])
    mine: Mapping[str, list[object]] = {"single": ["inn"], "multi": [], "scale": [PASS], "slider": [2], "rank": [MINE["rank"][1]]}
    for kind in KINDS:
        phones.is_counted(room, runs[kind], polls[kind], *mine.get(kind, [MINE["text"][0]]))


def test_a_phone_without_wifi_sends_what_it_holds_once_it_is_back(afternoon: RunningRoom, phone: Page) -> None:
    """An answer that could not be sent or taken is sent again with no further tap, and leaves alone who writes another by then."""
    polls = phones.polls_of(afternoon)
    runs = afternoon.ask_together("scale", "multi", "single", "text")
    lost, untaken, one, written = phones.sections(phone, runs)
    phone.route("**/ballot", lambda route: route.abort(), times=1)
    phones.answer_with(lost, "Pass")
    phone.route("**/ballot", lambda route: route.fulfill(status=500, json={"error": "Something went wrong here."}), times=1)
    phones.answer_with(untaken, "Pass")
    phones.choose(one, polls["single"], "inn")

    phone.context.set_offline(True)
    phones.press(one, phones.SEND)
    begin_to_write(phone, written)
    expect(phone.get_by_text(phones.LOST)).to_be_visible()
    phone.context.set_offline(False)

    phones.is_answered(one)
    expect(phone.get_by_text(phones.LOST)).to_be_hidden()
    is_undisturbed(phone, written)
    phones.is_counted(afternoon, runs[2], polls["single"], "inn")


def test_lines_outlast_a_crash_while_they_are_read_and_are_forgotten_after(room: RunningRoom, visitors: Visitors) -> None:
    """While lines are read the page says so and keeps its own out of sight; after a crash it hands it in anew, and after publishing no more."""
    writes, passes, reloads = (phones.entered(room, visitors) for _ in range(3))
    run = room.ask("text")
    for page, words in ((writes, WORDS), (reloads, "Of the page that forgets")):
        page.get_by_label("Your line").fill(words)
        phones.answer_with(page, phones.SEND)
    phones.answer_with(passes, "Pass")
    phones.others_answer(room, run, phones.GROUP["text"])
    room.lead(run, "close")
    for page in (writes, passes, reloads):
        expect(page.get_by_role("heading", name=phones.CLOSED)).to_be_visible()
        expect(page.get_by_text(READING)).to_be_visible()
    expect(writes.get_by_text("on the page that sent it, out of sight, in case that computer fails")).to_be_visible()
    assert WORDS not in writes.content()
    reloads.reload()

    room.kill()
    expect(writes.get_by_text(phones.LOST)).to_be_visible()
    room.start()
    phones.is_answered(writes)
    phones.is_answered(passes)
    expect(reloads.get_by_label("Your line")).to_be_visible()
    wait_on(writes, lambda: taken(visitors, "PUT", run) == 3 + 2, "both answers to be handed in anew")
    room.sit(*PEOPLE[:MANY])
    phones.others_answer(room, run, phones.GROUP["text"])
    room.lead(run, "close")
    room.let_through(run)
    for page in (writes, passes):
        expect(page.get_by_text(READ)).to_be_visible()
    with writes.expect_response(lambda reply: reply.url.endswith("/seats")):
        room.kill()
        room.start()

    expect(writes.get_by_text(phones.LOST)).to_be_hidden()
    room.lead(run, "reveal")
    expect(writes.get_by_text(WORDS)).to_be_visible()
    assert set(room.result(run)["texts"]) == {*phones.GROUP["text"], WORDS}
    assert sent(visitors) == 3 + 2


def test_the_page_follows_the_room_by_itself(room: RunningRoom, visitors: Visitors) -> None:
    """A question, its closing, result and hiding, and the same question anew come with no reload and no request, and are announced."""
    page, poll = phones.entered(room, visitors), phones.polls_of(room)["single"]
    announced = page.locator("#announced")
    expect(announced).to_have_attribute("role", "status")
    expect(page.get_by_text(WAITING)).to_be_visible()
    run = room.ask("single")
    phones.is_asked(page, poll.question)
    expect(announced).to_have_text("There is a question.")
    phones.press(page, "Pass")
    expect(announced).to_have_text(phones.ANSWERED)
    phones.others_answer(room, run, phones.GROUP["single"])

    room.lead(run, "close")
    expect(page.get_by_role("heading", name=phones.CLOSED)).to_be_visible()
    expect(announced).to_have_text("The poll has closed.")
    expect(page.get_by_text("The inn")).to_have_count(0)
    for act in ("reveal", "hide", "reveal"):
        room.lead(run, act)
        expect(page.get_by_role("table")).to_have_count(0 if act == "hide" else 1)
        expect(announced).to_have_text("The poll has closed." if act == "hide" else "The group's answer is here.")
    expect(phones.drawn(page, page)).to_have_attribute("src", re.compile("^data:image/svg"))
    expect(page.locator("caption")).to_have_text(poll.question)
    room.ask("single")
    phones.is_asked(page, poll.question)
    expect(page.get_by_role("table")).to_have_count(0)
    is_empty(page)

    # A drawing that took its time may have been asked for before it came by itself.
    asked_for = [url.removeprefix(room.connection.public_url).partition("?")[0] for url in visitors.urls if not url.startswith("data:")]
    expected = ["/static/room.js", *(room.path(each) for each in ("", "/events", "/seats", f"/runs/{run}/ballot"))]
    assert sorted(url for url in asked_for if not url.endswith(".svg")) == sorted(expected)


def test_a_page_slower_than_the_facilitator_is_still_asked(afternoon: RunningRoom, phone: Page) -> None:
    """Where a page that comes back still fetches the closing of a poll while the next is asked, it asks, and claims no answer."""
    first = afternoon.ask("single")
    phones.answer_with(phone, "Pass")

    def close_before(listening: Route) -> None:
        afternoon.lead(first, "close")
        listening.continue_()

    def ask_meanwhile(fetching: Route) -> None:
        if fetching.request.resource_type == "fetch":
            afternoon.ask("scale")
        fetching.continue_()

    phone.route("**/events", close_before, times=1)
    phone.route(afternoon.connection.public_url + afternoon.path(), ask_meanwhile, times=2)
    phone.reload()

    phones.is_asked(phone, phones.polls_of(afternoon)["scale"].question)
    assert not phone.get_by_text(phones.ANSWERED).is_visible()


def test_a_drawing_that_took_its_time_joins_its_table(afternoon: RunningRoom, phone: Page) -> None:
    """Where a result's drawings are told after its table, they take the place of their links, and nothing is announced once more."""
    run = afternoon.poll("scale", phones.GROUP["scale"], "close", "reveal")
    phones.enter(afternoon, phone)
    chart = phones.drawn(phone, phone)
    link = afternoon.path(f"/runs/{run}/result.svg")
    expect(chart).to_have_attribute("src", link)
    later = afternoon.public.get(afternoon.path()).text.replace(f'src="{link}"', 'src="data:image/svg+xml,"')
    news = f"event: page\ndata: {json.dumps(later)}\n\nevent: state\ndata: {json.dumps(afternoon.state())}\n\n"

    phone.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=news), times=1)
    phone.evaluate("() => window.dispatchEvent(new Event('online'))")

    expect(chart).to_have_attribute("src", "data:image/svg+xml,")
    expect(phone.get_by_role("table")).to_have_count(1)
    expect(phone.locator("#announced")).to_be_empty()


@pytest.mark.parametrize("hours_wrong", [5, -5])
def test_a_timer_is_a_quiet_sentence(afternoon: RunningRoom, phone: Page, visitors: Visitors, hours_wrong: int) -> None:
    """A timer says about how long is left, whatever the phone's own clock says; it interrupts nobody, and its end takes nothing away."""
    page = visitors.page()
    page.add_init_script(f"const now = Date.now; Date.now = () => now() + {hours_wrong * 3_600_000};")
    phones.enter(afternoon, page)
    afternoon.ask("single")
    phones.option(page, "The inn").check()
    timer = page.locator("#timer")
    expect(timer).to_be_hidden()

    about = "About {} left; there is no hurry."
    for minutes, words in {4: about.format("4 minutes"), 0.9: about.format("one minute"), 0.001: "Take the moment you need."}.items():
        afternoon.tell("/timer", minutes=minutes)
        expect(timer).to_have_text(words)
    assert timer.evaluate("it => it.closest('[aria-live], [role]')") is None
    expect(phones.option(page, "The inn")).to_be_checked()
    afternoon.tell("/timer", minutes=None)
    expect(timer).to_be_hidden()


@pytest.mark.parametrize("script", [None, "", "let no browser = read this"], ids=["switched off", "never arrived", "too new"])
def test_a_page_without_its_script_lets_no_answer_slip(afternoon: RunningRoom, phone: Page, visitors: Visitors, script: str | None) -> None:
    """Where the script does not run, nothing can be chosen, written or sent, and nothing is promised; until it runs, the page says what it needs."""
    said, page = phone.get_by_text("This page isn't running yet."), visitors.page(java_script_enabled=script is not None)
    page.route("**/room.js*", lambda route: route.fulfill(body=script, content_type="text/javascript") if script else route.abort())
    page.goto(afternoon.connection.public_url + afternoon.path())
    expect(page.locator("#plain")).to_contain_text("or the browser is too old")
    assert [each for each in (WAITING, "I need a moment") if each in page.locator("body").inner_text()] == []
    expect(said).to_have_count(0)

    afternoon.ask_together(*KINDS)
    page.reload()

    expect(page.locator("#plain")).to_be_visible()
    assert page.locator("form.ballot").count() == len(KINDS)
    assert page.locator("input, textarea, button").locator("visible=true").count() == 0
    assert {"identifier 'browser'" in fault for fault in visitors.faults} == ({True} if script else set())
    visitors.faults.clear()


def test_the_scripts_of_phones_and_stage_are_for_browsers_of_2020() -> None:
    """Nothing in them is newer than the oldest browsers that the README names, Chrome 80 and Safari 13.1."""
    newer = (
        r"\?\?=|\|\|=|&&=|\.at\(|\.replaceAll\(|structuredClone|hasOwn|\.replaceChildren\(|:has\(|\.findLast|\.to(?:Sorted|Reversed|Spliced)\("
        r"|AbortSignal|Promise\.any|checkVisibility|randomUUID|WeakRef|^ +static |#\w+ ?[=(;]|\d_\d|scheduler\."
    )
    scripts = sorted(Path(pages.__file__).parent.glob("static/*.js"))

    assert len(scripts) == 5
    assert [found for script in scripts for found in re.findall(newer, script.read_text(encoding="utf-8"), re.M)] == []
    assert "Chrome 80, Safari 13.1" in (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_a_line_that_is_dead_is_told_and_the_last_answer_counts_once(afternoon: RunningRoom, phone: Page) -> None:
    """After five seconds without a reply the page says that nothing was sent yet; once it comes through, what was chosen last counts, once."""
    poll, held = phones.polls_of(afternoon)["single"], list[Route]()
    run = afternoon.ask("single")
    phones.is_asked(phone, poll.question)
    phone.route("**/ballot", lambda route: held.append(route), times=1)
    phone.clock.install()
    phones.choose(phone, poll, "dunes")
    phones.press(phone, phones.SEND)
    wait_on(phone, lambda: bool(held), "the answer to be on its way")
    expect(phone.locator(".said")).to_have_text("Sending…")
    phone.clock.run_for(5000)
    expect(phone.get_by_text(phones.LOST)).to_be_visible()
    expect(phone.locator(".said")).to_have_text(re.compile("^Not sent yet: the room hasn't replied."))
    phones.choose(phone, poll, "inn")
    phones.press(phone, phones.SEND)

    held[0].continue_()

    phones.is_answered(phone)
    expect(phone.get_by_text(phones.LOST)).to_be_hidden()
    phones.is_counted(afternoon, run, poll, "inn")


def test_a_second_tab_says_that_it_would_count_twice(room: RunningRoom, visitors: Visitors) -> None:
    """It names the way out, and says so no more once one of the two has left; no seat and no answer goes from tab to tab."""
    first = phones.entered(room, visitors)
    first.evaluate(
        "() => { window.told = []; new BroadcastChannel('room ' + document.body.dataset.code).onmessage = (it) => told.push(it.data); }"
    )
    second = first.context.new_page()
    phones.enter(room, second)
    warned = re.compile("open in another tab of this browser.*“Leave this seat”")
    expect(second.locator("#twice")).to_have_text(warned)
    expect(first.locator("#twice")).to_be_empty()

    phones.press(first, "Leave this seat")

    expect(second.locator("#twice")).to_be_empty()
    wait_on(first, lambda: set(first.evaluate("() => told")) == {"anyone?", "here", "left"}, "all three words to be told")


def test_the_same_words_are_announced_again(afternoon: RunningRoom, phone: Page) -> None:
    """What is announced is new on the page although its words are the same; where a lost line is told, a screen reader listens before."""
    announced = phone.locator("#announced")
    afternoon.ask("single")
    phones.answer_with(phone, "Pass")
    expect(announced).to_have_text(phones.ANSWERED)
    announced.evaluate("it => { window.before = it.firstChild; }")

    phones.press(phone, "Change my answer")
    phones.answer_with(phone, "Pass")

    wait_on(phone, lambda: not phone.evaluate("() => before.isConnected"), "the words to be there anew")
    expect(announced).to_have_text(phones.ANSWERED)
    expect(phone.locator("#line")).not_to_have_css("display", "none")


def test_a_request_to_elsewhere_would_be_noticed(browser: Browser) -> None:
    """The list on which these tests rely holds pictures, scripts and sockets that a page asks of another address."""
    with Visitors(browser) as visitors:
        page = visitors.page()
        page.set_content('<img src="http://127.0.0.2:9/picture"><script>try { new WebSocket("ws://127.0.0.2:9/line") } catch {}</script>')
        page.evaluate("() => fetch('http://127.0.0.2:9/data').catch(() => null)")

        wait_on(page, lambda: len(visitors.elsewhere) == 3, "the three requests to be noticed")
        assert sorted(visitors.elsewhere) == ["http://127.0.0.2:9/data", "http://127.0.0.2:9/picture", "ws://127.0.0.2:9/line"]
