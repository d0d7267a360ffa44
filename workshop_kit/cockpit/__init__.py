"""The cockpit: one dashboard from which a whole evening is led.

On the left the plan and the clock, in the middle the part of the evening that is being led, on the right the room. It is made
of the very cards that the sections' notebooks use. Everything that matters is kept in the room, so a cockpit that was
reloaded, or whose kernel died, comes back where the evening is.
"""

from workshop_kit import material
from workshop_kit.cards.follow import Follower
from workshop_kit.cockpit.dashboard import Cockpit
from workshop_kit.words.catalog import language


def cockpit() -> Cockpit:
    """Return the cockpit of the room that runs on this computer."""
    workshop = material.read()
    return Cockpit(workshop, Follower(language(workshop.language)))


__all__ = ["Cockpit", "cockpit"]
