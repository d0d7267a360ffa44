"""Shapes: which keys each file of the material has, and what may stand behind them.

A shape says what can be said of one value by itself: that it is there, that it is text, that a phone has room for it. What
needs a second look, at another key or another file, is said in `rules`.

The descriptions are read by editors, through the JSON Schemas that `schemas` makes of these shapes, and shown to whoever
writes a file.
"""

import ast
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from workshop_kit.workshop import BlockKind, StepName


class Entry(BaseModel):
    """A part of a file: only keys that are known, and no value of another kind quietly taken for the right one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, strict=True)

    def plain(self) -> dict[str, Any]:
        """Return its values by their keys, with each list as a tuple."""
        return {key: tuple(value) if isinstance(value, list) else value for key, value in self}


Words: TypeAlias = Annotated[str, Field(min_length=1)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SectionId: TypeAlias = Annotated[str, Field(min_length=1, description="The section's number, in quotation marks.", examples=["06"])]
Minutes: TypeAlias = Annotated[int, Field(ge=1, le=600, description="Whole minutes.")]
Intensity: TypeAlias = Annotated[int, Field(ge=1, le=3, description="1 light, 2 medium, 3 heavy.")]
# As much as a phone shows in four lines, and an option in two.
Question: TypeAlias = Annotated[str, Field(min_length=1, max_length=160)]
Label: TypeAlias = Annotated[str, Field(min_length=1, max_length=80)]
End: TypeAlias = Annotated[str, Field(min_length=1, max_length=40)]


# ---- polls.yaml ---------------------------------------------------------------------------------------------------------
class ChoiceOption(Entry):
    """One thing to choose."""

    id: str = Field(min_length=1, description="A short name that goes over the wire.")
    label: Label = Field(description="What people read; at most 80 characters.")


class PointOption(Entry):
    """One point of a scale."""

    id: int = Field(description="A whole number, rising from point to point.")
    label: Label = Field(description="What people read; at most 80 characters.")


def _written_as(option: object) -> str:
    return "a text" if isinstance(option, str) else "an entry"


# Named, because an option may be a plain text or an entry, and a fault should speak of the one that was meant.
Choice: TypeAlias = Annotated[Annotated[Label, Tag("a text")] | Annotated[ChoiceOption, Tag("an entry")], Discriminator(_written_as)]
Point: TypeAlias = Annotated[Annotated[Label, Tag("a text")] | Annotated[PointOption, Tag("an entry")], Discriminator(_written_as)]


class AskedEntry(Entry):
    """What every poll has."""

    id: Name = Field(description="A short name in small letters, by which notebooks and plans call the poll.")
    section: SectionId
    question: Question = Field(description="What the group reads; one question, at most 160 characters.")
    hint: Question | None = Field(None, description="One line below the question.")
    intensity: Intensity = 1
    again: list[SectionId] = Field([], description="Later sections in which it is asked once more, for before and after.")


class ChoiceEntry(AskedEntry):
    """A poll with options: choose one (single), or any number (multi)."""

    kind: Literal["single", "multi"]
    options: list[Choice] = Field(min_length=2, max_length=6, description="Two to six. Everyone may pass; that needs no option.")


class ScaleEntry(AskedEntry):
    """A poll with labelled points, of which one is chosen."""

    kind: Literal["scale"]
    options: list[Point] = Field(min_length=2, max_length=6, description="Two to six labels, lowest first.")


class SliderEntry(AskedEntry):
    """A poll with a slider from 0 to 10. It has no options, but words for its two ends."""

    kind: Literal["slider"]
    low: End = Field(description="What 0 means.")
    high: End = Field(description="What 10 means.")


class RankEntry(AskedEntry):
    """A poll with options to be put in order, best first."""

    kind: Literal["rank"]
    options: list[Choice] = Field(min_length=3, max_length=6, description="Three to six. Everyone puts all of them in order, or passes.")


class TextEntry(AskedEntry):
    """A poll that is answered in people's own words: one line, which the facilitator reads before the group does. No options."""

    kind: Literal["text"]


