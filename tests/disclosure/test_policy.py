"""Policies: the thresholds under which a result is published, and the steps in which people are counted before that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.disclosure.tallies import policies, poll_of, rankings, tallies, tally, texts
from workshop_kit.disclosure import HEAVY_FLOOR, LOWEST_CELL, LOWEST_FLOOR, POLICIES, ROOM, TOGETHER, WEBINAR, Policy, publish, step
from workshop_kit.disclosure import policy as thresholds
from workshop_kit.errors import PolicyTooLow
from workshop_kit.polls import KINDS, Kind, Tally


def test_the_policies_of_the_house() -> None:
    """A room, a room with couples in it, and a webinar have these thresholds; a room's are the lowest."""
    assert {"room": Policy(5, 3), "together": Policy(5, 4), "webinar": Policy(11, 11)} == POLICIES
    assert Policy() == ROOM == Policy(LOWEST_FLOOR, LOWEST_CELL)


@pytest.mark.parametrize(("floor", "cell"), [(4, 3), (5, 2), (0, 0), (-5, -3), (4, 11), (11, 2), (float("nan"), 3)])
def test_no_policy_is_lower_than_the_lowest(floor: int, cell: int) -> None:
    """A floor under five or a cell under three is refused, also where a policy is raised to it; the sentence names both."""
    for make in (Policy, lambda floor, cell: ROOM.raised(floor=floor, cell=cell)):
        with pytest.raises(PolicyTooLow, match=r"^disclosure\.too_low floor=5 cell=3$"):
            make(floor, cell)


def test_a_policy_can_be_raised_and_is_never_lowered() -> None:
    """A facilitator may raise the floor, the cell, both or neither; to lower one is refused, also where the other is raised."""
    policy = Policy(8, 4)
    wanted: list[dict[str, int]] = [{}, {"floor": 9}, {"cell": 6}, {"floor": 8, "cell": 4}]

    assert [policy.raised(**each) for each in wanted] == [policy, Policy(9, 4), Policy(8, 6), policy]
    for lower in ({"floor": 7}, {"cell": 3}, {"floor": 20, "cell": 3}, {"floor": 7, "cell": 20}):
        with pytest.raises(PolicyTooLow, match=r"^disclosure\.never_lowered floor=8 cell=4$"):
            policy.raised(**lower)


def test_a_heavy_question_asks_for_more_answers() -> None:
    """A question of intensity 3 has a floor of at least eight; a lighter one, and a higher policy, stay as they are."""
    heavy = {ROOM: Policy(HEAVY_FLOOR, 3), TOGETHER: Policy(HEAVY_FLOOR, 4), WEBINAR: WEBINAR, Policy(9, 3): Policy(9, 3)}

    for policy, suited in heavy.items():
        assert [policy.suited_to(poll_of("single", 3, intensity)) for intensity in (1, 2, 3)] == [policy, policy, suited]


def halves(kind: Kind, answered: int) -> Tally:
    """Return answers as different as a poll of a kind lets them be: half of the people say one thing, and half another."""
    one, other = answered // 2, answered - answered // 2
    if kind == "rank":
        return rankings(f"{one} abc", f"{other} acb")
    if kind == "text":
        return texts(*(f"line {person % 11}" for person in range(answered)))
    counts = (one, 0, 0, 0, other) if kind == "slider" else (one, other)
    return tally(kind, *counts, answered=answered)


@pytest.mark.parametrize(
    ("kinds", "policy", "fewest"),
    [
        (["multi"], ROOM, 5),
        (["single", "scale", "slider", "rank"], ROOM, 6),
        (["text"], ROOM, 10),
        (["multi"], TOGETHER, 7),
        (["single", "scale", "slider", "rank"], TOGETHER, 8),
        (["text"], TOGETHER, 10),
        (["multi", "single", "scale", "slider", "rank"], Policy(9, 3), 9),
        (["text"], Policy(12, 3), 12),
        (["text"], Policy(5, 6), 12),
        (["rank"], Policy(5, 7), 14),
        # From a cell of eight on, an order as clear as an eighth of the group takes a few more people than two cells.
        (["rank"], Policy(5, 8), 17),
        (["multi"], WEBINAR, 21),
        (["single", "scale", "slider", "text"], WEBINAR, 22),
        (["rank"], WEBINAR, 23),
    ],
)
def test_a_result_waits_for_enough_answers(kinds: list[Kind], policy: Policy, fewest: int) -> None:
    """Nothing is shown below the floor, nor where two bands would overlap, two buckets not fill, or a guess be too good."""
    for kind in kinds:
        assert [publish(halves(kind, answered), policy).outcome for answered in (fewest - 1, fewest)] == ["too_few", "shown"], kind
        assert policy.fewest_for(halves(kind, 9).poll) == fewest, kind


def test_the_lowest_floor_hides_nothing_that_the_cell_would_show() -> None:
    """Five answers are asked for because it is usual; what makes an answer certain is kept back by the cell alone."""
    assert set(thresholds._FEWEST) == set(KINDS)
    assert all(fewest(LOWEST_CELL) >= LOWEST_FLOOR for fewest in thresholds._FEWEST.values())


@given(tallies(), policies, st.integers(0, 5))
def test_a_floor_only_withholds(counted: Tally, policy: Policy, more: int) -> None:
    """Under a higher floor nothing is said, or just the same: so whatever keeps a cell safe keeps it safe for heavy questions."""
    low, high = publish(counted, policy), publish(counted, policy.raised(floor=policy.floor + more))

    assert high.outcome == "too_few" or high.to_dict() | {"policy": None} == low.to_dict() | {"policy": None}
    assert (low.outcome == "too_few") == (counted.answered < policy.fewest_for(counted.poll))


# The counter of an open poll


def test_participation_is_counted_in_steps() -> None:
    """While a poll is open, all that is said is the last step that the number of ballots has reached.

    More ballots never read as fewer, and the counter never claims a ballot that is not there.
    """
    said = {0: 0, 4: 0, 5: 5, 9: 5, 10: 10, 20: 20, 199: 100, 4999: 2000, 9999: 5000}
    claimed = [step(ballots) for ballots in range(10_001)]

    assert {ballots: step(ballots) for ballots in said} == said
    assert claimed == sorted(claimed)
    assert all(number <= ballots for ballots, number in enumerate(claimed))
