"""Instruments: scores by hand and by the literature, blanks, bands, when a change is more than chance, and how items hang together."""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from typing import Final, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit.after.reliability import Undefined, cronbach_alpha, feldt_interval
from workshop_kit.errors import InvalidAnswer, MaterialError, PolicyTooLow, SetupError
from workshop_kit.instruments import Band, CutOff, Group, Instrument, Norm, Score, Scoring, Subscale, is_risk_named, score, vet_for_a_group

# The structure of the ECR-RS, built by hand; tests/test_instrument_files.py compares it with the key that comes with the kit.
AVOIDANCE, ANXIETY = Subscale("avoidance", "Avoidance", (1, 2, 3, 4, 5, 6), "mean"), Subscale("anxiety", "Anxiety", (7, 8, 9), "mean")
ECR_RS: Final = Instrument("ecr_rs", "ECR-RS", 1, 7, 9, (AVOIDANCE, ANXIETY), reversed=frozenset({1, 2, 3, 4}))
MEAL: Final = Subscale(
    "meal", "Meal", (1, 2, 3), "sum", may_be_blank=1, bands=(Band(2, "light"), Band(6, "middling"), Band(9, "full")), bands_source="A menu"
)
SUPPER: Final = Instrument("supper", "Supper", low=0, high=4, items=4, subscales=(MEAL,), reversed=frozenset({3}), risk=frozenset({4}))


def same(instrument: Instrument, answer: int) -> dict[int, int]:
    """Return the answers of somebody who answers every item alike."""
    return dict.fromkeys(range(1, instrument.items + 1), answer)


def values(instrument: Instrument, answers: Mapping[int, int]) -> list[float | None]:
    """Return the values of all scores."""
    return [each.value for each in score(instrument, answers)]


@pytest.mark.parametrize(("answer", "expected"), [(1, [5.0, 1.0]), (4, [4.0, 4.0]), (7, [3.0, 7.0])])
def test_answers_that_are_all_alike_give_scores_worked_out_by_hand(answer: int, expected: list[float]) -> None:
    """All ones: (4 × 7 + 2 × 1) / 6 = 5 and 1; all sevens: (4 × 1 + 2 × 7) / 6 = 3 and 7; the middle stays the middle."""
    assert values(ECR_RS, same(ECR_RS, answer)) == expected


def test_a_blank_that_is_borne_is_stood_in_for_by_the_mean_of_the_others() -> None:
    """A sum over three items of which two came to 1 and 2 is 1.5 × 3; a mean over them is 1.5. What was blank is counted.

    Without blanks, and with the third item reversed, 1 + 2 + (4 − 3) = 4.
    """
    assert score(SUPPER, {1: 1, 2: 2}) == (Score(MEAL, 4.5, blank=1),)
    assert values(replace(SUPPER, subscales=(replace(MEAL, by="mean"),)), {1: 1, 2: 2}) == [1.5]
    assert values(SUPPER, {1: 1, 2: 2, 3: 3}) == [4.0]


@pytest.mark.parametrize(("answers", "blank"), [({}, 3), ({1: 4}, 2), ({4: 2}, 3)])
def test_with_too_many_blanks_there_is_no_score(answers: dict[int, int], blank: int) -> None:
    """Two of three left blank where one may be: no value, no band, and the number of blanks to tell it by."""
    [scored] = score(SUPPER, answers)

    assert (scored.value, scored.band, scored.blank) == (None, None, blank)
    # Even where a declaration bears every blank, nothing comes of nothing.
    assert values(replace(SUPPER, subscales=(replace(MEAL, may_be_blank=3),)), {}) == [None]


def test_a_band_goes_from_where_it_begins_to_just_below_the_next() -> None:
    """Below the first band there is none; the edge belongs to the band that begins there.

    23 tenths are 2.3: no rounding on the way lets a score fall beside the band that begins there.
    """
    names = {0: None, 1.99: None, 2: "light", 5.99: "light", 6: "middling", 8: "middling", 9: "full", 12: "full"}
    tenths = Instrument("i", "I", 1, 5, 10, (Subscale("s", "S", tuple(range(1, 11)), "mean", bands=(Band(2.3, "in"),)),))

    assert {value: band.name if (band := Score(MEAL, value, 0).band) else None for value in names} == names
    assert [each.band for each in score(tenths, {**same(tenths, 2), 1: 3, 2: 3, 3: 3})] == [Band(2.3, "in")]


