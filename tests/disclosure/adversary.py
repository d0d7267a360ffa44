"""An adversary who knows the rules, the number of answers, and the answers of a few friends.

It looks at a published result and keeps every tally that would have been published just so. If, in all of them, some option was
chosen by all the other people, or by none of them, then a stranger's answer has become certain: a breach. The people outside the
coalition are interchangeable, and so are those in it: it is enough to know how many of its members chose each option.

A ranking says more than one thing. No stranger's may have an option that certainly stands, or certainly does not stand, at some place,
nor two options of which one certainly stands before the other. Here the adversary keeps the rankings that a stranger may have given: some
tally behind the result must be left over for the others when the coalition's answers and this one are taken out of it. An option certain
to stand at one place is certain not to stand at the next, so it is enough to look for what cannot be.

Of lines of text, none may be certain to be a stranger's. None of the shown ones may be certain not to be, unless the coalition wrote
it: where every line differs from every other, whoever wrote one knows that nobody else did. Those who passed are the last thing to look
at: nobody may be certain to have passed, nor certain not to.

What it does not do: guess. Nor does it remember an earlier result, unless a publisher hands it both at once.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain, combinations, permutations, product
from math import prod
from typing import Any, Final, TypeAlias

from workshop_kit.polls import Poll, Tally

# What turns a tally into all that is seen of it, in any form that can be compared.
Publisher: TypeAlias = Callable[[Tally], Hashable]
# How many people chose each option of a poll, or wrote each line.
Counts: TypeAlias = tuple[int, ...]
# The options of a poll as somebody ranked them, best first; an option is its place in the poll, counted from 0.
Ranking: TypeAlias = tuple[int, ...]
# What turns a result into what it would be if the first option had the name of a ranking's first, the second that of its second.
Renaming: TypeAlias = Callable[[Any, Ranking], Hashable]
# What somebody might write where nothing else is asked for; two of the lines differ in a capital only.
LINES: Final = ("Being heard.", "being heard.", "Being wrong", "Silence", "Zero")


def breaches(poll: Poll, answered: int, insiders: int, shown: Publisher) -> Iterator[str]:
    """Yield a sentence for each result that makes someone's answer certain to up to `insiders` people who pool theirs."""
    if poll.kind == "rank":
        yield from breaches_of_ranks(poll, answered, insiders, indistinguishable_ranks(poll, answered, shown))
    elif poll.kind == "text":
        yield from breaches_of_texts(poll, LINES, answered, insiders, shown)
    else:
        yield from breaches_of_choices(poll, answered, insiders, indistinguishable(poll, answered, shown))


# Choices


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


def breaches_of_choices(poll: Poll, answered: int, insiders: int, groups: Mapping[Hashable, list[Counts]]) -> Iterator[str]:
    """Yield a sentence for each result, with all counts that may lie behind it, that makes certain what a stranger chose or did not."""
    for result, alike in groups.items():
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
        chosen_by_none, chosen_by_all, fits = set(range(len(coalition))), set(range(len(coalition))), False
        # From both ends, where counts differ most: a coalition to which nothing is certain is soon seen to be one.
        for counts in chain.from_iterable(zip(alike, reversed(alike), strict=True)):
            rest = [count - chose for count, chose in zip(counts, coalition, strict=True)]
            if min(rest) >= 0 and max(rest) <= outside:
                fits = True
                chosen_by_none -= {option for option in chosen_by_none if rest[option] > 0}
                chosen_by_all -= {option for option in chosen_by_all if rest[option] < outside}
                if not chosen_by_none and not chosen_by_all:
                    break
        if fits:
            yield from ((option, coalition) for option in sorted(chosen_by_none | chosen_by_all))


# Rankings


@cache
def packed(ranking: Ranking) -> int:
    """Return a ranking as one number, a byte for the place of each option and one for whether it comes first.

    Adding up such numbers adds up rankings, as long as no sum of places passes 255.
    """
    places = [ranking.index(option) + 1 for option in range(len(ranking))]
    return int.from_bytes([*places, *(place == 1 for place in places)])


@cache
def profiles(options: int, people: int) -> frozenset[int]:
    """Return all that the rankings of some people can add up to, packed."""
    if people == 0:
        return frozenset({0})
    each = [packed(ranking) for ranking in permutations(range(options))]
    return frozenset(some + one for some in profiles(options, people - 1) for one in each)


def ranked(poll: Poll, answered: int, profile: int) -> Tally:
    """Return the tally of rankings that add up to a packed number."""
    options = len(poll.options)
    numbers = tuple(profile.to_bytes(2 * options))
    return Tally(poll, answered, 0, numbers[options:], places=numbers[:options])


