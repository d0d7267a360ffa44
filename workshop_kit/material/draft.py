"""Draft: the files of a workshop folder, each in its shape, before anyone has looked at how they fit together.

::

    intimacy/
      workshop.yaml     sections in order, and plans
      polls.yaml        polls, each of which says to which section it belongs
      closing.yaml      questions for the end of any meeting (may be left out)
      guide/06.yaml     the facilitator's guide to a section
      afterwards.yaml   what a report adds when people have gone (may be left out)
      coverage.yaml     what the source texts teach, and where the workshop teaches it (may be left out)
    resources.yaml      crisis and support contacts by country (may be left out)

The notebooks lie where they can be opened, in a folder of their own.

A draft whose parts fit together becomes a `Workshop`. Whether they do is for `rules` to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from workshop_kit.material.documents import Document, Shape, load
from workshop_kit.material.faults import Fault, Unfit
from workshop_kit.material.places import RESOURCES
from workshop_kit.material.shapes import (
    AfterwardsFile,
    AskedEntry,
    BlockEntry,
    ClosingFile,
    CoverageFile,
    GuideFile,
    NotebookFile,
    PlanEntry,
    PollsFile,
    ResourcesFile,
    SectionEntry,
    StepEntry,
    WorkshopFile,
)
from workshop_kit.polls import Poll
from workshop_kit.workshop import Agreement, Block, Guide, Plan, Section, Step, Workshop

GUIDES: Final = "guide"
CLOSING: Final = "closing.yaml"
AFTERWARDS: Final = "afterwards.yaml"
COVERAGE: Final = "coverage.yaml"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was read. The later fields stay empty where only a workshop is wanted, and not a check of all around it.

    `guides` has the name of each guide's file, without its ending; `notebooks` has the ids of sections.
    """

    outline: Document[WorkshopFile]
    polls: Document[PollsFile]
    guides: Mapping[str, Document[GuideFile]]
    closing: Document[ClosingFile] | None = None
    notebooks: Mapping[str, Document[NotebookFile]] = field(default_factory=dict)
    afterwards: Document[AfterwardsFile] | None = None
    coverage: Document[CoverageFile] | None = None
    resources: Document[ResourcesFile] | None = None
    today: date | None = None

    @property
    def sections(self) -> tuple[SectionEntry, ...]:
        """The sections in the order in which they are led."""
        return tuple(self.outline.shape.sections)

    def section(self, name: str) -> SectionEntry | None:
        """Return a section by its id, if there is one."""
        return next((each for each in self.sections if each.id == name), None)

    def polls_of(self, section: str) -> tuple[AskedEntry, ...]:
        """Return the polls that belong to a section, without those that it only asks again."""
        return tuple(each for each in self.polls.shape.polls if each.section == section)

    def asked_in(self, section: str) -> tuple[str, ...]:
        """Return the ids of all polls that are asked in a section, its own first."""
        again = [each.id for each in self.polls.shape.polls if section in each.again]
        return (*(each.id for each in self.polls_of(section)), *again)

    def each_poll(self) -> Iterator[tuple[int, AskedEntry]]:
        """Yield every poll with its place in the file."""
        yield from enumerate(self.polls.shape.polls)

    def workshop(self) -> Workshop:
        """Return the workshop; the rules of `rules.fit` are known to hold."""
        outline = self.outline.shape
        return Workshop(
            outline.id,
            outline.title,
            tuple(self._section(each) for each in outline.sections),
            tuple(_plan(each) for each in outline.plans),
            tuple(Agreement(each.name, each.words, each.card) for each in outline.agreements),
            tuple(_closing_polls(self.closing.shape)) if self.closing else (),
            outline.language,
        )

    def _section(self, entry: SectionEntry) -> Section:
        guide = self.guides.get(entry.id)
        heaviness = guide.shape.intensity if guide else 1
        polls = tuple(as_poll(each) for each in self.polls_of(entry.id))
        return Section(
            id=entry.id,
            title=entry.title,
            notebook=entry.notebook,
            sources=tuple(entry.sources),
            # A light question in a heavy section is asked of people who have just heard heavy things.
            polls=tuple(replace(poll, intensity=max(poll.intensity, heaviness)) for poll in polls),
            guide=_guide(guide.shape) if guide else None,
        )


