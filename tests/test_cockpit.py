"""The cockpit without a browser: its buttons are pressed in the test, the room that it leads is a real one."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import ipywidgets as widgets
import pytest

from tests.every_kind import arguments
from tests.world import PATIENCE_SECONDS, RunningRoom, wait_for
from workshop_kit import material
from workshop_kit.client import LedRoom
from workshop_kit.connection import FOLDER_VARIABLE, Connection
from workshop_kit.notebook.cockpit import Cockpit, cockpit, dashboard
from workshop_kit.notebook.cockpit.agenda_panel import NOT_BEGUN, NOT_CHOSEN, AgendaPanel
from workshop_kit.notebook.cockpit.room_panel import READING, RoomPanel
from workshop_kit.notebook.cockpit.section_panel import BETWEEN, SectionPanel, prose_html
from workshop_kit.notebook.follow import Follower, State
from workshop_kit.notebook.leading import LOCKED, NO_ROOM_NOW, PAUSE, PAUSES
from workshop_kit.notebook.poll_card import NOT_IN_PLAN, SAID, PollCard
from workshop_kit.workshop import Workshop

EVENING: Final = {"plan": "evening", "meeting": 0, "policy": "room"}
ARRIVAL, FIRST, FEARS, SEEN, BREAK, PRACTICES, SLACK, CLOSING = range(8)
ANSWERS: Final = ["hurt"] * 5 + ["known"] * 4 + ["other"] * 3


class Noting(LedRoom):
    """A room that notes what it was told to do."""

    def __init__(self, find: Callable[[], Connection]) -> None:
        super().__init__(find)
        self.told: Counter[str] = Counter()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Tell the room, and note it."""
        self.told[path] += 1
        return super().post(path, body)


def press(button: widgets.Button) -> None:
    """Press a button that is there to be pressed."""
    assert is_shown(button)
    assert not button.disabled
    button.click()


def is_shown(widget: widgets.Widget) -> bool:
    """Return whether a widget is in sight."""
    return bool(widget.layout.display != "none")


