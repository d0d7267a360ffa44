"""Charts: marks are as long and as far as the numbers say, texts have room, an SVG can stand in any page, and a worker draws it.

Drawings are made once for each sample and size, and every rule looks at the same ones. How they look is kept in
`tests/baseline/`; `make images` draws those pictures again. Look at every one that has changed before you commit it.
"""

import asyncio
import io
import json
import os
import re
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain, combinations, pairwise, product
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from matplotlib.testing.compare import compare_images
from matplotlib.testing.exceptions import ImageComparisonFailure
from matplotlib.text import Text
from PIL import Image

from tests import shown as samples
from tests.shown import (
    EVERY_COMPARISON,
    EVERY_SORT,
    SIZES,
    SVG,
    drawing,
    figure,
    letters,
    result,
    styles,
    svg,
    tallies,
    tallies_of_one_poll,
    written,
)
from tests.world import PATIENCE_SECONDS, SAY, RoomProcess, children_of, news, wait_for
from workshop_kit import charts
from workshop_kit.charts import Shown, Size, Style
from workshop_kit.charts.markup import cleaned
from workshop_kit.charts.sheet import own_settings
from workshop_kit.charts.style import DARK, LIGHT, PRINT, ink_for
from workshop_kit.disclosure import ROOM, Comparison, Published, compare, publish
from workshop_kit.polls import STRETCHES, Tally
from workshop_kit.server.chart_worker import Drawings
from workshop_kit.words.catalog import FOLDER_VARIABLE, language
from workshop_kit.words.tables import headcount

BASELINE: Final = Path(__file__).parent / "baseline"
DRAW_AGAIN: Final = "DRAW_BASELINE" in os.environ
# Root mean square of the difference, of 255: letters may be smoothed a little differently, nothing may move.
TOLERANCE: Final = 6
DOTS_PER_INCH: Final[dict[Size, int]] = {"phone": 60, "projector": 40, "print": 60}
WORKER: Final = [sys.executable, "-m", "workshop_kit.charts"]


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


def words_on(figure: Figure) -> list[str]:
    """Return each line of text of a figure as it reads."""
    return [text.get_text() for text in lines_of_text(figure)]


def smallest_text(figure: Figure) -> float:
    """Return the size of the smallest text of a figure, in its own units."""
    return min(float(text.get_fontsize()) for text in lines_of_text(figure))


# ---- marks ----------------------------------------------------------------------------------------------------------------


def test_bars_start_at_nobody_and_are_as_long_as_the_published_numbers() -> None:
    """All bars share one axis from zero to everyone who answered; a band is hatched over its range."""
    track = (12, False)
    for size in SIZES:
        drawn = boxes(figure(samples.BANDED, size=size))
        whole = max(bar.get_width() for bar in drawn)
        lengths = [(round(12 * bar.get_width() / whole, 6), bar.get_hatch() is not None) for bar in drawn]

        assert len({bar.get_x() for bar in drawn}) == 1
        assert lengths == [track, (12, True), (10, False), track, (7, False), track, (5, False), track, (2, True), track, (2, True)]


def test_the_bars_of_a_comparison_share_one_scale() -> None:
    """One person is as long before as after, each panel starts at nobody, and the two bars of a row stand on one line."""
    for size in SIZES:
        tracks = boxes(figure(samples.MOVED, size=size), ink_for(size, dark=False).track)
        before, after = tracks[::2], tracks[1::2]

        assert len({bar.get_x() for bar in before}) == len({bar.get_x() for bar in after}) == 1
        assert {round(15 * one.get_width() / other.get_width(), 6) for one, other in zip(before, after, strict=True)} == {12}
        assert [one.get_y() for one in before] == [other.get_y() for other in after]


def parts(figure: Figure, many: int) -> list[Rectangle]:
    """Return the parts of a scale's bar from left to right; each is drawn as a face and an edge."""
    return sorted(boxes(figure)[: 2 * many : 2], key=lambda part: part.get_x())