PollEntry: TypeAlias = Annotated[ChoiceEntry | ScaleEntry | SliderEntry | RankEntry | TextEntry, Field(discriminator="kind")]


class PollsFile(Entry):
    """The polls of a workshop."""

    polls: list[PollEntry] = Field(min_length=1)


# ---- closing.yaml -------------------------------------------------------------------------------------------------------
class ClosingEntry(Entry):
    """A question about the meeting itself. It is a slider from 0 to 10, with words for its two ends."""

    id: Name = Field(description="A short name in small letters, which no poll has.")
    question: Question = Field(description="What the group reads; one question, at most 160 characters.")
    low: End = Field(description="What 0 means.")
    high: End = Field(description="What 10 means.")


class ClosingFile(Entry):
    """The questions that are asked together at the end of a meeting. They belong to no section."""

    about: Question = Field(description="What stands below each question and with each result: that this is no validated measure.")
    # As many as fit a page on a phone at the end of an evening; our choice.
    questions: list[ClosingEntry] = Field(min_length=1, max_length=4, description="One to four; they are asked on one page.")


# ---- workshop.yaml ------------------------------------------------------------------------------------------------------
class SectionEntry(Entry):
    """One section."""

    id: SectionId
    title: Words = Field(description="The same as the first line of the notebook.")
    notebook: str = Field(pattern=r"^[^/\\]+\.ipynb$", description="The notebook's file name.")
    sources: list[Words] = Field(min_length=1, description="The parts of the source texts that the section teaches.")


class BlockEntry(Entry):
    """A stretch of a meeting."""

    block: BlockKind
    minutes: Minutes
    section: SectionId | None = Field(None, description="Which section is led in it. A break and slack have none.")
    polls: list[Name] = Field([], description="The polls to be asked in it, in order.")


class PlanEntry(Entry):
    """A running order."""

    id: Name
    title: Words
    meeting_min: Minutes = Field(description="How long each meeting is; its blocks fill it exactly.")
    texts: bool = Field(False, description="Whether polls in people's own words may be asked in it.")
    meetings: list[Annotated[list[BlockEntry], Field(min_length=1)]] = Field(min_length=1)


class AgreementEntry(Entry):
    """Something that a group is asked to agree on."""

    name: Words = Field(description="What it is called, without a full stop.")
    words: Words = Field(description="What it asks, as in the notebook; a word between *asterisks* is emphasised.")
    card: Words | None = Field(None, description="One sentence of it for the cards on the seats; left out, it is on the poster only.")


class WorkshopFile(Entry):
    """The outline of a workshop: what a group agrees on, its sections in order, and plans."""

    id: Words
    title: Words
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", description="The language of all this, such as 'en' or 'pt-BR'.")
    agreements: list[AgreementEntry] = Field([], description="For the printed cards; the notebook has them word for word.")
    sections: list[SectionEntry] = Field(min_length=1)
    plans: list[PlanEntry] = []


# ---- guide/NN.yaml ------------------------------------------------------------------------------------------------------
class StepEntry(Entry):
    """One step of the activity."""

    step: StepName
    minutes: Minutes
    words: Words = Field(description="What the facilitator does, or says.")
    poll: Name | None = Field(None, description="The poll that is asked; only in the step 'poll'.")


