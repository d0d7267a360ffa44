"""Contents: what stands in a report, before it has any looks.

The page and the PDF are both made from one `Contents`, so they cannot say different things. What the group said comes from
Published results and comparisons of them alone. There are two editions:

* the group's has only what the room has seen: results that are revealed now. What was closed and never shown, or was hidden
  again, is not in it;
* the facilitator's has those as well, and how long things took, notes, and questions for supervision.

Nothing here asks what time it is. The day of a report is the day on which its room was opened, so the same room gives the same
report whenever it is made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from workshop_kit import charts
from workshop_kit.charts import Shown, Table
from workshop_kit.disclosure import Comparison, compare
from workshop_kit.disk.rooms import Phase, RoomRecord, Run
from workshop_kit.errors import SetupError
from workshop_kit.material import Contact, Contacts
from workshop_kit.material.afterwards import Afterwards, Practice
from workshop_kit.words.catalog import Language, language
from workshop_kit.workshop import Workshop
from workshop_kit.workshop.agenda import Agenda, Entry

_HAPPENED: Final[tuple[Phase, ...]] = ("open", "reading", "sealed", "closed", "revealed")


@dataclass(frozen=True, slots=True)
class Asked:
    """A result, or a comparison of two, with the title of the section that its question belongs to."""

    section: str
    shown: Shown
    say: Language

    @property
    def has_chart(self) -> bool:
        """Whether there is anything to draw. Lines in people's own words are text, and a picture of them could not be cut."""
        return bool(self.table.rows) and not self.is_free_text

    @property
    def is_free_text(self) -> bool:
        """Whether it holds people's own words, in whatever language they chose."""
        return self.shown.poll.kind == "text"

    @property
    def table(self) -> Table:
        """The result in rows of words."""
        return charts.table(self.shown, self.say)

    @property
    def finding(self) -> str:
        """What stands out."""
        return charts.finding(self.shown, self.say)

    @property
    def note(self) -> str:
        """The small print below it."""
        return charts.note(self.shown, self.say)

    @property
    def place(self) -> str:
        """Where the question belongs, and whether it was asked twice."""
        return self.say("report.asked_twice", section=self.section) if isinstance(self.shown, Comparison) else self.section


class Offered(NamedTuple):
    """One contact: its words, with their emphasis, and in a few more whether somebody has checked them with the provider."""

    words: str
    checked: str


@dataclass(frozen=True, slots=True)
class Support:
    """Whom people can turn to: somebody near by, and contacts by the name of their country."""

    near: str | None
    countries: tuple[tuple[str, tuple[Offered, ...]], ...]


@dataclass(frozen=True, slots=True)
class ForWhoeverLed:
    """What only the facilitator's edition has.

    `unseen` are results that the group has not seen, `undecided` is the number of polls without a result as yet, `notes` has
    the title of a section and what was written about it.
    """

    room: str
    timing: Table | None
    notes: tuple[tuple[str, str], ...]
    unseen: tuple[Asked, ...]
    undecided: int
    supervision: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole report, in one language. `agreements` have their emphasis. `aside` is None in the group's edition."""

    say: Language
    title: str
    day: date
    simulated: bool
    sections: tuple[str, ...]
    asked: tuple[Asked, ...]
    held_back: str
    agreements: tuple[str, ...]
    practices: tuple[Practice, ...]
    support: Support
    aside: ForWhoeverLed | None

    @property
    def whole_title(self) -> str:
        """What the report is called outside of it: the workshop, the day, and the edition if it is not the group's."""
        return self.say("report.title_own" if self.aside else "report.title", title=self.title, day=self.day)

    @property
    def subtitle(self) -> str:
        """The day, and the edition if it is not the group's."""
        return self.say("report.day_own" if self.aside else "words.day", day=self.day)

    @property
    def labels(self) -> tuple[str, ...]:
        """What must be read on every page."""
        return tuple(self.say(f"report.{name}") for name, is_so in (("simulated", self.simulated), ("own", self.aside)) if is_so)

    @property
    def every(self) -> tuple[Asked, ...]:
        """All that is drawn, in the order in which it stands in the report."""
        return (*self.asked, *(self.aside.unseen if self.aside else ()))


def contents(
    record: RoomRecord, runs: Sequence[Run], workshop: Workshop, known: Contacts, after: Afterwards, *, facilitator: bool
) -> Contents:
    """Return what stands in the report of a room.

    Parameters
    ----------
    record, runs
        The room and its runs, as they are kept.
    workshop
        The material that was led; what it no longer has is called by its number.
    known
        All contacts there are.
    after
        The practices to take home, and questions for supervision.
    facilitator
        Whether this is the facilitator's edition.

    Raises
    ------
    SetupError
        If what is kept of the agenda makes no sense, or there are no words in the workshop's language.
    """
    say = language(workshop.language)
    titles = {section.id: section.title for section in workshop.sections}
    agenda = _agenda(record)
    asked = _asked(runs, titles, "revealed", say)
    return Contents(
        say=say,
        title=workshop.title,
        day=record.opened_on,
        simulated=record.simulated,
        sections=tuple(titles[each] for each in titles if each in _done(agenda, runs)),
        asked=asked,
        held_back=held_back([each.shown for each in asked], say),
        agreements=tuple(say("report.agreement", name=each.name, words=each.words) for each in workshop.agreements),
        practices=after.practices,
        support=_support(record, known, say),
        aside=_aside(record, runs, titles, agenda, after, say) if facilitator else None,
    )


