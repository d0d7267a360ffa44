"""How the parts of a workshop name each other. A workshop that breaks one of these cannot be led."""

from collections.abc import Iterator

from workshop_kit.errors import MaterialError
from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import Draft, as_poll


def each_has_an_id_of_its_own(draft: Draft) -> Iterator[Fault]:
    """No two sections, polls or plans share an id, and no question at the end has one of these or of a poll."""
    polls = draft.polls.shape.polls
    yield from draft.outline.repeated("sections", draft.sections)
    yield from draft.outline.repeated("plans", draft.outline.shape.plans)
    yield from draft.polls.repeated("polls", polls)
    if draft.closing:
        yield from draft.closing.repeated("questions", draft.closing.shape.questions, [each.id for each in polls])


def polls_belong_to_sections(draft: Draft) -> Iterator[Fault]:
    """Every poll belongs to a section, and is asked again in sections that there are."""
    sections = [each.id for each in draft.sections]
    for at, poll in enumerate(draft.polls.shape.polls):
        facts = {"poll": poll.id, "sections": sections}
        if poll.section not in sections:
            yield draft.polls.fault(("polls", at, "section"), "material.poll.no_section", section=poll.section, **facts)
        for nth, section in enumerate(poll.again):
            if section not in sections:
                yield draft.polls.fault(("polls", at, "again", nth), "material.poll.again_in_no_section", section=section, **facts)


def options_go_together(draft: Draft) -> Iterator[Fault]:
    """The options of a poll differ, and the points of a scale rise."""
    for at, poll in enumerate(draft.polls.shape.polls):
        try:
            as_poll(poll)
        except MaterialError as fault:
            yield draft.polls.fault(("polls", at), fault.code, **fault.facts)


def guides_belong_to_sections(draft: Draft) -> Iterator[Fault]:
    """A guide's file is named after its section, and there is such a section."""
    sections = [each.id for each in draft.sections]
    for name, guide in draft.guides.items():
        if guide.shape.section != name:
            yield guide.fault(("section",), "material.guide.other_section", file=guide.file.name, section=name)
        elif name not in sections:
            yield guide.fault(("section",), "material.guide.no_section", section=name, sections=sections)


def blocks_name_what_there_is(draft: Draft) -> Iterator[Fault]:
    """A block of a plan names a section that there is, and polls that are asked in it."""
    sections = [each.id for each in draft.sections]
    for place, block in draft.each_block():
        if block.section is None:
            if block.block == "section":
                yield draft.outline.fault(place, "material.plan.which_section")
            if block.polls:
                yield draft.outline.fault(place, "material.plan.polls_of_no_section")
        elif block.section not in sections:
            yield draft.outline.fault((*place, "section"), "material.plan.no_section", section=block.section, sections=sections)
        else:
            for nth, poll in enumerate(block.polls):
                yield from draft.asked(draft.outline, (*place, "polls", nth), poll, block.section)