@pytest.mark.parametrize(("size", "dark"), list(product(SIZES, (False, True))))
def test_a_scale_leans_to_both_sides_of_its_middle_which_is_set_aside(size: Size, dark: bool) -> None:
    """Lower points end at the line, higher ones begin there, and the middle, also one that was merged, stands clear of both in one piece.

    Any two parts differ in their hatching or clearly in lightness, and the key shows each as the bar does.
    """
    drawn = figure(samples.FIVE_POINTS, size=size, dark=dark)
    never, rarely, often, always, sometimes = parts(drawn, 5)
    [line] = [box for box in boxes(drawn) if box.get_width() == 2]
    middle = line.get_x() + 1

    assert never.get_x() + never.get_width() == pytest.approx(rarely.get_x())
    assert rarely.get_x() + rarely.get_width() == pytest.approx(middle) == pytest.approx(often.get_x())
    assert often.get_x() + often.get_width() == pytest.approx(always.get_x())
    assert sometimes.get_x() > always.get_x() + always.get_width() + 5
    unit = never.get_width() / 3
    assert [round(part.get_width() / unit, 6) for part in (never, rarely, often, always, sometimes)] == [3, 5, 5, 3, 4]

    faces = [
        (to_hex(box.get_facecolor()), box.get_hatch())
        for box in boxes(drawn)
        if box.get_facecolor() != (0, 0, 0, 0) and box.get_width() != 2
    ]
    assert faces[:5] == faces[5:]
    for (one, hatch), (other, other_hatch) in combinations(faces[:5], 2):
        assert hatch != other_hatch or contrast(one, other) >= 1.5

    never, often, merged = parts(figure(samples.SCALE, size=size, dark=dark), 3)
    assert never.get_x() + never.get_width() == pytest.approx(often.get_x())
    assert merged.get_x() > often.get_x() + often.get_width() + 5


@pytest.mark.parametrize(
    ("published", "style"), [(samples.FIVE_POINTS, "stacked"), (samples.SCALE, "stacked"), (samples.TWO_PARTS, "diverging")]
)
def test_a_plain_bar_runs_through_all_parts_in_their_order(published: Published, style: Style) -> None:
    """Asked for as such, or where only one side is left; it fills the width without a line, and a number without room stands in the key."""
    for size in SIZES:
        whole_figure = figure(published, size=size, style=style)
        drawn, people = parts(whole_figure, len(published.buckets)), [bucket.fewest for bucket in published.buckets]
        whole = sum(part.get_width() for part in drawn)

        assert [round(sum(people) * part.get_width() / whole, 6) for part in drawn] == people
        assert drawn[-1].get_x() + drawn[-1].get_width() - drawn[0].get_x() == pytest.approx(whole)
        assert not [box for box in boxes(whole_figure) if box.get_width() == 2]

    said = written(drawing(samples.EVERY_RESULT["uneven points"]))
    assert [said.count(str(bucket.fewest)) for bucket in samples.EVERY_RESULT["uneven points"].buckets] == [2, 1, 2, 2, 2]


def test_a_dot_stands_at_the_mean_place_or_in_the_middle_of_its_level() -> None:
    """One axis for all, the first place at the left; a line reaches across a level only where no mean place is told, and no further."""
    for size in SIZES:
        ink, told, alone = ink_for(size, dark=False), figure(samples.TOLD, size=size), figure(samples.ORDER_ALONE, size=size)
        assert places(dots(told), boxes(told, ink.track)[0], 4) == [each.mean for each in charts.standings(samples.TOLD)]
        assert not boxes(told, ink.bar)

        track = boxes(alone, ink.track)[0]
        cell = track.get_width() / 4
        across = [(line.get_x() - track.get_x(), line.get_width()) for line in boxes(alone, ink.bar)]
        assert places(dots(alone), track, 4) == [1.5, 1.5, 3, 4]
        assert [(round(start / cell, 6), round(width / cell, 6)) for start, width in across] == [(0.25, 1.5)] * 2


