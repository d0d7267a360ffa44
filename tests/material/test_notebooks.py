"""Notebooks are thin: prose, and calls of one line.

A therapist reads these files, and may change a sentence in them an hour before a group comes. So a cell says what happens
and nothing about how, and nothing that anybody answered or wrote is ever saved in one. The kit itself checks the notebooks of
its sections (`test_check`); here the same rules, and a few more, are asked of every notebook that we ship.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.world import ROOT
from workshop_kit import material
from workshop_kit.material.documents import load
from workshop_kit.material.draft import drafted
from workshop_kit.material.rules import faults, notebooks
from workshop_kit.material.shapes import NotebookFile
from workshop_kit.words.catalog import language

NOTEBOOKS: Final = [file for file in sorted((ROOT / "notebooks").rglob("*.ipynb")) if ".ipynb_checkpoints" not in file.parts]
RULES: Final = (
    notebooks.kernel_is_python,
    notebooks.nothing_is_saved_of_a_run,
    notebooks.cells_are_few_and_short,
    notebooks.cells_hold_no_program,
)
AMISS: Final = {
    "names a file": re.compile(r"[/\\]|\.(csv|db|html|ipynb|json|png|py|sqlite3?|svg|toml|txt|ya?ml)\b", re.IGNORECASE),
    "speaks SQL": re.compile(
        r"\b(select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|(create|drop|alter)\s+table)\b", re.IGNORECASE | re.DOTALL
    ),
}


def not_thin(cells: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what makes a notebook hard to read or to keep track of: no title, a cell without an id, a path, SQL."""
    if not cells or cells[0]["cell_type"] != "markdown" or not "".join(cells[0]["source"]).startswith("# "):
        yield "its first cell is not a title"
    for place, cell in enumerate(cells, start=1):
        if not cell.get("id"):
            yield f"cell {place} has no id"
        for node in ast.walk(ast.parse("".join(cell["source"]))) if cell["cell_type"] == "code" else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from (f"cell {place} {does}" for does, found in AMISS.items() if found.search(node.value))


def test_a_notebook_is_thin_and_clean() -> None:
    """A notebook we ship holds prose and short calls, and no trace of ever having been run."""
    cells = {file: json.loads(file.read_text(encoding="utf-8"))["cells"] for file in NOTEBOOKS}
    draft = drafted(material.shipped("data") / material.SHIPPED)
    # The kit's own rules look at each as if it were the notebook of the first section.
    drafts = {file: replace(draft, notebooks={draft.sections[0].id: load(file, NotebookFile)}) for file in NOTEBOOKS}
    found = {file.name: [*map(language().error, faults(drafts[file], RULES)), *not_thin(cells[file])] for file in NOTEBOOKS}

    assert len(found) > 12
    assert {name: complaints for name, complaints in found.items() if complaints} == {}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"cell_type": "markdown"}, None),
        ({"id": ""}, "cell 2 has no id"),
        ({"source": "section('../data')"}, "cell 2 names a file"),
        ({"source": "section('polls.yaml')"}, "cell 2 names a file"),
        ({"source": "section('select answer from ballots')"}, "cell 2 speaks SQL"),
    ],
)
def test_what_is_not_thin_is_found(change: dict[str, str], fault: str | None) -> None:
    """Below a title a call passes; a cell that has lost its id, a path or SQL is named, and so is a notebook without a title."""
    title = {"cell_type": "markdown", "id": "title", "source": ["# Fears\n", "Prose."]}
    cell = {"cell_type": "code", "id": "poll", "source": 'section("06").poll()', **change}

    assert list(not_thin([title, cell])) == ([fault] if fault else [])
    assert next(not_thin([cell])) == next(not_thin([])) == "its first cell is not a title"
