"""Acknowledged ballots per second, beside a bare Starlette handler that parses the same JSON and answers 204.

Both servers run with the kit's own uvicorn settings and are asked in turns by the same phones, over connections that stay open, as
fast as they answer. The kit looks up the room, checks the host, the origin, the seat, the run and the answer, and keeps the ballot
under a key of its own; the bare handler does nothing of the kind.

Two things are told beside the rates: for how long either server worked for one ballot, which a busy machine changes less, and how busy
the asking process was; near 1 it, and not the servers, would be what was measured.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from random import Random
from typing import Final

from bench.goals import Measured, Size, say
from bench.lines import Line, each_in_turn, request, run
from bench.servers import POLL, Bare, bare, port_of, room, worked_s
from bench.streams import answer_to
from tests.world import RoomProcess, new_seats

LINES: Final = 64
# So short that a noisy second is noisy for both.
TURN_S: Final = 0.25
SEATS: Final = 200


def measure(size: Size) -> list[Measured]:
    """Return what was measured of ballots."""
    with room(SEATS) as ours, bare() as other:
        casting = Casting(ours, other)
        casting.rate_of_ours(TURN_S)
        casting.rate_of_bare(TURN_S)
        for number in range(size.rounds):
            say(f"ballots per second, round {number + 1} of {size.rounds}")
            casting.round(size.casting_s)
    return [
        Measured.beside("ballots per second, beside a bare handler", casting.ours, casting.bare, ">= 0.7"),
        Measured.over_rounds("ballots per second", casting.ours, "reported", "per s"),
        Measured.over_rounds("ballots per second, bare handler", casting.bare, "reported", "per s"),
        Measured.over_rounds("the server's work for one ballot", casting.work, "reported", "µs"),
        Measured.over_rounds("the bare handler's work for one ballot", casting.bare_work, "reported", "µs"),
        Measured.over_rounds("how busy the process was that cast them", casting.busy, "reported", "of 1"),
    ]


class Casting:
    """People in a room who cast as fast as the server takes it, and the same people at the bare server."""

    def __init__(self, ours: RoomProcess, other: Bare) -> None:
        random = Random(7)
        seats = new_seats(random, SEATS)
        self._ours, self._bare = port_of(ours), other.port
        self._pids = ours.pid, other.pid
        bodies = [{"seat": seat, "answer": answer_to(POLL, random)} for seat in seats]
        seating = [request("POST", self._ours, ours.path("/seats"), {"seat": seat}) for seat in seats]
        run(each_in_turn(self._ours, seating, 201))
        run_number = ours.ask(POLL)
        self._to_ours = [request("PUT", self._ours, ours.path(f"/runs/{run_number}/ballot"), body) for body in bodies]
        self._to_bare = [request("PUT", self._bare, "/ballot", body) for body in bodies]
        self.ours: list[float] = []
        self.bare: list[float] = []
        self.work: list[float] = []
        self.bare_work: list[float] = []
        self.busy: list[float] = []

    def round(self, seconds: float) -> None:
        """Measure both for some seconds each, in short turns."""
        turns = max(1, round(seconds / TURN_S))
        worked, began = time.process_time(), time.perf_counter()
        before = [worked_s(pid) for pid in self._pids]
        rates = [(self.rate_of_bare(TURN_S), self.rate_of_ours(TURN_S)) for _ in range(turns)]
        after = [worked_s(pid) for pid in self._pids]
        self.busy.append((time.process_time() - worked) / (time.perf_counter() - began))
        bare_rate, our_rate = (statistics.fmean(each) for each in zip(*rates, strict=True))
        self.bare.append(bare_rate)
        self.ours.append(our_rate)
        self.work.append((after[0] - before[0]) / (our_rate * turns * TURN_S) * 1e6)
        self.bare_work.append((after[1] - before[1]) / (bare_rate * turns * TURN_S) * 1e6)

    def rate_of_ours(self, seconds: float) -> float:
        """Return how many ballots the kit has taken in a second."""
        return run(_rate(self._ours, self._to_ours, seconds))

    def rate_of_bare(self, seconds: float) -> float:
        """Return how many ballots the bare handler has answered in a second."""
        return run(_rate(self._bare, self._to_bare, seconds))


async def _rate(port: int, asked: Sequence[bytes], seconds: float) -> float:
    lines = await asyncio.gather(*(Line.to(port) for _ in range(LINES)))
    requests = cycle(asked)
    began = time.perf_counter()
    taken = sum(await asyncio.gather(*(_cast(line, requests, began + seconds) for line in lines)))
    elapsed = time.perf_counter() - began
    for line in lines:
        line.hang_up()
    return taken / elapsed


async def _cast(line: Line, requests: Iterator[bytes], until: float) -> int:
    taken = 0
    while time.perf_counter() < until:
        await line.ask(next(requests), 204)
        taken += 1
    return taken
