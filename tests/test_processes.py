"""Processes: how they find each other, and that none outlives whoever looks after it."""

import asyncio
import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.world import SAY, environment, wait_for
from workshop_kit.errors import SetupError
from workshop_kit.processes.children import MOST_RESTARTS, TETHER, Child, keep, until_it_answers
from workshop_kit.processes.connection import FILE, FOLDER_VARIABLE, Connection, find_room, user_folder

SECRET: Final = "a-secret-that-nobody-may-read"


def connection(code: str = "K7PMQ4", secret: str = SECRET) -> Connection:
    """Return the connection to a room."""
    return Connection("http://127.0.0.1:4711", secret, "http://192.168.1.20:8080", code)


# The connection file


def test_a_room_is_found_by_its_connection_file(tmp_path: Path) -> None:
    """What one process wrote, another finds, for its owner alone whatever the process's permissions; it goes with its room, and a later one stays."""
    generous = os.umask(0)
    try:
        for code in ("NEW234", "K7PMQ4"):
            connection(code).write(tmp_path)

            assert find_room(lambda: tmp_path) == connection(code)
            assert [(each.name, stat.S_IMODE(each.stat().st_mode)) for each in tmp_path.iterdir()] == [(FILE, 0o600)]
            (tmp_path / FILE).chmod(0o644)
    finally:
        os.umask(generous)
    for _ in range(2):
        connection().forget(tmp_path)
        assert list(tmp_path.iterdir()) == []
    connection("NEW234").write(tmp_path)
    connection().forget(tmp_path)
    assert find_room(lambda: tmp_path).code == "NEW234"


def test_whoever_looks_while_it_is_written_finds_it_whole(tmp_path: Path) -> None:
    """A notebook that connects at the very moment of a restart finds the old room or the new one, never half a file."""
    random = Random(5)
    rooms = [connection(secret=random.randbytes(random.randrange(1, 4000)).hex()) for _ in range(200)]
    rooms[0].write(tmp_path)

    def write_all() -> None:
        for room in rooms:
            room.write(tmp_path)

    writing = threading.Thread(target=write_all)
    writing.start()
    found = [find_room(lambda: tmp_path)]
    while writing.is_alive():
        found.append(find_room(lambda: tmp_path))
    writing.join()

    assert {each.secret for each in found} <= {each.secret for each in rooms}


def test_the_secret_is_neither_printed_nor_left_behind(tmp_path: Path) -> None:
    """At the end of a cell a connection shows the code, not the secret; if its file cannot be put in its place, no half of it stays."""
    (tmp_path / FILE).mkdir()
    shown = f"{connection()} {connection()!r} {[connection()]}"

    with pytest.raises(SetupError, match=r"^processes\.not_written"):
        connection().write(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert (SECRET in shown, "K7PMQ4" in shown) == (False, True)


def test_no_file_and_a_garbled_one_are_no_room(tmp_path: Path) -> None:
    """Where no room runs or its file cannot be understood, one sentence says how to start one; and it is no obstacle to the next room."""
    with_more = json.dumps({"control_url": "", "secret": "", "public_url": "", "code": "", "more": ""}).encode()
    garbled = [b"", b'{"control_url": "http://127.0.0.1:4711", "secret": "half a fi', b"[]", b'"a text"', b"null", b"\xff\xfe\x00\x01"]

    for content in (None, *garbled, b'{"control_url": "http://127.0.0.1:4711"}', with_more):
        if content is not None:
            (tmp_path / FILE).write_bytes(content)
        with pytest.raises(SetupError, match=r"^processes\.no_room$"):
            find_room(lambda: tmp_path)
    connection().write(tmp_path)
    assert find_room(lambda: tmp_path) == connection()


# The user's folder


def test_the_user_folder_is_made_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made with all above it: the one asked for, or the one the environment names, or one below the user's home, never where one works."""
    for name, value in ((FOLDER_VARIABLE, "named"), ("HOME", "home"), ("LOCALAPPDATA", "home")):
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    folder = user_folder(tmp_path / "deep" / "down")

    assert folder == tmp_path / "deep" / "down"
    assert (stat.S_IMODE(folder.stat().st_mode), list(folder.iterdir())) == (0o700, [])
    assert user_folder() == tmp_path / "named"
    monkeypatch.delenv(FOLDER_VARIABLE)
    assert user_folder().is_relative_to(tmp_path / "home")
    assert "workshop_kit" in user_folder().name
    assert list((tmp_path / "work").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Where a file stands in the folder's way, one sentence names the folder and the variable that names another."""
    in_the_way = tmp_path / "in_the_way"
    in_the_way.write_text("I was here first.")

    for folder in (in_the_way, in_the_way / "rooms"):
        with pytest.raises(SetupError, match=f"^processes.folder_closed folder={re.escape(str(folder))} variable={FOLDER_VARIABLE}$"):
            user_folder(folder)
    assert in_the_way.read_text() == "I was here first."


# Children

PROGRAM: Final = """
import subprocess, sys
print("Something", "was said.", flush=True)
if len(sys.argv) == 1:
    sys.exit(3)
started = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(started.pid, flush=True)
sys.exit(started.wait() if "on" in sys.argv else 3)
"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Return the variables with which a child finds a program that says something, and may start another one, and go on or leave it behind."""
    (tmp_path / "speaks.py").write_text(PROGRAM)
    return environment({"PYTHONPATH": os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])})


