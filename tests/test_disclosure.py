"""Disclosure: what is published of a tally, and that it makes nobody's answer certain.

The first part looks at the rules one by one. The second sends an adversary (see `adversary`) through every tally of up to
twelve people and lets every small coalition pool what it knows. The third spoils the rules on purpose, in ways in which
they might be spoiled by accident, and makes sure that the adversary notices; each rule of the essay that opens the package
is spoiled in the source itself at least once.

Rankings and lines of text have their own rules, in `test_disclosure_of_ranks` and `test_disclosure_of_texts`. What holds for
every kind of poll, and what the adversary makes of spoiled rules, is here.
"""

import json
import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations, product
from random import Random
from typing import Any, NamedTuple, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adversary import (
    LINES,
    Counts,
    Publisher,
    breaches,
    breaches_by_passing,
    breaches_of_texts,
    indistinguishable,
    ranked_by,
    stated_by,
    statements,
    written,
)
from workshop_kit import disclosure
from workshop_kit.disclosure import (
    FEW,
    FEWEST_TEXTS,
    HEAVY_FLOOR,
    LOWEST_CELL,
    LOWEST_FLOOR,
    MOST,
    ROOM,
    SEVERAL,
    TOGETHER,
    WEBINAR,
    Bucket,
    Policy,
    Published,
    publish,
    rules,
    step,
)
from workshop_kit.disclosure import policy as thresholds
from workshop_kit.errors import PolicyTooLow
from workshop_kit.polls import FEWEST_OPTIONS, STRETCHES, Answer, Kind, Option, Poll, Tally

KINDS: tuple[Kind, ...] = get_args(Kind)

unhurried = settings(deadline=None)


def poll_of(kind: Kind, options: int, intensity: int = 1) -> Poll:
    """Return a poll whose options are a, b, c and so on; on a scale, points 1, 2, 3 labelled that way; or a slider; or for texts."""
    if kind == "slider":
        assert options == len(STRETCHES), "a slider has the stretches it has"
        return Poll.from_dict({"id": "p", "kind": kind, "question": "Which?", "low": "Low", "high": "High", "intensity": intensity})
    assert options >= FEWEST_OPTIONS.get(kind, 0), "so few options are no such poll"
    letters = "" if kind == "text" else "abcdefgh"[:options]
    ids: Sequence[str | int] = range(1, options + 1) if kind == "scale" else letters
    return Poll("p", kind, "Which?", tuple(Option(each, letter) for each, letter in zip(ids, letters, strict=True)), intensity)


def tally(kind: Kind, *counts: int, answered: int | None = None, passed: int = 0) -> Tally:
    """Return a tally with these counts of a poll of choices; only a multi poll needs to be told how many answered."""
    return Tally(poll_of(kind, len(counts)), sum(counts) if answered is None else answered, passed, counts)


def lines(published: Published) -> list[tuple[str, int, int, str | None]]:
    """Return the shown lines of a result: label, fewest, most, band."""
    return [(bucket.label, bucket.fewest, bucket.most, bucket.band) for bucket in published.buckets]


@st.composite
def tallies(draw: st.DrawFn, kinds: Sequence[Kind] = KINDS, most: int = 40) -> Tally:
    """Return a tally of any kind, with two to six options and up to `most` answers."""
    kind: Kind = draw(st.sampled_from(kinds))
    options = len(STRETCHES) if kind == "slider" else draw(st.integers(FEWEST_OPTIONS.get(kind, 0), 6))
    poll, answered, passed = poll_of(kind, options), draw(st.integers(0, most)), draw(st.integers(0, 12))
    if kind == "multi":
        return Tally(poll, answered, passed, tuple(draw(st.lists(st.integers(0, answered), min_size=options, max_size=options))))
    if kind == "rank":
        chance, clear = Random(draw(st.integers(0, 10**6))), draw(st.sampled_from((0, 0.3, 1, 5)))
        rankings = [sorted(range(options), key=lambda option: clear * option + chance.gauss(0, 1)) for _ in range(answered)]
        return replace(ranked_by(poll, [tuple(ranking) for ranking in rankings]), passed=passed)
    spread = len(LINES) if kind == "text" else options
    cuts = draw(st.lists(st.integers(0, answered), min_size=spread - 1, max_size=spread - 1))
    counts = tuple(end - start for start, end in pairwise((0, *sorted(cuts), answered)))
    return replace(written(poll, LINES, counts), passed=passed) if kind == "text" else Tally(poll, answered, passed, counts)


policies = st.builds(Policy, floor=st.integers(5, 12), cell=st.integers(3, 7))


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
    assert lines(publish(tally("multi", *counts, answered=answered), ROOM)) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((3, 5), [("a", 3, 3, None), ("b", 5, 5, None)]),
        ((4, 1, 2, 3), [("a", 4, 4, None), ("d", 3, 3, None), ("Other answers: b; c", 3, 3, None)]),
        ((1, 5, 3), [("b", 5, 5, None), ("Other answers: a; c", 4, 4, None)]),
        ((3, 3, 0), [("a", 3, 3, None), ("Other answers: b; c", 3, 3, None)]),
        ((0, 3, 3), [("b", 3, 3, None), ("Other answers: a; c", 3, 3, None)]),
        ((0, 0, 3, 4, 5), [("d", 4, 4, None), ("e", 5, 5, None), ("Other answers: a; b; c", 3, 3, None)]),
    ],
)
def test_the_rarest_options_of_a_single_poll_become_other_answers(counts: Counts, shown: list[Any]) -> None:
    """Options below the cell are merged, with the next rarest if need be, and stand last under their labels."""
    assert lines(publish(tally("single", *counts), ROOM)) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((3, 4, 5), [("a", 3, 3, None), ("b", 4, 4, None), ("c", 5, 5, None)]),
        ((1, 2, 3, 3), [("a to b", 3, 3, None), ("c", 3, 3, None), ("d", 3, 3, None)]),
        ((3, 4, 1), [("a", 3, 3, None), ("b to c", 5, 5, None)]),
        ((0, 4, 0, 4, 0), [("a to b", 4, 4, None), ("c to e", 4, 4, None)]),
        ((2, 2, 2, 2), [("a to b", 4, 4, None), ("c to d", 4, 4, None)]),
    ],
)
def test_neighbouring_points_of_a_scale_are_merged(counts: Counts, shown: list[Any]) -> None:
    """A scale is cut into as many stretches as hold a cell of people each, and cut as early as possible."""
    assert lines(publish(tally("scale", *counts), ROOM)) == shown


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((3, 3, 3, 3, 3), ["0 to 1 (Low)", "2 to 3", "4 to 6", "7 to 8", "9 to 10 (High)"]),
        ((1, 2, 4, 2, 2), ["0 to 3 (Low)", "4 to 6", "7 to 10 (High)"]),
        ((4, 1, 1, 1, 4), ["0 to 1 (Low)", "2 to 8", "9 to 10 (High)"]),
        ((4, 0, 4, 1, 0), ["0 to 1 (Low)", "2 to 10 (High)"]),
    ],
)
def test_a_stretch_of_a_slider_is_named_by_its_numbers(counts: Counts, shown: list[str]) -> None:
    """Merged stretches read from their lowest number to their highest, and the ends say in words what they mean."""
    assert [bucket.label for bucket in publish(tally("slider", *counts), ROOM).buckets] == shown


