"""Contacts in a notebook: whom someone can turn to, as HTML that can be read by keyboard, by ear, and printed.

A number that nobody has checked with its provider is shown with exactly that said beside it. Better than no number, and
better than false certainty.
"""

from contextlib import suppress
from datetime import date

from markupsafe import Markup, escape

from workshop_kit import material
from workshop_kit.errors import MaterialError, Unknown
from workshop_kit.material import Contact, Contacts
from workshop_kit.words.catalog import Language


def contacts_html(country: str, say: Language, today: date | None = None, known: Contacts | None = None) -> str:
    """Return the contacts of a country as HTML.

    Parameters
    ----------
    country
        A code such as ``"DE"``; ``"EU"`` for the whole European Union.
    say
        The language around the contacts.
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
    entries = "".join(_entry(each, today or date.today(), say) for each in known.for_country(country))
    head = say.html("cards.contacts.whom_in", country=known.countries[country])
    return f'<section aria-label="{escape(say("cards.contacts.whom"))}"><h4>{head}</h4><ul>{entries}</ul></section>'


def reachable_html(say: Language, country: str | None = None, local_contact: str | None = None) -> str:
    """Return whom one can reach as HTML: somebody near by, and the contacts of a country.

    Without a country it is those of every country, each behind a line that opens. Contacts that cannot be read are left out:
    a slip in their file must not take everything else away from someone who needs it.
    """
    near = f'<h4>{say.html("labels.support.near")}</h4><p dir="auto">{escape(local_contact)}</p>' if local_contact else ""
    with suppress(MaterialError, Unknown):
        return near + (contacts_html(country, say) if country else _everywhere(say))
    return near


def _everywhere(say: Language) -> str:
    known = material.contacts()
    parts = [
        f'<details><summary style="cursor:pointer">{escape(name)}</summary>{contacts_html(code, say, known=known)}</details>'
        for code, name in known.countries.items()
    ]
    return f"<p>{say.html('cards.contacts.by_country')}</p>{''.join(parts)}"


def _entry(contact: Contact, today: date, say: Language) -> str:
    # The page of the provider learns neither where its visitor came from, nor gets a hold on this page.
    page = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
    link = page.format(contact.link, say("cards.contacts.page_of", name=contact.name))
    about = say.html("cards.contacts.about", about=contact.about, hours=contact.hours, page=link)
    return (
        f"<li><p><b>{escape(contact.contact)}</b> · {escape(contact.name)}<br>{about}"
        f"<br><small>{escape(_checked(contact, today, say))}</small></p></li>"
    )


def _checked(contact: Contact, today: date, say: Language) -> str:
    if contact.last_verified is None:
        return say("cards.contacts.unchecked")
    age = "checked_long_ago" if contact.is_stale(today) else "checked"
    return say(f"cards.contacts.{age}", day=contact.last_verified)
