"""The adversary itself: it sees through rules that are spoiled a little, and misses nothing that a slower one would see.

Something may be added to a result by somebody who means well; and each rule of the essay that opens `disclosure` is spoiled in the
source at least once, and the adversary is sent to the real `publish`.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations, product
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.disclosure.adversary import Publisher, breaches, breaches_by_passing, breaches_of_texts, stated_by, statements
from tests.disclosure.tallies import poll_of, tally
from workshop_kit import disclosure
from workshop_kit.disclosure import ROOM, TOGETHER, Bucket, Policy, Published, publish, rules
from workshop_kit.disclosure import policy as thresholds
from workshop_kit.polls import Answer, Kind, Poll, Tally

# Nothing can be added to a safe result: each of these is meant well


def chosen(counted: Tally) -> list[int]:
    """Return the options that somebody chose."""
    return [place for place, count in enumerate(counted.counts) if count]


def mean(counted: Tally) -> float:
    """Return the mean of a scale."""
    return sum(place * count for place, count in enumerate(counted.counts, start=1)) / counted.answered


ADDITIONS: Mapping[str, Publisher] = {
    "the exact counts": lambda counted: counted.counts,
    "a mean": lambda counted: round(mean(counted), 1),
    "the range": lambda counted: (chosen(counted)[0], chosen(counted)[-1]),
    "which bars stand for nobody": lambda counted: tuple(chosen(counted)),
    "the most popular first, bands and all": lambda counted: tuple(sorted(range(len(counted.counts)), key=lambda it: -counted.counts[it])),
    "how many crosses were made in all": lambda counted: sum(counted.counts),
    "how many different lines there were, also where they are too alike": lambda counted: len(set(counted.texts)),
    "the same once more under a higher cell": lambda counted: publish(counted, Policy(cell=4)),
}


@pytest.mark.parametrize(
    ("added", "kind", "options", "answered", "insiders"),
    [
        ("the exact counts", "single", 2, 8, 0),
        ("the exact counts", "multi", 2, 8, 0),
        ("the exact counts", "scale", 3, 8, 0),
        ("the exact counts", "slider", 5, 8, 0),
        ("the exact counts", "rank", 3, 6, 0),
        ("a mean", "scale", 5, 8, 0),
        ("a mean", "slider", 5, 8, 0),
        ("the range", "scale", 5, 8, 0),
        ("which bars stand for nobody", "single", 4, 8, 0),
        ("which bars stand for nobody", "multi", 3, 8, 0),
        ("which bars stand for nobody", "rank", 3, 6, 0),
        ("the most popular first, bands and all", "multi", 4, 6, 1),
        ("the most popular first, bands and all", "rank", 3, 6, 0),
        ("how many crosses were made in all", "multi", 3, 6, 0),
        ("how many different lines there were, also where they are too alike", "text", 0, 10, 1),
        ("the same once more under a higher cell", "scale", 3, 8, 1),
        ("the same once more under a higher cell", "slider", 5, 8, 1),
    ],
)
def test_what_is_added_to_a_result_makes_somebody_certain(added: str, kind: Kind, options: int, answered: int, insiders: int) -> None:
    """Shown beside what a room may see, each of these makes somebody's answer certain, and the adversary says whose and how."""

    def shown(counted: Tally) -> Hashable:
        return publish(counted, ROOM), ADDITIONS[added](counted)

    found = next(breaches(poll_of(kind, options), answered, insiders, shown), "no breach found")

    assert found.startswith(f"{kind}, {answered} answers, option ")


@pytest.mark.parametrize(
    ("kind", "options", "answered", "policy"),
    [
        ("single", 3, 8, ROOM),
        ("multi", 2, 8, ROOM),
        ("scale", 3, 8, ROOM),
        ("slider", 5, 8, ROOM),
        ("rank", 3, 6, ROOM),
        ("multi", 2, 8, TOGETHER),
    ],
)
def test_one_friend_more_than_a_policy_reckons_with_finds_somebody(kind: Kind, options: int, answered: int, policy: Policy) -> None:
    """Two people pool their answers in a room of strangers, or three in a room of couples: that is outside the promise."""
    assert any(breaches(poll_of(kind, options), answered, policy.cell - 1, lambda counted: publish(counted, policy)))


