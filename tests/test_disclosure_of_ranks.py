"""Disclosure of rankings: the order of a group, and when first choices and mean places may be told with it.

The first part looks at the rules. The second sends an adversary (see `adversary`) through all rankings of small groups; what
is too large for that is tried by example: for every place that a stranger may have given an option, other answers are
sought that would have been published just the same. That the adversary bites is shown in `test_disclosure`.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations, product
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adversary import Counts, Ranking, another_world, breaches, indistinguishable_ranks, ranked_by
from workshop_kit.disclosure import FEW, ROOM, TOGETHER, WEBINAR, Policy, Published, publish, rules
from workshop_kit.polls import Option, Poll, Tally

unhurried = settings(deadline=None)

policies = st.builds(Policy, floor=st.integers(5, 12), cell=st.integers(3, 7))


def poll_of(options: int) -> Poll:
    """Return a ranking of options that are called a, b, c and so on."""
    return Poll("p", "rank", "Best first?", tuple(Option(letter, letter) for letter in "abcdef"[:options]))


def tally(*answers: str) -> Tally:
    """Return the tally of answers such as "3 cab": three people who rank c before a before b."""
    people = [(int(number), order) for number, order in (answer.split() for answer in answers)]
    return Tally.of(poll_of(len(people[0][1])), [list(order) for number, order in people for _ in range(number)])


def told(published: Published) -> str:
    """Return the published order as "c ab": c first, then a and b, which are level."""
    return " ".join("".join(map(str, level)) for level in published.order)


def group(chance: Random, options: int, people: int, clear: float) -> list[Ranking]:
    """Return what some people rank who lean to the earlier options, the more so the clearer the matter is."""
    return [tuple(sorted(range(options), key=lambda option: clear * option + chance.gauss(0, 1))) for _ in range(people)]


@st.composite
def tallies(draw: st.DrawFn, options: int | None = None) -> Tally:
    """Return the tally of up to forty people, between all over the place and all of one mind."""
    chance, many = Random(draw(st.integers(0, 10**6))), options or draw(st.integers(3, 6))
    return ranked_by(poll_of(many), group(chance, many, draw(st.integers(0, 40)), draw(st.sampled_from((0, 0.1, 0.3, 1, 5)))))


# The rules


@pytest.mark.parametrize(
    ("answers", "order"),
    [
        (["6 abc"], "a b c"),
        (["6 cba"], "c b a"),
        (["3 abc", "3 acb"], "a bc"),
        (["3 acb", "3 cab"], "ac b"),
        (["2 abc", "2 bca", "2 cab"], "abc"),
        (["3 abcd", "3 bacd"], "ab c d"),
        (["3 dabc", "3 cabd"], "a cd b"),
    ],
)
def test_options_stand_in_the_order_of_their_mean_places(answers: list[str], order: str) -> None:
    """The option with the best mean place comes first, and options with the same mean place stand level."""
    assert told(publish(tally(*answers), ROOM)) == order


@pytest.mark.parametrize(
    ("answers", "order"),
    [
        # Eight people, so one place in sum is an eighth of a place in the mean, and two are more.
        (["4 abc", "3 bac", "1 bca"], "ab c"),
        (["4 abc", "4 bac"], "ab c"),
        (["5 abc", "3 bac"], "a b c"),
        # Seven people: not even one place is level.
        (["4 abc", "3 bac"], "a b c"),
        # Sums of 16, 15 and 17: a is level with both others, and so they are with each other, though further apart.
        (["3 abc", "3 bca", "2 cab"], "abc"),
    ],
)
def test_options_no_more_than_an_eighth_of_a_place_apart_are_level(answers: list[str], order: str) -> None:
    """Whether two options are level depends on the gap between them; in a row of small gaps all are level."""
    assert told(publish(tally(*answers), ROOM)) == order


def test_the_options_of_a_level_stand_in_the_order_of_the_poll() -> None:
    """Within a level, nothing says which option was a little ahead."""
    ahead, behind = tally("8 abc", "7 bac"), tally("7 abc", "8 bac")

    assert told(publish(ahead, ROOM)) == told(publish(behind, ROOM)) == "ab c"


def test_first_choices_and_mean_places_are_told_where_they_leave_room() -> None:
    """Thirteen people of many minds get to see the order, which option comes first how often, and the mean places."""
    published = publish(tally("3 abc", "3 acb", "3 bac", "1 bca", "1 cab", "2 cba"), ROOM)

    assert told(published) == "a b c"
    assert [(bucket.label, bucket.count) for bucket in published.buckets] == [("a", 6), ("b", 4), ("c", 3)]
    assert published.means == (1.8, 2.0, 2.2)


@pytest.mark.parametrize(
    ("policy", "firsts", "places"),
    [(ROOM, (3, 3, 3), (18, 18, 18)), (ROOM, (3, 3, 2, 1), (22, 22, 23, 23)), (TOGETHER, (4, 4, 4), (24, 24, 24))],
)
def test_the_smallest_groups_that_see_numbers_are_of_many_minds(policy: Policy, firsts: Counts, places: Counts) -> None:
    """Nine people can see numbers, or twelve where couples come, if hardly two of them agree."""
    poll, people = poll_of(len(firsts)), 3 * policy.cell

    assert publish(Tally(poll, people, 0, firsts, places=places), policy).means


def test_rare_first_choices_become_other_answers() -> None:
    """First choices are told by the rule of a single choice: what is rare is merged, and stands last."""
    published = publish(tally("2 abcd", "3 bcad", "2 dcba", "2 cadb", "3 bdac", "2 dabc"), ROOM)

    assert [(bucket.label, bucket.count) for bucket in published.buckets] == [("b", 6), ("d", 4), ("Other answers: a; c", 4)]


@pytest.mark.parametrize(
    "answers",
    [
        # Three put a first. Where all sums are equal, the other three can only have put it last.
        ["3 abc", "3 cba"],
        # All of one mind: a number would say so.
        ["12 abc"],
        # Everyone put c last.
        ["6 abc", "6 bac"],
        # Everyone put a or b first.
        ["6 acb", "6 bca"],
        # Only two put another option first, too few for two numbers.
        ["10 abc", "2 bca"],
    ],
)
def test_where_numbers_would_say_too_much_the_order_alone_is_shown(answers: list[str]) -> None:
    """Numbers that leave no room for a person to have answered otherwise are not shown, and the order is."""
    close = tally(*answers)
    published = publish(close, ROOM)

    assert published.order
    assert published == Published(close.poll, ROOM, "shown", close.answered, FEW, order=published.order)


@pytest.mark.parametrize(
    ("policy", "answered", "outcome"),
    [
        (ROOM, 5, "too_few"),
        (ROOM, 6, "shown"),
        (TOGETHER, 7, "too_few"),
        (TOGETHER, 8, "shown"),
        (Policy(8, 3), 7, "too_few"),
        (Policy(8, 3), 8, "shown"),
        (Policy(5, 7), 13, "too_few"),
        (Policy(5, 7), 14, "shown"),
        (Policy(5, 8), 16, "too_few"),
        (Policy(5, 8), 17, "shown"),
        (WEBINAR, 22, "too_few"),
        (WEBINAR, 23, "shown"),
    ],
)
def test_an_order_waits_for_enough_answers(policy: Policy, answered: int, outcome: str) -> None:
    """An order takes two cells of people, and from a cell of eight on a few more, as an eighth of the group is more there."""
    assert publish(tally(f"{answered} abc"), policy).outcome == outcome


# What holds for all rankings


@unhurried
@given(tallies(), policies)
def test_an_order_is_true_and_complete(answers: Tally, policy: Policy) -> None:
    """Each option stands in one level, and whatever stands before another was ranked better on the whole, and clearly so."""
    published = publish(answers, policy)
    ids = [option.id for option in answers.poll.options]
    places = dict(zip(ids, answers.places, strict=True))

    if published.outcome == "shown":
        assert sorted(option for level in published.order for option in level) == ids
        for number, level in enumerate(published.order):
            later = [option for behind in published.order[number + 1 :] for option in behind]
            assert all(8 * (places[worse] - places[better]) > answers.answered for better, worse in product(level, later))
            assert list(level) == sorted(level)


@unhurried
@given(tallies(), policies)
def test_an_order_needs_no_more_than_enough_answers(answers: Tally, policy: Policy) -> None:
    """A ranking is never too alike to be shown: that all agree on an order makes nobody's answer certain."""
    shown = answers.answered >= policy.fewest_for(answers.poll)

    assert publish(answers, policy).outcome == ("shown" if shown else "too_few")


