"""`workshop-kit start`: one command that opens a room and keeps it open.

It starts the room server and the notebooks, says where phones go, starts again what falls over, and ends both when asked.
"""

import asyncio
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from workshop_kit import client, material
from workshop_kit.cli.qr_code import qr_lines
from workshop_kit.client.opened import opened_room
from workshop_kit.errors import SetupError
from workshop_kit.guest.notebook import MEGABYTES_A_GUEST, GuestNotebook
from workshop_kit.jupyter.server import FIRST, Notebooks
from workshop_kit.processes.addresses import (
    EVERYWHERE,
    LOOPBACK,
    USUAL_PORTS,
    listen_within,
    local_name,
    look_up,
    phone_addresses,
    url,
    where_to_listen,
)
from workshop_kit.processes.browsing import open_in_browser
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
    seats: int | None = None
    heads: int | None = None
    by_card: bool = False
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
        self._is_local_name_at = look_up(local_name())

    async def lead(self) -> None:
        """Open the room, keep it open until Ctrl-C, and end it.

        Raises
        ------
        SetupError
            If a room is running here already, what was asked for does not go together, or something keeps the room or the
            notebooks from starting.
        """
        self._refuse_what_tls_cannot_cover()
        self._refuse_what_nobody_knows()
        self._refuse_a_second_room()
        ending = Ending()
        async with AsyncExitStack() as closing:
            host, listening = self._listening()
            closing.enter_context(listening)
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
            # A room that lost its window was cut short, and the next start takes it up; only who ends it has ended it.
            closing.push_async_callback(lambda: room.stop(at_once=ending.is_cut_off))
            await room.start()
            opened = await ending.or_done(opened_room(room))
            if opened is None:
                return
            self._tell_where(opened.state())
            self._tell_simulated()
            address = opened.public_url
            if await ending.or_done(notebooks.answered()) is None:
                return
            guest = self._guest_notebook(closing, urlsplit(address).hostname or host, f"{address}/{opened.code}")
            if guest:
                closing.push_async_callback(guest.stop)
                await guest.start()
                if await ending.or_done(guest.answered()) is None:
                    return
                self._tell_guests(guest)
            self._tell_ready(notebooks, private)
            room.arguments = [*where, "--room", opened.code, *self._tls_arguments]
            children: dict[Part, Child] = {"room": room, "notebooks": notebooks.child}
            if guest:
                children["guest_notebook"] = guest.child
            tasks = [asyncio.create_task(keep(child, part, self._say)) for part, child in children.items()]
            tasks.append(asyncio.create_task(self._follow(opened, address, room)))
            if self._wishes.people:
                group = Group(self._wishes.people, self._say, self._wishes.seed)
                # They are here, so they stay when this computer leaves its network.
                here = url("http", LOOPBACK, listening.getsockname()[1]) if host in EVERYWHERE else address
                tasks.append(asyncio.create_task(group.take_part(here, opened.code)))
            await ending.or_done(asyncio.gather(*tasks))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if ending.is_cut_off:
                return
            tell(f"\n{self._say('cli.start.ending')}")
        tell(self._say("cli.start.ended", code=opened.code))

    def _refuse_what_tls_cannot_cover(self) -> None:
        if self._tls_arguments and self._wishes.people:
            raise SetupError("cli.start.people_without_tls")
        if self._tls_arguments and self._wishes.guests:
            # What is answered there would cross the Wi-Fi in the open, under an address that looks as if it did not.
            raise SetupError("cli.start.guests_without_tls")

    def _refuse_what_nobody_knows(self) -> None:
        if self._wishes.country:
            material.contacts().for_country(self._wishes.country)
        if self._wishes.plan:
            material.read().plan(self._wishes.plan)

    def _listening(self) -> tuple[str, socket.socket]:
        """Return where phones are received, at all addresses of this computer unless one was named, and a socket that listens there."""
        host = self._wishes.host or EVERYWHERE[any(":" in each for each in phone_addresses())]
        address = where_to_listen(host)
        host = address if address in EVERYWHERE else host
        if self._wishes.port:
            return host, listen(address, self._wishes.port)
        # People need not type a port that browsers know. Not everyone may take it.
        with suppress(SetupError):
            return host, listen(address, USUAL_PORTS["https" if self._tls_arguments else "http"])
        return host, listen_within(PHONE_PORTS, address)

    def _refuse_a_second_room(self) -> None:
        try:
            running = client.connect()
        except SetupError:
            return
        raise SetupError("processes.room_open", code=running.code, address=running.public_url)

    @property
    def _variables(self) -> Mapping[str, str]:
        return {FOLDER_VARIABLE: str(self._folder), "PYTHONUNBUFFERED": "1"}

    def _room_arguments(self) -> list[str]:
        arguments = ["--policy", self._wishes.policy]
        arguments += ["--seats", str(self._wishes.seats)] if self._wishes.seats else []
        arguments += ["--heads", str(self._wishes.heads)] if self._wishes.heads else []
        arguments += ["--by-card"] if self._wishes.by_card else []
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

    def _tell_where(self, state: Mapping[str, Any]) -> None:
        code, address, others = state["code"], state["public_url"], state["other_urls"]
        tell(f"\n{self._say('cli.start.where', code=code, address=f'{address}/{code}')}\n")
        drawn = qr_lines(f"{address}/{code}", sys.stdout.encoding)
        tell("\n".join(drawn) or self._say("cli.start.no_qr"))
        here = urlsplit(address)
        if here.hostname in ("localhost", "::1") or str(here.hostname).startswith("127."):
            tell(f"\n{self._say('cli.start.here_only' if self._wishes.host not in (None, *EVERYWHERE) else 'cli.start.no_network')}")
        is_named = any(urlsplit(each).hostname in self._is_local_name_at for each in (address, *others))
        # A certificate names what it was made for.
        if is_named and not self._tls_arguments:
            easier = url(here.scheme, local_name(), here.port or USUAL_PORTS[here.scheme])
            tell(f"\n{self._say('cli.start.easier', address=f'{easier}/{code}')}")
        if others:
            listed = "\n".join(f"  {each}/{code}" for each in others)
            tell(f"\n{self._say('cli.start.others', addresses=listed)}")

    async def _follow(self, room: client.LedRoom, told: str, server: Child) -> None:
        """Say where phones go whenever that has changed, and have it known to a server that is started again."""
        arguments = server.arguments
        async for state in room.states():
            server.arguments = [*arguments, "--announced", state["public_url"]]
            if state["public_url"] != told:
                told = state["public_url"]
                tell(f"\n{self._say('cli.start.moved')}")
                self._tell_where(state)

    def _tell_simulated(self) -> None:
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

    def _tell_ready(self, notebooks: Notebooks, private: Path) -> None:
        cockpit, lab = notebooks.dashboard(COCKPIT), notebooks.lab(FIRST)
        tell(f"\n{self._say('cli.start.pages', cockpit=cockpit, lab=lab)}\n\n{self._say('cli.start.ready')}")
        if self._wishes.browser:
            tell(self._say("cli.opening"))
            open_in_browser(cockpit, private, self._say)
