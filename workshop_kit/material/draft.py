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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from workshop_kit.material import RESOURCES, shapes
from workshop_kit.material.documents import Document, Fault, Place, Shape, Unfit, load
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

    outline: Document[shapes.WorkshopFile]
    polls: Document[shapes.PollsFile]
    guides: Mapping[str, Document[shapes.GuideFile]]
    closing: Document[shapes.ClosingFile] | None = None
    notebooks: Mapping[str, Document[shapes.NotebookFile]] = field(default_factory=dict)
    afterwards: Document[shapes.AfterwardsFile] | None = None
    coverage: Document[shapes.CoverageFile] | None = None
    resources: Document[shapes.ResourcesFile] | None = None
    today: date | None = None

    @property
    def sections(self) -> tuple[shapes.SectionEntry, ...]:
        """The sections in the order in which they are led."""
        return tuple(self.outline.shape.sections)

    def polls_of(self, section: str) -> tuple[shapes.AskedEntry, ...]:
        """Return the polls that belong to a section, without those that it only asks again."""
        return tuple(each for each in self.polls.shape.polls if each.section == section)

    def asked_in(self, section: str) -> tuple[str, ...]:
        """Return the ids of all polls that are asked in a section, its own first."""
        again = [each.id for each in self.polls.shape.polls if section in each.again]
        return (*(each.id for each in self.polls_of(section)), *again)

    def asked(self, document: Document[Any], place: Place, poll: str, section: str) -> Iterator[Fault]:
        """Yield a fault at a place that names a poll, unless that poll is asked in the section."""
        asked = self.asked_in(section)
        if poll not in asked:
            name = "not_asked_in" if asked else "none_asked_in"
            yield document.fault(place, f"material.poll.{name}", poll=poll, section=section, polls=asked)

    def each_text(self) -> Iterator[tuple[Document[Any], Place, str, str]]:
        """Yield everything that people read in the polls and the questions at the end: file, place, text, and whose it is, by id."""
        asked: list[tuple[Document[Any], str, Sequence[Any]]] = [(self.polls, "polls", self.polls.shape.polls)]
        if self.closing:
            asked.append((self.closing, "questions", self.closing.shape.questions))
        for document, within, entries in asked:
            for at, entry in enumerate(entries):
                texts: dict[Place, str | None] = {(key,): getattr(entry, key, None) for key in ("question", "hint", "low", "high")}
                options = enumerate(getattr(entry, "options", ()))
                texts |= {("options", nth): getattr(option, "label", option) for nth, option in options}
                yield from ((document, (within, at, *place), text, entry.id) for place, text in texts.items() if text)

    def each_meeting(self) -> Iterator[tuple[Place, shapes.PlanEntry, list[shapes.BlockEntry]]]:
        """Yield every meeting of every plan with its place in the file."""
        for which, plan in enumerate(self.outline.shape.plans):
            for nth, meeting in enumerate(plan.meetings):
                yield ("plans", which, "meetings", nth), plan, meeting

    def each_block(self) -> Iterator[tuple[Place, shapes.BlockEntry]]:
        """Yield every block of every plan with its place in the file."""
        for place, _, meeting in self.each_meeting():
            yield from (((*place, at), block) for at, block in enumerate(meeting))

    def each_notebook(self) -> Iterator[tuple[shapes.SectionEntry, Document[shapes.NotebookFile]]]:
        """Yield every section whose notebook is there, with its notebook."""
        yield from ((each, self.notebooks[each.id]) for each in self.sections if each.id in self.notebooks)

    def workshop(self) -> Workshop:
        """Return the workshop; the rules of `rules.fit` are known to hold."""
        outline = self.outline.shape
        return Workshop(
            outline.id,
            outline.title,
            tuple(self._section(each) for each in outline.sections),
            tuple(_plan(each) for each in outline.plans),
            tuple(Agreement(**each.plain()) for each in outline.agreements),
            tuple(_closing(self.closing.shape)) if self.closing else (),
            outline.language,
        )

    def _section(self, entry: shapes.SectionEntry) -> Section:
        guide = self.guides.get(entry.id)
        heaviness = guide.shape.intensity if guide else 1
        # A light question in a heavy section is asked of people who have just heard heavy things.
        polls = [replace(poll, intensity=max(poll.intensity, heaviness)) for poll in map(as_poll, self.polls_of(entry.id))]
        return Section(**entry.plain(), polls=tuple(polls), guide=_guide(guide.shape) if guide else None)


def drafted(folder: Path) -> Draft:
    """Return what is needed of a folder to lead the workshop, or raise `Unfit` with every fault in every file."""
    faults: list[Fault] = []
    outline = _tried(folder / "workshop.yaml", shapes.WorkshopFile, faults)
    polls = _tried(folder / "polls.yaml", shapes.PollsFile, faults)
    guides = {file.stem: _tried(file, shapes.GuideFile, faults) for file in sorted((folder / GUIDES).glob("*.yaml"))}
    closing = _if_there(folder / CLOSING, shapes.ClosingFile, faults)
    if faults or outline is None or polls is None:
        raise Unfit(faults)
    return Draft(outline, polls, {name: guide for name, guide in guides.items() if guide}, closing)


def with_surroundings(draft: Draft, notebooks: Path, today: date) -> Draft:
    """Return a draft with what is there of notebooks, coverage, contacts and for afterwards, or raise `Unfit` if that is faulty."""
    faults: list[Fault] = []
    folder = draft.outline.file.parent
    loaded = {each.id: _if_there(notebooks / each.notebook, shapes.NotebookFile, faults) for each in draft.sections}
    complete = replace(
        draft,
        notebooks={name: notebook for name, notebook in loaded.items() if notebook},
        afterwards=_if_there(folder / AFTERWARDS, shapes.AfterwardsFile, faults),
        coverage=_if_there(folder / COVERAGE, shapes.CoverageFile, faults),
        resources=_if_there(folder.parent / RESOURCES, shapes.ResourcesFile, faults),
        today=today,
    )
    if faults:
        raise Unfit(faults)
    return complete


def as_poll(entry: shapes.AskedEntry) -> Poll:
    """Return the poll that an entry describes, or raise `MaterialError` if its options do not go together."""
    return Poll.from_dict(entry.model_dump(exclude={"again"}))


def _if_there(file: Path, shape: type[Shape], faults: list[Fault]) -> Document[Shape] | None:
    return _tried(file, shape, faults) if file.is_file() else None


def _tried(file: Path, shape: type[Shape], faults: list[Fault]) -> Document[Shape] | None:
    try:
        return load(file, shape)
    except Unfit as unfit:
        faults.extend(unfit.faults)
        return None


def _guide(entry: shapes.GuideFile) -> Guide:
    return Guide(**entry.plain() | {"steps": tuple(Step(**each.plain()) for each in entry.steps)})


def _closing(entry: shapes.ClosingFile) -> Iterator[Poll]:
    yield from (Poll.from_dict({**each.plain(), "kind": "slider", "hint": entry.about}) for each in entry.questions)


def _plan(entry: shapes.PlanEntry) -> Plan:
    meetings = [[Block(each.block, each.minutes, each.section, tuple(each.polls)) for each in meeting] for meeting in entry.meetings]
    return Plan(entry.id, entry.title, entry.meeting_min, tuple(map(tuple, meetings)), entry.texts)
