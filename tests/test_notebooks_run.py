"""The notebooks, run from top to bottom: beside a room that they lead, and alone.

Each runs in a kernel of its own. All of them run before the first test looks, a few at a time, because a kernel takes longer
to start than a notebook to run.
"""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import nbformat
import pytest
from nbclient import NotebookClient

from tests.world import ROOT, RunningRoom, environment
from workshop_kit.connection import FOLDER_VARIABLE

NOTEBOOKS: Final = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES: Final = [path.name for path in NOTEBOOKS]
AT_A_TIME: Final = 3
PATIENCE_SECONDS: Final = 120
CARD: Final = "application/vnd.jupyter.widget-view+json"

Run = Mapping[str, Any]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for all that the notebooks of this module may write."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def room(folders: Path) -> Iterator[RunningRoom]:
    """Yield the room beside which the notebooks run."""
    with RunningRoom(folders / "room") as room:
        yield room


@pytest.fixture(scope="module")
def before() -> Mapping[str, bytes]:
    """Return the notebooks' files as they were before any of them was run."""
    return files()


@pytest.fixture(scope="module")
def led(before: Mapping[str, bytes], room: RunningRoom, folders: Path) -> Run:
    """Return every notebook as it is after running beside a room."""
    return asyncio.run(run_all(folders, room.folder))


@pytest.fixture(scope="module")
def alone(before: Mapping[str, bytes], folders: Path) -> Run:
    """Return every notebook as it is after running on a computer without a room."""
    return asyncio.run(run_all(folders, folders / "no_room"))


def files() -> Mapping[str, bytes]:
    """Return the notebooks' files by name."""
    return {path.name: path.read_bytes() for path in NOTEBOOKS}


async def run_all(home: Path, kit: Path) -> Run:
    """Run every notebook, for a user with some folders; return them by name."""
    variables = environment({"HOME": str(home), "IPYTHONDIR": str(home / "ipython"), FOLDER_VARIABLE: str(kit)})
    turns = asyncio.Semaphore(AT_A_TIME)

    async def run(path: Path) -> Any:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
        client = NotebookClient(notebook, timeout=PATIENCE_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(home)}})
        client.allow_errors = True
        async with turns:
            await client.async_execute(env=variables)
        return notebook

    return dict(zip(NAMES, await asyncio.gather(*map(run, NOTEBOOKS)), strict=True))


def faults(notebook: Any) -> list[str]:
    """Return what went wrong in a notebook."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    raised = [f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]
    return raised + [output.text for output in outputs if output.get("name") == "stderr"]


def cards(notebook: Any) -> list[str]:
    """Return the words of the widgets that a notebook shows, cell by cell."""
    shown = [
        output.data[CARD]["model_id"] for cell in notebook.cells for output in cell.get("outputs", ()) if CARD in output.get("data", {})
    ]
    # A notebook that shows no widget has kept no state of any.
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"] if shown else {}
    return [" ".join(words(states, each)) for each in shown]


def words(states: Any, name: str) -> Iterator[str]:
    """Yield the words of a widget and of those within it, as far as they are shown."""
    state = states[name]["state"]
    layout = states[state["layout"].removeprefix("IPY_MODEL_")]["state"] if "layout" in state else {}
    if layout.get("display") == "none":
        return
    yield from (str(state[key]) for key in ("value", "description") if state.get(key))
    for child in state.get("children", ()):
        yield from words(states, child.removeprefix("IPY_MODEL_"))


def polls_in(notebook: Any) -> int:
    """Return how many polls a notebook calls for."""
    return sum(".poll(" in cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_leads_a_room(led: Run, room: RunningRoom, name: str) -> None:
    """Beside a room a notebook runs without a fault, and each of its polls is a card of that room, ready to be asked."""
    notebook = led[name]

    assert faults(notebook) == []
    ready = [card for card in cards(notebook) if "Ask the group" in card]
    assert len(ready) == polls_in(notebook)
    assert all(room.code in card and room.connection.public_url in card for card in ready)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_alone(alone: Run, name: str) -> None:
    """Without a room a notebook runs without a fault, shows each of its polls, and offers nothing to lead a group with."""
    notebook = alone[name]

    assert faults(notebook) == []
    shown = cards(notebook)
    assert len(shown) >= polls_in(notebook)
    assert [card for card in shown if "Ask the group" in card] == []


def test_running_a_notebook_leaves_its_file_as_it_was(before: Mapping[str, bytes], led: Run, alone: Run) -> None:
    """However a notebook is run, its file is the same afterwards."""
    assert sorted(led) == sorted(alone) == NAMES
    assert files() == before
