"""The end of a meeting: the questions about it, told meeting by meeting and called no measure; and the report of an evening."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Final

import pytest

from tests.cockpit.leading import in_hand, settle, until
from tests.meals import TUESDAY
from tests.phones import others_answer
from tests.world import SAY, RunningRoom, is_shown, press
from workshop_kit import charts
from workshop_kit.cards.follow import Follower
from workshop_kit.client import connect
from workshop_kit.cockpit.closing import ClosingCard, meetings, trend_html
from workshop_kit.cockpit.poll_card import PollCard
from workshop_kit.cockpit.reporting import Reporting
from workshop_kit.cockpit.section_panel import SectionPanel
from workshop_kit.disclosure import ROOM, TOGETHER, Policy, Published, publish, spread
from workshop_kit.disk.rooms import FILE, Results, Run
from workshop_kit.errors import Unknown
from workshop_kit.notebook.sections import SectionInHand
from workshop_kit.polls import Poll, Tally
from workshop_kit.processes.connection import FILE as CONNECTION_FILE
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.workshop import Block, Workshop
from workshop_kit.workshop.agenda import Entry

LABEL: Final = "Not a validated measure"
MONDAY: Final = date(2025, 10, 6)
TEN: Final = (1, 2, 3, 3, 3)
CLOSING: Final = Block("closing", 8, "11", ("fears", "pulse"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the kit keeps its results on this computer, with no room running."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def out_of_sight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room of whose folder a notebook sees the connection file and nothing else."""
    with RunningRoom(tmp_path / "room", "--reports", str(tmp_path / "reports")) as room:
        (tmp_path / "seen").mkdir()
        shutil.copy(room.folder / CONNECTION_FILE, tmp_path / "seen")
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "seen"))
        yield room


def told(poll: Poll, *counts: int, policy: Policy = ROOM) -> Published:
    """Return what is published of so many answers in each stretch of a slider."""
    return publish(Tally(poll, sum(counts), 0, counts), policy)


def keep(folder: Path, code: str, day: date, *results: Published, simulated: bool = False) -> None:
    """Keep a room in which these results were published, one after the other."""
    room = replace(TUESDAY, code=code, opened_on=day, simulated=simulated, ended=True)
    runs = [Run(number, each.poll, each.policy, number, "closed", published=each) for number, each in enumerate(results, 1)]
    Results(folder).save_room(room, *runs)


