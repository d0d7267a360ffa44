"""The report: what a group said, on one page that needs nothing else to be read.

It is made of Published results and comparisons of them and of nothing else, so it can say no more than the room has seen.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workshop_kit import charts
from workshop_kit.workshop import Section

_templates: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def page(title: str, subtitle: str, results: Sequence[tuple[Section, charts.Shown]]) -> str:
    """Return the report as one HTML page with its charts inside, asking for nothing from anywhere.

    Parameters
    ----------
    title, subtitle
        What stands at the top.
    results
        Each result, or comparison of two, with the section in which it was asked, in the order in which they were asked.
    """
    shown = [
        {
            "section": section,
            "question": each.poll.question,
            "svg": Markup(charts.svg(each, size="print")),
            "finding": charts.finding(each),
            "note": charts.note(each),
            "table": charts.table(each),
        }
        for section, each in results
    ]
    return _templates.get_template("report.html").render(title=title, subtitle=subtitle, results=shown)
