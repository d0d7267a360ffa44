"""Coarser: what may be said of a result to people who were not in the room.

The exact counts are gone once a result is published, so a stricter policy cannot be applied to them. It is applied to the
result: numbers that are too small for it are joined or turned into bands, and nothing is worked out anew. Whoever has the
result could do the same, so the two together say no more than the result alone.

It refuses to be less strict than the result was. And it leaves out what it cannot answer for: the mean places of a ranking
and its first choices, which need the exact sums to be weighed; how many passed, since "several" of one policy may be "few" of
another; and lines of text, which say the same under any policy.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from workshop_kit.disclosure.policy import WEBINAR, Policy
from workshop_kit.disclosure.published import Bucket, Published
from workshop_kit.disclosure.rules import FEW, MOST, finest_cut
from workshop_kit.polls import Kind

# What leaves the house is told as carefully as what is told to a large online group.
EXPORT: Final = WEBINAR


def coarsened(published: Published, policy: Policy) -> Published:
    """Return what may be said of a result under a policy that is at least as strict as the one it was published under.

    Parameters
    ----------
    published
        The result.
    policy
        The thresholds wanted. Where the result's own are higher, they stay.

    Returns
    -------
    Published
        Each number of people lies within what this says of it. Of a ``rank`` there is only the order, of a ``text`` poll
        only how many answered; how many passed is never told.

    References
    ----------
    A floor and a cell of 11 for what leaves the house are those of health statistics (CMS cell size policy,
    resdac.org/node/1506). See docs/decisions/0012-export.md.
    """
    poll, n = published.poll, published.answered
    strict = Policy(max(policy.floor, published.policy.floor), max(policy.cell, published.policy.cell))
    if n is None or n < strict.fewest_for(poll):
        return Published(poll, strict, "too_few")
    if published.order:
        return Published(poll, strict, "shown", n, order=published.order)
    buckets = tuple(_COARSER[poll.kind](published, strict.cell)) if poll.kind in _COARSER else ()
    if len(buckets) < 2:
        return Published(poll, strict, "too_alike", n)
    return Published(poll, strict, "shown", n, buckets=buckets)


def _bands_widened(published: Published, cell: int) -> Iterator[Bucket]:
    n = published.answered or 0
    for bucket in published.buckets:
        if bucket.most < cell:
            yield Bucket(bucket.options, 0, cell - 1, FEW)
        elif bucket.fewest > n - cell:
            yield Bucket(bucket.options, n - cell + 1, n, MOST)
        else:
            yield bucket


def _rarest_joined(published: Published, cell: int) -> Iterator[Bucket]:
    rare = [bucket for bucket in published.buckets if bucket.fewest < cell]
    # There is one line of "other answers" and no second: the one there was takes up whatever joins it.
    others = [bucket for bucket in published.buckets if bucket in rare or (rare and len(bucket.options) > 1)]
    apart = sorted((bucket for bucket in published.buckets if bucket not in others), key=lambda bucket: bucket.fewest)
    while others and apart and sum(bucket.fewest for bucket in others) < cell:
        others.append(apart.pop(0))
    yield from (bucket for bucket in published.buckets if bucket in apart)
    if others:
        yield _joined(published, others)


def _neighbours_joined(published: Published, cell: int) -> Iterator[Bucket]:
    earlier = published.policy.cell
    # Where a scale was cut says that fewer than the earlier cell stood before the cut, and so many friends who know of each other
    # would know of everyone. With a cell less one more people in a stretch, it may as well have been joined here from two.
    people = cell if cell == earlier else cell + earlier - 1
    for start, end in finest_cut([bucket.fewest for bucket in published.buckets], people):
        yield _joined(published, published.buckets[start:end])


def _joined(published: Published, buckets: Sequence[Bucket]) -> Bucket:
    inside = {option for bucket in buckets for option in bucket.options}
    options = tuple(option.id for option in published.poll.options if option.id in inside)
    people = sum(bucket.fewest for bucket in buckets)
    return Bucket(options, people, people)


_COARSER: Final[Mapping[Kind, Callable[[Published, int], Iterator[Bucket]]]] = {
    "multi": _bands_widened,
    "single": _rarest_joined,
    "scale": _neighbours_joined,
    "slider": _neighbours_joined,
}
