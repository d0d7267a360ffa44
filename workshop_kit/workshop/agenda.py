"""The agenda: where a meeting stands, how much time is left, and what gives way when something takes longer.

An agenda begins as one meeting of a plan and is then bent by what happens: a block takes longer, another is shortened or
left out, two change places. It decides nothing by itself and reads no clock: callers say what time it is, in seconds on any
clock that all of them share, so that a test runs an evening in a blink and a restarted cockpit goes on where it was. Once the
meeting is over it remembers how long each block took, and no time of day.

Every act returns a new agenda and leaves the old one as it was, which makes undoing an act the same as keeping the old one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from workshop_kit.errors import NotNow, Unknown
from workshop_kit.workshop.outline import Block, BlockKind, Plan, Workshop

# A meeting opens with arriving and ends with closing, whatever else is moved about.
FIXED: Final[tuple[BlockKind, ...]] = ("arrival", "closing")
SHORTENED_TO: Final = 2 / 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A block as it is being led.

    `used_s` are the seconds for which it was led before it was left last.
    """

    block: Block
    shortened: bool = False
    left_out: bool = False
    used_s: float = 0

    @property
    def minutes(self) -> int:
        """How long the block is to take now.

        References
        ----------
        Two thirds for a shortened block is our own choice: it is what leaving out the step in pairs saves in most guides.
        """
        if self.left_out:
            return 0
        return round(self.block.minutes * SHORTENED_TO) if self.shortened else self.block.minutes


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clock says about a meeting that has begun; all in minutes, rounded to whole ones.

    `block_left` and `meeting_left` are negative when they have run over. `late` is by how much the meeting would overrun if
    everything ahead took the minutes it has.
    """

    block_left: int
    meeting_left: int
    late: int


@dataclass(frozen=True, slots=True)
class Agenda:
    """One meeting as it is being led.

    `current` is the place of the block that is being led, or None before the first; `began_s` is when the meeting was begun, and
    `block_began_s` when that block was, in seconds.
    """

    plan: str
    meeting: int
    meeting_min: int
    entries: tuple[Entry, ...]
    current: int | None = None
    began_s: float | None = None
    block_began_s: float | None = None

    @classmethod
    def of(cls, plan: Plan, meeting: int = 0) -> Self:
        """Return the agenda of one meeting of a plan, not yet begun; the first meeting is number 0.

        Raises
        ------
        Unknown
            If the plan has no such meeting.
        """
        if not 0 <= meeting < len(plan.meetings):
            raise Unknown("workshop.no_meeting", n=len(plan.meetings))
        return cls(plan.id, meeting, plan.meeting_min, tuple(Entry(block) for block in plan.meetings[meeting]))

    @property
    def entry(self) -> Entry | None:
        """The block that is being led."""
        return None if self.current is None else self.entries[self.current]

    @property
    def ahead(self) -> Sequence[int]:
        """The places of the blocks still to come, those left out included."""
        return range(0 if self.current is None else self.current + 1, len(self.entries))

    def fits(self, workshop: Workshop) -> bool:
        """Return whether a workshop still has all that the agenda leads to."""
        sections = {section.id for section in workshop.sections}
        asked = {poll for entry in self.entries for poll in entry.block.polls}
        led = {entry.block.section for entry in self.entries if entry.block.section}
        return led <= sections and asked <= set(workshop.polls) and self.plan in {plan.id for plan in workshop.plans}

    def following(self) -> int | None:
        """Return the place of the block to lead next, or None after the last."""
        return next((place for place in self.ahead if not self.entries[place].left_out), None)

    def go_to(self, place: int, now_s: float) -> Self:
        """Begin a block, and with the first one the meeting; a block that was left out is taken up again.

        Whoever comes back to a block goes on in the time that it has left.

        Raises
        ------
        Unknown
            If there is no such block.
        """
        self._at(place)
        if place == self.current:
            return self
        settled = self._settled(now_s)
        entry = replace(settled.entries[place], left_out=False)
        began = self.began_s if self.began_s is not None else now_s
        return replace(settled._with(place, entry), current=place, began_s=began, block_began_s=now_s)

    def ended(self, now_s: float) -> Self:
        """End the meeting: what stays is how long each block took, without any time of day."""
        return replace(self._settled(now_s), current=None, began_s=None, block_began_s=None)

    def shorten(self, place: int) -> Self:
        """Shorten a block, or give it its full time back.

        Raises
        ------
        Unknown, NotNow
            If there is no such block, or it is over.
        """
        return self._with(place, replace(self._coming(place), shortened=not self.entries[place].shortened))

    def leave_out(self, place: int) -> Self:
        """Leave a block out, or take it up again.

        Raises
        ------
        Unknown, NotNow
            If there is no such block, it is over or being led, or it is the closing.
        """
        entry = self._coming(place)
        if place == self.current or entry.block.kind in FIXED:
            raise NotNow("workshop.part_is_needed")
        return self._with(place, replace(entry, left_out=not entry.left_out))

    def move(self, place: int, by: int) -> Self:
        """Let a block that is still to come change places with the one before it (-1) or after it (1).

        Raises
        ------
        Unknown, NotNow
            If there is no such block, or one of the two is over, being led, arrival or closing.
        """
        other = place + by
        for each in (place, other):
            if each not in self.ahead or self._at(each).block.kind in FIXED:
                raise NotNow("workshop.part_stays")
        return self._with(place, self.entries[other])._with(other, self.entries[place])

    def add(self, block: Block, after: int) -> Self:
        """Put a further block after one that is being led or still to come.

        Raises
        ------
        Unknown, NotNow
            If there is no such block, it is over, or it is the closing.
        """
        if self._coming(after).block.kind == "closing":
            raise NotNow("workshop.closing_is_last")
        return replace(self, entries=(*self.entries[: after + 1], Entry(block), *self.entries[after + 1 :]))

    def clock(self, now_s: float) -> Clock | None:
        """Return what the clock says; None before the meeting has begun."""
        if self.entry is None or self.began_s is None or self.block_began_s is None:
            return None
        block_left = self.entry.minutes - (self.entry.used_s + now_s - self.block_began_s) / 60
        meeting_left = self.meeting_min - (now_s - self.began_s) / 60
        ahead = [self.entries[place] for place in self.ahead]
        needed = max(block_left, 0) + sum(each.minutes for each in ahead)
        return Clock(round(block_left), round(meeting_left), max(0, round(needed - meeting_left)))

    def reserves(self) -> Sequence[tuple[int, int]]:
        """Return what could still give way: places ahead, and the minutes that each would save, slack first.

        Slack is left out as a whole, a section is shortened.
        """
        ahead = [place for place in self.ahead if not self.entries[place].left_out]
        slack = [(place, self.entries[place].minutes) for place in ahead if self.entries[place].block.kind == "slack"]
        sections = [place for place in ahead if self.entries[place].block.kind == "section" and not self.entries[place].shortened]
        shorter = [(place, self.entries[place].minutes - replace(self.entries[place], shortened=True).minutes) for place in sections]
        return [*slack, *shorter]

    def to_dict(self) -> dict[str, Any]:
        """Return the agenda as plain data."""
        return {
            "plan": self.plan,
            "meeting": self.meeting,
            "meeting_min": self.meeting_min,
            "current": self.current,
            "began_s": self.began_s,
            "block_began_s": self.block_began_s,
            "entries": [
                {
                    "kind": entry.block.kind,
                    "minutes": entry.block.minutes,
                    "section": entry.block.section,
                    "polls": list(entry.block.polls),
                    "shortened": entry.shortened,
                    "left_out": entry.left_out,
                    "used_s": entry.used_s,
                }
                for entry in self.entries
            ],
        }

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the agenda that `to_dict` described."""
        entries = tuple(
            Entry(
                Block(entry["kind"], entry["minutes"], entry["section"], tuple(entry["polls"])),
                entry["shortened"],
                entry["left_out"],
                entry["used_s"],
            )
            for entry in mapping["entries"]
        )
        times = (mapping["began_s"], mapping["block_began_s"])
        return cls(mapping["plan"], mapping["meeting"], mapping["meeting_min"], entries, mapping["current"], *times)

    def _at(self, place: int) -> Entry:
        if not 0 <= place < len(self.entries):
            raise Unknown("workshop.no_part")
        return self.entries[place]

    def _coming(self, place: int) -> Entry:
        entry = self._at(place)
        if place not in self.ahead and place != self.current:
            raise NotNow("workshop.part_is_over")
        return entry

    def _settled(self, now_s: float) -> Self:
        """Return the agenda with the time of the block that is being led counted in."""
        if self.current is None or self.entry is None or self.block_began_s is None:
            return self
        # A clock that was set back must not make a block take less than no time.
        used = self.entry.used_s + max(0, now_s - self.block_began_s)
        return self._with(self.current, replace(self.entry, used_s=used))

    def _with(self, place: int, entry: Entry) -> Self:
        return replace(self, entries=(*self.entries[:place], entry, *self.entries[place + 1 :]))