@unhurried
@given(tallies(), policies)
def test_first_choices_and_means_are_told_together_or_not_at_all(answers: Tally, policy: Policy) -> None:
    """Numbers come as a whole: at least two first choices of at least a cell of people, and a mean for every option."""
    published = publish(answers, policy)

    assert bool(published.buckets) == bool(published.means)
    if published.means:
        assert published.means == tuple(round(place / answers.answered, 1) for place in answers.places)
        assert len(published.buckets) > 1
        assert sum(bucket.fewest for bucket in published.buckets) == answers.answered
        assert all(bucket.band is None and policy.cell <= bucket.fewest <= answers.answered - policy.cell for bucket in published.buckets)
        first = dict(zip((option.id for option in answers.poll.options), answers.counts, strict=True))
        assert all(bucket.fewest == sum(first[str(option)] for option in bucket.options) for bucket in published.buckets)


@unhurried
@given(tallies(), policies, st.integers(0, 4))
def test_a_higher_cell_never_shows_more_of_a_ranking(answers: Tally, policy: Policy, more: int) -> None:
    """Raising the cell leaves the order as it is, or withholds it, and never adds a number."""
    low, high = publish(answers, policy), publish(answers, policy.raised(cell=policy.cell + more))

    assert high.order in (low.order, ())
    assert high.means in (low.means, ())
    assert len(high.buckets) <= len(low.buckets)


