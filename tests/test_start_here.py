"""Start here: one list that leads to everything, beside a room and without one, in JupyterLab and as a dashboard."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import expect

from tests.browsers import HERE, barriers, run_all_cells
from tests.test_progress import DEEP, HEAVY, LIGHT, MEDIUM
from tests.test_progress import WORKSHOP as PARTS
from tests.test_study import DESK, Study, own_browser
from tests.world import RunningRoom
from workshop_kit import material
from workshop_kit.connection import FOLDER_VARIABLE
from workshop_kit.notebook.follow import State
from workshop_kit.notebook.progress import A_DAY, ALL_DONE
from workshop_kit.notebook.start_here import COCKPIT, start_here, start_html
from workshop_kit.workshop import Section, Workshop

NOTEBOOK: Final = "start_here.ipynb"
GUEST: Final = "guest.ipynb"
TODAY: Final = date(2026, 3, 1)
YESTERDAY: Final = date(2026, 2, 28)
STATE: Final[State] = {"code": "<ABC>", "public_url": 'http://192.0.2.7:8080"', "seats": "under 5", "door": "open"}


class Links(HTMLParser):
    """Reads where HTML leads: its links in order, and that every tag is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.found += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def list_of(*finished: Section, day: date = YESTERDAY) -> str:
    """Return the list of a person alone who has finished some sections on a day."""
    return start_html(PARTS, None, {each.id: day for each in finished}, TODAY)


def line_of(html: str, section: Section) -> str:
    """Return what the list of sections says of one."""
    [found] = [line for line in html.splitlines() if line.startswith(f'<li><a href="{section.notebook}">')]
    return found


# ---- what the list says -------------------------------------------------------------------------------------------------


def test_the_list_is_drawn_from_the_material(workshop: Workshop) -> None:
    """Every section stands in it, in order, with its title and the minutes that its notebook names; heavy ones are marked."""
    html = start_html(workshop, None, {}, TODAY)

    for section in workshop.sections:
        notebook = json.loads((material.shipped("notebooks") / section.notebook).read_text(encoding="utf-8"))
        minutes = re.search(r"about \d+ minutes", "".join(notebook["cells"][0]["source"]))
        assert minutes
        assert all(each in line_of(html, section) for each in (f"{section.id} · {section.title}", minutes[0]))
    assert [each.id for each in workshop.sections if "goes deep" in line_of(html, each)] == ["03", "04", "07"]
    assert [each for each in Links(html).found if each[0].isdigit()][1:] == [each.notebook for each in workshop.sections]


def test_everything_that_can_be_opened_is_found() -> None:
    """The page and its list lead to every notebook there is but the guests', and to none that there is not."""
    folder = material.shipped("notebooks")
    cells = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))["cells"]
    prose = re.findall(r"\]\((\S+?)\)", "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"))
    found = [*prose, *Links(start_html(material.read(), None, {}, TODAY)).found]

    assert {each.removeprefix("/voila/render/") for each in found} == {file.name for file in folder.glob("*.ipynb")} - {NOTEBOOK, GUEST}
    assert f"/voila/render/{COCKPIT}" in found


@pytest.mark.parametrize(
    ("finished", "day", "onward"),
    [
        ((), TODAY, f'begin with <a href="{LIGHT.notebook}">'),
        ((LIGHT,), TODAY, f'go on with <a href="{HEAVY.notebook}">'),
        ((HEAVY,), TODAY, f'go on with <a href="{LIGHT.notebook}">'),
        ((LIGHT, HEAVY, MEDIUM), YESTERDAY, f'go on with <a href="{DEEP.notebook}">'),
        ((LIGHT, HEAVY, MEDIUM), TODAY, A_DAY),
        ((LIGHT, HEAVY, MEDIUM, DEEP), TODAY, ALL_DONE),
    ],
)
def test_whoever_comes_back_alone_is_told_how_to_go_on(finished: tuple[Section, ...], day: date, onward: str) -> None:
    """The first unfinished section is offered, a day later if two heavy ones would meet; what was finished is marked."""
    html = list_of(*finished, day=day)

    assert onward in html
    assert (A_DAY in html) == (onward == A_DAY)
    assert [each for each in PARTS.sections if "finished</small>" in line_of(html, each)] == [
        each for each in PARTS.sections if each in finished
    ]


