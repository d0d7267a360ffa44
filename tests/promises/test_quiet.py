"""A server says nothing while it runs, since a terminal may be on the wall; where it cannot begin, it says why in one plain sentence."""

import json
import re
import resource
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import httpx
import pytest

from tests import every_kind
from tests.browsers import HERE
from tests.world import PATIENCE_SECONDS, PEOPLE, SAY, RoomProcess, RunningRoom, children_of, disk_that_refuses, environment, server_command
from workshop_kit.disk.rooms import FILE as RESULTS_FILE
from workshop_kit.disk.rooms import Results
from workshop_kit.errors import WorkshopError
from workshop_kit.processes.connection import FILE as CONNECTION_FILE
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.processes.listening import listen


def test_a_server_writes_nothing_whatever_people_do(room_process: RoomProcess) -> None:
    """Mistakes, attacks and broken lines leave no word in the terminal, where the whole room could read it on the wall."""
    room = room_process
    run = room.poll("loudest", ["hurt"] * 12)
    provoke(room, run)
    with disk_that_refuses(room.folder):
        assert room.control.post(f"/runs/{run}/close").status_code == 503
        room.sit(PEOPLE[20])
        provoke(room, run)
    room.lead(run, "close", "reveal")
    room.kill()
    room.start()
    provoke(room, run)
    room.stop()


