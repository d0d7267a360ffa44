"""Spread: where the middle of a slider's answers lies is told truly, no more widely than the chart, and gives nothing away."""

from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import Final

import pytest

from tests.disclosure.adversary import Counts, choices
from tests.disclosure.tallies import tally
from workshop_kit.disclosure import EXPORT, ROOM, TOGETHER, Policy, Published, Spread, coarsened, publish, spread
from workshop_kit.polls import HIGHEST, STRETCHES
from workshop_kit.words.catalog import language
from workshop_kit.words.results import note as note_of

ROW: Final = "With all answers in a row from low to high, their middle"


@cache
def result(counts: Counts, policy: Policy = ROOM) -> Published:
    """Return what is published of so many answers in each stretch of a slider."""
    return publish(tally("slider", *counts), policy)


def quantiles(numbers: Sequence[int], quarters: int) -> list[int]:
    """Return the numbers in a list with so many quarters of it at or below them, and the other quarters at or above."""
    n = len(numbers)
    below = {each: sum(other <= each for other in numbers) for each in set(numbers)}
    above = {each: sum(other >= each for other in numbers) for each in below}
    return [each for each in sorted(below) if 4 * below[each] >= quarters * n and 4 * above[each] >= (4 - quarters) * n]


def lies_within(numbers: Sequence[int], told: Spread) -> bool:
    """Return whether the median of some answers, and every number that may be called a quartile, lies where it is told to lie."""
    medians, quartiles = [*quantiles(numbers, 2), median(numbers)], [*quantiles(numbers, 1), *quantiles(numbers, 3)]
    (lowest, highest), (low, high) = told.middle or (0, HIGHEST), told.half or (0, HIGHEST)
    return all(lowest <= each <= highest for each in medians) and all(low <= each <= high for each in quartiles)


@pytest.mark.parametrize(
    ("counts", "told", "words"),
    [
        ((1, 3, 5, 3, 1), Spread((4, 6)), f"{ROW} lies between 4 and 6. "),
        ((3, 3, 12, 3, 3), Spread((4, 6), (2, 8)), f"{ROW} lies between 4 and 6, and the middle half of them between 2 and 8. "),
        ((12, 0, 0, 0, 3), Spread((0, 1), (0, 1)), f"{ROW} and the middle half of them lie between 0 and 1. "),
        ((0, 0, 0, 9, 3), Spread((0, 8)), f"{ROW} lies between 0 and 8. "),
        ((3, 3, 3, 0, 0), Spread((2, 3)), f"{ROW} lies between 2 and 3. "),
        # What would be the whole slider is left out.
        ((0, 3, 0, 3, 0), Spread(), ""),
        ((4, 0, 0, 0, 4), Spread(), ""),
        # Too few answers, and answers too much alike, have no middle.
        ((1, 1, 1, 1, 0), Spread(), ""),
        ((12, 0, 0, 0, 0), Spread(), ""),
    ],
)
def test_the_middle_and_its_half_are_stretches_of_the_slider(counts: Counts, told: Spread, words: str) -> None:
    """A stretch goes from one number of the slider to another, and the words below the chart say it, or say nothing of a middle."""
    note = note_of(result(counts), language())

    assert spread(result(counts)) == told
    assert f"Passed: few or none. {words}Stretches" in note if words else "middle" not in note
    assert spread(publish(tally("scale", *counts), ROOM)) == Spread(), "where answers are words, there is nothing between them"


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", [ROOM, TOGETHER, pytest.param(Policy(cell=5), marks=pytest.mark.prove)], ids=str)
def test_the_true_middle_lies_where_it_is_told_to_lie_and_as_closely_as_the_chart_makes_it(policy: Policy) -> None:
    """Of every tally of up to twelve people, with all answers at the low ends of their stretches or at the high ends: others lie between.

    Both ends are those of the shown buckets in which somebody in the middle, or at a quartile, answered.
    """
    for people in range(1, 13):
        for counts in choices(tally("slider", *[0] * 5).poll, people):
            shown = result(counts, policy)
            told = spread(shown)
            if not shown.buckets:
                assert told == Spread()
                continue
            for end in (0, 1):
                answers = [stretch[end] for stretch, count in zip(STRETCHES, counts, strict=True) for _ in range(count)]
                assert lies_within(answers, told), counts
            row = [place for place, bucket in enumerate(shown.buckets) for _ in range(bucket.fewest)]
            for stretch, quarters in zip(told, ((2, 2), (1, 3)), strict=True):
                at = [each for number in quarters for each in quantiles(row, number)]
                ends = [int(option) for each in at for option in shown.buckets[each].options]
                assert (stretch or (0, HIGHEST)) == (min(ends), dict(STRETCHES)[max(ends)]), counts


def test_a_file_that_leaves_the_house_tells_no_other_middle() -> None:
    """What is told of a coarser result holds the middle that the room was told."""
    for counts in ((6, 9, 20, 14, 7), (14, 0, 3, 0, 30), (3, 3, 40, 3, 3)):
        for inner, outer in zip(spread(result(counts)), spread(coarsened(result(counts), EXPORT)), strict=True):
            assert outer is None or (inner is not None and outer[0] <= inner[0] <= inner[1] <= outer[1])
