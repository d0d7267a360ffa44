"""What the tests of the cockpit may ask for by name."""

import pytest

from tests.cockpit.leading import settle
from tests.world import RunningRoom
from workshop_kit.cockpit import Cockpit, cockpit


@pytest.fixture
def led(room: RunningRoom) -> Cockpit:
    """Return the cockpit of a room in which an evening is settled, made as the notebook makes it."""
    settle(room)
    return cockpit()
