"""Data protection: what a data protection officer files, on two printed sides, with every figure taken from the code.

The text beside this module names each figure as a field and holds none itself, so none can go stale; `docs/data_protection.md` is
the same text for those who read it in the repository. What only the organization knows is left blank, and filled in on the page.

It is a help and no legal advice, and it says so. It is in English, whatever the language of the workshop is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

import mistune
from markupsafe import Markup

from workshop_kit import __version__
from workshop_kit.after.erasing import PROGRESS
from workshop_kit.disclosure import EXPORT, FEWEST_TEXTS, HEAVY_FLOOR, POLICIES, STEPS
from workshop_kit.disk import journal, rooms
from workshop_kit.disk.files import write_whole
from workshop_kit.errors import SetupError
from workshop_kit.memory import PAUSE_TICKS
from workshop_kit.memory.seats import CARD_LENGTH
from workshop_kit.polls import LONGEST_TEXT
from workshop_kit.processes import connection, lock
from workshop_kit.room.opening import CODE_LENGTH, CODE_LETTERS, SEATS
from workshop_kit.server.guard import LARGEST_BODY, Guesses
from workshop_kit.words.catalog import language
from workshop_kit.words.templates import environment

HERE: Final = Path(__file__).parent
_BLANK: Final = re.compile(r"\[fill in: (.+?)\]")


def write(file: Path, *, replace: bool = False) -> None:
    """Write the page, readable by its owner only.

    Raises
    ------
    SetupError
        If there is a file already that is not to be replaced, or it cannot be written.
    """
    if file.exists() and not (replace and file.is_file()):
        raise SetupError("protection.there_already", file=file)
    write_whole(file, page().encode())


def page() -> str:
    """Return the text as one page that asks for nothing from anywhere, can be filled in, and is printed on two sides."""
    html = _BLANK.sub(
        r'<span class="blank" contenteditable="true" role="textbox" aria-label="\1" data-hint="\1"></span>', str(mistune.html(text()))
    )
    head, *sections = html.split("<h2>")
    parts = [Markup(f"<h2>{each}") for each in sections]
    return environment(HERE).get_template("data_protection.html").render(head=Markup(head), sections=parts, say=language())


def text() -> str:
    """Return the text as Markdown, its figures filled in."""
    return (HERE / "data_protection.md").read_text(encoding="utf-8").format(**figures())


def figures() -> Mapping[str, str]:
    """Return every figure and name that the text holds, as the program has it."""
    room, couples, webinar = (POLICIES[name] for name in ("room", "together", "webinar"))
    numbers = {
        "floor": room.floor,
        "cell": room.cell,
        "couples_cell": couples.cell,
        "heavy_floor": HEAVY_FLOOR,
        "webinar_floor": webinar.floor,
        "webinar_cell": webinar.cell,
        "export_cell": EXPORT.cell,
        "comments": FEWEST_TEXTS,
        "comment": LONGEST_TEXT,
        "step": STEPS[0],
        "pause_least": PAUSE_TICKS[0],
        "pause_most": PAUSE_TICKS[-1],
        "seats": SEATS,
        "card_length": CARD_LENGTH,
        "code_length": CODE_LENGTH,
        "code_letters": len(CODE_LETTERS),
        "codes": len(CODE_LETTERS) ** CODE_LENGTH // 10**6,
        "guesses": Guesses.BURST,
        "guess_seconds": int(Guesses.SECONDS_EACH),
        "body": LARGEST_BODY,
        "key_bits": 8 * journal.SCRYPT["length"],
        "scrypt_n": journal.SCRYPT["n"],
        "scrypt_r": journal.SCRYPT["r"],
        "scrypt_p": journal.SCRYPT["p"],
    }
    names = {
        "version": __version__,
        "results": rooms.FILE,
        "kept": _listed(each.name for each in fields(rooms.RoomRecord) if each.name not in rooms.AT_REST),
        "live": _listed(rooms.AT_REST),
        "connection": connection.FILE,
        "lock": lock.FILE,
        "journal": journal.FILE,
        "progress": PROGRESS,
    }
    return {**{name: f"{number:,}" for name, number in numbers.items()}, **names}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
