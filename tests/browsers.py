"""Browsers: the one that is on this computer, people who use it, and a list of everything their pages asked for.

Each person has a page from `Visitors.page`; `Visitors.elsewhere` shows whether any asked something of another computer.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, TimeoutError, expect, sync_playwright

from tests.world import PATIENCE_SECONDS, wait_for

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
MAC_NAMES: Final = ("Google Chrome", "Chromium", "Microsoft Edge")
NO_BROWSER: Final = "The tests need a browser. Install Chromium, Chrome or Edge, or say where one is with the variable CHROMIUM."
# A browser has errands of its own: updates, lists, accounts. None of them belongs in a test. Of several lists of what is turned off the
# last holds, so what Playwright turns off is named here again.
ERRANDS: Final = "AimEnabled,HttpsUpgrades,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch"
# Parts of a window that no test looks at. Each is a page of its own, which beside every person's page costs more than theirs does.
UNSEEN: Final = "PreloadTopChromeWebUI,SpareRendererForSitePerProcess,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup"
ARGUMENTS: Final = [
    *("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"),
    f"--disable-features={ERRANDS},{UNSEEN}",
    *(["--no-sandbox"] if sys.platform != "win32" and os.geteuid() == 0 else []),
]
PATIENCE_MS: Final = PATIENCE_SECONDS * 1000
MENU_MS: Final = 1000
PHONE: Final = {"width": 390, "height": 844}
SMALLEST: Final = {"width": 320, "height": 640}
# What a page holds by itself; everything else comes from somewhere.
INSIDE_A_PAGE: Final = ("about", "blob", "data")
HERE: Final = "127.0.0.1"
ROWS: Final = "rows => rows.map((row) => [...row.cells].map((cell) => cell.innerText))"
WCAG: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FAULTS: Final = """rules => axe.run(rules).then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} (${failureSummary ?? ""})`)))"""
# Rules of axe that look at colours.
COLOURS: Final = ("color-contrast", "link-in-text-block")


def path_of_the_browser() -> str:
    """Return where the browser is; where there is none, the test fails and says what to do."""
    mac = (f"/Applications/{name}.app/Contents/MacOS/{name}" for name in MAC_NAMES)
    candidates = [os.environ.get("CHROMIUM", ""), *map(shutil.which, NAMES), *mac]
    for path in candidates:
        if path and os.access(path, os.X_OK) and Path(path).is_file():
            return path
    pytest.fail(NO_BROWSER, pytrace=False)


@contextmanager
def launched() -> Iterator[Browser]:
    """Launch the browser, without a window, and close it in the end."""
    path = path_of_the_browser()
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


class Visitors:
    """People with a browser each, who share no cookie and no storage; and a list of all that their pages asked for."""

    def __init__(self, browser: Browser) -> None:
        self.urls: list[str] = []
        self.replies: list[tuple[str, str, int]] = []
        self.faults: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __enter__(self) -> "Visitors":
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        for context in self._contexts:
            context.close()

    @property
    def elsewhere(self) -> list[str]:
        """The addresses that were asked for and are not on this computer."""
        return [url for url in self.urls if urlsplit(url).scheme not in INSIDE_A_PAGE and urlsplit(url).hostname != HERE]

    def page(self, **different: Any) -> Page:
        """Return an empty page of one more person, on a phone unless `different` says otherwise."""
        context = self._browser.new_context(**{"viewport": PHONE, **different})
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: self.urls.append(request.url))
        context.on("response", lambda reply: self.replies.append((reply.request.method, reply.url, reply.status)))
        context.on("page", lambda page: page.on("websocket", lambda line: self.urls.append(line.url)))
        context.on("weberror", lambda fault: self.faults.append(str(fault.error)))
        context.on("console", self._listen)
        self._contexts.append(context)
        return context.new_page()

    def _listen(self, message: ConsoleMessage) -> None:
        # What a page is forbidden by its own policy is reported nowhere else.
        if message.type == "error" and "Content Security Policy" in message.text:
            self.faults.append(message.text)


def wait_on(page: Page, seen: Callable[[], bool], what: str) -> None:
    """Wait until something is seen that a page tells of; the browser is listened to meanwhile."""

    def look() -> bool:
        page.wait_for_timeout(20)
        return seen()

    wait_for(look, what)


def barriers(page: Page, *, recoloured: bool = False) -> list[str]:
    """Return what axe finds on a page against WCAG 2.2 AA, a line for each element; of one that is only recoloured, in its colours."""
    which = {"type": "rule", "values": list(COLOURS)} if recoloured else {"type": "tag", "values": list(WCAG)}
    rules = {"runOnly": which, "resultTypes": ["violations"]}
    # A page that was looked at before has axe still, and what axe has to say of a page without barriers is long.
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(FAULTS, rules)
    return found


def rows_in(place: Page | Locator) -> list[tuple[str, str]]:
    """Return the rows of the one table in a place, as soon as it is there: an answer, and how many people gave it."""
    rows = place.locator("table tbody tr")
    expect(rows.first).to_be_visible()
    expect(place.locator("table")).to_have_count(1)
    # All at once, since a page may be drawn anew between one row and the next.
    return [(answer, people) for answer, people in rows.evaluate_all(ROWS)]


def run_all_cells(lab: Page) -> None:
    """Run the notebook that is open in JupyterLab from top to bottom, as soon as its kernel is ready to."""
    expect(lab.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]:visible")).to_have_count(1)
    prompts = lab.locator(".jp-NotebookPanel:visible .jp-CodeCell .jp-InputPrompt")

    def have_run() -> bool:
        # JupyterLab calls a kernel idle before its line to it is up. What it is asked to run until then it drops, in silence or
        # with a dialog for each cell; so it is asked again.
        if lab.locator("dialog.jp-Dialog").count():
            lab.keyboard.press("Escape")
        said = prompts.all_text_contents()
        if "[ ]:" in said and "[*]:" not in said:
            with suppress(TimeoutError):
                lab.get_by_role("menuitem", name="Run", exact=True).click(timeout=MENU_MS)
                lab.get_by_role("menuitem", name="Run All Cells", exact=True).click(timeout=MENU_MS)
            lab.wait_for_timeout(500)
        return bool(said) and all(re.fullmatch(r"\[\d+\]:", each) for each in said)

    wait_on(lab, have_run, "every cell to have run")
