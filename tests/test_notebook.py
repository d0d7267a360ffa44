"""What a notebook imports, and the notebooks that do: the same calls lead a group beside a room, and serve one person without one.

Imports are looked at in a process of their own, because in this one everything is there already.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.guides import GUIDE
from tests.world import ROOT, RunningRoom, environment, is_shown, known_to_pages, press
from workshop_kit import client, material, notebook
from workshop_kit.cards.follow import Follower, follow
from workshop_kit.cockpit.poll_card import BlockCard, PollCard
from workshop_kit.errors import Unknown
from workshop_kit.guest.seat import Seat
from workshop_kit.notebook import section
from workshop_kit.notebook.sections import SectionInHand
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.study.ballot import Ballot
from workshop_kit.study.check_in import CheckIn
from workshop_kit.study.journal_card import JournalCard
from workshop_kit.study.progress import Finish
from workshop_kit.words.catalog import language
from workshop_kit.workshop import Workshop

FEARS: Final = "06"
NOTEBOOKS: Final = ROOT / "notebooks"
# What the calls of a section give a person alone.
FOR_ONE: Final = {"check_in": CheckIn, "poll": Ballot, "journal": JournalCard, "finish": Finish}


SLOW: Final = {"httpx", "ipywidgets", "matplotlib", "numpy", "pandas", "pydantic", "scipy", "sqlalchemy", "yaml"}
# Lines in the order in which they are run, and what each brings along of the slow libraries.
LINES: Final[tuple[tuple[str, set[str]], ...]] = (
    ("import workshop_kit.notebook", set()),
    ("from workshop_kit.client import connect", set()),
    ("import workshop_kit.cli", set()),
    ("from workshop_kit.notebook import section", {"ipywidgets"}),
    ("from workshop_kit.notebook import start_here", set()),
    ("from workshop_kit.notebook import cockpit", set()),
    # With no room running, nothing is imported that speaks to one.
    ("fears = section('06'); fears.check_in(), fears.guide(), fears.poll()", {"pydantic", "yaml"}),
    ("from workshop_kit.notebook import seat", {"httpx"}),
)
# Orders in which a name and the module of that name may be imported.


def told_by(program: str, folder: Path, given: object) -> Any:
    """Return what a program in a fresh process tells, on a computer where no room is running, when it is given something."""
    variables = environment({FOLDER_VARIABLE: str(folder)})
    command = [sys.executable, "-c", f"import json, sys\ngiven = json.loads(sys.argv[1])\n{program}", json.dumps(given)]
    return json.loads(subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout)


def test_a_line_brings_along_what_it_needs(tmp_path: Path) -> None:
    """What reads the material, draws a chart or speaks to a room is not waited for by a line that does none of it."""
    program = """
lines, slow = given
brought = []
for line in lines:
    before = set(sys.modules)
    exec(line)
    brought.append(sorted((set(sys.modules) - before) & set(slow)))
