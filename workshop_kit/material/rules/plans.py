"""What a running order must leave room for: coming in, going out, breaks, and whatever takes longer than planned."""

# ruff: noqa: D401 (a rule is said as a statement)

from collections.abc import Iterator
from itertools import pairwise
from math import ceil
from typing import Final

from workshop_kit.material.documents import Place
from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.rules.fit import each_block
from workshop_kit.material.shapes import BlockEntry, PlanEntry, TextEntry

# The share of slack, the hour and the ten minutes are our choice, for want of evidence on groups like these.
SLACK_PERCENT: Final = 15
LONGEST_STRETCH_MIN: Final = 60
SHORTEST_SECTION_MIN: Final = 10
HEAVY: Final = 3


def minutes_fill_each_meeting(draft: Draft) -> Iterator[Fault]:
    """The blocks of a meeting take as long as the meeting does."""
    for place, plan, meeting in _meetings(draft):
        total = sum(each.minutes for each in meeting)
        if total != plan.meeting_min:
            sentence = f"the blocks of this meeting take {total} minutes, but a meeting has {plan.meeting_min}. Make the two agree."
            yield draft.outline.fault(place, sentence)


def some_time_is_free(draft: Draft) -> Iterator[Fault]:
    """Part of each meeting is slack."""
    for place, plan, meeting in _meetings(draft):
        slack = sum(each.minutes for each in meeting if each.block == "slack")
        owed = ceil(plan.meeting_min * SLACK_PERCENT / 100)
        if slack < owed:
            sentence = f"this meeting has {slack} minutes of slack. Give it at least {owed} ({SLACK_PERCENT} %), for what takes longer."
            yield draft.outline.fault(place, sentence)


def nobody_sits_longer_than_an_hour(draft: Draft) -> Iterator[Fault]:
    """There is a break at least every sixty minutes."""
    for place, _, meeting in _meetings(draft):
        stretch = 0
        for position, block in enumerate(meeting):
            before, stretch = stretch, 0 if block.block == "break" else stretch + block.minutes
            if before <= LONGEST_STRETCH_MIN < stretch:
                sentence = (
                    f"people have sat for {stretch} minutes when this ends. Put a break before it; {LONGEST_STRETCH_MIN} are the most."
                )
                yield draft.outline.fault((*place, position), sentence)


def arrival_first_and_closing_last(draft: Draft) -> Iterator[Fault]:
    """A meeting begins with arriving and ends with closing."""
    for place, _, meeting in _meetings(draft):
        if meeting[0].block != "arrival":
            yield draft.outline.fault((*place, 0), "a meeting begins with people arriving. Write block: arrival first.")
        if meeting[-1].block != "closing":
            yield draft.outline.fault((*place, len(meeting) - 1), "a meeting ends with a closing. Write block: closing last.")
        for position, block in enumerate(meeting[1:-1], start=1):
            if block.block in ("arrival", "closing"):
                yield draft.outline.fault(
                    (*place, position), f"block: {block.block} stands in the middle. Move it to its end of the meeting."
                )


def heavy_sections_stand_apart(draft: Draft) -> Iterator[Fault]:
    """Two heavy sections never follow each other in a meeting, whatever pause lies between them."""
    for place, _, meeting in _meetings(draft):
        sections = [(position, each.section) for position, each in enumerate(meeting) if each.section]
        for (_, first), (position, second) in pairwise(sections):
            if _is_heavy(draft, first) and _is_heavy(draft, second):
                sentence = (
                    f"sections '{first}' and '{second}' are both heavy. Put a lighter one between them, or move one to another meeting."
                )
                yield draft.outline.fault((*place, position), sentence)


def a_section_has_time(draft: Draft) -> Iterator[Fault]:
    """No section is rushed through."""
    for place, block in each_block(draft):
        if block.block == "section" and block.minutes < SHORTEST_SECTION_MIN:
            sentence = f"a section needs at least {SHORTEST_SECTION_MIN} minutes. Give it more, or leave it out."
            yield draft.outline.fault((*place, "minutes"), sentence)


def own_words_are_allowed_by_the_plan(draft: Draft) -> Iterator[Fault]:
    """People are asked for their own words only where the author of the plan has decided so."""
    in_own_words = {poll.id for _, poll in draft.each_poll() if isinstance(poll, TextEntry)}
    for place, plan, meeting in _meetings(draft):
        for position, block in enumerate(meeting):
            for nth, poll in enumerate(block.polls):
                if poll in in_own_words and not plan.texts:
                    sentence = (
                        f"the poll '{poll}' asks for people's own words, and the plan '{plan.id}' does not allow that. "
                        "Write texts: true below the plan's title, or take the poll out here."
                    )
                    yield draft.outline.fault((*place, position, "polls", nth), sentence)


def _meetings(draft: Draft) -> Iterator[tuple[Place, PlanEntry, list[BlockEntry]]]:
    for which, plan in enumerate(draft.outline.shape.plans):
        for nth, meeting in enumerate(plan.meetings):
            yield ("plans", which, "meetings", nth), plan, meeting


def _is_heavy(draft: Draft, section: str | None) -> bool:
    guide = draft.guides.get(section or "")
    return guide is not None and guide.shape.intensity >= HEAVY
