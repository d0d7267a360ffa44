"""The world of a test: a room that people answer in, led over HTTP as a notebook leads it, and what is pressed in a notebook.

The fixture `room` is all that most tests need; it is led through `RunningRoom.ask`, `lead` and `control`, and answered through
`cast` and `public`, as a cockpit and a phone would. Nothing here waits for a time to pass: what is waited for is seen.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx

from workshop_kit.disk.rooms import FILE as RESULTS_FILE
from workshop_kit.processes.connection import FILE as CONNECTION_FILE
from workshop_kit.processes.connection import Connection
from workshop_kit.server.__main__ import FILES_WANTED, parser
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.server.house import House
from workshop_kit.words.catalog import language

ROOT: Final = Path(__file__).parents[1]
# What the kit says to people, in English.
SAY: Final = language()
# How long anything is waited for before a test gives up. A bound, not a measure: nothing here is expected to take long.
PATIENCE_SECONDS: Final = 180.0

Seen = TypeVar("Seen")

# Where the rooms of this test process run.
_LOOP: Final = asyncio.new_event_loop()
threading.Thread(target=_LOOP.run_forever, daemon=True).start()


class RunningRoom:
    """A room that is open in this process: the kit's own house, on real sockets, beside the test.

    All rooms of a test process share one event loop and one place where charts are drawn. Where a process, its death, its files, its
    signals or its memory are the point, there is `RoomProcess`.

    It keeps what it keeps in `folder`, made if it is not there; `arguments` are further ones of ``python -m workshop_kit.server``.
    """

    # What the connection file says, and two clients: of the public app, as a phone is one, and of the control app, with the secret.
    connection: Connection
    code: str
    public: httpx.Client
    control: httpx.Client

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self._arguments = arguments
        # Where its material is; None for what comes with the kit.
        self.material = Path(arguments[arguments.index("--material") + 1]) if "--material" in arguments else None
        self._port = 0
        self._has_counted = False
        self._tickets: dict[str, str] = {}
        self._clients: list[httpx.Client] = []
        self._house: tuple[asyncio.Task[None], asyncio.Event] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self.is_running:
            self.kill()

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not been ended."""
        return self._house is not None

    def path(self, rest: str = "") -> str:
        """Return the address of something in the room: of its page, or of ``/seats``, ``/privacy`` and so on."""
        return f"/{self.code}{rest}"

    def start(self) -> None:
        """Start the server, after a first time on the same public port, and wait until it answers."""
        assert not self.is_running, "The room is running already."
        self.reach(self._opened())
        self._port = httpx.URL(self.connection.public_url).port or 0
        try:
            assert self.public.get("/healthz").json() == {"status": "ok"}
        except BaseException:
            self.kill()
            raise

    def reach(self, connection: Connection) -> None:
        """Speak to a room that is open, whoever opened it."""
        self.connection, self.code = connection, connection.code
        secret = {"Authorization": f"Bearer {connection.secret}"}
        self.public, self.control = self._clients = [_client(connection.public_url), _client(connection.control_url, secret)]

    def hang_up(self) -> None:
        """Speak to it no more."""
        for client in self._clients:
            client.close()

    def kill(self) -> None:
        """End the room as a power cut would: at once, without a word to it."""
        assert self._house is not None, "The room is not running."
        (running, _), self._house = self._house, None
        _LOOP.call_soon_threadsafe(running.cancel)
        self._over(running)

    def stop(self) -> None:
        """Ask the room to end, as Ctrl-C in the terminal does, and see that it ends well."""
        assert self._house is not None, "The room is not running."
        (running, ended), self._house = self._house, None
        _LOOP.call_soon_threadsafe(ended.set)
        self._over(running)

    def _opened(self) -> Connection:
        words = ["--host", "127.0.0.1", "--port", str(self._port), "--folder", str(self.folder), *self._arguments]

        async def open_() -> Connection:
            house = House(parser().parse_args(words), FILES_WANTED, _drawings())
            ended = asyncio.Event()
            self._house = asyncio.create_task(house.run(ended)), ended
            return house.connection

        return asyncio.run_coroutine_threadsafe(open_(), _LOOP).result(PATIENCE_SECONDS)

    def _over(self, running: asyncio.Task[None]) -> None:
        async def over() -> None:
            with suppress(asyncio.CancelledError):
                await running

        self.hang_up()
        asyncio.run_coroutine_threadsafe(over(), _LOOP).result(PATIENCE_SECONDS)

    def sit(self, *seats: str) -> None:
        """Take a seat for each page that asks; behind people who were counted, the door is opened for it, and all are counted anew."""
        replies = list(map(self._knock, seats))
        outside = [seat for seat, reply in zip(seats, replies, strict=True) if reply.status_code == 403]
        if outside and self._has_counted:
            with self.letting_in():
                replies = list(map(self._knock, outside))
        for reply in replies:
            reply.raise_for_status()

    @contextmanager
    def letting_in(self) -> Iterator[None]:
        """Let pages in for as long as this lasts, then lock the door and count the people; of nobody knows who came in."""
        if self._has_counted:
            self.tell("/door", state="open")
        yield
        if self._has_counted:
            self.count()

    def count(self) -> int:
        """Lock the door and count the people behind it: as many as there are seats. Return how many."""
        self.tell("/door", state="locked")
        seats: int = self.as_led()["seats"]
        self.tell("/heads", heads=seats)
        self._has_counted = True
        return seats

    def gather(self) -> None:
        """Have people counted, as they must be before a poll is asked: some of `PEOPLE` beside those who have a seat already."""
        told = self.as_led()
        if told["counts_heads"] and told["heads"] is None:
            if told["door"] == "locked":
                self.tell("/door", state="open")
            for seat in PEOPLE[: min(MANY, told["capacity"] - 4)]:
                self._knock(seat)
            self.count()

    def _knock(self, seat: str) -> httpx.Response:
        """Ask for a seat, with the ticket that its page has if it was here before."""
        reply = self.public.post(self.path("/seats"), json={"seat": seat, "ticket": self._tickets.get(seat)})
        self._tickets |= {seat: reply.json()["ticket"]} if reply.status_code == 201 else {}
        return reply

    def ask(self, poll: str, **thresholds: int) -> int:
        """Open a run of a poll among people who are counted, and return its number.

        `floor` and `cell` may be raised, `before` is a run to compare with.
        """
        self.gather()
        number: int = self.control.post("/runs", json={"poll": poll, **thresholds}).raise_for_status().json()["run"]
        return number

    def ask_together(self, *polls: str) -> list[int]:
        """Open runs of several polls by one act and return their numbers."""
        self.gather()
        numbers: list[int] = self.control.post("/runs/together", json={"polls": polls}).raise_for_status().json()["runs"]
        return numbers

    def cast(self, run: int, seat: str, answer: object) -> httpx.Response:
        """Answer a run from a seat."""
        return self.public.put(self.path(f"/runs/{run}/ballot"), json={"seat": seat, "answer": answer})

    def poll(self, poll: str, answers: Sequence[object], *acts: str, **thresholds: int) -> int:
        """Ask a poll, let as many people as there are answers sit down and answer, do some acts to the run, and return its number."""
        run = self.ask(poll, **thresholds)
        for seat, answer in zip(PEOPLE, answers, strict=False):
            self.sit(seat)
            self.cast(run, seat, answer).raise_for_status()
        self.lead(run, *acts)
        return run

    def withdraw(self, run: int, seat: str) -> httpx.Response:
        """Take a seat's answer back."""
        return self.public.request("DELETE", self.path(f"/runs/{run}/ballot"), json={"seat": seat})

    def tell(self, path: str, **what: object) -> None:
        """Tell the room something as whoever leads it: of its door, stage, section, timer and so on."""
        self.control.post(path, json=what).raise_for_status()

    def lead(self, run: int, *acts: str) -> None:
        """Do some acts to a run, one after the other: ``close``, ``publish``, ``reveal``, ``hide``, ``discard``."""
        for act in acts:
            self.control.post(f"/runs/{run}/{act}").raise_for_status()

    def let_through(self, run: int) -> None:
        """Approve every comment that waits in a closed run, and publish them."""
        for line in self.control.get(f"/runs/{run}/lines").raise_for_status().json()["lines"]:
            self.control.post(f"/runs/{run}/lines/{line['number']}", json={"decision": "approve"}).raise_for_status()
        self.lead(run, "publish")

    def state(self) -> dict[str, Any]:
        """Return the room as a page that has just opened is told it."""
        return first_state(self.public, self.path("/events"))

    def phases(self) -> list[str]:
        """Return in which phase each run is that was asked last."""
        return [each["phase"] for each in self.state()["current"]]

    def as_led(self) -> dict[str, Any]:
        """Return the room as whoever leads it is told it."""
        told: dict[str, Any] = self.control.get("/state").raise_for_status().json()
        return told

    def result(self, run: int) -> dict[str, Any]:
        """Return a revealed result, as a phone gets it."""
        shown: dict[str, Any] = self.public.get(self.path(f"/runs/{run}/result.json")).raise_for_status().json()
        return shown


