"""Debrief: which of a guide's words fit the picture that the group sees.

A rule looks at what was published and at nothing else, and puts the fitting words first. It suggests; it never acts, and
whoever knows the group may pass over all of it.
"""

from collections.abc import Sequence
from typing import Final

from workshop_kit.disclosure import Comparison, Published
from workshop_kit.workshop import Guide

ONE_STANDS_OUT_BY: Final = 1.5
QUESTIONS: Final = 3


def words_for(guide: Guide, shown: Published | Comparison) -> Sequence[str]:
    """Return what a facilitator could say or ask next, the most fitting first.

    References
    ----------
    That one answer stands out when it was given half as often again as any other is our own choice; it is what an eye sees
    in a bar chart without counting.
    """
    return [*_on_the_picture(guide, shown), *guide.debrief[:QUESTIONS]]


def _on_the_picture(guide: Guide, shown: Published | Comparison) -> Sequence[str]:
    if isinstance(shown, Comparison):
        said = {True: guide.if_moved, False: guide.if_unmoved, None: None}[shown.moved]
        return [said] if said else []
    if shown.outcome != "shown":
        return [guide.if_hidden]
    if shown.poll.kind == "text":
        return []
    return [guide.if_one_stands_out if _one_stands_out(shown) else guide.if_spread]


def _one_stands_out(shown: Published) -> bool:
    if shown.order:
        return len(shown.order[0]) == 1 and len(shown.order) > 1
    first, second = sorted((bucket.fewest for bucket in shown.buckets), reverse=True)[:2]
    return first >= ONE_STANDS_OUT_BY * max(second, 1)
