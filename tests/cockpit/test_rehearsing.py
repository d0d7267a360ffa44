"""A rehearsal in the cockpit: a room of its own with simulated people, of which nothing is left, and of which the real one notices nothing."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.cockpit.leading import in_hand, section_of, settle, until
from tests.evening import running
from tests.world import PATIENCE_SECONDS, SAY, RunningRoom, children_of, environment, is_shown, press, wait_for
from workshop_kit.cockpit import Cockpit, cockpit
from workshop_kit.cockpit.rehearsing import PEOPLE, ROOM
from workshop_kit.disk.rooms import FILE as RESULTS_FILE
from workshop_kit.processes.connection import FILE as CONNECTION_FILE
from workshop_kit.processes.connection import FOLDER_VARIABLE

BEGIN: Final = SAY("cockpit.rehearsal.begin")
END: Final = SAY("cockpit.rehearsal.end")
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


async def begun(led: Cockpit) -> list[int]:
    """Begin a rehearsal by a press and one more in a hurry; return the ids of its process and of its room's server."""
    press(led.rehearsal.turn)
    led.rehearsal.turn.click()
    await asyncio.sleep(0)
    assert SAY("cockpit.rehearsal.opening") in led.rehearsal.status.value
    await until(lambda: led.rehearsal.turn.description == END, "the rehearsal to begin")
    assert led.rehearsal._process is not None
    holding = led.rehearsal._process.pid
    return [holding, *children_of(holding)]


@pytest.mark.room("--door", "locked")
def test_a_rehearsal_is_another_room_and_leaves_nothing(scratch: Path, room: RunningRoom) -> None:
    """The same cockpit leads twelve simulated people under a banner, whom one press counts; ended, the real room and its file are as they were, to the byte."""
    settle(room)

    def real_room() -> tuple[object, bytes]:
        return room.as_led(), (room.folder / RESULTS_FILE).read_bytes()

    async def rehearse() -> None:
        led, before = cockpit(), real_room()
        processes = await begun(led)
        assert len(list(scratch.iterdir())) == 1
        assert "This is a rehearsal." in led.rehearsal.banner.value
        assert (is_shown(led.rehearsal.banner), led.rehearsal.status.value) == (True, "")
        assert room.code not in led.room.join.value
        assert "The people in this room are simulated." in led.room.join.value

        press(led.agenda.onward)
        press(led.agenda.onward)
        press(led.room.door)
        assert SAY.html("cockpit.door.counted", n=PEOPLE) in led.room.behind.here.value
        card = in_hand(section_of(led))
        press(card.ask)
        await until(lambda: "<b>10+</b>" in card.status.value, "most of twelve people to answer")
        press(card.close_poll)
        press(card.reveal)
        assert "<svg" in card.result.value
        section_of(led).note.value = "Only a rehearsal"
        press(led.room.door)
        assert real_room() == before

        press(led.rehearsal.turn)
        led.rehearsal.turn.click()
        await until(lambda: led.rehearsal.turn.description == BEGIN, "the rehearsal to end")
        assert SAY("cockpit.rehearsal.over") in led.rehearsal.status.value
        assert (led.rehearsal.banner.value, is_shown(led.rehearsal.banner)) == ("", False)
        assert room.code in led.room.join.value
        assert led.middle.children == (led.checklist,)
        assert led.agenda.onward.description == "Begin: Arriving"
        assert real_room() == before
        assert list(scratch.iterdir()) == []
        assert [each for each in running() if each.pid in processes] == []
        press(led.agenda.onward)
        assert room.as_led()["agenda"]["current"] == 0

    asyncio.run(rehearse())


def test_a_rehearsal_needs_no_room_and_may_fall_over(scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan that is chosen can be rehearsed before a room is opened; where the other room is killed, the cockpit comes back by itself."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))

    async def rehearse() -> None:
        led = cockpit()
        led.checklist.plan.value = ("series", 2)
        _, server = await begun(led)
        assert [words for words, _ in led.agenda.parts.options][1] == "· 11 min  05 The risk of being seen"
        assert "Rehearsal" in led.room.join.value

        os.kill(server, signal.SIGKILL)
        await until(lambda: led.rehearsal.turn.description == BEGIN, "the cockpit to notice")
        assert (led.rehearsal.turn.disabled, led.rehearsal.banner.value) == (False, "")
        assert "No room is running" in led.room.join.value
        assert list(scratch.iterdir()) == []

    asyncio.run(rehearse())


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

    wait_for(lambda: {each.pid for each in running()}.isdisjoint([rehearsal, *servers]), "the rehearsal to end")
    assert list(scratch.iterdir()) == []


def test_where_nothing_can_run_beside_it_a_rehearsal_is_refused_in_words(led: Cockpit) -> None:
    """In a plain Python prompt the button says where a rehearsal can be started, and can be pressed again."""
    press(led.rehearsal.turn)

    assert SAY("cockpit.rehearsal.not_here") in led.rehearsal.problem.value
    assert (led.rehearsal.turn.description, led.rehearsal.turn.disabled, led.rehearsal.banner.value) == (BEGIN, False, "")
