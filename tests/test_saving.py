"""Saving: what of a notebook reaches the disk when Jupyter saves it."""

import asyncio
import json
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from traitlets.config import Config

from workshop_kit.cli.notebooks import jupyter_settings
from workshop_kit.notebook.saving import without_outputs

SECRET: Final = "what-a-card-has-shown"
CELLS: Final[list[dict[str, Any]]] = [
    {"cell_type": "markdown", "id": "prose", "metadata": {}, "source": "# A title"},
    {
        "cell_type": "code",
        "id": "call",
        "metadata": {"collapsed": False},
        "source": "fears.poll()",
        "execution_count": 3,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": SECRET}],
    },
    {"cell_type": "raw", "id": "raw", "metadata": {}, "source": "as it is"},
]
METADATA: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": {"state": {"value": SECRET}}}}},
}


@pytest.fixture
def model() -> dict[str, Any]:
    """Return a notebook with outputs and widget state, as Jupyter hands it over to be saved."""
    content = {"cells": deepcopy(CELLS), "metadata": deepcopy(METADATA), "nbformat": 4, "nbformat_minor": 5}
    return {"type": "notebook", "format": "json", "content": content}


def test_outputs_and_the_state_of_widgets_are_not_saved(model: dict[str, Any]) -> None:
    """What cells have shown, how often they ran and what widgets hold is gone; prose, calls and the rest stay as they were."""
    without_outputs(model, path="06.ipynb", contents_manager=None)

    call = {**CELLS[1], "outputs": [], "execution_count": None}
    assert model["content"]["cells"] == [CELLS[0], call, CELLS[2]]
    assert model["content"]["metadata"] == {"kernelspec": METADATA["kernelspec"]}
    assert SECRET not in json.dumps(model)


@pytest.mark.parametrize(
    "other",
    [
        {"type": "file", "format": "text", "content": "cells"},
        {"type": "directory", "format": "json", "content": None},
        {"type": "notebook", "format": None, "content": None},
    ],
    ids=["file", "directory", "notebook without content"],
)
def test_whatever_is_no_notebook_is_saved_as_it_is(other: dict[str, Any]) -> None:
    """A file, a folder, and a notebook of which only the name is saved pass untouched."""
    before = deepcopy(other)

    without_outputs(other, path="x", contents_manager=None)

    assert other == before


def test_jupyter_saves_by_this_rule_under_the_kits_settings(tmp_path: Path, model: dict[str, Any]) -> None:
    """A notebook that Jupyter saves with the settings of `workshop-kit start` reaches the disk without its outputs."""
    settings = json.loads(jupyter_settings(tmp_path, "token", 8888).read_text(encoding="utf-8"))
    folder = tmp_path / "notebooks"
    folder.mkdir()
    jupyter = AsyncLargeFileManager(root_dir=str(folder), config=Config(settings))

    asyncio.run(jupyter.save(model, "06.ipynb"))  # type: ignore[no-untyped-call]

    written = (folder / "06.ipynb").read_text(encoding="utf-8")
    assert "fears.poll()" in written
    assert SECRET not in written
