"""The private ballot: a poll for one person alone, who notices an answer and tells nobody.

What is chosen is cleared the moment a button is pressed. It is not counted, kept, sent or compared, and what appears
afterwards is the same whatever was chosen, so neither the screen nor a saved notebook could tell.

What appears is a chart of a simulated group, to show how such a result looks. It says that it is simulated, in its own
heading too, so that a picture cut out of its page still says so. The group leans nowhere that anyone has measured: its
leanings are drawn by chance, the same ones each time for the same poll.
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random, SystemRandom
from typing import Final

import ipywidgets as widgets

from workshop_kit import charts
from workshop_kit.cards.card import STYLE, Card, question_html, readable, row, spoken_status
from workshop_kit.cards.choices import choices_for
from workshop_kit.cards.drawn import figure_html, styled, table_html
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.polls import HIGHEST, PASS, OptionId, Poll, Tally
from workshop_kit.words.catalog import Language

SIMULATED_PEOPLE: Final = 24
PASSES: Final = 0.05


class Ballot(Card):
    """A poll to answer for oneself.

    Parameters
    ----------
    poll
        The question.
    say
        The language in which it is asked.
    random
        Draws the order in which options stand; by default the operating system's.
    """

    def __init__(self, poll: Poll, say: Language, random: Random | None = None) -> None:
        self.poll = poll
        self.choices = choices_for(poll, random or SystemRandom(), say)
        self.after = widgets.HTML()
        self.notice = self.button(say("study.ballot.notice"), self._notice, style="primary")
        self.pass_over = self.button(say("study.ballot.pass"), self._show)
        self.clear = self.button(say("study.ballot.clear"), self._clear)
        question = readable(f"{question_html(poll)}<p><small>{say.html('study.ballot.private')}</small></p>")
        buttons = row(self.notice, self.pass_over, self.clear)
        super().__init__(say, [widgets.HTML(STYLE + question), *self.choices.parts, buttons, self.after])

    def _notice(self) -> None:
        self.poll.chosen(self.choices.answer())
        self._show()

    def _show(self) -> None:
        self.choices.empty()
        self.after.value = spoken_status(self.say("study.ballot.noticed")) + _example(self.poll, self.say)

    def _clear(self) -> None:
        self.choices.empty()
        self.after.value = ""


def simulated(poll: Poll, say: Language) -> Published:
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
    labelled = replace(poll, question=say("study.ballot.simulated_question", question=poll.question))
    return publish(Tally.of(labelled, answers), ROOM.suited_to(poll))


def simulated_chart(published: Published, say: Language) -> str:
    """Return a simulated result as HTML: its label, the chart, and the same as a table."""
    told = charts.table(published, say)
    heads = tuple(say("study.ballot.simulated_column", column=column) for column in told.head)
    table = table_html(told._replace(head=heads))
    opening = f"<details><summary>{say.html('study.ballot.same_as_table')}</summary>{table}</details>" if table else ""
    note = f"<p><small>{say.html('study.ballot.note', note=charts.note(published, say))}</small></p>"
    return readable(styled(figure_html(published, say, say("study.ballot.simulated")) + note + opening))


def _example(poll: Poll, say: Language) -> str:
    if poll.kind == "text":
        return readable(f"<p>{say.html('study.ballot.lines')}</p>")
    return simulated_chart(simulated(poll, say), say)


def _opinion(poll: Poll, leanings: Mapping[OptionId, float], random: Random) -> object:
    if random.random() < PASSES:
        return dict(PASS)
    if poll.kind == "multi":
        return [value for value, leaning in leanings.items() if random.random() < leaning]
    if poll.kind == "rank":
        return sorted(leanings, key=lambda value: random.random() ** (1 / leanings[value]), reverse=True)
    [choice] = random.choices(list(leanings), list(leanings.values()))
    return choice
