"""Checking a workshop: the shipped one passes, and whatever an author breaks is found, in its file and on its line.

Each case of `tests/broken.py` breaks one thing in a copy of the shipped workshop, and expects the faults of that and no
others: a checker that complains of what is right is soon ignored.
"""

import shutil
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from tests.broken import BROKEN, GUIDE, IN_A_FILE, NOTEBOOK, OUTLINE, POLLS, RESOURCES, Broken, line_of, prose, swap
from workshop_kit import material
from workshop_kit.cli import app
from workshop_kit.errors import MaterialError
from workshop_kit.material import Fault

TODAY: Final = date(2025, 6, 30)
BREAKFAST: Final = {
    "workshop.yaml": "id: b\ntitle: B\nsections:\n  - {id: '01', title: Tea, notebook: 01_tea.ipynb, sources: [B tea]}\n",
    "polls.yaml": "polls:\n  - {id: steep, section: '01', kind: scale, question: How strong?, options: [Weak, Strong]}\n",
}


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """Return a folder with a copy of the shipped data and notebooks."""
    shutil.copytree(material.shipped("data"), tmp_path / "data")
    shutil.copytree(material.shipped("notebooks"), tmp_path / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return tmp_path


def check(kit: Path) -> list[Fault]:
    """Return what a check of a copy finds, without warnings."""
    return [each for each in material.check(kit / "data" / "intimacy", today=TODAY) if not each.is_warning]


def change(kit: Path, broken: Broken) -> str:
    """Break one file of a copy, and return what it holds then."""
    file = kit / broken.file
    text = broken.change(file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    return text


def test_the_shipped_workshop_passes() -> None:
    """The workshop that comes with the kit has nothing to mend."""
    assert [str(each) for each in material.check() if not each.is_warning] == []


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_what_is_broken_is_found_in_its_file_and_on_its_line(kit: Path, broken: Broken) -> None:
    """One mistake brings one fault, which names the file and the line and says what to write instead."""
    text = change(kit, broken)

    found = check(kit)

    [fault] = [each for each in found if broken.says in each.sentence]
    assert len(found) == 1 + broken.fellows, [str(each) for each in found]
    assert (fault.file, fault.line) == (kit / broken.file, line_of(text, broken.on))
    assert fault.sentence.endswith(".")
    assert "\n" not in fault.sentence


@pytest.mark.parametrize("broken", [each for each in IN_A_FILE if each.file in (POLLS, GUIDE)], ids=lambda broken: broken.name)
def test_reading_refuses_with_the_fault_that_the_check_finds(kit: Path, broken: Broken) -> None:
    """A workshop that cannot be led is refused in the words of the check."""
    change(kit, broken)

    with pytest.raises(MaterialError) as refusal:
        material.read(kit / "data" / "intimacy")

    assert str(refusal.value) == str(check(kit)[0])


def test_a_file_that_is_missing_is_named(kit: Path) -> None:
    """Without a guide, a poll or a notebook the section is named, and without an outline the file is."""
    for file, says in ((GUIDE, "guide/06.yaml"), (NOTEBOOK, "06_the_fears_that_guard_us.ipynb")):
        (kit / file).unlink()
        assert any(says in each.sentence for each in check(kit))

    (kit / OUTLINE).unlink()
    [fault] = check(kit)
    assert fault.line is None
    assert str(kit / OUTLINE) in str(fault)


def test_a_guide_to_no_section_is_named(kit: Path) -> None:
    """A guide whose section is not on the list would never be seen, so its author is told."""
    guide = (kit / GUIDE).read_text(encoding="utf-8").replace('section: "06"', 'section: "12"')
    (kit / GUIDE).with_name("12.yaml").write_text(guide, encoding="utf-8")

    [fault] = check(kit)

    assert (fault.file.name, fault.line) == ("12.yaml", line_of(guide, "section:"))
    assert "'12'" in fault.sentence


def test_a_notebook_whose_lines_cannot_be_counted_is_named_all_the_same(kit: Path) -> None:
    """Some characters may stand in a notebook and not in YAML, by which lines are found; then the file and the cell must do."""
    change(kit, Broken("", NOTEBOOK, prose("takeaway", "## To take", "\x7f## To take"), "", ""))
    file = kit / NOTEBOOK
    file.write_text(file.read_text(encoding="utf-8").replace("\\u007f", "\x7f"), encoding="utf-8")

    [fault] = check(kit)

    assert (fault.file, fault.line) == (file, 1)


def test_all_files_that_cannot_be_read_are_found_at_once(kit: Path) -> None:
    """Whoever broke three files reads about all three."""
    for file in (OUTLINE, POLLS, GUIDE):
        (kit / file).write_text("- nothing\n", encoding="utf-8")

    assert [each.file for each in check(kit)] == [kit / OUTLINE, kit / POLLS, kit / GUIDE]


def test_a_section_has_one_to_three_polls(kit: Path) -> None:
    """The fourth poll of a section is one too many, and a section without any lacks one."""
    polls = change(kit, Broken("", POLLS, lambda text: text + _FOURTH, "", ""))
    outline = change(kit, Broken("", OUTLINE, swap("\nplans:", f"{_THIRTEENTH}\nplans:"), "", ""))

    found = {each.sentence.partition(".")[0]: (each.file, each.line) for each in check(kit)}

    assert found["section '06' has 4 polls"] == (kit / POLLS, line_of(polls, "id: fourth"))
    assert found["section '12' has no poll"] == (kit / OUTLINE, line_of(outline, 'id: "12"'))


_FOURTH: Final = '\n  - {id: fourth, section: "06", kind: scale, question: How much?, options: [Little, Much]}\n'
_THIRTEENTH: Final = '\n  - {id: "12", title: Tea, notebook: 12_tea.ipynb, sources: [B tea]}\n'


def test_a_workshop_without_plans_guides_or_surroundings_can_be_read_and_is_checked(tmp_path: Path) -> None:
    """An author may begin with two small files: the workshop can be led, and the check says what it still needs."""
    for name, text in BREAKFAST.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    assert material.read(tmp_path).sections[0].guide is None
    assert {each.sentence.split(".")[0] for each in material.check(tmp_path, tmp_path)} == {
        "section '01' has no guide",
        "there is no notebook 01_tea",
    }


def test_the_shipped_plans_are_the_four_that_were_promised() -> None:
    """There is an evening of 90 minutes, a half day, a series of four hours, and a webinar; an evening asks the fears twice."""
    plans = {plan.id: plan for plan in material.read().plans}

    assert {name: (plan.meeting_min, len(plan.meetings)) for name, plan in plans.items()} == {
        "evening": (90, 1),
        "half_day": (195, 1),
        "series": (60, 4),
        "webinar": (60, 1),
    }
    asked = [poll for block in plans["evening"].meetings[0] for poll in block.polls]
    assert (asked.count("fears"), asked.count("pulse")) == (2, 2)


def test_own_words_are_asked_for_where_somebody_has_time_to_read_them() -> None:
    """The half day and the last meeting of the series ask for one line; a short evening and a webinar never do."""
    workshop = material.read()
    in_own_words = {poll.id for poll in workshop.polls.values() if poll.kind == "text"}
    asking = {
        plan.id: [bool(in_own_words & {poll for block in meeting for poll in block.polls}) for meeting in plan.meetings]
        for plan in workshop.plans
    }

    assert [plan.id for plan in workshop.plans if plan.texts] == ["half_day", "series"]
    assert asking == {"evening": [False], "half_day": [True], "series": [False, False, False, True], "webinar": [False]}


def test_the_guide_says_what_to_do_with_a_line_of_somebodys_own() -> None:
    """Whoever leads is told to read, approve, rewrite or decline each line, from how many on, and what to do if one worries them."""
    guide = material.read().section("11").guide

    assert guide is not None
    steps = " ".join(step.words for step in guide.steps)
    assert all(word in steps for word in ("read the lines", "Approve", "Rewrite", "Decline", "fewer than ten"))
    assert guide.safety is not None
    assert all(word in guide.safety for word in ("worries you", "do not look for the person", "Someone to talk to"))


def test_both_outcomes_of_asking_again_have_words() -> None:
    """For a chart that has moved, and for one that has not, the guide says that different people may have answered."""
    workshop = material.read()
    guides = {section.id: section.guide for section in workshop.sections if section.guide and section.guide.if_moved}

    assert list(guides) == ["11"]
    assert all("Different people may have answered" in words for words in (guides["11"].if_moved or "", guides["11"].if_unmoved or ""))


def test_every_shipped_section_has_a_guide_and_the_heavy_ones_are_known() -> None:
    """Twelve guides are read; sections 03, 04 and 07 are heavy; section 08 says plainly that abuse is nobody's shared fault."""
    guides = {section.id: section.guide for section in material.read().sections}

    assert list(guides) == [f"{number:02}" for number in range(12)]
    assert [name for name, guide in guides.items() if guide and guide.intensity == 3] == ["03", "04", "07"]
    assert guides["08"] is not None
    assert "Shared responsibility never applies to abuse" in (guides["08"].safety or "")


def test_old_contacts_are_a_warning_and_no_fault(kit: Path) -> None:
    """A contact that nobody has checked for 180 days is named by the check, which passes all the same."""
    text = (kit / RESOURCES).read_text(encoding="utf-8").replace(": null\n", ": 2025-06-01\n")
    (kit / RESOURCES).write_text(text.replace("2025-06-01", "2024-12-31", 1), encoding="utf-8")

    [warning] = material.check(kit / "data" / "intimacy", today=TODAY)
    later = material.check(kit / "data" / "intimacy", today=date(2026, 1, 1))

    assert (warning.file, warning.line, warning.is_warning) == (kit / RESOURCES, line_of(text, "last_verified: 2025-06-01"), True)
    assert "US" in warning.sentence
    assert len(later) == len(material.contacts().countries)


def test_the_command_says_that_all_is_well() -> None:
    """On the shipped workshop the command ends with 0, and mentions the warnings it has printed."""
    said = CliRunner().invoke(app, ["check"])

    assert said.exit_code == 0
    assert said.output.splitlines()[-1].startswith("All is well: nothing to mend.")


def test_the_command_lists_faults_as_file_line_and_sentence(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is a line that editors turn into a link; then how many there are, and exit code 1."""
    text = change(kit, Broken("", POLLS, swap("What brought you here?", "Who and/or what?"), "", ""))
    monkeypatch.chdir(kit)

    said = CliRunner().invoke(app, ["check", "data/intimacy"])

    assert said.exit_code == 1
    assert said.output.splitlines()[0].startswith(f"{POLLS}:{line_of(text, 'and/or')}: this asks two things at once.")
    assert said.output.splitlines()[-1].startswith("1 thing to mend")


def test_the_command_speaks_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A mistyped folder is named, and ends with exit code 1."""
    said = CliRunner().invoke(app, ["check", str(tmp_path / "elsewhere")])

    assert said.exit_code == 1
    assert f"{tmp_path / 'elsewhere' / 'workshop.yaml'} cannot be read" in said.output
