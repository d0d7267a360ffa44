"""The dashboard: the checklist, the plan, the part that is led, the room, and how all of it follows what happens in the room."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cockpit.leading import Noting, in_hand, offered, parts_in, section_of, settle, until
from tests.world import PEOPLE, SAY, RunningRoom, is_shown, press, words_in
from workshop_kit.cards.card import UNANSWERED
from workshop_kit.cards.follow import Follower, State
from workshop_kit.cockpit import Cockpit, cockpit, dashboard
from workshop_kit.cockpit.agenda_panel import AgendaPanel
from workshop_kit.cockpit.checklist import Checklist, is_done
from workshop_kit.cockpit.room_panel import RoomPanel
from workshop_kit.cockpit.section_panel import SectionPanel, prose_html
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.workshop import Workshop

[SEAT] = PEOPLE[:1]
# The parts of the plan that is settled in most of these tests, by their places.
ARRIVAL, FIRST, FEARS, SEEN, BREAK, PRACTICES, SLACK, CLOSING = range(8)


# The checklist
@pytest.fixture
def checklist(room: RunningRoom, workshop: Workshop) -> Checklist:
    """Return the checklist of a room in which nothing is settled."""
    return Checklist(workshop, Follower(SAY))


def answer(
    checklist: Checklist,
    plan: str = "evening",
    meeting: int = 0,
    coming: str = "room",
    entry: str = "code",
    country: str = "DE",
    contact: str = "",
) -> None:
    """Answer all that the checklist asks, and settle it."""
    checklist.plan.value, checklist.coming.value, checklist.entry.value = (plan, meeting), coming, entry
    checklist.country.value, checklist.contact.value = country, contact
    press(checklist.settle)


def chosen(checklist: Checklist) -> list[object]:
    """Return what is in the fields of a checklist."""
    return [each.value for each in (checklist.plan, checklist.coming, checklist.entry, checklist.country, checklist.contact)]


def still_to_do(checklist: Checklist) -> list[bool]:
    """Return for each point of a checklist whether it is still to do."""
    return ["(still to do)" in point for point in str(checklist.done.value).split("<li>")[1:]]


@pytest.mark.room("--door", "locked")
def test_the_door_opens_once_each_thing_is_done(checklist: Checklist, room: RunningRoom, workshop: Workshop) -> None:
    """Plan, stage and phone: each is named until it is done, the door waits for the last of them, then opens; the leader's phone only watches."""
    panel, seen = RoomPanel(workshop, Follower(SAY)), []
    watching = f"{room.connection.public_url}/{room.code}#watch"

    def look() -> None:
        # What a page has done is written down with what is kept next.
        room.tell("/stage", show="follow")
        for part in (checklist, panel.behind):
            part.show(room.as_led())
        seen.append((still_to_do(checklist), "All is ready." in checklist.done.value, panel.door.disabled))
        assert checklist.phone.value.count(watching) == (0 if room.as_led()["phone_tried"] else 3)

    look()
    answer(checklist, contact="  Room 3 ")
    look()
    room.public.get(room.path("/stage?preview")).raise_for_status()
    look()
    room.public.get(room.path("/stage")).raise_for_status()
    look()
    room.public.get(room.path()).raise_for_status()
    look()
    assert seen == [
        ([True, True, True], False, True),
        ([False, True, True], False, True),
        ([False, True, True], False, True),
        ([False, False, True], False, True),
        ([False, False, False], True, False),
    ]
    assert "The door is <b>locked, nobody new gets in</b>" in panel.behind.here.value
    press(panel.door)
    assert (room.as_led()["door"], panel.door.description, panel.door.disabled) == ("open", "Lock the door", False)
    room.sit(SEAT)
    press(panel.door)
    assert (room.as_led()["door"], panel.door.disabled) == ("locked", False)


@pytest.mark.room("--door", "locked", "--simulated")
def test_in_a_rehearsal_the_door_does_not_wait(room: RunningRoom, workshop: Workshop) -> None:
    """Where people are simulated nothing has to be settled first; the panel says that they are."""
    panel = RoomPanel(workshop, Follower(SAY))
    assert is_done(room.as_led())
    assert not is_done({**room.as_led(), "simulated": False})
    assert "<b>Rehearsal.</b> The people in this room are simulated." in panel.join.value
    press(panel.door)
    assert room.as_led()["door"] == "open"


