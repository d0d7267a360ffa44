"""Charts as pictures: marks are as long and as far as the numbers say, texts have room, and an SVG can stand in any page."""

import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise, product
from typing import cast
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text

from tests.shown import (
    ALL_LEVEL,
    BANDED,
    EVERY_COMPARISON,
    EVERY_RESULT,
    EVERY_SORT,
    FIVE_POINTS,
    MOVED,
    ORDER_ALONE,
    SCALE,
    SIX,
    SIZES,
    SVG,
    TEXTS,
    TOLD,
    TOO_ALIKE,
    TOO_FEW,
    TWO_PARTS,
    both_themes,
    drawing,
    every_size,
    every_sort,
    letters,
    svg,
    tallies_of_one_poll,
    written,
)
from workshop_kit import charts
from workshop_kit.charts import Shown, Size, Style
from workshop_kit.charts.markup import cleaned
from workshop_kit.charts.sheet import own_settings
from workshop_kit.charts.style import DARK, LIGHT, PRINT, Ink, ink_for
from workshop_kit.disclosure import ROOM, Comparison, Published, compare, publish
from workshop_kit.polls import Tally


def boxes(figure: Figure, *colours: str) -> list[Rectangle]:
    """Return the boxes of a figure in the order in which they were drawn, or those of some colours."""
    drawn = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [box for box in drawn if not colours or to_hex(box.get_facecolor()).upper() in colours]


def dots(figure: Figure) -> list[float]:
    """Return how far from the left the dots of a figure stand, in the order in which they were drawn."""
    return [cast(tuple[float, float], patch.get_center())[0] for patch in figure.axes[0].patches if isinstance(patch, Circle)]


def places(dots: Sequence[float], track: Rectangle, many: int) -> list[float]:
    """Return at which of so many places on a track some dots stand, 1 in the middle of the first."""
    return [round((dot - track.get_x()) * many / track.get_width() + 0.5, 6) for dot in dots]


def lines_of_text(figure: Figure) -> list[Text]:
    """Return each line of text of a figure."""
    return [artist for artist in figure.axes[0].get_children() if isinstance(artist, Text) and artist.get_text()]


def smallest_text(figure: Figure) -> float:
    """Return the size of the smallest text of a figure, in its own units."""
    return min(float(text.get_fontsize()) for text in lines_of_text(figure))


def looks(box: Rectangle) -> tuple[str, str | None]:
    """Return the colour and the hatching of a box."""
    return to_hex(box.get_facecolor()).upper(), box.get_hatch()


# Bars


@every_size
def test_bars_start_at_nobody_and_are_as_long_as_the_published_numbers(size: Size) -> None:
    """All bars share one axis from zero to everyone who answered; a band is hatched over its range."""
    drawn = boxes(charts.figure(BANDED, size=size))
    whole = max(bar.get_width() for bar in drawn)
    lengths = [(round(12 * bar.get_width() / whole, 6), bar.get_hatch() is not None) for bar in drawn]

    assert len({bar.get_x() for bar in drawn}) == 1
    track = (12, False)
    assert lengths == [track, (12, True), (10, False), track, (7, False), track, (5, False), track, (2, True), track, (2, True)]


@every_size
def test_the_bars_of_a_comparison_share_one_scale(size: Size) -> None:
    """One person is as long before as after, each panel starts at nobody, and the two bars of a row stand on one line."""
    tracks = boxes(charts.figure(MOVED, size=size), ink_for(size, dark=False).track)
    before, after = tracks[::2], tracks[1::2]

    assert len({bar.get_x() for bar in before}) == len({bar.get_x() for bar in after}) == 1
    assert {round(15 * one.get_width() / other.get_width(), 6) for one, other in zip(before, after, strict=True)} == {12}
    assert [one.get_y() for one in before] == [other.get_y() for other in after]


# Scales


def parts(figure: Figure, many: int) -> list[Rectangle]:
    """Return the parts of a scale's bar from left to right; each is drawn as a face and an edge."""
    return sorted(boxes(figure)[: 2 * many : 2], key=lambda part: part.get_x())


