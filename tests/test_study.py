"""Studying alone, as a person does it: one command, JupyterLab in a browser of one's own, a section from check-in to erasing.

The browser keeps its own files in the person's folder, as browsers do, so what it writes down by itself is looked at too. The
kit runs from a copy, because saving a notebook writes to it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect, sync_playwright

from tests.browsers import HERE, PATIENCE_MS, QUIET, path_of_the_browser, run_all_cells
from tests.world import PATIENCE_SECONDS, ROOT, RunningRoom, environment, wait_for
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.journal import ERASED, FILE
from workshop_kit.notebook.ballot import NOTICED, SIMULATED
from workshop_kit.notebook.journal_card import SAVED, SAVED_TOO
from workshop_kit.workshop import Section, Workshop

COMMAND: Final = "from workshop_kit.cli import main; main()"
SECTION: Final = "06"
READY: Final = "Keep this window open"
DESK: Final[ViewportSize] = {"width": 1280, "height": 1000}
EXTENSION: Final = ROOT / "workshop_kit" / "jupyter" / "labextensions" / "workshop-kit-quiet"
# What is typed, each in its own place. The control is typed outside of every card, where the browser does write it down.
DRAFT, ENTRY, REFLECTION, CONTROL = "canary-of-the-draft", "canary-of-the-entry", "canary-of-the-reflection", "canary-of-control"
CANARIES: Final = (DRAFT, ENTRY, REFLECTION)
# The variables by which a user moves Jupyter's own folders; unset, they all lie in the home folder.
MOVED: Final = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PATH", "IPYTHONDIR", "MPLCONFIGDIR")


class Study:
    """`workshop-kit study` in a process of its own, from a copy of the kit, for a user whose folders are new.

    Parameters
    ----------
    place
        A folder for all of it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.kit, self.notebooks, self.profile = place / "kit", place / "tree" / "notebooks", place / "home" / "browser"
        for name in ("home", "temporary"):
            (place / name).mkdir()
        for name in ("workshop_kit", "data", "notebooks"):
            shutil.copytree(ROOT / name, place / "tree" / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Study":
        kept = {name: value for name, value in environment().items() if name not in MOVED and not name.startswith("XDG_")}
        own = {"HOME": str(self.place / "home"), "TMPDIR": str(self.place / "temporary"), FOLDER_VARIABLE: str(self.kit)}
        self._output = (self.place / "output").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "study", "--no-browser"],
            env={**kept, **own, "PYTHONPATH": str(self.place / "tree")},
            cwd=self.place / "tree",
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self.end()
        self._output.close()

    @property
    def said(self) -> str:
        """What the command has said so far."""
        return (self.place / "output").read_text(encoding="utf-8")

    def ready(self) -> str:
        """Return the address of JupyterLab, once the command has named it."""

        def look() -> str | None:
            assert self._process is not None
            assert self._process.poll() is None, f"It ended by itself: {self.said}"
            return self.said if READY in self.said else None

        found = re.search(r"JupyterLab +(\S+)", wait_for(look, "the notebooks to open"))
        assert found is not None
        return found[1]

    def end(self) -> int:
        """Press Ctrl-C; return how the command ended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(PATIENCE_SECONDS)

    def files_with(self, *words: str) -> list[str]:
        """Return the files of this user in which any of some words stands, as programs write them or as browsers do."""
        needles = [word.encode(code) for word in words for code in ("utf-8", "utf-16-le")]
        files = [file for file in sorted(self.place.rglob("*")) if file.is_file() and not file.is_symlink()]
        return [str(file.relative_to(self.place)) for file in files if any(needle in _content(file) for needle in needles)]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        # Browsers and Jupyter make and remove files all the time.
        return b""


@contextmanager
def own_browser(profile: Path) -> Iterator[BrowserContext]:
    """Open a browser that remembers, as a person's own does, with its files in a folder."""
    is_root = os.geteuid() == 0
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(profile), executable_path=path_of_the_browser(), args=[*QUIET, *(["--no-sandbox"] if is_root else [])], viewport=DESK
        )
        context.set_default_timeout(PATIENCE_MS)
        try:
            yield context
        finally:
            context.close()


def opened(context: BrowserContext, address: str, section: Section) -> Page:
    """Return a page on which a notebook was opened in JupyterLab and run from top to bottom."""
    page = context.new_page()
    page.goto(re.sub(r"/lab/tree/\S*", f"/lab/tree/{section.notebook}", address))
    expect(page.get_by_role("heading", name=section.title)).to_be_visible()
    run_all_cells(page)
    expect(page.get_by_role("heading", name="Where you are")).to_be_visible()
    return page


def card(page: Page, words: str) -> Locator:
    """Return the card with a heading."""
    return page.locator(".workshop-card", has=page.get_by_role("heading", name=words, exact=True)).last


def press(place: Locator, words: str) -> None:
    """Press a button."""
    place.get_by_role("button", name=words, exact=True).click()


def type_outside_of_any_card(page: Page, words: str) -> None:
    """Type into a field such as any web page may have."""
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<textarea id=elsewhere style=\"position:fixed;z-index:9;top:0\"></textarea>')"
    )
    page.locator("#elsewhere").press_sequentially(words)


