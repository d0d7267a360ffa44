"""A workshop as a thing to lead: sections in order, polls by name, and a sentence for a name that is not there."""

from dataclasses import FrozenInstanceError, replace

import pytest

from tests.test_guide_card import GUIDE
from workshop_kit.errors import Unknown
from workshop_kit.polls import Poll
from workshop_kit.workshop import Block, Plan, Section, Workshop


def poll(name: str, section: str) -> Poll:
    return Poll.from_dict({"id": name, "kind": "single", "question": f"{name}?", "options": ["yes", "no"], "section": section})


TEA = Section("02", "Tea", "02_tea.ipynb", ("B tea",), (poll("leaf", "02"), poll("steep", "02")))
BREAD = Section("01", "Bread", "01_bread.ipynb", ("A bread",), (poll("crust", "01"),))
EMPTY = Section("03", "Washing up", "03_washing_up.ipynb", ("B end",), ())
QUICK = Plan("quick", "A quick one", 20, ((Block("section", 20, "01", ("crust",)),),))
SLOW = Plan("slow", "A slow one", 40, ((Block("break", 40),), (Block("slack", 40),)))
BREAKFAST = Workshop("breakfast", "Breakfast together", (TEA, BREAD, EMPTY), (QUICK, SLOW))


def test_polls_stand_in_the_order_in_which_they_are_asked() -> None:
    """The order is that of the sections as they are led, and within a section that of its polls."""
    assert list(BREAKFAST.polls) == ["leaf", "steep", "crust"]


def test_a_poll_is_found_by_its_id() -> None:
    """Every poll is found, whichever section it belongs to."""
    assert [BREAKFAST.poll(name) for name in ("leaf", "steep", "crust")] == [*TEA.polls, *BREAD.polls]


def test_questions_at_the_end_are_polls_of_no_section() -> None:
    """They are found like any poll, come last, and stand in no section."""
    farewell = replace(poll("farewell", "01"), section=None)
    closing = replace(BREAKFAST, closing=(farewell,))

    assert list(closing.polls) == ["leaf", "steep", "crust", "farewell"]
    assert closing.poll("farewell") is farewell
    assert [section.polls for section in closing.sections] == [section.polls for section in BREAKFAST.sections]


def test_a_section_is_found_by_its_id() -> None:
    """Every section is found, the first, the last and the one without polls alike."""
    assert [BREAKFAST.section(name) for name in ("02", "01", "03")] == [TEA, BREAD, EMPTY]


def test_an_unknown_poll_is_refused_with_the_place_where_they_are_named() -> None:
    """Whoever mistypes a poll's id is told where the ids stand, and what was typed is not repeated."""
    with pytest.raises(Unknown, match=r"no poll of that name.*polls\.yaml") as fault:
        BREAKFAST.poll("lead")

    assert "lead" not in str(fault.value)


def test_an_unknown_section_is_refused_with_the_names_there_are() -> None:
    """Whoever mistypes a section's id is told which ids the workshop has, and what was typed is not repeated."""
    with pytest.raises(Unknown, match=r"no section of that name.*02, 01, 03") as fault:
        BREAKFAST.section("99")

    assert "99" not in str(fault.value)


def test_a_plan_is_found_by_its_id() -> None:
    """Every plan is found, the first and the last alike."""
    assert [BREAKFAST.plan(name) for name in ("slow", "quick")] == [SLOW, QUICK]


def test_an_unknown_plan_is_refused_with_the_names_there_are() -> None:
    """Whoever mistypes a plan's id is told which ids the workshop has, and what was typed is not repeated."""
    with pytest.raises(Unknown, match=r"no plan of that name.*quick, slow") as fault:
        BREAKFAST.plan("brunch")

    assert "brunch" not in str(fault.value)


def test_a_plan_asks_for_no_words_of_peoples_own_unless_it_says_so() -> None:
    """Polls in people's own words are off by default, and an author can turn them on for one plan."""
    line = Poll.from_dict({"id": "line", "kind": "text", "question": "line?", "section": "02"})
    workshop = replace(BREAKFAST, plans=(QUICK, replace(SLOW, texts=True)))

    assert [workshop.allows(line, plan) for plan in ("quick", "slow", None)] == [False, True, False]
    assert [workshop.allows(TEA.polls[0], plan) for plan in ("quick", "slow", None)] == [True, True, True]
    with pytest.raises(Unknown):
        workshop.allows(line, "brunch")


def test_a_workshop_without_sections_has_nothing_to_find() -> None:
    """An empty workshop refuses like any other; it does not fall over."""
    nothing = Workshop("nothing", "Nothing", ())

    assert dict(nothing.polls) == {}
    with pytest.raises(Unknown):
        nothing.section("01")
    with pytest.raises(Unknown, match="It has: none"):
        nothing.plan("quick")


def test_a_workshop_cannot_be_changed_while_it_is_led() -> None:
    """What a room was opened with is what it goes on with."""
    with pytest.raises(FrozenInstanceError):
        BREAKFAST.title = "Supper"  # type: ignore[misc]


def test_a_section_that_a_plan_leaves_out_can_be_put_into_it() -> None:
    """As a block it takes the minutes of its guide, or a quarter of an hour, and asks no polls that the plan does not allow."""
    line = Poll.from_dict({"id": "line", "kind": "text", "question": "line?", "section": "02"})
    workshop = replace(BREAKFAST, sections=(replace(TEA, polls=(*TEA.polls, line)), BREAD), plans=(QUICK, replace(SLOW, texts=True)))
    guided = replace(workshop, sections=(replace(BREAD, guide=replace(GUIDE, teach_min=4, activity_min=7)),))

    assert workshop.block_of("02", "quick") == Block("section", 15, "02", ("leaf", "steep"))
    assert workshop.block_of("02", "slow") == Block("section", 15, "02", ("leaf", "steep", "line"))
    assert guided.block_of("01", "quick") == Block("section", 11, "01", ("crust",))
    for section, plan in (("99", "quick"), ("02", "brunch")):
        with pytest.raises(Unknown):
            workshop.block_of(section, plan)