def test_what_is_settled_is_what_was_chosen_if_the_room_allows_it(checklist: Checklist, room: RunningRoom) -> None:
    """All that was chosen reaches the room, every country and no contact too; what it refuses is said and can be chosen again."""
    answer(checklist, "series", 2, "together", "card", "IE", "  Dr. Example, room 3 ")
    state = room.as_led()
    assert (state["agenda"]["plan"], state["agenda"]["meeting"], state["policy"]) == ("series", 2, {"floor": 5, "cell": 4})
    assert (state["by_card"], state["country"], state["local_contact"]) == (True, "IE", "Dr. Example, room 3")

    answer(checklist, "series", 2, "webinar", country="", contact="  ")
    state = room.as_led()
    assert (state["by_card"], state["policy"]["cell"], state["country"], state["local_contact"]) == (False, 11, None, None)

    answer(checklist, "series", 2, "together")
    room.lead(room.ask("pulse"), "close")
    for coming, entry, why in (
        *(("room", "code", "only be kept more general"), ("webinar", "code", "Somebody has a seat already")),
        ("together", "card", "Somebody has a seat already"),
    ):
        answer(checklist, coming=coming, entry=entry)
        state = room.as_led()
        assert (why in checklist.problem.value, state["plan"], state["policy"]["cell"], state["by_card"]) == (True, "series", 4, False)
    answer(checklist, coming="together")
    assert (checklist.problem.value, room.as_led()["plan"]) == ("", "evening")


def test_nothing_is_chosen_for_the_leader_and_each_question_says_why_it_is_asked(
    checklist: Checklist, room: RunningRoom, workshop: Workshop
) -> None:
    """Every meeting of every plan can be chosen, every question begins without an answer, and settling names exactly what is missing."""
    meetings = [value for _, value in checklist.plan.options if value]
    assert meetings == [(plan.id, number) for plan in workshop.plans for number in range(len(plan.meetings))]
    assert ("Four meetings of 60 minutes, 3 of 4", ("series", 2)) in checklist.plan.options
    assert [policy for _, policy in checklist.coming.options][1:] == ["room", "together", "webinar"]
    why = [SAY(f"cockpit.checklist.{each}") for each in ("why_coming", "why.code", "why.card", "check_contacts")]
    assert [words for words in why if words not in words_in(checklist)] == []
    assert chosen(checklist) == [*[UNANSWERED] * 4, ""]
    assert [each.label for each in (checklist.plan, checklist.coming, checklist.entry, checklist.country)] == ["Please choose"] * 4
    press(checklist.settle)
    assert "Please choose a plan, who comes, how people come in, and a country first." in checklist.problem.value
    checklist.plan.value, checklist.entry.value, checklist.country.value = ("evening", 0), "code", ""
    press(checklist.settle)
    assert "Please choose who comes first." in checklist.problem.value
    assert room.as_led()["agenda"] is None
    panel = AgendaPanel(workshop, Follower(SAY))
    assert ("No plan has been chosen yet" in panel.clock.value, panel.parts.options, offered(panel)) == (True, (), [])


def test_what_another_cockpit_settled_is_taken_up(checklist: Checklist, room: RunningRoom, workshop: Workshop) -> None:
    """Also where only who comes was changed, or a contact taken away; what is being chosen meanwhile is not disturbed by other news."""
    other = Checklist(workshop, Follower(SAY))
    for coming, contact in (("room", "Room 3"), ("together", "")):
        answer(other, "half_day", coming=coming, entry="card", contact=contact)
        checklist.show(room.as_led())
        assert chosen(checklist) == [("half_day", 0), coming, "card", "DE", contact]

    checklist.plan.value = ("series", 1)
    room.public.get(room.path("/stage")).raise_for_status()
    checklist.show(room.as_led())
    assert checklist.plan.value == ("series", 1)


