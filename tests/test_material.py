"""Material: the shipped files can be read, and whatever an author breaks is named with its file and its line."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml

from workshop_kit import material
from workshop_kit.errors import MaterialError
from workshop_kit.material.complaints import complaint
from workshop_kit.workshop import Workshop

OUTLINE: Final = """\
id: breakfast
title: Breakfast together
sections:
  - id: "01"
    title: Bread
    notebook: 01_bread.ipynb
    sources: [A bread]
  - id: "02"
    title: Tea
    notebook: 02_tea.ipynb
    sources: [B tea, B milk]
"""

POLLS: Final = """\
polls:
  - id: crust
    section: "01"
    kind: single
    question: Do you eat the crust?
    options:
      - {id: yes_gladly, label: Gladly}
      - {id: leave, label: I leave it}

  - id: steep
    section: "02"
    kind: scale
    question: How strong do you like your tea?
    hint: Never mind the milk.
    intensity: 3
    options: [Weak, Middling, Strong]
"""


def written(folder: Path, outline: str | bytes | None = OUTLINE, polls: str | bytes | None = POLLS) -> Path:
    """Write a workshop's files into a folder, but for those that are None."""
    for name, content in (("workshop.yaml", outline), ("polls.yaml", polls)):
        if content is not None:
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


class Broken(NamedTuple):
    """What an author did to a file, and the line that the refusal must name (none where there is no line to name)."""

    name: str
    file: str
    change: Callable[[str], str | bytes | None]
    line: int | None


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return a change that puts one text in another's only place."""

    def changed(text: str) -> str:
        assert text.count(old) == 1
        return text.replace(old, new)

    return changed


CRUST_OPTIONS: Final = "    options:\n      - {id: yes_gladly, label: Gladly}\n      - {id: leave, label: I leave it}\n"
P, W = "polls.yaml", "workshop.yaml"
BROKEN: Final = [
    Broken("a bracket that never closes", P, swap("[Weak, Middling, Strong]", "[Weak, Middling, Strong"), 17),
    Broken("a colon within a question", P, swap("Do you eat the crust?", "Crust: do you eat it?"), 5),
    Broken("a tab for indentation", P, swap('    section: "01"', '\tsection: "01"'), 3),
    Broken("a control character", P, swap("Gladly}", "Gladly\x07}"), 7),
    Broken("a key that is missing", P, swap("    question: Do you eat the crust?\n", ""), 2),
    Broken("a key that nobody knows", P, swap("    hint:", "    hnit:"), 14),
    Broken("a kind that nobody knows", P, swap("kind: single", "kind: singel"), 4),
    Broken("one option", P, swap("      - {id: leave, label: I leave it}\n", ""), 7),
    Broken("seven options", P, swap("[Weak, Middling, Strong]", "[A, B, C, D, E, F, G]"), 16),
    Broken("options that are no list", P, swap("[Weak, Middling, Strong]", "Weak or strong"), 16),
    Broken("two options of one id", P, swap("id: leave", "id: yes_gladly"), 2),
    Broken("an option without a label", P, swap("{id: leave, label: I leave it}", "{id: leave}"), 8),
    Broken("an empty label", P, swap("label: Gladly", 'label: ""'), 7),
    Broken("an option that is an empty text", P, swap("[Weak, Middling, Strong]", '[Weak, "", Strong]'), 16),
    Broken("an option that no phone has room for", P, swap("[Weak, Middling, Strong]", f"[Weak, {'very ' * 40}strong]"), 16),
    Broken("an empty question", P, swap("Do you eat the crust?", '""'), 5),
    Broken("a question that no phone has room for", P, swap("Do you eat the crust?", "crust " * 30), 5),
    Broken("an intensity of four", P, swap("intensity: 3", "intensity: 4"), 15),
    Broken("a scale that falls", P, swap("[Weak, Middling, Strong]", "[{id: 2, label: More}, {id: 1, label: Less}]"), 10),
    Broken("an id with a capital letter", P, swap("id: crust", "id: Crust"), 2),
    Broken("two polls of one id", P, swap("id: steep", "id: crust"), 10),
    Broken("a section that is not there", P, swap('section: "02"', 'section: "03"'), 11),
    Broken("a section number without quotes", P, swap('section: "02"', "section: 02"), 11),
    Broken("a list where a mapping belongs", P, lambda text: "- crust\n- steep\n", 1),
    Broken("no polls", P, lambda text: "polls: []\n", 1),
    Broken("an empty file", P, lambda text: "", 1),
    Broken("nothing but a comment", W, lambda text: "# to be written\n", 1),
    Broken("not UTF-8", P, lambda text: text.replace("Gladly", "Mit Vergnügen").encode("latin-1"), None),
    Broken("no file at all", P, lambda text: None, None),
    Broken("no outline at all", W, lambda text: None, None),
    Broken("a title that is a list", W, swap("title: Breakfast together", "title: [Breakfast, together]"), 2),
    Broken("a section without a notebook", W, swap("    notebook: 02_tea.ipynb\n", ""), 8),
    Broken("a section without sources", W, swap("[B tea, B milk]", "[]"), 11),
    Broken(
        "two sections of one id", W, lambda text: text + '  - {id: "02", title: Toast, notebook: 03_toast.ipynb, sources: [A bread]}\n', 12
    ),
]


