"""P-RAM under strace: an evening with answers that can be told from all others, and every byte that any process wrote is searched.

Two browsers, the command and all it starts are watched; `make prove` runs this. The short forms are in `test_ram`.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.browsers import ARGUMENTS, HERE, PATIENCE_MS, path_of_the_browser, run_all_cells
from tests.evening import Evening, card, is_answered, press, seat_of
from tests.forensics import DROPPED, KEPT, PERSONAL, SEATS, UNSAVED, Trail, copy_of_the_kit, everyone_answers, files_below, tell_tales
from tests.kept import an_answer
from tests.world import wait_for
from workshop_kit.polls import PASS, Poll
from workshop_kit.workshop import Section, Workshop

pytestmark = pytest.mark.prove

EVERY: Final = PERSONAL | {"a comment that was let through": KEPT}
CHOICES: Final = ("loudest", "fears", "guarding", "wished_for", "asking_ease")
WORDS: Final = "one_thing"
PEOPLE: Final = 11
# What a program leaves under another name for a moment, or for as long as it runs.
PASSING: Final = re.compile(
    r"/home/\.cache/matplotlib/[\w.-]+-lock$"
    r"|/kit/(?:\.connection-\w+|connection\.json|folder\.lock|results\.sqlite-journal|tmp\w+)$"
    r"|/kit/workshop_kit_\w+/"
    r"|/tree/notebooks/(?:\.~)?[\w.~-]+$"
    r"|/__pycache__/[\w.-]+\.pyc\.\d+$"
)


class WatchedEvening(Evening):
    """An evening of which every written file is known, with a kit of its own that may be written to."""

    def __init__(self, place: Path, *arguments: str) -> None:
        super().__init__(place / "user", "--host", HERE, *arguments)
        self.tree = copy_of_the_kit(place / "tree")
        self.profiles = [place / name for name in ("phone", "desk")]
        self.trail = Trail(place / "trail")

    @property
    def command(self) -> list[str]:
        """What is typed, on the trail of every file that is written."""
        return self.trail.command(*super().command)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of this user, whose kit is the copy."""
        return {**super().variables, "PYTHONPATH": str(self.tree)}

    @property
    def files(self) -> set[Path]:
        """Every file that any process of the kit has written so far, and all that this user, the copy and two browsers have."""
        return self.trail.written() | files_below(*self.folders, *self.profiles, self.tree)


@contextmanager
def browsers_that_remember(evening: WatchedEvening) -> Iterator[list[BrowserContext]]:
    """Open a browser on a phone and one on the facilitator's desk, each with all its files in a folder of its own."""
    expect.set_options(timeout=PATIENCE_MS)
    # A browser keeps a socket among its temporary files, whose path must be short.
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        evening.profiles.append(Path(temporary))
        contexts = []
        for profile, (width, height) in zip(evening.profiles[:2], ((390, 844), (1280, 900)), strict=True):
            profile.mkdir()
            context = playwright.chromium.launch_persistent_context(
                str(profile),
                executable_path=path_of_the_browser(),
                args=ARGUMENTS,
                env={**os.environ, "HOME": str(profile), "TMPDIR": temporary},
                viewport=ViewportSize(width=width, height=height),
            )
            context.set_default_timeout(PATIENCE_MS)
            contexts.append(context)
        try:
            yield contexts
        finally:
            for context in contexts:
                context.close()


