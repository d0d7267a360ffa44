"""Contacts: whom someone can turn to, by country, with nothing claimed that nobody has checked."""

from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from workshop_kit import material
from workshop_kit.errors import MaterialError, Unknown
from workshop_kit.material import Contact, Contacts
from workshop_kit.notebook.contacts import UNCHECKED, contacts_html

TODAY: Final = date(2025, 6, 30)
# Said in public by the providers themselves for years; whoever changes one here should know why.
WELL_KNOWN: Final = {
    "US": ["911", "988", "1-800-799-7233"],
    "CA": ["911", "988"],
    "UK": ["999", "116 123", "0808 2000 247"],
    "IE": ["112", "116 123", "1800 341 900"],
    "DE": ["112", "0800 1110111", "0800 1110222", "116 123", "116 016"],
    "FR": ["112", "3114", "3919"],
    "AU": ["000", "13 11 14", "1800 737 732"],
    "NZ": ["111", "1737", "0800 733 843"],
    "EU": ["112", "116 123"],
}


def contact(last_verified: date | None = None, name: str = "A line") -> Contact:
    return Contact("UK", name, "Anyone", "Call 116 123", "Day and night", "https://www.example.org", last_verified)


class Page(HTMLParser):
    """The tags of some HTML, with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(("country", "numbers"), WELL_KNOWN.items())
def test_a_country_has_its_well_known_numbers(country: str, numbers: list[str]) -> None:
    """Every country we ship has an emergency number and someone to talk to."""
    said = " ".join(each.contact for each in material.contacts().for_country(country))

    assert [number for number in numbers if number not in said] == []


def test_the_countries_are_those_we_promised() -> None:
    """Eight countries and the European Union, in the order in which they are offered."""
    assert list(material.contacts().countries) == list(WELL_KNOWN)


def test_nothing_is_called_checked_that_nobody_checked() -> None:
    """No shipped contact has been checked with its provider yet, and the list says so of each."""
    known = material.contacts()

    assert [each for each in known.all if each.last_verified] == []
    assert known.stale(TODAY) == known.all


def test_an_unknown_country_is_refused_with_those_there_are() -> None:
    """Whoever asks for a country that is not on the list is told which are."""
    with pytest.raises(Unknown, match="US, CA, UK"):
        material.contacts().for_country("XX")


@pytest.mark.parametrize(("days", "stale"), [(0, False), (180, False), (181, True)])
def test_a_contact_is_old_after_180_days(days: int, stale: bool) -> None:
    """On the 180th day a contact is still good, on the next it is not."""
    checked = contact(TODAY - timedelta(days=days))

    assert Contacts({"UK": "United Kingdom"}, (checked,)).stale(TODAY) == ((checked,) if stale else ())


def test_a_list_that_is_broken_is_refused_with_its_line(tmp_path: Path) -> None:
    """A list of one's own is read with the same care as the rest of the material."""
    file = tmp_path / "resources.yaml"
    file.write_text("countries: {AT: Austria}\ncontacts:\n  - {country: AT, name: A line}\n", encoding="utf-8")

    with pytest.raises(MaterialError, match=r"resources\.yaml, line 3: 'about' is missing"):
        material.contacts(file)


def test_a_notebook_shows_each_contact_as_a_line_of_a_list() -> None:
    """A screen reader finds a named region, a heading and a list; every link leads to a provider and gives nothing away."""
    page = Page(contacts_html("DE", TODAY))

    tags = [tag for tag, _ in page.tags]
    assert tags.count("li") == len(material.contacts().for_country("DE"))
    assert page.tags[0] == ("section", {"aria-label": "Whom you can turn to"})
    assert "h4" in tags
    links = [attributes for tag, attributes in page.tags if tag == "a"]
    assert [each["href"] for each in links] == [each.link for each in material.contacts().for_country("DE")]
    assert {each["rel"] for each in links} == {"noopener noreferrer"}
    assert "Germany" in page.text
    assert "TelefonSeelsorge" in page.text


def test_a_notebook_asks_nothing_of_the_internet() -> None:
    """The contacts are text and links; nothing in them is fetched before somebody presses a link."""
    tags = {tag for country in WELL_KNOWN for tag, _ in Page(contacts_html(country, TODAY)).tags}

    assert tags == {"section", "h4", "ul", "li", "p", "b", "br", "small", "a"}


@pytest.mark.parametrize(
    ("last_verified", "said"),
    [
        (None, UNCHECKED),
        (date(2025, 6, 1), "Checked with the provider on 2025-06-01."),
        (date(2024, 6, 1), "Last checked with the provider on 2024-06-01, which is a while ago."),
    ],
)
def test_a_notebook_says_when_a_contact_was_checked(last_verified: date | None, said: str) -> None:
    """Never checked, checked lately, and checked long ago are three different things, and each is said."""
    known = Contacts({"UK": "United Kingdom"}, (contact(last_verified),))

    assert said in Page(contacts_html("UK", TODAY, known)).text


def test_a_contact_is_text_and_never_a_program() -> None:
    """Whatever somebody writes into the list is shown as it stands."""
    known = Contacts({"UK": "U<b>K"}, (contact(name="<script>alert(1)</script>"),))

    page = Page(contacts_html("UK", TODAY, known))

    assert "<script>alert(1)</script>" in page.text
    assert "script" not in {tag for tag, _ in page.tags}


def test_a_notebook_counts_from_the_computers_day() -> None:
    """Without a day of its own the list goes by the computer's."""
    assert contacts_html("NZ") == contacts_html("NZ", date.today())