def rows(html: str) -> list[list[str]]:
    """Return the cells of a table, row by row, without its head."""
    found = re.findall("<tr>(.*?)</tr>", html.partition("<tbody>")[2])
    return [[unescape(cell) for cell in re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in found]


# Meeting by meeting
def test_the_questions_at_the_end_say_what_they_are(workshop: Workshop) -> None:
    """They are four sliders of no section, called no validated measure in question and result, and every closing can ask them."""
    last = [meeting[-1] for plan in workshop.plans for meeting in plan.meetings]
    assert [poll.kind for poll in workshop.closing] == ["slider"] * 4
    assert all(poll.section is None and poll.intensity == 1 and poll.low and poll.high for poll in workshop.closing)
    assert all(str(poll.hint).startswith(LABEL) for poll in workshop.closing)
    assert all(charts.note(told(poll, *TEN), SAY).endswith(str(poll.hint)) for poll in workshop.closing)
    assert [workshop.poll(poll.id) for poll in workshop.closing] == list(workshop.closing)
    assert str(workshop.poll("pulse").hint) not in charts.note(told(workshop.poll("pulse"), *TEN), SAY), (
        "another slider's hint is not repeated"
    )
    assert {(block.kind, block.section) for block in last} == {("closing", "11")}


def test_a_meeting_is_told_as_closely_as_its_group_was(workshop: Workshop) -> None:
    """A row has the day and, for each question, the stretches that follow from what was published, or why there are none; it claims no more."""
    first, second, third, fourth = polls = workshop.closing
    results = (told(first, 3, 3, 12, 3, 3), told(second, 12, 0, 0, 0, 3), told(third, 1, 3, 5, 3, 1, policy=TOGETHER), told(fourth, *TEN))
    others = (told(first, 1, 1, 1, 0, 0), told(second, 12, 0, 0, 0, 0), told(third, 4, 0, 0, 0, 4))
    both = meetings([(MONDAY, results), (TUESDAY.opened_on, others)], polls)
    html = unescape(trend_html(both, polls, SAY))
    assert rows(html) == [
        ["October 6, 2025", "middle 4 to 6; middle half 2 to 8", "middle 0 to 1; middle half 0 to 1", "middle 4 to 6", "middle 4 to 8"],
        ["November 4, 2025", "too few answers to show", "cannot be shown", "no closer than 0 to 10", "not asked"],
    ]
    assert [spread(each) for each in both[0].told if each] == [spread(each) for each in results]
    assert [words for words in (*(poll.question for poll in polls), "Other people may have come") if words not in html] == []
    assert html.count(LABEL) == 1
    assert not re.search("better|worse|improve|significant|↑|↓|→", html.partition("<table>")[2])


def test_a_meeting_is_one_where_people_were_asked_these_very_questions(workshop: Workshop) -> None:
    """Other words and other polls make no row; rows are in the order of days, and the first result counts that shows anything."""
    poll = workshop.closing[0]
    few, first, again = told(poll, 1, 1, 1, 0, 0), told(poll, *TEN), told(poll, *reversed(TEN))
    others = (MONDAY, [told(replace(poll, question="How was it?"), *TEN), told(workshop.poll("pulse"), *TEN)])
    assert (meetings([others], workshop.closing), trend_html([], workshop.closing, SAY)) == ([], "")
    earlier = [others, (date(2025, 12, 1), [again]), (MONDAY, [few]), (date(2025, 11, 3), [few, first, again])]
    found = meetings(earlier, workshop.closing)
    assert [(each.day, each.told[0]) for each in found] == [(MONDAY, few), (date(2025, 11, 3), first), (date(2025, 12, 1), again)]


def test_the_room_tells_of_earlier_meetings_and_the_notebook_looks_at_no_file(out_of_sight: RunningRoom, workshop: Workshop) -> None:
    """The table has the real meetings of the room's folder, though the notebook cannot see it; of a room that is not there it is told so."""
    result = told(workshop.closing[0], *TEN)
    keep(out_of_sight.folder, "A2BC34", MONDAY, result, simulated=True)
    keep(out_of_sight.folder, "K7PMQ4", MONDAY, result)
    assert len(rows(ClosingCard(workshop.closing, Follower(SAY), "11").trend.value)) == 1
    led = connect()
    assert {(room.code, room.simulated, room.ended) for room in led.rooms() if room.opened_on == MONDAY} == {
        ("A2BC34", True, True),
        ("K7PMQ4", False, True),
    }
    assert [each.to_dict() for each in led.results("K7PMQ4")] == [result.to_dict()]
    with pytest.raises(Unknown, match="no room with this code"):
        led.results("NOBODY")
    led.close()


# Asking
def test_one_press_asks_the_four_and_the_meeting_joins_the_others_when_they_close(room: RunningRoom, workshop: Workshop) -> None:
    """The card tells of the room and bears the keys of any poll, its questions are on one page, and its table grows by what was published."""
    follower = Follower(SAY)
    card = SectionInHand(workshop, workshop.section("11"), follower).closing()
    assert isinstance(card, ClosingCard)
    assert [sorted(button._dom_classes)[-1] for button in (card.block.ask, card.block.close_polls)] == ["workshop-key-a", "workshop-key-c"]
    assert (room.code in card.block.status.value, card.trend.value) == (True, "")
    room.gather()
    press(card.block.ask)
    runs = [run["run"] for run in room.state()["current"]]
    page = unescape(room.public.get(room.path()).text)
    assert [run["phase"] for run in room.state()["current"]] == ["open"] * 4
    assert all(poll.question in page for poll in workshop.closing)
    assert page.count(LABEL) == 4
    others_answer(room, runs[0], (2, 3, 3, 5, 5, 6, 7, 8, 8))
    assert card.trend.value == ""
    press(card.block.close_polls)
    [row] = rows(card.trend.value)
    assert row[1:] == ["middle 4 to 6", *["too few answers to show"] * 3]
    room.lead(runs[0], "reveal")
    assert spread(Published.from_dict(room.result(runs[0]))).middle == (4, 6)
    follower.refresh()
    press(card.block.discard)
    press(card.block.discard)
    assert card.trend.value == ""


def test_results_that_cannot_be_read_are_complained_of(room: RunningRoom, workshop: Workshop) -> None:
    """The questions can still be asked; the card says what is the matter with the file."""
    (room.folder / FILE).write_bytes(b"no database at all, and long enough to look like one" * 40)
    card = ClosingCard(workshop.closing, Follower(SAY), "11")
    assert "cannot be read" in card.problem.value
    assert is_shown(card.block.ask)


def test_a_person_alone_is_asked_nothing(folder: Path, workshop: Workshop) -> None:
    """Without a room nobody is asked; where groups have met on this computer, what they were shown can be looked at."""
    trust = SectionInHand(workshop, workshop.section("11"), Follower(SAY))
    assert not is_shown(trust.closing())
    assert list(folder.iterdir()) == []

    keep(folder, "A2BC34", MONDAY, told(workshop.closing[0], *TEN), simulated=True)
    assert not is_shown(trust.closing())
    keep(folder, "K7PMQ4", MONDAY, told(workshop.closing[0], *TEN))
    assert len(rows(trust.closing().value)) == 1


def test_the_cockpit_has_them_in_hand_after_the_polls_of_the_plan(room: RunningRoom, workshop: Workshop) -> None:
    """In a closing they are one more thing to ask, without the room's address; where they are is said in one word, also anew."""
    follower = Follower(SAY)
    panel = SectionPanel(workshop, Entry(CLOSING), follower)
    assert isinstance(in_hand(panel), PollCard)
    assert len(panel.cards) == 1
    press(panel.following)
    press(panel.following)
    card = in_hand(panel)
    assert isinstance(card, ClosingCard)
    assert "<b>Poll 3: not asked yet</b>" in panel.which.value
    assert room.code not in card.block.status.value
    room.gather()
    press(card.block.ask)
    assert "<b>Poll 3: open</b>" in panel.which.value
    press(card.block.cards[0].close_poll)
    assert "<b>Poll 3: open</b>" in panel.which.value
    assert isinstance(in_hand(SectionPanel(workshop, Entry(CLOSING), Follower(SAY))), ClosingCard)

    press(card.block.close_polls)
    press(card.block.cards[1].reveal)
    assert "<b>Poll 3: closed</b>" in panel.which.value
    panel.close()
    assert follower._listeners == []
    assert follower.room is not None
    follower.room.close()


def test_elsewhere_they_are_not_asked(room: RunningRoom, workshop: Workshop) -> None:
    """They are for the end of a meeting: not in other parts, not without a section, and not where a workshop has none."""
    without = replace(workshop, closing=())
    for led, block in ((workshop, Block("section", 10, "11", ("pulse",))), (workshop, Block("closing", 8)), (without, CLOSING)):
        panel = SectionPanel(led, Entry(block), Follower(SAY))
        for _ in range(panel.which.value.count("Poll ")):
            press(panel.following)
            assert isinstance(in_hand(panel), PollCard)
    assert not is_shown(SectionInHand(without, without.section("11"), Follower(SAY)).closing())


def test_both_editions_are_written_where_the_card_says(out_of_sight: RunningRoom, workshop: Workshop, tmp_path: Path) -> None:
    """At the end each button has the room write a page and a PDF in place of earlier ones, and names them; a room kept nowhere says why it does not."""
    room = out_of_sight
    record = Results(room.folder).room(room.code)
    assert record is not None
    folder = tmp_path / "reports" / f"{record.opened_on} {room.code}"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("An earlier one", encoding="utf-8")
    settle(room)
    room.tell("/notes", section="01", words="For tomorrow")
    said = []

    async def both() -> None:
        follower = Follower(SAY)
        card = Reporting(follower)
        assert not is_shown(card)
        room.tell("/agenda", act="go_to", place=len(workshop.plan("evening").meetings[0]) - 1)
        follower.refresh()
        assert is_shown(card)
        for button in (card.group, card.own):
            card.status.value = ""
            press(button)
            await until(lambda: "Written, to read" in card.status.value, "the report")
            assert (button.disabled, card.problem.value) == (False, "")
            said.append(card.status.value)

        with RunningRoom(tmp_path / "rehearsed") as rehearsed:
            follower.turn_to(lambda: connect(lambda: rehearsed.connection))
            settle(rehearsed)
            rehearsed.tell("/agenda", act="go_to", place=len(workshop.plan("evening").meetings[0]) - 1)
            follower.refresh()
            press(card.group)
            await until(lambda: card.problem.value, "the card to say why it writes nothing")
            assert ("Nothing of a rehearsal is kept" in card.problem.value, card.status.value) == (True, "")
            follower.turn_to(lambda: connect(lambda: room.connection))
        if follower.room is not None:
            follower.room.close()

    asyncio.run(both())
    group, own = (folder / "report.html", folder / "report.pdf"), (folder / "for-the-facilitator.html", folder / "for-the-facilitator.pdf")
    assert sorted(folder.iterdir()) == sorted([*group, *own])
    assert [[str(file) in words for file in (*group, *own)] for words in said] == [[True, True, False, False], [False, False, True, True]]
    assert ["not for handing out" in words for words in said] == [False, True]
    page = group[0].read_text(encoding="utf-8")
    assert [words in page for words in (room.code, "An earlier one", "For tomorrow")] == [False] * 3
    assert "For tomorrow" in own[0].read_text(encoding="utf-8")
    assert list((tmp_path / "reports").iterdir()) == [folder]
