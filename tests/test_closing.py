"""The closing questions: asked together by one press, called no validated measure, and told meeting by meeting."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.test_results import TUESDAY, asked
from tests.world import RunningRoom
from workshop_kit import charts
from workshop_kit.agenda import Entry
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import ROOM, TOGETHER, Policy, Published, publish, spread
from workshop_kit.notebook.closing import HOW_TO_READ, NOT_ASKED, NOT_TOLD, SILENT, ClosingCard, meetings, trend_html
from workshop_kit.notebook.cockpit.section_panel import SectionPanel
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.notebook.sections import SectionInHand
from workshop_kit.polls import Poll, Tally
from workshop_kit.results import FILE, Results
from workshop_kit.workshop import Block, Workshop

LABEL: Final = "Not a validated measure"
MONDAY: Final = date(2025, 10, 6)
TEN: Final = (1, 2, 3, 3, 3)
CLOSING: Final = Block("closing", 8, "11", ("fears", "pulse"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the kit keeps its results on this computer."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kit"))
    (tmp_path / "kit").mkdir()
    return tmp_path / "kit"


@pytest.fixture
def room(folder: Path) -> Iterator[RunningRoom]:
    """Yield a room that cards in this process find."""
    with RunningRoom(folder) as room:
        yield room


def told(poll: Poll, *counts: int, policy: Policy = ROOM) -> Published:
    """Return what is published of so many answers in each stretch of a slider."""
    return publish(Tally(poll, sum(counts), 0, counts), policy)


def keep(folder: Path, code: str, day: date, *results: Published, simulated: bool = False) -> None:
    """Keep a room in which these results were published, one after the other."""
    kept = replace(TUESDAY, code=code, opened_on=day, simulated=simulated, ended=True)
    Results(folder).save_room(kept, *(asked(number, each.poll, each.policy, "closed", each) for number, each in enumerate(results, 1)))


def press(button: widgets.Button) -> None:
    """Press a button that is there to be pressed."""
    assert button.layout.display != "none"
    assert not button.disabled
    button.click()


def rows(html: str) -> list[list[str]]:
    """Return the cells of a table, row by row, without its head."""
    found = re.findall("<tr>(.*?)</tr>", html.partition("<tbody>")[2])
    return [[unescape(cell) for cell in re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in found]


# The questions


def test_four_sliders_belong_to_no_section_and_say_what_they_are(workshop: Workshop) -> None:
    """They are asked as any poll, each has words for both ends, and none is called a validated measure."""
    assert [poll.kind for poll in workshop.closing] == ["slider"] * 4
    assert all(poll.section is None and poll.intensity == 1 and poll.low and poll.high for poll in workshop.closing)
    assert all(poll.hint and poll.hint.startswith(LABEL) for poll in workshop.closing)
    assert [workshop.poll(poll.id) for poll in workshop.closing] == list(workshop.closing)


def test_their_results_say_so_too(workshop: Workshop) -> None:
    """Below each chart stands that nobody has validated the question; below the chart of another slider its hint is not repeated."""
    notes = [charts.note(told(poll, *TEN)) for poll in workshop.closing]

    assert all(note.endswith(str(poll.hint)) for note, poll in zip(notes, workshop.closing, strict=True))
    assert str(workshop.poll("pulse").hint) not in charts.note(told(workshop.poll("pulse"), *TEN))


def test_every_closing_of_every_plan_can_ask_them(workshop: Workshop) -> None:
    """The cockpit offers them where a meeting closes, so each closing stands in a section that the room can move to."""
    last = [meeting[-1] for plan in workshop.plans for meeting in plan.meetings]

    assert {(block.kind, block.section) for block in last} == {("closing", "11")}


# Meeting by meeting


def test_a_meeting_is_told_as_closely_as_its_group_was(folder: Path, workshop: Workshop) -> None:
    """A row has the day and, for each question, the stretches that follow from what was published in that room."""
    first, second, third, fourth = workshop.closing
    results = (told(first, 3, 3, 12, 3, 3), told(second, 12, 0, 0, 0, 3), told(third, 1, 3, 5, 3, 1, policy=TOGETHER), told(fourth, *TEN))
    keep(folder, "K7PMQ4", MONDAY, *results)

    [row] = rows(trend_html(meetings(workshop.closing), workshop.closing))

    assert row == [
        "6 October 2025",
        "middle 4 to 6; middle half 2 to 8",
        "middle 0 to 1; middle half 0 to 1",
        "middle 4 to 6",
        "middle 4 to 8",
    ]
    assert [spread(each) for each in meetings(workshop.closing)[0].told if each] == [spread(each) for each in results]


def test_where_nothing_can_be_told_the_cell_says_why(folder: Path, workshop: Workshop) -> None:
    """Not asked, too few, too much alike, and known no closer than the whole slider are four different things."""
    first, second, third, _ = workshop.closing
    keep(folder, "K7PMQ4", MONDAY, told(first, 1, 1, 1, 0, 0), told(second, 12, 0, 0, 0, 0), told(third, 4, 0, 0, 0, 4))

    [row] = rows(trend_html(meetings(workshop.closing), workshop.closing))

    assert row[1:] == [SILENT["too_few"], SILENT["too_alike"], NOT_TOLD, NOT_ASKED]


def test_meetings_stand_in_the_order_of_their_days(folder: Path, workshop: Workshop) -> None:
    """Whatever their codes, and whichever was kept first."""
    poll = workshop.closing[0]
    for code, day in (("A2BC34", date(2025, 12, 1)), ("Z9YX87", MONDAY), ("K7PMQ4", date(2025, 11, 3))):
        keep(folder, code, day, told(poll, *TEN))

    assert [each.day for each in meetings(workshop.closing)] == [MONDAY, date(2025, 11, 3), date(2025, 12, 1)]


def test_rehearsals_other_words_and_other_polls_are_no_meetings(folder: Path, workshop: Workshop) -> None:
    """A row stands for people who were asked these very questions."""
    poll = workshop.closing[0]
    keep(folder, "A2BC34", MONDAY, told(poll, *TEN), simulated=True)
    keep(folder, "K7PMQ4", MONDAY, told(replace(poll, question="How was it?"), *TEN), told(workshop.poll("pulse"), *TEN))

    assert meetings(workshop.closing) == []
    assert trend_html([], workshop.closing) == ""


def test_of_a_question_asked_twice_the_first_result_counts_that_shows_anything(folder: Path, workshop: Workshop) -> None:
    """Asking again after too few answers is the first real asking; asking once more is another matter."""
    poll = workshop.closing[0]
    few, first, again = told(poll, 1, 1, 1, 0, 0), told(poll, *TEN), told(poll, *reversed(TEN))
    keep(folder, "K7PMQ4", MONDAY, few, first, again)
    keep(folder, "Z9YX87", TUESDAY.opened_on, few)

    assert [each.told[0] for each in meetings(workshop.closing)] == [first, few]


def test_the_table_says_how_to_read_it_and_claims_nothing(folder: Path, workshop: Workshop) -> None:
    """Other people may have come, ranges that overlap show no difference, no measure was validated; no row is called better."""
    keep(folder, "K7PMQ4", MONDAY, told(workshop.closing[0], *TEN))
    keep(folder, "Z9YX87", TUESDAY.opened_on, told(workshop.closing[0], 12, 0, 0, 0, 3))

    html = unescape(trend_html(meetings(workshop.closing), workshop.closing))

    assert HOW_TO_READ in html
    assert html.count(LABEL) == 1
    assert all(poll.question in html for poll in workshop.closing)
    assert "Other people may have come" in HOW_TO_READ
    assert not re.search("better|worse|improve|significant|↑|↓|→", html.partition("<table>")[2])


# Leading


def test_one_press_asks_the_four_and_the_meeting_joins_the_others_when_they_close(
    room: RunningRoom, workshop: Workshop, seat_tokens: list[str]
) -> None:
    """The card says where the room is and bears the keys of any poll, its questions are answered on one page, and the table grows by what was published."""
    follower = Follower()
    card = SectionInHand(workshop, workshop.section("11"), follower).closing()
    assert isinstance(card, ClosingCard)
    assert [sorted(button._dom_classes)[-1] for button in (card.block.ask, card.block.close_polls)] == ["workshop-key-a", "workshop-key-c"]
    assert card.trend.value == ""
    assert room.code in card.block.status.value

    press(card.block.ask)
    runs = [run["run"] for run in room.state()["current"]]
    assert [run["phase"] for run in room.state()["current"]] == ["open"] * 4
    page = unescape(room.public.get(room.path()).text)
    assert all(poll.question in page for poll in workshop.closing)
    assert page.count(LABEL) == 4
    for seat, answer in zip(seat_tokens, (2, 3, 3, 5, 5, 6, 7, 8, 8), strict=False):
        room.sit(seat)
        room.cast(runs[0], seat, answer).raise_for_status()
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


def test_results_that_cannot_be_read_are_complained_of(room: RunningRoom, folder: Path, workshop: Workshop) -> None:
    """The questions can still be asked; the card says what is the matter with the file."""
    follower = Follower()
    (folder / FILE).write_bytes(b"no database at all, and long enough to look like one" * 40)

    card = ClosingCard(workshop.closing, follower, "11")

    assert "cannot be read" in card.problem.value
    assert card.block.ask.layout.display != "none"


def test_a_person_alone_is_asked_nothing(folder: Path, workshop: Workshop) -> None:
    """Without a room nobody is asked; where groups have met on this computer, what they were shown can be looked at."""
    trust = SectionInHand(workshop, workshop.section("11"), Follower())
    assert trust.closing().layout.display == "none"
    assert list(folder.iterdir()) == []

    keep(folder, "K7PMQ4", MONDAY, told(workshop.closing[0], *TEN))

    assert len(rows(trust.closing().value)) == 1


def test_a_workshop_without_such_questions_shows_nothing(room: RunningRoom, workshop: Workshop) -> None:
    """Whoever writes a workshop may do without them, in a notebook and in the cockpit."""
    without = replace(workshop, closing=())

    assert SectionInHand(without, without.section("11"), Follower()).closing().layout.display == "none"
    assert "Poll 6" not in SectionPanel(without, Entry(CLOSING), Follower()).which.value


def in_hand(panel: SectionPanel) -> widgets.Widget:
    """Return the card that can be pressed."""
    [card] = panel.poll.children
    return card


def test_the_cockpit_has_them_in_hand_after_the_polls_of_the_plan(room: RunningRoom, workshop: Workshop) -> None:
    """In a closing they are one more thing to take in hand, without the room's address; where they stand is said in one word, also anew."""
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
    assert len(follower._listeners) == 0


@pytest.mark.parametrize("block", [Block("section", 10, "11", ("pulse",)), Block("closing", 8)])
def test_elsewhere_the_cockpit_does_not_have_them(room: RunningRoom, workshop: Workshop, block: Block) -> None:
    """They are for the end of a meeting, and a part without a section asks nothing."""
    panel = SectionPanel(workshop, Entry(block), Follower())

    for _ in range(panel.which.value.count("Poll ")):
        press(panel.following)
        assert isinstance(in_hand(panel), PollCard)
