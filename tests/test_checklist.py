"""The checklist: what is still to do is named, the door waits for it, and no rehearsal answers for the people who really come."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

import pytest

from tests.test_cockpit import follower_of, press, state_of
from tests.world import RunningRoom, new_seats
from workshop_kit.notebook.cards import UNANSWERED
from workshop_kit.notebook.cockpit.checklist import CHECK, COMING, WHY, Checklist, is_done
from workshop_kit.notebook.cockpit.room_panel import RoomPanel
from workshop_kit.notebook.follow import State
from workshop_kit.workshop import Workshop

TO_DO: Final = "(still to do)"
READY: Final = "All is ready."
[SEAT] = new_seats(Random(5), 1)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[RunningRoom]:
    """Yield a room as it is opened on an evening: its door is locked, and nothing is settled."""
    with RunningRoom(tmp_path / "room", "--door", "locked") as room:
        yield room


@pytest.fixture
def checklist(room: RunningRoom, workshop: Workshop) -> Checklist:
    """Return the checklist of that room."""
    return Checklist(workshop, follower_of(room))


def choose(
    checklist: Checklist, plan: str = "evening", meeting: int = 0, coming: str = "room", country: str = "DE", contact: str = ""
) -> None:
    """Answer all that the checklist asks, without settling it."""
    checklist.plan.value, checklist.coming.value, checklist.country.value = (plan, meeting), coming, country
    checklist.contact.value = contact


def chosen(checklist: Checklist) -> list[object]:
    """Return what stands in the fields of a checklist."""
    return [each.value for each in (checklist.plan, checklist.coming, checklist.country, checklist.contact)]


def still_to_do(checklist: Checklist) -> list[bool]:
    """Return for each line of a checklist whether it is still to do."""
    return [TO_DO in line for line in str(checklist.done.value).split("<li>")[1:]]


def test_the_door_opens_once_each_thing_is_done(checklist: Checklist, room: RunningRoom, workshop: Workshop) -> None:
    """Plan, stage and phone: each is named until it is done, the door's button waits for the last of them, and then opens the door."""
    panel, seen = RoomPanel(workshop, follower_of(room)), []

    def look() -> None:
        for part in (checklist, panel):
            part.show(state_of(room))
        seen.append((still_to_do(checklist), READY in checklist.done.value, panel.door.disabled))

    look()
    choose(checklist, contact="  Room 3 ")
    press(checklist.settle)
    look()
    room.public.get(room.path("/stage?preview")).raise_for_status()
    look()
    room.public.get(room.path("/stage")).raise_for_status()
    look()
    assert room.public.post(room.path("/seats"), json={"seat": SEAT}).status_code == 403
    look()

    assert seen == [
        ([True, True, True], False, True),
        ([False, True, True], False, True),
        ([False, True, True], False, True),
        ([False, False, True], False, True),
        ([False, False, False], True, False),
    ]
    assert "The door is <b>locked, nobody new gets in</b>" in panel.here.value
    press(panel.door)
    assert (state_of(room)["door"], panel.door.description, panel.door.disabled) == ("open", "Lock the door", False)
    room.sit(SEAT)
    press(panel.door)
    assert (state_of(room)["door"], panel.door.disabled) == ("locked", False)


def test_what_is_settled_is_what_was_chosen(checklist: Checklist, room: RunningRoom) -> None:
    """Plan, meeting, who comes and whom to turn to reach the room as they were chosen; every country and no contact are choices too."""
    choose(checklist, "series", 2, "together", "IE", "  Dr. Example, room 3 ")
    press(checklist.settle)
    state = state_of(room)
    assert (state["agenda"]["plan"], state["agenda"]["meeting"], state["policy"]) == ("series", 2, {"floor": 5, "cell": 4})
    assert (state["country"], state["local_contact"]) == ("IE", "Dr. Example, room 3")

    choose(checklist, country="", contact="  ")
    press(checklist.settle)
    state = state_of(room)
    assert (state["plan"], state["policy"], state["country"], state["local_contact"]) == ("evening", {"floor": 5, "cell": 3}, None, None)
    assert checklist.problem.value == ""


def test_nothing_is_chosen_for_the_facilitator(checklist: Checklist, room: RunningRoom) -> None:
    """Every question begins without an answer and asks for one, and settling names exactly what is missing."""
    assert chosen(checklist) == [UNANSWERED, UNANSWERED, UNANSWERED, ""]
    assert [each.label for each in (checklist.plan, checklist.coming, checklist.country)] == ["Please choose"] * 3
    press(checklist.settle)
    assert "Please choose a plan and who comes and a country first." in checklist.problem.value

    checklist.plan.value, checklist.country.value = ("evening", 0), ""
    press(checklist.settle)
    assert "Please choose who comes first." in checklist.problem.value
    assert state_of(room)["agenda"] is None


