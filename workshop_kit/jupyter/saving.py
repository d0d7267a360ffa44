"""Saving: what a notebook keeps on the disk. Its prose and its calls, never its outputs, nor what only tells of this computer."""

from typing import Any


def without_outputs(model: dict[str, Any], **_: object) -> None:
    """Strip the outputs of a notebook that Jupyter is about to save, the state of its widgets, and which Python it ran on."""
    if model.get("type") != "notebook" or not model.get("content"):
        return
    metadata = model["content"]["metadata"]
    metadata.pop("widgets", None)
    # A kernel adds its version, by which every copy of the kit would have other notebooks.
    metadata["language_info"] = {key: value for key, value in metadata.get("language_info", {}).items() if key == "name"}
    for cell in model["content"]["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
