"""An adversary who knows the rules, the number of answers, and the answers of a few friends.

It looks at a published result and keeps every tally that would have been published just so. If, in all of them, some
option was chosen by all the other people, or by none of them, then a stranger's answer has become certain: a breach.

The people outside the coalition are interchangeable, so an option is certain for one of them exactly when it is certain
for all of them. That is what makes the enumeration small enough to be complete. For the same reason a coalition is no
list of people, only how many of its members chose each option.

What it does not do: guess. An answer that is likely but not certain is no breach here. Nor does it remember an earlier
result, unless a publisher hands it both at once.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import product
from math import prod
from typing import TypeAlias

from workshop_kit.polls import Poll, Tally

Publisher: TypeAlias = Callable[[Tally], Hashable]
"""Turns a tally into all that is seen of it, in any form that can be compared."""

Counts: TypeAlias = tuple[int, ...]
"""How many people chose each option of a poll."""


def splits(people: int, options: int) -> Iterator[Counts]:
    """Yield every way to spread some people over some options, one option each."""
    if options == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for rest in splits(people - first, options - 1):
            yield (first, *rest)


def choices(poll: Poll, people: int) -> Iterator[Counts]:
    """Yield all counts that the answers of some people to a poll can add up to."""
    options = len(poll.options)
    return product(range(people + 1), repeat=options) if poll.kind == "multi" else splits(people, options)


def indistinguishable(poll: Poll, answered: int, shown: Publisher) -> dict[Hashable, list[Counts]]:
    """Return, for each result that a number of answers can have, all the counts that may lie behind it."""
    groups: dict[Hashable, list[Counts]] = defaultdict(list)
    for counts in choices(poll, answered):
        groups[shown(Tally(poll, answered, 0, counts))].append(counts)
    return groups


def breaches(poll: Poll, answered: int, insiders: int, shown: Publisher) -> Iterator[str]:
    """Yield a sentence for each result that makes someone's answer certain to up to `insiders` people who pool theirs."""
    for result, alike in indistinguishable(poll, answered, shown).items():
        for known in range(min(insiders, answered - 1) + 1):
            for option, coalition in _certain(poll, alike, answered - known, known):
                yield f"{poll.kind}, {answered} answers, option {option}, insiders {coalition}: {result}"


def _certain(poll: Poll, alike: list[Counts], outside: int, known: int) -> Iterator[tuple[int, Counts]]:
    values = [set(column) for column in zip(*alike, strict=True)]
    if poll.kind == "multi" and len(alike) == prod(len(each) for each in values):
        # All combinations of possible counts are possible, so no option tells anything of another: weigh each alone.
        for option, counts in enumerate(values):
            coalitions = ((chose,) for chose in range(known + 1))
            for _, coalition in _search([(count,) for count in counts], coalitions, outside):
                yield option, coalition
    else:
        yield from _search(alike, choices(poll, known), outside)


def _search(alike: list[Counts], coalitions: Iterable[Counts], outside: int) -> Iterator[tuple[int, Counts]]:
    for coalition in coalitions:
        left = [tuple(count - chose for count, chose in zip(counts, coalition, strict=True)) for counts in alike]
        left = [rest for rest in left if min(rest) >= 0 and max(rest) <= outside]
        for option, column in enumerate(zip(*left, strict=True)):
            if max(column) == 0 or min(column) == outside:
                yield option, coalition
