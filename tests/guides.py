"""A guide in which every text says what it is, in words that look like markup, and a reader of what is made of it."""

from dataclasses import fields
from html.parser import HTMLParser
from typing import Final

from workshop_kit.workshop import Guide, Step

SEVERAL: Final = ("say", "debrief", "content_options")
NAMES: Final = [each.name for each in fields(Guide) if each.name not in ("section", "intensity", "teach_min", "activity_min", "steps")]
GUIDE: Final = Guide(
    section="01",
    intensity=3,
    teach_min=7,
    activity_min=19,
    steps=(
        Step("think", 1, "<words> of think"),
        Step("poll", 3, "<words> of poll", "crust"),
        Step("chart", 2, "<words> of chart"),
        Step("pairs", 4, "<words> of pairs"),
        Step("together", 5, "<words> of together"),
        Step("takeaway", 4, "<words> of takeaway", "gone"),
    ),
    **{name: f"<words> of {name}" for name in NAMES if name not in SEVERAL},  # type: ignore[arg-type]
    **{name: (f"<words> of {name}", f"<more> of {name}") for name in SEVERAL},  # type: ignore[arg-type]
)


class Page(HTMLParser):
    """Reads HTML as a browser does: its tags in order, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag; one that is no line break waits to be closed."""
        self.opened.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See that what is closed is what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the words."""
        self.words += data
