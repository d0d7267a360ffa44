"""The page: a report as one HTML file that needs nothing else to be read, by eye, by ear or on paper."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from workshop_kit import charts
from workshop_kit.after.report import words
from workshop_kit.after.report.contents import Contents
from workshop_kit.charts import Shown

_TAGS: Final = {"emphasis": "em", "strong": "strong"}


def html(contents: Contents) -> str:
    """Return a report as a page with its charts inside, asking for nothing from anywhere."""
    return _templates.get_template("report.html").render(report=contents, words=words)


def _svg(shown: Shown) -> Markup:
    return Markup(charts.svg(shown, size="print"))


def _marked(told: str) -> Markup:
    pieces = ((escape(each.words), _TAGS.get(each.weight)) for each in words.spans(told))
    return Markup("").join(Markup(f"<{tag}>{piece}</{tag}>") if tag else piece for piece, tag in pieces)


_templates: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.filters.update(marked=_marked, svg=_svg, finding=charts.finding, note=charts.note)
