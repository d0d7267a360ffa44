"""The end of a meeting: the questions about it, told meeting by meeting and called no measure; and the report of an evening."""

import asyncio
import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Final

import pytest

from tests.cockpit.leading import in_hand, settle, until
from tests.meals import TUESDAY
from tests.phones import others_answer
from tests.world import RunningRoom, is_shown, press
from workshop_kit import charts
from workshop_kit.cards.follow import Follower
from workshop_kit.cockpit.closing import HOW_TO_READ, NOT_ASKED, NOT_TOLD, SILENT, ClosingCard, meetings, trend_html
from workshop_kit.cockpit.poll_card import PollCard
from workshop_kit.cockpit.reporting import NOTHING_KEPT, OWN, Reporting
from workshop_kit.cockpit.section_panel import SectionPanel
from workshop_kit.disclosure import ROOM, TOGETHER, Policy, Published, publish, spread
from workshop_kit.disk.rooms import FILE, Results, Run
from workshop_kit.notebook.sections import SectionInHand
from workshop_kit.polls import Poll, Tally
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
    assert all(charts.note(told(poll, *TEN)).endswith(str(poll.hint)) for poll in workshop.closing)
    assert [workshop.poll(poll.id) for poll in workshop.closing] == list(workshop.closing)
    assert str(workshop.poll("pulse").hint) not in charts.note(told(workshop.poll("pulse"), *TEN)), "another slider's hint is not repeated"
    assert {(block.kind, block.section) for block in last} == {("closing", "11")}


def test_a_meeting_is_told_as_closely_as_its_group_was(folder: Path, workshop: Workshop) -> None:
    """A row has the day and, for each question, the stretches that follow from what was published, or why there are none; it claims no more."""
    first, second, third, fourth = polls = workshop.closing
    results = (told(first, 3, 3, 12, 3, 3), told(second, 12, 0, 0, 0, 3), told(third, 1, 3, 5, 3, 1, policy=TOGETHER), told(fourth, *TEN))
    keep(folder, "K7PMQ4", MONDAY, *results)
    keep(folder, "Z9YX87", TUESDAY.opened_on, told(first, 1, 1, 1, 0, 0), told(second, 12, 0, 0, 0, 0), told(third, 4, 0, 0, 0, 4))
    html = unescape(trend_html(meetings(polls), polls))
    assert rows(html) == [
        ["6 October 2025", "middle 4 to 6; middle half 2 to 8", "middle 0 to 1; middle half 0 to 1", "middle 4 to 6", "middle 4 to 8"],
        ["4 November 2025", SILENT["too_few"], SILENT["too_alike"], NOT_TOLD, NOT_ASKED],
    ]
    assert [spread(each) for each in meetings(polls)[0].told if each] == [spread(each) for each in results]
    assert [words for words in (*(poll.question for poll in polls), HOW_TO_READ) if words not in html] == []
    assert "Other people may have come" in HOW_TO_READ
    assert html.count(LABEL) == 1
    assert not re.search("better|worse|improve|significant|↑|↓|→", html.partition("<table>")[2])


def test_a_meeting_is_one_where_real_people_were_asked_these_very_questions(folder: Path, workshop: Workshop) -> None:
    """Rehearsals, other words and other polls make no row; rows are in the order of days, and the first result counts that shows anything."""
    poll = workshop.closing[0]
    few, first, again = told(poll, 1, 1, 1, 0, 0), told(poll, *TEN), told(poll, *reversed(TEN))
    keep(folder, "A2BC34", MONDAY, first, simulated=True)
    keep(folder, "K7PMQ4", MONDAY, told(replace(poll, question="How was it?"), *TEN), told(workshop.poll("pulse"), *TEN))
    assert (meetings(workshop.closing), trend_html([], workshop.closing)) == ([], "")
    keep(folder, "B2BC34", date(2025, 12, 1), again)
    keep(folder, "Z9YX87", MONDAY, few)
    keep(folder, "M7PMQ4", date(2025, 11, 3), few, first, again)
    assert [each.day for each in meetings(workshop.closing)] == [MONDAY, date(2025, 11, 3), date(2025, 12, 1)]
    assert [each.told[0] for each in meetings(workshop.closing)] == [few, first, again]


