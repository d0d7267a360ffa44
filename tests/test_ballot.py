"""The private ballot: it keeps nothing, tells nothing, and shows a group that says of itself that it is none."""

import re
from collections.abc import Callable
from typing import Any, Final

import ipywidgets as widgets
import pytest

from workshop_kit.notebook.ballot import CHOOSE, NOTICED, SIMULATED, Ballot, simulated, simulated_chart
from workshop_kit.polls import Poll
from workshop_kit.workshop import Workshop

OPTIONS: Final = [{"id": "tea", "label": "Tea & honey"}, {"id": "milk", "label": "Milk"}, {"id": "water", "label": "Water"}]
POLLS: Final = {
    "single": Poll.from_dict({"id": "drink", "kind": "single", "question": "What do you drink?", "options": OPTIONS}),
    "multi": Poll.from_dict({"id": "drinks", "kind": "multi", "question": "What do you like?", "options": OPTIONS, "intensity": 3}),
    "scale": Poll.from_dict({"id": "strong", "kind": "scale", "question": "How strong?", "options": ["Weak", "Middling", "Strong"]}),
    "slider": Poll.from_dict({"id": "warm", "kind": "slider", "question": "How warm?", "low": "icy", "high": "boiling"}),
}
KINDS: Final = pytest.mark.parametrize("kind", sorted(POLLS))


def states(widget: widgets.Widget) -> list[dict[str, Any]]:
    """Return all that a front end holds of a widget and of those within it, and could therefore save."""
    return [widget.get_state(), *(state for child in getattr(widget, "children", ()) for state in states(child))]


def chosen(ballot: Ballot) -> list[Any]:
    """Return what stands chosen in a ballot."""
    return [each.value for each in ballot.choices if each.value not in (None, False)]


def choose(ballot: Ballot, place: int) -> None:
    """Choose one of a ballot's answers by its place."""
    if len(ballot.choices) > 1:
        ballot.choices[place].value = True
    else:
        ballot.choices[0].index = place


@KINDS
def test_nothing_is_chosen_to_begin_with(kind: str) -> None:
    """A ballot suggests no answer: every choice is a person's own, and its words are there to be read."""
    ballot = Ballot(POLLS[kind])

    assert chosen(ballot) == []
    assert POLLS[kind].question in str(states(ballot))
    assert all(each.description for each in ballot.choices)


def test_a_slider_offers_its_eleven_numbers() -> None:
    """The numbers 0 to 10 stand in a row, with the poll's words for both ends."""
    [numbers] = Ballot(POLLS["slider"]).choices

    assert [value for _, value in numbers.options] == list(range(11))
    assert numbers.description == "From 0 (icy) to 10 (boiling)"


@KINDS
def test_what_is_noticed_is_cleared_at_once(kind: str) -> None:
    """After the press of the button nothing stands chosen, and a gentle sentence and a chart appear."""
    ballot = Ballot(POLLS[kind])
    choose(ballot, 1)

    ballot.notice.click()

    assert chosen(ballot) == []
    assert NOTICED in ballot.after.value
    assert SIMULATED in ballot.after.value
    assert ballot.problem.value == ""


@KINDS
@pytest.mark.parametrize("act", [lambda ballot: ballot.notice, lambda ballot: ballot.pass_over])
def test_what_is_left_is_the_same_whatever_was_chosen(kind: str, act: Callable[[Ballot], widgets.Button]) -> None:
    """Neither the screen nor a saved notebook tells one answer from another, or an answer from a pass."""
    left = []
    for place in (0, 1, 2):
        ballot = Ballot(POLLS[kind])
        choose(ballot, place)
        act(ballot).click()
        left.append(
            [{name: value for name, value in state.items() if name not in ("layout", "style", "children")} for state in states(ballot)]
        )
    passed = Ballot(POLLS[kind])
    passed.pass_over.click()

    assert left[0] == left[1] == left[2]
    assert ballot.after.value == passed.after.value


@pytest.mark.parametrize("kind", ["single", "scale", "slider"])
def test_an_empty_ballot_asks_to_choose_or_pass(kind: str) -> None:
    """Where one answer is wanted and none was chosen, a sentence says so; passing is always a way on."""
    ballot = Ballot(POLLS[kind])

    ballot.notice.click()
    assert CHOOSE in ballot.problem.value
    assert ballot.after.value == ""

    ballot.pass_over.click()
    assert ballot.problem.value == ""
    assert NOTICED in ballot.after.value


def test_none_of_several_is_an_answer() -> None:
    """Where several may be chosen, choosing none is an answer like any other."""
    ballot = Ballot(POLLS["multi"])

    ballot.notice.click()

    assert NOTICED in ballot.after.value


def test_a_ballot_can_be_cleared() -> None:
    """Clear takes back what was chosen and what appeared."""
    ballot = Ballot(POLLS["multi"])
    ballot.notice.click()
    choose(ballot, 2)

    ballot.clear.click()

    assert chosen(ballot) == []
    assert ballot.after.value == ""


def test_a_ballot_prints_as_nothing_but_its_kind() -> None:
    """The description that Jupyter writes beside a widget tells neither the question nor the answer."""
    ballot = Ballot(POLLS["single"])
    choose(ballot, 0)

    assert repr(ballot) == "<Ballot>"


def test_every_poll_of_the_workshop_has_a_simulated_result(workshop: Workshop) -> None:
    """Whatever the material asks can be shown: always the same group, always with something to see, always named as simulated."""
    for poll in workshop.polls.values():
        result = simulated(poll)

        assert result == simulated(poll)
        assert result.outcome == "shown"
        assert result.poll.question.startswith("Simulated")


@KINDS
def test_a_simulated_chart_says_so_everywhere(kind: str) -> None:
    """The label, the heading and the description inside the picture, and the table all say that the group is simulated."""
    shown = simulated_chart(simulated(POLLS[kind]))
    caption, _, picture = shown.partition("</figcaption>")
    described = re.search(r"<desc[^>]*>(.*?)</desc>", picture)

    assert SIMULATED in caption
    assert described is not None
    assert "Simulated answers to" in described[1]
    assert "Simulated answers to" in "".join(re.findall(r"<text[^>]*>(.*?)</text>", picture))
    assert "Simulated people</th>" in shown
    assert shown.count("<tr>") == len(simulated(POLLS[kind]).buckets) + 1


def test_the_words_of_a_poll_are_never_a_program() -> None:
    """Signs that mean something to a browser are shown as they were written."""
    poll = Poll.from_dict({"id": "signs", "kind": "single", "question": "<b>Which?</b>", "hint": "<i>", "options": ["<u>A</u>", "B & C"]})
    ballot = Ballot(poll)
    ballot.pass_over.click()

    shown = "".join(str(state.get("value", "")) for state in states(ballot))

    assert not any(sign in shown for sign in ("<b>Which", "<i>", "<u>"))
    assert "&lt;b&gt;Which?" in shown
