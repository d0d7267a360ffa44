"""The PDF: a report for paper, and for whoever is to get one file.

It is set in the letters that matplotlib brings along, so it looks the same everywhere. Its pages are A4, with margins that lose
nothing on Letter paper. The same contents always give the same bytes.

Charts are pictures here because fpdf2 leaves out the hatching of an SVG, and hatching says that a number is held back. Each has
a description; but fpdf2 tags nothing beside pictures, so whoever reads by ear is better served by the page.
"""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fpdf import FPDF, FontFace, ViewerPreferences, XPos, YPos
from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import TTFFont

from workshop_kit import charts
from workshop_kit.after.report.contents import Asked, Contents, ForWhoeverLed, Offered, Support
from workshop_kit.charts import Table
from workshop_kit.material.afterwards import Practice
from workshop_kit.words.templates import spans

FONT: Final = "DejaVu Sans"
DOTS_PER_INCH: Final = 200
# In millimetres. Letter is 18 mm shorter than A4 and 6 mm wider: printed in the middle of it, no line comes near the edge.
SIDE: Final = 20.0
ENDS: Final = 22.0
INDENT: Final = 5.0
# Two results then mostly share a page, and no letter in a chart is smaller than 7.5 points.
CHART_WIDTH: Final = 140.0
# In points.
SMALL: Final = 8.0
BODY: Final = 9.5
TABLE: Final = 8.5
LEADING: Final = 1.45
TEXT: Final = (17, 26, 32)
# What stands in place of a sign that the letters do not have, such as a small picture from a phone's keyboard.
NO_LETTER: Final = "□"
QUIET: Final = (65, 76, 85)
LINE: Final = (190, 198, 204)
WARM: Final = (253, 243, 225)
WHITE: Final = (255, 255, 255)
# Signs in a column, for reckoning how wide each is to be beside the others.
FIRST_COLUMN: Final = 44
WIDEST_COLUMN: Final = 27
_STYLES: Final = {"plain": "", "emphasis": "I", "strong": "B"}
_HEADINGS: Final = {0: 15.0, 1: 11.5, 2: 10.0}


def pdf(contents: Contents) -> bytes:
    """Return a report as a PDF with its charts inside."""
    paper = _Paper(contents)
    paper.add_page()
    _front(paper, contents)
    _results(paper, contents)
    _to_take_home(paper, contents)
    _support(paper, contents.support)
    if contents.aside:
        paper.add_page()
        _aside(paper, contents.aside)
        _unseen(paper, contents.aside)
    return bytes(paper.output())


