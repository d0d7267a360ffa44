"""Run the room server: ``python -m workshop_kit.server``. People start it with ``workshop-kit start``."""

import argparse
import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp

from workshop_kit import material
from workshop_kit.agenda import Agenda
from workshop_kit.connection import Connection, user_folder
from workshop_kit.disclosure import POLICIES, Policy
from workshop_kit.errors import SetupError, WorkshopError
from workshop_kit.results import Results, RoomRecord
from workshop_kit.room import Room, new_code
from workshop_kit.server.control import ControlApp
from workshop_kit.server.drawings import Drawings
from workshop_kit.server.news import BEAT_SECONDS, News
from workshop_kit.server.public import PublicApp
from workshop_kit.server.wires import WIRES_A_SEAT, WIRES_FOR_OTHERS, Wires
from workshop_kit.tether import no_core_dumps
from workshop_kit.workshop import Workshop

# For ten thousand phones, each with its stream and with what it asks beside it. What the system grants may be less.
FILES_WANTED: Final = 20_500
# For results, charts and the facilitator, whom the phones never keep out. An estimate with room to spare.
FILES_KEPT_BACK: Final = 200


def main() -> None:
    """Run a room until it is told to stop."""
    options = _options()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    # What this process writes is for its owner only, and its memory is not to be dumped on a disk.
    os.umask(0o077)
    no_core_dumps()
    files = _files()
    try:
        asyncio.run(_serve(options, files))
    except WorkshopError as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m workshop_kit.server", description="Run one room. People start it with: workshop-kit start"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address on which phones reach the room (default: this computer only)")
    parser.add_argument("--port", type=int, default=8080, help="port for phones; 0 takes any free one (default: 8080)")
    parser.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate, so that phones reach the room by https")
    parser.add_argument("--tls-key", type=Path, metavar="FILE", help="the key that belongs to the certificate")
    parser.add_argument("--seats", type=int, default=60, help="most seats in the room (default: 60)")
    parser.add_argument("--policy", choices=POLICIES, default="room", help="how careful results are (default: room)")
    parser.add_argument("--country", help="country whose support contacts are offered, such as DE (default: those of every country)")
    parser.add_argument("--contact", help="somebody near by to turn to, in your own words")
    parser.add_argument("--plan", help="the plan by which the room is led, such as evening; it says what may be asked")
    parser.add_argument("--door", choices=("open", "locked"), default="open", help="the door of a new room (default: open)")
    parser.add_argument("--room", metavar="CODE", help="go on with an earlier room")
    parser.add_argument("--new", action="store_true", help="open a new room even if one was cut short")
    parser.add_argument("--simulated", action="store_true", help="say on every page that people in this room are simulated")
    parser.add_argument("--material", type=Path, help="folder with the workshop's material (default: the one that comes with the kit)")
    parser.add_argument("--folder", type=Path, help="folder for rooms and results (default: your user data folder)")
    return parser.parse_args()


@dataclass(frozen=True, slots=True)
class _Tls:
    """The certificate with which phones are received, and its key."""

    certificate: Path
    key: Path

    @classmethod
    def of(cls, certificate: Path | None, key: Path | None) -> "_Tls | None":
        """Return the pair that was named, or None where neither was.

        Raises
        ------
        SetupError
            If they cannot be used.
        """
        if certificate is None and key is None:
            return None
        if certificate is None or key is None:
            raise SetupError("A certificate and its key belong together. Name both, with --tls-cert and --tls-key, or neither.")
        try:
            # With no password to try, not even an empty one, a locked key would be asked for at the terminal, where nobody may sit.
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password="")
        except (OSError, ValueError):
            raise SetupError(
                "The certificate and key cannot be used. --tls-cert and --tls-key must name files in PEM form that can be "
                "read, that belong together, and whose key has no password."
            ) from None
        return cls(certificate, key)