def test_a_breach_is_told_in_one_sentence() -> None:
    """Whoever broke a rule reads which result gives away which option, and to whom."""
    found = breaches(poll_of("single", 2), 2, 1, lambda counted: counted.counts[0] > 0)

    assert sorted(found) == [
        "single, 2 answers, option 0, insiders (0, 0): False",
        "single, 2 answers, option 0, insiders (0, 1): False",
        "single, 2 answers, option 0, insiders (0, 1): True",
        "single, 2 answers, option 1, insiders (0, 0): False",
        "single, 2 answers, option 1, insiders (0, 1): False",
        "single, 2 answers, option 1, insiders (0, 1): True",
    ]


# Every rule is needed: each is spoiled in the source, and the adversary is sent to the real `publish`


def few_are_shown_too(patch: pytest.MonkeyPatch) -> None:
    """Show something of any number of answers."""
    patch.setattr(Policy, "fewest_for", lambda policy, poll: 0)


def one_answer_fewer_will_do(kind: Kind) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what shows a kind of poll from one answer fewer on."""
    fewest = thresholds._FEWEST[kind]

    def spoil(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(cast(dict[Kind, Callable[[int], int]], thresholds._FEWEST), kind, lambda cell: fewest(cell) - 1)

    return spoil


def shown_by(kind: Kind, rule: Callable[[Tally, int], Iterator[Bucket]]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what makes the buckets of a kind of poll by another rule."""

    def spoil(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(cast(dict[Kind, Callable[[Tally, int], Iterator[Bucket]]], rules._BUCKETS), kind, rule)

    return spoil


def with_a_smaller_cell(kind: Kind) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what shows numbers of one person fewer in a kind of poll."""
    rule = rules._BUCKETS[kind]
    return shown_by(kind, lambda answers, cell: rule(answers, cell - 1))


def each_by_itself(answers: Tally, cell: int) -> Iterator[Bucket]:
    """Yield every option with its exact count."""
    for option, count in zip(answers.poll.options, answers.counts, strict=True):
        yield Bucket((option.id,), option.label, count, count)


def exact_where(told: Callable[[int, int], bool]) -> Callable[[Tally, int], Iterator[Bucket]]:
    """Return the rule of a multi poll but for the counts that `told` lets pass."""

    def rule(answers: Tally, cell: int) -> Iterator[Bucket]:
        for banded, exact in zip(rules._each_option(answers, cell), each_by_itself(answers, cell), strict=True):
            yield exact if told(exact.fewest, answers.answered) else banded

    return rule


def rare_ones_merged_without_company(answers: Tally, cell: int) -> Iterator[Bucket]:
    """Yield options by the rule of a single poll, the rare ones merged however few people that makes."""
    exact = list(each_by_itself(answers, cell))
    yield from (bucket for bucket in exact if bucket.fewest >= cell)
    rare = [bucket for bucket in exact if bucket.fewest < cell]
    people = sum(bucket.fewest for bucket in rare)
    yield Bucket(tuple(bucket.options[0] for bucket in rare), "Other answers", people, people)


def where_not_even_two_can_be_had(counts: Sequence[int], cell: int, cut: Callable[..., Any] = rules.finest_cut) -> list[tuple[int, int]]:
    """Cut a scale into all its points where it cannot be cut properly."""
    found: list[tuple[int, int]] = cut(counts, cell)
    return found if len(found) > 1 else list(pairwise(range(len(counts) + 1)))


def with_means(shown: Published, answers: Tally, order: Callable[..., Published] = rules._ranked) -> Published:
    """Tell the mean places with every order, though not the first choices."""
    return replace(order(shown, answers), means=tuple(round(place / answers.answered, 1) for place in answers.places))


def room_for_fewer(people: int, leaves_room: Callable[..., bool] = rules._leaves_room) -> Callable[..., bool]:
    """Return what leaves room for so many people fewer than the coalition and one person more."""
    return lambda answers, firsts, cell: leaves_room(answers, firsts, cell - people)


def room_by_what_is_hidden(answers: Tally, firsts: object, cell: int, leaves_room: Callable[..., bool] = rules._leaves_room) -> bool:
    """Reckon the room from the true first choices, also those that are told only as other answers."""
    return leaves_room(answers, list(each_by_itself(answers, cell)), cell)


def with_passes_counted(answers: Tally, policy: Policy) -> Published:
    """Tell exactly how many passed."""
    return replace(publish(answers, policy), passed=str(answers.passed))


def different_lines(enough: Callable[[int], int]) -> Callable[[Tally, Policy], Published]:
    """Return what shows the lines of a text poll where there are as many different ones as `enough` makes of a cell."""

    def spoiled(answers: Tally, policy: Policy) -> Published:
        published, lines = publish(answers, policy), rules._each_line_once(answers.texts)
        shown = published.outcome != "too_few" and len(lines) >= enough(policy.cell)
        return replace(published, outcome="shown", texts=lines) if shown else published

    return spoiled


def instead_of(name: str, spoiled: object) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what puts something spoiled in the place of a rule, or of a number in the rules."""
    return lambda patch: patch.setattr(rules, name, spoiled)


class Mutation(NamedTuple):
    """A rule, spoiled in one way, and the smallest search that shows what becomes of it.

    A rule is named by how it begins in the essay. The insiders are as many as the policy promises to outlast.
    """

    rule: str
    what: str
    spoil: Callable[[pytest.MonkeyPatch], None]
    kind: Kind
    options: int
    answered: int
    policy: Policy

    def __str__(self) -> str:
        """Return a name for the test's report."""
        return f"{self.what}, {self.kind}, {self.answered} answers, cell {self.policy.cell}"


FLOOR = "the **floor**"
CELL = "the **cell**"
MULTI = "In a ``multi`` poll"
ADDS_UP = "In a ``single``, ``scale`` or ``slider`` poll"
RANK = "In a ``rank`` poll"
TEXT = "In a ``text`` poll"
PASSING = "Passing"

SIZES: Sequence[tuple[Kind, int]] = (("multi", 2), ("single", 3), ("scale", 3), ("slider", 5))
MUTATIONS = [
    Mutation(FLOOR, "any number will do", few_are_shown_too, "multi", 2, 3, ROOM),
    Mutation(FLOOR, "any number will do", few_are_shown_too, "rank", 3, 2, ROOM),
    *(
        Mutation(CELL, "one person smaller", with_a_smaller_cell(kind), kind, options, answered, policy)
        for policy, each in ((ROOM, (5, 7, 6, 6)), (TOGETHER, (7, 8, 8, 8)))
        for (kind, options), answered in zip(SIZES, each, strict=True)
    ),
    Mutation(MULTI, "no bands", shown_by("multi", each_by_itself), "multi", 2, 5, ROOM),
    Mutation(MULTI, "nobody is nobody", shown_by("multi", exact_where(lambda count, answered: count == 0)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "everyone is everyone", shown_by("multi", exact_where(lambda count, answered: count == answered)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "no upper band", shown_by("multi", exact_where(lambda count, answered: 2 * count > answered)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "no lower band", shown_by("multi", exact_where(lambda count, answered: 2 * count < answered)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "bands that overlap", one_answer_fewer_will_do("multi"), "multi", 2, 6, TOGETHER),
    Mutation(ADDS_UP, "nothing merged", shown_by("single", each_by_itself), "single", 2, 6, ROOM),
    Mutation(ADDS_UP, "nothing merged", shown_by("scale", each_by_itself), "scale", 2, 6, ROOM),
    Mutation(ADDS_UP, "nothing merged", shown_by("slider", each_by_itself), "slider", 5, 6, ROOM),
    Mutation(ADDS_UP, "merged without company", shown_by("single", rare_ones_merged_without_company), "single", 2, 6, ROOM),
    Mutation(ADDS_UP, "not even two is no reason", instead_of("finest_cut", where_not_even_two_can_be_had), "scale", 2, 6, ROOM),
    Mutation(ADDS_UP, "not even two is no reason", instead_of("finest_cut", where_not_even_two_can_be_had), "slider", 5, 6, ROOM),
    Mutation(RANK, "an order of one answer fewer", one_answer_fewer_will_do("rank"), "rank", 3, 5, ROOM),
    Mutation(RANK, "an order of one answer fewer", one_answer_fewer_will_do("rank"), "rank", 3, 16, Policy(cell=8)),
    Mutation(RANK, "level within half a place", instead_of("LEVEL_WITHIN", 2), "rank", 3, 6, ROOM),
    Mutation(RANK, "means with every order", instead_of("_ranked", with_means), "rank", 3, 6, ROOM),
    Mutation(RANK, "numbers with every order", instead_of("_leaves_room", lambda answers, firsts, cell: True), "rank", 3, 6, ROOM),
    Mutation(RANK, "first choices unmerged", instead_of("_rarest_merged", each_by_itself), "rank", 3, 7, ROOM),
    Mutation(RANK, "room reckoned from what is hidden", instead_of("_leaves_room", room_by_what_is_hidden), "rank", 3, 7, ROOM),
    Mutation(RANK, "room for one person fewer", instead_of("_leaves_room", room_for_fewer(1)), "rank", 3, 9, ROOM),
    Mutation(RANK, "room for one person fewer", instead_of("_leaves_room", room_for_fewer(1)), "rank", 3, 12, TOGETHER),
    Mutation(TEXT, "lines as often as written", instead_of("_each_line_once", tuple), "text", 0, 10, ROOM),
    Mutation(TEXT, "one line is enough", instead_of("publish", different_lines(lambda cell: 1)), "text", 0, 10, ROOM),
    Mutation(TEXT, "one different line fewer", instead_of("publish", different_lines(lambda cell: cell - 1)), "text", 0, 10, ROOM),
    Mutation(TEXT, "one different line fewer", instead_of("publish", different_lines(lambda cell: cell - 1)), "text", 0, 10, TOGETHER),
    Mutation(PASSING, "passes counted", instead_of("publish", with_passes_counted), "multi", 2, 5, ROOM),
]


def given_away_in(mutation: Mutation) -> bool:
    """Return whether `publish`, as it is at the moment, makes anything certain that the rule of a mutation is to keep open."""
    kind, policy, answered = mutation.kind, mutation.policy, mutation.answered
    poll, insiders = poll_of(kind, mutation.options), policy.cell - 2
    if mutation.rule == PASSING:
        halves = tally(kind, *[answered // 2] * mutation.options, answered=answered)
        return any(breaches_by_passing(halves, insiders, lambda answers: rules.publish(answers, policy)))
    return any(breaches(poll, answered, insiders, lambda answers: rules.publish(answers, policy)))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_without_a_rule_somebody_becomes_certain(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The adversary finds nothing as long as the rule stands, and somebody's answer as soon as it is spoiled."""
    assert not given_away_in(mutation)

    mutation.spoil(monkeypatch)
    assert given_away_in(mutation)


def test_every_rule_is_spoiled_at_least_once() -> None:
    """Whoever writes a further rule into the essay of the package shows here that somebody would be certain without it."""
    essay = [" ".join(rule.split()) for rule in re.findall(r"^\* (.+?)(?=^\* |^$)", disclosure.__doc__ or "", re.MULTILINE | re.DOTALL)]
    spoiled = {mutation.rule for mutation in MUTATIONS}

    assert [rule for rule in essay if not rule.startswith(tuple(spoiled))] == []
    assert [beginning for beginning in spoiled if not any(rule.startswith(beginning) for rule in essay)] == []


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
    if poll.kind == "rank":
        ids = [option.id for option in poll.options]
        return stated_by(tuple(ids.index(option) for option in chosen))
    return frozenset(map(str, chosen))


def given_away(poll: Poll, answered: int, insiders: int, shown: Publisher) -> bool:
    """Return whether any result makes anyone's answer certain, by going through every answer of every single person."""
    worlds = list(product(every_answer(poll), repeat=answered))
    results = [shown(Tally.of(poll, world)) for world in worlds]
    says = {str(answer): stated(poll, answer) for answer in every_answer(poll)}
    sayable = statements(len(poll.options)) if poll.kind == "rank" else frozenset().union(*says.values())
    written_in: dict[Hashable, set[str]] = {}
    for world, result in zip(worlds, results, strict=True):
        written_in.setdefault(result, set()).update(map(str, world))
    for size in range(min(insiders, answered - 1) + 1):
        for coalition in combinations(range(answered), size):
            seen: dict[tuple[Hashable, tuple[str, ...]], list[tuple[Answer, ...]]] = {}
            for world, result in zip(worlds, results, strict=True):
                seen.setdefault((result, tuple(str(world[person]) for person in coalition)), []).append(world)
            strangers = set(range(answered)) - set(coalition)
            for (result, own), possible in seen.items():
                for person, statement in product(strangers, sayable):
                    true = {statement in says[str(world[person])] for world in possible}
                    # That nobody else wrote a line is no breach where one wrote it oneself, or where nobody can have.
                    told = poll.kind != "text" or (statement in written_in[result] and statement not in own)
                    if true == {True} or (true == {False} and told):
                        return True
    return False


def told_by(says: Callable[[Tally], int]) -> Publisher:
    """Return a publisher that shows no more than what `says` makes of a tally."""
    return lambda answers: says(answers)


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
    tallies_of = dict.fromkeys(Tally.of(poll, world) for world in product(every_answer(poll), repeat=answered))
    said = {each: data.draw(st.integers(0, 3)) for each in tallies_of}
    publisher = told_by(said.__getitem__)

    search = (
        breaches_of_texts(poll, "ab", answered, insiders, publisher) if kind == "text" else breaches(poll, answered, insiders, publisher)
    )
    assert any(search) == given_away(poll, answered, insiders, publisher)
