"""Contacts: whom someone can turn to, by country, with nothing claimed that nobody has checked."""

import re
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Final

import pytest

from tests.world import SAY
from workshop_kit import material
from workshop_kit.cards.contacts import contacts_html
from workshop_kit.errors import MaterialError
from workshop_kit.material import Contact, Contacts

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


def contacts(last_verified: date | None = None, name: str = "A line", country: str = "United Kingdom") -> Contacts:
    """Return a list that holds one contact."""
    one = Contact("UK", name, "Anyone", "Call 116 123", "Day and night", "https://www.example.org", last_verified)
    return Contacts({"UK": country}, (one,))


def tags_in(html: str) -> list[str]:
    return re.findall(r"<(\w+)", html)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


def test_each_country_that_we_promised_has_its_well_known_numbers() -> None:
    """Eight countries and the European Union, as they are offered, have an emergency number and someone to talk to; none is called checked."""
    known = material.contacts()
    said = {code: " ".join(each.contact for each in known.for_country(code)) for code in WELL_KNOWN}

    assert list(known.countries) == list(WELL_KNOWN)
    assert [(code, number) for code, numbers in WELL_KNOWN.items() for number in numbers if number not in said[code]] == []
    assert [each for each in known.all if each.last_verified] == []
    assert known.stale(TODAY) == known.all


@pytest.mark.parametrize(("days", "stale"), [(0, False), (180, False), (181, True)])
def test_a_contact_is_old_after_180_days(days: int, stale: bool) -> None:
    """On the 180th day a contact is still good, on the next it is not."""
    checked = contacts(TODAY - timedelta(days=days))

    assert checked.stale(TODAY) == (checked.all if stale else ())


def test_a_list_that_is_broken_is_refused_with_its_line(tmp_path: Path) -> None:
    """A list of one's own is read with the same care as the rest of the material."""
    file = tmp_path / "resources.yaml"
    file.write_text("countries: {AT: Austria}\ncontacts:\n  - {country: AT, name: A line}\n", encoding="utf-8")

    with pytest.raises(MaterialError, match=r"resources\.yaml line=3 sentence=material\.key\.missing key=about$"):
        material.contacts(file)


def test_a_notebook_shows_each_contact_as_a_line_of_a_list() -> None:
    """A screen reader finds a named region, a heading and a list; nothing is fetched before somebody presses a link to a provider."""
    html, known = contacts_html("DE", SAY, TODAY), material.contacts().for_country("DE")

    assert html.startswith('<section aria-label="Whom you can turn to"><h4>')
    assert tags_in(html).count("li") == len(known)
    assert re.findall(r'<a href="([^"]*)" target="_blank" rel="noopener noreferrer">', html) == [each.link for each in known]
    assert "Germany" in text_of(html)
    assert "TelefonSeelsorge" in text_of(html)
    tags = {tag for country in WELL_KNOWN for tag in tags_in(contacts_html(country, SAY, TODAY))}
    assert tags == {"section", "h4", "ul", "li", "p", "b", "br", "small", "a"}


def test_a_notebook_says_when_a_contact_was_checked() -> None:
    """Never checked, checked lately, and checked long ago are different things, and each is said; the day is the computer's unless told."""
    dates = {date(2025, 6, 1): "Checked with the provider on June 1, 2025.", None: SAY("cards.contacts.unchecked")}
    dates[date(2024, 6, 1)] = "Last checked with the provider on June 1, 2024, which is a while ago."

    assert [day for day, said in dates.items() if said not in text_of(contacts_html("UK", SAY, TODAY, contacts(day)))] == []
    assert "Checked with the provider on" in contacts_html("UK", SAY, known=contacts(date.today()))


def test_a_contact_is_text_and_never_a_program() -> None:
    """Whatever somebody writes into the list is shown as it stands."""
    html = contacts_html("UK", SAY, TODAY, contacts(name="<script>alert(1)</script>", country="U<b>K"))

    assert "<script>alert(1)</script>" in text_of(html)
    assert "U<b>K" in text_of(html)
    assert "script" not in tags_in(html)
