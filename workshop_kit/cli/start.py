"""`workshop-kit start`: one command that opens a room and keeps it open.

It starts the room server and the notebooks, says where phones go, starts again what falls over, and ends both when asked.
"""

import asyncio
import tempfile
import webbrowser
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import segno

from workshop_kit import client
from workshop_kit.client.opened import opened_room
from workshop_kit.errors import SetupError
from workshop_kit.guest.notebook import MEGABYTES_A_GUEST, GuestNotebook
from workshop_kit.jupyter.server import FIRST, Notebooks
from workshop_kit.processes.addresses import LOOPBACK, lan_address, listen_within
from workshop_kit.processes.children import Child, Ending, Part, keep, tell
from workshop_kit.processes.connection import FOLDER_VARIABLE, user_folder
from workshop_kit.processes.listening import listen
from workshop_kit.rehearsal.group import Group
from workshop_kit.words.catalog import Language

PHONE_PORTS: Final = range(8080, 8180)
COCKPIT: Final = "cockpit.ipynb"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    people: int = 0
    seed: int | None = None
    seats: int = 60
    policy: str = "room"
    plan: str | None = None
    host: str | None = None
    port: int | None = None
    room: str | None = None
    new: bool = False
    browser: bool = True
    country: str | None = None
    contact: str | None = None
    guests: int = 0
    checklist: bool = True
    tls_cert: Path | None = None
    tls_key: Path | None = None


class Evening:
    """A room with all that belongs to it, from "starting" to "ended", told in a language."""

    def __init__(self, wishes: Wishes, say: Language) -> None:
        self._wishes, self._say = wishes, say
        self._folder = user_folder()

    async def lead(self) -> None:
        """Open the room, keep it open until Ctrl-C, and end it.

        Raises
        ------
        SetupError
            If a room is running here already, what was asked for does not go together, or something keeps the room or the
            notebooks from starting.
        """
        self._refuse_what_tls_cannot_cover()
        self._refuse_a_second_room()
        ending = Ending()
        async with AsyncExitStack() as closing:
            host = self._wishes.host or lan_address()
            listening = closing.enter_context(listen(host, self._wishes.port) if self._wishes.port else listen_within(PHONE_PORTS, host))
            # The notebooks take longest to start, so they start first and the room is ready beside them.
            tell(self._say("cli.start.starting"))
            private = Path(
                closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_", dir=self._folder, ignore_cleanup_errors=True))
            )
            notebooks = Notebooks(self._folder, private, self._say)
            closing.push_async_callback(notebooks.stop)
            await notebooks.start()
            where = ["--host", host, "--listening", str(listening.fileno())]
            room = Child("workshop_kit.server", [*where, *self._room_arguments()], self._variables, listening=listening)
            closing.push_async_callback(room.stop)
            await room.start()
            opened = await ending.or_done(opened_room(room))
            if opened is None:
                return
            self._tell_where(opened)
            if await ending.or_done(notebooks.answered()) is None:
                return
            guest = self._guest_notebook(closing, host, f"{opened.public_url}/{opened.code}")
            if guest:
                closing.push_async_callback(guest.stop)
                await guest.start()
                if await ending.or_done(guest.answered()) is None:
                    return
                self._tell_guests(guest)
            self._tell_ready(notebooks)
            room.arguments = [*where, "--room", opened.code, *self._tls_arguments]
            children: dict[Part, Child] = {"room": room, "notebooks": notebooks.child}
            if guest:
                children["guest_notebook"] = guest.child
            tasks = [asyncio.create_task(keep(child, part, self._say)) for part, child in children.items()]
            if self._wishes.people:
                group = Group(self._wishes.people, self._say, self._wishes.seed)
                tasks.append(asyncio.create_task(group.take_part(opened.public_url, opened.code)))
            await ending.or_done(asyncio.gather(*tasks))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            tell(f"\n{self._say('cli.start.ending')}")
        tell(self._say("cli.start.ended", code=opened.code))

    def _refuse_what_tls_cannot_cover(self) -> None:
        if self._tls_arguments and self._wishes.people:
            raise SetupError("cli.start.people_without_tls")
        if self._tls_arguments and self._wishes.guests:
            # What is answered there would cross the Wi-Fi in the open, under an address that looks as if it did not.
            raise SetupError("cli.start.guests_without_tls")

    def _refuse_a_second_room(self) -> None:
        try:
            running = client.connect()
        except SetupError:
            return
        raise SetupError("cli.start.open_already", code=running.code, address=running.public_url)

    @property
    def _variables(self) -> Mapping[str, str]:
        return {FOLDER_VARIABLE: str(self._folder), "PYTHONUNBUFFERED": "1"}

    def _room_arguments(self) -> list[str]:
        arguments = ["--seats", str(self._wishes.seats), "--policy", self._wishes.policy]
        arguments += ["--room", self._wishes.room] if self._wishes.room else []
        arguments += ["--plan", self._wishes.plan] if self._wishes.plan else []
        arguments += ["--country", self._wishes.country] if self._wishes.country else []
        arguments += ["--contact", self._wishes.contact] if self._wishes.contact else []
        arguments += ["--new"] if self._wishes.new else []
        arguments += self._tls_arguments
        arguments += ["--simulated"] if self._wishes.people else []
        # People who are simulated may come in at once; for others the facilitator opens the door, once all is settled.
        arguments += ["--door", "locked"] if self._wishes.checklist and not self._wishes.people else []
        return arguments

    @property
    def _tls_arguments(self) -> list[str]:
        named = {"--tls-cert": self._wishes.tls_cert, "--tls-key": self._wishes.tls_key}
        return [word for option, file in named.items() if file for word in (option, str(file))]

    def _tell_where(self, room: client.LedRoom) -> None:
        address = f"{room.public_url}/{room.code}"
        tell(f"\n{self._say('cli.start.where', code=room.code, address=address)}\n")
        segno.make(address, error="m").terminal(compact=True, border=2)
        if self._wishes.host is None and f"//{LOOPBACK}:" in room.public_url:
            tell(f"\n{self._say('cli.start.no_network')}")
        if self._wishes.people:
            tell(f"\n{self._say('cli.start.simulated', n=self._wishes.people)}")

    def _guest_notebook(self, closing: AsyncExitStack, host: str, room: str) -> GuestNotebook | None:
        if not self._wishes.guests:
            return None
        place = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_guests_", ignore_cleanup_errors=True)))
        return GuestNotebook(place, host, room, self._wishes.guests, self._say)

    def _tell_guests(self, guest: GuestNotebook) -> None:
        tell(f"\n{self._say('cli.start.guest_notebook', address=guest.url)}\n")
        tell(self._say("cli.start.guests", n=guest.most, megabytes=MEGABYTES_A_GUEST))

    def _tell_ready(self, notebooks: Notebooks) -> None:
        cockpit, lab = notebooks.dashboard(COCKPIT), notebooks.lab(FIRST)
        tell(f"\n{self._say('cli.start.pages', cockpit=cockpit, lab=lab)}\n\n{self._say('cli.start.ready')}")
        if self._wishes.browser:
            webbrowser.open(cockpit)