def provoke(room: RunningRoom, run: int) -> None:
    """Do to a server what it should not like."""
    address = httpx.URL(room.connection.public_url)
    ballot = room.path(f"/runs/{run}/ballot")
    head = f"PUT {ballot} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
    for garbage in (
        b"\x16\x03\x01 this is no HTTP\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        f"{head}Content-Length: 100\r\n\r\nhalf a bo".encode(),
        f"{head}Content-Length: minus one\r\n\r\n".encode(),
        f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n".encode(),
        f"GET {room.path('/events')} HTTP/1.1\r\nHost: {address.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".encode(),
        b"",
    ):
        for abruptly in (False, True):
            hang_up(address, garbage, abruptly=abruptly)
    hang_up(address, f"GET {room.path('/events')} HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode(), abruptly=True)
    runs = ("/9999999999999999999999/result.json", "/9999999999999999999999/comparison.json", "/0/result.svg?size=%00&style=%ff")
    for path in ("/WRANGQ", "/nothing/at/all", room.path("/stage?%ff"), *(room.path(f"/runs{rest}") for rest in runs)):
        room.public.get(path)
    for content in (b"", b"\xff", b"[" * 4000, b"9" * 4000, json.dumps({"seat": PEOPLE[0], "answer": "canary"}).encode()):
        room.public.put(ballot, content=content)
        for act in ("/runs", "/runs/1/lines/1", "/stage", "/timer"):
            room.control.post(act, content=content)
    for act in ("/runs/77/close", "/runs/77/publish"):
        room.control.post(act)
    for path in ("/runs/9999999999999999999999/comparison.json", "/runs/1/lines"):
        room.control.get(path)
    assert room.public.get("/healthz").status_code == 200


def hang_up(address: httpx.URL, said: bytes, *, abruptly: bool) -> None:
    """Say something to a server and hang up, politely or in the middle of the line."""
    with socket.create_connection((address.host, address.port or 0), timeout=PATIENCE_SECONDS) as line:
        if abruptly:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        # The server may hang up first, and has every right to.
        with suppress(OSError):
            line.sendall(said)
            if not abruptly:
                line.shutdown(socket.SHUT_WR)
                while line.recv(65536):
                    pass


def refusal(folder: Path, *arguments: str) -> str:
    """Return what a server says that cannot open its room, having seen that it is one plain sentence and that no room is left."""
    with pytest.raises(WorkshopError) as refused:
        RunningRoom(folder, *arguments).start()
    said = SAY.error(refused.value)
    assert re.findall(r"\n|Traceback|File \"|\w+Error", said) == []
    assert said.endswith(".")
    assert not (folder / CONNECTION_FILE).exists()
    return said


def test_the_command_says_its_sentence_and_ends_with_2(tmp_path: Path) -> None:
    """On stderr, with nothing before or after it; a folder that was named by the environment is named in it."""
    in_the_way = tmp_path / "in_the_way"
    in_the_way.write_text("")
    variables = environment({FOLDER_VARIABLE: str(in_the_way / "room")})

    ended = subprocess.run([*server_command(), "--port", "0"], env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == refusal(in_the_way / "room") + "\n"


def test_a_port_or_an_address_that_cannot_be_had_is_said_plainly(tmp_path: Path) -> None:
    """Taken, no port at all, or not this computer's: the sentence names it and the way out, and no room is opened."""
    with listen(HERE, 0) as taken:
        port = str(taken.getsockname()[1])
        said = refusal(tmp_path / "room", "--port", port)

    assert port in said
    assert "--port" in said
    for wrong in ("65536", "-1", "99999"):
        assert wrong in refusal(tmp_path / "room", f"--port={wrong}")
    assert "192.0.2.1" in refusal(tmp_path / "room", "--host", "192.0.2.1")
    assert Results(tmp_path / "room").unfinished_room() is None


def test_a_second_server_says_where_the_room_is(room: RunningRoom) -> None:
    """It reads nothing and opens nothing; one that could not begin, and one that was killed, are in nobody's way."""
    with pytest.raises(WorkshopError, match=r"^processes\.room_open ") as refused:
        RunningRoom(room.folder).start()
    assert [words for words in (room.code, room.connection.public_url) if words not in SAY.error(refused.value)] == []
    room.kill()
    refusal(room.folder, "--room", "WRANGQ")
    room.start()


@pytest.mark.skipif(
    sys.platform != "linux" or resource.getrlimit(resource.RLIMIT_CORE)[1] == 0, reason="Nothing is dumped here, or not as on Linux."
)
def test_no_memory_of_a_server_is_dumped(room_process: RoomProcess) -> None:
    """Neither of its own, nor of what draws its charts: the limit is one before which Linux stops for a file and for a program alike."""
    room_process.poll("loudest", ["hurt"] * 12, "close", "reveal")

    limits = [Path(f"/proc/{each}/limits").read_text() for each in (room_process.pid, *children_of(room_process.pid))]

    assert len(limits) == 2
    assert [told for told in limits if not re.search(r"Max core file size\s+1\s+1\s", told)] == []


def test_broken_material_is_said_plainly(tmp_path: Path) -> None:
    """A file of the workshop that cannot be used is named with its line before anything is opened or written."""
    file = every_kind.material_of_every_kind(tmp_path / "material") / "workshop.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("A walk by the sea", "[A, walk]", 1), encoding="utf-8")

    assert "workshop.yaml, line 3" in refusal(tmp_path / "room", "--material", str(file.parent))
    assert not (tmp_path / "room").exists()


@pytest.mark.parametrize("harm", ["damaged", "newer"])
def test_a_room_does_not_begin_on_results_that_cannot_be_read(tmp_path: Path, harm: str) -> None:
    """A damaged file, or one of a newer version, is named and left as it is."""
    Results(tmp_path)
    file = tmp_path / RESULTS_FILE
    if harm == "damaged":
        file.write_bytes(Random(1).randbytes(8192))
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE schema SET version = version + 1")
    before = file.read_bytes()

    said = refusal(tmp_path)

    assert str(file) in said
    assert ("newer" in said) == (harm == "newer")
    assert file.read_bytes() == before


def test_a_room_or_a_plan_that_never_was_is_said_plainly(tmp_path: Path) -> None:
    """Whoever mistypes a code or a plan is told so, without what was typed, and no other room is opened in its stead."""
    assert "--room" in refusal(tmp_path, "--room", "WRANGQ")
    said = refusal(tmp_path, "--plan", "fortnight")

    assert "evening" in said
    assert "fortnight" not in said
    assert Results(tmp_path).unfinished_room() is None
