"""Comparison: one poll asked twice, and its two results side by side without a word more than they say."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.disclosure.adversary import LINES, written
from tests.disclosure.tallies import poll_of, rankings, tallies, tally
from workshop_kit.disclosure import FEW, MOST, ROOM, TOGETHER, Bucket, Comparison, Pair, Policy, Published, compare, publish
from workshop_kit.errors import NotNow
from workshop_kit.polls import Kind, Option
from workshop_kit.words.catalog import language
from workshop_kit.words.tables import lines as told


def result(kind: Kind, *counts: int, answered: int | None = None, policy: Policy = ROOM) -> Published:
    """Return what is published of these counts; only a multi poll needs to be told how many answered."""
    return publish(tally(kind, *counts, answered=answered), policy)


def ranking(*answers: str) -> Published:
    """Return what is published of rankings such as "3 cab": three people who rank c before a before b."""
    return publish(rankings(*answers), ROOM)


def lines(comparison: Comparison) -> list[tuple[str, int | None, int | None]]:
    """Return the lines of a comparison: label, number before, number after."""

    def count(side: Bucket | None) -> int | None:
        return side.count if side else None

    return [(each.label, count(each.before), count(each.after)) for each in told(comparison, language()) if comparison.pairs]


# Lines side by side


@pytest.mark.parametrize(
    ("kind", "before", "after", "pairs"),
    [
        ("single", (4, 5), (6, 3), [("a", 4, 6), ("b", 5, 3)]),
        # Before, c and d were merged, and after, b and c were: what is joined in either is joined in both.
        ("single", (5, 4, 1, 2), (6, 2, 1, 4), [("a", 5, 6), ("Other answers: b; c; d", 7, 7)]),
        # Other answers stand last, though their first option is the poll's first.
        ("single", (1, 5, 2, 4), (3, 5, 3, 4), [("b", 5, 5), ("d", 4, 4), ("Other answers: a; c", 3, 6)]),
        ("scale", (3, 4, 5), (5, 4, 3), [("a", 3, 5), ("b", 4, 4), ("c", 5, 3)]),
        ("scale", (1, 2, 3, 3), (3, 3, 3, 3), [("a to b", 3, 6), ("c", 3, 3), ("d", 3, 3)]),
        ("slider", (1, 2, 4, 2, 2), (3, 3, 3, 1, 2), [("0 to 3 (Low)", 3, 6), ("4 to 6", 4, 3), ("7 to 10 (High)", 4, 3)]),
        ("slider", (4, 1, 1, 1, 4), (4, 1, 2, 4, 0), [("0 to 1 (Low)", 4, 4), ("2 to 10 (High)", 7, 7)]),
        # A line that everyone is in says nothing, so then there is none, and both results are there by themselves.
        ("single", (4, 4, 1), (1, 4, 4), []),
        ("scale", (1, 3, 3), (3, 3, 1), []),
        # What one run could not show, no comparison shows either.
        ("single", (1, 1), (4, 4), []),
        ("scale", (8, 0), (4, 4), []),
    ],
)
def test_what_is_joined_in_either_result_is_joined_in_both(
    kind: Kind, before: tuple[int, ...], after: tuple[int, ...], pairs: list[tuple[str, int, int]]
) -> None:
    """Two results are put side by side in the finest lines that both can fill; without lines, nothing is said of a movement."""
    comparison = compare(result(kind, *before), result(kind, *after))

    assert lines(comparison) == pairs
    assert (comparison.moved is None) == (pairs == [])


def test_bands_of_a_multi_poll_are_put_side_by_side_as_they_are() -> None:
    """Every option of a multi poll has its line, with a number or a band on either side; as data, from how many to how many."""
    comparison = compare(result("multi", 1, 4, 7, answered=8), result("multi", 4, 5, 2, answered=9))
    before = (Bucket(("a",), 0, 2, FEW), Bucket(("b",), 4, 4), Bucket(("c",), 6, 8, MOST))
    after = (Bucket(("a",), 4, 4), Bucket(("b",), 5, 5), Bucket(("c",), 0, 2, FEW))

    assert comparison.pairs == tuple(map(Pair, before, after))
    assert comparison.to_dict()["pairs"] == [
        {"options": list(one.options), "before": [one.fewest, one.most], "after": [other.fewest, other.most]}
        for one, other in zip(before, after, strict=True)
    ]


def test_first_choices_of_a_ranking_are_put_side_by_side_where_both_are_told() -> None:
    """Of two rankings with numbers the first choices are compared; of one with numbers and one without, the orders alone."""
    before = ranking("3 abc", "3 acb", "3 bac", "1 bca", "1 cab", "2 cba")
    after = ranking("2 abc", "2 acb", "3 bac", "1 bca", "2 cab", "2 cba")
    agreed = ranking("12 abc")

    assert lines(compare(before, after)) == [("a", 6, 4), ("b", 4, 4), ("c", 3, 4)]
    assert compare(before, agreed) == Comparison(before, agreed)


# What is refused


@pytest.mark.parametrize(
    "other",
    [
        replace(result("single", 4, 5), poll=replace(poll_of("single", 2), id="q")),
        result("multi", 4, 5, answered=9),
        result("single", 3, 3, 3),
        replace(result("single", 4, 5), poll=replace(poll_of("single", 2), options=(Option("a", "a"), Option("b", "B")))),
        result("single", 4, 5, policy=TOGETHER),
    ],
)
def test_results_of_different_polls_or_cells_are_not_compared(other: Published) -> None:
    """Another poll, other options, or numbers of fewer people: then a difference would not be the group's. A floor only withholds."""
    one = result("single", 4, 5)
    for before, after in ((one, other), (other, one)):
        with pytest.raises(NotNow, match=r"^disclosure\.not_the_same_poll$"):
            compare(before, after)
    assert lines(compare(one, result("single", 5, 4, policy=Policy(8, 3)))) == [("a", 4, 5), ("b", 5, 4)]


