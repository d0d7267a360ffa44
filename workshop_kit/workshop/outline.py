"""A workshop as a thing to lead: its sections in order, the polls and the guide of each, and plans for an evening.

The prose lives in the notebooks, one for each section; the files that describe a workshop are read by `material`.
Minutes are whole minutes throughout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from workshop_kit.errors import Unknown
from workshop_kit.polls import Poll

StepName: TypeAlias = Literal["think", "poll", "chart", "pairs", "together", "takeaway"]
BlockKind: TypeAlias = Literal["arrival", "section", "break", "slack", "closing"]

# How long a section takes of which no guide says it, in minutes: our own guess.
UNGUIDED_MIN: Final = 15


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a section's activity; `poll` names the poll that is asked in it, if any."""

    step: StepName
    minutes: int
    words: str
    poll: str | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """What a facilitator is given to lead a section: words, steps, and what to do when things go otherwise.

    `if_hidden` is for a chart that is not shown because too few answered; `if_one_stands_out` and `if_spread` for what a
    chart may look like; `if_moved` and `if_unmoved`, in a section that asks a poll again, for how it compares with the
    chart from before. `solo` replaces the exercise in pairs for whoever is alone or would rather be. `safety` is a word
    that must be said.
    """

    section: str
    intensity: int
    teach_min: int
    activity_min: int
    purpose: str
    say: tuple[str, ...]
    steps: tuple[Step, ...]
    debrief: tuple[str, ...]
    if_hidden: str
    if_one_stands_out: str
    if_spread: str
    if_short: str
    if_long: str
    online: str
    content_note: str
    content_options: tuple[str, ...]
    solo: str
    journal_prompt: str
    journal_reflection: str
    if_moved: str | None = None
    if_unmoved: str | None = None
    safety: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a meeting: arrival, a section with the polls to be asked in it, a break, slack, or closing."""

    kind: BlockKind
    minutes: int
    section: str | None = None
    polls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A running order: one meeting or several, each a row of blocks that fill its minutes exactly.

    `texts` says whether polls in people's own words may be asked in it.
    """

    id: str
    title: str
    meeting_min: int
    meetings: tuple[tuple[Block, ...], ...]
    texts: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a workshop: one notebook, with the polls asked in it.

    `sources` names the parts of the source texts that the section teaches.
    """

    id: str
    title: str
    notebook: str
    sources: tuple[str, ...]
    polls: tuple[Poll, ...]
    guide: Guide | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Something that a group is asked to agree on before it begins.

    `words` may hold ``*emphasis*``, as in a notebook. `card` is the one sentence of it that stands on a card for a seat; where
    it is None, the poster on the wall is enough.
    """

    name: str
    words: str
    card: str | None = None


@dataclass(frozen=True, slots=True)
class Workshop:
    """A whole workshop: its sections in the order in which they are led, plans that say when to lead which, and agreements.

    `closing` are questions about the meeting itself, to be asked together at the end of any. They belong to no section. `language`
    is the tag of the language in which all of it is written, and in which everything around it is said.
    """

    id: str
    title: str
    sections: tuple[Section, ...]
    plans: tuple[Plan, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    closing: tuple[Poll, ...] = ()
    language: str = "en"

    @property
    def polls(self) -> Mapping[str, Poll]:
        """Every poll of the workshop by its id, in the order in which they are asked."""
        polls = [*(poll for section in self.sections for poll in section.polls), *self.closing]
        return {poll.id: poll for poll in polls}

    def poll(self, name: str) -> Poll:
        """Return a poll by its id.

        Raises
        ------
        Unknown
            If the workshop has no such poll.
        """
        if name not in self.polls:
            raise Unknown("workshop.no_poll")
        return self.polls[name]

    def section(self, name: str) -> Section:
        """Return a section by its id, such as ``"06"``.

        Raises
        ------
        Unknown
            If the workshop has no such section.
        """
        for section in self.sections:
            if section.id == name:
                return section
        raise Unknown("workshop.no_section", sections=[each.id for each in self.sections])

    def block_of(self, section: str, plan: str) -> Block:
        """Return a section as a block for a plan that leaves it out: as long as its guide says, with the polls that the plan allows.

        Raises
        ------
        Unknown
            If the workshop has no such section or plan.
        """
        found, led_by = self.section(section), self.plan(plan)
        minutes = found.guide.teach_min + found.guide.activity_min if found.guide else UNGUIDED_MIN
        return Block("section", minutes, found.id, tuple(poll.id for poll in found.polls if self.allows(poll, led_by.id)))

    def allows(self, poll: Poll, plan: str | None) -> bool:
        """Return whether a poll may be asked by a plan: one in people's own words only where the plan says so.

        Raises
        ------
        Unknown
            If the workshop has no such plan; None stands for leading by no plan.
        """
        texts = plan is not None and self.plan(plan).texts
        return texts or poll.kind != "text"

    def plan(self, name: str) -> Plan:
        """Return a plan by its id, such as ``"evening"``.

        Raises
        ------
        Unknown
            If the workshop has no such plan.
        """
        for plan in self.plans:
            if plan.id == name:
                return plan
        if not self.plans:
            raise Unknown("workshop.has_no_plans")
        raise Unknown("workshop.no_plan", plans=[each.id for each in self.plans])
