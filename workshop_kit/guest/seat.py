"""The seat: a ballot in a notebook that casts to a running room, as a phone does.

It takes a place in the room under a random token that is shown nowhere, follows what the room asks, and shows what phones
show. While it waits for the room it listens in a task on the kernel's own loop; the task ends with the widget. Whoever sits
here is one person to the room, however often the cell is run.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final
from weakref import WeakValueDictionary, finalize, ref

import ipywidgets as widgets
from markupsafe import Markup

from workshop_kit import material
from workshop_kit.cards.card import STYLE, Card, offer, readable, row, spoken_status
from workshop_kit.client import Phone, line_for
from workshop_kit.errors import SetupError, Unknown, WorkshopError
from workshop_kit.guest.asked_part import AskedPart
from workshop_kit.processes.connection import GUEST_LANGUAGE_VARIABLE, GUEST_ROOM_VARIABLE, find_room
from workshop_kit.words.catalog import Language, language

KNOCK_SECONDS: Final = 10.0
# By this name a guest's page finds the field in which it hands over the seat that it keeps.
HANDED: Final = "workshop-seat"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
# What is said once of a run in each of its phases.
ANNOUNCED: Final = {"open": "phone.now.open", "reading": "phone.now.closed", "closed": "phone.now.closed", "revealed": "phone.now.revealed"}


class Seat(Card):
    """A place in a room.

    Parameters
    ----------
    public_url, code
        Where the room is.
    say
        The language in which it speaks.
    by_page
        Whether the page keeps the seat, because a reload gives it another kernel. Then it is taken once the page hands it over.
    """

    def __init__(self, public_url: str, code: str, say: Language, *, by_page: bool = False) -> None:
        me = ref(self)
        self._leave: Callable[[], object] = lambda: None
        self._line = line_for(2)
        self._room = (public_url, code)
        self._phone = Phone(*self._room, secrets.token_hex(16), self._line, lambda: _lost(me))
        self.handed = widgets.Text(layout=widgets.Layout(display="none")).add_class(HANDED) if by_page else None
        self.parts: dict[int, AskedPart] = {}
        self._announced: list[tuple[int, str]] = []
        self._work: set[asyncio.Task[None]] = set()
        self.line, self.status = widgets.HTML(), widgets.HTML()
        self.waiting = widgets.HTML(readable(_waiting(say)))
        self.several = widgets.HTML(readable(f"<p><small>{say.html('guest.several')}</small></p>"))
        self.asked = widgets.VBox()
        self.moment = self.button(say("phone.moment"), self._pause)
        head = widgets.HTML(STYLE + readable(f"<p><small>{say.html('phone.room', code=code)}</small></p>"))
        room = f"{public_url}/{code}"
        ways = [_link(f"{room}/contacts", say("labels.support.title")), _link(f"{room}/privacy", say("phone.privacy"))]
        super().__init__(
            say,
            [head, self.line, self.waiting, self.several, self.asked, self.status, row(self.moment)],
            below=[widgets.HTML(readable(f"<p>{' &nbsp; '.join(ways)}</p>")), *([self.handed] if self.handed else [])],
        )
        offer({self.several: False})
        if self.handed:
            self.handed.observe(self._take, "value")
        else:
            self._begin()

    @property
    def is_closed(self) -> bool:
        """Whether the widget is gone from the notebook, and the seat with it."""
        return self.comm is None

    def close(self) -> None:
        """Leave the room."""
        super().close()
        self._leave()

    async def show(self, state: Mapping[str, Any]) -> None:
        """Show the room as it is now."""
        self.line.value = self.problem.value = ""
        current = {each["run"]: each for each in state["current"]}
        if not set(current) <= set(self.parts):
            is_simulated = await self._phone.is_rehearsal()
            self._replace({run: AskedPart(run, self._phone, self.say, is_simulated=is_simulated) for run in current})
        for run, part in self.parts.items():
            # A run that was discarded leaves its place empty: moving the others would disturb whoever writes in one of them.
            if run in current:
                await part.follow(current[run])
            else:
                part.forget()
        offer({self.waiting: not current, self.several: len(current) > 1 and any(each["phase"] == "open" for each in current.values())})
        self._announce([(run, each["phase"]) for run, each in current.items()])

    def _take(self, change: Mapping[str, Any]) -> None:
        if not TOKEN.fullmatch(change["new"]):
            return
        change["owner"].unobserve_all()
        me = ref(self)
        self._phone = Phone(*self._room, change["new"], self._line, lambda: _lost(me))
        self._begin()

    def _begin(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            offer({self.waiting: False, self.moment: False})
            self.complain(self.say("guest.nowhere"))
            return
        task = loop.create_task(_follow(ref(self), self._phone, self._line))
        leave = finalize(self, _stop, task, loop)
        leave.atexit = False
        self._leave = leave

    def _replace(self, parts: dict[int, AskedPart]) -> None:
        gone, self.parts = self.parts, parts
        self.asked.children = list(parts.values())
        for part in gone.values():
            part.forget()
            part.close()

    def _announce(self, shown: list[tuple[int, str]]) -> None:
        fresh = [ANNOUNCED[phase] for run, phase in shown if (run, phase) not in self._announced]
        if fresh:
            told = ["guest.several_asked"] if fresh.count(ANNOUNCED["open"]) > 1 else dict.fromkeys(fresh)
            self.status.value = spoken_status(" ".join(map(self.say, told)))
        self._announced = shown

    def _pause(self) -> None:
        async def pausing() -> None:
            try:
                await self._phone.pause()
                self.status.value = spoken_status(self.say("phone.script.paused"))
            except WorkshopError as fault:
                self.complain(self.say.error(fault))

        task = asyncio.get_running_loop().create_task(pausing())
        self._work.add(task)
        task.add_done_callback(self._work.discard)


_taken: Final[WeakValueDictionary[tuple[str, str], Seat]] = WeakValueDictionary()


def seat(public_url: str | None = None, code: str | None = None) -> widgets.Widget:
    """Return this notebook's seat in a room.

    Parameters
    ----------
    public_url, code
        Where the room is; by default the one that a guest's notebook is told of, or else the room that runs on this computer.
    """
    # A guest's notebook has no files of the workshop.
    say = language(os.environ.get(GUEST_LANGUAGE_VARIABLE) or material.read().language)
    told = os.environ.get(GUEST_ROOM_VARIABLE)
    by_page = bool(told) and (public_url is None or code is None)
    if told and by_page:
        public_url, _, code = told.rpartition("/")
    if public_url is None or code is None:
        try:
            room = find_room()
        except SetupError as fault:
            return widgets.HTML(spoken_status(say.error(fault)))
        public_url, code = room.public_url, room.code
    taken = _taken.get((public_url, code))
    if taken is None or taken.is_closed:
        # A cell that is run again must not seat the same person a second time.
        taken = _taken[public_url, code] = Seat(public_url, code, say, by_page=by_page)
    return taken


async def _follow(seat: "ref[Seat]", phone: Phone, line: Any) -> None:
    """Show a seat every state of its room for as long as the seat is there."""
    async with line:
        while True:
            try:
                # A wrong code is told at once, and not tried again.
                await phone.questions()
            except Unknown as fault:
                _complain(seat, fault)
                return
            try:
                async for state in phone.states():
                    here = seat()
                    if here is None or here.is_closed:
                        return
                    await here.show(state)
                    del here
            except WorkshopError as fault:
                _complain(seat, fault)
            await asyncio.sleep(KNOCK_SECONDS)


def _complain(seat: "ref[Seat]", fault: WorkshopError) -> None:
    here = seat()
    if here is not None:
        here.complain(here.say.error(fault))


def _lost(seat: "ref[Seat]") -> None:
    here = seat()
    if here is not None:
        here.line.value = spoken_status(here.say("guest.lost"))


def _stop(task: "asyncio.Task[None]", loop: asyncio.AbstractEventLoop) -> None:
    # Whatever collects a forgotten widget may run anywhere; and the loop may be over already.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(task.cancel)


def _waiting(say: Language) -> str:
    when, how = say.html("guest.waiting"), say.html("phone.anonymous")
    return f"<h3>{say.html('guest.welcome')}</h3><p>{when}</p><p><small>{how}</small></p>"


def _link(address: str, words: str) -> Markup:
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(address, words)
