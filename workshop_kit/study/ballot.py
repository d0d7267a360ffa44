"""The private ballot: a poll for one person alone, who notices an answer and tells nobody.

What is chosen is cleared the moment a button is pressed. It is not counted, kept, sent or compared, and what appears
afterwards is the same whatever was chosen, so neither the screen nor a saved notebook could tell.

What appears is a chart of a simulated group, to show how such a result looks. It says that it is simulated, in its own
heading too, so that a picture cut out of its page still says so. The group leans nowhere that anyone has measured: its
leanings are drawn by chance, the same ones each time for the same poll.
"""

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from random import Random, SystemRandom
from typing import Final

import ipywidgets as widgets

from workshop_kit import charts
from workshop_kit.cards.card import STYLE, Card, question_html, readable, row, spoken_status
from workshop_kit.cards.choices import choices_for
from workshop_kit.cards.drawn import figure_html, styled, table_html
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.polls import HIGHEST, PASS, OptionId, Poll, Tally

SIMULATED: Final = "Simulated answers. They say nothing about what is usual."
PRIVATE: Final = "Only for you. What you choose is sent nowhere and kept nowhere; it is cleared as soon as you press a button."
NOTICED: Final = (
    "You have taken a moment to notice, and that is all this asks. Whether you chose, chose nothing or passed, it stays with you."
)
LINES: Final = "A group would now see its lines, ten or more in no order, each read by the facilitator first."
SIMULATED_PEOPLE: Final = 24
PASSES: Final = 0.05


class Ballot(Card):
    """A poll to answer for oneself.

    Parameters
    ----------
    poll
        The question.
    random
        Draws the order in which options stand; by default the operating system's.
    """

    def __init__(self, poll: Poll, random: Random | None = None) -> None:
        self.poll = poll
        self.choices = choices_for(poll, random or SystemRandom())
        self.after = widgets.HTML()
        self.notice = self.button("Notice my answer", self._notice, style="primary")
        self.pass_over = self.button("Pass", self._show)
        self.clear = self.button("Clear", self._clear)
        question = readable(f"{question_html(poll)}<p><small>{PRIVATE}</small></p>")
        buttons = row(self.notice, self.pass_over, self.clear)
        super().__init__([widgets.HTML(STYLE + question), *self.choices.parts, buttons, self.after])

    def _notice(self) -> None:
        self.poll.chosen(self.choices.answer())
        self._show()

    def _show(self) -> None:
        self.choices.empty()
        self.after.value = spoken_status(NOTICED) + _example(self.poll)

    def _clear(self) -> None:
        self.choices.empty()
        self.after.value = ""


def simulated(poll: Poll) -> Published:
    """Return the result of a simulated group, which says in its question that it is simulated; always the same one.

    Not for a ``text`` poll: words that nobody has said are put into nobody's mouth.

    References
    ----------
    The size of the group, its share of passes and its leanings are our own choice; nothing about them was measured.
    """
    random = Random(f"simulated/{poll.id}")
    values = list(range(HIGHEST + 1)) if poll.kind == "slider" else [option.id for option in poll.options]
    leanings = {value: random.uniform(0.2, 0.8) for value in values}
    answers = [_opinion(poll, leanings, random) for _ in range(SIMULATED_PEOPLE)]
    labelled = replace(poll, question=f"Simulated answers to: {poll.question}")
    return publish(Tally.of(labelled, answers), ROOM.suited_to(poll))


def simulated_chart(published: Published) -> str:
    """Return a simulated result as HTML: its label, the chart, and the same as a table."""
    told = charts.table(published)
    heads = tuple(word.replace("People", "Simulated people").replace("the group", "the simulated group") for word in told.head)
    table = table_html(told._replace(head=heads))
    opening = f"<details><summary>The same as a table</summary>{table}</details>" if table else ""
    note = f"<p><small>In this example: {escape(charts.note(published))}</small></p>"
    return readable(styled(figure_html(published, SIMULATED) + note + opening))


def _example(poll: Poll) -> str:
    return readable(f"<p>{LINES}</p>") if poll.kind == "text" else simulated_chart(simulated(poll))


def _opinion(poll: Poll, leanings: Mapping[OptionId, float], random: Random) -> object:
    if random.random() < PASSES:
        return dict(PASS)
    if poll.kind == "multi":
        return [value for value, leaning in leanings.items() if random.random() < leaning]
    if poll.kind == "rank":
        return sorted(leanings, key=lambda value: random.random() ** (1 / leanings[value]), reverse=True)
    [choice] = random.choices(list(leanings), list(leanings.values()))
    return choice
