"""Coarser: what may be said to people who were not there, from the result alone and never more than it says."""

import importlib
from collections.abc import Sequence
from itertools import chain
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adversary import LINES, breaches, indistinguishable, indistinguishable_ranks, written
from tests.test_disclosure import lines, policies, poll_of, tallies, tally
from workshop_kit.disclosure import (
    EXPORT,
    FEW,
    MOST,
    ROOM,
    TOGETHER,
    WEBINAR,
    Policy,
    Published,
    coarsened,
    publish,
)
from workshop_kit.polls import Kind, Poll, Tally

unhurried = settings(deadline=None)

FOUR = Policy(cell=4)
FIVE = Policy(cell=5)
stricter = st.builds(Policy, floor=st.integers(5, 14), cell=st.integers(3, 12))


def told(kind: Kind, counts: Sequence[int], answered: int | None = None, policy: Policy = FOUR) -> list[Any]:
    """Return the lines that may be told of some counts under a policy, after a room of cell 3 was shown them."""
    return lines(coarsened(publish(tally(kind, *counts, answered=answered), ROOM), policy))


# The rules of each kind


@pytest.mark.parametrize(
    ("counts", "answered", "shown"),
    [
        ((4, 5), 9, [("a", 4, 4, None), ("b", 5, 5, None)]),
        ((3, 6), 9, [("a", 0, 3, FEW), ("b", 6, 9, MOST)]),
        ((1, 8), 9, [("a", 0, 3, FEW), ("b", 6, 9, MOST)]),
        ((4, 5), 7, [("a", 4, 7, MOST), ("b", 4, 7, MOST)]),
    ],
)
def test_the_bands_of_a_multi_poll_become_wider(counts: Sequence[int], answered: int, shown: list[Any]) -> None:
    """A number that is too near to nobody or to everyone becomes a band, and a band becomes a wider one."""
    assert told("multi", counts, answered) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((4, 5), [("a", 4, 4, None), ("b", 5, 5, None)]),
        ((3, 5, 4), [("b", 5, 5, None), ("Other answers: a; c", 7, 7, None)]),
        ((3, 3, 6), [("c", 6, 6, None), ("Other answers: a; b", 6, 6, None)]),
        # There is one line of other answers: who joins, joins the one there was.
        ((1, 3, 3, 4), [("d", 4, 4, None), ("Other answers: a; b; c", 7, 7, None)]),
        ((2, 2, 4, 4), [("c", 4, 4, None), ("d", 4, 4, None), ("Other answers: a; b", 4, 4, None)]),
    ],
)
def test_the_rarest_lines_of_a_single_poll_are_joined(counts: Sequence[int], shown: list[Any]) -> None:
    """Lines below the cell become other answers, together with those there were, and with the next rarest if need be."""
    assert told("single", counts) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        # Six people are four and the two more that hide where the room's own chart was cut.
        ((3, 3, 3, 3), [("a to b", 6, 6, None), ("c to d", 6, 6, None)]),
        ((6, 6, 5), [("a", 6, 6, None), ("b to c", 11, 11, None)]),
        ((5, 7), []),
        ((4, 4), []),
    ],
)
def test_the_stretches_of_a_scale_are_joined_into_larger_ones(counts: Sequence[int], shown: list[Any]) -> None:
    """Neighbours are joined until each holds the cell and, less one, the cell of the room."""
    assert told("scale", counts) == shown


def test_a_scale_is_told_as_it_was_where_the_cell_is_the_same() -> None:
    """Where nothing has to be more careful than in the room, nothing is joined."""
    assert told("scale", (3, 4, 3), policy=ROOM) == lines(publish(tally("scale", 3, 4, 3), ROOM))


def test_of_a_ranking_the_order_is_told() -> None:
    """Mean places and first choices stay in the room, where their exact sums were weighed."""
    poll = poll_of("rank", 3)
    answers = [list(order) for order in ("abc", "acb", "bac", "abc", "bca", "cab") for _ in range(3)]
    published = publish(Tally.of(poll, answers), ROOM)

    assert published.means
    assert published.buckets
    assert coarsened(published, FOUR) == Published(poll, FOUR, "shown", 18, order=published.order)


