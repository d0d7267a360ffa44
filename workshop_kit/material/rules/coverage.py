"""What is said in two places says the same in both: sources, agreements, practices and contacts, and where each is found."""

import re
from collections.abc import Iterator
from typing import Final

from workshop_kit.material.afterwards import practices
from workshop_kit.material.documents import Fault, Unfit
from workshop_kit.material.draft import Draft
from workshop_kit.material.resources import contacts_of

# Three sentences of nine points beside the picture; our choice, seen on paper of both sizes.
MOST_SIGNS_ON_A_CARD: Final = 260
AGREED: Final = re.compile(r"^- \*\*.+?\.\*\* .+$", re.MULTILINE)


# ---- the source texts ---------------------------------------------------------------------------------------------------
def sources_are_taught_where_it_says(draft: Draft) -> Iterator[Fault]:
    """Every part of the source texts that a section names is covered, in that section, and no other part is."""
    if draft.coverage is None:
        return
    taught = {(source, section.id) for section in draft.sections for source in section.sources}
    entries = [(entry.source, entry.section) for entry in draft.coverage.shape.coverage]
    for at, (source, section) in enumerate(entries):
        if (source, section) not in taught:
            yield draft.coverage.fault(("coverage", at, "source"), "material.coverage.no_source", source=source, section=section)
    for source, section in sorted(taught - set(entries)):
        yield draft.coverage.fault(("coverage",), "material.coverage.missing", source=source, section=section)


def points_are_taught_and_asked_about(draft: Draft) -> Iterator[Fault]:
    """The words by which a point is found stand in its section's notebook, letter by letter, and the section asks the polls about it."""
    if draft.coverage is None:
        return
    for at, entry in enumerate(draft.coverage.shape.coverage):
        notebook = draft.notebooks.get(entry.section)
        for nth, point in enumerate(entry.points):
            place = ("coverage", at, "points", nth)
            if notebook and not any(point.phrase in prose for _, prose in notebook.shape.prose):
                facts = {"section": entry.section, "phrase": point.phrase}
                yield draft.coverage.fault((*place, "phrase"), "material.coverage.no_phrase", **facts)
            for poll in point.polls or ():
                yield from draft.asked(draft.coverage, (*place, "polls"), poll, entry.section)


# ---- what a group agrees on ---------------------------------------------------------------------------------------------
def cards_and_notebook_have_the_same_agreements(draft: Draft) -> Iterator[Fault]:
    """What a group agrees on stands on the cards and in a notebook, word for word, and where a notebook lists it, it lists no more."""
    lists = [(notebook, at, AGREED.findall(prose)) for notebook in draft.notebooks.values() for at, prose in notebook.shape.prose]
    taught = {line for _, _, lines in lists for line in lines}
    agreements = draft.outline.shape.agreements
    agreed = [f"- **{each.name}.** {each.words}" for each in agreements]
    for at, agreement in enumerate(agreements):
        if draft.notebooks and agreed[at] not in taught:
            yield draft.outline.fault(("agreements", at), "material.agreement.in_no_notebook", name=agreement.name)
    for notebook, at, lines in lists:
        for line in lines if set(agreed).intersection(lines) else ():
            if line not in agreed:
                name = line.removeprefix("- **").partition(".")[0]
                yield notebook.fault(("cells", at), "material.agreement.only_in_notebook", name=name)


def seat_cards_have_room_for_them(draft: Draft) -> Iterator[Fault]:
    """What is meant for a seat card fits on it, eight cards to a page."""
    on_cards = [(at, each.card) for at, each in enumerate(draft.outline.shape.agreements) if each.card]
    signs = sum(len(card) for _, card in on_cards)
    if signs > MOST_SIGNS_ON_A_CARD:
        facts = {"n": signs, "most": MOST_SIGNS_ON_A_CARD}
        yield draft.outline.fault(("agreements", on_cards[-1][0], "card"), "material.agreement.long_card", **facts)


# ---- what people take home, and whom they can turn to -------------------------------------------------------------------
def practices_are_taught(draft: Draft) -> Iterator[Fault]:
    """The section that is named is there, and its notebook teaches practices."""
    notebooks = {name: notebook.file for name, notebook in draft.notebooks.items()}
    # A section whose notebook is not there is complained of already.
    missing = {section.id for section in draft.sections} - notebooks.keys()
    if draft.afterwards is None or draft.afterwards.shape.practices in missing:
        return
    try:
        practices(draft.afterwards, notebooks)
    except Unfit as unfit:
        yield from unfit.faults


def countries_and_contacts_belong_together(draft: Draft) -> Iterator[Fault]:
    """A contact belongs to a country on the list, and nobody chooses a country and finds nothing."""
    if draft.resources is None:
        return
    listed, with_contacts = draft.resources.shape.countries, [each.country for each in draft.resources.shape.contacts]
    for at, country in enumerate(with_contacts):
        if country not in listed:
            facts = {"country": country, "countries": list(listed)}
            yield draft.resources.fault(("contacts", at, "country"), "material.contacts.no_country", **facts)
    for country in listed:
        if country not in with_contacts:
            yield draft.resources.fault(("countries", country), "material.contacts.none", country=country)


def contacts_were_checked_with_the_provider(draft: Draft) -> Iterator[Fault]:
    """A contact that nobody has checked for half a year is worth a warning, one for each country."""
    if draft.resources is None or draft.today is None:
        return
    contacts = contacts_of(draft.resources.shape)
    stale = contacts.stale(draft.today)
    for country in dict.fromkeys(each.country for each in stale):
        of_country = [each for each in stale if each.country == country]
        place = ("contacts", contacts.all.index(of_country[0]), "last_verified")
        facts = {"country": country, "names": [each.name for each in of_country]}
        yield draft.resources.fault(place, "material.contacts.unchecked", is_warning=True, **facts)
