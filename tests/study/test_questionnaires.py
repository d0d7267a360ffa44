"""The instrument card: a person alone sees their own score in careful words, and nothing of it stays or reaches a group."""

import asyncio
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Final

import ipywidgets as widgets
import pytest

from tests.world import SAY, RunningRoom, known_to_pages, press
from workshop_kit.cards.card import SETTLE_SECONDS
from workshop_kit.cards.follow import follow
from workshop_kit.instruments import Band, CutOff, Group, Instrument, Norm, Subscale
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.study.instrument_card import BLANK, InstrumentCard, instrument
from workshop_kit.words.catalog import language

CONTACTS: Final = "<p>A line to ring</p>"
MEAL: Final = Subscale(
    "meal", "Meal", (1, 2, 3), "sum", may_be_blank=1, bands=(Band(2, "light"), Band(6, "middling"), Band(9, "full")), bands_source="A menu"
)
# A key without texts, norm or check, whose last item is one on risk.
SUPPER: Final = Instrument("supper", "Supper", low=0, high=4, items=4, subscales=(MEAL,), reversed=frozenset({3}), risk=frozenset({4}))
NORM: Final = Norm(2.5, 0.8, "A cook & a guest")
GROUPS: Final = CutOff((Group("guests", 4, 2), Group("hosts", 9, 3)), "Two cooks")
# Without an item on risk, with words for everything.
DINNER: Final = replace(
    SUPPER,
    subscales=(replace(MEAL, norm=NORM, cut_off=GROUPS),),
    risk=frozenset(),
    texts=("I like <soup>.", "I like bread.", "I skip dessert.", "I wash up."),
    labels=("never", "seldom", "sometimes", "often", "always"),
    citation="Nobody (2026).",
    permission="I made this up myself.",
    checked_against="The menu.",
)


def answer(card: InstrumentCard, *answers: object, earlier: str = "") -> None:
    """Choose an answer to each item, None for none, write an earlier score, and ask for the score."""
    for points, value in zip(card.items.values(), answers, strict=True):
        points.value = value
    for field in card.earlier.values():
        field.value = earlier
    press(card.show)


