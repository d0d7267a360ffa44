"""The sheet: paper that is filled from the top, one unit to a point.

Everything is placed by measuring, never by guessing: a text is broken where its column ends, and what stands below it
begins where it ends.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from workshop_kit.charts.style import FONT, Ink, Paper
from workshop_kit.words.catalog import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Weight: TypeAlias = Literal["normal", "bold"]
Align: TypeAlias = Literal["left", "center", "right"]


class Column(NamedTuple):
    """A strip of the sheet, from its left edge on."""

    left: float
    width: float

    @property
    def right(self) -> float:
        """Where the strip ends."""
        return self.left + self.width


class Sheet:
    """A sheet of paper filled from the top.

    `y` is how far down it is filled; `whole` is the strip between its edges; `say` is the language in which it is written.
    """

    def __init__(self, ink: Ink, paper: Paper, say: Language) -> None:
        from matplotlib.figure import Figure

        self.ink, self.paper, self.say, self.y = ink, paper, say, float(paper.edge)
        self.whole = Column(paper.edge, paper.width - 2 * paper.edge)
        self.figure = Figure(dpi=144, facecolor=ink.ground)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()

    def finish(self) -> None:
        """Cut the sheet off below what was drawn last."""
        self.y += self.paper.edge
        self.axes.set(xlim=(0, self.paper.width), ylim=(self.y, 0))
        self.figure.set_size_inches(self.paper.width / 72, self.y / 72)

    def write(self, text: str, size: float, colour: str, weight: Weight = "normal", column: Column | None = None) -> None:
        """Write a text into a column, by default the whole sheet, and go on below it."""
        column = column or self.whole
        self.y = self.put_lines(column, self.y, broken(text, size, weight, column.width), size, colour, weight)

    def put_lines(self, column: Column, y: float, lines: Sequence[str], size: float, colour: str, weight: Weight = "normal") -> float:
        """Put lines of text at the left of a column, from `y` down, and return where they end."""
        for line in lines:
            y += self.paper.leading * size
            self.put(column.left, y - (self.paper.leading - 1) * size, line, size, colour, weight)
        return y

    def height(self, lines: Sequence[str], size: float) -> float:
        """Return how much of the sheet some lines of text take."""
        return len(lines) * self.paper.leading * size

    def put(self, x: float, y: float, text: str, size: float, colour: str, weight: Weight = "normal", align: Align = "left") -> None:
        """Put one line of text on a baseline."""
        # Unparsed, or two prices in dollars would become a formula.
        self.axes.text(x, y, text, size=size, color=colour, weight=weight, family=FONT, ha=align, va="baseline", parse_math=False)

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """Draw a box below `y`; nothing where it has no width."""
        from matplotlib.patches import Rectangle

        if width:
            patch = Rectangle((x, y), width, height, clip_on=False, **{"linewidth": 0, **look})
            patch.set_hatch_linewidth(1.4)
            # Not `add_patch`, which would find out each time how far the drawing reaches; the sheet says so itself in the end.
            self.axes.add_artist(patch)

    def dot(self, x: float, y: float, radius: float, **look: Any) -> None:
        """Draw a dot around a point."""
        from matplotlib.patches import Circle

        self.axes.add_artist(Circle((x, y), radius, clip_on=False, **{"linewidth": 0, **look}))


@contextmanager
def own_settings() -> Iterator[None]:
    """Keep a reader's matplotlib style from bending a chart, and a chart from bending the reader's style."""
    import warnings

    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as: the font that measures has no sign for a letter the reader's font has
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "workshop-kit", "svg.fonttype": "none"})
        yield


@lru_cache(maxsize=4096)
def length(text: str, size: float, weight: Weight = "normal") -> float:
    """Return how long a text is on one line, in units."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def broken(text: str, size: float, weight: Weight, room: float) -> list[str]:
    """Break a text into as few lines as its room allows, of about the same length."""
    words = [piece for word in text.split() for piece in _pieces(word, size, weight, room)]
    lines = _wrapped(words, size, weight, room)
    narrower = (_wrapped(words, size, weight, width) for width in range(int(room / 2), int(room), 8))
    return next((each for each in narrower if len(each) == len(lines)), lines)


def _pieces(word: str, size: float, weight: Weight, room: float) -> list[str]:
    needed = length(word, size, weight)
    if needed <= room:
        return [word]
    letters = max(1, int(len(word) * room / needed * 0.9))  # a tenth to spare, for pieces with the wider letters
    return [word[start : start + letters] for start in range(0, len(word), letters)]


def _wrapped(words: list[str], size: float, weight: Weight, room: float) -> list[str]:
    lines, taken, space = [""], 0.0, length(" ", size, weight)
    for word in words:
        needed = length(word, size, weight)
        if taken and taken + space + needed > room:
            lines.append("")
            taken = 0.0
        lines[-1] += f" {word}" if taken else word
        taken += needed + (space if taken else 0)
    return lines
