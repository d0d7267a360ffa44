"""Charts as they look: each kind beside the picture that somebody looked at and found good.

`make images` draws the pictures in `tests/baseline/` again. Look at every one that has changed before you commit it.
"""

import os
from pathlib import Path
from typing import Any, Final, NamedTuple

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.testing.compare import compare_images
from matplotlib.testing.exceptions import ImageComparisonFailure
from PIL import Image

from tests.shown import (
    BANDED,
    EVERY_COMPARISON,
    FIVE_POINTS,
    MOVED,
    ORDER_ALONE,
    SINGLE,
    SIX,
    SLIDER,
    TEXTS,
    TOGETHER_FIRST,
    TOO_ALIKE,
    TWO_PARTS,
    result,
)
from workshop_kit import charts
from workshop_kit.charts import Shown, Size, Style

BASELINE: Final = Path(__file__).parent / "baseline"
DRAW_AGAIN: Final = "DRAW_BASELINE" in os.environ
# Root mean square of the difference, of 255: letters may be smoothed a little differently, nothing may move.
TOLERANCE: Final = 6
DOTS_PER_INCH: Final[dict[Size, int]] = {"phone": 60, "projector": 40, "print": 60}


class Picture(NamedTuple):
    """A chart and how it is drawn."""

    shown: Shown
    size: Size = "phone"
    dark: bool = False
    style: Style = "diverging"


PICTURES: Final = {
    "multi": Picture(BANDED),
    "multi-projector-dark": Picture(SIX, "projector", dark=True),
    "multi-print": Picture(SIX, "print"),
    "single-dark": Picture(SINGLE, dark=True),
    "slider-projector": Picture(SLIDER, "projector"),
    "scale": Picture(FIVE_POINTS),
    "scale-stacked-dark": Picture(FIVE_POINTS, dark=True, style="stacked"),
    "scale-projector": Picture(FIVE_POINTS, "projector"),
    "scale-print": Picture(FIVE_POINTS, "print"),
    "scale-two-parts": Picture(TWO_PARTS),
    "rank": Picture(TOGETHER_FIRST),
    "rank-projector": Picture(TOGETHER_FIRST, "projector"),
    "rank-print-order-alone": Picture(ORDER_ALONE, "print"),
    "text": Picture(TEXTS),
    "text-projector-dark": Picture(TEXTS, "projector", dark=True),
    "comparison": Picture(MOVED),
    "comparison-projector-dark": Picture(MOVED, "projector", dark=True),
    "comparison-print": Picture(MOVED, "print"),
    "comparison-rank": Picture(EVERY_COMPARISON["orders"]),
    "comparison-only-after": Picture(EVERY_COMPARISON["only after"]),
    "too-alike-projector": Picture(TOO_ALIKE, "projector"),
}


def draw(picture: Picture, path: Path) -> Path:
    """Draw a picture as a small PNG: few dots, few colours, and no word on when and with what it was made."""
    figure = charts.figure(picture.shown, size=picture.size, dark=picture.dark, style=picture.style)
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


@pytest.mark.parametrize(
    "other",
    [Picture(result("multi", 12, 8, 11, 1, 5, 0)), Picture(BANDED, dark=True), Picture(SINGLE)],
    ids=["one person more", "another theme", "another height"],
)
def test_a_chart_that_looks_different_is_found(other: Picture, tmp_path: Path) -> None:
    """One person more on one bar is further from the baseline than smoothing could bring it."""
    assert difference(draw(other, tmp_path / "other.png"), "multi")


def test_the_baseline_is_small_and_holds_nothing_else() -> None:
    """All pictures together stay below 600 kB, and none outlives its chart."""
    files = list(BASELINE.iterdir())

    assert {file.name for file in files} == {f"{name}.png" for name in PICTURES}
    assert sum(file.stat().st_size for file in files) < 600_000
