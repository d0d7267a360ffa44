"""What every test may ask for by name: a room, the workshop, a browser, and people who use one."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser

from tests import every_kind
from tests.browsers import Visitors, launched
from tests.desk import Desk
from tests.world import RoomProcess, RunningRoom
from workshop_kit import material
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.workshop import Workshop

# The same examples on every computer, however slow it is: a test that fails here fails everywhere.
hypothesis.settings.register_profile("workshop_kit", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("workshop_kit")

# Some systems let a group write into each new folder, and the kit keeps nothing in one that others may change.
os.umask(0o022)


def pytest_xdist_auto_num_workers() -> int:
    """Return for how many tests at once there is room: one a core, and two more, since many wait for a browser or for another process."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture
def room(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room beside the test, and let notebooks find it.

    ``@pytest.mark.room("--plan", "evening")`` gives the server's further arguments; ``kinds=True`` has it lead a small workshop
    with one poll of every kind, named like the kind.
    """
    with RunningRoom(tmp_path / "room", *_arguments(request, tmp_path)) as room:
        monkeypatch.setenv(FOLDER_VARIABLE, str(room.folder))
        yield room


@pytest.fixture
def room_process(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomProcess]:
    """Yield a room in a process of its own; see that it had nothing to say."""
    with RoomProcess(tmp_path / "room", *_arguments(request, tmp_path)) as room:
        monkeypatch.setenv(FOLDER_VARIABLE, str(room.folder))
        yield room
        assert room.output == ""


def _arguments(request: pytest.FixtureRequest, folder: Path) -> list[str]:
    mark = request.node.get_closest_marker("room")
    given = list(mark.args) if mark else []
    return [*(every_kind.arguments(folder / "material") if mark and mark.kwargs.get("kinds") else []), *given]


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    """Return the workshop that comes with the kit."""
    return material.read()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Yield the desk of somebody who studies alone, the same one for all tests of a file."""
    with Desk(tmp_path_factory.mktemp("desk")) as desk:
        yield desk


# Not for longer than a file: while it is there, nothing on this thread can run an event loop of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield the browser, the same one for all tests of a file."""
    with launched() as browser:
        yield browser


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Visitors]:
    """Yield people with phones; in the end, see that their pages kept to themselves."""
    with Visitors(browser) as visitors:
        yield visitors
        assert visitors.elsewhere == []
        assert visitors.faults == []
