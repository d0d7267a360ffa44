"""Processes: how they find each other, and that none outlives whoever looks after it."""

import asyncio
import json
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from tests.world import SAY, environment, wait_for
from workshop_kit.errors import SetupError
from workshop_kit.processes.addresses import LOOPBACK, Interface, elsewhere, likeliest, look_up, url, where_to_listen
from workshop_kit.processes.children import MOST_RESTARTS, TETHER, Child, keep, until_it_answers
from workshop_kit.processes.connection import FILE, FOLDER_VARIABLE, Connection, find_room, user_folder
from workshop_kit.processes.listening import listen
from workshop_kit.processes.lock import FILE as LOCK_FILE
from workshop_kit.processes.lock import FolderLock

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
    garbled = [b"", b'{"control_url": "http://127.0.0.1:4711", "secret": "half a fi', b"[]", b'"a text"', b"null", b"\xff\xfe\x00\x01"]
    garbled += [b'{"control_url": "http://127.0.0.1:4711"}', b"[" * 100_000]
    whole = asdict(connection())
    # Each of these would lead elsewhere, or fail in the hands of whoever takes the file at its word.
    of_no_room: dict[str, list[object]] = {name: [None, 7, True, [], {}, "", "a b", "a\nb", "ä"] for name in whole if name != "process"}
    of_no_room["control_url"] += [
        "http://127.0.0.1",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://192.0.2.7:80",
        "http://127.0.0.1:80/a",
    ]
    of_no_room["public_url"] += [
        "http://",
        "http://a",
        "http://[::1",
        "http://[a]:80",
        "http://a:0",
        "http://a:99999",
        "ftp://a:80",
        "http://u@a:80",
    ]
    of_no_room |= {"process": [None, "7", 7.5, True], "more": [""]}
    wrong = [json.dumps(whole | {name: value}).encode() for name, values in of_no_room.items() for value in values]

    for content in (None, *garbled, *wrong):
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


@pytest.mark.skipif(sys.platform == "win32", reason="There, the system keeps the folders of one user from the others.")
def test_a_folder_that_others_may_change_is_refused_with_what_mends_it(tmp_path: Path) -> None:
    """Itself, by a link to it, or for a file in it: one sentence has the command, after which it is a folder like any other."""
    folder, link = tmp_path / "it's mine", tmp_path / "link"
    user_folder(folder)
    link.symlink_to(folder)
    file = folder / "results.sqlite"
    file.touch(0o600)
    for opened, mode in ((folder, 0o770), (folder, 0o702), (file, 0o620), (file, 0o602)):
        for way in (folder, link):
            opened.chmod(mode)
            with pytest.raises(SetupError, match=r"^processes\.folder_open ") as refused:
                user_folder(way)
            command = str(refused.value.facts["command"])
            assert SAY.error(refused.value).endswith(command)
            subprocess.run(command, shell=True, check=True)
            assert user_folder(way) == way
    folder.chmod(0o755)
    assert user_folder(folder) == folder


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="Only root can give a folder to somebody else.")
@pytest.mark.parametrize("what", ["folder", "link"])
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, what: str) -> None:
    """Its owner could open it to everyone, and the owner of a link could have it lead elsewhere; the sentence says how to name another."""
    (tmp_path / "folder").mkdir(0o700)
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    os.chown(tmp_path / what, 65534, 65534, follow_symlinks=False)

    with pytest.raises(SetupError, match=r"^processes\.folder_of_others "):
        user_folder(tmp_path / "link")


# The lock


def test_a_folder_has_one_room_at_a_time(tmp_path: Path) -> None:
    """Who comes second is told how to reach the room that is open, as soon as it can be reached; once it has ended, nothing is left of the lock."""
    for _ in range(2):
        first = FolderLock(tmp_path)
        with pytest.raises(SetupError, match=r"^processes\.room_opening$"):
            FolderLock(tmp_path)
        connection().write(tmp_path)
        with pytest.raises(SetupError, match=r"^processes\.room_open code=K7PMQ4 address=http://192\.168\.1\.20:8080$"):
            FolderLock(tmp_path)
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}
        connection().forget(tmp_path)
        first.close()
        first.close()
        assert list(tmp_path.iterdir()) == []
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(SetupError, match=r"^processes\.not_written"):
        FolderLock(tmp_path)