def test_two_rankings_are_drawn_by_their_means_only_if_both_tell_them() -> None:
    """Otherwise two dots on one line would mean two different things."""
    drawn = figure(EVERY_COMPARISON["orders"])
    before, after = boxes(drawn, LIGHT.track)[:2]

    assert places(dots(drawn)[::2], before, 4) == [1.5, 1.5, 3, 4]
    assert places(dots(drawn)[1::2], after, 4) == [1, 2, 3.5, 3.5]
    assert "Mean place" not in written(drawing(EVERY_COMPARISON["orders"]))
    assert "Mean place" in written(drawing(EVERY_COMPARISON["means"]))


# ---- texts and colours ----------------------------------------------------------------------------------------------------


def crowded(figure: Figure) -> Iterator[str]:
    """Yield every text that leaves the sheet or touches another."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    sheet = figure.bbox.padded(-4)
    taken = [(text.get_text(), text.get_window_extent(renderer)) for text in lines_of_text(figure)]
    yield from (text for text, box in taken if box.x0 < sheet.x0 or box.x1 > sheet.x1 or box.y0 < sheet.y0 or box.y1 > sheet.y1)
    yield from (f"{one[0]} | {other[0]}" for one, other in combinations(taken, 2) if one[1].overlaps(other[1]))


def test_clipped_and_overlapping_texts_are_found() -> None:
    """A text beyond the edge and one upon another are named; the rest is left in peace."""
    figure = charts.figure(samples.BANDED, SAY)
    upon = lines_of_text(figure)[0]
    figure.axes[0].text(*upon.get_position(), "Upon another", size=8)
    figure.axes[0].text(320, 200, "Beyond the edge", size=8)

    assert sorted(crowded(figure)) == ["Beyond the edge", f"{upon.get_text()} | Upon another"]


@settings(max_examples=6)
@given(tallies_of_one_poll(["single", "multi", "scale", "slider", "rank"]))
def test_any_result_and_any_comparison_can_be_drawn_with_room_for_its_words(runs: list[Tally]) -> None:
    """Whatever people answer, every size of paper has room for it."""
    before, after = (publish(tally, ROOM) for tally in runs)
    either: tuple[Shown, ...] = (before, compare(before, after))
    for shown, size in product(either, SIZES):
        assert list(crowded(charts.figure(shown, SAY, size=size))) == []


@settings(max_examples=5)
@given(tallies(["text"]))
def test_any_lines_can_be_drawn(tally: Tally) -> None:
    """In any script, however long, whether or not the font that measures has its letters."""
    published = publish(tally, ROOM)
    for size in SIZES:
        said = letters(*written(ElementTree.fromstring(charts.svg(published, SAY, size=size))))
        assert all(letters(f"“{text}”") in said for text in published.texts)


def test_where_nothing_is_shown_the_figure_is_a_sentence() -> None:
    """No bars, no axis, only the question and the sentence."""
    silent: tuple[Shown, ...] = (samples.TOO_FEW, samples.TOO_ALIKE, EVERY_COMPARISON["neither"])
    for shown, size in product(silent, SIZES):
        assert not figure(shown, size=size).axes[0].patches
        assert letters(*words_on(figure(shown, size=size))) == letters("Which of these do you know?", charts.finding(shown, SAY))


def test_text_is_large_enough_where_it_is_read() -> None:
    """On a phone of 340 pixels no text is smaller than 13; six long answers on a wall of 1800 by 900 have 32, which is 24 points."""
    for shown in EVERY_SORT.values():
        assert figure(shown).get_size_inches()[0] * 72 == pytest.approx(340)
        assert smallest_text(figure(shown)) >= 13
    for shown in (samples.SIX, EVERY_COMPARISON["six compared"]):
        width, height = figure(shown, size="projector").get_size_inches() * 72
        assert smallest_text(figure(shown, size="projector")) * min(1800 / width, 900 / height) >= 32


def luminance(colour: str) -> float:
    """Return how bright a colour is, as WCAG counts it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG counts it."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_colours_hold_their_contrast() -> None:
    """Text 4.5:1, marks, edges and hatching 3:1 against what they stand on (WCAG 1.4.3, 1.4.11); a page to print is white in any theme."""
    assert to_hex(charts.figure(samples.BANDED, SAY, size="print", dark=True).get_facecolor()) == "#ffffff"
    for ink in (LIGHT, DARK, PRINT):
        on = [(ink.text, ink.ground), (ink.quiet, ink.ground), (ink.text, ink.track), (ink.on_bar, ink.bar)]
        assert min(contrast(*pair) for pair in on) >= 4.5
        assert min(contrast(ink.bar, ink.ground), contrast(ink.bar, ink.track), contrast(ink.edge, ink.ground)) >= 3
    for name, size, dark in product(("scale", "five points", "two parts", "eleven points", "uneven points"), SIZES, (False, True)):
        hatched = [box for box in boxes(figure(samples.EVERY_RESULT[name], size=size, dark=dark)) if box.get_hatch()]
        assert hatched
        assert min(contrast(to_hex(box.get_facecolor()), to_hex(box.get_edgecolor())) for box in hatched) >= 3


