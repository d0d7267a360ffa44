"""The seat: a ballot in a notebook that casts to a running room, as a phone does.

It takes a place in the room under a random token that is shown nowhere, follows what the room asks, and shows what phones
show. While it waits for the room it listens in a task on the kernel's own loop; the task ends with the widget. Whoever sits
here is one person to the room, however often the cell is run.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing, suppress
from typing import Any, Final
from weakref import WeakValueDictionary, finalize, ref

import ipywidgets as widgets
from markupsafe import Markup

from workshop_kit import material
from workshop_kit.cards.card import STYLE, Card, labelled, offer, readable, row, spoken_status
from workshop_kit.client import Phone, connect, line_for
from workshop_kit.errors import SetupError, Unknown, WorkshopError
from workshop_kit.guest.asked_part import AskedPart
from workshop_kit.memory import CARD_LENGTH, WRONG_CARD
from workshop_kit.processes.connection import GUEST_LANGUAGE_VARIABLE, GUEST_ROOM_VARIABLE
from workshop_kit.words.catalog import Language, language

KNOCK_SECONDS: Final = 10.0
# By this name a guest's page finds the field in which it hands over what it keeps: the seat that it has drawn; or what it was told in
# that field later, a seat or a card, the ticket, and the code of the room in which they are good.
HANDED: Final = "workshop-seat"
WATCHES: Final = "watch"
KEPT: Final = re.compile(rf"(?P<seat>{WATCHES}|[A-Za-z0-9_-]{{12,64}})(?: (?P<ticket>\S+) (?P<code>\S+))?")
# What is said once of a run in each of its phases.
ANNOUNCED: Final = {
    **{"open": "phone.now.open", "revealed": "phone.now.revealed"},
    **dict.fromkeys(("reading", "sealed", "closed"), "phone.now.closed"),
}
# Refusals after which somebody may have been given a card.
WANT_A_CARD: Final = ("seats.by_card", "seats.door_locked", *WRONG_CARD)


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
        self._leave: Callable[[], object] = lambda: None
        self._room = (public_url, code)
        self._hold(secrets.token_hex(16))
        self._counts_heads = True
        self.handed = widgets.Text(layout=widgets.Layout(display="none")).add_class(HANDED) if by_page else None
        self.parts: dict[int, AskedPart] = {}
        self._announced: list[tuple[int, str]] = []
        self._work: set[asyncio.Task[None]] = set()
        self.line, self.status = widgets.HTML(), widgets.HTML()
        self.waiting = widgets.HTML(readable(_waiting(say)))
        self.several = widgets.HTML(readable(f"<p><small>{say.html('guest.several')}</small></p>"))
        self.asked = widgets.VBox()
        self.moment = self.button(say("phone.moment"), self._pause)
        self.leave = self.button(say("phone.leave"), self._give_up)
        self.heads = widgets.HTML()
        self.card = labelled(widgets.Text(), say("phone.card.type"))
        self.sit = self.button(say("phone.card.sit"), self._sit_by_card)
        self.again = self.button(say("phone.sit"), lambda: self._sit(secrets.token_hex(16)))
        head = widgets.HTML(STYLE + readable(f"<p><small>{say.html('phone.room', code=code)}</small></p>"))
        room = f"{public_url}/{code}"
        ways = [_link(f"{room}/contacts", say("labels.support.title")), _link(f"{room}/privacy", say("phone.privacy"))]
        super().__init__(
            say,
            [
                *(head, self.line, self.heads, self.waiting, self.several, self.asked, self.status),
                *(self.card, row(self.sit, self.again), row(self.moment, self.leave)),
            ],
            below=[widgets.HTML(readable(f"<p>{' &nbsp; '.join(ways)}</p>")), *([self.handed] if self.handed else [])],
        )
        offer({self.several: False, self.again: False})
        self.want_a_card(wanted=False)
        if self.handed:
            self.handed.observe(self._take, "value")
        else:
            self._begin()

    @property
    def is_closed(self) -> bool:
        """Whether the widget is gone from the notebook, and the seat with it."""
        return self.comm is None

    def holds(self, phone: Phone) -> bool:
        """Return whether this is still the phone by which somebody sits here."""
        return self._phone is phone

    def close(self) -> None:
        """Leave the room."""
        super().close()
        self._leave()

    async def show(self, state: Mapping[str, Any]) -> None:
        """Show the room as it is now."""
        self.line.value = self.problem.value = ""
        self.want_a_card(wanted=False)
        self._keep(*self._phone.seat)
        current = {each["run"]: each for each in state["current"]}
        is_counting, is_new = state["locked"] and state["heads"] is None and state["seats"], not set(current) <= set(self.parts)
        if is_counting or is_new:
            about = await self._phone.about()
            self._counts_heads = about["counts_heads"]
            if is_new:
                self._replace({run: AskedPart(run, self._phone, self.say, is_simulated=about["simulated"]) for run in current})
        is_open = [each["phase"] for each in current.values()].count("open")
        self.heads.value = readable(self._heads_html(state["seats"] if is_counting else None, is_open=bool(is_open)))
        for run, part in self.parts.items():
            # A run that was discarded leaves its place empty: moving the others would disturb whoever writes in one of them.
            if run in current:
                await part.follow(current[run])
            else:
                part.forget()
        offer({self.waiting: not current, self.several: len(current) > 1 and bool(is_open)})
        self._announce([(run, each["phase"]) for run, each in current.items()])

    def want_a_card(self, *, wanted: bool) -> None:
        """Offer to type a card, or do not."""
        offer({self.card: wanted, self.sit: wanted})

    def _heads_html(self, seats: int | None, *, is_open: bool) -> str:
        """Return what is said of how many people there are, before they are counted, or where nobody can."""
        if not self._counts_heads:
            return f"<p><small>{self.say.html('phone.uncounted')}</small></p>" if is_open else ""
        counted, how = self.say.html("phone.script.heads", n=seats or 0), self.say.html("phone.heads.how")
        return f'<p role="status"><b>{counted}</b> {how}</p>' if seats else ""

    def _hold(self, seat: str, ticket: str | None = None) -> None:
        """Hold another seat than so far, on a line of its own."""
        me = ref(self)
        self._line = line_for(2)
        self._phone = Phone(*self._room, seat, self._line, lambda: _lost(me), ticket)

    def _keep(self, seat: str, ticket: str | None = None) -> None:
        """Let the page know what it is to keep."""
        if self.handed:
            self.handed.value = f"{seat} {ticket or '-'} {self._room[1]}"

    def _sit_by_card(self) -> None:
        card = "".join(self.card.value.split()).replace("-", "")
        if len(card) == CARD_LENGTH:
            self._sit(card)
        else:
            self.complain(self.say("seats.unreadable_card"))

    def _sit(self, seat: str) -> None:
        """Take another seat than so far: a card, or one of its own again."""
        self._leave()
        self._hold(seat)
        self.problem.value = self.status.value = ""
        offer({self.again: False, self.moment: True, self.leave: True})
        self._begin()

    def _give_up(self) -> None:
        async def leaving() -> None:
            try:
                await self._phone.leave_seat()
            except WorkshopError as fault:
                self.complain(self.say.error(fault))
                return
            self._watch()

        self._do(leaving())

    def _watch(self) -> None:
        """Have no seat, until one is asked for."""
        self._leave()
        self._hold(secrets.token_hex(16))
        self._replace({})
        self._keep(WATCHES)
        self.heads.value = self.line.value = ""
        self.status.value = spoken_status(self.say("phone.script.watching"))
        offer({self.again: True, **dict.fromkeys((self.moment, self.leave, self.several), False)})
        self.want_a_card(wanted=False)

    def _take(self, change: Mapping[str, Any]) -> None:
        kept = KEPT.fullmatch(change["new"])
        if kept is None:
            return
        change["owner"].unobserve_all()
        # What is left of another room is no seat in this one.
        if kept["code"] in (None, self._room[1]):
            if kept["seat"] == WATCHES:
                self._watch()
                return
            self._hold(kept["seat"], kept["ticket"])
        self._begin()

    def _begin(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            offer({self.waiting: False, self.moment: False, self.leave: False})
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

        self._do(pausing())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
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
            with closing(connect()) as room:
                public_url, code = room.public_url, room.code
        except SetupError as fault:
            return widgets.HTML(spoken_status(say.error(fault)))
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
                    if here is None or here.is_closed or not here.holds(phone):
                        return
                    await here.show(state)
                    del here
            except WorkshopError as fault:
                _complain(seat, fault)
                # Not tried again by itself: a few of them, and nobody at this address gets in for a while.
                if fault.code in WRONG_CARD:
                    return
            await asyncio.sleep(KNOCK_SECONDS)


def _complain(seat: "ref[Seat]", fault: WorkshopError) -> None:
    here = seat()
    if here is not None:
        here.complain(here.say.error(fault))
        here.want_a_card(wanted=fault.code in WANT_A_CARD)


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
