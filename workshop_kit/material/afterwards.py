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

from workshop_kit.material import notebooks_of, shipped
from workshop_kit.material.documents import Document, Unfit, load
from workshop_kit.material.draft import AFTERWARDS
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
    """Return what a workshop has for afterwards, in its folder or in the one of its name that comes with the kit, if there is one.

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

    `Unfit` is raised if there is no such section, or its notebook cannot be read or teaches none.
    """
    name = document.shape.practices
    if name is None:
        return ()
    if name not in notebooks:
        raise Unfit([document.fault(("practices",), "material.afterwards.no_section", section=name)])
    found = tuple(_taught(load(notebooks[name], NotebookFile).shape))
    if not found:
        raise Unfit([document.fault(("practices",), "material.afterwards.no_practices", notebook=notebooks[name].name)])
    return found


def _taught(notebook: NotebookFile) -> Iterator[Practice]:
    for _, prose in notebook.prose:
        heading, *paragraphs = re.split(r"\n\s*\n", prose.strip())
        if named := HEADING.fullmatch(heading):
            yield Practice(named[1], tuple(" ".join(each.split()) for each in paragraphs))
