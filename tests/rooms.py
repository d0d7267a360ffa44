"""A small world: a room server in a process of its own, as the kit runs it, and people who speak to it over HTTP.

Whoever needs a real room writes ``with RunningRoom(folder) as room:`` (or takes the fixture `room_server`), leads it
through `room.control` and answers through `room.public`, as a notebook and a phone would.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, TypeVar

import httpx

from workshop_kit.connection import FILE as CONNECTION_FILE
from workshop_kit.connection import Connection
from workshop_kit.results import FILE as RESULTS_FILE

ROOT: Final = Path(__file__).parents[1]
# How long anything is waited for before a test gives up. A bound, not a measure: nothing here is expected to take long.
PATIENCE_SECONDS: Final = 60.0

Seen = TypeVar("Seen")


class RunningRoom:
    """A room server in a process of its own.

    Parameters
    ----------
    folder
        Where the room keeps what it keeps; made if it is not there.
    arguments
        Further arguments of ``python -m workshop_kit.server``. What the room itself needs is added.
    environment
        Variables to set for the server beside those of this process.
    cwd
        The server's working directory; by default this process's own.
    """

    def __init__(self, folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        self.folder = folder
        self._arguments = arguments
        self._environment = environment or {}
        self._cwd = cwd
        self._output = folder.with_name(folder.name + ".output")
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[httpx.Client] = []
        self._connection: Connection | None = None

    def __enter__(self) -> "RunningRoom":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self.kill()

    @property
    def code(self) -> str:
        """The six signs by which people find the room."""
        return self.connection.code

    @property
    def connection(self) -> Connection:
        """What the connection file said when the server was started."""
        assert self._connection is not None, "The room was never started."
        return self._connection

    @property
    def pid(self) -> int:
        """The id of the running server's process."""
        assert self._process is not None, "The room is not running."
        return self._process.pid

    @property
    def public(self) -> httpx.Client:
        """A client of the public app, as a phone is one; addresses begin with `path`."""
        return self._clients[0]

    @property
    def control(self) -> httpx.Client:
        """A client of the control app, with the room's secret."""
        return self._clients[1]

    @property
    def output(self) -> str:
        """All that the server has written to stdout and stderr, over all its starts."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    @property
    def output_file(self) -> Path:
        """The file that collects the server's output; it lies beside the room's folder."""
        return self._output

    def path(self, rest: str = "") -> str:
        """Return the address of something in the room: of its page, or of ``/seats``, ``/privacy`` and so on."""
        return f"/{self.code}{rest}"

    def start(self) -> None:
        """Start the server, after a first time on the same public port, and wait until it answers."""
        assert self._process is None, "The room is running already."
        before = self._written()
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [*server_command(), *("--host", "127.0.0.1", "--port", str(self._port), "--folder", str(self.folder)), *self._arguments],
                env=environment(self._environment),
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            self._connection = wait_for(lambda: self._connected(before), "the room server to write its connection file")
            self._port = httpx.URL(self._connection.public_url).port or 0
            secret = {"Authorization": f"Bearer {self._connection.secret}"}
            self._clients = [_client(self._connection.public_url), _client(self._connection.control_url, secret)]
            assert self.public.get("/healthz").json() == {"status": "ok"}
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End the server as a power cut would: at once, without a word to it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the server to end, as Ctrl-C in the terminal does, and see that it ends well."""
        left = self._end(signal.SIGTERM)
        assert left == 0, f"The room server ended with {left}: {self.output}"

    def sit(self, *seats: str) -> None:
        """Take a seat for each page that asks."""
        for seat in seats:
            self.public.post(self.path("/seats"), json={"seat": seat}).raise_for_status()

    def ask(self, poll: str, **thresholds: int) -> int:
        """Open a run of a poll and return its number; `floor` and `cell` may be raised, `before` is a run to compare with."""
        number: int = self.control.post("/runs", json={"poll": poll, **thresholds}).raise_for_status().json()["run"]
        return number

    def cast(self, run: int, seat: str, answer: object) -> httpx.Response:
        """Answer a run from a seat."""
        return self.public.put(self.path(f"/runs/{run}/ballot"), json={"seat": seat, "answer": answer})

    def withdraw(self, run: int, seat: str) -> httpx.Response:
        """Take a seat's answer back."""
        return self.public.request("DELETE", self.path(f"/runs/{run}/ballot"), json={"seat": seat})

    def lead(self, run: int, *acts: str) -> None:
        """Do some acts to a run, one after the other: ``close``, ``publish``, ``reveal``, ``hide``, ``discard``."""
        for act in acts:
            self.control.post(f"/runs/{run}/{act}").raise_for_status()

    def state(self) -> dict[str, Any]:
        """Return the room as a page that has just opened is told it."""
        return first_state(self.public, self.path("/events"))

    def result(self, run: int) -> dict[str, Any]:
        """Return a revealed result, as a phone gets it."""
        shown: dict[str, Any] = self.public.get(self.path(f"/runs/{run}/result.json")).raise_for_status().json()
        return shown

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
            for client in self._clients:
                client.close()


def server_command() -> list[str]:
    """Return the command that runs a room server with this Python."""
    return [sys.executable, "-m", "workshop_kit.server"]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for a process of the kit: this one's, with the tree under test first on its path."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **(more or {})}


def note_ballots(line: httpx.AsyncClient, taken: Counter[str]) -> httpx.AsyncClient:
    """Let a line for phones note, by their seats, whose answers the server has taken; return the line."""

    async def note(reply: httpx.Response) -> None:
        if (reply.request.method, reply.status_code) == ("PUT", 204):
            taken[json.loads(reply.request.content)["seat"]] += 1

    line.event_hooks = {"response": [note]}
    return line


def new_seats(random: Random, number: int) -> list[str]:
    """Return some seat tokens, drawn as a page draws its own: sixteen random bytes in hexadecimal."""
    return [random.randbytes(16).hex() for _ in range(number)]


def children_of(process: int) -> list[int]:
    """Return the ids of the processes that a process has started and that still run."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    return [int(child) for child, parent, stat in rows if int(parent) == process and not stat.startswith("Z")]


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
    return httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)
