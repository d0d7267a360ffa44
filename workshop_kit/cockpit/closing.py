"""Closing: a few questions about the meeting itself, asked together at its end, and how earlier meetings were answered.

The table below the questions has a row for each meeting on this computer: where the middle of its answers lies and their
middle half, as closely as that group was told, and no closer. It draws no line from one meeting to the next and calls nothing
a change, because other people may have come. Rehearsals are not in it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple

import ipywidgets as widgets

from workshop_kit.cards.card import readable
from workshop_kit.cards.drawn import styled, table_html
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard, latest_run, with_key
from workshop_kit.charts import Table
from workshop_kit.cockpit.block_card import BlockCard
from workshop_kit.disclosure import Outcome, Published, spread
from workshop_kit.disk.journal import spoken
from workshop_kit.errors import SetupError
from workshop_kit.polls import Poll
from workshop_kit.processes.connection import user_folder

if TYPE_CHECKING:
    from workshop_kit.disk.rooms import Results

HEAD: Final = "Meeting by meeting"
NOT_ASKED: Final = "not asked"
NOT_TOLD: Final = "no closer than 0 to 10"
SILENT: Final[dict[Outcome, str]] = {"too_few": "too few answers to show", "too_alike": "cannot be shown"}
HOW_TO_READ: Final = (
    "Each line says between which numbers of the slider, from 0 to 10, the middle of a group's answers lies, and its middle half: as "
    "closely as that group was told. Other people may have come each time, and some may have passed. Two ranges that overlap show "
    "no difference. Two that do not are still only two groups."
)


class Meeting(NamedTuple):
    """The day on which a room was opened, and what was published of each question there; None where it was not asked."""

    day: date
    told: tuple[Published | None, ...]


class ClosingCard(RoomCard):
    """The questions about the meeting, with the meetings so far.

    Parameters
    ----------
    polls
        The questions, in the order in which they stand on the page.
    follower
        Through which they are asked.
    section
        The section in which they are asked.
    is_part
        Whether the card stands in the cockpit, which tells of the room.
    """

    def __init__(self, polls: Sequence[Poll], follower: Follower, section: str, *, is_part: bool = False) -> None:
        self._polls = polls
        self._asked: object = None
        self.block = BlockCard(polls, follower, section, is_part=is_part)
        for button, key in ((self.block.ask, "a"), (self.block.close_polls, "c")):
            with_key(button, key)
        self.trend = widgets.HTML()
        super().__init__(follower, [], below=[self.block, self.trend], framed=False)

    def show(self, state: State | None) -> None:
        """Show the meetings so far, this one included as soon as its questions are closed."""
        asked = [(run["run"], run["phase"] == "open") if run else None for run in (latest_run(state, poll.id) for poll in self._polls)]
        if asked == self._asked:
            return
        self._asked = asked
        try:
            self.trend.value = trend_html(meetings(self._polls), self._polls)
        except SetupError as fault:
            self.complain(str(fault))


def meetings(polls: Sequence[Poll]) -> list[Meeting]:
    """Return the meetings on this computer in which any of some sliders was asked in the same words, the earliest first.

    Where a question was asked more than once in a meeting, its first result counts that shows anything.

    Raises
    ------
    SetupError
        If the results cannot be read.
    """
    # Brings SQLAlchemy along, which no other card needs, and every notebook would wait for.
    from workshop_kit.disk.rooms import FILE, Results

    folder = user_folder()
    if not (folder / FILE).exists():
        return []
    results = Results(folder)
    real = sorted((room.opened_on, room.code) for room in results.rooms() if not room.simulated)
    found = [Meeting(day, _told(results, code, polls)) for day, code in real]
    return [each for each in found if any(each.told)]


def trend_html(meetings: Sequence[Meeting], polls: Sequence[Poll]) -> str:
    """Return meetings as HTML, a row for each; nothing where there is none."""
    if not meetings:
        return ""
    table = Table(("Day", *(poll.question for poll in polls)), tuple((spoken(each.day), *map(_cell, each.told)) for each in meetings))
    about = " ".join(dict.fromkeys(poll.hint for poll in polls if poll.hint))
    # Words of a running text may be broken anywhere; those of a narrow column had better not be.
    scrolls = f'role="region" aria-label="{HEAD}" tabindex="0" style="overflow-x:auto;overflow-wrap:break-word"'
    rows = f"<div {scrolls}>{table_html(table)}</div>"
    return readable(styled(f"<h4>{HEAD}</h4>{rows}<p>{HOW_TO_READ} {escape(about)}</p>"))


def _told(results: "Results", code: str, polls: Sequence[Poll]) -> tuple[Published | None, ...]:
    published = [run.published for run in results.runs(code) if run.published]
    asked = ([each for each in published if _words(each.poll) == _words(poll)] for poll in polls)
    return tuple(next((each for each in some if each.outcome == "shown"), some[0] if some else None) for some in asked)


def _words(poll: Poll) -> tuple[object, ...]:
    return poll.kind, poll.question, poll.low, poll.high


def _cell(published: Published | None) -> str:
    if published is None:
        return NOT_ASKED
    if published.outcome != "shown":
        return SILENT[published.outcome]
    return "; ".join(_ranges(published)) or NOT_TOLD


def _ranges(published: Published) -> Iterator[str]:
    told = spread(published)
    for words, stretch in (("middle", told.middle), ("middle half", told.half)):
        if stretch:
            yield f"{words} {stretch[0]} to {stretch[1]}"
