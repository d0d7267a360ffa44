"""The private ballot: it keeps nothing, tells nothing, and shows a group that says of itself that it is none."""

import re
from collections.abc import Callable
from random import Random
from typing import Any, Final

import ipywidgets as widgets
import pytest

from workshop_kit import charts
from workshop_kit.notebook.ballot import LINES, NOTICED, SIMULATED, Ballot, simulated, simulated_chart
from workshop_kit.notebook.choices import AS_DRAWN, CHOOSE, WRITE, InOrder, InWords, OneOf, SeveralOf
from workshop_kit.polls import LONGEST_TEXT, Poll
from workshop_kit.workshop import Workshop

OPTIONS: Final = [{"id": "tea", "label": "Tea & honey"}, {"id": "milk", "label": "Milk"}, {"id": "water", "label": "Water"}]
OTHER: Final = {"id": "other", "label": "Something else"}
POLLS: Final = {
    "single": Poll.from_dict({"id": "drink", "kind": "single", "question": "What do you drink?", "options": [OTHER, *OPTIONS]}),
    "multi": Poll.from_dict({"id": "drinks", "kind": "multi", "question": "What do you like?", "options": OPTIONS, "intensity": 3}),
    "scale": Poll.from_dict({"id": "strong", "kind": "scale", "question": "How strong?", "options": ["Weak", "Middling", "Strong"]}),
    "slider": Poll.from_dict({"id": "warm", "kind": "slider", "question": "How warm?", "low": "icy", "high": "boiling"}),
    "rank": Poll.from_dict({"id": "best", "kind": "rank", "question": "What is best?", "options": [*OPTIONS, OTHER]}),
    "text": Poll.from_dict({"id": "words", "kind": "text", "question": "What would you say about it?"}),
}
KINDS: Final = pytest.mark.parametrize("kind", sorted(POLLS))
CHARTED: Final = pytest.mark.parametrize("kind", sorted(set(POLLS) - {"text"}))


def states(widget: widgets.Widget) -> list[dict[str, Any]]:
    """Return all that a front end holds of a widget and of those within it, and could therefore save."""
    return [widget.get_state(), *(state for child in getattr(widget, "children", ()) for state in states(child))]


def ballot_of(kind: str) -> Ballot:
    """Return a ballot of one kind; chance is the same for all of them."""
    return Ballot(POLLS[kind], Random(7))


def chosen(ballot: Ballot) -> list[Any]:
    """Return what stands chosen in a ballot: values of its widgets, or how far an order is from the one that was drawn."""
    choices = ballot.choices
    if isinstance(choices, InOrder):
        return [] if choices.order == options_of("rank", 7) else list(choices.order)
    return [each.value for each in choices.parts if each.value not in (None, False, "")]


def choose(ballot: Ballot, place: int) -> None:
    """Choose one of a ballot's answers by its place."""
    match ballot.choices:
        case OneOf() as one:
            one.points.index = place
        case SeveralOf() as several:
            several.parts[place].value = True
        case InOrder() as order:
            order.down[place].click()
        case InWords() as words:
            words.words.value = f"words {place}"


@KINDS
def test_nothing_is_chosen_to_begin_with(kind: str) -> None:
    """A ballot suggests no answer: every choice is a person's own, and its words are there to be read."""
    ballot = ballot_of(kind)
    shown = str(states(ballot))

    assert chosen(ballot) == []
    assert POLLS[kind].question in shown
    assert kind == "slider" or all(option.label in shown.replace("&amp;", "&") for option in POLLS[kind].options)


def test_a_slider_offers_its_eleven_numbers() -> None:
    """The numbers 0 to 10 stand in a row, with the poll's words for both ends."""
    [numbers] = ballot_of("slider").choices.parts

    assert [value for _, value in numbers.options] == list(range(11))
    assert numbers.description == "From 0 (icy) to 10 (boiling)"


