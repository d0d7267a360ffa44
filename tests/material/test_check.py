"""Checking a workshop: the shipped one passes and is what was promised, and whatever an author breaks is found on its line.

Each case of `broken` breaks one thing in a copy of the shipped workshop, and expects the faults of that and no others: a checker
that complains of what is right is soon ignored.
"""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from tests.material.broken import (
    AFTERWARDS,
    BROKEN,
    COVERAGE,
    GUIDE,
    NOTEBOOK,
    OUTLINE,
    POLLS,
    RESOURCES,
    Broken,
    Change,
    line_of,
    prose,
    swap,
)
from tests.world import SAY
from workshop_kit import material
from workshop_kit.cli import app
from workshop_kit.errors import MaterialError
from workshop_kit.material.documents import Fault, Unfit
from workshop_kit.material.questionnaires import instrument

TODAY: Final = date(2025, 6, 30)
FOURTH: Final = '\n  - {id: fourth, section: "06", kind: scale, question: How much?, options: [Little, Much]}\n'
THIRTEENTH: Final = '\n  - {id: "12", title: Tea, notebook: 12_tea.ipynb, sources: [B tea]}\n'
# What stands in the last line of a file, as bytes, and the name of the sentence that answers it; with UTF-16 the first line is wrong.
UNREADABLE: Final[dict[str, tuple[bytes, str]]] = {
    "an equals sign": (b"label: =", "sign"),
    "a tag": (b"label: !tag tea", "sign"),
    "a kind of values that is of no use here": (b"label: !!python/name:os.system tea", "sign"),
    "a merge": (b"<<: tea", "sign"),
    "braces of a template": (b"label: {{name}}", "no_key"),
    "the country Norway": (b"NO: Norway", "no_key"),
    "brackets without an end": (b"label: " + 3_000 * b"[", "too_deep"),
    "brackets beyond all bounds": (b"label: " + 200_000 * b"[" + 200_000 * b"]", "too_deep"),
    "keys within keys": (b"label: " + 3_000 * b"{a: ", "too_deep"),
    "half a character by an escape": (rb'label: "\ud800"', "no_character"),
    "a bell by an escape": (rb'label: "\a"', "no_character"),
    "what is nearly a number": (b"label: 0x_", "no_value"),
    "what is said to be a yes": (b"label: !!bool tea", "no_value"),
    "an old encoding": (b"label: th\xe9", "no_utf8"),
    "UTF-16": (b"", "no_utf8"),
}
# What no author should have to read: names of classes, and of what the files are checked with.
OF_THE_PROGRAM: Final = re.compile(r"\b_[A-Z]\w+|constrained|pydantic|\w+Error")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the shipped data and notebooks, in which nothing stays broken."""
    folder = tmp_path_factory.mktemp("kit")
    for name in ("data", "notebooks"):
        shutil.copytree(material.shipped(name), folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return folder


@pytest.fixture
def kit(tmp_path: Path, copy: Path) -> Path:
    """Return a folder with a copy of the shipped data and notebooks."""
    return shutil.copytree(copy, tmp_path, dirs_exist_ok=True)


def check(kit: Path) -> list[Fault]:
    """Return what a check of a copy finds, without warnings."""
    return [each for each in material.check(kit / "data" / "intimacy", today=TODAY) if not each.is_warning]


def sentence(fault: Fault) -> str:
    """Return what an author reads beside file and line."""
    return SAY.error(fault.error)


def change(kit: Path, name: str, how: Change) -> str:
    """Change one file of a copy, and return what it holds then."""
    text = how((kit / name).read_text(encoding="utf-8"))
    (kit / name).write_text(text, encoding="utf-8")
    return text


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_what_is_broken_is_found_in_its_file_and_on_its_line(copy: Path, broken: Broken) -> None:
    """One mistake brings one fault, which names file and line and says in one sentence, and not as a program, what to write instead.

    Where the workshop cannot be led any more, it is refused in the same words.
    """
    whole = (copy / broken.file).read_bytes()
    try:
        text, found = change(copy, broken.file, broken.change), check(copy)

        [fault] = [each for each in found if broken.says in sentence(each)]
        assert len(found) == 1 + broken.fellows, [SAY.error(each) for each in found]
        assert (fault.file, fault.line) == (copy / broken.file, line_of(text, broken.on))
        assert "\n" not in sentence(fault)
        assert OF_THE_PROGRAM.findall(sentence(fault)) == []
        if broken.is_in_the_way:
            with pytest.raises(MaterialError) as refusal:
                material.read(copy / "data" / "intimacy")
            assert SAY.error(refusal.value) == SAY.error(found[0])
    finally:
        (copy / broken.file).write_bytes(whole)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_yaml_cannot_be_made_of_is_named_in_every_file_there_is(kit: Path, name: str) -> None:
    """Whatever an editor leaves in a file, the command and whoever reads it say file, line and a way out; nothing falls over."""
    last, code = UNREADABLE[name]
    whole = {file: file.read_bytes() for file in (kit / "data").rglob("*.yaml")}
    broken = {file: content.decode().encode("utf-16") if name == "UTF-16" else content + last for file, content in whole.items()}
    lines = {file: 1 if name == "UTF-16" else content.count(b"\n") + 1 for file, content in whole.items()}
    of_keys = {file for file in whole if file.parent.name == "instruments"}
    # The others are looked at once the workshop itself can be read.
    beside = {kit / each for each in (AFTERWARDS, COVERAGE, RESOURCES)}
    for files in (whole.keys() - of_keys - beside, beside):
        for file in whole:
            file.write_bytes((broken if file in files else whole)[file])
        said = CliRunner().invoke(app, ["check", str(kit / "data" / "intimacy")])
        problem = SAY(f"material.file.{code}")
        assert set(said.output.splitlines()[:-1]) == {f"{file}:{lines[file]}: {problem}" for file in files}
    for file in of_keys:
        file.write_bytes(broken[file])
        with pytest.raises(Unfit) as refused:
            instrument(file)
        assert SAY.error(refused.value) == f"{file}, line {lines[file]}: {problem}"


def test_a_notebook_that_holds_what_no_text_should_is_named(kit: Path) -> None:
    """Half a character, thousands of brackets and another encoding are told of a notebook as of any file."""
    whole = (kit / NOTEBOOK).read_text(encoding="utf-8")
    for content, says in (
        (whole.replace("# The fears", r"\ud800# The fears", 1).encode(), "character"),
        (whole.replace('"metadata": {', '"metadata": {"deep": ' + 100_000 * "[" + 100_000 * "]" + ",", 1).encode(), "whole notebook"),
        (whole.encode("utf-16"), "UTF-8"),
    ):
        (kit / NOTEBOOK).write_bytes(content)
        [fault] = check(kit)
        assert (fault.file, says in sentence(fault)) == (kit / NOTEBOOK, True), sentence(fault)


def test_files_that_are_missing_or_cannot_be_read_are_named(kit: Path) -> None:
    """Without a guide or a notebook the section is named, without an outline the file is; who broke three files reads about all three."""
    for file, says in ((GUIDE, "guide/06.yaml"), (NOTEBOOK, "06_the_fears_that_guard_us.ipynb")):
        (kit / file).unlink()
        assert any(says in sentence(each) for each in check(kit))

    (kit / OUTLINE).unlink()
    [fault] = check(kit)
    assert fault.line is None
    assert str(kit / OUTLINE) in SAY.error(fault)
    for file in (OUTLINE, POLLS, GUIDE):
        (kit / file).write_text("- nothing\n", encoding="utf-8")
    assert [each.file for each in check(kit)] == [kit / OUTLINE, kit / POLLS, kit / GUIDE]


def test_a_notebook_whose_lines_cannot_be_counted_is_named_all_the_same(kit: Path) -> None:
    """Some characters may stand in a notebook and not in YAML, by which lines are found; then the file and the cell must do."""
    change(kit, NOTEBOOK, prose("takeaway", "## To take", "\x7f## To take"))
    change(kit, NOTEBOOK, lambda text: text.replace("\\u007f", "\x7f"))

    [fault] = check(kit)

    assert (fault.file, fault.line) == (kit / NOTEBOOK, 1)


def test_a_section_has_one_to_three_polls_and_a_guide_has_a_section(kit: Path) -> None:
    """The fourth poll of a section is one too many, a section without any lacks one, and a guide to no section would never be seen."""
    guide = (kit / GUIDE).read_text(encoding="utf-8").replace('section: "06"', 'section: "12"')
    (kit / GUIDE).with_name("12.yaml").write_text(guide, encoding="utf-8")
    [fault] = check(kit)
    assert (fault.file.name, fault.line) == ("12.yaml", line_of(guide, "section:"))
    assert "'12'" in sentence(fault)
    (kit / GUIDE).with_name("12.yaml").unlink()

    polls = change(kit, POLLS, lambda text: text + FOURTH)
    outline = change(kit, OUTLINE, swap("\nplans:", f"{THIRTEENTH}\nplans:"))

    found = {sentence(each).partition(".")[0]: (each.file, each.line) for each in check(kit)}

    assert found["section '06' has 4 polls"] == (kit / POLLS, line_of(polls, "id: fourth"))
    assert found["section '12' has no poll"] == (kit / OUTLINE, line_of(outline, 'id: "12"'))


def test_a_workshop_without_plans_guides_or_surroundings_can_be_read_and_is_checked(tmp_path: Path) -> None:
    """An author may begin with two small files: the workshop can be led, and the check says what it still needs."""
    outline = "id: b\ntitle: B\nsections:\n  - {id: '01', title: Tea, notebook: 01_tea.ipynb, sources: [B tea]}\n"
    polls = "polls:\n  - {id: steep, section: '01', kind: scale, question: How strong?, options: [Weak, Strong]}\n"
    (tmp_path / "workshop.yaml").write_text(outline, encoding="utf-8")
    (tmp_path / "polls.yaml").write_text(polls, encoding="utf-8")

    assert material.read(tmp_path).sections[0].guide is None
    assert {sentence(each).split(".")[0] for each in material.check(tmp_path, tmp_path)} == {
        "section '01' has no guide",
        "there is no notebook 01_tea",
    }


def test_english_words_are_looked_for_only_in_an_english_workshop(kit: Path) -> None:
    """In another language the same letters may mean something else; what does not depend on words is found all the same."""
    change(kit, POLLS, swap("What brought you here?", "Do you have and/or suffer?"))
    assert {each.error.code for each in check(kit)} == {"material.poll.two_things", "material.poll.diagnosis"}
    change(kit, OUTLINE, swap("\ntitle:", "\nlanguage: de\ntitle:"))
    assert [each.error.code for each in check(kit)] == ["material.poll.two_things"]


def test_old_contacts_are_a_warning_and_no_fault(kit: Path) -> None:
    """A contact that nobody has checked for 180 days is named by the check, which passes all the same."""
    text = (kit / RESOURCES).read_text(encoding="utf-8").replace(": null\n", ": 2025-06-01\n")
    (kit / RESOURCES).write_text(text.replace("2025-06-01", "2024-12-31", 1), encoding="utf-8")

    [warning] = material.check(kit / "data" / "intimacy", today=TODAY)
    later = material.check(kit / "data" / "intimacy", today=date(2026, 1, 1))

    assert (warning.file, warning.line, warning.is_warning) == (kit / RESOURCES, line_of(text, "last_verified: 2025-06-01"), True)
    assert "US" in sentence(warning)
    assert len(later) == len(material.contacts().countries)


def test_the_shipped_workshop_passes_and_the_command_says_so() -> None:
    """The workshop that comes with the kit has nothing to mend; the command ends with 0 after the warnings it has printed."""
    assert [SAY.error(each) for each in material.check() if not each.is_warning] == []

    said = CliRunner().invoke(app, ["check"])

    assert said.exit_code == 0
    assert said.output.splitlines()[-1].startswith("All is well: nothing to mend.")


def test_the_command_lists_faults_as_file_line_and_sentence(kit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is a line that editors turn into a link; then how many there are, and exit code 1. A mistyped folder is named."""
    text = change(kit, POLLS, swap("What brought you here?", "Who and/or what?"))
    monkeypatch.chdir(kit)

    said = CliRunner().invoke(app, ["check", "data/intimacy"])

    assert said.exit_code == 1
    assert said.output.splitlines()[0].startswith(f"{POLLS}:{line_of(text, 'and/or')}: this asks two things at once.")
    assert said.output.splitlines()[-1].startswith("1 thing to mend")
    mistyped = CliRunner().invoke(app, ["check", str(kit / "elsewhere")])
    assert mistyped.exit_code == 1
    assert f"{kit / 'elsewhere' / 'workshop.yaml'} cannot be read" in mistyped.output


