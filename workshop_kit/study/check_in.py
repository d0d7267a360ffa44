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
from workshop_kit.words.catalog import Language

PAUSE_AT: Final = 8
PAUSE_RISE: Final = 3


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


def pause_html(say: Language, contacts_html: str) -> str:
    """Return the pause card; `contacts_html` says whom one can reach, and is trusted to be escaped."""
    ways = "".join(f"<li>{say.html(f'study.pause.{way}')}</li>" for way in ("sounds", "sight", "feet"))
    stirred, *after = (f"<p>{say.html(f'study.pause.{words}')}</p>" for words in ("stirred", "leave", "stop", "not_alone"))
    return readable(
        f'<section aria-label="{say.html("study.pause.name")}" '
        'style="border-inline-start:6px solid #0F5F6B;padding:0.25rem 1rem;margin:0.75rem 0">'
        f"<h3>{say.html('study.pause.heading')}</h3>{stirred}<ul>{ways}</ul>{''.join(after)}{contacts_html}</section>"
    )


class CheckIn(Card):
    """The question, the numbers, and two buttons.

    Parameters
    ----------
    say
        The language in which it is asked.
    why
        The sentence below the question, by its name.
    then
        Is told the number, or None where the question was skipped, and returns the name of the sentence to be shown.
    framed
        Whether it stands by itself.
    """

    def __init__(self, say: Language, why: str, then: Callable[[int | None], str], *, framed: bool = True) -> None:
        self._then = then
        self.numbers = ten_points(say("study.check_in.low"), say("study.check_in.high"), say)
        self.status = widgets.HTML()
        self.note = self.button(say("study.check_in.note"), self._note, style="primary")
        self.skip = self.button(say("study.check_in.skip"), self._skip)
        question = readable(f"<h3>{say.html('study.check_in.question')}</h3><p><small>{say.html(why)}</small></p>")
        super().__init__(say, [widgets.HTML(STYLE + question), self.numbers, row(self.note, self.skip), self.status], framed=framed)

    def _note(self) -> None:
        if self.numbers.value is None:
            raise InvalidAnswer("study.check_in.choose")
        self._tell(self.numbers.value)

    def _skip(self) -> None:
        self._tell(None)

    def _tell(self, number: int | None) -> None:
        # Cleared at once, so that neither the screen nor the state of the widget still holds it.
        self.numbers.value = None
        self.status.value = spoken_status(self.say(self._then(number)))


def check_in_before(before: Before, say: Language) -> CheckIn:
    """Return the check-in with which a section begins; what is said goes into `before`."""

    def then(number: int | None) -> str:
        before.number = number
        if number is None:
            return "study.check_in.skipped"
        return "study.check_in.full" if number >= PAUSE_AT else "study.check_in.noted"

    return CheckIn(say, "study.check_in.why", then)
