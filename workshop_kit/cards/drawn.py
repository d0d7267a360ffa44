"""Drawn: a result as a piece of HTML, its chart and the same as a table, as Jupyter should show it."""

from collections.abc import Mapping
from typing import Final

from markupsafe import escape

from workshop_kit import charts
from workshop_kit.words.catalog import Language

# Jupyter centres what stands in a table's head, and moves a figure in.
STYLE: Final = """<style>
.workshop-kit figure { margin: 0; }
.workshop-kit table { width: 100%; border-collapse: collapse; }
.workshop-kit caption { text-align: start; font-weight: 600; }
.workshop-kit th, .workshop-kit td { text-align: start; font-weight: 400; padding: 0.4rem 0; padding-inline-end: 0.75rem; border-top: 1px solid #8a949c; }
.workshop-kit thead th { font-weight: 600; border-top: 0; overflow-wrap: normal; }
</style>"""
_WIDTH: Final[Mapping[charts.Size, str]] = {"phone": "28rem", "projector": "40rem", "print": "40rem"}


def styled(html: str) -> str:
    """Return a result's HTML in the kit's own style."""
    return f'<div class="workshop-kit">{STYLE}{html}</div>'


def figure_html(shown: charts.Shown, say: Language, caption: str = "", *, size: charts.Size = "projector") -> str:
    """Return the chart of a result, or of two side by side; a caption stands above it."""
    words = f"<figcaption><b>{escape(caption)}</b></figcaption>" if caption else ""
    return f'<figure style="max-width:{_WIDTH[size]}">{words}{charts.svg(shown, say, size=size)}</figure>'


def table_html(table: charts.Table) -> str:
    """Return a table, or nothing where it has no rows."""
    if not table.rows:
        return ""
    head = "".join(f'<th scope="col">{escape(word)}</th>' for word in table.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(heading)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for heading, *cells in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