class RoomProcess(RunningRoom):
    """A room server in a process of its own, as the kit runs it, with further variables and a working directory."""

    def __init__(self, folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        super().__init__(folder, *arguments)
        self._environment, self._cwd = environment or {}, cwd
        # What the server has said over all its starts; it lies beside the room's folder.
        self.output_file = folder.with_name(folder.name + ".output")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not been ended."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """The id of the running server's process."""
        assert self._process is not None, "The room is not running."
        return self._process.pid

    @property
    def output(self) -> str:
        """All that the server has written to stdout and stderr, over all its starts."""
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End the server as a power cut would: at once, without a word to it."""
        self._end(signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask the server to end, as Ctrl-C in the terminal does, and see that it ends well."""
        left = self._end(number)
        assert left == 0, f"The room server ended with {left}: {self.output}"

    def _opened(self) -> Connection:
        before = self._written()
        with self.output_file.open("ab") as output:
            self._process = subprocess.Popen(
                [*server_command(), *("--host", "127.0.0.1", "--port", str(self._port), "--folder", str(self.folder)), *self._arguments],
                env=environment(self._environment),
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            return wait_for(lambda: self._connected(before), "the room server to write its connection file")
        except BaseException:
            self.kill()
            raise

    def _connected(self, before: Connection | None) -> Connection | None:
        assert self._process is not None
        left = self._process.poll()
        assert left is None, f"The room server ended with {left} instead of starting: {self.output}"
        found = self._written()
        return found if found != before else None

    def _written(self) -> Connection | None:
        try:
            # The file appears in one piece, so whatever can be read is whole; a killed server leaves its own behind.
            return Connection(**json.loads((self.folder / CONNECTION_FILE).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None, "The room is not running."
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            return process.wait(PATIENCE_SECONDS)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
            self.hang_up()


def new_seats(random: Random, number: int) -> list[str]:
    """Return some seat tokens, drawn as a page draws its own: sixteen random bytes in hexadecimal."""
    return [random.randbytes(16).hex() for _ in range(number)]


# How many people are in a room whose number does not matter.
MANY: Final = 24
# The people of a room, by their seats; the same ones in every run of the tests.
PEOPLE: Final = new_seats(Random(7), 64)


def is_shown(*parts: Any) -> bool:
    """Return whether widgets are there to be seen."""
    return all(part.layout.display != "none" for part in parts)


def press(button: Any) -> None:
    """Press a widget's button that is there to be pressed."""
    assert is_shown(button), f"The button '{button.description}' is hidden."
    assert not button.disabled, f"The button '{button.description}' is grey."
    button.click()


def known_to_pages(part: Any) -> list[dict[str, Any]]:
    """Return all that a page knows of a widget and of those within it, and that could therefore be saved with a notebook."""
    return [part.get_state(), *(state for child in getattr(part, "children", ()) for state in known_to_pages(child))]


def words_in(part: Any) -> str:
    """Return all words that a widget and those in sight within it show."""
    if not is_shown(part):
        return ""
    return " ".join([str(getattr(part, "value", "")), *map(words_in, getattr(part, "children", ()))]).strip()


@cache
def _drawings() -> Drawings:
    # Its worker ends with this process, whose end closes what the worker reads.
    return Drawings()


def server_command() -> list[str]:
    """Return the command that runs a room server with this Python."""
    return [sys.executable, "-m", "workshop_kit.server"]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a process of the kit: this one's, with the tree under test first on its path."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **(more or {})}


def children_of(process: int) -> list[int]:
    """Return the ids of the processes that a process has started and that still run."""
    with subprocess.Popen(["ps", "-A", "-o", "pid=,ppid=,stat="], stdout=subprocess.PIPE, text=True) as listing:
        rows = [line.split() for line in listing.communicate()[0].splitlines()]
    running = [int(child) for child, parent, stat in rows if int(parent) == process and not stat.startswith("Z")]
    return [child for child in running if child != listing.pid]


def states(client: httpx.Client, path: str) -> Generator[dict[str, Any], None, None]:
    """Yield the states that an event stream tells, the current one first; close it to hang up."""
    return (state for state, _ in news(client, path))


def news(client: httpx.Client, path: str) -> Generator[tuple[dict[str, Any], str | None], None, None]:
    """Yield the states that an event stream tells, each with how the page looks in it where that was told along with it."""
    with client.stream("GET", path) as reply:
        reply.raise_for_status()
        event, page = "", None
        for line in reply.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "page":
                page = json.loads(value)
            elif name == "data" and event == "state":
                yield json.loads(value), page
                page = None


def first_state(client: httpx.Client, path: str) -> dict[str, Any]:
    """Return the state with which an event stream begins."""
    with closing(states(client, path)) as told:
        return next(told)


@contextmanager
def disk_that_refuses(folder: Path) -> Iterator[None]:
    """Let nothing be written to the results in a folder for as long as this lasts."""
    # SQLite writes its journal first; a folder in the journal's place is a disk that takes nothing.
    in_the_way = folder / f"{RESULTS_FILE}-journal"
    wait_for(lambda: _made(in_the_way), "SQLite to be done with what it was writing")
    try:
        yield
    finally:
        in_the_way.rmdir()


def wait_for(seen: Callable[[], Seen | None], what: str) -> Seen:
    """Return what comes to be seen, looking again and again; a test that waits in vain says for what."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < patient_until:
        found = seen()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"Waited in vain for {what}.")


def _made(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def _client(url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    # A proxy that this computer uses for the internet has no business with a room.
    # And since a room is spoken to in the clear, no certificates need to be loaded.
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False, verify=False)
