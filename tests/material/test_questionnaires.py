"""Questionnaires as files: what is written is what is scored, and each slip is named with its line and the way out."""

import json
import re
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml

from tests.material.broken import Change, swap
from tests.world import ROOT
from workshop_kit import material
from workshop_kit.instruments import Band, CutOff, Group, Instrument, Norm, Subscale, score
from workshop_kit.material.documents import Unfit
from workshop_kit.material.questionnaires import instrument, keys
from workshop_kit.material.questionnaires.shapes import InstrumentFile, TextsFile
from workshop_kit.words.catalog import language

DOCS: Final = ROOT / "docs" / "instruments.md"

KEY: Final = """\
id: supper
title: Supper (made up)
answers:
  low: 0
  high: 4
  labels: [never, seldom, sometimes, often, always]
items: 4
reversed: [3]
risk: [4]
subscales:
  - id: meal
    title: The meal
    items: [1, 2, 3]
    by: sum
    may_be_blank: 1
    bands:
      source: A menu.
      steps:
        - {begins: 0, name: light}
        - {begins: 9, name: full}
    norm:
      sd: 2.5
      reliability: 0.8
      source: A cook.
    cut_off:
      source: Two cooks.
      groups:
        - {name: guests, mean: 4, sd: 2}
        - {name: hosts, mean: 9.5, sd: 3}
  - id: risk
    title: The knife
    items: [4]
    by: mean
citation: Nobody.
numbering: As listed.
licence: Made up.
checked_against: null
"""

TEXTS: Final = """\
key: ecr_rs
permission: I asked the owner in writing and may use them.
labels: [not at all, wholly]
items:
  - Item one.
""" + "".join(f"  - Item {number}.\n" for number in ("two", "three", "four", "five", "six", "seven", "eight", "nine"))


class Slip(NamedTuple):
    """What somebody did to a file, what stands on the line of the fault, and a word of what must be said."""

    name: str
    change: Change
    on: str
    says: str


IN_A_KEY: Final = [
    Slip("a key misspelt", swap("reversed:", "revresed:"), "revresed:", "Perhaps you mean 'reversed'"),
    Slip("no answers", lambda text: text[: text.index("answers:")] + text[text.index("items: 4") :], "id: supper", "'answers'"),
    Slip("nothing said of who owns it", swap("licence: Made up.\n", ""), "id: supper", "'licence' is missing"),
    Slip("nothing said of what it was compared with", swap("checked_against: null\n", ""), "id: supper", "'checked_against' is missing"),
    Slip("answers that fall", swap("  low: 0\n  high: 4", "  low: 4\n  high: 0"), "high: 0", "greater than the lowest, which is 4"),
    Slip("a line to be marked by hand", swap("high: 4", "high: 100"), "high: 100", "at most 11"),
    Slip("an answer that is no whole number", swap("low: 0", "low: 0.5"), "low: 0.5", "whole number"),
    Slip("a label too few", swap("often, always]", "always]"), "labels:", "Write 5, one for each answer from 0 to 4, or two"),
    Slip("a label that is a bare yes", swap("often, always]", "often, yes]"), "labels:", "quotation marks"),
    Slip("no items", swap("items: 4", "items: 0"), "items: 0", "1 or more"),
    Slip("a number in quotation marks", swap("items: 4", 'items: "4"'), 'items: "4"', "whole number, without quotation marks"),
    Slip("a reversed item that is not there", swap("reversed: [3]", "reversed: [5]"), "reversed:", "numbered from 1 to 4"),
    Slip("a reversed item twice", swap("reversed: [3]", "reversed: [3, 3]"), "reversed:", "item 3 stands in this list a second time"),
    Slip("a reversed item that counts nowhere", swap("items: [1, 2, 3]", "items: [1, 2]"), "reversed:", "no subscale counts it"),
    Slip("a risk that is not there", swap("risk: [4]", "risk: [0]"), "risk: [0]", "there is no item 0"),
    Slip("a subscale's item that is not there", swap("items: [1, 2, 3]", "items: [1, 2, 3, 12]"), "items: [1, 2, 3, 12]", "no item 12"),
    Slip("numbers in words", swap("items: [1, 2, 3]", "items: [1-3]"), "items: [1-3]", "whole number"),
    Slip("one number where a list belongs", swap("items: [1, 2, 3]", "items: 123"), "items: 123", "should be a list"),
    Slip("a subscale without items", swap("items: [1, 2, 3]", "items: []"), "items: []", "at least 1"),
    Slip("two subscales of one id", swap("id: risk", "id: meal"), "- id: meal\n    title: The knife", "an id of its own"),
    Slip("another way of scoring", swap("by: sum", "by: total"), "by: total", "mean and sum"),
    Slip("all may be blank", swap("may_be_blank: 1", "may_be_blank: 3"), "may_be_blank: 3", "Write 2 or less"),
    Slip("fewer than no blanks", swap("may_be_blank: 1", "may_be_blank: -1"), "may_be_blank: -1", "0 or more"),
    Slip("bands that fall", swap("begins: 9", "begins: 0.0"), "begins: 0.0", "Put them in order"),
    Slip("bands of a mean for a sum", swap("begins: 9", "begins: 90"), "begins: 90", "a sum of these items lies between 0 and 12"),
    Slip("bands without a source", swap("      source: A menu.\n", ""), "steps:", "'source' is missing"),
    Slip("a deviation of nothing", swap("sd: 2.5", "sd: 0"), "sd: 0", "'sd'"),
    Slip("a deviation in words", swap("sd: 2.5", "sd: two"), "sd: two", "'sd'"),
    Slip("a deviation without end", swap("sd: 2.5", "sd: .inf"), "sd: .inf", "'sd'"),
    Slip("a deviation of another score", swap("sd: 2.5", "sd: 25"), "sd: 25", "between 0 and 12, so they cannot spread that far"),
    Slip("a reliability in per cent", swap("reliability: 0.8", "reliability: 80"), "reliability: 80", "'reliability'"),
    Slip("one group only", swap("        - {name: hosts, mean: 9.5, sd: 3}\n", ""), "name: guests", "at least 2"),
    Slip("a group's mean of another score", swap("mean: 9.5", "mean: 19.5"), "mean: 19.5", "so does their mean"),
    Slip("a group's deviation of another score", swap("sd: 3}", "sd: 30}"), "sd: 30}", "cannot spread that far"),
    Slip("texts and nobody's leave", swap("items: 4", "items: [One, Two, Three, Four]"), "items: [One", "by whose leave"),
    Slip("a tick for a permission", lambda text: text + "permission: granted\n", "permission: granted", "in a sentence"),
]

