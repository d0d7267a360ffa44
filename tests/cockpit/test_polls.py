"""The cards by which polls are led: of one poll, of several at once, of lines in people's own words, and what to say of a result."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cockpit.leading import offered
from tests.guides import GUIDE, Page
from tests.meals import POLLS
from tests.phones import others_answer
from tests.world import SAY, RunningRoom, disk_that_refuses, is_shown, known_to_pages, press
from workshop_kit import charts, material
from workshop_kit.cards.follow import Follower
from workshop_kit.cockpit.debrief import debrief_html, on_the_picture
from workshop_kit.cockpit.moderation_card import LinePart, ModerationCard
from workshop_kit.cockpit.poll_card import BlockCard, PollCard
from workshop_kit.disclosure import ROOM, WEBINAR, Policy, Published, publish
from workshop_kit.polls import PASS, Poll, Tally
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.workshop import Workshop

LOCAL: Final = "Dr. Local <b>Contact</b>, room 3"
AGAIN: Final = ["Ask again", "Ask again, to compare"]
SURE: Final = "Discard for good?"
ANSWERS: Final = ["shore"] * 5 + ["dunes"] * 4 + ["inn"] * 3
NEAR, FAR = 1, 5
NAMED: Final = "When Robin calls me"
HEAVY: Final = "I don't want to wake up"
LOCKED: Final = "Its door is locked"
PLAIN, DIVERGING = SAY("cockpit.result.plain"), SAY("cockpit.result.diverging")
FEW_CAME_OR_WENT: Final = SAY("cockpit.result.few_came_or_went")
LINES: Final = [f"A quiet line, the {each} one" for each in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")]

pytestmark = pytest.mark.room("--country", "DE", "--contact", LOCAL, kinds=True)


def walk(room: RunningRoom) -> Workshop:
    """Return the workshop that is led in the room, with one poll of every kind."""
    return material.read(room.folder.parent / "material")


def card_of(room: RunningRoom, poll: str) -> PollCard:
    """Return the card of a poll, in a notebook of its own; the people in the room are counted."""
    room.gather()
    return PollCard(walk(room).poll(poll), Follower(SAY), guide=GUIDE)


def block_of(room: RunningRoom, *polls: str) -> BlockCard:
    """Return the card of some polls that are asked together; the people in the room are counted."""
    room.gather()
    return BlockCard([walk(room).poll(poll) for poll in polls], Follower(SAY), "01")


@pytest.fixture
def card(room: RunningRoom) -> PollCard:
    """Return the card of a poll in which one option is chosen."""
    return card_of(room, "single")


@pytest.fixture
def block(room: RunningRoom) -> BlockCard:
    """Return the card of three polls."""
    return block_of(room, "single", "multi", "scale")


def latest(room: RunningRoom) -> dict[str, Any]:
    """Return the run that was asked last."""
    run: dict[str, Any] = room.as_led()["runs"][-1]
    return run


def result_of(room: RunningRoom) -> dict[str, Any]:
    """Return the result of the latest run, as its leader gets it."""
    told: dict[str, Any] = room.control.get(f"/runs/{latest(room)['run']}/result.json").raise_for_status().json()
    return told


def lead(room: RunningRoom, card: PollCard, answers: Sequence[object], *, again: bool = False) -> None:
    """Ask a poll by its card, perhaps to compare, let people answer, and close it."""
    press(card.compare if again else card.ask)
    others_answer(room, latest(room)["run"], answers)
    press(card.close_poll)


# One poll
def test_a_card_shows_its_poll_and_the_room_it_would_ask(card: PollCard, room: RunningRoom) -> None:
    """Before a poll is asked there are its question, its options, where phones go, whether they get in, and one button."""
    poll = walk(room).poll("single")
    heads = [Page(each.children[0].value.partition("</style>")[2]).words for each in (card, card_of(room, "slider"), card_of(room, "text"))]
    assert [words for words in (poll.question, *(option.label for option in poll.options)) if words not in heads[0]] == []
    assert ("10: Very warm" in heads[1], "at most 140 characters" in heads[2]) == (True, True)
    assert [words for words in (room.code, room.connection.public_url, "has not been asked yet") if words not in card.status.value] == []
    assert (offered(card), repr(card)) == (["Ask the group"], "<PollCard>")
    assert LOCKED in card.status.value
    room.tell("/door", state="open")
    press(card.ask)
    assert SAY.html("runs.ask_uncounted") in card.problem.value
    assert (LOCKED in card.status.value, offered(card)) == (False, ["Ask the group"])


def test_a_poll_is_led_with_the_buttons_that_fit(card: PollCard, room: RunningRoom) -> None:
    """Each press acts in the room and brings the next buttons; an open poll tells a coarse step and no more, a closed one what phones will get."""
    press(card.ask)
    first = latest(room)["run"]
    others_answer(room, first, ANSWERS)
    assert (latest(room)["phase"], offered(card)) == ("open", ["Close the poll", "Discard"])
    card.show({**room.as_led(), "runs": [{**latest(room), "step": "10+"}]})
    assert ("<b>10+</b> answered so far" in card.status.value, card.result.value) == (True, "")
    press(card.close_poll)
    assert "Only you see the result" in card.status.value
    assert (latest(room)["phase"], offered(card)) == ("closed", [*AGAIN, "Reveal to the room", "Discard"])
    html, result = card.result.value, Published.from_dict(result_of(room))
    assert room.control.get(f"/runs/{first}/result.html").text in html
    assert "<svg" in html
    assert [people for _, people in charts.table(result, SAY).rows if f"<td>{people}</td>" not in html] == []
    assert charts.note(result, SAY) in html
    assert GUIDE.debrief[0] in Page(card._shown.debrief.value).words

    press(card.reveal)
    assert "The room sees this result." in card.status.value
    assert (latest(room)["phase"], offered(card)) == ("revealed", [*AGAIN, "Hide from the room", "Discard"])
    assert card.result.value == html
    press(card.hide)
    assert (latest(room)["phase"], offered(card)) == ("closed", [*AGAIN, "Reveal to the room", "Discard"])
    press(card.ask)
    assert (latest(room)["phase"], latest(room)["run"] != first, card.result.value) == ("open", True, "")


def test_throwing_a_run_away_takes_two_presses_in_a_row(card: PollCard, room: RunningRoom) -> None:
    """The first press only asks; any other button, or another run, takes the question back; the second leaves nothing."""
    lead(room, card, ANSWERS)
    press(card.discard)
    assert offered(card) == [*AGAIN, "Reveal to the room", SURE]
    press(card.reveal)
    press(card.discard)
    assert (latest(room)["phase"], card.discard.description) == ("revealed", SURE)
    press(card.ask)
    assert card.discard.description == "Discard"
    press(card.close_poll)
    press(card.discard)
    room.ask("single")
    card.show(room.as_led())
    assert card.discard.description == "Discard"
    for _ in range(3):
        press(card.discard)
        assert card.discard.description == SURE
        press(card.discard)
    assert (room.as_led()["runs"], card.result.value) == ([], "")
    assert offered(card) == ["Ask the group"]


@pytest.mark.parametrize("polls", [["single"], ["single", "multi"]], ids=["poll", "block"])
def test_a_card_waits_while_another_poll_is_open(room: RunningRoom, polls: list[str]) -> None:
    """A press that comes too late is explained in the card, its button rests, and once the other poll is closed it can be pressed."""
    card = card_of(room, *polls) if len(polls) == 1 else block_of(room, *polls)
    buttons, run = offered(card), room.ask("slider")
    press(card.ask)
    assert "Another poll is still open. Close or discard it first." in card.problem.value
    assert 'role="alert"' in card.problem.value
    assert "Another poll is open; close it before you ask" in card.status.value
    assert offered(card) == []
    room.lead(run, "close")
    card.show(room.as_led())
    assert offered(card) == buttons


def test_without_a_room_a_card_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    """With no room running a card shows its questions and the command that opens a room, and no button."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    polls = workshop.section("06").polls[:2]
    for card in (PollCard(polls[0], Follower(SAY)), BlockCard(polls, Follower(SAY), "06")):
        assert ("workshop-kit start" in card.status.value, offered(card)) == (True, [])
    assert repr(card) == "<BlockCard>"


