"""The rules for choices, scales and sliders one by one, and what holds for the result of every kind of poll.

Rankings and lines of text have rules of their own, in `test_ranks` and `test_texts`; that a result makes nobody's answer
certain is gone through in `test_nobody_is_certain`.
"""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.disclosure.adversary import Counts
from tests.disclosure.tallies import lines, policies, tallies, tally
from workshop_kit.disclosure import FEW, MOST, ROOM, SEVERAL, TOGETHER, Policy, Published, publish
from workshop_kit.polls import Kind, Tally
from workshop_kit.words.tables import is_rest

# The rules of each kind


@pytest.mark.parametrize(
    ("counts", "answered", "shown"),
    [
        ((3, 5), 8, [("a", 3, 3, None), ("b", 5, 5, None)]),
        ((2, 6), 8, [("a", 0, 2, FEW), ("b", 6, 8, MOST)]),
        ((0, 8), 8, [("a", 0, 2, FEW), ("b", 6, 8, MOST)]),
        ((1, 7, 4), 8, [("a", 0, 2, FEW), ("b", 6, 8, MOST), ("c", 4, 4, None)]),
        ((2, 3), 5, [("a", 0, 2, FEW), ("b", 3, 5, MOST)]),
    ],
)
def test_an_option_of_a_multi_poll_is_exact_or_banded(counts: Counts, answered: int, shown: list[Any]) -> None:
    """A count is exact where a cell of people chose the option and a cell did not; else a band stands in its place."""
    published = publish(tally("multi", *counts, answered=answered), ROOM)

    assert lines(published) == shown
    assert [bucket.count for bucket in published.buckets] == [None if band else fewest for _, fewest, _, band in shown]


@pytest.mark.parametrize(
    ("kind", "counts", "shown"),
    [
        # The rarest options of a single poll become other answers, with the next rarest if need be, and stand last.
        ("single", (3, 5), [("a", 3), ("b", 5)]),
        ("single", (4, 1, 2, 3), [("a", 4), ("d", 3), ("Other answers: b; c", 3)]),
        ("single", (1, 5, 3), [("b", 5), ("Other answers: a; c", 4)]),
        ("single", (3, 3, 0), [("a", 3), ("Other answers: b; c", 3)]),
        ("single", (0, 3, 3), [("b", 3), ("Other answers: a; c", 3)]),
        ("single", (0, 0, 3, 4, 5), [("d", 4), ("e", 5), ("Other answers: a; b; c", 3)]),
        # A scale is cut into as many stretches as hold a cell of people each, and cut as early as possible.
        ("scale", (3, 4, 5), [("a", 3), ("b", 4), ("c", 5)]),
        ("scale", (1, 2, 3, 3), [("a to b", 3), ("c", 3), ("d", 3)]),
        ("scale", (3, 4, 1), [("a", 3), ("b to c", 5)]),
        ("scale", (0, 4, 0, 4, 0), [("a to b", 4), ("c to e", 4)]),
        ("scale", (2, 2, 2, 2), [("a to b", 4), ("c to d", 4)]),
        # Stretches of a slider read from their lowest number to their highest, and the ends say in words what they mean.
        ("slider", (3, 3, 3, 3, 3), [("0 to 1 (Low)", 3), ("2 to 3", 3), ("4 to 6", 3), ("7 to 8", 3), ("9 to 10 (High)", 3)]),
        ("slider", (1, 2, 4, 2, 2), [("0 to 3 (Low)", 3), ("4 to 6", 4), ("7 to 10 (High)", 4)]),
        ("slider", (4, 1, 1, 1, 4), [("0 to 1 (Low)", 4), ("2 to 8", 3), ("9 to 10 (High)", 4)]),
        ("slider", (4, 0, 4, 1, 0), [("0 to 1 (Low)", 4), ("2 to 10 (High)", 5)]),
    ],
)
def test_options_are_merged_until_each_number_is_of_a_cell_of_people(kind: Kind, counts: Counts, shown: list[Any]) -> None:
    """The rarest options of a single poll are merged, and neighbours on a scale or a slider, under labels that say which they are."""
    assert lines(publish(tally(kind, *counts), ROOM)) == [(label, people, people, None) for label, people in shown]


