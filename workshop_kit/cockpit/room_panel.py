"""The room panel: how people get in, who needs a moment, what the stage shows, and the timer."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, Final

import ipywidgets as widgets
from markupsafe import Markup, escape

from workshop_kit.cards.card import START, described, offer, readable, row, strong
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard, pauses_html
from workshop_kit.client import LedRoom
from workshop_kit.cockpit.door_panel import DoorPanel
from workshop_kit.cockpit.qr_code import qr_html
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Workshop

# What the stage can be told to show.
SCENES: Final = ("follow", "welcome", "section", "break", "closing")
# Of what phase the runs are that a scene shows.
PHASES: Final = {"question": "open", "result": "revealed"}
MINUTES: Final = (1, 2, 5, 10)
# Pages of the room that the panel leads to.
PAGES: Final = ("stage", "cards", "contacts", "privacy")


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
        self._workshop, say = workshop, follower.say
        self._is_drawing = False
        self.pauses, self.join, self.links, self.stage, self.picture, self.timer, self.reading = (widgets.HTML() for _ in range(7))
        self.seen = self.leading(say("cards.leading.seen"), LedRoom.acknowledge_pauses, key="p")
        self.behind = DoorPanel(follower)
        self.door = self.behind.door
        self.scene = described(
            widgets.Dropdown(options=[(say(f"cockpit.stage.choose.{scene}"), scene) for scene in SCENES]), say("cockpit.stage.choose")
        )
        self.scene.observe(self._direct, "value")
        timers = [self.leading(say("cockpit.timer.minutes", minutes=each), partial(LedRoom.set_timer, minutes=each)) for each in MINUTES]
        self.stop = self.leading(say("cockpit.timer.none"), partial(LedRoom.set_timer, minutes=None), key="t")
        parts = [
            self.pauses,
            self.seen,
            self.reading,
            self.join,
            self.behind,
            self.links,
            self.picture,
            self.stage,
            self.scene,
            self.timer,
        ]
        head = widgets.HTML(f"<h2>{say.html('cockpit.room.name')}</h2>")
        super().__init__(follower, [head, *parts, row(*timers, self.stop)], framed=False)

    def show(self, state: State | None) -> None:
        """Show the room as it is."""
        say = self.say
        self.pauses.value = pauses_html(state, say)
        offer({self.seen: bool(self.pauses.value), self.scene: state is not None})
        if state is None:
            how = say.html("cockpit.room.how_to_start", command=START)
            self._put(self.join, f"<p><b>{say.html('cockpit.room.none')}</b> {how}</p>")
            for each in (self.links, self.stage, self.picture, self.timer, self.reading):
                self._put(each, "")
            return
        address = f"{state['public_url']}/{state['code']}"
        self._put(self.join, _join_html(state["code"], address, state["simulated"], say))
        self._put(self.links, _links_html(address, say))
        self._put(self.picture, _picture_html(address, say))
        self._put(self.stage, f"<p>{say.html('cockpit.stage.now', shown=strong(self._on_stage(state)))}</p>")
        self._put(self.timer, f"<p>{say.html('cockpit.timer.runs')}</p>" if state["ends_at"] else "")
        is_reading = any(run["phase"] == "reading" for run in state["current"])
        self._put(self.reading, f'<p role="alert"><b>{say.html("cockpit.room.comments_wait")}</b></p>' if is_reading else "")
        self._is_drawing = True
        self.scene.value = state["stage"]
        self._is_drawing = False

    def _put(self, where: widgets.HTML, words: str) -> None:
        # A widget that is given what it shows already is not drawn again, so that no picture flickers.
        where.value = readable(words) if words else ""

    def _on_stage(self, state: State) -> str:
        scene = state["scene"]
        if scene == "section" and state["section"]:
            return self.say("words.quoted", text=self._workshop.section(state["section"]).title)
        on_stage = {run["run"] for run in state["current"] if run["phase"] == PHASES.get(scene)}
        asked = [self._workshop.poll(run["poll"]).question for run in state["runs"] if run["run"] in on_stage]
        return self.say(f"cockpit.stage.asks.{scene}", question=asked[0]) if asked else self.say(f"cockpit.stage.shows.{scene}")

    def _direct(self, change: Mapping[str, Any]) -> None:
        if not self._is_drawing:
            self.act(lambda room: room.show_on_stage(change["new"]))


# Every press shows the panel anew.
@cache
def _join_html(code: str, address: str, is_simulated: bool, say: Language) -> str:
    simulated = f'<p class="workshop-simulated">{say.html("cockpit.room.simulated")}</p>' if is_simulated else ""
    return f'{simulated}<p class="workshop-code">{escape(code)}</p>{qr_html(address, say)}<p><bdi>{escape(address)}</bdi></p>'


def _links_html(address: str, say: Language) -> str:
    way = Markup('<li><a href="{}/{}" target="_blank" rel="noopener">{}</a></li>')
    return f"<ul>{''.join(way.format(address, page, say(f'cockpit.room.page.{page}')) for page in PAGES)}</ul>"


def _picture_html(address: str, say: Language) -> str:
    """Return the stage itself, small, out of reach of hand and keyboard; what it shows stands in words beneath."""
    return (
        f'<div class="workshop-picture" aria-hidden="true"><iframe src="{escape(address)}/stage?preview" '
        f'title="{escape(say("cockpit.stage.name"))}" tabindex="-1" inert sandbox="allow-scripts allow-same-origin"></iframe></div>'
    )