def test_someone_who_needs_a_moment_is_told_of_once(card: PollCard, block: BlockCard, room: RunningRoom) -> None:
    """A card tells of a pause until it is acknowledged; the cards within a block leave it to the block."""
    for each in (card, block, *block.cards):
        each.show({**room.as_led(), "pauses": 1})
    assert ["Someone here needs a moment" in each.pauses.value for each in (card, block, *block.cards)] == [True, True, False, False, False]
    for each in (card, block):
        press(each.seen)
        assert (each.pauses.value, is_shown(each.seen)) == ("", False)


def test_a_result_that_could_not_be_kept_is_closed_once_more(room: RunningRoom) -> None:
    """While the disk refuses, a poll or a block says that it is safe and keeps the button to close it; one more press brings the result."""
    for card, is_sealed in (
        (card_of(room, "single"), "cockpit.poll.sealed"),
        (block_of(room, "single", "multi"), "cockpit.block.poll.sealed"),
    ):
        close = card.close_poll if isinstance(card, PollCard) else card.close_polls
        press(card.ask)
        with disk_that_refuses(room.folder):
            press(close)
        assert card.problem.value != ""
        assert (SAY.html(is_sealed) in card.status.value, close.description in offered(card)) == (True, True)
        assert "sealed" in [run["phase"] for run in room.as_led()["current"]]
        press(close)
        assert {run["phase"] for run in room.as_led()["current"]} == {"closed"}
        assert (card.problem.value, is_shown(close)) == ("", False)


