"""Charts: the chart, the table, the title and the description say the same, and nothing that was held back."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from workshop_kit import charts
from workshop_kit.disclosure import FEW, MOST, ROOM, TOGETHER, Policy, Published, publish
from workshop_kit.polls import Poll, Tally

SVG = "{http://www.w3.org/2000/svg}"
FEARS = (
    "Opening up ends in hurt",
    "I lose myself in the other",
    "I am too much for people, or not nearly enough for any of them to stay",
    "Being controlled",
    "What I feel is wrong & <shameful>, and costs $5 or $6",
)
POINTS = ("Never", "Rarely", "Sometimes", "Often", "Always")


def a_poll(kind: str, labels: Sequence[str] = FEARS) -> Poll:
    """Return a poll with some labels as its options."""
    return Poll.from_dict({"id": "fears", "kind": kind, "question": "Which of these do you know?", "options": list(labels)})


def result(kind: str, answered: int, *counts: int, labels: Sequence[str] = FEARS, passed: int = 0, policy: Policy = ROOM) -> Published:
    """Return what is published where so many answered and so many chose each option."""
    return publish(Tally(a_poll(kind, labels[: len(counts)]), answered, passed, counts), policy)


BANDED = result("multi", 12, 7, 11, 1, 5, 0)
SINGLE = result("single", 14, 5, 3, 2, 2, 2, passed=3)
SCALE = result("scale", 13, 3, 1, 3, 5, 1, labels=POINTS)
TOO_FEW = result("multi", 4, 4, 0)
TOO_ALIKE = result("single", 12, 12, 0)
SMALLEST = result("multi", 5, 5, 0, 3)
WIDE_BANDS = result("multi", 21, 21, 0, 11, policy=Policy(floor=11, cell=11))
LONG_WORD = result("single", 12, 6, 6, labels=("Verantwortungsübernahmebereitschaftsverweigerung", "No"))
LARGE = result("multi", 1400, 1399, 0, 1380, 33)
EVERY_SORT = {
    "banded": BANDED,
    "single": SINGLE,
    "scale": SCALE,
    "too_few": TOO_FEW,
    "too_alike": TOO_ALIKE,
    "smallest": SMALLEST,
    "wide bands": WIDE_BANDS,
    "long word": LONG_WORD,
    "large": LARGE,
}
every_sort = pytest.mark.parametrize("published", EVERY_SORT.values(), ids=EVERY_SORT)
both_themes = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
both_widths = pytest.mark.parametrize("wide", [False, True], ids=["phone", "projector"])


def drawing(published: Published, **look: bool) -> ElementTree.Element:
    """Return a chart as a reader of SVG sees it."""
    return ElementTree.fromstring(charts.svg(published, **look))


def written(root: ElementTree.Element) -> str:
    """Return all the text that a chart shows."""
    return " ".join(element.text or "" for element in root.iter(f"{SVG}text"))


def bars(figure: Figure) -> list[Rectangle]:
    """Return the boxes of a figure from the top: of each row the track, the hatching if any, the solid part if any."""
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]


def small_results() -> Iterator[tuple[Tally, Published]]:
    """Every tally of few people, with what is published of it. Labels are letters, so that every number is a statement."""
    for kind, options, most in (("multi", 3, 8), ("single", 4, 9), ("scale", 4, 9)):
        poll = a_poll(kind, "ABCD"[:options])
        for answered in range(most + 1):
            spreads = product(range(answered + 1), repeat=options)
            for counts in spreads if kind == "multi" else (each for each in spreads if sum(each) == answered):
                tally = Tally(poll, answered, 0, counts)
                yield from ((tally, publish(tally, policy)) for policy in (ROOM, TOGETHER))


# The table


def test_a_table_of_options_is_sorted_by_size_and_speaks_in_words() -> None:
    """Almost everyone comes first, few or none last, and each in words with the range they stand for."""
    assert charts.rows(BANDED) == [
        (FEARS[1], "almost everyone (10 to 12)"),
        (FEARS[0], "7"),
        (FEARS[3], "5"),
        (FEARS[2], "few or none (0 to 2)"),
        (FEARS[4], "few or none (0 to 2)"),
    ]


def test_a_scale_keeps_its_order() -> None:
    """The points of a scale are not sorted by size: their order is what they mean."""
    assert charts.rows(SCALE) == [("Never", "3"), ("Rarely to Sometimes", "4"), ("Often to Always", "6")]


def test_other_answers_come_last_however_many_they_are() -> None:
    """A merged rest is not an option, so it never leads the table."""
    labels = [row.label for row in charts.rows(SINGLE)]

    assert labels[:2] == [FEARS[0], FEARS[1]]
    assert labels[2].startswith("Other answers: ")


@pytest.mark.parametrize("published", [TOO_FEW, TOO_ALIKE])
def test_where_nothing_is_shown_the_table_is_empty(published: Published) -> None:
    """No rows, not even rows of options without numbers."""
    assert charts.rows(published) == []


# The words


@pytest.mark.parametrize(
    ("published", "words"),
    [
        (result("multi", 12, 7, 1), "Most often: “Opening up ends in hurt” (7 of 12)"),
        (BANDED, "Most often: “I lose myself in the other” (almost everyone)"),
        (result("multi", 12, 6, 6, 1), f"Most often: “{FEARS[0]}” and “{FEARS[1]}” (6 of 12 each)"),
        (result("multi", 12, 6, 6, 6, 1), "Most often: several options (6 of 12 each)"),
        (result("multi", 12, 1, 1, 6, 1, 6), "Most often: several options (6 of 12 each)"),  # two, with long names
        (result("multi", 12, 0, 2), "No option stands out: each was chosen by few or none"),
        (result("multi", 12, 12, 10), "No option stands out: each was chosen by almost everyone"),
        (result("multi", 12, 5, 5), "All options were chosen equally often (5 of 12 each)"),
        (result("single", 7, 3, 3, 1), "Of 7 answers, 3 went to “Opening up ends in hurt” and 4 to other answers"),
        (SCALE, "Largest share: “Often to Always” (6 of 13)"),
        (result("scale", 12, 6, 6, labels=POINTS), "The answers fall into equal shares (6 of 12 each)"),
        (TOO_FEW, "Not enough answers to show"),
        (TOO_ALIKE, "These answers cannot be shown without pointing at someone"),
    ],
)
def test_the_title_states_the_finding_neutrally(published: Published, words: str) -> None:
    """One line, no more than the bands allow."""
    assert charts.finding(published) == words


@pytest.mark.parametrize(
    ("published", "words"),
    [
        (TOO_FEW, "Shown from 5 answers on, so that nobody can be picked out."),
        (result("multi", 6, 6, 0, policy=TOGETHER), "Shown from 7 answers on, so that nobody can be picked out."),
        (TOO_ALIKE, "12 people answered. Any way of splitting them up would leave too few people on one side."),
        (
            BANDED,
            "12 people answered. Passed: few or none. Each could choose more than one. Numbers close to none or to everyone are shown "
            "as a range, hatched in the chart, so that nobody can be picked out.",
        ),
        (
            SINGLE,
            "14 people answered. Passed: several. Options chosen by fewer than 3 people are put together, so that nobody can be picked out.",
        ),
        (
            SCALE,
            "13 people answered. Passed: few or none. Points chosen by fewer than 3 people are joined with their neighbours, "
            "so that nobody can be picked out.",
        ),
    ],
)
def test_the_note_says_how_many_answered_and_why_some_numbers_are_missing(published: Published, words: str) -> None:
    """Plain words for the small print, and the number of answers that is really needed."""
    assert charts.note(published) == words


def test_the_note_of_a_poll_with_too_few_answers_names_the_number_that_suffices() -> None:
    """With exactly as many answers as the note asks for, something is shown."""
    for kind in ("multi", "single", "scale"):
        for policy in (ROOM, TOGETHER, Policy(floor=8), Policy(floor=11, cell=11)):
            note = charts.note(result(kind, 0, 0, 0, policy=policy))
            [needed] = map(int, re.findall(r"\d+", note))

            assert result(kind, needed, needed, 0, policy=policy).outcome != "too_few"
            assert result(kind, needed - 1, needed - 1, 0, policy=policy).outcome == "too_few"


def test_the_description_says_kind_question_number_top_and_bottom() -> None:
    """What a screen reader says is enough to follow the conversation; the table holds the rest."""
    assert charts.alt_text(BANDED) == (
        "Bar chart of what 12 people answered to “Which of these do you know?”. It runs from “I lose myself in the other”, "
        "almost everyone (10 to 12), at the top to “What I feel is wrong & <shameful>, and costs $5 or $6”, few or none (0 to 2), "
        "at the bottom."
    )


@every_sort
def test_the_description_agrees_with_the_table(published: Published) -> None:
    """At most two sentences; top and bottom are the table's first and last row, or the finding where there is no table."""
    description, table = charts.alt_text(published), charts.rows(published)

    assert len(re.findall(r"\.(?: |$)", description)) <= 2
    if not table:
        assert charts.finding(published) in description
        return
    assert f"from “{table[0].label}”, {table[0].people}, at the top" in description
    assert f"to “{table[-1].label}”, {table[-1].people}, at the bottom" in description


