"""Declared: what there is to know of an instrument before anyone has answered it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from workshop_kit.instruments.change import CutOff, Norm

Scoring: TypeAlias = Literal["mean", "sum"]


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of scores with a name: from where it begins to just below the next one."""

    begins: float
    name: str


@dataclass(frozen=True, slots=True)
class Subscale:
    """Some items that make one score.

    Parameters
    ----------
    by
        Whether the score is the items' mean or their sum.
    may_be_blank
        How many of the items may be left blank. The score is then worked out from the mean of the answers there are: that
        mean, or, for a sum, that mean times the number of items.
    bands
        From the lowest upwards; a score below the first has no band.
    """

    id: str
    title: str
    items: tuple[int, ...]
    by: Scoring
    may_be_blank: int = 0
    bands: tuple[Band, ...] = ()
    bands_source: str = ""
    norm: Norm | None = None
    cut_off: CutOff | None = None

    @property
    def weight(self) -> int:
        """How many times the mean of the answers goes into the score: once for a mean, and for a sum once for each item."""
        return len(self.items) if self.by == "sum" else 1

    def band(self, score: float) -> Band | None:
        """Return the band in which a score lies, if any."""
        return next((band for band in reversed(self.bands) if band.begins <= score), None)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A questionnaire, as far as it takes to score it.

    Parameters
    ----------
    low, high
        The least and the greatest answer; all whole numbers between them are answers too.
    items
        How many items there are; they are numbered from 1.
    reversed
        The items that count the other way round.
    risk
        The items that ask about danger to oneself or others. Whoever answers one above its lowest point must be offered help.
    texts
        What each item says, or nothing where only the key is known.
    labels
        Words for each answer from `low` to `high`, or for the two ends only, or none.
    checked_against
        With what the key was compared; None while nobody has compared it.
    permission
        In whose words and by whose leave the texts are here.
    """

    id: str
    title: str
    low: int
    high: int
    items: int
    subscales: tuple[Subscale, ...]
    reversed: frozenset[int] = frozenset()
    risk: frozenset[int] = frozenset()
    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    citation: str = ""
    numbering: str = ""
    licence: str = ""
    checked_against: str | None = None
    permission: str | None = None

    @property
    def points(self) -> Mapping[int, str]:
        """Every answer there is, lowest first, with the words for it where it has any."""
        inner = max(self.high - self.low - 1, 0)
        words = (self.labels[0], *[""] * inner, self.labels[1]) if len(self.labels) == 2 else self.labels or [""] * (inner + 2)
        return dict(zip(range(self.low, self.high + 1), words, strict=True))

    def keyed(self, item: int, answer: int) -> int:
        """Return what an answer counts: itself, or, for a reversed item, ``low + high - answer``."""
        return self.low + self.high - answer if item in self.reversed else answer

    def reach(self, subscale: Subscale) -> tuple[int, int]:
        """Return the lowest and the highest score that a subscale can have."""
        return self.low * subscale.weight, self.high * subscale.weight
