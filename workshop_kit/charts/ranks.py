"""Ranks: in which order a group put some options.

A row stands for an option and its cells for the places, the best to the left. Where mean places are told, the dot stands at
the mean. Where they are not, it stands in the middle of the places that its level shares, with a line across them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workshop_kit.charts.rows import Columns, Words, columns, draw_row
from workshop_kit.charts.sheet import Column, Sheet, broken, length
from workshop_kit.disclosure import Published
from workshop_kit.words.catalog import Language
from workshop_kit.words.tables import Standing, mean_place, ordinal, place_of, standings


@dataclass(frozen=True, slots=True)
class Dot:
    """Where an option stands, as a dot among the places. `words` stand above it, if any."""

    standing: Standing
    panel: Column
    places: int
    words: str = ""

    def height(self, sheet: Sheet) -> float:
        """Return the height of the places, and of the words above them."""
        return sheet.height(self._broken(sheet), sheet.paper.small) + sheet.paper.bar

    def draw(self, sheet: Sheet, end: float) -> None:
        """Draw the places, the dot, the line across a level, and the mean where it is told."""
        small, bar, middle = sheet.paper.small, sheet.paper.bar, end - sheet.paper.bar / 2
        sheet.put_lines(self.panel, end - self.height(sheet), self._broken(sheet), small, sheet.ink.text)
        self._draw_track(sheet, end - bar)
        if self.standing.mean is None:
            self._draw_level(sheet, middle)
        else:
            self._draw_mean(sheet, middle, self.standing.mean)

    def _draw_track(self, sheet: Sheet, top: float) -> None:
        sheet.box(self.panel.left, top, self.panel.width, sheet.paper.bar, facecolor=sheet.ink.track)
        # A mean stands on a scale of places, with a line at each; a level stands within places, with a line between them.
        at, many = (0.5, self.places - 1) if self.standing.mean is None else (0, self.places)
        for place in range(1, many + 1):
            sheet.box(self._at(place + at) - 1, top, 2, sheet.paper.bar, facecolor=sheet.ink.ground)

    def _draw_level(self, sheet: Sheet, middle: float) -> None:
        best, worst, thick = self.standing.best, self.standing.worst, 0.14 * sheet.paper.bar
        if worst > best:
            start, stop = self._at(best - 0.25), self._at(worst + 0.25)
            sheet.box(start, middle - thick / 2, stop - start, thick, facecolor=sheet.ink.bar)
        sheet.dot(self._at((best + worst) / 2), middle, self._radius(sheet), facecolor=sheet.ink.bar)

    def _draw_mean(self, sheet: Sheet, middle: float, mean: float) -> None:
        size, words, bar = sheet.paper.small, mean_place(mean, sheet.say), sheet.paper.bar
        away, width = self._radius(sheet) + 0.4 * size, length(words, size)
        left = self._at(mean) + away
        if left + width > self.panel.right:
            left = self._at(mean) - away - width
        # Clear of the lines, which would strike it out.
        sheet.box(left - 2, middle - bar / 2, width + 4, bar, facecolor=sheet.ink.track)
        sheet.put(left, middle + 0.36 * size, words, size, sheet.ink.text)
        sheet.dot(self._at(mean), middle, self._radius(sheet), facecolor=sheet.ink.bar)

    def _radius(self, sheet: Sheet) -> float:
        return 0.32 * sheet.paper.bar

    def _at(self, place: float) -> float:
        return self.panel.left + (place - 0.5) * self._cell

    def _broken(self, sheet: Sheet) -> list[str]:
        return broken(self.words, sheet.paper.small, "normal", self.panel.width) if self.words else []

    @property
    def _cell(self) -> float:
        return self.panel.width / self.places


def draw(sheet: Sheet, published: Published) -> None:
    """Draw a row for each option, in the order of the group."""
    stand = standings(published)
    shared = _columns(sheet, stand)
    draw_places(sheet, shared.panels, len(stand), means=bool(published.means))
    for each in stand:
        draw_row(sheet, list(_words(sheet, shared, each)), [Dot(each, shared.panels[0], len(stand))])


def draw_places(sheet: Sheet, panels: Sequence[Column], places: int, *, means: bool) -> None:
    """Write above each panel what its places are, or only the first and the last where there is little room."""
    size, say, head = sheet.paper.small, sheet.say, [sheet.say("results.column.mean")]
    names = [say("results.place", place=place) if means else ordinal(place, say) for place in range(1, places + 1)]
    sheet.y += sheet.paper.gap
    if means:
        for panel in panels:
            sheet.put_lines(panel, sheet.y, head, size, sheet.ink.quiet)
        sheet.y += sheet.height(head, size)
    for panel in panels:
        cell = panel.width / places
        roomy = length(names[-1], size) + 4 < cell
        for place, name in list(enumerate(names))[:: 1 if roomy else places - 1]:
            half = length(name, size) / 2
            centre = min(max(panel.left + (place + 0.5) * cell, panel.left + half), panel.right - half)
            sheet.put(centre, sheet.y + size, name, size, sheet.ink.quiet, align="center")
    sheet.y += sheet.height(names[:1], size)


def _columns(sheet: Sheet, stand: Sequence[Standing]) -> Columns:
    first, last = (_widest(sheet, (pieces(each, sheet.say) for each in stand)) for pieces in (_place, _first_for))
    return columns(sheet, [each.label for each in stand], first=first, last=last)


def _widest(sheet: Sheet, texts: Iterable[tuple[str, ...]]) -> float:
    return max((length(text, sheet.paper.small) + 1 for pieces in texts for text in pieces), default=0)


def _words(sheet: Sheet, shared: Columns, stand: Standing) -> Iterator[Words]:
    small, quiet, place, firsts = sheet.paper.small, sheet.ink.quiet, _place(stand, sheet.say), _first_for(stand, sheet.say)
    yield Words((stand.label,), shared.labels, sheet.paper.label, sheet.ink.text)
    if sheet.paper.beside:
        yield Words(place, shared.first, small, quiet)
        yield Words(firsts, shared.last, small, quiet)
    else:
        both = sheet.say("charts.place_and_firsts", place=" ".join(place), firsts=" ".join(firsts))
        yield Words((both if firsts else " ".join(place),), shared.labels, small, quiet)


def _place(stand: Standing, say: Language) -> tuple[str, ...]:
    if stand.best == stand.worst:
        return (place_of(stand, say),)
    return tuple(say("charts.level", best=ordinal(stand.best, say), worst=ordinal(stand.worst, say)).splitlines())


def _first_for(stand: Standing, say: Language) -> tuple[str, ...]:
    if stand.firsts is None:
        return ()
    others = len(stand.firsts.options) - 1
    name = "charts.first_for_with" if others else "charts.first_for"
    return tuple(say(name, people=stand.firsts.fewest, n=others).splitlines())
