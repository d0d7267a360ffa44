"""Coarser: what may be said to people who were not there, from the result alone and never more than it says."""

import importlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.disclosure.adversary import LINES, breaches_of_choices, breaches_of_ranks, indistinguishable, indistinguishable_ranks, written
from tests.disclosure.tallies import lines, policies, poll_of, rankings, tallies, tally
from workshop_kit.disclosure import EXPORT, FEW, MOST, ROOM, TOGETHER, WEBINAR, Policy, Published, coarsened, publish
from workshop_kit.polls import STRETCHES, Kind, Tally

FOUR = Policy(cell=4)
stricter = st.builds(Policy, floor=st.integers(5, 14), cell=st.integers(3, 12))


def told(kind: Kind, counts: Sequence[int], answered: int | None = None, policy: Policy = FOUR) -> list[Any]:
    """Return the lines that may be told of some counts under a policy, after a room of cell 3 was shown them."""
    return lines(coarsened(publish(tally(kind, *counts, answered=answered), ROOM), policy))


# The rules of each kind


def test_the_bands_of_a_multi_poll_become_wider() -> None:
    """A number that is too near to nobody or to everyone becomes a band, and a band becomes a wider one."""
    assert told("multi", (4, 5), 9) == [("a", 4, 4, None), ("b", 5, 5, None)]
    assert told("multi", (3, 6), 9) == told("multi", (1, 8), 9) == [("a", 0, 3, FEW), ("b", 6, 9, MOST)]
    assert told("multi", (4, 5), 7) == [("a", 4, 7, MOST), ("b", 4, 7, MOST)]


@pytest.mark.parametrize(
    ("kind", "counts", "shown"),
    [
        # Lines below the cell become other answers, together with those there were, and with the next rarest if need be.
        ("single", (4, 5), [("a", 4), ("b", 5)]),
        ("single", (3, 5, 4), [("b", 5), ("Other answers: a; c", 7)]),
        ("single", (3, 3, 6), [("c", 6), ("Other answers: a; b", 6)]),
        # There is one line of other answers: who joins, joins the one there was.
        ("single", (1, 3, 3, 4), [("d", 4), ("Other answers: a; b; c", 7)]),
        ("single", (2, 2, 4, 4), [("c", 4), ("d", 4), ("Other answers: a; b", 4)]),
        # Six people are four and the two more that hide where the room's own chart was cut.
        ("scale", (3, 3, 3, 3), [("a to b", 6), ("c to d", 6)]),
        ("scale", (6, 6, 5), [("a", 6), ("b to c", 11)]),
        ("scale", (5, 7), []),
        ("scale", (4, 4), []),
        ("slider", (3, 3, 0, 3, 3), [("0 to 3 (Low)", 6), ("4 to 10 (High)", 6)]),
    ],
)
def test_lines_of_too_few_people_are_joined(kind: Kind, counts: Sequence[int], shown: list[Any]) -> None:
    """The rarest lines of a single poll become other answers; neighbours on a scale are joined up to the cell and the room's, less one."""
    assert told(kind, counts) == [(label, people, people, None) for label, people in shown]


def test_of_a_ranking_the_order_is_told_and_of_lines_of_text_their_number() -> None:
    """Mean places and first choices stay in the room, where their exact sums were weighed; no policy makes what somebody wrote coarser."""
    ranks = publish(rankings(*(f"3 {order}" for order in ("abc", "acb", "bac", "abc", "bca", "cab"))), ROOM)
    texts = publish(written(poll_of("text"), LINES, (5, 5, 5, 5, 5)), ROOM)

    assert ranks.means
    assert ranks.buckets
    assert coarsened(ranks, FOUR) == Published(ranks.poll, FOUR, "shown", 18, order=ranks.order)
    assert texts.texts
    assert coarsened(texts, EXPORT) == Published(texts.poll, EXPORT, "too_alike", 25)


@pytest.mark.parametrize(
    ("counts", "policy", "outcome", "answered"),
    [((1, 1), FOUR, "too_few", None), ((3, 4), FOUR, "too_few", None), ((9, 0), FOUR, "too_alike", 9), ((11, 10), EXPORT, "too_few", None)],
)
def test_a_result_that_cannot_be_told_says_why(counts: Sequence[int], policy: Policy, outcome: str, answered: int | None) -> None:
    """Too few answers for the stricter policy are called that, and answers that were too alike stay so."""
    result = coarsened(publish(tally("single", *counts), ROOM), policy)

    assert (result.outcome, result.answered, result.buckets) == (outcome, answered, ())


def test_what_leaves_the_house_is_told_as_to_a_webinar() -> None:
    """A floor and a cell of eleven, and from a room of cell 3 stretches of a scale of thirteen people."""
    assert EXPORT == WEBINAR == Policy(11, 11)
    assert told("scale", (12, 13), policy=EXPORT) == []
    assert told("scale", (13, 13), policy=EXPORT) == [("a", 13, 13, None), ("b", 13, 13, None)]


