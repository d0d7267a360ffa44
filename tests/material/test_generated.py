"""What is made from the material is current: the table of what is taught where, the schemas that editors read, and the gallery."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tools.gallery import PAGE, PICTURES
from tools.material_docs import SCHEMAS, generated, table, write
from workshop_kit import material
from workshop_kit.polls import KINDS

DATA: Final = material.shipped("data")


def test_writing_them_brings_them_up_to_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every generated file is written anew and named, whatever stood there, or nothing; where there is no checkout, it says so."""
    with pytest.raises(FileNotFoundError, match="checkout"):
        generated(tmp_path)
    for name in ("data", "notebooks"):
        shutil.copytree(material.shipped(name), tmp_path / name, ignore=shutil.ignore_patterns("schema", ".ipynb_checkpoints"))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "material.md").write_text("Old.\n", encoding="utf-8")

    write(tmp_path)

    due = generated()
    assert {DATA.parent / file.relative_to(tmp_path): text for file, text in generated(tmp_path).items()} == due
    assert {file: (tmp_path / file.relative_to(DATA.parent)).read_text(encoding="utf-8") for file in due} == due
    assert capsys.readouterr().out.count("Wrote ") == len(due)


def test_they_are_current() -> None:
    """Each file is what `make docs` writes; if this fails, run it."""
    due = generated()
    assert {file: file.read_text(encoding="utf-8") for file in due} == due


def test_every_part_and_every_list_of_the_texts_is_taught_whole() -> None:
    """Eight parts of one text and seven of the other, each in the section that names it; and of each list of theirs every point.

    Three points stand in the table with no poll beside them: they are taught and never asked.
    """
    coverage: list[dict[str, Any]] = yaml.safe_load((DATA / material.SHIPPED / "coverage.yaml").read_text(encoding="utf-8"))["coverage"]
    points = [point for entry in coverage for point in entry["points"] if "part_of" in point]
    named = [(source, section.id) for section in material.read().sections for source in section.sources]

    assert [(entry["source"], entry["section"]) for entry in coverage] == named
    assert Counter(source[0] for source, _ in named) == {"A": 8, "B": 7}
    assert Counter(point["part_of"] for point in points) == {
        "four fears": 4,
        "four benefits": 4,
        "eight indicators": 8,
        "eight ingredients": 8,
        "three risks": 3,
        "five roots": 5,
        "five practices": 5,
    }
    silent = {point["item"] for point in points if point.get("polls") == []}
    assert silent == {"Keeping away from touch or sex", "Abuse or neglect", "A parent taken up with themselves"}


def test_the_table_leads_from_each_point_to_notebook_poll_and_guide() -> None:
    """A row says what is taught, under which heading and in which words, which polls ask about it, and where the guide is."""
    text = table(DATA / material.SHIPPED, material.shipped("notebooks"))

    assert [line for line in text.splitlines() if line.startswith("| Opening up will hurt")] == [
        "| Opening up will hurt (four fears, 1) | 06, *Four worries by name*: “It will hurt.” | `fears`, `loudest` "
        "| [06](../data/intimacy/guide/06.yaml) |"
    ]
    assert "not found" not in text
    assert [target for target in set(re.findall(r"\]\((\S+)\)", text)) if not (DATA.parent / "docs" / target).is_file()] == []


def test_an_editor_finds_the_schema_of_each_file() -> None:
    """Every file's first line leads to a schema that knows all of its keys and refuses others, has a description, and names the kinds."""
    for file in sorted(DATA.rglob("*.yaml")):
        first, text = file.read_text(encoding="utf-8").split("\n", 1)
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert named, file
        schema = json.loads((file.parent / named[1]).read_text(encoding="utf-8"))
        assert set(yaml.safe_load(text)) <= set(schema["properties"]), file

    schemas = {name: shape.model_json_schema() for name, shape in SCHEMAS.items()}
    assert all(schema["description"] and schema["additionalProperties"] is False for schema in schemas.values())
    assert set(schemas["polls"]["properties"]["polls"]["items"]["discriminator"]["mapping"]) == set(KINDS)


def test_the_gallery_shows_and_describes_every_kind_on_phone_stage_and_notebook() -> None:
    """Every picture that its page names is there and described, none lies there unused, and each kind is shown in all three places."""
    page = PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r'src="images/gallery/([a-z_]+)\.png"', page))

    assert named == {file.stem for file in PICTURES.iterdir()}
    assert {f"{kind}_{where}" for kind in KINDS for where in ("phone", "stage", "notebook")} <= named
    assert [picture for picture in re.findall(r"<img [^>]*>", page) if not re.search(r'alt="[^"]{10,}"', picture)] == []
