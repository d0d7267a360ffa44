"""An adversary who knows the rules, the number of answers, and the answers of a few friends.

It looks at a published result and keeps every tally that would have been published just so. If, in all of them, some
option was chosen by all the other people, or by none of them, then a stranger's answer has become certain: a breach.

The people outside the coalition are interchangeable, so an option is certain for one of them exactly when it is certain
for all of them. That is what makes the enumeration small enough to be complete.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from workshop_kit.polls import Poll, Tally

type_of_publisher = Callable[[Tally], Mapping[str, Any]]
Counts = tuple[int, ...]


def splits(people: int, options: int) -> Iterator[Counts]:
    """Yield every way to spread some people over some options, one option each."""
    if options == 1:
        yield (people,)
        return
    for first in range(people + 1):
        for rest in splits(people - first, options - 1):
            yield (first, *rest)


def tallies(poll: Poll, answered: int, passed: int = 0) -> Iterator[Tally]:
    """Yield every tally that a number of answers to a poll can have."""
    options = len(poll.options)
    spread = product(range(answered + 1), repeat=options) if poll.kind == "multi" else splits(answered, options)
    return (Tally(poll, answered, passed, counts) for counts in spread)


def breaches(poll: Poll, answered: int, insiders: int, shown: type_of_publisher) -> Iterator[str]:
    """Yield a sentence for each result that makes someone's answer certain to up to `insiders` people who pool theirs."""
    groups: dict[str, list[Counts]] = defaultdict(list)
    for tally in tallies(poll, answered):
        groups[_key(shown(tally))].append(tally.counts)
    for result, alike in groups.items():
        for known in range(min(insiders, answered - 1) + 1):
            search = _certain_in_multi if poll.kind == "multi" else _certain_in_single
            for place, coalition in search(alike, answered, known):
                yield f"{poll.kind}, {answered} answers, option {place}, insiders {coalition}: {result}"


def _key(shown: Mapping[str, Any]) -> str:
    return json.dumps({name: value for name, value in shown.items() if name not in ("poll", "policy")})


def _certain_in_single(alike: list[Counts], answered: int, known: int) -> Iterator[tuple[int, Counts]]:
    outside = answered - known
    for coalition in splits(known, len(alike[0])):
        left = [tuple(c - k for c, k in zip(counts, coalition, strict=True)) for counts in alike]
        left = [rest for rest in left if min(rest) >= 0]
        for place, column in enumerate(zip(*left, strict=True)):
            if max(column) == 0 or min(column) == outside:
                yield place, coalition


def _certain_in_multi(alike: list[Counts], answered: int, known: int) -> Iterator[tuple[int, Counts]]:
    outside = answered - known
    values = [set(column) for column in zip(*alike, strict=True)]
    # Options can be weighed one by one only while the possible tallies are all combinations of possible counts.
    assert len(alike) == prod(len(each) for each in values), "the options of a multi poll have become entangled"
    for place, counts in enumerate(values):
        for chose in range(known + 1):
            left = {count - chose for count in counts if count >= chose and answered - count >= known - chose}
            if left and (max(left) == 0 or min(left) == outside):
                yield place, (chose, known - chose)
