"""A result as a piece of a page: chart, table and note agree, and a table of many columns fits the smallest phone."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser

from tests.browsers import SMALLEST, Visitors, barriers
from tests.shown import BANDED, EVERY_SORT, MOVED, TEXTS, TOGETHER_FIRST, every_sort
from workshop_kit import charts
from workshop_kit.charts import Shown
from workshop_kit.server import pages

LINKED = ("/abc/runs/3/result.svg", "/abc/runs/3/result.svg?dark")

WHOLE = '<!doctype html><html lang="en"><title>A result</title><style>{style}</style><main><h1>A result</h1>{piece}</main></html>'


class Cells(HTMLParser):
    """Reads the cells of a table, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a row or a cell."""
        self.in_cell = tag in ("th", "td")
        if tag == "tr":
            self.rows.append([])
        elif self.in_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """End a cell."""
        self.in_cell = self.in_cell and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        """Note what a cell says."""
        if self.in_cell:
            self.rows[-1][-1] += data


@every_sort
def test_a_piece_says_the_table_the_note_and_the_description(shown: Shown) -> None:
    """Every sort of result and comparison, with its chart linked in light and dark."""
    html = pages.result(shown, simulated=False, pictures=LINKED)
    table = charts.table(shown)

    assert Cells(html).rows == ([list(table.head), *map(list, table.rows)] if table.rows else [])
    assert charts.note(shown) in unescape(html)
    assert charts.alt_text(shown) in unescape(html)
    assert re.findall(r'(?:src|srcset)="([^"]*)"', html) == ["/abc/runs/3/result.svg?dark", "/abc/runs/3/result.svg"]


def test_a_simulated_result_says_so_beside_its_chart() -> None:
    """Nobody should take a rehearsal for a group."""
    assert "Simulated answers" in pages.result(BANDED, simulated=True, pictures=LINKED)
    assert "Simulated answers" not in pages.result(BANDED, simulated=False, pictures=LINKED)


@pytest.mark.parametrize("shown", [TOGETHER_FIRST, MOVED, TEXTS, BANDED], ids=["rank", "comparison", "text", "multi"])
def test_a_piece_fits_the_smallest_phone_and_axe_finds_no_barrier(browser: Browser, shown: Shown) -> None:
    """At 320 pixels nothing is to be scrolled sideways, and a table that is set line by line is still one."""
    piece = pages.result(shown, simulated=False, svg=charts.svg(shown))
    table = charts.table(shown)
    with Visitors(browser) as visitors:
        page = visitors.page(viewport=SMALLEST)
        page.set_content(WHOLE.format(style=pages._STYLE, piece=piece))

        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]
        assert barriers(page) == []
        for place, (heading, *cells) in enumerate(table.rows):
            row = page.get_by_role("row").nth(place + 1)
            assert row.get_by_role("rowheader").inner_text() == heading
            assert row.get_by_role("cell").all_inner_texts() == cells


def test_a_narrow_page_names_each_cell_of_many_columns(browser: Browser) -> None:
    """The words above the columns stand before each cell, since there are no columns any more."""
    with Visitors(browser) as visitors:
        page = visitors.page(viewport=SMALLEST)
        page.set_content(WHOLE.format(style=pages._STYLE, piece=pages.result(MOVED, simulated=False, svg=charts.svg(MOVED))))
        before = page.locator("td").evaluate_all("cells => cells.map((cell) => getComputedStyle(cell, '::before').content)")

        assert before[:2] == ['"Before: "', '"After: "']


def test_pieces_are_made_of_every_sort() -> None:
    """The tests above would say nothing of a kind that is missing from their world."""
    kinds = {shown.poll.kind for shown in EVERY_SORT.values() if not hasattr(shown, "before")}

    assert kinds == {"single", "multi", "scale", "slider", "rank", "text"}
