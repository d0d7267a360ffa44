"""Servers under measurement: a room as the kit runs it, the bare thing beside it, and what either costs.

Each is a process of its own on this computer, with a new folder, and ends with its ``with``. What a process costs is read from
``/proc``, so the bench runs on Linux.
"""

import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests.world import ROOT, RoomProcess, children_of, environment

POLL: Final = "fears"


@dataclass(frozen=True, slots=True)
class Bare:
    """The bare server, running."""

    port: int
    pid: int


@contextmanager
def bare() -> Iterator[Bare]:
    """Run the bare server."""
    with ended([sys.executable, "-m", "bench.bare"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield Bare(int(process.stdout.readline()), process.pid)


@contextmanager
def room(seats: int, *arguments: str) -> Iterator[RoomProcess]:
    """Run a room with enough seats."""
    with home() as folder, RoomProcess(folder / "room", "--seats", str(seats), *arguments) as running:
        yield running


def ask_by_the_way(running: RoomProcess) -> None:
    """Have a poll open for visitors who come while it is: `MANY` people are asked who were counted, then the door is opened."""
    running.ask(POLL)
    running.tell("/door", state="open")


@contextmanager
def home() -> Iterator[Path]:
    """Make a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="workshop_kit_bench_", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def ended(
    command: list[str], *, cwd: Path = ROOT, variables: dict[str, str] | None = None, stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command for as long as this lasts."""
    process = subprocess.Popen(
        command, cwd=cwd, env=environment(variables), stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def free_port() -> int:
    """Return a port that nobody has at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def port_of(running: RoomProcess) -> int:
    """Return the port at which phones reach a room."""
    return httpx.URL(running.connection.public_url).port or 0


def memory_kb(pid: int) -> float:
    """Return the memory of a process in kB; what it shares with others is counted in part (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


def memory_of_tree_kb(pid: int) -> float:
    """Return the memory of a process and of all that it has started, in kB."""
    return memory_kb(pid) + sum(memory_of_tree_kb(child) for child in children_of(pid))


def worked_s(pid: int) -> float:
    """Return for how many seconds the main thread of a process has had a processor."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
