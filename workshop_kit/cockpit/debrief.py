"""Debrief: which of a guide's words fit the picture that the group sees.

A rule looks at what was published and at nothing else. It suggests; it never acts, and whoever knows the group may pass over
all of it.
"""

from typing import Final

from markupsafe import escape

from workshop_kit.cards.card import readable
from workshop_kit.disclosure import Published
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Guide

STANDS_OUT_BY: Final = 1.5


def on_the_picture(guide: Guide, published: Published) -> str | None:
    """Return what could be said about what the chart looks like; None where the guide has nothing on that.

    References
    ----------
    That one answer stands out when it was given half as often again as any other is our own choice; it is what an eye sees
    in a bar chart without counting.
    """
    if published.outcome == "too_few":
        return guide.if_hidden
    if published.outcome != "shown" or published.poll.kind == "text":
        return None
    return guide.if_one_stands_out if _one_stands_out(published) else guide.if_spread


def debrief_html(guide: Guide, published: Published, say: Language) -> str:
    """Return what a facilitator could say or ask next, as HTML."""
    words = on_the_picture(guide, published)
    said = f"<p>{escape(words)}</p>" if words else ""
    asked = "".join(f"<li>{escape(each)}</li>" for each in guide.debrief)
    head, why = escape(say("cockpit.debrief.head")), say.html("cockpit.debrief.why")
    return readable(f'<section aria-label="{head}"><h4>{head}</h4>{said}<ul>{asked}</ul><p><small>{why}</small></p></section>')


def _one_stands_out(published: Published) -> bool:
    if published.order:
        return len(published.order) > 1 and len(published.order[0]) == 1
    # The fewest people of each line, so that a band counts for no more than it says.
    most, *others = sorted(published.buckets, key=lambda bucket: bucket.fewest, reverse=True)
    if published.poll.kind == "single" and len(most.options) > 1:
        # "Other answers" are not one answer, even where they are the most.
        return False
    return most.fewest >= STANDS_OUT_BY * max([1, *(bucket.fewest for bucket in others[:1])])