def indistinguishable_ranks(poll: Poll, answered: int, shown: Publisher, renamed: Renaming | None = None) -> dict[Hashable, list[int]]:
    """Return, for each result that a number of rankings can have, all that may lie behind it, packed.

    With `renamed`, what is shown is only worked out for rankings whose first choices fall from one option to the next. Every other
    group is such a group whose options have changed names, and its result is the one whose options change names likewise. Options
    that are first equally often keep their order, since where they stand may settle which of them is called rarer.
    """
    options = range(len(poll.options))
    groups: dict[Hashable, list[int]] = defaultdict(list)
    results: dict[bytes, tuple[int, Hashable]] = {}
    number_of: dict[Hashable, int] = {}
    by_names: dict[tuple[int, Ranking], list[int]] = {}
    for profile in profiles(len(options), answered):
        if renamed is None:
            groups[shown(ranked(poll, answered, profile))].append(profile)
            continue
        numbers = profile.to_bytes(2 * len(options))
        places, firsts = numbers[: len(options)], numbers[len(options) :]
        names = tuple(sorted(options, key=firsts.__getitem__, reverse=True))
        falling = bytes([*(places[name] for name in names), *(firsts[name] for name in names)])
        if falling not in results:
            result = shown(ranked(poll, answered, int.from_bytes(falling)))
            results[falling] = number_of.setdefault(result, len(number_of)), result
        # Results are told apart by number, which is quicker than by all that they hold.
        number, result = results[falling]
        if (number, names) not in by_names:
            by_names[number, names] = groups[renamed(result, names)]
        by_names[number, names].append(profile)
    return groups


def breaches_of_ranks(poll: Poll, answered: int, insiders: int, groups: Mapping[Hashable, list[int]]) -> Iterator[str]:
    """Yield a sentence for each result, with all that may lie behind it, that makes certain what a stranger's ranking is not."""
    options = len(poll.options)
    for result, alike in groups.items():
        for known in range(min(insiders, answered - 1) + 1):
            for coalition in profiles(options, known):
                for statement in _never(options, alike, coalition, answered - known):
                    yield f"rank, {answered} answers, {statement} for nobody else, insiders {coalition:#x}: {result}"


def _never(options: int, alike: list[int], coalition: int, outside: int) -> list[str]:
    """Return what can be true of no person outside a coalition; nothing where the coalition does not fit the result."""
    together, others = profiles(options, outside), profiles(options, outside - 1)
    untried, never = set(permutations(range(options))), statements(options)
    fits = False
    for profile in alike:
        if (rest := profile - coalition) in together:
            fits = True
            possible = {ranking for ranking in untried if rest - packed(ranking) in others}
            untried -= possible
            never = never.difference(*(stated_by(ranking) for ranking in possible))
            if not never:
                break
    return sorted(never) if fits else []


@cache
def stated_by(ranking: Ranking) -> frozenset[str]:
    """Return all that a ranking says: at which place each option stands, and before which other."""
    at = (f"option {option} at place {place}" for place, option in enumerate(ranking, start=1))
    before = (f"option {one} before {other}" for one, other in combinations(ranking, 2))
    return frozenset([*at, *before])


@cache
def statements(options: int) -> frozenset[str]:
    """Return all that any ranking of so many options can say."""
    return frozenset().union(*(stated_by(ranking) for ranking in permutations(range(options))))


def ranked_by(poll: Poll, rankings: Sequence[Ranking]) -> Tally:
    """Return the tally of some rankings, one for each person."""
    options = range(len(poll.options))
    firsts = tuple(sum(ranking[0] == option for ranking in rankings) for option in options)
    places = tuple(sum(ranking.index(option) + 1 for ranking in rankings) for option in options)
    return Tally(poll, len(rankings), 0, firsts, places=places)


# Lines of text


def written(poll: Poll, lines: Sequence[str], counts: Counts) -> Tally:
    """Return the tally of some lines, each written by so many people."""
    texts = sorted(line for line, count in zip(lines, counts, strict=True) for _ in range(count))
    return Tally(poll, sum(counts), 0, (), texts=tuple(texts))


def breaches_of_texts(
    poll: Poll, lines: Sequence[str], answered: int, insiders: int, shown: Publisher, *, all_written: bool = False
) -> Iterator[str]:
    """Yield a sentence for each result of lines, all approved, that makes certain who wrote one, or who did not.

    All approved is the worst case: a line that the facilitator holds back is one more that a stranger may have written. With
    `all_written` only such groups are looked at in which somebody wrote each line; where every line that was written is shown,
    no other group looks like them, and so there may be more lines.
    """
    groups: dict[Hashable, list[Counts]] = defaultdict(list)
    for spread in splits(answered - len(lines) * all_written, len(lines)):
        counts = tuple(count + all_written for count in spread)
        groups[shown(written(poll, lines, counts))].append(counts)
    for result, alike in groups.items():
        seen = [max(column) > 0 for column in zip(*alike, strict=True)]
        for known in range(min(insiders, answered - 1) + 1):
            for coalition in splits(known, len(lines)):
                left = [tuple(count - chose for count, chose in zip(counts, coalition, strict=True)) for counts in alike]
                rests = [rest for rest in left if min(rest) >= 0]
                for line, column in enumerate(zip(*rests, strict=True)):
                    if min(column) == answered - known or (max(column) == 0 and seen[line] and not coalition[line]):
                        yield f"text, {answered} answers, option {line}, insiders {coalition}: {result}"


# Passing


def breaches_by_passing(answers: Tally, insiders: int, shown: Publisher) -> Iterator[str]:
    """Yield a sentence for each result of these answers, however many passed, from which it is certain that nobody else did.

    The other way round, that everybody else passed, cannot be while more people answered than pool what they know.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for passed in range(13):  # more than any band tells apart
        groups[shown(replace(answers, passed=passed))].append(passed)
    for result, alike in groups.items():
        for known in range(insiders + 1):
            if [passed - known for passed in alike if passed >= known] == [0]:
                yield f"{answers.poll.kind}, {answers.answered} answers, nobody passed beside {known} insiders: {result}"
