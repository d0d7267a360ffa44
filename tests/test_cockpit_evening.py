"""The whole evening from the cockpit, as a facilitator has it: a checklist, a plan of 90 minutes, twelve people, and mishaps.

The command is the one that is typed, with its processes; the browser is real; the twelve are simulated phones over HTTP.
"""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsers import HERE, Visitors, barriers, launched, wait_on
from tests.test_whole_evening import DESK, Aside, Evening, press
from tests.world import wait_for
from workshop_kit.connection import find_room
from workshop_kit.rehearsal import Group
from workshop_kit.workshop import Block, Workshop

PEOPLE: Final = 12
PLAN: Final = "evening"
LOCKED: Final = "The door of this room is locked"
GONE: Final = "The program behind this page has ended"
# The reload comes while the poll of this section is open, the end of the kernel while that one is.
RELOADED_IN: Final = "01"
KILLED_IN: Final = "05"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield the browser, the same one for all tests here."""
    with launched() as browser:
        yield browser


class Simulated(Aside):
    """Simulated people who sit in a room for as long as it takes."""

    def __init__(self, public_url: str, code: str) -> None:
        super().__init__()
        self._room = (public_url, code)

    async def _take_part(self) -> None:
        sitting = asyncio.create_task(Group(PEOPLE, seed=7, longest_thought_s=0.2).take_part(*self._room))
        over = asyncio.create_task(asyncio.to_thread(self._over.wait))
        await asyncio.wait([sitting, over], return_when=asyncio.FIRST_COMPLETED)
        if sitting.done():
            sitting.result()
        sitting.cancel()
        await over


def test_a_whole_evening_from_the_cockpit(browser: Browser, tmp_path: Path, workshop: Workshop) -> None:
    """Checklist, door, every part and poll of the plan, the stage following, a reload and a dead kernel: it goes on where it was."""
    blocks = workshop.plan(PLAN).meetings[0]
    with Evening(tmp_path / "user", "--host", HERE, checklist=True) as evening, Visitors(browser) as visitors:
        evening.ready()
        address = evening.said("Phone address")
        cockpit = opened(visitors, evening)
        stage = checked_off(cockpit, visitors, address, workshop)

        with Simulated(*address.rsplit("/", 1)):
            expect(cockpit.get_by_text("Seats taken: 10+")).to_be_visible()
            found = {"while settling": barriers(cockpit)}
            asked = 0
            for block in blocks:
                cockpit.keyboard.press("Alt+n")
                expect(middle(cockpit).get_by_role("heading", level=2)).to_contain_text(heading(workshop, block))
                follows(stage, workshop, block)
                for number, name in enumerate(block.polls):
                    if number:
                        cockpit.keyboard.press("Alt+j")
                    is_again = name in [each for earlier in blocks[: blocks.index(block)] for each in earlier.polls]
                    ask_and_show(cockpit, stage, workshop, name, is_again=is_again, mishap=mishap(block, evening))
                    asked += 1
                if block.section == KILLED_IN:
                    found["with a result"] = barriers(cockpit)

            assert asked == sum(len(block.polls) for block in blocks) == 7
            cockpit.keyboard.press("Alt+n")
            expect(cockpit.get_by_role("button", name="Go on")).to_be_disabled()
            result_is_the_same_everywhere(cockpit, stage, evening)

        assert found == {"while settling": [], "with a result": []}
        assert visitors.elsewhere == []
        assert visitors.faults == []
        assert evening.end() == 0
        assert evening.errors == ""


def opened(visitors: Visitors, evening: Evening) -> Page:
    """Return the cockpit, as it opens."""
    page = visitors.page(viewport=DESK)
    page.goto(evening.said("Cockpit"))
    expect(page.get_by_role("heading", name="Before people come")).to_be_visible()
    return page


def checked_off(cockpit: Page, visitors: Visitors, address: str, workshop: Workshop) -> Page:
    """Go through the checklist, see that the door opens only then, and open it; return the stage."""
    door = cockpit.get_by_role("button", name="Open the door")
    expect(door).to_be_disabled()
    expect(cockpit.get_by_label("1. Which plan do you lead by?").locator("option:checked")).to_have_text("Please choose")
    press(cockpit, "This is settled")
    expect(cockpit.get_by_role("alert").filter(has_text="Please choose a plan and who comes and a country first.")).to_be_visible()
    cockpit.get_by_label("1. Which plan do you lead by?").select_option(label=workshop.plan(PLAN).title)
    cockpit.get_by_label("2. Who comes?").select_option(label="People who hardly know each other")
    cockpit.get_by_label("3. Support contacts for which country?").select_option(label="Germany")
    cockpit.get_by_label("and somebody near by").fill("The practice next door, 555 0100")
    press(cockpit, "This is settled")
    expect(cockpit.get_by_text("1 to 3. The plan, who comes, and whom people can turn to")).not_to_contain_text("still to do")
    expect(door).to_be_disabled()

    stage = visitors.page(viewport={"width": 1280, "height": 720})
    stage.goto(f"{address}/stage")
    phone = visitors.page()
    phone.goto(address)
    expect(phone.get_by_text(LOCKED)).to_be_visible()
    expect(cockpit.get_by_text("All is ready.")).to_be_visible()
    cockpit.keyboard.press("Alt+l")
    expect(cockpit.get_by_role("button", name="Lock the door")).to_be_visible()
    # The phone that waited comes in by itself, and the stage invites everyone.
    expect(phone.get_by_text(LOCKED)).to_have_count(0)
    expect(stage.get_by_text(address.partition("//")[2].partition("/")[0]).first).to_be_visible()
    phone.context.close()
    return stage


def ask_and_show(cockpit: Page, stage: Page, workshop: Workshop, name: str, *, is_again: bool, mishap: str | None) -> None:
    """Ask a poll by keyboard, wait for the group, close it, and reveal it; whatever happens meanwhile."""
    poll = workshop.poll(name)
    card = middle(cockpit).locator(".workshop-polls")
    expect(card.get_by_role("heading", name=poll.question)).to_be_visible()
    cockpit.keyboard.press("Alt+b" if is_again else "Alt+a")
    expect(card.get_by_text("10+ answered so far")).to_be_visible()
    expect(stage.get_by_text("10+ have answered")).to_be_visible()
    expect(stage.get_by_role("heading", name=poll.question)).to_be_visible()
    if mishap == "reload":
        cockpit.reload()
    elif mishap is not None:
        os.kill(int(mishap), signal.SIGKILL)
        expect(cockpit.get_by_role("alert").filter(has_text=GONE)).to_be_visible()
        with cockpit.expect_navigation():
            press(cockpit, "Reload")
    # After a mishap, too, the open poll is in hand.
    expect(card.get_by_text("10+ answered so far")).to_be_visible()
    cockpit.keyboard.press("Alt+c")
    expect(card.get_by_role("button", name="Reveal to the room")).to_be_visible()
    expect(card.get_by_text("What you could say now")).to_be_visible()
    cockpit.keyboard.press("Alt+r")
    expect(card.get_by_role("button", name="Hide from the room")).to_be_visible()
    expect(stage.locator("#scene")).to_have_attribute("data-scene", "result")
    expect(stage.get_by_text(poll.question).first).to_be_visible()


def mishap(block: Block, evening: Evening) -> str | None:
    """Return what befalls the cockpit while this block's poll is open: a reload, or the end of its kernel, by its number."""
    if block.section == RELOADED_IN:
        return "reload"
    if block.section != KILLED_IN:
        return None
    kernels = [each.pid for each in evening.descendants() if "ipykernel_launcher" in each.command]
    # The kernel of the page that was reloaded may not have noticed yet that nobody is there.
    return str(max(kernels))


