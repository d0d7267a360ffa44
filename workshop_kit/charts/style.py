"""Style: the inks and the sizes of all charts.

An ink is what a drawing is coloured with, a paper what it is drawn on. Lengths are in units of the paper. A phone shows a
unit as about a pixel, a projector as about two, a printed page as a point.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Literal, TypeAlias

Size: TypeAlias = Literal["phone", "projector", "print"]
Style: TypeAlias = Literal["diverging", "stacked"]

READER_FONTS: Final = "system-ui, 'Segoe UI', Roboto, sans-serif"
FONT: Final = "DejaVu Sans"  # comes with matplotlib and is wider than most: what fits in it fits in the reader's own font


# To either side of the middle; nobody can tell more of them apart.
MOST_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one theme. Text holds 4.5:1 against what it stands on, marks and their edges 3:1; the tests compute it.

    `low` and `high` are the strong and the pale step on either side of the middle of a scale.
    """

    ground: str
    text: str
    quiet: str
    bar: str
    on_bar: str
    track: str
    edge: str
    low: tuple[str, str]
    middle: str
    high: tuple[str, str]


# Brown and blue, because no kind of colour vision confuses them.
LIGHT: Final = Ink(
    ground="#FFFFFF",
    text="#22303A",
    quiet="#566470",
    bar="#0F5F6B",
    on_bar="#FFFFFF",
    track="#E9EEEF",
    edge="#22303A",
    low=("#8C4A00", "#E9B872"),
    middle="#D3D6D8",
    high=("#00508C", "#9CC5E6"),
)
DARK: Final = Ink(
    ground="#1F262B",
    text="#ECE7DE",
    quiet="#AAB4BA",
    bar="#86CFC9",
    on_bar="#1F262B",
    track="#313A41",
    edge="#ECE7DE",
    low=("#F2A84B", "#7A4B14"),
    middle="#59636B",
    high=("#8EC7F4", "#1F567F"),
)
PRINT: Final = Ink(
    ground="#FFFFFF",
    text="#111A20",
    quiet="#414C55",
    bar="#16414A",
    on_bar="#FFFFFF",
    track="#EDF0F1",
    edge="#111A20",
    low=("#6B3800", "#EBC48B"),
    middle="#FFFFFF",
    high=("#003F70", "#B4D3EC"),
)


@dataclass(frozen=True, slots=True)
class Paper:
    """The measures of one size of paper, in units.

    `beside` is the share of the width that labels to the left of their marks may take; 0 puts them above. `leading` is the
    height of a line in sizes of its text; `columns`, in how many columns lines of text stand.
    """

    width: int
    edge: int
    question: float
    title: float
    label: float
    number: float
    small: float
    bar: int
    gap: int
    beside: float
    leading: float
    columns: int


_PHONE: Final = Paper(
    width=340, edge=12, question=14, title=19, label=15, number=15, small=13, bar=20, gap=10, beside=0, leading=1.3, columns=1
)
# Fitted into 1800 by 900 pixels of a wall, the smallest text of six long answers is still 32 pixels tall.
_WALL: Final = Paper(
    width=1000, edge=16, question=18, title=26, label=18, number=19, small=18, bar=28, gap=8, beside=0.44, leading=1.2, columns=2
)
_PAGE: Final = Paper(
    width=480, edge=6, question=10, title=14, label=10.5, number=10.5, small=9.5, bar=14, gap=7, beside=0.42, leading=1.3, columns=1
)
# Of several, the first is taken that is at least twice as wide as tall when it is filled: the narrower, the larger the text.
PAPERS: Final[Mapping[Size, tuple[Paper, ...]]] = {
    "phone": (_PHONE,),
    "projector": tuple(replace(_WALL, width=width) for width in (640, 720, 800, 900, 1000)),
    "print": (_PAGE,),
}


def mixed(strong: str, pale: str, place: int, steps: int) -> str:
    """Return the colour of one of some steps, of which the first is strong and the last pale."""
    share = place / (steps - 1) if steps > 1 else 0
    pairs = [(int(strong[at : at + 2], 16), int(pale[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(one + share * (other - one)):02X}" for one, other in pairs)


@cache
def darkened() -> Mapping[str, str]:
    """Return what each colour of a drawing in the light ink is in the dark one, as matplotlib writes them."""
    return {light.lower(): dark.lower() for light, dark in zip(_palette(LIGHT), _palette(DARK), strict=True)}


def _palette(ink: Ink) -> list[str]:
    plain = [ink.ground, ink.text, ink.quiet, ink.bar, ink.on_bar, ink.track, ink.edge, ink.middle]
    steps = [(place, number) for number in range(1, MOST_STEPS + 1) for place in range(number)]
    return plain + [mixed(*side, *step) for side in (ink.low, ink.high) for step in steps]


def ink_for(size: Size, dark: bool) -> Ink:
    """Return the ink for a size; paper that is printed on is always white."""
    return PRINT if size == "print" else DARK if dark else LIGHT