# What was held back stays back


def test_no_number_appears_that_was_not_published() -> None:
    """Over every small tally: table, title, note and description hold only numbers of the Published result."""
    for _, published in small_results():
        buckets, policy = published.buckets, published.policy
        known = {published.answered, policy.floor, policy.cell, policy.fewest_for(published.poll)}
        known |= {bucket.fewest for bucket in buckets} | {bucket.most for bucket in buckets}
        table = " ".join(f"{label} {people}" for label, people in charts.rows(published))
        said = " ".join([table, charts.finding(published), charts.alt_text(published), charts.note(published)])

        assert set(map(int, re.findall(r"\d+", said))) <= known, said


def test_a_banded_option_is_given_as_a_range_and_never_by_its_count() -> None:
    """Over every small tally: an option that few or almost all chose has one wording, whatever its count."""
    for tally, published in small_results():
        n, cell = tally.answered, published.policy.cell
        if tally.poll.kind != "multi" or published.outcome != "shown":
            continue
        table = dict(charts.rows(published))
        for option, count in zip(tally.poll.options, tally.counts, strict=True):
            if count < cell:
                assert table[option.label] == f"few or none (0 to {cell - 1})"
            elif count > n - cell:
                assert table[option.label] == f"almost everyone ({n - cell + 1} to {n})"
            else:
                assert table[option.label] == str(count)


