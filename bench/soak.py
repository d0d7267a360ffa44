"""The soak: ``make soak``, half an hour in one room with two hundred phones, every poll of the workshop over and over.

In every round some phones fall asleep and others wake, some leave for good and strangers come in their place; most answer, some pass,
some change their minds, some take their answer back, some fall asleep right after answering. The number that each result tells is
compared with what the phones were told was taken: a difference either way is an answer that was lost or counted twice. All the while
the memory of the room server is written down. It should not grow with the evening.

Writes `bench/soak.json`, which the report takes in. ``--minutes 2`` makes a short one of it.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from itertools import cycle
from random import Random
from typing import Final

from bench import report
from bench.__main__ import allow_many_connections, tell
from bench.goals import Measured, say
from bench.lines import Stream, crowd, each_in_turn, gone, request, run
from bench.servers import memory_kb, port_of, room
from tests.world import RoomProcess, new_seats
from workshop_kit import material
from workshop_kit.polls import Poll
from workshop_kit.rehearsal.group import opinion
from workshop_kit.words.catalog import language

PHONES: Final = 200
# Enough for the strangers of half an hour. A seat is never given up, so that nobody is counted by leaving.
SEATS: Final = 1000
PLAN: Final = "half_day"
ASLEEP: Final = 0.1
STRANGERS: Final = 0.1
CHANGING: Final = 0.1
WITHDRAWING: Final = 0.05
LOOKING: Final = 20
PAUSE_S: Final = 1.0
SEED: Final = 20


def main() -> None:
    """Soak for some minutes, say what came of it, and keep it."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="One room, 200 phones, all polls over and over.")
    parser.add_argument("--minutes", type=float, default=30.0, help="for how long (default: 30)")
    minutes = parser.parse_args().minutes
    allow_many_connections()
    with room(SEATS, "--plan", PLAN) as running:
        soak = Soak(running)
        run(soak.go_on(minutes * 60))
    measured = soak.measured()
    kept = {"measured": [each.to_dict() for each in measured], "memory": soak.memory}
    report.SOAK.write_text(json.dumps(kept, ensure_ascii=False) + "\n", encoding="utf-8")
    report.write(report.read(report.LATEST))
    tell(measured)


