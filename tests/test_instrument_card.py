"""The instrument card: a person alone sees their own score in careful words, and nothing of it stays or reaches a group."""

import asyncio
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, Final

import ipywidgets as widgets
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browsers import SMALLEST, Visitors, barriers, wait_on
from tests.test_ballot import states
from tests.test_instruments import ECR_RS, MEAL, SUPPER
from tests.test_study import Study
from tests.world import RunningRoom
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.instruments import CutOff, Group, Norm
from workshop_kit.notebook.cards import SETTLE_SECONDS
from workshop_kit.notebook.follow import follow
from workshop_kit.notebook.instrument_card import (
    BLANK,
    CLEARED,
    LEAVE_BLANK,
    NEVER_IN_A_GROUP,
    NO_TEXTS,
    NOT_YOU,
    SHOWN,
    SOMETHING_HARD,
    UNCHECKED,
    InstrumentCard,
    instrument,
    spoken_number,
)

CONTACTS: Final = "<p>A line to ring</p>"
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
    card.show.click()


def said(card: InstrumentCard) -> str:
    """Return what the result says, as a person reads it."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", card.result.value)).split())


def holds_an_answer(card: InstrumentCard) -> bool:
    """Return whether any choice or field of a card holds something."""
    return any(each["index"] is not None for each in states(card) if "_options_labels" in each) or any(
        field.value for field in card.earlier.values()
    )


def test_nothing_is_chosen_and_everything_may_be_left_blank() -> None:
    """A row for each item, with its text and every answer in words, the last of which leaves it blank."""
    card = InstrumentCard(DINNER)
    rows = list(card.items.values())

    assert [points.value for points in rows] == [None] * 4
    assert [points.description for points in rows] == ["1. I like <soup>.", "2. I like bread.", "3. I skip dessert.", "4. I wash up."]
    assert [label for label, _ in rows[0].options] == ["0: never", "1: seldom", "2: sometimes", "3: often", "4: always", LEAVE_BLANK]


def test_a_key_without_texts_is_answered_beside_the_printed_form() -> None:
    """The rows bear the items' numbers, and the card says why there is no more; an unchecked key says that nobody compared it."""
    shown = str(states(InstrumentCard(ECR_RS)))

    assert [points.description for points in InstrumentCard(ECR_RS).items.values()] == [f"Item {n}" for n in range(1, 10)]
    assert NO_TEXTS in shown
    assert UNCHECKED in shown
    assert NO_TEXTS not in str(states(InstrumentCard(DINNER)))
    assert UNCHECKED not in str(states(InstrumentCard(DINNER)))


def test_a_score_comes_with_its_band_its_source_and_careful_words() -> None:
    """The score, what its source calls it, where it comes from, and that it is no diagnosis; nothing that was typed runs as HTML."""
    card = InstrumentCard(DINNER)

    answer(card, 4, 3, 1, 0)

    assert "Meal: 10 , where 0 is the lowest there is and 12 the highest." in said(card)
    assert "The source below calls scores like this one “full”." in said(card)
    assert "from 2: light; from 6: middling; from 9: full. Source: A menu" in said(card)
    assert "“guests” (mean 4, SD 2) and of “hosts” (mean 9, SD 3) meet at 6." in said(card)
    assert NOT_YOU in said(card)
    assert "no diagnosis" in NOT_YOU
    assert SHOWN in card.status.value
    assert "earlier score" not in said(card)
    assert "A cook &amp; a guest" in card.result.value


@pytest.mark.parametrize(
    ("earlier", "words"),
    [
        ("3,5", "Your score is 6.5 higher than your earlier score of 3.5. Errors of measurement alone seldom make that much"),
        ("12", "Your score is 2 lower than your earlier score of 12. A difference as small as that may be nothing but the blur"),
        ("10", "Your score is the same as your earlier score of 10. A difference as small as that"),
    ],
)
def test_an_earlier_score_is_compared_in_plain_words(earlier: str, words: str) -> None:
    """The difference, whether it is more than chance, what it takes (1.96 × √2 × 2.5 × √0.2 = 3.1), and the formula with its source."""
    card = InstrumentCard(DINNER)

    answer(card, 4, 3, 1, 0, earlier=earlier)

    assert words in said(card)
    assert "It takes more than 3.1 points to be a reliable change" in said(card)
    assert "Jacobson and Truax (1991)" in said(card)


def test_only_what_has_a_norm_can_be_compared() -> None:
    """Where no norm was declared, nothing asks for an earlier score."""
    assert InstrumentCard(ECR_RS).earlier == {}
    assert list(InstrumentCard(DINNER).earlier) == ["meal"]