@pytest.mark.parametrize(("kind", "counts"), [("single", (9, 2)), ("single", (12, 0, 0)), ("scale", (2, 8, 1)), ("scale", (0, 9))])
def test_where_nothing_can_be_told_apart_only_the_number_of_answers_is_told(kind: Kind, counts: Counts) -> None:
    """A result of fewer than two buckets says how many answered, and nothing of what they said."""
    close = tally(kind, *counts, passed=1)

    assert publish(close, ROOM) == Published(close.poll, ROOM, "too_alike", close.answered, FEW)


@pytest.mark.parametrize(
    ("kind", "policy", "answered", "outcome"),
    [
        ("multi", ROOM, 4, "too_few"),
        ("multi", ROOM, 5, "shown"),
        ("multi", TOGETHER, 6, "too_few"),
        ("multi", TOGETHER, 7, "shown"),
        ("multi", Policy(8, 3), 7, "too_few"),
        ("multi", Policy(8, 3), 8, "shown"),
        ("multi", WEBINAR, 20, "too_few"),
        ("multi", WEBINAR, 21, "shown"),
        ("single", ROOM, 4, "too_few"),
        ("single", ROOM, 6, "shown"),
        ("scale", Policy(8, 3), 7, "too_few"),
        ("scale", Policy(8, 3), 8, "shown"),
    ],
)
def test_a_result_waits_for_enough_answers(kind: Kind, policy: Policy, answered: int, outcome: str) -> None:
    """Nothing is shown below the floor, nor of a multi poll where "few or none" and "almost everyone" would overlap."""
    half = answered // 2
    halves = tally(kind, half, answered - half, answered=answered)

    assert publish(halves, policy).outcome == outcome


@pytest.mark.parametrize(
    ("policy", "passed", "band"), [(ROOM, 0, FEW), (ROOM, 2, FEW), (ROOM, 3, SEVERAL), (TOGETHER, 3, FEW), (TOGETHER, 4, SEVERAL)]
)
def test_passing_is_told_as_a_band(policy: Policy, passed: int, band: str) -> None:
    """How many passed is said in words, and nobody and one person are the same words."""
    assert publish(tally("single", 4, 5, passed=passed), policy).passed == band


@pytest.mark.parametrize(("bucket", "count"), [(Bucket(("a",), "a", 4, 4), 4), (Bucket(("a",), "a", 0, 2, FEW), None)])
def test_a_band_has_no_count(bucket: Bucket, count: int | None) -> None:
    """A bucket tells its number where it is exact, and None where it is a band."""
    assert bucket.count == count


# What holds for every tally


@unhurried
@given(tallies(), policies)
def test_the_same_tally_is_always_published_alike(counted: Tally, policy: Policy) -> None:
    """No chance and no memory: an equal tally under an equal policy gives an equal result."""
    first = publish(counted, policy)
    publish(replace(counted, passed=counted.passed + 7), policy)

    assert publish(replace(counted), replace(policy)) == first


@unhurried
@given(tallies(), policies)
def test_a_result_survives_being_stored(counted: Tally, policy: Policy) -> None:
    """A result comes back the same from its plain data, on the way through JSON too."""
    published = publish(counted, policy)

    assert Published.from_dict(published.to_dict()) == published
    assert Published.from_dict(json.loads(json.dumps(published.to_dict()))) == published


@unhurried
@given(tallies(), policies)
def test_nothing_is_shown_below_the_floor(counted: Tally, policy: Policy) -> None:
    """Too few answers are called that below the floor, where two bands would overlap or two buckets not fill, and below ten texts."""
    enough = {"multi": 2 * policy.cell - 1, "text": max(FEWEST_TEXTS, 2 * policy.cell)}.get(counted.poll.kind, 2 * policy.cell)

    assert (publish(counted, policy).outcome == "too_few") == (counted.answered < max(policy.floor, enough))


@unhurried
@given(tallies(most=11), policies)
def test_too_few_answers_all_look_alike(counted: Tally, policy: Policy) -> None:
    """Where there are too few answers, nobody learns how many there were, how many passed, or what they said."""
    nobody = Tally(counted.poll, 0, 0, (0,) * len(counted.counts), (0,) * len(counted.places))
    published = publish(counted, policy)

    if published.outcome == "too_few":
        assert published == publish(nobody, policy)


@unhurried
@given(tallies(kinds=["single", "scale", "slider"]), policies)
def test_shown_buckets_hold_a_cell_of_people_and_leave_one_out(counted: Tally, policy: Policy) -> None:
    """Each bucket of any poll but a multi holds at least a cell of people, and at least a cell stand outside it."""
    published = publish(counted, policy)

    assert all(bucket.band is None and bucket.fewest == bucket.most for bucket in published.buckets)
    assert all(policy.cell <= bucket.fewest <= counted.answered - policy.cell for bucket in published.buckets)


@unhurried
@given(tallies(kinds=["single", "scale", "slider"]), policies)
def test_shown_buckets_are_true_and_complete(counted: Tally, policy: Policy) -> None:
    """Every option of any poll but a multi is in one bucket, with its people, and the buckets make up the whole."""
    published = publish(counted, policy)
    count = dict(zip((option.id for option in counted.poll.options), counted.counts, strict=True))

    if published.outcome == "shown":
        assert sorted(option for bucket in published.buckets for option in bucket.options) == sorted(count)
        assert sum(bucket.fewest for bucket in published.buckets) == published.answered == counted.answered
        assert all(bucket.fewest == sum(count[option] for option in bucket.options) for bucket in published.buckets)


