"""Saving: what a notebook keeps on the disk. Its prose and its calls, never its outputs."""

from typing import Any


def without_outputs(model: dict[str, Any], **_: object) -> None:
    """Strip the outputs of a notebook that Jupyter is about to save, and the state of its widgets."""
    if model.get("type") != "notebook" or not model.get("content"):
        return
    model["content"]["metadata"].pop("widgets", None)
    for cell in model["content"]["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
