"""Studying alone, as a person does it: one command, JupyterLab in a browser of one's own, a section from check-in to erasing.

The browser keeps its own files in the person's folder, as browsers do, so what it writes down by itself is looked at too. And
`Start here`: one list that leads to everything, beside a room and without one, in JupyterLab and as a dashboard.
"""

import json
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.browsers import ARGUMENTS, HERE, PATIENCE_MS, SMALLEST, barriers, path_of_the_browser, run_all_cells, wait_on
from tests.desk import SCREEN, Desk
from tests.evening import press
from tests.guides import Page as Html
from tests.study.test_cards import A_DAY, ALL_DONE, DEEP, HEAVY, LIGHT, MEDIUM, NOTICED, PARTS, SIMULATED, TODAY, YESTERDAY
from tests.study.test_questionnaires import DINNER
from tests.world import PATIENCE_SECONDS, ROOT, SAY, RunningRoom, environment, wait_for
from workshop_kit import material
from workshop_kit.cards.follow import State
from workshop_kit.disk.journal import FILE
from workshop_kit.notebook.welcome import COCKPIT, start_here, start_html
from workshop_kit.processes.connection import FOLDER_VARIABLE
from workshop_kit.workshop import Section, Workshop

SECTION: Final = "06"
NOTEBOOK: Final = "start_here.ipynb"
GUEST: Final = "guest.ipynb"
EXTENSION: Final = ROOT / "workshop_kit" / "jupyter" / "labextensions" / "workshop-kit-quiet"
# What is typed, each in its own place. The control is typed outside of every card, where the browser does write it down.
DRAFT, ENTRY, REFLECTION, CONTROL = "canary-of-the-draft", "canary-of-the-entry", "canary-of-the-reflection", "canary-of-control"
CANARIES: Final = (DRAFT, ENTRY, REFLECTION)
STATE: Final[State] = {"code": "<ABC>", "public_url": 'http://192.0.2.7:8080"', "seats_told": "under 5", "door": "open"}


# ---- what the list says -------------------------------------------------------------------------------------------------
def links_in(html: str) -> list[str]:
    """Return where HTML leads, in order; see that every tag is closed."""
    assert Html(html).open == []
    return [unescape(each) for each in re.findall(r'href="([^"]*)"', html)]


def line_of(html: str, section: Section) -> str:
    """Return what the list of sections says of one."""
    [found] = [line for line in html.splitlines() if line.startswith(f'<li><a href="{section.notebook}">')]
    return found


def test_the_list_is_drawn_from_the_material_and_leads_everywhere(workshop: Workshop) -> None:
    """Every section is in it, in order, with its minutes, heavy ones marked; page and list lead to every notebook but the guests', and to no other."""
    folder = material.shipped("notebooks")
    html = start_html(workshop, None, {}, TODAY, SAY)
    for section in workshop.sections:
        notebook = json.loads((folder / section.notebook).read_text(encoding="utf-8"))
        minutes = re.search(r"about \d+ minutes", "".join(notebook["cells"][0]["source"]))
        assert minutes
        assert all(each in line_of(html, section) for each in (f"{section.id} · {section.title}", minutes[0]))
    assert [each.id for each in workshop.sections if "goes deep" in line_of(html, each)] == ["03", "04", "07"]
    assert [each for each in links_in(html) if each[0].isdigit()][1:] == [each.notebook for each in workshop.sections]

    cells = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    prose = re.findall(r"\]\((\S+?)\)", "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"))
    found = [*prose, *links_in(html)]
    assert {each.removeprefix("/voila/render/") for each in found} == {file.name for file in folder.glob("*.ipynb")} - {NOTEBOOK, GUEST}
    assert f"/voila/render/{COCKPIT}" in found


