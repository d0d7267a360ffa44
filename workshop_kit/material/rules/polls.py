"""How a group may be asked: a few questions, one at a time, and for people's own words only about light matters."""

import re
from collections.abc import Iterator
from typing import Final

from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import Draft
from workshop_kit.material.shapes import TextEntry

MOST_POLLS: Final = 3
# Our choice: a line of somebody's own about something heavy is a confession, with nobody able to follow it up.
HEAVIEST_IN_OWN_WORDS: Final = 2
TWO_IN_ONE: Final = re.compile(r"and/or|\?.*\?", re.IGNORECASE | re.DOTALL)


def each_section_asks_one_to_three(draft: Draft) -> Iterator[Fault]:
    """A section has one to three polls of its own."""
    for at, section in enumerate(draft.sections):
        own = [(place, poll) for place, poll in enumerate(draft.polls.shape.polls) if poll.section == section.id]
        if not own:
            yield draft.outline.fault(("sections", at), "material.section.no_poll", section=section.id)
        for place, _ in own[MOST_POLLS:]:
            facts = {"section": section.id, "n": len(own), "most": MOST_POLLS}
            yield draft.polls.fault(("polls", place), "material.section.too_many_polls", **facts)


def one_question_at_a_time(draft: Draft) -> Iterator[Fault]:
    """No question asks two things at once: nobody could say which of them was answered."""
    for document, place, text, _ in draft.each_text():
        if TWO_IN_ONE.search(text):
            yield document.fault(place, "material.poll.two_things")


def own_words_are_about_light_matters_and_asked_for_once(draft: Draft) -> Iterator[Fault]:
    """Nobody writes of something heavy, or just after hearing of it; and lines have no before and after that could be compared."""
    for at, poll in enumerate(draft.polls.shape.polls):
        if not isinstance(poll, TextEntry):
            continue
        guide, most = draft.guides.get(poll.section), HEAVIEST_IN_OWN_WORDS
        if poll.intensity > most:
            yield draft.polls.fault(("polls", at, "intensity"), "material.poll.heavy_own_words", poll=poll.id, intensity=most)
        elif guide and guide.shape.intensity > most:
            facts = {"poll": poll.id, "section": poll.section}
            yield draft.polls.fault(("polls", at, "section"), "material.poll.own_words_in_heavy_section", **facts)
        if poll.again:
            yield draft.polls.fault(("polls", at, "again"), "material.poll.own_words_again", poll=poll.id)