def test_the_shipped_plans_are_the_four_that_were_promised() -> None:
    """An evening of 90 minutes, which asks the fears twice, a half day, four meetings of an hour, and a webinar.

    Only where somebody has time to read them are lines asked for: in the half day and in the last meeting of the series.
    """
    workshop = material.read()
    plans = {plan.id: plan for plan in workshop.plans}
    asked = {name: [[poll for block in meeting for poll in block.polls] for meeting in plan.meetings] for name, plan in plans.items()}
    lines = {poll.id for poll in workshop.polls.values() if poll.kind == "text"}

    assert [asked["evening"][0].count(poll) for poll in ("fears", "pulse")] == [2, 2]
    assert {
        name: (plan.meeting_min, plan.texts, [bool(lines & set(meeting)) for meeting in asked[name]]) for name, plan in plans.items()
    } == {
        "evening": (90, False, [False]),
        "half_day": (195, True, [True]),
        "series": (60, True, [False, False, False, True]),
        "webinar": (60, False, [False]),
    }


def test_every_shipped_section_has_a_guide_that_says_what_matters_most() -> None:
    """Twelve guides; three are heavy; abuse is nobody's shared fault; what to do with a line, and with a chart that moved or did not."""
    guides = {section.id: section.guide for section in material.read().sections}
    last, said = guides["11"], {name: (guide.safety or "") for name, guide in guides.items() if guide}

    assert list(guides) == list(said) == [f"{number:02}" for number in range(12)]
    assert [name for name, guide in guides.items() if guide and guide.intensity == 3] == ["03", "04", "07"]
    assert "Shared responsibility never applies to abuse" in said["08"]
    assert last is not None
    steps = " ".join(step.words for step in last.steps)
    assert all(words in steps for words in ("read the lines", "Approve", "Rewrite", "Decline", "fewer than ten"))
    assert all(words in said["11"] for words in ("worries you", "do not look for the person", "Someone to talk to"))
    assert [name for name, guide in guides.items() if guide and guide.if_moved] == ["11"]
    assert all("Different people may have answered" in (words or "") for words in (last.if_moved, last.if_unmoved))
