"""`workshop-kit start`: one command that opens a room and keeps it open.

It starts the room server and Jupyter, says where phones go, starts again what falls over, and ends both when asked.
Jupyter listens on this computer only and asks for a token. The token reaches it in a file that only its owner may read,
never on a command line, where others on the computer could see it, and never in the environment, which every notebook
inherits.
"""

import asyncio
import http.client
import json
import os
import secrets
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

import segno

from workshop_kit import client, material
from workshop_kit.cli.processes import Child
from workshop_kit.connection import FOLDER_VARIABLE, user_folder
from workshop_kit.errors import SetupError
from workshop_kit.rehearsal import Group

PHONE_PORTS: Final = range(8080, 8180)
JUPYTER_PORTS: Final = range(8888, 8988)
LOOPBACK: Final = "127.0.0.1"
DASHBOARD: Final = "06_the_fears_that_guard_us.ipynb"
_Work = TypeVar("_Work")

JUPYTER_FOLDER: Final = Path(__file__).parents[1] / "jupyter"
READY_SECONDS: Final = 90.0
MOST_RESTARTS: Final = 5
RESTART_WINDOW_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    people: int = 0
    seed: int | None = None
    seats: int = 60
    policy: str = "room"
    host: str | None = None
    port: int | None = None
    room: str | None = None
    new: bool = False
    browser: bool = True


