"""Goals: what was measured, and whether it is as good as it should be."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. `goal` reads like ``<= 1.5``; a figure that is only told has ``reported``."""

    name: str
    value: float
    goal: str
    unit: str

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
