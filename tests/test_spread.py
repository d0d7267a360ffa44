"""Spread: where the middle of a slider's answers lies is told truly, no more widely than the chart, and gives nothing away."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations_with_replacement
from statistics import median
from typing import Final

import pytest

from tests.adversary import Counts, choices, indistinguishable
from workshop_kit import charts
from workshop_kit.disclosure import EXPORT, ROOM, TOGETHER, Policy, Published, Spread, coarsened, publish, spread
from workshop_kit.polls import HIGHEST, STRETCHES, Poll, Tally

POLICIES: Final = (ROOM, TOGETHER, Policy(cell=5))
MOST: Final = 12
SLIDER: Final = Poll.from_dict({"id": "ease", "kind": "slider", "question": "How?", "low": "Low", "high": "High", "section": "01"})
SCALE: Final = Poll.from_dict({"id": "much", "kind": "scale", "question": "How much?", "options": ["A", "B", "C"], "section": "01"})
ROW: Final = "With all answers in a row from low to high, their middle"


@cache
def result(counts: Counts, policy: Policy = ROOM) -> Published:
    """Return what is published of so many answers in each stretch of a slider."""
    return publish(Tally(SLIDER, sum(counts), 0, counts), policy)


def quantiles(numbers: Sequence[int], quarters: int) -> list[int]:
    """Return the numbers in a list with so many quarters of it at or below them, and the other quarters at or above."""
    n = len(numbers)
    below = {each: sum(other <= each for other in numbers) for each in numbers}
    above = {each: sum(other >= each for other in numbers) for each in numbers}
    return [each for each in sorted(below) if 4 * below[each] >= quarters * n and 4 * above[each] >= (4 - quarters) * n]


def answers(counts: Counts) -> Iterator[list[int]]:
    """Yield answers that are counted so: all at the low ends of their stretches, and all at the high ends."""
    for end in (0, 1):
        yield [stretch[end] for stretch, count in zip(STRETCHES, counts, strict=True) for _ in range(count)]


def lies_within(numbers: Sequence[int], told: Spread) -> bool:
    """Return whether the median of some answers, and every number that may be called a quartile, lies where it is told to lie."""
    middle, half = told.middle or (0, HIGHEST), told.half or (0, HIGHEST)
    quartiles = [*quantiles(numbers, 1), *quantiles(numbers, 3)]
    medians = [*quantiles(numbers, 2), median(numbers)]
    return all(half[0] <= each <= half[1] for each in quartiles) and all(middle[0] <= each <= middle[1] for each in medians)


# What is told


@pytest.mark.parametrize(
    ("counts", "middle", "half"),
    [
        ((1, 3, 5, 3, 1), (4, 6), None),
        ((3, 3, 12, 3, 3), (4, 6), (2, 8)),
        ((0, 0, 0, 9, 3), (0, 8), None),
        ((12, 0, 0, 0, 3), (0, 1), (0, 1)),
        ((0, 3, 0, 3, 0), None, None),
        ((4, 0, 0, 0, 4), None, None),
        ((3, 3, 3, 0, 0), (2, 3), None),
    ],
)
def test_the_middle_and_its_half_are_stretches_of_the_slider(
    counts: Counts, middle: tuple[int, int] | None, half: tuple[int, int] | None
) -> None:
    """A stretch goes from one number of the slider to another; one that would be the whole slider is left out."""
    assert spread(result(counts)) == (middle, half)


@pytest.mark.parametrize("shown", [result((1, 1, 1, 1, 0)), result((12, 0, 0, 0, 0)), publish(Tally(SCALE, 12, 0, (4, 4, 4)), ROOM)])
def test_nothing_is_told_where_nothing_is_shown_or_asked_with_words(shown: Published) -> None:
    """Too few answers, answers too much alike, and the points of a scale have no middle here."""
    assert spread(shown) == Spread()


# That it is true


@pytest.mark.parametrize("policy", POLICIES)
def test_the_true_middle_lies_where_it_is_told_to_lie(policy: Policy) -> None:
    """Of every tally of up to twelve people, wherever in their stretches the answers were."""
    for people in range(1, MOST + 1):
        for counts in choices(SLIDER, people):
            told = spread(result(counts, policy))
            assert all(lies_within(each, told) for each in answers(counts)), counts


def test_it_is_true_of_all_that_six_or_seven_people_can_answer() -> None:
    """Every set of whole numbers that so many phones can send, not only those at the ends of stretches."""
    for people in (6, 7):
        for numbers in combinations_with_replacement(range(HIGHEST + 1), people):
            counts = tuple(sum(low <= each <= high for each in numbers) for low, high in STRETCHES)
            assert lies_within(numbers, spread(result(counts))), numbers


@pytest.mark.parametrize("policy", POLICIES)
def test_it_is_no_wider_than_the_chart_makes_it(policy: Policy) -> None:
    """Both ends are those of the shown buckets in which somebody in the middle, or at a quartile, answered."""
    for people in range(1, MOST + 1):
        for counts in choices(SLIDER, people):
            shown = result(counts, policy)
            row = [place for place, bucket in enumerate(shown.buckets) for _ in range(bucket.fewest)]
            for told, quarters in zip(spread(shown), ((2, 2), (1, 3)), strict=True):
                at = [each for number in quarters for each in quantiles(row, number)]
                ends = [int(option) for each in at for option in shown.buckets[each].options]
                due = (min(ends), dict(STRETCHES)[max(ends)]) if ends else (0, HIGHEST)
                assert (told or (0, HIGHEST)) == due, counts


def test_a_file_that_leaves_the_house_tells_no_other_middle() -> None:
    """What is told of a coarser result holds the middle that the room was told."""
    for counts in ((6, 9, 20, 14, 7), (14, 0, 3, 0, 30), (3, 3, 40, 3, 3)):
        room, file = spread(result(counts)), spread(coarsened(result(counts), EXPORT))
        for inner, outer in zip(room, file, strict=True):
            assert outer is None or (inner is not None and outer[0] <= inner[0] <= inner[1] <= outer[1])


# That it gives nothing away


def alike(people: int, policy: Policy, *, with_median: bool = False, told: bool = True) -> set[frozenset[Counts]]:
    """Return which tallies look alike to somebody who sees the result, what it tells of the middle, or the median itself."""

    def seen(tally: Tally) -> str:
        published = publish(tally, policy)
        exact = [median(next(answers(tally.counts)))] if with_median else []
        return json.dumps([published.to_dict(), spread(published) if told else None, exact])

    return {frozenset(group) for group in indistinguishable(SLIDER, people, seen).values()}


@pytest.mark.parametrize("policy", POLICIES)
def test_it_tells_apart_no_two_groups_that_look_alike_without_it(policy: Policy) -> None:
    """An adversary has the same tallies to choose from with it and without it, for all groups of up to twelve."""
    for people in range(1, MOST + 1):
        assert alike(people, policy) == alike(people, policy, told=False)


def test_the_median_itself_would_tell_groups_apart() -> None:
    """The comparison above can fail: a median to the number splits what looks alike."""
    assert alike(9, ROOM, with_median=True) != alike(9, ROOM)


def test_it_is_worked_out_from_what_is_shown_and_stored() -> None:
    """A result that comes back from the disk or from a phone has the same middle."""
    for counts in choices(SLIDER, 9):
        shown = result(counts)
        assert spread(Published.from_dict(json.loads(json.dumps(shown.to_dict())))) == spread(shown)


# The words


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((1, 3, 5, 3, 1), f"{ROW} lies between 4 and 6. "),
        ((3, 3, 12, 3, 3), f"{ROW} lies between 4 and 6, and the middle half of them between 2 and 8. "),
        ((12, 0, 0, 0, 3), f"{ROW} and the middle half of them lie between 0 and 1. "),
    ],
)
def test_the_words_below_the_chart_say_where_the_middle_lies(counts: Counts, words: str) -> None:
    """One sentence, after the number of answers."""
    assert f"Passed: few or none. {words}Stretches" in charts.note(result(counts))


@pytest.mark.parametrize("counts", [(4, 0, 0, 0, 4), (1, 1, 1, 1, 0), (12, 0, 0, 0, 0)])
def test_nothing_is_said_where_there_is_nothing_to_say(counts: Counts) -> None:
    """No sentence about a middle that is not told."""
    assert "middle" not in charts.note(result(counts))
