"""The asked part of a seat: one run of a poll as somebody who sits in the room sees it, from the question to the result.

An answer is taken out of its widgets the moment it is sent, and afterwards the part shows that it was answered, never what.
What somebody is choosing or writing is left alone by everything that happens elsewhere in the room.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from random import SystemRandom
from typing import Any, Final

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit import charts
from workshop_kit.cards.card import Card, offer, question_html, readable, row, spoken_status
from workshop_kit.cards.choices import Choices, SeveralOf, choices_for
from workshop_kit.cards.drawn import figure_html, styled, table_html
from workshop_kit.client import Phone
from workshop_kit.errors import Unknown, WorkshopError
from workshop_kit.polls import PASS, Poll
from workshop_kit.words.catalog import Language


class AskedPart(Card):
    """One run in a room.

    Parameters
    ----------
    run
        Its number.
    phone
        Through which answers are cast.
    say
        The language in which the room speaks.
    is_simulated
        Whether some of the people in the room are simulated.
    """

    def __init__(self, run: int, phone: Phone, say: Language, *, is_simulated: bool) -> None:
        self.run, self.phase = run, ""
        self._phone, self._is_simulated = phone, is_simulated
        self._poll: Poll | None = None
        self.choices: Choices | None = None
        self._said = ""
        self._work: set[asyncio.Task[None]] = set()
        self.words, self.step, self.status = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.send_answer = self.button(say("phone.send"), self._send_answer, style="primary")
        self.pass_over = self.button(say("phone.pass"), lambda: self._cast(dict(PASS)))
        self.keep = self.button(say("phone.keep"), self._settle)
        self.change = self.button(say("phone.change"), self._change)
        self.take_back = self.button(say("phone.withdraw"), self._take_back)
        self._ballot = widgets.VBox()
        self._form = widgets.VBox([self._ballot, row(self.send_answer, self.pass_over, self.keep)])
        self.answered = row(self.change, self.take_back)
        super().__init__(say, [self.words, self._form, self.status, self.answered, self.step], framed=False)
        offer({self._form: False, self.answered: False, self.keep: False})

    async def follow(self, state: Mapping[str, Any]) -> None:
        """Show the run as the room has it now."""
        if self.phase != state["phase"] and await _SHOWN[state["phase"]](self):
            self.phase = state["phase"]
        is_open = self.phase == "open"
        so_far = self.say.html("phone.answered_so_far", step=state["step"] or "")
        self.step.value = readable(f"<p><small>{so_far}</small></p>") if is_open else ""
        if is_open and self._said and not self._work:
            self._tell(self._said)

    def forget(self) -> None:
        """Forget what was chosen, and be out of sight."""
        if self.choices:
            self.choices.empty()
        offer({self: False})

    async def _show_question(self) -> bool:
        questions = await self._phone.questions()
        if self.run not in questions:
            return False
        poll = questions[self.run]
        # Asked again after a crash, the question is the same, and so may be what somebody has begun to choose.
        if poll != self._poll:
            self._poll, self.choices = poll, choices_for(poll, SystemRandom(), self.say)
            self._ballot.children = self.choices.parts
            for each in self.choices.parts:
                each.observe(self._name_send, "value")
        first = f"<p><small>{self.say.html('guest.read_first')}</small></p>" if poll.kind == "text" else ""
        self.words.value = readable(question_html(poll) + first)
        for button in (self.send_answer, self.pass_over, self.keep, self.change, self.take_back):
            button.tooltip = self.say("guest.about", button=button.description, question=poll.question)
        self._name_send()
        if self._phone.has_answered(self.run):
            self._settle()
        else:
            self._open()
        return True

    async def _show_reading(self) -> bool:
        self._end("guest.reading")
        return True

    async def _show_closed(self) -> bool:
        self._end("guest.closed")
        return True

    async def _show_result(self) -> bool:
        try:
            shown = await self._phone.comparison(self.run) or await self._phone.result(self.run)
        except Unknown:
            # Hidden again this very moment; the next state says so.
            return False
        self._end("")
        # A seat may be taken on a tablet or a phone too.
        caption = self.say("labels.simulated") if self._is_simulated else ""
        figure = figure_html(shown, self.say, caption, size="phone")
        note = f"<p><small>{escape(charts.note(shown, self.say))}</small></p>"
        self.words.value = readable(styled(figure + table_html(charts.table(shown, self.say)) + note))
        return True

    def _end(self, name: str) -> None:
        """Take the ballot away, with all that was chosen in it, and say why."""
        if self.choices:
            self.choices.empty()
        offer({self._form: False, self.answered: False, self.keep: False})
        self.problem.value = ""
        self.words.value = readable(question_html(self._poll)) if self._poll else ""
        self._said, self.status.value = "", spoken_status(self.say(name)) if name else ""

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
        self._later(self._phone.withdraw(self.run), partial(self._open, "phone.script.taken_back"))

    def _change(self) -> None:
        self._open()
        offer({self.keep: True})

    def _open(self, name: str = "") -> None:
        offer({self._form: True, self.answered: False, self.keep: False})
        self._tell(name)

    def _settle(self) -> None:
        if self.choices:
            self.choices.empty()
        offer({self._form: False, self.answered: True, self.keep: False})
        self._tell("phone.script.answered")

    def _tell(self, name: str) -> None:
        """Say where the answer is; what has not reached the room yet is said to be held back, until the room answers again."""
        self._said = name
        told = "guest.held_back" if self._phone.holds_back(self.run) else name
        self.status.value = spoken_status(self.say(told)) if name else ""

    def _name_send(self, _change: object = None) -> None:
        # Ticking nothing is an answer, and should not be given by mistake.
        is_none = isinstance(self.choices, SeveralOf) and not self.choices.answer()
        self.send_answer.description = self.say("phone.none_of_these" if is_none else "phone.send")

    def _later(self, work: Coroutine[Any, Any, None], then: Callable[[], None]) -> None:
        """Do something in the room and then show it; what the room refuses is said."""

        async def doing() -> None:
            self.status.value = spoken_status(self.say("phone.script.sending"))
            try:
                await work
            except WorkshopError as fault:
                self.status.value = ""
                self.complain(self.say.error(fault))
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
    "sealed": AskedPart._show_closed,
    "closed": AskedPart._show_closed,
    "revealed": AskedPart._show_result,
}