# Asking
def test_one_press_asks_the_four_and_the_meeting_joins_the_others_when_they_close(room: RunningRoom, workshop: Workshop) -> None:
    """The card tells of the room and bears the keys of any poll, its questions are on one page, and its table grows by what was published."""
    follower = Follower()
    card = SectionInHand(workshop, workshop.section("11"), follower).closing()
    assert isinstance(card, ClosingCard)
    assert [sorted(button._dom_classes)[-1] for button in (card.block.ask, card.block.close_polls)] == ["workshop-key-a", "workshop-key-c"]
    assert (room.code in card.block.status.value, card.trend.value) == (True, "")
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
    assert row[1:] == ["middle 4 to 6", *[SILENT["too_few"]] * 3]
    room.lead(runs[0], "reveal")
    assert spread(Published.from_dict(room.result(runs[0]))).middle == (4, 6)
    follower.refresh()
    press(card.block.discard)
    press(card.block.discard)
    assert card.trend.value == ""


def test_results_that_cannot_be_read_are_complained_of(room: RunningRoom, workshop: Workshop) -> None:
    """The questions can still be asked; the card says what is the matter with the file."""
    (room.folder / FILE).write_bytes(b"no database at all, and long enough to look like one" * 40)
    card = ClosingCard(workshop.closing, Follower(), "11")
    assert "cannot be read" in card.problem.value
    assert is_shown(card.block.ask)


def test_a_person_alone_is_asked_nothing(folder: Path, workshop: Workshop) -> None:
    """Without a room nobody is asked; where groups have met on this computer, what they were shown can be looked at."""
    trust = SectionInHand(workshop, workshop.section("11"), Follower())
    assert not is_shown(trust.closing())
    assert list(folder.iterdir()) == []

    keep(folder, "K7PMQ4", MONDAY, told(workshop.closing[0], *TEN))
    assert len(rows(trust.closing().value)) == 1


def test_the_cockpit_has_them_in_hand_after_the_polls_of_the_plan(room: RunningRoom, workshop: Workshop) -> None:
    """In a closing they are one more thing to ask, without the room's address; where they are is said in one word, also anew."""
    follower = Follower()
    panel = SectionPanel(workshop, Entry(CLOSING), follower)
    assert isinstance(in_hand(panel), PollCard)
    assert len(panel.cards) == 1
    press(panel.following)
    press(panel.following)
    card = in_hand(panel)
    assert isinstance(card, ClosingCard)
    assert "<b>Poll 3: not asked yet</b>" in panel.which.value
    assert room.code not in card.block.status.value
    press(card.block.ask)
    assert "<b>Poll 3: open</b>" in panel.which.value
    press(card.block.cards[0].close_poll)
    assert "<b>Poll 3: open</b>" in panel.which.value
    assert isinstance(in_hand(SectionPanel(workshop, Entry(CLOSING), Follower())), ClosingCard)

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
        panel = SectionPanel(led, Entry(block), Follower())
        for _ in range(panel.which.value.count("Poll ")):
            press(panel.following)
            assert isinstance(in_hand(panel), PollCard)
    assert not is_shown(SectionInHand(without, without.section("11"), Follower()).closing())


def test_both_editions_are_written_where_the_card_says(
    room: RunningRoom, workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end each button writes a page and a PDF in place of earlier ones, and names them; of a room kept nowhere it says why it does not."""
    record = Results(room.folder).room(room.code)
    assert record is not None
    folder = tmp_path / "reports" / f"{record.opened_on} {room.code}"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("An earlier one", encoding="utf-8")
    settle(room)
    said = []

    async def both() -> None:
        follower = Follower()
        card = Reporting(workshop, follower, lambda: tmp_path / "reports")
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

        (tmp_path / "own").mkdir()
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "own"))
        card.status.value = ""
        press(card.group)
        await until(lambda: card.problem.value, "the card to say why it writes nothing")
        assert (NOTHING_KEPT.partition(",")[0] in card.problem.value, card.status.value) == (True, "")
        if follower.room is not None:
            follower.room.close()

    asyncio.run(both())
    group, own = (folder / "report.html", folder / "report.pdf"), (folder / "for-the-facilitator.html", folder / "for-the-facilitator.pdf")
    assert sorted(folder.iterdir()) == sorted([*group, *own])
    assert [[str(file) in words for file in (*group, *own)] for words in said] == [[True, True, False, False], [False, False, True, True]]
    assert [OWN in words for words in said] == [False, True]
    page = group[0].read_text(encoding="utf-8")
    assert (room.code in page, "An earlier one" in page) == (False, False)
    assert list((tmp_path / "reports").iterdir()) == [folder]