@every_size
@both_themes
def test_a_scale_leans_to_both_sides_of_its_middle_which_is_set_aside(size: Size, dark: bool) -> None:
    """Lower points end at the line, higher ones begin there, and the middle stands clear of both in one piece."""
    figure = charts.figure(FIVE_POINTS, size=size, dark=dark)
    never, rarely, often, always, sometimes = parts(figure, 5)
    [line] = [box for box in boxes(figure) if box.get_width() == 2]
    middle = line.get_x() + 1

    assert never.get_x() + never.get_width() == pytest.approx(rarely.get_x())
    assert rarely.get_x() + rarely.get_width() == pytest.approx(middle) == pytest.approx(often.get_x())
    assert often.get_x() + often.get_width() == pytest.approx(always.get_x())
    assert sometimes.get_x() > always.get_x() + always.get_width() + 5
    unit = never.get_width() / 3
    assert [round(part.get_width() / unit, 6) for part in (never, rarely, often, always, sometimes)] == [3, 5, 5, 3, 4]


def test_a_merged_middle_is_set_aside_whole() -> None:
    """Points that were joined across the middle lean to no side, so they are not put on one."""
    never, often, middle = parts(charts.figure(SCALE), 3)

    assert never.get_x() + never.get_width() == pytest.approx(often.get_x())
    assert middle.get_x() > often.get_x() + often.get_width() + 5


@pytest.mark.parametrize(("published", "style"), [(FIVE_POINTS, "stacked"), (SCALE, "stacked"), (TWO_PARTS, "diverging")])
@every_size
def test_a_plain_bar_runs_through_all_parts_in_their_order(published: Published, style: Style, size: Size) -> None:
    """Asked for as such, or where only one side is left to lean to; it fills the width and has no line in it."""
    figure = charts.figure(published, size=size, style=style)
    drawn, people = parts(figure, len(published.buckets)), [bucket.fewest for bucket in published.buckets]
    whole = sum(part.get_width() for part in drawn)

    assert [round(sum(people) * part.get_width() / whole, 6) for part in drawn] == people
    assert drawn[-1].get_x() + drawn[-1].get_width() - drawn[0].get_x() == pytest.approx(whole)
    assert not [box for box in boxes(figure) if box.get_width() == 2]


@every_size
@both_themes
def test_the_parts_of_a_scale_can_be_told_apart_without_colour(size: Size, dark: bool) -> None:
    """Any two differ in their hatching or clearly in lightness, and the key shows each as the bar does."""
    faces = [
        box
        for box in boxes(charts.figure(FIVE_POINTS, size=size, dark=dark))
        if box.get_facecolor() != (0, 0, 0, 0) and box.get_width() != 2
    ]
    bar, key = [looks(box) for box in faces[:5]], [looks(box) for box in faces[5:]]

    assert bar == key
    for (one, hatch), (other, other_hatch) in combinations(bar, 2):
        assert hatch != other_hatch or contrast(one, other) >= 1.5


def test_a_number_with_no_room_above_its_part_stands_in_the_key() -> None:
    """Three people of fourteen hundred are a hair's breadth; their number is still said in the key."""
    published = EVERY_RESULT["uneven points"]
    said = written(drawing(published))

    assert [said.count(str(bucket.fewest)) for bucket in published.buckets] == [2, 1, 2, 2, 2]


# Ranks


@every_size
def test_a_dot_stands_at_the_mean_place_where_it_is_told(size: Size) -> None:
    """One axis for all, the first place at the left; nothing is drawn across a level."""
    figure = charts.figure(TOLD, size=size)
    [track, *_] = boxes(figure, ink_for(size, dark=False).track)

    assert places(dots(figure), track, 4) == [each.mean for each in charts.standings(TOLD)]
    assert not boxes(figure, ink_for(size, dark=False).bar)


@every_size
def test_a_dot_stands_in_the_middle_of_its_level_where_only_the_order_is_told(size: Size) -> None:
    """A line reaches across the places that level options share, and no further."""
    figure = charts.figure(ORDER_ALONE, size=size)
    [track, *_] = boxes(figure, ink_for(size, dark=False).track)
    cell = track.get_width() / 4
    across = [(line.get_x() - track.get_x(), line.get_width()) for line in boxes(figure, ink_for(size, dark=False).bar)]

    assert places(dots(figure), track, 4) == [1.5, 1.5, 3, 4]
    assert [(round(start / cell, 6), round(width / cell, 6)) for start, width in across] == [(0.25, 1.5)] * 2


