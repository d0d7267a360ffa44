"""How the parts of a workshop name each other. A workshop that breaks one of these cannot be led."""

# ruff: noqa: D401 (a rule is said as a statement)

from collections.abc import Iterator
from typing import Any

from workshop_kit.errors import MaterialError
from workshop_kit.material.documents import Document, Place
from workshop_kit.material.draft import Draft, as_poll
from workshop_kit.material.faults import Fault
from workshop_kit.material.shapes import BlockEntry


def sections_have_ids_of_their_own(draft: Draft) -> Iterator[Fault]:
    """No two sections share an id."""
    yield from _repeated(draft.outline, "sections", [each.id for each in draft.sections])


def polls_have_ids_of_their_own(draft: Draft) -> Iterator[Fault]:
    """No two polls share an id."""
    yield from _repeated(draft.polls, "polls", [each.id for _, each in draft.each_poll()])


def plans_have_ids_of_their_own(draft: Draft) -> Iterator[Fault]:
    """No two plans share an id."""
    yield from _repeated(draft.outline, "plans", [each.id for each in draft.outline.shape.plans])


def polls_belong_to_sections(draft: Draft) -> Iterator[Fault]:
    """Every poll belongs to a section, and is asked again in sections that there are."""
    for place, poll in draft.each_poll():
        if not draft.section(poll.section):
            sentence = f"the poll '{poll.id}' belongs to section '{poll.section}', which workshop.yaml does not list. {_those(draft)}"
            yield draft.polls.fault(("polls", place, "section"), sentence)
        for nth, section in enumerate(poll.again):
            if not draft.section(section):
                sentence = f"the poll '{poll.id}' is asked again in section '{section}', which workshop.yaml does not list. {_those(draft)}"
                yield draft.polls.fault(("polls", place, "again", nth), sentence)


def options_go_together(draft: Draft) -> Iterator[Fault]:
    """The options of a poll differ, and the points of a scale rise."""
    for place, poll in draft.each_poll():
        try:
            as_poll(poll)
        except MaterialError as fault:
            yield draft.polls.fault(("polls", place), str(fault))


def guides_belong_to_sections(draft: Draft) -> Iterator[Fault]:
    """A guide's file is named after its section, and there is such a section."""
    for name, guide in draft.guides.items():
        if guide.shape.section != name:
            sentence = f"the file is called {guide.file.name}, so the section should be '{name}'. Change it, or rename the file."
            yield guide.fault(("section",), sentence)
        elif not draft.section(name):
            sentence = f"this guide is for section '{name}', which workshop.yaml does not list. {_those(draft)}"
            yield guide.fault(("section",), sentence)


def blocks_name_what_there_is(draft: Draft) -> Iterator[Fault]:
    """A block of a plan names a section that there is, and polls that are asked in it."""
    for place, block in each_block(draft):
        if block.section is None:
            if block.block == "section":
                yield draft.outline.fault(place, 'this block does not say which section. Write one, such as section: "06".')
            if block.polls:
                yield draft.outline.fault(place, "polls belong to a section. Name the section here, or take the polls out.")
        elif not draft.section(block.section):
            yield draft.outline.fault((*place, "section"), f"there is no section '{block.section}'. {_those(draft)}")
        else:
            asked = draft.asked_in(block.section)
            for nth, poll in enumerate(block.polls):
                if poll not in asked:
                    sentence = f"the poll '{poll}' is not asked in section '{block.section}'. It asks: {', '.join(asked) or 'none'}."
                    yield draft.outline.fault((*place, "polls", nth), sentence)


def each_block(draft: Draft) -> Iterator[tuple[Place, BlockEntry]]:
    """Yield every block of every plan with its place in the file."""
    for which, plan in enumerate(draft.outline.shape.plans):
        for nth, meeting in enumerate(plan.meetings):
            for position, block in enumerate(meeting):
                yield ("plans", which, "meetings", nth, position), block


def _repeated(document: Document[Any], key: str, ids: list[str]) -> Iterator[Fault]:
    for place, each in enumerate(ids):
        if each in ids[:place]:
            yield document.fault((key, place), f"another of the {key} is called '{each}' already. Give this one an id of its own.")


def _those(draft: Draft) -> str:
    return f"It lists: {', '.join(each.id for each in draft.sections)}."