IN_TEXTS: Final = [
    Slip("a key that is not there", swap("ecr_rs", "ecr_sr"), "key: ecr_sr", "There are: ecr_r, ecr_rs"),
    Slip("a text too few", swap("  - Item nine.\n", ""), "- Item one.", "8 texts, but the key 'ecr_rs' has 9 items"),
    Slip("an empty text", swap("- Item four.", "-"), "-\n", "empty"),
    Slip("no permission", swap("permission: I asked the owner in writing and may use them.\n", ""), "key:", "'permission' is missing"),
    Slip("a yes for a permission", swap("I asked the owner in writing and may use them.", "yes"), "permission: yes", "should be text"),
    Slip("one word as permission", swap("I asked the owner in writing and may use them.", "Surely"), "permission: Surely", "in a sentence"),
    Slip("labels for another range", swap("[not at all, wholly]", "[little, more, much]"), "labels:", "Write 7, one for each answer"),
    Slip("what belongs into a key", swap("labels: [not at all, wholly]", "reversed: [1]"), "reversed:", "means nothing here"),
]


def written(folder: Path, text: str) -> Path:
    """Write a file of an instrument."""
    (folder / "own.yaml").write_text(text, encoding="utf-8")
    return folder / "own.yaml"


@pytest.mark.parametrize(
    ("text", "slip"), [pytest.param(text, slip, id=slip.name) for text, slips in ((KEY, IN_A_KEY), (TEXTS, IN_TEXTS)) for slip in slips]
)
def test_a_slip_is_named_with_its_line_and_the_way_out(tmp_path: Path, text: str, slip: Slip) -> None:
    """The first sentence names the file and the line, says what to write instead, and no other fault stands before it."""
    broken = slip.change(text)
    file = written(tmp_path, broken)

    with pytest.raises(Unfit) as refused:
        instrument(file)

    line = broken.count("\n", 0, broken.index(slip.on)) + 1
    said = language().error(refused.value)
    assert said.startswith(f"{file}, line {line}: ")
    assert slip.says in said


def test_all_slips_of_a_file_are_found_at_once(tmp_path: Path) -> None:
    """Whoever made three need not come back three times; they are told in the order of the lines."""
    broken = KEY.replace("reversed: [3]", "reversed: [7]").replace("risk: [4]", "risk: [9]").replace("may_be_blank: 1", "may_be_blank: 3")

    with pytest.raises(Unfit) as refused:
        instrument(written(tmp_path, broken))

    assert [fault.line for fault in refused.value.faults] == [8, 8, 9, 15]


@pytest.mark.parametrize("name", ["nowhere.yaml", "ecr_sr", "."])
def test_a_file_that_is_not_there_is_named_with_the_keys_there_are(tmp_path: Path, name: str) -> None:
    """The sentence says where was looked, and what comes with the kit."""
    with pytest.raises(Unfit) as refused:
        instrument(tmp_path / name)

    said = language().error(refused.value)
    assert said.startswith(f"There is no file {tmp_path / name}.")
    assert said.endswith("comes with the kit: ecr_r, ecr_rs, and wemwbs.")


