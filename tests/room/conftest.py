"""Rooms without a server: what most tests of the room's own rules need.

Here, `room` is the `Room` itself, over the disk of a temporary folder; people sit in it by their `SEATS`.
"""

from pathlib import Path

import pytest

from tests.meals import BLOCK, COMMENTS, answer, opened, seated
from workshop_kit.room.room import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Return a new room in which twelve people sit."""
    return seated(opened(tmp_path))


@pytest.fixture
def block(room: Room) -> Room:
    """Return a room in which three polls were asked together and answered, by fewer people each."""
    room.runs.ask_together(BLOCK)
    answer(room, *"aaaaaabbbbbb", run=1)
    answer(room, *([1, 3] * 5), run=2)
    answer(room, *([["b", "a", "c"]] * 8), run=3)
    return room


@pytest.fixture
def compared(room: Room) -> Room:
    """Return a room in which a poll was asked and closed, and is open again to be compared with that."""
    room.runs.ask("one")
    answer(room, *"aaaaaaaabbbb")
    room.runs.close(1)
    room.runs.ask("one", before=1)
    answer(room, *"aaaabbbbbbbb", run=2)
    return room


@pytest.fixture
def read(room: Room) -> Room:
    """Return a room whose facilitator has twelve comments to read."""
    room.runs.ask("text")
    answer(room, *COMMENTS)
    assert room.runs.close(1) is None
    return room
