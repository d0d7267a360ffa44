"""The house: one room with its two apps, the addresses at which they listen, and the clock on its wall.

A house lives on the event loop of whoever opens it and ends when it is told to. It answers no signal, asks the system for
nothing and prints nothing: that is for the process around it (``python -m workshop_kit.server``).
"""

import argparse
import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp

from workshop_kit import material
from workshop_kit.disclosure import POLICIES
from workshop_kit.disk.rooms import Results
from workshop_kit.errors import SetupError
from workshop_kit.processes.addresses import EVERYWHERE, LOOPBACK, local_name, phone_addresses, url
from workshop_kit.processes.connection import Connection, reports_folder, user_folder
from workshop_kit.processes.listening import handed_on, listen
from workshop_kit.processes.lock import FolderLock
from workshop_kit.room.opening import Wanted, opened
from workshop_kit.room.room import Room
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.control import ControlApp
from workshop_kit.server.events import BEAT_SECONDS, News
from workshop_kit.server.limits import WIRES_A_SEAT, WIRES_FOR_OTHERS, Wires
from workshop_kit.server.public import PublicApp
from workshop_kit.server.reports import Reports
from workshop_kit.server.tls import Tls

# For results, charts and the facilitator, whom the phones never keep out. An estimate with room to spare.
FILES_KEPT_BACK: Final = 200
# So often it is looked whether this computer has other addresses now.
LOOK_SECONDS: Final = 5