def test_an_evening_leaves_no_answer_in_any_file(tmp_path: Path, workshop: Workshop) -> None:
    """Open, killed, being read, published, ended, erased: in no file that any process wrote is an answer, a seat or an unsaved word."""
    random, found = Random(61), {}
    evening = WatchedEvening(tmp_path, "--plan", "half_day")

    def look(moment: str, canaries: dict[str, str]) -> None:
        found[moment] = tell_tales(evening.files, canaries)

    with evening, browsers_that_remember(evening) as (phones, desk), evening.room() as room, evening.phones() as company:
        phone = phones.new_page()
        with phone.expect_response(lambda reply: reply.url.endswith("/seats")):
            phone.goto(evening.said("Phone address"))
        company.sit(*SEATS[:PEOPLE])
        assert company.count() == PEOPLE + 1
        for poll in map(workshop.poll, CHOICES):
            run = room.ask(poll.id)
            everyone_answers(company, run.number, *([PASS, *(an_answer(random, poll) for _ in range(PEOPLE - 1))] for _ in range(2)))
            answer_by_thumb(phone, poll)
            run.close()
            run.reveal()
            expect(phone.locator("table")).to_be_visible()

        dashboard, lab = (opened(desk, evening.said(name), workshop.section("11")) for name in ("Cockpit", "JupyterLab"))
        run_all_cells(lab)

        lines = [f"{KEPT if number < 6 else DROPPED} {number}" for number in range(PEOPLE)]
        run = room.ask(WORDS)
        everyone_answers(company, run.number, *([f"{DROPPED} {when}"] * PEOPLE for when in ("first of all", "before")))
        phone.locator("textarea").fill(f"{DROPPED} by thumb")
        press(phone, "Send my answer")
        is_answered(phone)
        look("open", EVERY)

        evening.kill_the_server()
        look("killed", EVERY)
        everyone_answers(company, run.number, lines, lines[::-1])
        is_answered(phone)

        run.close()
        for page in (dashboard, lab):
            expect(card(page, workshop.poll(WORDS).question).get_by_text(f"{DROPPED} 7")).to_be_visible()
        dashboard.get_by_role("button", name="Reword", exact=True).first.click()
        dashboard.get_by_label("Words for line 1").first.press_sequentially(UNSAVED)
        lab.keyboard.press("Control+s")
        checkpoints = evening.tree / "notebooks" / ".ipynb_checkpoints"
        wait_for(lambda: list(checkpoints.glob("11_*")), "JupyterLab to save the notebook and its checkpoint")
        look("being read", EVERY)

        for line in run.lines():
            run.decide(line.number, "approve" if KEPT in line.text else "decline")
        run.publish_lines()
        run.reveal()
        expect(phone.get_by_text(f"{KEPT} 3").first).to_be_visible()
        assert sorted(run.result().to_dict()["texts"]) == lines[:6]
        look("published", PERSONAL)
        seat = seat_of(phone)
        assert evening.end() == 0
        look("ended", PERSONAL)

    look("browsers closed", PERSONAL)
    own = tell_tales(evening.files, {"seat": seat})
    gone = [str(file.relative_to(tmp_path)) for file in evening.trail.written() if not file.exists()]
    erased = evening.typed("erase", "--all", "--yes")
    look("erased", EVERY)

    assert {moment: where for moment, where in found.items() if where} == {}
    assert len(found) == 7
    # That the search sees what a browser keeps: a page that is reloaded finds its seat where this finds it.
    assert [where for where in own if "Session Storage" not in where] == []
    assert own != []
    assert [name for name in gone if not PASSING.search(f"/{name}")] == []
    assert erased.returncode == 0
    assert list(evening.folders[1].iterdir()) == []


def answer_by_thumb(phone: Page, poll: Poll) -> None:
    """Answer on the page of a phone, change the answer, and answer as before."""
    form = phone.get_by_role("group", name=poll.question)
    expect(form).to_be_visible()
    if poll.kind == "rank":
        form.locator("button.down:enabled").first.click()
    else:
        form.locator("input").last.check()
    phone.locator("form.ballot button.main").click()
    is_answered(phone)


def opened(desk: BrowserContext, address: str, section: Section) -> Page:
    """Return a page of the facilitator's browser with a section's notebook, as a dashboard or in JupyterLab."""
    page = desk.new_page()
    page.goto(re.sub(r"\w+\.ipynb", section.notebook, address))
    expect(page.get_by_role("heading", name=section.title)).to_be_visible()
    return page
