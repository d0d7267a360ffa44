"""A rehearsal in the cockpit: a room of its own with simulated people, of which nothing is left, and of which the real one notices nothing."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.test_cockpit import press, section_of, settle, state_of, until
from tests.world import PATIENCE_SECONDS, RunningRoom, children_of, environment, wait_for
from workshop_kit.connection import FILE as CONNECTION_FILE
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.notebook.cockpit import Cockpit, cockpit
from workshop_kit.notebook.cockpit.rehearsing import NOT_HERE, OPENING, OVER, PEOPLE, ROOM
from workshop_kit.results import FILE as RESULTS_FILE

BEGIN: Final = "Rehearse with simulated people"
END: Final = "End the rehearsal"
# What a kernel does: it starts the room, holds its input, and is ended without a word.
HOLDER: Final = (
    "import subprocess, sys, time\n"
    f"room = subprocess.Popen([sys.executable, '-m', {ROOM!r}, '--people', '3'], "
    "stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)\n"
    "print(room.pid, room.stdout.readline().decode().strip(), flush=True)\n"
    "time.sleep(600)\n"
)


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the place in which everything temporary is put, of which nothing may be left."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    return scratch


@pytest.fixture
def room(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield the real room, in which an evening has been planned."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    with RunningRoom(tmp_path / "room", "--door", "locked") as room:
        settle(room)
        yield room


def kept_by(room: RunningRoom) -> bytes:
    """Return all that a room keeps on the disk."""
    return (room.folder / RESULTS_FILE).read_bytes()


def seats_in(folder: Path) -> int:
    """Return how many seats are taken in the room of a folder, to the last one."""
    with closing(sqlite3.connect(folder / RESULTS_FILE)) as kept:
        [[seats]] = kept.execute("select seats from rooms").fetchall()
    return int(seats)


async def begun(led: Cockpit, scratch: Path) -> Path:
    """Begin a rehearsal from the cockpit, and return the folder of its room."""
    press(led.rehearsal.turn)
    await asyncio.sleep(0)
    await until(lambda: led.rehearsal.turn.description == END, "the rehearsal to begin")
    [folder] = scratch.iterdir()
    return folder


def test_a_rehearsal_is_another_room_and_leaves_nothing(room: RunningRoom, scratch: Path) -> None:
    """The same cockpit leads twelve simulated people under a banner; ended, the real room and its file are as they were, to the byte."""

    async def rehearse() -> None:
        led = cockpit()
        before, kept = state_of(room), kept_by(room)
        press(led.rehearsal.turn)
        press_again_in_a_hurry(led)
        await until(lambda: OPENING in led.rehearsal.status.value, "the opening to be announced")
        await until(lambda: led.rehearsal.turn.description == END, "the rehearsal to begin")
        [folder] = scratch.iterdir()
        assert "This is a rehearsal." in led.rehearsal.banner.value
        assert (led.rehearsal.banner.layout.display, led.rehearsal.status.value) == ("", "")
        assert room.code not in led.room.join.value
        assert "The people in this room are simulated." in led.room.join.value

        processes = processes_of(led)
        await until(lambda: seats_in(folder) == PEOPLE == 12, "twelve people to take their seats")
        press(led.agenda.onward)
        press(led.agenda.onward)
        [card] = section_of(led).poll.children
        press(card.ask)
        await until(lambda: "<b>10+</b>" in card.status.value, "most of them to answer")
        press(card.close_poll)
        press(card.reveal)
        assert "<svg" in card.result.value
        section_of(led).note.value = "Only a rehearsal"
        press(led.room.door)
        assert (state_of(room), kept_by(room)) == (before, kept)

        press(led.rehearsal.turn)
        press_again_in_a_hurry(led)
        await until(lambda: led.rehearsal.turn.description == BEGIN, "the rehearsal to end")
        assert OVER in led.rehearsal.status.value
        assert (led.rehearsal.banner.value, led.rehearsal.banner.layout.display) == ("", "none")
        assert room.code in led.room.join.value
        assert led.middle.children == (led.checklist,)
        assert led.agenda.onward.description == "Begin: Arriving"
        assert (state_of(room), kept_by(room)) == (before, kept)
        assert list(scratch.iterdir()) == []
        assert [each for each in processes if is_running(each)] == []

        press(led.agenda.onward)
        assert state_of(room)["agenda"]["current"] == 0

    asyncio.run(rehearse())


def press_again_in_a_hurry(led: Cockpit) -> None:
    """Press a button a second time before the browser could show that it rests."""
    led.rehearsal.turn.click()


def test_a_rehearsal_whose_room_falls_over_gives_the_cockpit_back(room: RunningRoom, scratch: Path) -> None:
    """Where the rehearsal's server is killed the cockpit stands in the real room again by itself, and nothing is left of the other."""

    async def rehearse() -> None:
        led = cockpit()
        folder = await begun(led, scratch)
        _, server = processes_of(led)
        os.kill(server, signal.SIGKILL)
        await until(lambda: led.rehearsal.turn.description == BEGIN, "the cockpit to notice")

        assert not folder.exists()
        assert room.code in led.room.join.value
        assert led.rehearsal.banner.value == ""
        again = await begun(led, scratch)
        assert again != folder
        press(led.rehearsal.turn)
        await until(lambda: led.rehearsal.turn.description == BEGIN, "the second rehearsal to end")
        assert list(scratch.iterdir()) == []

    asyncio.run(rehearse())


def processes_of(led: Cockpit) -> list[int]:
    """Return the ids of a rehearsal's process and of its room's server."""
    assert led.rehearsal._process is not None
    holding = led.rehearsal._process.pid
    return [holding, *children_of(holding)]


def test_a_rehearsal_ends_with_whoever_holds_it(scratch: Path) -> None:
    """Where the kernel that started it is killed, its room ends by itself: no process and no file is left."""
    with subprocess.Popen([sys.executable, "-c", HOLDER], env=environment(), stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        number, folder = holder.stdout.readline().split()
        rehearsal, servers = int(number), children_of(int(number))
        assert (Path(folder) / CONNECTION_FILE).exists()
        assert len(servers) == 1
        holder.kill()
        holder.wait(PATIENCE_SECONDS)

    wait_for(lambda: not any(map(is_running, (rehearsal, *servers))), "the rehearsal to end")
    assert list(scratch.iterdir()) == []


def is_running(process: int) -> bool:
    """Return whether a process is there and has not ended."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
    return bool(found) and not found.startswith("Z")


def test_a_rehearsal_needs_no_room_of_ones_own(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the real room is opened the cockpit can be rehearsed with as well; afterwards it says again that no room is running."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))

    async def rehearse() -> None:
        led = cockpit()
        led.checklist.plan.value = ("series", 2)
        await begun(led, scratch)
        assert [words for words, _ in led.agenda.parts.options][1] == "· 11 min  05 The risk of being seen"
        assert "Rehearsal" in led.room.join.value
        press(led.rehearsal.turn)
        await until(lambda: led.rehearsal.turn.description == BEGIN, "the rehearsal to end")
        assert "No room is running" in led.room.join.value

    asyncio.run(rehearse())
    assert list(scratch.iterdir()) == []


def test_where_nothing_can_run_beside_it_a_rehearsal_is_refused_in_words(room: RunningRoom) -> None:
    """In a plain Python prompt the button says where a rehearsal can be started, and can be pressed again."""
    led = cockpit()

    press(led.rehearsal.turn)

    assert NOT_HERE in led.rehearsal.problem.value
    assert (led.rehearsal.turn.description, led.rehearsal.turn.disabled, led.rehearsal.banner.value) == (BEGIN, False, "")
