"""Reading a workshop: what comes with the kit can be led, a small one is what its files say, and a slip is named with its line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final, get_args

import pytest
import yaml
from pydantic_core import core_schema

from tests.material.broken import Change, swap
from tests.world import SAY
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
FILES: Final = {"workshop.yaml": OUTLINE, "polls.yaml": POLLS}
P, W = "polls.yaml", "workshop.yaml"
# What an author did to a file, and the line that the refusal must name. The mistakes that `broken` holds are not here again.
SLIPS: Final[dict[str, tuple[str, Change, int]]] = {
    "a colon within a question": (P, swap("Do you eat the crust?", "Crust: do you eat it?"), 5),
    "a tab for indentation": (P, swap('    section: "01"', '\tsection: "01"'), 3),
    "one option": (P, swap("      - {id: leave, label: I leave it}\n", ""), 7),
    "options that are no list": (P, swap("[Weak, Middling, Strong]", "Weak or strong"), 16),
    "an option without a label": (P, swap("{id: leave, label: I leave it}", "{id: leave}"), 8),
    "an empty label": (P, swap("label: Gladly", 'label: ""'), 7),
    "an option that is an empty text": (P, swap("[Weak, Middling, Strong]", '[Weak, "", Strong]'), 16),
    "an empty question": (P, swap("Do you eat the crust?", '""'), 5),
    "a scale that falls": (P, swap("[Weak, Middling, Strong]", "[{id: 2, label: More}, {id: 1, label: Less}]"), 10),
    "an id with a capital letter": (P, swap("id: crust", "id: Crust"), 2),
    "a section number without quotes": (P, swap('section: "02"', "section: 02"), 11),
    "a list where a mapping belongs": (P, lambda text: "- crust\n- steep\n", 1),
    "no polls": (P, lambda text: "polls: []\n", 1),
    "an empty file": (P, lambda text: "", 1),
    "nothing but a comment": (W, lambda text: "# to be written\n", 1),
    "a title that is a list": (W, swap("title: Breakfast together", "title: [Breakfast, together]"), 2),
    "a section without a notebook": (W, swap("    notebook: 02_tea.ipynb\n", ""), 8),
    "a section without sources": (W, swap("[B tea, B milk]", "[]"), 11),
    "two sections of one id": (W, lambda text: text + '  - {id: "02", title: Toast, notebook: 3.ipynb, sources: [A bread]}\n', 12),
}


def written(folder: Path, outline: str | bytes = OUTLINE, polls: str | bytes = POLLS) -> Path:
    """Write a workshop's two files into a folder, and return the folder."""
    for name, content in ((W, outline), (P, polls)):
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def refusal(folder: Path) -> str:
    """Return in which words a workshop is refused: one sentence, and no other error for a terminal to print along with it."""
    with pytest.raises(MaterialError) as fault:
        material.read(folder)
    assert fault.value.__suppress_context__ or fault.value.__context__ is None
    said = SAY.error(fault.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


def test_a_workshop_is_what_its_files_say(tmp_path: Path) -> None:
    """Sections keep their order, polls go to their sections, and what was left out has its ordinary value, also if saved on Windows."""
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
    marked = [b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for text in (OUTLINE, POLLS)]
    assert material.read(written(tmp_path, *marked)) == workshop


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_what_is_broken_is_named_in_one_sentence(tmp_path: Path, slip: tuple[str, Change, int]) -> None:
    """Whatever is wrong with a file, its author reads one plain sentence that names the file and the line."""
    file, change, line = slip
    (written(tmp_path) / file).write_text(change(FILES[file]), encoding="utf-8")

    assert refusal(tmp_path).startswith(f"{tmp_path / file}, line {line}: ")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing file and a mistyped folder are refused in the same words, and there is no line to name."""
    for file in FILES:
        written(tmp_path)
        (tmp_path / file).unlink()
        assert refusal(tmp_path).startswith(f"The file {tmp_path / file} cannot be read.")
    written(tmp_path)
    assert refusal(tmp_path / "elsewhere").startswith(f"The file {tmp_path / 'elsewhere' / W} cannot be read.")


def test_whatever_does_not_fit_has_a_sentence() -> None:
    """Every kind of error that pydantic knows is said of a value and of an entry; one of which nobody thought still names a way out."""
    place = ("polls", 0, "single", "options", 2, "a text")
    for kind in (*get_args(core_schema.ErrorType), "unheard_of"):
        context = {"expected": "'a' or 'b'", "discriminator": "'kind'"}
        errors = [complaint({"type": kind, "loc": at, "input": 1, "ctx": context})[1] for at in (place, ("polls", 0, "question"))]
        assert [error.code for error in errors if SAY.error(error) == error.code] == []

    assert complaint({"type": "unheard_of", "loc": place, "input": 1})[0] == place
    assert SAY.error(errors[0]) == "an entry of 'options' has a value that does not fit. Look at a shipped file for one that does."


def test_guides_and_plans_are_read_as_they_are_written() -> None:
    """What a facilitator is given stands in the workshop word for word, and a plan keeps its meetings and blocks in order."""
    workshop = material.read()
    folder = material.shipped("data") / material.SHIPPED
    plans = yaml.safe_load((folder / W).read_text(encoding="utf-8"))["plans"]

    for name in ("06", "11"):
        due = yaml.safe_load((folder / "guide" / f"{name}.yaml").read_text(encoding="utf-8"))
        guide = workshop.section(name).guide
        assert guide is not None
        steps = [{"poll": None, **step} for step in due["steps"]]
        said = json.loads(json.dumps(asdict(guide)))
        assert said == {"safety": None, "if_moved": None, "if_unmoved": None, **due, "steps": steps}
    assert [(plan.id, plan.title, plan.meeting_min, plan.texts) for plan in workshop.plans] == [
        (plan["id"], plan["title"], plan["meeting_min"], plan.get("texts", False)) for plan in plans
    ]
    assert [[asdict(block) for block in meeting] for plan in workshop.plans for meeting in plan.meetings] == [
        [
            {"kind": each["block"], "minutes": each["minutes"], "section": each.get("section"), "polls": tuple(each.get("polls", ()))}
            for each in meeting
        ]
        for plan in plans
        for meeting in plan["meetings"]
    ]


def test_each_kind_of_poll_is_read_in_its_section_with_what_belongs_to_it() -> None:
    """A slider has words for its two ends and no options, a ranking has options to be put in order, and a text has none."""
    workshop = material.read()
    pulse, ranked, own_words = map(workshop.poll, ("pulse", "wished_for", "one_thing"))

    assert workshop.title == "Letting ourselves be known"
    assert [poll.id for section in workshop.sections for poll in section.polls if poll.section != section.id] == []
    assert (pulse.kind, pulse.low, pulse.high, pulse.section) == ("slider", "Not at ease", "Very much at ease", "00")
    assert (ranked.kind, ranked.section) == ("rank", "09")
    assert [option.id for option in ranked.options] == ["asking", "staying", "trusting", "love"]
    assert (own_words.kind, own_words.section, own_words.options) == ("text", "11", ())


def test_a_plan_allows_own_words_only_where_it_says_so(tmp_path: Path) -> None:
    """Whoever leaves `texts` out of a plan has not decided for it, so it is off."""
    plan = "  - {id: %s, title: T, meeting_min: 9, %smeetings: [[{block: slack, minutes: 9}]]}\n"
    outline = OUTLINE + "plans:\n" + plan % ("silent", "") + plan % ("open", "texts: true, ") + plan % ("closed", "texts: false, ")

    plans = material.read(written(tmp_path, outline)).plans

    assert [(each.id, each.texts) for each in plans] == [("silent", False), ("open", True), ("closed", False)]