def within(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Yield a widget and all that is in sight within it."""
    if is_shown(widget):
        yield widget
        for each in getattr(widget, "children", ()):
            yield from within(each)


def words_in(widget: widgets.Widget) -> str:
    """Return all words that a widget shows."""
    return " ".join(str(getattr(each, "value", "")) for each in within(widget))


def follower_of(room: RunningRoom) -> Follower:
    """Return a follower of its own for a room, as each notebook has one."""
    return Follower(lambda: LedRoom(lambda: room.connection))


def state_of(room: RunningRoom) -> State:
    """Return a room as its facilitator may know it."""
    told: State = room.control.get("/state").raise_for_status().json()
    return told


def notes_in(room: RunningRoom) -> Mapping[str, str]:
    """Return the notes that a room keeps, without those that were emptied."""
    return {section: words for section, words in state_of(room)["notes"].items() if words}


def settle(room: RunningRoom, **different: object) -> None:
    """Choose a plan anew, as the checklist does."""
    for plan in ("webinar", "evening"):
        room.control.post("/setup", json={**EVENING, "plan": plan, **different}).raise_for_status()


@pytest.fixture(scope="module")
def open_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield one room for all tests that do not end it."""
    with RunningRoom(tmp_path_factory.mktemp("shared") / "room") as room:
        yield room


@pytest.fixture
def room(open_room: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> RunningRoom:
    """Return that room as it is before its evening begins; a cockpit in this process finds it as in a notebook."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(open_room.folder))
    for run in state_of(open_room)["runs"]:
        open_room.lead(run["run"], "discard")
    for path, body in (("/door", {"state": "open"}), ("/stage", {"show": "follow"}), ("/timer", {"minutes": None})):
        open_room.control.post(path, json=body).raise_for_status()
    for section in state_of(open_room)["notes"]:
        open_room.control.post("/notes", json={"section": section, "words": ""}).raise_for_status()
    settle(open_room)
    return open_room


@pytest.fixture
def own_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room with a plan for one test alone, which may end it."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    with RunningRoom(tmp_path / "room") as room:
        settle(room)
        yield room


@pytest.fixture
def led(room: RunningRoom) -> Cockpit:
    """Return the cockpit of the room, made as the notebook makes it."""
    return cockpit()


class Plan:
    """The agenda panel of a room, on a clock of its own: so many minutes after the meeting was begun."""

    def __init__(self, room: RunningRoom, workshop: Workshop) -> None:
        self._room, self._minute = room, 0.0
        self.panel = AgendaPanel(workshop, follower_of(room), now_s=self._now_s)

    def at(self, minute: float) -> str:
        """Return what the panel says of the time after some minutes."""
        self._minute = minute
        self.panel.look_at_the_clock()
        return str(self.panel.clock.value)

    def lines(self) -> list[str]:
        """Return the plan as it stands there."""
        return [words for words, _ in self.panel.parts.options]

    def _now_s(self) -> float:
        agenda = state_of(self._room)["agenda"]
        return float((agenda and agenda["began_s"]) or 0) + 60 * self._minute


@pytest.fixture
def plan(room: RunningRoom, workshop: Workshop) -> Plan:
    """Return the plan of the room."""
    return Plan(room, workshop)


# ---- the plan -----------------------------------------------------------------------------------------------------------


def test_before_a_plan_is_chosen_there_is_nothing_to_press(tmp_path: Path, workshop: Workshop) -> None:
    """Without a plan the panel says what comes first, lists nothing, and no button of it can be pressed."""
    with RunningRoom(tmp_path / "room") as room:
        panel = AgendaPanel(workshop, follower_of(room))

        buttons = (panel.onward, panel.lead, panel.shorten, panel.leave_out, panel.earlier, panel.later, panel.undo)
        assert NOT_CHOSEN in panel.clock.value
        assert panel.parts.options == ()
        assert [button.description for button in buttons if not button.disabled] == []


def test_one_button_leads_through_the_whole_evening(plan: Plan, room: RunningRoom) -> None:
    """It names what comes next, the plan marks what is over and what is being led, and after the last part it rests."""
    panel, names = plan.panel, []
    assert NOT_BEGUN in panel.clock.value
    assert [line[0] for line in plan.lines()] == ["·"] * 8
    while not panel.onward.disabled:
        names.append(panel.onward.description)
        press(panel.onward)
        assert state_of(room)["agenda"]["current"] == len(names) - 1
        assert [line[0] for line in plan.lines()] == ["✓"] * (len(names) - 1) + ["▶"] + ["·"] * (8 - len(names))

    assert names == [
        "Begin: Arriving",
        "Go on: 01 What intimacy is",
        "Go on: 06 The fears that guard us",
        "Go on: 05 The risk of being seen",
        "Go on: Break",
        "Go on: 10 Five practices",
        "Go on: Time to spare",
        "Go on: Closing",
    ]
    assert (panel.onward.description, panel.problem.value) == ("Go on", "")
    assert plan.lines()[FEARS] == "✓ 17 min  06 The fears that guard us"


def test_the_clock_says_what_is_left_and_what_could_give_way(plan: Plan) -> None:
    """Minutes left in the part and in all, by how much it runs over, and what would make up for it: time to spare first."""
    press(plan.panel.onward)

    assert "6 min left in this part" in plan.at(4)
    assert "86 min left in all" in plan.at(4)
    assert "late" not in plan.at(10)
    late = plan.at(13)
    assert "3 min over in this part" in late
    assert "77 min left in all" in late
    assert "the end comes 3 min late" in late
    assert (
        "What could give way: Time to spare (14 min), 01 What intimacy is (3 min), 06 The fears that guard us (6 min), "
        "05 The risk of being seen (4 min) or 10 Five practices (3 min)." in late
    )

    for place in (FIRST, FEARS, SEEN, PRACTICES):
        plan.panel.parts.value = place
        press(plan.panel.shorten)
    assert "late" not in plan.at(13)
    plan.panel.parts.value = SLACK
    press(plan.panel.leave_out)
    assert "Nothing is left that could give way" in plan.at(50)
    assert "5 min over in all" in plan.at(95)


def test_the_plan_is_bent_by_what_is_chosen_in_it(plan: Plan, room: RunningRoom) -> None:
    """Shorten, leave out, move and lead act on the chosen part; it stays chosen where it goes, and its buttons say what they would do."""
    panel = plan.panel
    press(panel.onward)
    panel.parts.value = FEARS
    press(panel.shorten)
    assert (plan.lines()[FEARS], panel.shorten.description) == ("· 11 min, short  06 The fears that guard us", "Give full time")
    press(panel.shorten)
    assert (plan.lines()[FEARS], panel.shorten.description) == ("· 17 min  06 The fears that guard us", "Shorten")

    press(panel.leave_out)
    assert (plan.lines()[FEARS], panel.leave_out.description) == ("· left out  06 The fears that guard us", "Take up again")
    assert panel.parts.value == FEARS

    press(panel.later)
    assert [line[-8:] for line in plan.lines()[FEARS:BREAK]] == ["ing seen", "guard us"]
    assert (panel.parts.value, panel.leave_out.description) == (SEEN, "Take up again")
    press(panel.earlier)
    assert panel.parts.value == FEARS
    assert plan.lines()[FEARS].endswith("guard us")

    press(panel.lead)
    agenda = state_of(room)["agenda"]
    assert (agenda["current"], agenda["entries"][FEARS]["left_out"]) == (FEARS, False)


def test_a_section_that_the_plan_leaves_out_can_be_added(plan: Plan, room: RunningRoom) -> None:
    """It is put after the chosen part and offered no more; without a choice the panel says what to choose, and after the closing nothing comes."""
    panel = plan.panel
    press(panel.onward)
    panel.parts.value = FIRST
    press(panel.add)
    assert "Choose a section" in panel.problem.value

    panel.further.value = "02"
    press(panel.add)
    assert [line.rpartition("  ")[2] for line in plan.lines()[FIRST : FEARS + 2]] == [
        "01 What intimacy is",
        "02 Growing apart",
        "06 The fears that guard us",
    ]
    assert panel.further.label == "Choose one"
    assert "02" not in [section for _, section in panel.further.options]

    panel.parts.value, panel.further.value = len(plan.lines()) - 1, "03"
    press(panel.add)
    assert "The meeting ends with the closing." in panel.problem.value
    press(panel.undo)
    assert len(state_of(room)["agenda"]["entries"]) == 8
    assert "02" in [section for _, section in panel.further.options]


def test_each_change_is_taken_back_by_one_press(own_room: RunningRoom, workshop: Workshop) -> None:
    """Undo goes back change by change, going on included, and rests when there is nothing to take back."""
    plan = Plan(own_room, workshop)
    panel, at_first = plan.panel, plan.lines()
    assert panel.undo.disabled
    press(panel.onward)
    press(panel.onward)
    panel.parts.value = SLACK
    press(panel.leave_out)

    press(panel.undo)
    assert (panel.parts.value, panel.leave_out.description) == (SLACK, "Leave out")
    press(panel.undo)
    assert state_of(own_room)["agenda"]["current"] == ARRIVAL
    assert state_of(own_room)["section"] == "00"
    press(panel.undo)
    assert plan.lines() == at_first
    assert panel.undo.disabled


def test_what_the_plan_does_not_allow_is_said_beside_it(plan: Plan, room: RunningRoom) -> None:
    """A part that is over, or that opens or ends the evening, stays; the panel says why, and the next press takes the words away."""
    panel = plan.panel
    for _ in range(3):
        press(panel.onward)
    before = state_of(room)["agenda"]

    for place, button, said in (
        (ARRIVAL, panel.shorten, "This part is over."),
        (CLOSING, panel.leave_out, "cannot be left out"),
        (SLACK, panel.later, "can change places"),
    ):
        panel.parts.value = place
        press(button)
        assert said in panel.problem.value
        assert 'role="alert"' in panel.problem.value
        assert (panel.parts.value, button.disabled) == (place, False)
    assert state_of(room)["agenda"] == before

    press(panel.onward)
    assert panel.problem.value == ""


def test_the_clock_goes_on_by_itself(room: RunningRoom, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a dashboard, where a loop is running, nobody need press anything to see the minutes pass."""
    monkeypatch.setattr(dashboard, "CLOCK_SECONDS", 0.01)

    async def wait_a_while() -> None:
        led = cockpit()
        press(led.agenda.onward)
        began_s, passed_min = state_of(room)["agenda"]["began_s"], [0]
        led.agenda._now_s = lambda: began_s + 60 * passed_min[0]
        await until(lambda: "10 min left in this part" in led.agenda.clock.value, "the clock to begin")
        passed_min[0] = 7
        await until(lambda: "3 min left in this part" in led.agenda.clock.value, "the clock to go on")

    asyncio.run(wait_a_while())


async def until(seen: Callable[[], object], what: str) -> None:
    """Wait until something is seen."""
    for _ in range(int(PATIENCE_SECONDS / 0.02)):
        if seen():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"Waited in vain for {what}.")


# ---- the room -----------------------------------------------------------------------------------------------------------


def test_the_room_panel_says_how_people_get_in(room: RunningRoom, workshop: Workshop) -> None:
    """Code, QR code and address, how many seats are taken, ways to all that can be opened, and the stage, small and out of reach."""
    panel, address = RoomPanel(workshop, follower_of(room)), f"{room.connection.public_url}/{room.code}"

    assert room.code in panel.join.value
    assert f"QR code: {address}" in panel.join.value
    assert "Rehearsal" not in panel.join.value
    assert "<b>under 5</b>" in panel.here.value
    assert [way for way in ("stage", "cards", "contacts", "privacy") if f'href="{address}/{way}"' not in panel.links.value] == []
    assert f'<iframe src="{address}/stage?preview"' in panel.picture.value
    assert [word for word in ("inert", 'tabindex="-1"', 'aria-hidden="true"', "sandbox=") if word not in panel.picture.value] == []


def test_the_stage_is_told_what_to_show_once_for_each_choice(room: RunningRoom, workshop: Workshop) -> None:
    """A choice in the list acts at once and once; drawing what somebody else chose does not act at all."""
    noting = Noting(lambda: room.connection)
    panel = RoomPanel(workshop, Follower(lambda: noting))

    panel.scene.value = "break"
    assert (state_of(room)["stage"], noting.told["/stage"]) == ("break", 1)
    assert "there is a break" in panel.stage.value

    room.control.post("/stage", json={"show": "closing"}).raise_for_status()
    panel.show(state_of(room))
    assert (panel.scene.value, state_of(room)["stage"], noting.told["/stage"]) == ("closing", "closing", 1)

    panel.scene.value = "follow"
    assert (state_of(room)["stage"], noting.told["/stage"]) == ("follow", 2)


def test_what_is_on_the_stage_stands_in_words_as_well(room: RunningRoom, led: Cockpit, workshop: Workshop) -> None:
    """Way in, title, question, that a poll closed, and result: who does not see the picture reads what it shows."""
    said = []
    for _ in range(2):
        press(led.agenda.onward)
        said.append(led.room.stage.value)
    card = in_hand(led)
    for button in (card.ask, card.close_poll, card.reveal):
        press(button)
        said.append(led.room.stage.value)

    question = workshop.poll("close_lately").question
    parts = ["the way in", "“What intimacy is”", f"the question, and how many have answered: “{question}”", "the poll has closed"]
    parts.append(f"what the group said: “{question}”")
    assert [part in words for part, words in zip(parts, said, strict=True)] == [True] * 5


def test_a_timer_is_set_and_taken_away(room: RunningRoom, workshop: Workshop) -> None:
    """A press starts a timer on the stage, the panel says that it is a hint, and another press takes it away."""
    panel = RoomPanel(workshop, follower_of(room))
    five = next(each for each in within(panel) if getattr(each, "description", "") == "5 min")

    press(five)
    assert state_of(room)["ends_at"] > 0
    assert "nothing closes by itself" in panel.timer.value

    press(panel.stop)
    assert state_of(room)["ends_at"] is None
    assert panel.timer.value == ""


def test_someone_who_needs_a_moment_is_shown_until_it_is_seen(own_room: RunningRoom, seat_tokens: list[str]) -> None:
    """The signal reaches the panel, without a word of whose it was; acknowledged it goes."""
    room, led = own_room, cockpit()
    assert not is_shown(led.room.seen)
    room.sit(*seat_tokens[:12])
    for seat in seat_tokens[:12]:
        room.public.post(room.path("/pause"), json={"seat": seat}).raise_for_status()
    wait_for(lambda: state_of(room)["pauses"], "a pause to be heard")
    state = state_of(room)
    led.room.show(state)
    assert f'<p role="alert"><b>{PAUSES if state["pauses"] > 1 else PAUSE}</b></p>' in led.room.pauses.value
    assert [seat for seat in seat_tokens[:12] if seat in str(state)] == []

    press(led.room.seen)
    assert state_of(room)["pauses"] < state["pauses"]
    for pauses, words in ((1, PAUSE), (2, PAUSES)):
        led.room.show({**state, "pauses": pauses})
        assert words in led.room.pauses.value
        assert is_shown(led.room.seen)
    led.room.show({**state, "pauses": 0})
    assert (led.room.pauses.value, is_shown(led.room.seen)) == ("", False)


def test_only_one_place_tells_of_a_pause(room: RunningRoom, led: Cockpit) -> None:
    """The cards in the middle leave it to the panel of the room, so that nothing is announced twice."""
    press(led.agenda.onward)
    state = {**state_of(room), "pauses": 1}

    for part in (led.room, section_of(led), in_hand(led), led.agenda):
        part.show(state)

    assert words_in(led).count(PAUSE) == 1


def test_lines_that_wait_to_be_read_are_announced(tmp_path: Path, seat_tokens: list[str]) -> None:
    """While lines in people's own words wait, the panel of the room says so, and says it no more once they are published."""
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material")) as room:
        panel = RoomPanel(material.read(tmp_path / "material"), follower_of(room))
        run = room.ask("text")
        for number, seat in enumerate(seat_tokens[:10]):
            room.sit(seat)
            room.cast(run, seat, f"Line {number}").raise_for_status()
        panel.show(state_of(room))
        assert panel.reading.value == ""

        room.lead(run, "close")
        panel.show(state_of(room))
        assert READING in panel.reading.value
        assert 'role="alert"' in panel.reading.value

        for number in range(1, 11):
            room.control.post(f"/runs/{run}/lines/{number}", json={"decision": "approve"}).raise_for_status()
        room.lead(run, "publish")
        panel.show(state_of(room))
        assert panel.reading.value == ""


def test_cards_in_a_notebook_say_that_the_door_is_locked(room: RunningRoom, workshop: Workshop) -> None:
    """Whoever leads from a section's notebook learns there why nobody gets in, and where the door is opened."""
    card = PollCard(workshop.poll("pulse"), follower_of(room))
    assert LOCKED not in card.status.value

    room.control.post("/door", json={"state": "locked"}).raise_for_status()
    card.show(state_of(room))
    locked = card.status.value
    room.control.post("/door", json={"state": "open"}).raise_for_status()
    card.show(state_of(room))

    assert LOCKED in locked
    assert LOCKED not in card.status.value


# ---- a part of the plan -------------------------------------------------------------------------------------------------


def section_of(led: Cockpit) -> SectionPanel:
    """Return the part that is being led."""
    assert led.section is not None
    assert led.middle.children == (led.section,)
    return led.section


def in_hand(led: Cockpit) -> PollCard:
    """Return the card of the poll that is in hand."""
    [card] = section_of(led).poll.children
    assert isinstance(card, PollCard)
    return card


def test_before_the_evening_begins_the_checklist_stands_in_the_middle(led: Cockpit, workshop: Workshop) -> None:
    """Begun, its place is taken by the first part: its polls, its guide, its prose, and room for a note."""
    assert led.middle.children == (led.checklist,)

    press(led.agenda.onward)
    press(led.agenda.onward)

    panel, section = section_of(led), workshop.section("01")
    assert section.guide is not None
    assert in_hand(led)._poll.id == "close_lately"
    shown = words_in(panel)
    assert all(words in shown for words in (section.title, "10 minutes", section.polls[0].question, section.guide.debrief[0]))
    assert section.polls[1].question not in shown
    assert prose_html(section.notebook) in shown
    assert len(prose_html(section.notebook)) > 500
    assert is_shown(panel.note)


def test_the_checklist_can_be_looked_at_in_the_middle_of_the_evening(led: Cockpit) -> None:
    """A button turns to the checklist and back to the very part that was there; going on comes back by itself."""
    press(led.agenda.onward)
    panel = section_of(led)

    press(led.settings)
    assert (led.middle.children, led.settings.description) == ((led.checklist,), "Back to the evening")
    press(led.settings)
    assert section_of(led) is panel
    assert led.settings.description == "Before people come"

    press(led.settings)
    press(led.agenda.onward)
    assert section_of(led) is not panel


def test_a_break_has_neither_polls_nor_a_note(led: Cockpit) -> None:
    """Where nothing is asked and nothing read, the middle says what the time is for."""
    press(led.agenda.onward)
    led.agenda.parts.value = BREAK
    press(led.agenda.lead)

    panel = section_of(led)
    assert panel.poll.children == ()
    assert BETWEEN["break"] in panel.head.value
    assert not is_shown(panel.note)
    assert not is_shown(panel.following)


def test_shortening_shows_the_short_version_and_leaves_the_rest_alone(led: Cockpit, workshop: Workshop) -> None:
    """The words for when time is short appear with the new minutes; the poll in hand and a note stay, and in full time they go again."""
    press(led.agenda.onward)
    led.agenda.parts.value = FEARS
    press(led.agenda.lead)
    panel, guide = section_of(led), workshop.section("06").guide
    assert guide is not None
    press(panel.following)
    card = in_hand(led)
    panel.note.value = "Slowly here"
    assert guide.if_short not in panel.head.value

    press(led.agenda.shorten)
    assert section_of(led) is panel
    assert guide.if_short in panel.head.value
    assert "11 minutes" in panel.head.value
    assert in_hand(led) is card
    assert panel.note.value == "Slowly here"

    press(led.agenda.undo)
    assert section_of(led) is panel
    assert guide.if_short not in panel.head.value
    assert "17 minutes" in panel.head.value
    assert in_hand(led) is card


def test_one_poll_is_in_hand_and_the_next_is_one_press_away(led: Cockpit) -> None:
    """A button takes the section's polls in hand one after the other, round and round; a line says where each of them stands."""
    press(led.agenda.onward)
    led.agenda.parts.value = FEARS
    press(led.agenda.lead)
    panel = section_of(led)
    assert "<b>Poll 1: not asked yet</b> · Poll 2: not asked yet · Poll 3: not asked yet" in panel.which.value

    first = in_hand(led)
    press(first.ask)
    press(panel.following)
    assert (first._poll.id, in_hand(led)._poll.id) == ("fears", "loudest")
    assert "Poll 1: open · <b>Poll 2: not asked yet</b>" in panel.which.value
    assert in_hand(led).ask.disabled

    press(panel.following)
    press(panel.following)
    assert in_hand(led) is first
    press(first.close_poll)
    assert "<b>Poll 1: closed</b>" in panel.which.value
    press(first.reveal)
    assert "<b>Poll 1: shown</b>" in panel.which.value


def test_what_the_plan_does_not_ask_says_why_and_has_no_button(led: Cockpit, room: RunningRoom) -> None:
    """A poll in people's own words rests in a plan without them and can be asked in another; what was asked by that can still be led."""
    press(led.agenda.onward)
    led.agenda.parts.value = CLOSING
    press(led.agenda.lead)
    panel = section_of(led)
    for _ in range(panel.which.value.count("Poll ")):
        press(panel.following)
    card = panel.cards["one_thing",]
    assert isinstance(card, PollCard)
    buttons = (card.ask, card.compare, card.close_poll, card.reveal, card.hide, card.discard)
    assert NOT_IN_PLAN in card.status.value
    assert [each for each in buttons if is_shown(each)] == []
    assert panel.which.value.count("not asked in this plan") == 1

    half_day = {**state_of(room), "plan": "half_day"}
    for part in (card, panel):
        part.show(half_day)
    assert str(SAID[None]) in card.status.value
    assert [each for each in buttons if is_shown(each)] == [card.ask]
    assert "not asked in this plan" not in panel.which.value

    run = {"run": 1, "poll": "one_thing", "phase": "open", "step": "5+", "before": None, "together": 1}
    card.show({**state_of(room), "runs": [run], "current": [run]})
    assert [each for each in buttons if is_shown(each)] == [card.close_poll, card.discard]


def test_the_poll_that_is_being_asked_is_in_hand_after_a_reload(led: Cockpit) -> None:
    """Whoever opens the cockpit anew in the middle of a section's second poll has that one in hand, ready to be closed."""
    press(led.agenda.onward)
    press(led.agenda.onward)
    press(section_of(led).following)
    press(in_hand(led).ask)

    again = cockpit()

    assert in_hand(again)._poll.id == in_hand(led)._poll.id == "hard_to_bring"
    assert is_shown(in_hand(again).close_poll)


def test_what_could_be_said_stands_below_the_chart(led: Cockpit, room: RunningRoom, workshop: Workshop, seat_tokens: list[str]) -> None:
    """Once a poll is closed its card offers the guide's words for that picture and its questions, and before that none."""
    press(led.agenda.onward)
    led.agenda.parts.value = FEARS
    press(led.agenda.lead)
    panel, guide = section_of(led), workshop.section("06").guide
    assert guide is not None
    press(panel.following)
    card = in_hand(led)
    debrief = card._shown.debrief
    press(card.ask)
    assert (card._poll.id, debrief.value) == ("loudest", "")
    for seat, answer in zip(seat_tokens, ANSWERS, strict=False):
        room.sit(seat)
        room.cast(state_of(room)["run"], seat, answer).raise_for_status()

    press(card.close_poll)
    assert guide.if_spread in debrief.value
    assert guide.debrief[-1] in debrief.value
    press(card.discard)
    press(card.discard)
    assert debrief.value == ""


def test_no_key_presses_two_buttons(led: Cockpit) -> None:
    """In every part of the evening each letter belongs to at most one button that can be seen."""
    while not led.agenda.onward.disabled:
        press(led.agenda.onward)
        keys = [name for each in within(led) for name in getattr(each, "_dom_classes", ()) if name.startswith("workshop-key-")]
        assert len(keys) >= 8
        assert [key for key, times in Counter(keys).items() if times > 1] == []


def test_the_next_part_is_made_ready_ahead(led: Cockpit) -> None:
    """Going on shows the very part that was made ready, as the plan has it by then; after the last there is none."""
    while not led.agenda.onward.disabled:
        led.make_ready()
        assert led._ahead is not None
        ready = led._ahead[1]
        led.agenda.parts.value = led.agenda.agenda.following() if led.agenda.agenda else None
        press(led.agenda.shorten)
        press(led.agenda.onward)
        assert section_of(led) is ready
        assert "This part is shortened." in ready.head.value or ready.entry.block.section is None
        assert f"{ready.entry.minutes} minutes" in ready.head.value

    led.make_ready()
    assert led._ahead is None


def test_a_part_made_ready_in_vain_gives_way(led: Cockpit) -> None:
    """Where the evening takes another turn than the plan had it, the part that is led is the right one."""
    press(led.agenda.onward)
    led.make_ready()
    led.agenda.parts.value = FEARS
    press(led.agenda.lead)
    assert "06 The fears that guard us" in section_of(led).head.value

    led.make_ready()
    led.agenda.parts.value = SEEN
    press(led.agenda.leave_out)
    press(led.agenda.onward)
    assert BETWEEN["break"] in section_of(led).head.value


def test_what_is_closed_hears_nothing_any_more(led: Cockpit) -> None:
    """A second walk through all parts has no more listeners than the first had, and what was put away is closed."""
    follower, heard = led._follower, list[int]()
    gone, ready = list[widgets.Widget](), list[SectionPanel]()
    for place in (*range(8), *reversed(range(8))) * 2:
        led.agenda.parts.value = place
        press(led.agenda.lead)
        if is_shown(section_of(led).following):
            press(section_of(led).following)
        led.make_ready()
        ready = [led._ahead[1]] if led._ahead else []
        gone += [section_of(led), *section_of(led).cards.values(), *(each for part in (section_of(led), *ready) for each in within(part))]
        heard.append(len(follower._listeners))

    kept = [*within(led), *section_of(led).cards.values(), *(each for part in ready for each in within(part))]
    assert heard[:16] == heard[16:]
    assert [each for each in gone if each.comm is not None and each not in kept] == []
    assert [each for each in kept if each.comm is None] == []


# ---- notes --------------------------------------------------------------------------------------------------------------


def test_a_note_is_kept_and_seen_in_another_cockpit(led: Cockpit, room: RunningRoom) -> None:
    """What was written stands in the room as soon as the field is left, and in every cockpit that shows that section."""
    press(led.agenda.onward)
    other = cockpit()

    section_of(led).note.value = "Begin with <b>tea</b>"
    assert notes_in(room) == {"00": "Begin with <b>tea</b>"}
    section_of(other).show(state_of(room))
    assert section_of(other).note.value == "Begin with <b>tea</b>"

    press(led.agenda.onward)
    assert section_of(led).note.value == ""
    press(led.agenda.undo)
    assert section_of(led).note.value == "Begin with <b>tea</b>"


def test_a_note_that_is_refused_stays_in_its_field(led: Cockpit, room: RunningRoom) -> None:
    """One that is too long is explained and not lost, and is kept once it was made shorter."""
    press(led.agenda.onward)
    panel, long = section_of(led), "Slowly. " * 150

    panel.note.value = long
    assert "A note has up to 1000 characters." in panel.problem.value
    assert (panel.note.value, notes_in(room)) == (long, {})
    section_of(led).show(state_of(room))
    assert panel.note.value == long

    panel.note.value = long[:800]
    assert (panel.problem.value, notes_in(room)) == ("", {"00": long[:800]})


def test_a_note_written_while_the_room_is_away_is_not_lost(own_room: RunningRoom) -> None:
    """Its words stay in the field when the room comes back, and are kept when the field is left the next time."""
    room, led = own_room, cockpit()
    press(led.agenda.onward)
    panel = section_of(led)
    room.kill()
    panel.note.value = "Half a sentence"
    room.start()
    led._follower.refresh()

    assert panel.note.value == "Half a sentence"
    panel.note.value += ", and the rest"
    assert notes_in(room) == {"00": "Half a sentence, and the rest"}


# ---- mishaps ------------------------------------------------------------------------------------------------------------


def test_a_cockpit_that_is_opened_anew_comes_back_where_the_evening_is(led: Cockpit, room: RunningRoom) -> None:
    """After a reload, or a kernel that died, a new cockpit stands in the same part with the same poll, plan and note."""
    for _ in range(2):
        press(led.agenda.onward)
    press(in_hand(led).ask)
    led.agenda.parts.value = PRACTICES
    press(led.agenda.shorten)
    section_of(led).note.value = "Two more minutes"

    again = cockpit()

    assert section_of(again).head.value == section_of(led).head.value
    assert again.agenda.parts.options == led.agenda.parts.options
    assert section_of(again).note.value == "Two more minutes"
    assert is_shown(in_hand(again).close_poll)
    assert again.agenda.onward.description == led.agenda.onward.description
    assert not again.agenda.undo.disabled


def test_two_cockpits_of_one_room_show_the_same(room: RunningRoom) -> None:
    """Where a loop is running, what is done in one is seen in the other without a press: the part, its poll, the door, the stage."""

    async def lead_in_two() -> None:
        first, second = cockpit(), cockpit()
        press(first.agenda.onward)
        await until(lambda: second.section is not None, "the second cockpit to begin")
        press(second.agenda.onward)
        await until(lambda: "What intimacy is" in section_of(first).head.value, "the first to go on")
        press(in_hand(first).ask)
        await until(lambda: is_shown(in_hand(second).close_poll), "the poll to be open in both")
        press(second.room.door)
        await until(lambda: first.room.door.description == "Open the door", "the door to be locked in both")
        first.room.scene.value = "break"
        await until(lambda: second.room.scene.value == "break", "the stage to be told in both")
        assert first.agenda.parts.options == second.agenda.parts.options

    asyncio.run(lead_in_two())


def test_a_room_that_is_gone_for_a_moment_leaves_everything_in_its_place(own_room: RunningRoom) -> None:
    """With the server gone a press says so, plan and part stay as they are, and after its restart the next press finds the room again."""
    room, led = own_room, cockpit()
    for _ in range(2):
        press(led.agenda.onward)
    panel, lines = section_of(led), led.agenda.parts.options
    panel.note.value = "Kept"
    room.kill()

    press(led.agenda.onward)
    assert "The room does not answer" in led.agenda.problem.value
    press(led.agenda.onward)
    assert NO_ROOM_NOW in led.agenda.problem.value
    assert section_of(led) is panel
    assert panel.note.value == "Kept"
    assert led.agenda.parts.options == lines
    assert NOT_CHOSEN not in led.agenda.clock.value
    assert "No room is running" in led.room.join.value

    room.start()
    press(led.agenda.onward)
    assert led.agenda.problem.value == ""
    assert state_of(room)["agenda"]["current"] == FEARS
    assert "06 The fears that guard us" in section_of(led).head.value
    assert room.code in led.room.join.value


def test_a_cockpit_hears_by_itself_that_the_room_is_back(own_room: RunningRoom) -> None:
    """Where a loop is running, a restart of the server is over without a press, and the part that was led is still there."""

    async def wait_for_it() -> None:
        led = cockpit()
        press(led.agenda.onward)
        panel = section_of(led)
        await in_a_thread(own_room.kill)
        led._follower.refresh()
        assert "No room is running" in led.room.join.value
        await in_a_thread(own_room.start)
        await until(lambda: own_room.code in led.room.join.value, "the room to be back")
        assert section_of(led) is panel

    asyncio.run(wait_for_it())


def in_a_thread(act: Callable[[], object]) -> Awaitable[object]:
    """Do something that takes a while without holding up the loop."""
    return asyncio.to_thread(act)


def test_news_that_come_late_move_nothing_back(room: RunningRoom) -> None:
    """Of two presses in a hurry the news of the first arrive after the second: the part that is led stays, with the same cards in it."""

    async def hurry() -> None:
        led = cockpit()
        await in_a_thread(lambda: room.control.post("/timer", json={"minutes": 5}).raise_for_status())
        await until(lambda: led.room.timer.value, "the cockpit to hear of what others do")
        press(led.agenda.onward)
        press(led.agenda.onward)
        panel = section_of(led)
        await in_a_thread(lambda: room.control.post("/timer", json={"minutes": None}).raise_for_status())
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
    assert led.checklist.settle.disabled
    assert led.agenda.onward.disabled
    assert not is_shown(led.room.door)
    assert [led.room.here.value, led.room.picture.value, led.checklist.done.value] == ["", "", ""]


def test_whoever_is_put_away_while_news_are_told_is_not_told(room: RunningRoom) -> None:
    """News that lead one listener to close another reach only those who are still there, and stumble over nobody who is gone."""

    class Listener:
        """Counts what it is told, and closes another with the first news."""

        def __init__(self, closes: "Listener | None" = None) -> None:
            self.heard, self.closes = 0, closes

        def hear(self, _state: State | None) -> None:
            """Hear news."""
            self.heard += 1
            if self.closes is not None and self.heard == 2:
                follower.forget(self.closes.hear)

    follower = follower_of(room)
    second, passing = Listener(), Listener()
    first = Listener(second)
    for each in (first, second, passing):
        follower.tell(each.hear)
    del passing, each

    follower.refresh()

    assert (first.heard, second.heard) == (2, 1)
    assert len(follower._listeners) == 1
    assert follower.room is not None
    follower.room.close()
