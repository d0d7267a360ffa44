"""A room full of phones: what each costs while it listens, how soon all are told a result, how a thousand answer at once.

Beside it stands a bare event-stream app on the same uvicorn settings; where a result is shown, one drawing of the same chart is made
and sent to everyone.

* Memory is that of the server's process alone, by the phones that have connected; each phone also holds a seat in the room.
* "Have the result" means here what a phone needs to show it: the page with its table, its picture for a light and a dark ground, and
  the news that it is to be shown, all of which comes over the stream on which a phone listens. That both pictures are in it is checked.
* The cost of a phone is the time that the server works to tell a crowd one change of the room, without what it works for an empty
  room, by the phones in the crowd.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Final

from bench.goals import Measured, Size, say
from bench.lines import Line, Stream, crowd, each_in_turn, gone, request, run
from bench.servers import POLL, bare, memory_kb, port_of, room, worked_s
from tests.rooms import RunningRoom, new_seats
from workshop_kit import charts, material
from workshop_kit.disclosure import Published
from workshop_kit.workshop import Workshop

COST: Final = "the server's work to tell one phone of a change, {} phones"
MEMORY: Final = "memory for each phone, {} phones"
PICTURE: Final = b"data:image/svg+xml"
ANSWERING_S: Final = 1.0
CHANGES: Final = 10
FEW: Final = 20


def measure(size: Size) -> list[Measured]:
    """Return what was measured of streams."""
    return [*_memory(size), *_results(size), *_growth(size)]


# ---- memory ---------------------------------------------------------------------------------------------------------------


def _memory(size: Size) -> list[Measured]:
    ours, theirs = [], []
    for number in range(size.rounds):
        say(f"memory of {size.phones:,} phones, round {number + 1} of {size.rounds}")
        with bare() as other:
            theirs.append(run(kb_each(other.pid, other.port, "/events", size.phones)))
        with room(size.phones) as running:
            _sit(running, size.phones)
            ours.append(run(kb_each(running.pid, port_of(running), running.path("/events"), size.phones)))
    return [
        Measured.beside("memory for each phone, beside a bare event stream", ours, theirs, "<= 1.3"),
        Measured.over_rounds("memory for each phone", ours, "reported", "kB"),
        Measured.over_rounds("memory for each bare event stream", theirs, "reported", "kB"),
    ]


async def kb_each(pid: int, port: int, path: str, phones: int) -> float:
    """Return by how much each of some phones that connect adds to a server's memory, in kB."""
    # What is loaded and grown for the first few is not the cost of the others.
    await gone(await crowd(port, path, FEW))
    before = memory_kb(pid)
    streams = await crowd(port, path, phones)
    await asyncio.sleep(0.3)
    each = (memory_kb(pid) - before) / phones
    await gone(streams)
    return each


def _sit(running: RunningRoom, phones: int) -> list[str]:
    seats, port = new_seats(Random(11), phones), port_of(running)
    run(each_in_turn(port, [request("POST", port, running.path("/seats"), {"seat": seat}) for seat in seats], 201))
    return seats


# ---- answers and results ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Results:
    """The figures of some rounds, in seconds unless they are numbers of people."""

    counted: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    closing: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


def _results(size: Size) -> list[Measured]:
    found, phones = _Results(), f"{size.phones:,} phones"
    with room(size.phones) as running, bare() as other:
        seats = _sit(running, size.phones)
        for number in range(size.rounds):
            say(f"{phones} answer within a second and get the result, round {number + 1} of {size.rounds}")
            published = run(_Round(running, seats, number).play(found))
            drawing, taken_s = _drawn(published)
            found.bare.append(taken_s + run(_told(other.port, size.phones, drawing)))
    return [
        Measured(f"{phones} answering within a second: counted", min(found.counted), f">= {size.phones}", "people"),
        Measured.over_rounds(f"{phones} answering within a second: p95 of the acknowledgement", found.acknowledged, "reported", "s"),
        Measured.beside(f"close until {phones} have the result, beside a bare fan-out and a drawing", found.whole, found.bare, "<= 2"),
        Measured.over_rounds(f"close until {phones} have the result, picture included", found.whole, "reported", "s"),
        Measured.over_rounds("of this, until it is counted, published, stored and revealed", found.closing, "reported", "s"),
        Measured.over_rounds(f"a bare fan-out to {phones} and one drawing", found.bare, "reported", "s"),
    ]


