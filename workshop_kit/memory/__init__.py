"""Memory: what a room holds while it runs, and nowhere else: seats, ballots, comments that wait, pauses.

A seat is a random token that one open page drew for itself, or one printed card. Seats say who may answer, never who someone is. A
ballot is kept under a key made from the seat and a secret that is drawn for one run and forgotten with it, so the ballots of two
runs have nothing in common by which they could be matched, not even for someone who reads this process's memory later.

When a ``text`` poll closes with enough answers, its lines wait here, each once and in no order that means anything. The
facilitator lets a line through, puts it into neutral words, or leaves it out. Only what was let through is published; how
many were left out is told to nobody.

Nothing here writes, logs or keeps a time. The classes are small on purpose: another engine with the same few methods may
hold seats and ballots for several servers one day.
"""

from workshop_kit.memory.ballots import Ballots
from workshop_kit.memory.comments import Decision, Line, Queue
from workshop_kit.memory.pauses import PAUSE_TICKS, Pauses
from workshop_kit.memory.seats import CARD_LENGTH, WRONG_CARD, Seats, card_hash, drawn_signs, is_card, spaced

__all__ = [
    "CARD_LENGTH",
    "PAUSE_TICKS",
    "WRONG_CARD",
    "Ballots",
    "Decision",
    "Line",
    "Pauses",
    "Queue",
    "Seats",
    "card_hash",
    "drawn_signs",
    "is_card",
    "spaced",
]
