"""A section in hand: the same five calls lead a group while a room is running, and serve one person while none is."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.test_ballot import states
from tests.test_guide_card import GUIDE
from tests.world import RunningRoom
from workshop_kit import material
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.errors import Unknown
from workshop_kit.notebook import section
from workshop_kit.notebook.ballot import Ballot
from workshop_kit.notebook.block_card import BlockCard
from workshop_kit.notebook.check_in import CheckIn
from workshop_kit.notebook.follow import Follower
from workshop_kit.notebook.guide_card import NONE_YET
from workshop_kit.notebook.journal_card import PROMPT, JournalCard
from workshop_kit.notebook.poll_card import PollCard
from workshop_kit.notebook.progress import Finish
from workshop_kit.notebook.sections import SectionInHand
from workshop_kit.workshop import Workshop

FEARS: Final = "06"


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a person on whose computer no room is running."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kit"))
    return tmp_path / "kit"


@pytest.fixture
def beside_a_room(room_server: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> RunningRoom:
    """Return a room that this process finds by its connection file."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(room_server.folder))
    return room_server


def in_hand(workshop: Workshop, *, guided: bool = True) -> SectionInHand:
    """Return section 06 in the hands of someone who has just opened its notebook, with a guide or without."""
    chosen = replace(workshop.section(FEARS), guide=GUIDE if guided else None)
    return SectionInHand(workshop, chosen, Follower())


def is_unseen(widget: widgets.Widget) -> bool:
    """Return whether a widget shows nothing."""
    return bool(widget.layout.display == "none" and widget.value == "")


def test_with_a_room_the_calls_lead(beside_a_room: RunningRoom, workshop: Workshop) -> None:
    """A facilitator sees the guide, the poll to be asked and the way onward, and nothing of what belongs to studying alone."""
    fears = in_hand(workshop)

    assert all(map(is_unseen, (fears.check_in(), fears.journal())))
    assert 'href="07_what_we_learned_early.ipynb"' in fears.finish().value
    assert "For safety" in fears.guide().value
    poll = fears.poll()
    assert isinstance(poll, PollCard)
    poll.ask.click()
    assert beside_a_room.state()["phase"] == "open"


def test_without_a_room_the_calls_serve_one_person(alone: Path, workshop: Workshop) -> None:
    """A person alone has a check-in, the exercise for one, a private ballot, a journal and an end; nothing is written yet."""
    fears = in_hand(workshop)

    cards = [fears.check_in(), fears.poll(), fears.journal(), fears.finish()]

    assert [type(each) for each in cards] == [CheckIn, Ballot, JournalCard, Finish]
    assert "exercise for one" in fears.guide().value
    assert GUIDE.journal_prompt in str(states(cards[2])).replace("&lt;", "<").replace("&gt;", ">")
    assert list(alone.iterdir()) == []


def test_a_room_that_has_ended_leaves_a_person_alone(beside_a_room: RunningRoom, workshop: Workshop) -> None:
    """The calls look anew each time: once the room is over, the same section is for one person."""
    fears = in_hand(workshop)
    assert isinstance(fears.poll(), PollCard)

    beside_a_room.stop()

    assert isinstance(fears.poll(), Ballot)


def test_the_end_remembers_the_beginning(alone: Path, workshop: Workshop) -> None:
    """The two check-ins of a section belong together: a rise from the first to the second brings the pause."""
    fears = in_hand(workshop)
    first, end = fears.check_in(), fears.finish()
    assert isinstance(first, CheckIn)
    assert isinstance(end, Finish)

    first.numbers.value = 1
    first.note.click()
    end.check_in.numbers.value = 4
    end.check_in.note.click()

    assert "A pause" in end.pause.value
    assert all(name in end.pause.value for name in material.contacts().countries.values())


def test_a_poll_is_found_by_its_name(alone: Path, workshop: Workshop) -> None:
    """Without a name the first poll is meant; a name may be that of any poll of the workshop, for asking one again later."""
    fears = in_hand(workshop)
    elsewhere = SectionInHand(workshop, replace(workshop.section(FEARS), id="11", polls=()), Follower())

    assert all("feel familiar" in str(states(each)) for each in (fears.poll(), fears.poll("fears"), elsewhere.poll("fears")))
    assert "loudest" in str(states(fears.poll("loudest")))


def test_polls_asked_together_suit_whoever_has_the_notebook_open(beside_a_room: RunningRoom, workshop: Workshop) -> None:
    """With a room one card asks them; without one they are private ballots, one below the other."""
    fears = in_hand(workshop)
    names = list(workshop.polls)[:2]
    block = fears.polls_together(*names)
    assert isinstance(block, BlockCard)
    assert len(block.cards) == 2

    beside_a_room.stop()
    alone = fears.polls_together(*names)

    assert [type(each) for each in alone.children] == [Ballot, Ballot]
    with pytest.raises(Unknown, match="has no poll of"):
        fears.polls_together("feers", names[0])


def test_a_poll_that_is_not_there_is_named(alone: Path, workshop: Workshop) -> None:
    """An unknown name, or none where the section has no poll, gives a sentence that says so."""
    without = SectionInHand(workshop, replace(workshop.section(FEARS), polls=()), Follower())

    for section_in_hand, name in ((in_hand(workshop), "feers"), (without, None)):
        with pytest.raises(Unknown, match="has no poll of"):
            section_in_hand.poll(name)


def test_a_section_without_a_guide_does_without(alone: Path, workshop: Workshop) -> None:
    """Where no guide has been written, the card says so, and the journal asks a question of its own."""
    fears = in_hand(workshop, guided=False)

    assert NONE_YET in fears.guide().value
    assert PROMPT in str(states(fears.journal()))


def test_a_notebook_finds_its_section(alone: Path) -> None:
    """A notebook asks for its section by number and is given its number and title; an unknown number is named."""
    assert repr(section(FEARS)).startswith("06 · ")

    with pytest.raises(Unknown, match="no section of that name"):
        section("99")
