"""What a running order must leave room for: coming in, going out, breaks, and whatever takes longer than planned."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from typing import Final

from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import Draft
from workshop_kit.material.shapes import TextEntry

# The share of slack, the hour and the ten minutes are our choice, for want of evidence on groups like these.
SLACK_PERCENT: Final = 15
LONGEST_STRETCH_MIN: Final = 60
SHORTEST_SECTION_MIN: Final = 10
HEAVY: Final = 3


def minutes_fill_each_meeting(draft: Draft) -> Iterator[Fault]:
    """The blocks of a meeting take as long as the meeting does, and part of them is slack."""
    for place, plan, meeting in draft.each_meeting():
        total = sum(each.minutes for each in meeting)
        if total != plan.meeting_min:
            yield draft.outline.fault(place, "material.plan.minutes", n=total, minutes=plan.meeting_min)
        slack, owed = sum(each.minutes for each in meeting if each.block == "slack"), ceil(plan.meeting_min * SLACK_PERCENT / 100)
        if slack < owed:
            yield draft.outline.fault(place, "material.plan.little_slack", n=slack, owed=owed, percent=SLACK_PERCENT)


def nobody_sits_longer_than_an_hour(draft: Draft) -> Iterator[Fault]:
    """There is a break at least every sixty minutes."""
    for place, _, meeting in draft.each_meeting():
        stretch = 0
        for at, block in enumerate(meeting):
            before, stretch = stretch, 0 if block.block == "break" else stretch + block.minutes
            if before <= LONGEST_STRETCH_MIN < stretch:
                yield draft.outline.fault((*place, at), "material.plan.no_break", n=stretch, longest=LONGEST_STRETCH_MIN)


def arrival_first_and_closing_last(draft: Draft) -> Iterator[Fault]:
    """A meeting begins with arriving and ends with closing."""
    for place, _, meeting in draft.each_meeting():
        if meeting[0].block != "arrival":
            yield draft.outline.fault((*place, 0), "material.plan.no_arrival")
        if meeting[-1].block != "closing":
            yield draft.outline.fault((*place, -1), "material.plan.no_closing")
        for at, block in enumerate(meeting[1:-1], start=1):
            if block.block in ("arrival", "closing"):
                yield draft.outline.fault((*place, at), "material.plan.in_the_middle", block=block.block)


def heavy_sections_stand_apart(draft: Draft) -> Iterator[Fault]:
    """Two heavy sections never follow each other in a meeting, whatever pause lies between them."""
    heavy = {name for name, guide in draft.guides.items() if guide.shape.intensity >= HEAVY}
    for place, _, meeting in draft.each_meeting():
        sections = [(at, each.section) for at, each in enumerate(meeting) if each.section]
        for (_, first), (at, second) in pairwise(sections):
            if {first, second} <= heavy:
                yield draft.outline.fault((*place, at), "material.plan.heavy_sections", first=first, second=second)


def a_section_has_time(draft: Draft) -> Iterator[Fault]:
    """No section is rushed through."""
    for place, block in draft.each_block():
        if block.block == "section" and block.minutes < SHORTEST_SECTION_MIN:
            yield draft.outline.fault((*place, "minutes"), "material.plan.hurried", n=SHORTEST_SECTION_MIN)


def own_words_are_allowed_by_the_plan(draft: Draft) -> Iterator[Fault]:
    """People are asked for their own words only where the author of the plan has decided so."""
    in_own_words = {poll.id for _, poll in enumerate(draft.polls.shape.polls) if isinstance(poll, TextEntry)}
    for place, plan, meeting in draft.each_meeting():
        asked = [(at, nth, poll) for at, block in enumerate(meeting) for nth, poll in enumerate(block.polls)]
        for at, nth, poll in asked:
            if poll in in_own_words and not plan.texts:
                yield draft.outline.fault((*place, at, "polls", nth), "material.plan.no_own_words", poll=poll, plan=plan.id)
