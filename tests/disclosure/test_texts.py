"""Disclosure of lines in people's own words: each once, in no order that means anything, and nobody's for certain.

Whatever the facilitator holds back is one more line that a stranger may have written. So these tests let everything through,
which is the worst that can happen. That the adversary bites is shown in `test_adversary`.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.disclosure.adversary import LINES, breaches_of_texts
from tests.disclosure.tallies import policies, poll_of, texts
from workshop_kit.disclosure import FEW, ROOM, TOGETHER, Policy, Published, publish
from workshop_kit.polls import Tally

wording = st.text("abcABC éß.", min_size=1, max_size=6).filter(str.strip)


def in_turn(lines: Sequence[str], answered: int) -> Tally:
    """Return the tally of some people who wrote these lines in turn."""
    return texts(*(lines[person % len(lines)] for person in range(answered)))


# The rules


def test_a_line_is_shown_once_whatever_its_capitals_and_however_often_it_was_written() -> None:
    """People see which lines there are, not which one was common; of those that differ in capitals, the first by alphabet."""
    common = publish(texts(*["Being heard"] * 8, "Silence", "A walk"), ROOM)
    even = publish(texts(*["Being heard"] * 3, *["Silence"] * 3, *["A walk"] * 4), ROOM)
    capitals = publish(texts(*["silence", "SILENCE", "Silence", "a walk", "Straße", "STRASSE"] * 2), ROOM)

    assert sorted(common.texts) == ["A walk", "Being heard", "Silence"]
    assert common == even
    assert sorted(capitals.texts) == ["SILENCE", "STRASSE", "a walk"]


def test_the_order_of_lines_is_theirs_alone() -> None:
    """It is neither that of arrival nor the alphabet, and of any two lines the same one comes first, whatever else was written."""
    lines = [f"{letter} line" for letter in "abcdefghijkl"]
    among_all = publish(texts(*lines), ROOM).texts
    among_some = publish(in_turn(lines[::3], 12), ROOM).texts

    assert sorted(among_all) == lines
    assert publish(replace(texts(*lines), texts=tuple(reversed(lines))), ROOM).texts == among_all
    assert sum(one < other for one, other in pairwise(among_all)) not in (0, len(lines) - 1)
    assert among_some == tuple(line for line in among_all if line in lines[::3])


def test_lines_that_were_held_back_leave_no_trace() -> None:
    """What the facilitator did not approve is missing, and nothing says that it is."""
    read = in_turn(["silence", "a walk", "time", "something cruel"], 16)
    approved = replace(read, texts=tuple(text for text in read.texts if text != "something cruel"))

    assert publish(approved, ROOM) == publish(in_turn(["silence", "a walk", "time"], 16), ROOM)


@pytest.mark.parametrize(
    ("policy", "lines", "outcome"),
    [
        (ROOM, ["time"], "too_alike"),
        (ROOM, ["time", "silence"], "too_alike"),
        (ROOM, ["time", "Time", "TIME"], "too_alike"),
        (ROOM, ["time", "silence", "a walk"], "shown"),
        (TOGETHER, ["time", "silence", "a walk"], "too_alike"),
        (TOGETHER, ["time", "silence", "a walk", "a word"], "shown"),
    ],
)
def test_lines_wait_for_as_many_different_ones_as_a_cell(policy: Policy, lines: list[str], outcome: str) -> None:
    """Where most people wrote the same, all that is told is how many answered.

    If one different line fewer would do, whoever wrote one and is told that answers are too alike could name all the others.
    """
    published = publish(in_turn(lines, 12), policy)

    assert published.outcome == outcome
    assert outcome == "shown" or published == Published(poll_of("text"), policy, "too_alike", 12, FEW)


# What holds for all lines


@given(st.data(), st.lists(wording, min_size=3, max_size=6), st.integers(10, 20), policies)
def test_a_result_of_lines_depends_on_which_lines_there_are_and_on_nothing_else(
    data: st.DataObject, lines: list[str], answered: int, policy: Policy
) -> None:
    """Two groups of one size that wrote the same lines see the same, and each line is a true one, no two are alike, none is counted."""
    more = st.lists(st.sampled_from(lines), min_size=answered - len(lines), max_size=answered - len(lines))
    one, other = (texts(*lines, *data.draw(more)) for _ in range(2))

    published = publish(one, policy)

    assert publish(other, policy) == published
    assert set(published.texts) <= set(one.texts)
    assert sorted(text.casefold() for text in published.texts) in ([], sorted({text.casefold() for text in one.texts}))
    assert (published.buckets, published.order, published.means) == ((), (), ())


# The adversary

CELLS = [ROOM, TOGETHER, pytest.param(Policy(5, 5), marks=pytest.mark.prove)]


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", CELLS, ids=str)
def test_no_line_is_certain_to_be_anyones(policy: Policy) -> None:
    """Whoever pools up to two lines fewer than the cell knows of nobody else that they wrote a line, or that they did not."""
    for answered in (10, 11, 12):
        assert list(breaches_of_texts(poll_of("text"), LINES, answered, policy.cell - 2, lambda answers: publish(answers, policy))) == []


@pytest.mark.no_cover
@pytest.mark.parametrize("policy", CELLS, ids=str)
@pytest.mark.parametrize(("answered", "lines"), [(answered, lines) for answered in (10, 12) for lines in range(6, answered + 1)])
def test_nor_where_there_are_many_lines(policy: Policy, answered: int, lines: int) -> None:
    """Also where almost everybody wrote something different, any line may be any stranger's, but for the coalition's own."""
    different = [f"line {number}" for number in range(lines)]

    def shown(answers: Tally) -> Published:
        return publish(answers, policy)

    assert len(shown(in_turn(different, answered)).texts) == lines
    assert list(breaches_of_texts(poll_of("text"), different, answered, policy.cell - 2, shown, all_written=True)) == []
