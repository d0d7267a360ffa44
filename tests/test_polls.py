"""Polls: what each kind accepts and refuses, and what is left when answers are counted."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshop_kit.errors import (
    InvalidAnswer,
    MaterialError,
    NotAdmitted,
    NotNow,
    PolicyTooLow,
    SetupError,
    Unknown,
    WorkshopError,
)
from workshop_kit.polls import KINDS, PASS, STRETCHES, Kind, Option, Poll, Tally

unhurried = settings(deadline=None)

TEA = Poll("tea", "single", "Which tea?", (Option("mint", "Mint"), Option("rooibos", "Rooibos"), Option("black", "Black")))
TOPPINGS = Poll("toppings", "multi", "What goes on top?", (Option("nuts", "Nuts"), Option("seeds", "Seeds"), Option("figs", "Figs")))
SPICE = Poll("spice", "scale", "How hot?", (Option(1, "Mild"), Option(2, "Warm"), Option(3, "Hot")))
SUGAR = Poll.from_dict({"id": "sugar", "kind": "slider", "question": "How sweet?", "low": "Not at all", "high": "Very"})
EACH_KIND = [TEA, TOPPINGS, SPICE, SUGAR]

WRITTEN: dict[str, Any] = {"id": "tea", "kind": "single", "question": "Which tea?", "options": ["mint", "black"]}


# Polls and answers as anyone might write them


@st.composite
def polls(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Poll:
    """Return a poll of any kind and any wording, with two to six options or the stretches of a slider."""
    kind: Kind = draw(st.sampled_from(kinds))
    wording = st.text(min_size=1, max_size=20)
    ids: list[Any] = draw(st.lists(st.integers() if kind == "scale" else wording, min_size=2, max_size=6, unique=True))
    options = tuple(Option(each, draw(wording)) for each in (sorted(ids) if kind == "scale" else ids))
    return Poll(
        id=draw(wording),
        kind=kind,
        question=draw(wording),
        options=SUGAR.options if kind == "slider" else options,
        intensity=draw(st.integers(1, 3)),
        section=draw(st.none() | wording),
        hint=draw(st.none() | wording),
        low=draw(wording) if kind == "slider" else None,
        high=draw(wording) if kind == "slider" else None,
    )


@st.composite
def answered_polls(draw: st.DrawFn) -> tuple[Poll, list[Any]]:
    """Return a poll and up to a dozen answers to it, passes among them."""
    poll = draw(polls())
    ids: st.SearchStrategy[Any] = st.sampled_from([option.id for option in poll.options])
    choice = {"multi": st.lists(ids, unique=True), "slider": st.integers(0, 10)}.get(poll.kind, ids)
    return poll, draw(st.lists(choice | st.just(dict(PASS)), max_size=12))


# Errors


@pytest.mark.parametrize("error", [InvalidAnswer, NotNow, NotAdmitted, Unknown, PolicyTooLow, MaterialError, SetupError])
def test_whatever_goes_wrong_can_be_caught_by_one_name(error: type[WorkshopError]) -> None:
    """Every error of the kit is a `WorkshopError` and says its sentence as it was written."""
    with pytest.raises(WorkshopError, match=r"^The kettle is empty\. Please fill it\.$"):
        raise error("The kettle is empty. Please fill it.")


# Answers


@pytest.mark.parametrize(
    ("poll", "answer", "chosen"),
    [
        (TEA, "mint", {"mint"}),
        (TEA, "black", {"black"}),
        (TOPPINGS, ["nuts"], {"nuts"}),
        (TOPPINGS, ["figs", "nuts"], {"nuts", "figs"}),
        (TOPPINGS, ["nuts", "seeds", "figs"], {"nuts", "seeds", "figs"}),
        (SPICE, 1, {1}),
        (SPICE, 3, {3}),
        *((SUGAR, value, {0}) for value in (0, 1)),
        *((SUGAR, value, {2}) for value in (2, 3)),
        *((SUGAR, value, {4}) for value in (4, 5, 6)),
        *((SUGAR, value, {7}) for value in (7, 8)),
        *((SUGAR, value, {9}) for value in (9, 10)),
    ],
)
def test_an_answer_in_the_form_of_its_poll_chooses_options(poll: Poll, answer: object, chosen: set[str | int]) -> None:
    """A single poll takes an id, a multi poll a list of ids in any order, a scale a point, a slider a number from 0 to 10."""
    assert poll.chosen(answer) == frozenset(chosen)


def test_none_of_these_is_an_answer_and_not_a_pass() -> None:
    """An empty list says "none of these": it chooses nothing, and yet whoever sent it has answered."""
    tally = Tally.of(TOPPINGS, [[], PASS])

    assert TOPPINGS.chosen([]) == frozenset()
    assert (tally.answered, tally.passed, tally.counts) == (1, 1, (0, 0, 0))


@pytest.mark.parametrize("poll", EACH_KIND)
def test_anyone_may_pass(poll: Poll) -> None:
    """A pass is taken by every kind of poll and chooses nothing."""
    assert poll.chosen({"pass": True}) is None


@pytest.mark.parametrize("poll", EACH_KIND)
@pytest.mark.parametrize("answer", [{}, {"pass": False}, {"pass": "yes"}, {"pass": True, "because": "tired"}, {"answer": "mint"}])
def test_only_a_plain_pass_is_a_pass(poll: Poll, answer: object) -> None:
    """A mapping is refused unless it says that someone passes, and nothing besides."""
    with pytest.raises(InvalidAnswer, match="could not be read"):
        poll.chosen(answer)


@pytest.mark.parametrize(
    ("poll", "answer", "sentence"),
    [
        (TEA, "coffee", "not one of the options"),
        (TEA, "Mint", "not one of the options"),
        (TEA, "", "not one of the options"),
        (TEA, ["mint"], "takes one option"),
        (TEA, 1, "takes one option"),
        (TEA, None, "takes one option"),
        (TEA, b"mint", "takes one option"),
        (TOPPINGS, ["nuts", "sand"], "not one of the options"),
        (TOPPINGS, ["nuts", "nuts"], "chosen twice"),
        (TOPPINGS, ["nuts", 1], "takes a list of options"),
        (TOPPINGS, [["nuts"]], "takes a list of options"),
        (TOPPINGS, "nuts", "takes a list of options"),
        (TOPPINGS, ("nuts", "figs"), "takes a list of options"),
        (TOPPINGS, {"nuts"}, "takes a list of options"),
        (TOPPINGS, None, "takes a list of options"),
        (SPICE, 0, "not one of the options"),
        (SPICE, 4, "not one of the options"),
        (SPICE, -1, "not one of the options"),
        (SPICE, 2.0, "takes one point"),
        (SPICE, "2", "takes one point"),
        (SPICE, [2], "takes one point"),
        (SPICE, None, "takes one point"),
        (SUGAR, -1, "takes one number from 0 to 10"),
        (SUGAR, 11, "takes one number from 0 to 10"),
        (SUGAR, 5.0, "takes one number from 0 to 10"),
        (SUGAR, "5", "takes one number from 0 to 10"),
        (SUGAR, [5], "takes one number from 0 to 10"),
        (SUGAR, None, "takes one number from 0 to 10"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(poll: Poll, answer: object, sentence: str) -> None:
    """An answer of another form, or one that names an option the poll has not got, is refused in one sentence."""
    with pytest.raises(InvalidAnswer, match=sentence):
        poll.chosen(answer)


@pytest.mark.parametrize("answer", [True, False])
def test_true_is_no_point_on_a_scale(answer: object) -> None:
    """Python takes True for 1; a scale from 0 to 1 does not, nor does a slider."""
    light = Poll("light", "scale", "How bright?", (Option(0, "Dark"), Option(1, "Bright")))

    with pytest.raises(InvalidAnswer, match="takes one point"):
        light.chosen(answer)
    with pytest.raises(InvalidAnswer, match="takes one number"):
        SUGAR.chosen(answer)


CANARY = 8675309


@pytest.mark.parametrize("poll", EACH_KIND)
@pytest.mark.parametrize(
    "typed",
    [
        CANARY,
        str(CANARY),
        [str(CANARY)],
        [str(CANARY), str(CANARY)],
        [CANARY],
        float(CANARY),
        {"pass": CANARY},
        {str(CANARY): True},
    ],
)
def test_a_refusal_never_repeats_what_was_typed(poll: Poll, typed: object) -> None:
    """An error ends up in logs and on screens, so nothing of the answer is in it, nor in an error that led to it."""
    with pytest.raises(InvalidAnswer) as caught:
        poll.chosen(typed)

    assert str(CANARY) not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


# Counting


@pytest.mark.parametrize(
    ("poll", "answers", "answered", "passed", "counts"),
    [
        (TEA, [], 0, 0, (0, 0, 0)),
        (TEA, ["mint", "black", "mint", PASS], 3, 1, (2, 0, 1)),
        (TOPPINGS, [["nuts", "figs"], ["figs"], [], PASS, PASS], 3, 2, (1, 0, 2)),
        (SPICE, [3, 3, 2], 3, 0, (0, 1, 2)),
        (SPICE, [PASS, PASS], 0, 2, (0, 0, 0)),
        (SUGAR, [0, 1, 4, 6, 10, PASS], 5, 1, (2, 0, 2, 0, 1)),
    ],
)
def test_a_tally_counts_people_per_option_in_the_order_of_the_poll(
    poll: Poll, answers: list[Any], answered: int, passed: int, counts: tuple[int, ...]
) -> None:
    """A tally holds how many answered, how many passed and how many chose each option."""
    assert Tally.of(poll, answers) == Tally(poll, answered, passed, counts)


def test_a_tally_can_be_taken_of_a_stream() -> None:
    """Answers are read once, one after the other, so they need not be kept in a list to be counted."""
    tally = Tally.of(TEA, (answer for answer in ("mint", "mint", "black")))

    assert tally.counts == (2, 0, 1)


def test_one_answer_that_does_not_fit_stops_the_count() -> None:
    """A tally is of all answers or of none: it never passes over one in silence."""
    with pytest.raises(InvalidAnswer):
        Tally.of(TEA, ["mint", "coffee", "black"])


@unhurried
@given(st.data())
def test_the_order_of_answers_leaves_no_trace(data: st.DataObject) -> None:
    """Whoever answered first, the tally is the same."""
    poll, answers = data.draw(answered_polls())
    shuffled = data.draw(st.permutations(answers))

    assert Tally.of(poll, shuffled) == Tally.of(poll, answers)
    assert repr(Tally.of(poll, shuffled)) == repr(Tally.of(poll, answers))


@unhurried
@given(st.data())
def test_the_order_of_crosses_leaves_no_trace(data: st.DataObject) -> None:
    """In a multi poll it makes no difference which option somebody ticked first."""
    poll = data.draw(polls(kinds=("multi",)))
    ticked = data.draw(st.lists(st.sampled_from([option.id for option in poll.options]), unique=True))

    assert poll.chosen(data.draw(st.permutations(ticked))) == poll.chosen(ticked)


@unhurried
@given(answered_polls())
def test_everyone_is_counted_exactly_once(answered: tuple[Poll, list[Any]]) -> None:
    """Each person either answered or passed, and one choice is one count."""
    poll, answers = answered
    tally = Tally.of(poll, answers)

    assert tally.answered + tally.passed == len(answers)
    assert tally.passed == answers.count(PASS)
    assert sum(tally.counts) == sum(len(poll.chosen(answer) or ()) for answer in answers)
    assert all(0 <= count <= tally.answered for count in tally.counts)


def test_a_tally_keeps_no_combination_of_options() -> None:
    """Which options went together in one head is gone: one person with two options counts like two with one each."""
    together = Tally.of(TOPPINGS, [["nuts", "figs"], []])
    apart = Tally.of(TOPPINGS, [["nuts"], ["figs"]])

    assert together == apart


def test_a_slider_is_counted_by_stretches_at_least_two_wide() -> None:
    """Which number of a stretch somebody chose is gone with the counting, and the stretches leave no number out."""
    assert Tally.of(SUGAR, [4, 9]) == Tally.of(SUGAR, [6, 10])
    assert all(high > low for low, high in STRETCHES)
    assert [value for low, high in STRETCHES for value in range(low, high + 1)] == list(range(11))


def test_a_tally_keeps_its_numbers_to_itself() -> None:
    """A tally that slips into a log or a traceback shows its poll and not one of its numbers."""
    shown = repr(Tally(TEA, answered=7919, passed=6007, counts=(4409, 3203, 307)))

    assert "tea" in shown
    assert not any(number in shown for number in ("7919", "6007", "4409", "3203", "307"))


# What an author writes


@unhurried
@given(polls())
def test_a_poll_survives_being_written_down(poll: Poll) -> None:
    """A poll comes back the same from its plain data, on the way through JSON too."""
    assert Poll.from_dict(poll.to_dict()) == poll
    assert Poll.from_dict(json.loads(json.dumps(poll.to_dict()))) == poll


def test_a_poll_can_be_written_in_four_lines() -> None:
    """What an author leaves out has a mild default: a light question, in no section, without a hint."""
    poll = Poll.from_dict(WRITTEN)

    assert (poll.id, poll.kind, poll.question) == ("tea", "single", "Which tea?")
    assert (poll.intensity, poll.section, poll.hint) == (1, None, None)


@pytest.mark.parametrize(
    ("kind", "written", "options"),
    [
        ("single", ["mint", "black"], (Option("mint", "mint"), Option("black", "black"))),
        ("multi", ("mint", "black"), (Option("mint", "mint"), Option("black", "black"))),
        ("single", [{"id": "m", "label": "Mint"}, "black"], (Option("m", "Mint"), Option("black", "black"))),
        ("single", [{"id": 1, "label": "Mint"}, {"id": 2, "label": 3}], (Option("1", "Mint"), Option("2", "3"))),
        ("scale", ["Mild", "Warm", "Hot"], (Option(1, "Mild"), Option(2, "Warm"), Option(3, "Hot"))),
        ("scale", [{"id": 0, "label": "Mild"}, {"id": 10, "label": "Hot"}], (Option(0, "Mild"), Option(10, "Hot"))),
        ("scale", [{"id": -1, "label": "Mild"}, "Warm"], (Option(-1, "Mild"), Option(2, "Warm"))),
    ],
)
def test_an_option_is_a_mapping_or_just_its_label(kind: str, written: object, options: tuple[Option, ...]) -> None:
    """A plain string stands for both id and label, and on a scale for the label of the next point."""
    assert Poll.from_dict({**WRITTEN, "kind": kind, "options": written}).options == options


def test_a_slider_needs_no_options_but_words_for_its_ends() -> None:
    """The stretches of a slider are the same for every slider, whatever options somebody wrote."""
    slider = Poll.from_dict({**WRITTEN, "kind": "slider", "low": "Not at all", "high": "Very"})

    assert [option.label for option in slider.options] == ["0 to 1", "2 to 3", "4 to 6", "7 to 8", "9 to 10"]
    assert (slider.low, slider.high) == ("Not at all", "Very")


@pytest.mark.parametrize("key", ["id", "kind", "question"])
def test_a_poll_without_one_of_its_parts_is_refused(key: str) -> None:
    """A missing part and an empty one are named alike."""
    without = {name: value for name, value in WRITTEN.items() if name != key}

    with pytest.raises(MaterialError, match=f"no '{key}'"):
        Poll.from_dict(without)
    with pytest.raises(MaterialError, match=f"no '{key}'"):
        Poll.from_dict({**WRITTEN, key: None})
    with pytest.raises(MaterialError, match=f"no '{key}'"):
        Poll.from_dict({**WRITTEN, key: ""})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "essay"}, "kind that is not known here. Choose one of: single, multi, scale"),
        ({"kind": ["single"]}, "kind that is not known here"),
        ({"intensity": 0}, "intensity other than 1, 2 or 3"),
        ({"intensity": 4}, "intensity other than 1, 2 or 3"),
        ({"intensity": "3"}, "intensity other than 1, 2 or 3"),
        ({"intensity": None}, "intensity other than 1, 2 or 3"),
        ({"options": None}, "at least two options"),
        ({"options": ["mint"]}, "at least two options"),
        ({"options": "mint, black"}, "at least two options"),
        ({"options": {"mint": "Mint", "black": "Black"}}, "at least two options"),
        ({"options": ["mint", "mint"]}, "two options the same id"),
        ({"options": [{"id": 1, "label": "Mint"}, {"id": "1", "label": "Black"}]}, "two options the same id"),
        ({"options": ["mint", {"label": "Black"}]}, "Option 2 of the poll 'tea' needs an 'id' and a 'label'"),
        ({"options": [{"id": "mint"}, "black"]}, "Option 1 of the poll 'tea' needs an 'id' and a 'label'"),
        ({"options": ["mint", 5]}, "Option 2 of the poll 'tea' needs an 'id' and a 'label'"),
        ({"options": ["mint", None]}, "Option 2 of the poll 'tea' needs an 'id' and a 'label'"),
        ({"kind": "scale", "options": ["Mild", {"id": "2", "label": "Hot"}]}, "Option 2 of the scale 'tea' needs a whole number"),
        ({"kind": "scale", "options": ["Mild", {"id": 2.0, "label": "Hot"}]}, "Option 2 of the scale 'tea' needs a whole number"),
        ({"kind": "scale", "options": [{"id": True, "label": "Mild"}, "Hot"]}, "Option 1 of the scale 'tea' needs a whole number"),
        ({"kind": "scale", "options": [{"id": 2, "label": "Mild"}, "Hot"]}, "two options the same id"),
        ({"kind": "scale", "options": [{"id": 3, "label": "Mild"}, {"id": 1, "label": "Hot"}]}, "not in rising order"),
        ({"kind": "slider"}, "The slider 'tea' needs 'low' and 'high'"),
        ({"kind": "slider", "low": "Not at all"}, "The slider 'tea' needs 'low' and 'high'"),
        ({"kind": "slider", "low": "", "high": "Very"}, "The slider 'tea' needs 'low' and 'high'"),
    ],
)
def test_broken_material_is_refused_by_name(change: dict[str, Any], sentence: str) -> None:
    """An author is told which poll, which option and what to write instead."""
    with pytest.raises(MaterialError, match=sentence) as caught:
        Poll.from_dict({**WRITTEN, **change})

    assert "'tea'" in str(caught.value)
