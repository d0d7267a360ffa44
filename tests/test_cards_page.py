"""The cards to print: a poster for the wall and a card for each seat, on paper as a browser prints them."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.broken import OUTLINE, cell, line_of, prose, swap
from tests.browsers import SMALLEST, Visitors, barriers
from tests.phones import CLIPPED, OVERFLOW
from tests.world import RunningRoom
from workshop_kit import material
from workshop_kit.material import Fault
from workshop_kit.server.pages import emphasised, qr
from workshop_kit.server.public import MOST_SEAT_CARDS, SEAT_CARDS

PAPER: Final = ("A4", "Letter")
# The country whose contacts take the most room on the poster.
COUNTRY: Final = max(material.contacts().countries, key=lambda code: len(str(material.contacts().for_country(code))))
NEAR: Final = "Front desk on the ground floor <ring twice>, or 0123 456 789"
# The longest that an address on a Wi-Fi can be, as this computer's own is a short one.
LONGEST_PLACE: Final = "192.168.178.123:65535"
WELCOME: Final = "notebooks/00_welcome_and_agreements.ipynb"
SHADES: Final = """() => [...document.querySelectorAll('.paper, .paper *')].map(it => getComputedStyle(it))
    .flatMap(style => [style.color, style.backgroundColor])"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield a room that knows a country and somebody near by."""
    with RunningRoom(tmp_path_factory.mktemp("cards") / "room", "--country", COUNTRY, "--contact", NEAR) as room:
        yield room


def cards(room: RunningRoom, query: str = "") -> httpx.Response:
    """Return the page with the cards."""
    return room.public.get(room.path("/cards") + query, headers={"Accept": "text/html"})


def shown(room: RunningRoom, visitors: Visitors, query: str = "", **different: object) -> Page:
    """Return a browser's page with the cards."""
    page = visitors.page(**different)
    page.goto(room.connection.public_url + room.path("/cards") + query)
    return page


def sheets(page: Page, paper: str) -> int:
    """Return on how many sheets a page is printed."""
    return len(re.findall(rb"/Type /Page\b", page.pdf(format=paper)))


# ---- what stands on them ------------------------------------------------------------------------------------------------


def test_the_poster_says_how_to_join_what_is_agreed_and_whom_to_turn_to(room: RunningRoom) -> None:
    """Picture, address, code, every agreement, the numbers of the room's country and somebody near by are all there, and safe."""
    said = cards(room).text
    join = f"{room.connection.public_url}/{room.code}"
    place = join.removeprefix("http://")

    assert qr(join) in said
    assert all(each in said for each in (f"{place}/privacy", f"{place}/contacts", "Front desk on the ground floor &lt;ring twice&gt;"))
    assert [each.name for each in material.read().agreements if f"<strong>{each.name}.</strong> {emphasised(each.words)}" not in said] == []
    assert [each for each in material.contacts().for_country(COUNTRY) if each.contact not in said or each.about not in said] == []
    assert "116 123" not in said


def test_a_number_that_nobody_checked_is_not_passed_off_as_checked(room: RunningRoom) -> None:
    """Beside each number that was not checked lately the poster says so, and whoever prints it is asked to check first."""
    said = cards(room).text

    assert said.count("(not checked lately)") == len(material.contacts().for_country(COUNTRY))
    assert "please check its numbers" in said


def test_without_a_country_the_poster_leads_to_the_list_and_names_no_number(room_server: RunningRoom) -> None:
    """The numbers of nine countries would be no help on a wall: the poster says where the list is, and the facilitator why."""
    said = cards(room_server).text

    assert [each.contact for each in material.contacts().all if f"<strong>{each.contact}</strong>" in said] == []
    assert "a list of people to call, by country" in said
    assert "No country was named" in said


def test_what_a_rehearsal_prints_says_so(tmp_path: Path) -> None:
    """Poster and every seat card of a room with simulated people bear the word."""
    with RunningRoom(tmp_path / "room", "--simulated") as room:
        assert cards(room, "?seats=3").text.count("Rehearsal") == 1 + 3