@unhurried
@given(tallies(kinds=["scale", "slider"]), policies)
def test_buckets_of_a_scale_stand_in_its_order(counted: Tally, policy: Policy) -> None:
    """Only neighbours are merged: read from first to last, the buckets of a scale or a slider are the whole of it."""
    published = publish(counted, policy)

    if published.outcome == "shown":
        assert [point for bucket in published.buckets for point in bucket.options] == [option.id for option in counted.poll.options]


@unhurried
@given(tallies(kinds=["single"]), policies)
def test_the_order_of_buckets_says_nothing_about_their_size(counted: Tally, policy: Policy) -> None:
    """Options of a single poll stand in the order of the poll, "other answers" last, whatever is most popular."""
    named = [bucket.options for bucket in publish(counted, policy).buckets if not bucket.label.startswith("Other answers")]

    assert named == [(option.id,) for option in counted.poll.options if (option.id,) in named]


@unhurried
@given(tallies(kinds=["multi"]), policies)
def test_every_option_of_a_multi_poll_is_told_truly(counted: Tally, policy: Policy) -> None:
    """An exact number is the true one and at least a cell from either end; a band covers the true one."""
    published, n, cell = publish(counted, policy), counted.answered, policy.cell

    if published.outcome == "shown":
        for option, count, bucket in zip(counted.poll.options, counted.counts, published.buckets, strict=True):
            assert bucket.options == (option.id,)
            assert bucket.fewest <= count <= bucket.most
            assert (bucket.count is not None) == (cell <= count <= n - cell)
            assert bucket.count is not None or (bucket.fewest, bucket.most) in {(0, cell - 1), (n - cell + 1, n)}


@unhurried
@given(tallies(), policies)
def test_a_result_holds_no_exact_number_near_either_end(counted: Tally, policy: Policy) -> None:
    """Beside the number of answers and mean places, a result holds exact numbers from a cell up to all but a cell."""
    published = publish(counted, policy).to_dict()
    cell, n = policy.cell, counted.answered

    assert set(published) == {"poll", "policy", "outcome", "answered", "passed", "buckets", "order", "means", "texts"}
    assert published["answered"] in (None, n)
    assert published["passed"] in (None, FEW, SEVERAL)
    for bucket in published["buckets"]:
        assert set(bucket) == {"options", "label", "fewest", "most", "band"}
        if bucket["band"] is None:
            assert cell <= bucket["fewest"] == bucket["most"] <= n - cell
        else:
            assert bucket["most"] - bucket["fewest"] == cell - 1
    # What is particular to a kind is in no result of another, and a mean place is no finer than a tenth.
    assert not published["order"] or counted.poll.kind == "rank"
    assert not published["texts"] or counted.poll.kind == "text"
    assert all(mean == round(mean, 1) and published["buckets"] and published["order"] for mean in published["means"])


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        *product(["single", "multi", "scale"], [(163, 179, 7655), (7655, 2, 340), (7994, 1, 2)]),
        ("slider", (163, 179, 1, 6000, 1654)),
        ("slider", (7655, 0, 163, 0, 179)),
    ],
)
def test_numbers_that_are_not_shown_are_nowhere_in_a_result(kind: Kind, counts: Counts) -> None:
    """A count that was merged or banded is in no part of the result, however it is written out."""
    published = publish(tally(kind, *counts, answered=7997, passed=4409), Policy(cell=200))
    written = json.dumps(published.to_dict()) + repr(published)

    exact = {bucket.count for bucket in published.buckets}
    assert not any(str(count) in written for count in counts if count > 2 and count not in exact)
    assert "4409" not in written


@unhurried
@given(tallies(), policies, st.integers(0, 12))
def test_passes_touch_nothing_but_their_own_band(counted: Tally, policy: Policy, passed: int) -> None:
    """However many passed, what is said of the answers is the same."""
    one, other = publish(counted, policy), publish(replace(counted, passed=passed), policy)

    assert replace(one, passed=None) == replace(other, passed=None)
    assert (one.passed == other.passed) or (counted.passed < policy.cell) != (passed < policy.cell)


@unhurried
@given(st.data(), tallies(kinds=["multi"]), policies)
def test_options_of_a_multi_poll_speak_for_themselves(data: st.DataObject, counted: Tally, policy: Policy) -> None:
    """Options in another order give the same lines in that order: none has a say in how another is shown."""
    order = data.draw(st.permutations(range(len(counted.counts))))
    buckets = publish(counted, policy).buckets

    assert publish(_reordered(counted, order), policy).buckets == tuple(buckets[place] for place in order if buckets)


@unhurried
@given(st.data(), tallies(kinds=["single"]), policies)
def test_a_single_poll_is_merged_alike_in_any_order(data: st.DataObject, counted: Tally, policy: Policy) -> None:
    """The order of options decides no more than which of two equally rare ones is merged first: the numbers stay."""
    order = data.draw(st.permutations(range(len(counted.counts))))
    numbers = sorted(bucket.fewest for bucket in publish(counted, policy).buckets)

    assert sorted(bucket.fewest for bucket in publish(_reordered(counted, order), policy).buckets) == numbers


@unhurried
@given(tallies(kinds=["scale", "slider"]), policies)
def test_a_scale_says_as_much_read_backwards(counted: Tally, policy: Policy) -> None:
    """A scale or a slider whose ends change places falls into as many stretches, though they may be cut elsewhere."""
    backwards = replace(counted, counts=counted.counts[::-1])

    assert len(publish(backwards, policy).buckets) == len(publish(counted, policy).buckets)


def _reordered(counted: Tally, order: Sequence[int]) -> Tally:
    options = tuple(counted.poll.options[place] for place in order)
    return replace(counted, poll=replace(counted.poll, options=options), counts=tuple(counted.counts[place] for place in order))


# A higher cell


@unhurried
@given(tallies(), policies, st.integers(0, 4))
def test_a_higher_cell_never_shows_more_lines(counted: Tally, policy: Policy, more: int) -> None:
    """Raising the cell never turns a hidden result into a shown one, nor cuts it into more buckets, nor shows more lines."""
    low, high = publish(counted, policy), publish(counted, policy.raised(cell=policy.cell + more))

    assert len(high.buckets) <= len(low.buckets)
    assert len(high.order) <= len(low.order)
    assert len(high.texts) <= len(low.texts)