def test_of_lines_of_text_only_their_number_is_told() -> None:
    """No policy makes what somebody wrote any coarser, so it is left out."""
    poll = poll_of("text", 0)
    published = publish(written(poll, LINES, (5, 5, 5, 5, 5)), ROOM)

    assert published.texts
    assert coarsened(published, EXPORT) == Published(poll, EXPORT, "too_alike", 25)


@pytest.mark.parametrize(
    ("counts", "policy", "outcome", "answered"),
    [((1, 1), FOUR, "too_few", None), ((3, 4), FOUR, "too_few", None), ((9, 0), FOUR, "too_alike", 9), ((11, 10), EXPORT, "too_few", None)],
)
def test_a_result_that_cannot_be_told_says_why(counts: Sequence[int], policy: Policy, outcome: str, answered: int | None) -> None:
    """Too few answers for the stricter policy are called that, and answers that were too alike stay so."""
    result = coarsened(publish(tally("single", *counts), ROOM), policy)

    assert (result.outcome, result.answered, result.buckets) == (outcome, answered, ())


# What holds for any result


@unhurried
@given(tallies(), policies, stricter)
def test_nothing_is_told_less_carefully_than_in_the_room(counted: Tally, policy: Policy, wanted: Policy) -> None:
    """The higher floor and the higher cell hold; and to ask for no more than the room's own changes no number."""
    published = publish(counted, policy)

    result = coarsened(published, wanted)

    assert (result.policy.floor, result.policy.cell) == (max(policy.floor, wanted.floor), max(policy.cell, wanted.cell))
    assert result.passed is None
    assert (result.texts, result.means) == ((), ())
    if counted.poll.kind not in ("rank", "text"):
        assert coarsened(published, policy).buckets == published.buckets


@unhurried
@given(tallies(), policies, stricter)
def test_what_is_told_contains_what_was_shown(counted: Tally, policy: Policy, wanted: Policy) -> None:
    """Each line is made of whole lines of the result, and its interval contains the sum of theirs."""
    published = publish(counted, policy)

    result = coarsened(published, wanted)

    for bucket in result.buckets:
        inside = [each for each in published.buckets if set(each.options) <= set(bucket.options)]
        assert set(chain.from_iterable(each.options for each in inside)) == set(bucket.options)
        assert bucket.fewest <= sum(each.fewest for each in inside) <= sum(each.most for each in inside) <= bucket.most
    assert result.answered in (None, published.answered)
    assert result.order in ((), published.order)


@unhurried
@given(tallies(), policies, stricter)
def test_a_told_number_is_no_smaller_than_the_cell(counted: Tally, policy: Policy, wanted: Policy) -> None:
    """An exact number stands for a cell of people and leaves as many out; a band is as wide as the cell asks."""
    result = coarsened(publish(counted, policy), wanted)
    n, cell = result.answered or 0, result.policy.cell

    for bucket in result.buckets:
        if bucket.band is None:
            assert cell <= bucket.fewest == bucket.most <= n - cell
        else:
            assert (bucket.fewest, bucket.most) in {(0, cell - 1), (n - cell + 1, n)}


@unhurried
@given(tallies(), policies, stricter)
def test_what_is_told_is_coarse_enough_already(counted: Tally, policy: Policy, wanted: Policy) -> None:
    """To ask once more under the same policy changes nothing."""
    once = coarsened(publish(counted, policy), wanted)

    assert coarsened(once, wanted) == once


@unhurried
@given(tallies(kinds=["multi"]), policies, stricter)
def test_of_a_multi_poll_as_much_is_told_as_if_it_had_been_published_so(counted: Tally, policy: Policy, wanted: Policy) -> None:
    """Options that speak for themselves lose nothing on the way: the lines are those of the stricter policy."""
    result = coarsened(publish(counted, policy), wanted)

    assert result.buckets == publish(counted, result.policy).buckets