def test_lines_of_text_are_not_compared() -> None:
    """Two lists of lines are read together; which lines are gone, and which are new, would be about persons."""
    with pytest.raises(NotNow, match=r"^disclosure\.own_words$"):
        compare(*[publish(written(poll_of("text"), LINES, (2, 2, 2, 2, 2)), ROOM)] * 2)


# Whether the group has moved


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        (result("single", 5, 5), result("single", 6, 4), False),
        (result("single", 5, 5), result("single", 7, 3), True),
        (result("single", 7, 3), result("single", 5, 5), True),
        # A larger group in the same shares has not moved.
        (result("slider", 3, 3, 3, 3, 3), result("slider", 6, 6, 6, 6, 6), False),
        # Whatever the bands hide, at least four of eight have changed.
        (result("multi", 1, 4, answered=8), result("multi", 7, 4, answered=8), True),
        # The bands may hide that nobody has.
        (result("multi", 2, 5, answered=10), result("multi", 3, 5, answered=10), False),
        (result("multi", 0, 5, answered=10), result("multi", 4, 5, answered=10), True),
        (result("multi", 0, 5, answered=10), result("multi", 3, 5, answered=10), False),
        (ranking("6 abc"), ranking("6 acb"), True),
        # Options that part, or come level, have not changed sides.
        (ranking("3 abc", "3 acb"), ranking("6 abc"), False),
        (ranking("6 abc"), ranking("2 abc", "2 bca", "2 cab"), False),
    ],
)
def test_a_group_has_moved_when_a_fifth_of_it_has_for_certain(before: Published, after: Published, moved: bool) -> None:
    """A line must have changed by a fifth of the group at the least, or two options of a ranking have changed sides."""
    assert compare(before, after).moved is moved


