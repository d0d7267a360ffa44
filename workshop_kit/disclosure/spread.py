"""Spread: where the middle of a group lies on a slider, and its middle half, as closely as a result tells.

Both are worked out from the Published result, so they say nothing that the result does not say. They are stretches of the
slider and never numbers: the answers of a group are known by the stretch in which they were shown, and no more closely. A
stretch that would be the whole slider says nothing, so it is left out; and nothing is told of a group of which nothing is shown.
"""

from typing import Final, NamedTuple, TypeAlias

from workshop_kit.disclosure.published import Published
from workshop_kit.polls import HIGHEST, STRETCHES

Stretch: TypeAlias = tuple[int, int]
"""A part of a slider, from one of its numbers to another, both included."""

_ENDS: Final = dict(STRETCHES)


class Spread(NamedTuple):
    """Where the answers to a ``slider`` poll lie.

    `middle` holds the median, `half` the middle half of the answers, from quartile to quartile. Each is None where the result
    does not tell it any closer than somewhere on the slider.
    """

    middle: Stretch | None = None
    half: Stretch | None = None


def spread(published: Published) -> Spread:
    """Return where the middle of the answers to a ``slider`` poll lies, and their middle half; nothing of other kinds.

    References
    ----------
    A quartile is any number with at least a quarter of the answers at it or to its one side, and at least three quarters at it
    or to its other side; likewise a median. With an even number of answers there may be several, and all of them lie within what
    is told (R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50, 1996, definitions 1
    and 2). docs/decisions/0015-closing-measure.md says why this gives nobody away.
    """
    if published.poll.kind != "slider" or not published.buckets:
        return Spread()
    return Spread(_without_a_share(published, 2), _without_a_share(published, 4))


def _without_a_share(published: Published, parts: int) -> Stretch | None:
    """Return the stretch in which the answers lie between the lowest and the highest of so many equal parts."""
    people = [bucket for bucket in published.buckets for _ in range(bucket.fewest)]
    place = -(-len(people) // parts)  # counted from either end, and rounded up
    lowest, highest = people[place - 1].options[0], people[-place].options[-1]
    stretch = (int(lowest), _ENDS[int(highest)])
    return None if stretch == (0, HIGHEST) else stretch
