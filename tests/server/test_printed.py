"""What a room prints: a poster for the wall, a card for each seat, and whom people can turn to, as a browser shows and prints them."""

import os
import pty
import re
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import SMALLEST, Visitors, barriers
from tests.material.broken import OUTLINE, Change, cell, line_of, prose, swap, without
from tests.phones import CLIPPED, OVERFLOW
from tests.world import SAY, RunningRoom
from workshop_kit import material
from workshop_kit.cli import app
from workshop_kit.errors import SetupError, Unknown
from workshop_kit.material.rules.coverage import MOST_SIGNS_ON_A_CARD
from workshop_kit.room.door import MOST_CARDS
from workshop_kit.server.pages import qr
from workshop_kit.server.public import SEAT_CARDS
from workshop_kit.words.templates import emphasised

# The country whose contacts take the most room on the poster.
COUNTRY: Final = max(material.contacts().countries, key=lambda code: len(str(material.contacts().for_country(code))))
NEAR: Final = "Front desk on the ground floor <ring twice>, or 0123 456 789"
SAFELY: Final = "Front desk on the ground floor &lt;ring twice&gt;, or 0123 456 789"
# The longest that an address on a Wi-Fi can be, as this computer's own is a short one.
LONGEST_PLACE: Final = "192.168.178.123:65535"
WELCOME: Final = "notebooks/00_welcome_and_agreements.ipynb"
SHADES: Final = """() => [...document.querySelectorAll('.paper, .paper *')].map(it => getComputedStyle(it))
    .flatMap(style => [style.color, style.backgroundColor])"""


# The longest address, and agreements as long as they may be.
LONGER: Final = """([is, now, most]) => {
  document.body.innerHTML = document.body.innerHTML.replaceAll(is, now);
  for (const list of document.querySelectorAll(".seat ul")) {
    const short = most - [...list.children].reduce((sum, item) => sum + item.textContent.length, 0);
    list.lastElementChild.append(" word".repeat(short).slice(0, short));
  }
}"""


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room that knows a country and somebody near by."""
    with RunningRoom(tmp_path_factory.mktemp("settled") / "room", "--country", COUNTRY, "--contact", NEAR) as room:
        yield room


@pytest.fixture(scope="module")
def anywhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room that knows neither; it is a rehearsal, which may be printed too."""
    with RunningRoom(tmp_path_factory.mktemp("anywhere") / "room", "--simulated") as room:
        yield room


def printed(room: RunningRoom, rest: str) -> str:
    """Return a page that is made to be printed."""
    return room.public.get(room.path(rest), headers={"Accept": "text/html"}).raise_for_status().text


def shown(room: RunningRoom, visitors: Visitors, query: str = "", **different: object) -> Page:
    """Return a browser's page with the cards."""
    page = visitors.page(**different)
    page.goto(room.connection.public_url + room.path("/cards") + query)
    return page


def sheets(page: Page, paper: str) -> int:
    """Return on how many sheets a page is printed."""
    return len(re.findall(rb"/Type /Page\b", page.pdf(format=paper)))


def test_a_room_names_the_numbers_of_its_country_and_somebody_near_by(settled: RunningRoom) -> None:
    """Poster and page of contacts hold the room's country and no other, and what the facilitator wrote, safely.

    On the poster stand picture, addresses and every agreement as well; a number that nobody checked is not passed off as checked.
    """
    said, listed = printed(settled, "/cards"), printed(settled, "/contacts")
    join = f"{settled.connection.public_url}/{settled.code}"
    place = join.removeprefix("http://")
    known = material.contacts()
    offered = known.for_country(COUNTRY)

    assert qr(join, SAY) in said
    assert all(each in said for each in (f"{place}/privacy", f"{place}/contacts", SAFELY))
    assert [each.name for each in material.read().agreements if f"<strong>{each.name}.</strong> {emphasised(each.words)}" not in said] == []
    assert [each for each in offered if each.contact not in said or each.about not in said] == []
    assert "116 123" not in said
    assert said.count("(not checked lately)") == len(offered)
    assert "please check its numbers" in said
    assert SAFELY in listed
    assert [name for code, name in known.countries.items() if (f">{name}<" in listed) != (code == COUNTRY)] == []
    assert [each for each in offered if each.name not in listed or each.contact not in listed] == []


def test_without_a_country_a_room_offers_the_contacts_of_every_country(anywhere: RunningRoom) -> None:
    """The numbers of nine countries would be no help on a wall: the poster leads to the page with all, and tells the facilitator why.

    What a rehearsal prints, poster and every seat card, says that it is one.
    """
    said, listed, known = printed(anywhere, "/cards?seats=3"), printed(anywhere, "/contacts"), material.contacts()

    assert [each.contact for each in known.all if f"<strong>{each.contact}</strong>" in said] == []
    assert "a list of people to call, by country" in said
    assert "No country was named" in said
    assert said.count("Rehearsal") == 1 + 3
    assert [name for name in known.countries.values() if f">{name}<" not in listed] == []
    assert listed.count("not checked with them lately") == len(known.all)