# Asked again
def test_a_poll_asked_again_to_compare_shows_both_results(room: RunningRoom) -> None:
    """The later chart is beside the earlier, and the guide's words for what happened are below, if there is something to compare."""
    card = card_of(room, "scale")
    lead(room, card, [NEAR] * 5 + [FAR] * 5)
    assert card.words.value == card.warning.value == ""
    lead(room, card, [NEAR] * 10, again=True)
    assert latest(room)["before"] == latest(room)["run"] - 1
    assert ">Before</th>" in card.result.value
    assert card.words.value == "", "a chart that shows nothing has neither moved nor not"
    lead(room, card, [NEAR] * 5 + [FAR] * 5)
    assert card.words.value == ""
    for words in ("if_moved", "if_unmoved"):
        lead(room, card, [NEAR] * 8 + [FAR] * 3, again=True)
        assert f"words&gt; of {words}" in card.words.value


def test_a_comparison_that_could_point_at_someone_is_warned_of(card: PollCard, room: RunningRoom) -> None:
    """If a few more or fewer answered the card says so before the result is revealed; without the earlier run nothing is compared."""
    lead(room, card, ["shore"] * 5 + ["inn"] * 5)
    first = latest(room)["run"]
    lead(room, card, ["shore"] * 5 + ["inn"] * 6, again=True)
    assert FEW_CAME_OR_WENT in card.warning.value
    assert 'role="alert"' in card.warning.value
    press(card.reveal)
    assert card.warning.value == ""
    press(card.hide)
    assert FEW_CAME_OR_WENT in card.warning.value
    room.lead(first, "discard")
    card.show(room.as_led())
    assert (card.warning.value, ">Before</th>" in card.result.value) == ("", False)


def test_a_scale_can_be_drawn_in_two_ways(room: RunningRoom) -> None:
    """A small button turns the chart of a scale into a plain bar and back; nothing else has one, nor has a chart that shows nothing."""
    card = card_of(room, "scale")
    lead(room, card, [NEAR] * 2)
    assert PLAIN not in offered(card)
    lead(room, card, [NEAR] * 5 + [FAR] * 5)
    both_sides = card.result.value
    assert offered(card)[-1] == PLAIN
    press(card.turn)
    plain = card.result.value
    assert ("<svg" in plain, plain != both_sides, offered(card)[-1]) == (True, True, DIVERGING)
    press(card.reveal)
    assert card.result.value == plain
    press(card.turn)
    assert card.result.value == both_sides
    single = card_of(room, "single")
    lead(room, single, ANSWERS)
    assert PLAIN not in offered(single)