def options_of(kind: str, seed: int) -> tuple[object, ...]:
    """Return the options of a ballot in the order in which they stand."""
    match Ballot(POLLS[kind], Random(seed)).choices:
        case OneOf() as one:
            return tuple(value for _, value in one.points.options)
        case SeveralOf() as several:
            return tuple(several.boxes)
        case InOrder() as order:
            return order.order
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", ["single", "multi", "rank"])
def test_options_stand_in_an_order_drawn_for_each_ballot(kind: str) -> None:
    """No option gains from the place its author gave it; the one for whatever is not listed stays last."""
    ids = {option.id for option in POLLS[kind].options}
    orders = {options_of(kind, seed) for seed in range(30)}

    assert len(orders) == 6
    assert all(set(order) == ids for order in orders)
    assert "other" not in ids or all(order[-1] == "other" for order in orders)


def test_the_points_of_a_scale_keep_their_order() -> None:
    """Points and numbers mean something by where they stand."""
    assert {options_of("scale", seed) for seed in range(30)} == {(1, 2, 3)}
    assert {options_of("slider", seed) for seed in range(30)} == {tuple(range(11))}


def test_an_order_is_made_with_buttons_that_name_what_they_move() -> None:
    """Each press swaps an option with its neighbour, the buttons at the ends rest, and what happened is said."""
    order = ballot_of("rank").choices
    assert isinstance(order, InOrder)
    first, second, third, last = order.order
    labels = {option.id: option.label for option in POLLS["rank"].options}

    assert [button.disabled for button in order.up] == [True, False, False, False]
    assert [button.disabled for button in order.down] == [False, False, False, True]
    assert all(button.description for button in (*order.up, *order.down))
    assert order.up[2].tooltip == f"Move “{labels[third]}” up"

    order.up[2].click()
    order.up[1].click()

    assert order.order == (third, first, second, last)
    assert "is now number 1 of 4" in order.said.value
    assert order.up[1].tooltip == f"Move “{labels[first]}” up"


def test_an_order_that_chance_made_is_asked_about_once() -> None:
    """Options that nobody has moved are no answer yet; pressed once more they are, and an order somebody made is at once."""
    ballot = ballot_of("rank")

    ballot.notice.click()
    assert AS_DRAWN in ballot.problem.value
    assert ballot.after.value == ""

    ballot.notice.click()
    assert NOTICED in ballot.after.value

    ballot.clear.click()
    choose(ballot, 0)
    ballot.notice.click()
    assert NOTICED in ballot.after.value
    assert ballot.problem.value == ""


def test_words_have_an_end_that_is_said() -> None:
    """The field names its limit; more than that is refused and stays to be shortened, none at all is asked about."""
    ballot = ballot_of("text")
    assert isinstance(ballot.choices, InWords)
    assert str(LONGEST_TEXT) in ballot.choices.words.description

    ballot.choices.words.value = "x" * (LONGEST_TEXT + 1)
    ballot.notice.click()
    assert f"longer than {LONGEST_TEXT} characters" in ballot.problem.value
    assert len(chosen(ballot)[0]) == LONGEST_TEXT + 1

    ballot.choices.words.value = "  "
    ballot.notice.click()
    assert WRITE in ballot.problem.value


def test_nobodys_words_are_made_up() -> None:
    """After a few words of one's own no chart and no other line appears, but what a group would see is said."""
    ballot = ballot_of("text")
    choose(ballot, 0)

    ballot.notice.click()

    assert NOTICED in ballot.after.value
    assert LINES in ballot.after.value
    assert SIMULATED not in ballot.after.value


@KINDS
def test_what_is_noticed_is_cleared_at_once(kind: str) -> None:
    """After the press of the button nothing stands chosen, and a gentle sentence and a chart appear."""
    ballot = ballot_of(kind)
    choose(ballot, 1)

    ballot.notice.click()

    assert chosen(ballot) == []
    assert NOTICED in ballot.after.value
    assert (SIMULATED in ballot.after.value) == (kind != "text")
    assert ballot.problem.value == ""


