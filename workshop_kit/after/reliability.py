"""Reliability: how well the items of a questionnaire hang together in a group's answers.

For facilitators who bring a table of their own, one row for each person, gathered elsewhere and with consent. A room of the
kit never has such a table, and nothing here asks for one.

It needs SciPy, which comes only when asked for; without it there is one sentence on how to get it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from workshop_kit.errors import SetupError, WorkshopError

if TYPE_CHECKING:
    from pandas import DataFrame

Table: TypeAlias = "DataFrame | Sequence[Sequence[float | None]]"


class Undefined(WorkshopError):
    """A table has no reliability: too few people, too few items, or no differences between people."""


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha, the interval around it, and the people and items that it rests on."""

    value: float
    low: float
    high: float
    people: int
    items: int


def cronbach_alpha(table: Table, confidence: float = 0.95) -> Alpha:
    """Return Cronbach's alpha of a table, with Feldt's confidence interval.

    Parameters
    ----------
    table
        A row for each person and a column for each item of one subscale; items that count the other way round have been
        reversed (`Instrument.keyed`). A person who left an item blank (None or NaN) is left out whole.
    confidence
        How sure the interval should be, between 0 and 1.

    Raises
    ------
    Undefined
        If alpha has no meaning for the table: it holds something else than numbers, fewer than two items, fewer than two
        people without blanks, or people who all come to the same total.
    SetupError
        If SciPy is not installed.

    Notes
    -----
    With k items, alpha = k / (k - 1) * (1 - sum of the items' variances / variance of the totals), variances over n - 1.
    The interval is that of `feldt_interval`. It takes people to be drawn by chance from the group that one speaks about,
    and fewer than thirty make it wide.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16, 297-334.
    """
    import pandas as pd

    try:
        answers = pd.DataFrame(table).astype(float).dropna()
    except (TypeError, ValueError):
        raise Undefined("instruments.no_numbers") from None
    people, items = answers.shape
    if people < 2 or items < 2:
        raise Undefined("instruments.too_small")
    variance = float(answers.sum(axis=1).var())
    if not variance > 0:
        raise Undefined("instruments.same_total")
    value = items / (items - 1) * (1 - float(answers.var().sum()) / variance)
    return Alpha(value, *feldt_interval(value, people, items, confidence), people, items)


def feldt_interval(alpha: float, people: int, items: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of an alpha, lower end first; the lower end may lie below zero.

    Raises
    ------
    Undefined
        If there are fewer than two people or items, or the confidence does not lie between 0 and 1.
    SetupError
        If SciPy is not installed.

    References
    ----------
    Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability coefficient twenty.
    Psychometrika, 30, 357-370: (1 - alpha of the group at large) / (1 - alpha of the table) is distributed as F is, turned
    upside down, with n - 1 and (n - 1)(k - 1) degrees of freedom.
    """
    if people < 2 or items < 2 or not 0 < confidence < 1:
        raise Undefined("instruments.no_interval")
    try:
        from scipy.special import fdtri
    except ImportError:
        raise SetupError("instruments.no_scipy") from None
    freedom, tail = (people - 1, (people - 1) * (items - 1)), (1 - confidence) / 2
    return 1 - (1 - alpha) * float(fdtri(*freedom, 1 - tail)), 1 - (1 - alpha) * float(fdtri(*freedom, tail))