# Several at once
def phases(room: RunningRoom) -> list[str]:
    """Return the phases of the runs that were asked last, in their order."""
    return [run["phase"] for run in room.as_led()["current"]]


def test_a_block_is_asked_and_closed_at_once_and_revealed_one_by_one(block: BlockCard, room: RunningRoom) -> None:
    """One press asks all its polls and moves the room to the section, one closes them, and each is revealed by its own card."""
    assert [offered(each) for each in (block, *block.cards)] == [["Ask these together"], [], [], []]
    assert (room.code in block.status.value, block.status.value.count("not asked yet")) == (True, 3)
    press(block.ask)
    assert (phases(room), room.state()["section"]) == (["open"] * 3, "01")
    assert [offered(each) for each in (block, *block.cards)] == [["Close all", "Discard all"], *[["Close the poll", "Discard"]] * 3]
    state = room.as_led()
    block.show({**state, "runs": [{**state["runs"][0], "step": "5+"}, *state["runs"][1:]]})
    assert "<b>5+ answered so far" in block.status.value
    assert block.status.value.count("under 5 answered so far") == 2
    press(block.close_polls)
    assert (phases(room), offered(block)) == (["closed"] * 3, ["Ask these together again", "Discard all"])
    assert all("<svg" in card.result.value for card in block.cards)
    press(block.cards[1].reveal)
    assert phases(room) == ["closed", "revealed", "closed"]
    assert block.status.value.count("the room sees the result") == 1


def test_a_poll_of_a_block_may_close_before_the_others_and_all_are_discarded_by_two_presses(block: BlockCard, room: RunningRoom) -> None:
    """A block can be asked again only when all of it has closed; to throw it away, or a poll of it that was asked again, is asked back."""
    press(block.ask)
    press(block.discard)
    assert offered(block) == ["Close all", "Discard all for good?"]
    press(block.cards[0].close_poll)
    assert (phases(room), offered(block)) == (["closed", "open", "open"], ["Close all", "Discard all"])
    assert "closed, only you see the result" in block.status.value
    assert room.code not in block.cards[0].status.value
    press(block.close_polls)
    assert phases(room) == ["closed"] * 3
    room.ask("multi")
    block.show(room.as_led())
    for left in (["single", "multi", "scale"], []):
        press(block.discard)
        press(block.discard)
        assert [run["poll"] for run in room.as_led()["runs"]] == left
    assert (room.phases(), offered(block)) == ([], ["Ask these together"])


# In people's own words
def closed(room: RunningRoom, last: str = HEAVY) -> PollCard:
    """Return the card of a poll that was answered with ten lines and closed."""
    card = card_of(room, "text")
    lead(room, card, [*LINES, NAMED, last])
    return card


def part_of(card: ModerationCard, line: str) -> LinePart:
    """Return the part that shows a line."""
    [part] = [part for part in card.parts if line in Page(part.words.value.replace("<hr>", "")).words]
    return part


def decided(room: RunningRoom, line: str) -> tuple[str | None, str | None]:
    """Return what the room has been told about a line: the decision, and its words."""
    lines = room.control.get(f"/runs/{latest(room)['run']}/lines").json()["lines"]
    [(decision, words)] = [(each["decision"], each["words"]) for each in lines if each["text"] == line]
    return decision, words


def test_lines_are_read_decided_and_published(room: RunningRoom) -> None:
    """Each line is there once; approved, reworded or left out, and changed again, it goes out as decided, and only when all are read."""
    card = closed(room)
    lines = card.moderation
    named, heavy = part_of(lines, NAMED), part_of(lines, HEAVY)
    assert (len(lines.parts), is_shown(lines), is_shown(lines.publish)) == (10, True, False)
    assert "wait for you below" in card.status.value
    assert "10 of 10 lines still wait for you" in lines.status.value

    for line in LINES:
        press(part_of(lines, line).approve)
    press(heavy.approve)
    assert "Approved" in heavy.decided.value
    press(heavy.leave_out)
    assert "Left out" in heavy.decided.value
    assert "1 of 10 lines still waits for you" in lines.status.value

    press(named.reword)
    assert (is_shown(named._rewording), named.field.value) == (True, NAMED)
    named.field.value = "When a friend calls me"
    press(named.use)
    assert "When a friend calls me" in named.decided.value
    assert (is_shown(named._rewording), named.field.value) == (False, "")
    assert decided(room, NAMED) == ("rewrite", "When a friend calls me")

    assert "Every line is read" in lines.status.value
    assert lines.publish.description == "Publish 9 lines"
    press(lines.publish)
    assert sorted(result_of(room)["texts"]) == sorted([*LINES, "When a friend calls me"])
    assert (is_shown(lines), is_shown(card.reveal)) == (False, True)
    assert "When a friend calls me" in card.result.value


