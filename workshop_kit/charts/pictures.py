"""Pictures: the sheet of a result from its question down to the number of answers, and the same as SVG."""

import io
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from workshop_kit.charts import bars, comparisons, ranks, scales
from workshop_kit.charts.markup import cleaned
from workshop_kit.charts.sheet import Sheet, own_settings
from workshop_kit.charts.style import PAPERS, Size, Style, darkened, ink_for
from workshop_kit.disclosure import Comparison, Published
from workshop_kit.polls import Kind
from workshop_kit.words.catalog import Language
from workshop_kit.words.results import alt_text, finding
from workshop_kit.words.tables import Shown, headcount, table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def figure(shown: Shown, say: Language, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> "Figure":
    """Return the chart of a result or a comparison as a matplotlib figure.

    Parameters
    ----------
    shown
        The result or comparison; where it shows nothing, the figure says so in words.
    say
        The language of its words.
    dark
        Light marks on a dark ground, for a darkened room. Paper that is printed on stays white.
    size
        What it is drawn for: a phone, a wall, or a column of a printed page.
    style
        How a ``scale`` is drawn: ``diverging`` to both sides of its middle, or ``stacked`` from one end to the other.
    """
    with own_settings():
        for paper in PAPERS[size]:
            sheet = _drawn(Sheet(ink_for(size, dark), paper, say), shown, style)
            if paper.width >= 2 * sheet.y:
                break
        return sheet.figure


def svg(shown: Shown, say: Language, *, dark: bool = False, size: Size = "phone", style: Style = "diverging") -> str:
    """Return the chart as one SVG element, to be put into a page as it is or served as a file.

    The same input always gives the same bytes. The parameters are those of `figure`.
    """
    told = json.dumps([shown.to_dict(), say.tag, dark, size, style], sort_keys=True)
    prefix = "chart-" + sha256(told.encode()).hexdigest()[:10]
    colours = darkened() if dark and size != "print" else {}
    return cleaned(_written(shown, say, size, style), prefix, say.tag, finding(shown, say), alt_text(shown, say), colours)


# Whoever wants a chart on a light ground mostly wants it on a dark one as well, and to draw it takes ten times as long as to colour it.
@lru_cache(maxsize=2)
def _written(shown: Shown, say: Language, size: Size, style: Style) -> str:
    with own_settings():
        written = io.StringIO()
        figure(shown, say, size=size, style=style).savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()


def _drawn(sheet: Sheet, shown: Shown, style: Style) -> Sheet:
    _draw_head(sheet, shown)
    if table(shown, sheet.say).rows:
        _draw_chart(sheet, shown, style)
        sheet.y += 0.9 * sheet.paper.small
        last = sheet.say("results.compared.both_times") if isinstance(shown, Comparison) else headcount(shown, sheet.say)
        sheet.write(last, sheet.paper.small, sheet.ink.quiet)
    sheet.finish()
    return sheet


def _draw_head(sheet: Sheet, shown: Shown) -> None:
    paper, ink = sheet.paper, sheet.ink
    sheet.write(shown.poll.question, paper.question, ink.quiet)
    sheet.y += 0.25 * paper.title
    sheet.write(finding(shown, sheet.say), paper.title, ink.text, "bold")
    sheet.y += 0.3 * paper.title


def _draw_chart(sheet: Sheet, shown: Shown, style: Style) -> None:
    if isinstance(shown, Comparison):
        comparisons.draw(sheet, shown)
    elif shown.poll.kind == "scale":
        scales.draw(sheet, shown, style)
    else:
        _DRAWN[shown.poll.kind](sheet, shown)


_DRAWN: Final[Mapping[Kind, Callable[[Sheet, Published], None]]] = {
    "single": bars.draw,
    "multi": bars.draw,
    "slider": bars.draw,
    "rank": ranks.draw,
    "text": bars.draw_texts,
}