@pytest.mark.parametrize(
    ("each", "refusal"),
    [
        ([{0: 1}, {5: 1}, {True: 1}], "instruments.no_item items=4"),
        ([{1: -1}, {1: 5}, {1: 2.0}, {1: True}, {1: None}], "instruments.no_answer item=1 low=0 high=4"),
    ],
)
def test_what_is_no_answer_is_refused_and_never_clipped(each: list[dict[int, int]], refusal: str) -> None:
    """Answers outside of the range, to items that are not there, or of another kind, are refused, also where risk is looked for."""
    for ask, answers in product((score, is_risk_named), each):
        with pytest.raises(InvalidAnswer, match=f"^{refusal}$"):
            ask(SUPPER, answers)


def test_an_item_on_risk_counts_from_above_its_lowest_point() -> None:
    """The lowest point and a blank name no risk; anything above does. A reversed item's lowest point is its highest answer."""
    other_way_round = replace(SUPPER, reversed=frozenset({4}))

    assert [is_risk_named(SUPPER, answers) for answers in ({}, {1: 4}, {4: 0}, {4: 1}, {4: 4})] == [False, False, False, True, True]
    assert [is_risk_named(other_way_round, {4: answer}) for answer in (0, 3, 4)] == [True, True, False]


def test_what_asks_about_risk_never_goes_to_a_group() -> None:
    """The refusal names the questionnaire and says what to do instead; without such an item there is nothing to refuse."""
    vet_for_a_group(ECR_RS)

    with pytest.raises(PolicyTooLow, match=r"^instruments\.asks_about_risk title=Supper$"):
        vet_for_a_group(SUPPER)


@pytest.mark.parametrize(
    ("labels", "expected"), [((), ["", "", ""]), (("none", "all"), ["none", "", "all"]), (("none", "half", "all"), ["none", "half", "all"])]
)
def test_answers_have_words_for_all_for_the_ends_or_for_none(labels: tuple[str, ...], expected: list[str]) -> None:
    """Every answer of the range is there, lowest first, with the words that were declared for it."""
    assert list(Instrument("i", "I", 0, 2, 1, (), labels=labels).points.items()) == list(enumerate(expected))
    assert Instrument("i", "I", 0, 1, 1, (), labels=("no", "yes")).points == {0: "no", 1: "yes"}


def test_reliable_change_and_the_cut_off_as_in_their_papers() -> None:
    """Jacobson and Truax, 1991: SD 7.5 and r .80 give S_E 3.35 and S_diff 4.74, and from 47.5 to 32.5 an index of −3.16.

    CORE-10, with SD 7.7 and r .90: a change takes 6.75 points in either direction, and two groups meet at (4.8 × 19.7 + 7.7 × 4.7) /
    12.5 = 10.46, whichever is named first.
    """
    norm, core = Norm(sd=7.5, reliability=0.80), Norm(sd=7.7, reliability=0.90)
    change, groups = norm.change(47.5, 32.5), (Group("general", 4.7, 4.8), Group("in care", 19.7, 7.7))

    assert (round(norm.standard_error, 2), round(norm.error_of_difference, 2)) == (3.35, 4.74)
    assert (round(change.index, 2), change.is_reliable) == (-3.16, True)
    assert round(core.reliable_points, 2) == 6.75
    assert [core.change(20, after).is_reliable for after in (20, 26.74, 26.76, 13.26, 13.24)] == [False, False, True, False, True]
    assert [round(CutOff(each).point, 2) for each in (groups, groups[::-1])] == [10.46, 10.46]


@pytest.mark.parametrize(
    ("declare", "numbers", "refusal"),
    [
        # With no spread every change would be reliable, and with a boundless one none.
        (lambda sd: Norm(sd, 0.8), (0, -1, math.nan, math.inf), "no_spread"),
        (lambda sd: Group("anyone", 3, sd), (0, -1, math.nan, math.inf), "no_spread"),
        # A percentage is the commonest slip.
        (lambda reliability: Norm(2, reliability), (0, 1, -0.2, 85, math.nan), "no_reliability"),
    ],
)
def test_a_spread_or_a_reliability_that_cannot_be_is_refused(
    declare: Callable[[float], object], numbers: tuple[float, ...], refusal: str
) -> None:
    """A standard deviation is greater than nothing, and a reliability lies between 0 and 1."""
    for number in numbers:
        with pytest.raises(MaterialError, match=rf"^instruments\.{refusal}$"):
            declare(number)


