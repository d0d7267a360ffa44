"""The evening around the polls: the plan as it is led, the section in hand, what the stage shows."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from workshop_kit import material
from workshop_kit.disclosure import POLICIES, WEBINAR
from workshop_kit.disk.rooms import RoomRecord
from workshop_kit.errors import InvalidAnswer, NotNow
from workshop_kit.memory import Seats
from workshop_kit.room.kept import Kept
from workshop_kit.room.runs import Runs
from workshop_kit.workshop import BlockKind, Workshop
from workshop_kit.workshop.agenda import Agenda

# What the stage can be told to show; following, it shows whatever the room is doing.
SCENES: Final = ("follow", "welcome", "section", "break", "closing")
# What it shows when a part of the plan begins that is not a section.
SCENE_OF: Final[Mapping[BlockKind, str]] = {"arrival": "welcome", "break": "break", "closing": "closing"}
# How many changes of the plan can be undone, one after the other.
REMEMBERED: Final = 30
# What can be done to one part of the plan, and when.
BENDS: Final[Mapping[str, Callable[[Agenda, int, float], Agenda]]] = {
    "go_to": lambda agenda, place, now_s: agenda.go_to(place, now_s),
    "shorten": lambda agenda, place, _: agenda.shorten(place),
    "leave_out": lambda agenda, place, _: agenda.leave_out(place),
    "earlier": lambda agenda, place, _: agenda.move(place, -1),
    "later": lambda agenda, place, _: agenda.move(place, 1),
}


class Evening:
    """One meeting as it is led: nothing in here knows what anybody answered."""

    def __init__(self, workshop: Workshop, kept: Kept, runs: Runs, seats: Seats) -> None:
        self._workshop, self._kept, self._runs, self._seats = workshop, kept, runs, seats
        self._earlier: deque[RoomRecord] = deque(maxlen=REMEMBERED)

    @property
    def scene(self) -> str:
        """What the stage shows now: ``heads``, ``welcome``, ``section``, ``question``, ``closed``, ``result``, ``break`` or ``closing``."""
        if self._kept.record.counts_heads and self._seats.are_looked_at:
            return "heads"
        told, phases = self._kept.record.stage, {run.phase for run in self._runs.current}
        if told == "section" or (told == "follow" and not phases):
            return "section" if self._kept.record.section else "welcome"
        if told != "follow":
            return told
        if phases & {"open", "reading", "sealed"}:
            return "question" if "open" in phases else "closed"
        return "result" if "revealed" in phases else "closed"

    @property
    def agenda(self) -> Agenda | None:
        """One meeting of the plan, as it is being led; None before one was chosen."""
        return Agenda.from_dict(self._kept.record.agenda) if self._kept.record.agenda else None

    @property
    def can_undo(self) -> bool:
        """Whether a change of the plan can be undone; after a restart no earlier one can."""
        return bool(self._earlier)

    def set_up(self, plan: str, meeting: int | None, policy: str, country: str | None, contact: str | None) -> None:
        """Settle what must be settled before people come.

        Parameters
        ----------
        plan, meeting
            By which plan the room is led, and which of its meetings this is; the first is 0.
        policy
            Who comes; one of `POLICIES`, and the least strict by which a result is published.
        country, contact
            Whom people can turn to: a country whose support contacts are offered, and somebody near by.

        Raises
        ------
        Unknown, NotNow, InvalidAnswer
            If there is no such plan, meeting, policy or country, or a poll was asked under a stricter policy before.
        """
        if policy not in POLICIES:
            raise InvalidAnswer("room.no_policy", policies=list(POLICIES))
        if country is not None:
            material.contacts().for_country(country)
        record, told, careful = self._kept.record, Agenda.of(self._workshop.plan(plan), meeting or 0), POLICIES[policy]
        if self._kept.runs and (careful.floor < record.policy.floor or careful.cell < record.policy.cell):
            raise NotNow("room.less_careful")
        # Whether people are counted is nothing to be changed behind their backs.
        if (careful == WEBINAR) != (record.policy == WEBINAR) and (self._kept.runs or self._seats.number):
            raise NotNow("room.seats_are_taken")
        now = self.agenda
        goes_on = now is not None and (now.plan, now.meeting) == (told.plan, told.meeting)
        agenda = record.agenda if goes_on else told.to_dict()
        self._kept.save(plan=plan, policy=careful, country=country, local_contact=contact or None, agenda=agenda)
        if not goes_on:
            self._earlier.clear()

    def bend(self, act: str, place: int, now_s: float) -> None:
        """Do one of `BENDS` to the part of the agenda at a place; the first is 0, and `now_s` are seconds since 1970.

        Raises
        ------
        Unknown, NotNow, InvalidAnswer
            If there is no such act or part, no plan was chosen yet, or the part cannot be bent like that now.
        """
        if act not in BENDS:
            raise InvalidAnswer("room.no_bend", bends=list(BENDS))
        self.follow_agenda(BENDS[act](self._chosen(), place, now_s))

    def add_section(self, section: str, after: int) -> None:
        """Put a section that the plan leaves out after one of its parts; refused as `bend` is."""
        agenda = self._chosen()
        self.follow_agenda(agenda.add(self._workshop.block_of(section, agenda.plan), after))

    def follow_agenda(self, agenda: Agenda) -> None:
        """Keep the agenda as it was bent. Where another part of it begins, the section and the stage go along."""
        before = self._kept.record
        if agenda != self.agenda:
            self._keep_agenda(agenda)
            self._earlier.append(before)

    def undo_agenda(self) -> None:
        """Take the last change of the agenda back.

        Raises
        ------
        NotNow
            If there is none, or the server was started again since.
        """
        if not self._earlier:
            raise NotNow("room.nothing_to_undo")
        before = self._earlier[-1]
        self._keep_agenda(Agenda.from_dict(before.agenda) if before.agenda else None, before.section)
        self._earlier.pop()

    def keep_note(self, section: str, words: str) -> None:
        """Keep what the facilitator wrote about a section, in place of what stood there.

        Raises
        ------
        Unknown
            If the workshop has no such section.
        """
        self._kept.save(notes={**self._kept.record.notes, self._workshop.section(section).id: words})

    def go_to(self, section: str) -> None:
        """Move the room to a section of the workshop.

        Raises
        ------
        Unknown
            If the workshop has no such section.
        """
        chosen = self._workshop.section(section).id
        # What is being asked stays on the stage; the result of an earlier section makes way.
        moves_on = chosen != self._kept.record.section and not self._runs.is_asking
        self._kept.save(section=chosen, stage="section" if moves_on else self._kept.record.stage)

    def show_on_stage(self, scene: object) -> None:
        """Tell the stage what to show, until the next poll or result.

        Raises
        ------
        InvalidAnswer
            If it is none of `SCENES`.
        """
        if scene not in SCENES:
            raise InvalidAnswer("room.no_scene", scenes=SCENES)
        self._kept.save(stage=scene)

    def set_timer(self, minutes: float | None, now_s: float) -> None:
        """Let the timer end in some minutes, or take it away. It is a hint: nothing closes by itself."""
        self._kept.save(ends_at=None if minutes is None else round(now_s + 60 * minutes))

    def note_stage_opened(self) -> None:
        """Remember that the stage was opened."""
        self._kept.note(stage_opened=True)

    def _chosen(self) -> Agenda:
        if self.agenda is None:
            raise NotNow("room.no_plan_yet")
        return self.agenda

    def _keep_agenda(self, agenda: Agenda | None, section: str | None = None) -> None:
        before, told = self.agenda, agenda.to_dict() if agenda else None
        begun = agenda.entry.block if agenda and agenda.entry else None
        if begun is None or agenda is None or (before and before.current == agenda.current):
            self._kept.save(agenda=told)
            return
        # What is being asked stays on the stage until it is closed.
        stage = self._kept.record.stage if self._runs.is_asking else SCENE_OF.get(begun.kind, "section")
        self._kept.save(agenda=told, section=begun.section or section or self._kept.record.section, stage=stage)
