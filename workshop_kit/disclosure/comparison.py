"""Comparison: the same poll asked twice, before a talk and after it.

Two results are put side by side, never two answers of one person: nobody knows who answered both times, and the kit could
not find out. Where the two were merged in different places, what is joined in either is joined in both. Joining adds up
numbers that were shown already, so a comparison says nothing that its two results do not say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from typing import Any, Final

from workshop_kit.disclosure.published import Bucket, Published
from workshop_kit.errors import NotNow
from workshop_kit.polls import OptionId, Poll

# A fraction, since seven tenths less five tenths are not quite two tenths to a computer.
MOVED_BY: Final = Fraction(1, 5)


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a comparison: the same options before and after."""

    before: Bucket
    after: Bucket


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two results of one poll. `pairs` is empty where they cannot be put side by side line by line."""

    before: Published
    after: Published
    pairs: tuple[Pair, ...] = ()

    @property
    def poll(self) -> Poll:
        """The poll that was asked twice, as it was asked the second time."""
        return self.after.poll

    @property
    def moved(self) -> bool | None:
        """Whether the group's answers have clearly moved; None where too little is shown to tell.

        References
        ----------
        A fifth of the group, or in a ``rank`` two options that have changed sides, is our own choice: in a group of ten it
        is two people, and less than that may be anyone's second thought.
        """
        if self.before.order and self.after.order:
            return not _sides(self.before).isdisjoint(_sides(self.after, turned=True))
        if not self.pairs:
            return None
        return any(_shift(self, pair) >= MOVED_BY for pair in self.pairs)

    @property
    def few_came_or_went(self) -> bool:
        """Whether so few more or fewer answered that the difference between the results may point at them."""
        earlier, later = self.before.answered, self.after.answered
        return earlier is not None and later is not None and 0 < abs(later - earlier) < self.after.policy.cell

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data: its two results, and the lines that can be put side by side."""
        return {
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "pairs": [
                {
                    "options": list(pair.after.options),
                    "before": [pair.before.fewest, pair.before.most],
                    "after": [pair.after.fewest, pair.after.most],
                }
                for pair in self.pairs
            ],
        }


def compare(before: Published, after: Published) -> Comparison:
    """Return two results of one poll side by side.

    Raises
    ------
    NotNow
        If they are results of different polls, were published under different cells, or hold lines of text.
    """
    same_poll = (before.poll.id, before.poll.kind, before.poll.options) == (after.poll.id, after.poll.kind, after.poll.options)
    if not same_poll or before.policy.cell != after.policy.cell:
        raise NotNow("disclosure.not_the_same_poll")
    if after.poll.kind == "text":
        raise NotNow("disclosure.own_words")
    pairs = tuple(_pairs(before, after)) if before.buckets and after.buckets else ()
    return Comparison(before, after, pairs if len(pairs) > 1 else ())


def _pairs(before: Published, after: Published) -> Iterator[Pair]:
    for options in _joined(before, after):
        yield Pair(_sum(before, options), _sum(after, options))


def _joined(before: Published, after: Published) -> list[tuple[OptionId, ...]]:
    """Return the options in the finest sets that hold whole buckets of both results."""
    sets: list[set[OptionId]] = []
    for bucket in (*before.buckets, *after.buckets):
        touching = [each for each in sets if not each.isdisjoint(bucket.options)]
        sets = [each for each in sets if each not in touching] + [set(bucket.options).union(*touching)]
    place = {option.id: number for number, option in enumerate(after.poll.options)}
    # As in a single result, what was put together as "other answers" comes last.
    together = after.poll.kind in ("single", "rank")
    ordered = [tuple(sorted(each, key=place.__getitem__)) for each in sets]
    return sorted(ordered, key=lambda options: (together and len(options) > 1, place[options[0]]))


def _sum(published: Published, options: tuple[OptionId, ...]) -> Bucket:
    within = [bucket for bucket in published.buckets if set(bucket.options) <= set(options)]
    bands = [bucket.band for bucket in within]
    return Bucket(options, sum(each.fewest for each in within), sum(each.most for each in within), bands[0])


def _shift(comparison: Comparison, pair: Pair) -> Fraction:
    """Return by how much of the group a line has changed at the least, whatever its bands hide."""
    earlier, later = comparison.before.answered or 1, comparison.after.answered or 1
    more = Fraction(pair.after.fewest, later) - Fraction(pair.before.most, earlier)
    less = Fraction(pair.before.fewest, earlier) - Fraction(pair.after.most, later)
    return max(more, less)


def _sides(published: Published, *, turned: bool = False) -> set[tuple[OptionId, OptionId]]:
    """Return all pairs of options of which the first stands before the second, or, turned, behind it."""
    level = {option: number for number, options in enumerate(published.order) for option in options}
    return {(one, other) for one, other in permutations(level, 2) if (level[one] > level[other] if turned else level[one] < level[other])}
