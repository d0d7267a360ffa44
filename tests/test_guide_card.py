"""The guide card: all of a guide for whoever leads, what suits one person for whoever is alone, and no markup from either."""

from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import Final

import pytest

from workshop_kit.notebook.guide_card import ALONE, ALONE_SAFELY, guide_html, none_html, solo_html
from workshop_kit.polls import Poll
from workshop_kit.workshop import Guide, Step

POLL: Final = Poll.from_dict({"id": "crust", "kind": "single", "question": "Who eats <the> crust?", "options": ["I", "You"]})
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
    **{name: f"<words> of {name}" for name in NAMES if name not in ("say", "debrief", "content_options")},  # type: ignore[arg-type]
    **{name: (f"<words> of {name}", f"<more> of {name}") for name in ("say", "debrief", "content_options")},  # type: ignore[arg-type]
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
        self.opened.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_facilitator_sees_all_of_it() -> None:
    """Every text of the guide that is for a group stands in the card, with its minutes."""
    page = Page(guide_html(GUIDE, "Bread", {"crust": POLL}))

    for name in NAMES:
        assert (f"<words> of {name}" in page.words) == (name not in ("journal_prompt", "journal_reflection")), name
    assert all(f"<more> of {name}" in page.words for name in ("say", "debrief", "content_options"))
    assert all(f"<words> of {step.step}" in page.words for step in GUIDE.steps)
    assert "7 minutes to teach, 19 for the activity" in page.words
    assert "Think alone · 1 minute<words>" in page.words
    assert "Poll · 3 minutes<words>" in page.words
    assert "Who eats <the> crust?" in page.words


def test_a_person_alone_sees_what_suits_one() -> None:
    """Alone there are the purpose, the content note and the exercise for one, with options and a word of safety meant for one."""
    page = Page(solo_html(GUIDE))

    shown = {name for name in NAMES if f"<words> of {name}" in page.words}
    assert shown == {"purpose", "content_note", "solo"}
    assert all(words in page.words for words in (*ALONE, ALONE_SAFELY))


def test_the_word_of_safety_comes_early() -> None:
    """What keeps people safe stands above everything but the purpose; where there is none, nothing stands there."""
    page = Page(guide_html(GUIDE, "Bread", {}))
    assert page.words.index("of purpose") < page.words.index("of safety") < page.words.index("of content_note")

    assert "For safety" not in guide_html(replace(GUIDE, safety=None), "Bread", {})


@pytest.mark.parametrize("html", [guide_html(GUIDE, "Bread & <butter>", {"crust": POLL}), solo_html(GUIDE), none_html()])
def test_a_card_is_sound_and_holds_no_markup_of_others(html: str) -> None:
    """Every part that is opened is closed, headings go down step by step, and a sign in a text stays a sign."""
    page = Page(html)

    assert page.open == []
    assert not {"words", "more", "the", "butter", "script"} & set(page.opened)
    headings = [tag for tag in page.opened if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert headings[:1] in ([], ["h3"])
    assert set(headings[1:]) <= {"h4"}


def test_what_may_go_otherwise_can_be_opened() -> None:
    """Each of the nine turns an evening may take is a part that opens, by keyboard too, with a summary of its own."""
    page = Page(guide_html(GUIDE, "Bread", {}))

    assert page.opened.count("details") == page.opened.count("summary") == 9
    assert page.opened.count("li") == len(GUIDE.steps) + len(GUIDE.debrief) + len(GUIDE.content_options)


def test_only_what_can_be_compared_has_words_for_a_comparison() -> None:
    """Where no poll is asked again there is nothing to open about a chart that has moved, or has not."""
    once = replace(GUIDE, if_moved=None, if_unmoved=None)

    assert "moved since" in guide_html(GUIDE, "Bread", {})
    assert "moved since" not in guide_html(once, "Bread", {})
    assert Page(guide_html(once, "Bread", {})).opened.count("details") == 7
