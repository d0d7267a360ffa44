"""The counter: how many have answered while a poll is open, and how many seats are taken while the door is."""

from typing import Final

STEPS: Final = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def step(ballots: int) -> int:
    """Return how many have answered at the least, in steps too coarse to tell one person from the next; 0 below the first step.

    Examples
    --------
    >>> step(3), step(5), step(12)
    (0, 5, 10)
    """
    return max(each for each in (0, *STEPS) if each <= ballots)
