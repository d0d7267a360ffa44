"""Afterwards: what the material has for the time when people have gone.

For the group that is the practices to take home. They are read from the notebook that teaches them, so that what people take
home is what they heard. For whoever led it is questions to take to supervision.

A workshop may do without: where its folder has no `afterwards.yaml`, there is nothing to add.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workshop_kit.material.documents import Document, load
from workshop_kit.material.draft import AFTERWARDS
from workshop_kit.material.faults import Unfit
from workshop_kit.material.places import notebooks_of, shipped
from workshop_kit.material.shapes import AfterwardsFile, NotebookFile
from workshop_kit.workshop import Workshop

HEADING: Final = re.compile(r"## \d+ · (.+)")


@dataclass(frozen=True, slots=True)
class Practice:
    """Something to try at home. Its paragraphs may hold ``*emphasis*`` and ``**strong words**``, as in a notebook."""

    name: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Practices for the group, and questions for the supervision of whoever led."""

    practices: tuple[Practice, ...] = ()
    supervision: tuple[str, ...] = ()


def afterwards(workshop: Workshop, folder: Path | None = None) -> Afterwards:
    """Return what a workshop has for afterwards.

    Parameters
    ----------
    workshop
        The workshop.
    folder
        Its folder; by default the one of its name that comes with the kit, if there is one.

    Raises
    ------
    MaterialError
        If the file or the notebook that it leads to does not hold what it should; the sentence names file and line.
    """
    folder = folder or shipped("data") / workshop.id
    if not (folder / AFTERWARDS).is_file():
        return Afterwards()
    document = load(folder / AFTERWARDS, AfterwardsFile)
    notebooks = {section.id: notebooks_of(folder) / section.notebook for section in workshop.sections}
    return Afterwards(practices(document, notebooks), tuple(document.shape.supervision))


def practices(document: Document[AfterwardsFile], notebooks: Mapping[str, Path]) -> tuple[Practice, ...]:
    """Return the practices to take home, from the notebook of the section that teaches them; `notebooks` has one for each section.

    Raises
    ------
    Unfit
        If there is no such section, or its notebook cannot be read or teaches none.
    """
    name = document.shape.practices
    if name is None:
        return ()
    if name not in notebooks:
        raise Unfit([document.fault(("practices",), f"there is no section '{name}'. Write the number of the one that teaches practices.")])
    found = tuple(_taught(load(notebooks[name], NotebookFile).shape))
    if not found:
        sentence = (
            f"the notebook {notebooks[name].name} has no heading such as '## 1 · Take it slowly'. Name the section that teaches practices."
        )
        raise Unfit([document.fault(("practices",), sentence)])
    return found


def _taught(notebook: NotebookFile) -> Iterator[Practice]:
    for cell in notebook.cells:
        heading, *paragraphs = re.split(r"\n\s*\n", cell.text.strip())
        named = HEADING.fullmatch(heading)
        if cell.cell_type == "markdown" and named:
            yield Practice(named[1], tuple(" ".join(each.split()) for each in paragraphs))