def test_two_rankings_are_drawn_by_their_means_only_if_both_tell_them() -> None:
    """Otherwise two dots on one line would mean two different things."""
    figure = charts.figure(EVERY_COMPARISON["orders"])
    before, after = boxes(figure, LIGHT.track)[:2]

    assert places(dots(figure)[::2], before, 4) == [1.5, 1.5, 3, 4]
    assert places(dots(figure)[1::2], after, 4) == [1, 2, 3.5, 3.5]
    assert "Mean place" not in written(drawing(EVERY_COMPARISON["orders"]))
    assert "Mean place" in written(drawing(EVERY_COMPARISON["means"]))


# Whatever is drawn


def styles(shown: Shown) -> tuple[Style, ...]:
    """Return the styles that make a difference."""
    return ("diverging", "stacked") if isinstance(shown, Published) and shown.poll.kind == "scale" else ("diverging",)


def crowded(figure: Figure) -> Iterator[str]:
    """Yield every text that leaves the sheet or touches another."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    sheet = figure.bbox.padded(-4)
    taken = [(text.get_text(), text.get_window_extent(renderer)) for text in lines_of_text(figure)]
    yield from (text for text, box in taken if box.x0 < sheet.x0 or box.x1 > sheet.x1 or box.y0 < sheet.y0 or box.y1 > sheet.y1)
    yield from (f"{one[0]} | {other[0]}" for one, other in combinations(taken, 2) if one[1].overlaps(other[1]))


@every_sort
@every_size
def test_no_text_is_clipped_or_overlaps_another(shown: Shown, size: Size) -> None:
    """Measured with a wide font: every line stays on the sheet and keeps clear of the others."""
    for style in styles(shown):
        assert list(crowded(charts.figure(shown, size=size, style=style))) == []


def test_clipped_and_overlapping_texts_are_found() -> None:
    """A text beyond the edge and one upon another are named; the rest is left in peace."""
    figure = charts.figure(BANDED)
    upon = lines_of_text(figure)[0]
    figure.axes[0].text(*upon.get_position(), "Upon another", size=8)
    figure.axes[0].text(320, 200, "Beyond the edge", size=8)

    assert sorted(crowded(figure)) == ["Beyond the edge", f"{upon.get_text()} | Upon another"]


@settings(max_examples=15)
@given(tallies_of_one_poll(["single", "multi", "scale", "slider", "rank"]))
def test_any_result_and_any_comparison_can_be_drawn_with_room_for_its_words(runs: list[Tally]) -> None:
    """Whatever people answer, every size of paper has room for it."""
    before, after = (publish(tally, ROOM) for tally in runs)
    either: tuple[Shown, ...] = (before, compare(before, after))
    for shown, size in product(either, SIZES):
        assert list(crowded(charts.figure(shown, size=size))) == []


@settings(max_examples=10)
@given(tallies_of_one_poll(["text"], runs=1))
def test_any_lines_can_be_drawn(runs: list[Tally]) -> None:
    """In any script, however long, whether or not the font that measures has its letters."""
    published = publish(runs[0], ROOM)
    for size in SIZES:
        said = letters(*written(drawing(published, size=size)))
        assert all(letters(f"“{text}”") in said for text in published.texts)


@pytest.mark.parametrize("shown", [TOO_FEW, TOO_ALIKE, EVERY_COMPARISON["neither"]])
@every_size
def test_where_nothing_is_shown_the_figure_is_a_sentence(shown: Shown, size: Size) -> None:
    """No bars, no axis, only the question and the sentence."""
    assert not charts.figure(shown, size=size).axes[0].patches
    assert letters(*written(drawing(shown, size=size))) == letters("Which of these do you know?", charts.finding(shown))


@pytest.mark.parametrize("shown", [SIX, EVERY_COMPARISON["six compared"]])
def test_six_long_answers_can_be_read_from_the_back_of_a_room(shown: Shown) -> None:
    """Fitted into 1800 by 900 pixels of a wall, the smallest text is at least 32 pixels tall, which is 24 points."""
    figure = charts.figure(shown, size="projector")
    width, height = figure.get_size_inches() * 72
    scale = min(1800 / width, 900 / height)

    assert smallest_text(figure) * scale >= 32


@every_sort
def test_a_phone_shows_letters_at_their_usual_size(shown: Shown) -> None:
    """Drawn for 340 pixels, no text is smaller than 13."""
    figure = charts.figure(shown)

    assert figure.get_size_inches()[0] * 72 == pytest.approx(340)
    assert smallest_text(figure) >= 13


def test_a_page_to_print_is_white_whatever_the_theme() -> None:
    """Nobody wants a page full of ink."""
    assert to_hex(charts.figure(BANDED, size="print", dark=True).get_facecolor()) == "#ffffff"


def luminance(colour: str) -> float:
    """Return how bright a colour is, as WCAG counts it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG counts it."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ink", [LIGHT, DARK, PRINT], ids=["light", "dark", "print"])