def test_a_key_is_what_its_file_says(tmp_path: Path) -> None:
    """Everything that was written arrives, and what was left out has its ordinary value."""
    meal = Subscale(
        id="meal",
        title="The meal",
        items=(1, 2, 3),
        by="sum",
        may_be_blank=1,
        bands=(Band(0, "light"), Band(9, "full")),
        bands_source="A menu.",
        norm=Norm(2.5, 0.8, "A cook."),
        cut_off=CutOff((Group("guests", 4, 2), Group("hosts", 9.5, 3)), "Two cooks."),
    )

    assert instrument(written(tmp_path, KEY)) == Instrument(
        id="supper",
        title="Supper (made up)",
        low=0,
        high=4,
        items=4,
        subscales=(meal, Subscale("risk", "The knife", (4,), "mean")),
        reversed=frozenset({3}),
        risk=frozenset({4}),
        labels=("never", "seldom", "sometimes", "often", "always"),
        citation="Nobody.",
        numbering="As listed.",
        licence="Made up.",
    )


def test_texts_complete_a_key(tmp_path: Path) -> None:
    """Texts, labels and the permission are added; how it is scored stays as the key says."""
    key, own = instrument("ecr_rs"), instrument(written(tmp_path, TEXTS))

    assert (own.texts[0], own.texts[-1], len(own.texts)) == ("Item one.", "Item nine.", 9)
    assert (own.points[1], own.points[4], own.points[7]) == ("not at all", "", "wholly")
    assert own.permission == "I asked the owner in writing and may use them."
    assert (own.subscales, own.reversed, own.low, own.high, own.citation) == (key.subscales, key.reversed, key.low, key.high, key.citation)


@pytest.mark.parametrize(
    ("name", "lowest", "highest"),
    [
        # (4 × 7 + 2 × 1) / 6 and (4 × 1 + 2 × 7) / 6; three items as they are.
        ("ecr_rs", {"avoidance": 5.0, "anxiety": 1.0}, {"avoidance": 3.0, "anxiety": 7.0}),
        # (2 × 7 + 16 × 1) / 18 and (2 × 1 + 16 × 7) / 18; (12 × 7 + 6 × 1) / 18 and (12 × 1 + 6 × 7) / 18.
        ("ecr_r", {"anxiety": 30 / 18, "avoidance": 5.0}, {"anxiety": 114 / 18, "avoidance": 3.0}),
        ("wemwbs", {"wellbeing": 14}, {"wellbeing": 70}),
    ],
)
def test_the_three_keys_of_the_kit_hold_no_texts_and_score_as_by_hand(
    name: str, lowest: dict[str, float], highest: dict[str, float]
) -> None:
    """Named after its file, every item counted once, no text, no risk, and sources named; a lost reversed item shows at both ends."""
    key = instrument(name)

    assert keys() == ("ecr_r", "ecr_rs", "wemwbs")
    assert (key.id, key.texts, key.labels, key.permission, key.risk) == (name, (), (), None, frozenset())
    assert sorted(item for each in key.subscales for item in each.items) == list(range(1, key.items + 1))
    assert all((key.citation, key.numbering, key.licence, key.checked_against))
    for answer, expected in ((key.low, lowest), (key.high, highest)):
        scores = score(key, dict.fromkeys(range(1, key.items + 1), answer))
        assert {each.subscale.id: each.value for each in scores} == expected


def test_the_examples_of_the_documentation_can_be_used(tmp_path: Path) -> None:
    """Both files shown there read as they stand, say that they are made up, and the lines of Python give what is said of them."""
    text = DOCS.read_text(encoding="utf-8")
    texts, own = (instrument(written(tmp_path, block)) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        if "notebook" not in block and "~" not in block:
            exec(block, names)

    assert texts.items == 9
    assert "made up" in own.title
    assert [each.value for each in score(own, {1: 4, 2: 4, 3: 0, 4: 1, 5: 2, 6: 1})] == [12, 2]
    assert getattr(names["avoidance"], "value", None) == 2.0


@pytest.mark.parametrize(("name", "shape"), [("instrument", InstrumentFile), ("instrument_texts", TextsFile)])
def test_editors_are_told_the_keys_of_both_files(name: str, shape: type[InstrumentFile | TextsFile]) -> None:
    """The schemas are current, and know every key of the examples above."""
    schema = json.loads((material.shipped("data") / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    example = yaml.safe_load(KEY if shape is InstrumentFile else TEXTS)

    assert schema == {"$schema": schema["$schema"], **shape.model_json_schema()}
    assert set(example) <= set(schema["properties"])
