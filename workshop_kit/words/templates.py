"""Templates: HTML files whose words come from the catalog. The room's pages and the report are made of such.

What renders a template hands it `say`, a `Language`. ``{% trans step=card.step %}phone.answered_so_far{% endtrans %}`` says a
sentence as HTML by its name; ``{{ say("report.results") }}`` is plain text, which is escaped, as an attribute needs it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

Weight: TypeAlias = Literal["plain", "emphasis", "strong"]

_MARKED: Final = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*")
_TAGS: Final = {"emphasis": "em", "strong": "strong"}


class Span(NamedTuple):
    """A stretch of words that is set in one way."""

    words: str
    weight: Weight


def environment(folder: Path) -> Environment:
    """Return the templates of a folder; their filter `emphasised` is the function of that name."""
    templates = Environment(
        loader=FileSystemLoader(folder),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # In the new style it is the function that puts the facts into the sentence.
    templates.newstyle_gettext = True  # type: ignore[attr-defined]
    templates.globals["gettext"] = _sentence
    templates.filters["emphasised"] = emphasised
    return templates


@pass_context
def _sentence(context: Context, name: str, /, **facts: object) -> Markup:
    said: Markup = context["say"].html(name, **facts)
    return said


def emphasised(words: str) -> Markup:
    """Return words of the material as HTML, with their emphasis."""
    pieces = ((escape(each.words), _TAGS.get(each.weight)) for each in spans(words))
    return Markup("").join(Markup(f"<{tag}>{piece}</{tag}>") if tag else piece for piece, tag in pieces)


def spans(words: str) -> Iterator[Span]:
    """Yield words of the material in stretches: what stands between two asterisks is strong, between one emphasised.

    Examples
    --------
    >>> [span.weight for span in spans("**Try this.** Say *I*.")]
    ['strong', 'plain', 'emphasis', 'plain']
    """
    begin = 0
    for marked in _MARKED.finditer(words):
        if marked.start() > begin:
            yield Span(words[begin : marked.start()], "plain")
        strong, emphasis = marked.groups()
        yield Span(strong or emphasis, "strong" if strong else "emphasis")
        begin = marked.end()
    if begin < len(words):
        yield Span(words[begin:], "plain")