def test_colours_hold_their_contrast(ink: Ink) -> None:
    """Text 4.5:1 against whatever it stands on, marks, edges and hatching 3:1 against ground and track (WCAG 1.4.3, 1.4.11)."""
    texts = [(ink.text, ink.ground), (ink.quiet, ink.ground), (ink.text, ink.track), (ink.on_bar, ink.bar)]

    assert min(contrast(*pair) for pair in texts) >= 4.5
    assert min(contrast(ink.bar, ink.ground), contrast(ink.bar, ink.track), contrast(ink.edge, ink.ground)) >= 3


@pytest.mark.parametrize("name", ["scale", "five points", "two parts", "eleven points", "uneven points"])
@every_size
@both_themes
def test_the_hatching_of_a_scale_shows_on_every_step(name: str, size: Size, dark: bool) -> None:
    """3:1 between a part and its hatching, however many steps there are."""
    hatched = [box for box in boxes(charts.figure(EVERY_RESULT[name], size=size, dark=dark)) if box.get_hatch()]

    assert hatched
    assert min(contrast(to_hex(box.get_facecolor()), to_hex(box.get_edgecolor())) for box in hatched) >= 3


# The SVG


def expected(published: Published) -> Iterator[str]:
    """Yield what a chart of bars says: question, finding, table, number of answers."""
    yield from (published.poll.question, charts.finding(published))
    yield from chain.from_iterable(charts.table(published).rows)
    yield f"{published.answered} people answered. Passed: {published.passed}."


@every_sort
@every_size
def test_the_drawing_says_what_the_table_says(shown: Shown, size: Size) -> None:
    """Question, finding, and each row in its order with all its cells are real text, with no word lost in wrapping."""
    rows, last = charts.table(shown).rows, shown.after if isinstance(shown, Comparison) else shown
    for style in styles(shown):
        # A word too long for a line is broken, so the letters are compared and not the gaps.
        said = letters(*written(drawing(shown, size=size, style=style)))
        beginning = letters(last.poll.question, charts.finding(shown))
        assert said.startswith(beginning)
        assert all(letters(cell) in own for own, row in zip(by_row(said.removeprefix(beginning), rows), rows, strict=True) for cell in row)


