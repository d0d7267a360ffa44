"""Rehearsing: the same cockpit, turned for a while to a room in which everyone is simulated.

That room is a process of its own, which ends when it is let go of, and leaves nothing behind. The real room stays as it is
meanwhile; nobody in it notices.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import ipywidgets as widgets

from workshop_kit.cards.card import Card, offer, readable, spoken_status
from workshop_kit.cards.follow import Follower
from workshop_kit.cards.leading import with_key
from workshop_kit.client import LedRoom, connect
from workshop_kit.errors import SetupError, WorkshopError
from workshop_kit.processes.connection import find_room

PEOPLE: Final = 12
ROOM: Final = "workshop_kit.rehearsal.room"


class Rehearsal(Card):
    """The button that begins a rehearsal and ends it, and the banner that says so all the while.

    Parameters
    ----------
    follower
        Through which the cockpit is turned to the other room and back.
    plan
        Returns the plan and the meeting to rehearse; the first meeting is 0.
    """

    def __init__(self, follower: Follower, plan: Callable[[], tuple[str, int]]) -> None:
        self._follower, self._plan = follower, plan
        self._process: asyncio.subprocess.Process | None = None
        self._work: set[asyncio.Task[None]] = set()
        self.banner, self.status = widgets.HTML(), widgets.HTML()
        self.turn = with_key(widgets.Button(layout=widgets.Layout(width="auto")), "y")
        self.turn.on_click(self._turn)
        super().__init__(follower.say, [self.turn, self.status], framed=False)
        self._name()

    def _turn(self, _: widgets.Button) -> None:
        # Pressed twice in a hurry it acts once; a second room would be nobody's.
        if not self.turn.disabled:
            self.turn.disabled = True
            self._do(self._end() if self._process else self._begin())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            task = asyncio.get_running_loop().create_task(work)
        except RuntimeError:
            work.close()
            self.complain(self.say("cockpit.rehearsal.not_here"))
            self._name()
            return
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _begin(self) -> None:
        self.problem.value = ""
        self.status.value = spoken_status(self.say("cockpit.rehearsal.opening"))
        state = self._follower.look()
        host = urlsplit(state["public_url"]).hostname if state else None
        # A group of its own, so that whoever ends this kernel does not end the other before it has cleared up.
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", ROOM, "--people", str(PEOPLE), *(["--host", host] if host else [])),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        folder = (await self._process.stdout.readline()).decode().strip()
        try:
            if not folder:
                raise SetupError("cockpit.rehearsal.not_opened")
            self._follower.turn_to(lambda: _room_in(Path(folder)))
            if self._follower.room is not None:
                self._follower.room.set_up(*self._plan(), policy="room", country=None, contact=None)
                self._follower.refresh()
            self._do(self._notice_its_end(self._process))
        except WorkshopError as fault:
            self.complain(self.say.error(fault))
            await self._end()
        self.status.value = ""
        self._name()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            self.turn.disabled = True
            process.stdin.close()
            await process.wait()
            self._follower.turn_to()
            self.status.value = spoken_status(self.say("cockpit.rehearsal.over"))
        self._name()

    async def _notice_its_end(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        if self._process is process:
            await self._end()

    def _name(self) -> None:
        is_on = self._process is not None
        self.turn.description = self.say("cockpit.rehearsal.end" if is_on else "cockpit.rehearsal.begin")
        self.turn.disabled = False
        self.banner.value = readable(self._banner()) if is_on else ""
        offer({self.banner: is_on})

    def _banner(self) -> str:
        this_is, simulated = self.say.html("cockpit.rehearsal.this_is"), self.say.html("cockpit.rehearsal.simulated")
        return f'<div role="status" class="workshop-rehearsal"><p><b>{this_is}</b> {simulated}</p></div>'


def _room_in(folder: Path) -> LedRoom:
    return connect(lambda: find_room(lambda: folder))
