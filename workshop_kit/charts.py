"""Charts: what a group said, drawn so that nobody in it can be picked out.

Everything here is made from a `Published` result and from nothing else, so an exact count that was held back cannot be
reached from here. One result has four faces, and they agree because they share one sorting rule and one choice of words:
the table (`rows`), the title (`finding`), the description for people who do not see the chart (`alt_text`), and the chart
itself (`figure`, `svg`).

A bar starts at nobody and its pale track ends at everyone who answered. Where only a band is known the bar is hatched:
the number lies somewhere within the hatching. Colour alone never says anything.

An SVG from here stands alone in a page: one element, real text, no address, no style sheet and no style attribute (a page
with a strict content policy would drop those), and ids that belong to this one result.

Run as a program, this module is a drawing worker: a line of JSON in, a line of JSON out, until the input ends. Nothing is
logged. matplotlib is imported when a chart is drawn, not before; pyplot never.
"""

import io
import json
import logging
import signal
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TextIO
from xml.etree import ElementTree

from workshop_kit.disclosure import Bucket, Outcome, Published

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of one theme. Text holds 4.5:1 against what it stands on, bars and hatching 3:1; the tests compute it."""

    ground: str
    text: str
    quiet: str
    bar: str
    on_bar: str
    track: str


LIGHT: Final = Ink(ground="#FFFFFF", text="#22303A", quiet="#566470", bar="#0F5F6B", on_bar="#FFFFFF", track="#E9EEEF")
DARK: Final = Ink(ground="#1F262B", text="#ECE7DE", quiet="#AAB4BA", bar="#86CFC9", on_bar="#10201F", track="#313A41")

# Lengths are in units of the viewBox: about a pixel each on a phone, and two or more on a projector.
PHONE_WIDTH: Final = 340
PROJECTOR_WIDTH: Final = 720
BAR: Final = 20
LONGEST_PAIR: Final = 70  # letters: two names longer than this would make a title of half a phone's height
READER_FONTS: Final = "system-ui, 'Segoe UI', Roboto, sans-serif"
FONT: Final = "DejaVu Sans"  # comes with matplotlib and is wider than most: what fits in it fits in the reader's own font


class Row(NamedTuple):
    """One line of the table: an answer, and how many people gave it, in words."""

    label: str
    people: str


def rows(published: Published) -> list[Row]:
    """Return the table of a result, in the order of the chart; empty where nothing is shown.

    Answers to choose from come largest first, with "other answers" last; points of a scale or slider keep their order.
    """
    return [Row(bucket.label, _people(bucket)) for bucket in _ordered(published)]


def finding(published: Published) -> str:
    """Return the title of a chart: what stands out, in one neutral line that is true whatever is held back."""
    if published.outcome != "shown":
        return _SILENT[published.outcome]
    n, is_row, buckets = published.answered, published.poll.kind in ROWS, _ordered(published)
    rest = sum(bucket.fewest for bucket in buckets if _is_rest(published, bucket))
    named = [bucket for bucket in buckets if not _is_rest(published, bucket)]
    most = max(bucket.fewest for bucket in named)
    leading = [bucket for bucket in named if bucket.fewest == most]
    band, each = leading[0].band, " each" if len(leading) > 1 else ""
    if leading == buckets:
        if band:
            return f"No option stands out: each was chosen by {band}"
        return f"{'The answers fall into equal shares' if is_row else 'All options were chosen equally often'} ({most} of {n} each)"
    if leading == named and rest >= most:
        # An option among the others may have been chosen just as often, so nothing is called the most frequent.
        return f"Of {n} answers, {most}{each} went to {_names(leading)} and {rest} to other answers"
    return f"{'Largest share' if is_row else 'Most often'}: {_names(leading)} ({band or f'{most} of {n}'}{each})"


def note(published: Published) -> str:
    """Return the small print for below a chart or table: how many answered, and why some numbers are not shown."""
    policy, kind = published.policy, published.poll.kind
    if published.outcome == "too_few":
        return f"Shown from {policy.fewest_for(published.poll)} answers on, so that nobody can be picked out."
    if published.outcome == "too_alike":
        return f"{published.answered} people answered. Any way of splitting them up would leave too few people on one side."
    why = _WHY[kind].format(cell=policy.cell)
    return f"{_headcount(published)} {why}, so that nobody can be picked out."


def alt_text(published: Published) -> str:
    """Return what the chart shows, in at most two sentences, for people who do not see it."""
    question = f"“{published.poll.question}”"
    if published.outcome != "shown":
        by = f", answered by {published.answered} people" if published.answered else ""
        return f"No bars are drawn for {question}{by}. {finding(published)}."
    first, *_, last = rows(published)
    return (
        f"Bar chart of what {published.answered} people answered to {question}. "
        f"It runs from “{first.label}”, {first.people}, at the top to “{last.label}”, {last.people}, at the bottom."
    )


def figure(published: Published, *, dark: bool = False, wide: bool = False) -> "Figure":
    """Return the chart of a result as a matplotlib figure.

    Parameters
    ----------
    published
        The result; where it shows nothing, the figure says so in words.
    dark
        Light bars on a dark ground, for a darkened room.
    wide
        Twice as wide, for a projector: long labels stay on one line. Otherwise the chart reads on a phone.
    """
    with _own_settings():
        return _Sheet(DARK if dark else LIGHT, PROJECTOR_WIDTH if wide else PHONE_WIDTH).drawn(published)


def svg(published: Published, *, dark: bool = False, wide: bool = False) -> str:
    """Return the chart of a result as one SVG element, to be put into a page as it is or served as a file.

    The same result always gives the same bytes. The parameters are those of `figure`.
    """
    with _own_settings():
        written = io.StringIO()
        figure(published, dark=dark, wide=wide).savefig(written, format="svg", metadata={"Date": None})
    told = json.dumps([published.to_dict(), dark, wide], sort_keys=True)
    prefix = "chart-" + sha256(told.encode()).hexdigest()[:10]
    return _cleaned(written.getvalue(), prefix, finding(published), alt_text(published))


# Kinds whose answers have an order of their own.
ROWS: Final = ("scale", "slider")
_SILENT: Final[Mapping[Outcome, str]] = {
    "too_few": "Not enough answers to show",
    "too_alike": "These answers cannot be shown without pointing at someone",
}
_WHY: Final = {
    "multi": "Each could choose more than one. Numbers close to none or to everyone are shown as a range, hatched in the chart",
    "single": "Options chosen by fewer than {cell} people are put together",
    "scale": "Points chosen by fewer than {cell} people are joined with their neighbours",
    "slider": "Stretches chosen by fewer than {cell} people are joined with their neighbours",
}


def _ordered(published: Published) -> list[Bucket]:
    # The bands fall into place by themselves: "almost everyone" starts above every exact number, "few or none" at nobody.
    if published.poll.kind in ROWS:
        return list(published.buckets)
    return sorted(published.buckets, key=lambda bucket: (_is_rest(published, bucket), -bucket.fewest))


def _is_rest(published: Published, bucket: Bucket) -> bool:
    return published.poll.kind == "single" and len(bucket.options) > 1


def _people(bucket: Bucket) -> str:
    return f"{bucket.band} ({bucket.fewest} to {bucket.most})" if bucket.band else str(bucket.fewest)


def _headcount(published: Published) -> str:
    return f"{published.answered} people answered. Passed: {published.passed}."


def _names(buckets: list[Bucket]) -> str:
    names = " and ".join(f"“{bucket.label}”" for bucket in buckets)
    return names if len(buckets) == 1 or (len(buckets) == 2 and len(names) <= LONGEST_PAIR) else "several options"


@contextmanager
def _own_settings() -> Iterator[None]:
    # A reader's matplotlib style must not bend a chart, nor a chart the reader's style.
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as: the font that measures has no sign for a letter the reader's font has
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({"svg.hashsalt": "workshop-kit", "svg.fonttype": "none", "hatch.linewidth": 1.4})
        yield


class _Sheet:
    """A sheet of paper filled from the top, one unit to a pixel."""

    def __init__(self, ink: Ink, width: int) -> None:
        from matplotlib.figure import Figure

        self.ink, self.width, self.edge = ink, width, width // 28
        self.room, self.y = width - 2 * self.edge, float(self.edge)
        self.figure = Figure(dpi=144, facecolor=ink.ground)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()

    def drawn(self, published: Published) -> "Figure":
        self.write(published.poll.question, 14, self.ink.quiet)
        self.y += 4
        self.write(finding(published), 19, self.ink.text, "bold")
        self.y += 6
        for bucket, row in zip(_ordered(published), rows(published), strict=True):
            self.y += 10
            self.write(row.label, 15, self.ink.text)
            self.bar(bucket, row.people, published.answered or 0)
        if published.buckets:
            self.y += 12
            self.write(_headcount(published), 13, self.ink.quiet)
        self.y += self.edge
        self.axes.set(xlim=(0, self.width), ylim=(self.y, 0))
        self.figure.set_size_inches(self.width / 72, self.y / 72)
        return self.figure

    def write(self, text: str, size: float, colour: str, weight: str = "normal") -> None:
        for line in _balanced(text, size, weight, self.room):
            self.y += 1.32 * size
            self.put(self.edge, self.y - 0.3 * size, line, size, colour, weight)

    def put(self, x: float, y: float, text: str, size: float, colour: str, weight: str, align: str = "left") -> None:
        # Unparsed, or two prices in dollars would become a formula.
        self.axes.text(x, y, text, size=size, color=colour, weight=weight, family=FONT, ha=align, va="baseline", parse_math=False)

    def bar(self, bucket: Bucket, people: str, everyone: int) -> None:
        solid, end = self.room * bucket.fewest / everyone, self.room * bucket.most / everyone
        size, weight = (13, "normal") if bucket.band else (15, "bold")
        needed = _length(people, size, weight) + 14
        if needed > max(self.room - end, solid):
            self.write(people, size, self.ink.text, weight)
        self.y += 4
        self.box(self.room, facecolor=self.ink.track)
        if bucket.band:
            self.box(end, facecolor=self.ink.ground, edgecolor=self.ink.bar, hatch="////", linewidth=1)
        self.box(solid, facecolor=self.ink.bar)
        if needed <= self.room - end:
            self.put(self.edge + end + 7, self.y + BAR - 5, people, size, self.ink.text, weight)
        elif needed <= solid:
            self.put(self.edge + solid - 7, self.y + BAR - 5, people, size, self.ink.on_bar, weight, "right")
        self.y += BAR

    def box(self, length: float, **look: Any) -> None:
        from matplotlib.patches import Rectangle

        if length:
            self.axes.add_patch(Rectangle((self.edge, self.y), length, BAR, clip_on=False, **{"linewidth": 0, **look}))


@lru_cache(maxsize=4096)
def _length(text: str, size: float, weight: str) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def _balanced(text: str, size: float, weight: str, room: float) -> list[str]:
    """Break a text into as few lines as its room allows, of about the same length."""
    words = [piece for word in text.split() for piece in _pieces(word, size, weight, room)]
    lines = _wrapped(words, size, weight, room)
    narrower = (_wrapped(words, size, weight, width) for width in range(int(room / 2), int(room), 8))
    return next((each for each in narrower if len(each) == len(lines)), lines)


def _pieces(word: str, size: float, weight: str, room: float) -> list[str]:
    length = _length(word, size, weight)
    if length <= room:
        return [word]
    letters = max(1, int(len(word) * room / length * 0.9))  # a tenth to spare, for pieces with the wider letters
    return [word[start : start + letters] for start in range(0, len(word), letters)]


def _wrapped(words: list[str], size: float, weight: str, room: float) -> list[str]:
    lines, taken, space = [""], 0.0, _length(" ", size, weight)
    for word in words:
        needed = _length(word, size, weight)
        if taken and taken + space + needed > room:
            lines.append("")
            taken = 0.0
        lines[-1] += f" {word}" if taken else word
        taken += needed + (space if taken else 0)
    return lines


def _cleaned(written: str, prefix: str, title: str, description: str) -> str:
    root = ElementTree.fromstring(written)
    for element in list(root.iter()):
        element.tag = element.tag.rpartition("}")[2]
        element.text, element.tail = (element.text or "").strip(), None
        _plainly(element, prefix)
    for parent in list(root.iter()):
        # The one holds addresses, the other a rule that would reach the whole page around the chart.
        for unwanted in parent.findall("metadata") + parent.findall("style"):
            parent.remove(unwanted)
    root.attrib = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{prefix}-title",
        "aria-describedby": f"{prefix}-desc",
        "font-family": READER_FONTS,
    }
    for place, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(name, id=f"{prefix}-{name}")
        element.text = text
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode")


def _plainly(element: ElementTree.Element, prefix: str) -> None:
    """Say with attributes of their own what an element's style said, and keep no id but those that are pointed at."""
    has = element.attrib
    has |= dict(part.split(": ", 1) for part in has.pop("style", "").split("; ") if part)
    name = has.pop("id", None)
    for unused in ("font-family", "transform"):  # the font is the reader's; matplotlib turns every text, by nothing
        has.pop(unused, None)
    if element.tag == "pattern":
        has["id"] = f"{prefix}-{name}"
    if "fill" in has:
        has["fill"] = has["fill"].replace("url(#", f"url(#{prefix}-")
    if "d" in has:
        has["d"] = " ".join(has["d"].split())


def _reply(line: bytes) -> dict[str, str]:
    try:
        asked = json.loads(line)
        published = Published.from_dict(asked["published"])
        return {"svg": svg(published, dark=bool(asked.get("dark")), wide=bool(asked.get("wide")))}
    except Exception as error:  # whatever is wrong with one request, the next one is still drawn
        return {"error": f"This result could not be drawn ({type(error).__name__})."}


def _work(requests: Iterable[bytes], replies: TextIO) -> None:
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401

    for reply in chain([{"ready": True}], map(_reply, requests)):
        print(json.dumps(reply), file=replies, flush=True)


if __name__ == "__main__":
    logging.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal ends the server, and with it the input
    _work(sys.stdin.buffer, sys.stdout)
