"""Test languages: the whole kit in a language that nobody speaks, so that a sentence which escaped the catalog stands out.

``en-XA`` is English with an accent on each letter, two fifths longer, as many a translation is. ``he-XB`` is English in Hebrew
letters, so it runs from right to left. Each is made anew from the English catalog, the material and the notebooks::

    python -m tools.languages FOLDER

FOLDER then holds a kit for each: its `workshop_kit` is a link to this one, `data` and `notebooks` are its own, and its catalogs
lie in `languages`.
"""

import argparse
import json
import re
import shutil
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml
from babel.messages.pofile import read_po, write_po

from workshop_kit.material import shipped
from workshop_kit.words.catalog import ENGLISH

Spell: TypeAlias = Callable[[str], str]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED: Final = str.maketrans(_LETTERS, "áƀçđéƒĝĥíĵķĺɱñóƥɋŕšţúṽŵẋýžÁƁÇĐÉƑĜĤÍĴĶĹṀÑÓƤɊŔŠŢÚṼŴẊÝŽ")
_HEBREW: Final = str.maketrans(_LETTERS, 2 * "אבגדהוזחטיךכלםמןנסעףפץצקרש")
_LONGER_BY: Final = 0.4
# What is no word: a field, markup, an address, what someone is to type.
_KEPT: Final = re.compile(r"(\{\{|\}\}|\{[^{}]*\}|</?[a-z][^<>]*>|&\w+;|`[^`]*`|\]\([^)]*\)|https?://\S+)")
# Keys of the material that hold names for programs, numbers and addresses.
_CODES: Final = re.compile(
    "id|kind|sections?|notebook|step|block|polls?|again|language|country|link|last_verified|sources?|phrase|practices|numbering"
)


def accented(text: str) -> str:
    """Return a text with an accent on each letter, two fifths longer."""
    longer = " ".join(["ŵóŕđ"] * round(len(text) * _LONGER_BY / 5))
    return _spelt(text, _ACCENTED) + (f" {longer}" if longer else "")


def mirrored(text: str) -> str:
    """Return a text in letters that run from right to left."""
    return _spelt(text, _HEBREW)


LANGUAGES: Final[Mapping[str, Spell]] = {"en-XA": accented, "he-XB": mirrored}


def make(tag: str, kit: Path) -> Path:
    """Make a kit in a test language in a folder; return the folder."""
    spell = LANGUAGES[tag]
    kit.mkdir(parents=True)
    (kit / "workshop_kit").symlink_to(Path(__file__).parents[1] / "workshop_kit", target_is_directory=True)
    (kit / "languages" / tag).mkdir(parents=True)
    for file in sorted((Path(__file__).parents[1] / "workshop_kit" / "words" / "languages" / ENGLISH).glob("*.po")):
        _translate_catalog(file, kit / "languages" / tag / file.name, spell)
    shutil.copytree(shipped("data"), kit / "data")
    for file in (kit / "data").rglob("*.yaml"):
        written = _translated(yaml.safe_load(file.read_text(encoding="utf-8")), spell)
        if file.name == "workshop.yaml":
            written["language"] = tag
        file.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    shutil.copytree(shipped("notebooks"), kit / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for file in (kit / "notebooks").glob("*.ipynb"):
        notebook = json.loads(file.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = [_line(each, spell) for each in cell["source"]]
        file.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), encoding="utf-8")
    return kit


def _spelt(text: str, letters: dict[int, int]) -> str:
    return "".join(part if at % 2 else part.translate(letters) for at, part in enumerate(_KEPT.split(text)))


def _translate_catalog(english: Path, file: Path, spell: Spell) -> None:
    catalog = read_po(BytesIO(english.read_bytes()))
    for message in catalog:
        if message.id:
            forms = message.string
            message.string = spell(forms) if isinstance(forms, str) else tuple(spell(str(each)) for each in forms or ())
    with file.open("wb") as written:
        write_po(written, catalog)


def _translated(value: Any, spell: Spell, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _translated(each, spell, "words" if key == "countries" else name) for name, each in value.items()}
    if isinstance(value, list):
        return [_translated(each, spell, key) for each in value]
    return spell(value) if isinstance(value, str) and not _CODES.fullmatch(key) else value


def _line(line: str, spell: Spell) -> str:
    """Return a line of Markdown: what stands before its words stays."""
    mark, words, end = re.fullmatch(r"([#>\-*\d.\s]*)(.*?)(\n?)", line, re.DOTALL).groups()  # type: ignore[union-attr]
    return mark + (spell(words) if words else "") + end


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the kit in each test language.")
    parser.add_argument("folder", type=Path, help="where to; it must not hold them yet")
    for each in LANGUAGES:
        print(make(each, parser.parse_args().folder / each))