@pytest.mark.room("--plan", "half_day", "--by-card", "--country", "FR", "--contact", "Room 3")
def test_what_was_said_when_the_room_was_started_is_filled_in(checklist: Checklist) -> None:
    """Plan, cards, country and contact of the command line are there to be confirmed; who comes is asked all the same."""
    assert chosen(checklist) == [("half_day", 0), UNANSWERED, "card", "FR", "Room 3"]
    assert still_to_do(checklist)[0]


def test_a_rehearsal_answers_for_nobody(checklist: Checklist, room: RunningRoom) -> None:
    """Back from a rehearsal the checklist is as it was left, half answered and not settled; who really comes is still to be said."""
    checklist.plan.value, checklist.contact.value = ("half_day", 0), "Room 3"
    at_home = room.as_led()
    rehearsal: State = {**at_home, "code": "REHEAR", "simulated": True, "agenda": {"plan": "half_day", "meeting": 0}, "plan": "half_day"}
    for state, fields in ((rehearsal, ["room", "code", "", ""]), (at_home, [*[UNANSWERED] * 3, "Room 3"])):
        checklist.show(state)
        assert chosen(checklist) == [("half_day", 0), *fields]
    answer(checklist, "series", 1, "together", "card", "IE", "Room 4")
    checklist.show(rehearsal)
    checklist.show(room.as_led())
    assert chosen(checklist) == [("series", 1), "together", "card", "IE", "Room 4"]


# The plan
def parts_of(panel: AgendaPanel) -> list[str]:
    """Return the plan as the panel lists it."""
    return [words for words, _ in panel.parts.options]


def bend(panel: AgendaPanel, place: int, button: Any) -> None:
    """Choose a part of the plan, and press a button."""
    panel.parts.value = place
    press(button)


def test_one_button_leads_through_the_whole_evening(led: Cockpit, room: RunningRoom) -> None:
    """It names what comes next and shows the part made ready for that, as short as it is by then; no key in sight belongs to two buttons."""
    panel, names = led.agenda, []
    assert "The evening has not begun." in panel.clock.value
    while not panel.onward.disabled:
        names.append(panel.onward.description)
        led.make_ready()
        assert led._ahead is not None
        ready = led._ahead[1]
        bend(panel, len(names) - 1, panel.shorten)
        press(panel.onward)
        assert section_of(led) is ready
        assert "This part is shortened." in ready.head.value or ready.entry.block.section is None
        assert f"{ready.entry.minutes} minutes" in ready.head.value
        assert room.as_led()["agenda"]["current"] == len(names) - 1
        assert [words[0] for words in parts_of(panel)] == ["✓"] * (len(names) - 1) + ["▶"] + ["·"] * (8 - len(names))
        keys = Counter(name for each in parts_in(led) for name in each._dom_classes if name.startswith("workshop-key-"))
        assert len(keys) >= 8
        assert [key for key, times in keys.items() if times > 1] == []

    parts = ["Arriving", "01 What intimacy is", "06 The fears that guard us", "05 The risk of being seen", "Break"]
    assert names == [f"Begin: {parts[0]}", *(f"Go on: {part}" for part in (*parts[1:], "10 Five practices", "Time to spare", "Closing"))]
    led.make_ready()
    assert (panel.onward.description, panel.problem.value, led._ahead) == ("Go on", "", None)


def test_the_clock_says_what_is_left_and_what_could_give_way(led: Cockpit, room: RunningRoom) -> None:
    """Minutes left in the part and in all, by how much it runs over, and what would make up for it: time to spare first."""
    panel = led.agenda
    press(panel.onward)

    def at(minute: float) -> str:
        panel._now_s = lambda: room.as_led()["agenda"]["began_s"] + 60 * minute
        panel.look_at_the_clock()
        return str(panel.clock.value)

    assert [words for words in ("6 min left in this part", "86 min left in all") if words not in at(4)] == []
    assert "late" not in at(10)
    late = at(13)
    gives = (
        "What could give way: Time to spare (14 min), 01 What intimacy is (3 min), 06 The fears that guard us (6 min), "
        "05 The risk of being seen (4 min), and 10 Five practices (3 min)."
    )
    said = ("3 min over in this part", "77 min left in all", "the end comes 3 min late", gives)
    assert [words for words in said if words not in late] == []
    for place in (FIRST, FEARS, SEEN, PRACTICES):
        bend(panel, place, panel.shorten)
    assert "late" not in at(13)
    bend(panel, SLACK, panel.leave_out)
    assert "Nothing is left that could give way" in at(50)
    assert "5 min over in all" in at(95)


