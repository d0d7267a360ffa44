"""Measure the peers: ``make bench-peers``. Writes `bench/peers.json`, which the report takes in.

What is compared, each in turns with ours in one run:

* the first visit until the page can be tapped, above an empty page: all three;
* votes per second: NiceGUI, the fastest of them;
* memory of one more visitor, and thirty who join at once: Voilà, which starts a kernel for each. Its visitors here fetch the page and
  nothing more, while ours take a seat and open a stream, so the figures flatter Voilà.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import httpx
from playwright.sync_api import Browser

from bench import report
from bench.__main__ import allow_many_connections, keep, tell
from bench.ballots import Casting
from bench.goals import Measured, say
from bench.lines import HERE, run
from bench.pages import ABOVE_EMPTY, JOINING, TAPPED, Visit, first_visit, joining_s
from bench.servers import ask_by_the_way, bare, ended, free_port, home, memory_of_tree_kb, port_of, room
from bench.streams import kb_each
from tests.browsers import launched
from tests.world import MANY, ROOT, wait_for

FOLDER: Final = Path(__file__).parent
ENVIRONMENTS: Final = ROOT / ".venv-peers"
VOTERS: Final = 200
PHONES: Final = 1000
KERNELS: Final = 5


@dataclass(frozen=True, slots=True)
class Peer:
    """One peer: its name, what is tapped on its page, and the words that start it with `{port}` and `{folder}` put in."""

    name: str
    tapped: str
    command: tuple[str, ...]

    @property
    def python(self) -> str:
        """The Python of its environment."""
        return str(ENVIRONMENTS / self.name / "bin" / "python")

    def prepare(self) -> None:
        """Make its environment, unless that was done before."""
        wanted = FOLDER / f"requirements-{self.name}.txt"
        done = ENVIRONMENTS / self.name / wanted.name
        if done.exists() and done.read_text(encoding="utf-8") == wanted.read_text(encoding="utf-8"):
            return
        say(f"an environment for {self.name}; this takes a minute or two")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENTS / self.name)], check=True)
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)], check=True)
        done.write_text(wanted.read_text(encoding="utf-8"), encoding="utf-8")


NICEGUI: Final = Peer("nicegui", ".q-radio", (str(FOLDER / "nicegui_poll.py"), "{port}"))
STREAMLIT: Final = Peer(
    "streamlit",
    "[data-testid=stButton] button",
    (
        *("-m", "streamlit", "run", str(FOLDER / "streamlit_poll.py"), "--server.port={port}", f"--server.address={HERE}"),
        *("--server.headless=true", "--browser.gatherUsageStats=false"),
    ),
)
VOILA: Final = Peer(
    "voila", "button.jupyter-button", ("-m", "voila", "{folder}/poll.ipynb", "--no-browser", "--port={port}", f"--Voila.ip={HERE}")
)
PEERS: Final = (NICEGUI, STREAMLIT, VOILA)


@dataclass(frozen=True, slots=True)
class Running:
    """A peer that is running."""

    peer: Peer
    port: int
    pid: int

    @property
    def address(self) -> str:
        """The address of its poll."""
        return f"http://{HERE}:{self.port}/"


def main() -> None:
    """Make the environments, measure, say it, and keep it."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description="Measure the same poll in NiceGUI, Streamlit and Voilà.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each thing is measured (default: 3)")
    rounds = parser.parse_args().rounds
    allow_many_connections()
    for peer in PEERS:
        peer.prepare()
    measured = [*_visits(rounds), *_votes(rounds), *_kernels(rounds)]
    keep(measured, report.PEERS)
    report.write(report.read(report.LATEST))
    tell(measured)


