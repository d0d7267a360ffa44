"""The moderation card: a facilitator reads the lines of a real room, and nothing of them stays where it should not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import ipywidgets as widgets
import pytest

from tests.every_kind import arguments
from tests.test_ballot import states
from tests.world import RunningRoom
from workshop_kit import material
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.moderation_card import FLAGS, TOO_FEW, LinePart, ModerationCard
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.polls import Poll

NAMED: Final = "When Robin calls me"
HEAVY: Final = "I don't want to wake up"
LINES: Final = [f"A quiet line, the {each} one" for each in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")]
LOCAL: Final = "Dr. Local <b>Contact</b>, room 3"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room in which people may use their own words, and which this process finds."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    more = ["--country", "DE", "--contact", LOCAL]
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material"), *more) as room:
        yield room


def closed(room: RunningRoom, seats: list[str], lines: list[str]) -> PollCard:
    """Return the card of a poll that was answered with some lines and closed."""
    workshop = material.read(room.folder.parent / "material")
    card = PollCard(workshop.poll("text"), Follower())
    card.ask.click()
    run = room.control.get("/state").json()["runs"][-1]["run"]
    for seat, line in zip(seats, lines, strict=False):
        room.sit(seat)
        room.cast(run, seat, line).raise_for_status()
    card.close_poll.click()
    return card


def is_shown(*parts: widgets.Widget) -> bool:
    """Return whether widgets are there to be seen."""
    return all(part.layout.display != "none" for part in parts)


def part_of(card: ModerationCard, line: str) -> LinePart:
    """Return the part that shows a line."""
    [part] = [part for part in card.parts if line.replace("'", "&#x27;") in part.words.value]
    return part


def waiting(room: RunningRoom) -> dict[str, Any]:
    """Return the lines of the room's latest run by their text, as the room has them."""
    run = room.control.get("/state").json()["runs"][-1]["run"]
    return {line["text"]: line for line in room.control.get(f"/runs/{run}/lines").json()["lines"]}


def result(room: RunningRoom) -> dict[str, Any]:
    """Return the result of the room's latest run."""
    run = room.control.get("/state").json()["runs"][-1]["run"]
    published: dict[str, Any] = room.control.get(f"/runs/{run}/result.json").raise_for_status().json()
    return published


def test_lines_are_read_decided_and_published(room: RunningRoom, seat_tokens: list[str]) -> None:
    """Each line stands once with why to read it twice; approved, reworded or left out, and changed again, it goes out as decided."""
    card = closed(room, seat_tokens, [*LINES, NAMED, HEAVY])
    lines = card.moderation
    assert is_shown(lines)
    assert "wait for you below" in card.status.value
    assert len(lines.parts) == 10
    assert "10 of 10 lines still wait" in lines.status.value
    assert not is_shown(lines.publish)

    named, heavy = part_of(lines, NAMED), part_of(lines, HEAVY)
    assert FLAGS["name"] in named.words.value
    assert FLAGS["distress"] in heavy.words.value
    assert not any(words in part_of(lines, LINES[0]).words.value for words in FLAGS.values())

    for line in LINES:
        part_of(lines, line).approve.click()
    heavy.approve.click()
    assert "Approved" in heavy.decided.value
    heavy.leave_out.click()
    assert "Left out" in heavy.decided.value
    assert "1 of 10 lines still waits" in lines.status.value

    named.reword.click()
    assert is_shown(named._rewording)
    assert named.field.value == NAMED
    named.field.value = "When a friend calls me"
    named.use.click()
    assert "When a friend calls me" in named.decided.value
    assert not is_shown(named._rewording)
    assert named.field.value == ""

    assert waiting(room)[NAMED]["words"] == "When a friend calls me"
    assert "Every line is read" in lines.status.value
    assert is_shown(lines.publish)
    assert lines.publish.description == "Publish 9 lines"
    lines.publish.click()

    assert sorted(result(room)["texts"]) == sorted([*LINES, "When a friend calls me"])
    assert not is_shown(lines)
    assert is_shown(card.reveal)
    assert "When a friend calls me" in card.result.value


def test_words_that_do_not_fit_are_refused_and_stay(room: RunningRoom, seat_tokens: list[str]) -> None:
    """New words that are no line are explained beside the line they are for; the field keeps them, and a second press closes it."""
    lines = closed(room, seat_tokens, [*LINES, NAMED, HEAVY]).moderation
    named = part_of(lines, NAMED)

    named.reword.click()
    named.field.value = "x" * 141
    named.use.click()
    assert "longer than 140 characters" in named.problem.value
    assert is_shown(named._rewording)
    assert len(named.field.value) == 141

    named.reword.click()
    assert not is_shown(named._rewording)
    assert waiting(room)[NAMED]["decision"] is None