def test_each_question_says_what_hangs_on_it(checklist: Checklist, workshop: Workshop) -> None:
    """Each meeting of each plan can be chosen, who comes is asked in plain words with the reason, and contacts are to be checked."""
    shown = " ".join(str(getattr(each, "value", "")) for each in checklist.children)
    meetings = [value for _, value in checklist.plan.options if value]

    assert meetings == [(plan.id, number) for plan in workshop.plans for number in range(len(plan.meetings))]
    assert ("Four meetings of 60 minutes, 3 of 4", ("series", 2)) in checklist.plan.options
    assert [words for words, _ in checklist.coming.options][1:] == list(COMING)
    assert WHY in shown
    assert CHECK in shown


def test_what_the_room_refuses_is_said_and_stays_to_be_chosen_again(checklist: Checklist, room: RunningRoom) -> None:
    """After a poll less careful results are refused in words, and the room keeps what it had; more careful ones are not."""
    choose(checklist, coming="together")
    press(checklist.settle)
    room.lead(room.ask("pulse"), "close")

    checklist.coming.value = "room"
    press(checklist.settle)
    assert "only be kept more general" in checklist.problem.value
    assert state_of(room)["policy"]["cell"] == 4

    checklist.coming.value = "webinar"
    press(checklist.settle)
    assert checklist.problem.value == ""
    assert state_of(room)["policy"]["cell"] == 11


def test_what_another_cockpit_settled_is_taken_up(checklist: Checklist, room: RunningRoom, workshop: Workshop) -> None:
    """Also where only who comes was changed, or a contact taken away; what is being chosen meanwhile is not disturbed by other news."""
    other = Checklist(workshop, follower_of(room))
    choose(other, "half_day", coming="room", country="DE", contact="Room 3")
    press(other.settle)
    checklist.show(state_of(room))
    assert chosen(checklist) == [("half_day", 0), "room", "DE", "Room 3"]

    choose(other, "half_day", coming="together", country="DE", contact="")
    press(other.settle)
    checklist.show(state_of(room))
    assert chosen(checklist) == [("half_day", 0), "together", "DE", ""]

    checklist.plan.value = ("series", 1)
    room.public.get(room.path("/stage")).raise_for_status()
    checklist.show(state_of(room))
    assert checklist.plan.value == ("series", 1)


def test_what_was_said_when_the_room_was_started_is_filled_in(tmp_path: Path, workshop: Workshop) -> None:
    """Plan, country and contact of the command line stand there to be confirmed; who comes is asked all the same."""
    with RunningRoom(tmp_path / "room", "--plan", "half_day", "--country", "FR", "--contact", "Room 3") as room:
        checklist = Checklist(workshop, follower_of(room))

        assert chosen(checklist) == [("half_day", 0), UNANSWERED, "FR", "Room 3"]
        assert still_to_do(checklist)[0]


def test_a_rehearsal_answers_for_nobody(checklist: Checklist, room: RunningRoom) -> None:
    """Back from a rehearsal the checklist is as it was left, half answered and not settled; who really comes is still to be said."""
    checklist.plan.value, checklist.contact.value = ("half_day", 0), "Room 3"
    at_home = state_of(room)
    agenda = {"plan": "half_day", "meeting": 0}
    rehearsal: State = {**at_home, "code": "REHEAR", "simulated": True, "agenda": agenda, "plan": "half_day"}

    checklist.show(rehearsal)
    assert chosen(checklist) == [("half_day", 0), "room", "", ""]
    checklist.show(at_home)
    assert chosen(checklist) == [("half_day", 0), UNANSWERED, UNANSWERED, "Room 3"]

    choose(checklist, "series", 1, "together", "IE", "Room 4")
    press(checklist.settle)
    checklist.show(rehearsal)
    checklist.show(state_of(room))
    assert chosen(checklist) == [("series", 1), "together", "IE", "Room 4"]


def test_in_a_rehearsal_the_door_need_not_wait(tmp_path: Path, workshop: Workshop) -> None:
    """Where people are simulated nothing need be settled first; the panel says that they are."""
    with RunningRoom(tmp_path / "room", "--door", "locked", "--simulated") as room:
        panel = RoomPanel(workshop, follower_of(room))

        assert is_done(state_of(room))
        assert not is_done({**state_of(room), "simulated": False})
        assert "<b>Rehearsal.</b> The people in this room are simulated." in panel.join.value
        press(panel.door)
        assert state_of(room)["door"] == "open"
