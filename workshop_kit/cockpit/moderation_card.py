"""The moderation card: lines in people's own words, read by the facilitator before the group sees any.

Each line can be approved, reworded or left out, in any order and as often as one likes, until the list is published. Lines
are here and nowhere else in the notebook: the card says nothing of them when it is printed, Jupyter saves no state of its
widgets, and once the list is published or gone its widgets are emptied and closed.

Where a line may come from someone in distress, the card says what can be done about a line that nobody has signed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Final

import ipywidgets as widgets

from workshop_kit.cards.card import STYLE, Card, labelled, offer, readable, row, spoken_status
from workshop_kit.cards.contacts import reachable_html
from workshop_kit.client import LedRun
from workshop_kit.disclosure import LOWEST_CELL
from workshop_kit.errors import WorkshopError
from workshop_kit.memory import Decision, Line
from workshop_kit.polls import LONGEST_TEXT

FLAGS: Final[dict[str, str]] = {
    "name": "may name someone",
    "number": "has a number",
    "link": "has a link or address",
    "distress": "may come from someone in distress",
}
HOW: Final = (
    "Read slowly: leave a line as it is, put it into neutral words where it could point at someone, or leave it out. "
    "How many you leave out is told to nobody. The group sees the lines in no order, and only when you reveal them."
)
WAITS: Final = "This line waits for you."
TOO_FEW: Final = f" With fewer than {LOWEST_CELL} lines nothing is shown, so that nobody can be picked out."
_SUPPORT: Final = """
<section aria-label="If someone is in distress" style="border-left:6px solid #B3261E;padding:0.1rem 1rem;margin:0.75rem 0">
<h4>A line may come from someone in distress</h4>
<p><b>Nobody can tell who wrote it, you included, so speak to the whole group.</b></p>
<ul>
<li><b>A word for all.</b> For example: “Some of what was written tonight is heavy. If it was yours, I am glad you wrote it, and
you need not carry it alone. I am here in the break and afterwards.”</li>
<li><b>A pause.</b> A few quiet minutes for everyone, before any chart or the next question.</li>
<li><b>The contacts.</b> They are on everyone's phone, under “Someone to talk to”. Say so aloud, and give people time to look.</li>
</ul>
%s
</section>
"""


class ModerationCard(Card):
    """The lines of one closed poll.

    Parameters
    ----------
    published
        Called when the list was published.
    """

    def __init__(self, published: Callable[[], None]) -> None:
        self._published = published
        self._run: LedRun | None = None
        self.parts: list[LinePart] = []
        self.support, self.status = widgets.HTML(), widgets.HTML()
        self._list = widgets.VBox()
        self.publish = self.button("Publish", self._publish, style="primary")
        head = widgets.HTML(STYLE + readable(f"<h4>The lines, for you alone</h4><p>{HOW}</p>"))
        super().__init__([head, self.support, self._list, self.status, row(self.publish)], framed=False)
        self.clear()

    def show(self, run: LedRun, country: str | None, local_contact: str | None) -> None:
        """Show the lines of a run; the contacts of a country and one near by are at hand where they may be needed."""
        self._run = run
        try:
            lines = run.lines()
        except WorkshopError as fault:
            self.complain(str(fault))
            return
        if [part.line_is(line) for part, line in zip(self.parts, lines, strict=False)] != [True] * max(len(self.parts), len(lines)):
            self._forget()
            self.parts = [LinePart(line, len(lines), self) for line in lines]
            self._list.children = self.parts
        self._draw(lines)
        in_distress = any("distress" in line.flags for line in lines)
        self.support.value = readable(_SUPPORT % reachable_html(country, local_contact)) if in_distress else ""
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
        if waiting:
            said = f"{waiting} of {len(lines)} lines still {'waits' if waiting == 1 else 'wait'} for you. The group sees nothing yet."
        else:
            few = TOO_FEW if outgoing < LOWEST_CELL else ""
            said = f"Every line is read. The group sees nothing yet: publish first, then reveal.{few}"
        self.status.value = spoken_status(said)
        self.publish.description = f"Publish {_counted(outgoing)}"
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
        self._line, self._decide = line, within.decide
        which = f"line {line.number} of {of}"
        self.words, self.decided = widgets.HTML(), widgets.HTML()
        self.approve = self._named("Approve", which, partial(self._settle, "approve"))
        self.reword = self._named("Reword", which, self._open)
        self.leave_out = self._named("Leave out", which, partial(self._settle, "decline"))
        self.field = labelled(widgets.Textarea(continuous_update=False, rows=2), f"Words for {which}, at most {LONGEST_TEXT} characters")
        self.use = self._named("Use these words", which, self._use)
        flags = f" <b>It {' and '.join(FLAGS[flag] for flag in line.flags)}.</b>" if line.flags else ""
        self.words.value = readable(f"<hr><p>{which.capitalize()}.{flags}</p><blockquote>{escape(line.text)}</blockquote>")
        buttons = row(self.approve, self.reword, self.leave_out)
        self._rewording = widgets.VBox([self.field, row(self.use)])
        super().__init__([self.words, self.decided, buttons, self._rewording], framed=False)
        offer({self._rewording: False})

    def line_is(self, line: Line) -> bool:
        """Return whether this is the part of a line."""
        return (self._line.number, self._line.text) == (line.number, line.text)

    def show(self, line: Line) -> None:
        """Show what was decided on the line."""
        said = {None: WAITS, "approve": "Approved as it stands.", "decline": "Left out. The group will not see it."}
        self._line = line
        words = f"Reworded: “{line.words}”" if line.decision == "rewrite" else said[line.decision]
        # That a line waits is no news, least of all a dozen times over.
        self.decided.value = spoken_status(words) if line.decision else readable(f"<p>{words}</p>")

    def forget(self) -> None:
        """Empty everything that held the line, and close it."""
        self.words.value = self.decided.value = self.field.value = ""
        for each in (self.words, self.decided, self.field, self.problem, self.approve, self.reword, self.leave_out, self.use, self):
            each.close()

    def _named(self, words: str, which: str, act: Callable[[], None]) -> widgets.Button:
        button = self.button(words, act)
        button.tooltip = f"{words}: {which}"
        return button

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


def _counted(lines: int) -> str:
    return {0: "no lines", 1: "1 line"}.get(lines, f"{lines} lines")
