"""The section panel: one part of the plan as it is led, with its polls, its guide, its prose, and room for a note.

The polls come first, because what is pressed should stand where the hand expects it. One poll is in hand at a time; so are the
questions at the end of a meeting, which are asked together.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, TypeAlias

import ipywidgets as widgets
from markupsafe import escape

from workshop_kit import material
from workshop_kit.cards.card import labelled, offer, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.guide import guide_html, none_html
from workshop_kit.cards.leading import RoomCard, latest_run, under_way, with_key
from workshop_kit.cockpit.agenda_panel import title_of
from workshop_kit.cockpit.closing import ClosingCard
from workshop_kit.cockpit.poll_card import PollCard
from workshop_kit.workshop import Block, Workshop
from workshop_kit.workshop.agenda import Entry

Together: TypeAlias = tuple[str, ...]
"""The ids of polls that are asked by one act; mostly one poll."""

# Where a poll may stand, from what needs the hand first.
PHASES: Final = ("not_asked", "open", "reading", "sealed", "closed", "revealed")
# Parts of a plan that have a word of their own, for want of a section.
BETWEEN: Final = ("break", "slack")


class SectionPanel(RoomCard):
    """One part of the plan.

    Parameters
    ----------
    workshop
        The whole of which it is a part.
    entry
        The part as the agenda has it.
    follower
        Through which polls are asked.
    """

    def __init__(self, workshop: Workshop, entry: Entry, follower: Follower) -> None:
        self._workshop, self.entry = workshop, entry
        # Its head is written before the card is put together, which hears of the room at once.
        self.say = say = follower.say
        section = workshop.section(entry.block.section) if entry.block.section else None
        self._section = section.id if section else None
        self._guide = guide = section.guide if section else None
        self._polls = list(_asked_in(workshop, entry.block))
        # A card is many widgets, and each of them takes its time; so one is made when it is first taken in hand.
        self.cards: dict[Together, PollCard | ClosingCard] = {}
        self._in_hand = self._asked_last(follower.look())
        self.head = widgets.HTML(readable(self._head()))
        self.which = widgets.HTML()
        self.following = with_key(widgets.Button(description=say("cockpit.section.next_poll"), layout=widgets.Layout(width="auto")), "j")
        self.following.on_click(lambda _: self._take(self._in_hand + 1))
        self.poll = widgets.VBox()
        self.note = labelled(widgets.Textarea(rows=3, continuous_update=False), say("cockpit.section.note"))
        self._kept = ""
        self.note.observe(self._keep_note, "value")
        script = guide_html(guide, section.title, workshop.polls, say) if guide and section else none_html(say) if section else ""
        read = say.html("cockpit.section.what_people_read")
        prose = f"<details><summary>{read}</summary>{prose_html(section.notebook)}</details>" if section else ""
        left = widgets.VBox([row(self.which, self.following), self.poll, self.note]).add_class("workshop-polls")
        right = widgets.VBox([widgets.HTML(script), widgets.HTML(readable(prose))]).add_class("workshop-script")
        has_choice = len(self._polls) > 1
        offer({self.which: has_choice, self.following: has_choice, self.note: section is not None})
        across = widgets.Box([left, right]).add_class("workshop-section")
        super().__init__(follower, [self.head], below=[across], framed=False)
        self._put_in_hand()

    def take_up(self, entry: Entry) -> None:
        """Show the same part as the agenda has it now: shortened, or in full."""
        if entry != self.entry:
            self.entry = entry
            self.head.value = readable(self._head())

    def show(self, state: State | None) -> None:
        """Show which of the polls is in hand, and where the others stand."""
        kept = state["notes"].get(self._section, "") if state else self._kept
        if kept != self._kept:
            self._kept = self.note.value = kept
        lines = [self._standing(place, state) for place in range(len(self._polls))]
        self.which.value = readable(f"<p><small>{' · '.join(lines)}</small></p>")

    def close(self) -> None:
        """Close the panel, with the cards that are not in hand as well."""
        for card in self.cards.values():
            card.close()
        super().close()

    def _take(self, place: int) -> None:
        self._in_hand = place % len(self._polls)
        self._put_in_hand()
        self.show(self._follower.look())

    def _put_in_hand(self) -> None:
        if not self._polls:
            return
        names = self._polls[self._in_hand]
        if names not in self.cards:
            self.cards[names] = self._card(names)
        self.poll.children = (self.cards[names],)

    def _card(self, names: Together) -> PollCard | ClosingCard:
        polls = [self._workshop.poll(name) for name in names]
        if self._section and polls == list(self._workshop.closing):
            return ClosingCard(polls, self._follower, self._section, is_part=True)
        allowed = partial(self._workshop.allows, polls[0])
        return PollCard(polls[0], self._follower, self._section, self._guide, is_part=True, allowed=allowed)

    def _asked_last(self, state: State | None) -> int:
        """Return the place of the poll that is being asked, for a cockpit that was opened anew; otherwise the first."""
        asked = {run["poll"] for run in state["runs"] if run["run"] in under_way(state)} if state else set()
        return next((place for place, names in enumerate(self._polls) if not asked.isdisjoint(names)), 0)

    def _standing(self, place: int, state: State | None) -> str:
        runs = [latest_run(state, name) for name in self._polls[place]]
        # Of several that were asked together, the one that needs the hand first.
        phase = min((run["phase"] if run else "not_asked" for run in runs), key=PHASES.index)
        stands = phase if phase != "not_asked" or self._is_allowed(place, state) else "not_in_plan"
        words = self.say.html(f"cockpit.section.poll.{stands}", number=place + 1)
        return f"<b>{words}</b>" if place == self._in_hand else words

    def _is_allowed(self, place: int, state: State | None) -> bool:
        return state is None or all(self._workshop.allows(self._workshop.poll(name), state["plan"]) for name in self._polls[place])

    def _head(self) -> str:
        block = self.entry.block
        title = title_of(self._workshop, block, self.say)
        section = self._workshop.section(block.section) if block.section else None
        beneath = f"<p>{self.say.html(f'cockpit.section.{block.kind}')}</p>" if block.kind in BETWEEN else ""
        if section and block.kind != "section":
            title = f"{title} · {section.title}"
        if self.entry.shortened and section and section.guide:
            shortened = self.say.html("cockpit.section.shortened")
            beneath += f'<div role="note" class="workshop-short"><p><b>{shortened}</b> {escape(section.guide.if_short)}</p></div>'
        minutes = self.say.html("labels.minutes", n=self.entry.minutes)
        return f"<h2>{escape(title)}</h2><p><small>{minutes}</small></p>{beneath}"

    def _keep_note(self, change: Mapping[str, Any]) -> None:
        section, words = self._section, change["new"]
        # What the room refuses, or cannot hear just now, stays in the field: `_kept` is what the room has.
        if section and words != self._kept:
            self.act(lambda room: room.note(section, words))


def _asked_in(workshop: Workshop, block: Block) -> Iterator[Together]:
    """Yield what is asked in a part, in order: the polls of the plan, in a closing the questions at the end, and what is left."""
    yield from ((name,) for name in dict.fromkeys(block.polls))
    if block.kind == "closing" and block.section and workshop.closing:
        yield tuple(poll.id for poll in workshop.closing)
    if block.section:
        yield from ((poll.id,) for poll in workshop.section(block.section).polls if poll.id not in block.polls)


@cache
def prose_html(notebook: str) -> str:
    """Return the prose of a section's notebook as HTML; nothing where it cannot be read."""
    import mistune

    try:
        cells: Sequence[dict[str, str]] = json.loads((material.shipped("notebooks") / notebook).read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return ""
    return "".join(str(mistune.html("".join(cell["source"]))) for cell in cells if cell["cell_type"] == "markdown")
