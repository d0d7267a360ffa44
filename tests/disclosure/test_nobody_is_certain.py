"""The promise of disclosure for choices, scales and sliders: an adversary is sent through every tally of up to twelve people.

Every small coalition pools what it knows, and looks for an answer that has become certain (see `adversary`). Rankings and
lines of text are gone through in `test_ranks` and `test_texts`; that the adversary bites is shown in `test_adversary`.

A heavy question has the cell of its room and a higher floor, and a floor only withholds (`test_policy`), so no further search is
made for it. Nor is one for more than three options of a multi poll: each speaks for itself (the second test), so what holds for
one option beside two others holds beside any number of them.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from typing import Any

import pytest

from tests.disclosure.adversary import LINES, breaches_by_passing, breaches_of_choices, indistinguishable, written
from tests.disclosure.tallies import poll_of
from workshop_kit.disclosure import ROOM, TOGETHER, WEBINAR, Policy, Published, publish
from workshop_kit.polls import KINDS, STRETCHES, Kind, Tally

MOST = 12


def searches() -> Iterator[Any]:
    """Yield a policy, a kind, how many options and up to how many people: what a room can be opened with, and for the proof what it can be raised to."""
    for policy in (ROOM, TOGETHER, Policy(8, 3), Policy(8, 4), Policy(5, 5)):
        sizes: list[tuple[Kind, int]] = [("slider", len(STRETCHES)), ("multi", 2), ("multi", 3)]
        sizes += [("single", options) for options in (2, 3, 4, 5, 6)] + [("scale", options) for options in (2, 3, 4, 5)]
        for size in sizes:
            yield pytest.param(policy, *size, MOST, marks=[] if policy in (ROOM, TOGETHER) else pytest.mark.prove)
    for policy, beyond in product((ROOM, TOGETHER), (("multi", 4), ("multi", 5), ("scale", 6))):
        yield pytest.param(policy, *beyond, MOST, marks=pytest.mark.prove)
    for many in (("single", 2), ("single", 3), ("scale", 2), ("scale", 3), ("multi", 2)):
        yield WEBINAR, *many, 24


# Not measured for coverage: that takes three times as long and shows no line that others do not.
@pytest.mark.no_cover
@pytest.mark.parametrize(("policy", "kind", "options", "most"), list(searches()), ids=str)
def test_no_result_makes_anyones_answer_certain(policy: Policy, kind: Kind, options: int, most: int) -> None:
    """Whoever pools up to two answers fewer than the cell, in no result is an option certain for anyone else, either way.

    The adversary does not fail for want of results, and where a merged count can be worked out from the rules, it is never one of
    fewer people than one less than the cell.
    """
    poll, cell = poll_of(kind, options), policy.cell

    for answered in range(1, most + 1):
        groups = indistinguishable(poll, answered, lambda counted: publish(counted, policy))
        assert list(breaches_of_choices(poll, answered, cell - 2, groups)) == []
        for result, alike in groups.items():
            told = [column[0] for column in zip(*alike, strict=True) if len(set(column)) == 1]
            assert all(cell - 1 <= count <= answered - cell for count in told), result

    # After the last number of people.
    assert len({result.buckets for result in groups if isinstance(result, Published)}) > 2


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", [ROOM, TOGETHER], ids=str)
def test_every_option_of_a_multi_poll_speaks_for_itself(policy: Policy) -> None:
    """What is said of an option follows from how many chose it and how many answered, whatever was chosen beside it.

    Counts are gone through in rising order only, since the order of options has no say in how they are shown (`test_rules`).
    """
    poll = poll_of("multi", 6)
    for answered in range(policy.fewest_for(poll), MOST + 1):
        alone: dict[int, tuple[int, int, str | None]] = {}
        for counts in combinations_with_replacement(range(answered + 1), len(poll.options)):
            for count, bucket in zip(counts, publish(Tally(poll, answered, 0, counts), policy).buckets, strict=True):
                said = bucket.fewest, bucket.most, bucket.band
                assert alone.setdefault(count, said) == said
        assert len(alone) == answered + 1


@pytest.mark.parametrize("policy", [ROOM, TOGETHER, WEBINAR, Policy(5, 7)], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_certain_not_to_have_passed(kind: Kind, policy: Policy) -> None:
    """However many passed, and whoever of them say so to each other, somebody else may have passed as well."""
    poll = poll_of(kind, 0 if kind == "text" else len(STRETCHES))
    answers = Tally(poll, 30, 0, (6,) * 5, places=(90,) * 5) if kind != "text" else written(poll, LINES, (6,) * 5)

    assert not any(breaches_by_passing(answers, policy.cell - 2, lambda each: publish(each, policy)))