@pytest.mark.parametrize("typed", ["much", "-1", "12.5", "nan", "1e9", "1 or 2"])
def test_an_earlier_score_that_cannot_be_is_asked_for_again(typed: str) -> None:
    """The sentence names the range and repeats nothing that was typed; no answer is lost, and no score is shown."""
    card = InstrumentCard(DINNER)

    answer(card, 4, 3, 1, 0, earlier=typed)

    assert "should be a number from 0 to 12" in card.problem.value
    assert typed not in card.problem.value
    assert card.result.value == ""
    assert [points.value for points in card.items.values()] == [4, 3, 1, 0]


def test_what_was_forgotten_is_asked_for_before_anything_is_cleared() -> None:
    """Items that nobody looked at are named; answered or left blank on purpose, they stand no more in the way."""
    card = InstrumentCard(DINNER)
    answer(card, 4, None, 1, None)

    assert "Not answered yet: 2, 4." in card.problem.value
    assert holds_an_answer(card)
    assert card.result.value == ""

    answer(card, 4, BLANK, 1, BLANK)

    assert card.problem.value == ""
    assert "Meal: 10.5 ," in said(card)
    assert "You left 1 of 3 items blank; the mean of your other answers stands for them." in said(card)


def test_too_many_blanks_are_no_failure() -> None:
    """There is no score then, and it is said how many may be left blank."""
    card = InstrumentCard(DINNER)

    answer(card, BLANK, BLANK, 1, 0)

    assert "Meal : no score. You left 2 of 3 items blank, and at most 1 may be." in said(card)


def test_answers_are_cleared_with_the_score_and_the_score_with_a_button() -> None:
    """As soon as the score is shown, no part of the card holds an answer; after the button nothing of the score is left either."""
    card = InstrumentCard(DINNER, contacts_html=CONTACTS)

    answer(card, 4, 3, 1, 0, earlier="3")
    assert not holds_an_answer(card)
    assert "Meal" in said(card)

    card.clear.click()
    fresh = InstrumentCard(DINNER, contacts_html=CONTACTS)
    assert CLEARED in card.status.value
    card.status.value = ""
    assert known(card) == known(fresh)
    assert repr(card) == "<InstrumentCard>"


def known(card: InstrumentCard) -> list[dict[str, Any]]:
    """Return what a front end holds of a card, without the names by which widgets call each other."""
    kept = ("value", "index", "_options_labels", "description", "disabled")
    return [{name: each[name] for name in kept if name in each} for each in states(card)]


def test_pressed_in_a_hurry_the_last_choice_counts() -> None:
    """A browser may tell of the button before it tells of the last choice; the score waits for it, and comes once."""
    card = InstrumentCard(DINNER)

    async def hurry() -> None:
        answer(card, 4, 3, 1, None)
        card.items[4].value = 2
        await asyncio.sleep(2 * SETTLE_SECONDS)

    asyncio.run(hurry())

    assert card.problem.value == ""
    assert "Meal: 10 ," in said(card)


@pytest.mark.parametrize("answers", [(4, 3, 1, 1), (None, None, None, 4), (BLANK, BLANK, BLANK, 2)])
def test_whoever_names_a_risk_is_offered_help_whatever_the_score(answers: tuple[object, ...]) -> None:
    """Above its lowest point, an item on risk brings the contacts, also where something is missing and there is no score."""
    card = InstrumentCard(SUPPER, contacts_html=CONTACTS)

    answer(card, *answers)

    assert SOMETHING_HARD in card.contacts.value
    assert CONTACTS in card.contacts.value
    assert list(card.children).index(card.contacts) < list(card.children).index(card.result)


@pytest.mark.parametrize("answers", [(4, 3, 1, 0), (4, 3, 1, BLANK), (4, 3, 1, None)])
def test_help_is_pressed_on_nobody(answers: tuple[object, ...]) -> None:
    """At its lowest point, or left blank, it brings nothing, and takes away what an earlier answer brought; contacts stay in reach."""
    card = InstrumentCard(SUPPER, contacts_html=CONTACTS)
    answer(card, 4, 3, 1, 4)

    answer(card, *answers)

    assert card.contacts.value == ""
    assert CONTACTS in str(states(card))


def test_a_card_that_was_open_forgets_when_a_room_begins() -> None:
    """Asked for a score while a room is running, it shows none, says why, and holds nothing any more."""
    room_runs = False
    card = InstrumentCard(DINNER, room_runs=lambda: room_runs)
    answer(card, 4, 3, 1, 0)
    room_runs = True

    answer(card, 4, 3, 1, 0, earlier="3")

    assert NEVER_IN_A_GROUP in card.problem.value
    assert card.result.value == ""
    assert not holds_an_answer(card)


