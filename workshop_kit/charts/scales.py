"""Scales: one bar, split up where the points of the scale are.

Points below the middle lie to the left of a line and points above it to the right, so that a glance tells which way a group
leans. The middle is set to the side as a whole: split in two, it would lean both ways. Where points were joined so that only
one side is left there is nothing to lean against, and the bar is drawn plainly, from one end of the scale to the other.

What a part means is said below, in words, with a piece of the part as a key: brown or blue, plain or hatched, dark or pale.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from workshop_kit.charts.sheet import Column, Sheet, broken, length
from workshop_kit.charts.style import Ink, Style, mixed
from workshop_kit.disclosure import Bucket, Published
from workshop_kit.words.tables import label_of, people

Side: TypeAlias = Literal["low", "middle", "high"]


class Part(NamedTuple):
    """A bucket of a scale, on which side of the middle it lies, and how it looks."""

    bucket: Bucket
    side: Side
    look: dict[str, Any]


def draw(sheet: Sheet, published: Published, style: Style) -> None:
    """Draw the bar and its key."""
    sides = _sides(published)
    leans = {"low", "high"} <= set(sides)
    if not leans:
        sides = _sides(published, nearest=True)
    looks = _looks(sheet.ink, sides)
    parts = [Part(*each) for each in zip(published.buckets, sides, looks, strict=True)]
    _draw_bar(sheet, parts, diverging=leans and style == "diverging")
    _draw_key(sheet, parts, [label_of(bucket.options, published.poll, sheet.say) for bucket in published.buckets])


def _sides(published: Published, *, nearest: bool = False) -> list[Side]:
    """Return for each bucket on which side of the middle it lies wholly, or, if asked for the nearest, mostly."""
    place = {option.id: number for number, option in enumerate(published.poll.options)}
    middle, sides = (len(place) - 1) / 2, list[Side]()
    for bucket in published.buckets:
        first, last = place[bucket.options[0]], place[bucket.options[-1]]
        lowest, highest = ((first + last) / 2,) * 2 if nearest else (first, last)
        sides.append("low" if highest < middle else "high" if lowest > middle else "middle")
    return sides


def _looks(ink: Ink, sides: Sequence[Side]) -> list[dict[str, Any]]:
    """Return how each part looks: strong at the ends of the scale, pale near its middle, hatched from the middle on."""
    lows, highs = sides.count("low"), sides.count("high")
    low = [{"facecolor": mixed(*ink.low, place, lows)} for place in range(lows)]
    middle = [{"facecolor": ink.middle, "edgecolor": ink.edge, "hatch": "--"}] * sides.count("middle")
    high = [
        {"facecolor": mixed(*ink.high, place, highs), "edgecolor": _hatching(ink, place, highs), "hatch": "//"} for place in range(highs)
    ]
    return [*low, *middle, *reversed(high)]


def _hatching(ink: Ink, place: int, steps: int) -> str:
    """Return the colour that shows on a step: that of the ground on the strong half, that of the edges on the pale one."""
    return ink.ground if 2 * place < steps else ink.edge


def _draw_bar(sheet: Sheet, parts: Sequence[Part], *, diverging: bool) -> None:
    strips = _diverging(sheet, parts) if diverging else _one_after_another(sheet.whole, parts)
    thick, over = 1.6 * sheet.paper.bar, 0.3 * sheet.paper.bar
    sheet.y += sheet.paper.gap
    _write_numbers(sheet, parts, strips)
    sheet.y += over
    for part, strip in zip(parts, strips, strict=True):
        _draw_part(sheet, part, strip, thick)
    if diverging:
        middle = min(strip.left for part, strip in zip(parts, strips, strict=True) if part.side == "high")
        sheet.box(middle - 1, sheet.y - over, 2, thick + 2 * over, facecolor=sheet.ink.text)
    sheet.y += thick + over


def _one_after_another(strip: Column, parts: Sequence[Part]) -> list[Column]:
    left, strips = strip.left, list[Column]()
    unit = strip.width / sum(part.bucket.fewest for part in parts)
    for part in parts:
        strips.append(Column(left, unit * part.bucket.fewest))
        left = strips[-1].right
    return strips


def _diverging(sheet: Sheet, parts: Sequence[Part]) -> list[Column]:
    """Return where each part lies: both sides have the same room, and what is in the middle stands clear of them."""
    many = {side: sum(part.bucket.fewest for part in parts if part.side == side) for side in ("low", "middle", "high")}
    reach, gap = max(many["low"], many["high"]), 1.5 * sheet.paper.label if many["middle"] else 0
    unit = (sheet.whole.width - gap) / (2 * reach + many["middle"])
    starts = {
        "low": sheet.whole.left + unit * (reach - many["low"]),
        "high": sheet.whole.left + unit * reach,
        "middle": sheet.whole.left + unit * 2 * reach + gap,
    }
    strips = list[Column]()
    for part in parts:
        strips.append(Column(starts[part.side], unit * part.bucket.fewest))
        starts[part.side] = strips[-1].right
    return strips


def _write_numbers(sheet: Sheet, parts: Sequence[Part], strips: Sequence[Column]) -> None:
    """Write each number above its part; one that would run into its neighbour stands in the key alone."""
    size, end = sheet.paper.number, -1.0
    sheet.y += 1.2 * size
    for strip, part in sorted(zip(strips, parts, strict=True), key=lambda each: each[0].left):
        words = people(part.bucket, sheet.say)
        half = length(words, size, "bold") / 2
        centre = min(max(strip.left + strip.width / 2, sheet.whole.left + half), sheet.whole.right - half)
        if centre - half > end:
            sheet.put(centre, sheet.y - 0.2 * size, words, size, sheet.ink.text, "bold", "center")
            end = centre + half + 0.3 * size


def _draw_part(sheet: Sheet, part: Part, strip: Column, thick: float) -> None:
    sheet.box(strip.left, sheet.y, strip.width, thick, **part.look)
    # An edge of its own: a pale part would not stand out from the ground, nor from its neighbour.
    sheet.box(strip.left, sheet.y, strip.width, thick, facecolor="none", edgecolor=sheet.ink.edge, linewidth=1)


def _draw_key(sheet: Sheet, parts: Sequence[Part], names: Sequence[str]) -> None:
    size, swatch = sheet.paper.label, Column(sheet.whole.left, 1.8 * sheet.paper.label)
    last = max(length(people(part.bucket, sheet.say), sheet.paper.number, "bold") for part in parts)
    room = sheet.whole.width - swatch.width - last - 2.2 * size
    longest = max(length(name, size) for name in names)
    labels = Column(swatch.right + 0.7 * size, min(room, longest + 1))
    sheet.y += sheet.paper.gap
    for part, name in zip(parts, names, strict=True):
        lines = broken(name, size, "normal", labels.width)
        sheet.y += 0.3 * size
        _draw_part(sheet, part, swatch, 1.1 * size)
        top, sheet.y = sheet.y, sheet.put_lines(labels, sheet.y, lines, size, sheet.ink.text)
        right = labels.right + 1.5 * size + last
        sheet.put(right, top + size, people(part.bucket, sheet.say), sheet.paper.number, sheet.ink.text, "bold", "right")