def test_the_shipped_workshop_reads() -> None:
    """The material that comes with the kit is whole: every section has polls, and every poll is asked in its section."""
    workshop = material.read()

    assert workshop.title == "Letting ourselves be known"
    assert [poll.section for section in workshop.sections for poll in section.polls] == [
        section.id for section in workshop.sections for _ in section.polls
    ]
    assert {"fears", "loudest", "guarding"} <= set(workshop.polls)


def test_a_workshop_is_what_its_files_say(tmp_path: Path) -> None:
    """Sections keep their order, polls go to their sections, and what an author left out has its ordinary value."""
    workshop = material.read(written(tmp_path))

    assert isinstance(workshop, Workshop)
    assert (workshop.id, workshop.title) == ("breakfast", "Breakfast together")
    assert [(section.id, section.notebook, section.sources) for section in workshop.sections] == [
        ("01", "01_bread.ipynb", ("A bread",)),
        ("02", "02_tea.ipynb", ("B tea", "B milk")),
    ]
    crust, steep = workshop.polls.values()
    assert (crust.section, crust.intensity, crust.hint) == ("01", 1, None)
    assert (steep.section, steep.intensity, steep.hint) == ("02", 3, "Never mind the milk.")
    assert [option.id for option in crust.options] == ["yes_gladly", "leave"]
    assert [(option.id, option.label) for option in steep.options] == [(1, "Weak"), (2, "Middling"), (3, "Strong")]


def test_a_file_saved_by_a_plain_editor_on_windows_reads(tmp_path: Path) -> None:
    """A byte order mark and Windows line ends change nothing."""
    expected = material.read(written(tmp_path))

    marked = [b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for text in (OUTLINE, POLLS)]

    assert material.read(written(tmp_path, *marked)) == expected


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_what_is_broken_is_named_in_one_sentence(tmp_path: Path, broken: Broken) -> None:
    """Whatever is wrong with a file, its author reads one plain sentence that names the file and the line."""
    written(tmp_path, broken.change(OUTLINE) if broken.file == W else OUTLINE, broken.change(POLLS) if broken.file == P else POLLS)

    with pytest.raises(MaterialError) as fault:
        material.read(tmp_path)

    said = str(fault.value)
    named = tmp_path / broken.file
    assert said.startswith(f"{named}, line {broken.line}: " if broken.line else f"The file {named} cannot be read.")
    assert "\n" not in said
    assert said.endswith(".")


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_refusal_says_nothing_of_the_program(tmp_path: Path, broken: Broken) -> None:
    """The sentence is about the file: it names no class of ours, and drags no other error along for a terminal to print."""
    written(tmp_path, broken.change(OUTLINE) if broken.file == W else OUTLINE, broken.change(POLLS) if broken.file == P else POLLS)

    with pytest.raises(MaterialError) as fault:
        material.read(tmp_path)

    assert re.findall(r"\b_[A-Z]\w+|constrained|pydantic|\w+Error", str(fault.value).removeprefix(str(tmp_path))) == []
    assert fault.value.__suppress_context__ or fault.value.__context__ is None