def test_a_child_that_keeps_falling_over_is_given_up(variables: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever ends is started again, and says so; what ends again and again is given up with its last words."""

    async def look_after() -> None:
        falls = Child("speaks", [], variables)
        await falls.start()
        await keep(falls, "room", SAY)

    with pytest.raises(SetupError, match=rf"^processes\.room\.too_often n={MOST_RESTARTS + 1}(?s:.*)Something was said\.$"):
        asyncio.run(look_after())
    assert capsys.readouterr().out.count("The room stopped and is being started again.") == MOST_RESTARTS


def test_a_child_is_waited_for_until_it_answers_or_ends(variables: dict[str, str]) -> None:
    """What answers is ready; what ends before is told with its last words."""

    async def wait_until(answers: bool, *words: str) -> None:
        waited_for = Child("speaks", words, variables)
        await waited_for.start()
        try:
            await until_it_answers(waited_for, lambda: answers, "notebooks")
            assert waited_for.is_running
        finally:
            await waited_for.stop()

    asyncio.run(wait_until(True, "on"))
    with pytest.raises(SetupError, match=r"^processes\.notebooks\.not_started last_words=Something was said\.$"):
        asyncio.run(wait_until(False))


@pytest.mark.parametrize("word", ["on", "leave"])
def test_what_is_stopped_takes_along_what_it_started(variables: dict[str, str], word: str) -> None:
    """A child that is stopped ends with all that it has started, also where it ended before, which is noticed all the same."""

    async def start_and_stop() -> int:
        stopped = Child("speaks", [word], variables)
        await stopped.start()
        await asyncio.to_thread(wait_for, lambda: "\n" in stopped.last_words, "what it starts to be told")
        started = int(stopped.last_words.splitlines()[1])
        if word == "leave":
            assert await stopped.ended() == 3
        assert is_running(started)
        await stopped.stop()
        return started

    started = asyncio.run(start_and_stop())

    wait_for(lambda: not is_running(started), "the end of what the child started")


def test_a_child_ends_when_nobody_holds_its_tether(variables: dict[str, str]) -> None:
    """However whoever started it came to an end, the child ends at once, with all that it has started."""
    command = [sys.executable, "-m", TETHER, "speaks", "on"]
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as tethered:
        assert tethered.stdin
        assert tethered.stdout
        _, started = tethered.stdout.readline(), int(tethered.stdout.readline())
        tethered.stdin.close()

        assert tethered.wait() == -signal.SIGKILL
    wait_for(lambda: not is_running(started), "the end of what the child started")


def is_running(process: int) -> bool:
    """Return whether there is a process of an id that has not ended."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(shown) and not shown.startswith("Z")