def test_emphasis_is_all_that_words_of_the_material_can_bring() -> None:
    """A word between asterisks is emphasised; anything else that could be taken for HTML is shown as it was written."""
    assert emphasised("Say *I*, <b>not</b> *we*.") == "Say <em>I</em>, &lt;b&gt;not&lt;/b&gt; <em>we</em>."


def test_as_many_seat_cards_as_were_asked_for(settled: RunningRoom) -> None:
    """The address says how many; without a wish there are two sheets of eight."""
    for query, seats in {"": SEAT_CARDS, "?seats=1": 1, "?seats=9": 9, f"?seats={MOST_CARDS}": 200}.items():
        said = printed(settled, f"/cards{query}")
        assert said.count('class="paper seat"') == seats
        assert said.count("<svg") == seats + 1
        assert said.count('class="sheet"') == -(-seats // 8)


def test_any_other_number_is_refused_in_a_sentence(settled: RunningRoom) -> None:
    """A number that is none, or that no room needs, gets a page that says what can be asked for, and repeats nothing."""
    for seats in ("0", "-1", "201", "9" * 5000, "2.5", "many", "", " 8", "\u0668", "<b>"):
        reply = settled.public.get(settled.path("/cards"), params={"seats": seats}, headers={"Accept": "text/html"})
        assert reply.status_code == 422, seats
        assert "Seat cards can be printed for 1 to 200 seats." in reply.text
        assert "<b>" not in reply.text


def test_the_poster_fits_on_a_sheet_and_eight_cards_on_each_of_the_others(settled: RunningRoom, visitors: Visitors) -> None:
    """On either paper, with the longest contacts and address, nothing runs over onto another sheet; cards that grew would, uncut."""
    page = shown(settled, visitors, "?seats=17")
    place = settled.connection.public_url.removeprefix("http://")
    page.evaluate(LONGER, [place, LONGEST_PLACE, MOST_SIGNS_ON_A_CARD])

    assert page.locator(".seat").first.inner_text().count(LONGEST_PLACE) == 2
    assert {paper: sheets(page, paper) for paper in ("A4", "Letter")} == {"A4": 1 + 3, "Letter": 1 + 3}
    page.evaluate("() => document.querySelectorAll('.seat p, .seat li').forEach(it => it.style.setProperty('font-size', '19pt'))")
    assert sheets(page, "A4") > 1 + 3
    page.emulate_media(media="print")
    assert set(page.locator(".seat").evaluate_all("cards => cards.map(it => getComputedStyle(it).breakInside)")) == {"avoid"}


def test_cards_of_their_own_are_shown_once_and_fit(tmp_path: Path, visitors: Visitors) -> None:
    """Of cards that open a seat each, eight fit on a sheet with all that a card can say; they are fetched once, and their key leaves the address."""
    with RunningRoom(tmp_path / "room", "--by-card", "--simulated") as room:
        key = "#" + room.control.post("/cards", json={"cards": 16}).raise_for_status().json()["key"]
        page, again = shown(room, visitors, key), visitors.page()
        cards = page.locator(".signs")
        expect(cards).to_have_count(16)
        assert (page.url, page.evaluate("() => history.length")) == (room.connection.public_url + room.path("/cards"), 2)
        signs = [each.replace(" ", "") for each in cards.all_inner_texts()]
        for place, each in enumerate(signs):
            name = f"QR code: {room.connection.public_url}{room.path()}#{each}"
            expect(page.get_by_role("article", name="Seat card").nth(place).get_by_role("img", name=name)).to_be_visible()
        again.goto(room.connection.public_url + room.path("/cards") + key)
        expect(again.get_by_role("status")).to_have_text(SAY("pages.cards.fetched"))

        assert barriers(page) == []
        page.evaluate(LONGER, [room.connection.public_url.removeprefix("http://"), LONGEST_PLACE, MOST_SIGNS_ON_A_CARD])
        assert {paper: sheets(page, paper) for paper in ("A4", "Letter")} == {"A4": 1 + 2, "Letter": 1 + 2}
        page.reload()
        expect(page.get_by_text("Print them from the cockpit")).to_be_visible()
        expect(cards).to_have_count(0)
    assert not any(each in url for url in visitors.urls for each in (*signs, key[1:]))


def test_the_page_shuts_nobody_out_and_wastes_no_ink(settled: RunningRoom, visitors: Visitors) -> None:
    """No barrier in light or dark, nothing cut off on the smallest phone, one seat card for all by ear; and on paper black on white.

    The number of cards is changed on the page. What says so is for the screen, and is not printed.
    """
    page = shown(settled, visitors, viewport=SMALLEST)
    page.get_by_label("How many seat cards?").fill("3")
    page.get_by_role("button", name="Change").click()
    expect(page.locator(".seat")).to_have_count(3)
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("img", name=f"QR code: {settled.connection.public_url}")).to_have_count(2)
    assert (page.evaluate(OVERFLOW), page.evaluate(CLIPPED), barriers(page)) == (0, [], [])
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == []
    for_the_screen = (page.get_by_text("These lines are not printed."), page.get_by_label("How many seat cards?"))
    for each in for_the_screen:
        expect(each).to_be_visible()

    page.emulate_media(media="print", color_scheme="dark")

    assert set(page.evaluate(SHADES)) == {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    for each in for_the_screen:
        expect(each).to_be_hidden()
    expect(page.get_by_text("What we agree on")).to_be_visible()


def test_cards_and_notebook_say_the_same() -> None:
    """The shipped agreements are the six of notebook 00, and three of them stand on each seat card."""
    on_card = {each.name: bool(each.card) for each in material.read().agreements}

    assert [name for name, is_on_card in on_card.items() if is_on_card] == ["Confidentiality", "Passing", "A moment"]
    assert [name for name, is_on_card in on_card.items() if not is_on_card] == ["Speaking for yourself", "No fixing", "No recordings"]


def test_agreements_that_do_not_fit_are_found(tmp_path: Path) -> None:
    """What was reworded in one place is found in both, with file and line, as is a list that is lost and a card that overflows."""
    for name in ("data", "notebooks"):
        shutil.copytree(material.shipped(name), tmp_path / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    names = [each.name for each in material.read().agreements]
    in_outline, in_notebook = ([(OUTLINE, f"- name: {name}", name) for name in names], (WELCOME, "agreements"))
    recordings = in_outline[names.index("No recordings")]
    pictures = swap("name: No recordings", "name: No pictures")
    overflowing = swap("card: You may pass", f"card: {'Any time is a good time. ' * 6}You may pass")
    cases: list[tuple[str, Change, list[tuple[str, str, str]]]] = [
        (WELCOME, prose("agreements", "No recordings", "No pictures"), [recordings, (*in_notebook, "No pictures")]),
        (OUTLINE, pictures, [(OUTLINE, "- name: No pictures", "No pictures"), (*in_notebook, "No recordings")]),
        # A list of other things is not taken for one.
        (WELCOME, cell("agreements", source="- **Tea.** In the break."), in_outline),
        (OUTLINE, overflowing, [(OUTLINE, "card: The button", "has room for 260")]),
        # Where an author lists none, the check asks for none.
        (OUTLINE, without("\nagreements:", "\nsections:"), []),
    ]
    for file, change, expected in cases:
        shipped = (tmp_path / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(change(shipped), encoding="utf-8")

        found = [each for each in material.check(tmp_path / "data" / "intimacy") if not each.is_warning]

        texts = {each: (tmp_path / each).read_text(encoding="utf-8") for each in (OUTLINE, WELCOME)}
        where = [(tmp_path / each, line_of(texts[each], marker)) for each, marker, _ in expected]
        assert sorted((each.file, each.line) for each in found) == sorted(where)
        assert [said for _, _, said in expected if not any(said in SAY.error(each) for each in found)] == []
        (tmp_path / file).write_text(shipped, encoding="utf-8")


@pytest.mark.room("--country", "NZ", "--contact", "The front desk")
def test_whom_people_can_turn_to_is_what_was_settled_last(room: RunningRoom) -> None:
    """Where the facilitator settles on somebody else before the room begins, the page says so at once, and says the same after a crash."""
    before = printed(room, "/contacts")
    room.tell("/setup", plan="evening", meeting=0, policy="room", country="IE", contact="The night porter")
    after = printed(room, "/contacts")
    room.kill()
    room.start()

    assert ("The front desk" in before, ">New Zealand<" in before) == (True, True)
    assert ("The night porter" in after, ">Ireland<" in after, "front desk" in after) == (True, True, False)
    assert printed(room, "/contacts") == after


def test_a_country_without_contacts_is_refused(tmp_path: Path) -> None:
    """A country that is not in the list is said in one sentence that names those that are, before any room opens."""
    with pytest.raises(Unknown, match=r"^material\.contacts\.not_yet countries=\['US', 'CA', 'UK', .*, 'NZ', 'EU'\]$"):
        RunningRoom(tmp_path / "room", "--country", "XX").start()


@pytest.mark.parametrize("typed", ["xx\nde\nFront desk, room 4\n", "\n\n"])
def test_a_facilitator_is_asked_before_a_room_without_checklist_opens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str
) -> None:
    """At a terminal, `start` without the checklist asks for country and somebody near by; an unknown country is asked for again."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    # Nothing is started, as a certificate and the guest notebook do not go together.
    words = ["start", "--no-checklist", "--guest-notebook", "--tls-cert", "certificate.pem", "--tls-key", "key.pem"]
    # The browser has the event loop of this thread.
    with open(theirs) as terminal, ThreadPoolExecutor(1) as aside:
        monkeypatch.setattr(sys, "stdin", terminal)
        with pytest.raises(SetupError, match="guests_without_tls"):
            aside.submit(app, words, standalone_mode=False).result()
    os.close(ours)
    said = capsys.readouterr().out

    assert said.count("Country for support contacts") == typed.count("\n") - 1
    assert said.count("Somebody near by to turn to") == 1
