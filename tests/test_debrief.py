"""The debrief: which of a guide's words are offered for which picture, tried with results of every kind."""

from typing import Final

import pytest

from tests.meals import POLLS
from tests.test_guide_card import GUIDE, Page
from workshop_kit.disclosure import ROOM, WEBINAR, Published, publish
from workshop_kit.notebook.debrief import debrief_html, on_the_picture
from workshop_kit.polls import PASS, Tally

HIDDEN, ONE, SPREAD = GUIDE.if_hidden, GUIDE.if_one_stands_out, GUIDE.if_spread
ABC: Final = ["a", "b", "c"]
CBA: Final = ["c", "b", "a"]


def of(poll: str, *answers: object) -> Published:
    """Return what a room is shown of some answers to one of the meal's polls."""
    return publish(Tally.of(POLLS[poll], answers), ROOM)


@pytest.mark.parametrize(
    ("published", "words"),
    [
        (of("one", *"aabb"), HIDDEN),
        (of("one", *"aabb", *[PASS] * 9), HIDDEN),
        (of("text", "A line", "Another line"), HIDDEN),
        (of("one", *"aaaaaabbbb"), ONE),
        (of("one", *"aaaaabbbb"), SPREAD),
        (of("one", *"aaaabbbbcccc"), SPREAD),
        (of("one", *"aaabbbcc"), SPREAD),
        (of("one", *"aaaaaaaaa"), None),
        (of("many", *[["a"]] * 9), ONE),
        (of("many", *[["a"]] * 4, *[[]] * 4), ONE),
        (of("many", *[["a", "b"]] * 9), SPREAD),
        (of("many", *[["a"]] * 5, *[["b"]] * 4), SPREAD),
        (of("many", *[[]] * 9), SPREAD),
        (of("scale", *[1] * 3, *[2] * 3, *[3] * 6), ONE),
        (of("scale", *[1] * 4, *[2] * 4, *[3] * 5), SPREAD),
        (of("slider", *[0] * 9, *[10] * 3), ONE),
        (of("slider", *[0] * 6, *[10] * 6), SPREAD),
        (of("rank", *[ABC] * 9), ONE),
        (of("rank", *[ABC] * 6, *[CBA] * 6), SPREAD),
        (of("rank", *[ABC] * 5, *[["b", "a", "c"]] * 5), SPREAD),
        (of("text", *(f"Line {number}" for number in range(12))), None),
    ],
    ids=lambda each: each.poll.id if isinstance(each, Published) else (each or "nothing").rpartition(" ")[2],
)
def test_each_picture_has_the_words_that_fit_it(published: Published, words: str | None) -> None:
    """Hidden, one answer well above the rest, or several alike: each has its words; too alike to tell, and lines, have none."""
    assert on_the_picture(GUIDE, published) == words


def test_other_answers_are_not_one_answer() -> None:
    """Where most people chose something that few others chose, no single answer stands out, however long that line is."""
    many = POLLS["one"].from_dict({**POLLS["one"].to_dict(), "options": [f"Option {number}" for number in range(6)]})
    answers = [option.id for option in many.options for _ in range(2)] + [many.options[0].id]
    published = publish(Tally.of(many, answers), ROOM)

    assert max(published.buckets, key=lambda bucket: bucket.fewest).label.startswith("Other answers")
    assert on_the_picture(GUIDE, published) == SPREAD


def test_a_band_counts_for_the_fewest_that_it_may_stand_for() -> None:
    """In a large group, nothing stands out between two bands that are the same, and "almost everyone" beside "few or none" does."""
    both = publish(Tally.of(POLLS["many"], [["a", "b"]] * 30), WEBINAR)
    first = publish(Tally.of(POLLS["many"], [["a"]] * 30), WEBINAR)

    assert {bucket.count for result in (both, first) for bucket in result.buckets} == {None}
    assert [on_the_picture(GUIDE, each) for each in (both, first)] == [SPREAD, ONE]


def test_what_is_offered_is_the_words_that_fit_and_every_question() -> None:
    """The words for the picture and all questions for afterwards stand there, those for another picture do not, and signs stay signs."""
    page = Page(debrief_html(GUIDE, of("one", *"aaaaaabbbb")))

    assert page.open == []
    assert ONE in page.words
    assert all(question in page.words for question in GUIDE.debrief)
    assert [words for words in (HIDDEN, SPREAD, GUIDE.if_short) if words in page.words] == []
    assert not {"words", "more"} & set(page.opened)
    assert page.opened.count("li") == len(GUIDE.debrief)


def test_where_the_guide_has_nothing_on_a_picture_the_questions_stand_alone() -> None:
    """For a result that is too alike to show there are questions, and not a word on what the chart looks like."""
    page = Page(debrief_html(GUIDE, of("one", *"aaaaaaaaa")))

    assert [words for words in (HIDDEN, ONE, SPREAD) if words in page.words] == []
    assert all(question in page.words for question in GUIDE.debrief)
