"""An evening in two languages that nobody speaks: whatever is read as plain English on the way has escaped the catalog.

Each is a whole kit, made by `tools.languages` as a translator would make one: accented English that is two fifths longer, and
English in Hebrew letters, from right to left.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import SMALLEST, Visitors
from tests.world import PEOPLE, RoomProcess, environment
from tools.languages import LANGUAGES, make
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.words.catalog import FOLDER_VARIABLE as LANGUAGES_VARIABLE

# What is no word of any language: dates as English writes them, addresses, commands and options, names of files, and what a sentence quotes from a program.
NO_WORDS: Final = re.compile(r"[A-Z][a-z]+ \d+, \d{4}|\S*(?:[/\\@_]|\.\w|--\w)\S*|workshop-kit( \w+)?|\b[A-Z0-9]{6}\b")
ENGLISH: Final = re.compile(r"(?<!\w)[A-Za-z]{3,}(?!\w)")
ATTRIBUTES: Final = ("alt", "title", "aria-label", "placeholder", "data-head")
COCKPIT: Final = """
import json
from workshop_kit.client import connect
from workshop_kit.cockpit import cockpit

def texts(value):
    if isinstance(value, str):
        yield value
    for each in value if isinstance(value, list | tuple) else ():
        yield from texts(each)

def words(part):
    # What is chosen from a list is a code; its labels are words.
    chosen = hasattr(part, "_options_labels")
    for name in ("description", "tooltip", "placeholder", "_options_labels" if chosen else "value"):
        yield from texts(getattr(part, name, None))
    for child in getattr(part, "children", ()):
        yield from words(child)

def look():
    seen.extend(words(cockpit()))

seen, room = [], connect()
look()
room.set_up("evening", 0, "room", "DE", "")
look()
for place in range(8):
    room.bend_agenda("go_to", place)
    look()
room.bend_agenda("go_to", 2)
run = room.ask("fears")
look()
"""


class Kit:
    """The kit in one test language: its folder, and the variables by which it is run."""

    def __init__(self, tag: str, place: Path) -> None:
        self.tag, self.folder = tag, make(tag, place / tag)
        self.variables = {
            "PYTHONPATH": str(self.folder),
            LANGUAGES_VARIABLE: str(self.folder / "languages"),
            FOLDER_VARIABLE: str(place / "room"),
            "HOME": str(place / "home"),
        }
        (place / "home").mkdir()

    def said_by(self, *command: str) -> str:
        """Return all that a command says."""
        ran = subprocess.run([sys.executable, *command], env=environment(self.variables), cwd=self.folder, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout + ran.stderr


class Words(HTMLParser):
    """Reads the words of a page: its text, and what its attributes say to people."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[str] = []
        self._silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Read what the attributes of an element say."""
        self._silent += tag in ("script", "style")
        self.read += [value for name, value in attrs if name in ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        """Read on."""
        self.read += [] if self._silent else [data]


def english_in(text: str) -> list[str]:
    """Return the stretches of plain English in a text or a page."""
    return [part.strip() for part in Words(text).read if ENGLISH.search(NO_WORDS.sub(" ", part))]


@pytest.fixture(scope="module", params=list(LANGUAGES))
def kit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Return the kit in a test language."""
    return Kit(request.param, tmp_path_factory.mktemp("language"))


@pytest.fixture(scope="module")
def evening(kit: Kit) -> Iterator[RoomProcess]:
    """Yield a room that is led in it."""
    folder = Path(kit.variables[FOLDER_VARIABLE])
    with RoomProcess(folder, "--plan", "half_day", environment=kit.variables, cwd=kit.folder) as room:
        yield room
        assert room.output == ""


