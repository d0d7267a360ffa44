"""What a report adds when people have gone must be there to be added."""

# ruff: noqa: D401 (a rule is said as a statement)

from collections.abc import Iterator

from workshop_kit.material.afterwards import practices
from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault, Unfit


def practices_are_taught(draft: Draft) -> Iterator[Fault]:
    """The section that is named is there, and its notebook teaches practices."""
    notebooks = {name: notebook.file for name, notebook in draft.notebooks.items()}
    # A section whose notebook is not there is complained of already.
    missing = {section.id for section in draft.sections} - notebooks.keys()
    if draft.afterwards is None or draft.afterwards.shape.practices in missing:
        return
    try:
        practices(draft.afterwards, notebooks)
    except Unfit as unfit:
        yield from unfit.faults