@contextmanager
def serving(peer: Peer) -> Iterator[Running]:
    """Run a peer's poll, and see that it answers."""
    with home() as folder:
        cell: dict[str, object] = {
            "cell_type": "code",
            "id": "one",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": _voila_cell(),
        }
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        (folder / "poll.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        port = free_port()
        command = [peer.python, *(word.format(port=port, folder=folder) for word in peer.command)]
        with ended(command, cwd=folder, variables={"HOME": str(folder), "JUPYTER_NO_CONFIG": "1"}) as process:
            running = Running(peer, port, process.pid)
            wait_for(lambda: _answers(running), f"{peer.name} to answer")
            yield running


def _visits(rounds: int) -> list[Measured]:
    names = ["empty", "ours", *(peer.name for peer in PEERS)]
    with launched() as browser, ExitStack() as stack:
        other, ours = stack.enter_context(bare()), stack.enter_context(room(JOINING))
        ask_by_the_way(ours)
        places = {"empty": (f"http://{HERE}:{other.port}/", "button"), "ours": (ours.connection.public_url + ours.path(), TAPPED)}
        for peer in PEERS:
            places[peer.name] = (stack.enter_context(serving(peer)).address, peer.tapped)
        visits = _in_turns(browser, places, rounds)
    above = {name: [_above(*each) for each in zip(visits[name], visits["empty"], strict=True)] for name in names}
    found = [Measured.beside(f"{ABOVE_EMPTY}, beside NiceGUI", above["ours"], above["nicegui"], "<= 0.2")]
    for name in ("ours", *(peer.name for peer in PEERS)):
        found.append(Measured.over_rounds(f"{ABOVE_EMPTY}: {name}", above[name], "reported", "ms"))
        found.append(Measured(f"first visit, what comes over the line: {name}", _median_kb(visits[name]), "reported", "kB"))
        found.append(Measured(f"first visit, requests: {name}", statistics.median(each.requests for each in visits[name]), "reported", ""))
    return found


def _in_turns(browser: Browser, places: Mapping[str, tuple[str, str]], rounds: int) -> dict[str, list[Visit]]:
    visits: dict[str, list[Visit]] = {name: [] for name in places}
    # The first visitor of each is not measured: servers, too, read their files then.
    for number in range(rounds + 1):
        say(f"first visits in a browser, round {number} of {rounds}")
        for name, (address, tapped) in places.items():
            visit = first_visit(browser, address, tapped)
            if number:
                visits[name].append(visit)
    return visits


def _votes(rounds: int, seconds: float = 4.0) -> list[Measured]:
    theirs, busy, kb = [], [], []
    with room(VOTERS) as ours, bare() as other:
        casting = Casting(ours, other)
        casting.rate_of_ours(1)
        for number in range(rounds):
            say(f"votes per second in NiceGUI, round {number + 1} of {rounds}")
            casting.ours.append(casting.rate_of_ours(seconds))
            with serving(NICEGUI) as running:
                told = _voted(running, seconds)
            theirs.append(told["per_s"])
            busy.append(told["busy"])
            kb.append(told["kb"])
    return [
        Measured.beside("ballots per second, beside votes in NiceGUI", casting.ours, theirs, ">= 4"),
        Measured.over_rounds("votes per second in NiceGUI", theirs, "reported", "per s"),
        Measured.over_rounds("how busy the process was that cast them", busy, "reported", "of 1"),
        Measured.over_rounds("memory of one more visitor in NiceGUI", kb, "reported", "kB"),
    ]


def _voted(running: Running, seconds: float) -> dict[str, float]:
    arguments = [running.port, VOTERS, seconds, running.pid]
    done = subprocess.run([NICEGUI.python, str(FOLDER / "nicegui_voters.py"), *map(str, arguments)], capture_output=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _kernels(rounds: int) -> list[Measured]:
    random = Random(5)
    each_kb, ours_kb, joining, ours_joining = [], [], [], []
    for number in range(rounds):
        say(f"kernels of Voilà, round {number + 1} of {rounds}")
        with room(MANY + PHONES + JOINING) as ours:
            ask_by_the_way(ours)
            joining_s(ours, 1, random)
            ours_joining.append(joining_s(ours, JOINING, random))
            ours_kb.append(run(kb_each(ours.pid, port_of(ours), ours.path("/events"), PHONES)))
        with serving(VOILA) as running:
            before = memory_of_tree_kb(running.pid)
            _all_at_once(running, KERNELS)
            each_kb.append((memory_of_tree_kb(running.pid) - before) / KERNELS)
        with serving(VOILA) as running:
            joining.append(_all_at_once(running, JOINING))
    return [
        Measured.beside("memory of one more visitor in Voilà, beside one of ours", each_kb, ours_kb, ">= 1000"),
        Measured.over_rounds("memory of one more visitor in Voilà", each_kb, "reported", "kB"),
        Measured.beside(f"{JOINING} people joining Voilà at once, beside joining ours", joining, ours_joining, ">= 50"),
        Measured.over_rounds(f"{JOINING} people joining Voilà at once", joining, "reported", "s"),
    ]


def _all_at_once(running: Running, people: int) -> float:
    """Let some people fetch the page at once; return how long it takes until the last has all of it."""
    visitors = [threading.Thread(target=httpx.get, args=[running.address], kwargs=_PATIENTLY) for _ in range(people)]
    began = time.perf_counter()
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return time.perf_counter() - began


_PATIENTLY: Final = {"timeout": 180, "trust_env": False}


def _above(visit: Visit, empty: Visit) -> float:
    return visit.tappable_ms - empty.tappable_ms


def _median_kb(visits: list[Visit]) -> float:
    return statistics.median(each.bytes for each in visits) / 1000


def _voila_cell() -> str:
    return (FOLDER / "voila_poll.py").read_text(encoding="utf-8")


def _answers(running: Running) -> bool:
    try:
        return httpx.get(running.address, timeout=60, trust_env=False).is_success
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    main()
