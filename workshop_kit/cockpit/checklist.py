"""The checklist: what must be settled before the door opens.

Five things. Two of them show by themselves that they are done: the stage was opened, and a phone has found the room.
"""

from html import escape
from typing import Any, Final

import ipywidgets as widgets

from workshop_kit import material
from workshop_kit.cards.card import CHOICES, UNANSWERED, described, labelled, readable, row
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cards.leading import RoomCard
from workshop_kit.client import LedRoom
from workshop_kit.disclosure import POLICIES
from workshop_kit.errors import NotNow
from workshop_kit.workshop import Plan, Workshop

EVERY_COUNTRY: Final = "every country"
COMING: Final = {
    "People who hardly know each other": "room",
    "Couples or friends attend together": "together",
    "A large group online": "webinar",
}
WHY: Final = (
    "Where people know each other, results are kept more general, so that nobody can work out what a friend or partner answered. "
    "A large group online gets the most general ones."
)
CHECK: Final = (
    "We have not checked these contacts with their providers. Please call or look up the one for your country before people need it."
)


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
        meetings = [(_named(plan, number), (plan.id, number)) for plan in workshop.plans for number in range(len(plan.meetings))]
        self.plan = _choice(meetings, "1. Which plan do you lead by?")
        self.coming = _choice(list(COMING.items()), "2. Who comes?")
        countries = [(EVERY_COUNTRY, ""), *((name, code) for code, name in material.contacts().countries.items())]
        self.country = _choice(countries, "3. Support contacts for which country?")
        self.contact = labelled(widgets.Text(placeholder="name and number, or empty"), "and somebody near by, in your own words")
        self.settle = self.leading("This is settled", self._settle, "primary")
        self.done = widgets.HTML()
        intro = "<h2>Before people come</h2><p>Five things, and the door can open. Nothing here is told to the phones but the contacts.</p>"
        hints = [widgets.HTML(readable(f"<p><small>{words}</small></p>")) for words in (WHY, CHECK)]
        parts = [widgets.HTML(readable(intro)), self.plan, self.coming, hints[0], self.country, self.contact, hints[1], row(self.settle)]
        super().__init__(follower, [*parts, self.done])

    def show(self, state: State | None) -> None:
        """Show what is done and what is not."""
        self.settle.disabled = state is None
        if state is None:
            self.done.value = ""
            return
        self._take_up(state)
        lines = "".join(_line(*each) for each in _items(state))
        ready = "<p><b>All is ready. Open the door when you are, and begin.</b></p>" if _is_settled(state) else ""
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
        open_points = [
            words
            for choice, words in ((self.plan, "a plan"), (self.coming, "who comes"), (self.country, "a country"))
            if choice.value == UNANSWERED
        ]
        if open_points:
            raise NotNow(f"Please choose {' and '.join(open_points)} first.")
        plan, meeting = self.plan.value
        room.set_up(plan, meeting, self.coming.value, self.country.value or None, self.contact.value.strip() or None)


def is_done(state: State) -> bool:
    """Return whether the door may be opened; in a rehearsal nothing need be settled."""
    return bool(state["simulated"]) or _is_settled(state)


def _is_settled(state: State) -> bool:
    return all(is_there for _, is_there in _items(state))


def _items(state: State) -> list[tuple[str, bool]]:
    return [
        ("1 to 3. The plan, who comes, and whom people can turn to", state["agenda"] is not None),
        ("4. The stage is open on the screen that the room sees: see “Open the stage” on the right", state["stage_opened"]),
        (
            "5. A phone finds the room: scan the code on the right with your own. It says that the door is still locked, and that is right",
            state["phone_tried"],
        ),
    ]


def _line(words: str, is_there: bool) -> str:
    return f"<li>{'✓' if is_there else '–'} {escape(words)}{'' if is_there else ' <b>(still to do)</b>'}</li>"


def _choice(options: list[tuple[str, Any]], words: str) -> widgets.Widget:
    # A list that opens would cover what stands below; and all there is to choose from can be read at a glance.
    return described(widgets.Dropdown(options=[("Please choose", UNANSWERED), *options]), words).add_class(CHOICES)


def _named(plan: Plan, number: int) -> str:
    return f"{plan.title}, {number + 1} of {len(plan.meetings)}" if len(plan.meetings) > 1 else plan.title
