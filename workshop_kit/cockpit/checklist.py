"""The checklist: what must be settled before the door opens.

Five things. Two of them show by themselves that they are done: the stage was opened, and a phone has found the room.
"""

from typing import Any

import ipywidgets as widgets

from workshop_kit import material
from workshop_kit.cards.card import CHOICES, UNANSWERED, described, labelled, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard
from workshop_kit.client import LedRoom
from workshop_kit.disclosure import POLICIES
from workshop_kit.errors import NotNow
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Plan, Workshop


class Checklist(RoomCard):
    """What must be settled before the door opens.

    Parameters
    ----------
    workshop
        For its plans.
    follower
        Through which the room is set up.
    """

    def __init__(self, workshop: Workshop, follower: Follower) -> None:
        self._shown: object = None
        self._code: str | None = None
        self._left: dict[str, list[Any]] = {}
        say = follower.say
        meetings = [(_named(plan, number, say), (plan.id, number)) for plan in workshop.plans for number in range(len(plan.meetings))]
        self.plan = _choice(meetings, "plan", say)
        self.coming = _choice([(say(f"labels.policy.{policy}"), policy) for policy in POLICIES], "coming", say)
        countries = [(say("labels.every_country"), ""), *((name, code) for code, name in material.contacts().countries.items())]
        self.country = _choice(countries, "country", say)
        near_by = widgets.Text(placeholder=say("cockpit.checklist.near_by_holds"))
        self.contact = labelled(near_by, say("cockpit.checklist.near_by"))
        self.settle = self.leading(say("cockpit.checklist.settle"), self._settle, "primary")
        self.done = widgets.HTML()
        intro = f"<h2>{say.html('cockpit.before')}</h2><p>{say.html('cockpit.checklist.five_things')}</p>"
        words = (say.html("cockpit.checklist.why_coming"), say.html("cockpit.checklist.check_contacts"))
        hints = [widgets.HTML(readable(f"<p><small>{each}</small></p>")) for each in words]
        parts = [widgets.HTML(readable(intro)), self.plan, self.coming, hints[0], self.country, self.contact, hints[1], row(self.settle)]
        super().__init__(follower, [*parts, self.done])

    def show(self, state: State | None) -> None:
        """Show what is done and what is not."""
        self.settle.disabled = state is None
        if state is None:
            self.done.value = ""
            return
        self._take_up(state)
        lines = "".join(self._line(*each) for each in _items(state).items())
        ready = f"<p><b>{self.say.html('cockpit.checklist.all_is_ready')}</b></p>" if _is_settled(state) else ""
        self.done.value = readable(f'<div role="status"><ul class="workshop-checklist">{lines}</ul>{ready}</div>')

    def _take_up(self, state: State) -> None:
        """Fill in what the room was set up with, once for each time that it was."""
        agenda, policy = state["agenda"], (state["policy"]["floor"], state["policy"]["cell"])
        meeting = (agenda["plan"], agenda["meeting"]) if agenda else None
        settled = (state["code"], meeting, policy, state["country"], state["local_contact"])
        if settled == self._shown:
            return
        self._shown = settled
        self._turn_to(state["code"])
        if meeting:
            self.plan.value = meeting
            self.coming.value = {(each.floor, each.cell): name for name, each in POLICIES.items()}.get(policy, UNANSWERED)
            self.country.value = state["country"] or ""
            self.contact.value = state["local_contact"] or ""
            return
        if self.plan.value == UNANSWERED and state["plan"]:
            self.plan.value = (state["plan"], 0)
        if self.country.value == UNANSWERED:
            self.country.value = state["country"] or UNANSWERED
        self.contact.value = self.contact.value or state["local_contact"] or ""

    def _turn_to(self, code: str) -> None:
        """Put what was chosen for another room aside, so that no rehearsal answers for the people who really come."""
        fields = (self.plan, self.coming, self.country, self.contact)
        if self._code is not None and self._code != code:
            self._left[self._code] = [field.value for field in fields]
            for field, value in zip(fields, self._left.get(code, (UNANSWERED, UNANSWERED, UNANSWERED, "")), strict=True):
                field.value = value
        self._code = code

    def _settle(self, room: LedRoom) -> None:
        choices = {"plan": self.plan, "coming": self.coming, "country": self.country}
        missing = [self.say(f"cockpit.checklist.a.{name}") for name, choice in choices.items() if choice.value == UNANSWERED]
        if missing:
            raise NotNow("cockpit.checklist.choose_first", missing=missing)
        plan, meeting = self.plan.value
        room.set_up(plan, meeting, self.coming.value, self.country.value or None, self.contact.value.strip() or None)

    def _line(self, name: str, is_there: bool) -> str:
        still_to_do = "" if is_there else f" <b>{self.say.html('cockpit.checklist.still_to_do')}</b>"
        return f"<li>{'✓' if is_there else '–'} {self.say.html(f'cockpit.checklist.{name}')}{still_to_do}</li>"


def is_done(state: State) -> bool:
    """Return whether the door may be opened; in a rehearsal nothing need be settled."""
    return bool(state["simulated"]) or _is_settled(state)


def _is_settled(state: State) -> bool:
    return all(_items(state).values())


def _items(state: State) -> dict[str, bool]:
    return {"settled": state["agenda"] is not None, "stage_opened": state["stage_opened"], "phone_tried": state["phone_tried"]}


def _choice(options: list[tuple[str, Any]], name: str, say: Language) -> widgets.Widget:
    # A list that opens would cover what stands below; and all there is to choose from can be read at a glance.
    listed = widgets.Dropdown(options=[(say("cockpit.checklist.please_choose"), UNANSWERED), *options])
    return described(listed, say(f"cockpit.checklist.which.{name}")).add_class(CHOICES)


def _named(plan: Plan, number: int, say: Language) -> str:
    several = len(plan.meetings) > 1
    return say("cockpit.checklist.meeting", plan=plan.title, number=number + 1, of=len(plan.meetings)) if several else plan.title
