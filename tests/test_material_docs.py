"""What is made from the material is current: the table of what is taught where, and the schemas that editors read."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner

from workshop_kit import material
from workshop_kit.cli import app
from workshop_kit.cli.check import write_docs
from workshop_kit.errors import SetupError
from workshop_kit.material.generated import SCHEMAS, generated, table
from workshop_kit.polls import KINDS

DATA: Final = material.shipped("data")
FILES: Final = sorted(DATA.rglob("*.yaml"))


def coverage() -> list[dict[str, Any]]:
    """Return what the shipped workshop says of its coverage."""
    entries: list[dict[str, Any]] = yaml.safe_load((DATA / material.SHIPPED / "coverage.yaml").read_text(encoding="utf-8"))["coverage"]
    return entries


@pytest.mark.parametrize("file", [pytest.param(file, id=file.name) for file in generated()])
def test_a_generated_file_is_current(file: Path) -> None:
    """The file is what `workshop-kit check --write-docs` would write now; if this fails, run that command."""
    assert file.read_text(encoding="utf-8") == generated()[file]


def test_writing_them_brings_them_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every generated file is written anew and named, whatever stood there, or nothing."""
    for name in ("data", "notebooks"):
        shutil.copytree(material.shipped(name), tmp_path / name, ignore=shutil.ignore_patterns("schema", ".ipynb_checkpoints"))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "material.md").write_text("Old.\n", encoding="utf-8")

    write_docs(tmp_path)

    due = {DATA.parent / file.relative_to(tmp_path): text for file, text in generated(tmp_path).items()}
    assert due == generated()
    assert {file: file.read_text(encoding="utf-8") for file in generated(tmp_path)} == generated(tmp_path)
    assert capsys.readouterr().out.count("Wrote ") == len(due)


def test_the_command_can_write_them_before_it_checks() -> None:
    """On a checkout that is current, writing changes nothing, and the check follows."""
    before = {file: file.read_bytes() for file in generated()}

    said = CliRunner().invoke(app, ["check", "--write-docs"])

    assert said.exit_code == 0
    assert {file: file.read_bytes() for file in generated()} == before


def test_an_installed_kit_has_no_place_for_them(tmp_path: Path) -> None:
    """Without a checkout around it the command says so, rather than writing somewhere."""
    with pytest.raises(SetupError, match="checkout"):
        generated(tmp_path)


def test_every_list_of_the_texts_is_taught_whole() -> None:
    """Four fears, four benefits, eight indicators, eight ingredients, three risks, five roots and five practices are there."""
    lists = Counter(point["part_of"] for entry in coverage() for point in entry["points"] if "part_of" in point)

    assert lists == {
        "four fears": 4,
        "four benefits": 4,
        "eight indicators": 8,
        "eight ingredients": 8,
        "three risks": 3,
        "five roots": 5,
        "five practices": 5,
    }


def test_every_part_of_the_texts_is_taught_in_one_section() -> None:
    """Eight parts of one text and seven of the other, each in the section that names it, and nothing else."""
    named = [(source, section.id) for section in material.read().sections for source in section.sources]

    assert [(entry["source"], entry["section"]) for entry in coverage()] == named
    assert Counter(source[0] for source, _ in named) == {"A": 8, "B": 7}


def test_two_matters_are_taught_and_never_asked() -> None:
    """Avoiding touch, and abuse or neglect, stand in the table with no poll beside them, and so does the parent of the third root."""
    silent = {point["item"] for entry in coverage() for point in entry["points"] if point.get("polls") == [] and "part_of" in point}

    assert silent == {"Keeping away from touch or sex", "Abuse or neglect", "A parent taken up with themselves"}


def test_the_table_leads_from_each_point_to_notebook_poll_and_guide() -> None:
    """A row says what is taught, under which heading and in which words, which polls ask about it, and where the guide is."""
    text = table(DATA / material.SHIPPED, material.shipped("notebooks"))

    rows = [line for line in text.splitlines() if line.startswith("| Opening up will hurt")]
    assert rows == [
        "| Opening up will hurt (four fears, 1) | 06, *Four worries by name*: “It will hurt.” | `fears`, `loudest` "
        "| [06](../data/intimacy/guide/06.yaml) |"
    ]
    assert "not found" not in text
    for target in set(re.findall(r"\]\((\S+)\)", text)):
        assert (DATA.parent / "docs" / target).is_file()


@pytest.mark.parametrize("file", [pytest.param(file, id=str(file.relative_to(DATA))) for file in FILES])
def test_an_editor_finds_the_schema_of_each_file(file: Path) -> None:
    """The first line of every file of the material leads to a schema that knows all of its keys."""
    first, text = file.read_text(encoding="utf-8").split("\n", 1)
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert named

    schema = json.loads((file.parent / named[1]).read_text(encoding="utf-8"))

    assert set(yaml.safe_load(text)) <= set(schema["properties"])


def test_a_schema_speaks_to_authors() -> None:
    """Every file's schema has a description, refuses keys that nobody knows, and names the kinds of polls."""
    schemas = {name: shape.model_json_schema() for name, shape in SCHEMAS.items()}

    assert all(schema["description"] and schema["additionalProperties"] is False for schema in schemas.values())
    assert set(schemas["polls"]["properties"]["polls"]["items"]["discriminator"]["mapping"]) == set(KINDS)
