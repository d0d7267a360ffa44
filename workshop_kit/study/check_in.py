"""Check-in: how stirred up someone is before a section and after it, on their own word, for themselves.

The numbers are kept in the memory of the notebook, never written and never sent, and forgotten with it. They decide one
thing: whether a pause is offered. They are no measurement and no diagnosis.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import ipywidgets as widgets

from workshop_kit.cards.card import STYLE, Card, readable, row, spoken_status, ten_points
from workshop_kit.errors import InvalidAnswer

QUESTION: Final = "How stirred up are you right now?"
LOW: Final = "calm"
HIGH: Final = "very much"
PAUSE_AT: Final = 8
PAUSE_RISE: Final = 3

WHY: Final = "Only for you: it is forgotten as soon as this notebook is closed. At the end you can look once more."
WHY_AGAIN: Final = "The same question as at the start, and again only for you."
CHOOSE: Final = "Please choose a number first, or press Skip."
NOTED: Final = "Noted, for as long as this notebook is open. Go on at your own pace; you can stop anywhere."
FULL: Final = "Noted. That is a lot to arrive with. Another day may suit you better, and this section will still be here."
SKIPPED: Final = "That is fine. Go on at your own pace; you can stop anywhere."

_PAUSE: Final = """
<section aria-label="A pause" style="border-left:6px solid #0F5F6B;padding:0.25rem 1rem;margin:0.75rem 0">
<h3>A pause, before anything else</h3>
<p>This has stirred something up. That can happen, and nothing here needs finishing. If you like, try one of these:</p>
<ul>
<li><b>Sounds.</b> Listen for the sound that is farthest away, then for one in this room, then for one close by.</li>
<li><b>Sight.</b> Look around slowly and find five things of the same colour.</li>
<li><b>Feet.</b> Feel the floor under your feet and let a few breaths go out slowly.</li>
</ul>
<p>Or leave the desk: a glass of water, a window, a few steps outside.</p>
<p><b>Then stop for today.</b> This section will still be here another day, and there is no need to come back to it at all.</p>
<p><b>You need not carry this alone.</b> Tell someone you trust that you could use some company, or speak to a professional.
If you are in danger, or afraid of what you might do, call your country's emergency number now.</p>
%s
</section>
"""


@dataclass(slots=True)
class Before:
    """The number with which someone began a section, if they gave one; it stays out of the ``repr``."""

    number: int | None = field(default=None, repr=False)


def pause_is_due(before: int | None, after: int) -> bool:
    """Return whether a pause should be offered.

    Parameters
    ----------
    before, after
        The two check-ins, 0 to 10; `before` is None where none was given.

    References
    ----------
    A pause from 8 on, and after a rise of 3, is our own choice, for want of evidence on people studying alone.

    Examples
    --------
    >>> pause_is_due(2, 4), pause_is_due(2, 5), pause_is_due(None, 8)
    (False, True, True)
    """
    return after >= PAUSE_AT or (before is not None and after - before >= PAUSE_RISE)


def pause_html(contacts_html: str) -> str:
    """Return the pause card; `contacts_html` says whom one can reach, and is trusted to be escaped."""
    return readable(_PAUSE % contacts_html)


class CheckIn(Card):
    """The question, the numbers, and two buttons.

    Parameters
    ----------
    why
        A sentence below the question.
    then
        Is told the number, or None where the question was skipped, and returns the sentence to be shown.
    framed
        Whether it stands by itself.
    """

    def __init__(self, why: str, then: Callable[[int | None], str], *, framed: bool = True) -> None:
        self._then = then
        self.numbers = ten_points(LOW, HIGH)
        self.status = widgets.HTML()
        self.note = self.button("Note it", self._note, style="primary")
        self.skip = self.button("Skip", self._skip)
        question = readable(f"<h3>{QUESTION}</h3><p><small>{why}</small></p>")
        super().__init__([widgets.HTML(STYLE + question), self.numbers, row(self.note, self.skip), self.status], framed=framed)

    def _note(self) -> None:
        if self.numbers.value is None:
            raise InvalidAnswer(CHOOSE)
        self._tell(self.numbers.value)

    def _skip(self) -> None:
        self._tell(None)

    def _tell(self, number: int | None) -> None:
        # Cleared at once, so that neither the screen nor the state of the widget still holds it.
        self.numbers.value = None
        self.status.value = spoken_status(self._then(number))


def check_in_before(before: Before) -> CheckIn:
    """Return the check-in with which a section begins; what is said goes into `before`."""

    def then(number: int | None) -> str:
        before.number = number
        if number is None:
            return SKIPPED
        return FULL if number >= PAUSE_AT else NOTED

    return CheckIn(WHY, then)