def test_a_folder_that_is_not_there_is_refused_the_same_way(tmp_path: Path) -> None:
    """A mistyped folder is a missing file in it, said in the same words."""
    with pytest.raises(MaterialError, match=r"workshop\.yaml cannot be read"):
        material.read(tmp_path / "elsewhere")


def test_shipped_names_the_folders_that_come_with_the_kit() -> None:
    """The folder of the data holds the workshop that is read by default."""
    assert (material.shipped("data") / material.SHIPPED / "workshop.yaml").is_file()


def test_what_nobody_foresaw_is_said_plainly_too() -> None:
    """A kind of error that has no sentence of its own still names the value and a way out."""
    place, sentence = complaint({"type": "unheard_of", "loc": ("polls", 0, "single", "options", 2, "a text"), "input": 1})

    assert place == ("polls", 0, "single", "options", 2, "a text")
    assert sentence == "an entry of 'options' has a value that does not fit. Look at a shipped file for one that does."


def test_guides_and_plans_are_read_as_they_are_written() -> None:
    """What a facilitator is given stands in the workshop word for word, and a plan keeps its meetings and blocks in order."""
    workshop = material.read()
    folder = material.shipped("data") / material.SHIPPED
    written_guides = {name: yaml.safe_load((folder / "guide" / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("06", "11")}
    written_plans = yaml.safe_load((folder / "workshop.yaml").read_text(encoding="utf-8"))["plans"]

    for name, written_guide in written_guides.items():
        guide = workshop.section(name).guide
        assert guide is not None
        said = json.loads(json.dumps(asdict(guide)))
        steps = [{"poll": None, **step} for step in written_guide["steps"]]
        assert {"safety": None, "if_moved": None, "if_unmoved": None, **written_guide, "steps": steps} == said
    assert [(plan.id, plan.title, plan.meeting_min, plan.texts) for plan in workshop.plans] == [
        (plan["id"], plan["title"], plan["meeting_min"], plan.get("texts", False)) for plan in written_plans
    ]
    assert [[asdict(block) for block in meeting] for plan in workshop.plans for meeting in plan.meetings] == [
        [
            {"kind": each["block"], "minutes": each["minutes"], "section": each.get("section"), "polls": tuple(each.get("polls", ()))}
            for each in meeting
        ]
        for plan in written_plans
        for meeting in plan["meetings"]
    ]


def test_a_slider_has_words_for_its_ends() -> None:
    """The pulse is a slider: no options are written for it, and its two ends are said in words."""
    pulse = material.read().poll("pulse")

    assert (pulse.kind, pulse.low, pulse.high, pulse.section) == ("slider", "Not at ease", "Very much at ease", "00")


def test_a_ranking_has_options_to_be_put_in_order_and_a_text_has_none() -> None:
    """The four things that openness may make easier are put in order; what people take with them is said in their own words."""
    workshop = material.read()
    ranked, own_words = workshop.poll("wished_for"), workshop.poll("one_thing")

    assert (ranked.kind, ranked.section, [option.id for option in ranked.options]) == (
        "rank",
        "09",
        ["asking", "staying", "trusting", "love"],
    )
    assert (own_words.kind, own_words.section, own_words.options) == ("text", "11", ())


def test_a_plan_allows_own_words_only_where_it_says_so(tmp_path: Path) -> None:
    """Whoever leaves `texts` out of a plan has not decided for it, so it is off."""
    plan = "  - {id: %s, title: T, meeting_min: 9, %smeetings: [[{block: slack, minutes: 9}]]}\n"
    outline = OUTLINE + "plans:\n" + plan % ("silent", "") + plan % ("open", "texts: true, ") + plan % ("closed", "texts: false, ")

    plans = material.read(written(tmp_path, outline)).plans

    assert [(each.id, each.texts) for each in plans] == [("silent", False), ("open", True), ("closed", False)]
