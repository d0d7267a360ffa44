"""Rows: a label and the marks that belong to it, one below the other or side by side.

On a phone a label stands above its mark and both take the whole width. On a wall and on paper it stands to the left, so
that six answers fit one above the other. Marks of one row always stand on one line, so that two results can be compared.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from workshop_kit.charts.sheet import Column, Sheet, broken, length


class Mark(Protocol):
    """What stands for a number: a bar, a dot."""

    def height(self, sheet: Sheet) -> float:
        """Return how much of a sheet the mark takes, with the words above it."""

    def draw(self, sheet: Sheet, end: float) -> None:
        """Draw the mark so that it ends at `end`, measured from the top of the sheet."""


class Words(NamedTuple):
    """A text of a row; on a wide sheet its paragraphs stand one below the other in a column of their own."""

    paragraphs: tuple[str, ...]
    column: Column
    size: float
    colour: str

    def lines(self) -> list[str]:
        """Return the text broken to its column."""
        return [line for paragraph in self.paragraphs for line in broken(paragraph, self.size, "normal", self.column.width)]


class Columns(NamedTuple):
    """How the width of a sheet is shared out: what comes before the labels, the labels, a panel for each result, what comes last."""

    first: Column
    labels: Column
    panels: tuple[Column, ...]
    last: Column


def columns(sheet: Sheet, labels: Sequence[str], many: int = 1, *, first: float = 0, last: float = 0) -> Columns:
    """Share out the width of a sheet; `first` and `last` are asked for in units, and not kept free where labels stand above."""
    whole, gutter = sheet.whole, 1.2 * sheet.paper.label
    if not sheet.paper.beside:
        return Columns(whole, whole, panels(whole, many, gutter), whole)
    left = whole.left + (first + gutter if first else 0)
    size, room = sheet.paper.label, sheet.paper.beside * whole.width
    # As wide as the broken labels need, so that the marks get all the rest.
    longest = max(length(line, size) for label in labels for line in broken(label, size, "normal", room))
    named = Column(left, longest + 1)
    end = whole.right - (last + gutter if last else 0)
    middle = Column(named.right + gutter, end - named.right - gutter)
    return Columns(Column(whole.left, first), named, panels(middle, many, gutter), Column(whole.right - last, last))


def draw_row(sheet: Sheet, words: Sequence[Words], marks: Sequence[Mark]) -> None:
    """Draw one row: its words, and its marks all on one line."""
    sheet.y += sheet.paper.gap
    marked = max(mark.height(sheet) for mark in marks)
    if sheet.paper.beside:
        heights = [sheet.height(each.lines(), each.size) for each in words]
        row = max(marked, *heights)
        for height, each in zip(heights, words, strict=True):
            sheet.put_lines(each.column, sheet.y + (row - height) / 2, each.lines(), each.size, each.colour)
    else:
        row = marked
        for each in words:
            sheet.y = sheet.put_lines(each.column, sheet.y, each.lines(), each.size, each.colour)
        sheet.y += 0.25 * sheet.paper.label
    for mark in marks:
        mark.draw(sheet, sheet.y + (row + marked) / 2)
    sheet.y += row


def panels(strip: Column, number: int, gutter: float) -> tuple[Column, ...]:
    """Share out a strip among equal panels with a gutter between them."""
    width = (strip.width - (number - 1) * gutter) / number
    return tuple(Column(strip.left + place * (width + gutter), width) for place in range(number))