def read(page: Page, kit: Kit) -> list[str]:
    """Return the English on a page, and complain where it is in no language, or has to be scrolled sideways."""
    told = page.evaluate("() => [document.documentElement.lang, document.documentElement.dir, getComputedStyle(document.body).direction]")
    direction = "rtl" if kit.tag.startswith("he") else "ltr"
    assert told == [kit.tag, direction, direction]
    assert page.evaluate("() => document.scrollingElement.scrollWidth - innerWidth") <= 0, page.url
    return english_in(page.content())


def test_people_in_the_room_read_their_language(kit: Kit, evening: RoomProcess, visitors: Visitors) -> None:
    """On phones, the stage, the poster, the contacts, and where it is said what the computer knows, in every state of the room."""
    phone, stage = visitors.page(viewport=SMALLEST), visitors.page(viewport={"width": 1280, "height": 720})
    phone.goto(evening.connection.public_url + evening.path())
    stage.goto(evening.connection.public_url + evening.path("/stage"))
    found: list[str] = []

    def look() -> None:
        expect(phone.locator("#now")).to_be_visible()
        for page in (phone, stage):
            page.reload()
            found.extend(read(page, kit))

    look()
    for path in ("/privacy", "/contacts", "/cards"):
        other = visitors.page(viewport=SMALLEST)
        other.goto(evening.connection.public_url + evening.path(path))
        found.extend(read(other, kit) if path != "/cards" else english_in(other.content()))
    for scene in ("welcome", "section", "break", "closing", "follow"):
        evening.tell("/stage", show=scene)
        stage.reload()
        found.extend(read(stage, kit))
    evening.tell("/setup", plan="half_day", meeting=0, policy="room")
    for poll in {poll["kind"]: poll for poll in asked_in(kit)}.values():
        run = evening.ask(poll["id"])
        look()
        for seat in PEOPLE[:12]:
            evening.sit(seat)
            evening.cast(run, seat, an_answer(poll)).raise_for_status()
        evening.lead(run, "close")
        look()
        if poll["kind"] == "text":
            evening.let_through(run)
        evening.lead(run, "reveal")
        expect(phone.locator("#now .run")).to_be_visible()
        look()
        found.extend(english_in(evening.public.get(evening.path(f"/runs/{run}/result.svg")).text))
    evening.tell("/door", state="locked")
    evening.tell("/timer", minutes=3)
    look()

    assert not found, "\n".join(sorted(set(found)))


def asked_in(kit: Kit) -> list[dict[str, Any]]:
    """Return the polls of the workshop, as plain data."""
    program = "import json; from workshop_kit import material; polls = [each.to_dict() for each in material.read().polls.values()]"
    polls: list[dict[str, Any]] = json.loads(kit.said_by("-c", program + "; print(json.dumps(polls))"))
    return polls


def an_answer(poll: dict[str, Any]) -> object:
    """Return an answer that fits a poll."""
    ids = [option["id"] for option in poll["options"]]
    return {"multi": ids[:1], "rank": ids, "text": "ŵóŕđ", "slider": 5}.get(str(poll["kind"]), ids[0] if ids else None)


def test_whoever_leads_reads_their_language(kit: Kit, evening: RoomProcess) -> None:
    """In the cockpit, from the checklist through each part of the evening to an open poll, no word is English."""
    evening.gather()
    seen = json.loads(kit.said_by("-c", COCKPIT + "print(json.dumps(seen))"))

    found = {words for each in seen for words in english_in(each)}
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("kit", ["he-XB", pytest.param("en-XA", marks=pytest.mark.prove)], indirect=True)
def test_what_remains_is_in_their_language(kit: Kit, tmp_path: Path) -> None:
    """What a rehearsal says in the terminal, and the report that it writes, hold no English."""
    said = kit.said_by("-m", "workshop_kit.cli", "rehearse", "--headless", "--out", str(tmp_path / "report"))
    [page] = (tmp_path / "report").rglob("*.html")

    polls = "|".join(poll["id"] for poll in asked_in(kit))
    found = english_in(re.sub(rf"^ +\d+ (?:{polls}):", "", said, flags=re.MULTILINE)) + english_in(page.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)
