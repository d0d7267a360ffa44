"""A room full of phones: what each costs while it listens, how soon all are told a result, how a thousand answer at once.

Beside it stands a bare event-stream app on the same uvicorn settings; where a result is shown, one drawing of the same chart is made
and sent to everyone.

* Memory is that of the server's process alone, by the phones that have connected; each phone also holds a seat in the room.
* "Have the result" means here what a phone needs to show it: the page with its table, its picture for a light and a dark ground, and
  the news that it is to be shown, all of which comes over the stream on which a phone listens. That both pictures are in it is checked.
* The cost of a phone is the time that the server works to tell a crowd one change of the room, without what it works for an empty
  room, by the phones in the crowd. Between two changes is a pause, as in any room: told without one, a hundred phones would cost half,
  because they fit into the processor's cache, and five thousand would not. Beside it stands what a bare stream costs.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import count, cycle, islice, product
from random import Random
from typing import Final, TypeAlias

from bench.goals import Measured, Size, say
from bench.lines import Line, Stream, crowd, each_in_turn, gone, request, run
from bench.servers import POLL, bare, memory_kb, port_of, room, worked_s
from tests.world import RoomProcess, new_seats
from workshop_kit import charts, material
from workshop_kit.disclosure import Published
from workshop_kit.words.catalog import language
from workshop_kit.workshop import Workshop

_Changes: TypeAlias = Iterator[tuple[bytes, Callable[[], Awaitable[object]]]]

COST: Final = "the server's work to tell one phone of a change, {} phones"
BARE_COST: Final = "a bare server's work to tell one stream, {} streams"
MEMORY: Final = "memory for each phone, {} phones"
PICTURE: Final = b"data:image/svg+xml"
ANSWERING_S: Final = 1.0
CHANGES: Final = 10
TOLD: Final = 2_000
PAUSE_S: Final = 0.1
# As the news of another section, with how the page looks in it.
AS_LONG: Final = 1500
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


def _sit(running: RoomProcess, phones: int) -> list[str]:
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

    def __init__(self, running: RoomProcess, seats: Sequence[str], number: int) -> None:
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
    told = [stream.hears(b"the end of a message") for stream in streams]
    message = request("POST", port, "/tell", drawing + "the end of a message")
    began = time.perf_counter()
    await _tell(port, message)
    last = max(await asyncio.gather(*told))
    await gone(streams)
    return last - began


def _drawn(published: Published) -> tuple[str, float]:
    # Once beforehand: neither the kit nor anybody else imports matplotlib for each chart.
    charts.svg(published, language(), size="projector")
    began = time.perf_counter()
    drawing = charts.svg(published, language())
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
    ours: dict[int, list[_Cost]] = {phones: [] for phones in size.crowds}
    theirs: dict[int, list[_Cost]] = {phones: [] for phones in size.crowds}
    for number, phones in product(range(size.rounds), size.crowds):
        say(f"what one of {phones:,} phones costs, round {number + 1} of {size.rounds}")
        with room(phones) as running:
            ours[phones].append(run(_cost(running.pid, port_of(running), running.path("/events"), phones, _changes_of(running))))
        with bare() as other:
            theirs[phones].append(run(_cost(other.pid, other.port, "/events", phones, _changes_of_bare(other.port))))
    most, fewest = size.crowds[-1], size.crowds[0]
    many, few, bare_many, bare_few = (_works(costs) for costs in (ours[most], ours[fewest], theirs[most], theirs[fewest]))
    return [
        Measured.beside(f"what a phone costs among {most:,}, beside one among {fewest:,}", many, few, "<= 1.2"),
        Measured.beside(f"what a bare stream costs among {most:,}, beside one among {fewest:,}", bare_many, bare_few, "reported"),
        Measured.beside(f"what a phone costs among {most:,}, beside a bare stream among {most:,}", many, bare_many, "reported"),
        Measured(f"{most:,} phones connected: heard each change", min(cost.heard for cost in ours[most]), f">= {most}", "phones"),
        *(Measured.over_rounds(COST.format(f"{phones:,}"), _works(costs), "reported", "µs") for phones, costs in ours.items()),
        *(Measured.over_rounds(BARE_COST.format(f"{phones:,}"), _works(costs), "reported", "µs") for phones, costs in theirs.items()),
        *(
            Measured.over_rounds(MEMORY.format(f"{phones:,}"), [cost.kb for cost in costs], "reported", "kB")
            for phones, costs in ours.items()
        ),
    ]


@dataclass(frozen=True, slots=True)
class _Cost:
    """What one phone of a crowd costs a server: work for each change in µs, memory in kB; and how many heard of every change."""

    work_us: float
    kb: float
    heard: int


def _works(costs: Sequence[_Cost]) -> list[float]:
    return [cost.work_us for cost in costs]


async def _cost(pid: int, port: int, path: str, phones: int, changes: _Changes) -> _Cost:
    await gone(await crowd(port, path, FEW))
    # Of few phones, more changes are told, so that what a change costs by itself does not blur what each phone adds.
    number = max(CHANGES, TOLD // phones)
    await _told_changes(changes, [], number)
    before_s, before_kb = worked_s(pid), memory_kb(pid)
    await _told_changes(changes, [], number)
    alone_s = worked_s(pid) - before_s
    streams = await crowd(port, path, phones)
    await asyncio.sleep(0.3)
    kb, before_s = memory_kb(pid) - before_kb, worked_s(pid)
    heard = await _told_changes(changes, streams, number)
    work_s = worked_s(pid) - before_s - alone_s
    await gone(streams)
    return _Cost(work_s / number / phones * 1e6, kb / phones, heard)


async def _told_changes(changes: _Changes, streams: Sequence[Stream], number: int) -> int:
    """Make some changes; return how many phones heard of each."""
    all_heard = len(streams)
    for words, change in islice(changes, number):
        heard = [stream.hears(words) for stream in streams]
        await asyncio.sleep(PAUSE_S)
        await change()
        all_heard = min(all_heard, len(await asyncio.gather(*heard)))
    return all_heard


def _changes_of(running: RoomProcess) -> _Changes:
    for section in cycle(("01", "02")):
        yield f'"section":"{section}"'.encode(), partial(asyncio.to_thread, running.control.post, "/section", json={"id": section})


def _changes_of_bare(port: int) -> _Changes:
    for number in count():
        words = f"change {number:09}"
        yield words.encode(), partial(_tell, port, request("POST", port, "/tell", "." * AS_LONG + words))


async def _tell(port: int, message: bytes) -> None:
    line = await Line.to(port)
    await line.ask(message, 204)
    line.hang_up()