def said(card: InstrumentCard) -> str:
    """Return what the result says, as a person reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", card.result.value)).split())


def chosen(card: InstrumentCard) -> list[object]:
    """Return what is chosen or written on a card."""
    return [each.value for each in (*card.items.values(), *card.earlier.values()) if each.value not in (None, "")]


def test_nothing_is_chosen_and_everything_may_be_left_blank() -> None:
    """A row for each item with its text, and every answer in words; a key without texts goes with the printed form, and says what is unchecked."""
    rows = list(InstrumentCard(DINNER, SAY).items.values())
    assert [points.value for points in rows] == [None] * 4
    assert [points.description for points in rows] == ["1. I like <soup>.", "2. I like bread.", "3. I skip dessert.", "4. I wash up."]
    assert [label for label, _ in rows[0].options] == [
        "0: never",
        "1: seldom",
        "2: sometimes",
        "3: often",
        "4: always",
        SAY("study.instrument.leave_blank"),
    ]

    bare = InstrumentCard(SUPPER, SAY)
    assert [points.description for points in bare.items.values()] == [f"Item {n}" for n in range(1, 5)]
    for card, expected in ((bare, True), (InstrumentCard(DINNER, SAY), False)):
        assert [words in str(known_to_pages(card)) for words in (SAY("study.instrument.no_texts"), SAY("study.instrument.unchecked"))] == [
            expected,
            expected,
        ]
    # Only what has a norm can be compared with an earlier score.
    assert (list(bare.earlier), list(InstrumentCard(DINNER, SAY).earlier)) == ([], ["meal"])


def test_a_score_comes_with_its_band_its_source_and_careful_words() -> None:
    """The score, what its source calls it, where it comes from, and that it is no diagnosis; nothing that was typed runs as HTML."""
    card = InstrumentCard(DINNER, SAY)

    answer(card, 4, 3, 1, 0)

    expected = (
        "Meal: 10 , where 0 is the lowest there is and 12 the highest.",
        "The source below calls scores like this one “full”.",
        "from 2: light, from 6: middling, and from 9: full. Source: A menu",
        "“guests” (mean 4, SD 2) and of “hosts” (mean 9, SD 3) meet at 6.",
        SAY("study.score.not_you"),
    )
    assert [words for words in expected if words not in said(card)] == []
    assert "no diagnosis" in SAY("study.score.not_you")
    assert SAY("study.instrument.shown") in card.status.value
    assert "earlier score" not in said(card)
    assert "A cook &amp; a guest" in card.result.value


def test_an_earlier_score_is_compared_in_plain_words() -> None:
    """The difference, whether it is more than chance, what it takes (1.96 × √2 × 2.5 × √0.2 = 3.1), and the formula with its source."""
    for earlier, words in (
        ("3,5", "Your score is 6.5 higher than your earlier score of 3.5. Errors of measurement alone seldom make that much"),
        ("12", "Your score is 2 lower than your earlier score of 12. A difference as small as that may be nothing but the blur"),
        ("10", "Your score is the same as your earlier score of 10. A difference as small as that"),
    ):
        card = InstrumentCard(DINNER, SAY)
        answer(card, 4, 3, 1, 0, earlier=earlier)
        for expected in (words, "It takes more than 3.1 points to be a reliable change", "Jacobson and Truax (1991)"):
            assert expected in said(card)


def test_an_earlier_score_that_cannot_be_is_asked_for_again() -> None:
    """The sentence names the range and repeats nothing that was typed; no answer is lost, and no score is shown."""
    for typed in ("much", "-1", "12.5", "nan", "1e9", "1 or 2"):
        card = InstrumentCard(DINNER, SAY)
        answer(card, 4, 3, 1, 0, earlier=typed)

        assert "should be a number from 0 to 12" in card.problem.value, typed
        assert typed not in card.problem.value
        assert card.result.value == "", typed
        assert chosen(card) == [4, 3, 1, 0, typed]


def test_what_was_forgotten_is_asked_for_before_anything_is_cleared() -> None:
    """Items that nobody looked at are named; left blank on purpose, they stand no more in the way. Too many blanks are no failure."""
    card = InstrumentCard(DINNER, SAY)
    answer(card, 4, None, 1, None)
    assert "Not answered yet: 2 and 4." in card.problem.value
    assert chosen(card) == [4, 1]
    assert card.result.value == ""

    answer(card, 4, BLANK, 1, BLANK)
    assert card.problem.value == ""
    assert "Meal: 10.5 ," in said(card)
    assert "You left 1 of 3 items blank; the mean of your other answers stands for them." in said(card)

    answer(card, BLANK, BLANK, 1, 0)
    assert "Meal : no score. You left 2 of 3 items blank, and at most 1 may be." in said(card)


def test_answers_are_cleared_with_the_score_and_the_score_with_a_button() -> None:
    """As soon as the score is shown, no part of the card holds an answer; after the button nothing of the score is left either.

    A browser may tell of the button before it tells of the last choice; the score waits for it, and comes once.
    """
    card, fresh = InstrumentCard(DINNER, SAY, contacts_html=CONTACTS), InstrumentCard(DINNER, SAY, contacts_html=CONTACTS)

    async def hurry() -> None:
        answer(card, 4, 3, 1, None, earlier="3")
        card.items[4].value = 2
        while not card.result.value:
            await asyncio.sleep(SETTLE_SECONDS)

    asyncio.run(hurry())
    assert card.problem.value == ""
    assert "Meal: 10 ," in said(card)
    assert chosen(card) == []
    assert [each["index"] for each in known_to_pages(card) if "_options_labels" in each] == [None] * 4

    press(card.clear)
    assert SAY("study.instrument.cleared") in card.status.value
    card.status.value = ""
    kept = ("value", "index", "_options_labels", "description", "disabled")
    assert [[each.get(name) for name in kept] for each in known_to_pages(card)] == [
        [each.get(name) for name in kept] for each in known_to_pages(fresh)
    ]
    assert repr(card) == "<InstrumentCard>"


def test_whoever_names_a_risk_is_offered_help_and_nobody_else() -> None:
    """Above its lowest point, an item on risk brings the contacts, whatever the score or what is missing; otherwise they stay in reach, no more."""
    card = InstrumentCard(SUPPER, SAY, contacts_html=CONTACTS)
    for answers, is_offered in (
        ((4, 3, 1, 1), True),
        ((4, 3, 1, 0), False),
        ((None, None, None, 4), True),
        ((4, 3, 1, BLANK), False),
        ((BLANK, BLANK, BLANK, 2), True),
        ((4, 3, 1, None), False),
    ):
        answer(card, *answers)
        assert [words in card.contacts.value for words in (SAY("study.instrument.something_hard"), CONTACTS)] == [is_offered, is_offered], (
            answers
        )
        assert (card.contacts.value == "") == (not is_offered)

    assert list(card.children).index(card.contacts) < list(card.children).index(card.result)
    assert CONTACTS in str(known_to_pages(card))


def test_beside_a_room_there_is_no_questionnaire(room: RunningRoom) -> None:
    """With a room running, the call gives one plain sentence and nothing to answer; with none, the card.

    One that was open when a room begins shows no score, says why, and holds nothing any more.
    """
    follow.cache_clear()
    refused = instrument("ecr_rs")
    led = follow(language("en")).room
    assert led is not None
    led.close()
    assert SAY("study.instrument.never_in_a_group") in refused.problem.value
    assert not any(isinstance(each, widgets.RadioButtons) for each in refused.children)
    room.stop()
    follow.cache_clear()
    assert isinstance(instrument("ecr_rs"), InstrumentCard)
    follow.cache_clear()

    room_runs = False
    card = InstrumentCard(DINNER, SAY, room_runs=lambda: room_runs)
    answer(card, 4, 3, 1, 0)
    room_runs = True
    answer(card, 4, 3, 1, 0, earlier="3")
    assert SAY("study.instrument.never_in_a_group") in card.problem.value
    assert card.result.value == ""
    assert chosen(card) == []


def test_slips_in_a_file_are_said_in_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, each with its line, where a notebook would otherwise show a page of program."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    file = tmp_path / "own.yaml"
    file.write_text("key: ecr_rs\npermission: Surely\nitems: [One, Two]\n", encoding="utf-8")

    card = instrument(file)

    assert "line 2: say it in a sentence" in unescape(card.problem.value)
    assert "line 3: there are 2 texts" in card.problem.value
