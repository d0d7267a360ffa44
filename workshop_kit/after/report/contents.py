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
from workshop_kit.after.report.words import PRIVATE, SIMULATED
from workshop_kit.charts import Shown, Table
from workshop_kit.disclosure import Comparison, compare
from workshop_kit.disk.rooms import Phase, RoomRecord, Run
from workshop_kit.errors import SetupError
from workshop_kit.material import Contact, Contacts
from workshop_kit.material.afterwards import Afterwards, Practice
from workshop_kit.workshop import Agreement, BlockKind, Workshop
from workshop_kit.workshop.agenda import Agenda, Entry

_HAPPENED: Final[tuple[Phase, ...]] = ("open", "reading", "closed", "revealed")
# The calendar module would name them in the computer's language, and the report is written in this one.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_BLOCKS: Final[Mapping[BlockKind, str]] = {
    "arrival": "Arriving",
    "section": "Section",
    "break": "Break",
    "slack": "Time to spare",
    "closing": "Closing",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A result, or a comparison of two, with the title of the section that its question belongs to."""

    section: str
    shown: Shown

    @property
    def has_chart(self) -> bool:
        """Whether there is anything to draw. Lines in people's own words are text, and a picture of them could not be cut."""
        return bool(self.table.rows) and self.shown.poll.kind != "text"

    @property
    def table(self) -> Table:
        """The result in rows of words."""
        return charts.table(self.shown)

    @property
    def place(self) -> str:
        """Where the question belongs, and whether it was asked twice."""
        return f"{self.section} · asked before and after" if isinstance(self.shown, Comparison) else self.section


class Offered(NamedTuple):
    """One contact: its words, and in a few more whether somebody has checked them with the provider."""

    contact: str
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
    """A whole report. `aside` is None in the group's edition."""

    title: str
    day: date
    simulated: bool
    sections: tuple[str, ...]
    asked: tuple[Asked, ...]
    held_back: str
    agreements: tuple[Agreement, ...]
    practices: tuple[Practice, ...]
    support: Support
    aside: ForWhoeverLed | None

    @property
    def day_in_words(self) -> str:
        """The day, written so that no country reads it wrongly."""
        return in_words(self.day)

    @property
    def labels(self) -> tuple[str, ...]:
        """What must be read on every page."""
        return (*([SIMULATED] if self.simulated else []), *([PRIVATE] if self.aside else []))

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
        If what is kept of the agenda makes no sense.
    """
    titles = {section.id: section.title for section in workshop.sections}
    agenda = _agenda(record)
    asked = _asked(runs, titles, "revealed")
    return Contents(
        title=workshop.title,
        day=record.opened_on,
        simulated=record.simulated,
        sections=tuple(titles[each] for each in titles if each in _done(agenda, runs)),
        asked=asked,
        held_back=held_back([each.shown for each in asked]),
        agreements=workshop.agreements,
        practices=after.practices,
        support=_support(record, known),
        aside=_aside(record, runs, titles, agenda, after) if facilitator else None,
    )


def held_back(shown: Sequence[Shown]) -> str:
    """Return in one line what is held back in some results, and why."""
    if not shown:
        return "No result was shown in the room, so none stands here."
    silent = sum(not charts.table(each).rows for each in shown)
    cell = min((each.after if isinstance(each, Comparison) else each).policy.cell for each in shown)
    line = (
        f"So that nobody can be picked out, numbers of fewer than {cell} people, or of all but fewer than {cell}, are put together with "
        "others or given as a range"
    )
    if silent:
        of = "the one question" if len(shown) == 1 else f"{silent} of the {len(shown)} questions"
        line += f", and {of} shows no answers, because too few came in or they were too much alike"
    return line + "."


def in_words(day: date) -> str:
    """Return a day in words, such as 4 November 2025, whatever language the computer speaks."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _asked(runs: Sequence[Run], titles: Mapping[str, str], phase: Phase) -> tuple[Asked, ...]:
    published = {run.number: run.published for run in runs}
    found = []
    for run in runs:
        if run.phase == phase and run.published is not None:
            before = published.get(run.before) if run.before is not None else None
            # Whoever reveals a comparison has shown its earlier result with it.
            shown = compare(before, run.published) if before is not None else run.published
            found.append(Asked(_title(run.poll.section, titles), shown))
    return tuple(found)


