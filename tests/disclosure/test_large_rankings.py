"""Rankings of groups that are too large to go through: tried by example.

For every place that a stranger may have given an option, other answers are sought that would have been published just the same.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, product
from random import Random
from typing import Final

import pytest

from tests.disclosure.adversary import Ranking, ranked_by
from tests.disclosure.tallies import group, poll_of
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, Published, publish, rules
from workshop_kit.disclosure.rules import LEVEL_WITHIN
from workshop_kit.polls import Poll, Tally

# How often another world is sought, for how long each time, and how often a step leads away from it.
ATTEMPTS: Final = 8
STEPS: Final = 3000
WRONG_STEPS: Final = 0.02


def another_world(
    poll: Poll, rankings: Sequence[Ranking], insiders: int, option: int, place: int, shown: Callable[[Tally], Published], chance: Random
) -> list[Ranking] | None:
    """Return rankings that are published just like these, in which a stranger has an option at a place (0 is best).

    The first `insiders` rankings are the coalition's and stay what they are; the stranger is the next in the list. If anybody
    else outside the coalition has the option at that place, the two merely change answers. If nobody has, the stranger's answer is
    changed, and then one person's after the other, two neighbouring options at a time, towards what was published. Where only the
    order was, it may help to begin with a group that is of one mind. None is returned where nothing was found, which proves
    nothing yet, but is reason enough to look.
    """
    world = list(rankings)
    for other in range(insiders, len(world)):
        if world[other][place] == option:
            world[insiders], world[other] = world[other], world[insiders]
            return world
    original = ranked_by(poll, rankings)
    result = shown(original)
    for attempt in range(ATTEMPTS):
        of_one_mind = attempt % 2 == 1 and not result.means
        world = [*rankings[:insiders], *(_of_one_mind(result, len(rankings) - insiders) if of_one_mind else rankings[insiders:])]
        world[insiders] = _exchanged(world[insiders], place, world[insiders].index(option))
        if _walk(world, insiders, place, original, shown, chance):
            return world
    return None


def _walk(world: list[Ranking], insiders: int, place: int, original: Tally, shown: Callable[[Tally], Published], chance: Random) -> bool:
    """Change rankings outside the coalition until they are published as the original is; return whether that came about."""
    poll, result = original.poll, shown(original)
    away = _distance(result, original, ranked_by(poll, world))
    for _ in range(STEPS):
        if away == 0 and shown(ranked_by(poll, world)) == result:
            return True
        person, left = chance.randrange(insiders, len(world)), chance.randrange(len(poll.options) - 1)
        if person == insiders and place in (left, left + 1):
            continue
        before = world[person]
        world[person] = _exchanged(before, left, left + 1)
        further = _distance(result, original, ranked_by(poll, world))
        # Now and then a step in the wrong direction, or a walk ends in the first dead end.
        if further <= away or chance.random() < WRONG_STEPS:
            away = further
        else:
            world[person] = before
    return False


def _distance(result: Published, original: Tally, found: Tally) -> int:
    """Return how far a tally is from being published as the original is, in places; 0 where its numbers or its order are the same."""
    number = {option.id: number for number, option in enumerate(original.poll.options)}
    if result.means:
        firsts = (abs(bucket.fewest - sum(found.counts[number[option]] for option in bucket.options)) for bucket in result.buckets)
        return 2 * sum(firsts) + sum(abs(one - other) for one, other in zip(original.places, found.places, strict=True))
    level_within = found.answered // LEVEL_WITHIN
    levels = [sorted(found.places[number[option]] for option in level) for level in result.order]
    apart = sum(max(0, worse - better - level_within) for level in levels for better, worse in pairwise(level))
    return apart + sum(max(0, level_within + 1 - (worse[0] - better[-1])) for better, worse in pairwise(levels))


def _of_one_mind(result: Published, people: int) -> Iterator[Ranking]:
    """Yield rankings in the published order; options that are level take turns, forwards and backwards."""
    number = {option.id: number for number, option in enumerate(result.poll.options)}
    for person in range(people):
        ranking: list[int] = []
        for level in result.order:
            turn = person // 2 % len(level)
            turned = [number[option] for option in (*level[turn:], *level[:turn])]
            ranking += reversed(turned) if person % 2 else turned
        yield tuple(ranking)


def _exchanged(ranking: Ranking, one: int, other: int) -> Ranking:
    exchanged = list(ranking)
    exchanged[one], exchanged[other] = ranking[other], ranking[one]
    return tuple(exchanged)


def as_they_come(answers: Sequence[Ranking], insiders: int) -> list[Ranking]:
    """Return the rankings as they are, the coalition just anyone."""
    return list(answers)


def opposed(answers: Sequence[Ranking], insiders: int) -> list[Ranking]:
    """Return the same rankings, those in front that are least like the rest: as a coalition they know most of the others."""
    places = ranked_by(poll_of("rank", len(answers[0])), answers).places
    order = sorted(range(len(places)), key=lambda option: places[option])
    return sorted(answers, key=lambda ranking: sum(order.index(option) * place for place, option in enumerate(ranking)))


def reversed_by_a_coalition(answers: Sequence[Ranking], insiders: int) -> list[Ranking]:
    """Return the rankings with a coalition in front who all turned the order round, the worst that can meet a group in agreement."""
    backwards = tuple(reversed(range(len(answers[0]))))
    return [backwards] * insiders + list(answers[insiders:])


COALITIONS: Final[Sequence[Callable[[Sequence[Ranking], int], list[Ranking]]]] = (as_they_come, opposed, reversed_by_a_coalition)


def profiles(policy: Policy, options: int, most: int, chance: Random) -> Iterator[list[Ranking]]:
    """Yield groups between all over the place and all of one mind, with coalitions of three kinds in front."""
    fewest = max(9, policy.fewest_for(poll_of("rank", options)))
    for clear, coalition in product((0, 0.1, 0.2, 0.4, 0.8, 1.5, 5), COALITIONS):
        yield coalition(group(chance, options, chance.randint(fewest, most), clear), policy.cell - 2)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("policy", "options", "most", "seed"),
    [
        (policy, options, most, seed)
        for policy, most, asked in ((ROOM, 40, (4, 5, 6)), (TOGETHER, 40, (4, 5, 6)), (WEBINAR, 100, (4, 5)))
        for options, seed in product(asked, (1, 2))
    ],
)
def test_a_stranger_may_have_put_any_option_at_any_place(policy: Policy, options: int, most: int, seed: int) -> None:
    """For every option and place there are answers, published just so, in which a stranger put that option at that place."""
    poll, insiders, chance = poll_of("rank", options), policy.cell - 2, Random(seed)
    numbers = set()

    for answers in profiles(policy, options, most, Random(seed)):
        result = publish(ranked_by(poll, answers), policy)
        numbers.add(bool(result.means))
        for option, place in product(range(options), repeat=2):
            world = another_world(poll, answers, insiders, option, place, lambda each: publish(each, policy), chance)
            assert world is not None, f"nobody else can have option {option} at place {place + 1} behind {result}: {answers}"
            assert world[insiders][place] == option
            assert world[:insiders] == answers[:insiders]
            assert len(world) == len(answers)
            assert publish(ranked_by(poll, world), policy) == result

    assert numbers == {True, False}, "results with numbers and without were both to be tried"


def test_the_search_does_not_find_what_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all sums are equal and half the group put a first, the other half put it last, and nobody anywhere else.

    If such numbers are shown, no stranger can be found who put it in the middle; as the rule withholds them, one can.
    """
    poll, chance = poll_of("rank", 5), Random(1)
    answers: list[Ranking] = [(0, 1, 2, 3, 4), (0, 4, 3, 2, 1), (1, 2, 3, 4, 0), (4, 3, 2, 1, 0)] * 3
    arguments = (poll, answers, 1, 0, 2, lambda each: publish(each, ROOM), chance)

    assert another_world(*arguments) is not None

    monkeypatch.setattr(rules, "_leaves_room", lambda each, firsts, cell: True)
    assert another_world(*arguments) is None