def heading(workshop: Workshop, block: Block) -> str:
    """Return what stands above a part of the plan."""
    names = {"arrival": "Arriving", "break": "Break", "slack": "Time to spare", "closing": "Closing"}
    return workshop.section(block.section).title if block.kind == "section" and block.section else names[block.kind]


def follows(stage: Page, workshop: Workshop, block: Block) -> None:
    """See that the stage goes along with a part of the plan."""
    scene = {"arrival": "welcome", "break": "break", "closing": "closing"}.get(block.kind, "section")
    expect(stage.locator("#scene")).to_have_attribute("data-scene", scene)
    if block.kind == "section" and block.section:
        expect(stage.get_by_role("heading", name=workshop.section(block.section).title)).to_be_visible()


def middle(cockpit: Page) -> Locator:
    """Return the middle column."""
    return cockpit.locator(".workshop-middle")


def result_is_the_same_everywhere(cockpit: Page, stage: Page, evening: Evening) -> None:
    """See that every poll was revealed, that phones are sent what the facilitator is sent, and that the stage shows the last."""
    room = find_room(lambda: evening.folders[1])
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {room.secret}"}) as http:
        state = http.get(f"{room.control_url}/state").raise_for_status().json()
        assert [run["phase"] for run in state["runs"]] == ["revealed"] * len(state["runs"])
        assert len(state["runs"]) == 7
        for run in state["runs"]:
            ours = http.get(f"{room.control_url}/runs/{run['run']}/result.json").raise_for_status()
            theirs = httpx.get(f"{room.public_url}/{room.code}/runs/{run['run']}/result.json", trust_env=False).raise_for_status()
            assert ours.content == theirs.content
            assert json.loads(ours.content)["outcome"] == "shown"
        assert state["agenda"]["current"] == len(state["agenda"]["entries"]) - 1
    expect(stage.locator("#scene")).to_have_attribute("data-scene", "result")
    wait_on(cockpit, lambda: cockpit.locator(".workshop-picture iframe").count() == 1, "the stage's picture in the cockpit")
    wait_for(lambda: state["seats"] == "10+", "the seats")