@pytest.mark.parametrize(
    ("kind", "counts"),
    [("single", (9, 2)), ("single", (12, 0, 0)), ("scale", (2, 8, 1)), ("scale", (0, 9)), ("slider", (12, 0, 0, 0, 0))],
)
def test_where_nothing_can_be_told_apart_only_the_number_of_answers_is_told(kind: Kind, counts: Counts) -> None:
    """A result of fewer than two buckets says how many answered, and nothing of what they said."""
    close = tally(kind, *counts, passed=1)

    assert publish(close, ROOM) == Published(close.poll, ROOM, "too_alike", close.answered, FEW)


@pytest.mark.parametrize(
    ("policy", "passed", "band"), [(ROOM, 0, FEW), (ROOM, 2, FEW), (ROOM, 3, SEVERAL), (TOGETHER, 3, FEW), (TOGETHER, 4, SEVERAL)]
)
def test_passing_is_told_as_a_band(policy: Policy, passed: int, band: str) -> None:
    """How many passed is said by a code, and nobody and one person are the same code."""
    assert publish(tally("single", 4, 5, passed=passed), policy).passed == band


# What holds for every tally


@given(tallies(), policies)
def test_the_same_tally_is_always_published_alike_and_survives_being_stored(counted: Tally, policy: Policy) -> None:
    """No chance and no memory: an equal tally gives an equal result, and it comes back the same from its plain data."""
    first = publish(counted, policy)
    publish(replace(counted, passed=counted.passed + 7), policy)

    assert publish(replace(counted), replace(policy)) == first
    assert Published.from_dict(first.to_dict()) == first
    assert Published.from_dict(json.loads(json.dumps(first.to_dict()))) == first


@given(tallies(most=11), policies)
def test_too_few_answers_all_look_alike(counted: Tally, policy: Policy) -> None:
    """Where there are too few answers, nobody learns how many there were, how many passed, or what they said."""
    nobody = Tally(counted.poll, 0, 0, (0,) * len(counted.counts), (0,) * len(counted.places))
    published = publish(counted, policy)

    if published.outcome == "too_few":
        assert published == publish(nobody, policy)


@given(tallies(kinds=["single", "scale", "slider"]), policies)
def test_buckets_are_true_and_hold_a_cell_of_people(counted: Tally, policy: Policy) -> None:
    """Every option is in one bucket with its people, at least a cell of them, with as many outside it, and the buckets are the whole.

    Their order says nothing of their size: it is the poll's, "other answers" last; on a scale or a slider only neighbours are merged.
    """
    published = publish(counted, policy)
    count = {option.id: count for option, count in zip(counted.poll.options, counted.counts, strict=True)}
    order = [option for bucket in published.buckets if not is_rest(published, bucket) for option in bucket.options]

    if published.outcome == "shown":
        assert sorted(option for bucket in published.buckets for option in bucket.options) == sorted(count)
        assert sum(bucket.fewest for bucket in published.buckets) == published.answered == counted.answered
    for bucket in published.buckets:
        assert bucket.band is None
        assert bucket.fewest == bucket.most == sum(count[option] for option in bucket.options)
    assert order == [option for option in count if option in order]
    assert counted.poll.kind == "single" or order in ([], [*count])
    assert [bucket for bucket in published.buckets[:-1] if is_rest(published, bucket)] == []