@st.composite
def declarations(draw: st.DrawFn) -> Instrument:
    """Draw an instrument: any range, any items reversed, subscales that may share items."""
    low, items = draw(st.integers(-3, 3)), draw(st.integers(1, 8))
    numbers, scorings = st.sets(st.integers(1, items)), st.sampled_from([*get_args(Scoring)])
    subscales = tuple(
        Subscale(str(nth), "A", tuple(sorted(chosen)), draw(scorings), draw(st.integers(0, len(chosen) - 1)))
        for nth, chosen in enumerate(draw(st.lists(st.sets(st.integers(1, items), min_size=1), min_size=1, max_size=3)))
    )
    return Instrument("i", "I", low, low + draw(st.integers(1, 10)), items, subscales, reversed=frozenset(draw(numbers)))


@given(st.data())
def test_a_score_stays_within_reach_and_a_blank_counts_as_the_mean_of_the_other_answers(data: st.DataObject) -> None:
    """However much is left blank, a score is none, or what it would be if each blank held the mean of what the others count."""
    instrument = data.draw(declarations())
    answers = data.draw(st.dictionaries(st.integers(1, instrument.items), st.integers(instrument.low, instrument.high)))
    for each in score(instrument, answers):
        lowest, highest = instrument.reach(each.subscale)
        counted = [instrument.keyed(item, answers[item]) for item in each.subscale.items if item in answers]

        assert (each.value is None) == (each.blank > each.subscale.may_be_blank)
        if each.value is not None:
            filled = [*counted, *[sum(counted) / len(counted)] * each.blank]
            # A hair's breadth for the one division.
            assert lowest - 1e-9 <= each.value <= highest + 1e-9
            assert each.value == pytest.approx(sum(filled) / (1 if each.subscale.by == "sum" else len(filled)))


@given(st.data())
def test_the_ends_of_reach_are_reached_and_answers_turned_over_mirror_the_scores(data: st.DataObject) -> None:
    """Whoever answers every item at the end that counts least, or most, has exactly the lowest or the highest score.

    Answering everything the other way round mirrors each score about its middle: no reversed item is lost or turned twice.
    """
    instrument = data.draw(declarations())
    items, reach = range(1, instrument.items + 1), [instrument.reach(each) for each in instrument.subscales]
    for end, place in ((instrument.low, 0), (instrument.high, 1)):
        answers = {item: instrument.keyed(item, end) for item in items}
        assert {instrument.keyed(item, answer) for item, answer in answers.items()} == {end}
        assert values(instrument, answers) == [ends[place] for ends in reach]

    answers = {item: data.draw(st.integers(instrument.low, instrument.high)) for item in items}
    turned = {item: instrument.low + instrument.high - answer for item, answer in answers.items()}
    mirrored = [sum(ends) - each.value for ends, each in zip(reach, score(instrument, turned), strict=True) if each.value is not None]
    assert values(instrument, answers) == pytest.approx(mirrored)


@given(st.floats(0.1, 50), st.floats(0.01, 0.99), st.floats(-100, 100), st.floats(-100, 100))
def test_a_change_is_as_reliable_there_as_back(sd: float, reliability: float, one: float, other: float) -> None:
    """Going back undoes a change; where the difference is clearly more than the points it takes, it is reliable, clearly less, not."""
    norm = Norm(sd, reliability)
    change, back = norm.change(one, other), norm.change(other, one)

    assert change.index == -back.index
    assert change.is_reliable == back.is_reliable
    if abs(abs(other - one) - norm.reliable_points) > 1e-6:
        assert change.is_reliable == (abs(other - one) > norm.reliable_points)
    assert norm.reliable_points == pytest.approx(1.96 * norm.error_of_difference)


