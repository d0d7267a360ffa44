"""The page: a report as one HTML file that needs nothing else to be read, by eye, by ear or on paper."""

from pathlib import Path
from typing import Final

from markupsafe import Markup

from workshop_kit import charts
from workshop_kit.after.report.contents import Asked, Contents
from workshop_kit.words.templates import environment


def html(contents: Contents) -> str:
    """Return a report as a page with its charts inside, asking for nothing from anywhere."""
    return _templates.get_template("report.html").render(report=contents, say=contents.say)


def _svg(asked: Asked) -> Markup:
    return Markup(charts.svg(asked.shown, asked.say, size="print"))


_templates: Final = environment(Path(__file__).parent)
_templates.filters["svg"] = _svg