def by_row(said: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Cut what a drawing says at the headings of the rows, in their order, and yield the piece of each row."""
    starts = [0]
    for heading, *_ in rows:
        starts.append(said.index(letters(heading), starts[-1]))
    yield from (said[start:end] for start, end in pairwise([*starts[1:], len(said)]))


def test_bars_say_nothing_but_the_table() -> None:
    """Question, finding, table and headcount, and no word or number more."""
    for name in ("banded", "single", "slider", "wide bands", "large"):
        for size in SIZES:
            assert letters(*written(drawing(EVERY_RESULT[name], size=size))) == letters(*expected(EVERY_RESULT[name]))


@every_sort
@every_size
def test_a_drawing_holds_only_numbers_of_its_result(shown: Shown, size: Size) -> None:
    """What stands in the picture stands in the result as data, or is a place in an order."""
    results = [shown.before, shown.after] if isinstance(shown, Comparison) else [shown]
    places = range(1, max(len(result.poll.options) for result in results) + 1)
    data = json.dumps([shown.to_dict(), [len(result.texts) for result in results], list(places)])
    said = re.findall(r"\d+", " ".join([*written(drawing(shown, size=size))]))

    assert set(said) <= set(re.findall(r"\d+", data))


@every_sort
@every_size
def test_the_drawing_has_a_name_and_a_description(shown: Shown, size: Size) -> None:
    """A screen reader meets an image with the finding as its name and the alt text as its description."""
    root = drawing(shown, size=size)
    named = {element.get("id"): element.text for element in root}

    assert root.get("role") == "img"
    assert named[root.get("aria-labelledby")] == charts.finding(shown)
    assert named[root.get("aria-describedby")] == charts.alt_text(shown)


@every_sort
@every_size
@both_themes
def test_the_drawing_asks_for_nothing_and_brings_no_style(shown: Shown, size: Size, dark: bool) -> None:
    """No address but the name of the language, no link, no style a strict page would drop, no size that fixes it."""
    drawn = svg(shown, dark=dark, size=size)

    assert drawn.startswith("<svg ")
    assert re.findall(r"\w+://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"href|<style|style=|metadata|<image|<script|@import", drawn)
    assert not {"width", "height"} & drawing(shown, dark=dark, size=size).attrib.keys()
    assert re.fullmatch(r"0 0 \d+ [\d.]+", drawing(shown, dark=dark, size=size).attrib["viewBox"])


@every_sort
@every_size
def test_every_text_has_a_size_of_its_own(shown: Shown, size: Size) -> None:
    """Attributes that an SVG does not know would leave the text at whatever size the page has."""
    for element in drawing(shown, size=size).iter(f"{SVG}text"):
        assert set(element.attrib) <= {"x", "y", "font-size", "font-weight", "text-anchor", "fill"}
        assert element.get("font-size", "").endswith("px")


@every_sort
@pytest.mark.parametrize("style", ["diverging", "stacked"])
def test_a_drawing_that_was_coloured_dark_is_as_if_drawn_dark(shown: Shown, style: Style) -> None:
    """A chart is drawn once and coloured for either ground; every mark and text has the colour that the dark ink gives it."""
    written = io.StringIO()
    with own_settings():
        charts.figure(shown, dark=True, style=style).savefig(written, format="svg")
    drawn = ElementTree.fromstring(cleaned(written.getvalue(), "drawn", "", "", {}))

    assert colours(drawing(shown, dark=True, style=style)) == colours(drawn)
    assert colours(drawing(shown, style=style)) != colours(drawn)


def colours(root: ElementTree.Element) -> list[list[str]]:
    """Return the colours of each element in turn, but for the names of patterns."""
    return [[value for name in ("fill", "stroke") if not (value := each.get(name, "")).startswith("url")] for each in root.iter()]


def test_drawings_in_one_page_share_no_id() -> None:
    """Themes, sizes, styles and polls side by side: each drawing's ids are its own, and all patterns it points at are among them."""
    drawn = [svg(shown, dark=dark) for shown in EVERY_SORT.values() for dark in (False, True)]
    drawn += [charts.svg(BANDED, size="projector"), charts.svg(BANDED, size="print"), charts.svg(FIVE_POINTS, style="stacked")]
    ids = [re.findall(r'\bid="([^"]+)"', each) for each in drawn]

    together = list(chain.from_iterable(ids))

    assert len(set(together)) == len(together)
    for own, each in zip(ids, drawn, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", each)) <= set(own)
    assert "url(#" in drawn[0]


@every_sort
@every_size
def test_a_drawing_is_small(shown: Shown, size: Size) -> None:
    """Twenty phones fetch it over a practice room's Wi-Fi."""
    assert len(svg(shown, size=size).encode()) < 16_000


@pytest.mark.parametrize("shown", [BANDED, FIVE_POINTS, TOLD, ALL_LEVEL, TEXTS], ids=["multi", "scale", "rank", "level", "text"])
def test_the_same_result_gives_the_same_bytes(shown: Published) -> None:
    """Drawn again, or drawn from what was stored of it."""
    here = charts.svg(shown)

    assert charts.svg(shown) == here
    assert charts.svg(Published.from_dict(json.loads(json.dumps(shown.to_dict())))) == here
