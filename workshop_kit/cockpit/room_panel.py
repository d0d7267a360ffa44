"""The room panel: how people get in, who needs a moment, what the stage shows, and the timer."""

from collections.abc import Mapping
from functools import cache, partial
from html import escape
from typing import Any, Final

import ipywidgets as widgets
import segno

from workshop_kit.cards.card import described, offer, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard, pauses_html
from workshop_kit.client import LedRoom
from workshop_kit.cockpit.checklist import is_done
from workshop_kit.workshop import Workshop

SCENES: Final = {
    "What the room does": "follow",
    "Welcome and code": "welcome",
    "Title of the section": "section",
    "Break": "break",
    "Closing words": "closing",
}
SHOWN: Final = {
    "welcome": "the way in",
    "section": "the title of the section",
    "question": "the question, and how many have answered",
    "closed": "that the poll has closed",
    "result": "what the group said",
    "break": "that there is a break",
    "closing": "the closing words",
}
MINUTES: Final = (1, 2, 5, 10)
READING: Final = "Lines in people's own words wait for you, in the card of their poll."
NO_ROOM: Final = "<p><b>No room is running.</b> Open a terminal and type <code>workshop-kit start</code>, then reload this page.</p>"


class RoomPanel(RoomCard):
    """All about the room that is no poll and no plan.

    Parameters
    ----------
    workshop
        For the titles of sections and the questions of polls.
    follower
        Through which the room is led.
    """

    def __init__(self, workshop: Workshop, follower: Follower) -> None:
        self._workshop = workshop
        self._is_drawing = False
        self.pauses, self.join, self.links, self.here, self.stage, self.picture, self.timer, self.reading = (
            widgets.HTML() for _ in range(8)
        )
        self.seen = self.leading("I have seen it", LedRoom.acknowledge_pauses, key="p")
        self.door = self.leading("Open the door", self._turn_the_key, key="l")
        self.scene = described(widgets.Dropdown(options=list(SCENES.items())), "The stage shows")
        self.scene.observe(self._direct, "value")
        timers = [self.leading(f"{minutes} min", partial(LedRoom.set_timer, minutes=minutes)) for minutes in MINUTES]
        self.stop = self.leading("No timer", partial(LedRoom.set_timer, minutes=None), key="t")
        parts = [
            self.pauses,
            self.seen,
            self.reading,
            self.join,
            row(self.door),
            self.here,
            self.links,
            self.picture,
            self.stage,
            self.scene,
            self.timer,
        ]
        super().__init__(follower, [widgets.HTML("<h2>The room</h2>"), *parts, row(*timers, self.stop)], framed=False)

    def show(self, state: State | None) -> None:
        """Show the room as it is."""
        self.pauses.value = pauses_html(state)
        offer({self.seen: bool(self.pauses.value), self.door: state is not None, self.scene: state is not None})
        if state is None:
            self._say(self.join, NO_ROOM)
            for each in (self.links, self.here, self.stage, self.picture, self.timer, self.reading):
                self._say(each, "")
            return
        address = f"{state['public_url']}/{state['code']}"
        self._say(self.join, _join_html(state["code"], address, state["simulated"]))
        self._say(self.links, _links_html(address))
        self._say(self.picture, _picture_html(address))
        is_open = state["door"] == "open"
        door = "open" if is_open else "locked, nobody new gets in"
        self._say(self.here, f'<p role="status">Seats taken: <b>{escape(state["seats"])}</b>. The door is <b>{door}</b>.</p>')
        self.door.description = "Lock the door" if is_open else "Open the door"
        self.door.disabled = not is_open and not is_done(state)
        self._say(self.stage, f"<p>On the stage now: <b>{escape(self._on_stage(state))}</b></p>")
        self._say(self.timer, "<p>A timer runs on the stage. It is a hint; nothing closes by itself.</p>" if state["ends_at"] else "")
        is_reading = any(run["phase"] == "reading" for run in state["current"])
        self._say(self.reading, f'<p role="alert"><b>{READING}</b></p>' if is_reading else "")
        self._is_drawing = True
        self.scene.value = state["stage"]
        self._is_drawing = False

    def _say(self, where: widgets.HTML, words: str) -> None:
        # A widget that is given what it shows already is not drawn again, so that no picture flickers.
        where.value = readable(words) if words else ""

    def _on_stage(self, state: State) -> str:
        scene, runs = state["scene"], {run["run"]: run["poll"] for run in state["runs"]}
        if scene == "section" and state["section"]:
            return f"“{self._workshop.section(state['section']).title}”"
        if scene in ("question", "result") and state["run"] in runs:
            return f"{SHOWN[scene]}: “{self._workshop.poll(runs[state['run']]).question}”"
        return SHOWN[scene]

    def _turn_the_key(self, room: LedRoom) -> None:
        if room.state()["door"] == "open":
            room.lock_door()
        else:
            room.open_door()

    def _direct(self, change: Mapping[str, Any]) -> None:
        if not self._is_drawing:
            self.act(lambda room: room.show_on_stage(change["new"]))


# Drawing the QR code takes longer than all else in the panel, and every press shows the panel anew.
@cache
def _join_html(code: str, address: str, is_simulated: bool) -> str:
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        scale=4, border=3, dark="#000", light="#fff", title=f"QR code: {address}"
    )
    simulated = '<p class="workshop-simulated"><b>Rehearsal.</b> The people in this room are simulated.</p>' if is_simulated else ""
    return f'{simulated}<p class="workshop-code">{escape(code)}</p>{drawn}<p>{escape(address)}</p>'


def _links_html(address: str) -> str:
    ways = {"stage": "Open the stage", "cards": "Cards to print", "contacts": "Support contacts", "privacy": "What the server holds"}
    links = [f'<li><a href="{escape(address)}/{page}" target="_blank" rel="noopener">{words}</a></li>' for page, words in ways.items()]
    return f"<ul>{''.join(links)}</ul>"


def _picture_html(address: str) -> str:
    """Return the stage itself, small, out of reach of hand and keyboard; what it shows stands in words beneath."""
    return (
        f'<div class="workshop-picture" aria-hidden="true"><iframe src="{escape(address)}/stage?preview" title="The stage" tabindex="-1" '
        'inert sandbox="allow-scripts allow-same-origin"></iframe></div>'
    )