def test_the_title_is_true_of_the_answers_behind_it() -> None:
    """Over every small tally: whoever knew the exact counts would have to agree with the title."""
    for tally, published in small_results():
        title = charts.finding(published)
        counts = dict(zip("ABCD", tally.counts, strict=False))
        assert is_true(title, counts, tally.answered, published), f"{title}: {counts}"


def is_true(title: str, counts: dict[str, int], n: int, published: Published) -> bool:
    """Read a title as a person would who has the exact counts in hand."""
    cell, numbers = published.policy.cell, [int(number) for number in re.findall(r"\d+", title)]
    if published.outcome != "shown":
        return not numbers
    if title.startswith("No option stands out"):
        return all(count < cell if FEW in title else count > n - cell for count in counts.values())
    if title.startswith("All options were chosen equally often"):
        return [[count, n] for count in counts.values()] == [numbers] * len(counts)
    if published.poll.kind == "scale":
        shares = {bucket.label: sum(counts[letter] for letter in "ABCD" if letter in spelled(bucket.label)) for bucket in published.buckets}
        leading = leaders(title, shares)
        return numbers == [max(shares.values()), n] and all((shares[name] == numbers[0]) == (name in leading) for name in shares)
    leading = leaders(title, counts)
    others = [count for name, count in counts.items() if name not in leading]
    if title.startswith("Of "):
        return numbers == [n, counts[leading[0]], sum(others)] and len({counts[name] for name in leading}) == 1
    if MOST in title:
        return all(counts[name] > n - cell for name in leading) and all(count <= n - cell for count in others)
    return all([counts[name], n] == numbers and counts[name] > max(others) for name in leading)


def spelled(label: str) -> str:
    """Return the points of a scale that a label such as "B to D" covers."""
    first, last = label[0], label[-1]
    return "".join(letter for letter in "ABCD" if first <= letter <= last)


def leaders(title: str, counts: dict[str, int]) -> list[str]:
    """Return whom a title is about: those it names, or else those on top."""
    named = re.findall("“(.+?)”", title)
    # "several options" and "equal shares" name nobody: they must mean exactly those on top, and more than one.
    on_top = [name for name, count in counts.items() if count == max(counts.values())]
    assert named or len(on_top) > 1
    return named or on_top


# The figure