class GuideFile(Entry):
    """The facilitator's guide to one section."""

    section: SectionId
    intensity: Intensity
    teach_min: Minutes = Field(description="Minutes for teaching.")
    activity_min: Minutes = Field(description="Minutes for the activity; the steps fill them exactly.")
    purpose: Words
    say: list[Words] = Field(min_length=1, description="Words one could say.")
    steps: list[StepEntry] = Field(min_length=1, description="think, poll, chart, pairs, together, takeaway: each once, in this order.")
    debrief: list[Words] = Field(min_length=3, description="Questions for afterwards; at least three.")
    if_hidden: Words = Field(description="What to say when the chart is not shown because too few answered.")
    if_one_stands_out: Words
    if_spread: Words
    if_moved: Words | None = Field(
        None, description="What to say when a poll that is asked again shows another picture; needed where one is."
    )
    if_unmoved: Words | None = Field(
        None, description="What to say when a poll that is asked again shows the same picture; needed where one is."
    )
    if_short: Words = Field(description="What to leave out when time is short.")
    if_long: Words
    online: Words = Field(description="How to do it with a group online.")
    content_note: Words = Field(description="What the section covers, in neutral words.")
    content_options: list[Words] = Field(min_length=2, description="What people may do instead; at least two.")
    solo: Words = Field(description="An exercise for whoever is alone, or would rather be.")
    journal_prompt: Words
    journal_reflection: Words
    safety: Words | None = Field(None, description="A word that must be said; needed where abuse is named.")


# ---- resources.yaml -----------------------------------------------------------------------------------------------------
class ContactEntry(Entry):
    """One contact for someone who needs help."""

    country: str = Field(min_length=1, description="The code of a country listed under 'countries'.")
    name: Words
    about: Words = Field(description="Whom or what it is for.")
    contact: Words = Field(description="The number to call or text, as one would say it.")
    hours: Words
    link: str = Field(pattern=r"^https?://[^\s/]+\.[^\s]+$", description="The provider's own page.")
    last_verified: date | None = Field(description="When a person last checked it with the provider, such as 2025-01-31, or null.")


class ResourcesFile(Entry):
    """Crisis and support contacts by country."""

    countries: dict[str, Words] = Field(min_length=1, description="Codes and names, in the order in which they are offered.")
    contacts: list[ContactEntry] = Field(min_length=1)


# ---- afterwards.yaml ----------------------------------------------------------------------------------------------------
class AfterwardsFile(Entry):
    """What the report of an evening adds to what the group said."""

    practices: SectionId | None = Field(
        None, description="The section whose notebook teaches practices, each under a heading such as '## 1 · Take it slowly'."
    )
    supervision: list[Words] = Field([], description="Questions for whoever led; about moments and oneself, never about a person.")


# ---- coverage.yaml ------------------------------------------------------------------------------------------------------
class PointEntry(Entry):
    """One thing that the source texts teach."""

    item: Words = Field(description="What it is, in a few words of our own.")
    phrase: Words = Field(description="A few words that stand in the notebook, where it is taught.")
    part_of: Words | None = Field(None, description="The list to which it belongs, if any.")
    polls: list[Name] | None = Field(None, description="The polls about it; where left out, all of the section's own.")


class SourceEntry(Entry):
    """A part of a source text, and the section that teaches it."""

    source: Words
    section: SectionId
    points: list[PointEntry] = Field(min_length=1)


class CoverageFile(Entry):
    """What the source texts teach, and where the workshop teaches it."""

    coverage: list[SourceEntry] = Field(min_length=1)


# ---- notebooks ----------------------------------------------------------------------------------------------------------
class CellEntry(BaseModel):
    """A cell of a notebook; Jupyter decides what else it has."""

    cell_type: str
    id: str = ""
    source: str | list[str] = ""
    outputs: list[Any] = []
    execution_count: int | None = None

    @property
    def text(self) -> str:
        """What stands in the cell."""
        return self.source if isinstance(self.source, str) else "".join(self.source)

    @property
    def program(self) -> ast.Module | None:
        """What stands in a cell of code, or None where it is not plain Python."""
        try:
            return ast.parse(self.text)
        except SyntaxError:
            return None


class NotebookFile(BaseModel):
    """A notebook."""

    cells: list[CellEntry]
    metadata: dict[str, Any]

    @property
    def prose(self) -> list[tuple[int, str]]:
        """The text of every cell of prose, with its place."""
        return [(at, cell.text) for at, cell in enumerate(self.cells) if cell.cell_type == "markdown"]

    @property
    def code(self) -> list[tuple[int, CellEntry]]:
        """Every cell of code, with its place."""
        return [(at, cell) for at, cell in enumerate(self.cells) if cell.cell_type == "code"]