class _Paper(FPDF):
    """A4 paper in the report's own letters, with what must be read on every page above and the page's number below."""

    def __init__(self, contents: Contents) -> None:
        super().__init__(format="A4")
        self._contents, self.say = contents, contents.say
        self._is_rtl = self.say.direction == "rtl"
        self._start = Align.R if self._is_rtl else Align.L
        # Without that package fpdf2 sets all words from left to right.
        self._can_turn = self._is_rtl and find_spec("uharfbuzz") is not None
        self.set_margins(SIDE, ENDS, SIDE)
        self.set_auto_page_break(True, ENDS)
        self._describe(contents)
        for style, file in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold"), ("I", "DejaVuSans-Oblique")):
            self.add_font(FONT, style, _letters() / f"{file}.ttf")
        self.set_font(FONT, size=BODY)

    def _describe(self, contents: Contents) -> None:
        self.set_title(contents.whole_title)
        self.set_lang(self.say.tag)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        # The day alone: at which time somebody made it is nobody's business, and the same room is to give the same bytes.
        self.set_creation_date(datetime.combine(contents.day, time(), UTC))

    def header(self) -> None:
        """Set what must be read on every page."""
        self.set_y(10)
        self.paragraph("   ".join(self._contents.labels), SMALL, QUIET, align=Align.C)
        self.set_y(ENDS)

    def footer(self) -> None:
        """Set whose report this is, and the number of the page."""
        self.set_y(-14)
        told = {"title": self._contents.title, "day": self._contents.day, "page": self.page_no(), "pages": "{nb}"}
        self.paragraph(self.say("report.foot", **told), SMALL, QUIET, align=Align.C)

    def paragraph(
        self,
        told: str,
        size: float = BODY,
        colour: tuple[int, int, int] = TEXT,
        style: str = "",
        *,
        align: Align | None = None,
        is_free_text: bool = False,
    ) -> None:
        """Set a paragraph; free text in the direction of its own letters."""
        self._turn(is_free_text)
        self.set_font(FONT, style, size)
        self.set_text_color(colour)
        self.multi_cell(0, self._line_height(size), self._settable(told), align=align or self._start, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def head(self, title: str, level: int, above: float = 5) -> None:
        """Set a heading, on the page of what follows it, and a bookmark for it."""
        if self.will_page_break(30 if level == 0 else 22):
            self.add_page()
        elif self.get_y() > ENDS + 1:
            self.ln(above)
        self.start_section(title, level)
        self.paragraph(title, _HEADINGS[level], style="B")
        self.ln(1)

    def marked(self, told: str, *, bullet: bool = False) -> None:
        """Set a paragraph of the material with its emphasis, or such an entry of a list."""
        if self._is_rtl:
            # Only lines that fpdf2 breaks as a whole are set in their direction, so they are without emphasis.
            self.paragraph(("• " if bullet else "") + "".join(span.words for span in spans(told)))
            return
        self.set_text_color(TEXT)
        if bullet:
            self.set_font(FONT, "", BODY)
            self.cell(INDENT, self._line_height(BODY), "•")
            self.set_left_margin(SIDE + INDENT)
        for span in spans(told):
            self.set_font(FONT, _STYLES[span.weight], BODY)
            self.write(self._line_height(BODY), self._settable(span.words))
        self.set_left_margin(SIDE)
        self.ln(self._line_height(BODY) + 1)

    def framed(self, notice: str) -> None:
        """Set a notice that should not be passed over."""
        self.ln(2)
        self.set_font(FONT, "B", BODY)
        self.set_text_color(TEXT)
        self.set_fill_color(WARM)
        height = self._line_height(BODY)
        self.multi_cell(0, height, self._settable(notice), align=self._start, fill=True, padding=3, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        # A table takes whatever colour was set last for its ground.
        self.set_fill_color(WHITE)

    def rows(self, table: Table, *, is_free_text: bool = False) -> None:
        """Set a table; where it does not end on its page, its head stands on the next one too."""
        self._turn(is_free_text)
        self.set_font(FONT, "", TABLE)
        self.set_text_color(TEXT)
        self.set_draw_color(LINE)
        columns = list(zip(table.head, *table.rows, strict=True))
        widths = [FIRST_COLUMN, *(min(WIDEST_COLUMN, 2 + max(map(len, column))) for column in columns[1:])]
        if self._is_rtl:
            columns.reverse()
            widths.reverse()
        with self.table(
            [[self._settable(cell) for cell in row] for row in zip(*columns, strict=True)],
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD"),
            col_widths=widths,
            line_height=self._line_height(TABLE),
            text_align=self._start,
            padding=(0.7, 2, 0.7, 1),
        ):
            pass

    def together(self, draw: Callable[[], None]) -> None:
        """Draw something on one page, on the next one if there is no room for it on this."""
        with self.offset_rendering() as trial:
            draw()
        if trial.page_break_triggered:
            self.add_page()
        draw()

    def _settable(self, told: str) -> str:
        """Return words with a box for each sign that these letters do not have; fpdf2 would leave a gap, and log the sign."""
        assert isinstance(self.current_font, TTFFont)
        known = self.current_font.cmap
        return "".join(sign if sign.isspace() or ord(sign) in known else NO_LETTER for sign in told)

    def _turn(self, is_free_text: bool) -> None:
        if self._can_turn:
            self.set_text_shaping(direction=None if is_free_text else "rtl")

    def _line_height(self, size: float) -> float:
        return size * LEADING / self.k


def _letters() -> Path:
    from matplotlib import get_data_path

    return Path(get_data_path()) / "fonts" / "ttf"


def _front(paper: _Paper, contents: Contents) -> None:
    say = contents.say
    paper.paragraph(contents.title, 20, style="B")
    paper.paragraph(contents.subtitle, colour=QUIET)
    if contents.aside:
        paper.framed(f"{say('report.own')} {say('report.own_why')}")
    if contents.simulated:
        paper.framed(f"{say('report.simulated')} {say('report.simulated_why')}")
    if contents.sections:
        paper.head(say("report.sections"), 0)
        for each in contents.sections:
            paper.marked(each, bullet=True)


def _results(paper: _Paper, contents: Contents) -> None:
    paper.head(contents.say("report.results"), 0)
    paper.paragraph(f"{contents.say('report.results_about')} {contents.held_back}")
    for each in contents.asked:
        _result(paper, each)


def _result(paper: _Paper, asked: Asked) -> None:
    def drawn() -> None:
        paper.head(asked.shown.poll.question, 1)
        paper.paragraph(asked.place, SMALL, QUIET)
        paper.ln(1.5)
        if picture:
            paper.image(picture, w=CHART_WIDTH, title=asked.finding, alt_text=charts.alt_text(asked.shown, asked.say))
        else:
            paper.paragraph(asked.finding, style="B")
        if asked.table.rows:
            paper.rows(asked.table, is_free_text=asked.is_free_text)
        paper.ln(1)
        paper.together(partial(paper.paragraph, asked.note, SMALL, QUIET))

    picture = _picture(asked) if asked.has_chart else None
    # Lines in people's own words may fill more than a page, and may be parted.
    paper.together(drawn) if picture else drawn()


def _picture(asked: Asked) -> io.BytesIO:
    picture = io.BytesIO()
    charts.figure(asked.shown, asked.say, size="print").savefig(picture, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return picture


def _to_take_home(paper: _Paper, contents: Contents) -> None:
    say = contents.say
    if contents.agreements:
        paper.head(say("report.agreements"), 0)
        paper.paragraph(say("report.agreements_about"))
        for each in contents.agreements:
            paper.marked(each, bullet=True)
    if contents.practices:
        paper.head(say("report.practices"), 0)
        paper.paragraph(say("report.practices_about"))
        for practice in contents.practices:
            paper.together(partial(_practice, paper, practice))


def _practice(paper: _Paper, practice: Practice) -> None:
    paper.head(practice.name, 1, above=3)
    for paragraph in practice.paragraphs:
        paper.marked(paragraph)


def _support(paper: _Paper, support: Support) -> None:
    paper.head(paper.say("labels.support.title"), 0)
    paper.paragraph(paper.say("report.support_about"))
    if support.near:
        paper.head(paper.say("labels.support.near"), 1, above=3)
        paper.paragraph(support.near, is_free_text=True)
    for country, offered in support.countries:
        paper.together(partial(_country, paper, country, offered))


def _country(paper: _Paper, country: str, offered: Sequence[Offered]) -> None:
    paper.head(country, 1, above=3)
    for each in offered:
        paper.marked(f"{each.words} {each.checked}", bullet=True)


def _aside(paper: _Paper, aside: ForWhoeverLed) -> None:
    say = paper.say
    paper.head(say("report.aside"), 0)
    paper.paragraph(f"{say('report.aside_about')} {say('report.room', code=aside.room)}")
    paper.head(say("report.timing"), 1)
    if aside.timing:
        paper.rows(aside.timing)
    else:
        paper.paragraph(say("report.no_timing"))
    paper.head(say("report.notes"), 1)
    for title, note in aside.notes:
        paper.head(title, 2, above=2)
        paper.paragraph(note, is_free_text=True)
    if not aside.notes:
        paper.paragraph(say("report.no_notes"))
    if aside.supervision:
        paper.head(say("report.supervision"), 1)
        paper.paragraph(say("report.supervision_about"))
        for question in aside.supervision:
            paper.marked(question, bullet=True)


def _unseen(paper: _Paper, aside: ForWhoeverLed) -> None:
    say = paper.say
    paper.head(say("report.unseen"), 0)
    paper.paragraph(say("report.unseen_about") if aside.unseen else say("report.none_unseen"))
    if aside.undecided:
        paper.paragraph(say("report.undecided", n=aside.undecided))
    for each in aside.unseen:
        _result(paper, each)