@unhurried
@given(tallies(kinds=["multi"]), policies, st.integers(0, 4))
def test_a_higher_cell_only_widens_the_bands_of_a_multi_poll(counted: Tally, policy: Policy, more: int) -> None:
    """What a multi poll says under a higher cell could have been worked out from what it says under a lower one."""
    wide, narrow = publish(counted, policy.raised(cell=policy.cell + more)), publish(counted, policy)

    for wider, narrower in zip(wide.buckets, narrow.buckets, strict=wide.outcome == "shown"):
        assert wider.fewest <= narrower.fewest <= narrower.most <= wider.most


@unhurried
@given(tallies(kinds=["single"]), policies, st.integers(0, 4))
def test_a_higher_cell_only_merges_more_of_a_single_poll(counted: Tally, policy: Policy, more: int) -> None:
    """Each bucket under a higher cell is made of whole buckets of the lower one."""
    coarse, fine = publish(counted, policy.raised(cell=policy.cell + more)), publish(counted, policy)

    for bucket in coarse.buckets:
        inside = [each for each in fine.buckets if set(each.options) <= set(bucket.options)]
        assert sum(each.fewest for each in inside) == bucket.fewest
        assert {option for each in inside for option in each.options} == set(bucket.options)


def test_a_higher_cell_may_cut_a_scale_elsewhere() -> None:
    """A scale under a higher cell is no coarser view of the lower one: that is why a tally is published only once."""
    counted = tally("scale", 3, 1, 4)

    assert lines(publish(counted, Policy(cell=3))) == [("a", 3, 3, None), ("b to c", 5, 5, None)]
    assert lines(publish(counted, Policy(cell=4))) == [("a to b", 4, 4, None), ("c", 4, 4, None)]


# Policies


@pytest.mark.parametrize(("floor", "cell"), [(4, 3), (5, 2), (0, 0), (-5, -3), (4, 11), (11, 2)])
def test_no_policy_is_lower_than_the_lowest(floor: int, cell: int) -> None:
    """A floor under five or a cell under three is refused, and the sentence names both."""
    with pytest.raises(PolicyTooLow, match="at least 5 answers and numbers of at least 3 people"):
        Policy(floor, cell)


@pytest.mark.parametrize(
    ("policy", "floor", "cell"),
    [(ROOM, 5, 3), (TOGETHER, 5, 4), (WEBINAR, 11, 11), (Policy(), 5, 3)],
)
def test_the_policies_of_the_house(policy: Policy, floor: int, cell: int) -> None:
    """A room, a room with couples in it, and a webinar have these thresholds."""
    assert (policy.floor, policy.cell) == (floor, cell)


@pytest.mark.parametrize(
    ("wanted", "raised"),
    [({}, Policy(8, 4)), ({"floor": 9}, Policy(9, 4)), ({"cell": 6}, Policy(8, 6)), ({"floor": 8, "cell": 4}, Policy(8, 4))],
)
def test_a_policy_can_be_raised(wanted: dict[str, int], raised: Policy) -> None:
    """A facilitator may raise the floor, the cell, both or neither."""
    assert Policy(8, 4).raised(**wanted) == raised


@pytest.mark.parametrize("wanted", [{"floor": 7}, {"cell": 3}, {"floor": 20, "cell": 3}, {"floor": 7, "cell": 20}])
def test_a_policy_is_never_lowered(wanted: dict[str, int]) -> None:
    """To lower either number is refused, also where the other is raised; the sentence names what holds."""
    with pytest.raises(PolicyTooLow, match="from 8 answers, in numbers of at least 4 people"):
        Policy(8, 4).raised(**wanted)


def test_a_policy_is_not_raised_to_less_than_the_lowest() -> None:
    """What no policy may have, none can be changed to."""
    with pytest.raises(PolicyTooLow):
        ROOM.raised(floor=4)


@pytest.mark.parametrize(
    ("policy", "intensity", "suited"),
    [
        (ROOM, 1, ROOM),
        (ROOM, 2, ROOM),
        (ROOM, 3, Policy(HEAVY_FLOOR, 3)),
        (TOGETHER, 3, Policy(HEAVY_FLOOR, 4)),
        (WEBINAR, 3, WEBINAR),
    ],
)
def test_a_heavy_question_asks_for_more_answers(policy: Policy, intensity: int, suited: Policy) -> None:
    """A question of intensity 3 has a floor of at least eight; a lighter one, and a higher policy, stay as they are."""
    assert policy.suited_to(poll_of("single", 3, intensity)) == suited


# The counter of an open poll


@pytest.mark.parametrize(
    ("ballots", "said"),
    [
        (0, "under 5"),
        (4, "under 5"),
        (5, "5+"),
        (9, "5+"),
        (10, "10+"),
        (19, "10+"),
        (20, "20+"),
        (50, "50+"),
        (199, "100+"),
        (4999, "2000+"),
        (5000, "5000+"),
        (9999, "5000+"),
    ],
)
def test_participation_is_counted_in_steps(ballots: int, said: str) -> None:
    """While a poll is open, all that is said is the last step that the number of ballots has reached."""
    assert step(ballots) == said


@unhurried
@given(st.integers(0, 10000), st.integers(0, 10000))
def test_the_counter_never_falls_as_ballots_come_in(one: int, other: int) -> None:
    """More ballots never read as fewer, and the counter never claims a ballot that is not there."""
    fewer, more = sorted((one, other))
    reached = [int(step(ballots).strip("under +")) if ballots >= 5 else 0 for ballots in (fewer, more)]

    assert reached == sorted(reached)
    assert reached[0] <= fewer
    assert reached[1] <= more


# The adversary, sent through every tally


class Case(NamedTuple):
    """One search: polls of a kind and size, under a policy, by up to so many people."""

    policy: Policy
    kind: Kind
    options: int
    most: int

    def __str__(self) -> str:
        """Return a name for the test's report."""
        return f"floor {self.policy.floor}, cell {self.policy.cell}, {self.kind} of {self.options}, up to {self.most} people"


def cases() -> Iterator[Case]:
    """Yield what is searched. Five options of a multi poll take a while, so only the two policies of a room go that far."""
    for policy in (ROOM, TOGETHER, Policy(8, 3), Policy(8, 4), Policy(5, 5)):
        for options in (2, 3, 4, 5, 6):
            yield Case(policy, "single", options, 12)
            yield Case(policy, "scale", options, 12)
        for options in (2, 3, 4, 5) if policy in (ROOM, TOGETHER) else (2, 3, 4):
            yield Case(policy, "multi", options, 12)
        yield Case(policy, "slider", len(STRETCHES), 12)
    for options in (2, 3):
        yield Case(WEBINAR, "single", options, 24)
        yield Case(WEBINAR, "scale", options, 24)
    yield Case(WEBINAR, "multi", 2, 24)


