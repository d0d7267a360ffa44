"""Disclosure of lines in people's own words: each once, in no order that means anything, and nobody's for certain.

Whatever the facilitator holds back is one more line that a stranger may have written. So these tests let everything through,
which is the worst that can happen. That the adversary bites is shown in `test_disclosure`.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adversary import LINES, breaches_of_texts
from workshop_kit.disclosure import FEW, FEWEST_TEXTS, ROOM, SEVERAL, TOGETHER, WEBINAR, Policy, Published, publish
from workshop_kit.polls import Poll, Tally

unhurried = settings(deadline=None)

POLL = Poll("p", "text", "What helps?", ())

policies = st.builds(Policy, floor=st.integers(5, 12), cell=st.integers(3, 7))
wording = st.text("abcABC éß.", min_size=1, max_size=6).filter(str.strip)


def tally(*lines: str, passed: int = 0) -> Tally:
    """Return the tally of some lines as people sent them."""
    return Tally.of(POLL, [*lines, *[{"pass": True}] * passed])


def in_turn(lines: Sequence[str], answered: int) -> Tally:
    """Return the tally of some people who wrote these lines in turn."""
    return tally(*(lines[person % len(lines)] for person in range(answered)))


# The rules


def test_a_line_is_shown_once_however_often_it_was_written() -> None:
    """Ten people who wrote three different lines get to see three lines, and not which one was common."""
    common = publish(tally(*["Being heard"] * 8, "Silence", "A walk"), ROOM)
    even = publish(tally(*["Being heard"] * 3, *["Silence"] * 3, *["A walk"] * 4), ROOM)

    assert sorted(common.texts) == ["A walk", "Being heard", "Silence"]
    assert common == even


def test_a_line_in_other_capitals_is_the_same_line() -> None:
    """Whether somebody's telephone began with a capital is not worth a line; the one that is shown is the first by alphabet."""
    published = publish(tally(*["silence", "SILENCE", "Silence", "a walk", "Straße", "STRASSE"] * 2), ROOM)

    assert sorted(published.texts) == ["SILENCE", "STRASSE", "a walk"]


def test_the_order_of_lines_is_neither_that_of_arrival_nor_the_alphabet() -> None:
    """Lines stand in an order that is always the same for the same lines and that tells nothing."""
    lines = [f"{letter} line" for letter in "abcdefghijkl"]
    published = publish(tally(*lines), ROOM)

    assert sorted(published.texts) == lines
    assert publish(tally(*reversed(lines)), ROOM) == published
    assert sum(one < other for one, other in pairwise(published.texts)) not in (0, len(lines) - 1)


def test_the_order_of_lines_is_theirs_alone() -> None:
    """Of any two lines the same one comes first, whatever else was written, so that no line can be added to learn anything."""
    lines = [f"line {number}" for number in range(12)]
    among_all = publish(tally(*lines), ROOM).texts
    among_some = publish(in_turn(lines[::3], 12), ROOM).texts

    assert among_some == tuple(line for line in among_all if line in lines[::3])


def test_lines_that_were_put_in_disorder_are_published_alike() -> None:
    """After the facilitator has read them, the lines of a tally may stand in any order; it makes no difference."""
    read = tally(*["silence", "SILENCE", "Silence", "a walk", "A walk", "time"] * 2)

    assert publish(replace(read, texts=read.texts[::-1]), ROOM) == publish(read, ROOM)


def test_lines_that_were_held_back_leave_no_trace() -> None:
    """What the facilitator did not approve is missing, and nothing says that it is."""
    read = tally(*["silence", "a walk", "time", "something cruel"] * 3)
    approved = replace(read, texts=tuple(text for text in read.texts if text != "something cruel"))

    assert publish(approved, ROOM) == publish(in_turn(["silence", "a walk", "time"], 12), ROOM)


@pytest.mark.parametrize(
    ("policy", "answered", "outcome"),
    [
        (ROOM, FEWEST_TEXTS - 1, "too_few"),
        (ROOM, FEWEST_TEXTS, "shown"),
        (TOGETHER, 9, "too_few"),
        (TOGETHER, 10, "shown"),
        (Policy(12, 3), 11, "too_few"),
        (Policy(12, 3), 12, "shown"),
        (Policy(5, 6), 11, "too_few"),
        (Policy(5, 6), 12, "shown"),
        (WEBINAR, 21, "too_few"),
        (WEBINAR, 22, "shown"),
    ],
)
def test_lines_wait_for_ten_answers(policy: Policy, answered: int, outcome: str) -> None:
    """With fewer than ten answers, or fewer than two cells, no line is shown: a guess who wrote it would be too good."""
    lines = [f"line {number}" for number in range(11)]

    assert publish(in_turn(lines, answered), policy).outcome == outcome


