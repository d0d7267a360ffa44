"""The cockpit's buttons for the report, without a browser: pressed in the test, for a real room."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.world import RunningRoom
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.notebook.cockpit.reporting import NOTHING_KEPT, Reporting
from workshop_kit.notebook.follow import Follower
from workshop_kit.workshop import Workshop

PLAN = "evening"


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningRoom]:
    """Yield a room that cards in this process find as a notebook would, with a plan and one revealed result."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    with RunningRoom(tmp_path / "room") as room:
        follower = Follower()
        follower.look()
        assert follower.room is not None
        follower.room.set_up(PLAN, 0, "room", "DE", None)
        run = follower.room.ask("fears")
        for number in range(8):
            seat = f"{number:032x}"
            room.sit(seat)
            room.cast(run.number, seat, ["hurt"] if number % 2 else ["known"]).raise_for_status()
        run.close()
        run.reveal()
        follower.room.close()
        yield room


@contextmanager
def following() -> Iterator[Follower]:
    """Yield a follower that lets go of its line in the end."""
    follower = Follower()
    try:
        yield follower
    finally:
        if follower.room is not None:
            follower.room.close()


def is_offered(card: Reporting) -> bool:
    """Return whether the buttons are there."""
    return bool(card.layout.display != "none")


def lead_to_the_end(follower: Follower, workshop: Workshop) -> None:
    """Lead the last part of the plan."""
    assert follower.room is not None
    follower.room.bend_agenda("go_to", len(workshop.plan(PLAN).meetings[0]) - 1)
    follower.refresh()


def test_the_buttons_come_with_the_last_part(room: RunningRoom, workshop: Workshop, tmp_path: Path) -> None:
    """A report is offered once the last part of the plan is led, and not while people are in the middle of things."""
    with following() as follower:
        card = Reporting(workshop, follower, lambda: tmp_path / "reports")
        before = is_offered(card)

        lead_to_the_end(follower, workshop)

        assert (before, is_offered(card)) == (False, True)


def test_both_editions_are_written_where_the_card_says(room: RunningRoom, workshop: Workshop, tmp_path: Path) -> None:
    """Each button writes a page and a PDF into a folder of the evening's own and names them; written again, they are replaced."""

    async def both() -> list[str]:
        with following() as follower:
            card = Reporting(workshop, follower, lambda: tmp_path / "reports")
            lead_to_the_end(follower, workshop)
            said = []
            for facilitator in (False, True, False):
                await card._written(facilitator)
                said.append(card.status.value + card.problem.value)
                assert not card.group.disabled
            return said

    said = asyncio.run(both())

    files = {file.name: file for file in (tmp_path / "reports").rglob("*.*") if file.is_file()}
    assert set(files) == {"report.html", "report.pdf", "for-the-facilitator.html", "for-the-facilitator.pdf"}
    assert str(files["report.pdf"]) in said[0]
    assert str(files["for-the-facilitator.html"]) in said[1]
    assert "not for handing out" in said[1]
    assert "not for handing out" not in said[0] + said[2]
    assert room.connection.code not in files["report.html"].read_text(encoding="utf-8")


def test_of_a_rehearsal_there_is_nothing_to_report(
    room: RunningRoom, workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room that is kept nowhere among the user's own has no report; the card says so, and writes nothing."""

    async def one() -> Reporting:
        with following() as follower:
            card = Reporting(workshop, follower, lambda: tmp_path / "reports")
            lead_to_the_end(follower, workshop)
            elsewhere = tmp_path / "own"
            elsewhere.mkdir()
            monkeypatch.setenv(FOLDER_VARIABLE, str(elsewhere))
            await card._written(False)
            return card

    card = asyncio.run(one())

    assert NOTHING_KEPT.partition(",")[0] in card.problem.value
    assert card.status.value == ""
    assert not (tmp_path / "reports").exists()
