"""Imports: a notebook waits for what it uses, and a name is what it was, whatever was imported before it.

Each test begins in a process of its own, because in this one everything is there already.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.world import ROOT, environment
from workshop_kit import client, notebook
from workshop_kit.connection import FOLDER_VARIABLE

SLOW: Final = {"httpx", "ipywidgets", "matplotlib", "numpy", "pandas", "pydantic", "scipy", "sqlalchemy", "yaml"}


def said_by(program: str, folder: Path) -> str:
    """Return what a program prints in a fresh process, on a computer where no room is running."""
    variables = environment({FOLDER_VARIABLE: str(folder)})
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
    return done.stdout


def slow_after(line: str, folder: Path) -> set[str]:
    """Return which of the slow libraries a line has imported."""
    return set(json.loads(said_by(f"{line}\nimport json, sys\nprint(json.dumps(sorted({SLOW} & set(sys.modules))))", folder)))


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("import workshop_kit.notebook", set()),
        ("from workshop_kit.notebook import section", {"ipywidgets"}),
        ("from workshop_kit.notebook import start_here", {"ipywidgets"}),
        ("from workshop_kit.notebook import cockpit", {"ipywidgets"}),
        ("from workshop_kit.notebook import seat", {"ipywidgets", "httpx"}),
        ("from workshop_kit.client import connect", set()),
        ("import workshop_kit.cli", set()),
    ],
)
def test_a_first_line_brings_along_what_it_needs(line: str, needed: set[str], tmp_path: Path) -> None:
    """What reads the material, draws a chart or speaks to a room is not waited for by a line that does none of it."""
    assert slow_after(line, tmp_path) == needed


def test_a_person_alone_waits_for_nothing_that_speaks_to_a_room(tmp_path: Path) -> None:
    """The first cards need the material, and what reads it; with no room running, nothing is imported that speaks to one."""
    cards = 'from workshop_kit.notebook import section\nfears = section("06")\nfears.check_in(), fears.guide(), fears.poll()'

    assert slow_after(cards, tmp_path) == {"ipywidgets", "pydantic", "yaml"}


@pytest.mark.parametrize("name", ["cockpit", "start_here"])
@pytest.mark.parametrize(
    "lines",
    [
        ["from workshop_kit.notebook import {name}"],
        ["import workshop_kit.notebook.{name}", "from workshop_kit.notebook import {name}"],
        ["from workshop_kit.notebook import {name}", "import workshop_kit.notebook.{name}", "from workshop_kit.notebook import {name}"],
        [
            "import workshop_kit.notebook.cockpit.dashboard",
            "from workshop_kit.notebook import section",
            "from workshop_kit.notebook import *",
        ],
    ],
)
def test_a_name_is_what_is_called_and_not_the_module_of_that_name(name: str, lines: list[str], tmp_path: Path) -> None:
    """`cockpit` and `start_here` are also names of modules; in whichever order these are imported, a notebook can call the name."""
    program = "\n".join([*lines, "print(type({name}).__name__, {name}.__name__)"]).format(name=name)

    assert said_by(program, tmp_path).split() == ["function", name]


def test_every_name_is_found_and_listed() -> None:
    """Each name that a package promises is there, under that name, and an editor that asks for the names is told them."""
    for package in (notebook, client):
        assert [getattr(package, name).__name__ for name in package.__all__] == package.__all__
    assert dir(notebook) == notebook.__all__


@pytest.mark.parametrize("package", [notebook, client])
def test_a_name_that_is_not_there_is_refused(package: object) -> None:
    """A slip of the pen is answered as Python answers it, with the name."""
    with pytest.raises(AttributeError, match="sektion"):
        package.sektion  # type: ignore[attr-defined]  # noqa: B018