def held_back(shown: Sequence[Shown], say: Language) -> str:
    """Return in one line what is held back in some results, and why."""
    if not shown:
        return say("report.nothing_shown")
    silent = sum(not charts.table(each, say).rows for each in shown)
    cell = min((each.after if isinstance(each, Comparison) else each).policy.cell for each in shown)
    if silent:
        name = "report.held_back.only_one_silent" if len(shown) == 1 else "report.held_back.some_silent"
        return say(name, n=silent, questions=len(shown), cell=cell)
    return say("report.held_back", cell=cell)


def _asked(runs: Sequence[Run], titles: Mapping[str, str], phase: Phase, say: Language) -> tuple[Asked, ...]:
    published = {run.number: run.published for run in runs}
    found = []
    for run in runs:
        if run.phase == phase and run.published is not None:
            before = published.get(run.before) if run.before is not None else None
            # Whoever reveals a comparison has shown its earlier result with it.
            shown = compare(before, run.published) if before is not None else run.published
            found.append(Asked(_title(run.poll.section, titles, say), shown, say))
    return tuple(found)


def _title(section: str | None, titles: Mapping[str, str], say: Language) -> str:
    if not section:
        return say("report.meeting_itself")
    return titles.get(section) or say("report.section_gone", section=section)


def _agenda(record: RoomRecord) -> Agenda | None:
    try:
        return Agenda.from_dict(record.agenda) if record.agenda else None
    except (KeyError, TypeError, ValueError):
        raise SetupError("report.damaged_plan") from None


def _done(agenda: Agenda | None, runs: Iterable[Run]) -> set[str | None]:
    """Return the sections that were led, or in which something was asked."""
    led = {entry.block.section for place, entry in enumerate(agenda.entries) if _was_led(agenda, place, entry)} if agenda else set()
    return led | {run.poll.section for run in runs if run.phase in _HAPPENED}


def _was_led(agenda: Agenda, place: int, entry: Entry) -> bool:
    return entry.used_s > 0 or place == agenda.current


def _support(record: RoomRecord, known: Contacts, say: Language) -> Support:
    """Return the contacts of the room's country, or of every country where none was named."""
    countries = [code for code in known.countries if code == record.country] or list(known.countries)
    offered = (
        (known.countries[code], tuple(_offered(each, record.opened_on, say) for each in known.for_country(code))) for code in countries
    )
    return Support(record.local_contact, tuple(offered))


def _offered(contact: Contact, day: date, say: Language) -> Offered:
    # Where the page is, without what would make it an address that somebody's program follows.
    page = contact.link.partition("://")[2].removesuffix("/")
    told = {"contact": contact.contact, "name": contact.name, "about": contact.about, "hours": contact.hours, "page": page}
    checked = "unchecked" if contact.last_verified is None else "checked_long_ago" if contact.is_stale(day) else "checked"
    return Offered(say("report.contact", **told), say(f"report.contact_{checked}", day=contact.last_verified))


def _aside(
    record: RoomRecord, runs: Sequence[Run], titles: Mapping[str, str], agenda: Agenda | None, after: Afterwards, say: Language
) -> ForWhoeverLed:
    # In the order of the workshop, whichever note was written first.
    order = [*titles, *(each for each in record.notes if each not in titles)]
    notes = tuple((_title(each, titles, say), record.notes[each].strip()) for each in order if record.notes.get(each, "").strip())
    return ForWhoeverLed(
        room=record.code,
        timing=_timing(agenda, titles, say) if agenda else None,
        notes=notes,
        unseen=_asked(runs, titles, "closed", say),
        undecided=sum(run.phase in ("open", "reading", "sealed") for run in runs),
        supervision=after.supervision,
    )


def _timing(agenda: Agenda, titles: Mapping[str, str], say: Language) -> Table:
    planned = sum(entry.block.minutes for entry in agenda.entries)
    used = sum(entry.used_s for entry in agenda.entries)
    total = (say("report.timing.together"), say("report.timing.minutes", n=planned), _used(used, say), "")
    head = tuple(say(f"report.timing.{column}") for column in ("part", "planned", "used", "remark"))
    return Table(head, (*_parts(agenda, titles, say), total))


def _parts(agenda: Agenda, titles: Mapping[str, str], say: Language) -> Iterator[tuple[str, str, str, str]]:
    for place, entry in enumerate(agenda.entries):
        block = entry.block
        title, name = titles.get(block.section or "", ""), say(f"labels.block.{block.kind}")
        if title:
            name = title if block.kind == "section" else say("report.timing.titled", block=name, title=title)
        yield name, say("report.timing.minutes", n=block.minutes), _used(entry.used_s, say), _remark(agenda, place, entry, say)


def _remark(agenda: Agenda, place: int, entry: Entry, say: Language) -> str:
    if entry.left_out:
        return say("report.remark.left_out")
    became = "being_led" if place == agenda.current else "" if _was_led(agenda, place, entry) else "not_led"
    name = "_".join(each for each in ("shortened" if entry.shortened else "", became) if each)
    return say(f"report.remark.{name}", minutes=entry.minutes) if name else ""


def _used(seconds: float, say: Language) -> str:
    if not seconds:
        return say("report.timing.none")
    return say("report.timing.minutes", n=round(seconds / 60)) if seconds >= 60 else say("report.timing.under_a_minute")
