"""The agenda panel: the plan with its minutes, where the evening stands, and what gives way when something takes longer."""

import time
from collections.abc import Callable

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit.cards.card import UNANSWERED, described, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard
from workshop_kit.client import LedRoom
from workshop_kit.errors import NotNow
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Block, Workshop
from workshop_kit.workshop.agenda import Agenda, Clock


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
        self._workshop, self._now_s, say = workshop, now_s, follower.say
        self.agenda: Agenda | None = None
        self.clock = widgets.HTML()
        self.onward = self.leading(say("cockpit.plan.begin"), self._go_on, "primary", key="n")
        self.parts = described(widgets.Select(options=(), rows=9), say("cockpit.plan.name"))
        self.parts.observe(lambda _: self._name_buttons(), "value")
        self.lead = self.leading(say("cockpit.plan.lead"), lambda room: self._bend(room, "go_to"))
        self.shorten = self.leading(say("cockpit.plan.shorten"), lambda room: self._bend(room, "shorten"), key="s")
        self.leave_out = self.leading(say("cockpit.plan.leave_out"), lambda room: self._bend(room, "leave_out"), key="o")
        self.earlier = self.leading(say("cockpit.plan.earlier"), lambda room: self._bend(room, "earlier", -1))
        self.later = self.leading(say("cockpit.plan.later"), lambda room: self._bend(room, "later", 1))
        self.undo = self.leading(say("cockpit.plan.undo"), LedRoom.undo_agenda, key="u")
        self.further = described(widgets.Dropdown(options=self._further(say)), say("cockpit.plan.further"))
        self.add = self.leading(say("cockpit.plan.add"), self._add)
        bending = row(self.lead, self.shorten, self.leave_out, self.earlier, self.later, self.undo)
        head = widgets.HTML(f"<h2>{say.html('cockpit.plan.name')}</h2>")
        super().__init__(follower, [head, self.clock, self.onward, self.parts, bending, self.further, self.add], framed=False)

    def show(self, state: State | None) -> None:
        """Show the agenda as the room keeps it."""
        if state is None and self.agenda is not None:
            # The room may be back in a moment; the plan is as it was, and the next press looks for the room again.
            return
        kept = state["agenda"] if state else None
        self.agenda = Agenda.from_dict(kept) if kept else None
        self._list()
        further = self._further(self.say)
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
            said = f"<p>{self.say.html('cockpit.plan.not_begun' if self.agenda else 'cockpit.plan.not_chosen')}</p>"
        else:
            here, whole = self._left("part", clock.block_left), self._left("all", clock.meeting_left)
            said = f"<p><b>{escape(here)}</b><br>{escape(whole)}</p>{self._slips(clock)}"
        self.clock.value = readable(said)

    def _go_on(self, room: LedRoom) -> None:
        following = self.agenda.following() if self.agenda else None
        if following is None:
            raise NotNow("cockpit.plan.was_the_last")
        room.bend_agenda("go_to", following)

    def _bend(self, room: LedRoom, act: str, by: int = 0) -> None:
        place = self.parts.value
        if place is None:
            raise NotNow("cockpit.plan.choose_a_part")
        room.bend_agenda(act, place)
        # What was chosen stays chosen, where it stands now.
        self._list(chosen=place + by)

    def _add(self, room: LedRoom) -> None:
        if self.further.value == UNANSWERED or self.parts.value is None:
            raise NotNow("cockpit.plan.choose_a_section")
        room.add_section(self.further.value, self.parts.value)
        self.further.value = UNANSWERED

    def _further(self, say: Language) -> tuple[tuple[str, str | tuple[()]], ...]:
        led = {entry.block.section for entry in self.agenda.entries} if self.agenda else set()
        left_out = [section for section in self._workshop.sections if section.id not in led]
        named = ((say("labels.section", number=section.id, title=section.title), section.id) for section in left_out)
        return ((say("cockpit.plan.choose_one"), UNANSWERED), *named)

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
        self.shorten.description = self.say("cockpit.plan.in_full" if entry and entry.shortened else "cockpit.plan.shorten")
        self.leave_out.description = self.say("cockpit.plan.take_up" if entry and entry.left_out else "cockpit.plan.leave_out")

    def _onward(self, following: int | None) -> str:
        if self.agenda is None or following is None:
            return self.say("cockpit.plan.go_on")
        title = title_of(self._workshop, self.agenda.entries[following].block, self.say)
        return self.say("cockpit.plan.begin_with" if self.agenda.current is None else "cockpit.plan.go_on_to", title=title)

    def _line(self, agenda: Agenda, place: int) -> str:
        entry = agenda.entries[place]
        done = agenda.current is not None and place < agenda.current
        mark = "▶" if place == agenda.current else "✓" if done else "·"
        how = "left_out" if entry.left_out else "short" if entry.shortened else "part"
        title = title_of(self._workshop, entry.block, self.say)
        return self.say(f"cockpit.plan.line.{how}", mark=mark, minutes=entry.minutes, title=title)

    def _left(self, of: str, minutes: int) -> str:
        return self.say(f"cockpit.plan.{'left' if minutes >= 0 else 'over'}_in_{of}", minutes=abs(minutes))

    def _slips(self, clock: Clock) -> str:
        if self.agenda is None or not clock.late:
            return ""
        saves = [
            self.say("cockpit.plan.saves", title=title_of(self._workshop, self.agenda.entries[place].block, self.say), minutes=minutes)
            for place, minutes in self.agenda.reserves()
        ]
        gives = self.say("cockpit.plan.could_give_way", parts=saves) if saves else self.say("cockpit.plan.nothing_gives_way")
        return f"<p><b>{self.say.html('cockpit.plan.late', minutes=clock.late)}</b> {escape(gives)}</p>"


def title_of(workshop: Workshop, block: Block, say: Language) -> str:
    """Return what a part of the plan is called."""
    if block.kind == "section" and block.section:
        return say("labels.section", number=block.section, title=workshop.section(block.section).title)
    return say(f"labels.block.{block.kind}")