def test_every_control_says_what_it_is_and_for_which_line(room: RunningRoom, seat_tokens: list[str]) -> None:
    """Buttons and fields have visible words, and those who do not see the list hear which line they are for."""
    lines = closed(room, seat_tokens, [*LINES, NAMED, HEAVY]).moderation

    for number, part in enumerate(lines.parts, start=1):
        for button in (part.approve, part.reword, part.leave_out, part.use):
            assert button.description
            assert f"line {number} of 10" in button.tooltip
        assert f"line {number} of 10" in part.field.description


def test_distress_brings_what_can_be_done_about_it(room: RunningRoom, seat_tokens: list[str]) -> None:
    """Where a line may come from someone in distress the card says to speak to everyone, how, and whom people can turn to."""
    support = closed(room, seat_tokens, [*LINES, NAMED, HEAVY]).moderation.support.value

    assert "Nobody can tell who wrote it" in support
    assert "speak to the whole group" in support
    assert all(words in support for words in ("A word for all", "A pause", "on everyone's phone"))
    assert "Whom you can turn to: Germany" in support
    assert "Dr. Local &lt;b&gt;Contact&lt;/b&gt;, room 3" in support


def test_without_distress_there_is_no_alarm(room: RunningRoom, seat_tokens: list[str]) -> None:
    """A name alone is no emergency."""
    lines = closed(room, seat_tokens, [*LINES, NAMED, "One more"]).moderation

    assert lines.support.value == ""


def test_too_few_lines_are_announced_before_they_are_published(room: RunningRoom, seat_tokens: list[str]) -> None:
    """Leaving out almost everything is possible; the card says beforehand that nothing would be shown."""
    card = closed(room, seat_tokens, [*LINES, NAMED, HEAVY])
    lines = card.moderation

    for part in lines.parts:
        part.leave_out.click()
    assert TOO_FEW.strip() in lines.status.value
    assert lines.publish.description == "Publish no lines"
    lines.parts[0].approve.click()
    assert lines.publish.description == "Publish 1 line"
    lines.publish.click()

    assert result(room)["outcome"] == "too_alike"
    assert "<svg" in card.result.value


def test_lines_leave_no_trace(room: RunningRoom, seat_tokens: list[str]) -> None:
    """No card prints a line; once the list is published or thrown away no widget holds one, and those that did are closed."""
    for end in ("publish", "discard"):
        card = closed(room, seat_tokens, [*LINES, NAMED, HEAVY])
        lines = card.moderation
        gone = [each for part in lines.parts for each in (part, part.words, part.decided, part.field)]
        part_of(lines, NAMED).reword.click()
        assert all(secret not in printed for secret in (NAMED, LINES[0]) for printed in map(repr, (card, lines, *lines.parts)))

        if end == "publish":
            for part in lines.parts:
                part.leave_out.click()
            lines.publish.click()
        else:
            card.discard.click()
            card.discard.click()

        kept = str(states(card)) + "".join(getattr(each, "value", "") for each in gone)
        assert not any(line in kept for line in (*LINES, NAMED, "wake up", "Robin"))
        assert all(each.comm is None for each in gone)
        assert lines.parts == []


def test_another_dashboards_decisions_are_seen(room: RunningRoom, seat_tokens: list[str]) -> None:
    """The room keeps what was decided: a second card of the same poll shows it, and what is being written is left alone."""
    first = closed(room, seat_tokens, [*LINES, NAMED, HEAVY])
    second = PollCard(first._poll, Follower())
    writing = part_of(second.moderation, NAMED)
    writing.reword.click()
    writing.field.value = "Half a sent"

    part_of(first.moderation, LINES[0]).approve.click()
    second.show(room.control.get("/state").json())

    assert "Approved" in part_of(second.moderation, LINES[0]).decided.value
    assert part_of(second.moderation, NAMED) is writing
    assert writing.field.value == "Half a sent"


def test_lines_of_a_server_that_died_are_collected_anew(room: RunningRoom, seat_tokens: list[str]) -> None:
    """While lines are read they are in memory alone; after a crash the poll is open again and the card has forgotten them."""
    card = closed(room, seat_tokens, [*LINES, NAMED, HEAVY])
    room.kill()
    room.start()

    part_of(card.moderation, NAMED).approve.click()
    assert "no lines to be read" in part_of(card.moderation, NAMED).problem.value
    card.show(room.control.get("/state").json())

    assert card.moderation.parts == []
    assert not is_shown(card.moderation)
    assert is_shown(card.close_poll)


def test_a_plan_without_words_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the plan does not allow answers in people's own words, the card repeats what the room says."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    without_a_plan = arguments(tmp_path / "material")[:2]
    with RunningRoom(tmp_path / "room", *without_a_plan):
        card = PollCard(Poll.from_dict({"id": "text", "kind": "text", "question": "What?"}), Follower())
        card.ask.click()

    assert "own words are off in this plan" in card.problem.value
    assert "every_kind" in card.problem.value
