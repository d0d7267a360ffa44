"""What the questions at the end of a meeting must be: told apart from every poll, and called what they are."""

import re
from collections.abc import Iterator
from typing import Final

from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault

LABEL: Final = re.compile(r"\bnot a validated measure\b", re.IGNORECASE)


def they_have_ids_of_their_own(draft: Draft) -> Iterator[Fault]:
    """No question at the end shares an id with another one, or with a poll."""
    if draft.closing is None:
        return
    taken = {poll.id for _, poll in draft.each_poll()}
    for place, each in enumerate(draft.closing.shape.questions):
        if each.id in taken:
            sentence = f"another question or poll is called '{each.id}' already. Give this one an id of its own."
            yield draft.closing.fault(("questions", place, "id"), sentence)
        taken.add(each.id)


def they_are_called_no_measure(draft: Draft) -> Iterator[Fault]:
    """Whoever reads a question or a result is told that nobody has validated it."""
    if draft.closing and not LABEL.search(draft.closing.shape.about):
        yield draft.closing.fault(("about",), "this does not say what these questions are. Write that they are 'not a validated measure'.")
