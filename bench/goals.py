"""Goals: what was measured, and whether it is as good as it should be; and how much is measured."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. `goal` reads like ``<= 1.5``; a figure that is only told has ``reported``.

    `low` and `high` are the least and the most over the rounds, where there were several: the noise of the machine.
    """

    name: str
    value: float
    goal: str
    unit: str
    low: float | None = None
    high: float | None = None

    @classmethod
    def over_rounds(cls, name: str, values: Sequence[float], goal: str, unit: str) -> "Measured":
        """Return the median of some rounds, with their range."""
        return cls(name, statistics.median(values), goal, unit, min(values), max(values))

    @classmethod
    def beside(cls, name: str, ours: Sequence[float], theirs: Sequence[float], goal: str) -> "Measured":
        """Return how many times the other's figure ours is: a ratio for each round, since a noisy minute is noisy for both."""
        return cls.over_rounds(name, [mine / other for mine, other in zip(ours, theirs, strict=True)], goal, "times")

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal == "reported":
            return None
        relation, bound = self.goal.split()
        return self.value <= float(bound) if relation == "<=" else self.value >= float(bound)

    def to_dict(self) -> dict[str, Any]:
        """Return the figure as plain data."""
        return {**asdict(self), "met": self.met}

    @classmethod
    def from_dict(cls, entry: dict[str, Any]) -> "Measured":
        """Return the figure that `to_dict` has written down."""
        return cls(**{key: value for key, value in entry.items() if key != "met"})


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: rounds, seconds of casting in each, phones at once, crowds for the curve, visits in a browser."""

    rounds: int
    casting_s: float
    phones: int
    crowds: tuple[int, ...]
    visits: int


FULL: Final = Size(rounds=5, casting_s=4.0, phones=1000, crowds=(100, 500, 1000, 2500, 5000), visits=7)
# To see that the bench itself works; its figures say little.
QUICK: Final = Size(rounds=2, casting_s=1.0, phones=200, crowds=(50, 200), visits=2)


def say(words: str) -> None:
    """Tell whoever is waiting what is being done."""
    print(f"… {words}", flush=True)