def _title(section: str | None, titles: Mapping[str, str]) -> str:
    return titles.get(section or "", f"Section {section}" if section else "The meeting itself")


def _agenda(record: RoomRecord) -> Agenda | None:
    try:
        return Agenda.from_dict(record.agenda) if record.agenda else None
    except (KeyError, TypeError, ValueError):
        raise SetupError(
            "What is kept of this room's plan is damaged, so no report can be made of it. Its results are as they were."
        ) from None


def _done(agenda: Agenda | None, runs: Iterable[Run]) -> set[str | None]:
    """Return the sections that were led, or in which something was asked."""
    led = {entry.block.section for place, entry in enumerate(agenda.entries) if _was_led(agenda, place, entry)} if agenda else set()
    return led | {run.poll.section for run in runs if run.phase in _HAPPENED}


def _was_led(agenda: Agenda, place: int, entry: Entry) -> bool:
    return entry.used_s > 0 or place == agenda.current


def _support(record: RoomRecord, known: Contacts) -> Support:
    """Return the contacts of the room's country, or of every country where none was named."""
    countries = [code for code in known.countries if code == record.country] or list(known.countries)
    offered = ((known.countries[code], tuple(_offered(each, record.opened_on) for each in known.for_country(code))) for code in countries)
    return Support(record.local_contact, tuple(offered))


def _offered(contact: Contact, day: date) -> Offered:
    # Where the page is, without what would make it an address that somebody's program follows.
    page = contact.link.partition("://")[2].removesuffix("/")
    return Offered(contact.contact, f"{contact.name}. {contact.about}. {contact.hours}. {page}", _checked(contact, day))


def _checked(contact: Contact, day: date) -> str:
    if contact.last_verified is None:
        return "Not yet checked with them."
    a_while_ago = ", a while ago" if contact.is_stale(day) else ""
    return f"Last checked with them on {in_words(contact.last_verified)}{a_while_ago}."


def _aside(record: RoomRecord, runs: Sequence[Run], titles: Mapping[str, str], agenda: Agenda | None, after: Afterwards) -> ForWhoeverLed:
    # In the order of the workshop, whichever note was written first.
    order = [*titles, *(each for each in record.notes if each not in titles)]
    notes = tuple((_title(each, titles), record.notes[each].strip()) for each in order if record.notes.get(each, "").strip())
    return ForWhoeverLed(
        room=record.code,
        timing=_timing(agenda, titles) if agenda else None,
        notes=notes,
        unseen=_asked(runs, titles, "closed"),
        undecided=sum(run.phase in ("open", "reading") for run in runs),
        supervision=after.supervision,
    )


def _timing(agenda: Agenda, titles: Mapping[str, str]) -> Table:
    planned = sum(entry.block.minutes for entry in agenda.entries)
    used = sum(entry.used_s for entry in agenda.entries)
    total = ("Together", f"{planned} min", _minutes(used), "")
    return Table(("Part", "Planned", "Used", "On the way"), (*_parts(agenda, titles), total))


def _parts(agenda: Agenda, titles: Mapping[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for place, entry in enumerate(agenda.entries):
        block = entry.block
        title = titles.get(block.section or "", "")
        name = title if block.kind == "section" and title else _BLOCKS[block.kind] + (f": {title}" if title else "")
        remarks = {
            "left out": entry.left_out,
            f"shortened to {entry.minutes} min": entry.shortened and not entry.left_out,
            "still being led": place == agenda.current,
            "not led": not (entry.left_out or _was_led(agenda, place, entry)),
        }
        yield name, f"{block.minutes} min", _minutes(entry.used_s), ", ".join(each for each, is_so in remarks.items() if is_so)


def _minutes(seconds: float) -> str:
    if not seconds:
        return "–"
    return f"{round(seconds / 60)} min" if seconds >= 60 else "under 1 min"