@unhurried
@given(st.data(), tallies(), policies)
def test_options_in_another_order_are_ranked_alike(data: st.DataObject, answers: Tally, policy: Policy) -> None:
    """In which order an author wrote the options has no say in which of them are level, or come first."""
    turned = data.draw(st.permutations(range(len(answers.places))))
    poll = Poll("p", "rank", "Best first?", tuple(answers.poll.options[place] for place in turned))
    firsts, places = (tuple(numbers[place] for place in turned) for numbers in (answers.counts, answers.places))

    order = publish(Tally(poll, answers.answered, 0, firsts, places=places), policy).order

    assert [set(level) for level in order] == [set(level) for level in publish(answers, policy).order]


# The adversary, sent through all rankings of small groups


class Case(NamedTuple):
    """One search: rankings of so many options, under a policy, by so many people, and whether numbers are ever shown to them."""

    policy: Policy
    options: int
    answered: range
    numbers: bool

    def __str__(self) -> str:
        """Return a name for the test's report."""
        return f"cell {self.policy.cell}, {self.options} options, {' to '.join(map(str, sorted({self.answered[0], self.answered[-1]})))} people"


CASES = [
    Case(ROOM, 3, range(6, 15), numbers=True),
    Case(TOGETHER, 3, range(8, 15), numbers=True),
    Case(Policy(5, 5), 3, range(10, 16), numbers=True),
    Case(Policy(5, 8), 3, range(17, 18), numbers=False),
    Case(WEBINAR, 3, range(23, 24), numbers=False),
    Case(ROOM, 4, range(6, 9), numbers=False),
    Case(ROOM, 4, range(9, 10), numbers=True),
    Case(TOGETHER, 4, range(8, 9), numbers=False),
]


@pytest.mark.no_cover
@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_result_makes_any_place_in_anyones_ranking_certain(case: Case) -> None:
    """Whoever pools up to two answers fewer than the cell knows of nobody else where they put an option, or where they did not.

    Nor which of two options they put before the other.
    """
    poll = poll_of(case.options)
    assert case.answered[0] >= case.policy.fewest_for(poll), "fewer see nothing"

    found = [
        breach
        for answered in case.answered
        for breach in breaches(poll, answered, case.policy.cell - 2, lambda answers: publish(answers, case.policy))
    ]

    assert found == []