def test_a_section_is_studied_alone(tmp_path: Path, workshop: Workshop) -> None:
    """From check-in to erasing: what was typed and chosen stands in the journal and nowhere else, and then nowhere at all."""
    section = workshop.section(SECTION)
    poll = section.polls[0]
    with Study(tmp_path) as study, own_browser(study.profile) as context:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        before = {file.name: file.read_bytes() for file in study.notebooks.glob("*.ipynb")}
        page = opened(context, study.ready(), section)
        cells = page.locator(".jp-Cell").count()

        # A number is chosen by keyboard: arrows stay within the row, and letters are no commands of JupyterLab.
        check_in = page.locator(".workshop-card", has=page.get_by_text("At the end you can look once more")).last
        check_in.get_by_role("radio", name="0", exact=True).focus()
        page.keyboard.press("Space")
        for key in ("ArrowRight", "ArrowDown", "b", "x"):
            page.keyboard.press(key)
        expect(check_in.get_by_role("radio", name="2", exact=True)).to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(check_in.get_by_text("Go on at your own pace")).to_be_visible()
        expect(check_in.get_by_role("radio", checked=True)).to_have_count(0)
        assert page.locator(".jp-Cell").count() == cells

        # An answer is noticed and cleared, and a simulated group appears.
        ballot = card(page, poll.question)
        ballot.get_by_label(poll.options[0].label).check()
        press(ballot, "Notice my answer")
        expect(ballot.get_by_text(NOTICED)).to_be_visible()
        expect(ballot.get_by_text(SIMULATED)).to_be_visible()
        expect(ballot.get_by_role("img")).to_be_visible()
        expect(ballot.get_by_label(poll.options[0].label)).not_to_be_checked()

        # A draft is in no file, although the browser writes down what is typed elsewhere on the same page.
        journal = page.locator(".workshop-card", has=page.get_by_label("Your words", exact=True)).last
        pages = journal.get_by_label("Your words", exact=True)
        pages.press_sequentially(DRAFT)
        type_outside_of_any_card(page, CONTROL)
        wait_for(lambda: study.files_with(CONTROL), "the browser to write down what was typed elsewhere")
        page.locator("#elsewhere").evaluate("field => field.remove()")
        assert study.files_with(DRAFT) == []

        # Saved, looked back on, read back; then the notebook is saved too, with the pages open.
        pages.fill(ENTRY)
        press(journal, "Save")
        expect(journal.get_by_text(SAVED)).to_be_visible()
        expect(pages).to_have_value("")
        journal.get_by_label("Your words, if you like").fill(REFLECTION)
        press(journal, "Save this too")
        expect(journal.get_by_text(SAVED_TOO)).to_be_visible()
        press(journal, "Read back")
        expect(journal.get_by_text(ENTRY)).to_be_visible()
        page.keyboard.press("Control+s")
        checkpoint = study.notebooks / ".ipynb_checkpoints" / section.notebook.replace(".ipynb", "-checkpoint.ipynb")
        wait_for(checkpoint.exists, "JupyterLab to save the notebook and its checkpoint")
        assert study.files_with(*CANARIES) == [f"kit/{FILE}"]
        saved = json.loads((study.notebooks / section.notebook).read_bytes())
        assert [cell for cell in saved["cells"] if cell.get("outputs")] == []
        assert "widgets" not in saved["metadata"]
        assert list((study.profile / "Default" / "Sessions").iterdir()) != []
        assert [name for name in study.files_with("workshop-choice") if "Sessions" in name] == []

        # A high number at the end brings the pause; finishing notes the day.
        end = page.locator(".workshop-card", has=page.get_by_role("button", name="Mark this section as finished")).first
        end.get_by_role("radio", name="10", exact=True).check()
        press(end, "Note it")
        expect(end.get_by_role("heading", name="A pause, before anything else")).to_be_visible()
        press(end, "Mark this section as finished")
        expect(end.get_by_text("finished on")).to_be_visible()

        press(journal, "Erase")
        press(journal, "Erase for good?")
        expect(journal.get_by_text(ERASED)).to_be_visible()
        assert study.files_with(*CANARIES) == []

        # Ctrl-C ends all of it; what was asked for came from this computer; and the other notebooks are as they were.
        address = httpx.URL(study.ready())
        assert study.end() == 0
        assert "nothing is left running" in study.said
        with pytest.raises(httpx.ConnectError):
            httpx.get(address, trust_env=False)
        assert [url for url in asked if httpx.URL(url).scheme in ("http", "https", "ws") and httpx.URL(url).host != HERE] == []
    assert study.files_with(*CANARIES) == []
    assert [file.name for file in study.kit.iterdir()] == ["progress.json"]
    after = {file.name: file.read_bytes() for file in study.notebooks.glob("*.ipynb")}
    assert {name for name in before if before[name] != after[name]} <= {section.notebook}


def test_the_command_says_what_is_kept(tmp_path: Path) -> None:
    """Before anyone types a word, the command names the journal's file and says that it is written only on Save."""
    with Study(tmp_path) as study:
        study.ready()

        assert str(study.kit / FILE) in study.said
        assert "written only when you press Save" in study.said
        assert study.end() == 0
    assert list(study.kit.iterdir()) == []


def test_a_room_comes_first(room_server: RunningRoom) -> None:
    """Where a room is running the notebooks would lead it, so studying alone is refused in one sentence."""
    command = str(Path(sysconfig.get_path("scripts")) / "workshop-kit")

    refused = subprocess.run(
        [command, "study", "--no-browser"],
        env=environment({FOLDER_VARIABLE: str(room_server.folder)}),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert room_server.code in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_changed_extension_has_a_new_name() -> None:
    """Browsers keep a file of the same name, so the extension's name says what is in it."""
    [file] = (EXTENSION / "static").iterdir()
    package = json.loads((EXTENSION / "package.json").read_bytes())

    assert file.name == f"quiet.{sha256(file.read_bytes()).hexdigest()[:8]}.js"
    assert package["jupyterlab"]["_build"]["load"] == f"static/{file.name}"