def test_the_plan_is_bent_by_what_is_chosen_in_it_and_back(led: Cockpit, room: RunningRoom) -> None:
    """Buttons act on the chosen part, which stays chosen where it goes, and say what they would do; undo takes change by change back."""
    panel, at_first = led.agenda, parts_of(led.agenda)
    assert panel.undo.disabled
    press(panel.onward)
    press(panel.onward)
    bend(panel, FEARS, panel.shorten)
    assert (parts_of(panel)[FEARS], panel.shorten.description) == ("· 11 min, short  06 The fears that guard us", "Give full time")
    press(panel.shorten)
    assert (parts_of(panel)[FEARS], panel.shorten.description) == ("· 17 min  06 The fears that guard us", "Shorten")
    press(panel.leave_out)
    assert (parts_of(panel)[FEARS], panel.leave_out.description) == ("· left out  06 The fears that guard us", "Take up again")
    press(panel.later)
    assert [part[-8:] for part in parts_of(panel)[FEARS:BREAK]] == ["ing seen", "guard us"]
    assert (panel.parts.value, panel.leave_out.description) == (SEEN, "Take up again")
    press(panel.earlier)
    assert (panel.parts.value, parts_of(panel)[FEARS][-8:]) == (FEARS, "guard us")
    press(panel.lead)
    agenda = room.as_led()["agenda"]
    assert (agenda["current"], agenda["entries"][FEARS]["left_out"]) == (FEARS, False)
    for _ in range(6):
        press(panel.undo)
    assert (room.as_led()["agenda"]["current"], room.as_led()["section"], panel.parts.value) == (FIRST, "01", FEARS)
    press(panel.undo)
    press(panel.undo)
    assert (parts_of(panel), panel.undo.disabled) == (at_first, True)


def test_a_section_that_the_plan_leaves_out_can_be_added(led: Cockpit, room: RunningRoom) -> None:
    """It is put after the chosen part and offered no more; what is not chosen or not allowed is said beside the plan until the next press."""
    panel = led.agenda
    press(panel.onward)
    bend(panel, FIRST, panel.add)
    assert "Choose a section" in panel.problem.value
    panel.further.value = "02"
    press(panel.add)
    assert [part.rpartition("  ")[2][:2] for part in parts_of(panel)[FIRST : FEARS + 2]] == ["01", "02", "06"]
    assert (panel.further.label, "02" in [section for _, section in panel.further.options]) == ("Choose one", False)
    panel.further.value = "03"
    bend(panel, len(parts_of(panel)) - 1, panel.add)
    assert '<p role="alert"><b>The meeting ends with the closing.' in panel.problem.value
    assert (panel.parts.value, panel.add.disabled, len(room.as_led()["agenda"]["entries"])) == (8, False, 9)
    press(panel.undo)
    assert (panel.problem.value, len(room.as_led()["agenda"]["entries"])) == ("", 8)
    assert "02" in [section for _, section in panel.further.options]


# The room
def test_the_room_panel_says_how_people_get_in(room: RunningRoom, workshop: Workshop) -> None:
    """Code, QR code and address, how many seats are taken, ways to all that can be opened, and the stage, small and out of reach."""
    panel, address = RoomPanel(workshop, Follower(SAY)), f"{room.connection.public_url}/{room.code}"
    assert [words for words in (f">{room.code}<", f"QR code: {address}") if words not in panel.join.value] == []
    assert "Rehearsal" not in panel.join.value
    assert "<b>under 5</b>" in panel.behind.here.value
    assert [way for way in ("stage", "cards", "contacts", "privacy") if f'href="{address}/{way}"' not in panel.links.value] == []
    assert f'<iframe src="{address}/stage?preview"' in panel.picture.value
    assert [word for word in ("inert", 'tabindex="-1"', 'aria-hidden="true"', "sandbox=") if word not in panel.picture.value] == []