def test_a_lock_is_never_held_by_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is let go of in the very moment in which another comes for it is that one's alone, although its file is a new one."""
    first, open_file = FolderLock(tmp_path), os.open

    def open_in_between(*what: Any) -> int:
        handle = open_file(*what)
        first.close()
        return handle

    monkeypatch.setattr(os, "open", open_in_between)
    with closing(FolderLock(tmp_path)), pytest.raises(SetupError, match=r"^processes\.room_opening$"):
        FolderLock(tmp_path)


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    """Killed, a process leaves the folder to the next one at once, though something that it has started goes on."""
    program = """
import subprocess, sys
from pathlib import Path
from workshop_kit.processes.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
print(subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
input()
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        started = int(holder.stdout.readline())
        with pytest.raises(SetupError, match=r"^processes\.room_opening$"):
            FolderLock(tmp_path)
        holder.kill()
    try:
        assert is_running(started)
        FolderLock(tmp_path).close()
    finally:
        os.kill(started, signal.SIGKILL)


# Addresses

WIFI: Final = Interface("wlp3s0", ["192.168.8.20", "fd00:8::20", "fe80::20%wlp3s0"])
WIRED: Final = Interface("enp2s0", ["10.0.0.5"])
VPN: Final = Interface("tun0", ["10.8.0.2"])
DOCKER: Final = Interface("docker0", ["172.17.0.1"])
HERE: Final = Interface("lo", ["127.0.0.1", "::1"])
NETWORKS: Final[dict[str, tuple[list[Interface], list[str]]]] = {
    "a Wi-Fi without a gateway": ([HERE, WIFI], ["192.168.8.20"]),
    "a VPN": ([HERE, VPN, WIFI], ["192.168.8.20", "10.8.0.2"]),
    "macOS": (
        [Interface("lo0", HERE.addresses), Interface("utun3", VPN.addresses), WIFI._replace(name="en0")],
        ["192.168.8.20", "10.8.0.2"],
    ),
    "Windows": ([Interface("NordLynx", VPN.addresses), WIFI._replace(name="WLAN 2")], ["192.168.8.20", "10.8.0.2"]),
    "programs in boxes": ([HERE, DOCKER, Interface("vEthernet (WSL)", ["172.29.0.1"]), WIFI], ["192.168.8.20"]),
    "an office and the group's Wi-Fi": ([HERE, WIRED, WIFI], ["192.168.8.20", "10.0.0.5"]),
    "a bridge of one's own": ([HERE, Interface("br0", ["192.168.1.9"]), WIFI], ["192.168.8.20", "192.168.1.9"]),
    "a public address": (
        [Interface("wlan0", ["198.18.0.9", "203.0.114.7", "192.168.8.20"])],
        ["198.18.0.9", "192.168.8.20", "203.0.114.7"],
    ),
    "IPv6 only": ([HERE, Interface("wlan0", ["fe80::20%wlan0", "2001:4860::20", "fd00:8::20"])], ["fd00:8::20"]),
    "an interface that is down": ([HERE, WIFI._replace(is_up=False), WIRED], ["10.0.0.5"]),
    "an address that nobody gave": ([HERE, Interface("eth0", ["169.254.7.7", "fe80::7%eth0"])], []),
    "nothing": ([HERE, DOCKER], []),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_phones_are_told_the_likeliest_address(name: str) -> None:
    """Wi-Fi comes before what is wired, and a VPN last, wherever the way to the internet leads; what others cannot reach is not named."""
    found, due = NETWORKS[name]

    assert likeliest(found) == due


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="This computer has no IPv6.")
def test_every_address_of_this_computer_can_be_listened_at() -> None:
    """A wildcard of both kinds hears IPv4, too, and an address is written as browsers want it."""
    for address in elsewhere():
        listen(address, 0).close()
    with listen("::", 0) as listening:
        socket.create_connection((LOOPBACK, listening.getsockname()[1])).close()
    assert [url("http", "fd00::2", 80), url("https", "::1", 80), url("https", "a.local", 443)] == [
        "http://[fd00::2]",
        "https://[::1]:80",
        "https://a.local",
    ]


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("no-such-host.invalid", "host_unknown"),
        ("a" * 70, "host_unknown"),
        ("198.51.100.7", "host_not_ours"),
        ("127.1", "host_is_here_only"),
    ],
)
def test_a_host_that_phones_could_not_use_is_refused(host: str, code: str) -> None:
    """One sentence says why: nobody has this name, another computer has this address, or the name leads only here."""
    with pytest.raises(SetupError, match=rf"^processes\.{code} host={re.escape(host)}"):
        where_to_listen(host)
    assert [where_to_listen(each) for each in ("0.0.0.0", LOOPBACK, "localhost")] == ["0.0.0.0", LOOPBACK, LOOPBACK]


def test_nobody_waits_for_a_name() -> None:
    """The addresses of a name turn up once they are found; those of a name that leads nowhere never do."""
    nowhere, found = look_up("a" * 70), look_up("localhost")

    wait_for(lambda: LOOPBACK in found or "::1" in found, "a name to be found")
    assert nowhere == set()


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


def test_a_child_knows_of_no_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is named, a proxy is not handed on; and what a child says is read as it was meant, whatever letters the terminal has."""
    (tmp_path / "looks.py").write_text("import os; print('§', *(each for each in os.environ if 'proxy' in each.lower()))")
    for name in ("HTTP_PROXY", "https_proxy", "All_Proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "proxy.example:8080")
    monkeypatch.setenv("PYTHONIOENCODING", "iso-8859-1")

    async def look() -> str:
        looks = Child("looks", [], {"PYTHONPATH": os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])})
        await looks.start()
        await looks.ended()
        return looks.last_words

    assert asyncio.run(look()) == "§"


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


@pytest.mark.skipif(
    sys.platform != "linux" or resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="Nothing is dumped here, or not as on Linux."
)
def test_no_memory_of_a_child_is_dumped(tmp_path: Path) -> None:
    """Neither into a file nor into a program: it may not be dumped at all, and what it starts has the one limit before which both stop."""
    (tmp_path / "looks.py").write_text("""
import ctypes, resource, subprocess, sys
look = "import ctypes, resource; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))"
exec(look)
subprocess.run([sys.executable, "-c", look])
""")
    variables = environment({"PYTHONPATH": os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]]), "PYTHONUNBUFFERED": "1"})

    command = [sys.executable, "-m", TETHER, "looks"]
    with subprocess.Popen(command, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout
        told = child.stdout.read().decode()

    assert told.splitlines() == ["0 (1, 1)", "1 (1, 1)"]


def is_running(process: int) -> bool:
    """Return whether there is a process of an id that has not ended."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(shown) and not shown.startswith("Z")