def test_what_a_line_needs_is_said_with_it(room: RunningRoom) -> None:
    """Why to read it twice; for every control which line it is for; and, where distress may be, what can be done and whom to turn to."""
    lines = closed(room).moderation
    for line, flags in ((NAMED, ["name"]), (HEAVY, ["distress"]), (LINES[0], [])):
        said = part_of(lines, line).words.value
        assert [flag for flag in ("name", "number", "link", "distress") if SAY(f"cockpit.moderation.flag.{flag}") in said] == flags
    for number, part in enumerate(lines.parts, start=1):
        buttons = (part.approve, part.reword, part.leave_out, part.use)
        assert all(button.description and f"line {number} of 10" in button.tooltip for button in buttons)
        assert f"line {number} of 10" in part.field.description
    support = lines.support.value
    said = ("Nobody can tell who wrote it", "speak to the whole group", "A word for all", "A pause", "on everyone's phone")
    whom = ("Whom you can turn to: Germany", "Dr. Local &lt;b&gt;Contact&lt;/b&gt;, room 3")
    assert [words for words in (*said, *whom) if words not in support] == []
    room.lead(latest(room)["run"], "discard")
    assert closed(room, "One more").moderation.support.value == "", "a name alone is no emergency"


def test_what_does_not_go_out_is_said_before_it_is_published(room: RunningRoom) -> None:
    """New words that are no line are explained beside theirs and stay in the field; with almost everything left out, nothing would be shown."""
    card = closed(room)
    lines, named = card.moderation, part_of(card.moderation, NAMED)
    press(named.reword)
    named.field.value = "x" * 141
    press(named.use)
    assert "longer than 140 characters" in named.problem.value
    assert (is_shown(named._rewording), len(named.field.value)) == (True, 141)
    press(named.reword)
    assert not is_shown(named._rewording)
    assert decided(room, NAMED) == (None, None)
    for part in lines.parts:
        press(part.leave_out)
    assert "With fewer than 3 lines nothing is shown" in lines.status.value
    assert lines.publish.description == "Publish no lines"
    press(lines.parts[0].approve)
    assert lines.publish.description == "Publish 1 line"
    press(lines.publish)
    assert (result_of(room)["outcome"], "<svg" in card.result.value) == ("too_alike", True)
    assert offered(card) == ["Ask again", "Reveal to the room", "Discard"], "lines can be asked for again, but not compared"


@pytest.mark.parametrize("end", ["publish", "discard"])
def test_lines_leave_no_trace(room: RunningRoom, end: str) -> None:
    """No card prints a line; once the list is published or thrown away no widget holds one, and those that did are closed."""
    card = closed(room)
    lines = card.moderation
    gone = [each for part in lines.parts for each in (part, part.words, part.decided, part.field)]
    press(part_of(lines, NAMED).reword)
    assert not any(line in str([card, lines, *lines.parts]) for line in (NAMED, LINES[0]))
    if end == "publish":
        for part in lines.parts:
            press(part.leave_out)
        press(lines.publish)
    else:
        press(card.discard)
        press(card.discard)
    kept = str(known_to_pages(card)) + "".join(getattr(each, "value", "") for each in gone)
    assert not any(line in kept for line in (*LINES, NAMED, "wake up", "Robin"))
    assert [lines.parts, [each for each in gone if each.comm is not None]] == [[], []]


