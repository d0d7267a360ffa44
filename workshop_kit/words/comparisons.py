"""Changes: words for two results of one poll, before and after.

Nobody knows who answered both times, so every sentence is about the group. Something is said to have moved only where it has
moved whatever the bands hide; otherwise it is only said that little is to be seen, which is true whatever there is.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from workshop_kit.disclosure import Bucket, Comparison, Published
from workshop_kit.words.catalog import Language
from workshop_kit.words.tables import is_rest, label_of, names, standings

# With fewer answers, a difference of one or two people is easily chance. A rule of thumb, and our own choice.
SMALL_GROUP: Final = 30


def finding(comparison: Comparison, say: Language) -> str:
    """Return the title of a comparison: what moved most visibly, or that hardly anything did."""
    untold = [result for result in (comparison.before, comparison.after) if result.outcome != "shown"]
    if untold:
        which = "neither" if len(untold) == 2 else "second" if untold == [comparison.before] else "first"
        return say(f"results.compared.{which}")
    if comparison.moved is None:
        return say("results.compared.apart")
    if comparison.after.poll.kind == "rank":
        return _order_moved(comparison, say) if comparison.moved else say("results.order_moved.hardly")
    return _answers_moved(comparison, say) if comparison.moved else say("results.moved.hardly")


def note(comparison: Comparison, say: Language) -> str:
    """Return the small print of a comparison."""
    earlier, later = comparison.before.answered, comparison.after.answered
    fewest = min(earlier, later) if earlier and later else None
    return " ".join([_headcount(comparison, say), say("results.compared.both_times"), *uncertainty(fewest, say)])


def alt_text(comparison: Comparison, say: Language) -> str:
    """Return what a comparison shows, in at most two sentences."""
    told = {"headcount": _headcount(comparison, say), "finding": finding(comparison, say)}
    return say("results.compared.described", question=comparison.poll.question, **told)


def uncertainty(answered: int | None, say: Language) -> Iterator[str]:
    """Yield a sentence on how little small differences say, where the group is small."""
    if answered is not None and answered < SMALL_GROUP:
        yield say("results.small_group")


def _headcount(comparison: Comparison, say: Language) -> str:
    before, after = comparison.before.answered, comparison.after.answered
    told = "both" if before and after else "before" if before else "after" if after else "neither"
    counted = {"before": say("words.people", n=before or 0), "after": say("words.people", n=after or 0)}
    return say(f"results.compared.headcount.{told}", **counted)


def _answers_moved(comparison: Comparison, say: Language) -> str:
    before, after = comparison.before, comparison.after
    rises = [_least_rise(pair.before, before, pair.after, after) for pair in comparison.pairs]
    falls = [_least_rise(pair.after, after, pair.before, before) for pair in comparison.pairs]
    # Where as much rose as fell, as it must with two answers, one half of the story is enough.
    moves = rises if max(rises) >= max(falls) else falls
    moved = [pair for pair, move in zip(comparison.pairs, moves, strict=True) if move == max(moves)]
    who = names([label_of(pair.after.options, comparison.poll, say) for pair in moved], say)
    if len(moved) > 1:
        return say("results.moved.two" if who else "results.moved.several", options=who)
    [(earlier, later)] = ((pair.before, pair.after) for pair in moved)
    what = "rest" if is_rest(before, earlier) else f"{earlier.band or 'exact'}_{later.band or 'exact'}"
    shares = {"before": earlier.fewest, "answered_before": before.answered, "after": later.fewest, "answered_after": after.answered}
    return say(f"results.moved.{what}", options=who, **shares)


def _least_rise(earlier: Bucket, before: Published, later: Bucket, after: Published) -> Fraction:
    """Return by how much of the group a line rose at the least, whatever its bands hide; below zero if it may have fallen."""
    return Fraction(later.fewest, after.answered or 1) - Fraction(earlier.most, before.answered or 1)


def _order_moved(comparison: Comparison, say: Language) -> str:
    first, then = ([each.label for each in standings(result) if each.best == 1] for result in (comparison.before, comparison.after))
    if first == then:
        return say("results.order_moved.below")
    before, after = names(first, say), names(then, say)
    what = "named" if before and after else "to_several" if before else "from_several" if after else "top"
    return say(f"results.order_moved.{what}", before=before, after=after)