@pytest.mark.no_cover
@pytest.mark.parametrize("case", [case for case in CASES if case.options == 3], ids=str)
def test_the_rules_leave_something_to_say_about_rankings(case: Case) -> None:
    """The adversary did not fail for want of results: every kind of order can be had, and in larger groups numbers with it."""
    results = indistinguishable_ranks(poll_of(3), case.answered[-1], lambda answers: publish(answers, case.policy))

    orders = {told(result) for result in results if isinstance(result, Published)}
    assert orders >= {" ".join(order) for order in permutations("abc")} | {"abc", "ab c", "a bc"}
    assert any(result.means for result in results if isinstance(result, Published)) == case.numbers


# The adversary, sent to larger groups


class Sample(NamedTuple):
    """Some groups to be tried: how many options they rank, under which policy, and how many people they are."""

    policy: Policy
    options: int
    most: int


def opposed(rankings: Sequence[Ranking], insiders: int) -> list[Ranking]:
    """Return the same rankings, those in front that are least like the rest: as a coalition they know most of the others."""
    answers = ranked_by(poll_of(len(rankings[0])), rankings)
    order = sorted(range(len(answers.places)), key=lambda option: answers.places[option])
    return sorted(rankings, key=lambda ranking: sum(order.index(option) * place for place, option in enumerate(ranking)))


def reversed_by_a_coalition(rankings: Sequence[Ranking], insiders: int) -> list[Ranking]:
    """Return the rankings with a coalition in front who all turned the order round, the worst that can meet a group in agreement."""
    backwards = tuple(reversed(range(len(rankings[0]))))
    return [backwards] * insiders + list(rankings[insiders:])


def as_they_come(rankings: Sequence[Ranking], insiders: int) -> list[Ranking]:
    """Return the rankings as they are, the coalition just anyone."""
    return list(rankings)


def profiles(sample: Sample, seed: int) -> Iterator[list[Ranking]]:
    """Yield groups between all over the place and all of one mind, with coalitions of three kinds in front."""
    chance = Random(seed)
    fewest = max(9, sample.policy.fewest_for(poll_of(sample.options)))
    for clear, coalition in product((0, 0.1, 0.2, 0.4, 0.8, 1.5, 5), (as_they_come, opposed, reversed_by_a_coalition)):
        rankings = group(chance, sample.options, chance.randint(fewest, sample.most), clear)
        yield coalition(rankings, sample.policy.cell - 2)


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "sample",
    [
        *(Sample(policy, options, 40) for policy in (ROOM, TOGETHER) for options in (4, 5, 6)),
        *(Sample(WEBINAR, options, 100) for options in (4, 5)),
    ],
    ids=lambda sample: f"cell {sample.policy.cell}, {sample.options} options",
)
def test_a_stranger_may_have_put_any_option_at_any_place(sample: Sample, seed: int) -> None:
    """For every option and place there are answers, published just so, in which a stranger put that option at that place."""
    poll, insiders, chance = poll_of(sample.options), sample.policy.cell - 2, Random(seed)
    numbers = set()

    for rankings in profiles(sample, seed):
        result = publish(ranked_by(poll, rankings), sample.policy)
        numbers.add(bool(result.means))
        for option, place in product(range(sample.options), repeat=2):
            world = another_world(poll, rankings, insiders, option, place, lambda answers: publish(answers, sample.policy), chance)
            assert world is not None, f"nobody else can have option {option} at place {place + 1} behind {result}: {rankings}"
            assert world[insiders][place] == option
            assert world[:insiders] == rankings[:insiders]
            assert len(world) == len(rankings)
            assert publish(ranked_by(poll, world), sample.policy) == result

    assert numbers == {True, False}, "results with numbers and without were both to be tried"


def test_the_search_does_not_find_what_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all sums are equal and half the group put a first, the other half put it last, and nobody anywhere else.

    If such numbers are shown, no stranger can be found who put it in the middle; as the rule withholds them, one can.
    """
    poll, chance = poll_of(5), Random(1)
    rankings: list[Ranking] = [(0, 1, 2, 3, 4), (0, 4, 3, 2, 1), (1, 2, 3, 4, 0), (4, 3, 2, 1, 0)] * 3
    arguments = (poll, rankings, 1, 0, 2, lambda answers: publish(answers, ROOM), chance)

    assert another_world(*arguments) is not None

    monkeypatch.setattr(rules, "_leaves_room", lambda answers, firsts, cell: True)
    assert another_world(*arguments) is None