def drafted(folder: Path) -> Draft:
    """Return what is needed of a folder to lead the workshop.

    Raises
    ------
    Unfit
        If a file is missing, is not YAML, or does not hold what it should; with every such fault in every file.
    """
    faults: list[Fault] = []
    outline = _tried(folder / "workshop.yaml", WorkshopFile, faults)
    polls = _tried(folder / "polls.yaml", PollsFile, faults)
    guides = {file.stem: _tried(file, GuideFile, faults) for file in sorted((folder / GUIDES).glob("*.yaml"))}
    closing = _tried(folder / CLOSING, ClosingFile, faults) if (folder / CLOSING).is_file() else None
    if faults or outline is None or polls is None:
        raise Unfit(faults)
    return Draft(outline, polls, {name: guide for name, guide in guides.items() if guide}, closing)


def with_surroundings(draft: Draft, notebooks: Path, today: date) -> Draft:
    """Return a draft with its notebooks, what it has for afterwards, its coverage and its contacts, as far as they are there.

    Raises
    ------
    Unfit
        If a file that is there does not hold what it should.
    """
    faults: list[Fault] = []
    folder = draft.outline.file.parent
    afterwards, coverage, resources = folder / AFTERWARDS, folder / COVERAGE, folder.parent / RESOURCES
    files = {each.id: notebooks / each.notebook for each in draft.sections}
    loaded = {name: _tried(file, NotebookFile, faults) for name, file in files.items() if file.is_file()}
    complete = replace(
        draft,
        notebooks={name: notebook for name, notebook in loaded.items() if notebook},
        afterwards=_tried(afterwards, AfterwardsFile, faults) if afterwards.is_file() else None,
        coverage=_tried(coverage, CoverageFile, faults) if coverage.is_file() else None,
        resources=_tried(resources, ResourcesFile, faults) if resources.is_file() else None,
        today=today,
    )
    if faults:
        raise Unfit(faults)
    return complete


def as_poll(entry: AskedEntry) -> Poll:
    """Return the poll that an entry describes.

    Raises
    ------
    MaterialError
        If its options do not go together.
    """
    return Poll.from_dict(entry.model_dump(exclude={"again"}))


def _closing_polls(entry: ClosingFile) -> Iterator[Poll]:
    for each in entry.questions:
        yield Poll.from_dict({**each.model_dump(), "kind": "slider", "hint": entry.about})


def _tried(file: Path, shape: type[Shape], faults: list[Fault]) -> Document[Shape] | None:
    try:
        return load(file, shape)
    except Unfit as unfit:
        faults.extend(unfit.faults)
        return None


def _guide(entry: GuideFile) -> Guide:
    return Guide(
        section=entry.section,
        intensity=entry.intensity,
        teach_min=entry.teach_min,
        activity_min=entry.activity_min,
        purpose=entry.purpose,
        say=tuple(entry.say),
        steps=tuple(_step(each) for each in entry.steps),
        debrief=tuple(entry.debrief),
        if_hidden=entry.if_hidden,
        if_one_stands_out=entry.if_one_stands_out,
        if_spread=entry.if_spread,
        if_short=entry.if_short,
        if_long=entry.if_long,
        online=entry.online,
        content_note=entry.content_note,
        content_options=tuple(entry.content_options),
        solo=entry.solo,
        journal_prompt=entry.journal_prompt,
        journal_reflection=entry.journal_reflection,
        if_moved=entry.if_moved,
        if_unmoved=entry.if_unmoved,
        safety=entry.safety,
    )


def _step(entry: StepEntry) -> Step:
    return Step(entry.step, entry.minutes, entry.words, entry.poll)


def _plan(entry: PlanEntry) -> Plan:
    meetings = tuple(tuple(_block(each) for each in meeting) for meeting in entry.meetings)
    return Plan(entry.id, entry.title, entry.meeting_min, meetings, entry.texts)


def _block(entry: BlockEntry) -> Block:
    return Block(entry.block, entry.minutes, entry.section, tuple(entry.polls))
