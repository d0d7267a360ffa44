"""Shapes: which keys the two kinds of files have, and what may stand behind them."""

from typing import Annotated, TypeAlias

from pydantic import Discriminator, Field, Tag

from workshop_kit.instruments import Scoring
from workshop_kit.material.shapes import Entry, Name, Words

Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Spread: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False, description="Standard deviation of the score, in points.")]
Count: TypeAlias = Annotated[int, Field(ge=1, le=200)]
Texts: TypeAlias = Annotated[list[Words], Field(min_length=1)]


class AnswersEntry(Entry):
    """The answers there are to each item."""

    low: int = Field(description="The lowest answer, such as 1.")
    high: int = Field(description="The highest answer, such as 5.")
    labels: list[Words] = Field([], description="Words for each answer, lowest first; or two, for the lowest and the highest.")


class BandEntry(Entry):
    """A stretch of scores with a name."""

    begins: Number = Field(description="The lowest score of the band; it ends just below the next one.")
    name: Words = Field(description="What the source calls it.")


class BandsEntry(Entry):
    """Names for stretches of scores, as somebody has published them."""

    source: Words = Field(description="Who proposed them, where, and for whom.")
    steps: list[BandEntry] = Field(min_length=1, description="Lowest first.")


class NormEntry(Entry):
    """What tells a change from an error of measurement."""

    sd: Spread
    reliability: float = Field(gt=0, lt=1, description="Between 0 and 1, such as 0.85.")
    source: Words = Field(description="Where both were published, and about whom.")


class GroupEntry(Entry):
    """A group of people in whom the score was measured."""

    name: Words
    mean: Number
    sd: Spread


class CutOffEntry(Entry):
    """Two groups of people, and with them the score at which they meet."""

    source: Words = Field(description="Where the numbers were published.")
    groups: list[GroupEntry] = Field(min_length=2, max_length=2)


class SubscaleEntry(Entry):
    """Some items that make one score."""

    id: Name
    title: Words = Field(description="What people read.")
    items: list[int] = Field(min_length=1, description="The numbers of its items.")
    by: Scoring = Field(description="mean or sum.")
    may_be_blank: int = Field(0, ge=0, description="How many items may be left blank; the mean of the others stands for them.")
    bands: BandsEntry | None = None
    norm: NormEntry | None = Field(None, description="What is needed to judge a change; may be left out.")
    cut_off: CutOffEntry | None = Field(None, description="Two groups to compare with; may be left out.")


def _written_as(items: object) -> str:
    return "the texts" if isinstance(items, list) else "a number"


class InstrumentFile(Entry):
    """An instrument: how it is scored, and perhaps what it asks."""

    id: Name
    title: Words
    answers: AnswersEntry
    items: Annotated[Annotated[Count, Tag("a number")] | Annotated[Texts, Tag("the texts")], Discriminator(_written_as)] = Field(
        description="How many items there are; or their texts in order, where you have the right to use them."
    )
    reversed: list[int] = Field([], description="The numbers of the items that count the other way round.")
    risk: list[int] = Field([], description="The numbers of items about danger to oneself or others.")
    subscales: list[SubscaleEntry] = Field(min_length=1)
    citation: Words = Field(description="How its authors wish to be cited.")
    numbering: Words = Field(description="To which form of the instrument the numbers belong.")
    licence: Words = Field(description="Who owns the texts, and on which terms they may be used.")
    checked_against: Words | None = Field(description="With what this key was compared, or null while nobody has.")
    permission: Words | None = Field(None, description="Only where texts stand here: by whose leave, in one sentence.")

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self.items) if isinstance(self.items, list) else self.items


class TextsFile(Entry):
    """The texts for a key that comes with the kit, written down by somebody who has the right to use them."""

    key: Name = Field(description="The key's id, such as ecr_rs.")
    permission: Words = Field(description="By whose leave you use the texts, in one sentence.")
    items: Texts = Field(description="What each item says, in the order that the key's numbering names.")
    labels: list[Words] = Field([], description="Words for each answer, lowest first; or two, for the lowest and the highest.")
