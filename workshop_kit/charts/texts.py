"""Texts: what people wrote, line by line.

The lines stand in the order in which they were published, which says nothing about who wrote them or when.
"""

from collections.abc import Sequence

from workshop_kit.charts.rows import panels
from workshop_kit.charts.sheet import Column, Sheet, broken
from workshop_kit.disclosure import Published


def draw(sheet: Sheet, published: Published) -> None:
    """Draw each line as a quotation, column by column."""
    quoted = [f"“{text}”" for text in published.texts]
    strips = panels(sheet.whole, sheet.paper.columns, 2 * sheet.paper.label)
    top, ends = sheet.y, list[float]()
    heights = [_height(sheet, text, strips[0]) for text in quoted]
    for strip, some in zip(strips, _shared_out(quoted, heights, len(strips)), strict=True):
        sheet.y = top
        for text in some:
            _draw_quotation(sheet, text, strip)
        ends.append(sheet.y)
    sheet.y = max(ends)


def _draw_quotation(sheet: Sheet, text: str, strip: Column) -> None:
    size, ruled = sheet.paper.label, _ruled(sheet, strip)
    sheet.y += sheet.paper.gap
    top = sheet.y
    sheet.write(text, size, sheet.ink.text, column=ruled)
    sheet.box(strip.left, top, 0.2 * size, sheet.y - top, facecolor=sheet.ink.bar)


def _ruled(sheet: Sheet, strip: Column) -> Column:
    indent = 0.8 * sheet.paper.label
    return Column(strip.left + indent, strip.width - indent)


def _height(sheet: Sheet, text: str, strip: Column) -> float:
    lines = broken(text, sheet.paper.label, "normal", _ruled(sheet, strip).width)
    return sheet.paper.gap + sheet.height(lines, sheet.paper.label)


def _shared_out(quoted: Sequence[str], heights: Sequence[float], columns: int) -> list[list[str]]:
    """Share quotations out among columns in their order, so that the columns come out about equally long."""
    shares: list[list[str]] = [[] for _ in range(columns)]
    filled = 0.0
    for text, height in zip(quoted, heights, strict=True):
        middle = filled + height / 2
        shares[min(columns - 1, int(columns * middle / sum(heights)))].append(text)
        filled += height
    return shares
