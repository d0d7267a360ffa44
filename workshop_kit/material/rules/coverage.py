"""What the source texts teach must be taught somewhere, and where the table says so."""

# ruff: noqa: D401 (a rule is said as a statement)

from collections.abc import Iterator

from workshop_kit.material.documents import Document, Place
from workshop_kit.material.draft import Draft
from workshop_kit.material.faults import Fault
from workshop_kit.material.shapes import CoverageFile, PointEntry, SourceEntry


def sources_are_taught_where_it_says(draft: Draft) -> Iterator[Fault]:
    """Every part of the source texts that a section names is covered, in that section, and no other part is."""
    if draft.coverage is None:
        return
    taught = {(source, section.id) for section in draft.sections for source in section.sources}
    entries = draft.coverage.shape.coverage
    for place, entry in enumerate(entries):
        if (entry.source, entry.section) not in taught:
            sentence = f"workshop.yaml does not name '{entry.source}' among the sources of section '{entry.section}'. Make the two agree."
            yield draft.coverage.fault(("coverage", place, "source"), sentence)
    for source, section in sorted(taught - {(entry.source, entry.section) for entry in entries}):
        sentence = f"section '{section}' has the source '{source}', but nothing here says where it is taught. Add an entry for it."
        yield draft.coverage.fault(("coverage",), sentence)


def phrases_stand_in_the_notebook(draft: Draft) -> Iterator[Fault]:
    """The words by which a point is found are there, letter by letter."""
    for document, place, entry, point in _points(draft):
        notebook = draft.notebooks.get(entry.section)
        if notebook and not any(point.phrase in cell.text for cell in notebook.shape.cells if cell.cell_type == "markdown"):
            sentence = f"the notebook of section '{entry.section}' does not say '{point.phrase}'. Quote a few words that stand in it."
            yield document.fault((*place, "phrase"), sentence)


def polls_are_there(draft: Draft) -> Iterator[Fault]:
    """The polls about a point are asked in its section."""
    for document, place, entry, point in _points(draft):
        asked = draft.asked_in(entry.section)
        for poll in point.polls or ():
            if poll not in asked:
                sentence = f"the poll '{poll}' is not asked in section '{entry.section}'. It asks: {', '.join(asked) or 'none'}."
                yield document.fault((*place, "polls"), sentence)


def _points(draft: Draft) -> Iterator[tuple[Document[CoverageFile], Place, SourceEntry, PointEntry]]:
    if draft.coverage is None:
        return
    for which, entry in enumerate(draft.coverage.shape.coverage):
        for nth, point in enumerate(entry.points):
            yield draft.coverage, ("coverage", which, "points", nth), entry, point
