"""The dashboard itself: its three columns, what stands in the middle, its clock, and the rehearsal."""

import asyncio
from contextlib import suppress
from typing import Final
from weakref import ref

import ipywidgets as widgets

from workshop_kit.cards.card import STYLE, let_go, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import with_key
from workshop_kit.cockpit.agenda_panel import AgendaPanel
from workshop_kit.cockpit.checklist import Checklist
from workshop_kit.cockpit.rehearsing import Rehearsal
from workshop_kit.cockpit.reporting import Reporting
from workshop_kit.cockpit.room_panel import RoomPanel
from workshop_kit.cockpit.section_panel import SectionPanel
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Entry

CLOCK_SECONDS: Final = 5.0
# What comes next is made ready a moment after what is now, so that going on takes no time.
AHEAD_SECONDS: Final = 0.7


class Cockpit(widgets.VBox):
    """The whole dashboard.

    Parameters
    ----------
    workshop
        The material.
    follower
        Through which the room is led.
    """

    def __init__(self, workshop: Workshop, follower: Follower) -> None:
        self._workshop, self._follower = workshop, follower
        self._is_settling = False
        self._led: object = None
        self._ahead: tuple[object, SectionPanel] | None = None
        with follower.at_a_glance():
            self.checklist = Checklist(workshop, follower)
            self.agenda = AgendaPanel(workshop, follower)
            self.room = RoomPanel(workshop, follower)
            self.rehearsal = Rehearsal(follower, self._plan)
            self.reporting = Reporting(follower)
            self.section: SectionPanel | None = None
            self.settings = with_key(widgets.Button(description=follower.say("cockpit.before"), layout=widgets.Layout(width="auto")), "k")
            self.settings.on_click(self._turn)
            self.middle = widgets.VBox([self.checklist]).add_class("workshop-middle")
            left = widgets.VBox([self.agenda, row(self.settings), self.rehearsal, self.reporting]).add_class("workshop-left")
            right = widgets.VBox([self.room]).add_class("workshop-right")
            columns = widgets.HBox([left, self.middle, right]).add_class("workshop-cockpit")
            super().__init__([widgets.HTML(STYLE), self.rehearsal.banner, columns])
            follower.tell(self.show)
        self._keep_looking_at_the_clock()

    def show(self, state: State | None) -> None:
        """Show the part of the evening that is being led, or the checklist before it has begun."""
        if state is None and self.section is not None:
            # It may be back in a moment; until then everything stays where it is.
            return
        agenda = self.agenda.agenda
        entry = agenda.entry if state is not None and agenda else None
        if state is None or agenda is None or entry is None:
            self._lead(None, None)
        else:
            self._lead((state["code"], agenda.current, entry.block), entry)

    def _lead(self, led: object, entry: Entry | None) -> None:
        if led != self._led or (entry is None) != (self.section is None):
            gone, self._led, self._is_settling = self.section, led, False
            self.section = self._panel(led, entry) if entry else None
            self._put(self.section or self.checklist)
            if gone is not None:
                let_go(gone)
            self._soon_make_ready()
        elif self.section is not None and entry is not None:
            self.section.take_up(entry)

    def _panel(self, led: object, entry: Entry) -> SectionPanel:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == led:
            ahead[1].take_up(entry)
            return ahead[1]
        if ahead is not None:
            ahead[1].close()
        with self._follower.at_a_glance():
            return SectionPanel(self._workshop, entry, self._follower)

    def _soon_make_ready(self) -> None:
        with suppress(RuntimeError):
            asyncio.get_running_loop().call_later(AHEAD_SECONDS, _make_ready, ref(self))

    def make_ready(self) -> None:
        """Make the part ready that comes next."""
        agenda, state = self.agenda.agenda, self._follower.look()
        following = agenda.following() if agenda else None
        if agenda is None or state is None or following is None:
            return
        entry = agenda.entries[following]
        led = (state["code"], following, entry.block)
        if self._ahead is None or self._ahead[0] != led:
            self._ahead = (led, self._panel(led, entry))

    def _plan(self) -> tuple[str, int]:
        chosen: tuple[str, int] | tuple[()] = self.checklist.plan.value
        return chosen or (self._workshop.plans[0].id, 0)

    def _turn(self, _: widgets.Button) -> None:
        self._is_settling = not self._is_settling and self.section is not None
        self._put(self.checklist if self._is_settling or self.section is None else self.section)

    def _put(self, part: widgets.Widget) -> None:
        self.middle.children = (part,)
        self.settings.description = self._follower.say("cockpit.back" if part is self.checklist and self.section else "cockpit.before")

    def _keep_looking_at_the_clock(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._clock = loop.create_task(_look_now_and_then(ref(self.agenda)))


def _make_ready(cockpit: "ref[Cockpit]") -> None:
    here = cockpit()
    if here is not None:
        here.make_ready()


async def _look_now_and_then(panel: "ref[AgendaPanel]") -> None:
    while True:
        await asyncio.sleep(CLOCK_SECONDS)
        here = panel()
        if here is None:
            return
        here.look_at_the_clock()
        del here