def test_what_the_panel_tells_the_room_it_tells_once(room: RunningRoom, workshop: Workshop) -> None:
    """A choice for the stage acts at once, a press sets the timer or takes it away; drawing what somebody else chose does not act at all."""
    noting = Noting(lambda: room.connection)
    panel = RoomPanel(workshop, Follower(SAY, lambda: noting))
    panel.scene.value = "break"
    assert (room.as_led()["stage"], noting.told["show_on_stage"]) == ("break", 1)
    assert "there is a break" in panel.stage.value
    room.tell("/stage", show="closing")
    panel.show(room.as_led())
    assert (panel.scene.value, room.as_led()["stage"], noting.told["show_on_stage"]) == ("closing", "closing", 1)
    panel.scene.value = "follow"
    assert (room.as_led()["stage"], noting.told["show_on_stage"]) == ("follow", 2)
    [five] = [each for each in parts_in(panel) if getattr(each, "description", "") == "5 min"]
    press(five)
    assert room.as_led()["ends_at"] > 0
    assert "nothing closes by itself" in panel.timer.value
    press(panel.stop)
    assert (room.as_led()["ends_at"], panel.timer.value, noting.told["set_timer"]) == (None, "", 2)


def test_what_is_on_the_stage_is_there_in_words_as_well(led: Cockpit, room: RunningRoom, workshop: Workshop) -> None:
    """Way in, title, question, that a poll closed, and result: who does not see the picture reads what it shows."""
    room.gather()
    said = []
    for _ in range(2):
        press(led.agenda.onward)
        said.append(led.room.stage.value)
    card = in_hand(section_of(led))
    for button in (card.ask, card.close_poll, card.reveal):
        press(button)
        said.append(led.room.stage.value)
    question = workshop.poll("close_lately").question
    parts = ["the way in", "“What intimacy is”", f"the question, and how many have answered: “{question}”", "the poll has closed"]
    parts.append(f"what the group said: “{question}”")
    assert [part in words for part, words in zip(parts, said, strict=True)] == [True] * 5


def test_what_needs_the_leader_is_announced_in_one_place(room: RunningRoom, workshop: Workshop) -> None:
    """The panel of the room tells of a pause until it is acknowledged, the cards in the middle leave it to that; and of lines while they wait."""
    settle(room)
    noting = Noting(lambda: room.connection)
    led = Cockpit(workshop, Follower(SAY, lambda: noting))
    press(led.agenda.onward)
    assert not is_shown(led.room.seen)
    for pauses in (1, 2):
        words = SAY("cards.leading.pauses", n=pauses)
        for part in (led.room, section_of(led), in_hand(section_of(led)), led.agenda):
            part.show({**room.as_led(), "pauses": pauses})
        assert f'<p role="alert"><b>{words}</b></p>' in led.room.pauses.value
        assert words_in(led).count(words) == 1
    press(led.room.seen)
    assert noting.told["acknowledge_pauses"] == 1
    assert (led.room.pauses.value, is_shown(led.room.seen)) == ("", False)
    for phase in ("open", "reading", "closed"):
        led.room.show({**room.as_led(), "current": [{"phase": phase}]})
        assert (f'<p role="alert"><b>{SAY("cockpit.room.comments_wait")}</b></p>' in led.room.reading.value) == (phase == "reading")


# A part of the plan
def lead_part(led: Cockpit, place: int) -> SectionPanel:
    """Lead a part of the plan by its place, and return its panel."""
    bend(led.agenda, place, led.agenda.lead)
    return section_of(led)