def every_sheet(*sizes: Size) -> Iterator[tuple[str, Shown, Size, Figure]]:
    """Yield every sample as a figure in some sizes, or in all, and in every style that makes a difference, with its name."""
    for (name, shown), size in product(EVERY_SORT.items(), sizes or SIZES):
        yield from ((f"{name} {size} {style}", shown, size, figure(shown, size=size, style=style)) for style in styles(shown))


def every_drawing() -> Iterator[tuple[str, Shown, str]]:
    """Yield every sample as SVG for a phone, and some of them in every size and theme."""
    yield from ((name, shown, svg(shown)) for name, shown in EVERY_SORT.items())
    for name, size, dark in product(("six", "five points", "told", "texts", "too few", "moved"), SIZES, (False, True)):
        yield f"{name} {size} {dark}", EVERY_SORT[name], svg(EVERY_SORT[name], size=size, dark=dark)


@pytest.mark.parametrize("size", SIZES)
def test_no_text_is_clipped_or_overlaps_another(size: Size) -> None:
    """Measured with a wide font: every line stays on the sheet and keeps clear of the others."""
    assert [(name, fault) for name, _, _, drawn in every_sheet(size) for fault in crowded(drawn)] == []


def test_the_drawing_says_what_the_table_says() -> None:
    """Question, finding, and each row in its order with all its cells are drawn, with no word lost in wrapping."""
    for name, shown, _, drawn in every_sheet():
        rows, last = charts.table(shown, SAY).rows, shown.after if isinstance(shown, Comparison) else shown
        # A word too long for a line is broken, so the letters are compared and not the gaps.
        said, beginning = letters(*words_on(drawn)), letters(last.poll.question, charts.finding(shown, SAY))
        assert said.startswith(beginning), name
        told = by_row(said.removeprefix(beginning), rows)
        assert [cell for own, row in zip(told, rows, strict=True) for cell in row if letters(cell) not in own] == [], name


