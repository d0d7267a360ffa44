"""The private ballot: a poll for one person alone, who notices an answer and tells nobody.

What is chosen is cleared the moment a button is pressed. It is not counted, kept, sent or compared, and what appears
afterwards is the same whatever was chosen, so neither the screen nor a saved notebook could tell.

What appears is a chart of a simulated group, to show how such a result looks. It says that it is simulated, in its own
heading too, so that a picture cut out of its page still says so. The group leans nowhere that anyone has measured: its
leanings are drawn by chance, the same ones each time for the same poll.
"""

from dataclasses import replace
from html import escape
from random import Random
from typing import Final

import ipywidgets as widgets

from workshop_kit import charts
from workshop_kit.disclosure import ROOM, Published, publish
from workshop_kit.errors import InvalidAnswer
from workshop_kit.notebook.cards import CHOICES, STYLE, Card, described, readable, row, spoken_status, ten_points
from workshop_kit.polls import HIGHEST, PASS, Poll, Tally

SIMULATED: Final = "Simulated answers. They say nothing about what is usual."
PRIVATE: Final = "Only for you. What you choose is sent nowhere and kept nowhere; it is cleared as soon as you press a button."
NOTICED: Final = (
    "You have taken a moment to notice, and that is all this asks. Whether you chose, chose nothing or passed, it stays with you."
)
CHOOSE: Final = "Please choose one first. Or press Pass, which is just as good."
SIMULATED_PEOPLE: Final = 24
PASSES: Final = 0.05


class Ballot(Card):
    """A poll to answer for oneself.

    Its `choices` are the widgets to choose with: a box for each option of a ``multi`` poll, one row of points otherwise.

    Parameters
    ----------
    poll
        The question.
    """

    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self.choices = _choices(poll)
        self.after = widgets.HTML()
        self.notice = self.button("Notice my answer", self._notice, style="primary")
        self.pass_over = self.button("Pass", self._show)
        self.clear = self.button("Clear", self._clear)
        hint = f"<p>{escape(poll.hint)}</p>" if poll.hint else ""
        question = readable(f"<h3>{escape(poll.question)}</h3>{hint}<p><small>{PRIVATE}</small></p>")
        buttons = row(self.notice, self.pass_over, self.clear)
        super().__init__([widgets.HTML(STYLE + question), *self.choices, buttons, self.after])

    def _notice(self) -> None:
        self._poll.chosen(self._answer())
        self._show()

    def _answer(self) -> object:
        if self._poll.kind == "multi":
            return [option.id for option, box in zip(self._poll.options, self.choices, strict=True) if box.value]
        answer = self.choices[0].value
        if answer is None:
            raise InvalidAnswer(CHOOSE)
        return answer

    def _show(self) -> None:
        self._empty()
        self.after.value = spoken_status(NOTICED) + simulated_chart(simulated(self._poll))

    def _clear(self) -> None:
        self._empty()
        self.after.value = ""

    def _empty(self) -> None:
        for each in self.choices:
            each.value = False if self._poll.kind == "multi" else None


def simulated(poll: Poll) -> Published:
    """Return the result of a simulated group, which says in its question that it is simulated; always the same one.

    References
    ----------
    The size of the group, its share of passes and its leanings are our own choice; nothing about them was measured.
    """
    random = Random(f"simulated/{poll.id}")
    values = list(range(HIGHEST + 1)) if poll.kind == "slider" else [option.id for option in poll.options]
    leanings = [random.uniform(0.2, 0.8) for _ in values]
    answers: list[object] = []
    for _ in range(SIMULATED_PEOPLE):
        if random.random() < PASSES:
            answers.append(dict(PASS))
        elif poll.kind == "multi":
            answers.append([value for value, leaning in zip(values, leanings, strict=True) if random.random() < leaning])
        else:
            answers.extend(random.choices(values, leanings))
    labelled = replace(poll, question=f"Simulated answers to: {poll.question}")
    return publish(Tally.of(labelled, answers), ROOM.suited_to(poll))


def simulated_chart(published: Published) -> str:
    """Return a simulated result as HTML: its label, the chart, and the same as a table."""
    lines = "".join(f'<tr><th scope="row">{escape(each.label)}</th><td>{escape(each.people)}</td></tr>' for each in charts.rows(published))
    head = '<thead><tr><th scope="col">Answer</th><th scope="col">Simulated people</th></tr></thead>'
    table = f"<details><summary>The same as a table</summary><table>{head}<tbody>{lines}</tbody></table></details>" if lines else ""
    figure = (
        f'<figure style="margin:0;max-width:40rem"><figcaption><b>{SIMULATED}</b></figcaption>{charts.svg(published, wide=True)}</figure>'
    )
    return readable(f"{figure}<p><small>In this example: {escape(charts.note(published))}</small></p>{table}")


def _choices(poll: Poll) -> list[widgets.Widget]:
    if poll.kind == "multi":
        return [_box(option.label) for option in poll.options]
    if poll.kind == "slider":
        return [ten_points(poll.low or "lowest", poll.high or "highest")]
    options = [(option.label, option.id) for option in poll.options]
    return [described(widgets.RadioButtons(options=options, value=None), "Choose one")]


def _box(words: str) -> widgets.Checkbox:
    box = widgets.Checkbox(description=words, indent=False, layout=widgets.Layout(width="auto"))
    box.add_class(CHOICES)
    return box