@KINDS
@pytest.mark.parametrize("act", [lambda ballot: ballot.notice, lambda ballot: ballot.pass_over])
def test_what_is_left_is_the_same_whatever_was_chosen(kind: str, act: Callable[[Ballot], widgets.Button]) -> None:
    """Neither the screen nor a saved notebook tells one answer from another, or an answer from a pass."""
    left = []
    for place in (0, 1, 2):
        ballot = ballot_of(kind)
        choose(ballot, place)
        act(ballot).click()
        left.append(
            [{name: value for name, value in state.items() if name not in ("layout", "style", "children")} for state in states(ballot)]
        )
    passed = ballot_of(kind)
    passed.pass_over.click()

    assert left[0] == left[1] == left[2]
    assert ballot.after.value == passed.after.value


@pytest.mark.parametrize("kind", ["single", "scale", "slider"])
def test_an_empty_ballot_asks_to_choose_or_pass(kind: str) -> None:
    """Where one answer is wanted and none was chosen, a sentence says so; passing is always a way on."""
    ballot = ballot_of(kind)

    ballot.notice.click()
    assert CHOOSE in ballot.problem.value
    assert ballot.after.value == ""

    ballot.pass_over.click()
    assert ballot.problem.value == ""
    assert NOTICED in ballot.after.value


def test_none_of_several_is_an_answer() -> None:
    """Where several may be chosen, choosing none is an answer like any other."""
    ballot = ballot_of("multi")

    ballot.notice.click()

    assert NOTICED in ballot.after.value


def test_a_ballot_can_be_cleared() -> None:
    """Clear takes back what was chosen and what appeared."""
    ballot = ballot_of("multi")
    ballot.notice.click()
    choose(ballot, 2)

    ballot.clear.click()

    assert chosen(ballot) == []
    assert ballot.after.value == ""


def test_a_ballot_prints_as_nothing_but_its_kind() -> None:
    """The description that Jupyter writes beside a widget tells neither the question nor the answer."""
    ballot = ballot_of("single")
    choose(ballot, 0)

    assert repr(ballot) == "<Ballot>"


def test_every_poll_of_the_workshop_has_a_simulated_result(workshop: Workshop) -> None:
    """Whatever can be charted can be shown: always the same group, always with something to see, always named as simulated."""
    for poll in [each for each in workshop.polls.values() if each.kind != "text"]:
        result = simulated(poll)

        assert result == simulated(poll)
        assert result.outcome == "shown"
        assert result.poll.question.startswith("Simulated")


@CHARTED
def test_a_simulated_chart_says_so_everywhere(kind: str) -> None:
    """The label, the heading and the description inside the picture, and the table all say that the group is simulated."""
    shown = simulated_chart(simulated(POLLS[kind]))
    caption, _, picture = shown.partition("</figcaption>")
    described = re.search(r"<desc[^>]*>(.*?)</desc>", picture)

    assert SIMULATED in caption
    assert described is not None
    assert "Simulated answers to" in described[1]
    assert "Simulated answers to" in "".join(re.findall(r"<text[^>]*>(.*?)</text>", picture))
    assert re.search(r"imulated (people|group.*)</th>", shown)
    assert shown.count("<tr>") == len(charts.table(simulated(POLLS[kind])).rows) + 1


def test_the_words_of_a_poll_are_never_a_program() -> None:
    """Signs that mean something to a browser are shown as they were written."""
    poll = Poll.from_dict({"id": "signs", "kind": "single", "question": "<b>Which?</b>", "hint": "<i>", "options": ["<u>A</u>", "B & C"]})
    ballot = Ballot(poll)
    ballot.pass_over.click()

    shown = "".join(str(state.get("value", "")) for state in states(ballot))

    assert not any(sign in shown for sign in ("<b>Which", "<i>", "<u>"))
    assert "&lt;b&gt;Which?" in shown