def test_whoever_comes_back_alone_is_told_how_to_go_on() -> None:
    """The first unfinished section is offered, a day later if two heavy ones would meet; what was finished is marked, no minutes are invented."""
    three = (LIGHT, HEAVY, MEDIUM)
    cases: tuple[tuple[tuple[Section, ...], date, str], ...] = (
        ((), TODAY, f'begin with <a href="{LIGHT.notebook}">'),
        ((LIGHT,), TODAY, f'go on with <a href="{HEAVY.notebook}">'),
        ((HEAVY,), TODAY, f'go on with <a href="{LIGHT.notebook}">'),
        (three, YESTERDAY, f'go on with <a href="{DEEP.notebook}">'),
        (three, TODAY, A_DAY),
        ((*three, DEEP), TODAY, ALL_DONE),
    )
    for finished, day, onward in cases:
        html = start_html(PARTS, None, {each.id: day for each in finished}, TODAY, SAY)
        assert onward in html
        assert (A_DAY in html) == (onward == A_DAY)
        assert [each for each in PARTS.sections if "finished</small>" in line_of(html, each)] == [*finished]
        # Where no guide says how long a section takes, the list does not either.
        assert all(line_of(html, each).endswith("</a> <small></small></li>") for each in (LIGHT, MEDIUM) if each not in finished)


def test_beside_a_room_the_list_leads_it_and_tells_nothing_of_studying_alone() -> None:
    """Code, stage and cards are there, safely; how far somebody has come on this computer is nobody's business then."""
    html = start_html(PARTS, STATE, {}, TODAY, SAY)
    led = [f"/voila/render/{COCKPIT}", COCKPIT, *(f'http://192.0.2.7:8080"/<ABC>/{each}' for each in ("stage", "cards"))]
    assert "&lt;ABC&gt;" in html
    assert [words for words in ("<ABC>", "On your own", "workshop-kit start") if words in html] == []
    assert links_in(html)[:4] == led


def test_the_room_that_is_running_is_found(room: RunningRoom) -> None:
    """The call finds the room, its stage and its cards; no finished section shows; and once the room is over, it is for one again."""
    (room.folder / "progress.json").write_text('{"progress": 1, "finished": {"00": "2026-02-28"}}', encoding="utf-8")

    html = start_here().data
    ways = [each for each in links_in(html) if each.startswith("http")]
    assert [each.rpartition("/")[2] for each in ways] == ["stage", "cards"]
    assert [room.public.get(httpx.URL(each).path).status_code for each in ways] == [200, 200]
    assert "finished" not in html
    room.stop()
    assert "finished</small>" in start_here().data


def test_a_room_comes_first(room: RunningRoom) -> None:
    """Where a room is running the notebooks would lead it, so studying alone is refused in one sentence."""
    command = [str(Path(sysconfig.get_path("scripts")) / "workshop-kit"), "study", "--no-browser"]
    variables = environment({FOLDER_VARIABLE: str(room.folder)})
    refused = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert (refused.returncode, refused.stdout, len(refused.stderr.strip().splitlines())) == (2, "", 1)
    assert room.code in refused.stderr


def test_a_changed_extension_has_a_new_name() -> None:
    """Browsers keep a file of the same name, so the extension's name says what is in it."""
    [file] = (EXTENSION / "static").iterdir()
    package = json.loads((EXTENSION / "package.json").read_bytes())
    assert file.name == f"quiet.{sha256(file.read_bytes()).hexdigest()[:8]}.js"
    assert package["jupyterlab"]["_build"]["load"] == f"static/{file.name}"


# ---- in a browser -------------------------------------------------------------------------------------------------------
# Where the browser keeps its own files, and what it needs to open the tabs of last time again.
PROFILE: Final = "home/browser"
TABS: Final = f"{PROFILE}/Default/Sessions"


@pytest.fixture(scope="module")
def own_browser(desk: Desk) -> Iterator[BrowserContext]:
    """Yield a browser that remembers, as a person's own does; see that it asks nothing of other computers."""
    expect.set_options(timeout=PATIENCE_MS)
    asked: list[str] = []
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(desk.place / PROFILE), executable_path=path_of_the_browser(), args=ARGUMENTS, viewport=SCREEN
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", lambda request: asked.append(request.url))
        try:
            yield context
        finally:
            context.close()
    assert [url for url in asked if httpx.URL(url).scheme in ("http", "https", "ws") and httpx.URL(url).host != HERE] == []


