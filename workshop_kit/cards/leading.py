"""Leading: what all cards have in common with which a facilitator leads the room.

A press acts in the room, and then every card of the notebook looks at the room anew. Whatever the room refuses is said in
the card. Throwing away takes two presses, because nothing brings it back.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import ipywidgets as widgets
from markupsafe import Markup

from workshop_kit.cards.card import STYLE, Card, offer, readable, row, strong
from workshop_kit.cards.follow import Follower, State
from workshop_kit.client import LedRoom, LedRun
from workshop_kit.errors import SetupError, WorkshopError
from workshop_kit.words.catalog import Language

UNDER_WAY: Final = ("open", "reading", "sealed")


class RoomCard(Card):
    """A card that acts in the room and shows what becomes of it.

    Parameters
    ----------
    follower
        Through which the card leads the room and hears of its changes.
    parts, below, framed
        As of any `Card`.
    """

    def __init__(
        self, follower: Follower, parts: Sequence[widgets.Widget], *, below: Sequence[widgets.Widget] = (), framed: bool = True
    ) -> None:
        self._follower = follower
        super().__init__(follower.say, parts, below=below, framed=framed)
        follower.tell(self.show)

    def show(self, state: State | None) -> None:
        """Show the room as it is; None stands for no room."""
        raise NotImplementedError

    def close(self) -> None:
        """Take the card away with all that is in it; it hears of the room no more."""
        self._follower.forget(self.show)
        _close_within(self)
        super().close()

    def leading(self, words: str, act: Callable[[LedRoom], object], style: str = "", *, key: str = "") -> widgets.Button:
        """Return a button that does something in the room; in the cockpit Alt and the key press it, too."""

        def pressed(button: widgets.Button) -> None:
            self.act(act, button)

        button = widgets.Button(description=words, button_style=style, layout=widgets.Layout(width="auto"))
        button.on_click(pressed)
        return with_key(button, key) if key else button

    def act(self, act: Callable[[LedRoom], object], button: widgets.Button | None = None) -> None:
        """Do something in the room; what it refuses is said in the card, and every card looks at the room anew."""
        if button is not None:
            button.disabled = True
        self.problem.value = ""
        self.pressed(button)
        told = self._follower.room.latest if self._follower.room else None
        try:
            if self._follower.room is None:
                # One that was gone for a moment may be back.
                self._follower.look()
            if self._follower.room is None:
                raise SetupError("cards.leading.no_room_now")
            act(self._follower.room)
        except WorkshopError as fault:
            self.complain(self.say.error(fault))
            # Why it was refused may be that the room is another than it was believed to be.
            told = None
        finally:
            if button is not None:
                button.disabled = False
        room = self._follower.room
        # What an act changed, the room has replied; only after one that asked nothing of it must it be looked at.
        (self._follower.pass_on if room and told and room.latest is not told else self._follower.refresh)()

    def pressed(self, button: widgets.Button | None) -> None:
        """Take note that a button is about to act."""


class LeadingCard(RoomCard):
    """A card that leads runs of polls.

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
        The name of what is on the button for discarding; with ``_for_good`` behind it, that of what it asks back.
    """

    def __init__(
        self,
        follower: Follower,
        head: str,
        buttons: Sequence[widgets.Button],
        *,
        below: Sequence[widgets.Widget] = (),
        is_part: bool = False,
        discards: str = "discard",
    ) -> None:
        self._is_part, self._discards = is_part, discards
        self._about_to_discard = False
        self.status, self.pauses = widgets.HTML(), widgets.HTML()
        self.seen = self.leading(follower.say("cards.leading.seen"), LedRoom.acknowledge_pauses)
        self.discard = self.leading(follower.say(f"cards.leading.{discards}"), self._discard)
        parts = [widgets.HTML(STYLE + readable(head)), self.pauses, self.seen, self.status, row(*buttons, self.discard)]
        super().__init__(follower, parts, below=below, framed=not is_part)

    def show(self, state: State | None) -> None:
        """Show the room as it is; None stands for no room."""
        self.pauses.value = "" if self._is_part else pauses_html(state, self.say)
        offer({self.seen: bool(self.pauses.value)})
        self.discard.description = self.say(f"cards.leading.{self._discards}{'_for_good' if self._about_to_discard else ''}")

    def led(self) -> Sequence[LedRun]:
        """Return the runs that the card leads now."""
        raise NotImplementedError

    def pressed(self, button: widgets.Button | None) -> None:
        """Take back the question whether to discard, with any other button than that."""
        self._about_to_discard &= button is self.discard

    def _discard(self, _room: LedRoom) -> None:
        if self._about_to_discard:
            for run in self.led():
                run.discard()
        self._about_to_discard = not self._about_to_discard


def _close_within(box: widgets.Box) -> None:
    for each in box.children:
        if isinstance(each, widgets.Box) and not isinstance(each, RoomCard):
            _close_within(each)
        each.close()


def with_key(button: widgets.Button, key: str) -> widgets.Button:
    """Return a button that bears a key; the dashboard's page shows it, and presses the button for Alt and that letter."""
    button.add_class(f"workshop-key-{key}")
    return button


def pauses_html(state: State | None, say: Language) -> str:
    """Return that somebody needs a moment as HTML that a screen reader announces; nothing where nobody does."""
    pauses = state["pauses"] if state else 0
    return readable(f'<p role="alert"><b>{say.html("cards.leading.pauses", n=pauses)}</b></p>') if pauses else ""


def latest_run(state: State | None, poll: str) -> Mapping[str, Any] | None:
    """Return what a state says of the latest run of a poll."""
    return next((run for run in reversed(state["runs"]) if run["poll"] == poll), None) if state else None


def under_way(state: State | None) -> list[int]:
    """Return the numbers of the runs that are open, or whose lines are being read."""
    return [run["run"] for run in state["current"] if run["phase"] in UNDER_WAY] if state else []


def where_html(state: State, say: Language) -> str:
    """Return where phones find the room, and how many have, in a sentence or two."""
    address = Markup("<bdi>{}</bdi>").format(state["public_url"])
    where = say.html("cards.leading.where", code=strong(state["code"]), address=address, seats=state["seats_told"])
    return f"{where} {say.html('cards.leading.locked')}" if state["door"] == "locked" else where
