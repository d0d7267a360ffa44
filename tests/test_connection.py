"""The connection file: for its owner only, whole or not there, and no word of its secret anywhere else."""

import json
import os
import stat
import threading
from pathlib import Path
from random import Random
from typing import Final

import pytest

from workshop_kit.connection import FILE, FOLDER_VARIABLE, Connection, find_room, user_folder
from workshop_kit.errors import SetupError

SECRET: Final = "a-secret-that-nobody-may-read"


def connection(code: str = "K7PMQ4", secret: str = SECRET) -> Connection:
    return Connection("http://127.0.0.1:4711", secret, "http://192.168.1.20:8080", code)


def test_a_room_is_found_by_its_connection_file(tmp_path: Path) -> None:
    """What one process wrote, another finds, word for word."""
    connection().write(tmp_path)

    assert find_room(lambda: tmp_path) == connection()


def test_only_its_owner_may_read_the_connection_file(tmp_path: Path) -> None:
    """The file holds the secret that leads the room, so its permissions are 0600 whatever the process's own are."""
    generous = os.umask(0)
    try:
        connection().write(tmp_path)
    finally:
        os.umask(generous)

    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_second_room_on_the_folder_leaves_one_file(tmp_path: Path) -> None:
    """Writing again replaces the file, for its owner only as before, and leaves nothing half-written beside it."""
    connection().write(tmp_path)
    (tmp_path / FILE).chmod(0o644)

    connection("NEW234").write(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
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


def test_a_write_that_fails_leaves_no_secret_behind(tmp_path: Path) -> None:
    """If the file cannot be put in its place, no half of it stays in the folder."""
    (tmp_path / FILE).mkdir()

    with pytest.raises((OSError, SetupError)):
        connection().write(tmp_path)

    assert [each.name for each in tmp_path.iterdir()] == [FILE]


def test_the_secret_is_not_in_what_is_printed() -> None:
    """A connection at the end of a notebook cell shows the address and the code, never the secret."""
    shown = f"{connection()} {connection()!r} {[connection()]}"

    assert SECRET not in shown
    assert "K7PMQ4" in shown


def test_without_a_room_the_way_to_start_one_is_said(tmp_path: Path) -> None:
    """Where no room runs, the sentence names the command that starts one."""
    with pytest.raises(SetupError, match="workshop-kit start"):
        find_room(lambda: tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"control_url": "http://127.0.0.1:4711", "secret": "half a fi',
        b"[]",
        b'"a text"',
        b"null",
        b'{"control_url": "http://127.0.0.1:4711"}',
        json.dumps({"control_url": "", "secret": "", "public_url": "", "code": "", "more": ""}).encode(),
        b"\xff\xfe\x00\x01",
    ],
    ids=["empty", "cut short", "a list", "a text", "null", "keys missing", "a key too many", "bytes"],
)
def test_a_garbled_connection_file_is_no_room(tmp_path: Path, content: bytes) -> None:
    """A file that cannot be understood counts as no room, said in the same sentence, and never as a traceback."""
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(SetupError, match="No room is running"):
        find_room(lambda: tmp_path)


def test_a_room_that_ends_takes_its_file_along(tmp_path: Path) -> None:
    """After the end of a room there is no connection file, and ending twice is no error."""
    connection().write(tmp_path)

    connection().forget(tmp_path)
    connection().forget(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_room_that_ends_leaves_another_rooms_file_alone(tmp_path: Path) -> None:
    """A room that ends late does not cut off the one that was started after it."""
    connection("NEW234").write(tmp_path)

    connection().forget(tmp_path)

    assert find_room(lambda: tmp_path).code == "NEW234"


def test_the_file_of_a_killed_room_is_replaced_by_the_next(tmp_path: Path) -> None:
    """A stale or garbled file is no obstacle to a room that starts."""
    for stale in (b'{"control_url": ', json.dumps(["old"]).encode()):
        (tmp_path / FILE).write_bytes(stale)
        connection().write(tmp_path)

        assert find_room(lambda: tmp_path) == connection()


def test_the_user_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    """The folder is made on first use, with all folders above it, and nobody else may look into it."""
    folder = user_folder(tmp_path / "deep" / "down")

    assert folder == tmp_path / "deep" / "down"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(folder.iterdir()) == []


def test_the_user_folder_may_be_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable names the folder, and a folder that is asked for by name goes before it."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "named"))

    assert user_folder() == tmp_path / "named"
    assert user_folder(tmp_path / "asked") == tmp_path / "asked"


def test_without_a_name_the_user_folder_is_the_platforms_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody names a folder, it lies below the user's home, not in the working directory and not in this project."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    folder = user_folder()

    assert folder.is_relative_to(tmp_path / "home")
    assert "workshop_kit" in folder.name
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize("below", ["", "rooms"], ids=["in its place", "above it"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, below: str) -> None:
    """Where a file stands in the folder's way, one sentence names the folder and the variable that names another."""
    in_the_way = tmp_path / "in_the_way"
    in_the_way.write_text("I was here first.")

    with pytest.raises(SetupError) as fault:
        user_folder(in_the_way / below)

    assert str(in_the_way / below) in str(fault.value)
    assert FOLDER_VARIABLE in str(fault.value)
    assert in_the_way.read_text() == "I was here first."