@both_widths
def test_bars_start_at_nobody_and_are_as_long_as_the_published_numbers(wide: bool) -> None:
    """All bars share one axis from zero to everyone who answered; a band is hatched over its range."""
    drawn = bars(charts.figure(BANDED, wide=wide))
    whole = max(bar.get_width() for bar in drawn)
    lengths = [(round(12 * bar.get_width() / whole, 6), bar.get_hatch() is not None) for bar in drawn]

    assert len({bar.get_x() for bar in drawn}) == 1
    track = (12, False)
    assert lengths == [track, (12, True), (10, False), track, (7, False), track, (5, False), track, (2, True), track, (2, True)]


@every_sort
@both_widths
def test_no_text_is_clipped_or_overlaps_another(published: Published, wide: bool) -> None:
    """Measured with a wide font: every line stays on the sheet and keeps clear of the others."""
    figure = charts.figure(published, wide=wide)
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    texts = [artist for artist in figure.axes[0].get_children() if isinstance(artist, Text) and artist.get_text()]
    boxes = [text.get_window_extent(renderer) for text in texts]
    sheet = figure.bbox.padded(-4)

    assert all(sheet.x0 <= box.x0 and box.x1 <= sheet.x1 and sheet.y0 <= box.y0 and box.y1 <= sheet.y1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


@pytest.mark.parametrize("published", [TOO_FEW, TOO_ALIKE])
def test_where_nothing_is_shown_the_figure_is_a_sentence(published: Published) -> None:
    """No bars, no axis, only the question and the sentence."""
    assert not bars(charts.figure(published))
    assert written(drawing(published)) == f"Which of these do you know? {charts.finding(published)}"


def luminance(colour: str) -> float:
    """Return how bright a colour is, as WCAG counts it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG counts it."""
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("ink", [charts.LIGHT, charts.DARK], ids=["light", "dark"])
def test_colours_hold_their_contrast(ink: charts.Ink) -> None:
    """Text 4.5:1 against whatever it stands on, bars and hatching 3:1 against ground and track (WCAG 1.4.3 and 1.4.11)."""
    texts = [(ink.text, ink.ground), (ink.quiet, ink.ground), (ink.text, ink.track), (ink.on_bar, ink.bar)]

    assert min(contrast(*pair) for pair in texts) >= 4.5
    assert min(contrast(ink.bar, ink.ground), contrast(ink.bar, ink.track)) >= 3


# The SVG


@every_sort
@both_widths
def test_the_drawing_says_what_the_table_says(published: Published, wide: bool) -> None:
    """Question, finding, every row in its order and the number of answers are real text, with no word lost in wrapping."""
    rows = [cell for row in charts.rows(published) for cell in row]
    count = [f"{published.answered} people answered. Passed: {published.passed}."] if rows else []
    expected = " ".join([published.poll.question, charts.finding(published), *rows, *count])

    # A word too long for a line is broken, so the letters are compared and not the gaps.
    assert re.sub(r"\s", "", written(drawing(published, wide=wide))) == re.sub(r"\s", "", expected)


@every_sort
def test_the_drawing_has_a_name_and_a_description(published: Published) -> None:
    """A screen reader meets an image with the finding as its name and the alt text as its description."""
    root = drawing(published)
    named = {element.get("id"): element.text for element in root}

    assert root.get("role") == "img"
    assert named[root.get("aria-labelledby")] == charts.finding(published)
    assert named[root.get("aria-describedby")] == charts.alt_text(published)


@every_sort
@both_themes
def test_the_drawing_asks_for_nothing_and_brings_no_style(published: Published, dark: bool) -> None:
    """No address but the name of the language, no link, no style a strict page would drop, no size that fixes it."""
    drawn = charts.svg(published, dark=dark)

    assert drawn.startswith("<svg ")
    assert re.findall(r"\w+://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"href|<style|style=|metadata|<image|<script|@import", drawn)
    assert not {"width", "height"} & drawing(published, dark=dark).attrib.keys()
    assert re.fullmatch(r"0 0 \d+ [\d.]+", drawing(published, dark=dark).attrib["viewBox"])


@every_sort
def test_every_text_has_a_size_of_its_own(published: Published) -> None:
    """Attributes that an SVG does not know would leave the text at whatever size the page has."""
    for element in drawing(published).iter(f"{SVG}text"):
        assert set(element.attrib) <= {"x", "y", "font-size", "font-weight", "text-anchor", "fill"}
        assert element.get("font-size", "").endswith("px")


def test_drawings_in_one_page_share_no_id() -> None:
    """Themes, widths and polls side by side: each drawing's ids are its own, and every pattern it points at is among them."""
    drawn = [charts.svg(published, dark=dark) for published in EVERY_SORT.values() for dark in (False, True)]
    drawn += [charts.svg(BANDED, wide=True)]
    ids = [re.findall(r'\bid="([^"]+)"', each) for each in drawn]

    together = list(chain.from_iterable(ids))

    assert len(set(together)) == len(together)
    for own, each in zip(ids, drawn, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", each)) <= set(own)
    assert "url(#" in drawn[0]


@every_sort
def test_a_drawing_is_small(published: Published) -> None:
    """Twenty phones fetch it over a practice room's Wi-Fi."""
    assert len(charts.svg(published).encode()) < 8_000


def test_the_same_result_gives_the_same_bytes() -> None:
    """Drawn again, or drawn from what was stored of it."""
    here = charts.svg(BANDED)

    assert charts.svg(BANDED) == here
    assert charts.svg(Published.from_dict(json.loads(json.dumps(BANDED.to_dict())))) == here


def test_a_reader_s_own_style_neither_bends_a_chart_nor_is_bent(tmp_path: Path) -> None:
    """A fresh process with another hash seed and a garish matplotlibrc draws the same bytes and keeps its own settings."""
    (tmp_path / "matplotlibrc").write_text("text.color: red\nfont.size: 40\nhatch.linewidth: 9\nsvg.fonttype: path\naxes.linewidth: 7\n")
    environment = {**os.environ, "PYTHONHASHSEED": "7", "MATPLOTLIBRC": str(tmp_path)}
    [_, reply] = worker([{"published": BANDED.to_dict(), "dark": False}], environment)
    with matplotlib.rc_context({"text.color": "red", "hatch.linewidth": 9}):
        before = dict(matplotlib.rcParams)
        here = charts.svg(BANDED)

        assert dict(matplotlib.rcParams) == before
    assert reply == {"svg": here}
    assert here == charts.svg(BANDED)


def test_matplotlib_is_imported_when_a_chart_is_drawn_and_pyplot_never() -> None:
    """Words and tables cost nothing: the room server says them without loading a drawing library."""
    program = (
        "import json, sys; from workshop_kit import charts; from workshop_kit.disclosure import Published; "
        "result = Published.from_dict(json.load(sys.stdin)); charts.rows(result), charts.finding(result), charts.alt_text(result); "
        "early = 'matplotlib' in sys.modules; charts.svg(result); print(early, 'matplotlib.pyplot' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(BANDED.to_dict()), capture_output=True, text=True, check=True, timeout=60
    )

    assert run.stdout == "False False\n"


# The worker


def worker(requests: Sequence[object], environment: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """Send requests to a drawing worker, one a line (a string goes as it is), and return its replies."""
    lines = "".join(f"{request if isinstance(request, str) else json.dumps(request)}\n" for request in requests)
    run = subprocess.run(
        [sys.executable, "-m", "workshop_kit.charts"],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        env=environment,
        check=True,
        timeout=60,
    )
    assert run.stderr == ""
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_the_worker_draws_line_by_line_and_goes_on_after_a_broken_one() -> None:
    """Ready first, then one reply a request in order; whatever cannot be drawn gets an error and does not stop the rest."""
    replies = worker(
        [
            {"published": BANDED.to_dict(), "dark": True},
            "{ this is not JSON",
            "",
            {"published": {"poll": {}}},
            {"published": SCALE.to_dict(), "dark": False, "wide": True},
            {"published": TOO_FEW.to_dict()},
        ]
    )

    assert replies[0] == {"ready": True}
    assert replies[1] == {"svg": charts.svg(BANDED, dark=True)}
    assert [list(reply) for reply in replies[2:5]] == [["error"]] * 3
    assert replies[5:] == [{"svg": charts.svg(SCALE, wide=True)}, {"svg": charts.svg(TOO_FEW)}]


def test_the_worker_answers_each_request_before_the_next_is_sent() -> None:
    """A server that waits for its drawing gets it while the input is still open, and the worker ends with the input."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workshop_kit.charts"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == {"ready": True}
        for published in (BANDED, TOO_ALIKE):
            process.stdin.write(json.dumps({"published": published.to_dict(), "dark": False}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"svg": charts.svg(published)}
        rest, complaints = process.communicate(timeout=30)

    assert (process.returncode, rest, complaints) == (0, "", "")
