"""What every test may ask for by name: a running room, seats for the people in it, a browser, and people who use one."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import hypothesis
import pytest
from playwright.sync_api import Browser

from tests.browsers import Visitors, launched
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