def test_a_section_without_a_guide_promises_no_minutes() -> None:
    """Where no guide says how long a section takes, the list does not either."""
    assert line_of(list_of(), LIGHT).endswith("</a> <small></small></li>")


def test_beside_a_room_the_list_leads_it_and_tells_nothing_of_studying_alone() -> None:
    """Code, stage and cards are there, safely; how far somebody has come on this computer is nobody's business then."""
    html = start_html(PARTS, STATE, {}, TODAY)

    assert "&lt;ABC&gt;" in html
    assert "<ABC>" not in html
    assert Links(html).found[:4] == [
        f"/voila/render/{COCKPIT}",
        COCKPIT,
        *(f'http://192.0.2.7:8080"/<ABC>/{each}' for each in ("stage", "cards")),
    ]
    assert "On your own" not in html
    assert "workshop-kit start" not in html


# ---- as it is called ----------------------------------------------------------------------------------------------------


def test_the_room_that_is_running_is_found(room_server: RunningRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call finds the room, its stage and its cards; no finished section shows; and once the room is over, it is for one again."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(room_server.folder))
    (room_server.folder / "progress.json").write_text('{"progress": 1, "finished": {"00": "2026-02-28"}}', encoding="utf-8")

    html = start_here().data

    ways = [each for each in Links(html).found if each.startswith("http")]
    assert [each.rpartition("/")[2] for each in ways] == ["stage", "cards"]
    assert [httpx.get(each, trust_env=False).status_code for each in ways] == [200, 200]
    assert "finished" not in html
    room_server.stop()
    assert "finished</small>" in start_here().data


def test_it_leads_on_in_jupyterlab_and_as_a_dashboard(tmp_path: Path, workshop: Workshop) -> None:
    """`study` opens it; in JupyterLab a link opens a notebook beside it, in a dashboard the neighbouring dashboard; nothing is asked elsewhere."""
    section = workshop.section("01")
    with Study(tmp_path) as study, own_browser(study.profile) as context:
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        address = study.ready()
        assert address.endswith(f"/lab/tree/{NOTEBOOK}")

        lab = context.new_page()
        lab.goto(address)
        expect(lab.get_by_role("heading", name="Start here")).to_be_visible()
        run_all_cells(lab)
        cockpit = lab.get_by_role("link", name="The cockpit", exact=True)
        assert (cockpit.get_attribute("href"), cockpit.get_attribute("target")) == (f"/voila/render/{COCKPIT}", "_blank")
        lab.get_by_role("link", name=section.title).click()
        expect(lab.get_by_role("heading", name=section.title)).to_be_visible()
        expect(lab.get_by_role("tab", name=NOTEBOOK)).to_be_visible()
        lab.close()

        dashboard = context.new_page()
        dashboard.set_viewport_size(DESK)
        dashboard.goto(address.replace("/lab/tree/", "/voila/render/"))
        expect(dashboard.get_by_role("heading", name="On your own", exact=True)).to_be_visible()
        assert barriers(dashboard) == []
        with context.expect_page() as opened:
            dashboard.get_by_role("link", name=section.title).click()
        expect(opened.value.get_by_role("heading", name=section.title)).to_be_visible()
        assert httpx.URL(opened.value.url).path == f"/voila/render/{section.notebook}"
        assert [url for url in asked if httpx.URL(url).scheme in ("http", "https", "ws") and httpx.URL(url).host != HERE] == []
        assert study.end() == 0
