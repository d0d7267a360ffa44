"""Reporting: the buttons that write what the group takes home, and what the facilitator keeps, once the last part is led."""

import asyncio

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit.cards.card import Card, offer, readable, row, spoken_status
from workshop_kit.cards.follow import Follower, State
from workshop_kit.errors import WorkshopError
from workshop_kit.workshop.agenda import Agenda


class Reporting(Card):
    """Two buttons, offered once the last part of the plan is being led.

    Parameters
    ----------
    follower
        Through which the room is found, which writes them.
    """

    def __init__(self, follower: Follower) -> None:
        self._follower, say = follower, follower.say
        self._work: set[asyncio.Task[None]] = set()
        self.status = widgets.HTML()
        self.group = self.button(say("cockpit.report.group"), lambda: self._write(facilitator=False))
        self.own = self.button(say("cockpit.report.own"), lambda: self._write(facilitator=True))
        head = widgets.HTML(f"<h2>{say.html('cockpit.report.afterwards')}</h2>")
        super().__init__(say, [head, row(self.group, self.own), self.status], framed=False)
        follower.tell(self.show)

    def show(self, state: State | None) -> None:
        """Offer the buttons once nothing of the plan follows any more."""
        agenda = Agenda.from_dict(state["agenda"]) if state and state["agenda"] else None
        offer({self: agenda is not None and agenda.current is not None and agenda.following() is None})

    def _write(self, *, facilitator: bool) -> None:
        task = asyncio.get_running_loop().create_task(self._written(facilitator))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _written(self, facilitator: bool) -> None:
        room = self._follower.room
        if room is None:
            self.complain(self.say("cards.leading.no_room_now"))
            return
        self.group.disabled = self.own.disabled = True
        self.status.value = spoken_status(self.say("cockpit.report.writing"))
        try:
            html, pdf = await asyncio.to_thread(room.report, facilitator=facilitator)
            note = f"<p><small>{self.say.html('cockpit.report.not_for_handing_out')}</small></p>" if facilitator else ""
            files = f'<ul><li dir="ltr">{escape(str(html))}</li><li dir="ltr">{escape(str(pdf))}</li></ul>'
            self.status.value = readable(f'<div role="status"><p>{self.say.html("cockpit.report.written")}</p>{files}{note}</div>')
        except WorkshopError as fault:
            self.status.value = ""
            self.complain(self.say.error(fault))
        finally:
            self.group.disabled = self.own.disabled = False