@pytest.mark.parametrize(
    ("policy", "different", "outcome"),
    [(ROOM, 2, "too_alike"), (ROOM, 3, "shown"), (TOGETHER, 3, "too_alike"), (TOGETHER, 4, "shown"), (ROOM, 1, "too_alike")],
)
def test_lines_wait_for_as_many_different_ones_as_a_cell(policy: Policy, different: int, outcome: str) -> None:
    """Where most people wrote the same, all that is told is how many answered.

    If one different line fewer would do, whoever wrote one and is told that answers are too alike could name all the others.
    """
    alike = in_turn([f"line {number}" for number in range(different)], 12)
    published = publish(alike, policy)

    assert published.outcome == outcome
    assert outcome == "shown" or published == Published(POLL, policy, "too_alike", 12, FEW)


def test_lines_that_differ_in_capitals_only_are_not_enough() -> None:
    """Three ways to write one word are one line."""
    assert publish(in_turn(["time", "Time", "TIME"], 12), ROOM).outcome == "too_alike"


@pytest.mark.parametrize(("passed", "band"), [(0, FEW), (2, FEW), (3, SEVERAL)])
def test_who_wrote_nothing_is_told_as_a_band(passed: int, band: str) -> None:
    """How many passed is said in words, as for every other kind of poll."""
    assert publish(tally(*["silence", "a walk", "time"] * 4, passed=passed), ROOM).passed == band


# What holds for all lines


@unhurried
@given(st.data(), st.lists(wording, min_size=3, max_size=6), st.integers(10, 20), policies)
def test_a_result_of_lines_depends_on_which_lines_there_are_and_on_nothing_else(
    data: st.DataObject, lines: list[str], answered: int, policy: Policy
) -> None:
    """Whoever wrote what, and however many did, two groups of one size that wrote the same lines see the same."""
    more = st.lists(st.sampled_from(lines), min_size=answered - len(lines), max_size=answered - len(lines))
    one, other = (tally(*lines, *data.draw(more)) for _ in range(2))

    assert publish(one, policy) == publish(other, policy)


@unhurried
@given(st.lists(wording, max_size=24), policies)
def test_only_lines_that_somebody_wrote_are_shown_and_nothing_is_counted(lines: list[str], policy: Policy) -> None:
    """A shown line is a true one, no two are alike, and a result of lines has no buckets, no order and no means."""
    answers = tally(*lines)
    published = publish(answers, policy)

    assert set(published.texts) <= set(answers.texts)
    assert len({text.casefold() for text in published.texts}) == len(published.texts)
    assert not published.texts or {text.casefold() for text in published.texts} == {text.casefold() for text in answers.texts}
    assert (published.buckets, published.order, published.means) == ((), (), ())


def test_lines_that_are_not_shown_are_nowhere_in_a_result() -> None:
    """Where there are too few answers, or too few different ones, none of their words is in any part of the result."""
    for answers in (in_turn(["mackerel", "haddock", "halibut"], 9), in_turn(["mackerel", "haddock"], 12)):
        published = publish(answers, ROOM)
        said = json.dumps(published.to_dict()) + repr(published)

        assert not any(fish in said for fish in ("mackerel", "haddock", "halibut"))


# The adversary


@pytest.mark.parametrize("policy", [ROOM, TOGETHER, Policy(5, 5)], ids=str)
@pytest.mark.parametrize("answered", [10, 11, 12])
def test_no_line_is_certain_to_be_anyones(policy: Policy, answered: int) -> None:
    """Whoever pools up to two lines fewer than the cell knows of nobody else that they wrote a line, or that they did not."""
    found = list(breaches_of_texts(POLL, LINES, answered, policy.cell - 2, lambda answers: publish(answers, policy)))

    assert found == []


@pytest.mark.parametrize("policy", [ROOM, TOGETHER, Policy(5, 5)], ids=str)
@pytest.mark.parametrize(("answered", "lines"), [(answered, lines) for answered in (10, 12) for lines in range(6, answered + 1)])
def test_nor_where_there_are_many_lines(policy: Policy, answered: int, lines: int) -> None:
    """Also where almost everybody wrote something different, any line may be any stranger's, but for the coalition's own."""
    different = [f"line {number}" for number in range(lines)]

    assert len(publish(in_turn(different, answered), policy).texts) == lines
    assert not any(
        breaches_of_texts(POLL, different, answered, policy.cell - 2, lambda answers: publish(answers, policy), all_written=True)
    )


def as_often_as_written(answers: Tally) -> tuple[str, ...]:
    """Show each line as often as it was written."""
    return answers.texts


def test_the_adversary_looks_at_many_lines_as_closely_as_at_few() -> None:
    """A publisher that shows lines too often is caught in either way of going through the groups."""
    assert any(breaches_of_texts(POLL, LINES, 10, 0, as_often_as_written))
    assert any(breaches_of_texts(POLL, ["a walk", "time"], 10, 1, as_often_as_written, all_written=True))