class House:
    """A room that is open: it listens already, and answers as soon as it runs.

    Parameters
    ----------
    options
        What was asked for, as the command line of ``python -m workshop_kit.server`` names it.
    files
        How many files and connections this process may have open.
    drawings
        Where the charts are drawn; houses on one event loop may share it.

    Raises
    ------
    SetupError
        If what was asked for cannot be had; then nothing is left open.
    """

    def __init__(self, options: argparse.Namespace, files: int, drawings: Drawings) -> None:
        tls = Tls.of(options.tls_cert, options.tls_key)
        workshop = material.read(options.material)
        self._folder = user_folder(options.folder)
        self._lock = FolderLock(self._folder)
        self._sockets: list[socket.socket] = []
        self._servers: list[Listener] = []
        self._keeping: asyncio.Task[None] | None = None
        try:
            results = Results(self._folder)
            self._sockets.append(listen(options.host, options.port) if options.listening is None else handed_on(options.listening))
            self._sockets.append(listen("127.0.0.1", 0))
            public_socket, control_socket = self._sockets
            random = secrets.SystemRandom()
            record = opened(_wanted(options), workshop, results, random)
            self._room = room = Room(workshop, results, record, random)
            self._scheme, self._host, self._port = "https" if tls else "http", options.host, public_socket.getsockname()[1]
            urls = self._urls() or [url(self._scheme, LOOPBACK, self._port)]
            # What this room named before its server fell over comes first.
            room.address.found(sorted(urls, key=lambda each: each != options.announced))
            self._named = room.address.url
            self.connection = Connection(
                control_url=f"http://127.0.0.1:{control_socket.getsockname()[1]}",
                secret=secrets.token_urlsafe(32),
                public_url=_with_port(room.address.url, self._port),
                code=record.code,
            )
            self._most_wires = max(files - FILES_KEPT_BACK, files // 2)
            self._wires, self._turn = Wires(self._wires_for(record.capacity), room.say), asyncio.Lock()
            self._public_news, self._control_news = News(), News()
            self._public = PublicApp(room, self._public_news, drawings)
            # A room in a folder of its own, as a rehearsal is, leaves nothing in anybody's documents unless it is told where.
            reports = Reports(self._folder, options.material, options.reports or (None if options.folder else reports_folder()))
            self._control = ControlApp(room, results, self._control_news, drawings, reports, self._tell, self._turn)
            self._servers = [
                _public_listener(self._public.app(self._own_names()), self._wires, tls),
                listener(self._control.app(self.connection.secret)),
            ]
            self._tell()
            self.connection.write(self._folder)
        except BaseException:
            self._hang_up()
            raise

    async def run(self, ended: asyncio.Event) -> None:
        """Serve both apps until the end; a room that was asked to end has ended, one that fell over is taken up again."""
        ticking, ending = asyncio.create_task(self._tick()), asyncio.create_task(self._end(ended))
        try:
            await asyncio.gather(
                *(server.serve(sockets=[listening]) for server, listening in zip(self._servers, self._sockets, strict=True))
            )
            async with self._turn:
                self._room.end(time.time())
        finally:
            ticking.cancel()
            ending.cancel()
            await self._control.stop()
            if self._keeping is not None:
                # What is being written must not meet the next room on its way.
                await asyncio.wait([self._keeping])
            # Before the lock is let go of: a file that is there afterwards is the next room's.
            self.connection.forget(self._folder)
            self._hang_up()

    async def _end(self, ended: asyncio.Event) -> None:
        await ended.wait()
        for news in (self._public_news, self._control_news):
            news.stop()
        for server in self._servers:
            server.should_exit = True

    def _hang_up(self) -> None:
        # After a good end nothing is left of this. One that falls over must not leave phones on a line that nobody answers.
        for server in self._servers:
            server.hang_up()
        for listening in self._sockets:
            listening.close()
        self._lock.close()

    def _own_names(self) -> frozenset[str]:
        # A name that was given on the command line is ours, too, by the word of whoever typed it.
        return frozenset({socket.gethostname().lower(), local_name(), self._host.lower()})

    def _urls(self) -> list[str]:
        """Return where the room can be reached, the likeliest first; none if there is no network."""
        at_all = self._host in EVERYWHERE
        hosts = phone_addresses() if at_all else [self._host]
        return [url(self._scheme, host, self._port) for host in hosts if not (self._host == "0.0.0.0" and ":" in host)]

    def _wires_for(self, seats: int) -> int:
        return min(WIRES_A_SEAT * seats + WIRES_FOR_OTHERS, self._most_wires)

    def _tell(self) -> Mapping[str, Any]:
        self._wires.most = self._wires_for(self._room.record.capacity)
        self._public.tell()
        state = self._control.what_is()
        self._control_news.tell(state)
        if self._named != self._room.address.url:
            self._named = self._room.address.url
            # With every beat the stage looks at itself again.
            self._public_news.beat()
        return state

    async def _tick(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1)
            seconds += 1
            self._room.tick()
            if seconds % LOOK_SECONDS == 0:
                self._room.address.found(self._urls())
            self._tell()
            # Nobody waits for the disk, and a second that finds it busy is followed by another.
            if self._keeping is None or self._keeping.done():
                self._keeping = asyncio.create_task(self._keep())
            if seconds % BEAT_SECONDS == 0:
                self._public_news.beat()
                self._control_news.beat()

    async def _keep(self) -> None:
        async with self._turn:
            if not self._room.is_kept:
                with contextlib.suppress(SetupError):
                    await asyncio.to_thread(self._room.keep)


class Listener(uvicorn.Server):
    """A uvicorn server that leaves signals to the house, which has two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def hang_up(self) -> None:
        """Listen no longer, and break every line that is still held."""
        for listening in getattr(self, "servers", ()):
            listening.close()
        for held in list(self.server_state.connections):
            if held.transport is not None:
                held.transport.abort()


def _public_listener(app: ASGIApp, wires: Wires, tls: Tls | None) -> Listener:
    secured = {"ssl_certfile": tls.certificate, "ssl_keyfile": tls.key} if tls else {}
    # uvicorn calls it to have a connection made, and a class is only one of the things that can be called.
    return listener(app, http=cast(type[asyncio.Protocol], wires.new), **secured)


def listener(app: ASGIApp, **more: Any) -> Listener:
    """Return a uvicorn server of an app, set up as all of the kit's are: silent, and believing nobody about who is asking."""
    return Listener(
        uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            log_level="critical",
            lifespan="off",
            server_header=False,
            # Nobody stands between a phone and the room, so nobody is believed about who is asking.
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=2,
            **more,
        )
    )


def _wanted(options: argparse.Namespace) -> Wanted:
    return Wanted(
        policy=POLICIES[options.policy],
        by_card=options.by_card,
        people=options.heads,
        seats=options.seats,
        simulated=options.simulated,
        locked=options.door == "locked",
        plan=options.plan,
        country=options.country,
        contact=options.contact,
        earlier=options.room,
        new=options.new,
    )


def _with_port(address: str, port: int) -> str:
    return address if address.endswith(f":{port}") else f"{address}:{port}"
