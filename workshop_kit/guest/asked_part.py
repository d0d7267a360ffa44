"""The asked part of a seat: one run of a poll as somebody who sits in the room sees it, from the question to the result.

An answer is taken out of its widgets the moment it is sent, and afterwards the part shows that it was answered, never what.
What somebody is choosing or writing is left alone by everything that happens elsewhere in the room.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from html import escape
from random import SystemRandom
from typing import Any, Final

import ipywidgets as widgets

from workshop_kit import charts
from workshop_kit.cards.card import Card, offer, question_html, readable, row, spoken_status
from workshop_kit.cards.choices import Choices, SeveralOf, choices_for
from workshop_kit.cards.drawn import figure_html, styled, table_html
from workshop_kit.client import Phone
from workshop_kit.errors import Unknown, WorkshopError
from workshop_kit.polls import PASS, Poll

SEND: Final = "Send my answer"
NONE: Final = "None of these"
ANSWERED: Final = "Answered. You can change it until the poll closes."
HELD_BACK: Final = "Kept here for the moment: it is handed in as soon as the room answers again."
TAKEN_BACK: Final = "Taken back. You can answer again until the poll closes."
SENDING: Final = "Sending…"
SIMULATED: Final = "Simulated answers, for rehearsal only."
READ_FIRST: Final = (
    "The facilitator reads every line before the group sees it; please write no names. Nobody can answer an anonymous line, so if "
    "something weighs on you, look under “Someone to talk to”."
)
READING: Final = "The poll has closed. Thank you. The facilitator reads what was written before the group sees it."
CLOSED: Final = "The poll has closed. Thank you. What the group said appears here when the facilitator shows it."


class AskedPart(Card):
    """One run in a room.

    Parameters
    ----------
    run
        Its number.
    phone
        Through which answers are cast.
    is_simulated
        Whether some of the people in the room are simulated.
    """

    def __init__(self, run: int, phone: Phone, *, is_simulated: bool) -> None:
        self.run, self.phase = run, ""
        self._phone, self._is_simulated = phone, is_simulated
        self._poll: Poll | None = None
        self.choices: Choices | None = None
        self._said = ""
        self._work: set[asyncio.Task[None]] = set()
        self.words, self.step, self.status = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.send_answer = self.button(SEND, self._send_answer, style="primary")
        self.pass_over = self.button("Pass", lambda: self._cast(dict(PASS)))
        self.keep = self.button("Leave it as it was", self._settle)
        self.change = self.button("Change my answer", self._change)
        self.take_back = self.button("Take my answer back", self._take_back)
        self._ballot = widgets.VBox()
        self._form = widgets.VBox([self._ballot, row(self.send_answer, self.pass_over, self.keep)])
        self.answered = row(self.change, self.take_back)
        super().__init__([self.words, self._form, self.status, self.answered, self.step], framed=False)
        offer({self._form: False, self.answered: False, self.keep: False})

    async def follow(self, state: Mapping[str, Any]) -> None:
        """Show the run as the room has it now."""
        if self.phase != state["phase"] and await _SHOWN[state["phase"]](self):
            self.phase = state["phase"]
        is_open = self.phase == "open"
        self.step.value = readable(f"<p><small>Answered so far: {escape(state['step'] or '')}</small></p>") if is_open else ""
        if is_open and self._said and not self._work:
            self._say(self._said)

    def forget(self) -> None:
        """Forget what was chosen, and be out of sight."""
        if self.choices:
            self.choices.empty()
        offer({self: False})

    async def _show_question(self) -> bool:
        questions = await self._phone.questions()
        if self.run not in questions:
            return False
        poll = questions[self.run].as_poll()
        # Asked again after a crash, the question is the same, and so may be what somebody has begun to choose.
        if poll != self._poll:
            self._poll, self.choices = poll, choices_for(poll, SystemRandom())
            self._ballot.children = self.choices.parts
            for each in self.choices.parts:
                each.observe(self._name_send, "value")
        first = f"<p><small>{READ_FIRST}</small></p>" if poll.kind == "text" else ""
        self.words.value = readable(question_html(poll) + first)
        for button in (self.send_answer, self.pass_over, self.keep, self.change, self.take_back):
            button.tooltip = f"{button.description}: {poll.question}"
        self._name_send()
        if self._phone.has_answered(self.run):
            self._settle()
        else:
            self._open()
        return True

    async def _show_reading(self) -> bool:
        self._end(READING)
        return True

    async def _show_closed(self) -> bool:
        self._end(CLOSED)
        return True

    async def _show_result(self) -> bool:
        try:
            shown = await self._phone.comparison(self.run) or await self._phone.result(self.run)
        except Unknown:
            # Hidden again this very moment; the next state says so.
            return False
        self._end("")
        # A seat may be taken on a tablet or a phone too.
        figure = figure_html(shown, SIMULATED if self._is_simulated else "", size="phone")
        note = f"<p><small>{escape(charts.note(shown))}</small></p>"
        self.words.value = readable(styled(figure + table_html(charts.table(shown)) + note))
        return True

    def _end(self, sentence: str) -> None:
        """Take the ballot away, with all that was chosen in it."""
        if self.choices:
            self.choices.empty()
        offer({self._form: False, self.answered: False, self.keep: False})
        self.problem.value = ""
        self.words.value = readable(question_html(self._poll)) if self._poll else ""
        self._said, self.status.value = "", spoken_status(sentence) if sentence else ""

    def _send_answer(self) -> None:
        if self._poll is not None and self.choices is not None:
            answer = self.choices.answer()
            self._poll.chosen(answer)
            self._cast(answer)

    def _cast(self, answer: object) -> None:
        if self.choices:
            self.choices.empty()
        self._later(self._phone.cast(self.run, answer), self._settle)

    def _take_back(self) -> None:
        self._later(self._phone.withdraw(self.run), partial(self._open, TAKEN_BACK))

    def _change(self) -> None:
        self._open()
        offer({self.keep: True})

    def _open(self, sentence: str = "") -> None:
        offer({self._form: True, self.answered: False, self.keep: False})
        self._say(sentence)

    def _settle(self) -> None:
        if self.choices:
            self.choices.empty()
        offer({self._form: False, self.answered: True, self.keep: False})
        self._say(ANSWERED)

    def _say(self, sentence: str) -> None:
        """Say where the answer is; what has not reached the room yet is said to be held back, until the room answers again."""
        self._said = sentence
        held_back = sentence and self._phone.holds_back(self.run)
        self.status.value = spoken_status(HELD_BACK if held_back else sentence) if sentence else ""

    def _name_send(self, _change: object = None) -> None:
        # Ticking nothing is an answer, and should not be given by mistake.
        is_none = isinstance(self.choices, SeveralOf) and not self.choices.answer()
        self.send_answer.description = NONE if is_none else SEND

    def _later(self, work: Coroutine[Any, Any, None], then: Callable[[], None]) -> None:
        """Do something in the room and then show it; what the room refuses is said."""

        async def doing() -> None:
            self.status.value = spoken_status(SENDING)
            try:
                await work
            except WorkshopError as fault:
                self.status.value = ""
                self.complain(str(fault))
                return
            if self.phase == "open":
                then()

        task = asyncio.get_running_loop().create_task(doing())
        # The loop itself keeps only a weak hold on its tasks.
        self._work.add(task)
        task.add_done_callback(self._work.discard)


_SHOWN: Final[Mapping[str, Callable[[AskedPart], Coroutine[Any, Any, bool]]]] = {
    "open": AskedPart._show_question,
    "reading": AskedPart._show_reading,
    "closed": AskedPart._show_closed,
    "revealed": AskedPart._show_result,
}
