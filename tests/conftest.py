"""What every test may ask for by name: a running room, and seats for the people in it."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import hypothesis
import pytest

from tests.rooms import RunningRoom, new_seats
from workshop_kit import material
from workshop_kit.workshop import Workshop

# The same examples on every computer, however slow it is: a test that fails here fails everywhere.
hypothesis.settings.register_profile("workshop_kit", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("workshop_kit")


@pytest.fixture
def room_server(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room that runs in a process of its own, with the shipped workshop."""
    with RunningRoom(tmp_path / "room") as room:
        yield room


@pytest.fixture
def seat_tokens() -> list[str]:
    """Return sixty-four seats, the same ones in every run of the tests."""
    return new_seats(Random(7), 64)


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    """Return the workshop that comes with the kit."""
    return material.read()
