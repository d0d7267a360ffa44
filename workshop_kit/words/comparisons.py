"""Changes: words for two results of one poll, before and after.

Nobody knows who answered both times, so every sentence is about the group. Something is said to have moved only where it has
moved whatever the bands hide; otherwise it is only said that little is to be seen, which is true whatever there is.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from workshop_kit.disclosure import Bucket, Comparison, Published
from workshop_kit.words.tables import is_rest, names, standings

# With fewer answers, a difference of one or two people is easily chance. A rule of thumb, and our own choice.
SMALL_GROUP: Final = 30
BOTH_TIMES: Final = "Different people may have answered each time, so this is about the group and nobody in it."


def finding(comparison: Comparison) -> str:
    """Return the title of a comparison: what moved most visibly, or that hardly anything did."""
    untold = [result for result in (comparison.before, comparison.after) if result.outcome != "shown"]
    if untold:
        which = "Neither" if len(untold) == 2 else "Only the second" if untold == [comparison.before] else "Only the first"
        return f"{which} of the two results can be shown"
    if comparison.moved is None:
        return "The two results cannot be put side by side answer by answer"
    if comparison.after.poll.kind == "rank":
        return _order_moved(comparison) if comparison.moved else "The group's order hardly changed"
    return _answers_moved(comparison) if comparison.moved else "Hardly any change to be seen"


def note(comparison: Comparison) -> str:
    """Return the small print of a comparison."""
    earlier, later = comparison.before.answered, comparison.after.answered
    counted = f"{_answered(comparison.before)} before, {_answered(comparison.after)} after."
    fewest = min(earlier, later) if earlier and later else None
    return " ".join([counted[0].upper() + counted[1:], BOTH_TIMES, *uncertainty(fewest)])


def alt_text(comparison: Comparison) -> str:
    """Return what a comparison shows, in at most two sentences."""
    told = f"{_answered(comparison.before)} before, {_answered(comparison.after)} after"
    return f"Two charts side by side of the answers to “{comparison.after.poll.question}”: {told}. {finding(comparison)}."


def uncertainty(answered: int | None) -> Iterator[str]:
    """Yield a sentence on how little small differences say, where the group is small."""
    if answered is not None and answered < SMALL_GROUP:
        yield "In a group of this size, a difference of one or two people says little."


def _answers_moved(comparison: Comparison) -> str:
    before, after = comparison.before, comparison.after
    rises = [_least_rise(pair.before, before, pair.after, after) for pair in comparison.pairs]
    falls = [_least_rise(pair.after, after, pair.before, before) for pair in comparison.pairs]
    # Where as much rose as fell, as it must with two answers, one half of the story is enough.
    moves = rises if max(rises) >= max(falls) else falls
    moved = [pair for pair, move in zip(comparison.pairs, moves, strict=True) if move == max(moves)]
    if len(moved) > 1:
        return f"Moved most visibly: {names([pair.label for pair in moved])}"
    who = "other answers" if is_rest(before, moved[0].before) else names([moved[0].label])
    return f"Moved most visibly: {who}, from {_share(before, moved[0].before)} to {_share(after, moved[0].after)}"


def _least_rise(earlier: Bucket, before: Published, later: Bucket, after: Published) -> Fraction:
    """Return by how much of the group a line rose at the least, whatever its bands hide; below zero if it may have fallen."""
    return Fraction(later.fewest, after.answered or 1) - Fraction(earlier.most, before.answered or 1)


def _order_moved(comparison: Comparison) -> str:
    first, then = ([each.label for each in standings(result) if each.best == 1] for result in (comparison.before, comparison.after))
    if first == then:
        return "The group's order changed, though not at the top"
    if names(first) == names(then):
        return "The group's order changed, also at the top"
    return f"First in the group's order: {names(first)} before, {names(then)} after"


def _share(published: Published, bucket: Bucket) -> str:
    return bucket.band or f"{bucket.fewest} of {published.answered}"


def _answered(published: Published) -> str:
    return f"{published.answered} people answered" if published.answered else "too few answered"