def by_row(said: str, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Cut what a drawing says at the headings of the rows, in their order, and yield the piece of each row."""
    starts = [0]
    for heading, *_ in rows:
        starts.append(said.index(letters(heading), starts[-1]))
    yield from (said[start:end] for start, end in pairwise([*starts[1:], len(said)]))


def test_bars_say_nothing_but_the_table() -> None:
    """Question, finding, table and headcount, and no word or number more."""
    for name, size in product(("banded", "single", "slider", "wide bands", "large"), SIZES):
        published = samples.EVERY_RESULT[name]
        due = [published.poll.question, charts.finding(published, SAY), *chain.from_iterable(charts.table(published, SAY).rows)]
        assert letters(*words_on(figure(published, size=size))) == letters(*due, headcount(published, SAY)), f"{name} {size}"


def test_a_drawing_holds_only_numbers_of_its_result() -> None:
    """What stands in the picture stands in the result as data, or is a place in an order or the end of a stretch."""
    for name, shown, _, drawn in every_sheet():
        results = [shown.before, shown.after] if isinstance(shown, Comparison) else [shown]
        places = range(1, max(len(each.poll.options) for each in results) + 1)
        data = json.dumps([shown.to_dict(), [len(each.texts) for each in results], list(places), STRETCHES])
        assert set(re.findall(r"\d+", " ".join(words_on(drawn)).replace(",", ""))) <= set(re.findall(r"\d+", data)), name


# ---- the SVG ----------------------------------------------------------------------------------------------------------------


def test_what_is_drawn_is_real_text_with_a_name_and_a_description() -> None:
    """A screen reader meets an image with the finding as its name and the alt text as its description; no letter is a picture."""
    for name, shown, drawn in every_drawing():
        root = ElementTree.fromstring(drawn)
        named = {element.get("id"): element.text for element in root}
        assert root.get("role") == "img", name
        assert named[root.get("aria-labelledby")] == charts.finding(shown, SAY), name
        assert named[root.get("aria-describedby")] == charts.alt_text(shown, SAY), name
    for name, shown in EVERY_SORT.items():
        assert written(drawing(shown)) == words_on(figure(shown)), name


def test_the_drawing_asks_for_nothing_and_brings_no_style() -> None:
    """No address but the name of the language, no link, no style a strict page would drop, no size that fixes it; and it is small."""
    for name, _, drawn in every_drawing():
        root = ElementTree.fromstring(drawn)
        assert drawn.startswith("<svg "), name
        assert re.findall(r"\w+://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"], name
        assert not re.search(r"href|<style|style=|metadata|<image|<script|@import", drawn), name
        assert not {"width", "height"} & root.attrib.keys(), name
        assert re.fullmatch(r"0 0 \d+ [\d.]+", root.attrib["viewBox"]), name
        # Twenty phones fetch it over a practice room's Wi-Fi.
        assert len(drawn.encode()) < 16_000, name
        # Attributes that an SVG does not know would leave a text at whatever size the page has.
        for text in root.iter(f"{SVG}text"):
            assert set(text.attrib) <= {"x", "y", "font-size", "font-weight", "text-anchor", "fill"}, name
            assert text.get("font-size", "").endswith("px"), name


def test_a_drawing_that_was_coloured_dark_is_as_if_drawn_dark() -> None:
    """A chart is drawn once and coloured for either ground; every mark and text has the colour that the dark ink gives it."""
    marks = ("banded", "five points", "eleven points", "slider", "told", "order alone", "texts", "too few", "moved", "orders")
    for name, shown in ((name, EVERY_SORT[name]) for name in marks):
        for style in styles(shown):
            as_drawn = io.StringIO()
            with own_settings():
                charts.figure(shown, SAY, dark=True, style=style).savefig(as_drawn, format="svg")
            drawn = ElementTree.fromstring(cleaned(as_drawn.getvalue(), "drawn", "en", "", "", {}))
            assert colours(drawing(shown, dark=True, style=style)) == colours(drawn), f"{name} {style}"
            assert colours(drawing(shown, style=style)) != colours(drawn), f"{name} {style}"


def colours(root: ElementTree.Element) -> list[list[str]]:
    """Return the colours of each element in turn, but for the names of patterns."""
    return [[value for name in ("fill", "stroke") if not (value := each.get(name, "")).startswith("url")] for each in root.iter()]


def test_drawings_in_one_page_share_no_id() -> None:
    """Themes, sizes, styles and polls side by side: each drawing's ids are its own, and all patterns it points at are among them."""
    drawn = [svg(shown, dark=dark) for shown in EVERY_SORT.values() for dark in (False, True)]
    drawn += [svg(samples.BANDED, size="projector"), svg(samples.BANDED, size="print"), svg(samples.FIVE_POINTS, style="stacked")]
    ids = [re.findall(r'\bid="([^"]+)"', each) for each in drawn]

    assert len(set(chain.from_iterable(ids))) == sum(map(len, ids))
    assert [each for own, each in zip(ids, drawn, strict=True) if not set(re.findall(r"url\(#([^)]+)\)", each)) <= set(own)] == []
    assert "url(#" in drawn[0]


# ---- pictures ---------------------------------------------------------------------------------------------------------------


class Picture(NamedTuple):
    """A chart and how it is drawn."""

    shown: Shown
    size: Size = "phone"
    dark: bool = False
    style: Style = "diverging"


PICTURES: Final = {
    "multi": Picture(samples.BANDED),
    "multi-projector-dark": Picture(samples.SIX, "projector", dark=True),
    "multi-print": Picture(samples.SIX, "print"),
    "single-dark": Picture(samples.SINGLE, dark=True),
    "slider-projector": Picture(samples.SLIDER, "projector"),
    "scale": Picture(samples.FIVE_POINTS),
    "scale-stacked-dark": Picture(samples.FIVE_POINTS, dark=True, style="stacked"),
    "scale-projector": Picture(samples.FIVE_POINTS, "projector"),
    "scale-print": Picture(samples.FIVE_POINTS, "print"),
    "scale-two-parts": Picture(samples.TWO_PARTS),
    "rank": Picture(samples.TOGETHER_FIRST),
    "rank-projector": Picture(samples.TOGETHER_FIRST, "projector"),
    "rank-print-order-alone": Picture(samples.ORDER_ALONE, "print"),
    "text": Picture(samples.TEXTS),
    "text-projector-dark": Picture(samples.TEXTS, "projector", dark=True),
    "comparison": Picture(samples.MOVED),
    "comparison-projector-dark": Picture(samples.MOVED, "projector", dark=True),
    "comparison-print": Picture(samples.MOVED, "print"),
    "comparison-rank": Picture(EVERY_COMPARISON["orders"]),
    "comparison-only-after": Picture(EVERY_COMPARISON["only after"]),
    "too-alike-projector": Picture(samples.TOO_ALIKE, "projector"),
}


def draw(picture: Picture, path: Path) -> Path:
    """Draw a picture as a small PNG: few dots, few colours, and no word on when and with what it was made."""
    figure = charts.figure(picture.shown, SAY, size=picture.size, dark=picture.dark, style=picture.style)
    figure.set_dpi(DOTS_PER_INCH[picture.size])
    canvas: Any = FigureCanvasAgg(figure)
    # Unhinted, small letters keep their proportions.
    with matplotlib.rc_context({"text.hinting": "none"}):
        canvas.draw()
    Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB").quantize(32).save(path, optimize=True)
    return path


def difference(drawn: Path, name: str) -> str | None:
    """Return how a drawn picture differs from a baseline, if it does."""
    try:
        different = compare_images(str(BASELINE / f"{name}.png"), str(drawn), TOLERANCE)
    except ImageComparisonFailure as sizes_differ:
        return str(sizes_differ)
    return str(different) if different else None


@pytest.mark.parametrize("name", PICTURES)
def test_a_chart_looks_as_it_did(name: str, tmp_path: Path) -> None:
    """Nothing has moved, faded or vanished since somebody last looked."""
    drawn = draw(PICTURES[name], (BASELINE if DRAW_AGAIN else tmp_path) / f"{name}.png")

    assert DRAW_AGAIN or difference(drawn, name) is None


def test_a_chart_that_looks_different_is_found_and_the_baseline_is_small(tmp_path: Path) -> None:
    """One person more on one bar, another theme and another height are found; below 600 kB in all, and no picture outlives its chart."""
    for other in (Picture(result("multi", 12, 8, 11, 1, 5, 0)), Picture(samples.BANDED, dark=True), Picture(samples.SINGLE)):
        assert difference(draw(other, tmp_path / "other.png"), "multi")
    files = list(BASELINE.iterdir())
    assert {file.name for file in files} == {f"{name}.png" for name in PICTURES}
    assert sum(file.stat().st_size for file in files) < 600_000


# ---- the worker -------------------------------------------------------------------------------------------------------------


def worker(requests: Sequence[object], **environment: str) -> list[dict[str, Any]]:
    """Send requests to a drawing worker, one a line (a string goes as it is), and return its replies after the first."""
    lines = "".join(f"{request if isinstance(request, str) else json.dumps(request)}\n" for request in requests)
    run = subprocess.run(
        WORKER, input=lines, capture_output=True, encoding="utf-8", env={**os.environ, **environment}, check=True, timeout=PATIENCE_SECONDS
    )
    ready, *replies = map(json.loads, run.stdout.splitlines())
    assert (ready, run.stderr) == ({"ready": True}, "")
    return replies


def asked(shown: Shown) -> dict[str, Any]:
    """Return the part of a request that says what is to be drawn."""
    if isinstance(shown, Comparison):
        return {"before": shown.before.to_dict(), "after": shown.after.to_dict(), "language": SAY.tag}
    return {"published": shown.to_dict(), "language": SAY.tag}


def test_the_worker_draws_line_by_line_and_goes_on_after_a_broken_one() -> None:
    """One reply a request, in order; whatever cannot be drawn gets an error and does not stop the rest.

    Every sort of result has the same bytes in another process, under another hash seed, and whatever was drawn before it; so has one
    that was drawn from what was stored of it.
    """
    broken: list[object] = [
        "{ this is not JSON",
        "",
        {"published": {"poll": {}}, "language": "en"},
        {**asked(samples.BANDED), "size": "wall"},
        {"before": samples.BANDED.to_dict(), "after": samples.SCALE.to_dict(), "language": "en"},
    ]
    looks: list[tuple[Shown, dict[str, Any]]] = [
        (samples.BANDED, {"dark": True}),
        (samples.SCALE, {"dark": False, "size": "projector", "style": "stacked"}),
        (samples.MOVED, {"size": "print"}),
        *((shown, {}) for shown in EVERY_SORT.values()),
    ]

    replies = worker([*broken, *({**asked(shown), **look} for shown, look in looks)], PYTHONHASHSEED="7")

    assert [list(reply) for reply in replies[:5]] == [["error"]] * 5
    assert [reply["svg"] for reply in replies[5:]] == [svg(shown, **look) for shown, look in looks]


def test_the_server_gets_from_the_worker_what_it_asked_for_also_from_the_next_one() -> None:
    """Result or comparison, theme, size and style all reach the worker, one at a time; one that was killed is started again."""
    looks: list[dict[str, Any]] = [{}, {"dark": True}, {"size": "projector"}, {"size": "print"}, {"style": "stacked"}]

    async def drawn() -> list[str]:
        others, drawings = children_of(os.getpid()), Drawings()
        try:
            await drawings.warm_up()
            [worker] = set(children_of(os.getpid())) - set(others)
            first = [
                (await drawings.svg(shown, SAY, **look)).plain.decode() for shown in (samples.FIVE_POINTS, samples.MOVED) for look in looks
            ]
            os.kill(worker, signal.SIGTERM)
            return [*first, (await drawings.svg(samples.BANDED, SAY)).plain.decode()]
        finally:
            await drawings.stop()

    assert asyncio.run(drawn()) == [
        *(svg(shown, **look) for shown in (samples.FIVE_POINTS, samples.MOVED) for look in looks),
        svg(samples.BANDED),
    ]


def test_a_chart_speaks_the_language_it_is_asked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here and in the worker, also in a script that is written from the right; what that language lacks is said in English."""
    (tmp_path / "he-XT").mkdir()
    (tmp_path / "he-XT" / "results.po").write_text('msgid "results.people.few"\nmsgstr "מעטים ({fewest}-{most})"\n', encoding="utf-8")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    say, asked_so = language("he-XT"), {**asked(samples.BANDED), "language": "he-XT"}

    drawn = charts.svg(samples.BANDED, say)
    charts.figure(samples.BANDED, say).savefig(io.BytesIO(), format="png")

    assert [reply["svg"] for reply in worker([asked_so, asked(samples.BANDED)])] == [drawn, svg(samples.BANDED)]
    assert written(ElementTree.fromstring(drawn))[-2:] == ["מעטים (0-2)", "12 people answered. Passed: few or none."]
    assert (' lang="he-XT" ' in drawn, ' lang="en" ' in svg(samples.BANDED)) == (True, True)


def test_a_reader_s_own_style_neither_bends_a_chart_nor_is_bent(tmp_path: Path) -> None:
    """A garish matplotlibrc changes no byte, and what the reader has set is as it was."""
    (tmp_path / "matplotlibrc").write_text("text.color: red\nfont.size: 40\nhatch.linewidth: 9\nsvg.fonttype: path\naxes.linewidth: 7\n")
    shown = (samples.BANDED, samples.FIVE_POINTS, samples.TOLD, samples.TEXTS, samples.MOVED)
    replies = worker([asked(each) for each in shown], MATPLOTLIBRC=str(tmp_path))
    with matplotlib.rc_context({"text.color": "red", "hatch.linewidth": 9}):
        before = dict(matplotlib.rcParams)
        here = [charts.svg(each, SAY) for each in shown]

        assert dict(matplotlib.rcParams) == before
    assert [reply["svg"] for reply in replies] == here == [svg(each) for each in shown]


def test_matplotlib_is_imported_when_a_chart_is_drawn_and_pyplot_never() -> None:
    """Words and tables cost nothing: the room server says them without loading a drawing library."""
    program = (
        "import json, sys; from workshop_kit import charts; from workshop_kit.disclosure import Published; "
        "from workshop_kit.words.catalog import language; say = language(); result = Published.from_dict(json.load(sys.stdin)); "
        "charts.table(result, say), charts.finding(result, say), charts.alt_text(result, say); "
        "early = 'matplotlib' in sys.modules; charts.svg(result, say); print(early, 'matplotlib.pyplot' in sys.modules)"
    )
    said = subprocess.check_output(
        [sys.executable, "-c", program], input=json.dumps(samples.BANDED.to_dict()), text=True, timeout=PATIENCE_SECONDS
    )

    assert said == "False False\n"


@pytest.mark.skipif(sys.platform == "win32", reason="cannot let a process stand still")
def test_a_result_does_not_wait_long_for_its_drawing(room_process: RoomProcess) -> None:
    """Where the chart takes too long, the table is shown without it, and the pages are told the chart as soon as it is there."""
    with closing(news(room_process.public, room_process.path("/events"))) as told:
        next(told)
        run = room_process.poll("fears", [["hurt"]] * 9)
        [worker] = wait_for(lambda: children_of(room_process.pid), "the drawing process")
        os.kill(worker, signal.SIGSTOP)
        room_process.lead(run, "close", "reveal")
        pages = (page for state, page in told if page and any(each["phase"] == "revealed" for each in state["current"]))
        without = next(pages)
        os.kill(worker, signal.SIGCONT)
        complete = next(pages)

    linked = room_process.path(f"/runs/{run}/result.svg")
    assert "<table" in without
    for link in (linked, f"{linked}?dark"):
        assert f'"{link}"' in without
        without = without.replace(f'"{link}"', f'"data:image/svg+xml;base64,{b64encode(room_process.public.get(link).content).decode()}"')
    assert complete == without


def test_what_is_written_from_the_right_finds_its_own_direction() -> None:
    """A text in Hebrew keeps its punctuation at its end, in a drawing that is laid out from the left; no other text is marked."""
    drawn = cleaned("<svg viewBox='0 0 1 1'><text>“שלום.”</text><text>“Peace.”</text></svg>", "a", "en", "", "", {})

    assert [text.get("unicode-bidi") for text in ElementTree.fromstring(drawn).iter() if text.tag.endswith("text")] == ["plaintext", None]