async def _serve(options: argparse.Namespace, files: int) -> None:
    tls = _Tls.of(options.tls_cert, options.tls_key)
    workshop = material.read(options.material)
    folder = user_folder(options.folder)
    results = Results(folder)
    public_socket, control_socket = _listen(options.host, options.port), _listen("127.0.0.1", 0)
    record = _record(options, workshop, results)
    room = Room(workshop, results, record, secrets.SystemRandom())
    connection = Connection(
        control_url=f"http://127.0.0.1:{control_socket.getsockname()[1]}",
        secret=secrets.token_urlsafe(32),
        public_url=_url("https" if tls else "http", options.host, public_socket.getsockname()[1]),
        code=room.code,
    )
    wires = Wires(min(WIRES_A_SEAT * record.capacity + WIRES_FOR_OTHERS, max(files - FILES_KEPT_BACK, files // 2)))
    house = _House(room, connection, wires, tls)
    connection.write(folder)
    try:
        await house.run(public_socket, control_socket)
        # Only a room that was asked to stop has ended; one that fell over is taken up again.
        room.end(time.time())
    finally:
        connection.forget(folder)


class _House:
    """The two apps of a room, and the clock on its wall."""

    def __init__(self, room: Room, connection: Connection, wires: Wires, tls: _Tls | None) -> None:
        self._room = room
        self._wires, self._tls = wires, tls
        self._connection = connection
        self._public_news, self._control_news = News(), News()
        self._drawings = Drawings()
        self._public = PublicApp(room, self._public_news, self._drawings, connection.public_url)
        self._control = ControlApp(room, self._control_news, self._drawings, connection.public_url, self._tell)
        self._tell()

    async def run(self, public_socket: socket.socket, control_socket: socket.socket) -> None:
        """Serve both apps until the process is asked to end."""
        own_name = socket.gethostname().lower()
        # A name that was given on the command line is ours, too, by the word of whoever typed it.
        given_name = urlsplit(self._connection.public_url).hostname or own_name
        own_names = frozenset({own_name, f"{own_name}.local", given_name})
        servers = [
            (_public_listener(self._public.app(own_names), self._wires, self._tls), public_socket),
            (_listener(self._control.app(self._connection.secret)), control_socket),
        ]
        loop = asyncio.get_running_loop()

        def stop() -> None:
            for news in (self._public_news, self._control_news):
                news.stop()
            for server, _ in servers:
                server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        ticking = asyncio.create_task(self._tick())
        try:
            await asyncio.gather(*(server.serve(sockets=[listening]) for server, listening in servers))
        finally:
            ticking.cancel()
            await self._drawings.stop()
            await self._control.stop()

    def _tell(self) -> None:
        self._public.tell()
        self._control_news.tell(self._control.what_is())

    async def _tick(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1)
            seconds += 1
            with contextlib.suppress(SetupError):
                self._room.tick()
            self._tell()
            if seconds % BEAT_SECONDS == 0:
                self._public_news.beat()
                self._control_news.beat()


class _Listener(uvicorn.Server):
    """A uvicorn server that leaves signals to the house, which has two of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _public_listener(app: ASGIApp, wires: Wires, tls: _Tls | None) -> _Listener:
    secured = {"ssl_certfile": tls.certificate, "ssl_keyfile": tls.key} if tls else {}
    # uvicorn calls it to have a connection made, and a class is only one of the things that can be called.
    return _listener(app, http=cast(type[asyncio.Protocol], wires.new), **secured)


def _listener(app: ASGIApp, **more: Any) -> _Listener:
    return _Listener(
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


def _record(options: argparse.Namespace, workshop: Workshop, results: Results) -> RoomRecord:
    """Return where to go on: the room asked for, the room that was cut short, or a new one."""
    if options.country:
        material.contacts().for_country(options.country)
    if options.plan:
        workshop.plan(options.plan)
    if options.room:
        found = results.room(options.room.upper())
        if found is None:
            raise SetupError("There is no earlier room with this code here. Leave out --room to open a new one.")
        # One that was cut short goes on behind the door that it had; one that had ended opens its door anew.
        locked = options.door == "locked" if found.ended else found.locked
        results.end_rooms()
        return _as_it_can_go_on(replace(found, ended=False, locked=locked, plan=options.plan or found.plan), workshop)
    policy = POLICIES[options.policy]
    cut_short = None if options.new else results.unfinished_room()
    wanted = (workshop.id, options.simulated)
    if cut_short is not None and (cut_short.workshop, cut_short.simulated) == wanted and _is_as_careful(cut_short.policy, policy):
        going_on = replace(cut_short, capacity=max(cut_short.capacity, options.seats), plan=options.plan or cut_short.plan)
        return _as_it_can_go_on(going_on, workshop)
    results.end_rooms()
    return RoomRecord(
        new_code(secrets.SystemRandom()),
        workshop.id,
        date.today(),
        policy,
        options.seats,
        options.simulated,
        options.country,
        options.contact,
        options.plan,
        locked=options.door == "locked",
    )


def _is_as_careful(policy: Policy, asked: Policy) -> bool:
    # The checklist may have made it more careful since the room was opened.
    return policy.floor >= asked.floor and policy.cell >= asked.cell


def _as_it_can_go_on(record: RoomRecord, workshop: Workshop) -> RoomRecord:
    """Return where a room goes on, without a section or a plan that its material does not have any more."""
    has_section = record.section in {section.id for section in workshop.sections}
    has_plan = record.plan in {plan.id for plan in workshop.plans}
    is_led = record.agenda is not None and Agenda.from_dict(record.agenda).fits(workshop)
    return replace(
        record,
        section=record.section if has_section else None,
        plan=record.plan if has_plan else None,
        agenda=record.agenda if is_led else None,
    )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, so that the loop sends small replies at once instead of waiting for more to send.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, OverflowError):
        listening.close()
        raise SetupError(f"Port {port} on {host} cannot be used; another program may have it. Choose another with --port.") from None
    return listening


def _url(scheme: str, host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    return f"{scheme}://[{shown}]:{port}" if ":" in shown else f"{scheme}://{shown}:{port}"


def _files() -> int:
    """Return how many files and connections this process may have open, after asking for enough."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return FILES_WANTED
    granted, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if most == resource.RLIM_INFINITY else min(FILES_WANTED, most)
    # Some systems name a limit and grant less than that.
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(granted, wanted), most))
    granted = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return FILES_WANTED if granted == resource.RLIM_INFINITY else granted


if __name__ == "__main__":
    main()
