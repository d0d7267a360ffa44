"""The moderation card: lines in people's own words, read by the facilitator before the group sees any.

Each line can be approved, reworded or left out, in any order and as often as one likes, until the list is published. Lines
are here and nowhere else in the notebook: the card says nothing of them when it is printed, Jupyter saves no state of its
widgets, and once the list is published or gone its widgets are emptied and closed.

Where a line may come from someone in distress, the card says what can be done about a line that nobody has signed.
"""

from collections.abc import Callable, Sequence
from functools import partial

import ipywidgets as widgets
from markupsafe import Markup, escape

from workshop_kit.cards.card import STYLE, Card, labelled, offer, readable, row, spoken_status
from workshop_kit.cards.contacts import reachable_html
from workshop_kit.client import LedRun
from workshop_kit.disclosure import LOWEST_CELL
from workshop_kit.errors import WorkshopError
from workshop_kit.memory import Decision, Line
from workshop_kit.polls import LONGEST_TEXT
from workshop_kit.words.catalog import Language


class ModerationCard(Card):
    """The lines of one closed poll.

    Parameters
    ----------
    say
        The language in which it speaks.
    published
        Called when the list was published.
    """

    def __init__(self, say: Language, published: Callable[[], None]) -> None:
        self._published = published
        self._run: LedRun | None = None
        self.parts: list[LinePart] = []
        self.support, self.status = widgets.HTML(), widgets.HTML()
        self._list = widgets.VBox()
        self.publish = self.button(say("cockpit.moderation.publish_none"), self._publish, style="primary")
        head = widgets.HTML(STYLE + readable(f"<h4>{say.html('cockpit.moderation.head')}</h4><p>{say.html('cockpit.moderation.how')}</p>"))
        super().__init__(say, [head, self.support, self._list, self.status, row(self.publish)], framed=False)
        self.clear()

    def show(self, run: LedRun, country: str | None, local_contact: str | None) -> None:
        """Show the lines of a run; the contacts of a country and one near by are at hand where they may be needed."""
        self._run = run
        try:
            lines = run.lines()
        except WorkshopError as fault:
            self.complain(self.say.error(fault))
            return
        if [part.line_is(line) for part, line in zip(self.parts, lines, strict=False)] != [True] * max(len(self.parts), len(lines)):
            self._forget()
            self.parts = [LinePart(line, len(lines), self) for line in lines]
            self._list.children = self.parts
        self._draw(lines)
        in_distress = any("distress" in line.flags for line in lines)
        self.support.value = _support_html(reachable_html(self.say, country, local_contact), self.say) if in_distress else ""
        offer({self: True})

    def clear(self) -> None:
        """Forget every line, and be out of sight."""
        self._run = None
        self._forget()
        self.support.value = self.status.value = self.problem.value = ""
        offer({self: False})

    def decide(self, line: int, decision: Decision, words: str | None = None) -> None:
        """Tell the room what becomes of a line."""
        if self._run is not None:
            self._run.decide(line, decision, words)
            self._draw(self._run.lines())

    def _draw(self, lines: Sequence[Line]) -> None:
        for part, line in zip(self.parts, lines, strict=False):
            part.show(line)
        waiting = sum(line.decision is None for line in lines)
        outgoing = sum(line.words is not None for line in lines)
        said = self.say("cockpit.moderation.waiting", n=waiting, of=len(lines)) if waiting else self.say("cockpit.moderation.all_read")
        if not waiting and outgoing < LOWEST_CELL:
            said = f"{said} {self.say('cockpit.moderation.too_few', fewest=LOWEST_CELL)}"
        self.status.value = spoken_status(said)
        self.publish.description = self.say("cockpit.moderation.publish" if outgoing else "cockpit.moderation.publish_none", n=outgoing)
        offer({self.publish: not waiting})

    def _publish(self) -> None:
        if self._run is not None:
            self._run.publish_lines()
            self.clear()
            self._published()

    def _forget(self) -> None:
        self._list.children = ()
        for part in self.parts:
            part.forget()
        self.parts = []


class LinePart(Card):
    """One line, why it should be read twice, and what becomes of it."""

    def __init__(self, line: Line, of: int, within: ModerationCard) -> None:
        self._line, self._decide, say = line, within.decide, within.say
        which = {"number": line.number, "of": of}
        self.words, self.decided = widgets.HTML(), widgets.HTML()
        self.approve = self.button(say("cockpit.moderation.approve"), partial(self._settle, "approve"))
        self.reword = self.button(say("cockpit.moderation.reword"), self._open)
        self.leave_out = self.button(say("cockpit.moderation.leave_out"), partial(self._settle, "decline"))
        words_for = say("cockpit.moderation.words_for", longest=LONGEST_TEXT, **which)
        self.field = labelled(widgets.Textarea(continuous_update=False, rows=2), words_for)
        self.use = self.button(say("cockpit.moderation.use"), self._use)
        for each in (self.approve, self.reword, self.leave_out, self.use):
            each.tooltip = say("cockpit.moderation.button_for", button=each.description, **which)
        about = say.html("cockpit.moderation.line", **which)
        flags = "".join(f" <b>{say.html(f'cockpit.moderation.flag.{flag}')}</b>" for flag in line.flags)
        self.words.value = readable(f'<hr><p>{about}{flags}</p><blockquote dir="auto">{escape(line.text)}</blockquote>')
        buttons = row(self.approve, self.reword, self.leave_out)
        self._rewording = widgets.VBox([self.field, row(self.use)])
        super().__init__(say, [self.words, self.decided, buttons, self._rewording], framed=False)
        offer({self._rewording: False})

    def line_is(self, line: Line) -> bool:
        """Return whether this is the part of a line."""
        return (self._line.number, self._line.text) == (line.number, line.text)

    def show(self, line: Line) -> None:
        """Show what was decided on the line."""
        self._line = line
        said = self.say.html(
            f"cockpit.moderation.decided.{line.decision or 'waits'}", words=Markup("<bdi>{}</bdi>").format(line.words or "")
        )
        # That a line waits is no news, least of all a dozen times over.
        self.decided.value = spoken_status(said) if line.decision else readable(f"<p>{said}</p>")

    def forget(self) -> None:
        """Empty everything that held the line, and close it."""
        self.words.value = self.decided.value = self.field.value = ""
        for each in (self.words, self.decided, self.field, self.problem, self.approve, self.reword, self.leave_out, self.use, self):
            each.close()

    def _settle(self, decision: Decision) -> None:
        self._decide(self._line.number, decision)
        self._close_field()

    def _open(self) -> None:
        if self._rewording.layout.display != "none":
            self._close_field()
            return
        self.field.value = self._line.words or self._line.text
        offer({self._rewording: True})
        self.field.focus()

    def _use(self) -> None:
        self._decide(self._line.number, "rewrite", self.field.value)
        self._close_field()

    def _close_field(self) -> None:
        self.field.value = ""
        offer({self._rewording: False})


def _support_html(reachable: str, say: Language) -> str:
    label, head = escape(say("cockpit.support.label")), escape(say("cockpit.support.head"))
    ways = "".join(
        f"<li><b>{say.html(f'cockpit.support.{way}')}</b> {say.html(f'cockpit.support.{way}.how')}</li>"
        for way in ("a_word", "a_pause", "contacts")
    )
    return readable(
        f'<section aria-label="{label}" style="border-inline-start:6px solid #B3261E;padding:0.1rem 1rem;margin:0.75rem 0"><h4>{head}</h4>'
        f"<p><b>{say.html('cockpit.support.nobody_can_tell')}</b></p><ul>{ways}</ul>{reachable}</section>"
    )