def test_beside_a_room_there_is_no_questionnaire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a room running, the call gives one plain sentence and nothing to answer; with none, the card."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "room"))
    follow.cache_clear()
    with RunningRoom(tmp_path / "room"):
        refused = instrument("ecr_rs")
        room = follow().room
        assert room is not None
        room.close()
        assert NEVER_IN_A_GROUP in refused.problem.value
        assert not any(isinstance(each, widgets.RadioButtons) for each in refused.children)

    follow.cache_clear()
    assert isinstance(instrument("ecr_rs"), InstrumentCard)
    follow.cache_clear()


def test_slips_in_a_file_are_said_in_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, each with its line, where a notebook would otherwise show a page of program."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    file = tmp_path / "own.yaml"
    file.write_text("key: ecr_rs\npermission: Surely\nitems: [One, Two]\n", encoding="utf-8")

    card = instrument(file)

    assert "line 2: say it in a sentence" in unescape(card.problem.value)
    assert "line 3: there are 2 texts" in card.problem.value


@pytest.mark.parametrize(("number", "words"), [(5.0, "5"), (0, "0"), (10, "10"), (2.666, "2.67"), (-3.1622, "−3.16"), (-0.001, "0")])
def test_numbers_are_said_as_people_write_them(number: float, words: str) -> None:
    """At most two decimals, no trailing noughts, a minus that is one, and no minus before nothing."""
    assert spoken_number(number) == words


def test_a_questionnaire_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    """By keyboard alone, from the first item to the score, on a dashboard and the smallest phone; axe finds nothing, no file holds it."""
    with Study(tmp_path) as study, Visitors(browser) as visitors:
        (study.notebooks / "garden.yaml").write_text(GARDEN, encoding="utf-8")
        (study.notebooks / "questionnaire.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
        page = visitors.page(viewport=SMALLEST)
        page.goto(re.sub(r"/lab/tree/[^?]*", "/voila/render/questionnaire.ipynb", study.ready()))
        expect(page.get_by_role("heading", name="A garden")).to_be_visible()
        wait_on(page, lambda: barriers(page) == [], "a page on which axe finds nothing")
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]

        # Arrows walk through every answer of an item, and Tab goes on to the next one.
        row = page.locator(".widget-radio-box").first
        page.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        for label in ("0: never", "1: seldom", "2: sometimes", "3: often", "4: always", LEAVE_BLANK, "0: never", "1: seldom"):
            expect(row.get_by_role("radio", name=label, exact=True)).to_be_checked()
            page.keyboard.press("ArrowRight")
        for _ in range(2):
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("11")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        # 2 + 0 + (4 − 0), and 11 before.
        result = page.get_by_role("region", name="Your score")
        expect(result).to_contain_text("The garden: 6, where 0 is the lowest there is and 12 the highest.")
        expect(result).to_contain_text("Your score is 5 lower than your earlier score of 11.")
        expect(page.get_by_role("radio", checked=True)).to_have_count(0)
        expect(page.get_by_text(SOMETHING_HARD)).to_have_count(0)
        opened(page.locator("details"))
        wait_on(page, lambda: barriers(page) == [], "a page on which axe finds nothing")
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]
        assert (visitors.elsewhere, visitors.faults) == ([], [])
        assert study.files_with("5 lower than your earlier") == []


def opened(details: Locator) -> None:
    """Open everything that opens."""
    details.evaluate_all("all => all.forEach((each) => { each.open = true })")


GARDEN: Final = """\
id: garden
title: A garden
answers: {low: 0, high: 4, labels: [never, seldom, sometimes, often, always]}
items:
  - I look at the garden before I have had my breakfast, also when it rains, and I know which of the plants are thirsty.
  - I talk to the hedge.
  - I forget to close the gate.
permission: I made these items up for a test.
reversed: [3]
risk: [2]
subscales:
  - id: garden
    title: The garden
    items: [1, 2, 3]
    by: sum
    bands: {source: Made up., steps: [{begins: 0, name: wild}, {begins: 9, name: tended}]}
    norm: {sd: 2.5, reliability: 0.8, source: Made up.}
citation: Nobody.
numbering: As listed.
licence: Free for anyone.
checked_against: null
"""

NOTEBOOK: Final = {
    "cells": [
        {"cell_type": "markdown", "id": "heading", "metadata": {}, "source": "# A questionnaire"},
        {
            "cell_type": "code",
            "id": "card",
            "metadata": {},
            "source": "from workshop_kit.notebook.instrument_card import instrument\n\ninstrument('garden.yaml')",
            "outputs": [],
            "execution_count": None,
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