# The adversary


SMALL = [
    *((poll_of("single", options), (8, 9, 10, 11, 12, 13, 14)) for options in (2, 3, 4)),
    *((poll_of("scale", options), (12, 13, 14, 15, 16)) for options in (3, 4)),
    (poll_of("slider", 5), (12, 16)),
    *((poll_of("multi", options), (7, 8, 9, 10, 11, 12)) for options in (2, 3)),
    (poll_of("rank", 3), (8, 10)),
]
CELLS = [(3, 4), (3, 5), (4, 5)]


def in_the_room(cell: int, counted: Tally) -> Published:
    return publish(counted, Policy(cell=cell))


@pytest.mark.parametrize(("poll", "answers"), SMALL, ids=lambda each: f"{each.kind}-{len(each.options)}" if isinstance(each, Poll) else "")
@pytest.mark.parametrize(("room", "wanted"), CELLS)
def test_what_is_told_makes_nobody_certain(poll: Poll, answers: Sequence[int], room: int, wanted: int) -> None:
    """To people who have only the coarser result, it is as safe as one published under that cell: against cell - 2 who pool."""
    seen = 0
    for answered in answers:
        groups = indistinguishable_ranks if poll.kind == "rank" else indistinguishable

        def shown(counted: Tally) -> Published:
            return coarsened(in_the_room(room, counted), Policy(cell=wanted))

        assert list(breaches(poll, answered, wanted - 2, shown)) == []
        seen += sum(isinstance(result, Published) and result.outcome == "shown" for result in groups(poll, answered, shown))
    assert seen > 0


@pytest.mark.parametrize(("poll", "answers"), SMALL, ids=lambda each: f"{each.kind}-{len(each.options)}" if isinstance(each, Poll) else "")
@pytest.mark.parametrize(("room", "wanted"), CELLS)
def test_report_and_export_say_no_more_than_the_report(poll: Poll, answers: Sequence[int], room: int, wanted: int) -> None:
    """Whoever has both, the room's result and the coarser one, can tell no two groups apart that look alike in the room."""
    for answered in answers[:2]:
        groups = indistinguishable_ranks if poll.kind == "rank" else indistinguishable

        def both(counted: Tally) -> tuple[Published, Published]:
            return in_the_room(room, counted), coarsened(in_the_room(room, counted), Policy(cell=wanted))

        together, alone = groups(poll, answered, both), groups(poll, answered, lambda counted: in_the_room(room, counted))

        assert list(together.values()) == list(alone.values())
        assert list(breaches(poll, answered, room - 2, both)) == []


def test_without_room_to_hide_a_cut_the_adversary_finds_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the stretches of a scale joined up to the cell alone, two people could learn what nobody else said."""
    module = importlib.import_module("workshop_kit.disclosure.coarser")
    cut = module.finest_cut
    monkeypatch.setattr(module, "finest_cut", lambda counts, people: cut(counts, people - ROOM.cell + 1))

    assert any(breaches(poll_of("scale", 3), 8, TOGETHER.cell - 2, lambda counted: coarsened(publish(counted, ROOM), TOGETHER)))


def test_a_result_published_twice_would_be_found_out() -> None:
    """To publish the same answers under a second cell, instead of making the first result coarser, points at people."""
    poll = poll_of("scale", 3)

    def twice(counted: Tally) -> tuple[Published, Published]:
        return publish(counted, ROOM), publish(counted, TOGETHER)

    assert any(breaches(poll, answered, 1, twice) for answered in range(8, 12))


def test_what_leaves_the_house_is_told_as_to_a_webinar() -> None:
    """A floor and a cell of eleven, and from a room of cell 3 stretches of a scale of thirteen people."""
    assert EXPORT == WEBINAR == Policy(11, 11)
    assert told("scale", (12, 13), policy=EXPORT) == []
    assert told("scale", (13, 13), policy=EXPORT) == [("a", 13, 13, None), ("b", 13, 13, None)]
