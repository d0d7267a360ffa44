"""The poll card without a browser: its buttons are pressed in the test, the room that it leads is a real one."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.every_kind import arguments
from tests.test_guide_card import GUIDE
from tests.world import RunningRoom, wait_for
from workshop_kit import charts, material
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import Published
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.notebook.result_part import DIVERGING, FEW_CAME_OR_WENT, PLAIN
from workshop_kit.workshop import Workshop

POLL: Final = "loudest"
ANSWERS: Final = ["hurt"] * 5 + ["known"] * 4 + ["other"] * 3
SURE: Final = "Discard for good?"
AGAIN: Final = ("Ask again", "Ask again, to compare")
NEAR, FAR = 1, 5
MOVED: Final = "It has moved; ask what happened in between."
UNMOVED: Final = "It has not moved, which is an answer too."


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room that cards in this process find as a notebook would."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    with RunningRoom(tmp_path / "room") as room:
        yield room


@pytest.fixture
def card(room: RunningRoom, workshop: Workshop) -> PollCard:
    """Return the card of one poll in the room."""
    return PollCard(workshop.poll(POLL), Follower())


def offered(card: PollCard) -> list[str]:
    """Return the words on the buttons that a card shows and that can be pressed."""
    buttons = (card.ask, card.compare, card.close_poll, card.reveal, card.hide, card.discard, card.turn)
    return [button.description for button in buttons if button.layout.display != "none" and not button.disabled]


@pytest.fixture
def walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room with one poll of every kind, which cards in this process find."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "walk"))
    with RunningRoom(tmp_path / "walk", *arguments(tmp_path / "material")) as room:
        yield room


def card_of(room: RunningRoom, poll: str) -> PollCard:
    """Return the card of one poll in that room; its guide has words for a chart that has moved, or has not."""
    workshop = material.read(room.folder.parent / "material")
    return PollCard(workshop.poll(poll), Follower(), guide=replace(GUIDE, if_moved=MOVED, if_unmoved=UNMOVED))


def asked_and_closed(room: RunningRoom, button: widgets.Button, card: PollCard, seats: list[str], answers: Sequence[object]) -> None:
    """Ask by a button, let people answer, and close."""
    press(button)
    for seat, answer in zip(seats, answers, strict=False):
        room.sit(seat)
        room.cast(latest(room), seat, answer).raise_for_status()
    press(card.close_poll)


def press(button: widgets.Button) -> None:
    """Press a button that is there to be pressed."""
    assert button.layout.display != "none"
    assert not button.disabled
    button.click()


def others_answer(room: RunningRoom, seats: list[str], run: int) -> None:
    """Let twelve people answer."""
    for seat, answer in zip(seats, ANSWERS, strict=False):
        room.sit(seat)
        room.cast(run, seat, answer).raise_for_status()


def latest(room: RunningRoom) -> int:
    """Return the number of the room's latest run."""
    number: int = room.control.get("/state").json()["runs"][-1]["run"]
    return number


def test_a_card_shows_its_poll_and_the_room_it_would_ask(card: PollCard, room: RunningRoom, workshop: Workshop) -> None:
    """Before a poll is asked, its card shows the question, every option, where phones go, and one button."""
    question = card.children[0].value

    assert workshop.poll(POLL).question in question
    assert all(option.label in question for option in workshop.poll(POLL).options)
    assert room.code in card.status.value
    assert room.connection.public_url in card.status.value
    assert "This poll has not been asked yet." in card.status.value
    assert offered(card) == ["Ask the group"]


def test_a_poll_is_led_from_asking_to_revealing_with_one_button_at_a_time(
    card: PollCard, room: RunningRoom, seat_tokens: list[str]
) -> None:
    """Ask, close, reveal, hide and ask again: each press does that in the room, and the next buttons appear."""
    press(card.ask)
    assert room.state()["phase"] == "open"
    assert offered(card) == ["Close the poll", "Discard"]
    others_answer(room, seat_tokens, latest(room))

    press(card.close_poll)
    assert room.state()["phase"] == "closed"
    assert offered(card) == [*AGAIN, "Reveal to the room", "Discard"]
    assert "Only you see the result" in card.status.value

    press(card.reveal)
    assert room.state()["phase"] == "revealed"
    assert offered(card) == [*AGAIN, "Hide from the room", "Discard"]
    assert "The room sees this result." in card.status.value

    press(card.hide)
    assert room.state()["phase"] == "closed"
    assert offered(card) == [*AGAIN, "Reveal to the room", "Discard"]

    first = latest(room)
    press(card.ask)
    assert room.state()["phase"] == "open"
    assert latest(room) != first
    assert card.result.value == ""