# Not measured for coverage, here and in other long searches: that takes three times as long and shows no line that others do not.
@pytest.mark.no_cover
@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_no_result_makes_anyones_answer_certain(case: Case) -> None:
    """Whoever pools up to two answers fewer than the cell, in no result is an option certain for anyone else, either way."""
    poll = poll_of(case.kind, case.options)

    found = [
        breach
        for answered in range(1, case.most + 1)
        for breach in breaches(poll, answered, case.policy.cell - 2, lambda counted: publish(counted, case.policy))
    ]

    assert found == []


@pytest.mark.parametrize("policy", [ROOM, TOGETHER, WEBINAR, Policy(5, 7)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_certain_not_to_have_passed(kind: Kind, policy: Policy) -> None:
    """However many passed, and whoever of them say so to each other, somebody else may have passed as well."""
    poll = poll_of(kind, 0 if kind == "text" else len(STRETCHES))
    answers = Tally(poll, 30, 0, (6,) * 5, places=(90,) * 5) if kind != "text" else written(poll, LINES, (6,) * 5)

    assert not any(breaches_by_passing(answers, policy.cell - 2, lambda each: publish(each, policy)))


@pytest.mark.parametrize(
    ("policy", "answered"), [(ROOM, 12), (TOGETHER, 12), (Policy(8, 3), 12), (Policy(5, 5), 12), (WEBINAR, 24)], ids=str
)
@pytest.mark.parametrize(("kind", "options"), [("single", 2), ("multi", 2), ("scale", 2), ("slider", 5)])
def test_the_rules_leave_something_to_say(kind: Kind, options: int, policy: Policy, answered: int) -> None:
    """The adversary did not fail for want of results: under every policy, a group of that size gets to see numbers."""
    results = indistinguishable(poll_of(kind, options), answered, lambda counted: publish(counted, policy).buckets)

    assert len(results) > 2


@pytest.mark.parametrize("policy", [ROOM, TOGETHER, Policy(5, 5)], ids=str)
@pytest.mark.parametrize(("kind", "options"), [*product(["single", "scale"], [2, 3, 4, 5]), ("multi", 2), ("multi", 3), ("slider", 5)])
def test_a_number_that_can_be_worked_out_stands_for_almost_a_cell(kind: Kind, options: int, policy: Policy) -> None:
    """Merged counts can at times be worked out from the rules; never one of fewer people than one less than the cell."""
    poll = poll_of(kind, options)

    for answered in range(policy.floor, 13):
        for alike in indistinguishable(poll, answered, lambda counted: publish(counted, policy)).values():
            certain = [column[0] for column in zip(*alike, strict=True) if len(set(column)) == 1]
            assert all(policy.cell - 1 <= count <= answered - policy.cell for count in certain)


# The adversary bites: rules that are spoiled a little, each in a way that could happen


def exact_counts(counted: Tally) -> Hashable:
    """Show everything, because the group asked for it."""
    return counted.counts


def nobody_is_nobody(counted: Tally) -> Hashable:
    """Band small counts, but say "nobody" where it was nobody."""
    return tuple(0 if count == 0 else _line(count, counted.answered, cell=3) for count in counted.counts)


def everyone_is_everyone(counted: Tally) -> Hashable:
    """Band large counts, but say "everyone" where it was everyone."""
    n = counted.answered
    return tuple(n if count == n else _line(count, n, cell=3) for count in counted.counts)


def no_upper_band(counted: Tally) -> Hashable:
    """Hide small counts and forget that large ones are small counts of those who did not."""
    return tuple(FEW if count < 3 else count for count in counted.counts)


def overlapping_bands(counted: Tally) -> Hashable:
    """Show bands with a floor of five and a cell of four, where both bands claim the middle and the lower one gets it."""
    return tuple(_line(count, counted.answered, cell=4) for count in counted.counts) if counted.answered >= 5 else None


def hidden_but_not_merged(counted: Tally) -> Hashable:
    """Leave out small numbers of a single choice, which the others and the total give away."""
    return tuple(None if count < 3 else count for count in counted.counts)


def merged_without_company(counted: Tally) -> Hashable:
    """Merge the rare options of a single choice, but stop there, however few people that makes."""
    shown = tuple(count if count >= 3 else None for count in counted.counts)
    return shown, sum(count for count in counted.counts if count < 3)


def cell_for_nobody_but_oneself(counted: Tally) -> Hashable:
    """Publish by the rules of a room of strangers in a room with couples."""
    return publish(counted, ROOM)


def cell_for_couples_only(counted: Tally) -> Hashable:
    """Publish by the rules of a room of couples where three friends came together."""
    return publish(counted, TOGETHER)


def with_a_mean(counted: Tally) -> Hashable:
    """Add the mean of a scale to a result that is safe without it."""
    mean = sum(place * count for place, count in enumerate(counted.counts, start=1)) / counted.answered
    return publish(counted, ROOM), round(mean, 1)


def with_the_range(counted: Tally) -> Hashable:
    """Add the lowest and the highest point that anybody chose."""
    chosen = [place for place, count in enumerate(counted.counts) if count]
    return publish(counted, ROOM), chosen[0], chosen[-1]


def without_what_nobody_chose(counted: Tally) -> Hashable:
    """Tidy the chart: leave out the bars that stand for nobody."""
    return publish(counted, ROOM), tuple(count > 0 for count in counted.counts)


def most_popular_first(counted: Tally) -> Hashable:
    """Sort the bars by the true counts, bands and all."""
    return publish(counted, ROOM), tuple(sorted(range(len(counted.counts)), key=lambda place: -counted.counts[place]))


def with_all_crosses(counted: Tally) -> Hashable:
    """Add how many crosses were made in all, over all the options of a multi poll."""
    return publish(counted, ROOM), sum(counted.counts)


def with_the_number_of_lines(answers: Tally) -> Hashable:
    """Add how many different lines there were, also where they are too alike to be shown."""
    return publish(answers, ROOM), len(set(answers.texts))


def twice_under_two_policies(counted: Tally) -> Hashable:
    """Publish one tally twice: for the room, and more carefully for the report."""
    return publish(counted, Policy(5, 3)), publish(counted, Policy(5, 4))


def _line(count: int, answered: int, cell: int) -> int | str:
    if count < cell:
        return FEW
    return MOST if count > answered - cell else count


@pytest.mark.parametrize(
    ("spoiled", "kind", "options", "answered", "insiders"),
    [
        (exact_counts, "single", 2, 8, 0),
        (exact_counts, "multi", 2, 8, 0),
        (exact_counts, "scale", 3, 8, 0),
        (exact_counts, "slider", 5, 8, 0),
        (nobody_is_nobody, "multi", 2, 8, 0),
        (everyone_is_everyone, "multi", 2, 8, 0),
        (no_upper_band, "multi", 2, 8, 0),
        (overlapping_bands, "multi", 2, 5, 2),
        (overlapping_bands, "multi", 2, 6, 2),
        (hidden_but_not_merged, "single", 2, 8, 0),
        (hidden_but_not_merged, "single", 4, 8, 0),
        (merged_without_company, "single", 3, 8, 0),
        (cell_for_nobody_but_oneself, "single", 3, 8, 2),
        (cell_for_nobody_but_oneself, "multi", 2, 8, 2),
        (cell_for_nobody_but_oneself, "scale", 3, 8, 2),
        (cell_for_nobody_but_oneself, "slider", 5, 8, 2),
        (cell_for_couples_only, "multi", 2, 8, 3),
        (with_a_mean, "scale", 5, 8, 0),
        (with_a_mean, "slider", 5, 8, 0),
        (with_the_range, "scale", 5, 8, 0),
        (without_what_nobody_chose, "single", 4, 8, 0),
        (without_what_nobody_chose, "multi", 3, 8, 0),
        (most_popular_first, "multi", 4, 6, 1),
        (with_all_crosses, "multi", 3, 6, 0),
        (exact_counts, "rank", 3, 6, 0),
        (cell_for_nobody_but_oneself, "rank", 3, 6, 2),
        (without_what_nobody_chose, "rank", 3, 6, 0),
        (most_popular_first, "rank", 3, 6, 0),
        (with_the_number_of_lines, "text", 0, 10, 1),
        (twice_under_two_policies, "scale", 3, 8, 1),
        (twice_under_two_policies, "slider", 5, 8, 1),
    ],
)
def test_the_adversary_sees_through_a_spoiled_rule(spoiled: Publisher, kind: Kind, options: int, answered: int, insiders: int) -> None:
    """Each of these publishers makes somebody's answer certain, and the adversary says whose and how."""
    found = next(breaches(poll_of(kind, options), answered, insiders, spoiled), "no breach found")

    assert found.startswith(f"{kind}, {answered} answers, option ")


def test_a_breach_is_told_in_one_sentence() -> None:
    """Whoever broke a rule reads which result gives away which option, and to whom."""
    found = breaches(poll_of("single", 2), 2, 1, lambda counted: counted.counts[0] > 0)

    assert sorted(found) == [
        "single, 2 answers, option 0, insiders (0, 0): False",
        "single, 2 answers, option 0, insiders (0, 1): False",
        "single, 2 answers, option 0, insiders (0, 1): True",
        "single, 2 answers, option 1, insiders (0, 0): False",
        "single, 2 answers, option 1, insiders (0, 1): False",
        "single, 2 answers, option 1, insiders (0, 1): True",
    ]


# Every rule is needed: each is spoiled in the source, and the adversary is sent to the real `publish`


def few_are_shown_too(patch: pytest.MonkeyPatch) -> None:
    """Show something of any number of answers."""
    patch.setattr(Policy, "fewest_for", lambda policy, poll: 0)


def one_answer_fewer_will_do(kind: Kind) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what shows a kind of poll from one answer fewer on."""
    fewest = thresholds._FEWEST[kind]

    def spoil(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(cast(dict[Kind, Callable[[int], int]], thresholds._FEWEST), kind, lambda cell: fewest(cell) - 1)

    return spoil


def shown_by(kind: Kind, rule: Callable[[Tally, int], Iterator[Bucket]]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what makes the buckets of a kind of poll by another rule."""

    def spoil(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(cast(dict[Kind, Callable[[Tally, int], Iterator[Bucket]]], rules._BUCKETS), kind, rule)

    return spoil


def with_a_smaller_cell(kind: Kind) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what shows numbers of one person fewer in a kind of poll."""
    rule = rules._BUCKETS[kind]
    return shown_by(kind, lambda answers, cell: rule(answers, cell - 1))


def each_by_itself(answers: Tally, cell: int) -> Iterator[Bucket]:
    """Yield every option with its exact count."""
    for option, count in zip(answers.poll.options, answers.counts, strict=True):
        yield Bucket((option.id,), option.label, count, count)


def exact_where(told: Callable[[int, int], bool]) -> Callable[[Tally, int], Iterator[Bucket]]:
    """Return the rule of a multi poll but for the counts that `told` lets pass."""

    def rule(answers: Tally, cell: int) -> Iterator[Bucket]:
        for banded, exact in zip(rules._each_option(answers, cell), each_by_itself(answers, cell), strict=True):
            yield exact if told(exact.fewest, answers.answered) else banded

    return rule


def rare_ones_merged_without_company(answers: Tally, cell: int) -> Iterator[Bucket]:
    """Yield options by the rule of a single poll, the rare ones merged however few people that makes."""
    exact = list(each_by_itself(answers, cell))
    yield from (bucket for bucket in exact if bucket.fewest >= cell)
    rare = [bucket for bucket in exact if bucket.fewest < cell]
    people = sum(bucket.fewest for bucket in rare)
    yield Bucket(tuple(bucket.options[0] for bucket in rare), "Other answers", people, people)


def not_even_two_is_no_reason(patch: pytest.MonkeyPatch) -> None:
    """Cut a scale into all its points where it cannot be cut properly."""
    cut = rules.finest_cut

    def spoiled(counts: Sequence[int], cell: int) -> list[tuple[int, int]]:
        found = cut(counts, cell)
        return found if len(found) > 1 else list(pairwise(range(len(counts) + 1)))

    patch.setattr(rules, "finest_cut", spoiled)


def numbers_whenever_there_are_two(patch: pytest.MonkeyPatch) -> None:
    """Tell first choices and means with the order, whatever follows from both."""
    patch.setattr(rules, "_leaves_room", lambda answers, firsts, cell: True)


def room_for_one_person_fewer(patch: pytest.MonkeyPatch) -> None:
    """Leave room for the coalition, or for one person more, but not for both."""
    leaves_room = rules._leaves_room
    patch.setattr(rules, "_leaves_room", lambda answers, firsts, cell: leaves_room(answers, firsts, cell - 1))


def room_by_what_is_hidden(patch: pytest.MonkeyPatch) -> None:
    """Reckon the room from the true first choices, also those that are told only as other answers."""
    leaves_room = rules._leaves_room
    patch.setattr(rules, "_leaves_room", lambda answers, firsts, cell: leaves_room(answers, list(each_by_itself(answers, cell)), cell))


def first_choices_unmerged(patch: pytest.MonkeyPatch) -> None:
    """Tell every first choice of a ranking, however rare."""
    patch.setattr(rules, "_rarest_merged", each_by_itself)


def means_always(patch: pytest.MonkeyPatch) -> None:
    """Tell the mean places with every order, though not the first choices."""
    ranked = rules._ranked
    patch.setattr(
        rules,
        "_ranked",
        lambda shown, answers: replace(ranked(shown, answers), means=tuple(round(place / answers.answered, 1) for place in answers.places)),
    )


def level_within_half_a_place(patch: pytest.MonkeyPatch) -> None:
    """Call options level that are clearly apart, so that those which are not must be further apart still."""
    patch.setattr(rules, "LEVEL_WITHIN", 2)


def lines_as_often_as_written(patch: pytest.MonkeyPatch) -> None:
    """Show each line of text as often as it was written."""
    patch.setattr(rules, "_each_line_once", tuple)


def different_lines(enough: Callable[[int], int]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what shows the lines of a text poll where there are as many different ones as `enough` makes of a cell."""
    publish_ = rules.publish

    def spoiled(answers: Tally, policy: Policy) -> Published:
        published, lines_ = publish_(answers, policy), rules._each_line_once(answers.texts)
        shown = published.outcome != "too_few" and len(lines_) >= enough(policy.cell)
        return replace(published, outcome="shown", texts=lines_) if shown else published

    return lambda patch: patch.setattr(rules, "publish", spoiled)


def passes_counted(patch: pytest.MonkeyPatch) -> None:
    """Tell exactly how many passed."""
    publish_ = rules.publish
    patch.setattr(rules, "publish", lambda answers, policy: replace(publish_(answers, policy), passed=str(answers.passed)))


class Mutation(NamedTuple):
    """A rule, spoiled in one way, and the smallest search that shows what becomes of it.

    A rule is named by how it begins in the essay. The insiders are as many as the policy promises to outlast.
    """

    rule: str
    what: str
    spoil: Callable[[pytest.MonkeyPatch], None]
    kind: Kind
    options: int
    answered: int
    policy: Policy

    def __str__(self) -> str:
        """Return a name for the test's report."""
        return f"{self.what}, {self.kind}, {self.answered} answers, cell {self.policy.cell}"


FLOOR = "the **floor**"
CELL = "the **cell**"
MULTI = "In a ``multi`` poll"
ADDS_UP = "In a ``single``, ``scale`` or ``slider`` poll"
RANK = "In a ``rank`` poll"
TEXT = "In a ``text`` poll"
PASSING = "Passing"

MUTATIONS = [
    Mutation(FLOOR, "any number will do", few_are_shown_too, "multi", 2, 3, ROOM),
    Mutation(FLOOR, "any number will do", few_are_shown_too, "rank", 3, 2, ROOM),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("multi"), "multi", 2, 5, ROOM),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("single"), "single", 3, 7, ROOM),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("scale"), "scale", 3, 6, ROOM),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("slider"), "slider", 5, 6, ROOM),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("multi"), "multi", 2, 7, TOGETHER),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("single"), "single", 3, 8, TOGETHER),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("scale"), "scale", 3, 8, TOGETHER),
    Mutation(CELL, "one person smaller", with_a_smaller_cell("slider"), "slider", 5, 8, TOGETHER),
    Mutation(MULTI, "no bands", shown_by("multi", each_by_itself), "multi", 2, 5, ROOM),
    Mutation(MULTI, "nobody is nobody", shown_by("multi", exact_where(lambda count, answered: count == 0)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "everyone is everyone", shown_by("multi", exact_where(lambda count, answered: count == answered)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "no upper band", shown_by("multi", exact_where(lambda count, answered: 2 * count > answered)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "no lower band", shown_by("multi", exact_where(lambda count, answered: 2 * count < answered)), "multi", 2, 5, ROOM),
    Mutation(MULTI, "bands that overlap", one_answer_fewer_will_do("multi"), "multi", 2, 6, TOGETHER),
    Mutation(ADDS_UP, "nothing merged", shown_by("single", each_by_itself), "single", 2, 6, ROOM),
    Mutation(ADDS_UP, "nothing merged", shown_by("scale", each_by_itself), "scale", 2, 6, ROOM),
    Mutation(ADDS_UP, "nothing merged", shown_by("slider", each_by_itself), "slider", 5, 6, ROOM),
    Mutation(ADDS_UP, "merged without company", shown_by("single", rare_ones_merged_without_company), "single", 2, 6, ROOM),
    Mutation(ADDS_UP, "not even two is no reason", not_even_two_is_no_reason, "scale", 2, 6, ROOM),
    Mutation(ADDS_UP, "not even two is no reason", not_even_two_is_no_reason, "slider", 5, 6, ROOM),
    Mutation(RANK, "an order of one answer fewer", one_answer_fewer_will_do("rank"), "rank", 3, 5, ROOM),
    Mutation(RANK, "an order of one answer fewer", one_answer_fewer_will_do("rank"), "rank", 3, 16, Policy(cell=8)),
    Mutation(RANK, "level within half a place", level_within_half_a_place, "rank", 3, 6, ROOM),
    Mutation(RANK, "means with every order", means_always, "rank", 3, 6, ROOM),
    Mutation(RANK, "numbers with every order", numbers_whenever_there_are_two, "rank", 3, 6, ROOM),
    Mutation(RANK, "first choices unmerged", first_choices_unmerged, "rank", 3, 7, ROOM),
    Mutation(RANK, "room reckoned from what is hidden", room_by_what_is_hidden, "rank", 3, 7, ROOM),
    Mutation(RANK, "room for one person fewer", room_for_one_person_fewer, "rank", 3, 9, ROOM),
    Mutation(RANK, "room for one person fewer", room_for_one_person_fewer, "rank", 3, 12, TOGETHER),
    Mutation(TEXT, "lines as often as written", lines_as_often_as_written, "text", 0, 10, ROOM),
    Mutation(TEXT, "one line is enough", different_lines(lambda cell: 1), "text", 0, 10, ROOM),
    Mutation(TEXT, "one different line fewer", different_lines(lambda cell: cell - 1), "text", 0, 10, ROOM),
    Mutation(TEXT, "one different line fewer", different_lines(lambda cell: cell - 1), "text", 0, 10, TOGETHER),
    Mutation(PASSING, "passes counted", passes_counted, "multi", 2, 5, ROOM),
]


def given_away_in(mutation: Mutation) -> bool:
    """Return whether `publish`, as it is at the moment, makes anything certain that the rule of a mutation is to keep open."""
    kind, policy, answered = mutation.kind, mutation.policy, mutation.answered
    poll, insiders = poll_of(kind, mutation.options), policy.cell - 2
    if mutation.rule == PASSING:
        halves = tally(kind, *[answered // 2] * mutation.options, answered=answered)
        return any(breaches_by_passing(halves, insiders, lambda answers: rules.publish(answers, policy)))
    return any(breaches(poll, answered, insiders, lambda answers: rules.publish(answers, policy)))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_without_a_rule_somebody_becomes_certain(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The adversary finds nothing as long as the rule stands, and somebody's answer as soon as it is spoiled."""
    assert not given_away_in(mutation)

    mutation.spoil(monkeypatch)
    assert given_away_in(mutation)


def test_every_rule_is_spoiled_at_least_once() -> None:
    """Whoever writes a further rule into the essay of the package shows here that somebody would be certain without it."""
    essay = [" ".join(rule.split()) for rule in re.findall(r"^\* (.+?)(?=^\* |^$)", disclosure.__doc__ or "", re.MULTILINE | re.DOTALL)]
    spoiled = {mutation.rule for mutation in MUTATIONS}

    assert [rule for rule in essay if not rule.startswith(tuple(spoiled))] == []
    assert [beginning for beginning in spoiled if not any(rule.startswith(beginning) for rule in essay)] == []


# What the adversary cannot see, because it does not guess: the floor of a light question and the higher one of a heavy question, ten
# answers for texts, and stretches of a slider that are two wide. They keep an answer from being likely, not from being certain. The
# tests of the rules hold them.


@pytest.mark.parametrize("kind", KINDS)
def test_the_lowest_floor_hides_nothing_that_the_cell_would_show(kind: Kind) -> None:
    """Five answers are asked for because it is usual; what makes an answer certain is kept back by the cell alone."""
    assert thresholds._FEWEST[kind](LOWEST_CELL) >= LOWEST_FLOOR


# The adversary itself is checked against one who takes no short cut


def every_answer(poll: Poll) -> list[Answer]:
    """Return all that one person may say to a poll but for passing; of texts, one of two lines."""
    ids = [option.id for option in poll.options]
    if poll.kind == "multi":
        return [list(some) for size in range(len(ids) + 1) for some in combinations(ids, size)]
    if poll.kind == "rank":
        return [list(order) for order in permutations(ids)]
    return ["a", "b"] if poll.kind == "text" else [*ids]


def stated(poll: Poll, answer: Answer) -> frozenset[str]:
    """Return all that an answer says: what is chosen, or what stands where and before what."""
    chosen = poll.chosen(answer) or ()
    if poll.kind == "rank":
        ids = [option.id for option in poll.options]
        return stated_by(tuple(ids.index(option) for option in chosen))
    return frozenset(map(str, chosen))


def given_away(poll: Poll, answered: int, insiders: int, shown: Publisher) -> bool:
    """Return whether any result makes anyone's answer certain, by going through every answer of every single person."""
    worlds = list(product(every_answer(poll), repeat=answered))
    results = [shown(Tally.of(poll, world)) for world in worlds]
    says = {str(answer): stated(poll, answer) for answer in every_answer(poll)}
    sayable = statements(len(poll.options)) if poll.kind == "rank" else frozenset().union(*says.values())
    written_in: dict[Hashable, set[str]] = {}
    for world, result in zip(worlds, results, strict=True):
        written_in.setdefault(result, set()).update(map(str, world))
    for size in range(min(insiders, answered - 1) + 1):
        for coalition in combinations(range(answered), size):
            seen: dict[tuple[Hashable, tuple[str, ...]], list[tuple[Answer, ...]]] = {}
            for world, result in zip(worlds, results, strict=True):
                seen.setdefault((result, tuple(str(world[person]) for person in coalition)), []).append(world)
            strangers = set(range(answered)) - set(coalition)
            for (result, own), possible in seen.items():
                for person, statement in product(strangers, sayable):
                    true = {statement in says[str(world[person])] for world in possible}
                    # That nobody else wrote a line is no breach where one wrote it oneself, or where nobody can have.
                    told = poll.kind != "text" or (statement in written_in[result] and statement not in own)
                    if true == {True} or (true == {False} and told):
                        return True
    return False


def told_by(says: Callable[[Tally], int]) -> Publisher:
    """Return a publisher that shows no more than what `says` makes of a tally."""
    return lambda answers: says(answers)


@settings(deadline=None, max_examples=80)
@given(
    st.data(),
    st.sampled_from([("single", 2, 4), ("single", 3, 4), ("scale", 3, 3), ("multi", 2, 3), ("rank", 3, 2), ("rank", 3, 3), ("text", 0, 5)]),
    st.integers(0, 2),
)
def test_the_adversary_agrees_with_one_who_takes_no_short_cut(data: st.DataObject, size: tuple[Kind, int, int], insiders: int) -> None:
    """For any publisher at all, counting people finds a breach exactly where looking at every one of them does."""
    kind, options, answered = size
    poll = poll_of(kind, options)
    tallies_of = dict.fromkeys(Tally.of(poll, world) for world in product(every_answer(poll), repeat=answered))
    said = {each: data.draw(st.integers(0, 3)) for each in tallies_of}
    publisher = told_by(said.__getitem__)

    search = (
        breaches_of_texts(poll, "ab", answered, insiders, publisher) if kind == "text" else breaches(poll, answered, insiders, publisher)
    )
    assert any(search) == given_away(poll, answered, insiders, publisher)
