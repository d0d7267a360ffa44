"""The adversary itself: it sees through rules that are spoiled a little, and misses nothing that a slower one would see."""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations, product
from math import prod
from typing import Any, Final, TypeAlias, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosure.adversary import Publisher, breaches, breaches_by_passing, breaches_of_texts, stated_by, statements
from tests.disclosure.tallies import poll_of, tally
from workshop_kit import disclosure
from workshop_kit.disclosure import ROOM, TOGETHER, Bucket, Policy, Published, publish, rules
from workshop_kit.disclosure import policy as thresholds
from workshop_kit.disclosure.rules import _leaves_room as leaves_room
from workshop_kit.disclosure.rules import _ranked as in_order
from workshop_kit.disclosure.rules import finest_cut
from workshop_kit.polls import Answer, Kind, Poll, Tally

Rule: TypeAlias = Callable[[Tally, int], Iterator[Bucket]]
Spoiler: TypeAlias = Callable[[pytest.MonkeyPatch], None]

SIZES: Final[Sequence[tuple[Kind, int]]] = (("multi", 2), ("single", 3), ("scale", 3), ("slider", 5))


def chosen(counted: Tally) -> list[int]:
    """Return the options that somebody chose."""
    return [place for place, count in enumerate(counted.counts) if count]


def by_popularity(counted: Tally) -> tuple[int, ...]:
    """Return the options, the most popular first."""
    return tuple(sorted(range(len(counted.counts)), key=lambda option: -counted.counts[option]))


# Each is meant well. Searched are polls of a kind, with so many options and answers, and how many people pool theirs.
ADDITIONS: Final[Mapping[str, tuple[Publisher, Sequence[tuple[Kind, int, int, int]]]]] = {
    "the exact counts": (
        lambda counted: counted.counts,
        [("single", 2, 8, 0), ("multi", 2, 8, 0), ("scale", 3, 8, 0), ("slider", 5, 8, 0), ("rank", 3, 6, 0)],
    ),
    "a mean": (
        lambda counted: round(sum(map(prod, enumerate(counted.counts))) / counted.answered, 1),
        [("scale", 5, 8, 0), ("slider", 5, 8, 0)],
    ),
    "the range": (lambda counted: (chosen(counted)[0], chosen(counted)[-1]), [("scale", 5, 8, 0)]),
    "which bars stand for nobody": (lambda counted: tuple(chosen(counted)), [("single", 4, 8, 0), ("multi", 3, 8, 0), ("rank", 3, 6, 0)]),
    "the most popular first, bands and all": (by_popularity, [("multi", 4, 6, 1), ("rank", 3, 6, 0)]),
    "how many crosses were made in all": (lambda counted: sum(counted.counts), [("multi", 3, 6, 0)]),
    "how many different lines, also where they are too alike": (lambda counted: len(set(counted.texts)), [("text", 0, 10, 1)]),
    "the same once more under a higher cell": (lambda counted: publish(counted, TOGETHER), [("scale", 3, 8, 1), ("slider", 5, 8, 1)]),
}


@pytest.mark.parametrize("added", ADDITIONS)
def test_what_is_added_to_a_result_makes_somebody_certain(added: str) -> None:
    """Shown beside what a room may see, each of these makes somebody's answer certain, and the adversary says whose and how."""
    addition, searches = ADDITIONS[added]
    for kind, options, answered, insiders in searches:
        found = breaches(poll_of(kind, options), answered, insiders, lambda counted: (publish(counted, ROOM), addition(counted)))

        assert next(found, "no breach found").startswith(f"{kind}, {answered} answers, option ")


@pytest.mark.parametrize("policy", [ROOM, TOGETHER], ids=str)
def test_one_friend_more_than_a_policy_reckons_with_finds_somebody(policy: Policy) -> None:
    """Two people pool their answers in a room of strangers, or three in a room of couples: that is outside the promise."""
    for kind, options in SIZES:
        assert any(breaches(poll_of(kind, options), 8, policy.cell - 1, lambda counted: publish(counted, policy))), kind
    assert any(breaches(poll_of("rank", 3), 2 * policy.cell, policy.cell - 1, lambda counted: publish(counted, policy)))


