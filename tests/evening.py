"""An evening as a therapist starts it: `workshop-kit start` in a process of its own, for a user whose folders are new and empty.

What is found in those folders afterwards came from this evening. `Others` are people who answer over HTTP meanwhile.
"""

import asyncio
import os
import re
import secrets
import signal
import subprocess
import sysconfig
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browsers import Visitors
from tests.forensics import content_of, files_below
from tests.world import PATIENCE_SECONDS, ROOT, RunningRoom, environment, wait_for
from workshop_kit import client
from workshop_kit.client import LedRoom, Phone, line_for
from workshop_kit.processes.connection import FILE, FOLDER_VARIABLE, Connection, find_room

COMMAND: Final = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")
NOTEBOOKS: Final = ROOT / "notebooks"
DESK: Final = {"width": 1280, "height": 900}
ANSWERED: Final = "Answered. You can change it until the poll closes."
# The variables by which a user moves folders of Jupyter and others; unset, they all lie in the home folder.
MOVING: Final = re.compile("XDG_|JUPYTER_|IPYTHONDIR|MPLCONFIGDIR")


class Evening:
    """`workshop-kit start` in a process of its own, with further words, for a user who has nothing but some new folders in `home`.

    With a checklist, the door stays locked until it is done.
    """

    def __init__(self, home: Path, *arguments: str, checklist: bool = False) -> None:
        self.folders = [home / name for name in ("home", "kit", "temporary")]
        for folder in self.folders:
            folder.mkdir(parents=True, mode=0o700)
        self._output, self._errors = home / "output", home / "errors"
        # The file by which notebooks find the room.
        self.connection_file = self.folders[1] / FILE
        self._arguments = ["start", "--no-browser", "--checklist" if checklist else "--no-checklist", *arguments]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                self.command,
                env=self.variables,
                cwd=self.folders[0],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            descendants = self.descendants()
            self._process.kill()
            self._process.wait()
            for each in descendants:
                with suppress(ProcessLookupError):
                    os.kill(each.pid, signal.SIGKILL)

    @property
    def command(self) -> list[str]:
        """What is typed."""
        return [COMMAND, *self._arguments]

    @property
    def variables(self) -> dict[str, str]:
        """The environment of this user."""
        home, kit, temporary = map(str, self.folders)
        kept = {name: value for name, value in environment().items() if not MOVING.match(name)}
        return {**kept, "HOME": home, "TMPDIR": temporary, FOLDER_VARIABLE: kit}

    @property
    def output(self) -> str:
        """What the command has said so far."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def errors(self) -> str:
        """What the command has complained of so far."""
        return self._errors.read_text(encoding="utf-8", errors="replace")

    def said(self, name: str) -> str:
        """Return what stands behind a name in the output, as soon as it does."""

        def look() -> str | None:
            assert self._process is not None
            assert self._process.poll() is None, f"The evening ended by itself: {self.output}\n{self.errors}"
            found = re.search(rf"^ *{name} +(\S+)$", self.output, re.MULTILINE)
            return found[1] if found else None

        return wait_for(look, f"the command to say: {name}")

    def ready(self) -> None:
        """Wait until the command says that the room is ready."""
        self.said("Cockpit")
        wait_for(lambda: "The room is ready." in self.output, "the room to be ready")

    def descendants(self) -> list["Running"]:
        """Return every process that the command has started, and what those have started."""
        assert self._process is not None
        everything, found = running(), [self._process.pid]
        for parent in found:
            found.extend(each.pid for each in everything if each.parent == parent)
        return [each for each in everything if each.pid in found[1:]]

    @contextmanager
    def phones(self) -> Iterator[RunningRoom]:
        """Speak to the room as its phones do, once it is ready."""
        self.ready()
        room = RunningRoom(self.folders[1])
        room.reach(self.connection())
        yield room
        room.hang_up()

    def connection(self) -> Connection:
        """Return where the room is, as notebooks find it."""
        return find_room(lambda: self.folders[1])

    @contextmanager
    def room(self) -> Iterator[LedRoom]:
        """Lead the room from a script, once it is ready."""
        self.ready()
        with closing(client.connect(self.connection)) as room:
            yield room

    def server(self) -> int | None:
        """Return the id of the room server's process, if there is one."""
        return next((each.pid for each in self.descendants() if "workshop_kit.server" in each.command), None)

    def kill_the_server(self) -> None:
        """End the room server as a power cut would, and wait until the command has started another."""
        killed = self.server()
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: self.server() not in (None, killed), "the server to be started again")

    def end(self) -> int:
        """Press Ctrl-C; return how the command ended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """Kill the command itself, as a system that is short of memory does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def typed(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Let the same user type another command."""
        return subprocess.run([COMMAND, *words], env=self.variables, capture_output=True, text=True, timeout=2 * PATIENCE_SECONDS)

    def once_more(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Let the same user type the command a second time."""
        return self.typed("start", "--no-browser", *arguments)


@dataclass(frozen=True)
class Running:
    """One process of this computer."""

    pid: int
    parent: int
    command: str


def running() -> list[Running]:
    """Return the processes of this computer, without those that have ended and wait to be noticed."""
    if not Path("/proc/self/stat").exists():
        lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
        parts = [line.split(None, 3) for line in lines]
        return [Running(int(each[0]), int(each[1]), each[3]) for each in parts if len(each) == 4 and not each[2].startswith("Z")]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if state != "Z":
                found.append(Running(int(folder.name), int(parent), command))
    return found


def still_there(processes: Sequence[Running]) -> list[str]:
    """Return the commands of those processes that still run."""
    now = {(each.pid, each.command) for each in running()}
    return [each.command for each in processes if (each.pid, each.command) in now]


class Aside:
    """Something that happens in a thread and a loop of its own, for as long as it takes."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._faults: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        assert self._faults == []

    def _run(self) -> None:
        try:
            asyncio.run(self._take_part())
        except BaseException as fault:
            self._faults.append(fault)

    async def _take_part(self) -> None:
        """Take part until `_over` is set."""
        raise NotImplementedError


class Others(Aside):
    """People in a room, each with a phone that is a program: they answer the first poll and outlast what a page outlasts."""

    def __init__(self, public_url: str, code: str, answers: Sequence[object]) -> None:
        super().__init__()
        self.seats = [secrets.token_hex(16) for _ in answers]
        self.casts = self.seatings = 0
        self._room = (public_url, code)
        self._answers = answers

    async def _take_part(self) -> None:
        async with line_for(len(self.seats)) as line, asyncio.TaskGroup() as tasks:
            line.event_hooks = {"response": [self._note]}
            phones = [Phone(*self._room, seat, line) for seat in self.seats]
            sitting = [tasks.create_task(self._sit(*each)) for each in zip(phones, self._answers, strict=True)]
            await asyncio.to_thread(self._over.wait)
            for each in sitting:
                each.cancel()

    async def _sit(self, phone: Phone, answer: object) -> None:
        has_answered = False
        async for state in phone.states():
            asked = [each["run"] for each in state["current"] if each["phase"] == "open"]
            if asked and not has_answered:
                has_answered = True
                await phone.cast(asked[0], answer)

    def are_counted(self, room: LedRoom, besides: int = 0) -> None:
        """Have them counted as soon as everyone is there, and others besides them who have a seat already."""
        wait_for(lambda: self.seatings >= len(self.seats), "everyone to have a seat")
        room.lock_door()
        room.count(len(self.seats) + besides)

    async def _note(self, reply: httpx.Response) -> None:
        self.seatings += reply.status_code == 201
        self.casts += reply.request.method == "PUT" and reply.status_code == 204


def joined(evening: Evening, visitors: Visitors) -> Page:
    """Return one more phone, on which the code was typed."""
    page = visitors.page()
    address, _, code = evening.said("Phone address").rpartition("/")
    page.goto(address)
    page.get_by_label("Type the six-character code").fill(code.lower())
    with page.expect_response(lambda reply: reply.url.endswith("/seats")):
        page.get_by_role("button", name="Join").click()
    return page


def answer(page: Page, *labels: str) -> None:
    """Choose some options on a phone, send them, and wait until that is acknowledged."""
    for label in labels:
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Send my answer").click()
    is_answered(page)


def is_answered(page: Page) -> None:
    """Wait until a phone says that it has answered."""
    expect(page.get_by_role("heading", name=ANSWERED)).to_be_visible()


def card(page: Page, question: str) -> Locator:
    """Return the card of a poll, in the dashboard or in JupyterLab."""
    return page.locator(".widget-vbox", has=page.get_by_role("heading", name=question))


def press(place: Page | Locator, words: str) -> None:
    """Press a button."""
    place.get_by_role("button", name=words, exact=True).click()


def seat_of(page: Page) -> str:
    """Return the seat that a phone holds."""
    return str(page.evaluate("() => Object.entries(sessionStorage).find(([name]) => name.startsWith('seat '))[1]"))


def files_that_tell(folders: Sequence[Path], secrets_: Sequence[str]) -> list[Path]:
    """Return the files below some folders in which any of some secrets stands."""
    return [file for file in files_below(*folders) if any(each.encode() in content_of(file) for each in secrets_)]


def is_said_plainly(words: str) -> bool:
    """Return whether what went wrong is said in one line that ends as a sentence does, with no trace of a program in it."""
    return len(words.strip().splitlines()) == 1 and words.strip().endswith(".") and "Traceback" not in words
