"""The door panel: who is in the room, how many they are, and what opens a seat.

Two presses before the first poll, in front of everyone: the door is locked, and the number that stage and phones then show is
confirmed. What goes beyond these two is offered when it is of use.
"""

from typing import Final

import ipywidgets as widgets
from markupsafe import Markup

from workshop_kit.cards.card import labelled, offer, readable, row, strong
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard, under_way
from workshop_kit.client import LedRoom
from workshop_kit.cockpit.checklist import is_done
from workshop_kit.cockpit.qr_code import qr_html
from workshop_kit.memory import spaced
from workshop_kit.words.catalog import Language

# By how many seats a press makes the room larger.
MORE_SEATS: Final = 20
# Two sheets.
CARDS: Final = 16


class DoorPanel(RoomCard):
    """The door, the head count, and the seat cards.

    Parameters
    ----------
    follower
        Through which the room is led.
    """

    def __init__(self, follower: Follower) -> None:
        say = follower.say
        self._state: State | None = None
        self.here, self.card, self.sheets, self.printed = (widgets.HTML() for _ in range(4))
        self.door = self.leading(say("cockpit.room.open_door"), self._turn_the_key, key="l")
        self.yes = self.leading(say("cockpit.door.yes", n=0), self._count, "primary", key="h")
        self.again = self.leading(say("cockpit.door.again"), LedRoom.count_again)
        self.one_more = self.leading(say("cockpit.door.one_more"), self._one_more)
        self.nobody_more = self.leading(say("cockpit.door.nobody_more"), LedRoom.nobody_more)
        self.larger = self.leading(say("cockpit.door.larger", n=MORE_SEATS), self._make_larger)
        number = widgets.BoundedIntText(CARDS, min=1, max=200, layout=widgets.Layout(width="5rem"))
        self.number = labelled(number, say("cockpit.door.how_many_cards"))
        self.draw = self.leading(say("cockpit.door.draw_cards"), self._draw_cards)
        self.void = self.leading(say("cockpit.door.void_cards"), self._void_cards)
        self.cards = widgets.VBox([self.number, row(self.draw, self.void), self.printed, self.sheets])
        buttons = row(self.door, self.yes, self.again, self.one_more, self.nobody_more, self.larger)
        super().__init__(follower, [buttons, self.here, self.card, self.cards], framed=False)

    def show(self, state: State | None) -> None:
        """Show who is in the room."""
        offer({each: False for each in (self.yes, self.again, self.one_more, self.nobody_more, self.larger, self.cards)})
        offer({self.door: state is not None, self.card: state is not None})
        self.here.value = "" if state is None else readable(f'<div role="status">{self._here_html(state)}</div>')
        if state is None:
            return
        if self._state is not None and state["code"] != self._state["code"]:
            # Neither its cards nor its sheets are good in another room.
            self.card.value = self.sheets.value = ""
        self._state = state
        if not state["cards"]["expected"]:
            # Its seat is taken, or its place was given up.
            self.card.value = ""
        say, is_open, seats, heads = self.say, state["door"] == "open", state["seats"], state["heads"]
        told = {"n": state["cards"]["printed"], "unused": state["cards"]["unused"]}
        self.printed.value = "" if is_open else readable(f"<p><small>{say.html('cockpit.door.printed', **told)}</small></p>")
        self.door.description = say("cockpit.room.lock_door" if is_open else "cockpit.room.open_door")
        self.door.disabled = not is_open and not is_done(state)
        counts, is_asking = state["counts_heads"] and not is_open and bool(seats), bool(under_way(state))
        self.yes.description = say("cockpit.door.yes", n=seats or 0)
        offer(
            {
                self.yes: counts and heads != seats,
                self.again: not is_open and (counts or heads is not None),
                self.one_more: heads is not None and heads == seats and not is_asking,
                self.nobody_more: bool(state["cards"]["expected"]),
                self.larger: True,
                self.cards: state["by_card"],
            }
        )

    def _here_html(self, state: State) -> str:
        say, seats, heads = self.say, state["seats"], state["heads"]
        door = say.html("cockpit.room.door_is_open" if state["door"] == "open" else "cockpit.room.door_is_locked")
        if seats is None or not state["counts_heads"]:
            return f"<p>{say.html('cockpit.room.seats', seats=strong(state['seats_told']))} {door}</p>"
        if heads is None and seats:
            question, else_ = say.html("phone.script.heads", n=seats), say.html("cockpit.door.else")
            expected = f" {say.html('cockpit.door.expected', n=state['people'])}" if state["people"] else ""
            return f"<p>{door}</p><p><b>{question}</b>{expected}</p><p><small>{else_}</small></p>"
        if heads is None:
            return f"<p>{door}</p>"
        counted = say.html("cockpit.door.counted" if seats == heads else "cockpit.door.not_as_many", seats=seats, n=heads)
        return f"<p>{door} <b>{counted}</b></p>"

    def _turn_the_key(self, room: LedRoom) -> None:
        (room.lock_door if room.state()["door"] == "open" else room.open_door)()

    def _count(self, room: LedRoom) -> None:
        # What is confirmed is what was shown, so a seat that came or went meanwhile is refused.
        room.count((self._state or {}).get("seats") or 0)

    def _one_more(self, room: LedRoom) -> None:
        self.card.value = readable(_card_html(f"{room.public_url}/{room.code}", room.one_more(), self.say))

    def _make_larger(self, room: LedRoom) -> None:
        room.make_larger(room.state()["capacity"] + MORE_SEATS)

    def _draw_cards(self, room: LedRoom) -> None:
        way = Markup('<p><a href="{}" target="_blank" rel="noopener">{}</a></p><p><small>{}</small></p>')
        once = self.say("cockpit.door.sheets_once")
        self.sheets.value = readable(way.format(room.print_cards(self.number.value), self.say("cockpit.door.sheets"), once))

    def _void_cards(self, room: LedRoom) -> None:
        room.void_cards()
        self.sheets.value = ""


def _card_html(address: str, card: str, say: Language) -> str:
    drawn = qr_html(f"{address}#{card}", say)
    return f'<p>{say.html("cockpit.door.card")}</p>{drawn}<p class="workshop-code"><bdi dir="ltr">{spaced(card)}</bdi></p>'