@pytest.mark.parametrize(
    ("before", "after", "few"),
    [
        (result("single", 4, 5), result("single", 4, 5), False),
        (result("single", 4, 5), result("single", 4, 6), True),
        (result("single", 4, 6), result("single", 4, 4), True),
        (result("single", 4, 5), result("single", 6, 6), False),
        (result("single", 4, 5, policy=TOGETHER), result("single", 6, 6, policy=TOGETHER), True),
        (result("single", 9, 0), result("single", 5, 5), True),
        (result("single", 2, 2), result("single", 2, 3), False),
        (ranking("6 abc"), ranking("7 abc"), True),
    ],
)
def test_it_is_said_where_so_few_came_or_went_that_the_difference_may_be_theirs(before: Published, after: Published, few: bool) -> None:
    """Fewer than a cell more or less, and the difference between two results may be one person's answer."""
    assert compare(before, after).few_came_or_went is few


# What holds for any two results


@st.composite
def two_results(draw: st.DrawFn) -> tuple[Published, Published]:
    """Return two results of one poll of any kind that can be compared, of up to thirty people each."""
    kinds, options = [draw(st.sampled_from(["single", "multi", "scale", "slider", "rank"]))], draw(st.integers(3, 6))
    policy = draw(st.sampled_from([ROOM, TOGETHER]))
    one, other = (publish(draw(tallies(kinds, 30, options)), policy) for _ in range(2))
    return one, other


def whole_buckets(published: Published, options: Sequence[Any]) -> list[Bucket] | None:
    """Return the buckets of a result that make up some options, or None where a bucket would have to be cut for that."""
    touched = [bucket for bucket in published.buckets if set(bucket.options) & set(options)]
    return touched if sorted(option for bucket in touched for option in bucket.options) == sorted(options) else None


@given(two_results())
def test_a_comparison_says_nothing_that_its_results_do_not_say(results: tuple[Published, Published]) -> None:
    """A line adds up whole buckets of either result, as few as can be; each option is in one line, or there are no lines.

    As data, a comparison is its two results, and lines only where both are shown; all of it can be written as JSON.
    """
    comparison = compare(*results)
    said = comparison.to_dict()

    for pair in comparison.pairs:
        for side, published in zip((pair.before, pair.after), results, strict=True):
            buckets = whole_buckets(published, side.options)
            assert buckets
            assert (side.fewest, side.most) == (sum(each.fewest for each in buckets), sum(each.most for each in buckets))
            assert side.options == pair.after.options
            assert side.band is None or [side] == buckets
        for size in range(1, len(pair.after.options)):
            for part in combinations(pair.after.options, size):
                assert not all(whole_buckets(published, part) for published in results)
    ids = sorted(option.id for option in comparison.poll.options)
    assert sorted(option for pair in comparison.pairs for option in pair.after.options) in ([], ids)
    assert len(comparison.pairs) != 1
    assert set(said) == {"before", "after", "pairs"}
    assert [said["before"], said["after"]] == [published.to_dict() for published in results]
    assert not said["pairs"] or all(published.outcome == "shown" and published.buckets for published in results)
    assert json.loads(json.dumps(said)) == said


@given(two_results())
def test_a_comparison_looks_the_same_from_either_side(results: tuple[Published, Published]) -> None:
    """Asked the other way round, its sides are exchanged; put beside itself, a result has its own lines and has not moved."""
    forth, back = compare(*results), compare(*reversed(results))

    assert [(pair.after, pair.before) for pair in back.pairs] == [(pair.before, pair.after) for pair in forth.pairs]
    assert (forth.moved, forth.few_came_or_went) == (back.moved, back.few_came_or_went)
    for published in results:
        itself = compare(published, published)
        assert [(pair.before, pair.after) for pair in itself.pairs] == [(bucket, bucket) for bucket in published.buckets]
        assert itself.moved is (False if published.outcome == "shown" else None)
        assert not itself.few_came_or_went
