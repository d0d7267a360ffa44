"""The whole evening from the cockpit, as a leader has it: a checklist, a plan of 90 minutes, twelve people, and mishaps.

The command is the one that is typed, with its processes; the browser is real; the twelve are simulated phones over HTTP. What comes
in its own time is waited for by `wait_for`: each time that `expect` looks in vain, it writes down the whole page for its message.
"""

import asyncio
import json
import os
import signal
import threading
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.browsers import HERE, Visitors, barriers
from tests.evening import DESK, Aside, Evening, press
from tests.world import PATIENCE_SECONDS
from workshop_kit.rehearsal.group import Group
from workshop_kit.words.catalog import language
from workshop_kit.workshop import Block, Workshop

PEOPLE: Final = 12
PLAN: Final = "evening"
LOCKED: Final = "The door of this room is locked"
WATCHING: Final = "This page only watches."
GONE: Final = "The program behind this page has ended"
# What befalls the cockpit while the poll of a section is open: its page is reloaded, or its kernel is killed.
RELOADED_IN: Final = "01"
KILLED_IN: Final = "05"
# What is above a part of the plan that is no section, and what the stage shows meanwhile.
NAMES: Final = {"arrival": "Arriving", "break": "Break", "slack": "Time to spare", "closing": "Closing"}
SCENES: Final = {"arrival": "welcome", "break": "break", "closing": "closing"}


class Simulated(Aside):
    """Simulated people who sit in a room for as long as it takes."""

    def __init__(self, public_url: str, code: str) -> None:
        super().__init__()
        self._room = (public_url, code)
        self.are_seated = threading.Event()

    async def _take_part(self) -> None:
        group = Group(PEOPLE, language(), 7, longest_thought_s=0.2)
        sitting = asyncio.create_task(group.take_part(*self._room))
        await group.seated()
        self.are_seated.set()
        over = asyncio.create_task(asyncio.to_thread(self._over.wait))
        await asyncio.wait([sitting, over], return_when=asyncio.FIRST_COMPLETED)
        if sitting.done():
            sitting.result()
        sitting.cancel()
        await over


def test_a_whole_evening_from_the_cockpit(browser: Browser, tmp_path: Path, workshop: Workshop) -> None:
    """Checklist, door, head count, every part and poll, the stage following, a reload and a dead kernel: it goes on where it was."""
    blocks = workshop.plan(PLAN).meetings[0]
    asked = list[str]()
    with Evening(tmp_path / "user", "--host", HERE, checklist=True) as evening, Visitors(browser) as visitors:
        evening.ready()
        address = evening.said("Phone address")
        cockpit = visitors.page(viewport=DESK)
        cockpit.goto(evening.said("Cockpit"))
        settle(cockpit, workshop)
        stage = opened(cockpit, visitors, address)

        with Simulated(*address.rsplit("/", 1)) as group:
            cockpit.get_by_text("Seats taken: 10+").wait_for()
            assert group.are_seated.wait(PATIENCE_SECONDS)
            found = count(cockpit, stage)
            for block in blocks:
                cockpit.keyboard.press("Alt+n")
                goes_along(cockpit, stage, workshop, block)
                for number, poll in enumerate(block.polls):
                    if number:
                        cockpit.keyboard.press("Alt+j")
                    ask_and_show(
                        cockpit, stage, workshop.poll(poll).question, "Alt+b" if poll in asked else "Alt+a", block.section, evening
                    )
                    asked.append(poll)
                if block.section == KILLED_IN:
                    found += barriers(cockpit)
            cockpit.keyboard.press("Alt+n")
            expect(cockpit.get_by_role("button", name="Go on")).to_be_disabled()
            expect(stage.locator("#scene")).to_have_attribute("data-scene", "result")
            expect(cockpit.locator(".workshop-picture iframe")).to_have_count(1)
            all_see_the_same(evening, asked)

        assert (len(asked), found) == (7, [])
        assert (visitors.elsewhere, visitors.faults) == ([], [])
        assert (evening.end(), evening.errors) == (0, "")


def settle(cockpit: Page, workshop: Workshop) -> None:
    """Go through the questions of the checklist; what is missing is said, and the door does not open yet."""
    cockpit.get_by_role("heading", name="Before people come").wait_for()
    expect(cockpit.get_by_label("1. Which plan do you lead by?").locator("option:checked")).to_have_text("Please choose")
    press(cockpit, "This is settled")
    cockpit.get_by_role("alert").filter(has_text="Please choose a plan, who comes, how people come in, and a country first.").wait_for()
    cockpit.get_by_label("1. Which plan do you lead by?").select_option(label=workshop.plan(PLAN).title)
    cockpit.get_by_label("2. Who comes?").select_option(label="People who hardly know each other")
    cockpit.get_by_label("3. How do people come in?").select_option(label="By code")
    cockpit.get_by_label("4. Support contacts for which country?").select_option(label="Germany")
    cockpit.get_by_label("and somebody near by").fill("The practice next door, 555 0100")
    press(cockpit, "This is settled")
    expect(cockpit.get_by_text("1 to 4. The plan, who comes and how, and whom people can turn to")).not_to_contain_text("still to do")
    expect(cockpit.get_by_role("button", name="Open the door")).to_be_disabled()


