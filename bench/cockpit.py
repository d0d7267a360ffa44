"""The cockpit's speed: how soon it can be used after the command, and how soon the next part of the evening stands there.

The first is compared with an empty Voilà notebook that imports ipywidgets, started in turns with it on the same machine. The
second is measured in the browser, from the press of the button to the second frame after the new part is drawn.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Error, Page

from bench.goals import Measured
from tests.browsers import HERE, Visitors, launched
from tests.evening import Evening
from workshop_kit import material
from workshop_kit.workshop import Workshop

ROUNDS: Final = 4
DESK: Final = {"width": 1440, "height": 900}
EMPTY: Final = ["import ipywidgets\n", "ipywidgets.Button(description='usable')"]
SETTLED_S: Final = 1.5
PLAN: Final = "half_day"
TITLES: Final = {"arrival": "Arriving", "break": "Break", "slack": "Time to spare", "closing": "Closing"}
GO_ON: Final = """async (title) => {
  const drawn = () => document.querySelector('.workshop-middle h2')?.textContent.includes(title)
    && document.querySelector('.workshop-middle .workshop-script section');
  const frame = () => new Promise((next) => requestAnimationFrame(next));
  const button = [...document.querySelectorAll('button.workshop-key-n')].find((each) => each.offsetParent);
  const began = performance.now();
  button.click();
  while (!drawn()) await frame();
  await frame();
  await frame();
  return performance.now() - began;
}"""


def measure() -> list[Measured]:
    """Return what was measured of the cockpit."""
    with launched() as browser:
        ours, empty = zip(*[(_until_usable(browser), _until_empty_is_usable(browser)) for _ in range(ROUNDS)], strict=True)
        walk = _walk(browser)
    seconds, baseline = statistics.median(ours), statistics.median(empty)
    return [
        Measured("start to usable cockpit, beside an empty Voilà notebook", seconds / baseline, "<= 1.5", "times"),
        Measured("start to usable cockpit", seconds, "reported", "s"),
        Measured("an empty Voilà notebook", baseline, "reported", "s"),
        Measured("from one section to the next, median of all twelve", statistics.median(walk) / 1000, "<= 0.3", "s"),
    ]


def _until_usable(browser: Browser) -> float:
    began = time.perf_counter()
    with _home() as home, Evening(Path(home) / "user", "--host", HERE, checklist=True) as evening, Visitors(browser) as visitors:
        page = visitors.page(viewport=DESK)
        page.goto(evening.said("Cockpit"), wait_until="commit")
        page.get_by_role("button", name="This is settled").wait_for()
        taken = time.perf_counter() - began
        evening.end()
        return taken


def _until_empty_is_usable(browser: Browser) -> float:
    with _home() as home, Visitors(browser) as visitors, socket.socket() as free:
        notebook = Path(home) / "empty.ipynb"
        cell: dict[str, object] = {
            "cell_type": "code",
            "id": "one",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": EMPTY,
        }
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook.write_text(json.dumps({"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}))
        free.bind((HERE, 0))
        port = free.getsockname()[1]
        free.close()
        began = time.perf_counter()
        command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}", f"--Voila.ip={HERE}"]
        variables = {**os.environ, "HOME": home, "JUPYTER_NO_CONFIG": "1"}
        voila = subprocess.Popen(command, env=variables, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            page = visitors.page(viewport=DESK)
            _go(page, f"http://{HERE}:{port}/")
            page.get_by_role("button", name="usable").wait_for()
            return time.perf_counter() - began
        finally:
            voila.terminate()
            voila.wait()


def _go(page: Page, address: str) -> None:
    while True:
        try:
            page.goto(address, wait_until="commit")
            return
        except Error:
            time.sleep(0.05)


def _walk(browser: Browser) -> list[float]:
    """Return how long going on to each of the twelve sections takes, in milliseconds."""
    workshop = material.read()
    taken: dict[str, float] = {}
    with _home() as home, Evening(Path(home) / "user", "--host", HERE, checklist=True) as evening, Visitors(browser) as visitors:
        page = visitors.page(viewport=DESK)
        page.goto(evening.said("Cockpit"))
        page.get_by_label("1. Which plan").select_option(label=workshop.plan(PLAN).title)
        page.get_by_label("2. Who comes").select_option(index=1)
        page.get_by_label("3. How do people come in").select_option(index=1)
        page.get_by_label("4. Support contacts").select_option(index=1)
        page.get_by_role("button", name="This is settled").click()
        page.get_by_role("button", name="Begin: Arriving").wait_for()
        blocks = list(workshop.plan(PLAN).meetings[0])
        for section in [each.id for each in workshop.sections if each.id not in {block.section for block in blocks}]:
            page.get_by_label("The plan", exact=True).select_option(index=1)
            page.get_by_label("A section that the plan leaves out").select_option(label=_named(workshop, section))
            page.get_by_role("button", name="Add it after the chosen part").click()
            page.get_by_label("The plan", exact=True).get_by_text(workshop.section(section).title).wait_for()
            blocks.insert(2, workshop.block_of(section, PLAN))
        for block in blocks:
            # A facilitator leads a part before going on to the next.
            time.sleep(SETTLED_S)
            if block.section is None:
                page.keyboard.press("Alt+n")
                continue
            title = TITLES.get(block.kind) or workshop.section(block.section).title
            taken.setdefault(block.section, float(page.evaluate(GO_ON, title)))
        evening.end()
    assert set(taken) == {section.id for section in workshop.sections}
    return list(taken.values())


def _named(workshop: Workshop, section: str) -> str:
    return f"{section} {workshop.section(section).title}"


def _home() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="workshop_kit_bench_")