# Every rule is needed: each is spoiled in the source, and the adversary is sent to the real `publish`


def one_answer_fewer_will_do(kind: Kind) -> Spoiler:
    """Return what shows a kind of poll from one answer fewer on."""
    fewest = thresholds._FEWEST[kind]
    return lambda patch: patch.setitem(cast(dict[Kind, Any], thresholds._FEWEST), kind, lambda cell: fewest(cell) - 1)


def shown_by(kind: Kind, rule: Rule) -> Spoiler:
    """Return what makes the buckets of a kind of poll by another rule."""
    return lambda patch: patch.setitem(cast(dict[Kind, Rule], rules._BUCKETS), kind, rule)


def with_a_smaller_cell(kind: Kind) -> Spoiler:
    """Return what shows numbers of one person fewer in a kind of poll."""
    rule = rules._BUCKETS[kind]
    return shown_by(kind, lambda answers, cell: rule(answers, cell - 1))


def instead_of(name: str, spoiled: object) -> Spoiler:
    """Return what puts something spoiled in the place of a rule, or of a number in the rules."""
    return lambda patch: patch.setattr(rules, name, spoiled)


def each_by_itself(answers: Tally, cell: int) -> Iterator[Bucket]:
    """Yield every option with its exact count."""
    for option, count in zip(answers.poll.options, answers.counts, strict=True):
        yield Bucket((option.id,), count, count)


def exact_where(told: Callable[[int, int], bool]) -> Spoiler:
    """Return what tells exact counts in a multi poll where `told` lets the count of some answers pass."""

    def rule(answers: Tally, cell: int) -> Iterator[Bucket]:
        for banded, exact in zip(rules._each_option(answers, cell), each_by_itself(answers, cell), strict=True):
            yield exact if told(exact.fewest, answers.answered) else banded

    return shown_by("multi", rule)


def rare_ones_merged_without_company(answers: Tally, cell: int) -> Iterator[Bucket]:
    """Yield options by the rule of a single poll, the rare ones merged however few people that makes."""
    exact = list(each_by_itself(answers, cell))
    yield from (bucket for bucket in exact if bucket.fewest >= cell)
    rare = [bucket for bucket in exact if bucket.fewest < cell]
    people = sum(bucket.fewest for bucket in rare)
    yield Bucket(tuple(bucket.options[0] for bucket in rare), people, people)


def where_not_even_two_can_be_had(counts: Sequence[int], cell: int) -> list[tuple[int, int]]:
    """Cut a scale into all its points where it cannot be cut properly."""
    found = finest_cut(counts, cell)
    return found if len(found) > 1 else list(pairwise(range(len(counts) + 1)))


def with_means(shown: Published, answers: Tally) -> Published:
    """Tell the mean places with every order, though not the first choices."""
    return replace(in_order(shown, answers), means=tuple(round(place / answers.answered, 1) for place in answers.places))


def one_different_line_fewer(answers: Tally, policy: Policy) -> Published:
    """Show the lines of a text poll where there is one different line fewer than a cell."""
    published, lines = publish(answers, policy), rules._each_line_once(answers.texts)
    shown = published.outcome != "too_few" and len(lines) >= policy.cell - 1
    return replace(published, outcome="shown", texts=lines) if shown else published


