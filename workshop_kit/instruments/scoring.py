"""Scoring: from one person's answers to a score on each subscale, and what has to be asked before anyone answers or reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from workshop_kit.errors import InvalidAnswer, PolicyTooLow
from workshop_kit.instruments.declared import Band, Instrument, Subscale

Answers: TypeAlias = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Score:
    """What one person's answers come to on one subscale; `value` is None where too many items were left blank."""

    subscale: Subscale
    value: float | None
    blank: int

    @property
    def band(self) -> Band | None:
        """The band in which the score lies, if it has one."""
        return None if self.value is None else self.subscale.band(self.value)


def score(instrument: Instrument, answers: Answers) -> tuple[Score, ...]:
    """Return one person's score on each subscale, in the order of the instrument.

    Parameters
    ----------
    answers
        Item numbers and what was answered to them. An item that was left blank is not there.

    Raises
    ------
    InvalidAnswer
        If an answer is no whole number of the range, or belongs to no item.
    """
    _require_answers(instrument, answers)
    return tuple(_scored(instrument, subscale, answers) for subscale in instrument.subscales)


def is_risk_named(instrument: Instrument, answers: Answers) -> bool:
    """Return whether any item about risk counts more than the least that it can.

    Raises
    ------
    InvalidAnswer
        If an answer is no whole number of the range, or belongs to no item.
    """
    _require_answers(instrument, answers)
    return any(instrument.keyed(item, answers[item]) > instrument.low for item in instrument.risk & answers.keys())


def vet_for_a_group(instrument: Instrument) -> None:
    """Refuse an instrument that must never be answered anonymously; whatever puts one to a group has to ask here first.

    Raises
    ------
    PolicyTooLow
        If it asks about risk. Somebody who says in an anonymous poll that they are in danger cannot be found, and so not helped.
    """
    if instrument.risk:
        raise PolicyTooLow("instruments.asks_about_risk", title=instrument.title)


def _scored(instrument: Instrument, subscale: Subscale, answers: Answers) -> Score:
    counted = [instrument.keyed(item, answers[item]) for item in subscale.items if item in answers]
    blank = len(subscale.items) - len(counted)
    if blank > subscale.may_be_blank or not counted:
        return Score(subscale, None, blank)
    # One division, at the end: a mean that should lie on the edge of a band must not fall beside it.
    return Score(subscale, sum(counted) * subscale.weight / len(counted), blank)


def _require_answers(instrument: Instrument, answers: Answers) -> None:
    for item, answer in answers.items():
        if type(item) is not int or not 1 <= item <= instrument.items:
            raise InvalidAnswer("instruments.no_item", items=instrument.items)
        if type(answer) is not int or not instrument.low <= answer <= instrument.high:
            raise InvalidAnswer("instruments.no_answer", item=item, low=instrument.low, high=instrument.high)
