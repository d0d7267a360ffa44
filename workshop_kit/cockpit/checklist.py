"""The checklist: what must be settled before the door opens.

Six things. Two of them show by themselves that they are done: the stage was opened, and a phone has found the room.
"""

from functools import cache
from typing import Any, Final

import ipywidgets as widgets
from markupsafe import Markup

from workshop_kit import material
from workshop_kit.cards.card import CHOICES, UNANSWERED, described, labelled, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard
from workshop_kit.client import LedRoom
from workshop_kit.cockpit.qr_code import qr_html
from workshop_kit.disclosure import POLICIES
from workshop_kit.errors import NotNow
from workshop_kit.words.catalog import Language
from workshop_kit.workshop import Plan, Workshop

# What can open a seat.
ENTRIES: Final = ("code", "card")


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
        self.entry = _choice([(say(f"cockpit.checklist.by.{entry}"), entry) for entry in ENTRIES], "entry", say)
        countries = [(say("labels.every_country"), ""), *((name, code) for code, name in material.contacts().countries.items())]
        self.country = _choice(countries, "country", say)
        near_by = widgets.Text(placeholder=say("cockpit.checklist.near_by_holds"))
        self.contact = labelled(near_by, say("cockpit.checklist.near_by"))
        self.settle = self.leading(say("cockpit.checklist.settle"), self._settle, "primary")
        self.done, self.phone = widgets.HTML(), widgets.HTML()
        intro = f"<h2>{say.html('cockpit.before')}</h2><p>{say.html('cockpit.checklist.six_things')}</p>"

        def hint(*names: str) -> widgets.HTML:
            return widgets.HTML(readable("".join(f"<p><small>{say.html(f'cockpit.checklist.{name}')}</small></p>" for name in names)))

        who = [self.plan, self.coming, hint("why_coming"), self.entry, hint(*(f"why.{entry}" for entry in ENTRIES))]
        parts = [widgets.HTML(readable(intro)), *who, self.country, self.contact, hint("check_contacts"), row(self.settle)]
        super().__init__(follower, [*parts, self.done, self.phone])

    def show(self, state: State | None) -> None:
        """Show what is done and what is not."""
        self.settle.disabled = state is None
        if state is None:
            self.done.value = self.phone.value = ""
            return
        self._take_up(state)
        lines = "".join(self._line(*each) for each in _items(state).items())
        ready = f"<p><b>{self.say.html('cockpit.checklist.all_is_ready')}</b></p>" if _is_settled(state) else ""
        self.done.value = readable(f'<div role="status"><ul class="workshop-checklist">{lines}</ul>{ready}</div>')
        address = f"{state['public_url']}/{state['code']}#watch"
        self.phone.value = "" if state["phone_tried"] else readable(_phone_html(address, self.say))

    def _take_up(self, state: State) -> None:
        """Fill in what the room was set up with, once for each time that it was."""
        agenda, policy = state["agenda"], (state["policy"]["floor"], state["policy"]["cell"])
        meeting = (agenda["plan"], agenda["meeting"]) if agenda else None
        entry = "card" if state["by_card"] else "code"
        settled = (state["code"], meeting, policy, entry, state["country"], state["local_contact"])
        if settled == self._shown:
            return
        self._shown = settled
        self._turn_to(state["code"])
        if meeting:
            self.plan.value = meeting
            self.coming.value = {(each.floor, each.cell): name for name, each in POLICIES.items()}.get(policy, UNANSWERED)
            self.entry.value = entry
            self.country.value = state["country"] or ""
            self.contact.value = state["local_contact"] or ""
            return
        if self.plan.value == UNANSWERED and state["plan"]:
            self.plan.value = (state["plan"], 0)
        if self.entry.value == UNANSWERED and state["by_card"]:
            self.entry.value = entry
        if self.country.value == UNANSWERED:
            self.country.value = state["country"] or UNANSWERED
        self.contact.value = self.contact.value or state["local_contact"] or ""

    def _turn_to(self, code: str) -> None:
        """Put what was chosen for another room aside, so that no rehearsal answers for the people who really come."""
        fields = (self.plan, self.coming, self.entry, self.country, self.contact)
        if self._code is not None and self._code != code:
            self._left[self._code] = [field.value for field in fields]
            for field, value in zip(fields, self._left.get(code, (*[UNANSWERED] * 4, "")), strict=True):
                field.value = value
        self._code = code

    def _settle(self, room: LedRoom) -> None:
        choices = {"plan": self.plan, "coming": self.coming, "entry": self.entry, "country": self.country}
        missing = [self.say(f"cockpit.checklist.a.{name}") for name, choice in choices.items() if choice.value == UNANSWERED]
        if missing:
            raise NotNow("cockpit.checklist.choose_first", missing=missing)
        plan, meeting = self.plan.value
        room.enter_by(self.entry.value)
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


# Every press shows the checklist anew.
@cache
def _phone_html(address: str, say: Language) -> str:
    way = Markup('<a href="{}" target="_blank" rel="noopener"><bdi>{}</bdi></a>').format(address, address)
    return f"{qr_html(address, say)}<p>{way}</p>"


def _choice(options: list[tuple[str, Any]], name: str, say: Language) -> widgets.Widget:
    # A list that opens would cover what stands below; and all there is to choose from can be read at a glance.
    listed = widgets.Dropdown(options=[(say("cockpit.checklist.please_choose"), UNANSWERED), *options])
    return described(listed, say(f"cockpit.checklist.which.{name}")).add_class(CHOICES)


def _named(plan: Plan, number: int, say: Language) -> str:
    several = len(plan.meetings) > 1
    return say("cockpit.checklist.meeting", plan=plan.title, number=number + 1, of=len(plan.meetings)) if several else plan.title
