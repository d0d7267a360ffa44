"""Instruments: how a questionnaire is scored for one person, and when a change of a score is more than chance.

An instrument is declared, never programmed: a range of answers, items numbered from 1, the items that count the other way
round, and subscales (`declared`). `material.questionnaires` reads such declarations and makes sure that they hold
together; here they are believed. `scoring` turns answers into scores, `change` compares two scores of one person.

Nothing is guessed. An answer outside of the range is refused rather than clipped, a score with too many blanks is no score,
and what a score may mean, its bands and its norms, comes from the declaration with its source or not at all.

Everything here is about one person who looks at their own answers. It is not for a room: see `vet_for_a_group`.
"""

from workshop_kit.instruments.change import RELIABLE_FROM, Change, CutOff, Group, Norm
from workshop_kit.instruments.declared import Band, Instrument, Scoring, Subscale
from workshop_kit.instruments.scoring import Answers, Score, is_risk_named, score, vet_for_a_group

__all__ = [
    "RELIABLE_FROM",
    "Answers",
    "Band",
    "Change",
    "CutOff",
    "Group",
    "Instrument",
    "Norm",
    "Score",
    "Scoring",
    "Subscale",
    "is_risk_named",
    "score",
    "vet_for_a_group",
]