@given(st.floats(-50, 50), st.floats(0.1, 20), st.floats(-50, 50), st.floats(0.1, 20))
def test_groups_meet_between_their_means_equally_far_in_their_own_spread(
    mean: float, sd: float, other_mean: float, other_sd: float
) -> None:
    """The cut-off lies between both means, as many standard deviations from the one as from the other."""
    point = CutOff((Group("one", mean, sd), Group("other", other_mean, other_sd))).point

    assert abs(point - mean) / sd == pytest.approx(abs(point - other_mean) / other_sd, abs=1e-6)
    assert min(mean, other_mean) - 1e-6 <= point <= max(mean, other_mean) + 1e-6


# How items hang together: Cronbach's alpha and Feldt's interval

# Two items, three people. Variances 1 and 1, totals 3, 3, 6 with variance 3: alpha = 2 × (1 − 2/3) = 2/3.
SMALL = [[1, 2], [2, 1], [3, 3]]


def share_below(f: float, one: int, other: int) -> float:
    """Return the probability that F lies below a value, as a binomial sum; exact where both degrees of freedom are even."""
    a, b = one // 2, other // 2
    x = one * f / (one * f + other)
    return sum(math.comb(a + b - 1, j) * x**j * (1 - x) ** (a + b - 1 - j) for j in range(a, a + b))


def test_alpha_as_worked_out_by_hand() -> None:
    """Alpha is 2/3; with 2 and 2 degrees of freedom F's quantile is p / (1 − p), so the interval goes from −12 to 1 − 1/117.

    Three items with equal answers from each person have an alpha of 1, and an interval of no width.
    """
    alpha, whole = cronbach_alpha(SMALL), cronbach_alpha([[1, 1, 1], [2, 2, 2], [4, 4, 4]])

    assert [alpha.value, alpha.low, alpha.high] == pytest.approx([2 / 3, -12, 1 - 1 / 117])
    assert (alpha.people, alpha.items) == (3, 2)
    assert [whole.value, whole.low, whole.high] == pytest.approx([1, 1, 1])


def test_a_data_frame_is_a_table_too_and_whoever_left_an_item_blank_is_left_out_whole() -> None:
    """Names of columns and rows make no difference, nor do two more people with a blank each."""
    assert cronbach_alpha(pd.DataFrame(SMALL, columns=["gate", "hedge"], index=["x", "y", "z"])) == cronbach_alpha(SMALL)
    assert cronbach_alpha([*SMALL, [4, None], [math.nan, 2]]) == cronbach_alpha(SMALL)


@pytest.mark.parametrize(("alpha", "people", "items", "low", "high"), [(0.732661, 12, 11, 0.435, 0.909), (0.591719, 15, 10, 0.195, 0.840)])
def test_intervals_as_another_package_documents_them(alpha: float, people: int, items: int, low: float, high: float) -> None:
    """Two intervals that pingouin 0.7.0 documents for tables of its own, to the three decimals that it gives."""
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
    ("table", "refusal"),
    [
        ([[1], [2], [3]], "too_small"),
        ([[1, 2], [2, None]], "too_small"),
        ([], "too_small"),
        ([[2, 2], [3, 1], [1, 3]], "same_total"),
        ([[1, "often"], [2, "never"]], "no_numbers"),
    ],
)
def test_where_alpha_has_no_meaning_that_is_said(table: list[list[float | None]], refusal: str) -> None:
    """One item, one whole person, nobody, one total for all, or words in a table: each is refused in a sentence.

    So is an interval without people, items or a confidence, which in per cent is the commonest slip.
    """
    with pytest.raises(Undefined, match=rf"^instruments\.{refusal}$"):
        cronbach_alpha(table)
    for people, items, confidence in ((1, 4, 0.95), (9, 1, 0.95), (9, 4, 0), (9, 4, 1), (9, 4, 95)):
        with pytest.raises(Undefined, match=r"^instruments\.no_interval$"):
            feldt_interval(0.7, people, items, confidence)


def test_without_scipy_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """SciPy comes only when asked for; where it is not, one sentence names the command."""
    monkeypatch.setitem(sys.modules, "scipy.special", None)

    with pytest.raises(SetupError, match=r"^instruments\.no_scipy$"):
        cronbach_alpha(SMALL)
