"""Cronbach's alpha and Feldt's interval, compared with sums done by hand, exact binomial sums, and published values.

The published values are those that the package pingouin 0.7.0 documents for its own tables. The tables are not repeated here;
an interval needs nothing of a table but its alpha, its people and its items.
"""

import math
import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.errors import SetupError
from workshop_kit.reliability import Undefined, cronbach_alpha, feldt_interval

# Two items, three people. Variances 1 and 1, totals 3, 3, 6 with variance 3: alpha = 2 × (1 − 2/3) = 2/3.
SMALL = [[1, 2], [2, 1], [3, 3]]


def share_below(f: float, one: int, other: int) -> float:
    """Return the probability that F lies below a value, as a binomial sum; exact where both degrees of freedom are even."""
    a, b = one // 2, other // 2
    x = one * f / (one * f + other)
    return sum(math.comb(a + b - 1, j) * x**j * (1 - x) ** (a + b - 1 - j) for j in range(a, a + b))


def test_alpha_as_worked_out_by_hand() -> None:
    """Alpha is 2/3; with 2 and 2 degrees of freedom F's quantile is p / (1 − p), so the interval goes from −12 to 1 − 1/117."""
    alpha = cronbach_alpha(SMALL)

    assert [alpha.value, alpha.low, alpha.high] == pytest.approx([2 / 3, -12, 1 - 1 / 117])
    assert (alpha.people, alpha.items) == (3, 2)


def test_a_data_frame_is_a_table_too() -> None:
    """Names of columns and rows make no difference."""
    assert cronbach_alpha(pd.DataFrame(SMALL, columns=["gate", "hedge"], index=["x", "y", "z"])) == cronbach_alpha(SMALL)


def test_whoever_left_an_item_blank_is_left_out_whole() -> None:
    """Two more people with a blank each change neither alpha nor the number of people on whom the interval rests."""
    assert cronbach_alpha([*SMALL, [4, None], [math.nan, 2]]) == cronbach_alpha(SMALL)


def test_items_that_say_the_same_hang_together_wholly() -> None:
    """Three items with equal answers from each person have an alpha of 1, and an interval of no width."""
    alpha = cronbach_alpha([[1, 1, 1], [2, 2, 2], [4, 4, 4]])

    assert [alpha.value, alpha.low, alpha.high] == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(("alpha", "people", "items", "low", "high"), [(0.732661, 12, 11, 0.435, 0.909), (0.591719, 15, 10, 0.195, 0.840)])
def test_intervals_as_another_package_documents_them(alpha: float, people: int, items: int, low: float, high: float) -> None:
    """Two intervals that pingouin documents, to the three decimals that it gives."""
    assert feldt_interval(alpha, people, items) == pytest.approx((low, high), abs=5e-4)


@given(st.integers(1, 12), st.integers(2, 9), st.floats(-1, 0.99), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_interval_cuts_equal_tails_off(half: int, items: int, alpha: float, confidence: float) -> None:
    """For every odd number of people the tails of F beyond both ends are equal, by a sum that uses no statistics library."""
    people = 2 * half + 1
    low, high = feldt_interval(alpha, people, items, confidence)
    freedom = people - 1, (people - 1) * (items - 1)

    assert low < alpha < high
    assert share_below((1 - low) / (1 - alpha), *freedom) == pytest.approx((1 + confidence) / 2)
    assert share_below((1 - high) / (1 - alpha), *freedom) == pytest.approx((1 - confidence) / 2)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ([[1], [2], [3]], "too small"),
        ([[1, 2], [2, None]], "too small"),
        ([], "too small"),
        ([[2, 2], [3, 1], [1, 3]], "same total"),
        ([[1, "often"], [2, "never"]], "something else than numbers"),
    ],
)
def test_where_alpha_has_no_meaning_that_is_said(table: list[list[float | None]], words: str) -> None:
    """One item, one whole person, nobody, one total for all, or words in a table: each is refused in a sentence."""
    with pytest.raises(Undefined, match=words):
        cronbach_alpha(table)


@pytest.mark.parametrize(("people", "items", "confidence"), [(1, 4, 0.95), (9, 1, 0.95), (9, 4, 0), (9, 4, 1), (9, 4, 95)])
def test_an_interval_needs_people_items_and_a_confidence(people: int, items: int, confidence: float) -> None:
    """What cannot be worked out is refused; a confidence in per cent is the commonest slip."""
    with pytest.raises(Undefined, match=r"0\.95"):
        feldt_interval(0.7, people, items, confidence)


def test_without_scipy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """SciPy comes only when asked for; where it is not, one sentence names the command."""
    monkeypatch.setitem(sys.modules, "scipy.special", None)

    with pytest.raises(SetupError, match=r'pip install "workshop_kit\[measures\]"'):
        cronbach_alpha(SMALL)
