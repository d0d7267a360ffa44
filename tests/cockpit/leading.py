"""What a leader does with the cockpit and its cards, and sees of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.world import PATIENCE_SECONDS, RunningRoom, is_shown
from workshop_kit.cards.card import CARD
from workshop_kit.client import LedRoom
from workshop_kit.cockpit import Cockpit
from workshop_kit.cockpit.section_panel import SectionPanel
from workshop_kit.processes.connection import Connection


class Noting(LedRoom):
    """A room that notes what it was told to do."""

    def __init__(self, find: Callable[[], Connection]) -> None:
        super().__init__(find)
        self.told: Counter[str] = Counter()

    def do(self, act: str, /, **told: Any) -> dict[str, Any]:
        """Do an act, and note it."""
        self.told[act] += 1
        return super().do(act, **told)


def settle(room: RunningRoom) -> None:
    """Settle what the checklist asks, as it does."""
    room.tell("/setup", plan="evening", meeting=0, policy="room")


def section_of(led: Cockpit) -> SectionPanel:
    """Return the part that is being led."""
    assert led.section is not None
    assert led.middle.children == (led.section,)
    return led.section


def in_hand(panel: SectionPanel) -> Any:
    """Return the card of what is asked next."""
    [card] = panel.poll.children
    return card


def parts_in(part: Any) -> Iterator[Any]:
    """Yield a widget and all that is in sight within it."""
    if is_shown(part):
        yield part
        for each in getattr(part, "children", ()):
            yield from parts_in(each)


def offered(card: Any) -> list[str]:
    """Return the words on the buttons of a card that can be pressed, without those of the cards within it."""
    own: list[str] = []
    for each in getattr(card, "children", ()):
        if is_shown(each) and CARD not in each._dom_classes:
            own += [each.description] if hasattr(each, "click") and not each.disabled else offered(each)
    return own


async def until(seen: Callable[[], object], what: str) -> None:
    """Wait until something is seen; what follows the room is listened to meanwhile."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while not seen():
        assert time.monotonic() < patient_until, f"Waited in vain for {what}."
        await asyncio.sleep(0.01)
