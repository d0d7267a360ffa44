"""The block card: several polls of a real room, asked by one press and answered side by side."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.every_kind import arguments
from tests.world import RunningRoom, wait_for
from workshop_kit import material
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.notebook.block_card import BlockCard
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.poll_card import PollCard

POLLS: Final = ("single", "multi", "scale")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room with one poll of every kind, which cards in this process find."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    with RunningRoom(tmp_path / "room", *arguments(tmp_path / "material")) as room:
        yield room


def block_in(folder: Path, follower: Follower) -> BlockCard:
    """Return the card of three polls that are asked together."""
    workshop = material.read(folder)
    return BlockCard([workshop.poll(poll) for poll in POLLS], follower, "01")


@pytest.fixture
def block(room: RunningRoom) -> BlockCard:
    """Return the block's card in the room."""
    return block_in(room.folder.parent / "material", Follower())


def offered(card: BlockCard | PollCard) -> list[str]:
    """Return the words on the buttons of a card that can be pressed, without those of the cards within."""
    own = (card.ask, card.close_polls) if isinstance(card, BlockCard) else (card.ask, card.compare, card.close_poll, card.reveal, card.hide)
    return [each.description for each in (*own, card.discard) if each.layout.display != "none" and not each.disabled]


def press(button: widgets.Button) -> None:
    """Press a button that is there to be pressed."""
    assert button.layout.display != "none"
    assert not button.disabled
    button.click()


def phases(room: RunningRoom) -> list[str]:
    """Return the phases of the runs that were asked last, in their order."""
    return [run["phase"] for run in room.control.get("/state").json()["current"]]


def test_a_block_is_asked_and_closed_at_once_and_revealed_one_by_one(block: BlockCard, room: RunningRoom, seat_tokens: list[str]) -> None:
    """One press asks all its polls and moves the room to the section, one closes them, and each is revealed by its own card."""
    assert offered(block) == ["Ask these together"]
    assert [offered(card) for card in block.cards] == [[], [], []]
    assert room.code in block.status.value
    assert block.status.value.count("not asked yet") == 3

    press(block.ask)
    assert phases(room) == ["open"] * 3
    assert room.state()["section"] == "01"
    assert offered(block) == ["Close all", "Discard all"]
    assert [offered(card) for card in block.cards] == [["Close the poll", "Discard"]] * 3
    assert block.status.value.count("under 5 answered so far") == 3

    first = room.state()["current"][0]["run"]
    for seat in seat_tokens[:6]:
        room.sit(seat)
        room.cast(first, seat, "shore").raise_for_status()
    wait_for(lambda: room.state()["current"][0]["step"] == "5+", "the counter to move")
    block.show(room.control.get("/state").json())
    assert "5+ answered so far" in block.status.value
    assert block.status.value.count("under 5 answered so far") == 2

    press(block.close_polls)
    assert phases(room) == ["closed"] * 3
    assert offered(block) == ["Ask these together again", "Discard all"]
    assert all("<svg" in card.result.value for card in block.cards)

    press(block.cards[1].reveal)
    assert phases(room) == ["closed", "revealed", "closed"]
    assert block.status.value.count("the room sees the result") == 1


def test_a_question_of_a_block_may_close_before_the_others(block: BlockCard, room: RunningRoom) -> None:
    """Each poll's own card closes it alone; the block can be asked again only when all of it has closed."""
    press(block.ask)
    press(block.cards[0].close_poll)

    assert phases(room) == ["closed", "open", "open"]
    assert offered(block) == ["Close all", "Discard all"]
    assert "closed, only you see the result" in block.status.value
    assert room.code not in block.cards[0].status.value

    press(block.close_polls)
    assert phases(room) == ["closed"] * 3


def test_a_block_is_discarded_by_two_presses(block: BlockCard, room: RunningRoom) -> None:
    """The first press only asks, any other button takes it back, and the second throws every run of the block away."""
    press(block.ask)
    press(block.discard)
    assert offered(block) == ["Close all", "Discard all for good?"]
    press(block.cards[2].close_poll)
    assert offered(block) == ["Close all", "Discard all"]

    press(block.discard)
    press(block.discard)

    assert room.state()["phase"] == "waiting"
    assert offered(block) == ["Ask these together"]


def test_only_what_was_asked_last_is_discarded(block: BlockCard, room: RunningRoom) -> None:
    """A poll of the block that was asked again on its own is thrown away alone; the others keep their results."""
    press(block.ask)
    press(block.close_polls)
    alone = room.ask("multi")
    block.show(room.control.get("/state").json())

    press(block.discard)
    press(block.discard)

    runs = room.control.get("/state").json()["runs"]
    assert alone not in [run["run"] for run in runs]
    assert [run["poll"] for run in runs] == list(POLLS)


def test_a_block_waits_while_another_poll_is_open(block: BlockCard, room: RunningRoom) -> None:
    """With another poll open the card says so and its button rests."""
    run = room.ask("slider")
    block.show(room.control.get("/state").json())
    assert "Another poll is open; close it before you ask these." in block.status.value
    assert offered(block) == []

    room.lead(run, "close")
    block.show(room.control.get("/state").json())
    assert offered(block) == ["Ask these together"]


def test_someone_who_needs_a_moment_is_told_of_once(block: BlockCard, room: RunningRoom) -> None:
    """The block tells of the room; the cards within it do not say the same three times over."""
    state = {**room.control.get("/state").json(), "pauses": 1}

    for card in (block, *block.cards):
        card.show(state)

    assert "Someone here needs a moment" in block.pauses.value
    assert all(card.pauses.value == "" for card in block.cards)
    press(block.seen)
    assert block.pauses.value == ""


def test_a_block_without_a_room_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no room running the card shows its questions and the command that opens a room, and no button."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    arguments(tmp_path / "material")

    block = block_in(tmp_path / "material", Follower())

    assert "workshop-kit start" in block.status.value
    assert offered(block) == []
    assert repr(block) == "<BlockCard>"
