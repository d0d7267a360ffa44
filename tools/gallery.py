"""The gallery: real pictures of the cockpit and of every kind of question, on a phone, on the stage and in a notebook.

Run as a program (``make gallery``) it plays an evening with a simulated group, photographs each kind as it is asked and as it is
shown, and writes `docs/gallery.md`. Nothing in the pictures is drawn for the occasion.
"""

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browsers import Visitors, launched
from tests.evening import Evening
from tests.world import ROOT, wait_for
from workshop_kit import client, material
from workshop_kit.cli.start import COCKPIT
from workshop_kit.client import LedRoom, LedRun
from workshop_kit.polls import KINDS, Kind, Poll
from workshop_kit.processes.connection import find_room
from workshop_kit.workshop import Workshop

PEOPLE: Final = 24
PICTURES: Final = ROOT / "docs" / "images" / "gallery"
COVER: Final = ROOT / "docs" / "images" / "room.png"
PAGE: Final = ROOT / "docs" / "gallery.md"
PHONE: Final = {"width": 390, "height": 844}
WALL: Final = {"width": 1280, "height": 720}
# A dashboard scrolls within itself, so a card is whole only where all of it fits.
DESK: Final = {"width": 1000, "height": 3600}
LAPTOP: Final = {"width": 1440, "height": 900}
COLOURS: Final = 96
LED: Final = "fears"