print(json.dumps(brought))
"""
    brought = told_by(program, tmp_path, [[line for line, _ in LINES], sorted(SLOW)])

    assert {line: set(each) for (line, _), each in zip(LINES, brought, strict=True)} == dict(LINES)


def test_every_name_is_found_and_listed() -> None:
    """Each name that a package promises is there, an editor that asks is told them, and a slip of the pen is answered with the name."""
    for package in (notebook, client):
        assert [getattr(package, name).__name__ for name in package.__all__] == package.__all__
        with pytest.raises(AttributeError, match="sektion"):
            package.sektion  # noqa: B018
    assert dir(notebook) == notebook.__all__


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a person on whose computer no room is running."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kit"))
    return tmp_path / "kit"


def in_hand(workshop: Workshop, **different: Any) -> SectionInHand:
    """Return section 06 in the hands of someone who has just opened its notebook."""
    return SectionInHand(workshop, replace(workshop.section(FEARS), **{"guide": GUIDE, **different}), Follower(language()))


def test_a_room_that_has_ended_leaves_a_person_alone(room: RunningRoom, workshop: Workshop) -> None:
    """The calls look anew each time: polls that one card asks together are private ballots, one below the other, once the room is over."""
    fears = in_hand(workshop)
    names = list(workshop.polls)[:2]
    block = fears.polls_together(*names)
    assert isinstance(block, BlockCard)
    assert len(block.cards) == 2

    room.stop()

    assert isinstance(fears.poll(), Ballot)
    assert [type(each) for each in fears.polls_together(*names).children] == [Ballot, Ballot]


def test_the_end_remembers_the_beginning(alone: Path, workshop: Workshop) -> None:
    """The two check-ins of a section belong together: a rise from the first to the second brings the pause."""
    fears = in_hand(workshop)
    first, end = fears.check_in(), fears.finish()
    assert isinstance(first, CheckIn)
    assert isinstance(end, Finish)

    for check_in, number in ((first, 1), (end.check_in, 4)):
        check_in.numbers.value = number
        press(check_in.note)

    assert "A pause" in end.pause.value
    assert all(name in end.pause.value for name in material.contacts().countries.values())


def test_a_poll_is_found_by_its_name(alone: Path, workshop: Workshop) -> None:
    """Without a name the first poll is meant; a name may be that of any poll of the workshop; one that is not there is named."""
    fears, elsewhere = in_hand(workshop), in_hand(workshop, id="11", polls=())

    assert all("feel familiar" in str(known_to_pages(each)) for each in (fears.poll(), fears.poll("fears"), elsewhere.poll("fears")))
    assert "loudest" in str(known_to_pages(fears.poll("loudest")))
    for call in (lambda: fears.poll("feers"), elsewhere.poll, lambda: fears.polls_together("feers", "fears")):
        with pytest.raises(Unknown, match="has no poll of"):
            call()


def test_a_section_without_a_guide_does_without(alone: Path, workshop: Workshop) -> None:
    """Where no guide has been written, the card says so, and the journal asks a question of its own."""
    fears = in_hand(workshop, guide=None)

    assert "No guide has been written" in fears.guide().value
    assert "What stays with you from this section?" in str(known_to_pages(fears.journal()))


def test_a_notebook_finds_its_section(alone: Path) -> None:
    """A notebook asks for its section by number and is given its number and title; an unknown number is named."""
    assert repr(section(FEARS)).startswith("06 · ")

    with pytest.raises(Unknown, match="no section of that name"):
        section("99")


def shown_by(name: str) -> list[tuple[str, Any]]:
    """Run a notebook's cells from top to bottom, in this process; return each line that shows something, and what it shows."""
    names: dict[str, object] = {}
    shown = []
    for cell in json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            *lines, last = "".join(cell["source"]).splitlines()
            exec("\n".join(lines), names)
            if last.startswith("from ") or " = " in last:
                exec(last, names)
            else:
                shown.append((last, eval(last, names)))
    return shown


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRoom]:
    """Yield the room beside which the notebooks run."""
    with RunningRoom(tmp_path_factory.mktemp("notebooks") / "room") as room:
        yield room


@pytest.mark.parametrize("name", sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")))
def test_a_notebook_leads_a_room_and_serves_one_person(
    name: str, beside: RunningRoom, alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every cell runs and says nothing; beside a room each call leads, without one it serves one person, for whom nothing is written yet."""

    async def run(folder: Path) -> list[tuple[str, Any]]:
        monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
        follow.cache_clear()
        shown = shown_by(name)
        if (led := follow(language("en")).room) is not None:
            led.close()
        follow.cache_clear()
        for _, card in shown:
            if isinstance(card, Seat):
                card.close()
        return shown

    led, served = (asyncio.run(run(folder)) for folder in (beside.folder, alone))

    assert tuple(capsys.readouterr()) == ("", "")
    assert list(alone.iterdir()) == []
    for line, card in led:
        known = str(known_to_pages(card)) if hasattr(card, "layout") else ""
        if ".poll(" in line:
            assert isinstance(card, PollCard)
            assert is_shown(card.ask)
            assert beside.code in known
            assert beside.connection.public_url in known
        elif line.endswith((".check_in()", ".journal()")):
            assert not is_shown(card), line
        elif line.endswith((".guide()", ".finish()")):
            assert ("Words you could say" if "guide" in line else 'href="') in known
    for line, card in served:
        if (call := line.partition(".")[2].partition("(")[0]) in FOR_ONE:
            assert type(card) is FOR_ONE[call], line
        elif call == "guide":
            assert "exercise for one" in card.value
