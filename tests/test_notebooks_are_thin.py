"""Notebooks are thin: prose, and calls of one line.

A therapist reads these files, and may change a sentence in them an hour before a group comes. So a cell says what happens
and nothing about how, and nothing that anybody answered or wrote is ever saved in one.
"""

import ast
import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

FOLDER: Final = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS: Final = sorted(path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)

MOST_CELLS: Final = 15
MOST_LINES: Final = 5
IMPORTABLE: Final = "workshop_kit.notebook"

# Each of these is the start of a program; a program belongs into the package, where it is tested.
PROGRAM: Final = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.comprehension,
)
PATH: Final = re.compile(r"[/\\]|\.(csv|db|html|ipynb|json|png|py|sqlite3?|svg|toml|txt|ya?ml)\b", re.IGNORECASE)
SQL: Final = re.compile(
    r"\b(select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|(create|drop|alter)\s+table)\b", re.IGNORECASE | re.DOTALL
)


def faults(notebook: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything about a notebook that is not thin, or not clean."""
    cells = notebook["cells"]
    yield from _faults_of_the_file(notebook)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    if len(code) > MOST_CELLS:
        yield f"it has {len(code)} code cells, but {MOST_CELLS} are the most"
    for place, cell in enumerate(cells, start=1):
        if not cell.get("id"):
            yield f"cell {place} has no id"
        if cell["cell_type"] == "code":
            yield from (f"cell {place} {fault}" for fault in _faults_of_code(cell))


def _faults_of_the_file(notebook: dict[str, Any]) -> Iterator[str]:
    cells, metadata = notebook["cells"], notebook["metadata"]
    if not cells or cells[0]["cell_type"] != "markdown" or not _source(cells[0]).startswith("# "):
        yield "its first cell is not a title"
    if metadata.get("kernelspec", {}).get("name") != "python3":
        yield "its kernel is not python3"
    if "widgets" in metadata:
        yield "it holds the state of widgets, and with it perhaps an answer"


def _faults_of_code(cell: dict[str, Any]) -> Iterator[str]:
    if cell.get("outputs"):
        yield "has a saved output, and with it perhaps an answer"
    if cell.get("execution_count") is not None:
        yield "has a saved number of its last run"
    source = _source(cell)
    if len(source.splitlines()) > MOST_LINES:
        yield f"has more than {MOST_LINES} lines"
    try:
        tree = ast.parse(source)
    except SyntaxError:
        yield "is not plain Python"
        return
    for node in ast.walk(tree):
        yield from _faults_of_node(node)


def _faults_of_node(node: ast.AST) -> Iterator[str]:
    if isinstance(node, PROGRAM):
        yield f"holds a program ({type(node).__name__})"
    if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and (node.level or node.module != IMPORTABLE)):
        yield f"imports from elsewhere than {IMPORTABLE}: {ast.unparse(node)}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if PATH.search(node.value):
            yield "names a file"
        if SQL.search(node.value):
            yield "speaks SQL"


def _source(cell: dict[str, Any]) -> str:
    # The format allows a text or a list of lines.
    return "".join(cell["source"])


THIN: Final[dict[str, Any]] = {
    "cells": [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# A title\n", "\n", "Prose."]},
        {
            "cell_type": "code",
            "id": "poll",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": ["from workshop_kit.notebook import section\n", "\n", 'fears = section("06")\n', "fears.poll()"],
        },
    ],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_there_are_notebooks() -> None:
    """The kit comes with notebooks; without any, the other tests here would say nothing."""
    assert NOTEBOOKS


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in NOTEBOOKS])
def test_a_notebook_is_thin_and_clean(path: Path) -> None:
    """A notebook we ship holds prose and short calls, and no trace of ever having been run."""
    assert list(faults(json.loads(path.read_text(encoding="utf-8")))) == []


def test_a_thin_notebook_passes() -> None:
    """A title, some prose, and a cell of three sentences is what a notebook may be."""
    assert list(faults(THIN)) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def ask(): ...", "holds a program (FunctionDef)"),
        ("class Poll: ...", "holds a program (ClassDef)"),
        ("for each in fears: each.poll()", "holds a program (For)"),
        ("while True: fears.poll()", "holds a program (While)"),
        ("[each.poll() for each in fears]", "holds a program (comprehension)"),
        ("import os", "imports from elsewhere"),
        ("from workshop_kit import disclosure", "imports from elsewhere"),
        ("from .notebook import section", "imports from elsewhere"),
        ("section('../data')", "names a file"),
        ("section('polls.yaml')", "names a file"),
        ("section('select answer from ballots')", "speaks SQL"),
        ("!ls", "is not plain Python"),
        ("a\nb\nc\nd\ne\nf", "has more than 5 lines"),
    ],
)
def test_code_that_is_more_than_a_call_is_found(source: str, fault: str) -> None:
    """Whatever starts to be a program, reads a file or reaches past the kit's front door is named."""
    notebook = copy.deepcopy(THIN)
    notebook["cells"][1]["source"] = source

    found = list(faults(notebook))

    assert any(fault in each for each in found)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"outputs": [{"output_type": "stream", "text": "7 of 11"}]}, "cell 2 has a saved output"),
        ({"execution_count": 3}, "cell 2 has a saved number"),
        ({"id": ""}, "cell 2 has no id"),
    ],
)
def test_a_trace_of_having_run_is_found(change: dict[str, Any], fault: str) -> None:
    """A saved output or run number is named, and so is a cell that has lost its id."""
    notebook = copy.deepcopy(THIN)
    notebook["cells"][1].update(change)

    [found] = faults(notebook)

    assert fault in found


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"cells": []}, "not a title"),
        ({"cells": THIN["cells"][1:]}, "not a title"),
        ({"cells": THIN["cells"] + 15 * THIN["cells"][1:]}, "16 code cells"),
        ({"metadata": {"kernelspec": {"name": "ir"}}}, "not python3"),
        ({"metadata": {**THIN["metadata"], "widgets": {}}}, "state of widgets"),
    ],
)
def test_a_notebook_out_of_shape_is_found(change: dict[str, Any], fault: str) -> None:
    """A notebook without a title, with too many cells, another kernel or kept widget state is named."""
    [found] = faults({**THIN, **change})

    assert fault in found
