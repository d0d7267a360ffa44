"""Generated: files that are made from others, so that nobody has to keep them in step by hand.

JSON Schemas tell an editor which keys a file of the material has; they are made from `shapes`. `docs/material.md` shows where
each thing that the source texts teach is taught; it is made from the shipped workshop and its `coverage.yaml`. And
`docs/data_protection.md` is what `workshop-kit data-protection` says, with its figures as the code has them.

`make docs` writes them, and a test keeps them current.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from workshop_kit.after import data_protection
from workshop_kit.material import SHIPPED, shipped
from workshop_kit.material.documents import Document, load
from workshop_kit.material.draft import COVERAGE, GUIDES, Draft, drafted, with_surroundings
from workshop_kit.material.questionnaires.shapes import InstrumentFile, TextsFile
from workshop_kit.material.shapes import (
    AfterwardsFile,
    ClosingFile,
    CoverageFile,
    GuideFile,
    NotebookFile,
    PointEntry,
    PollsFile,
    ResourcesFile,
    SectionEntry,
    SourceEntry,
    WorkshopFile,
)

SCHEMAS: Final[Mapping[str, type[BaseModel]]] = {
    "afterwards": AfterwardsFile,
    "closing": ClosingFile,
    "coverage": CoverageFile,
    "guide": GuideFile,
    "instrument": InstrumentFile,
    "instrument_texts": TextsFile,
    "polls": PollsFile,
    "resources": ResourcesFile,
    "workshop": WorkshopFile,
}

_HEAD: Final = """\
# What the workshop teaches, and where

Made by `make docs`; do not edit it here. To change it, edit `data/intimacy/coverage.yaml` and run the command again.
`workshop-kit check` makes sure that each quoted phrase stands in the notebook.

The workshop teaches what two texts have to say, called A and B, in words of its own. Two matters are taught and never asked
about in a group: avoiding touch, and abuse or neglect in childhood.
"""
_NONE: Final = "none, on purpose"


def generated(checkout: Path | None = None) -> Mapping[Path, str]:
    """Return every generated file with what it should hold.

    Parameters
    ----------
    checkout
        The folder that holds `data`, `notebooks` and `docs`; by default the one from which the kit runs.

    Raises
    ------
    FileNotFoundError
        If this is an installed kit, which has no folder for them.
    MaterialError
        If the shipped workshop cannot be read.
    """
    checkout = checkout or shipped("data").parent
    data, docs = checkout / "data", checkout / "docs"
    if not docs.is_dir():
        raise FileNotFoundError(
            "These files belong to a checkout of the kit, and this is an installed one. Run the command from a checkout."
        )
    schemas = {data / "schema" / f"{name}.json": _schema(shape) for name, shape in SCHEMAS.items()}
    pages = {"material.md": table(data / SHIPPED, checkout / "notebooks"), "data_protection.md": data_protection.text()}
    return {**schemas, **{docs / name: page for name, page in pages.items()}}


def write(checkout: Path | None = None) -> None:
    """Write every generated file and print its name; refused as `generated` is."""
    for file, text in generated(checkout).items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(f"Wrote {file}.")


def table(folder: Path, notebooks: Path) -> str:
    """Return, as Markdown, where a workshop teaches each thing that its sources teach.

    Raises
    ------
    MaterialError
        If the workshop cannot be read.
    """
    draft = with_surroundings(drafted(folder), notebooks, date.min)
    coverage = (draft.coverage or load(folder / COVERAGE, CoverageFile)).shape.coverage
    overview = _rows(["part of the texts", "notebook", "polls", "guide"], [_overview(draft, entry) for entry in coverage])
    return "\n".join([_HEAD, *overview, *(line for entry in coverage for line in _part(draft, entry))]) + "\n"


def _schema(shape: type[BaseModel]) -> str:
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **shape.model_json_schema()}, indent=2) + "\n"


def _overview(draft: Draft, entry: SourceEntry) -> list[str]:
    section = _section(draft, entry)
    return [entry.source, _notebook(section), _named(draft.asked_in(section.id)), _guide(section)]


def _part(draft: Draft, entry: SourceEntry) -> Iterator[str]:
    section = _section(draft, entry)
    yield f"\n## {entry.source}\n"
    rows = [
        [
            _item(point, entry),
            f"{section.id}, {_heading(draft.notebooks.get(section.id), point.phrase)}: “{point.phrase}”",
            _named([poll.id for poll in draft.polls_of(section.id)] if point.polls is None else point.polls),
            _guide(section),
        ]
        for point in entry.points
    ]
    yield from _rows(["what the text teaches", "where in the notebook", "polls", "guide"], rows)


def _section(draft: Draft, entry: SourceEntry) -> SectionEntry:
    return next(each for each in draft.sections if each.id == entry.section)


def _item(point: PointEntry, entry: SourceEntry) -> str:
    if point.part_of is None:
        return point.item
    fellows = [each for each in entry.points if each.part_of == point.part_of]
    return f"{point.item} ({point.part_of}, {fellows.index(point) + 1})"


def _heading(notebook: Document[NotebookFile] | None, phrase: str) -> str:
    cells = notebook.shape.cells if notebook else []
    text = next((cell.text for cell in cells if phrase in cell.text), "")
    return next((f"*{line.lstrip('# ')}*" for line in text.splitlines() if line.startswith("#")), "*not found*")


def _notebook(section: SectionEntry) -> str:
    return f"[{section.id} {section.title}](../notebooks/{section.notebook})"


def _guide(section: SectionEntry) -> str:
    return f"[{section.id}](../data/{SHIPPED}/{GUIDES}/{section.id}.yaml)"


def _named(polls: Iterable[str]) -> str:
    return ", ".join(f"`{poll}`" for poll in polls) or _NONE


def _rows(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    write()
