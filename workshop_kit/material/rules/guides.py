"""What a facilitator's guide must give: a whole activity in its time, and a word where one is owed."""

# ruff: noqa: D401 (a rule is said as a statement)

import re
from collections.abc import Iterator
from typing import Final, get_args

from workshop_kit.material.draft import GUIDES, Draft
from workshop_kit.material.faults import Fault
from workshop_kit.workshop import StepName

STEPS: Final[tuple[StepName, ...]] = get_args(StepName)
ABUSE: Final = re.compile(r"\babus", re.IGNORECASE)


def each_section_has_one(draft: Draft) -> Iterator[Fault]:
    """Nobody leads a section without a guide."""
    for place, section in enumerate(draft.sections):
        if section.id not in draft.guides:
            sentence = f"section '{section.id}' has no guide. Write {GUIDES}/{section.id}.yaml; copy another guide and change its words."
            yield draft.outline.fault(("sections", place), sentence)


def no_lighter_than_its_polls(draft: Draft) -> Iterator[Fault]:
    """A section is at least as heavy as the heaviest of its own polls."""
    for name, guide in draft.guides.items():
        heaviest = max((poll.intensity for poll in draft.polls_of(name)), default=1)
        if guide.shape.intensity < heaviest:
            sentence = f"a poll of this section has intensity {heaviest}, so the section has too. Write intensity: {heaviest}."
            yield guide.fault(("intensity",), sentence)


def steps_are_six_in_order(draft: Draft) -> Iterator[Fault]:
    """The activity goes from thinking alone to a takeaway, each step once."""
    for guide in draft.guides.values():
        steps = [each.step for each in guide.shape.steps]
        if steps != list(STEPS):
            place = next((at for at, (step, due) in enumerate(zip(steps, STEPS, strict=False)) if step != due), len(steps) - 1)
            yield guide.fault(("steps", place), f"the steps are out of order. Write each once, in this order: {', '.join(STEPS)}.")


def minutes_of_steps_add_up(draft: Draft) -> Iterator[Fault]:
    """The steps fill the activity exactly."""
    for guide in draft.guides.values():
        total = sum(each.minutes for each in guide.shape.steps)
        if total != guide.shape.activity_min:
            sentence = f"the steps take {total} minutes together. Write activity_min: {total}, or change the minutes of the steps."
            yield guide.fault(("activity_min",), sentence)


def one_step_asks_a_poll(draft: Draft) -> Iterator[Fault]:
    """The step 'poll' names a poll that its section asks, and no other step names one."""
    for name, guide in draft.guides.items():
        asked = draft.asked_in(name)
        for place, step in enumerate(guide.shape.steps):
            at = ("steps", place, "poll")
            if step.step == "poll" and step.poll not in asked:
                yield guide.fault(at, f"this step should name a poll of the section. Write poll: and one of these: {', '.join(asked)}.")
            if step.step != "poll" and step.poll:
                yield guide.fault(at, "only the step 'poll' asks one. Take this line out.")


def where_abuse_is_named_safety_is_said(draft: Draft) -> Iterator[Fault]:
    """Where a section speaks of abuse, the facilitator has the words that must then be said."""
    for name, guide in draft.guides.items():
        notebook = draft.notebooks.get(name)
        told = [guide.text, *(cell.text for cell in notebook.shape.cells)] if notebook else [guide.text]
        if guide.shape.safety is None and any(ABUSE.search(text) for text in told):
            sentence = "this section speaks of abuse, so the guide needs a word on safety. Add 'safety:', and in it who is responsible and whom to turn to."
            yield guide.fault(("section",), sentence)


def where_a_poll_comes_again_both_outcomes_have_words(draft: Draft) -> Iterator[Fault]:
    """Where two charts of one poll can be compared, the facilitator knows what to say, whichever way it turns out."""
    for name, guide in draft.guides.items():
        again = [f"'{poll.id}'" for _, poll in draft.each_poll() if name in poll.again]
        outcomes = {"if_moved": (guide.shape.if_moved, "has moved"), "if_unmoved": (guide.shape.if_unmoved, "has not moved")}
        for key, (words, outcome) in outcomes.items():
            if again and words is None:
                sentence = (
                    f"{' and '.join(again)} can be compared with before here. Add '{key}:', and in it what to say when a picture {outcome}."
                )
                yield guide.fault(("section",), sentence)
