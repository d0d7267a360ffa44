"""The guide card: all of a guide for whoever leads, what suits one person for whoever is alone, and no markup from either."""

from dataclasses import replace
from typing import Final

import pytest

from tests.guides import GUIDE, NAMES, SEVERAL, Page
from tests.world import SAY
from workshop_kit.cards.guide import guide_html, none_html, solo_html
from workshop_kit.polls import Poll

POLL: Final = Poll.from_dict({"id": "crust", "kind": "single", "question": "Who eats <the> crust?", "options": ["I", "You"]})
LED: Final = guide_html(GUIDE, "Bread & <butter>", {"crust": POLL}, SAY)


def test_a_facilitator_sees_all_of_it() -> None:
    """Every text of the guide that is for a group is in the card, what keeps people safe early, with minutes and the questions of its steps."""
    words = Page(LED).words

    assert {name for name in NAMES if f"<words> of {name}" not in words} == {"journal_prompt", "journal_reflection"}
    assert all(f"<more> of {name}" in words for name in SEVERAL)
    assert all(f"<words> of {step.step}" in words for step in GUIDE.steps)
    assert "7 minutes to teach, 19 for the activity; heavy." in words
    assert "Think alone · 1 minute<words>" in words
    assert "Poll · 3 minutes<words>" in words
    assert "Who eats <the> crust?" in words
    assert words.index("of purpose") < words.index("of safety") < words.index("of content_note")
    assert "For safety" not in guide_html(replace(GUIDE, safety=None), "Bread", {}, SAY)


def test_a_person_alone_sees_what_suits_one() -> None:
    """Alone there are the purpose, the content note and the exercise for one, with options and a word of safety meant for one."""
    words = Page(solo_html(GUIDE, SAY)).words

    assert {name for name in NAMES if f"<words> of {name}" in words} == {"purpose", "content_note", "solo"}
    assert all(SAY(f"cards.guide.{each}") in words for each in ("may_pass_over", "may_think_of_a_story", "may_stop", "alone_safely"))


@pytest.mark.parametrize("html", [LED, solo_html(GUIDE, SAY), none_html(SAY)], ids=["led", "alone", "none"])
def test_a_card_is_sound_and_holds_no_markup_of_others(html: str) -> None:
    """Every part that is opened is closed, headings go down step by step, and a sign in a text stays a sign."""
    page = Page(html)

    assert page.open == []
    assert not {"words", "more", "the", "butter", "script"} & set(page.opened)
    headings = [tag for tag in page.opened if tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert headings[:1] in ([], ["h3"])
    assert set(headings[1:]) <= {"h4"}


def test_each_turn_an_evening_may_take_can_be_opened() -> None:
    """Each of nine turns opens, by keyboard too, under a summary of its own; without a poll that is asked again there are seven."""
    once = guide_html(replace(GUIDE, if_moved=None, if_unmoved=None), "Bread", {}, SAY)

    assert [Page(html).opened.count(tag) for html in (LED, once) for tag in ("details", "summary")] == [9, 9, 7, 7]
    assert Page(LED).opened.count("li") == len(GUIDE.steps) + len(GUIDE.debrief) + len(GUIDE.content_options)
    assert ["moved since" in html for html in (LED, once)] == [True, False]