@given(tallies(), policies)
def test_a_result_holds_no_exact_number_near_either_end(counted: Tally, policy: Policy) -> None:
    """Beside the number of answers and mean places, a result holds exact numbers from a cell up to all but a cell, or bands.

    Every option of a multi poll is told truly: exactly where its count is that far from either end, else by a band that covers it.
    """
    published = publish(counted, policy).to_dict()
    cell, n = policy.cell, counted.answered

    assert set(published) == {"poll", "policy", "outcome", "answered", "passed", "buckets", "order", "means", "texts"}
    assert published["answered"] in (None, n)
    assert published["passed"] in (None, FEW, SEVERAL)
    for bucket in published["buckets"]:
        assert set(bucket) == {"options", "fewest", "most", "band"}
        if bucket["band"] is None:
            assert cell <= bucket["fewest"] == bucket["most"] <= n - cell
        else:
            assert (bucket["fewest"], bucket["most"]) in {(0, cell - 1), (n - cell + 1, n)}
    if counted.poll.kind == "multi" and published["outcome"] == "shown":
        for option, count, bucket in zip(counted.poll.options, counted.counts, published["buckets"], strict=True):
            assert bucket["options"] == [option.id]
            assert bucket["fewest"] <= count <= bucket["most"]
            assert (bucket["band"] is None) == (cell <= count <= n - cell)
    # What is particular to a kind is in no result of another, and a mean place is no finer than a tenth.
    assert not published["order"] or counted.poll.kind == "rank"
    assert not published["texts"] or counted.poll.kind == "text"
    assert all(mean == round(mean, 1) and published["buckets"] and published["order"] for mean in published["means"])


@given(tallies(), policies, st.integers(0, 12))
def test_passes_touch_nothing_but_their_own_band(counted: Tally, policy: Policy, passed: int) -> None:
    """However many passed, what is said of the answers is the same."""
    one, other = publish(counted, policy), publish(replace(counted, passed=passed), policy)

    assert replace(one, passed=None) == replace(other, passed=None)
    assert (one.passed == other.passed) or (counted.passed < policy.cell) != (passed < policy.cell)


@given(st.data(), tallies(kinds=["multi", "single"]), policies)
def test_the_order_of_options_has_no_say_in_how_they_are_shown(data: st.DataObject, counted: Tally, policy: Policy) -> None:
    """Options of a multi poll in another order have the same lines; of a single poll at most the tie is settled otherwise."""
    order = data.draw(st.permutations(range(len(counted.counts))))
    turned = replace(
        counted,
        poll=replace(counted.poll, options=tuple(counted.poll.options[place] for place in order)),
        counts=tuple(counted.counts[place] for place in order),
    )
    buckets, reordered = publish(counted, policy).buckets, publish(turned, policy).buckets

    if counted.poll.kind == "multi":
        assert reordered == tuple(buckets[place] for place in order if buckets)
    assert sorted(bucket.fewest for bucket in reordered) == sorted(bucket.fewest for bucket in buckets)


@given(tallies(kinds=["scale", "slider"]), policies)
def test_a_scale_says_as_much_read_backwards(counted: Tally, policy: Policy) -> None:
    """A scale or a slider whose ends change places falls into as many stretches, though they may be cut elsewhere."""
    backwards = replace(counted, counts=counted.counts[::-1])

    assert len(publish(backwards, policy).buckets) == len(publish(counted, policy).buckets)


# A higher cell


@given(tallies(), policies, st.integers(0, 4))
def test_a_higher_cell_never_shows_more(counted: Tally, policy: Policy, more: int) -> None:
    """It never shows what was hidden, nor more lines; what it says of options could be worked out from what was said before."""
    low, high = publish(counted, policy), publish(counted, policy.raised(cell=policy.cell + more))

    assert len(high.buckets) <= len(low.buckets)
    assert high.order in (low.order, ())
    assert high.means in (low.means, ())
    assert high.texts in (low.texts, ())
    if counted.poll.kind in ("multi", "single"):
        for bucket in high.buckets:
            inside = [each for each in low.buckets if set(each.options) <= set(bucket.options)]
            assert {option for each in inside for option in each.options} == set(bucket.options)
            assert bucket.fewest <= sum(each.fewest for each in inside) <= sum(each.most for each in inside) <= bucket.most
