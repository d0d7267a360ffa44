"""Change: whether two scores of one person differ by more than errors of measurement, after Jacobson and Truax (1991).

A reliable change is a real difference between two sets of answers. It says nothing of where it came from, and nothing of
whether it is for the better.
"""

import math
from dataclasses import dataclass
from typing import Final

from workshop_kit.errors import MaterialError

# Two-sided, at 95 %.
RELIABLE_FROM: Final = 1.96


@dataclass(frozen=True, slots=True)
class Change:
    """Two scores of one person, and how many standard errors of a difference lie between them."""

    before: float
    after: float
    index: float

    @property
    def is_reliable(self) -> bool:
        """Whether the change is larger than errors of measurement alone would make it in 95 of 100 cases."""
        return abs(self.index) > RELIABLE_FROM


@dataclass(frozen=True, slots=True)
class Norm:
    """How much the scores of some group of people vary, and how reliable they are.

    Parameters
    ----------
    sd
        Standard deviation of the group's scores, in points of the score.
    reliability
        Between 0 and 1, both excluded: internal consistency, or agreement on retest.
    source
        Where both numbers were published, and about whom.

    Raises
    ------
    MaterialError
        If no change could be judged by these numbers.

    References
    ----------
    Jacobson, N. S., & Truax, P. (1991). Clinical significance: a statistical approach to defining meaningful change in
    psychotherapy research. Journal of Consulting and Clinical Psychology, 59(1), 12-19.

    Examples
    --------
    >>> norm = Norm(sd=7.5, reliability=0.80)
    >>> round(norm.change(47.5, 32.5).index, 2), norm.change(47.5, 32.5).is_reliable
    (-3.16, True)
    >>> round(Norm(sd=7.7, reliability=0.90).reliable_points, 2)
    6.75
    """

    sd: float
    reliability: float
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse numbers that would make every change reliable, or none."""
        _require_spread(self.sd)
        if not 0 < self.reliability < 1:
            raise MaterialError("instruments.no_reliability")

    @property
    def standard_error(self) -> float:
        """The standard error of measurement, in points: S_E = SD * sqrt(1 - r)."""
        return self.sd * math.sqrt(1 - self.reliability)

    @property
    def error_of_difference(self) -> float:
        """The standard error of a difference of two scores, in points: S_diff = sqrt(2 * S_E**2)."""
        return math.sqrt(2) * self.standard_error

    @property
    def reliable_points(self) -> float:
        """How many points a score must change by until the change is reliable."""
        return RELIABLE_FROM * self.error_of_difference

    def change(self, before: float, after: float) -> Change:
        """Return the change between two scores, with the index RC = (after - before) / S_diff."""
        return Change(before, after, (after - before) / self.error_of_difference)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people in whom scores were measured: mean and standard deviation, in points."""

    name: str
    mean: float
    sd: float

    def __post_init__(self) -> None:
        """Refuse a group in which everyone has the same score."""
        _require_spread(self.sd)


@dataclass(frozen=True, slots=True)
class CutOff:
    """The score at which two groups of people meet.

    References
    ----------
    Criterion c of Jacobson and Truax (1991), for groups that spread differently.

    Examples
    --------
    >>> round(CutOff((Group("general", 4.7, 4.8), Group("in care", 19.7, 7.7))).point, 2)
    10.46
    """

    groups: tuple[Group, Group]
    source: str = ""

    @property
    def point(self) -> float:
        """The point, in the scores' own points: c = (SD0 * M1 + SD1 * M0) / (SD0 + SD1)."""
        one, other = self.groups
        return (one.sd * other.mean + other.sd * one.mean) / (one.sd + other.sd)


def _require_spread(sd: float) -> None:
    if not 0 < sd < math.inf:
        raise MaterialError("instruments.no_spread")
