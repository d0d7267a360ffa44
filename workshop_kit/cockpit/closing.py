"""Closing: a few questions about the meeting itself, asked together at its end, and how earlier meetings were answered.

The table below the questions has a row for each meeting on this computer: where the middle of its answers lies and their
middle half, as closely as that group was told, and no closer. It draws no line from one meeting to the next and calls nothing
a change, because other people may have come. Rehearsals are not in it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit.cards.card import readable
from workshop_kit.cards.drawn import styled, table_html
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard, latest_run, with_key
from workshop_kit.charts import Table
from workshop_kit.cockpit.poll_card import BlockCard
from workshop_kit.disclosure import Published, spread
from workshop_kit.errors import WorkshopError
from workshop_kit.polls import Poll
from workshop_kit.words.catalog import Language

# The day on which a room was opened, and what was published in it, in the order in which it was asked.
Earlier: TypeAlias = tuple[date, Sequence[Published]]


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
        room = self._follower.room
        if state is None or room is None:
            return
        runs = [latest_run(state, poll.id) for poll in self._polls]
        asked = (state["code"], [(run["run"], run["phase"] == "open") if run else None for run in runs])
        if asked == self._asked:
            return
        self._asked = asked
        try:
            earlier = [(each.opened_on, room.results(each.code)) for each in room.rooms() if not each.simulated]
            self.trend.value = trend_html(meetings(earlier, self._polls), self._polls, self.say)
        except WorkshopError as fault:
            self.complain(self.say.error(fault))


def meetings(earlier: Iterable[Earlier], polls: Sequence[Poll]) -> list[Meeting]:
    """Return the meetings in which any of some sliders was asked in the same words, the earliest first.

    Where a question was asked more than once in a meeting, its first result counts that shows anything.
    """
    found = [Meeting(day, _told(published, polls)) for day, published in sorted(earlier, key=lambda each: each[0])]
    return [each for each in found if any(each.told)]


def trend_html(meetings: Sequence[Meeting], polls: Sequence[Poll], say: Language) -> str:
    """Return meetings as HTML, a row for each; nothing where there is none."""
    if not meetings:
        return ""
    rows = tuple((say("words.day", day=each.day), *(_cell(told, say) for told in each.told)) for each in meetings)
    table = table_html(Table((say("cockpit.trend.day"), *(poll.question for poll in polls)), rows))
    about = " ".join(dict.fromkeys(poll.hint for poll in polls if poll.hint))
    head, how = escape(say("cockpit.trend.head")), say.html("cockpit.trend.how_to_read")
    # Words of a running text may be broken anywhere; those of a narrow column had better not be.
    scrolls = f'role="region" aria-label="{head}" tabindex="0" style="overflow-x:auto;overflow-wrap:break-word"'
    return readable(styled(f"<h4>{head}</h4><div {scrolls}>{table}</div><p>{how} {escape(about)}</p>"))


def _told(published: Sequence[Published], polls: Sequence[Poll]) -> tuple[Published | None, ...]:
    asked = ([each for each in published if _words(each.poll) == _words(poll)] for poll in polls)
    return tuple(next((each for each in some if each.outcome == "shown"), some[0] if some else None) for some in asked)


def _words(poll: Poll) -> tuple[object, ...]:
    return poll.kind, poll.question, poll.low, poll.high


def _cell(published: Published | None, say: Language) -> str:
    if published is None:
        return say("cockpit.trend.not_asked")
    if published.outcome != "shown":
        return say(f"cockpit.trend.{published.outcome}")
    told = spread(published)
    stretches = {"middle": told.middle, "half": told.half}
    said = [say(f"cockpit.trend.{name}", first=each[0], last=each[1]) for name, each in stretches.items() if each]
    return "; ".join(said) or say("cockpit.trend.not_told")