class _Round:
    """One poll: asked, answered by everyone within a second, closed, revealed, seen by everyone."""

    def __init__(self, running: RunningRoom, seats: Sequence[str], number: int) -> None:
        self._room, self._port, self._seats = running, port_of(running), seats
        self._random = Random(number)

    async def play(self, found: _Results) -> Published:
        """Play it, and add what was measured."""
        streams = await crowd(self._port, self._room.path("/events"), len(self._seats))
        asked = await asyncio.to_thread(self._room.ask, POLL)
        taken = await asyncio.gather(*(self._answer(asked, seat) for seat in self._seats))
        found.acknowledged.append(statistics.quantiles(taken, n=20)[-1])
        await self._show(asked, streams, found)
        published = Published.from_dict(self._room.result(asked))
        found.counted.append(published.answered or 0)
        await gone(streams)
        return published

    async def _answer(self, asked: int, seat: str) -> float:
        body = {"seat": seat, "answer": answer_to(POLL, self._random)}
        ballot = request("PUT", self._port, self._room.path(f"/runs/{asked}/ballot"), body)
        await asyncio.sleep(self._random.random() * ANSWERING_S)
        began = time.perf_counter()
        # A phone that has been looked at for a while has no connection left but its stream.
        line = await Line.to(self._port)
        await line.ask(ballot, 204)
        line.hang_up()
        return time.perf_counter() - began

    async def _show(self, asked: int, streams: Sequence[Stream], found: _Results) -> None:
        revealed = f'"run":{asked},"phase":"revealed"'.encode()
        waiting = [stream.hears(PICTURE, PICTURE, revealed) for stream in streams]
        began = time.perf_counter()
        await asyncio.to_thread(self._room.lead, asked, "close", "reveal")
        found.closing.append(time.perf_counter() - began)
        found.whole.append(max(await asyncio.gather(*waiting)) - began)


async def _told(port: int, phones: int, drawing: str) -> float:
    streams = await crowd(port, "/events", phones)
    line = await Line.to(port)
    told = [stream.hears(b"the end of a message") for stream in streams]
    message = request("POST", port, "/tell", drawing + "the end of a message")
    began = time.perf_counter()
    await line.ask(message, 204)
    last = max(await asyncio.gather(*told))
    line.hang_up()
    await gone(streams)
    return last - began


def _drawn(published: Published) -> tuple[str, float]:
    # Once beforehand: neither the kit nor anybody else imports matplotlib for each chart.
    charts.svg(published, size="projector")
    began = time.perf_counter()
    drawing = charts.svg(published)
    return drawing, time.perf_counter() - began


def answer_to(poll: str, random: Random) -> object:
    """Return any answer to a poll with options, in the form in which a phone sends it."""
    asked = _workshop().poll(poll)
    options = [option.id for option in asked.options]
    return random.sample(options, 2) if asked.kind == "multi" else random.choice(options)


@cache
def _workshop() -> Workshop:
    return material.read()


# ---- the curve --------------------------------------------------------------------------------------------------------------


def _growth(size: Size) -> list[Measured]:
    told, found = [], []
    with room(FEW) as running:
        empty, _ = run(_told_changes(running, []))
    for phones in size.crowds:
        say(f"what one of {phones:,} phones costs")
        with room(phones) as running:
            work, kb, heard = run(_crowd_cost(running, phones))
        each_us = (work - empty) / CHANGES / phones * 1e6
        told.append(each_us)
        found.append(Measured(COST.format(f"{phones:,}"), each_us, "reported", "µs"))
        found.append(Measured(MEMORY.format(f"{phones:,}"), kb, "reported", "kB"))
    most, fewest = size.crowds[-1], size.crowds[0]
    return [
        Measured(f"what a phone costs among {most:,}, beside one among {fewest:,}", told[-1] / told[0], "<= 1.2", "times"),
        Measured(f"{most:,} phones connected: heard each of {CHANGES} changes", heard, f">= {most}", "phones"),
        *found,
    ]


async def _crowd_cost(running: RunningRoom, phones: int) -> tuple[float, float, int]:
    port, path = port_of(running), running.path("/events")
    await gone(await crowd(port, path, FEW))
    before = memory_kb(running.pid)
    streams = await crowd(port, path, phones)
    await asyncio.sleep(0.3)
    each_kb = (memory_kb(running.pid) - before) / phones
    work, heard = await _told_changes(running, streams)
    await gone(streams)
    return work, each_kb, heard


async def _told_changes(running: RunningRoom, streams: Sequence[Stream]) -> tuple[float, int]:
    """Change the room some times; return how long the server worked for it, and how many phones heard of each change."""
    before, all_heard = worked_s(running.pid), len(streams)
    for number in range(CHANGES):
        section = f"{1 + number % 2:02}"
        heard = [stream.hears(f'"section":"{section}"'.encode()) for stream in streams]
        await asyncio.to_thread(running.control.post, "/section", json={"id": section})
        all_heard = min(all_heard, len(await asyncio.gather(*heard)))
    return worked_s(running.pid) - before, all_heard
