"""Reporting: the buttons that write what the group takes home, and what the facilitator keeps, once the last part is led."""

import asyncio
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import platformdirs

from workshop_kit.cards.card import Card, offer, readable, row, spoken_status
from workshop_kit.cards.follow import Follower, State
from workshop_kit.errors import Unknown, WorkshopError
from workshop_kit.processes.connection import user_folder
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Agenda

NOTHING_KEPT: Final = (
    "Nothing of a rehearsal is kept, so there is nothing to report. To see a report, type: workshop-kit rehearse --headless"
)
OWN: Final = "Your own edition is not for handing out: it holds your notes, and results that the room has not seen."


def reports_folder() -> Path:
    """Return the folder for reports: in the user's documents, where people look for what they want to print."""
    return platformdirs.user_documents_path() / "workshop_kit"


class Reporting(Card):
    """Two buttons, offered once the last part of the plan is being led.

    Parameters
    ----------
    workshop
        The material that was led.
    follower
        Through which the room is found.
    folder
        Returns where reports go.
    """

    def __init__(self, workshop: Workshop, follower: Follower, folder: Callable[[], Path] = reports_folder) -> None:
        self._workshop, self._follower, self._folder = workshop, follower, folder
        self._work: set[asyncio.Task[None]] = set()
        self.status = widgets.HTML()
        self.group = self.button("Write the group's report", lambda: self._write(facilitator=False))
        self.own = self.button("Write my own edition", lambda: self._write(facilitator=True))
        super().__init__([widgets.HTML("<h2>Afterwards</h2>"), row(self.group, self.own), self.status], framed=False)
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
        # Needed once an evening, so nobody should wait for them when it begins.
        from workshop_kit.after import report
        from workshop_kit.disk.rooms import Results

        loop = asyncio.get_running_loop()

        def say(words: str) -> None:
            loop.call_soon_threadsafe(self._say, words)

        self.group.disabled = self.own.disabled = True
        try:
            room = self._follower.room
            results = Results(user_folder())
            record = results.room(room.code) if room else None
            if record is None:
                raise Unknown(NOTHING_KEPT)
            written = await asyncio.to_thread(
                report.write,
                *(record, results.runs(record.code), self._workshop, self._folder() / f"{record.opened_on} {record.code}"),
                facilitator=facilitator,
                replace=True,
                say=say,
            )
            note = f"<p><small>{OWN}</small></p>" if facilitator else ""
            self.status.value = readable(
                f'<div role="status"><p>Written, to read and to print:</p><ul><li>{escape(str(written.html))}</li>'
                f"<li>{escape(str(written.pdf))}</li></ul>{note}</div>"
            )
        except WorkshopError as fault:
            self.status.value = ""
            self.complain(str(fault))
        finally:
            self.group.disabled = self.own.disabled = False

    def _say(self, words: str) -> None:
        self.status.value = spoken_status(words)
