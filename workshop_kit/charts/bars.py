"""Bars: how many people gave an answer; and what people wrote, which nobody counts, as quotations.

A bar starts at nobody, and its pale track ends at everyone who answered. Where only a band is known the bar is hatched: the
number lies somewhere within the hatching.

Lines in people's own words stand in the order in which they were published, which says nothing about who wrote them or when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workshop_kit.charts.rows import Words, columns, draw_row, panels
from workshop_kit.charts.sheet import Column, Sheet, Weight, broken, length
from workshop_kit.disclosure import Bucket, Published
from workshop_kit.words.tables import label_of, ordered, people


@dataclass(frozen=True, slots=True)
class Bar:
    """A bucket as a bar in a panel. `unit` is how long one person is, `everyone` how many answered."""

    bucket: Bucket
    panel: Column
    unit: float
    everyone: int

    def height(self, sheet: Sheet) -> float:
        """Return the height of the bar, and of its words where they stand above it."""
        words = self._broken_words(sheet) if self._words_stand(sheet) == "above" else []
        return sheet.height(words, self._looks(sheet)[0]) + sheet.paper.bar

    def draw(self, sheet: Sheet, end: float) -> None:
        """Draw track, hatching, bar and words."""
        top = end - sheet.paper.bar
        self._box(sheet, top, self.everyone, facecolor=sheet.ink.track)
        if self.bucket.band:
            self._box(sheet, top, self.bucket.most, facecolor=sheet.ink.ground, edgecolor=sheet.ink.bar, hatch="////", linewidth=1)
        self._box(sheet, top, self.bucket.fewest, facecolor=sheet.ink.bar)
        self._write(sheet, top)

    def _box(self, sheet: Sheet, top: float, people: int, **look: Any) -> None:
        sheet.box(self.panel.left, top, self.unit * people, sheet.paper.bar, **look)

    def _write(self, sheet: Sheet, top: float) -> None:
        (size, weight), words = self._looks(sheet), people(self.bucket, sheet.say)
        base = top + sheet.paper.bar / 2 + 0.36 * size
        stand = self._words_stand(sheet)
        if stand == "after":
            sheet.put(self._end + size / 2, base, words, size, sheet.ink.text, weight)
        elif stand == "inside":
            sheet.put(self._solid - size / 2, base, words, size, sheet.ink.on_bar, weight, "right")
        else:
            lines = self._broken_words(sheet)
            sheet.put_lines(self.panel, top - sheet.height(lines, size) - 0.1 * size, lines, size, sheet.ink.text, weight)

    def _words_stand(self, sheet: Sheet) -> Literal["after", "inside", "above"]:
        size, weight = self._looks(sheet)
        needed = length(people(self.bucket, sheet.say), size, weight) + size
        if needed <= self.panel.right - self._end:
            return "after"
        return "inside" if needed <= self._solid - self.panel.left else "above"

    def _broken_words(self, sheet: Sheet) -> list[str]:
        return broken(people(self.bucket, sheet.say), *self._looks(sheet), self.panel.width)

    def _looks(self, sheet: Sheet) -> tuple[float, Weight]:
        return (sheet.paper.small, "normal") if self.bucket.band else (sheet.paper.number, "bold")

    @property
    def _solid(self) -> float:
        return self.panel.left + self.unit * self.bucket.fewest

    @property
    def _end(self) -> float:
        return self.panel.left + self.unit * self.bucket.most


def draw(sheet: Sheet, published: Published) -> None:
    """Draw a row for each bucket, in the order of the table."""
    buckets, everyone = ordered(published), published.answered or 1
    labels = [label_of(bucket.options, published.poll, sheet.say) for bucket in buckets]
    shared = columns(sheet, labels)
    [panel] = shared.panels
    for bucket, name in zip(buckets, labels, strict=True):
        label = Words((name,), shared.labels, sheet.paper.label, sheet.ink.text)
        draw_row(sheet, [label], [Bar(bucket, panel, panel.width / everyone, everyone)])


def draw_texts(sheet: Sheet, published: Published) -> None:
    """Draw each line as a quotation, column by column."""
    quoted = [sheet.say("words.quoted", text=text) for text in published.texts]
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
