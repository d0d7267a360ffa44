"""Contacts in a notebook: whom someone can turn to, as HTML that can be read by keyboard, by ear, and printed.

A number that nobody has checked with its provider is shown with exactly that said beside it. Better than no number, and
better than false certainty.
"""

from contextlib import suppress
from datetime import date
from html import escape
from typing import Final

from workshop_kit import material
from workshop_kit.errors import MaterialError, Unknown
from workshop_kit.material import Contact, Contacts

UNCHECKED: Final = "We have not checked this with the provider. Please compare it with their page before you rely on it."
_FRAME: Final = '<section aria-label="Whom you can turn to"><h4>Whom you can turn to: {country}</h4><ul>{entries}</ul></section>'
# The page of the provider learns neither where its visitor came from, nor gets a hold on this page.
_LINK: Final = '<a href="{link}" target="_blank" rel="noopener noreferrer">{words}</a>'


def contacts_html(country: str, today: date | None = None, known: Contacts | None = None) -> str:
    """Return the contacts of a country as HTML.

    Parameters
    ----------
    country
        A code such as ``"DE"``; ``"EU"`` for the whole European Union.
    today
        The day by which a contact is old; by default the computer's.
    known
        The contacts there are; by default those that come with the kit.

    Raises
    ------
    Unknown
        If there are no contacts for that country; the sentence names those there are.
    """
    known = known or material.contacts()
    entries = [_entry(each, today or date.today()) for each in known.for_country(country)]
    return _FRAME.format(country=escape(known.countries[country]), entries="".join(entries))


def reachable_html(country: str | None = None, local_contact: str | None = None) -> str:
    """Return whom one can reach as HTML: somebody near by, and the contacts of a country.

    Without a country it is those of every country, each behind a line that opens. Contacts that cannot be read are left out:
    a slip in their file must not take everything else away from someone who needs it.
    """
    near = f"<h4>Near here</h4><p>{escape(local_contact)}</p>" if local_contact else ""
    with suppress(MaterialError, Unknown):
        return near + (contacts_html(country) if country else _everywhere())
    return near


def _everywhere() -> str:
    known = material.contacts()
    parts = [
        f'<details><summary style="cursor:pointer">{escape(name)}</summary>{contacts_html(code, known=known)}</details>'
        for code, name in known.countries.items()
    ]
    return f"<p>Whom you can call, by country:</p>{''.join(parts)}"


def _entry(contact: Contact, today: date) -> str:
    link = _LINK.format(link=escape(contact.link), words=f"The page of {escape(contact.name)}")
    return (
        f"<li><p><b>{escape(contact.contact)}</b> · {escape(contact.name)}<br>{escape(contact.about)}. {escape(contact.hours)}. {link}"
        f"<br><small>{_checked(contact, today)}</small></p></li>"
    )


def _checked(contact: Contact, today: date) -> str:
    if contact.last_verified is None:
        return UNCHECKED
    if contact.is_stale(today):
        return f"Last checked with the provider on {contact.last_verified}, which is a while ago. Please compare it with their page."
    return f"Checked with the provider on {contact.last_verified}."