def test_while_a_poll_is_open_its_card_shows_a_coarse_counter_and_nothing_else(
    card: PollCard, room: RunningRoom, seat_tokens: list[str]
) -> None:
    """However many have answered, the card knows no more of it than the phones do."""
    press(card.ask)
    assert "<b>under 5</b> answered so far" in card.status.value
    others_answer(room, seat_tokens, latest(room))
    wait_for(lambda: room.state()["step"] == "10+", "the counter to move")

    card.show(room.control.get("/state").json())

    assert "<b>10+</b> answered so far" in card.status.value
    assert card.result.value == ""
    assert room.control.get(f"/runs/{latest(room)}/result.html").status_code == 409


def test_a_card_shows_the_published_result_with_chart_table_and_note(card: PollCard, room: RunningRoom, seat_tokens: list[str]) -> None:
    """Once a poll is closed its card holds the chart itself and the numbers of the result as data, and revealing changes neither."""
    press(card.ask)
    run = latest(room)
    others_answer(room, seat_tokens, run)
    press(card.close_poll)
    result = Published.from_dict(room.control.get(f"/runs/{run}/result.json").json())

    shown = card.result.value

    assert room.control.get(f"/runs/{run}/result.html").text in shown
    assert "<svg" in shown
    assert [f"<td>{people}</td>" in shown for _, people in charts.table(result).rows] == [True, True, True]
    assert charts.note(result) in shown
    press(card.reveal)
    assert card.result.value == shown


def test_throwing_a_run_away_takes_a_second_press(card: PollCard, room: RunningRoom, seat_tokens: list[str]) -> None:
    """The first press on 'Discard' only asks; the second throws the run away, and the poll is as if it had never been asked."""
    press(card.ask)
    others_answer(room, seat_tokens, latest(room))
    press(card.close_poll)

    press(card.discard)
    assert offered(card) == [*AGAIN, "Reveal to the room", SURE]
    assert room.state()["phase"] == "closed"

    press(card.discard)
    assert room.state()["phase"] == "waiting"
    assert offered(card) == ["Ask the group"]
    assert card.result.value == ""


@pytest.mark.parametrize("other", ["ask", "reveal"])
def test_any_other_button_takes_the_question_back(card: PollCard, room: RunningRoom, seat_tokens: list[str], other: str) -> None:
    """Who pressed 'Discard' by mistake goes on with another button, and a later press asks again rather than discards."""
    press(card.ask)
    others_answer(room, seat_tokens, latest(room))
    press(card.close_poll)
    press(card.discard)

    press(getattr(card, other))
    assert card.discard.description == "Discard"
    press(card.discard)

    assert card.discard.description == SURE
    assert room.state()["phase"] != "waiting"


def test_a_card_waits_while_another_poll_is_open(card: PollCard, room: RunningRoom, workshop: Workshop) -> None:
    """With another poll open the card says so and its button rests; once that is closed it can be asked."""
    other = PollCard(workshop.poll("fears"), Follower())
    press(other.ask)

    card.show(room.control.get("/state").json())
    assert "Another poll is open; close it before you ask this one." in card.status.value
    assert offered(card) == []

    press(other.close_poll)
    card.show(room.control.get("/state").json())
    assert offered(card) == ["Ask the group"]


def test_a_press_that_comes_too_late_is_explained_in_the_card(card: PollCard, room: RunningRoom) -> None:
    """Where another dashboard was quicker, the card says what the room said, and shows the room as it is."""
    room.ask("fears")

    press(card.ask)

    assert "Another poll is still open. Close or discard it first." in card.problem.value
    assert 'role="alert"' in card.problem.value
    assert "Another poll is open" in card.status.value


def test_a_card_without_a_room_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    """With no room running the card shows the question and the command that opens a room, and no button."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))

    card = PollCard(workshop.poll(POLL), Follower())

    assert workshop.poll(POLL).question in card.children[0].value
    assert "workshop-kit start" in card.status.value
    assert offered(card) == []


def test_a_card_outlasts_a_killed_server(card: PollCard, room: RunningRoom) -> None:
    """After the server was killed and started again the card leads the same poll of the same room."""
    press(card.ask)
    room.kill()
    room.start()

    press(card.close_poll)

    assert card.problem.value == ""
    assert room.state()["phase"] == "closed"
    assert "Not enough answers to show" in card.result.value


def test_a_card_hears_of_what_others_do(room: RunningRoom, workshop: Workshop) -> None:
    """In a notebook, where a loop is running, a card follows the room without a press, and through a restart of the server."""

    async def follow_the_room() -> None:
        card = PollCard(workshop.poll(POLL), Follower())
        run = await asyncio.to_thread(room.ask, POLL)
        await told(card, "The poll is open")
        await asyncio.to_thread(room.kill)
        await asyncio.to_thread(room.start)
        await asyncio.to_thread(room.lead, run, "close")
        await told(card, "The poll is closed")

    asyncio.run(follow_the_room())


async def told(card: PollCard, words: str) -> None:
    """Wait until a card's status has some words in it."""
    for _ in range(1200):
        if words in card.status.value:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"Waited in vain for the card to say: {words}. It says: {card.status.value}")


