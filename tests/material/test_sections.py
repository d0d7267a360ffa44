"""Every section as its facilitator opens it: as a dashboard, and in JupyterLab, in a real browser and with a room running.

Twenty-four kernels take their time. `make test` runs every notebook without a browser, and one of them as a dashboard.
"""

import json
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import Visitors, run_all_cells
from tests.evening import DESK, NOTEBOOKS, Evening
from workshop_kit.cli.start import COCKPIT
from workshop_kit.jupyter.server import FIRST
from workshop_kit.workshop import Section, Workshop

FAULTS: Final = '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'


def polls_in(section: Section) -> int:
    """Return how many polls a section's notebook shows."""
    cells = json.loads((NOTEBOOKS / section.notebook).read_text(encoding="utf-8"))["cells"]
    return sum(".poll(" in "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def expect_a_section_to_lead(page: Page, section: Section) -> None:
    """See the section's title, and the way onward that its last cell shows only if every cell before it has run."""
    expect(page.locator(f"h1:visible:has-text({json.dumps(section.title)})").first).to_be_visible()
    expect(page.locator('nav[aria-label="Sections"]:visible').first).to_be_visible()
    expect(page.locator(FAULTS)).to_have_count(0)


@pytest.mark.prove
def test_every_section_opens_as_a_dashboard_and_in_jupyterlab(browser: Browser, tmp_path: Path, workshop: Workshop) -> None:
    """With a room running, each of the twelve notebooks shows its guide and its polls without a fault, and nobody asks the internet."""
    with Evening(tmp_path / "user", "--host", "127.0.0.1") as evening, Visitors(browser) as visitors:
        evening.ready()
        dashboard, lab = evening.said("Cockpit"), evening.said("JupyterLab")

        for section in workshop.sections:
            page = visitors.page(viewport=DESK)
            page.goto(dashboard.replace(COCKPIT, section.notebook))
            expect_a_section_to_lead(page, section)
            expect(page.get_by_role("button", name="Ask the group")).to_have_count(polls_in(section))
            expect(page.get_by_text("Words you could say").first).to_be_visible()
            page.close()

        for section in workshop.sections:
            page = visitors.page(viewport=DESK)
            # A workspace of its own, or JupyterLab would open all the notebooks before this one again.
            page.goto(lab.replace("/lab/tree/", f"/lab/workspaces/section-{section.id}/tree/").replace(FIRST, section.notebook))
            expect(page.locator(f"h1:visible:has-text({json.dumps(section.title)})").first).to_be_visible()
            run_all_cells(page)
            expect_a_section_to_lead(page, section)
            page.close()

        assert visitors.elsewhere == []
        assert visitors.faults == []
        assert evening.end() == 0
