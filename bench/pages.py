"""The first visit: how soon the phone page can be tapped, what it takes over the line, and thirty people who join at once.

Beside it stands an empty page with one button, in the same browser with the same empty cache: what a visit costs before any page
is to blame. A page can be tapped when what answers on it is shown and enabled; the browser's own clock tells, from the moment at
which it was sent there. Thirty people join as their phones would, each over new connections: page, script, seat, stream.
"""

import asyncio
import gzip
import json
import re
import statistics
import time
from dataclasses import dataclass
from random import Random
from typing import Final

from playwright.sync_api import Browser, CDPSession

from bench.goals import Measured, Size, say
from bench.lines import HERE, Line, Stream, crowd, gone, request, run
from bench.servers import ask_by_the_way, bare, port_of, room
from tests.browsers import Visitors, launched
from tests.world import MANY, RoomProcess, new_seats

TAPPED: Final = "form.ballot:not([hidden]) input"
JOINING: Final = 30
QUIET_MS: Final = 1000
ABOVE_EMPTY: Final = "first visit until the page can be tapped, above an empty page"
_SCRIPT: Final = re.compile(rb'src="(/static/room\.js\?[^"]+)"')
# Looked for every few milliseconds, from before the page begins.
_WATCH: Final = """
(() => {
  const look = () => {
    const found = document.querySelector(%s);
    if (found && !found.disabled && found.checkVisibility()) window.tappableAt = performance.now();
    else setTimeout(look, 2);
  };
  look();
})();
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One first visit: milliseconds until something could be tapped, bytes that came, requests that were made."""

    tappable_ms: float
    bytes: int
    requests: int


class Bill:
    """What a page asked for, and the bytes that came for it, as they came over the line: the heads of replies, and whole replies."""

    def __init__(self, line: CDPSession) -> None:
        self.asked: dict[str, str] = {}
        self.replied: dict[str, int] = {}
        line.on("Network.requestWillBeSent", lambda event: self.asked.update({event["requestId"]: event["request"]["url"]}))
        line.on("Network.responseReceived", lambda event: self._note(event["requestId"], event["response"]["encodedDataLength"]))
        line.on("Network.loadingFinished", lambda event: self._note(event["requestId"], event["encodedDataLength"]))
        line.send("Network.enable")

    @property
    def bytes(self) -> int:
        """All that came; of the stream of news, which does not come to an end, its head."""
        return sum(self.replied.values())

    def _note(self, request: str, length: int) -> None:
        self.replied[request] = length


def first_visit(browser: Browser, address: str, tapped: str) -> Visit:
    """Open an address with an empty cache; return what it took until an element could be tapped."""
    with Visitors(browser) as visitors:
        page = visitors.page()
        bill = Bill(page.context.new_cdp_session(page))
        page.add_init_script(_WATCH % json.dumps(tapped))
        page.goto(address, wait_until="commit")
        page.wait_for_function("window.tappableAt !== undefined")
        tappable = float(page.evaluate("window.tappableAt"))
        # What comes later is paid for as well.
        page.wait_for_timeout(QUIET_MS)
        return Visit(tappable, bill.bytes, len(bill.asked))


def joining_s(running: RoomProcess, people: int, random: Random) -> float:
    """Return how long it takes until the last of some people who come at once has the page, a seat, and the state of the room."""
    return run(_joining_s(running, new_seats(random, people)))


def measure(size: Size) -> list[Measured]:
    """Return what was measured of first visits."""
    ours, empty = [], []
    with launched() as browser, bare() as other, room(JOINING) as running:
        ask_by_the_way(running)
        for number in range(size.visits):
            say(f"first visit {number + 1} of {size.visits}")
            empty.append(first_visit(browser, f"http://{HERE}:{other.port}/", "button"))
            ours.append(first_visit(browser, running.connection.public_url + running.path(), TAPPED))
    above = [mine.tappable_ms - nothing.tappable_ms for mine, nothing in zip(ours, empty, strict=True)]
    return [
        Measured.over_rounds("first visit until the page can be tapped", [each.tappable_ms for each in ours], "reported", "ms"),
        Measured.over_rounds("an empty page with a button", [each.tappable_ms for each in empty], "reported", "ms"),
        Measured.over_rounds(ABOVE_EMPTY, above, "reported", "ms"),
        Measured("first visit: what comes over the line", statistics.median(each.bytes for each in ours) / 1000, "<= 20", "kB"),
        Measured("first visit: requests", statistics.median(each.requests for each in ours), "<= 4", "requests"),
        *_joined(size),
    ]


def _joined(size: Size) -> list[Measured]:
    random, taken = Random(3), []
    with room(MANY + JOINING * (size.rounds + 1)) as running:
        ask_by_the_way(running)
        joining_s(running, JOINING, random)
        for number in range(size.rounds):
            say(f"{JOINING} people join at once, round {number + 1} of {size.rounds}")
            taken.append(joining_s(running, JOINING, random))
    return [Measured.over_rounds(f"{JOINING} people joining at once", taken, "reported", "s")]


async def _joining_s(running: RoomProcess, seats: list[str]) -> float:
    began = time.perf_counter()
    streams = await asyncio.gather(*(_join(running, seat) for seat in seats))
    taken = time.perf_counter() - began
    await gone([stream for each in streams for stream in each])
    return taken


async def _join(running: RoomProcess, seat: str) -> list[Stream]:
    port, line = port_of(running), await Line.to(port_of(running))
    page = gzip.decompress(await line.ask(request("GET", port, running.path())))
    script = _SCRIPT.search(page)
    assert script is not None
    await line.ask(request("GET", port, script[1].decode()))
    streams = await crowd(port, running.path("/events"), 1, first=b"event: state")
    await line.ask(request("POST", port, running.path("/seats"), {"seat": seat}), 201)
    line.hang_up()
    return streams