def test_another_notebooks_decisions_are_seen_and_a_crash_is_too(room: RunningRoom) -> None:
    """The room keeps what was decided, and what is being written is left alone; after a crash the poll is open again and lines are forgotten."""
    first, second = closed(room), card_of(room, "text")
    writing = part_of(second.moderation, NAMED)
    press(writing.reword)
    writing.field.value = "Half a sent"
    press(part_of(first.moderation, LINES[0]).approve)
    second.show(room.as_led())
    assert "Approved" in part_of(second.moderation, LINES[0]).decided.value
    assert (part_of(second.moderation, NAMED), writing.field.value) == (writing, "Half a sent")
    room.kill()
    room.start()
    press(writing.use)
    assert "no lines to be read" in writing.problem.value
    second.show(room.as_led())
    assert (second.moderation.parts, is_shown(second.moderation), is_shown(second.close_poll)) == ([], False, True)


# What could be said
HIDDEN, ONE, SPREAD = GUIDE.if_hidden, GUIDE.if_one_stands_out, GUIDE.if_spread
ABC: Final = ["a", "b", "c"]
CBA: Final = ["c", "b", "a"]


def told(poll: str, *answers: object, policy: Policy = ROOM) -> Published:
    """Return what a group is shown of some answers to one of the meal's polls, or to a poll with six options."""
    six = Poll.from_dict({**POLLS["one"].to_dict(), "id": "six", "options": [{"id": each, "label": each.upper()} for each in "abcdef"]})
    return publish(Tally.of({**POLLS, "six": six}[poll], answers), policy)


@pytest.mark.parametrize(
    ("published", "words"),
    [
        *((told("one", *"aabb", *passes), HIDDEN) for passes in ([], [PASS] * 9)),
        (told("text", "A line", "Another line"), HIDDEN),
        (told("one", *"aaaaaabbbb"), ONE),
        *((told("one", *answers), SPREAD) for answers in ("aaaaabbbb", "aaaabbbbcccc", "aaabbbcc")),
        *((told("one", *"aaaaaaaaa"), None), (told("text", *(f"Line {number}" for number in range(12))), None)),
        # Other answers are the most, and are not one answer.
        (told("six", *"aaabbccddeeff"), SPREAD),
        # In a large group: two bands that are the same, and "almost everyone" beside "few or none".
        *((told("many", *[["a", "b"]] * 30, policy=WEBINAR), SPREAD), (told("many", *[["a"]] * 30, policy=WEBINAR), ONE)),
        *((told("many", *[["a"]] * 9), ONE), (told("many", *[["a"]] * 4, *[[]] * 4), ONE), (told("many", *[["a", "b"]] * 9), SPREAD)),
        *((told("many", *[["a"]] * 5, *[["b"]] * 4), SPREAD), (told("many", *[[]] * 9), SPREAD)),
        *((told("scale", *[1] * 3, *[2] * 3, *[3] * 6), ONE), (told("scale", *[1] * 4, *[2] * 4, *[3] * 5), SPREAD)),
        *((told("slider", *[0] * 9, *[10] * 3), ONE), (told("slider", *[0] * 6, *[10] * 6), SPREAD)),
        *((told("rank", *[ABC] * 9), ONE), (told("rank", *[ABC] * 6, *[CBA] * 6), SPREAD)),
        (told("rank", *[ABC] * 5, *[["b", "a", "c"]] * 5), SPREAD),
    ],
    ids=lambda each: each.poll.id if isinstance(each, Published) else (each or "nothing").rpartition(" ")[2],
)
def test_each_picture_has_the_words_that_fit_it(published: Published, words: str | None) -> None:
    """Hidden, one answer well above the rest, or several alike: each has its words; too alike to tell, and lines, have none."""
    assert on_the_picture(GUIDE, published) == words
    page = Page(debrief_html(GUIDE, published, SAY))
    assert page.open == []
    assert [said for said in (HIDDEN, ONE, SPREAD, GUIDE.if_short) if said in page.words] == ([words] if words else [])
    assert all(question in page.words for question in GUIDE.debrief)
    assert not {"words", "more"} & set(page.opened)
    assert page.opened.count("li") == len(GUIDE.debrief)