class Evening:
    """A room with all that belongs to it, from "starting" to "ended"."""

    def __init__(self, wishes: Wishes) -> None:
        self._wishes = wishes
        self._folder = user_folder()
        self._asked_to_stop = asyncio.Event()

    async def lead(self) -> None:
        """Open the room, keep it open until Ctrl-C, and end it.

        Raises
        ------
        SetupError
            If a room is running here already, or something keeps the room or the notebooks from starting.
        """
        self._refuse_a_second_room()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop.set)
        async with AsyncExitStack() as closing:
            # The notebooks take longest to start, so they start first and the room is ready beside them.
            say("Starting the notebooks and the room ...")
            token, jupyter_port = secrets.token_urlsafe(24), free_port(JUPYTER_PORTS, LOOPBACK)
            private = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="workshop_kit_", dir=self._folder)))
            jupyter = Child("jupyterlab", [f"--config={jupyter_settings(private, token, jupyter_port)}"], self._variables)
            closing.push_async_callback(jupyter.stop)
            await jupyter.start()
            host = self._wishes.host or lan_address()
            room = Child("workshop_kit.server", self._room_arguments(host), self._variables)
            closing.push_async_callback(room.stop)
            await room.start()
            opened = await self._or_stopped(self._until_open(room))
            if opened is None:
                return
            self._say_where(opened)
            arrived = await self._or_stopped(self._until_notebooks_answer(jupyter, jupyter_port, token))
            if arrived is None:
                return
            self._say_ready(jupyter_port, token)
            room.arguments = ["--host", host, "--port", opened.public_url.rpartition(":")[2], "--room", opened.code]
            tasks = [asyncio.create_task(self._keep(room, "The room")), asyncio.create_task(self._keep(jupyter, "The notebooks"))]
            if self._wishes.people:
                group = Group(self._wishes.people, self._wishes.seed)
                tasks.append(asyncio.create_task(group.take_part(opened.public_url, opened.code)))
            await self._or_stopped(asyncio.gather(*tasks))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            say("\nEnding the room ...")
        say(f"The room has ended; nothing is left running. To go on with it another time: workshop-kit start --room {opened.code}")

    def _refuse_a_second_room(self) -> None:
        try:
            running = client.connect()
        except SetupError:
            return
        raise SetupError(
            f"A room is already open on this computer ({running.code}, {running.public_url}). End it with Ctrl-C where it was started."
        )

    @property
    def _variables(self) -> Mapping[str, str]:
        paths = [str(JUPYTER_FOLDER), *filter(None, [os.environ.get("JUPYTER_PATH")])]
        return {FOLDER_VARIABLE: str(self._folder), "JUPYTER_PATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}

    def _room_arguments(self, host: str) -> list[str]:
        port = self._wishes.port or free_port(PHONE_PORTS, host)
        arguments = ["--host", host, "--port", str(port), "--seats", str(self._wishes.seats), "--policy", self._wishes.policy]
        arguments += ["--room", self._wishes.room] if self._wishes.room else []
        arguments += ["--new"] if self._wishes.new else []
        arguments += ["--simulated"] if self._wishes.people else []
        return arguments

    async def _or_stopped(self, work: Awaitable[_Work]) -> _Work | None:
        """Return what some work returns, or None once the evening was asked to stop."""
        working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(self._asked_to_stop.wait())
        done, _ = await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if working in done:
            return working.result()
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        return None

    async def _until_open(self, room: Child) -> client.LedRoom:
        for _ in range(int(READY_SECONDS * 10)):
            await asyncio.sleep(0.1)
            if not room.is_running:
                await room.ended()
                raise SetupError(room.last_words or "The room could not be opened, and did not say why.")
            with suppress(SetupError):
                return client.connect()
        raise SetupError("The room did not open in time. Is this computer very busy? Please try again.")

    async def _until_notebooks_answer(self, jupyter: Child, port: int, token: str) -> bool:
        for _ in range(int(READY_SECONDS * 10)):
            await asyncio.sleep(0.1)
            if not jupyter.is_running:
                await jupyter.ended()
                raise SetupError(f"The notebooks could not be started. Jupyter's last words were:\n{jupyter.last_words}")
            if await asyncio.to_thread(jupyter_answers, port, token):
                return True
        raise SetupError("The notebooks did not start in time. Is this computer very busy? Please try again.")

    async def _keep(self, child: Child, name: str) -> None:
        """Start a child again whenever it ends, unless it keeps falling over."""
        restarts: list[float] = []
        loop = asyncio.get_running_loop()
        while True:
            await child.ended()
            restarts = [each for each in restarts if loop.time() - each < RESTART_WINDOW_SECONDS] + [loop.time()]
            if len(restarts) > MOST_RESTARTS:
                raise SetupError(f"{name} stopped {len(restarts)} times within a minute. The last words were:\n{child.last_words}")
            say(f"{name} stopped and is being started again. Pages that are open come back by themselves.")
            await child.start()

    def _say_where(self, room: client.LedRoom) -> None:
        address = f"{room.public_url}/{room.code}"
        say(f"\n  Room code      {room.code}\n  Phone address  {address}\n")
        segno.make(address, error="m").terminal(compact=True, border=2)
        if room.public_url.startswith(f"http://{LOOPBACK}:"):
            say(
                "\nNo network was found, so phones cannot reach this computer yet. Join the Wi-Fi and start again, or name an address with --host."
            )
        if self._wishes.people:
            say(f"\n{self._wishes.people} simulated people take part; every page says so.")

    def _say_ready(self, port: int, token: str) -> None:
        dashboard, lab = arrival(port, token, f"/voila/render/{DASHBOARD}"), arrival(port, token, f"/lab/tree/{DASHBOARD}")
        say(f"\n  Dashboard      {dashboard}\n  JupyterLab     {lab}\n\nThe room is ready. Keep this window open; Ctrl-C ends the room.")
        if self._wishes.browser:
            webbrowser.open(dashboard)


def say(words: str) -> None:
    """Print a line at once, also where the output is read by a program."""
    print(words, flush=True)


def arrival(port: int, token: str, page: str) -> str:
    """Return an address that signs the browser in and goes on to a page without the token, so that no kernel sees it."""
    return f"http://{LOOPBACK}:{port}/login?token={token}&next={quote(page)}"


def jupyter_settings(private: Path, token: str, port: int) -> Path:
    """Write Jupyter's settings to a file that only its owner may read; return the file.

    Jupyter is kept on this computer, behind a token, strict about pages that forgot to ask for it, and away from the
    internet. Whatever a notebook is saved with, its outputs are not.
    """
    settings = {
        "ServerApp": {
            "ip": LOOPBACK,
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "root_dir": str(material.shipped("notebooks")),
            "allow_root": True,
            "allow_remote_access": False,
            "allow_unauthenticated_access": False,
            "disable_check_xsrf": False,
            "jpserver_extensions": {"voila.server_extension": True},
            "log_level": "ERROR",
        },
        "IdentityProvider": {"token": token},
        "ContentsManager": {"pre_save_hook": "workshop_kit.notebook.saving.without_outputs"},
        "LabApp": {"extension_manager": "readonly", "log_level": "ERROR"},
        "LabServerApp": {"app_settings_dir": str(JUPYTER_FOLDER / "lab_settings")},
        # Voilà serves pictures under its root to anyone who asks; this allows none.
        "VoilaConfiguration": {"template": "workshop", "file_allowlist": ["(?!)"], "show_tracebacks": False},
    }
    file = private / "jupyter_settings.json"
    with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as handle:
        json.dump(settings, handle)
    return file


def jupyter_answers(port: int, token: str) -> bool:
    """Return whether Jupyter has come up."""
    asking = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        asking.request("GET", "/api/status", headers={"Authorization": f"token {token}"})
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()


def lan_address() -> str:
    """Return this computer's address on the local network, or 127.0.0.1 where there is none."""
    # Connecting a datagram socket sends nothing; it only asks which address would be used.
    for somewhere in ("192.0.2.1", "10.255.255.255", "192.168.255.255"):
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((somewhere, 9))
            address: str = asking.getsockname()[0]
            return address
    return LOOPBACK


def free_port(ports: range, host: str) -> int:
    """Return the first port of a range that nobody uses.

    Raises
    ------
    SetupError
        If all are taken, or the address is not one of this computer's.
    """
    for port in ports:
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trying:
            if sys.platform != "win32":
                trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trying.bind((host, port))
            return port
    raise SetupError(
        f"No port from {ports.start} to {ports.stop - 1} can be used on {host}. Name an address of this computer with --host, or a port with --port."
    )