# By how a rule begins in the essay of the package: what spoils it, and the smallest search that shows what becomes of it, in polls of a
# kind with so many options and answers, under a policy.
SPOILED: Final[Mapping[str, Sequence[tuple[Spoiler, Kind, int, int, Policy]]]] = {
    "the **floor**": [
        (lambda patch: patch.setattr(Policy, "fewest_for", lambda policy, poll: 0), "multi", 2, 3, ROOM),
        (lambda patch: patch.setattr(Policy, "fewest_for", lambda policy, poll: 0), "rank", 3, 2, ROOM),
    ],
    "the **cell**": [
        (with_a_smaller_cell(kind), kind, options, answered, policy)
        for policy, each in ((ROOM, (5, 7, 6, 6)), (TOGETHER, (7, 8, 8, 8)))
        for (kind, options), answered in zip(SIZES, each, strict=True)
    ],
    "In a ``multi`` poll": [
        (exact_where(lambda count, answered: count == 0), "multi", 2, 5, ROOM),
        (exact_where(lambda count, answered: count == answered), "multi", 2, 5, ROOM),
        (one_answer_fewer_will_do("multi"), "multi", 2, 6, TOGETHER),
    ],
    "In a ``single``, ``scale`` or ``slider`` poll": [
        (shown_by("single", each_by_itself), "single", 2, 6, ROOM),
        (shown_by("scale", each_by_itself), "scale", 2, 6, ROOM),
        (shown_by("slider", each_by_itself), "slider", 5, 6, ROOM),
        (shown_by("single", rare_ones_merged_without_company), "single", 2, 6, ROOM),
        (instead_of("finest_cut", where_not_even_two_can_be_had), "scale", 2, 6, ROOM),
    ],
    "In a ``rank`` poll": [
        (one_answer_fewer_will_do("rank"), "rank", 3, 5, ROOM),
        (one_answer_fewer_will_do("rank"), "rank", 3, 16, Policy(cell=8)),
        (instead_of("LEVEL_WITHIN", 2), "rank", 3, 6, ROOM),
        (instead_of("_ranked", with_means), "rank", 3, 6, ROOM),
        (instead_of("_leaves_room", lambda answers, firsts, cell: True), "rank", 3, 6, ROOM),
        (instead_of("_rarest_merged", each_by_itself), "rank", 3, 7, ROOM),
        (
            instead_of("_leaves_room", lambda answers, firsts, cell: leaves_room(answers, [*each_by_itself(answers, cell)], cell)),
            "rank",
            3,
            7,
            ROOM,
        ),
        (instead_of("_leaves_room", lambda answers, firsts, cell: leaves_room(answers, firsts, cell - 1)), "rank", 3, 9, ROOM),
    ],
    "In a ``text`` poll": [
        (instead_of("_each_line_once", tuple), "text", 0, 10, ROOM),
        *((instead_of("publish", one_different_line_fewer), "text", 0, 10, policy) for policy in (ROOM, TOGETHER)),
    ],
    "Passing": [
        (instead_of("publish", lambda some, policy: replace(publish(some, policy), passed=cast(Any, some.passed))), "multi", 2, 5, ROOM)
    ],
}


