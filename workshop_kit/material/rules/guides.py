"""What a facilitator's guide must give: a whole activity in its time, and a word where one is owed."""

from collections.abc import Iterator
from typing import Final, get_args

from workshop_kit.material.documents import Fault
from workshop_kit.material.draft import GUIDES, Draft
from workshop_kit.workshop import StepName

STEPS: Final[tuple[StepName, ...]] = get_args(StepName)


def each_section_has_a_guide(draft: Draft) -> Iterator[Fault]:
    """Nobody leads a section without a guide."""
    for at, section in enumerate(draft.sections):
        if section.id not in draft.guides:
            yield draft.outline.fault(("sections", at), "material.guide.missing", section=section.id, file=f"{GUIDES}/{section.id}.yaml")


def no_lighter_than_its_polls(draft: Draft) -> Iterator[Fault]:
    """A section is at least as heavy as the heaviest of its own polls."""
    for name, guide in draft.guides.items():
        heaviest = max((poll.intensity for poll in draft.polls_of(name)), default=1)
        if guide.shape.intensity < heaviest:
            yield guide.fault(("intensity",), "material.guide.too_light", intensity=heaviest)


def the_activity_is_whole(draft: Draft) -> Iterator[Fault]:
    """It goes from thinking alone to a takeaway, each step once; the steps fill it exactly, and one of them asks a poll."""
    for name, guide in draft.guides.items():
        steps, asked = [each.step for each in guide.shape.steps], draft.asked_in(name)
        if steps != list(STEPS):
            at = next((at for at, (step, due) in enumerate(zip(steps, STEPS, strict=False)) if step != due), -1)
            yield guide.fault(("steps", at), "material.guide.steps", steps=STEPS)
        total = sum(each.minutes for each in guide.shape.steps)
        if total != guide.shape.activity_min:
            yield guide.fault(("activity_min",), "material.guide.minutes", n=total)
        for at, step in enumerate(guide.shape.steps):
            if step.step == "poll" and step.poll not in asked:
                yield guide.fault(("steps", at, "poll"), "material.guide.which_poll", polls=asked)
            if step.step != "poll" and step.poll:
                yield guide.fault(("steps", at, "poll"), "material.guide.poll_in_another_step")


def where_a_poll_comes_again_both_outcomes_have_words(draft: Draft) -> Iterator[Fault]:
    """Where two charts of one poll can be compared, the facilitator knows what to say, whichever way it turns out."""
    for name, guide in draft.guides.items():
        again = [f"'{poll.id}'" for _, poll in enumerate(draft.polls.shape.polls) if name in poll.again]
        for key in ("if_moved", "if_unmoved"):
            if again and getattr(guide.shape, key) is None:
                yield guide.fault(("section",), f"material.guide.{key}", polls=again)