def test_a_dashboard_leads_on_and_a_questionnaire_is_answered_by_keyboard(desk: Desk, own_browser: BrowserContext) -> None:
    """On the smallest phone the list leads to dashboards, and a questionnaire from its first item to the score; axe finds nothing, no file holds it."""
    cell = f"""\
from workshop_kit.instruments import *
from workshop_kit.study.instrument_card import InstrumentCard
from workshop_kit.words.catalog import language
from workshop_kit.notebook.welcome import start_here
display(start_here(), InstrumentCard({DINNER!r}, language()))"""
    code: dict[str, Any] = {"cell_type": "code", "id": "cards", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A questionnaire"}
    language = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": [title, code], "metadata": language, "nbformat": 4, "nbformat_minor": 5}
    (desk.notebooks / "own.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    def no_barrier(page: Page) -> None:
        wait_on(page, lambda: barriers(page) == [], "a page on which axe finds nothing")
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"]

    page = own_browser.new_page()
    page.set_viewport_size({"width": SMALLEST["width"], "height": SMALLEST["height"]})
    page.goto(desk.dashboard("own.ipynb"))
    expect(page.get_by_role("heading", name="On your own", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name=DINNER.title)).to_be_visible()
    no_barrier(page)
    link = page.get_by_role("link", name="What intimacy is")
    assert link.evaluate("link => [new URL(link.href).pathname, link.target]") == ["/voila/render/01_what_intimacy_is.ipynb", "_blank"]

    # Arrows walk through every answer of an item, and Tab goes on to the next one.
    row = page.locator(".widget-radio-box").first
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    answers = [f"{number}: {label}" for number, label in enumerate(DINNER.labels)]
    for label in (*answers, SAY("study.instrument.leave_blank"), *answers[:2]):
        expect(row.get_by_role("radio", name=label, exact=True)).to_be_checked()
        page.keyboard.press("ArrowRight")
    for _ in DINNER.texts[1:]:
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("11")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    # 2 + 0 + (4 − 0), and 11 before.
    result = page.get_by_role("region", name="Your score")
    expect(result).to_contain_text("Meal: 6, where 0 is the lowest there is and 12 the highest.")
    expect(result).to_contain_text("Your score is 5 lower than your earlier score of 11.")
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    expect(page.get_by_text(SAY("study.instrument.something_hard"))).to_have_count(0)
    page.locator("details").evaluate_all("all => all.forEach((each) => { each.open = true })")
    no_barrier(page)
    assert desk.files_with("5 lower than your earlier") == []
    page.close()


def test_a_section_is_studied_alone(desk: Desk, own_browser: BrowserContext, workshop: Workshop) -> None:
    """From the list to Ctrl-C, after which nothing runs at the desk: what was typed stands in the journal alone, and once erased nowhere at all."""
    section = workshop.section(SECTION)
    poll = section.polls[0]
    before = {file.name: file.read_bytes() for file in desk.notebooks.glob("*.ipynb")}
    address = desk.address
    assert address.endswith(f"/lab/tree/{NOTEBOOK}")
    assert [words for words in (str(desk.kit / FILE), "written only when you press Save") if words not in desk.said] == []

    # The list leads to the cockpit as a dashboard of its own, and to a section beside it.
    page = own_browser.new_page()
    page.goto(address)
    expect(page.get_by_role("heading", name="Start here")).to_be_visible()
    run_all_cells(page)
    cockpit = page.get_by_role("link", name="The cockpit", exact=True)
    assert (cockpit.get_attribute("href"), cockpit.get_attribute("target")) == (f"/voila/render/{COCKPIT}", "_blank")
    page.get_by_role("link", name=section.title).click()
    expect(page.get_by_role("heading", name=section.title)).to_be_visible()
    expect(page.get_by_role("tab", name=NOTEBOOK)).to_be_visible()
    run_all_cells(page)
    notebook = page.locator(".jp-NotebookPanel:visible")
    cards = notebook.locator(".workshop-card")
    expect(notebook.get_by_role("heading", name="Where you are")).to_be_visible()
    cells = notebook.locator(".jp-Cell").count()

    # A number is chosen by keyboard: arrows stay within the row, and letters are no commands of JupyterLab.
    check_in = cards.filter(has=page.get_by_text("At the end you can look once more")).last
    check_in.get_by_role("radio", name="0", exact=True).focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "b", "x"):
        page.keyboard.press(key)
    expect(check_in.get_by_role("radio", name="2", exact=True)).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(check_in.get_by_text("Go on at your own pace")).to_be_visible()
    expect(check_in.get_by_role("radio", checked=True)).to_have_count(0)
    assert notebook.locator(".jp-Cell").count() == cells

    # An answer is noticed and cleared, and a simulated group appears.
    ballot = cards.filter(has=page.get_by_role("heading", name=poll.question, exact=True)).last
    ballot.get_by_label(poll.options[0].label).check()
    press(ballot, "Notice my answer")
    for seen in (ballot.get_by_text(NOTICED), ballot.get_by_text(SIMULATED), ballot.get_by_role("img")):
        expect(seen).to_be_visible()
    expect(ballot.get_by_label(poll.options[0].label)).not_to_be_checked()

    # A draft is in no file, although the browser writes down what is typed elsewhere on the same page.
    journal = cards.filter(has=page.get_by_label("Your words", exact=True)).last
    words = journal.get_by_label("Your words", exact=True)
    words.press_sequentially(DRAFT)
    field = '<textarea id=elsewhere style="position:fixed;z-index:9;top:0"></textarea>'
    page.evaluate("field => document.body.insertAdjacentHTML('beforeend', field)", field)
    page.locator("#elsewhere").press_sequentially(CONTROL)
    wait_for(lambda: desk.files_with(CONTROL, below=TABS), "the browser to write down what was typed elsewhere")
    page.locator("#elsewhere").evaluate("field => field.remove()")
    assert desk.files_with(DRAFT) == []

    # Saved, looked back on, read back; then the notebook is saved too, with the pages open, and without what it shows.
    words.fill(ENTRY)
    press(journal, "Save")
    expect(journal.get_by_text(SAY("journal.saved"))).to_be_visible()
    expect(words).to_have_value("")
    journal.get_by_label("Your words, if you like").fill(REFLECTION)
    press(journal, "Save this too")
    expect(journal.get_by_text(SAY("journal.saved_too"))).to_be_visible()
    press(journal, "Read back")
    expect(journal.get_by_text(ENTRY)).to_be_visible()
    page.keyboard.press("Control+s")
    checkpoint = desk.notebooks / ".ipynb_checkpoints" / section.notebook.replace(".ipynb", "-checkpoint.ipynb")
    wait_for(checkpoint.exists, "JupyterLab to save the notebook and its checkpoint")
    assert desk.files_with(*CANARIES) == [f"kit/{FILE}"]
    saved = json.loads((desk.notebooks / section.notebook).read_bytes())
    assert [cell for cell in saved["cells"] if cell.get("outputs")] == []
    assert "widgets" not in saved["metadata"]
    assert desk.files_with("workshop-choice", below=TABS) == []

    # A high number at the end brings the pause; finishing notes the day; the journal is erased.
    end = cards.filter(has=page.get_by_role("button", name="Mark this section as finished")).first
    end.get_by_role("radio", name="10", exact=True).check()
    press(end, "Note it")
    expect(end.get_by_role("heading", name="A pause, before anything else")).to_be_visible()
    press(end, "Mark this section as finished")
    expect(end.get_by_text("finished on")).to_be_visible()
    press(journal, "Erase")
    press(journal, "Erase for good?")
    expect(journal.get_by_text(SAY("journal.erased"))).to_be_visible()
    assert desk.files_with(*CANARIES) == []

    assert desk.end() == 0
    assert "nothing is left running" in desk.said
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)
    assert desk.files_with(*CANARIES) == []
    assert [file.name for file in desk.kit.iterdir()] == ["progress.json"]
    assert {file.name: file.read_bytes() for file in desk.notebooks.glob("*.ipynb")} == before
    assert desk.settings_read == []
