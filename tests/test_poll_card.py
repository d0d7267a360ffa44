"""The poll card without a browser: its buttons are pressed in the test, the room that it leads is a real one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.rooms import RunningRoom, wait_for
from workshop_kit import charts
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.disclosure import Published
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.workshop import Workshop

POLL: Final = "loudest"
ANSWERS: Final = ["hurt"] * 5 + ["known"] * 4 + ["other"] * 3
SURE: Final = "Discard for good?"


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
    buttons = (card.ask, card.close_poll, card.reveal, card.hide, card.discard)
    return [button.description for button in buttons if button.layout.display != "none" and not button.disabled]


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
    assert offered(card) == ["Ask again", "Reveal to the room", "Discard"]
    assert "Only you see the result" in card.status.value

    press(card.reveal)
    assert room.state()["phase"] == "revealed"
    assert offered(card) == ["Ask again", "Hide from the room", "Discard"]
    assert "The room sees this result." in card.status.value

    press(card.hide)
    assert room.state()["phase"] == "closed"
    assert offered(card) == ["Ask again", "Reveal to the room", "Discard"]

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
    assert [f"<td>{row.people}</td>" in shown for row in charts.rows(result)] == [True, True, True]
    assert charts.note(result) in shown
    press(card.reveal)
    assert card.result.value == shown


def test_throwing_a_run_away_takes_a_second_press(card: PollCard, room: RunningRoom, seat_tokens: list[str]) -> None:
    """The first press on 'Discard' only asks; the second throws the run away, and the poll is as if it had never been asked."""
    press(card.ask)
    others_answer(room, seat_tokens, latest(room))
    press(card.close_poll)

    press(card.discard)
    assert offered(card) == ["Ask again", "Reveal to the room", SURE]
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
