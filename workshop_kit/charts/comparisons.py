"""Comparisons: two results of one poll in two panels, on one scale.

A row stands for an answer, with its label once and its two marks on one line. Bars begin at nobody in both panels, and one
person is as long in the one as in the other. Whatever one of the two does not show is said to be not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_kit.charts.bars import Bar
from workshop_kit.charts.ranks import Dot, draw_places
from workshop_kit.charts.rows import Mark, Words, columns, draw_row
from workshop_kit.charts.sheet import Column, Sheet, length
from workshop_kit.disclosure import Comparison
from workshop_kit.words.tables import Standing, compared_standings, lines, place_of


@dataclass(frozen=True, slots=True)
class Nothing:
    """The words in place of a mark that is not shown."""

    panel: Column

    def height(self, sheet: Sheet) -> float:
        """Return the height of a bar, so that the words stand where it would."""
        return sheet.paper.bar

    def draw(self, sheet: Sheet, end: float) -> None:
        """Write the words."""
        size = sheet.paper.small
        sheet.put(self.panel.left, end - sheet.paper.bar / 2 + 0.36 * size, sheet.say("results.not_shown"), size, sheet.ink.quiet)


def draw(sheet: Sheet, comparison: Comparison) -> None:
    """Draw the two panels, a row for each line of the table."""
    if comparison.after.poll.kind == "rank":
        _draw_ranks(sheet, comparison)
    else:
        _draw_bars(sheet, comparison)


def _draw_bars(sheet: Sheet, comparison: Comparison) -> None:
    results, compared = (comparison.before, comparison.after), lines(comparison, sheet.say)
    shared = columns(sheet, [line.label for line in compared], 2)
    _draw_heads(sheet, comparison, shared.panels)
    unit = shared.panels[0].width / max(result.answered or 1 for result in results)
    for line in compared:
        marks = [
            Bar(bucket, panel, unit, result.answered or 1) if bucket else Nothing(panel)
            for bucket, panel, result in zip((line.before, line.after), shared.panels, results, strict=True)
        ]
        draw_row(sheet, [Words((line.label,), shared.labels, sheet.paper.label, sheet.ink.text)], marks)


def _draw_ranks(sheet: Sheet, comparison: Comparison) -> None:
    compared = compared_standings(comparison)
    shared = columns(sheet, [label for label, *_ in compared], 2)
    # Means on one side alone would put dots of two meanings next to each other.
    means = bool(comparison.before.means and comparison.after.means)
    _draw_heads(sheet, comparison, shared.panels)
    draw_places(sheet, shared.panels, len(compared), means=means)
    for label, *both in compared:
        marks = [_standing(sheet, each, panel, len(compared), means=means) for each, panel in zip(both, shared.panels, strict=True)]
        draw_row(sheet, [Words((label,), shared.labels, sheet.paper.label, sheet.ink.text)], marks)


def _standing(sheet: Sheet, stand: Standing | None, panel: Column, places: int, *, means: bool) -> Mark:
    if stand is None:
        return Nothing(panel)
    return Dot(stand if means else stand._replace(mean=None), panel, places, place_of(stand, sheet.say))


def _draw_heads(sheet: Sheet, comparison: Comparison, over: Sequence[Column]) -> None:
    """Write above each panel which result it is, and how many answered or why it shows nothing."""
    top, ends = sheet.y + sheet.paper.gap, list[float]()
    for panel, which, result in zip(over, ("before", "after"), (comparison.before, comparison.after), strict=True):
        sheet.y, name = top, sheet.say(f"results.column.{which}")
        sheet.write(name, sheet.paper.label, sheet.ink.text, "bold", panel)
        if result.answered:
            _write_beside(sheet, panel, name, sheet.say("words.people", n=result.answered))
        if result.outcome != "shown":
            sheet.write(sheet.say(f"results.silent.{result.outcome}"), sheet.paper.small, sheet.ink.quiet, column=panel)
        ends.append(sheet.y)
    sheet.y = max(ends)


def _write_beside(sheet: Sheet, panel: Column, name: str, words: str) -> None:
    """Write small words after a name that was just written, or below it where they do not fit."""
    paper, quiet = sheet.paper, sheet.ink.quiet
    left = panel.left + length(name, paper.label, "bold") + 0.6 * paper.label
    if left + length(words, paper.small) <= panel.right:
        sheet.put(left, sheet.y - (paper.leading - 1) * paper.label, words, paper.small, quiet)
    else:
        sheet.write(words, paper.small, quiet, column=panel)
