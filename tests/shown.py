"""A result of every kind to draw, with long names, signs that mean something elsewhere, and little to say; and how to read a drawing."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import permutations, product
from typing import Final
from xml.etree import ElementTree

from hypothesis import strategies as st
from matplotlib.figure import Figure

from tests.world import SAY
from workshop_kit import charts
from workshop_kit.charts import Shown, Size, Style
from workshop_kit.disclosure import ROOM, TOGETHER, Comparison, Policy, Published, compare, publish
from workshop_kit.polls import Kind, Poll, Tally

FEARS: Final = (
    "Opening up ends in hurt",
    "I lose myself in the other",
    "I am too much for people, or not nearly enough for any of them to stay",
    "Being controlled",
    "What I feel is wrong & <shameful>, and costs $5 or $6",
)
POINTS: Final = ("Never", "Rarely", "Sometimes", "Often", "Always")
# As long as any in the material, and six of them.
LONG: Final = (
    "News is heard late, or from others around both of us",
    "Things that concern two are settled by one of the two",
    "Nobody asks how it is going, or then waits to hear it",
    "There is less to laugh about together than there was",
    "Talk is mostly about whatever needs doing on this day",
    "Something else that has not been said by any of these",
)
LONG_QUESTION: Final = "This past month, how much of your talk with someone who matters to you was about arrangements?"
WORDS: Final = (
    "A walk without telephones",
    "Being asked twice, and waiting for the second answer, because the first is whatever comes to mind when one is asked at the wrong moment",
    "It costs $5 & <nothing>, or $6",
    "Less advice. More listening!",
    "Laughing",
    "Verantwortungsübernahmebereitschaftsverweigerungsgewohnheiten",
    "One evening a week with nothing planned",
)


def a_poll(kind: str, labels: Sequence[str] = FEARS, question: str = "Which of these do you know?") -> Poll:
    """Return a poll with some labels as its options."""
    poll = {"id": "fears", "kind": kind, "question": question, "options": list(labels), "low": "Not at ease", "high": "Very much at ease"}
    return Poll.from_dict(poll)


def result(
    kind: str,
    answered: int,
    *counts: int,
    labels: Sequence[str] = FEARS,
    passed: int = 0,
    policy: Policy = ROOM,
    question: str = "Which of these do you know?",
) -> Published:
    """Return what is published where so many answered and so many chose each option."""
    return publish(Tally(a_poll(kind, labels[: len(counts)], question), answered, passed, counts), policy)


def ranking(*orders: Sequence[int], labels: Sequence[str] = FEARS, policy: Policy = ROOM) -> Published:
    """Return what is published of some orders, each the places of options in a list of labels, best first."""
    poll = a_poll("rank", labels[: len(orders[0])], "In which order do they appeal to you?")
    ids = [option.id for option in poll.options]
    return publish(Tally.of(poll, [[ids[place] for place in order] for order in orders]), policy)


def texts(*lines: str, answered: int = 12) -> Published:
    """Return what is published where so many answered and some lines were approved."""
    return publish(Tally(a_poll("text", question="What would you try?"), answered, 0, (), texts=tuple(sorted(lines))), ROOM)


EVERY_ORDER: Final = list(permutations(range(4)))
TOLD: Final = ranking(*EVERY_ORDER, *[order for order in EVERY_ORDER if order[0] < 2 and order[3] != 0], labels=FEARS)
TOGETHER_FIRST: Final = ranking(
    *[order for order in 3 * EVERY_ORDER if order[0] < 2], (2, 3, 0, 1), (2, 0, 1, 3), (3, 1, 0, 2), (3, 2, 1, 0)
)
ORDER_ALONE: Final = ranking(*8 * [(0, 1, 2, 3)], (0, 2, 1, 3), *8 * [(1, 0, 2, 3)])
ALL_LEVEL: Final = ranking(*5 * [(0, 1, 2), (2, 1, 0)])

BANDED: Final = result("multi", 12, 7, 11, 1, 5, 0)
SINGLE: Final = result("single", 14, 5, 3, 2, 2, 2, passed=3)
SCALE: Final = result("scale", 13, 3, 1, 3, 5, 1, labels=POINTS)
FIVE_POINTS: Final = result("scale", 20, 3, 5, 4, 5, 3, labels=POINTS)
TWO_PARTS: Final = result("scale", 9, 1, 1, 2, 2, 3, labels=POINTS)
SLIDER: Final = publish(Tally(a_poll("slider"), 13, 0, (1, 3, 5, 3, 1)), ROOM)
TEXTS: Final = texts(*WORDS)
TOO_FEW: Final = result("multi", 4, 4, 0)
TOO_ALIKE: Final = result("single", 12, 12, 0)
SIX: Final = result("multi", 24, 19, 3, 12, 0, 23, 7, labels=LONG, question=LONG_QUESTION)
EVERY_RESULT: Final[dict[str, Published]] = {
    "banded": BANDED,
    "six": SIX,
    "single": SINGLE,
    "scale": SCALE,
    "five points": FIVE_POINTS,
    "two parts": TWO_PARTS,
    "eleven points": result("scale", 60, 3, 4, 5, 3, 6, 9, 7, 8, 5, 6, 4, labels=[f"Point number {each}" for each in "abcdefghijk"]),
    "uneven points": result("scale", 1400, 3, 5, 400, 980, 12, labels=POINTS),
    "slider": SLIDER,
    "told": TOLD,
    "together first": TOGETHER_FIRST,
    "order alone": ORDER_ALONE,
    "all level": ALL_LEVEL,
    "texts": TEXTS,
    "too few": TOO_FEW,
    "too alike": TOO_ALIKE,
    "too few lines": texts("No", "Yes"),
    "smallest": result("multi", 5, 5, 0, 3),
    "wide bands": result("multi", 21, 21, 0, 11, policy=Policy(floor=11, cell=11)),
    "long word": result("single", 12, 6, 6, labels=("Verantwortungsübernahmebereitschaftsverweigerung", "No")),
    "large": result("multi", 1400, 1399, 0, 1380, 33),
}

MOVED: Final = compare(BANDED, result("multi", 15, 3, 14, 4, 9, 8))
EVERY_COMPARISON: Final[dict[str, Comparison]] = {
    "moved": MOVED,
    "six compared": compare(SIX, result("multi", 22, 9, 11, 2, 5, 6, 21, labels=LONG, question=LONG_QUESTION)),
    "scales compared": compare(FIVE_POINTS, SCALE),
    "only before": compare(SINGLE, result("single", 4, 1, 1, 1, 1, 0)),
    "only after": compare(TOO_ALIKE, result("single", 12, 7, 5)),
    "neither": compare(TOO_ALIKE, result("single", 3, 1, 2)),
    "cut apart": compare(result("scale", 9, 3, 0, 3, 0, 3, labels=POINTS), result("scale", 9, 2, 2, 1, 2, 2, labels=POINTS)),
    "orders": compare(ORDER_ALONE, TOLD),
    "means": compare(TOLD, TOGETHER_FIRST),
    "one order": compare(ranking((0, 1, 2, 3)), TOLD),
    "large and small": compare(EVERY_RESULT["large"], result("multi", 21, 21, 0, 5, 20)),
}
EVERY_SORT: Final[dict[str, Shown]] = {**EVERY_RESULT, **EVERY_COMPARISON}
SIZES: Final[tuple[Size, ...]] = ("phone", "projector", "print")

SVG: Final = "{http://www.w3.org/2000/svg}"


@cache
def figure(shown: Shown, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> Figure:
    """Return a chart as a figure, drawn once for all tests, which only look at it."""
    return charts.figure(shown, SAY, dark=dark, size=size, style=style)


def svg(shown: Shown, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> str:
    """Return a chart as SVG, drawn once for all tests."""
    return _light_and_dark(shown, size, style)[dark]


@cache
def _light_and_dark(shown: Shown, size: Size, style: Style) -> tuple[str, str]:
    # One after the other, since what was drawn for a light ground is only coloured for a dark one.
    light, dark = (charts.svg(shown, SAY, dark=dark, size=size, style=style) for dark in (False, True))
    return light, dark


def drawing(shown: Shown, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> ElementTree.Element:
    """Return a chart as a reader of SVG sees it."""
    return ElementTree.fromstring(svg(shown, dark=dark, size=size, style=style))


def styles(shown: Shown) -> tuple[Style, ...]:
    """Return the styles that make a difference."""
    return ("diverging", "stacked") if isinstance(shown, Published) and shown.poll.kind == "scale" else ("diverging",)


def written(root: ElementTree.Element) -> list[str]:
    """Return each line of text that a chart shows, in the order of the file."""
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def letters(*said: str) -> str:
    """Return some words without the gaps in which they may have been broken."""
    return re.sub(r"\s", "", "".join(said))


def small_results() -> Iterator[tuple[Tally, Published]]:
    """Every tally of few people, and some more of a slider, with what is published of it in a room and where couples attend together.

    Labels are letters, so that every number is a statement.
    """
    for kind, options, most in (("multi", 3, 8), ("single", 4, 9), ("scale", 4, 9), ("slider", 5, 7)):
        poll = replace(a_poll(kind, "ABCD"[:options]), low="low", high="high")
        for answered in range(most + 1):
            spreads = product(range(answered + 1), repeat=options)
            for counts in spreads if kind == "multi" else (each for each in spreads if sum(each) == answered):
                tally = Tally(poll, answered, 0, counts)
                yield from ((tally, publish(tally, policy)) for policy in (ROOM, TOGETHER))


@st.composite
def tallies(draw: st.DrawFn, kinds: Sequence[Kind], most: int = 40) -> Tally:
    """Return the tally of some answers to a poll of some kind, whose options are letters."""
    [tally] = draw(tallies_of_one_poll(kinds, 1, most))
    return tally


@st.composite
def tallies_of_one_poll(draw: st.DrawFn, kinds: Sequence[Kind], runs: int = 2, most: int = 40) -> list[Tally]:
    """Return the tallies of some runs of one poll."""
    poll = a_poll(draw(st.sampled_from(kinds)), "ABCDEF"[: draw(st.integers(3, 6))])
    ids = [option.id for option in poll.options] or ["A"]
    answers: Mapping[Kind, st.SearchStrategy[object]] = {
        "multi": st.lists(st.sampled_from(ids), unique=True),
        "rank": st.permutations(ids),
        "slider": st.integers(0, 10),
        "text": st.text(st.characters(codec="utf-8", categories=["L", "Nd", "P"]), min_size=1, max_size=140),
    }
    some = st.lists(answers.get(poll.kind, st.sampled_from(ids)), max_size=most)
    return [Tally.of(poll, draw(some)) for _ in range(runs)]
