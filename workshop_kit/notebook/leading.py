"""Leading: what all cards have in common with which a facilitator leads the room.

A press acts in the room, and then every card of the notebook looks at the room anew. Whatever the room refuses is said in
the card. Throwing away takes two presses, because nothing brings it back.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Final

import ipywidgets as widgets

from workshop_kit.client import LedRoom, LedRun
from workshop_kit.errors import WorkshopError
from workshop_kit.notebook.cards import STYLE, Card, offer, readable, row
from workshop_kit.notebook.follow import Follower, State

DISCARD: Final = "Discard"
FOR_GOOD: Final = "for good?"
PAUSE: Final = "Someone here needs a moment. Nobody can tell who; a short pause for everyone is a good answer."
PAUSES: Final = "Some people here need a moment. Nobody can tell who; a short pause for everyone is a good answer."
NO_ROOM: Final = (
    "No room is running, so nothing can be asked just now. To lead a group, open a terminal and type "
    "<code>workshop-kit start</code>, then run this cell again."
)
UNDER_WAY: Final = ("open", "reading")


class LeadingCard(Card):
    """A card that leads the room.

    Parameters
    ----------
    follower
        Through which the card leads the room and hears of its changes.
    head
        What it is about, as HTML.
    buttons
        Its buttons, without the one for discarding.
    below
        What it shows beneath its buttons.
    is_part
        Whether it stands in another card, which tells of the room.
    discards
        What the button for discarding is called.
    """

    def __init__(
        self,
        follower: Follower,
        head: str,
        buttons: Sequence[widgets.Button],
        *,
        below: Sequence[widgets.Widget] = (),
        is_part: bool = False,
        discards: str = DISCARD,
    ) -> None:
        self._follower, self._is_part, self._discards = follower, is_part, discards
        self._about_to_discard = False
        self.status, self.pauses = widgets.HTML(), widgets.HTML()
        self.seen = self.leading("I have seen it", LedRoom.acknowledge_pauses)
        self.discard = self.leading(discards, self._discard)
        parts = [widgets.HTML(STYLE + readable(head)), self.pauses, self.seen, self.status, row(*buttons, self.discard)]
        super().__init__(parts, below=below, framed=not is_part)
        follower.tell(self.show)

    def show(self, state: State | None) -> None:
        """Show the room as it is; None stands for no room."""
        pauses = state["pauses"] if state and not self._is_part else 0
        self.pauses.value = readable(f'<p role="alert"><b>{PAUSES if pauses > 1 else PAUSE}</b></p>') if pauses else ""
        offer({self.seen: pauses > 0})
        self.discard.description = f"{self._discards} {FOR_GOOD}" if self._about_to_discard else self._discards

    def led(self) -> Sequence[LedRun]:
        """Return the runs that the card leads now."""
        raise NotImplementedError

    def leading(self, words: str, act: Callable[[LedRoom], object], style: str = "") -> widgets.Button:
        """Return a button that does something in the room."""

        def pressed(button: widgets.Button) -> None:
            button.disabled = True
            self.problem.value = ""
            # Any other button takes back the question whether to discard.
            self._about_to_discard &= button is self.discard
            try:
                if self._follower.room is not None:
                    act(self._follower.room)
            except WorkshopError as fault:
                self.complain(str(fault))
            finally:
                button.disabled = False
                self._follower.refresh()

        button = widgets.Button(description=words, button_style=style, layout=widgets.Layout(width="auto"))
        button.on_click(pressed)
        return button

    def _discard(self, _room: LedRoom) -> None:
        if self._about_to_discard:
            for run in self.led():
                run.discard()
        self._about_to_discard = not self._about_to_discard


def latest_run(state: State | None, poll: str) -> Mapping[str, Any] | None:
    """Return what a state says of the latest run of a poll."""
    return next((run for run in reversed(state["runs"]) if run["poll"] == poll), None) if state else None


def under_way(state: State | None) -> list[int]:
    """Return the numbers of the runs that are open, or whose lines are being read."""
    return [run["run"] for run in state["current"] if run["phase"] in UNDER_WAY] if state else []


def where_html(state: State) -> str:
    """Return where phones find the room, and how many have, in one sentence."""
    return f"Room <b>{escape(state['code'])}</b> at {escape(state['public_url'])}, seats taken: {escape(state['seats'])}."