def test_emphasis_is_all_that_words_of_the_material_can_bring() -> None:
    """A word between asterisks is emphasised; anything else that could be taken for HTML is shown as it was written."""
    assert emphasised("Say *I*, <b>not</b> *we*.") == "Say <em>I</em>, &lt;b&gt;not&lt;/b&gt; <em>we</em>."


# ---- how many -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("query", "seats"), [("", SEAT_CARDS), ("?seats=1", 1), ("?seats=9", 9), (f"?seats={MOST_SEAT_CARDS}", 200)])
def test_as_many_seat_cards_as_were_asked_for(room: RunningRoom, query: str, seats: int) -> None:
    """The address says how many; without a wish there are two sheets of eight."""
    said = cards(room, query).text

    assert said.count('class="paper seat"') == seats
    assert said.count("<svg") == seats + 1
    assert said.count('class="sheet"') == -(-seats // 8)


@pytest.mark.parametrize("seats", ["0", "-1", "201", "9" * 5000, "2.5", "many", "", " 8", "\u0668", "<b>"])
def test_any_other_number_is_refused_in_a_sentence(room: RunningRoom, seats: str) -> None:
    """A number that is none, or that no room needs, gets a page that says what can be asked for, and repeats nothing."""
    reply = room.public.get(room.path("/cards"), params={"seats": seats}, headers={"Accept": "text/html"})

    assert reply.status_code == 422
    assert "Seat cards can be printed for 1 to 200 seats." in reply.text
    assert "<b>" not in reply.text


def test_the_number_can_be_changed_on_the_page(room: RunningRoom, visitors: Visitors) -> None:
    """Whoever does not think in addresses types the number into the page."""
    page = shown(room, visitors)

    page.get_by_label("How many seat cards?").fill("3")
    page.get_by_role("button", name="Change").click()

    expect(page.locator(".seat")).to_have_count(3)


# ---- on paper -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPER)
def test_the_poster_fits_on_a_sheet_and_eight_cards_on_each_of_the_others(room: RunningRoom, visitors: Visitors, paper: str) -> None:
    """On either paper, with the longest list of contacts and the longest address, nothing runs over onto another sheet."""
    page = shown(room, visitors, "?seats=17")
    page.evaluate(
        "([is, longest]) => { document.body.innerHTML = document.body.innerHTML.replaceAll(is, longest) }",
        [room.connection.public_url.removeprefix("http://"), LONGEST_PLACE],
    )

    assert page.locator(".seat").first.inner_text().count(LONGEST_PLACE) == 2
    assert sheets(page, paper) == 1 + 3


def test_a_card_that_grew_would_be_noticed(room: RunningRoom, visitors: Visitors) -> None:
    """The count of sheets bites: with letters twice as large, the cards need more of them, and none is cut even so."""
    page = shown(room, visitors, "?seats=8")
    page.evaluate("() => document.querySelectorAll('.seat p, .seat li').forEach(it => it.style.setProperty('font-size', '19pt'))")

    assert sheets(page, "A4") > 2
    page.emulate_media(media="print")
    assert set(page.locator(".seat").evaluate_all("cards => cards.map(it => getComputedStyle(it).breakInside)")) == {"avoid"}


def test_paper_is_white_and_ink_is_black(room: RunningRoom, visitors: Visitors) -> None:
    """A printer without colours loses nothing, in a dark theme as in a light one, and what is for the screen is not printed."""
    page = shown(room, visitors, "?seats=1", color_scheme="dark")
    expect(page.get_by_text("These lines are not printed.")).to_be_visible()

    page.emulate_media(media="print")

    assert set(page.evaluate(SHADES)) == {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    expect(page.get_by_text("These lines are not printed.")).to_be_hidden()
    expect(page.get_by_label("How many seat cards?")).to_be_hidden()
    expect(page.get_by_text("What we agree on")).to_be_visible()


# ---- for everyone -------------------------------------------------------------------------------------------------------


def test_the_page_shuts_nobody_out(room: RunningRoom, visitors: Visitors) -> None:
    """Axe finds nothing in light or dark, on the narrowest phone nothing is cut off, and one seat card stands for all by ear."""
    page = shown(room, visitors, viewport=SMALLEST)

    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert barriers(page) == []
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(CLIPPED) == []
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("img", name=f"QR code: {room.connection.public_url}")).to_have_count(2)


# ---- one source for page and prose --------------------------------------------------------------------------------------


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """Return a folder with a copy of the shipped data and notebooks."""
    for name in ("data", "notebooks"):
        shutil.copytree(material.shipped(name), tmp_path / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return tmp_path


def faults(kit: Path) -> list[Fault]:
    """Return what a check of a copy finds, without warnings."""
    return [each for each in material.check(kit / "data" / "intimacy") if not each.is_warning]


def test_cards_and_notebook_say_the_same() -> None:
    """The shipped agreements are the six of notebook 00, three of them on each seat card, and the check finds nothing amiss."""
    agreements = material.read().agreements

    assert [each.name for each in agreements] == [
        "Confidentiality",
        "Passing",
        "Speaking for yourself",
        "No fixing",
        "No recordings",
        "A moment",
    ]
    assert [each.name for each in agreements if each.card] == ["Confidentiality", "Passing", "A moment"]


def test_an_agreement_that_was_changed_in_one_place_is_found_in_both(kit: Path) -> None:
    """Whoever rewords the notebook alone, or the list alone, is told of the other, with file and line."""
    outline = (kit / OUTLINE).read_text(encoding="utf-8")
    notebook = (kit / WELCOME).read_text(encoding="utf-8")
    for file, changed in (
        (WELCOME, prose("agreements", "No recordings", "No pictures")(notebook)),
        (OUTLINE, swap("name: No recordings", "name: No pictures")(outline)),
    ):
        (kit / file).write_text(changed, encoding="utf-8")

        found = {(each.file, each.line): each.sentence for each in faults(kit)}

        names = ("No pictures", "No recordings") if file == OUTLINE else ("No recordings", "No pictures")
        where = (kit / OUTLINE).read_text(encoding="utf-8"), (kit / WELCOME).read_text(encoding="utf-8")
        assert found.keys() == {(kit / OUTLINE, line_of(where[0], f"- name: {names[0]}")), (kit / WELCOME, line_of(where[1], "agreements"))}
        assert [name in sentence for name, sentence in zip(names, found.values(), strict=True)] == [True, True]
        (kit / OUTLINE).write_text(outline, encoding="utf-8")
        (kit / WELCOME).write_text(notebook, encoding="utf-8")


def test_agreements_in_no_notebook_at_all_are_found(kit: Path) -> None:
    """A notebook that lost its list is noticed for every agreement, and a list of other things is not taken for one."""
    text = (kit / WELCOME).read_text(encoding="utf-8")
    (kit / WELCOME).write_text(cell("agreements", source="- **Tea.** In the break.")(text), encoding="utf-8")

    assert [each.sentence.split("'")[1] for each in faults(kit)] == [each.name for each in material.read().agreements]


def test_a_seat_card_is_not_filled_beyond_its_size(kit: Path) -> None:
    """More sentences than a card has room for are named on the line of the last."""
    text = (kit / OUTLINE).read_text(encoding="utf-8").replace("card: You may pass", f"card: {'Any time is a good time. ' * 6}You may pass")
    (kit / OUTLINE).write_text(text, encoding="utf-8")

    [fault] = faults(kit)

    assert (fault.file, fault.line) == (kit / OUTLINE, line_of(text, "card: The button"))
    assert "has room for 260" in fault.sentence


def test_a_workshop_may_have_no_agreements(kit: Path) -> None:
    """Where an author lists none, the check asks for none."""
    text = (kit / OUTLINE).read_text(encoding="utf-8")
    start, end = text.index("\nagreements:"), text.index("\nsections:")
    (kit / OUTLINE).write_text(text[:start] + text[end:], encoding="utf-8")

    assert faults(kit) == []
    assert material.read(kit / "data" / "intimacy").agreements == ()