def test_a_part_takes_the_place_of_the_checklist(led: Cockpit, workshop: Workshop) -> None:
    """A section shows polls, guide, prose, and room for a note, a break what it is for; a button turns to the checklist and back to the part."""
    assert led.middle.children == (led.checklist,)
    panel, section = lead_part(led, FIRST), workshop.section("01")
    assert section.guide is not None
    shown, prose = words_in(panel), prose_html(section.notebook)
    expected = (section.title, "10 minutes", section.polls[0].question, section.guide.debrief[0], prose)
    assert [words for words in expected if words not in shown] == []
    assert section.polls[1].question not in shown
    assert (len(prose) > 500, is_shown(panel.note)) == (True, True)
    press(led.settings)
    assert (led.middle.children, led.settings.description) == ((led.checklist,), "Back to the evening")
    press(led.settings)
    assert (section_of(led), led.settings.description) == (panel, "Before people come")
    press(led.settings)
    pause = lead_part(led, BREAK)
    assert SAY("cockpit.section.break") in pause.head.value
    assert (pause.poll.children, is_shown(pause.note), is_shown(pause.following)) == ((), False, False)


def test_shortening_shows_the_short_version_and_leaves_the_rest_alone(led: Cockpit, workshop: Workshop) -> None:
    """The words for when time is short appear with the new minutes; the poll in hand and a note stay, and in full time they go again."""
    panel, guide = lead_part(led, FEARS), workshop.section("06").guide
    assert guide is not None
    press(panel.following)
    card = in_hand(panel)
    panel.note.value = "Slowly here"
    for button, minutes, is_short in ((led.agenda.shorten, "11 minutes", True), (led.agenda.undo, "17 minutes", False)):
        press(button)
        assert (section_of(led), in_hand(panel), panel.note.value) == (panel, card, "Slowly here")
        assert (guide.if_short in panel.head.value, minutes in panel.head.value) == (is_short, True)


def test_one_poll_is_in_hand_and_the_next_is_one_press_away(led: Cockpit, room: RunningRoom, workshop: Workshop) -> None:
    """A button takes the section's polls in hand, round and round; it is said where each of them is, and below a result what to say."""
    panel, guide = lead_part(led, FEARS), workshop.section("06").guide
    assert guide is not None
    assert "<b>Poll 1: not asked yet</b> · Poll 2: not asked yet · Poll 3: not asked yet" in panel.which.value
    first = in_hand(panel)
    room.gather()
    press(first.ask)
    press(panel.following)
    assert (first._poll.id, in_hand(panel)._poll.id) == ("fears", "loudest")
    assert "Poll 1: open · <b>Poll 2: not asked yet</b>" in panel.which.value
    assert in_hand(panel).ask.disabled
    press(panel.following)
    press(panel.following)
    assert in_hand(panel) is first
    press(first.close_poll)
    assert "<b>Poll 1: closed</b>" in panel.which.value
    assert guide.if_hidden in first._shown.debrief.value
    press(first.reveal)
    assert "<b>Poll 1: shown</b>" in panel.which.value
    press(first.discard)
    press(first.discard)
    assert first._shown.debrief.value == ""


def test_what_the_plan_does_not_ask_says_why_and_has_no_button(led: Cockpit, room: RunningRoom) -> None:
    """A poll in people's own words rests in a plan without them and can be asked in another; what was asked by that can still be led."""
    panel = lead_part(led, CLOSING)
    for _ in range(panel.which.value.count("Poll ")):
        press(panel.following)
    card: Any = panel.cards["one_thing",]
    assert (SAY("cockpit.poll.not_in_plan") in card.status.value, offered(card)) == (True, [])
    assert panel.which.value.count("not asked in this plan") == 1
    half_day = {**room.as_led(), "plan": "half_day"}
    for part in (card, panel):
        part.show(half_day)
    assert ("This poll has not been asked yet." in card.status.value, offered(card)) == (True, ["Ask the group"])
    assert "not asked in this plan" not in panel.which.value
    run = {"run": 1, "poll": "one_thing", "phase": "open", "step": "5+", "before": None, "together": 1}
    card.show({**room.as_led(), "runs": [run], "current": [run]})
    assert offered(card) == ["Close the poll", "Discard"]


