"""What a data protection officer is given: its figures are the code's, its files are those on the disk, its packages those that are pinned."""

import json
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.browsers import Visitors, barriers
from tests.world import ROOT, RunningRoom
from tools.bill_of_materials import bill, pinned
from workshop_kit.after import data_protection
from workshop_kit.disk import rooms

TEMPLATE: Final = (data_protection.HERE / "data_protection.md").read_text(encoding="utf-8")
# What may be written by hand: articles of law, a cipher's mode, and what is looked at below.
OF_THE_LAW: Final = r"Art\. \d+(\(\d\))?|45 CFR 164\.514\(b\)\(2\)|\(164\.312\)|WP 248"
PINS: Final = pinned((ROOT / "constraints.txt").read_text(encoding="utf-8"))


def test_no_figure_is_written_by_hand() -> None:
    """Every number but those of the law comes from the code, and none waits there for a sentence; what is written by hand is so."""
    [bytes_of_a_seat] = re.findall(r"getRandomValues\(new Uint8Array\((\d+)\)\)", (ROOT / "workshop_kit/server/static/room.js").read_text())
    fields = set(re.findall(r"{(\w+)}", TEMPLATE))

    assert re.findall(r"\d+", re.sub(rf"{{\w+}}|{OF_THE_LAW}", "", TEMPLATE)) == [str(8 * int(bytes_of_a_seat)), "0700", "0600"]
    assert fields == set(data_protection.figures())


def test_what_is_on_the_disk_is_what_it_names(tmp_path: Path) -> None:
    """While a room runs and after it, every file in the folder, every table and every part of a room is named, and open to its owner only."""
    text, folder = data_protection.text(), tmp_path / "kit"
    with RunningRoom(folder) as room:
        room.poll("fears", [["hurt"]] * 6, "close", "reveal")
        running = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
        room.stop()
    with closing(sqlite3.connect(folder / rooms.FILE)) as file:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name != 'schema'")}
        [document] = [json.loads(each) for (each,) in file.execute("SELECT document FROM rooms")]

    assert [name for name in {*running, *tables, *document} if f"`{name}`" not in text] == []
    assert (stat.S_IMODE(folder.stat().st_mode), set(running.values())) == (0o700, {0o600})
    assert [file.name for file in folder.iterdir()] == [rooms.FILE]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_is_filled_in_and_printed_on_two_sides(paper: str, visitors: Visitors) -> None:
    """Each blank can be typed into, and filled in it is two sides of either paper; it shuts nobody out, and asks for nothing from anywhere."""
    page = visitors.page()
    page.set_content(data_protection.page())
    blanks = page.get_by_role("textbox").all()
    found = barriers(page)
    for blank in blanks:
        blank.fill("Practice on Main Street, 12 Main Street, Springfield")

    printed = page.pdf(format=paper)

    assert len(blanks) == TEMPLATE.count("[fill in: ")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2
    assert (found, visitors.urls) == ([], [])


def test_the_bill_of_materials_is_what_is_pinned() -> None:
    """Each pinned package is on it once, with its version and, if the kit needs it, its licence; another version that is installed is refused."""
    written = bill(PINS)
    parts = written["components"]

    assert {each["name"].lower(): each["version"] for each in parts} == {name.lower(): version for name, version in PINS.items()}
    assert [each["name"] for each in parts if each["scope"] == "required" and not each.get("licenses")] == []
    assert {each["scope"] for each in parts if each["name"] in ("starlette", "webcolors", "pyarrow", "pytest")} == {
        "required",
        "optional",
        "excluded",
    }
    assert re.search(r"https?:|\w\.(org|com|io)\b", json.dumps(written)) is None
    with pytest.raises(ValueError, match="starlette"):
        bill({**PINS, "starlette": "0"})