def is_given_away(rule: str, kind: Kind, options: int, answered: int, policy: Policy) -> bool:
    """Return whether `publish`, as it is at the moment, makes anything certain that a rule is to keep open."""
    if rule == "Passing":
        halves = tally(kind, *[answered // 2] * options, answered=answered)
        return any(breaches_by_passing(halves, policy.cell - 2, lambda answers: rules.publish(answers, policy)))
    return any(breaches(poll_of(kind, options), answered, policy.cell - 2, lambda answers: rules.publish(answers, policy)))


@pytest.mark.parametrize(("rule", "number"), [(rule, number) for rule, ways in SPOILED.items() for number in range(len(ways))])
def test_without_a_rule_somebody_becomes_certain(rule: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent to the real `publish`, the adversary finds nothing as long as a rule stands, and somebody's answer as soon as it is spoiled."""
    spoil, kind, options, answered, policy = SPOILED[rule][number]

    assert not is_given_away(rule, kind, options, answered, policy)
    spoil(monkeypatch)
    assert is_given_away(rule, kind, options, answered, policy)


def test_every_rule_is_spoiled_at_least_once() -> None:
    """Whoever writes a further rule into the essay of the package shows here that somebody would be certain without it."""
    essay = [" ".join(rule.split()) for rule in re.findall(r"^\* (.+?)(?=^\* |^$)", disclosure.__doc__ or "", re.MULTILINE | re.DOTALL)]

    assert [rule for rule in essay if not rule.startswith(tuple(SPOILED))] == []
    assert [beginning for beginning in SPOILED if not any(rule.startswith(beginning) for rule in essay)] == []


# What the adversary cannot see, because it does not guess: the floor of a light question and the higher one of a heavy question, ten
# answers for texts, and stretches of a slider that are two wide. They keep an answer from being likely, not from being certain. The
# tests of the rules and of policies hold them.


# The adversary itself is checked against one who takes no short cut


def every_answer(poll: Poll) -> list[Answer]:
    """Return all that one person may say to a poll but for passing; of texts, one of two lines."""
    ids = [option.id for option in poll.options]
    if poll.kind == "multi":
        return [list(some) for size in range(len(ids) + 1) for some in combinations(ids, size)]
    if poll.kind == "rank":
        return [list(order) for order in permutations(ids)]
    return ["a", "b"] if poll.kind == "text" else [*ids]


def stated(poll: Poll, answer: Answer) -> frozenset[str]:
    """Return all that an answer says: what is chosen, or what stands where and before what."""
    chosen = poll.chosen(answer) or ()
    return stated_by(tuple(map("abc".index, map(str, chosen)))) if poll.kind == "rank" else frozenset(map(str, chosen))


def given_away(poll: Poll, answered: int, insiders: int, shown: Publisher) -> bool:
    """Return whether any result makes anyone's answer certain, by going through every answer of every single person.

    Since a tally knows nobody, it is enough to look at the first few people as the coalition, and at the next as the stranger.
    """
    says = {str(answer): stated(poll, answer) for answer in every_answer(poll)}
    sayable = statements(len(poll.options)) if poll.kind == "rank" else frozenset().union(*says.values())
    worlds = [(shown(Tally.of(poll, world)), tuple(map(str, world))) for world in product(every_answer(poll), repeat=answered)]
    written: dict[Hashable, set[str]] = defaultdict(set)
    for result, world in worlds:
        written[result].update(world)
    for known in range(min(insiders, answered - 1) + 1):
        behind: dict[tuple[Hashable, tuple[str, ...]], list[frozenset[str]]] = defaultdict(list)
        for result, world in worlds:
            behind[result, world[:known]].append(says[world[known]])
        for (result, own), possible in behind.items():
            # That nobody else wrote a line is no breach where one wrote it oneself, or where nobody can have.
            told = written[result] - set(own) if poll.kind == "text" else sayable
            if frozenset.intersection(*possible) or told.difference(*possible):
                return True
    return False


@settings(max_examples=80)
@given(
    st.data(),
    st.sampled_from([("single", 2, 4), ("single", 3, 4), ("scale", 3, 3), ("multi", 2, 3), ("rank", 3, 2), ("rank", 3, 3), ("text", 0, 5)]),
    st.integers(0, 2),
)
def test_the_adversary_agrees_with_one_who_takes_no_short_cut(data: st.DataObject, size: tuple[Kind, int, int], insiders: int) -> None:
    """For any publisher at all, counting people finds a breach exactly where looking at every one of them does."""
    kind, options, answered = size
    poll = poll_of(kind, options)
    tallies = dict.fromkeys(Tally.of(poll, world) for world in product(every_answer(poll), repeat=answered))
    publisher = {each: data.draw(st.integers(0, 3)) for each in tallies}.__getitem__

    two_lines = breaches_of_texts(poll, "ab", answered, insiders, publisher)
    found = any(two_lines if kind == "text" else breaches(poll, answered, insiders, publisher))
    assert found == given_away(poll, answered, insiders, publisher)