def test_what_gives_way_is_closed_and_hears_nothing_any_more(led: Cockpit) -> None:
    """Wherever the evening turns, the right part is led; a second walk has no more listeners than the first, what was put away is closed."""
    heard, gone, kept = list[int](), list[Any](), list[Any]()
    for place in (FEARS, SEEN, BREAK, CLOSING) * 2:
        panel = lead_part(led, place)
        assert led.agenda.agenda is not None
        assert panel.entry == led.agenda.agenda.entry
        if is_shown(panel.following):
            press(panel.following)
        led.make_ready()
        ready = [led._ahead[1]] if led._ahead else []
        gone += kept
        kept = [each for part in (panel, *ready) for each in (*parts_in(part), *part.cards.values())]
        heard.append(len(led._follower._listeners))
    assert heard[:4] == heard[4:]
    assert [each for each in gone if each.comm is not None and each not in kept] == []
    assert [each for each in (*parts_in(led), *kept) if each.comm is None] == []


def test_a_cockpit_that_is_opened_anew_comes_back_where_the_evening_is(led: Cockpit, room: RunningRoom) -> None:
    """After a reload, or a kernel that died, it shows the same part with the poll that is open in hand, and plan and note, which stays with its part."""
    panel = lead_part(led, FIRST)
    press(panel.following)
    room.gather()
    press(in_hand(panel).ask)
    bend(led.agenda, PRACTICES, led.agenda.shorten)
    panel.note.value = "Begin with <b>tea</b>"
    assert room.as_led()["notes"] == {"01": "Begin with <b>tea</b>"}
    again = cockpit()
    assert (section_of(again).head.value, section_of(again).note.value) == (panel.head.value, panel.note.value)
    assert in_hand(section_of(again))._poll.id == in_hand(panel)._poll.id == "hard_to_bring"
    assert is_shown(in_hand(section_of(again)).close_poll)
    assert [again.agenda.parts.options, again.agenda.onward.description] == [led.agenda.parts.options, led.agenda.onward.description]
    press(again.agenda.onward)
    assert section_of(again).note.value == ""
    press(again.agenda.undo)
    assert section_of(again).note.value == "Begin with <b>tea</b>"


def test_a_note_that_the_room_does_not_take_stays_in_its_field(led: Cockpit, room: RunningRoom) -> None:
    """One that is too long, or written while the room is away, is not lost, and is kept when the field is left the next time."""
    press(led.agenda.onward)
    panel, long = section_of(led), "Slowly. " * 150
    panel.note.value = long
    assert "A note has up to 1,000 characters." in panel.problem.value
    panel.show(room.as_led())
    assert (panel.note.value, room.as_led()["notes"]) == (long, {})
    panel.note.value = long[:800]
    assert (panel.problem.value, room.as_led()["notes"]) == ("", {"00": long[:800]})
    room.kill()
    panel.note.value = "Half a sentence"
    room.start()
    led._follower.refresh()
    assert panel.note.value == "Half a sentence"
    panel.note.value += ", and the rest"
    assert room.as_led()["notes"] == {"00": "Half a sentence, and the rest"}


