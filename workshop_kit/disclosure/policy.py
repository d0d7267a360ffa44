"""Policy: the thresholds by which a tally is published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from workshop_kit.errors import PolicyTooLow
from workshop_kit.polls import Kind, Poll

LOWEST_FLOOR: Final = 5
LOWEST_CELL: Final = 3
HEAVY_FLOOR: Final = 8
HEAVY: Final = 3
FEWEST_TEXTS: Final = 10

# With how many answers there is anything that may be said: two buckets, two bands that do not overlap, lines of text enough.
_FEWEST: Final[Mapping[Kind, Callable[[int], int]]] = {
    "single": lambda cell: 2 * cell,
    "multi": lambda cell: 2 * cell - 1,
    "scale": lambda cell: 2 * cell,
    "slider": lambda cell: 2 * cell,
    # From a cell of 8 on, an order as clear as an eighth takes a few more: the coalition may all have ranked the other way, and
    # the rest, less two, must still outweigh it by that eighth, or nobody else can have. So n - n // 8 is at least 2 * cell - 1.
    "rank": lambda cell: max(2 * cell, (16 * cell - 9) // 7),
    "text": lambda cell: max(FEWEST_TEXTS, 2 * cell),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds by which a tally is published; fixed when a run opens.

    Parameters
    ----------
    floor
        Fewest answers, in people, passes not counted, with which anything is shown.
    cell
        Fewest people that a shown number may stand for, and fewest that may stand outside it.

    Raises
    ------
    PolicyTooLow
        If the floor is under 5 or the cell under 3.

    References
    ----------
    A floor of 5 is the common default of engagement surveys, 11 that of health statistics which leave the house (CMS
    cell size policy, resdac.org/node/1506). A cell of 3 outlasts one insider, a cell of 4 a couple: the enumeration in
    `tests/disclosure/test_nobody_is_certain.py` shows both. See docs/decisions/0002-disclosure.md.
    """

    floor: int = LOWEST_FLOOR
    cell: int = LOWEST_CELL

    def __post_init__(self) -> None:
        # Asked this way round, a number that is no number is refused as well.
        if not (self.floor >= LOWEST_FLOOR and self.cell >= LOWEST_CELL):
            raise PolicyTooLow("disclosure.too_low", floor=LOWEST_FLOOR, cell=LOWEST_CELL)

    def suited_to(self, poll: Poll) -> "Policy":
        """Return this policy with the higher floor that a heavy question asks for."""
        return replace(self, floor=max(self.floor, HEAVY_FLOOR)) if poll.intensity >= HEAVY else self

    def fewest_for(self, poll: Poll) -> int:
        """Return with how many answers a result of this poll can show anything at all, in people."""
        return max(self.floor, _FEWEST[poll.kind](self.cell))

    def raised(self, *, floor: int | None = None, cell: int | None = None) -> "Policy":
        """Return this policy with a higher floor or cell.

        Raises
        ------
        PolicyTooLow
            If either would be lower than it is.
        """
        wanted = Policy(self.floor if floor is None else floor, self.cell if cell is None else cell)
        if wanted.floor < self.floor or wanted.cell < self.cell:
            raise PolicyTooLow("disclosure.never_lowered", floor=self.floor, cell=self.cell)
        return wanted


ROOM: Final = Policy()
TOGETHER: Final = Policy(cell=4)
WEBINAR: Final = Policy(floor=11, cell=11)
# By the names that a facilitator chooses from: who comes decides how careful results are.
POLICIES: Final[Mapping[str, Policy]] = {"room": ROOM, "together": TOGETHER, "webinar": WEBINAR}