def opened(cockpit: Page, visitors: Visitors, address: str) -> Page:
    """Open the stage, then the door: the leader's phone watches, one that waited comes in by itself and leaves again, the stage invites everyone."""
    stage = visitors.page(viewport={"width": 1280, "height": 720})
    stage.goto(f"{address}/stage")
    own, phone = visitors.page(), visitors.page()
    own.goto(str(cockpit.locator(".workshop-middle").get_by_role("link", name="#watch").get_attribute("href")))
    own.get_by_text(WATCHING).wait_for()
    phone.goto(address)
    phone.get_by_text(LOCKED).wait_for()
    cockpit.get_by_text("All is ready.").wait_for()
    cockpit.keyboard.press("Alt+l")
    cockpit.get_by_role("button", name="Lock the door").wait_for()
    expect(phone.get_by_text(LOCKED)).to_have_count(0)
    stage.get_by_text(address.partition("//")[2].partition("/")[0]).first.wait_for()
    press(phone, "Leave this seat")
    phone.get_by_text(WATCHING).wait_for()
    for each in (own, phone):
        each.context.close()
    return stage


def count(cockpit: Page, stage: Page) -> list[str]:
    """Lock the door and confirm how many people there are, as the stage shows it meanwhile; return what bars somebody's way."""
    cockpit.keyboard.press("Alt+l")
    cockpit.get_by_text(f"{PEOPLE} seats are taken. Are there {PEOPLE} of us?").wait_for()
    expect(stage.locator("#scene")).to_have_attribute("data-scene", "heads")
    found = barriers(cockpit)
    cockpit.keyboard.press("Alt+h")
    cockpit.get_by_text(f"{PEOPLE} people, each with a seat.").wait_for()
    return found


def goes_along(cockpit: Page, stage: Page, workshop: Workshop, block: Block) -> None:
    """See that the middle of the cockpit and the stage go along with a part of the plan."""
    title = workshop.section(block.section).title if block.kind == "section" and block.section else NAMES[block.kind]
    expect(cockpit.locator(".workshop-middle").get_by_role("heading", level=2)).to_contain_text(title)
    expect(stage.locator("#scene")).to_have_attribute("data-scene", SCENES.get(block.kind, "section"))
    if block.kind == "section":
        stage.get_by_role("heading", name=title).wait_for()


def ask_and_show(cockpit: Page, stage: Page, question: str, key: str, section: str | None, evening: Evening) -> None:
    """Ask a poll by keyboard, wait for the group, close it, and reveal it; after a mishap meanwhile it is still in hand."""
    card = cockpit.locator(".workshop-middle").locator(".workshop-polls")
    card.get_by_role("heading", name=question).wait_for()
    cockpit.keyboard.press(key)
    card.get_by_text("10+ answered so far").wait_for()
    stage.get_by_text("10+ have answered").wait_for()
    stage.get_by_role("heading", name=question).wait_for()
    if section == RELOADED_IN:
        cockpit.reload()
    elif section == KILLED_IN:
        for each in evening.descendants():
            if "ipykernel_launcher" in each.command:
                os.kill(each.pid, signal.SIGKILL)
        cockpit.get_by_role("alert").filter(has_text=GONE).wait_for()
        with cockpit.expect_navigation():
            press(cockpit, "Reload")
    card.get_by_text("10+ answered so far").wait_for()
    cockpit.keyboard.press("Alt+c")
    card.get_by_role("button", name="Reveal to the room").wait_for()
    card.get_by_text("What you could say now").wait_for()
    cockpit.keyboard.press("Alt+r")
    card.get_by_role("button", name="Hide from the room").wait_for()
    expect(stage.locator("#scene")).to_have_attribute("data-scene", "result")
    stage.get_by_text(question).first.wait_for()


def all_see_the_same(evening: Evening, asked: list[str]) -> None:
    """See that every poll was revealed in the last part of the plan at the latest, and that phones get what the leader gets."""
    with evening.room() as room:
        state = room.state()
        assert [(run["poll"], run["phase"]) for run in state["runs"]] == [(poll, "revealed") for poll in asked]
        assert (state["seats"], state["heads"], state["agenda"]["current"]) == (PEOPLE, PEOPLE, len(state["agenda"]["entries"]) - 1)
        for run in state["runs"]:
            path = f"/runs/{run['run']}/result.json"
            ours, theirs = room.get(path), httpx.get(f"{room.public_url}/{room.code}{path}", trust_env=False).raise_for_status()
            assert ours.content == theirs.content
            assert json.loads(ours.content)["outcome"] == "shown"
