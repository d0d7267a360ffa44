"""Polls: what each kind accepts and refuses, and what is left when answers are counted."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_kit import errors
from workshop_kit.errors import InvalidAnswer, MaterialError
from workshop_kit.polls import FEWEST_OPTIONS, KINDS, LONGEST_TEXT, PASS, STRETCHES, Kind, Option, Poll, Tally

TEA = Poll("tea", "single", "Which tea?", (Option("mint", "Mint"), Option("rooibos", "Rooibos"), Option("black", "Black")))
TOPPINGS = Poll("toppings", "multi", "What goes on top?", (Option("nuts", "Nuts"), Option("seeds", "Seeds"), Option("figs", "Figs")))
SPICE = Poll("spice", "scale", "How hot?", (Option(1, "Mild"), Option(2, "Warm"), Option(3, "Hot")))
SUGAR = Poll.from_dict({"id": "sugar", "kind": "slider", "question": "How sweet?", "low": "Not at all", "high": "Very"})
MEALS = Poll("meals", "rank", "Which first?", (Option("soup", "Soup"), Option("stew", "Stew"), Option("cake", "Cake")))
WISH = Poll("wish", "text", "What is missing?", ())
EACH_KIND = [TEA, TOPPINGS, SPICE, SUGAR, MEALS, WISH]

WRITTEN: dict[str, Any] = {"id": "tea", "kind": "single", "question": "Which tea?", "options": ["mint", "black"]}


# Polls and answers as anyone might write them


@st.composite
def polls(draw: st.DrawFn) -> Poll:
    """Return a poll of any kind and any wording, with two to six options, the stretches of a slider, or none for text."""
    kind: Kind = draw(st.sampled_from(KINDS))
    wording = st.text(min_size=1, max_size=20)
    fewest = FEWEST_OPTIONS.get(kind, 2)
    ids: list[Any] = draw(st.lists(st.integers() if kind == "scale" else wording, min_size=fewest, max_size=6, unique=True))
    options = tuple(Option(each, draw(wording)) for each in (sorted(ids) if kind == "scale" else ids))
    return Poll(
        id=draw(wording),
        kind=kind,
        question=draw(wording),
        options={"slider": SUGAR.options, "text": ()}.get(kind, options),
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
    ids: Any = [option.id for option in poll.options]
    if poll.kind == "multi":
        choice: st.SearchStrategy[Any] = st.lists(st.sampled_from(ids), unique=True)
    elif poll.kind == "rank":
        choice = st.permutations(ids)
    elif poll.kind == "text":
        choice = st.text("abc Ω", min_size=1, max_size=8).filter(str.strip)
    else:
        choice = st.integers(0, 10) if poll.kind == "slider" else st.sampled_from(ids)
    return poll, draw(st.lists(choice | st.just(dict(PASS)), max_size=12))


def test_whatever_goes_wrong_can_be_caught_by_one_name() -> None:
    """Every error of the kit is a `WorkshopError` and says its sentence as it was written."""
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]

    assert len(kinds) == 8
    assert all(issubclass(each, errors.WorkshopError) and str(each("The kettle is empty.")) == "The kettle is empty." for each in kinds)


# Answers


@pytest.mark.parametrize(
    ("poll", "answer", "chosen"),
    [
        (TEA, "mint", ("mint",)),
        # An empty list says "none of these": it chooses nothing, and yet whoever sent it has answered.
        (TOPPINGS, [], ()),
        (TOPPINGS, ["nuts", "seeds", "figs"], ("nuts", "seeds", "figs")),
        (SPICE, 3, (3,)),
        *((SUGAR, value, (low,)) for low, high in STRETCHES for value in range(low, high + 1)),
        (MEALS, ["cake", "soup", "stew"], ("cake", "soup", "stew")),
        (WISH, "More time", ("More time",)),
    ],
)
def test_an_answer_in_the_form_of_its_poll_is_taken(poll: Poll, answer: object, chosen: tuple[str | int, ...]) -> None:
    """A single poll takes an id, multi and rank a list of ids, a scale a point, a slider a number from 0 to 10, text a line."""
    assert poll.chosen(answer) == chosen


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("  More time ", "More time"),
        ("More\r\n\r\ntime\n", "More time"),
        ("More\t\u00a0 \u2003time", "More time"),
        ("More\u2028time\u2029", "More time"),
        ("More\x1b[2J\x07\x00time\x7f\x9b", "More [2J time"),
        ("\u202eemit eroM", "emit eroM"),
        ("\u2067More\u2069 \u200etime\u200f\u061c", "More time"),
        ("More\ud83dtime", "More time"),
        ("\ufeffMore ti\u200bme", "More time"),
        ("More\u00ad ti\u2060me\U000e0041", "More time"),
        ("Mehr Zeit für Öl & <b>", "Mehr Zeit für Öl & <b>"),
        ("もっと時間", "もっと時間"),
        (f"  {'é' * LONGEST_TEXT}\n\n", "é" * LONGEST_TEXT),
        ("\U0001f469\u200d\U0001f467 \u2764\ufe0f", "\U0001f469\u200d\U0001f467 \u2764\ufe0f"),
    ],
)
def test_a_text_becomes_one_line_of_what_can_be_seen(written: str, line: str) -> None:
    """White space is tidied before its length is measured; signs that steer a terminal, turn the writing round, or cannot be seen or stored are left out."""
    assert WISH.chosen(written) == (line,)


@given(st.text(st.characters(), max_size=200))
def test_any_text_is_tidied_once_and_for_all_or_refused(written: str) -> None:
    """Whatever somebody types becomes one short line that can be stored, and that is left as it is when it is read again."""
    try:
        [line] = WISH.chosen(written) or ()
    except InvalidAnswer:
        return

    assert isinstance(line, str)
    assert 0 < len(line.encode()) <= 4 * LONGEST_TEXT
    assert line == " ".join(line.split())
    assert WISH.chosen(line) == (line,)


@pytest.mark.parametrize("poll", EACH_KIND)
def test_anyone_may_pass_and_only_a_plain_pass_is_one(poll: Poll) -> None:
    """A pass is taken by every kind of poll and chooses nothing; any other mapping is refused."""
    assert poll.chosen({"pass": True}) is None
    for answer in ({}, {"pass": False}, {"pass": "yes"}, {"pass": True, "because": "tired"}, {"answer": "mint"}):
        with pytest.raises(InvalidAnswer, match=r"^polls\.unreadable$"):
            poll.chosen(answer)


@pytest.mark.parametrize(
    ("poll", "answers", "code"),
    [
        (TEA, ["coffee", "Mint", ""], "no_option"),
        (TEA, [["mint"], 1, None, b"mint"], "takes_one"),
        (TOPPINGS, [["nuts", "sand"]], "no_option"),
        (TOPPINGS, [["nuts", "nuts"]], "chosen_twice"),
        (TOPPINGS, [["nuts", 1], [["nuts"]], "nuts", ("nuts", "figs"), {"nuts"}, None], "takes_several"),
        (SPICE, [0, 4, -1], "no_option"),
        # True is 1 to Python, and a point on no scale.
        (SPICE, [2.0, "2", [2], None, True], "takes_a_point"),
        (SUGAR, [-1, 11, 5.0, "5", [5], None, True, False], "takes_a_number highest=10"),
        (MEALS, [["soup", "stew", "tart"], ["soup", "stew", "cake", "tart"]], "no_option"),
        (MEALS, [["soup", "stew"], []], "order_incomplete"),
        (MEALS, [["soup", "stew", "stew"], ["soup", "stew", "cake", "soup"]], "chosen_twice"),
        (MEALS, [["soup", "stew", 3], ("soup", "stew", "cake"), "soup", None], "takes_several"),
        (WISH, ["", " \n\t ", "\u200b\u2060\ufeff", "\u200d \ufe0f", "\ud83d"], "takes_words"),
        (WISH, [5, ["More time"], b"More time", None], "takes_words"),
        (WISH, ["x" * 141], "too_long longest=140"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(poll: Poll, answers: list[object], code: str) -> None:
    """An answer of another form, or one that names an option the poll has not got, is refused.

    A tally is of all answers or of none: it never passes over one in silence.
    """
    for answer in answers:
        with pytest.raises(InvalidAnswer, match=rf"^polls\.{code}$"):
            poll.chosen(answer)
        with pytest.raises(InvalidAnswer, match=rf"^polls\.{code}$"):
            Tally.of(poll, [PASS, answer])


CANARY = 8675309


@pytest.mark.parametrize("poll", EACH_KIND)
def test_a_refusal_never_repeats_what_was_typed(poll: Poll) -> None:
    """An error ends up in logs and on screens, so nothing of the answer is in it, nor in an error that led to it."""
    typed: list[object] = [CANARY, str(CANARY) * 21, [str(CANARY)], [str(CANARY)] * 2, [str(CANARY), "soup", "stew"], [CANARY]]
    for answer in (*typed, float(CANARY), {"pass": CANARY}, {str(CANARY): True}):
        with pytest.raises(InvalidAnswer) as caught:
            poll.chosen(answer)

        assert str(CANARY) not in repr(caught.value)
        assert caught.value.__cause__ is caught.value.__context__ is None


# Counting


@pytest.mark.parametrize(
    ("answers", "tally"),
    [
        ([], Tally(TEA, 0, 0, (0, 0, 0))),
        # Answers are read once, one after the other, so they need not be kept in a list.
        (iter(["mint", "black", "mint", PASS]), Tally(TEA, 3, 1, (2, 0, 1))),
        ([["nuts", "figs"], ["figs"], [], PASS, PASS], Tally(TOPPINGS, 3, 2, (1, 0, 2))),
        ([3, 3, 2], Tally(SPICE, 3, 0, (0, 1, 2))),
        ([PASS, PASS], Tally(SPICE, 0, 2, (0, 0, 0))),
        ([0, 1, 4, 6, 10, PASS], Tally(SUGAR, 5, 1, (2, 0, 2, 0, 1))),
        # Of a ranking, first places are counted and places added up, 1 for the best.
        (
            [["cake", "soup", "stew"], ["cake", "stew", "soup"], ["soup", "stew", "cake"], PASS],
            Tally(MEALS, 3, 1, (1, 0, 2), places=(6, 7, 5)),
        ),
        ([PASS], Tally(MEALS, 0, 1, (0, 0, 0), places=(0, 0, 0))),
        # Lines are kept as they will be read, as often as they were written, and not as they came in.
        (["time", " a  walk", PASS, "time", "Quiet"], Tally(WISH, 4, 1, (), texts=("Quiet", "a walk", "time", "time"))),
        ([], Tally(WISH, 0, 0, ())),
    ],
)
def test_a_tally_counts_people_per_option_in_the_order_of_the_poll(answers: Iterable[Any], tally: Tally) -> None:
    """A tally holds how many answered, how many passed and how many chose each option; lines stand in alphabetical order."""
    assert Tally.of(tally.poll, answers) == tally


@given(st.data())
def test_the_order_of_answers_and_of_crosses_leaves_no_trace(data: st.DataObject) -> None:
    """Whoever answered first, and whichever option of a multi poll somebody ticked first, the tally is the same."""
    poll, answers = data.draw(answered_polls())
    shuffled = data.draw(
        st.permutations([data.draw(st.permutations(each)) if poll.kind == "multi" and each != PASS else each for each in answers])
    )

    assert Tally.of(poll, shuffled) == Tally.of(poll, answers)
    assert repr(Tally.of(poll, shuffled)) == repr(Tally.of(poll, answers))


@given(answered_polls())
def test_everyone_is_counted_exactly_once(answered: tuple[Poll, list[Any]]) -> None:
    """Each person either answered or passed, and one choice is one count, one ranking one first place, one text one line."""
    poll, answers = answered
    tally = Tally.of(poll, answers)
    n, options = tally.answered, len(poll.options)
    choices = sum(len(poll.chosen(answer) or ()) for answer in answers)

    assert n + tally.passed == len(answers)
    assert tally.passed == answers.count(PASS)
    assert sum(tally.counts) == {"rank": n, "text": 0}.get(poll.kind, choices)
    assert all(0 <= count <= n for count in tally.counts)
    assert sum(tally.places) == (n * options * (options + 1) // 2 if poll.kind == "rank" else 0)
    assert all(n <= place <= n * options for place in tally.places)
    assert len(tally.texts) == (n if poll.kind == "text" else 0)


def test_a_tally_keeps_no_combination_and_no_number_of_a_slider() -> None:
    """What went together in one head is gone with the counting: which options, which order, which number of a stretch."""
    letters = Poll("p", "rank", "Which?", tuple(Option(letter, letter) for letter in "abcd"))

    assert Tally.of(TOPPINGS, [["nuts", "figs"], []]) == Tally.of(TOPPINGS, [["nuts"], ["figs"]])
    assert Tally.of(letters, [list("abcd"), list("badc")]) == Tally.of(letters, [list("abdc"), list("bacd")])
    assert Tally.of(SUGAR, [4, 9]) == Tally.of(SUGAR, [6, 10])
    assert all(high > low for low, high in STRETCHES)
    assert [value for low, high in STRETCHES for value in range(low, high + 1)] == list(range(11))


def test_a_tally_keeps_its_numbers_to_itself() -> None:
    """A tally that slips into a log or a traceback shows its poll and not one of its numbers."""
    shown = repr(Tally(TEA, answered=7919, passed=6007, counts=(4409, 3203, 307), places=(5501, 8111), texts=("mackerel",)))

    assert "tea" in shown
    assert not any(hidden in shown for hidden in ("7919", "6007", "4409", "3203", "307", "5501", "8111", "mackerel"))


# What an author writes


@given(polls())
def test_a_poll_survives_being_written_down(poll: Poll) -> None:
    """A poll comes back the same from its plain data, on the way through JSON too."""
    assert Poll.from_dict(poll.to_dict()) == poll
    assert Poll.from_dict(json.loads(json.dumps(poll.to_dict()))) == poll


def test_a_poll_can_be_written_in_four_lines() -> None:
    """What an author leaves out has a mild default: a light question, in no section, without a hint; a slider has stretches for options."""
    assert Poll.from_dict(WRITTEN) == Poll("tea", "single", "Which tea?", (Option("mint", "mint"), Option("black", "black")), 1, None, None)
    assert Poll.from_dict({"id": "wish", "kind": "text", "question": "What is missing?"}) == WISH
    assert [(option.id, option.label) for option in SUGAR.options] == [(0, ""), (2, ""), (4, ""), (7, ""), (9, "")]
    assert (SUGAR.low, SUGAR.high) == ("Not at all", "Very")


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
        ("rank", ["mint", {"id": "b", "label": "Black"}, "oat"], (Option("mint", "mint"), Option("b", "Black"), Option("oat", "oat"))),
        ("text", ["mint", "black"], ()),
        ("slider", ["mint", "black"], SUGAR.options),
    ],
)
def test_an_option_is_a_mapping_or_just_its_label(kind: str, written: object, options: tuple[Option, ...]) -> None:
    """A plain string stands for both id and label, and on a scale for the label of the next point; sliders and texts have their own."""
    assert Poll.from_dict({**WRITTEN, "kind": kind, "options": written, "low": "Not at all", "high": "Very"}).options == options


@pytest.mark.parametrize("key", ["id", "kind", "question"])
def test_a_poll_without_one_of_its_parts_is_refused(key: str) -> None:
    """A missing part and an empty one are named alike."""
    for written in ({name: value for name, value in WRITTEN.items() if name != key}, {**WRITTEN, key: None}, {**WRITTEN, key: ""}):
        with pytest.raises(MaterialError, match=rf"^polls\.no_key key={key}$"):
            Poll.from_dict(written)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([{"kind": "essay"}], "no_kind poll=tea kinds=\\('single', 'multi', 'scale', 'slider', 'rank', 'text'\\)"),
        ([{"kind": ["single"]}], "no_kind"),
        ([{"intensity": each} for each in (0, 4, "3", None)], "no_intensity poll=tea"),
        (
            [{"options": each} for each in (None, ["mint"], "mint, black", {"mint": "Mint", "black": "Black"})],
            "too_few_options poll=tea fewest=2",
        ),
        ([{"options": ["mint", "mint"]}, {"options": [{"id": 1, "label": "M"}, {"id": "1", "label": "B"}]}], "same_ids poll=tea"),
        ([{"options": ["mint", each]} for each in ({"label": "Black"}, 5, None)], "option_incomplete poll=tea place=2"),
        ([{"options": [{"id": "mint"}, "black"]}], "option_incomplete poll=tea place=1"),
        (
            [{"kind": "scale", "options": ["M", {"id": each, "label": "H"}]} for each in ("2", 2.0, True)],
            "point_without_number poll=tea place=2",
        ),
        ([{"kind": "scale", "options": ["Mild", {"id": 1, "label": "Hot"}]}], "same_ids poll=tea"),
        ([{"kind": "scale", "options": [{"id": 3, "label": "Mild"}, {"id": 1, "label": "Hot"}]}], "not_rising poll=tea"),
        ([{"kind": "rank"}, {"kind": "rank", "options": None}], "too_few_options poll=tea fewest=3"),
        ([{"kind": "rank", "options": ["mint", "black", "mint"]}], "same_ids poll=tea"),
        ([{"kind": "rank", "options": ["mint", "black", 5]}], "option_incomplete poll=tea place=3"),
        ([{"kind": "slider", **ends} for ends in ({}, {"low": "No"}, {"low": "", "high": "Very"})], "no_ends poll=tea"),
    ],
)
def test_broken_material_is_refused_by_name(changes: list[dict[str, Any]], code: str) -> None:
    """An author is told which poll, which option and what to write instead."""
    for change in changes:
        with pytest.raises(MaterialError, match=rf"^polls\.{code}") as caught:
            Poll.from_dict({**WRITTEN, **change})

        assert caught.value.facts["poll"] == "tea"