class Soak:
    """A room, its phones, and what was seen of both."""

    def __init__(self, running: RoomProcess) -> None:
        self._room, self._port = running, port_of(running)
        self._random = Random(SEED)
        self._awake: dict[str, Stream] = {}
        self._asleep: list[str] = []
        self._came = 0
        self._began = time.perf_counter()
        self._acknowledged = 0
        self._latest_p95: list[float] = []
        self._wrong = 0
        self._rounds = 0
        self.memory: list[tuple[float, float]] = []

    async def go_on(self, seconds: float) -> None:
        """Ask one poll after the other until the time is over."""
        await self._come(new_seats(self._random, PHONES))
        minute = 0
        for poll in cycle(material.read().polls.values()):
            await self._round(poll)
            past_s = time.perf_counter() - self._began
            self.memory.append((past_s / 60, memory_kb(self._room.pid)))
            if past_s > seconds:
                break
            if past_s // 60 > minute:
                minute = int(past_s // 60)
                say(f"minute {minute}: {self._rounds} polls, {self._acknowledged:,} ballots, {self.memory[-1][1] / 1000:.1f} MB")
            await asyncio.sleep(PAUSE_S)
        await gone(list(self._awake.values()))

    def measured(self) -> list[Measured]:
        """Return what came of it."""
        kb = [each for _, each in self.memory]
        # The first polls bring pages, pictures and the drawing process; then nothing new should stay.
        early, late = kb[len(kb) // 10 : len(kb) // 5 + 1], kb[-len(kb) // 10 :]
        growth = statistics.median(late) / statistics.median(early)
        return [
            Measured("soak: answers lost or counted twice", self._wrong, "<= 0", "answers"),
            Measured("soak: memory in the last tenth, beside that in the second", growth, "<= 1.1", "times"),
            Measured("soak: memory at the end", kb[-1] / 1000, "reported", "MB"),
            Measured("soak: for how long", self.memory[-1][0], "reported", "min"),
            Measured("soak: polls asked, answered and shown", self._rounds, "reported", "polls"),
            Measured("soak: ballots acknowledged", self._acknowledged, "reported", "ballots"),
            Measured("soak: p95 of the acknowledgement", statistics.median(self._latest_p95), "reported", "s"),
        ]

    # ---- phones -------------------------------------------------------------------------------------------------------------

    async def _come(self, seats: Sequence[str]) -> None:
        self._came += len(seats)
        await each_in_turn(self._port, [request("POST", self._port, self._room.path("/seats"), {"seat": seat}) for seat in seats], 201)
        await self._wake(seats)

    async def _wake(self, seats: Sequence[str]) -> None:
        streams = await crowd(self._port, self._room.path("/events"), len(seats), first=b"event: state")
        self._awake |= dict(zip(seats, streams, strict=True))

    async def _sleep(self, seats: Sequence[str]) -> None:
        self._asleep += seats
        await gone([self._awake.pop(seat) for seat in seats])

    async def _come_and_go(self) -> None:
        woken, self._asleep = self._asleep, []
        await asyncio.to_thread(self._room.tell, "/door", state="open")
        strangers = new_seats(self._random, int(self._random.random() < STRANGERS and self._came < SEATS))
        for _ in strangers:
            # Whoever leaves for good takes their seat along; it is simply never heard of again.
            leaver = self._random.choice(list(self._awake))
            await gone([self._awake.pop(leaver)])
        await self._wake(woken)
        await self._come(strangers)
        await asyncio.to_thread(self._room.count)
        await self._sleep(self._some(ASLEEP))

    def _some(self, share: float) -> list[str]:
        return [seat for seat in self._awake if self._random.random() < share]

    # ---- a round ------------------------------------------------------------------------------------------------------------

    async def _round(self, poll: Poll) -> None:
        await self._come_and_go()
        number = await asyncio.to_thread(self._room.ask, poll.id)
        await self._hear(number, "open")
        said = await self._answer(number, poll)
        # Their answers stay although they are not there any more.
        await self._sleep(self._some(ASLEEP))
        await self._show(number, poll)
        told = await asyncio.to_thread(self._room.result, number)
        self._wrong += abs((told["answered"] or 0) - said)
        self._rounds += 1

    async def _hear(self, number: int, phase: str) -> None:
        words = f'"run":{number},"phase":"{phase}"'.encode()
        await asyncio.wait_for(asyncio.gather(*(stream.hears(words) for stream in self._awake.values())), 30)

    async def _answer(self, number: int, poll: Poll) -> int:
        """Let everyone who is awake answer; return how many have said something in the end, and not passed."""
        path = self._room.path(f"/runs/{number}/ballot")
        answers = {seat: self._opinion(poll) for seat in self._awake}
        await self._cast(path, answers)
        changed = {seat: self._opinion(poll) for seat in self._some(CHANGING)}
        await self._cast(path, changed)
        withdrawn = set(self._some(WITHDRAWING))
        await each_in_turn(self._port, [request("DELETE", self._port, path, {"seat": seat}) for seat in withdrawn], 204)
        last = {**answers, **changed}
        return sum(not isinstance(answer, dict) for seat, answer in last.items() if seat not in withdrawn)

    async def _cast(self, path: str, answers: dict[str, object]) -> None:
        bodies = [{"seat": seat, "answer": answer} for seat, answer in answers.items()]
        taken = await each_in_turn(self._port, [request("PUT", self._port, path, body) for body in bodies], 204)
        self._acknowledged += len(taken)
        if len(taken) > 1:
            self._latest_p95.append(statistics.quantiles(taken, n=20)[-1])

    def _opinion(self, poll: Poll) -> object:
        return opinion(poll, language(), self._random)

    async def _show(self, number: int, poll: Poll) -> None:
        await asyncio.to_thread(self._room.lead, number, "close")
        if poll.kind == "text":
            await asyncio.to_thread(self._read_lines, number)
        heard = asyncio.create_task(self._hear(number, "revealed"))
        # So that everybody listens before there is something to hear.
        await asyncio.sleep(0)
        await asyncio.to_thread(self._room.lead, number, "reveal")
        await heard
        for path in ("", f"/runs/{number}/result.svg"):
            await each_in_turn(self._port, [request("GET", self._port, self._room.path(path))] * LOOKING, 200)

    def _read_lines(self, number: int) -> None:
        for line in self._room.control.get(f"/runs/{number}/lines").json()["lines"]:
            self._room.control.post(f"/runs/{number}/lines/{line['number']}", json={"decision": "approve"}).raise_for_status()
        self._room.lead(number, "publish")


if __name__ == "__main__":
    main()
