"""Whom people can turn to: contacts that belong to a country, and that somebody has checked not long ago."""

# ruff: noqa: D401 (a rule is said as a statement)

from collections.abc import Iterator

from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.resources import contacts_of


def countries_are_listed(draft: Draft) -> Iterator[Fault]:
    """A contact belongs to a country on the list."""
    if draft.resources is None:
        return
    listed = draft.resources.shape.countries
    for place, contact in enumerate(draft.resources.shape.contacts):
        if contact.country not in listed:
            sentence = f"'{contact.country}' is not among the countries above. Write one of these, or add it there: {', '.join(listed)}."
            yield draft.resources.fault(("contacts", place, "country"), sentence)


def countries_have_contacts(draft: Draft) -> Iterator[Fault]:
    """Nobody chooses a country and finds nothing."""
    if draft.resources is None:
        return
    for code in draft.resources.shape.countries:
        if not any(contact.country == code for contact in draft.resources.shape.contacts):
            yield draft.resources.fault(("countries", code), f"there is no contact for '{code}'. Add one below, or take the country out.")


def checked_with_the_provider(draft: Draft) -> Iterator[Fault]:
    """A contact that nobody has checked for half a year is worth a warning, one for each country."""
    if draft.resources is None or draft.today is None:
        return
    stale = contacts_of(draft.resources.shape).stale(draft.today)
    for code in dict.fromkeys(contact.country for contact in stale):
        names = [contact.name for contact in stale if contact.country == code]
        at = next(nth for nth, each in enumerate(draft.resources.shape.contacts) if each.country == code and each.name == names[0])
        sentence = f"nobody has checked these contacts for {code} in the last half year: {', '.join(names)}. Ask the providers, then write the day."
        yield draft.resources.fault(("contacts", at, "last_verified"), sentence, is_warning=True)