# What holds for any result


@given(tallies(), policies, stricter)
def test_nothing_is_told_less_carefully_than_in_the_room(counted: Tally, policy: Policy, wanted: Policy) -> None:
    """The higher floor and the higher cell hold, and a number stands for a cell of people and leaves as many out.

    Each line is made of whole lines of the result, and its interval contains the sum of theirs. To ask for no more than the room's own
    changes no number, to ask twice changes nothing, and a multi poll, whose options speak for themselves, loses nothing on the way.
    """
    published = publish(counted, policy)

    result = coarsened(published, wanted)

    n, cell = result.answered or 0, max(policy.cell, wanted.cell)
    assert result.policy == Policy(max(policy.floor, wanted.floor), cell)
    assert (result.passed, result.texts, result.means) == (None, (), ())
    assert result.answered in (None, published.answered)
    assert result.order in ((), published.order)
    for bucket in result.buckets:
        if bucket.band is None:
            assert cell <= bucket.fewest == bucket.most <= n - cell
        else:
            assert (bucket.fewest, bucket.most) in {(0, cell - 1), (n - cell + 1, n)}
        inside = [each for each in published.buckets if set(each.options) <= set(bucket.options)]
        assert set(chain.from_iterable(each.options for each in inside)) == set(bucket.options)
        assert bucket.fewest <= sum(each.fewest for each in inside) <= sum(each.most for each in inside) <= bucket.most
    if counted.poll.kind not in ("rank", "text"):
        assert coarsened(published, policy).buckets == published.buckets
    assert coarsened(result, wanted) == result
    assert counted.poll.kind != "multi" or result.buckets == publish(counted, result.policy).buckets


# The adversary


SMALL: list[tuple[Kind, int, range]] = [
    *(("single", options, range(8, 15)) for options in (2, 3, 4)),
    *(("scale", options, range(12, 17)) for options in (3, 4)),
    ("slider", len(STRETCHES), range(12, 17, 4)),
    *(("multi", options, range(7, 13)) for options in (2, 3)),
    ("rank", 3, range(8, 11, 2)),
]
# What leaves the house. A ranking of three tells eleven and eleven people nothing but its order, as it tells a webinar (`test_ranks`).
LARGE: list[tuple[Kind, int, range]] = [
    ("multi", 2, range(21, 25)),
    *(("single", options, range(22, 25)) for options in (2, 3)),
    *(("scale", options, range(26, 29)) for options in (2, 3)),
]


def searches() -> Iterator[Any]:
    """Yield a kind, how many options and people, the cell of a room and the one under which its result is told."""
    for room in (3, 4):
        yield from ((*size, room, EXPORT.cell) for size in LARGE)
    for room, wanted in ((3, 4), (3, 5), (4, 5)):
        for size in SMALL:
            yield pytest.param(*size, room, wanted, marks=[] if wanted == 4 else pytest.mark.prove)


@pytest.mark.no_cover
@pytest.mark.parametrize(("kind", "options", "people", "room", "wanted"), list(searches()))
def test_what_is_told_makes_nobody_certain(kind: Kind, options: int, people: range, room: int, wanted: int) -> None:
    """To people who have only the coarser result, it is as safe as one published under that cell: against cell - 2 who pool.

    Whoever has both, the room's result and the coarser one, can tell no two groups apart that look alike in the room.
    """
    poll, shown = poll_of(kind, options), 0
    alike: Any = indistinguishable_ranks if kind == "rank" else indistinguishable
    breaches: Any = breaches_of_ranks if kind == "rank" else breaches_of_choices
    for answered in people:
        told = by_what_is_told(alike(poll, answered, lambda counted: publish(counted, Policy(cell=room))), wanted)
        assert list(breaches(poll, answered, wanted - 2, told)) == []
        shown += sum(result.outcome == "shown" for result in told)
    assert shown > 0


def by_what_is_told(groups: Mapping[Any, list[Any]], wanted: int) -> dict[Any, list[Any]]:
    """Return what may lie behind each coarser result; it is worked out once from each result, so nothing alike in the room is parted."""
    told: dict[Any, list[Any]] = {}
    for result, alike in groups.items():
        told.setdefault(coarsened(result, Policy(cell=wanted)), []).extend(alike)
    return told


def test_without_room_to_hide_a_cut_the_adversary_finds_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the stretches of a scale joined up to the cell alone, two people could learn what nobody else said."""
    module = importlib.import_module("workshop_kit.disclosure.coarser")
    cut = module.finest_cut
    monkeypatch.setattr(module, "finest_cut", lambda counts, people: cut(counts, people - ROOM.cell + 1))
    groups = indistinguishable(poll_of("scale", 3), 8, lambda counted: publish(counted, ROOM))

    assert any(breaches_of_choices(poll_of("scale", 3), 8, TOGETHER.cell - 2, by_what_is_told(groups, TOGETHER.cell)))