# Mishaps, and others who lead
def test_two_cockpits_of_one_room_show_the_same(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a loop is running, what is done in one is seen in the other without a press, and each makes ready what comes next."""
    monkeypatch.setattr(dashboard, "AHEAD_SECONDS", 0)
    settle(room)
    room.sit(*PEOPLE[:3])

    async def lead_in_two() -> None:
        first, second = cockpit(), cockpit()
        press(first.agenda.onward)
        await until(lambda: second.section is not None, "the second cockpit to begin")
        await until(lambda: first._ahead and second._ahead, "both to make the next part ready")
        press(second.agenda.onward)
        await until(lambda: "What intimacy is" in section_of(first).head.value, "the first to go on")
        press(second.room.door)
        await until(lambda: is_shown(first.room.behind.yes), "the door to be locked in both")
        press(first.room.behind.yes)
        await until(lambda: is_shown(second.room.behind.one_more), "the people to be counted in both")
        press(in_hand(section_of(first)).ask)
        await until(lambda: is_shown(in_hand(section_of(second)).close_poll), "the poll to be open in both")
        first.room.scene.value = "break"
        await until(lambda: second.room.scene.value == "break", "the stage to be told in both")
        assert first.agenda.parts.options == second.agenda.parts.options

    asyncio.run(lead_in_two())


def test_time_passes_and_a_restart_is_over_without_a_press(room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a loop is running, the clock goes on by itself, and a room that was gone is found again with the part that was led."""
    monkeypatch.setattr(dashboard, "CLOCK_SECONDS", 0.01)
    settle(room)

    async def wait_for_it() -> None:
        led = cockpit()
        press(led.agenda.onward)
        panel, began_s, passed_min = section_of(led), room.as_led()["agenda"]["began_s"], [0]
        led.agenda._now_s = lambda: began_s + 60 * passed_min[0]
        await until(lambda: "10 min left in this part" in led.agenda.clock.value, "the clock to begin")
        passed_min[0] = 7
        await until(lambda: "3 min left in this part" in led.agenda.clock.value, "the clock to go on")

        await asyncio.to_thread(room.kill)
        led._follower.refresh()
        assert "No room is running" in led.room.join.value
        await asyncio.to_thread(room.start)
        await until(lambda: room.code in led.room.join.value, "the room to be back")
        assert section_of(led) is panel

    asyncio.run(wait_for_it())


def test_a_room_that_is_gone_for_a_moment_leaves_everything_in_its_place(led: Cockpit, room: RunningRoom) -> None:
    """With the server gone a press says so, plan and part stay as they are, and after its restart the next press finds the room again."""
    panel, plan = lead_part(led, FIRST), led.agenda.parts.options
    panel.note.value = "Kept"
    room.kill()
    press(led.agenda.onward)
    assert "The room does not answer" in led.agenda.problem.value
    press(led.agenda.onward)
    assert SAY("cards.leading.no_room_now") in led.agenda.problem.value
    assert (section_of(led), panel.note.value, led.agenda.parts.options) == (panel, "Kept", plan)
    assert "No plan has been chosen" not in led.agenda.clock.value
    room.start()
    press(led.agenda.onward)
    assert (led.agenda.problem.value, room.as_led()["agenda"]["current"]) == ("", FEARS)
    assert "06 The fears that guard us" in section_of(led).head.value


def test_news_that_come_late_move_nothing_back(room: RunningRoom) -> None:
    """Of two presses in a hurry the news of the first arrive after the second: the part that is led stays, with the same cards in it."""
    settle(room)

    async def hurry() -> None:
        led = cockpit()
        await asyncio.to_thread(room.tell, "/timer", minutes=5)
        await until(lambda: led.room.timer.value, "the cockpit to hear of what others do")
        press(led.agenda.onward)
        press(led.agenda.onward)
        panel = section_of(led)
        await asyncio.to_thread(room.tell, "/timer", minutes=None)
        while led.room.timer.value:
            assert section_of(led) is panel
            await asyncio.sleep(0)
        assert section_of(led) is panel

    asyncio.run(hurry())


def test_without_a_room_the_cockpit_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room running there is the checklist to look at, the command that opens a room, and nothing to press that would fail."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    led = cockpit()
    assert led.middle.children == (led.checklist,)
    assert "workshop-kit start" in led.room.join.value
    assert [led.checklist.settle.disabled, led.agenda.onward.disabled, is_shown(led.room.door)] == [True, True, False]
    assert [led.room.behind.here.value, led.room.picture.value, led.checklist.done.value] == ["", "", ""]


def test_whoever_is_put_away_while_news_are_told_is_not_told(room: RunningRoom) -> None:
    """News that lead one listener to close another reach only those who are still there, and stumble over nobody who is gone."""
    follower, heard = Follower(SAY), Counter[str]()

    @dataclass
    class Listener:
        name: str
        closes: "Listener | None" = None

        def hear(self, _state: State | None) -> None:
            heard[self.name] += 1
            if self.closes is not None and heard[self.name] == 2:
                follower.forget(self.closes.hear)

    second = Listener("second")
    first = Listener("first", second)
    for each in (first, second, Listener("passing")):
        follower.tell(each.hear)
    del each
    follower.refresh()
    assert (heard, len(follower._listeners)) == (Counter(first=2, second=1, passing=1), 1)
    assert follower.room is not None
    follower.room.close()