INTRODUCTION: Final = """# Gallery

The cockpit, and every kind of question as it looks on a phone, on the stage and in a facilitator's notebook. All answers are simulated. The
pictures are photographs of a running room, taken by `make gallery`.
"""
IN_WORDS: Final[dict[Kind, tuple[str, str]]] = {
    "single": ("Choose one", "Options that few people chose are put together, so that no bar stands for one or two."),
    "multi": ("Choose any number", "Each option speaks for itself. Numbers near nobody or everybody are hatched: a range, not a count."),
    "scale": ("A scale of words", "Both sides of the middle lean outwards; the middle itself is set aside."),
    "slider": ("From 0 to 10", "Counted in stretches, never by single numbers."),
    "rank": ("Put in order", "The group's order. Mean places and first choices are told where they point at nobody."),
    "text": ("In people's own words", "Off unless the plan allows it. The facilitator reads every line before the group does."),
}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: what it shows, and its file."""

    words: str
    file: str
    width: int


class Studio:
    """A running evening, a phone, a stage and a desk to photograph."""

    def __init__(self, evening: Evening, visitors: Visitors, workshop: Workshop) -> None:
        self._evening, self._workshop = evening, workshop
        self.room: LedRoom = client.connect(lambda: find_room(lambda: evening.folders[1]))
        self._phone, self._stage = visitors.page(viewport=PHONE), visitors.page(viewport=WALL)
        self._visitors = visitors
        address = f"{self.room.public_url}/{self.room.code}"
        self._phone.goto(address)
        self._stage.goto(f"{address}/stage")

    def welcome(self) -> Iterator[Shot]:
        """Photograph the stage before anything is asked."""
        yield self._photographed(self._stage, "The stage while people arrive", "welcome_stage")

    def heads(self) -> Iterator[Shot]:
        """Photograph a phone and the stage while people are counted, everyone in the simulated group and the phone; then count them."""

        def all_are_in() -> bool:
            self.room.lock_door()
            if self.room.state()["seats"] == PEOPLE + 1:
                return True
            self.room.open_door()
            return False

        wait_for(all_are_in, "everyone to have a seat")
        for page, words, name in ((self._phone, "Phone", "heads_phone"), (self._stage, "The stage", "heads_stage")):
            expect(page.get_by_text(f"{PEOPLE + 1} seats are taken").first).to_be_visible()
            yield self._photographed(page, f"{words} before the first question", name)
        self.room.count(PEOPLE + 1)

    def cockpit(self) -> Iterator[Shot]:
        """Lead one section from the cockpit, and photograph it before, while a poll is open, and once its result is revealed."""
        cockpit = self._visitors.page(viewport=LAPTOP)
        cockpit.goto(self._evening.said("Cockpit"))
        expect(cockpit.get_by_role("heading", name="Before people come")).to_be_visible()
        yield self._photographed(cockpit, "Before people come", "cockpit_checklist")
        self.room.set_up("half_day", 0, "room", None, None)
        blocks = self._workshop.plan("half_day").meetings[0]
        self.room.bend_agenda("go_to", next(place for place, block in enumerate(blocks) if LED in block.polls))
        run = self.room.ask(LED)
        self._everyone_answers(run)
        expect(cockpit.get_by_text("20+ answered so far")).to_be_visible()
        yield self._photographed(cockpit, "While a poll is open", "cockpit_open")
        run.close()
        run.reveal()
        expect(cockpit.get_by_text("What you could say now")).to_be_visible()
        cockpit.get_by_text("The room sees this result").scroll_into_view_if_needed()
        cockpit.get_by_role("button", name="Hide from the room").scroll_into_view_if_needed()
        expect(self._phone.locator("figure img")).to_be_visible()
        self._phone.wait_for_timeout(1000)  # for the pictures on both to come
        yield self._photographed(cockpit, "Once the result is revealed", "cockpit_revealed")
        _keep_cover(cockpit.screenshot(), self._phone.screenshot())
        cockpit.close()

    def of_kind(self, kind: Kind) -> Iterator[Shot]:
        """Ask a poll of a kind, photograph it while it is open and once it is revealed."""
        poll = next(poll for poll in self._workshop.polls.values() if poll.kind == kind)
        run = self.room.ask(poll.id)
        self.room.go_to(poll.section or "00")
        expect(self._phone.locator("form[data-kind]")).to_be_visible()
        expect(self._stage.get_by_text(poll.question).first).to_be_visible()
        yield self._photographed(self._phone, "Phone, while the poll is open", f"{kind}_phone")
        yield self._photographed(self._stage, "Stage, while the poll is open", f"{kind}_stage")
        self._everyone_answers(run)
        run.close()
        if kind == "text":
            yield self._notebook(poll, "Notebook, while lines are read", "text_reading")
            for line in run.lines():
                run.decide(line.number, "approve")
            run.publish_lines()
        run.reveal()
        yield from self._revealed(kind)
        yield self._notebook(poll, "Notebook, as the facilitator sees it", f"{kind}_notebook")

    def before_and_after(self) -> Iterator[Shot]:
        """Ask one poll a second time to compare, and photograph the two results side by side."""
        earlier = next(run for run in self.room.state()["runs"] if self._workshop.poll(run["poll"]).kind == "multi")
        again = self.room.run(earlier["run"]).ask_again()
        self._everyone_answers(again)
        again.close()
        again.reveal()
        yield from self._revealed("before_after")

    def together(self) -> Iterator[Shot]:
        """Ask several polls on one page, and photograph it."""
        polls = [poll.id for poll in self._workshop.polls.values() if poll.kind in ("scale", "slider")][:2]
        runs = self.room.ask_together(*polls)
        expect(self._phone.locator("form[data-kind]").nth(1)).to_be_attached()
        yield self._photographed(self._phone, "Phone, with two questions on one page", "together_phone", whole=True)
        for run in runs:
            run.discard()

    def _revealed(self, name: str) -> Iterator[Shot]:
        for page, where in ((self._phone, "phone"), (self._stage, "stage")):
            expect(page.locator("figure img, .lines").first).to_be_visible()
            page.wait_for_function("[...document.images].every((image) => image.complete && image.naturalWidth)")
            yield self._photographed(page, f"{where.capitalize()}, once it is revealed", f"{name}_{where}_revealed", whole=where == "phone")

    def _notebook(self, poll: Poll, words: str, name: str) -> Shot:
        page = self._visitors.page(viewport=DESK)
        page.goto(self._evening.said("Cockpit").replace(COCKPIT, self._workshop.section(poll.section or "00").notebook))
        card = page.locator(".widget-vbox", has=page.get_by_role("heading", name=poll.question)).last
        expect(card).to_be_visible()
        page.wait_for_timeout(1000)  # for the card to hear of the room, and to be laid out
        shot = _kept(card.screenshot(), words, name, 700)
        page.close()
        return shot

    def _everyone_answers(self, run: LedRun) -> None:
        def enough() -> bool:
            return any(each["run"] == run.number and each["step"] == "20+" for each in self.room.state()["runs"])

        wait_for(enough, "the simulated group to answer")
        self._phone.wait_for_timeout(7000)  # the slowest of the group thinks for six seconds

    def _photographed(self, page: Page, words: str, name: str, *, whole: bool = False) -> Shot:
        page.wait_for_timeout(300)
        return _kept(page.screenshot(full_page=whole), words, name, 300 if page is self._phone else 700)


def _kept(picture: bytes, words: str, name: str, width: int) -> Shot:
    file = PICTURES / f"{name}.png"
    # Flat pages need few colours; a picture of few colours is a tenth of the size.
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS).save(file, optimize=True)
    return Shot(words, file.name, width)


def _keep_cover(cockpit: bytes, phone: bytes) -> None:
    """Put a phone beside the cockpit, both as high."""
    left, right = (Image.open(io.BytesIO(each)).convert("RGB") for each in (cockpit, phone))
    right = right.resize((round(right.width * left.height / right.height), left.height))
    cover = Image.new("RGB", (left.width + right.width + 24, left.height), "white")
    cover.paste(left, (0, 0))
    cover.paste(right, (left.width + 24, 0))
    cover.quantize(COLOURS).save(COVER, optimize=True)


def _section(title: str, about: str, shots: Iterator[Shot]) -> str:
    taken = list(shots)
    for shot in taken:
        print(f"  {shot.file}", flush=True)
    pictures = "\n\n".join(
        f'{shot.words}:\n\n<img src="images/gallery/{shot.file}" alt="{title}. {shot.words}." width="{shot.width}">' for shot in taken
    )
    return f"## {title}\n\n{about}\n\n{pictures}\n"


def take(browser: Browser, home: Path) -> str:
    """Play the evening and return the gallery's page; its pictures are written beside it."""
    workshop = material.read()
    with (
        Evening(home, "--host", "127.0.0.1", "--people", str(PEOPLE), "--plan", "half_day") as evening,
        Visitors(browser) as visitors,
    ):
        evening.ready()
        studio = Studio(evening, visitors, workshop)
        parts = [INTRODUCTION, _section("Welcome", "People join by the code on the stage.", studio.welcome())]
        parts.append(_section("One head, one seat", "The door is locked, and everyone looks whether the numbers match.", studio.heads()))
        parts.append(_section("The cockpit", "The whole evening on one screen: the plan, the section in hand, the room.", studio.cockpit()))
        parts += [_section(*IN_WORDS[kind], studio.of_kind(kind)) for kind in KINDS]  # type: ignore[index, arg-type]
        parts.append(_section("Before, talk, after", "The same poll twice, side by side on one scale.", studio.before_and_after()))
        parts.append(_section("Several questions on one page", "Each at one's own pace.", studio.together()))
    return "\n".join(parts)


def main() -> None:
    """Take every picture anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        PAGE.write_text(take(browser, Path(folder) / "user"), encoding="utf-8")
    print(f"Done: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
