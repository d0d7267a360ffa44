"""The agenda panel: the plan with its minutes, where the evening stands, and what gives way when something takes longer."""

import time
from collections.abc import Callable, Sequence
from html import escape
from typing import Final

import ipywidgets as widgets

from workshop_kit.cards.card import UNANSWERED, described, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard
from workshop_kit.client import LedRoom
from workshop_kit.errors import NotNow
from workshop_kit.workshop import Block, BlockKind, Workshop
from workshop_kit.workshop.agenda import Agenda, Clock, Entry

TITLES: Final[dict[BlockKind, str]] = {
    "arrival": "Arriving",
    "section": "Section",
    "break": "Break",
    "slack": "Time to spare",
    "closing": "Closing",
}
NOT_CHOSEN: Final = "No plan has been chosen yet. The checklist comes first."
NOT_BEGUN: Final = "The evening has not begun."


class AgendaPanel(RoomCard):
    """The plan, the clock, and the buttons to bend the plan with.

    Parameters
    ----------
    workshop
        For the titles of sections.
    follower
        Through which the agenda is read and kept in the room.
    now_s
        The time, in seconds since 1970.
    """

    def __init__(self, workshop: Workshop, follower: Follower, now_s: Callable[[], float] = time.time) -> None:
        self._workshop, self._now_s = workshop, now_s
        self.agenda: Agenda | None = None
        self.clock = widgets.HTML()
        self.onward = self.leading("Begin", self._go_on, "primary", key="n")
        self.parts = described(widgets.Select(options=(), rows=9), "The plan")
        self.parts.observe(lambda _: self._name_buttons(), "value")
        self.lead = self.leading("Lead this part", lambda room: self._bend(room, "go_to"))
        self.shorten = self.leading("Shorten", lambda room: self._bend(room, "shorten"), key="s")
        self.leave_out = self.leading("Leave out", lambda room: self._bend(room, "leave_out"), key="o")
        self.earlier = self.leading("Earlier", lambda room: self._bend(room, "earlier", -1))
        self.later = self.leading("Later", lambda room: self._bend(room, "later", 1))
        self.undo = self.leading("Undo", LedRoom.undo_agenda, key="u")
        self.further = described(widgets.Dropdown(options=self._further()), "A section that the plan leaves out")
        self.add = self.leading("Add it after the chosen part", self._add)
        bending = row(self.lead, self.shorten, self.leave_out, self.earlier, self.later, self.undo)
        super().__init__(
            follower,
            [widgets.HTML("<h2>The plan</h2>"), self.clock, self.onward, self.parts, bending, self.further, self.add],
            framed=False,
        )

    def show(self, state: State | None) -> None:
        """Show the agenda as the room keeps it."""
        if state is None and self.agenda is not None:
            # The room may be back in a moment; the plan is as it was, and the next press looks for the room again.
            return
        kept = state["agenda"] if state else None
        self.agenda = Agenda.from_dict(kept) if kept else None
        self._list()
        further = self._further()
        if self.further.options != further:
            # Given its options anew, it would forget which of them was chosen.
            self.further.options = further
        following = self.agenda.following() if self.agenda else None
        self.onward.disabled = following is None
        self.onward.description = self._onward(following)
        self.undo.disabled = not (state and state["can_undo"])
        self._name_buttons()
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        """Say how much time is left, as of now."""
        clock = self.agenda.clock(self._now_s()) if self.agenda else None
        if self.agenda is None or clock is None:
            said = f"<p>{NOT_BEGUN if self.agenda else NOT_CHOSEN}</p>"
        else:
            said = f"<p><b>{_left(clock.block_left, 'in this part')}</b><br>{_left(clock.meeting_left, 'in all')}</p>{self._slips(clock)}"
        self.clock.value = readable(said)

    def _go_on(self, room: LedRoom) -> None:
        following = self.agenda.following() if self.agenda else None
        if following is None:
            raise NotNow("This was the last part. The room ends with Ctrl-C in the window in which it was started.")
        room.bend_agenda("go_to", following)

    def _bend(self, room: LedRoom, act: str, by: int = 0) -> None:
        place = self.parts.value
        if place is None:
            raise NotNow("Choose a part of the plan first.")
        room.bend_agenda(act, place)
        # What was chosen stays chosen, where it stands now.
        self._list(chosen=place + by)

    def _add(self, room: LedRoom) -> None:
        if self.further.value == UNANSWERED or self.parts.value is None:
            raise NotNow("Choose a section, and in the plan the part after which it should come.")
        room.add_section(self.further.value, self.parts.value)
        self.further.value = UNANSWERED

    def _further(self) -> tuple[tuple[str, str | tuple[()]], ...]:
        led = {entry.block.section for entry in self.agenda.entries} if self.agenda else set()
        left_out = [section for section in self._workshop.sections if section.id not in led]
        return (("Choose one", UNANSWERED), *((f"{section.id} {section.title}", section.id) for section in left_out))

    def _list(self, chosen: int | None = None) -> None:
        agenda = self.agenda
        lines = [(self._line(agenda, place), place) for place in range(len(agenda.entries))] if agenda else []
        chosen = self.parts.value if chosen is None else chosen
        if tuple(lines) != tuple(self.parts.options):
            self.parts.options = lines
        is_there = chosen is not None and chosen < len(lines)
        if self.parts.value != (chosen if is_there else None):
            self.parts.value = chosen if is_there else None

    def _name_buttons(self) -> None:
        place = self.parts.value
        entry = self.agenda.entries[place] if self.agenda and place is not None and place < len(self.agenda.entries) else None
        for button in (self.lead, self.shorten, self.leave_out, self.earlier, self.later, self.add):
            button.disabled = entry is None
        self.shorten.description = "Give full time" if entry and entry.shortened else "Shorten"
        self.leave_out.description = "Take up again" if entry and entry.left_out else "Leave out"

    def _onward(self, following: int | None) -> str:
        if self.agenda is None or following is None:
            return "Go on"
        title = title_of(self._workshop, self.agenda.entries[following].block)
        return f"Begin: {title}" if self.agenda.current is None else f"Go on: {title}"

    def _line(self, agenda: Agenda, place: int) -> str:
        entry = agenda.entries[place]
        done = agenda.current is not None and place < agenda.current
        mark = "▶" if place == agenda.current else "✓" if done else "·"
        return f"{mark} {_minutes(entry)}  {title_of(self._workshop, entry.block)}"

    def _slips(self, clock: Clock) -> str:
        if self.agenda is None or not clock.late:
            return ""
        named = [f"{title_of(self._workshop, self.agenda.entries[place].block)} ({saved} min)" for place, saved in self.agenda.reserves()]
        gives = (
            f"What could give way: {escape(_or(named))}."
            if named
            else "Nothing is left that could give way; it ends later, or something falls out."
        )
        return f"<p><b>As it stands, the end comes {clock.late} min late.</b> {gives}</p>"


def title_of(workshop: Workshop, block: Block) -> str:
    """Return what a part of the plan is called."""
    if block.kind == "section" and block.section:
        return f"{block.section} {workshop.section(block.section).title}"
    return TITLES[block.kind]


def _minutes(entry: Entry) -> str:
    return "left out" if entry.left_out else f"{entry.minutes} min{', short' if entry.shortened else ''}"


def _left(minutes: int, where: str) -> str:
    return f"{minutes} min left {where}" if minutes >= 0 else f"{-minutes} min over {where}"


def _or(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