def test_a_pause_reaches_the_card_and_is_acknowledged(card: PollCard, room: RunningRoom, seat_tokens: list[str]) -> None:
    """After a while the card says that someone needs a moment, never who; pressed, it goes until the next one."""
    room.sit(seat_tokens[0])
    room.public.post(room.path("/pause"), json={"seat": seat_tokens[0]}).raise_for_status()
    assert card.seen.layout.display == "none"

    wait_for(lambda: room.control.get("/state").json()["pauses"] == 1, "the pause to be heard")
    card.show(room.control.get("/state").json())

    assert "Someone here needs a moment" in card.pauses.value
    press(card.seen)
    assert card.pauses.value == ""
    assert room.control.get("/state").json()["pauses"] == 0


def test_a_poll_asked_again_to_compare_shows_both_results(walk: RunningRoom, seat_tokens: list[str]) -> None:
    """The later chart stands beside the earlier, and the guide's words for what happened stand below, for the facilitator alone."""
    card = card_of(walk, "scale")
    asked_and_closed(walk, card.ask, card, seat_tokens, [NEAR] * 5 + [FAR] * 5)
    assert card.words.value == card.warning.value == ""

    asked_and_closed(walk, card.compare, card, seat_tokens, [NEAR] * 10)
    assert walk.control.get("/state").json()["runs"][-1]["before"] == latest(walk) - 1
    assert ">Before</th>" in card.result.value
    assert card.words.value == "", "a chart that shows nothing has neither moved nor not"

    asked_and_closed(walk, card.ask, card, seat_tokens, [NEAR] * 5 + [FAR] * 5)
    assert card.words.value == ""
    asked_and_closed(walk, card.compare, card, seat_tokens, [NEAR] * 8 + [FAR] * 3)
    assert MOVED in card.words.value
    asked_and_closed(walk, card.compare, card, seat_tokens, [NEAR] * 8 + [FAR] * 3)
    assert UNMOVED in card.words.value


def test_a_comparison_that_could_point_at_someone_is_warned_of(walk: RunningRoom, seat_tokens: list[str]) -> None:
    """If a few more or fewer answered the card says so before the result is revealed; without the earlier run there is no comparison."""
    card = card_of(walk, "single")
    asked_and_closed(walk, card.ask, card, seat_tokens, ["shore"] * 5 + ["inn"] * 5)
    first = latest(walk)
    asked_and_closed(walk, card.compare, card, seat_tokens, ["shore"] * 5 + ["inn"] * 6)

    assert FEW_CAME_OR_WENT in card.warning.value
    assert 'role="alert"' in card.warning.value
    press(card.reveal)
    assert card.warning.value == ""
    press(card.hide)
    assert FEW_CAME_OR_WENT in card.warning.value

    walk.lead(first, "discard")
    card.show(walk.control.get("/state").json())
    assert card.warning.value == ""
    assert ">Before</th>" not in card.result.value


def test_only_what_can_be_compared_is_offered_to_be(walk: RunningRoom, seat_tokens: list[str]) -> None:
    """Lines in people's own words are asked again at most; a poll that was never asked has nothing to be compared with."""
    card = card_of(walk, "text")
    assert offered(card) == ["Ask the group"]

    asked_and_closed(walk, card.ask, card, seat_tokens, ["A line"] * 3)

    assert offered(card) == ["Ask again", "Reveal to the room", "Discard"]


def test_a_scale_can_be_drawn_in_two_ways(walk: RunningRoom, seat_tokens: list[str]) -> None:
    """A small button turns the chart of a scale into a plain bar and back; other kinds have none, nor has a chart that shows nothing."""
    card = card_of(walk, "scale")
    asked_and_closed(walk, card.ask, card, seat_tokens, [NEAR] * 2)
    assert PLAIN not in offered(card)
    asked_and_closed(walk, card.ask, card, seat_tokens, [NEAR] * 5 + [FAR] * 5)
    both_sides = card.result.value
    assert offered(card)[-1] == PLAIN

    press(card.turn)
    plain = card.result.value
    assert "<svg" in plain
    assert plain != both_sides
    assert offered(card)[-1] == DIVERGING

    press(card.reveal)
    assert card.result.value == plain
    press(card.turn)
    assert card.result.value == both_sides
    assert PLAIN not in offered(card_of(walk, "single"))


def test_a_card_prints_as_nothing_but_its_kind(card: PollCard) -> None:
    """The description that Jupyter writes beside a widget tells nothing of what the card shows."""
    assert repr(card) == "<PollCard>"
